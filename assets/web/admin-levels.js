// What is set apart for the screens: by unit, point and counter. An empty field
// takes what holds above it. Nothing is saved before it was seen which devices
// it changes.
import { change, complain, putDocument, versionWords } from "./admin-says.js";
import {
  ALWAYS,
  addDay,
  daysWords,
  drawDays,
  drawWeek,
  hoursWords,
  isAlways,
  readDays,
  readWeek,
} from "./admin-week.js";
import { currentLanguage, textOf } from "./language.js";
import { number } from "./numbers.js";
import { load, question } from "./states.js";
import { drawTable } from "./tables.js";

const KEYS = {
  volume: "number",
  typing: ["telex", "telex-new", "vni", "vni-new"],
  survey: "survey",
  levels: ["5", "3"],
  order: ["best-first", "worst-first"],
  reasons: ["all", "low"],
  rating_s: "number",
  mode: ["walk-up", "transaction"],
  walk_up: ["on", "fields", "off"],
  walk_up_fields: "list",
  contact_s: "number",
  heartbeat_s: "number",
  hotline: "text",
};

const FAULTS = {
  hotline: "line",
  name: "line",
  survey: "survey",
  walk_up: "walk_up",
  walk_up_fields: "walk_up_fields",
  hours: "hours",
  holidays: "day",
};

// In place of the whole unit's, which stand in a form of their own.
const HOURS_KEYS = ["hours", "holidays"];

const find = (id) => document.getElementById(id);
const fieldOf = (key) => find(`level-${key}`);

let part = null;
let told = null; // the document as it is kept
let draft = null; // as it is being changed
let base = {}; // what holds without it
let devices = [];
let surveys = [];
let fields = [];
let place = ["unit"]; // or ["points", CODE], ["counters", CODE]
let seen = null; // the text of the draft whose preview is shown

// --- What holds ---------------------------------------------------------------

function levelAt(document, [kind, code]) {
  return kind === "unit" ? (document.unit ?? {}) : (document[kind]?.[code] ?? {});
}

// The levels above this one, the nearest first.
function levelsAbove([kind, code]) {
  if (kind === "unit") {
    return [];
  }
  const point =
    kind === "counters"
      ? devices.find(
          ({ counter, state }) => counter === code && state !== "revoked",
        )?.point
      : "";
  return [...(point ? [["points", point]] : []), ["unit"]];
}

function placeName([kind, code]) {
  if (kind === "unit") {
    return textOf("text.level.unit");
  }
  const name = draft.points?.[code]?.name;
  return kind === "points"
    ? textOf("text.level.point", name ? `${name} (${code})` : code)
    : textOf("text.counter_of", code);
}

// {value, from}: what a field takes while it is empty.
function inherited(key) {
  for (const above of levelsAbove(place)) {
    const value = levelAt(draft, above)[key];
    if (value !== undefined) {
      return { value, from: placeName(above) };
    }
  }
  const own = HOURS_KEYS.includes(key) ? "unit" : "server";
  return { value: base[key], from: textOf(`text.level.${own}`) };
}

function nameOfField(entry) {
  const code = entry?.code ?? entry;
  const field = fields.find((each) => each.code === code);
  return field?.[currentLanguage()] ?? code;
}

function wordOf(key, value) {
  if (key === "hours") {
    return hoursWords(value);
  }
  if (key === "holidays") {
    return daysWords(value);
  }
  if (value === undefined || value === null || value.length === 0) {
    return textOf("text.level.nothing");
  }
  if (Array.isArray(value)) {
    return value.map(nameOfField).join(", ");
  }
  const word =
    find(`text.value.${key}.${value}`) ?? find(`text.${key}.${value}`);
  return word ? textOf(word.id) : String(value);
}

function keyName(key) {
  return find(`text.key.${key}`) ? textOf(`text.key.${key}`) : key;
}

// --- The form -----------------------------------------------------------------

function knownPlaces() {
  const used = devices.filter(
    ({ state, kind }) => state !== "revoked" && kind === "counter",
  );
  const points = new Set([
    ...used.map(({ point }) => point).filter(Boolean),
    ...Object.keys(draft.points ?? {}),
  ]);
  const counters = new Set([
    ...used.map(({ counter }) => counter),
    ...Object.keys(draft.counters ?? {}),
  ]);
  return [
    ["unit"],
    ...[...points].sort().map((code) => ["points", code]),
    ...[...counters].map((code) => ["counters", code]),
  ];
}

function drawPlaces() {
  const places = knownPlaces();
  find("level-place").replaceChildren(
    ...places.map((each) => {
      const isSet = Object.keys(levelAt(draft, each)).length > 0;
      const name = placeName(each);
      const title = isSet ? textOf("text.level.has", name) : name;
      return new Option(title, JSON.stringify(each));
    }),
  );
  find("level-place").value = JSON.stringify(place);
}

function makeControl(key, kind) {
  const control = document.createElement(
    Array.isArray(kind) || kind === "survey" ? "select" : "input",
  );
  control.id = `level-${key}`;
  if (control.tagName === "INPUT") {
    control.autocomplete = "off";
    control.spellcheck = false;
    control.maxLength = kind === "list" ? 300 : 60;
    control.inputMode = kind === "number" ? "numeric" : "text";
  }
  return control;
}

function drawControl(key, kind) {
  const control = fieldOf(key);
  const { value, from } = inherited(key);
  const own = levelAt(draft, place)[key];
  const words = textOf("text.level.as", from, wordOf(key, value));
  if (control.tagName === "SELECT") {
    const list = kind === "survey" ? surveys : kind;
    const all = new Set([...list, ...(own === undefined ? [] : [String(own)])]);
    control.replaceChildren(
      new Option(words, ""),
      ...[...all].map((word) => new Option(wordOf(key, word), word)),
    );
  }
  control.value = Array.isArray(own) ? own.join(", ") : String(own ?? "");
  const hint = find(`level-${key}-hint`);
  hint.textContent = own === undefined ? words : textOf("text.level.own", words);
  // A choice says it itself.
  hint.hidden = own === undefined && control.tagName === "SELECT";
}

function drawFields() {
  const box = find("level-fields");
  if (box.children.length === 0) {
    for (const [key, kind] of Object.entries(KEYS)) {
      const field = document.createElement("div");
      const label = document.createElement("label");
      const hint = document.createElement("p");
      const control = makeControl(key, kind);
      field.className = "field";
      label.htmlFor = control.id;
      hint.className = "hint";
      hint.id = `level-${key}-hint`;
      control.setAttribute("aria-describedby", hint.id);
      field.append(label, control, hint);
      box.append(field);
    }
  }
  for (const [key, kind] of Object.entries(KEYS)) {
    document.querySelector(`label[for="level-${key}"]`).textContent =
      keyName(key);
    drawControl(key, kind);
  }
}

// --- Hours and holidays ---------------------------------------------------------

function kindOf(key, own) {
  if (own === undefined) {
    return "";
  }
  return key === "hours" && isAlways(own) ? "always" : "own";
}

function drawChoice(key, kinds) {
  const own = levelAt(draft, place)[key];
  const { value, from } = inherited(key);
  const words = textOf("text.level.as", from, wordOf(key, value));
  const control = fieldOf(key);
  control.replaceChildren(
    new Option(textOf("text.level.follow", from), ""),
    ...kinds.map((kind) => new Option(textOf(`text.level.${key}.${kind}`), kind)),
  );
  control.value = kindOf(key, own);
  find(`level-${key}-hint`).textContent =
    own === undefined ? words : textOf("text.level.own", words);
}

// What is changed begins as what has held until now.
function drawHours() {
  const level = levelAt(draft, place);
  const week = level.hours ?? inherited("hours").value;
  const days = level.holidays ?? inherited("holidays").value;
  drawChoice("hours", ["own", "always"]);
  drawChoice("holidays", ["own"]);
  drawWeek(find("level-week"), isAlways(week) ? {} : week);
  drawDays(find("level-days"), days, find("level-add-day"));
  find("level-unit-hours").hidden = place[0] !== "unit";
  find("level-unit-words").textContent = textOf(
    "text.level.unit_hours",
    hoursWords(base.hours),
    daysWords(base.holidays),
  );
  find("level-hours-fields").hidden = place[0] === "unit";
  showHours();
}

function showHours() {
  find("level-week").hidden = fieldOf("hours").value !== "own";
  find("level-days-box").hidden = fieldOf("holidays").value !== "own";
}

// {hours, holidays}, each where it is set apart; null and a complaint where
// something is wrong.
function readHours() {
  const out = {};
  const kind = fieldOf("hours").value;
  if (kind === "always") {
    out.hours = ALWAYS;
  } else if (kind === "own") {
    const { hours, fault } = readWeek(find("level-week"));
    if (fault) {
      complain("levels-alert", textOf("text.fault.hours"), fault);
      return null;
    }
    out.hours = hours;
  }
  if (fieldOf("holidays").value === "own") {
    const { days, fault } = readDays(find("level-days"));
    if (fault) {
      complain("levels-alert", textOf("text.fault.day"), fault);
      return null;
    }
    out.holidays = days;
  }
  return out;
}

function draw() {
  const isPoint = place[0] === "points";
  drawPlaces();
  drawFields();
  find("level-name-field").hidden = !isPoint;
  find("level-name").value = isPoint ? (levelAt(draft, place).name ?? "") : "";
  drawHours();
  find("levels-version").textContent = versionWords(told);
  find("levels-before").disabled = told.version < 1;
}

// --- Reading it ---------------------------------------------------------------

function valueOf(key, kind, text) {
  if (kind === "list") {
    return text
      .split(",")
      .map((code) => code.trim())
      .filter(Boolean);
  }
  if (kind === "number" || key === "levels") {
    return /^\d+$/.test(text) ? Number(text) : text;
  }
  return text;
}

// Null and a complaint where something is wrong.
function readLevel() {
  const level = place[0] === "unit" ? {} : readHours();
  const name = find("level-name").value.trim();
  if (level && place[0] === "points" && name) {
    level.name = name;
  }
  for (const [key, kind] of level ? Object.entries(KEYS) : []) {
    const text = fieldOf(key).value.trim();
    if (text !== "") {
      level[key] = valueOf(key, kind, text);
    }
  }
  return level;
}

// False: it cannot be read, and nothing was kept.
function keepLevel() {
  complain("levels-alert", null);
  const level = readLevel();
  const [kind, code] = place;
  if (!level) {
    return false;
  }
  if (kind === "unit") {
    draft.unit = level;
    return true;
  }
  const levels = { ...draft[kind] };
  delete levels[code];
  if (Object.keys(level).length > 0) {
    levels[code] = level;
  }
  draft[kind] = levels;
  return true;
}

// --- What the server does not take ----------------------------------------------

// "counters.3.volume: …": {place, key}; null: it is about no field.
function faultAt(detail) {
  const [kind, ...rest] = detail.split(": ")[0].split(".");
  if (kind === "unit") {
    return { place: [kind], key: rest[0] };
  }
  const path = rest.join(".");
  const code = Object.keys(draft[kind] ?? {}).find((each) =>
    path.startsWith(`${each}.`),
  );
  return code === undefined
    ? null
    : { place: [kind, code], key: path.slice(code.length + 1).split(".")[0] };
}

// Undefined: only the server knows what is wrong.
function faultWords(key, detail) {
  const span = / from (\d+) to (\d+)$/.exec(detail);
  if (span) {
    return textOf("text.fault.number", span[1], span[2]);
  }
  const isTiles = key === "walk_up_fields" || detail.includes("walk_up_fields");
  const id = FAULTS[isTiles ? "walk_up_fields" : key];
  return id && textOf(`text.fault.${id}`, fields.map(({ code }) => code).join(", "));
}

// Beside the field, at the level where it stands.
function showFault({ words, detail = "" }) {
  const fault = faultAt(detail);
  const field = fault && fieldOf(fault.key);
  if (!field) {
    complain("levels-alert", words);
    return;
  }
  place = fault.place;
  draw();
  complain("levels-alert", faultWords(fault.key, detail) ?? words, field);
}

// --- Before it is saved -------------------------------------------------------

function changeWords({ changes }) {
  return changes
    .map(({ key, from, to }) =>
      textOf("text.level.change", keyName(key), wordOf(key, from), wordOf(key, to)),
    )
    .join("; ");
}

function hidePreview() {
  seen = null;
  find("levels-preview").hidden = true;
}

function showPreview({ changed, devices: count }) {
  find("levels-preview").hidden = false;
  find("levels-count").textContent =
    changed.length > 0
      ? textOf("text.level.changed", number(changed.length), number(count))
      : textOf("text.level.unchanged");
  find("levels-table").hidden = changed.length === 0;
  drawTable(find("levels-table"), {
    caption: find("levels-preview-title").textContent,
    rows: changed,
    columns: [
      {
        title: textOf("text.counter"),
        is_text: true,
        head: true,
        cell: ({ counter, name }) => (name ? `${counter} · ${name}` : counter),
        sort: ({ counter }) => Number(counter) || counter,
      },
      {
        title: textOf("text.point"),
        is_text: true,
        cell: ({ point }) => point || "–",
        sort: ({ point }) => point || null,
      },
      { title: textOf("text.level.what"), is_text: true, cell: changeWords },
    ],
  });
}

async function preview() {
  const text = JSON.stringify(draft);
  find("levels-saved").hidden = true;
  complain("levels-alert", null);
  const path = "/api/v1/settings/devices/preview";
  const result = await change("POST", path, { body: draft });
  if (result.words) {
    hidePreview();
    showFault(result);
    return;
  }
  seen = text;
  showPreview(result.json);
  find("levels-preview-title").focus();
}

async function save() {
  if (!keepLevel()) {
    return;
  }
  if (JSON.stringify(draft) !== seen) {
    preview();
    return;
  }
  const result = await putDocument("devices", told.version, draft);
  if (result.words) {
    showFault(result);
    return;
  }
  hidePreview();
  find("levels-saved").textContent = textOf("text.saved", result.json.version);
  find("levels-saved").hidden = false;
  look();
}

// One step back: what was kept before, to be looked at and saved.
async function goBack() {
  if (told.version === 1) {
    draft = { unit: {}, points: {}, counters: {} };
  } else {
    const { json } = await question(
      `/api/v1/settings/devices?version=${told.version - 1}`,
    );
    if (!json) {
      return;
    }
    draft = json.body;
  }
  draw();
  preview();
}

// --- Learning -----------------------------------------------------------------

// What holds without the document comes with the preview of what is kept.
async function learn() {
  const [list, sets, names, shown] = await Promise.all([
    question("/api/v1/devices"),
    question("/api/v1/surveys"),
    question("/api/v1/counters"),
    change("POST", "/api/v1/settings/devices/preview", { body: told.body }),
  ]);
  devices = list.json?.devices ?? [];
  surveys = (sets.json?.surveys ?? [])
    .filter(({ levels, problem }) => levels && !problem)
    .map(({ id }) => id);
  fields = names.json?.fields ?? [];
  base = shown.json?.base ?? {};
  draw();
}

function look() {
  load(part, "/api/v1/settings/devices", (json) => {
    told = json;
    draft = structuredClone(json.body);
    draw();
    learn();
    return true;
  });
}

export function startLevels(section) {
  part = section;
  find("level-place").addEventListener("change", ({ target }) => {
    if (keepLevel()) {
      place = JSON.parse(target.value);
      draw();
    } else {
      target.value = JSON.stringify(place);
    }
  });
  for (const key of HOURS_KEYS) {
    fieldOf(key).addEventListener("change", showHours);
  }
  find("level-add-day").addEventListener("click", ({ currentTarget }) =>
    addDay(find("level-days"), "", currentTarget).focus(),
  );
  find("levels-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (keepLevel()) {
      draw();
      preview();
    }
  });
  find("levels-form").addEventListener("input", hidePreview);
  find("levels-save").addEventListener("click", save);
  find("levels-before").addEventListener("click", goBack);
  look();
  return () => told && draw();
}
