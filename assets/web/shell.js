// The frame of a page with figures: who is there and where they may go, the
// period and the filters, printing. A page is drawn from its address:
//
//   startShell({ draw(view) { load(part, `…?${view.question({by})}`, …) } });
//
// `draw` is called at first, and again when the address or the language
// changes; `view` is {person, period, filters, params, question(more)}. A page
// that holds @part.period@ has the two bars; `filters` names those that it can
// be filtered by. A page of another kind leaves `draw` away or passes it over.
import {
  addressWith,
  complaintAbout,
  daysOf,
  moved,
  periodAt,
  periodLabel,
  questionOf,
  readAddress,
} from "./address.js";
import { lacksOf, showBanner } from "./banner.js";
import { startLanguage, textOf } from "./language.js";
import { followWhileSeen } from "./live.js";
import { learnNames, nameOf, rowName } from "./names.js";
import { moment, today } from "./numbers.js";
import { startSession } from "./session.js";
import { question } from "./states.js";

const PERIODS_LISTED = 24;

const find = (id) => document.getElementById(id);

let person = null;
let page = {};
let view = null;
// What the server told of completeness last, so that a change is noticed.
let told = null;

// --- Where one may go ---------------------------------------------------------

function showLinks() {
  for (const link of document.querySelectorAll("[data-roles]")) {
    const may = link.dataset.roles.split(" ").includes(person.role);
    (link.closest("li") ?? link).hidden = !may;
    if (may && link.pathname === location.pathname) {
      link.setAttribute("aria-current", "page");
    }
  }
  for (const group of document.querySelectorAll(".nav .group")) {
    group.hidden = !group.querySelector("li:not([hidden])");
  }
}

// How many alerts are open stands beside the way to them, on every page.
async function countAlerts() {
  const link = document.querySelector('.nav a[href$="/canh-bao"]');
  if (!["office", "leader"].includes(person.role) || !link) {
    return;
  }
  const { json } = await question("/api/v1/alerts?state=open&limit=0");
  if (json?.open > 0) {
    const count = document.createElement("span");
    count.className = "count";
    count.textContent = String(json.open);
    link.after(count);
  }
}

// Period and filters go along to other pages with figures, but for what such a
// page stands side by side.
function carryView() {
  for (const link of document.querySelectorAll("a[data-view]")) {
    const by = link.dataset.view;
    link.href = addressWith(by ? { [by]: null } : {}, link.pathname);
  }
}

function startNavigation() {
  const button = find("nav-open");
  const open = (is) => button.setAttribute("aria-expanded", String(is));
  button.addEventListener("click", () =>
    open(button.getAttribute("aria-expanded") !== "true"),
  );
  find("nav").addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      open(false);
      button.focus();
    }
  });
}

// --- The period ----------------------------------------------------------------

function option(value, text, isChosen) {
  const element = new Option(text, value, isChosen, isChosen);
  return element;
}

function listPeriods(period) {
  const now = periodAt(period.kind, period.span);
  const listed = Array.from({ length: PERIODS_LISTED }, (_, back) =>
    moved(now, -back),
  );
  if (!listed.some(({ code }) => code === period.code)) {
    listed.push(period);
    listed.sort((a, b) => (a.from < b.from ? 1 : -1));
  }
  find("period-code").replaceChildren(
    ...listed.map((each) =>
      option(each.code, periodLabel(each, true), each.code === period.code),
    ),
  );
}

function complain(id) {
  const alert = find("period-alert");
  alert.hidden = id === null;
  alert.textContent = id === null ? "" : textOf(id);
  for (const field of [find("period-from"), find("period-to")]) {
    if (id === null) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    } else {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", "period-alert");
    }
  }
}

function showDays(areDays) {
  for (const element of document.querySelectorAll("[data-days]")) {
    element.hidden = !areDays;
  }
  find("period-one").hidden = areDays;
}

function showPeriod() {
  const { period, complaint } = view;
  const areDays = period.span === "days";
  find("period-kind").value = areDays
    ? "days"
    : `${period.kind}.${period.span}`;
  showDays(areDays);
  if (areDays) {
    find("period-from").value = period.from;
    find("period-to").value = period.to;
  } else {
    listPeriods(period);
  }
  const canMove = complaint === null || complaint === "say.period.bad";
  find("period-back").disabled = !canMove;
  find("period-on").disabled = !canMove || period.to >= today();
  complain(complaint);
}

function changeKind() {
  const [kind, span] = find("period-kind").value.split(".");
  if (kind !== "days") {
    goTo({ period: periodAt(kind, span) });
    return;
  }
  // The days of what was seen, to begin with.
  const { from, to } = view.period;
  find("period-from").value = from;
  find("period-to").value = to < today() ? to : today();
  showDays(true);
  find("period-from").focus();
}

function startPeriod() {
  find("period-kind").addEventListener("change", changeKind);
  find("period-code").addEventListener("change", (event) => {
    const [kind, span] = find("period-kind").value.split(".");
    const now = periodAt(kind, span);
    const code = event.target.value;
    let each = now;
    while (each.code !== code && each.from > "2000") {
      each = moved(each, -1);
    }
    goTo({ period: each.code === code ? each : view.period });
  });
  find("period-back").addEventListener("click", () =>
    goTo({ period: moved(view.period, -1) }),
  );
  find("period-on").addEventListener("click", () =>
    goTo({ period: moved(view.period, 1) }),
  );
  find("period").addEventListener("submit", (event) => {
    event.preventDefault();
    const days = daysOf(find("period-from").value, find("period-to").value);
    const complaint = complaintAbout(days);
    if (complaint) {
      complain(complaint);
      find("period-from").focus();
    } else {
      goTo({ period: days });
    }
  });
}

// --- The filters ---------------------------------------------------------------

async function namesFor(by) {
  const asked = { by };
  const { json } = await question(
    `/api/v1/reports/summary${questionOf({ ...view, filters: {} }, asked)}`,
  );
  const rows = json?.rows ?? [];
  learnNames(by, rows);
  return rows;
}

function filterField(by) {
  const field = document.createElement("div");
  const label = document.createElement("label");
  const select = document.createElement("select");
  field.className = "field";
  label.htmlFor = select.id = `filter-${by}`;
  label.textContent = textOf(`say.by.${by}`);
  select.addEventListener("change", () => goTo({ [by]: select.value || null }));
  field.append(label, select);
  return field;
}

async function fillFilter(by) {
  const select = find(`filter-${by}`);
  const chosen = view.filters[by] ?? "";
  const rows = (await namesFor(by)).filter(({ key }) => key !== "");
  const options = rows.map((row) =>
    option(row.key, rowName(by, row), row.key === chosen),
  );
  if (chosen && !rows.some(({ key }) => key === chosen)) {
    options.push(option(chosen, nameOf(by, chosen) ?? chosen, true));
  }
  select.replaceChildren(
    option("", textOf("say.filter.all"), chosen === ""),
    ...options,
  );
}

function fillFilters() {
  if (find("filters").open) {
    for (const by of page.filters) {
      fillFilter(by);
    }
  }
}

function chip(by, key) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const name = `${textOf(`say.by.${by}`)}: ${nameOf(by, key) ?? key}`;
  button.type = "button";
  button.className = "button chip";
  button.textContent = name;
  button.setAttribute("aria-label", textOf("say.filter.remove", name));
  button.addEventListener("click", () => {
    goTo({ [by]: null });
    find("main").focus();
  });
  item.append(button);
  return item;
}

function showChips() {
  const chosen = Object.entries(view.filters);
  find("chips").replaceChildren(...chosen.map(([by, key]) => chip(by, key)));
  find("chips").hidden = chosen.length === 0;
}

// A filter that came with the address alone has no name yet.
async function nameChips() {
  const nameless = Object.entries(view.filters).filter(
    ([by, key]) => nameOf(by, key) === null,
  );
  for (const [by] of nameless) {
    await namesFor(by);
  }
  if (nameless.length > 0) {
    showChips();
    showPaper();
  }
}

function startFilters() {
  find("filters").hidden = page.filters.length === 0;
  find("filters").addEventListener("toggle", fillFilters);
}

// --- Paper -----------------------------------------------------------------------

// What a printed page says above: whose figures, of when, and of what.
function showPaper() {
  const parts = [document.querySelector("h1").textContent];
  if (view?.period && find("period")) {
    parts.push(periodLabel(view.period));
    for (const [by, key] of Object.entries(view.filters)) {
      parts.push(`${textOf(`say.by.${by}`)}: ${nameOf(by, key) ?? key}`);
    }
  }
  find("paper-view").textContent = parts.join(" · ");
  find("paper-date").textContent = textOf("say.printed", moment(new Date()));
}

// --- The whole -------------------------------------------------------------------

function show() {
  const address = readAddress();
  view = {
    person,
    ...address,
    question: (more) => questionOf(address, more).slice(1),
  };
  carryView();
  if (find("period")) {
    showPeriod();
    showChips();
    nameChips();
    find("filter-fields").replaceChildren(...page.filters.map(filterField));
    fillFilters();
  }
  showPaper();
  const isBad = view.complaint !== null && view.complaint !== "say.period.bad";
  find("main").classList.toggle("halted", Boolean(find("period")) && isBad);
  if (!isBad) {
    page.draw?.(view);
  }
}

// Another view of this page: `changes` as of addressWith().
export function goTo(changes) {
  history.pushState(null, "", addressWith(changes));
  show();
}

// As goTo(), for what is no step to go back to: sorting, a word looked for.
export function stayWith(changes) {
  history.replaceState(null, "", addressWith(changes));
}

export function currentView() {
  return view;
}

// The banner, from the `complete` of the figures that are shown.
export function tellComplete(complete) {
  showBanner(lacksOf(complete));
}

// What depends on the devices alone, whatever the period, and changes seldom.
function devicesOf({ silent, never_seen, missing, flagged_devices }) {
  return JSON.stringify([silent, never_seen, missing, flagged_devices]);
}

function hear(live) {
  const now = devicesOf(live.complete);
  const isNews = told !== null && told !== now;
  told = now;
  page.live?.(live);
  if (isNews) {
    page.draw?.(view);
  }
}

function watch() {
  let since = new Date();
  followWhileSeen("/api/v1/reports/live", hear, (isAway) => {
    if (isAway) {
      showBanner([textOf("say.banner.old", moment(since))]);
    } else if (told === "away") {
      page.draw?.(view);
    }
    told = isAway ? "away" : told === "away" ? null : told;
    since = isAway ? since : new Date();
  });
}

// Resolves to the person. `live(json)`, when given, hears what today's figures
// are, at first and with every change (GET /api/v1/reports/live).
export async function startShell({ draw, live, filters = [] } = {}) {
  page = { draw, live, filters };
  startLanguage(() => person && show());
  startNavigation();
  find("print").addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", showPaper);
  person = await startSession();
  showLinks();
  countAlerts();
  if (find("period")) {
    startPeriod();
    startFilters();
  }
  window.addEventListener("popstate", show);
  show();
  if (find("period") && ["office", "leader"].includes(person.role)) {
    watch();
  }
  return person;
}
