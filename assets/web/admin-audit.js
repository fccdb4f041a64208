// Who changed what, newest first, by pages.
import { textOf } from "./language.js";
import { moment } from "./numbers.js";
import { load, question, showEmpty } from "./states.js";
import { drawTable } from "./tables.js";

const find = (id) => document.getElementById(id);

let part = null;
let entries = [];
let next = null; // where the older ones begin; null: there are none

// In words where there are some.
function actionName(action) {
  const id = `text.act.${action}`;
  return find(id) ? textOf(id) : action;
}

// Not people.
const OTHERS = ["nobody", "server", "admin"];

function whoName(who) {
  return OTHERS.includes(who)
    ? textOf(`text.who.${who}`)
    : who.replace(/^user /, "");
}

// As the trail has it: people by the name they sign in with.
function whoAsked(text) {
  const other = OTHERS.find((who) => whoName(who) === text);
  return other ?? (text.includes(" ") ? text : `user ${text}`);
}

function fillActions() {
  const select = find("audit-action");
  const chosen = select.value;
  const names = [...document.querySelectorAll("[data-act]")].map(({ id }) =>
    id.slice("text.act.".length),
  );
  select.replaceChildren(
    new Option(textOf("text.audit.any"), ""),
    ...names.map((name) => new Option(actionName(name), name)),
  );
  select.value = chosen;
}

function path(after) {
  const asked = new URLSearchParams();
  for (const name of ["who", "action"]) {
    const value = find(`audit-${name}`).value.trim();
    if (value) {
      asked.set(name, name === "who" ? whoAsked(value) : value);
    }
  }
  if (after !== null) {
    asked.set("after", after);
  }
  return `/api/v1/audit?${asked}`;
}

function column(name, cell, more) {
  const title = textOf(`text.audit.${name}`);
  return { title, is_text: true, cell, ...more };
}

function draw() {
  fillActions();
  drawTable(find("audit-table"), {
    caption: find("audit-title").textContent,
    rows: entries,
    search: false,
    columns: [
      column("at", ({ at }) => moment(at), { head: true }),
      column("who", ({ who }) => whoName(who)),
      column("action", ({ action }) => actionName(action)),
      column("target", ({ target }) => target || "–"),
      column("detail", ({ detail }) => detail || "–"),
    ],
  });
  find("audit-more").hidden = next === null;
}

function look() {
  load(part, path(null), (json) => {
    entries = json.entries;
    next = json.next;
    draw();
    if (entries.length === 0 && !hasWish()) {
      showEmpty(part, textOf("text.none_yet"), "");
    }
    return true;
  });
}

function hasWish() {
  return ["who", "action"].some((name) => find(`audit-${name}`).value.trim());
}

async function more() {
  const { json } = await question(path(next));
  if (json) {
    entries = [...entries, ...json.entries];
    next = json.next;
    draw();
  }
}

export function startAudit(section) {
  part = section;
  find("audit-form").addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
  find("audit-more").addEventListener("click", more);
  fillActions();
  look();
  return draw;
}
