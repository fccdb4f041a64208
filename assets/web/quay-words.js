// Words that more than one part of the officer's page says.
import { currentLanguage, textOf } from "./language.js";

const LOCAL_MS = 7 * 3600 * 1000;

function localNow() {
  return new Date(Date.now() + LOCAL_MS).toISOString();
}

export function clockText() {
  return localNow().slice(11, 16);
}

// "09:15" of the server's times, and the day behind it when that is not today.
export function timeText(iso) {
  const today = localNow().slice(0, 10);
  const time = iso.slice(11, 16);
  return iso.slice(0, 10) === today
    ? time
    : `${time} ${iso.slice(8, 10)}/${iso.slice(5, 7)}`;
}

export function contactText({ in_contact, seen_at }) {
  if (in_contact) {
    return textOf("say.in-contact");
  }
  return seen_at ? textOf("say.lost", timeText(seen_at)) : textOf("say.never");
}

// A step that has no name here is told by its code.
export function stepText(step) {
  return step && document.getElementById(`step.${step}`) ? textOf(`step.${step}`) : (step ?? "");
}

// `fields` as GET counters tells them.
export function fieldText(fields, code) {
  const field = fields.find((each) => each.code === code);
  return field ? field[currentLanguage()] : (code ?? "");
}
