// The targets, and what counts as satisfied.
import { complain, putDocument, versionWords } from "./admin-says.js";
import { textOf } from "./language.js";
import { load } from "./states.js";

const LEVELS = [5, 4, 3, 2, 1];
const TARGETS_MOST = 4;

const find = (id) => document.getElementById(id);

let part = null;
let told = null;

function drawTicks(id, chosen) {
  find(id).replaceChildren(
    ...LEVELS.map((level) => {
      const label = document.createElement("label");
      const input = document.createElement("input");
      const words = document.createElement("span");
      label.className = "tick";
      input.type = "checkbox";
      input.value = level;
      input.checked = chosen.includes(level);
      words.textContent = textOf(`say.level.${level}`);
      label.append(input, words);
      return label;
    }),
  );
}

function draw() {
  const { body } = told;
  find("targets-list").value = body.targets.join(", ");
  find("targets-from").value = body.from ?? "";
  find("targets-decimals").value = String(body.decimals);
  find("targets-waiting").value = (body.waiting_minutes ?? []).join(", ");
  find("targets-timely").value = (body.timely ?? []).join(", ");
  drawTicks("targets-satisfied", body.satisfied);
  drawTicks("targets-dissatisfied", body.dissatisfied);
  find("targets-version").textContent = versionWords(told);
}

function numbersOf(id) {
  return find(id)
    .value.split(/[\s,;]+/)
    .filter((word) => word !== "")
    .map((word) => (/^\d{1,4}$/.test(word) ? Number(word) : NaN));
}

function ticked(id) {
  return [...find(id).querySelectorAll("input:checked")]
    .map(({ value }) => Number(value))
    .sort();
}

// Null, or the field and what is wrong with it.
function fault() {
  const targets = numbersOf("targets-list");
  const isTarget = (value) => value >= 1 && value <= 100;
  if (
    targets.length < 1 ||
    targets.length > TARGETS_MOST ||
    !targets.every(isTarget)
  ) {
    return ["targets", find("targets-list")];
  }
  for (const id of ["targets-waiting", "targets-timely"]) {
    const pair = numbersOf(id);
    const isPair = pair.length === 2 && pair[0] <= pair[1] && pair[0] > 0;
    if (pair.length > 0 && !isPair) {
      return ["pair", find(id)];
    }
  }
  return null;
}

function read() {
  const waiting = numbersOf("targets-waiting");
  const timely = numbersOf("targets-timely");
  const from = find("targets-from").value;
  return {
    id: told.body.id,
    satisfied: ticked("targets-satisfied"),
    dissatisfied: ticked("targets-dissatisfied"),
    targets: numbersOf("targets-list"),
    decimals: Number(find("targets-decimals").value),
    ...(waiting.length && { waiting_minutes: waiting }),
    ...(timely.length && { timely }),
    ...(from && { from }),
  };
}

async function send() {
  const wrong = fault();
  find("targets-saved").hidden = true;
  complain("targets-alert", null);
  if (wrong) {
    complain("targets-alert", textOf(`text.fault.${wrong[0]}`), wrong[1]);
    return;
  }
  const result = await putDocument("targets", told.version, read());
  if (result.words) {
    complain("targets-alert", result.words);
    return;
  }
  const { version } = result.json;
  find("targets-saved").textContent = textOf("text.saved", version);
  find("targets-saved").hidden = false;
  look();
}

function look() {
  load(part, "/api/v1/settings/targets", (json) => {
    told = json;
    draw();
    return true;
  });
}

export function startTargets(section) {
  part = section;
  find("targets-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  look();
  return () => told && draw();
}
