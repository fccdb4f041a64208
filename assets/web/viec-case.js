// One case of the page /viec: what is known of it, what happened, and what the
// person who looks at it may do.
import { currentLanguage, textOf } from "./language.js";
import { nameOf } from "./names.js";
import { day, moment, number, today } from "./numbers.js";
import { ask } from "./session.js";
import { currentView } from "./shell.js";
import { load, question } from "./states.js";
import { dueText } from "./viec-words.js";

const NOTICE_DAYS = 30;
const ACTIONS = ["assign", "answer", "confirm", "return", "reopen"];

const find = (id) => document.getElementById(id);

let shown = null;

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) {
    made.className = className;
  }
  return made;
}

function causeText(code) {
  const cause = shown.causes.find((each) => each.code === code);
  return cause ? cause[currentLanguage()] : code;
}

function reasonText(id) {
  const told = shown.reason_texts?.[id];
  return told ? told[currentLanguage()] : id;
}

// --- What is known ----------------------------------------------------------------

function fact(id, value) {
  return [element("dt", textOf(id)), element("dd", value || textOf("text.none_given"))];
}

// What cannot be read is said, not hidden.
function commentText(comment) {
  if (comment === null) {
    return "";
  }
  return comment.state === "read"
    ? comment.text
    : textOf(`text.comment.${comment.state}`);
}

function drawFacts(row) {
  find("facts").replaceChildren(
    ...fact("text.level", textOf(`say.level.${row.level}`)),
    ...fact("text.state", textOf(`text.state.${row.state}`)),
    ...fact("text.owner", row.owner?.display ?? textOf("text.owner_none")),
    ...fact("text.opened_on", day(row.opened_day)),
    ...fact("text.due", dueText(row)),
    ...fact("text.rated_at", moment(row.rated_at)),
    ...fact("text.counter", row.counter ? (nameOf("counter", row.counter) ?? row.counter) : ""),
    ...fact("text.field", row.field ? (nameOf("field", row.field) ?? row.field) : ""),
    ...fact("text.procedure", row.procedure ?? ""),
    ...fact("text.reasons", row.reasons.map(reasonText).join(" · ")),
    ...fact("text.comment", commentText(row.comment)),
    ...fact("text.reopened", number(row.reopened)),
  );
  if (row.calendar !== "announced") {
    const note = element("dd", textOf(`text.calendar.${row.calendar}`), "note");
    find("facts").append(element("dt", ""), note);
  }
}

function kindText(event) {
  const about =
    event.kind === "assigned"
      ? (shown.owners.find(({ name }) => name === event.owner)?.display ?? event.owner)
      : event.level
        ? textOf(`say.level.${event.level}`)
        : "";
  return textOf(`text.kind.${event.kind}`, about);
}

function drawEvent(event) {
  const item = document.createElement("li");
  const who = event.who === "server" ? textOf("text.server") : (event.display ?? event.who);
  item.append(element("strong", kindText(event)));
  item.append(element("div", textOf("text.by", moment(event.at), who), "note"));
  for (const text of [
    event.cause && textOf("text.cause", causeText(event.cause)),
    event.text,
    event.action && textOf("text.done", event.action),
    event.reason,
  ]) {
    if (text) {
      item.append(element("p", text));
    }
  }
  return item;
}

// --- What may be done --------------------------------------------------------------

function fill(select, options) {
  select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
}

function dayAfter(days) {
  const ms = 24 * 3600 * 1000;
  return new Date(Date.parse(today()) + days * ms).toISOString().slice(0, 10);
}

function drawWork(row) {
  const { person } = currentView();
  for (const action of ACTIONS) {
    find(action).hidden = !row.may.includes(action);
  }
  find("notice").hidden = !(row.state === "closed" && person.role === "office");
  find("mark").hidden = !(person.role === "office" && row.state !== "superseded");
  fill(find("owner"), row.owners.map(({ name, display }) => [name, display]));
  find("owner").value = row.owner?.name ?? person.name;
  fill(find("cause"), row.causes.map((cause) => [cause.code, cause[currentLanguage()]]));
  find("notice-from").value ||= today();
  find("notice-to").value ||= dayAfter(NOTICE_DAYS);
  find("work").hidden = !find("work").querySelector("form:not([hidden])");
}

export function drawCase(row) {
  shown = row;
  find("case-title").textContent = `${textOf("text.case")} ${row.id.slice(0, 6)}`;
  drawFacts(row);
  find("history").replaceChildren(...row.history.map(drawEvent));
  drawWork(row);
}

// The fields' names are known by now.
export function nameFields() {
  if (shown) {
    drawFacts(shown);
  }
}

// What was done stands there calmly, what was not as an alert.
function tell(text, isDone = false) {
  const told = find("told");
  told.className = isDone ? "said" : "alert";
  told.setAttribute("role", isDone ? "status" : "alert");
  told.hidden = false;
  told.textContent = text;
  told.focus();
}

function again() {
  return load(find("case"), `/api/v1/cases/${shown.id}`, drawCase);
}

async function complain(answer) {
  const said = await answer.json().catch(() => ({}));
  if (said.type?.endsWith(":changed")) {
    await again();
    tell(textOf("text.changed"));
  } else if (said.reason?.startsWith("a second person")) {
    tell(textOf("text.second"));
  } else {
    tell(textOf("text.failed", said.detail ?? answer.status));
  }
}

async function change(action, body) {
  const answer = await ask("POST", `/api/v1/cases/${shown.id}/${action}`, {
    version: shown.version,
    ...body,
  });
  if (!answer.ok) {
    await complain(answer);
    return;
  }
  const { state } = await answer.json();
  find(action).reset();
  await again();
  tell(textOf("text.saved", textOf(`text.state.${state}`)), true);
}

async function addNotice() {
  const { json, problem } = await question("/api/v1/settings/notices");
  if (problem) {
    tell(textOf("text.failed", problem.detail || problem.status));
    return;
  }
  const value = (id) => find(id).value.trim().normalize("NFC");
  const answer = await ask("PUT", "/api/v1/settings/notices", {
    version: json.version,
    body: {
      ...json.body,
      notices: [
        ...json.body.notices,
        {
          vi: value("notice-vi"),
          en: value("notice-en"),
          from: find("notice-from").value,
          to: find("notice-to").value,
          cases: [shown.id],
        },
      ],
    },
  });
  if (!answer.ok) {
    await complain(answer);
    return;
  }
  find("notice").reset();
  drawWork(shown);
  tell(textOf("text.noticed"), true);
}

async function mark() {
  const answer = await ask("POST", `/api/v1/ratings/${shown.id}/mark`, {
    reason: find("mark-reason").value,
  });
  if (answer.status === 409) {
    tell(textOf("text.marked_already"));
    return;
  }
  if (!answer.ok) {
    await complain(answer);
    return;
  }
  find("mark").reset();
  tell(textOf("text.marked"), true);
}

// Each form waits for its answer before it can be sent again.
function onSubmit(id, send) {
  find(id).addEventListener("submit", async (event) => {
    const button = find(id).querySelector("button:last-of-type");
    event.preventDefault();
    button.disabled = true;
    find("told").hidden = true;
    try {
      await send();
    } catch {
      tell(textOf("say.offline"));
    }
    button.disabled = false;
  });
}

export function startWork() {
  const value = (id) => find(id).value;
  onSubmit("assign", () => change("assign", { owner: value("owner") }));
  onSubmit("answer", () =>
    change("answer", {
      cause: value("cause"),
      text: value("text"),
      action: value("action"),
    }),
  );
  onSubmit("confirm", () => change("confirm", {}));
  onSubmit("return", () => change("return", { reason: value("return-reason") }));
  onSubmit("reopen", () => change("reopen", { reason: value("reopen-reason") }));
  onSubmit("notice", addNotice);
  onSubmit("mark", mark);
}
