// A page that stands rates side by side: a chart with intervals, and the table.
// A row leads to the overview of what it names.
import { addressWith } from "./address.js";
import { drawRanking } from "./charts.js";
import { drawDownloads, fileName } from "./downloads.js";
import {
  LEAST,
  RELIABLE,
  intervalText,
  isFew,
  rateText,
  verdictMark,
} from "./figures.js";
import { textOf } from "./language.js";
import { learnNames, rowName } from "./names.js";
import { number, percent } from "./numbers.js";
import { home } from "./session.js";
import { startShell, tellComplete } from "./shell.js";
import { load } from "./states.js";
import { drawTable } from "./tables.js";

const DRAWN_MOST = 20;

const find = (id) => document.getElementById(id);

function nameCell(by, row) {
  if (row.key === "") {
    return rowName(by, row);
  }
  const link = document.createElement("a");
  link.href = addressWith({ [by]: row.key }, home);
  link.textContent = rowName(by, row);
  return link;
}

// Where some ratings are flagged or marked, the rate without them too.
function asideColumn(rows) {
  const rate = (row) => row.without_flagged?.sat ?? null;
  return rows.some((row) => row.without_flagged)
    ? [
        {
          title: textOf("text.aside"),
          sort: rate,
          cell: (row) => percent(rate(row)),
        },
      ]
    : [];
}

function columnsOf(by, rows, targets) {
  const count = (title, value) => ({
    title: textOf(title),
    sort: value,
    cell: (row) => number(value(row)),
  });
  const rate = (title, value) => ({
    title: textOf(title),
    sort: value,
    cell: (row) => percent(value(row)),
  });
  return [
    {
      title: textOf(`say.by.${by}`),
      is_text: true,
      head: true,
      sort: (row) => (row.isTotal ? "" : rowName(by, row)),
      cell: (row) => (row.isTotal ? textOf("text.total") : nameCell(by, row)),
    },
    count("text.count", (row) => row.rated),
    {
      title: textOf("text.sat"),
      sort: (row) => row.sat,
      cell: (row) => rateText(row),
    },
    { title: textOf("text.interval"), cell: intervalText },
    ...asideColumn(rows),
    ...targets.map((target) => ({
      title: textOf("text.against", target),
      is_text: true,
      cell: (row) =>
        row.verdict[target] ? verdictMark(row.verdict[target]) : "–",
    })),
    rate("text.neg", (row) => row.neg),
    count("text.offered", (row) => row.offered),
    rate("text.rated", (row) => row.coverage.rated),
    count("text.transactions", (row) => row.transactions),
    rate("text.response", (row) => row.coverage.response),
  ];
}

function drawChart(by, rows, targets) {
  const rated = rows.filter((row) => row.sat !== null);
  const most = [...rated]
    .sort((a, b) => b.rated - a.rated)
    .slice(0, DRAWN_MOST)
    .sort((a, b) => b.sat - a.sat);
  find("ranking-chart").hidden = most.length === 0;
  const words = [textOf("text.note", LEAST, RELIABLE)];
  if (most.length === 0) {
    words.unshift(textOf("text.few_ranked"));
  } else if (most.length < rated.length) {
    words.unshift(textOf("text.first", DRAWN_MOST));
  }
  find("ranking-note").textContent = words.join(" ");
  find("ranking-note").hidden = false;
  if (most.length > 0) {
    drawRanking(find("ranking-chart"), {
      rows: most.map((row) => ({
        label: rowName(by, row),
        value: row.sat,
        range: row.wilson,
        isFew: isFew(row),
      })),
      targets,
      name: textOf("text.drawn"),
    });
  }
}

export function startRanking({ by, report, subject, filters }) {
  startShell({
    filters,
    draw(view) {
      const path = `/api/v1/reports/summary?${view.question({ report, by })}`;
      drawDownloads(find("download-links"), path, fileName(view, subject));
      load(find("ranking"), path, ({ rows, total, method, complete }) => {
        tellComplete(complete);
        if (rows.length === 0) {
          return false;
        }
        learnNames(by, rows);
        drawChart(by, rows, method.targets);
        drawTable(find("ranking-table"), {
          caption: find("ranking-title").textContent,
          columns: columnsOf(by, rows, method.targets),
          rows,
          total: { ...total, isTotal: true },
          rowClass: (row) => (isFew(row) ? "few" : ""),
        });
        return true;
      });
    },
  });
}
