// The page /mat-khau: one's own password, and where one is signed in.
import { startLanguage, textOf } from "./language.js";
import { moment } from "./numbers.js";
import { ask, home, pathTo, startSession } from "./session.js";

const LETTERS_LEAST = 10;

const find = (id) => document.getElementById(id);
const fields = ["old", "new", "again"].map(find);
let sessions = [];
// What the alert says now, so that it can be said in the other language.
let said = null;

function showAlert() {
  find("alert").hidden = said === null;
  find("alert").textContent = said === null ? "" : textOf(...said);
}

function complain(field, ...text) {
  said = text;
  showAlert();
  find("done").hidden = true;
  for (const each of fields) {
    each.removeAttribute("aria-describedby");
    each.removeAttribute("aria-invalid");
  }
  field.setAttribute("aria-describedby", "alert");
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

// Null, or the field and what is wrong with it.
function fault() {
  const [old, wanted, again] = fields;
  const empty = fields.find((field) => field.value === "");
  if (empty) {
    return [empty, "say.missing"];
  }
  if ([...wanted.value].length < LETTERS_LEAST) {
    return [wanted, "say.short"];
  }
  if (wanted.value === old.value) {
    return [wanted, "say.same"];
  }
  return wanted.value === again.value ? null : [again, "say.differ"];
}

function answered(answer) {
  const minutes = Math.ceil(Number(answer.headers.get("Retry-After")) / 60);
  if (answer.status === 403) {
    complain(fields[0], "say.wrong");
  } else if (answer.status === 422) {
    complain(fields[1], "say.short");
  } else if (answer.status === 429) {
    complain(fields[0], "say.locked", minutes);
  } else if (answer.status !== 204) {
    complain(fields[0], "say.failed", answer.status);
  }
  return answer.status === 204;
}

async function change() {
  const wrong = fault();
  if (wrong) {
    complain(...wrong);
    return;
  }
  const [old, wanted] = fields.map(({ value }) => value);
  const body = { old, new: wanted };
  try {
    const answer = await ask("POST", "/api/v1/sessions/me/password", body);
    if (answered(answer)) {
      said = null;
      showAlert();
      find("form").reset();
      find("done").hidden = false;
      find("due").hidden = true;
      find("home").hidden = false;
      find("home").focus();
      await learnSessions();
    }
  } catch {
    complain(fields[0], "say.offline");
  }
}

function sessionRow(session) {
  const row = document.createElement("li");
  const words = document.createElement("span");
  const [made, used] = [session.signed_in_at, session.used_at].map(moment);
  words.textContent = textOf("say.session", made, used);
  row.append(words);
  if (session.current) {
    const here = document.createElement("strong");
    here.textContent = textOf("say.here");
    row.append(here);
  }
  return row;
}

function showSessions() {
  find("session-list").replaceChildren(...sessions.map(sessionRow));
  find("sessions").hidden = sessions.length === 0;
}

async function learnSessions() {
  const answer = await ask("GET", "/api/v1/sessions");
  sessions = answer.ok ? (await answer.json()).sessions : [];
  showSessions();
}

startLanguage(() => {
  showAlert();
  showSessions();
});
const person = await startSession();
find("due").hidden = !person.password_due;
find("home").hidden = person.password_due;
find("home").href = person.role === "officer" ? pathTo("/quay") : home;
find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  change();
});
find("everywhere").addEventListener("click", async () => {
  await ask("DELETE", "/api/v1/sessions");
  location.replace(pathTo("/dang-nhap"));
});
if (!person.password_due) {
  learnSessions();
}
