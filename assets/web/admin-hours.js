// Opening hours: up to two spans a day, and the days on which all is closed.
import { complain, putDocument, versionWords } from "/web/admin-says.js";
import { textOf } from "/web/language.js";
import { load } from "/web/states.js";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const SPANS_LEAST = 2; // places to write into

const find = (id) => document.getElementById(id);

let part = null;
let told = null;

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

function dayRow(day, index) {
  const name = textOf(`say.weekday.${index + 1}`);
  const spans = told.body.hours?.[day] ?? [];
  const row = document.createElement("div");
  const title = document.createElement("span");
  row.className = "day";
  row.dataset.day = day;
  title.className = "name";
  title.textContent = name;
  row.append(title);
  for (let i = 0; i < Math.max(SPANS_LEAST, spans.length); i++) {
    row.append(spanOf(name, spans[i]));
  }
  return row;
}

// --- Closed days ---------------------------------------------------------------

function addDay(value) {
  const list = find("closed-days");
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
    find("add-day").focus();
  });
  item.append(input, remove);
  list.append(item);
  return input;
}

// --- The form ------------------------------------------------------------------

function showWeek() {
  find("week").hidden = find("always").checked;
}

function draw() {
  const week = find("week");
  const legend = week.querySelector("legend");
  week.replaceChildren(legend, ...DAYS.map(dayRow));
  find("always").checked = !told.body.hours;
  find("closed-days").replaceChildren();
  for (const day of told.body.holidays ?? []) {
    addDay(day);
  }
  find("hours-version").textContent = versionWords(told);
  showWeek();
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

// Null and a complaint where something is wrong.
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
      complain("hours-alert", textOf("text.fault.hours"), fields[from ? 1 : 0]);
      return null;
    }
    last = to;
    spans.push(`${from}-${to}`);
  }
  return spans;
}

function readWeek() {
  const hours = {};
  for (const row of find("week").querySelectorAll(".day")) {
    const spans = readDay(row);
    if (!spans) {
      return null;
    }
    hours[row.dataset.day] = spans;
  }
  return hours;
}

function readDays() {
  const inputs = [...find("closed-days").querySelectorAll("input")];
  const empty = inputs.find(({ value }) => !value);
  if (empty) {
    complain("hours-alert", textOf("text.fault.day"), empty);
    return null;
  }
  return [...new Set(inputs.map(({ value }) => value))].sort();
}

async function send() {
  find("hours-saved").hidden = true;
  complain("hours-alert", null);
  const hours = find("always").checked ? undefined : readWeek();
  const holidays = hours === null ? null : readDays();
  if (hours === null || holidays === null) {
    return;
  }
  const body = { ...(hours && { hours }), holidays };
  const result = await putDocument("hours", told.version, body);
  if (result.words) {
    complain("hours-alert", result.words);
    return;
  }
  find("hours-saved").textContent = textOf("text.saved", result.json.version);
  find("hours-saved").hidden = false;
  look();
}

function look() {
  load(part, "/api/v1/settings/hours", (json) => {
    told = json;
    draw();
    return true;
  });
}

export function startHours(section) {
  part = section;
  find("always").addEventListener("change", showWeek);
  find("add-day").addEventListener("click", () => addDay("").focus());
  find("hours-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  look();
  return () => told && draw();
}
