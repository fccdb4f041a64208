// The invitations of the counter and what became of them: never a level, and
// nothing here answers for a citizen.
import { textOf } from "./language.js";
import { noteEnd, openCode, openWithdrawal } from "./quay-dialogs.js";
import { fieldText, stepText, timeText } from "./quay-words.js";

const OPEN = ["waiting", "shown"];
const byId = (id) => document.getElementById(id);
const list = byId("invitations");

let desk = null;
let invitations = []; // as the server told them
const rows = new Map(); // by id
// Of the invitations made from this page: {transaction, step} by id.
const own = new Map();

export function keepOwn(id, { transaction, step }) {
  own.set(id, { transaction: transaction ?? "", step: step ?? "" });
  drawList();
}

// Whether this page has invited it; what was withdrawn may be invited again.
export function isOwnCode(transaction, step) {
  return invitations.some(({ id, state }) => {
    const kept = own.get(id);
    return (
      state !== "withdrawn" &&
      kept?.transaction === transaction &&
      kept.step === (step ?? "")
    );
  });
}

function nameOf(invitation) {
  const kept = own.get(invitation.id);
  if (kept) {
    return kept.transaction || textOf("say.no-code");
  }
  if (invitation.transaction) {
    return invitation.transaction;
  }
  return textOf(invitation.made_by.startsWith("key ") ? "say.software" : "say.person");
}

function stateText({ state, expires_at }) {
  const text = textOf(`state.${state}`);
  return state === "waiting"
    ? `${text}, ${textOf("say.until", timeText(expires_at))}`
    : text;
}

function workText({ step, field, procedure }) {
  return [stepText(step), fieldText(desk.unit.fields, field), procedure]
    .filter(Boolean)
    .join(" · ");
}

function addPart(row, tag, name) {
  const part = document.createElement(tag);
  part.className = name;
  row.append(part);
  return part;
}

function addButton(parent, onClick) {
  const button = addPart(parent, "button", "button");
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
}

function makeRow(id) {
  const element = document.createElement("li");
  element.tabIndex = -1;
  const find = () => invitations.find((each) => each.id === id);
  const row = {
    element,
    name: addPart(element, "p", "what"),
    work: addPart(element, "p", "work"),
    state: addPart(element, "p", "state"),
    reason: addPart(element, "p", "work"),
    buttons: addPart(element, "div", "buttons"),
  };
  // Back from a dialog, to a button that may have gone meanwhile. Until the next
  // drawing the keyboard may still be said to be in the dialog that has closed.
  const comeBack = () => {
    const at = document.activeElement;
    if (at === document.body || at.getClientRects().length === 0) {
      element.focus();
    }
  };
  row.code = addButton(row.buttons, () => openCode(find(), comeBack));
  row.withdraw = addButton(row.buttons, () => openWithdrawal(find(), nameOf(find()), comeBack));
  return row;
}

function drawRow(invitation) {
  const row = rows.get(invitation.id);
  const name = nameOf(invitation);
  const isOpen = OPEN.includes(invitation.state);
  row.name.textContent = `${timeText(invitation.made_at)} · ${name}`;
  row.work.textContent = workText(invitation);
  row.state.textContent = stateText(invitation);
  row.state.dataset.state = invitation.state;
  row.reason.textContent = invitation.reason ? textOf("say.reason", invitation.reason) : "";
  row.code.textContent = textOf("say.show-code");
  row.withdraw.textContent = textOf("say.withdraw");
  for (const button of [row.code, row.withdraw]) {
    button.setAttribute("aria-label", `${button.textContent}: ${name}`);
  }
  // The keyboard does not fall off the page with a button that goes.
  if (!isOpen && row.buttons.contains(document.activeElement)) {
    row.element.focus();
  }
  row.buttons.hidden = !isOpen;
}

// Rows stay the same elements, in the order of the server.
export function drawList() {
  const ids = new Set(invitations.map((each) => each.id));
  for (const [id, row] of rows) {
    if (!ids.has(id)) {
      if (row.element.contains(document.activeElement)) {
        byId("list-title").focus();
      }
      row.element.remove();
      rows.delete(id);
    }
  }
  let before = null; // the row above
  for (const invitation of invitations) {
    if (!rows.has(invitation.id)) {
      rows.set(invitation.id, makeRow(invitation.id));
    }
    const { element } = rows.get(invitation.id);
    const place = before ? before.nextSibling : list.firstChild;
    if (place !== element) {
      list.insertBefore(element, place);
    }
    drawRow(invitation);
    before = element;
  }
  byId("empty").hidden = invitations.length > 0;
}

// Says what changed, politely; at the first look nothing.
function speak(before, after) {
  const states = new Map(before.map((each) => [each.id, each.state]));
  const changes = after
    .filter((each) => states.get(each.id) !== each.state)
    .map((each) => textOf("say.change", nameOf(each), textOf(`state.${each.state}`)));
  if (changes.length > 0) {
    byId("spoken").textContent = changes.join(". ");
  }
}

let isFirst = true;

export function updateList(said) {
  const before = invitations;
  invitations = said.invitations;
  drawList();
  if (!isFirst) {
    speak(before, invitations);
  }
  isFirst = false;
  for (const each of invitations) {
    if (!OPEN.includes(each.state)) {
      noteEnd(each);
    }
  }
}

export function startList(opened) {
  desk = opened;
}
