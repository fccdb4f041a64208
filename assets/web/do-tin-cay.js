// The page /do-tin-cay: which ratings are suspicious and why, what the figures
// are without them, and how complete the data is. The Office lifts flags and
// marks ratings here, with a reason.
import { questionOf } from "./address.js";
import { currentLanguage, textOf } from "./language.js";
import { day, interval, moment, number, percent } from "./numbers.js";
import { ask, whoIsThere } from "./session.js";
import { currentView, startShell, tellComplete } from "./shell.js";
import { load, question, showEmpty } from "./states.js";
import { drawTable } from "./tables.js";

const LIMIT = 50;

const find = (id) => document.getElementById(id);

let mayDecide = false;
let wish = null; // what the dialog asks for: {method, path, opener, byId}

// --- Figures -----------------------------------------------------------------

const known = (value) => (value === null ? "–" : number(value));

// Where nothing is flagged or marked, nothing is taken out.
function figureRows({ total }) {
  const isWhole = total.flagged === 0 && total.marked === 0;
  const without = isWhole ? total : total.without_flagged;
  const beside = (write) => (without ? write(without) : "–");
  const rate = (row) => (row.sat === null ? "–" : percent(row.sat));
  const range = (row) => (row.wilson === null ? "–" : interval(row.wilson));
  return [
    ["text.rated", known(total.rated), beside((row) => number(row.rated))],
    [
      "text.satisfied",
      known(total.satisfied),
      beside((row) => number(row.satisfied)),
    ],
    ["text.sat", rate(total), beside(rate)],
    ["text.interval", range(total), beside(range)],
    ["text.flagged", known(total.flagged), beside(() => number(0))],
    ["text.marked", known(total.marked), beside(() => number(0))],
  ].map(([id, all, left]) => ({ name: textOf(id), all, left }));
}

function stateRows({ complete, data_as_of: asOf }) {
  const time = (value) => (value === null ? "–" : moment(value));
  return [
    ["devices", number(complete.devices)],
    ["silent", number(complete.silent)],
    ["never_seen", number(complete.never_seen)],
    [
      "oldest_contact",
      time(complete.silent > 0 ? complete.oldest_contact : null),
    ],
    ["missing", number(complete.missing)],
    ["flagged_devices", number(complete.flagged_devices)],
    ["duplicates", number(complete.duplicates)],
    ["unanchored", number(complete.unanchored)],
    ["data_as_of", time(asOf)],
  ].map(([id, value]) => ({ name: textOf(`text.${id}`), value }));
}

function drawFigures(report) {
  const named = {
    title: textOf("text.item"),
    is_text: true,
    head: true,
    cell: (row) => row.name,
  };
  tellComplete(report.complete);
  drawTable(find("figures-table"), {
    caption: find("figures-title").textContent,
    columns: [
      named,
      { title: textOf("text.with"), cell: (row) => row.all },
      { title: textOf("text.without"), cell: (row) => row.left },
    ],
    rows: figureRows(report),
  });
  drawTable(find("state-table"), {
    caption: find("state-title").textContent,
    columns: [named, { title: textOf("text.value"), cell: (row) => row.value }],
    rows: stateRows(report),
  });
}

// --- Rules -------------------------------------------------------------------

const nameOf = (rule) => textOf(`rule.${rule}`);

function meaningOf({ rule, thresholds }) {
  const values = {
    burst: [thresholds.ratings, thresholds.minutes],
    run: [thresholds.ratings, thresholds.spread_percent],
    "no-transaction": [],
    "outside-hours": [thresholds.grace_minutes],
    "too-fast": [thresholds.milliseconds],
    "same-touch": [thresholds.ratings, thresholds.hundredths],
    "officer-outlier": [thresholds.points, thresholds.one_in],
  }[rule];
  const text = textOf(`means.${rule}`, ...values.map((value) => number(value)));
  return thresholds.on ? text : `${textOf("text.off")}. ${text}`;
}

function drawRules({ rules, due }) {
  find("due").textContent =
    due > 0 ? textOf("text.due", number(due)) : textOf("text.judged");
  drawTable(find("rules-table"), {
    caption: find("rules-title").textContent,
    columns: [
      {
        title: textOf("text.rule"),
        is_text: true,
        head: true,
        cell: ({ rule }) => nameOf(rule),
      },
      { title: textOf("text.means"), is_text: true, cell: meaningOf },
      { title: textOf("text.flags"), cell: ({ flags }) => number(flags) },
      { title: textOf("text.ratings"), cell: ({ ratings }) => number(ratings) },
      {
        title: textOf("text.where"),
        cell: ({ counter_days: days }) => number(days),
      },
      { title: textOf("text.lifted"), cell: ({ lifted }) => number(lifted) },
    ],
    rows: rules,
  });
}

// --- Flags and marks ---------------------------------------------------------

function actionButton(text, label, asked) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button paper-not";
  button.textContent = text;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", () => openDialog({ ...asked, opener: button }));
  return button;
}

const person = (who) => who.replace(/^user /, "");
const explain = (flag) =>
  currentLanguage() === "en" ? flag.text_en : flag.text;
const daysOf = ({ from, to }) =>
  from === to ? day(from) : `${day(from)} – ${day(to)}`;

function placeOf({ counter, officer }) {
  if (officer) {
    return textOf("text.officer_of", officer);
  }
  return counter ? textOf("text.counter_of", counter) : "–";
}

function flagState(flag) {
  if (flag.lifted_at) {
    return textOf(
      "text.lifted_by",
      person(flag.lifted_by),
      moment(flag.lifted_at),
      flag.lift_reason,
    );
  }
  return mayDecide
    ? actionButton(
        textOf("text.lift"),
        textOf("text.lift_which", nameOf(flag.rule), daysOf(flag)),
        {
          method: "POST",
          path: () => `/api/v1/flags/${flag.id}/lift`,
          title: textOf("text.lift_title"),
          what: explain(flag),
        },
      )
    : textOf("text.in_force");
}

function drawFlags(flags) {
  drawTable(find("flags-table"), {
    caption: find("flags-title").textContent,
    columns: [
      {
        title: textOf("text.rule"),
        is_text: true,
        head: true,
        sort: ({ rule }) => nameOf(rule),
        cell: ({ rule }) => nameOf(rule),
      },
      {
        title: textOf("text.day"),
        is_text: true,
        sort: ({ from }) => from,
        cell: daysOf,
      },
      { title: textOf("text.counter"), is_text: true, sort: placeOf, cell: placeOf },
      { title: textOf("text.why"), is_text: true, cell: explain },
      { title: textOf("text.state"), is_text: true, cell: flagState },
    ],
    rows: flags,
  });
  if (flags.length === 0) {
    showEmpty(find("flags"), textOf("text.no_flags"), textOf("text.no_flags_more"));
  }
}

function markState(mark) {
  if (mark.withdrawn_at) {
    return textOf(
      "text.withdrawn_by",
      person(mark.withdrawn_by),
      moment(mark.withdrawn_at),
      mark.withdraw_reason,
    );
  }
  return mayDecide
    ? actionButton(
        textOf("text.withdraw"),
        textOf("text.withdraw_which", mark.id),
        {
          method: "DELETE",
          path: () => `/api/v1/ratings/${mark.id}/mark`,
          title: textOf("text.withdraw_title"),
          what: mark.id,
        },
      )
    : textOf("text.in_force");
}

function drawMarks(marks) {
  const box = find("marks-table");
  if (marks.length === 0) {
    box.textContent = textOf("text.no_marks");
    return;
  }
  drawTable(box, {
    caption: find("marks-title").textContent,
    columns: [
      {
        title: textOf("text.rating"),
        is_text: true,
        head: true,
        cell: ({ id }) => id,
      },
      {
        title: textOf("text.day"),
        is_text: true,
        cell: ({ rated_at: at }) => moment(at),
      },
      { title: textOf("text.counter"), is_text: true, cell: placeOf },
      {
        title: textOf("text.why"),
        is_text: true,
        cell: (mark) =>
          textOf("text.marked_by", person(mark.by), moment(mark.at), mark.reason),
      },
      { title: textOf("text.state"), is_text: true, cell: markState },
    ],
    rows: marks,
  });
}

// --- The page ----------------------------------------------------------------

function pathOf(view, below) {
  const asked = { limit: LIMIT, ...(below ? { below } : {}) };
  const period = view.period.code
    ? { period: view.period.code }
    : { from: view.period.from, to: view.period.to };
  return `/api/v1/flags?${new URLSearchParams({ ...period, ...asked })}`;
}

function showMore(view, flags, next) {
  const button = find("more");
  button.hidden = next === null;
  button.onclick = async () => {
    const { json } = await question(pathOf(view, next));
    if (json) {
      const all = [...flags, ...json.flags];
      drawFlags(all);
      showMore(view, all, json.next);
    }
  };
}

function draw() {
  const view = currentView();
  const summary = `/api/v1/reports/summary${questionOf(view)}`;
  load(find("figures"), summary, drawFigures);
  load(find("flags"), pathOf(view), (answer) => {
    drawRules(answer);
    drawMarks(answer.marks);
    drawFlags(answer.flags);
    showMore(view, answer.flags, answer.next);
  });
}

// --- The dialog --------------------------------------------------------------

function complain(text) {
  find("problem").hidden = text === null;
  find("problem").textContent = text ?? "";
}

function openDialog(asked) {
  wish = asked;
  find("dialog-title").textContent = asked.title;
  find("dialog-what").textContent = asked.what;
  find("rating-field").hidden = !asked.byId;
  find("rating").value = "";
  find("reason").value = "";
  complain(null);
  find("dialog").showModal();
  find(asked.byId ? "rating" : "reason").focus();
}

const PROBLEMS = { 404: "text.gone", 409: "text.late" };

async function send(event) {
  event.preventDefault();
  const reason = find("reason").value.trim().replace(/\s+/g, " ");
  const id = find("rating").value.trim();
  if (wish.byId && !/^[0-9a-f]{16}$/.test(id)) {
    complain(textOf("text.rating_missing"));
    find("rating").focus();
    return;
  }
  if (reason === "") {
    complain(textOf("text.reason_missing"));
    find("reason").focus();
    return;
  }
  find("send").disabled = true;
  let status = 0;
  try {
    status = (await ask(wish.method, wish.path(id), { reason })).status;
  } catch {
    // Said below.
  }
  find("send").disabled = false;
  if (status === 200) {
    find("dialog").close();
    draw();
  } else {
    complain(textOf(PROBLEMS[status] ?? "text.failed"));
  }
}

find("form").addEventListener("submit", send);
find("leave").addEventListener("click", () => find("dialog").close());
find("dialog").addEventListener("close", () =>
  (wish?.opener?.isConnected ? wish.opener : find("main")).focus(),
);
find("mark").addEventListener("click", () =>
  openDialog({
    method: "POST",
    path: (id) => `/api/v1/ratings/${id}/mark`,
    title: textOf("text.mark_title"),
    what: textOf("text.mark_what"),
    byId: true,
    opener: find("mark"),
  }),
);

const someone = await whoIsThere();
mayDecide = someone?.role === "office";
find("mark").hidden = !mayDecide;
startShell({ draw });
