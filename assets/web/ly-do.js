// The page /ly-do: why citizens rate as they do. A reason leads to the comments
// that came with it, a row to the same page of what it names.
import { addressWith } from "./address.js";
import { LEVEL_INKS, drawBars } from "./charts.js";
import { drawDownloads, fileName } from "./downloads.js";
import { LEAST } from "./figures.js";
import { currentLanguage, textOf } from "./language.js";
import { learnNames, rowName } from "./names.js";
import { number, percent } from "./numbers.js";
import { dropOthers } from "./only.js";
import { pathTo } from "./session.js";
import { goTo, startShell } from "./shell.js";
import { load, showEmpty } from "./states.js";
import { drawTable } from "./tables.js";

const FILTERS = ["field", "counter", "procedure", "channel", "officer"];
const SIDES = [
  { part: "low", key: "low", list: "low", ink: LEVEL_INKS[4] },
  { part: "high", key: "satisfied", list: "high", ink: LEVEL_INKS[1] },
];

const find = (id) => document.getElementById(id);
const labelOf = ({ label }) => label[currentLanguage()] ?? label.vi;

// null is withheld: fewer than five.
const count = (value) =>
  value === null ? textOf("say.few", LEAST) : number(value);
const share = (value) =>
  value === null ? "–" : percent(value);

// Those that the question set offers on this side, and others that were given.
function listed(answer, side) {
  return answer.reasons
    .filter(
      (reason) =>
        reason[side.key] !== 0 || ["both", side.list].includes(reason.list),
    )
    .sort((a, b) => (b[side.key] ?? LEAST - 1) - (a[side.key] ?? LEAST - 1));
}

function commentsLink(reason) {
  const link = document.createElement("a");
  link.href = addressWith({ reason: reason.id, officer: null }, pathTo("/gop-y"));
  link.textContent = textOf("text.read");
  link.setAttribute("aria-label", textOf("text.read_of", labelOf(reason)));
  return link;
}

function reasonColumns(answer, side) {
  const groups = new Map(
    answer.groups.map((group) => [group.group, labelOf(group)]),
  );
  return [
    {
      title: textOf("text.reason"),
      is_text: true,
      head: true,
      sort: labelOf,
      cell: labelOf,
    },
    {
      title: textOf("text.count"),
      sort: (reason) => reason[side.key],
      cell: (reason) => count(reason[side.key]),
    },
    {
      title: textOf("text.share"),
      sort: (reason) => reason[`${side.key}_share`],
      cell: (reason) => share(reason[`${side.key}_share`]),
    },
    {
      title: textOf("text.comments"),
      is_text: true,
      cell: commentsLink,
    },
    {
      title: textOf("text.group"),
      is_text: true,
      sort: (reason) => groups.get(reason.group) ?? "",
      cell: (reason) => groups.get(reason.group) ?? "",
    },
  ];
}

function wholeText(answer, side) {
  if (answer.officer_only) {
    return textOf("text.whole_officer");
  }
  return textOf(
    `text.whole_${side.part}`,
    count(answer[side.key]),
    count(answer.with_reason[side.key]),
  );
}

function drawSide(answer, side) {
  const part = find(side.part);
  if (answer[side.key] === 0) {
    showEmpty(part, textOf(`text.no_${side.part}`), textOf("text.no_more"));
    return;
  }
  const reasons = listed(answer, side);
  const drawn = reasons.filter((reason) => reason[`${side.key}_share`] > 0);
  find(`${side.part}-whole`).textContent = wholeText(answer, side);
  find(`${side.part}-chart`).hidden = drawn.length === 0;
  if (drawn.length > 0) {
    drawBars(find(`${side.part}-chart`), {
      labels: drawn.map(labelOf),
      series: [
        {
          name: textOf("text.share"),
          values: drawn.map((reason) => reason[`${side.key}_share`]),
        },
      ],
      isLying: true,
      unit: "%",
      inks: [side.ink],
    });
  }
  drawTable(find(`${side.part}-table`), {
    caption: find(`${side.part}-title`).textContent,
    columns: reasonColumns(answer, side),
    rows: reasons,
    search: false,
  });
}

function drawGroups(answer) {
  const column = (key, title) => [
    {
      title: textOf(title),
      sort: (group) => group[key],
      cell: (group) => count(group[key]),
    },
    {
      title: textOf("text.share"),
      sort: (group) => group[`${key}_share`],
      cell: (group) => share(group[`${key}_share`]),
    },
  ];
  drawTable(find("groups-table"), {
    caption: find("groups-title").textContent,
    columns: [
      {
        title: textOf("text.group"),
        is_text: true,
        head: true,
        sort: labelOf,
        cell: labelOf,
      },
      ...column("low", "text.given_low"),
      ...column("satisfied", "text.given_high"),
    ],
    rows: answer.groups,
  });
}

// --- Rows ---------------------------------------------------------------------

function nameCell(by, row) {
  if (row.key === "") {
    return rowName(by, row);
  }
  const link = document.createElement("a");
  link.href = addressWith({ [by]: row.key, by: null });
  link.textContent = rowName(by, row);
  return link;
}

// "Chờ lâu (40,0 %)": what the row gives most, where it may be told.
function mostText(answer, row, key) {
  const most = row.reasons
    .filter((reason) => reason[key] > 0)
    .sort((a, b) => b[key] - a[key])[0];
  const known =
    most && answer.reasons.find((reason) => reason.id === most.id);
  return known
    ? `${labelOf(known)} (${percent(most[`${key}_share`])})`
    : "–";
}

function drawRows(by, answer) {
  learnNames(by, answer.rows);
  drawTable(find("rows-table"), {
    caption: find("rows-title").textContent,
    columns: [
      {
        title: textOf(`say.by.${by}`),
        is_text: true,
        head: true,
        sort: (row) => rowName(by, row),
        cell: (row) => nameCell(by, row),
      },
      ...SIDES.flatMap(({ part, key }) => [
        {
          title: textOf(`text.${part}`),
          sort: (row) => row[key],
          cell: (row) => count(row[key]),
        },
        {
          title: textOf("text.most"),
          is_text: true,
          cell: (row) => mostText(answer, row, key),
        },
      ]),
    ],
    rows: answer.rows,
  });
}

function loadRows(view) {
  const by = view.params.get("by") ?? "field";
  find("rows-by").value = by;
  find("rows").hidden = Object.keys(view.filters).length > 0;
  if (!find("rows").hidden) {
    load(find("rows"), `/api/v1/reasons?${view.question({ by })}`, (answer) => {
      if (answer.rows.length === 0) {
        return false;
      }
      drawRows(by, answer);
      return true;
    });
  }
}

// --- The whole ----------------------------------------------------------------

function draw(view) {
  if (dropOthers(view, FILTERS)) {
    return;
  }
  const parts = ["low", "high", "groups"].map(find);
  const filters = Object.keys(view.filters);
  find("downloads").hidden = filters.length > 0;
  if (filters.length > 1) {
    for (const part of parts) {
      showEmpty(part, textOf("text.one_filter"), textOf("text.one_filter_more"));
    }
    find("rows").hidden = true;
    return;
  }
  const path = `/api/v1/reasons?${view.question({})}`;
  for (const side of SIDES) {
    load(find(side.part), path, (answer) => drawSide(answer, side));
  }
  load(find("groups"), path, drawGroups);
  loadRows(view);
  drawDownloads(
    find("download-links"),
    `/api/v1/reports/R5?${view.question({})}`,
    fileName(view, "ly-do"),
  );
}

find("rows-by").addEventListener("change", (event) =>
  goTo({ by: event.target.value === "field" ? null : event.target.value }),
);
startShell({ filters: FILTERS, draw });
