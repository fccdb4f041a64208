// Opening hours: up to two spans a day, and the days on which all is closed.
import { complain, putDocument, versionWords } from "./admin-says.js";
import {
  addDay,
  drawDays,
  drawWeek,
  readDays,
  readWeek,
} from "./admin-week.js";
import { textOf } from "./language.js";
import { load } from "./states.js";

const find = (id) => document.getElementById(id);

let part = null;
let told = null;

function showWeek() {
  find("week").hidden = find("always").checked;
}

function draw() {
  drawWeek(find("week"), told.body.hours);
  find("always").checked = !told.body.hours;
  drawDays(find("closed-days"), told.body.holidays, find("add-day"));
  find("hours-version").textContent = versionWords(told);
  showWeek();
}

// Null and a complaint where something is wrong.
function readForm() {
  const week = find("always").checked ? {} : readWeek(find("week"));
  if (week.fault) {
    complain("hours-alert", textOf("text.fault.hours"), week.fault);
    return null;
  }
  const { days, fault } = readDays(find("closed-days"));
  if (fault) {
    complain("hours-alert", textOf("text.fault.day"), fault);
    return null;
  }
  return { ...week, holidays: days };
}

async function send() {
  find("hours-saved").hidden = true;
  complain("hours-alert", null);
  const body = readForm();
  if (!body) {
    return;
  }
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
  find("add-day").addEventListener("click", ({ currentTarget }) =>
    addDay(find("closed-days"), "", currentTarget).focus(),
  );
  find("hours-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  look();
  return () => told && draw();
}
