// The other documents of settings, as they are.
import { complain, putDocument, versionWords } from "./admin-says.js";
import { textOf } from "./language.js";
import { moment } from "./numbers.js";
import { load, question, showEmpty } from "./states.js";

// These have a form of their own.
const FORMS = ["hours", "targets"];

const find = (id) => document.getElementById(id);

let part = null;
let names = [];
let told = null;
let shown = null; // the version in the field, the newest or one of before

function titleOf(name) {
  return find(`text.doc.${name}`) ? textOf(`text.doc.${name}`) : name;
}

function drawNames() {
  const select = find("document-name");
  const chosen = select.value;
  select.replaceChildren(
    ...names.map((name) => new Option(titleOf(name), name)),
  );
  select.value = names.includes(chosen) ? chosen : (names[0] ?? "");
}

function draw() {
  drawNames();
  if (told) {
    find("document-version").textContent =
      shown.version === told.version ? versionWords(told) : oldWords(shown);
    find("document-before").disabled = shown.version <= 1;
  }
}

function oldWords({ version, changed_by: by, changed_at: at }) {
  const name = (by ?? "").replace(/^user /, "");
  return textOf("text.version.old", version, name, moment(at));
}

function show(json) {
  shown = json;
  find("document-body").value = JSON.stringify(json.body, null, 2);
  draw();
}

async function goBack() {
  const name = encodeURIComponent(told.name);
  const { json } = await question(
    `/api/v1/settings/${name}?version=${shown.version - 1}`,
  );
  if (json) {
    find("document-saved").hidden = true;
    show(json);
  }
}

function look() {
  const name = find("document-name").value;
  complain("document-alert", null);
  load(part, `/api/v1/settings/${encodeURIComponent(name)}`, (json) => {
    told = json;
    show(json);
    return true;
  });
}

function learnNames() {
  load(part, "/api/v1/settings", (json) => {
    names = json.settings
      .map(({ name }) => name)
      .filter((name) => !FORMS.includes(name));
    if (names.length === 0) {
      showEmpty(part, textOf("text.none_yet"), "");
      return false;
    }
    drawNames();
    setTimeout(look);
    return true;
  });
}

// Null, and a complaint, where it is none.
function read() {
  const field = find("document-body");
  try {
    const body = JSON.parse(field.value);
    if (body === null || typeof body !== "object" || Array.isArray(body)) {
      throw new Error("{ … }");
    }
    return body;
  } catch (error) {
    complain("document-alert", textOf("text.fault.json", error.message), field);
    return null;
  }
}

async function send() {
  find("document-saved").hidden = true;
  complain("document-alert", null);
  const body = read();
  if (body === null) {
    return;
  }
  const result = await putDocument(told.name, told.version, body);
  if (result.words) {
    complain("document-alert", result.words, find("document-body"));
    return;
  }
  const { version } = result.json;
  find("document-saved").textContent = textOf("text.saved", version);
  find("document-saved").hidden = false;
  look();
}

export function startDocuments(section) {
  part = section;
  find("document-name").addEventListener("change", () => {
    find("document-saved").hidden = true;
    look();
  });
  find("document-before").addEventListener("click", goBack);
  find("document-again").addEventListener("click", look);
  find("document-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  learnNames();
  return draw;
}
