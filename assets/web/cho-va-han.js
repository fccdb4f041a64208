// The page /cho-va-han: how long citizens waited, and what was done in time, as
// the one-stop software tells it.
import { drawBars } from "./charts.js";
import { drawDownloads, fileName } from "./downloads.js";
import { textOf } from "./language.js";
import { rowName } from "./names.js";
import { minutes, number, percent } from "./numbers.js";
import { goTo, startShell, tellComplete } from "./shell.js";
import { load, showEmpty } from "./states.js";
import { drawTable } from "./tables.js";

const BY = ["field", "counter", "procedure", "month", "day"];
const DRAWN_MOST = 20;

const find = (id) => document.getElementById(id);

function facts(id, pairs) {
  const parts = pairs.flatMap(([text, value]) => {
    const term = document.createElement("dt");
    const told = document.createElement("dd");
    term.textContent = textOf(text);
    told.textContent = value;
    return [term, told];
  });
  find(id).replaceChildren(...parts);
}

function goalText(goal) {
  return goal ? textOf(`say.goal.${goal}`) : textOf("say.unknown");
}

function drawWaits(id, waits) {
  facts(id, [
    ["text.known", number(waits?.known ?? 0)],
    ["text.mean", minutes(waits?.mean_minutes)],
    ["text.median", minutes(waits?.median_minutes)],
    ["text.within", percent(waits?.within_15)],
    ["text.goal", goalText(waits?.goal)],
  ]);
}

function drawTimely(timely) {
  facts("timely", [
    ["text.before", number(timely?.before)],
    ["text.on", number(timely?.on)],
    ["text.late", number(timely?.late)],
    ["text.in_time", percent(timely?.in_time)],
    ["text.goal", goalText(timely?.goal)],
  ]);
}

function drawPlan({ waiting_minutes: waiting, timely }) {
  const words = [];
  if (waiting) {
    words.push(textOf("text.plan_waiting", ...waiting));
  }
  if (timely) {
    words.push(textOf("text.plan_timely", ...timely));
  }
  find("plan").textContent = words.join(" ");
}

function columnsOf(by) {
  const column = (title, value, write) => ({
    title: textOf(title),
    sort: value,
    cell: (row) => write(value(row)),
  });
  return [
    {
      title: textOf(`say.by.${by}`),
      is_text: true,
      head: true,
      sort: (row) => (BY.indexOf(by) > 2 ? row.key : rowName(by, row)),
      cell: (row) => rowName(by, row),
    },
    column("text.transactions", (row) => row.transactions, number),
    column(
      "text.mean_called",
      (row) => row.waiting?.called?.mean_minutes,
      minutes,
    ),
    column(
      "text.median_called",
      (row) => row.waiting?.called?.median_minutes,
      minutes,
    ),
    column("text.within", (row) => row.waiting?.called?.within_15, percent),
    column("text.mean_done", (row) => row.waiting?.done?.mean_minutes, minutes),
    column("text.before", (row) => row.timeliness?.before, number),
    column("text.on", (row) => row.timeliness?.on, number),
    column("text.late", (row) => row.timeliness?.late, number),
    column("text.in_time", (row) => row.timeliness?.in_time, percent),
  ];
}

function drawRows(by, rows) {
  const told = rows.filter((row) => row.waiting?.called);
  const isTime = BY.indexOf(by) > 2;
  const most = isTime
    ? told
    : [...told]
        .sort(
          (a, b) =>
            b.waiting.called.mean_minutes - a.waiting.called.mean_minutes,
        )
        .slice(0, DRAWN_MOST);
  drawTable(find("rows-table"), {
    caption: find("rows-title").textContent,
    columns: columnsOf(by),
    rows,
  });
  find("rows-chart").hidden = most.length === 0;
  if (most.length > 0) {
    drawBars(find("rows-chart"), {
      labels: most.map((row) => rowName(by, row)),
      series: [
        {
          name: textOf("text.mean_called"),
          values: most.map((row) => row.waiting.called.mean_minutes),
        },
      ],
      isLying: !isTime,
    });
  }
}

function isUntold({ waiting, timeliness, transactions }) {
  return !waiting && !timeliness && !transactions;
}

find("by").addEventListener("change", () => goTo({ by: find("by").value }));

startShell({
  filters: ["field", "counter", "procedure"],
  draw(view) {
    const asked = view.params.get("by");
    // Of one field there are no fields to stand side by side.
    const possible = BY.filter((each) => !(each in view.filters));
    const by = possible.includes(asked) ? asked : possible[0];
    for (const choice of find("by").options) {
      choice.disabled = !possible.includes(choice.value);
    }
    const path = `/api/v1/reports/summary?${view.question({ by })}`;
    find("by").value = by;
    drawDownloads(find("download-links"), path, fileName(view, "cho-va-han"));
    load(find("service"), path, (report) => {
      tellComplete(report.complete);
      find("rows").hidden = isUntold(report.total);
      if (isUntold(report.total)) {
        showEmpty(
          find("service"),
          textOf("text.none"),
          textOf("text.none_more"),
        );
        return;
      }
      drawWaits("called", report.total.waiting?.called);
      drawWaits("done", report.total.waiting?.done);
      drawTimely(report.total.timeliness);
      drawPlan(report.method);
      drawRows(by, report.rows);
    });
  },
});
