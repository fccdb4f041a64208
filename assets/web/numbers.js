// Numbers, days and times as people here write them: 1.234 · 97,6 % ·
// 23/11/2026 · 09:45. In English 1,234 and 97.6 %.
import { currentLanguage, textOf } from "./language.js";

const MARKS = {
  vi: { group: ".", point: "," },
  en: { group: ",", point: "." },
};
const HOUR_MS = 3600 * 1000;
const NO_BREAK = "\u00a0";

// `value` with `decimals` behind the point; "–" for null: not known.
export function number(value, decimals = 0) {
  if (value === null || value === undefined) {
    return "–";
  }
  const marks = MARKS[currentLanguage()];
  const [whole, part] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, marks.group);
  return (value < 0 ? "−" : "") + grouped + (part ? marks.point + part : "");
}

export function percent(value, decimals = 1) {
  return value === null || value === undefined
    ? "–"
    : `${number(value, decimals)}${NO_BREAK}%`;
}

// A pair of per cents: "95,11 – 98,17 %".
export function interval(pair, decimals = 2) {
  return pair
    ? `${number(pair[0], decimals)} – ${percent(pair[1], decimals)}`
    : "–";
}

export function minutes(value) {
  return value === null || value === undefined
    ? "–"
    : textOf("say.minutes", number(value, 1));
}

// "2026-11-23" → "23/11/2026"; what is no day stays as it is.
export function day(iso) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(iso ?? "");
  return parts ? `${parts[3]}/${parts[2]}/${parts[1]}` : (iso ?? "–");
}

// A moment (ISO, any zone, or a Date) as the calendar here has it:
// ["2026-11-23", "09:45"].
export function local(moment) {
  const here = new Date(new Date(moment).getTime() + 7 * HOUR_MS).toISOString();
  return [here.slice(0, 10), here.slice(11, 16)];
}

export function today() {
  return local(new Date())[0];
}

// "09:45 ngày 23/11/2026".
export function moment(iso) {
  if (!iso) {
    return "–";
  }
  const [date, time] = local(iso);
  return textOf("say.moment", time, day(date));
}
