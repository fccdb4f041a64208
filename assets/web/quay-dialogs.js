// The two dialogs of the officer's page: why an invitation is withdrawn, and its
// QR code for a telephone. The browser keeps the keyboard inside, closes with
// Esc, and brings it back.
import { textOf } from "./language.js";
import { problemOf } from "./quay-problem.js";
import { ask, pathTo } from "./session.js";

const byId = (id) => document.getElementById(id);
const withdrawal = byId("withdraw");
const code = byId("code");

let withdrawn = null; // the id that is asked about
let shown = null; // the id whose code is shown
let sending = false;
let afterwards = () => {}; // when a dialog has closed

function complain(text) {
  byId("withdraw-problem").hidden = text === "";
  byId("withdraw-problem").textContent = text;
}

function showOther() {
  byId("reason-field").hidden = !byId("reason-other").checked;
}

export function openWithdrawal(invitation, name, onClosed) {
  withdrawn = invitation.id;
  afterwards = onClosed;
  byId("withdraw-form").reset();
  byId("withdraw-which").textContent = name;
  byId("withdraw-send").hidden = false;
  complain("");
  showOther();
  withdrawal.showModal();
}

// "": none was given, and this was said.
function chosenReason() {
  const chosen = byId("withdraw-form").querySelector("[name=reason]:checked");
  if (!chosen) {
    complain(textOf("say.choose-reason"));
    byId("withdraw-form").querySelector("[name=reason]").focus();
    return "";
  }
  const reason = chosen.value || byId("reason-text").value.trim();
  if (reason === "") {
    complain(textOf("say.type-reason"));
    byId("reason-text").focus();
  }
  return reason;
}

async function withdraw() {
  const reason = chosenReason();
  if (reason === "" || sending) {
    return;
  }
  sending = true;
  try {
    const answer = await ask("DELETE", `/api/v1/invitations/${withdrawn}`, { reason });
    if (answer.ok) {
      withdrawal.close();
    } else {
      complain((await problemOf(answer))());
    }
  } catch {
    complain(textOf("say.offline"));
  } finally {
    sending = false;
  }
}

function sayCode(text) {
  byId("code-image").hidden = text !== "";
  byId("code-hint").hidden = text !== "";
  byId("code-problem").textContent = text;
}

export function openCode(invitation, onClosed) {
  shown = invitation.id;
  afterwards = onClosed;
  byId("code-image").src = pathTo(
    `/api/v1/invitations/${shown}/qr.svg`,
  );
  sayCode("");
  code.showModal();
}

// An invitation that a dialog is about has ended meanwhile.
export function noteEnd({ id, state }) {
  const text = textOf("say.ended", textOf(`state.${state}`));
  if (withdrawal.open && id === withdrawn && !sending) {
    complain(text);
    if (document.activeElement === byId("withdraw-send")) {
      byId("withdraw-close").focus();
    }
    byId("withdraw-send").hidden = true;
  }
  if (code.open && id === shown) {
    sayCode(text);
  }
}

for (const dialog of [withdrawal, code]) {
  dialog.addEventListener("close", () => afterwards());
}
byId("withdraw-form").addEventListener("change", () => {
  showOther();
  complain("");
});
byId("withdraw-form").addEventListener("submit", (event) => {
  event.preventDefault();
  withdraw();
});
byId("withdraw-close").addEventListener("click", () => withdrawal.close());
byId("code-close").addEventListener("click", () => code.close());
byId("code-image").addEventListener("error", () => sayCode(textOf("say.not-found")));
