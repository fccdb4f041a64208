// What a page shows stands in its address, and nowhere else: the period and the
// filters, by the names that the API has for them. So a view can be kept, sent,
// and gone back to.
import { textOf } from "./language.js";
import { day, today } from "./numbers.js";

export const FILTERS = [
  "field",
  "counter",
  "procedure",
  "officer",
  "channel",
  "step",
];
const PERIOD = ["period", "from", "to"];
const YEAR_LEAST = 2000;
const YEARS_MOST = 10;
const SPANS = { month: 12, quarter: 4, half: 2, year: 1 };
const LETTERS = { month: "", quarter: "Q", half: "H" };

const pad = (number) => String(number).padStart(2, "0");
const iso = (year, month, date) =>
  new Date(Date.UTC(year, month - 1, date)).toISOString().slice(0, 10);

function codeOf({ kind, span, year, number }) {
  const part =
    span === "year"
      ? ""
      : `-${LETTERS[span]}${span === "month" ? pad(number) : number}`;
  return `${kind}:${year}${part}`;
}

// A period knows its code (as the API's `period`), its first and last day.
function make(kind, span, year, number) {
  const months = 12 / SPANS[span];
  const last = number * months;
  const first = last - months + 1;
  const official = kind === "hanh-chinh";
  return {
    kind,
    span,
    year,
    number,
    code: codeOf({ kind, span, year, number }),
    from: official ? iso(year, first - 1, 15) : iso(year, first, 1),
    to: official ? iso(year, last, 14) : iso(year, last + 1, 0),
  };
}

// null when it is none.
export function parse(text) {
  const parts =
    /^(hanh-chinh|duong-lich):(\d{4})(?:-(?:(\d\d)|Q(\d)|H(\d)))?$/.exec(text);
  if (!parts || Number(parts[2]) < YEAR_LEAST) {
    return null;
  }
  const span = parts[3]
    ? "month"
    : parts[4]
      ? "quarter"
      : parts[5]
        ? "half"
        : "year";
  const number = Number(parts[3] ?? parts[4] ?? parts[5] ?? 1);
  return number >= 1 && number <= SPANS[span]
    ? make(parts[1], span, Number(parts[2]), number)
    : null;
}

// The one that the day lies in.
export function periodAt(kind, span, date = today()) {
  const [year, month, dayOfMonth] = date.split("-").map(Number);
  const ahead = kind === "hanh-chinh" && dayOfMonth >= 15 ? 1 : 0;
  const months = year * 12 + month - 1 + ahead;
  const number = Math.floor((months % 12) / (12 / SPANS[span])) + 1;
  return make(kind, span, Math.floor(months / 12), number);
}

// `by` periods later; of any days, as many days later.
export function moved(period, by) {
  if (period.span === "days") {
    const ms = 24 * 3600 * 1000;
    const first = Date.parse(period.from);
    const length = Date.parse(period.to) - first + ms;
    const shift = (at) =>
      new Date(Date.parse(at) + by * length).toISOString().slice(0, 10);
    return daysOf(shift(period.from), shift(period.to));
  }
  const count = SPANS[period.span];
  const at = period.year * count + period.number - 1 + by;
  return make(
    period.kind,
    period.span,
    Math.floor(at / count),
    (at % count) + 1,
  );
}

export function daysOf(from, to) {
  return { kind: "days", span: "days", code: "", from, to };
}

function isDay(text) {
  return (
    /^\d{4}-\d\d-\d\d$/.test(text ?? "") &&
    !Number.isNaN(Date.parse(text)) &&
    new Date(text).toISOString().slice(0, 10) === text
  );
}

// What is wrong with a period, as the id of a text; null: nothing.
export function complaintAbout({ from, to }) {
  if (!isDay(from) || !isDay(to)) {
    return "say.period.missing";
  }
  if (from > to) {
    return "say.period.reversed";
  }
  if (from > today()) {
    return "say.period.future";
  }
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
  return years > YEARS_MOST ? "say.period.long" : null;
}

function readPeriod(params) {
  if (params.has("period")) {
    return parse(params.get("period"));
  }
  return params.has("from") || params.has("to")
    ? daysOf(params.get("from") ?? "", params.get("to") ?? "")
    : periodAt("hanh-chinh", "month");
}

// What the address says: {period, complaint, filters, params}. A period that
// does not exist is said in `complaint`; `period` is then the current one, or
// the days as they were given.
export function readAddress() {
  const params = new URLSearchParams(location.search);
  const filters = {};
  for (const name of FILTERS) {
    if (params.has(name)) {
      filters[name] = params.get(name);
    }
  }
  const period = readPeriod(params);
  return {
    period: period ?? periodAt("hanh-chinh", "month"),
    complaint: period ? complaintAbout(period) : "say.period.bad",
    filters,
    params,
  };
}

function setPeriod(params, period) {
  for (const name of PERIOD) {
    params.delete(name);
  }
  if (period.span === "days") {
    params.set("from", period.from);
    params.set("to", period.to);
  } else {
    params.set("period", period.code);
  }
}

function written(path, params) {
  const text = params.toString().replaceAll("%3A", ":");
  return text ? `${path}?${text}` : path;
}

// An address with `changes` to the one that is here: {period: …, counter: "3",
// sort: null …}; null takes away. Of another page, only period and filters go
// along.
export function addressWith(changes, path = location.pathname) {
  const here = new URLSearchParams(location.search);
  const params = new URLSearchParams();
  for (const [name, value] of here) {
    if (
      path === location.pathname ||
      PERIOD.includes(name) ||
      FILTERS.includes(name)
    ) {
      params.set(name, value);
    }
  }
  for (const [name, value] of Object.entries(changes)) {
    if (name === "period") {
      setPeriod(params, value);
    } else if (value === null) {
      params.delete(name);
    } else {
      params.set(name, value);
    }
  }
  return written(path, params);
}

// The query of a question to the API about what the page shows.
export function questionOf(view, more = {}) {
  const params = new URLSearchParams();
  setPeriod(params, view.period);
  for (const [name, value] of Object.entries({ ...view.filters, ...more })) {
    params.set(name, value);
  }
  return written("", params);
}

// "Tháng 11/2026 (hành chính)"; `isShort`: without its kind.
export function periodLabel(period, isShort) {
  if (period.span === "days") {
    return textOf("say.period.days", day(period.from), day(period.to));
  }
  const number =
    period.span === "quarter"
      ? ["I", "II", "III", "IV"][period.number - 1]
      : period.span === "half"
        ? period.number
        : pad(period.number);
  const kind = isShort ? "duong-lich" : period.kind;
  const id = `say.period.${kind}.${period.span}`;
  return textOf(id, number, period.year);
}
