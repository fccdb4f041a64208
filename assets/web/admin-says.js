// What the parts of /quan-tri have in common: asking for a change and saying
// what came of it, dialogs, buttons in tables.
import { currentLanguage, textOf } from "./language.js";
import { moment } from "./numbers.js";
import { ask } from "./session.js";

const find = (id) => document.getElementById(id);
const KNOWN = ["there", "last-admin", "own-account"];

function words(status, said) {
  const type = said.type?.split(":").pop() ?? "";
  if (said.faults?.length) {
    return faultWords(said.faults);
  }
  if (KNOWN.includes(type)) {
    return textOf(`text.fault.${type}`);
  }
  if (type === "changed") {
    return textOf("text.fault.changed", said.expected ?? "?");
  }
  return type === "unreadable"
    ? textOf("text.fault.unreadable", said.detail)
    : textOf("text.fault.failed", status, said.detail ?? "");
}

// Each fault of a table, on a line of its own.
function faultWords(faults) {
  return faults.map((fault) => fault[currentLanguage()]).join("\n");
}

// Resolves to {json}, or {words}: what went wrong, to be shown, with the server's
// `detail` where it names what is wrong with what was sent.
export async function change(method, path, body) {
  try {
    const answer = await ask(method, path, body);
    const json = await answer.json().catch(() => ({}));
    return answer.ok
      ? { json }
      : { words: words(answer.status, json), detail: json.detail ?? "" };
  } catch {
    return { words: textOf("text.fault.offline") };
  }
}

const homes = new Map(); // of alerts, where they stand when about no field

function moveTo(alert, field) {
  if (!homes.has(alert)) {
    homes.set(alert, document.createComment("alert"));
    alert.before(homes.get(alert));
  }
  const box = field?.closest(".field, fieldset");
  if (box) {
    box.append(alert);
  } else {
    homes.get(alert).after(alert);
  }
}

// Into the alert with this id, beside `field` when it is about one; null:
// nothing is wrong.
export function complain(id, text, field) {
  const alert = find(id);
  moveTo(alert, field);
  alert.hidden = text === null;
  alert.textContent = text ?? "";
  const box = alert.closest("form") ?? alert.parentElement;
  for (const marked of box.querySelectorAll("[aria-invalid]")) {
    marked.removeAttribute("aria-invalid");
  }
  if (text !== null) {
    field?.setAttribute("aria-invalid", "true");
    (field ?? alert).focus();
  }
}

// A button of a row: `of` is the row's name, for who does not see the row.
export function rowButton(id, of, onClick) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = textOf(`text.${id}`);
  button.setAttribute("aria-label", textOf(`text.${id}_of`, of));
  button.addEventListener("click", onClick);
  return button;
}

export function buttonsOf(...buttons) {
  const box = document.createElement("div");
  box.className = "buttons";
  box.append(...buttons.filter(Boolean));
  return box;
}

// Asks whether it is meant, then does it: `act` resolves as change().
export function makeSure(title, text, yes, act) {
  const dialog = find("sure-dialog");
  find("sure-title").textContent = title;
  find("sure-words").textContent = text;
  const button = find("sure-yes");
  const fresh = button.cloneNode(false);
  fresh.textContent = textOf("text.sure_yes", yes);
  button.replaceWith(fresh);
  complain("sure-alert", null);
  fresh.addEventListener("click", async () => {
    fresh.disabled = true;
    const result = await act();
    fresh.disabled = false;
    if (result.words) {
      complain("sure-alert", result.words);
    } else {
      dialog.close();
    }
  });
  dialog.showModal();
}

// A button that saves bytes which the page holds.
function fileButton({ name, words, type, bytes }) {
  const link = document.createElement("a");
  link.className = "button";
  link.download = name;
  link.textContent = words;
  link.href = URL.createObjectURL(new Blob([bytes], { type }));
  return link;
}

function forget(...boxes) {
  for (const box of boxes) {
    for (const link of box.querySelectorAll("a[download]")) {
      URL.revokeObjectURL(link.href);
    }
    box.replaceChildren();
  }
}

// Something that is shown once; `svg`: as a picture too; `files`: to be saved.
export function showSecret(title, text, secret, svg, files = []) {
  const picture = find("secret-picture");
  const box = find("secret-files");
  find("secret-title").textContent = title;
  find("secret-words").textContent = text;
  find("secret-text").textContent = secret;
  picture.hidden = !svg;
  box.hidden = files.length === 0;
  forget(picture, box);
  if (svg) {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
    parsed.documentElement.setAttribute("aria-hidden", "true");
    picture.append(document.importNode(parsed.documentElement, true));
  }
  box.append(...files.map(fileButton));
  const dialog = find("secret-dialog");
  dialog.addEventListener(
    "close",
    () => {
      find("secret-text").textContent = "";
      forget(picture, box);
    },
    { once: true },
  );
  dialog.showModal();
}

// Who changed a document last.
export function versionWords({ version, changed_by: by, changed_at: at }) {
  return version === 0 || !by
    ? textOf("text.version.own")
    : textOf("text.version.of", version, by.replace(/^user /, ""), moment(at));
}

// Sends a document of settings; resolves as change().
export function putDocument(name, version, body) {
  return change("PUT", `/api/v1/settings/${name}`, { version, body });
}
