// Names of what figures are broken down by. Fields, procedures and officers
// have theirs from the server; the rest is said in the page's language.
import { currentLanguage, textOf } from "./language.js";
import { day } from "./numbers.js";

const KEY = "hailong.names";
const TOLD = ["channel", "step"];

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

const known = read();

// Keeps what the server calls the rows of a summary by `by`, for filters that
// name one of them.
export function learnNames(by, rows) {
  for (const row of rows) {
    known[`${by}:${row.key}`] = row.label;
  }
  try {
    sessionStorage.setItem(KEY, JSON.stringify(known));
  } catch {
    // They are asked for again.
  }
}

function textOrNull(id) {
  return document.getElementById(id) ? textOf(id) : null;
}

// null: not known here.
export function nameOf(by, key) {
  if (key === "") {
    return textOf("say.row.none");
  }
  if (by === "counter" && /^\d+$/.test(key)) {
    return textOf("say.row.counter", key);
  }
  if (by === "day") {
    return day(key);
  }
  if (by === "month") {
    return key.split("-").reverse().join("/");
  }
  if (by === "weekday") {
    return textOf(`say.weekday.${key}`);
  }
  if (TOLD.includes(by) && currentLanguage() === "en") {
    return textOrNull(`say.row.${key}`) ?? key;
  }
  return known[`${by}:${key}`] ?? null;
}

export function rowName(by, row) {
  return nameOf(by, row.key) ?? row.label;
}
