// The page /cong-khai: what everybody may know. Read as it is, in a frame of
// another site (?embed=1), or on the screen of a waiting room (?tv=1), where it
// turns its pages for weeks: what the server told last stays while it is away.
import { currentLanguage, startLanguage, textOf } from "./language.js";
import { day, interval, minutes, moment, number, percent } from "./numbers.js";
import { pathTo } from "./session.js";

const AGAIN_MS = 15 * 60 * 1000;
const AFTER_FAILURE_MS = 60 * 1000;
const ROWS_MOST = 8; // of a page of the screen
// A page that is as old takes a new version of itself along.
const RELOAD_MS = 24 * 3600 * 1000;

const find = (id) => document.getElementById(id);
const params = new URLSearchParams(location.search);
const isScreen = params.get("tv") === "1";
const began = Date.now();

let told = null; // what the server said last
let toldAt = null;
let isAway = false;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

// --- What a page says ----------------------------------------------------------

function nameOf({ span, code, from, to }) {
  const part = code.split(":").pop();
  const label = span === "year" ? part : part.split("-").reverse().join("/");
  return [textOf(`text.${span}`, label), textOf("text.days", day(from), day(to))];
}

function sheet(period, title, ...content) {
  const made = element("section", "sheet");
  const [name, days] = nameOf(period);
  const when = period.told
    ? `${days} · ${textOf("text.as_of", day(period.as_of))}`
    : days;
  made.append(element("h2", "", name), element("p", "when", when));
  if (title) {
    made.append(element("h3", "", title));
  }
  made.append(...content);
  return made;
}

function unbroken(text) {
  return text.replaceAll(" ", "\u00a0");
}

function headline(period) {
  const box = element("div");
  const targets = element("ul", "targets");
  for (const [target, verdict] of Object.entries(period.verdict)) {
    const word = textOf(`say.verdict.${verdict}`);
    targets.append(element("li", "", textOf("text.target", target, word)));
  }
  box.append(
    element("p", "rate", percent(period.sat)),
    element("p", "words", textOf("text.sat")),
    element("p", "small", textOf("text.rated", number(period.rated), unbroken(interval(period.wilson)))),
    targets,
  );
  return box;
}

function bar(share) {
  const cell = element("td", "track");
  const track = element("div");
  const full = element("span");
  cell.setAttribute("aria-hidden", "true");
  full.style.width = `${share}%`;
  track.append(full);
  cell.append(track);
  return cell;
}

// `rows`: {name, share, count}.
function rates(caption, head, rows) {
  const table = element("table", "rates");
  const line = element("tr");
  const body = element("tbody");
  head.forEach((text, index) => {
    const cell = element("th", index > 0 ? "figure" : "", text);
    cell.scope = "col";
    line.append(cell);
  });
  const none = element("td", "track");
  none.setAttribute("aria-hidden", "true");
  line.insertBefore(none, line.children[1]);
  for (const { name, share, count } of rows) {
    const row = element("tr");
    const title = element("th", "", name);
    title.scope = "row";
    row.append(
      title,
      bar(share),
      element("td", "figure", percent(share)),
      element("td", "figure", number(count)),
    );
    body.append(row);
  }
  const top = element("thead");
  top.append(line);
  table.append(element("caption", "unseen", caption), top, body);
  return table;
}

function levels(period) {
  const rows = [5, 4, 3, 2, 1].map((level) => ({
    name: textOf(`say.level.${level}`),
    share: period.shares[level - 1],
    count: period.levels[level - 1],
  }));
  return rates(
    textOf("text.levels"),
    [textOf("text.level"), textOf("text.share"), textOf("text.count")],
    rows,
  );
}

function fields(rows) {
  return rates(
    textOf("text.fields"),
    [textOf("text.field"), textOf("text.share_sat"), textOf("text.count")],
    rows.map(({ label, sat, rated }) => ({
      name: label[currentLanguage()],
      share: sat,
      count: rated,
    })),
  );
}

function tile(value, name) {
  const box = element("div", "tile");
  box.append(element("p", "value", value), element("p", "name", name));
  return box;
}

// null when there is nothing to say.
function service({ coverage, waiting }) {
  const box = element("div", "tiles");
  if (coverage && coverage.answered !== null) {
    box.append(
      tile(percent(coverage.answered), textOf("text.answered", number(coverage.offered))),
    );
  }
  if (coverage && coverage.response !== null) {
    box.append(
      tile(number(coverage.response, 1), textOf("text.response", number(coverage.transactions))),
    );
  }
  if (waiting) {
    box.append(
      tile(minutes(waiting.mean_minutes), textOf("text.waited")),
      tile(percent(waiting.within_15), textOf("text.within", number(waiting.known))),
    );
  }
  return box.children.length > 0 ? box : null;
}

function partsOf(...content) {
  const parts = element("div", "parts");
  parts.append(...content.filter(Boolean));
  return parts;
}

// Of a screen, one page a subject.
function screenSheets(period) {
  const sheets = [
    sheet(period, null, partsOf(headline(period), period.levels && levels(period))),
  ];
  const rows = period.fields ?? [];
  for (let from = 0; from < rows.length; from += ROWS_MOST) {
    const some = rows.slice(from, from + ROWS_MOST);
    sheets.push(sheet(period, textOf("text.fields"), partsOf(fields(some))));
  }
  const more = service(period);
  if (more) {
    sheets.push(sheet(period, textOf("text.service"), partsOf(more)));
  }
  return sheets;
}

function pageSheet(period) {
  const content = [partsOf(headline(period), period.levels && levels(period))];
  if (period.fields?.length > 0) {
    content.push(element("h3", "part", textOf("text.fields")), fields(period.fields));
  }
  const more = service(period);
  if (more) {
    content.push(element("h3", "part", textOf("text.service")), more);
  }
  return sheet(period, null, ...content);
}

function quiet(text) {
  const made = element("section", "sheet");
  const line = element("p", "quiet", text);
  line.setAttribute("role", "status");
  made.append(line);
  return [made];
}

function sheetsOf() {
  if (!told) {
    return quiet(textOf("text.never"));
  }
  if (!told.on) {
    return quiet(textOf("text.off"));
  }
  const some = told.periods.filter((period) => period.told);
  if (some.length === 0) {
    return quiet(textOf("text.none"));
  }
  return isScreen
    ? some.flatMap(screenSheets)
    : told.periods.map((period) =>
        period.told
          ? pageSheet(period)
          : sheet(period, null, element("p", "words", textOf("text.none_of"))),
      );
}

// --- Turning -------------------------------------------------------------------

let at = 0;
let timer = null;
let isStopped = false;

function turnTo(index) {
  const sheets = find("main").children;
  at = index % sheets.length;
  [...sheets].forEach((each, i) => each.classList.toggle("shown", i === at));
}

function turnOn() {
  clearTimeout(timer);
  if (isScreen && !isStopped) {
    timer = setTimeout(() => {
      turnTo(at + 1);
      turnOn();
    }, (told?.turn_s ?? 20) * 1000);
  }
}

function stop(is) {
  isStopped = is;
  find("pause").hidden = is;
  find("on").hidden = !is;
  (is ? find("on") : find("pause")).focus();
  turnOn();
}

function startScreen() {
  document.documentElement.classList.add("tv");
  find("to-screen").hidden = true;
  find("pause").hidden = false;
  find("pause").addEventListener("click", () => stop(true));
  find("on").addEventListener("click", () => stop(false));
}

// --- The whole -----------------------------------------------------------------

function draw() {
  if (told?.on) {
    find("title").textContent = told.title[currentLanguage()];
  }
  find("main").replaceChildren(...sheetsOf());
  turnTo(at);
  find("away").hidden = !isAway || !told;
  if (isAway && told) {
    find("away").textContent = textOf("text.away", moment(toldAt));
  }
}

// Drawn anew only when something is: nothing flickers for no reason.
function hear(json) {
  const isNew = JSON.stringify(json) !== JSON.stringify(told) || isAway;
  told = json;
  toldAt = new Date();
  isAway = false;
  if (isNew) {
    draw();
  }
}

async function look() {
  try {
    const answer = await fetch(pathTo("/api/v1/public/summary"), {
      cache: "no-cache",
      signal: AbortSignal.timeout(AFTER_FAILURE_MS / 2),
    });
    if (!answer.ok) {
      throw new Error(`status ${answer.status}`);
    }
    hear(await answer.json());
    if (Date.now() - began > RELOAD_MS) {
      location.reload();
    }
    setTimeout(look, AGAIN_MS);
  } catch {
    isAway = true;
    draw();
    setTimeout(look, AFTER_FAILURE_MS);
  }
}

if (isScreen) {
  startScreen();
}
document.documentElement.classList.toggle("embedded", params.get("embed") === "1");
startLanguage(() => (told || isAway) && draw());
look().then(turnOn);
