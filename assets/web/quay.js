// The pages /quay, where a counter is chosen, and /quay/N, where its officer
// invites citizens to rate.
import { startLanguage, textOf } from "./language.js";
import { pause, whenThere } from "./live.js";
import { openDesk, redrawDesk } from "./quay-desk.js";
import { contactText, fieldText } from "./quay-words.js";
import { ask, home, pathTo, startSession } from "./session.js";

const CHOICE_REFRESH_MS = 20000;
const number = decodeURIComponent(location.pathname.slice(home.length).split("/")[1] ?? "");
const byId = (id) => document.getElementById(id);

let isAway = false;
let unit = null; // what GET counters said
let person = null;

function showAway(away) {
  if (away !== isAway) {
    isAway = away;
    byId("away").hidden = !away;
    byId("away").textContent = away ? textOf("say.away") : "";
  }
}

async function loadUnit() {
  const answer = await ask("GET", "/api/v1/counters");
  if (!answer.ok) {
    throw new Error(`status ${answer.status}`);
  }
  return answer.json();
}

function counterRow(counter) {
  const row = document.createElement("li");
  const link = document.createElement("a");
  const name = document.createElement("strong");
  const who = document.createElement("span");
  const contact = document.createElement("span");
  link.href = pathTo(`/quay/${encodeURIComponent(counter.counter)}`);
  name.textContent = textOf("say.counter", counter.counter);
  if (counter.field) {
    name.textContent += ` · ${fieldText(unit.fields, counter.field)}`;
  }
  const isMe = counter.officer !== null && counter.officer === person.officer;
  who.textContent = isMe
    ? textOf("say.me")
    : counter.officer
      ? textOf("say.somebody", counter.officer_name ?? counter.officer)
      : textOf("say.nobody");
  contact.textContent = contactText(counter);
  contact.className = counter.in_contact ? "contact" : "contact lost";
  link.append(name, who, contact);
  row.append(link);
  return row;
}

// Rows are made anew; the keyboard stays at its counter.
function drawChoice() {
  const list = byId("counters");
  const at = document.activeElement?.getAttribute("href");
  const hadFocus = list.contains(document.activeElement);
  document.title = textOf("say.choose-title");
  list.replaceChildren(...unit.counters.map(counterRow));
  byId("no-counters").hidden = unit.counters.length > 0;
  if (hadFocus) {
    list.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus();
  }
}

async function runChoice() {
  byId("choose").hidden = false;
  for (;;) {
    drawChoice();
    await pause(CHOICE_REFRESH_MS);
    unit = await whenThere(loadUnit, showAway);
  }
}

function drawUnknown() {
  byId("unknown-title").textContent = textOf("say.counter", number);
}

function redraw() {
  if (isAway) {
    byId("away").textContent = textOf("say.away");
  }
  if (!unit) {
    return;
  }
  if (!number) {
    drawChoice();
  } else {
    drawUnknown();
    redrawDesk();
  }
}

startLanguage(redraw);
person = await whenThere(startSession, showAway);
unit = await whenThere(loadUnit, showAway);
if (!number) {
  await runChoice();
} else {
  const status = await openDesk({ number, unit, person, showAway });
  byId("desk").hidden = true;
  byId("unknown").hidden = status !== 404;
  drawUnknown();
}
