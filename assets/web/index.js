// The page /: how the ward stands, over a period and today.
import { LEVEL_INKS, drawBars, drawTrend } from "./charts.js";
import { drawDownloads, fileName } from "./downloads.js";
import { intervalText, isFew, rateText, verdictMark } from "./figures.js";
import { textOf } from "./language.js";
import { nameOf } from "./names.js";
import { day, interval, moment, number, percent } from "./numbers.js";
import { startShell, tellComplete } from "./shell.js";
import { load, showEmpty, showReady } from "./states.js";
import { drawTable } from "./tables.js";

const LEVELS = [5, 4, 3, 2, 1];
const DAYS_APART = 62; // a longer period is told by months

const find = (id) => document.getElementById(id);

function facts(box, pairs) {
  box.replaceChildren(
    ...pairs.flatMap(([name, value]) => {
      const term = document.createElement("dt");
      const text = document.createElement("dd");
      term.textContent = name;
      text.textContent = value;
      return [term, text];
    }),
  );
}

// --- Today, live ---------------------------------------------------------------

function tile(name, value) {
  const box = document.createElement("div");
  const term = document.createElement("dt");
  const text = document.createElement("dd");
  term.textContent = name;
  text.textContent = value;
  box.append(term, text);
  return box;
}

let lastLive = null;

function drawToday(live) {
  lastLive = live;
  const { total } = live;
  const asked =
    total.offered_rated === null ? null : total.offered - total.offered_rated;
  find("today").hidden = false;
  showReady(find("today"));
  find("today-tiles").replaceChildren(
    tile(textOf("text.sat"), total.rated === 0 ? "–" : rateText(total)),
    tile(textOf("text.rated"), number(total.rated)),
    tile(textOf("text.neg"), percent(total.neg)),
    tile(textOf("text.silent"), number(asked)),
  );
}

// --- The headline and its company ----------------------------------------------

function drawVerdicts(total) {
  const items = Object.entries(total.verdict).map(([target, name]) => {
    const item = document.createElement("li");
    const word = textOf(name ? `say.verdict.${name}` : "say.empty");
    item.append(verdictMark(name, textOf("text.against", target, word)));
    return item;
  });
  find("verdicts").replaceChildren(...items);
}

function beforeText(previous) {
  const label = labelOf(previous.period);
  return previous.sat === null
    ? textOf("text.before_none", label)
    : textOf(
        "text.before",
        label,
        percent(previous.sat),
        number(previous.rated),
      );
}

function labelOf({ from, to }) {
  return from === to ? day(from) : `${day(from)} – ${day(to)}`;
}

function drawAside({ flagged, marked, without_flagged: without }) {
  find("aside").hidden = !without || !(flagged > 0 || marked > 0);
  if (!find("aside").hidden) {
    find("aside").textContent = textOf(
      "text.aside",
      number(flagged),
      number(marked),
      rateText(without),
      number(without.rated),
    );
  }
}

function neededText({ needed, enough }) {
  if (needed === null) {
    return textOf("say.unknown");
  }
  return textOf(enough ? "text.enough" : "text.not_enough", number(needed));
}

function orUnknown(value, write) {
  return value === null ? textOf("say.unknown") : write(value);
}

function drawCoverage(total) {
  const { coverage, walk_up: walkUp } = total;
  facts(find("coverage"), [
    [textOf("text.transactions"), orUnknown(total.transactions, number)],
    [textOf("text.offered"), number(total.offered)],
    [textOf("text.cover_offered"), orUnknown(coverage.offered, percent)],
    [textOf("text.cover_rated"), orUnknown(coverage.rated, percent)],
    [textOf("text.cover_response"), orUnknown(coverage.response, percent)],
    [
      textOf("text.bounds"),
      orUnknown(total.bounds, (pair) => interval(pair, 1)),
    ],
    [textOf("text.needed"), neededText(coverage)],
    [textOf("text.declined"), number(total.declined)],
    [textOf("text.timeout"), number(total.timeout)],
    [
      textOf("text.walk_up"),
      textOf("text.of", number(walkUp.visits), number(walkUp.rated)),
    ],
  ]);
}

function drawOverview(report) {
  const { total, previous, method } = report;
  find("sat").textContent = rateText(total, method.decimals);
  find("sat-words").textContent =
    total.wilson === null
      ? ""
      : textOf(
          "text.words",
          number(total.satisfied),
          number(total.rated),
          intervalText(total),
        );
  drawVerdicts(total);
  find("before").textContent = previous ? beforeText(previous) : "";
  drawAside(total);
  drawCoverage(total);
  find("method").textContent = textOf(
    "text.method",
    method.id,
    method.version,
    moment(report.data_as_of),
  );
}

// --- Levels --------------------------------------------------------------------

function share(row, level) {
  return row?.levels && row.rated > 0
    ? (100 * row.levels[level - 1]) / row.rated
    : null;
}

function drawLevels({ total, previous }) {
  const rows = LEVELS.map((level) => ({
    level,
    count: total.levels?.[level - 1] ?? null,
    share: share(total, level),
    before: share(previous, level),
  }));
  drawTable(find("levels-table"), {
    caption: find("levels-title").textContent,
    columns: [
      {
        title: textOf("text.level"),
        is_text: true,
        head: true,
        cell: (row) => textOf(`say.level.${row.level}`),
      },
      { title: textOf("text.count"), cell: (row) => number(row.count) },
      { title: textOf("text.share"), cell: (row) => percent(row.share) },
      {
        title: textOf("text.share_before"),
        cell: (row) => percent(row.before),
      },
    ],
    rows,
  });
  drawBars(find("levels-chart"), {
    labels: [""],
    series: rows.map((row) => ({
      name: textOf(`say.level.${row.level}`),
      values: [row.share],
    })),
    isStacked: true,
    isLying: true,
    unit: "%",
    inks: LEVEL_INKS,
  });
}

// --- Over time -------------------------------------------------------------------

function drawTrendPart({ rows, method, by }) {
  const points = rows.map((row) =>
    row.sat === null
      ? null
      : { value: row.sat, low: row.wilson[0], high: row.wilson[1] },
  );
  drawTable(find("trend-table"), {
    caption: find("trend-title").textContent,
    columns: [
      {
        title: textOf(`say.by.${by}`),
        is_text: true,
        head: true,
        sort: (row) => row.key,
        cell: (row) => nameOf(by, row.key),
      },
      {
        title: textOf("text.count"),
        sort: (row) => row.rated,
        cell: (row) => number(row.rated),
      },
      {
        title: textOf("text.sat_name"),
        sort: (row) => row.sat,
        cell: (row) => rateText(row, method.decimals),
      },
      { title: textOf("text.interval"), cell: intervalText },
      {
        title: textOf("text.neg"),
        sort: (row) => row.neg,
        cell: (row) => percent(row.neg),
      },
    ],
    rows,
    search: false,
    rowClass: (row) => (isFew(row) ? "few" : ""),
  });
  drawTrend(find("trend-chart"), {
    labels: rows.map((row) => nameOf(by, row.key)),
    points,
    targets: method.targets,
    name: textOf("text.sat_name"),
  });
}

// --- The whole -----------------------------------------------------------------

function stepOf({ from, to }) {
  const days = (Date.parse(to) - Date.parse(from)) / (24 * 3600 * 1000) + 1;
  return days > DAYS_APART ? "month" : "day";
}

const PARTS = ["overview", "levels-part", "trend"];

function isEmpty({ total }) {
  return total.rated === 0 && total.offered === 0 && total.walk_up.visits === 0;
}

function draw(view) {
  if (!["office", "leader"].includes(view.person.role)) {
    return;
  }
  const by = stepOf(view.period);
  const path = `/api/v1/reports/summary?${view.question({ report: "R1", by })}`;
  find("downloads").hidden = false;
  drawDownloads(find("download-links"), path, fileName(view, "tong-quan"));
  if (lastLive) {
    drawToday(lastLive);
  }
  load(find("overview"), path, (report) => {
    tellComplete(report.complete);
    if (isEmpty(report)) {
      PARTS.slice(1).forEach((id) => (find(id).hidden = true));
      showEmpty(find("overview"));
      return;
    }
    PARTS.forEach((id) => (find(id).hidden = false));
    drawOverview(report);
    drawLevels(report);
    drawTrendPart(report);
  });
}

startShell({
  draw,
  live: drawToday,
  filters: ["field", "counter", "procedure", "channel", "step"],
}).then((person) => {
  const reads = ["office", "leader"].includes(person.role);
  find("figures").hidden = !reads;
  find("overview").hidden = !reads;
  for (const part of document.querySelectorAll("[data-for]")) {
    part.hidden = reads || !part.dataset.for.split(" ").includes(person.role);
  }
});
