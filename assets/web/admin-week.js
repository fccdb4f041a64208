// The hours of a week and the days on which all is closed: drawn to be changed,
// read again, and said in words. For the whole unit and for what is set apart.
import { textOf } from "./language.js";
import { day } from "./numbers.js";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const SPANS_LEAST = 2; // places to write into
const WHOLE_DAY = "00:00-24:00";

// What a device takes for a week that has no closed minute.
export const ALWAYS = Object.fromEntries(DAYS.map((key) => [key, [WHOLE_DAY]]));

const nameOf = (index) => textOf(`say.weekday.${index + 1}`);

// --- In words -------------------------------------------------------------------

export function isAlways(hours) {
  return (
    !hours ||
    DAYS.every((key) => hours[key]?.length === 1 && hours[key][0] === WHOLE_DAY)
  );
}

// Days that follow one another and have the same hours, as one.
function runsOf(hours) {
  const runs = [];
  DAYS.forEach((key, index) => {
    const spans = (hours[key] ?? []).join(", ").replaceAll("-", "–");
    const last = runs.at(-1);
    if (last?.spans === spans) {
      last.to = index;
    } else {
      runs.push({ from: index, to: index, spans });
    }
  });
  return runs.filter(({ spans }) => spans);
}

export function hoursWords(hours) {
  if (isAlways(hours)) {
    return textOf("text.week.always");
  }
  const lines = runsOf(hours).map(({ from, to, spans }) => {
    const name = from === to ? "" : ` – ${nameOf(to)}`;
    return `${nameOf(from)}${name} ${spans}`;
  });
  return lines.join("; ") || textOf("text.week.closed");
}

export function daysWords(days) {
  return days?.length ? days.map(day).join(", ") : textOf("text.level.nothing");
}

// --- The week -------------------------------------------------------------------

// As text: a field of time shows 1:30 PM where the browser is English.
function timeField(label, value) {
  const input = document.createElement("input");
  input.inputMode = "numeric";
  input.maxLength = 5;
  input.placeholder = "07:30";
  input.value = value;
  input.setAttribute("aria-label", label);
  return input;
}

function spanOf(dayName, span) {
  const box = document.createElement("span");
  const to = document.createElement("span");
  const [from, until] = span ? span.split("-") : ["", ""];
  box.className = "span";
  to.textContent = textOf("text.to");
  box.append(
    timeField(textOf("text.from", dayName), from),
    to,
    timeField(textOf("text.until", dayName), until),
  );
  return box;
}

function dayRow(hours, key, index) {
  const spans = hours?.[key] ?? [];
  const row = document.createElement("div");
  const title = document.createElement("span");
  row.className = "day";
  row.dataset.day = key;
  title.className = "name";
  title.textContent = nameOf(index);
  row.append(title);
  for (let i = 0; i < Math.max(SPANS_LEAST, spans.length); i++) {
    row.append(spanOf(nameOf(index), spans[i]));
  }
  return row;
}

// Into `box`, below its legend.
export function drawWeek(box, hours) {
  box.replaceChildren(
    box.querySelector("legend"),
    ...DAYS.map((key, index) => dayRow(hours, key, index)),
  );
}

// "7:30", "7h30" and "0730" are "07:30"; "": nothing was written; null: that is
// no time.
function readTime(input) {
  const text = input.value.trim();
  const parts = /^(\d{1,2})[:hg.]?(\d\d)$/i.exec(text);
  if (text === "" || !parts) {
    return text === "" ? "" : null;
  }
  const time = `${parts[1].padStart(2, "0")}:${parts[2]}`;
  return parts[2] < "60" && time <= "24:00" ? time : null;
}

function readDay(row) {
  const spans = [];
  let last = "";
  for (const box of row.querySelectorAll(".span")) {
    const fields = [...box.querySelectorAll("input")];
    const [from, to] = fields.map(readTime);
    if (from === "" && to === "") {
      continue;
    }
    if (!from || !to || from >= to || from < last) {
      return { fault: fields[from ? 1 : 0] };
    }
    last = to;
    spans.push(`${from}-${to}`);
  }
  return { spans };
}

// {hours}, or {fault}: the field that is wrong.
export function readWeek(box) {
  const hours = {};
  for (const row of box.querySelectorAll(".day")) {
    const { spans, fault } = readDay(row);
    if (fault) {
      return { fault };
    }
    hours[row.dataset.day] = spans;
  }
  return { hours };
}

// --- Closed days ----------------------------------------------------------------

// `next` has the keyboard once the day is taken away. Returns the new field.
export function addDay(list, value, next) {
  const item = document.createElement("li");
  const input = document.createElement("input");
  const remove = document.createElement("button");
  const place = list.children.length + 1;
  input.type = "date";
  input.value = value;
  input.setAttribute("aria-label", textOf("text.day_n", place));
  remove.type = "button";
  remove.className = "button square";
  remove.textContent = "✕";
  remove.setAttribute("aria-label", textOf("text.remove_day", place));
  remove.addEventListener("click", () => {
    item.remove();
    list.dispatchEvent(new Event("input", { bubbles: true }));
    next.focus();
  });
  item.append(input, remove);
  list.append(item);
  return input;
}

export function drawDays(list, days, next) {
  list.replaceChildren();
  for (const each of days ?? []) {
    addDay(list, each, next);
  }
}

// {days}, each once and in order, or {fault}: the field that is empty.
export function readDays(list) {
  const inputs = [...list.querySelectorAll("input")];
  const fault = inputs.find(({ value }) => !value);
  return fault
    ? { fault }
    : { days: [...new Set(inputs.map(({ value }) => value))].sort() };
}
