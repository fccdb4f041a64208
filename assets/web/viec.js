// The page /viec: what becomes of low ratings. The list, or one case when the
// address names one (?case=…).
import { addressWith } from "./address.js";
import { textOf } from "./language.js";
import { learnNames, nameOf } from "./names.js";
import { day, number, percent } from "./numbers.js";
import { currentView, goTo, startShell } from "./shell.js";
import { load, question, showEmpty } from "./states.js";
import { drawTable } from "./tables.js";
import { drawCase, nameFields, startWork } from "./viec-case.js";
import { dueText } from "./viec-words.js";

const CHOICES = ["open", "overdue", "mine", "answered", "closed", "all"];
const PAGE = 50;

const find = (id) => document.getElementById(id);

let rows = [];
let next = null;

// --- The figures ----------------------------------------------------------------

function share(part, whole) {
  return whole > 0 ? percent((100 * part) / whole) : "–";
}

function tile(id, text) {
  const box = document.createElement("div");
  const term = document.createElement("dt");
  const value = document.createElement("dd");
  term.textContent = textOf(id);
  value.textContent = text;
  box.append(term, value);
  return box;
}

function drawFigures({ total, rows: parts, calendar }) {
  find("tiles").replaceChildren(
    tile("text.opened", number(total.opened)),
    tile("text.waiting", number(total.waiting)),
    tile("text.overdue", number(total.overdue)),
    tile("text.in_time", share(total.in_time, total.answered + total.overdue)),
    tile("text.closed", share(total.closed, total.opened)),
    tile("text.reopened", number(total.reopened)),
  );
  const note = find("figures-note");
  note.hidden = calendar === "announced";
  note.textContent = note.hidden ? "" : textOf(`text.calendar.${calendar}`);
  const count = (id, get) => ({
    title: textOf(id),
    cell: (row) => number(get(row)),
    sort: get,
  });
  drawTable(find("figures-table"), {
    caption: textOf("say.by.counter"),
    columns: [
      {
        title: textOf("say.by.counter"),
        cell: (row) => nameOf("counter", row.key) ?? row.key,
        sort: (row) => row.key,
        is_text: true,
        head: true,
      },
      count("text.opened", (row) => row.opened),
      count("text.waiting", (row) => row.waiting),
      count("text.overdue", (row) => row.overdue),
      count("text.in_time", (row) => row.in_time),
      count("text.closed", (row) => row.closed),
      count("text.reopened", (row) => row.reopened),
    ],
    rows: parts,
  });
}

// --- The list -------------------------------------------------------------------

function choiceOf(params) {
  if (params.has("overdue")) {
    return "overdue";
  }
  if (params.has("owner")) {
    return "mine";
  }
  const state = params.get("state") ?? "open";
  return CHOICES.includes(state) ? state : "open";
}

function changesFor(choice, person) {
  const none = { overdue: null, owner: null, state: null };
  return {
    open: none,
    overdue: { ...none, overdue: "1" },
    mine: { ...none, owner: person.name },
    answered: { ...none, state: "answered" },
    closed: { ...none, state: "closed" },
    all: { ...none, state: "all" },
  }[choice];
}

// What is still to be done is listed whatever the period.
function askFor(choice, view) {
  const wanted = new URLSearchParams();
  if (choice === "closed" || choice === "all") {
    for (const [name, value] of new URLSearchParams(view.question())) {
      wanted.set(name, value);
    }
  }
  for (const name of ["counter", "field"]) {
    if (view.filters[name] !== undefined) {
      wanted.set(name, view.filters[name]);
    }
  }
  if (choice === "overdue") {
    wanted.set("overdue", "1");
  } else if (choice !== "all") {
    wanted.set("state", choice === "mine" ? "open" : choice);
  }
  if (choice === "mine") {
    wanted.set("owner", view.params.get("owner") || view.person.name);
  }
  wanted.set("limit", String(PAGE));
  return wanted;
}

function drawChoices(chosen, view) {
  const may = CHOICES.filter(
    (choice) => choice !== "mine" || view.person.role === "office",
  );
  find("choices").replaceChildren(
    ...may.map((choice) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = choice === chosen ? "button main" : "button";
      button.setAttribute("aria-pressed", String(choice === chosen));
      button.id = `choice-${choice}`;
      button.textContent = textOf(`text.choice.${choice}`);
      button.addEventListener("click", () => {
        goTo(changesFor(choice, view.person));
        find(`choice-${choice}`).focus();
      });
      return button;
    }),
  );
}

function linkTo(row) {
  const link = document.createElement("a");
  link.href = addressWith({ case: row.id });
  link.textContent = `${day(row.opened_day)} · ${row.id.slice(0, 6)}`;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    goTo({ case: row.id });
    find("main").focus();
  });
  return link;
}

function drawList() {
  const text = (id, cell, sort) => ({
    title: textOf(id),
    cell,
    sort,
    is_text: true,
  });
  drawTable(find("list-table"), {
    caption: textOf("text.case"),
    columns: [
      { ...text("text.case", linkTo), head: true },
      text(
        "text.level",
        (row) => textOf(`say.level.${row.level}`),
        (row) => row.level,
      ),
      text("text.state", (row) => textOf(`text.state.${row.state}`)),
      text("text.due", dueText, (row) => row.due),
      text("text.owner", (row) => row.owner?.display ?? textOf("text.owner_none")),
      text("text.counter", (row) => row.counter ?? "–"),
      text("text.field", (row) =>
        row.field ? (nameOf("field", row.field) ?? row.field) : "–",
      ),
    ],
    rows,
  });
  find("more").hidden = next === null;
}

async function showOlder(wanted) {
  wanted.set("after", next);
  const { json } = await question(`/api/v1/cases?${wanted}`);
  if (json) {
    rows = rows.concat(json.cases);
    next = json.next;
    drawList();
  }
}

function showList(view) {
  const choice = choiceOf(view.params);
  const wanted = askFor(choice, view);
  drawChoices(choice, view);
  load(find("figures"), `/api/v1/cases/summary?${view.question({ by: "counter" })}`, drawFigures);
  load(find("list"), `/api/v1/cases?${wanted}`, (json) => {
    rows = json.cases;
    next = json.next;
    drawList();
    if (rows.length === 0) {
      showEmpty(find("list"), textOf("text.empty"), textOf("text.empty_more"));
    }
  });
  find("more").onclick = () => showOlder(wanted);
}

// Fields are told by their codes; what they are called, the figures know.
async function learnFields() {
  const view = currentView();
  const { json } = await question(
    `/api/v1/reports/summary?${view.question({ by: "field" })}`,
  );
  learnNames("field", json?.rows ?? []);
  drawList();
  nameFields();
}

function draw(view) {
  const id = view.params.get("case");
  find("all").hidden = id !== null;
  find("one").hidden = id === null;
  find("back").href = addressWith({ case: null });
  if (id === null) {
    showList(view);
  } else {
    load(find("case"), `/api/v1/cases/${encodeURIComponent(id)}`, drawCase);
  }
}

startWork();
await startShell({ draw, filters: ["counter", "field"] });
learnFields();
