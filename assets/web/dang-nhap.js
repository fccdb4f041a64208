// The page /dang-nhap: name and password, and then to where one came from.
import { startLanguage, textOf } from "./language.js";
import { home, localPath, pathTo, signIn, whoIsThere } from "./session.js";

const form = document.getElementById("form");
const nameField = document.getElementById("name");
const passwordField = document.getElementById("password");
const alertBox = document.getElementById("alert");
const sendButton = document.getElementById("send");

function goOn(person) {
  const next = new URLSearchParams(location.search).get("next");
  const own = person.role === "officer" ? pathTo("/quay") : home;
  location.replace(next ? localPath(next) : own);
}

// What the alert says now, so that it can be said in the other language.
let said = null;

function showAlert() {
  alertBox.hidden = said === null;
  alertBox.textContent = said === null ? "" : textOf(...said);
}

// `field` is the one that the keyboard goes to.
function complain(field, ...text) {
  said = text;
  showAlert();
  for (const each of [nameField, passwordField]) {
    each.removeAttribute("aria-describedby");
    each.removeAttribute("aria-invalid");
  }
  field.setAttribute("aria-describedby", "alert");
  field.focus();
}

function isComplete() {
  for (const field of [nameField, passwordField]) {
    if (field.value.trim() === "") {
      complain(field, `say.${field.name}`);
      field.setAttribute("aria-invalid", "true");
      return false;
    }
  }
  return true;
}

function answer(result) {
  if (result.status === 201) {
    goOn(result.person);
  } else if (result.status === 401 || result.status === 422) {
    complain(passwordField, "say.wrong");
    passwordField.select();
  } else if (result.status === 429) {
    complain(passwordField, "say.locked", Math.ceil(result.wait_s / 60));
  } else if (result.status === 503) {
    complain(passwordField, "say.busy");
  } else {
    complain(passwordField, "say.failed", result.status);
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sendButton.disabled || !isComplete()) {
    return;
  }
  sendButton.disabled = true;
  try {
    answer(await signIn(nameField.value, passwordField.value));
  } catch {
    complain(passwordField, "say.offline");
  } finally {
    sendButton.disabled = false;
  }
});

document.getElementById("show").addEventListener("change", (event) => {
  passwordField.type = event.target.checked ? "text" : "password";
});

startLanguage(showAlert);
// A link from elsewhere comes without the session's cookie; from here it is
// there.
whoIsThere()
  .then((person) => person && goOn(person))
  .catch(() => {});
