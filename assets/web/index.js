// The page /: what this address offers to who is signed in.
import { startLanguage, textOf } from "/web/language.js";
import { startSession } from "/web/session.js";

const MONTHS_SHOWN = 3;
const FORMATS = ["pdf", "xlsx", "csv"];

// The official month that `date` lies in, as the Vietnamese calendar has it,
// and those before it: [{year, month}].
function lastMonths(date, count) {
  const local = new Date(date.getTime() + 7 * 3600 * 1000);
  const ahead = local.getUTCDate() >= 15 ? 1 : 0;
  const first = local.getUTCFullYear() * 12 + local.getUTCMonth() + ahead;
  return Array.from({ length: count }, (_, back) => ({
    year: Math.floor((first - back) / 12),
    month: ((first - back) % 12) + 1,
  }));
}

function reportLink({ year, month }, format) {
  const link = document.createElement("a");
  const period = `${year}-${String(month).padStart(2, "0")}`;
  link.className = "button";
  link.href = `/api/v1/reports/summary?period=hanh-chinh:${period}&format=${format}`;
  link.download = `hai-long-${period}.${format}`;
  link.textContent = format.toUpperCase();
  link.setAttribute("aria-label", `${textOf("month", `${month}/${year}`)}, ${link.textContent}`);
  return link;
}

function monthRow(when) {
  const row = document.createElement("li");
  const name = document.createElement("span");
  const links = document.createElement("span");
  name.textContent = textOf("month", `${when.month}/${when.year}`);
  links.className = "buttons";
  links.append(...FORMATS.map((format) => reportLink(when, format)));
  row.append(name, links);
  return row;
}

function showMonths() {
  const rows = lastMonths(new Date(), MONTHS_SHOWN).map(monthRow);
  document.getElementById("months").replaceChildren(...rows);
}

const FOR = {
  reports: ["office", "leader"],
  counter: ["officer", "office", "admin"],
  admin: ["admin"],
};

startLanguage(showMonths);
showMonths();
startSession().then((person) => {
  for (const [id, roles] of Object.entries(FOR)) {
    document.getElementById(id).hidden = !roles.includes(person.role);
  }
});
