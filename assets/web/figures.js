// The words around a rate, the same on every page: verdicts, small rows.
import { textOf } from "./language.js";
import { interval, percent } from "./numbers.js";

export const LEAST = 5; // ratings, for a rate of a row
export const RELIABLE = 30; // with fewer it is grey

// `name` as the API has it ("dat-vung"), null: none.
export function verdictMark(name, text) {
  const mark = document.createElement("span");
  mark.className = `verdict ${name ?? "none"}`;
  mark.textContent = text ?? textOf(name ? `say.verdict.${name}` : "say.empty");
  return mark;
}

// A row's rate, or why there is none.
export function rateText(row, decimals = 1) {
  if (row.sat !== null) {
    return percent(row.sat, decimals);
  }
  return row.rated === 0 ? textOf("say.empty") : textOf("say.few", LEAST);
}

export function intervalText(row) {
  return row.wilson ? interval(row.wilson) : "–";
}

export function isFew(row) {
  return row.rated === null || row.rated < RELIABLE;
}
