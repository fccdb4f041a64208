// The form that invites. A dossier's code that is typed or picked here goes to
// the server and stays in this page's memory, nowhere else.
import { currentLanguage, textOf } from "./language.js";
import { isOwnCode, keepOwn } from "./quay-list.js";
import { problemOf } from "./quay-problem.js";
import { clockText, stepText, timeText } from "./quay-words.js";
import { ask } from "./session.js";

const RECENT_REFRESH_MS = 20000;
const byId = (id) => document.getElementById(id);
const form = byId("form");
const codeField = byId("transaction");
const fieldChoice = byId("field");
const recentChoice = byId("recent");

let desk = null;
let recent = []; // what was completed here, and not invited from here
let sending = false;
// What is told now, so that it can be told in the other language: a function
// that gives the text, or null.
let note = null;

function option(value, text) {
  const element = document.createElement("option");
  element.value = value;
  element.textContent = text;
  return element;
}

function replaceOptions(select, options) {
  const before = select.value;
  select.replaceChildren(...options);
  select.value = before;
  if (select.selectedIndex < 0) {
    select.selectedIndex = 0;
  }
}

function drawFields() {
  replaceOptions(fieldChoice, [
    option("", textOf("say.no-field")),
    ...desk.unit.fields.map((each) => option(each.code, each[currentLanguage()])),
  ]);
}

function recentText(each) {
  return [timeText(each.done_at), each.transaction, stepText(each.step)]
    .filter(Boolean)
    .join(" · ");
}

const keyOf = (each) => `${each.transaction}\n${each.step ?? ""}`;

function drawRecent() {
  const left = recent.filter((each) => !isOwnCode(each.transaction, each.step));
  replaceOptions(recentChoice, [
    option("", textOf("say.own-code")),
    ...left.map((each) => option(keyOf(each), recentText(each))),
  ]);
  byId("recent-field").hidden =
    left.length === 0 && document.activeElement !== recentChoice;
  const procedures = [...new Set(recent.map((each) => each.procedure))];
  byId("procedures").replaceChildren(
    ...procedures.filter(Boolean).map((each) => option(each, "")),
  );
}

// Officers alone are told of others' codes.
async function loadRecent() {
  const path = `/api/v1/counters/${encodeURIComponent(desk.number)}/recent`;
  try {
    const answer = await ask("GET", path);
    if (answer.ok) {
      recent = (await answer.json()).transactions;
      // A list that is open is not changed under the hand.
      if (document.activeElement !== recentChoice) {
        drawRecent();
      }
    }
  } catch {
    // The list of invitations tells that the server is away.
  }
}

function takePick() {
  const picked = recent.find((each) => keyOf(each) === recentChoice.value);
  codeField.value = picked?.transaction ?? "";
  if (!picked) {
    return;
  }
  byId("procedure").value = picked.procedure ?? "";
  fieldChoice.value = picked.field ?? "";
  if (fieldChoice.selectedIndex < 0) {
    fieldChoice.value = "";
  }
  const step = form.querySelector(`[name=step][value="${CSS.escape(picked.step ?? "")}"]`);
  if (step) {
    step.checked = true;
  }
}

function tell(text, isProblem) {
  note = { text, isProblem };
  drawNote();
}

function drawNote() {
  byId("problem").hidden = !note?.isProblem;
  byId("problem").textContent = note?.isProblem ? note.text() : "";
  byId("note").textContent = note && !note.isProblem ? note.text() : "";
}

function wanted() {
  const body = { counter: desk.number };
  for (const [name, value] of new FormData(form)) {
    if (value.trim() !== "") {
      body[name] = value.trim();
    }
  }
  return body;
}

async function takeAnswer(answer, body) {
  if (!answer.ok) {
    tell(await problemOf(answer), true);
    return;
  }
  const made = await answer.json();
  const time = clockText();
  keepOwn(made.id, body);
  codeField.value = "";
  recentChoice.value = "";
  drawRecent();
  tell(() => (answer.status === 201 ? textOf("say.invited", time) : textOf("say.there")), false);
}

// The button stays where the keyboard may be: it is never disabled.
async function invite() {
  if (sending) {
    return;
  }
  const body = wanted();
  sending = true;
  form.setAttribute("aria-busy", "true");
  note = null;
  drawNote();
  try {
    await takeAnswer(await ask("POST", "/api/v1/invitations", body), body);
  } catch {
    tell(() => textOf("say.unsure"), true);
  } finally {
    sending = false;
    form.removeAttribute("aria-busy");
  }
}

export function drawForm() {
  drawFields();
  drawRecent();
  drawNote();
}

export function startForm(opened) {
  desk = opened;
  drawForm();
  const here = desk.unit.counters.find((each) => each.counter === desk.number);
  fieldChoice.value = here?.field ?? "";
  if (fieldChoice.selectedIndex < 0) {
    fieldChoice.value = "";
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    invite();
  });
  // From everywhere on the page, in every browser.
  document.addEventListener("keydown", (event) => {
    const isKey = event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyM";
    if (isKey && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      invite();
    }
  });
  recentChoice.addEventListener("change", takePick);
  recentChoice.addEventListener("blur", drawRecent);
  if (desk.person.role === "officer") {
    loadRecent();
    setInterval(loadRecent, RECENT_REFRESH_MS);
  }
}
