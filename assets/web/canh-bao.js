// The page /canh-bao: what the Office is alarmed about, and what is done.
import { parse, periodLabel } from "./address.js";
import { textOf } from "./language.js";
import { day, moment, number } from "./numbers.js";
import { ask } from "./session.js";
import { startShell } from "./shell.js";
import { load, question, showEmpty } from "./states.js";
import { drawTable } from "./tables.js";

const LIMIT = 50;

const find = (id) => document.getElementById(id);

let chosen = null; // what the dialog is about
let opener = null;

function line(name, className, text) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  made.textContent = text;
  return made;
}

function stateOf() {
  const state = new URLSearchParams(location.search).get("state");
  return ["ended", "all"].includes(state) ? state : "open";
}

// A period is named as everywhere; the ward's month is no calendar month.
function titleOf({ kind, subject, label }) {
  const period = kind === "target" ? parse(subject) : null;
  if (period) {
    return textOf("text.target", periodLabel(period));
  }
  return kind === "low-share" && subject === ""
    ? textOf("text.low-share.unit")
    : textOf(`text.${kind}`, label);
}

function moreOf({ kind, detail }) {
  const values = {
    "low-share": [detail.low, detail.rated, detail.days, detail.percent],
    "silent-device": [detail.minutes],
    target: [detail.satisfied, detail.rated, detail.target],
    "device-fault": [detail.fault],
    backup: [detail.days],
    disk: [detail.free_mib, detail.days],
  }[kind];
  const written = values.map((value) =>
    typeof value === "number" ? number(value) : value,
  );
  const more = kind === "disk" && detail.days >= 0 ? "days" : "more";
  return textOf(`text.${kind}.${more}`, ...written);
}

function card(alert) {
  const box = document.createElement("article");
  const { opened_at: opened, ended_at: ended, acknowledged } = alert;
  box.className = "card";
  box.append(
    line("h3", "", titleOf(alert)),
    line("p", "", moreOf(alert)),
    line(
      "p",
      "note",
      ended
        ? textOf("text.ended", moment(opened), moment(ended))
        : textOf("text.opened", moment(opened)),
    ),
  );
  if (acknowledged) {
    const { by, at, comment } = acknowledged;
    const name = by.replace(/^user /, "");
    box.append(line("p", "note", textOf("text.acknowledged", name, moment(at), comment)));
  } else {
    const button = line("button", "button paper-not", textOf("text.acknowledge"));
    button.type = "button";
    button.setAttribute("aria-label", textOf("text.acknowledge_which", titleOf(alert)));
    button.addEventListener("click", () => open(alert, button));
    box.append(button);
  }
  return box;
}

function pathOf(below) {
  const more = below ? `&below=${below}` : "";
  return `/api/v1/alerts?state=${stateOf()}&limit=${LIMIT}${more}`;
}

function showMore(alerts) {
  const button = find("more");
  button.hidden = alerts.length < LIMIT;
  button.onclick = async () => {
    const { json } = await question(pathOf(alerts.at(-1).id));
    if (json) {
      find("cards").append(...json.alerts.map(card));
      showMore(json.alerts);
    }
  };
}

function mailText({ mail, tries, next_at: next, sent_at: sent, said }) {
  const values = {
    none: [],
    waits: [number(tries), moment(next), said],
    sent: [moment(sent)],
    "given-up": [number(tries), said],
  }[mail];
  return textOf(`text.mail.${mail}`, ...values);
}

// What a file of the folder holds, and how it is called there.
function paperName({ name }) {
  const [, kind, date] = /^hai-long-(ngay|thang)-([\d-]+)$/.exec(name) ?? [];
  if (!kind) {
    return name;
  }
  const [year, month] = date.split("-");
  const what =
    kind === "ngay"
      ? textOf("text.paper.ngay", day(date))
      : textOf("text.paper.thang", `${month}/${year}`);
  return `${what} · ${name}`;
}

function drawPapers({ papers }) {
  if (papers.length === 0) {
    showEmpty(find("papers"), textOf("text.papers_none"), textOf("text.papers_more"));
    return;
  }
  drawTable(find("papers-table"), {
    caption: find("papers-title").textContent,
    columns: [
      { title: textOf("text.paper"), is_text: true, head: true, cell: paperName },
      { title: textOf("text.made"), is_text: true, cell: ({ made_at: made }) => moment(made) },
      { title: textOf("text.mail"), is_text: true, cell: mailText },
    ],
    rows: papers,
    search: false,
  });
}

function draw() {
  load(find("papers"), "/api/v1/papers", drawPapers);
  for (const link of document.querySelectorAll("[data-state-link]")) {
    if (link.dataset.stateLink === stateOf()) {
      link.setAttribute("aria-current", "page");
    } else {
      link.removeAttribute("aria-current");
    }
  }
  load(find("alerts"), pathOf(), ({ alerts }) => {
    find("cards").replaceChildren(...alerts.map(card));
    showMore(alerts);
    if (alerts.length === 0) {
      showEmpty(find("alerts"), textOf("text.none"), textOf("text.none_more"));
    }
  });
}

// --- The dialog ------------------------------------------------------------------

function complain(text) {
  find("problem").hidden = text === null;
  find("problem").textContent = text ?? "";
  find("comment").setAttribute("aria-invalid", String(text !== null));
}

function open(alert, button) {
  chosen = alert;
  opener = button;
  find("dialog-alert").textContent = `${titleOf(alert)}. ${moreOf(alert)}`;
  find("comment").value = "";
  complain(null);
  find("dialog").showModal();
  find("comment").focus();
}

async function send(event) {
  event.preventDefault();
  const comment = find("comment").value.trim();
  if (comment === "") {
    complain(textOf("text.comment_missing"));
    find("comment").focus();
    return;
  }
  find("send").disabled = true;
  let status = 0;
  try {
    const path = `/api/v1/alerts/${chosen.id}/acknowledge`;
    status = (await ask("POST", path, { comment })).status;
  } catch {
    // Said below.
  }
  find("send").disabled = false;
  if (status === 204) {
    find("dialog").close();
    draw();
  } else {
    complain(textOf(status === 409 ? "text.there" : "text.failed"));
  }
}

find("form").addEventListener("submit", send);
find("leave").addEventListener("click", () => find("dialog").close());
find("dialog").addEventListener("close", () =>
  (opener?.isConnected ? opener : find("main")).focus(),
);

startShell({ draw });
