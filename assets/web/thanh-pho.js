// The page /thanh-pho: a city's wards side by side, inside classes of size and
// in groups that can be told apart; and /thanh-pho/CODE, one ward's own figures,
// for people of the city to read.
import { addressWith } from "./address.js";
import { intervalText, isFew, rateText } from "./figures.js";
import { textOf } from "./language.js";
import { learnNames, rowName } from "./names.js";
import { day, number, percent } from "./numbers.js";
import { home, pathTo } from "./session.js";
import { startShell, tellComplete } from "./shell.js";
import { load } from "./states.js";
import { drawTable } from "./tables.js";

const find = (id) => document.getElementById(id);
const code = decodeURIComponent(
  location.pathname.slice(home.length).split("/")[1] ?? "",
);

// --- Cells ---------------------------------------------------------------------

const known = (value, write) => (value === null ? "–" : write(value));

function count(id, value) {
  return {
    title: textOf(id),
    sort: value,
    cell: (row) => known(value(row), number),
  };
}

// What stands beside each rate. The rate itself does not sort the table: that
// would make a ranking of differences that may be chance.
function figureColumns(of) {
  return [
    count("text.count", (row) => of(row).rated),
    { title: textOf("text.sat"), cell: (row) => rateText(of(row)) },
    { title: textOf("text.interval"), cell: (row) => intervalText(of(row)) },
    count("text.transactions", (row) => of(row).transactions),
    {
      title: textOf("text.response"),
      sort: (row) => of(row).response,
      cell: (row) => known(of(row).response, percent),
    },
  ];
}

function completeColumns(of) {
  return [
    {
      title: textOf("text.silent"),
      sort: (row) => of(row).silent,
      cell: (row) =>
        textOf("text.of", number(of(row).silent), number(of(row).devices)),
    },
    count("text.missing", (row) => of(row).missing),
  ];
}

function note(text) {
  const line = document.createElement("div");
  line.className = "note";
  line.textContent = text;
  return line;
}

// The name leads to the ward's own figures; under it, what it was called before
// and which units became a part of it.
function nameCell(row) {
  const cell = document.createElement("div");
  const link = document.createElement("a");
  link.href = addressWith(
    {},
    pathTo(`/thanh-pho/${encodeURIComponent(row.unit)}`),
  );
  link.textContent = row.name;
  cell.append(link);
  for (const [index, { from }] of row.names.slice(1).entries()) {
    cell.append(note(textOf("text.before", day(from), row.names[index].name)));
  }
  for (const part of row.parts.slice(1)) {
    cell.append(
      note(textOf("text.made_of", part.name, number(part.figures.rated))),
    );
  }
  return cell;
}

function groupWords(row, most) {
  if (row.figures.away) {
    return textOf("text.away");
  }
  if (row.band === null) {
    return textOf("text.too_few");
  }
  if (most === 1) {
    return textOf("text.one_group");
  }
  const id =
    row.band === 1
      ? "text.first_group"
      : row.band === most
        ? "text.last_group"
        : "text.some_group";
  return textOf(id, number(row.band));
}

// --- The city --------------------------------------------------------------------

function className(classes, chosen) {
  const index = classes.findIndex((each) => each.class === chosen);
  if (index < 0) {
    return textOf("text.class_none");
  }
  const below = index > 0 ? number(classes[index - 1].people_to + 1) : null;
  const most = classes[index].people_to;
  if (most === null) {
    return below === null
      ? textOf("text.class_all")
      : textOf("text.class_above", number(classes[index - 1].people_to));
  }
  return below === null
    ? textOf("text.class_to", number(most))
    : textOf("text.class_between", below, number(most));
}

// By group and name; those without a group come last.
function inOrder(rows) {
  return [...rows].sort(
    (a, b) =>
      (a.band ?? Infinity) - (b.band ?? Infinity) ||
      a.name.localeCompare(b.name, "vi"),
  );
}

function drawClass(classes, chosen, rows) {
  const most = Math.max(0, ...rows.map((row) => row.band ?? 0));
  const box = document.createElement("div");
  const title = document.createElement("h3");
  const table = document.createElement("div");
  title.textContent = className(classes, chosen);
  box.append(title, table);
  drawTable(table, {
    caption: title.textContent,
    columns: [
      {
        title: textOf("text.unit"),
        is_text: true,
        head: true,
        sort: (row) => row.name,
        cell: nameCell,
      },
      {
        title: textOf("text.group"),
        is_text: true,
        cell: (row) => groupWords(row, most),
      },
      ...figureColumns((row) => row.figures),
      ...completeColumns((row) => row.figures),
    ],
    rows: inOrder(rows),
    rowClass: (row) => (isFew(row.figures) ? "few" : ""),
  });
  return box;
}

function drawLeague({ classes, rows }) {
  const chosen = [...new Set(rows.map((row) => row.class))].sort(
    (a, b) => (a ?? Infinity) - (b ?? Infinity),
  );
  find("league-tables").replaceChildren(
    ...chosen.map((each) =>
      drawClass(
        classes,
        each,
        rows.filter((row) => row.class === each),
      ),
    ),
  );
  return rows.length > 0;
}

function drawSums({ groups, rows }) {
  drawTable(find("sums-table"), {
    caption: find("sums-title").textContent,
    columns: [
      {
        title: textOf("text.unit"),
        is_text: true,
        head: true,
        cell: (row) => row.name,
      },
      ...figureColumns((row) => row.figures),
      ...completeColumns((row) => row.figures),
    ],
    rows: groups.length > 0 ? groups : rows,
  });
  return groups.length + rows.length > 0;
}

function drawDownload(path, period) {
  const link = document.createElement("a");
  link.className = "button";
  link.href = pathTo(`${path}&format=csv`);
  link.download = `hai-long-${(period.code ?? "").replace(":", "-")}.csv`;
  link.textContent = "CSV";
  link.setAttribute("aria-label", textOf("text.download", "CSV"));
  find("download-links").replaceChildren(link);
}

function drawCity(view) {
  const path = `/api/v1/league?${view.question({})}`;
  find("city").hidden = false;
  drawDownload(path, view.period);
  load(find("sums"), path, drawSums);
  load(find("league"), path, drawLeague);
}

// --- One ward ---------------------------------------------------------------------

function reportColumns(by) {
  return [
    {
      title: textOf(`text.${by}`),
      is_text: true,
      head: true,
      sort: (row) => (row.isTotal ? "" : rowName(by, row)),
      cell: (row) => (row.isTotal ? textOf("text.total") : rowName(by, row)),
    },
    ...figureColumns((row) => ({ ...row, response: row.coverage.response })),
  ];
}

function drawOverview({ total, complete }) {
  tellComplete(complete);
  const levels = total.levels ?? [];
  drawTable(find("overview-table"), {
    caption: find("overview-title").textContent,
    columns: [
      { title: textOf("text.level"), is_text: true, head: true, cell: ([id]) => textOf(id) },
      { title: textOf("text.count"), cell: ([, value]) => value },
    ],
    rows: [
      ["text.sat", rateText(total)],
      ["text.interval", intervalText(total)],
      ["text.total", known(total.rated, number)],
      ...[5, 4, 3, 2, 1].map((level) => [
        `say.level.${level}`,
        known(levels[level - 1] ?? null, number),
      ]),
    ],
  });
  return true;
}

function drawWard(view) {
  const asked = (by) =>
    `/api/v1/units/${encodeURIComponent(code)}/summary?${view.question({ by })}`;
  find("ward").hidden = false;
  find("back").hidden = false;
  find("back-link").href = addressWith({}, pathTo("/thanh-pho"));
  load(find("overview"), asked("none"), drawOverview);
  for (const by of ["month", "field", "counter"]) {
    load(find(by), asked(by), ({ rows, total }) => {
      learnNames(by, rows);
      drawTable(find(`${by}-table`), {
        caption: find(`${by}-title`).textContent,
        columns: reportColumns(by),
        rows,
        total: { ...total, isTotal: true },
        rowClass: (row) => (isFew(row) ? "few" : ""),
      });
      return rows.length > 0;
    });
  }
}

async function nameWard() {
  const answer = await fetch(pathTo("/api/v1/units"), { cache: "no-store" });
  const { units } = answer.ok ? await answer.json() : { units: [] };
  find("title").textContent =
    units.find(({ unit }) => unit === code)?.name ?? code;
}

const person = await startShell({ draw: code ? drawWard : drawCity });
if (person.role === "admin") {
  location.replace(pathTo("/quan-tri"));
} else if (code) {
  await nameWard();
}
