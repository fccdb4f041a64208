// The page /khao-sat: what the questionnaires tell, and where the Office enters
// paper forms and the nine indices.
import { questionOf } from "./address.js";
import { currentLanguage, textOf } from "./language.js";
import { day, minutes, number, percent, today } from "./numbers.js";
import { ask } from "./session.js";
import { startShell } from "./shell.js";
import { load, question } from "./states.js";
import { drawTable } from "./tables.js";

const INDICES = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const POINTS = [
  ["two", 2],
  ["one", 1],
  ["none", 0],
];
const FORMS_AT_ONCE = 200;

const find = (id) => document.getElementById(id);

let view = null;
let sets = [];
let sheet = { version: 0, body: {} };
let indexNames = []; // as R8 calls them

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function tell(id, text, isGood) {
  const alert = find(id);
  alert.hidden = text === null;
  alert.textContent = text ?? "";
  alert.classList.toggle("good", isGood === true);
}

// --- What a document holds --------------------------------------------------------

function cellText(column, value) {
  if (value === null) {
    return "–";
  }
  if (value === "few") {
    return textOf("text.few");
  }
  switch (column.type) {
    case "percent":
      return percent(value, column.decimals);
    case "points":
      return number(value, column.decimals);
    case "minutes":
      return minutes(value);
    case "day":
      return day(value);
    case "count":
      return number(value);
    default:
      return String(value);
  }
}

// The column that names its rows: text in each of them, and the longest, as a
// question is named by its words rather than by its number.
function headOf({ columns, rows }) {
  const length = (index) =>
    rows.reduce((sum, row) => sum + String(row[index]).length, 0);
  return columns
    .map((_, index) => index)
    .filter(
      (index) =>
        columns[index].type === "text" && rows.every((row) => row[index]),
    )
    .reduce((a, b) => (a < 0 || length(b) > length(a) ? b : a), -1);
}

function drawDocument(box, { sections, remarks }) {
  const parts = sections.map((section) => {
    const part = element("div", {});
    const table = element("div", {});
    const head = headOf(section);
    part.append(element("h3", { textContent: section.heading }), table);
    drawTable(table, {
      caption: section.heading,
      columns: section.columns.map((column, index) => ({
        title: column.heading,
        is_text: column.type === "text",
        head: index === head,
        cell: (row) => cellText(column, row[index]),
      })),
      rows: section.rows,
    });
    if (section.note) {
      part.append(element("p", { className: "note", textContent: section.note }));
    }
    return part;
  });
  box.replaceChildren(
    ...remarks.map((textContent) => element("p", { textContent })),
    ...parts,
  );
}

function show(part, report, drawn = () => {}) {
  load(
    find(part),
    `/api/v1/reports/${report}${questionOf({ ...view, filters: {} })}`,
    (json) => {
      drawDocument(find(`${part}-tables`), json);
      drawn(json);
    },
  );
}

function showNine() {
  show("nine", "R8", ({ sections }) => {
    indexNames = sections[0].rows.map(([, name]) => name);
    nameIndices();
  });
}

function showAll() {
  show("sipas", "R7");
  show("services", "R9");
  showNine();
}

// --- Paper forms ------------------------------------------------------------------

const inLanguage = (object, key) =>
  currentLanguage() === "en" ? (object[`${key}_en`] ?? object[key]) : object[key];

function levelField(item) {
  const id = `answer-${item.q}`;
  const select = element(
    "select",
    { id },
    new Option(textOf("text.blank"), ""),
    ...[5, 4, 3, 2, 1].map((level) => new Option(`${level} – ${textOf(`say.level.${level}`)}`, level)),
  );
  select.dataset.question = item.q;
  return element(
    "div",
    { className: "field" },
    element("label", { htmlFor: id, textContent: `${item.q}. ${inLanguage(item, "text")}` }),
    select,
  );
}

function drawItems() {
  const set = sets.find(({ id }) => id === find("paper-set").value);
  find("paper-items").replaceChildren(
    ...(set?.factors ?? []).flatMap((factor) => [
      element("h3", { textContent: inLanguage(factor, "name") }),
      ...factor.items.map(levelField),
    ]),
  );
}

async function startSets() {
  const chosen = find("paper-set").value;
  const { json } = await question("/api/v1/questionnaires");
  sets = json?.questionnaires ?? [];
  find("paper-set").replaceChildren(
    ...sets.map((set) => new Option(inLanguage(set, "name"), set.id, false, set.id === chosen)),
  );
  find("paper-day").max = today();
  drawItems();
}

// Resolves to true when all of them are in the ledger.
async function enter(forms, alert) {
  const set = sets.find(({ id }) => id === find("paper-set").value);
  for (let from = 0; from < forms.length; from += FORMS_AT_ONCE) {
    const answer = await ask("POST", "/api/v1/forms", {
      survey: set.id,
      version: set.version,
      forms: forms.slice(from, from + FORMS_AT_ONCE),
    });
    if (answer.status !== 201) {
      const said = await answer.json().catch(() => ({}));
      tell(alert, textOf("text.failed", said.detail ?? answer.status));
      return false;
    }
  }
  tell(alert, textOf("text.entered", number(forms.length)), true);
  showAll();
  return true;
}

async function enterOne(event) {
  event.preventDefault();
  const when = find("paper-day").value;
  if (!when) {
    tell("paper-alert", textOf("text.no_day"));
    find("paper-day").focus();
    return;
  }
  const answers = {};
  for (const select of find("paper-items").querySelectorAll("select")) {
    answers[select.dataset.question] = select.value ? Number(select.value) : null;
  }
  if (await enter([{ day: when, answers }], "paper-alert")) {
    drawItems();
    find("paper-day").focus();
  }
}

// Cells hold days and digits alone, so that none needs quotes; either separator
// will do.
function formsOf(text) {
  const rows = text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")));
  const [head, ...rest] = rows;
  return rest.map((row, index) => {
    if (row.length !== head.length) {
      throw new Error(textOf("text.bad_row", index + 2));
    }
    const answers = {};
    row.forEach((cell, column) => {
      if (column > 0) {
        answers[head[column]] = cell === "" ? null : Number(cell);
      }
    });
    return { day: row[0], answers };
  });
}

async function enterFile(event) {
  event.preventDefault();
  const [file] = find("file").files;
  if (!file) {
    tell("file-alert", textOf("text.no_file"));
    return;
  }
  try {
    await enter(formsOf(await file.text()), "file-alert");
  } catch (error) {
    tell("file-alert", textOf("text.failed", error.message));
  }
}

// --- The nine indices --------------------------------------------------------------

function sheetCell(index, [key, points]) {
  const input = element("input", {
    id: `points-${index}-${key}`,
    inputMode: "numeric",
    autocomplete: "off",
    size: 8,
    value: sheet.body.indices?.[index]?.[key] ?? "",
  });
  input.setAttribute("aria-label", textOf("text.cell", index, points));
  return element("td", {}, input);
}

function nameIndices() {
  for (const index of INDICES) {
    const head = find(`index-${index}`);
    if (head && indexNames[index - 1]) {
      head.textContent = `${index}. ${indexNames[index - 1]}`;
    }
  }
}

function drawSheet() {
  const head = element(
    "tr",
    {},
    element("th", { scope: "col", textContent: textOf("text.index") }),
    ...POINTS.map(([, points]) =>
      element("th", { scope: "col", textContent: textOf("text.points", points) }),
    ),
  );
  find("sheet-table").replaceChildren(
    element("thead", {}, head),
    element(
      "tbody",
      {},
      ...INDICES.map((index) =>
        element(
          "tr",
          {},
          element("th", {
            scope: "row",
            id: `index-${index}`,
            textContent: String(index),
          }),
          ...POINTS.map((points) => sheetCell(index, points)),
        ),
      ),
    ),
  );
  nameIndices();
  const complaints = sheet.body.complaints ?? {};
  find("complaints-all").value = complaints.all ?? "";
  find("complaints-in-time").value = complaints.in_time ?? "";
  find("complaints-satisfied").value = complaints.satisfied ?? "";
}

async function readSheet() {
  tell("sheet-alert", view.period.code ? null : textOf("text.days_only"));
  sheet = { version: 0, body: {} };
  if (view.period.code) {
    const { json } = await question(`/api/v1/assessments/${view.period.code}`);
    sheet = json ?? sheet;
  }
  drawSheet();
}

// A count of a field; null when it is empty. Throws at what is none.
function countOf(id) {
  const text = find(id).value.trim();
  if (text === "") {
    return null;
  }
  if (!/^\d{1,9}$/.test(text)) {
    find(id).focus();
    throw new Error(textOf("text.bad_number"));
  }
  return Number(text);
}

function sheetBody() {
  const body = { ...sheet.body, indices: {} };
  for (const index of INDICES) {
    const counts = POINTS.map(([key]) => [key, countOf(`points-${index}-${key}`)]);
    if (counts.some(([, count]) => count !== null)) {
      body.indices[index] = Object.fromEntries(
        counts.map(([key, count]) => [key, count ?? 0]),
      );
    }
  }
  delete body.complaints;
  const all = countOf("complaints-all");
  if (all !== null) {
    body.complaints = {
      all,
      in_time: countOf("complaints-in-time") ?? 0,
      satisfied: countOf("complaints-satisfied") ?? 0,
    };
  }
  return body;
}

async function saveSheet(event) {
  event.preventDefault();
  try {
    const body = sheetBody();
    const answer = await ask("PUT", `/api/v1/assessments/${view.period.code}`, {
      version: sheet.version,
      body,
    });
    const said = await answer.json().catch(() => ({}));
    if (answer.status !== 200) {
      throw new Error(said.detail ?? String(answer.status));
    }
    sheet = { version: said.version, body };
    tell("sheet-alert", textOf("text.saved", said.version), true);
    showNine();
  } catch (error) {
    tell("sheet-alert", textOf("text.failed", error.message));
  }
}

// --- The whole -------------------------------------------------------------------

find("paper-set").addEventListener("change", drawItems);
find("paper-form").addEventListener("submit", enterOne);
find("file-form").addEventListener("submit", enterFile);
find("sheet-form").addEventListener("submit", saveSheet);

startShell({
  draw(seen) {
    view = seen;
    const enters = view.person.role === "office";
    find("paper").hidden = !enters;
    find("sheet").hidden = !enters;
    showAll();
    if (enters) {
      startSets();
      readSheet();
    }
  },
});
