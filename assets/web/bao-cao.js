// The page /bao-cao: every report of a period, one touch a form; and what was
// issued.
import { parse, periodLabel, questionOf } from "./address.js";
import { textOf } from "./language.js";
import { moment } from "./numbers.js";
import { ask, pathTo } from "./session.js";
import { startShell } from "./shell.js";
import { load, showEmpty } from "./states.js";
import { drawTable } from "./tables.js";

const REPORTS = Array.from({ length: 10 }, (_, index) => `R${index + 1}`);
const FORMATS = ["pdf", "xlsx", "csv", "json"];
const NEVER_KEPT = "R6";

const find = (id) => document.getElementById(id);

let view = null;
let wanted = null; // the report that is to be issued

function link(path, name, title, format) {
  const made = document.createElement("a");
  made.className = "button";
  made.href = pathTo(path);
  made.download = `${name}.${format}`;
  made.textContent = format.toUpperCase();
  made.setAttribute(
    "aria-label",
    textOf("text.download_of", title, made.textContent),
  );
  return made;
}

function buttons(...children) {
  const box = document.createElement("div");
  box.className = "buttons";
  box.append(...children);
  return box;
}

// --- The reports ----------------------------------------------------------------

function openIssue(report) {
  wanted = report;
  find("issue-what").textContent = `${textOf(`text.${report}`)} · ${periodLabel(
    view.period,
  )}`;
  find("issue-alert").hidden = true;
  find("issue").showModal();
}

function files(report) {
  const name = `hai-long-${report}-${
    view.period.code.replace(":", "-") || `${view.period.from}-${view.period.to}`
  }`;
  const title = textOf(`text.${report}`);
  const links = FORMATS.map((format) =>
    link(
      `/api/v1/reports/${report}${questionOf({ ...view, filters: {} }, { format })}`,
      name,
      title,
      format,
    ),
  );
  if (view.person.role === "office" && report !== NEVER_KEPT) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = textOf("text.issue");
    button.setAttribute("aria-label", textOf("text.issue_of", title));
    button.addEventListener("click", () => openIssue(report));
    links.push(button);
  }
  return buttons(...links);
}

function reportItem(report) {
  const item = document.createElement("li");
  const title = document.createElement("h3");
  title.textContent = textOf(`text.${report}`);
  const purpose = document.createElement("p");
  purpose.textContent = textOf(`text.${report}.for`);
  item.append(title, purpose, files(report));
  return item;
}

function drawReports() {
  find("reports-list").replaceChildren(...REPORTS.map(reportItem));
}

async function issue() {
  const answer = await ask("POST", "/api/v1/reports/issued", {
    report: wanted,
    number: find("issue-number").value.trim(),
    ...(view.period.code
      ? { period: view.period.code }
      : { from: view.period.from, to: view.period.to }),
  });
  const said = await answer.json().catch(() => ({}));
  const alert = find("reports-alert");
  alert.hidden = false;
  alert.classList.toggle("good", answer.status === 201);
  alert.textContent =
    answer.status !== 201
      ? textOf("text.failed", said.detail ?? answer.status)
      : said.restatement > 0
        ? textOf("text.restated", said.issue, said.restatement)
        : textOf("text.issued", said.issue);
  drawArchive();
}

// --- The archive ----------------------------------------------------------------

function issuedFiles(row) {
  return buttons(
    ...["pdf", "xlsx", "json"].map((format) =>
      link(
        `/api/v1/reports/issued/${row.issue}?format=${format}`,
        `hai-long-${row.report}-${row.issue}`,
        `${textOf("text.no")} ${row.issue}`,
        format,
      ),
    ),
  );
}

function issuedPeriod({ period_kind: kind, period: code }) {
  const period = parse(`${kind}:${code}`);
  return period ? periodLabel(period) : textOf(`text.kind.${kind}`, code);
}

function drawIssued({ issued }) {
  if (issued.length === 0) {
    showEmpty(
      find("archive"),
      textOf("text.none_issued"),
      textOf("text.none_issued_more"),
    );
    return;
  }
  const columns = [
    {
      title: textOf("text.no"),
      cell: (row) => String(row.issue),
      sort: (row) => row.issue,
    },
    {
      title: textOf("text.report"),
      is_text: true,
      head: true,
      cell: (row) => textOf(`text.${row.report}`),
      sort: (row) => row.report,
    },
    {
      title: textOf("text.period"),
      is_text: true,
      cell: (row) => issuedPeriod(row),
      sort: (row) => row.period,
    },
    { title: textOf("text.number"), is_text: true, cell: (row) => row.number },
    {
      title: textOf("text.restates"),
      cell: (row) => (row.restates ? String(row.restates) : "–"),
    },
    {
      title: textOf("text.at"),
      is_text: true,
      cell: (row) => moment(row.issued_at),
      sort: (row) => row.issued_at,
    },
    {
      title: textOf("text.who"),
      is_text: true,
      cell: (row) => row.issued_by.replace(/^user /, ""),
    },
  ];
  if (view.person.role === "office") {
    columns.splice(3, 0, {
      title: textOf("text.files"),
      is_text: true,
      cell: issuedFiles,
    });
  }
  drawTable(find("archive-table"), {
    caption: find("archive-title").textContent,
    columns,
    rows: issued,
  });
}

function drawArchive() {
  load(find("archive"), "/api/v1/reports/issued", drawIssued);
}

// --- The whole ------------------------------------------------------------------

find("issue").addEventListener("close", () => {
  if (find("issue").returnValue === "go") {
    issue();
  }
  find("issue").returnValue = "";
});

startShell({
  draw(seen) {
    view = seen;
    drawReports();
    drawArchive();
  },
});
