// The page /gio-cao-diem: when citizens come, and how content they are then.
import { drawDownloads, fileName } from "./downloads.js";
import { LEAST } from "./figures.js";
import { textOf } from "./language.js";
import { number, percent } from "./numbers.js";
import { goTo, startShell, tellComplete } from "./shell.js";
import { load } from "./states.js";

const WEEK = ["1", "2", "3", "4", "5", "6", "7"];
const SHADES = 6;
const SHOWN = ["visits", "sat", "neg"];

const find = (id) => document.getElementById(id);

function sum(rows) {
  const whole = { visits: 0, rated: 0, satisfied: 0, low: 0, isHidden: false };
  for (const row of rows) {
    whole.visits += row.visits;
    whole.rated += row.rated ?? 0;
    whole.satisfied += row.satisfied ?? 0;
    whole.low += row.low ?? 0;
    whole.isHidden ||= row.rated === null;
  }
  return whole;
}

// A cell of one hour: visits with and without a rating.
function hourOf(row, dissatisfied) {
  const low = row.levels
    ? dissatisfied.reduce((total, level) => total + row.levels[level - 1], 0)
    : null;
  return {
    day: row.key[0],
    hour: row.key.slice(2),
    visits: (row.rated ?? 0) + row.declined + row.timeout,
    rated: row.rated,
    satisfied: row.satisfied,
    low,
  };
}

// null: there are too few to tell.
function figureOf(cell, show) {
  if (show === "visits") {
    return cell.visits;
  }
  if (cell.rated === null || cell.rated < LEAST) {
    return null;
  }
  return (100 * (show === "sat" ? cell.satisfied : cell.low)) / cell.rated;
}

function written(cell, show) {
  const figure = figureOf(cell, show);
  if (figure === null) {
    return cell.visits > 0 ? textOf("say.few", LEAST) : "";
  }
  if (show === "visits") {
    return figure > 0 ? number(figure) : "";
  }
  return percent(figure, 0);
}

function shadeOf(figure, most, least) {
  if (figure === null || most === least) {
    return 0;
  }
  const place = (figure - least) / (most - least);
  return Math.min(SHADES - 1, Math.floor(place * SHADES));
}

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className ?? "";
  return made;
}

function headOf(hours) {
  const line = document.createElement("tr");
  const cells = [
    textOf("text.weekday"),
    ...hours.map((h) => textOf("text.hour", h)),
    textOf("text.day_total"),
  ];
  for (const [index, text] of cells.entries()) {
    const cell = element("th", text, index > 0 ? "figure" : "");
    cell.scope = "col";
    line.append(cell);
  }
  return line;
}

function lineOf(name, cells, show, shade) {
  const line = document.createElement("tr");
  const head = element("th", name);
  head.scope = "row";
  line.append(head);
  cells.forEach((cell, index) => {
    const isSum = index === cells.length - 1;
    const level = isSum ? 0 : shade(figureOf(cell, show));
    line.append(
      element(
        "td",
        written(cell, show),
        `figure shade-${level}${isSum ? " sum" : ""}`,
      ),
    );
  });
  return line;
}

// Every hour from the first to the last, also those in which nobody came.
function hoursOf(cells) {
  const known = cells.map((cell) => Number(cell.hour));
  const first = Math.min(...known);
  return Array.from({ length: Math.max(...known) - first + 1 }, (_, index) =>
    String(first + index).padStart(2, "0"),
  );
}

function drawMap(cells, show) {
  const hours = hoursOf(cells);
  const at = (day, hour) =>
    cells.find((cell) => cell.day === day && cell.hour === hour) ?? sum([]);
  const figures = cells
    .map((cell) => figureOf(cell, show))
    .filter((figure) => figure !== null);
  const most = Math.max(...figures);
  const least = show === "visits" ? 0 : Math.min(...figures);
  const shade = (figure) => shadeOf(figure, most, least);
  const table = document.createElement("table");
  const head = document.createElement("thead");
  const body = document.createElement("tbody");
  const foot = document.createElement("tfoot");
  table.className = "heat";
  head.append(headOf(hours));
  for (const day of WEEK.filter((d) => cells.some((cell) => cell.day === d))) {
    const row = hours.map((hour) => at(day, hour));
    body.append(
      lineOf(textOf(`say.weekday.${day}`), [...row, sum(row)], show, shade),
    );
  }
  const sums = hours.map((hour) =>
    sum(cells.filter((cell) => cell.hour === hour)),
  );
  foot.append(
    lineOf(textOf("text.hour_total"), [...sums, sum(cells)], show, () => 0),
  );
  table.append(
    element("caption", find("hours-title").textContent, "unseen"),
    head,
    body,
    foot,
  );
  find("hours-map").replaceChildren(table);
}

function sayBusiest(cells) {
  const most = cells.reduce((a, b) => (b.visits > a.visits ? b : a));
  find("hours-words").textContent = textOf(
    "text.busiest",
    textOf(`say.weekday.${most.day}`),
    textOf("text.hour", most.hour),
    number(most.visits),
  );
}

for (const choice of document.querySelectorAll("input[name=show]")) {
  choice.addEventListener("change", () => goTo({ show: choice.value }));
}

startShell({
  filters: ["field", "counter", "channel", "step"],
  draw(view) {
    const asked = view.params.get("show");
    const show = SHOWN.includes(asked) ? asked : SHOWN[0];
    const path = `/api/v1/reports/summary?${view.question({ by: "hour-of-week" })}`;
    for (const choice of document.querySelectorAll("input[name=show]")) {
      choice.checked = choice.value === show;
    }
    drawDownloads(find("download-links"), path, fileName(view, "gio-cao-diem"));
    load(find("hours"), path, ({ rows, method, complete }) => {
      tellComplete(complete);
      const cells = rows
        .map((row) => hourOf(row, method.dissatisfied))
        .filter((cell) => cell.visits > 0);
      if (cells.length === 0) {
        return false;
      }
      sayBusiest(cells);
      drawMap(cells, show);
      return true;
    });
  },
});
