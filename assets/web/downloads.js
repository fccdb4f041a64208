// Links to the same figures as files.
import { textOf } from "./language.js";
import { pathTo } from "./session.js";

const FORMATS = ["pdf", "xlsx", "csv"];

// `path` ends where the format is to be added: "/api/v1/reports/summary?…".
export function drawDownloads(box, path, name) {
  const links = FORMATS.map((format) => {
    const link = document.createElement("a");
    link.className = "button";
    link.href = pathTo(`${path}&format=${format}`);
    link.download = `${name}.${format}`;
    link.textContent = format.toUpperCase();
    link.setAttribute("aria-label", textOf("text.download", link.textContent));
    return link;
  });
  box.replaceChildren(...links);
}

// A name for the file, from the period and what it is about.
export function fileName({ period, filters }, subject) {
  const when = period.code
    ? period.code.replace(":", "-")
    : `${period.from}-${period.to}`;
  return ["hai-long", subject, when, ...Object.values(filters)]
    .filter(Boolean)
    .join("-");
}
