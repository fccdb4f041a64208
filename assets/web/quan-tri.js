// The page /quan-tri: accounts, devices, keys and settings, in parts of which
// one is seen. Which one stands behind the # of the address.
import { startAudit } from "./admin-audit.js";
import { startDevices } from "./admin-devices.js";
import { startDocuments } from "./admin-documents.js";
import { startHours } from "./admin-hours.js";
import { startKeys } from "./admin-keys.js";
import { startLevels } from "./admin-levels.js";
import { startPeople } from "./admin-people.js";
import { startSurveys } from "./admin-surveys.js";
import { startTargets } from "./admin-targets.js";
import { startShell } from "./shell.js";

// Each gives what draws it anew, in another language.
const STARTS = {
  "nguoi-dung": startPeople,
  "thiet-bi": startDevices,
  "cau-hinh": startLevels,
  khoa: startKeys,
  "gio-lam-viec": startHours,
  "muc-tieu": startTargets,
  "bo-cau-hoi": startSurveys,
  "thiet-lap": startDocuments,
  "nhat-ky": startAudit,
};
const redraws = {};

let person = null;

function tabs() {
  return [...document.querySelectorAll("#tabs a")];
}

function isFor(tab) {
  return tab.dataset.forRoles.split(" ").includes(person.role);
}

function show() {
  const mine = tabs().filter(isFor);
  const asked = mine.find(({ hash }) => hash === location.hash) ?? mine[0];
  for (const tab of tabs()) {
    const name = tab.hash.slice(1);
    const isShown = tab === asked;
    tab.closest("li").hidden = !isFor(tab);
    if (isShown) {
      tab.setAttribute("aria-current", "true");
    } else {
      tab.removeAttribute("aria-current");
    }
    const part = document.getElementById(`part-${name}`);
    part.hidden = !isShown;
    if (isShown && !redraws[name]) {
      redraws[name] = STARTS[name](part, person);
    }
  }
}

for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
person = await startShell({
  draw() {
    for (const redraw of Object.values(redraws)) {
      redraw();
    }
  },
});
window.addEventListener("hashchange", show);
show();
