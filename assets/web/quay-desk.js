// One counter's page: who sits there, whether its screen is in contact, the form
// that invites, and what became of the invitations.
import { textOf } from "./language.js";
import { follow } from "./live.js";
import { drawForm, startForm } from "./quay-form.js";
import { drawList, startList, updateList } from "./quay-list.js";
import { problemOf } from "./quay-problem.js";
import { contactText } from "./quay-words.js";
import { ask } from "./session.js";

const byId = (id) => document.getElementById(id);

let desk = null; // {number, unit, person, showAway}
let now = null; // what the server said last

// A region that speaks does so only when something in it changes.
function say(id, text) {
  const element = byId(id);
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

function sitsHere() {
  return now.officer !== null && now.officer === desk.person.officer;
}

function drawHead() {
  document.title = textOf("say.title", desk.number);
  byId("title").textContent = textOf("say.counter", desk.number);
  byId("mode").hidden = desk.unit.mode === "transaction";
  say("contact", contactText(now));
  byId("contact").className = now.in_contact ? "contact" : "contact lost";
  say(
    "seat",
    sitsHere()
      ? textOf("say.me")
      : now.officer
        ? textOf("say.somebody", now.officer_name ?? now.officer)
        : textOf("say.nobody"),
  );
  byId("seat-button").hidden = desk.person.role !== "officer";
  byId("seat-button").textContent = textOf(sitsHere() ? "say.leave" : "say.take");
}

async function changeSeat() {
  const action = sitsHere() ? "leave" : "take";
  let problem = null;
  try {
    const path = `/api/v1/counters/${encodeURIComponent(desk.number)}/seat`;
    const answer = await ask("POST", path, { action });
    problem = answer.ok ? null : await problemOf(answer);
  } catch {
    problem = () => textOf("say.offline");
  }
  if (problem) {
    say("seat", problem());
  }
}

export function redrawDesk() {
  if (now) {
    drawHead();
    drawForm();
    drawList();
  }
}

function change(said) {
  const isFirst = now === null;
  now = said;
  if (isFirst) {
    byId("desk").hidden = false;
    byId("transaction").focus({ preventScroll: true });
  }
  drawHead();
  updateList(said);
}

// Resolves only when the server refuses: to its status.
export async function openDesk(opened) {
  desk = opened;
  byId("seat-button").addEventListener("click", changeSeat);
  startList(desk);
  startForm(desk);
  const path = `/api/v1/counters/${encodeURIComponent(desk.number)}/invitations`;
  return follow(path, change, desk.showAway);
}
