// The page /thiet-bi: every device, how it is, and what of it is to be looked
// at. Which ones are shown stands in the address.
import { textOf } from "./language.js";
import { moment, number } from "./numbers.js";
import { pathTo } from "./session.js";
import { startShell } from "./shell.js";
import { load, question } from "./states.js";
import { drawTable } from "./tables.js";

const AGAIN_MS = 10 * 1000;
const CLOCK_OFF_MS = 5 * 60 * 1000;
const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const part = document.getElementById("devices");
const choice = document.getElementById("show");
const pointChoice = document.getElementById("point");
let told = null;

// --- One device ---------------------------------------------------------------

function isActive(device) {
  return device.state === "active";
}

// It has spoken since the new one was made, long enough to have fetched it.
function isOld(device) {
  const { config_applied: applied, configured_at: made } = device;
  const patience = 2 * told.heartbeat_s * 1000;
  return (
    device.kind === "counter" &&
    applied !== null &&
    applied < device.config_version &&
    new Date(device.last_seen_at) - new Date(made) > patience
  );
}

// What somebody can do something about, in words.
function troublesOf(device) {
  const known = [
    "no-ledger",
    "quarantine",
    "disk-low",
    "battery-low",
    "battery-empty",
  ];
  const troubles = device.faults
    .filter((fault) => fault !== "config-refused")
    .map((fault) =>
      known.includes(fault)
        ? textOf(`text.fault.${fault}`)
        : textOf("text.fault.other", fault),
    );
  if (device.config_refused) {
    const { version, reason } = device.config_refused;
    troubles.push(textOf("text.refused", number(version), reason));
  }
  if (device.twins > 0 && isActive(device) && device.kind === "counter") {
    troubles.push(textOf("text.twins", device.counter, device.twins + 1));
  }
  if (device.flags > 0) {
    troubles.push(textOf("text.flags", number(device.flags)));
  }
  if (isOld(device) && !device.config_refused) {
    troubles.push(textOf("text.old_config"));
  }
  if (Math.abs(device.clock_offset_ms ?? 0) > CLOCK_OFF_MS) {
    troubles.push(textOf("text.clock_off"));
  }
  return troubles;
}

function needsLook(device) {
  return (
    isActive(device) &&
    (device.silent ||
      device.missing > 0 ||
      device.lost > 0 ||
      troublesOf(device).length > 0)
  );
}

function nameOf(device) {
  const place =
    device.kind === "phone"
      ? textOf("text.phone")
      : textOf("text.counter", device.counter);
  return device.name && device.name !== place
    ? `${place} · ${device.name}`
    : place;
}

function stateName(device) {
  if (device.state === "waiting" || device.state === "revoked") {
    return `text.${device.state}`;
  }
  if (device.kind === "phone") {
    return "text.ready";
  }
  return device.silent ? "text.silent" : "text.in_contact";
}

// By its shape first, then by its words.
function stateCell(device) {
  const shapes = {
    "text.in_contact": "dat-vung",
    "text.ready": "dat-vung",
    "text.silent": "khong-dat",
    "text.waiting": "none",
    "text.revoked": "none",
  };
  const cell = document.createElement("span");
  cell.className = `verdict ${shapes[stateName(device)]}`;
  cell.textContent = textOf(stateName(device));
  return cell;
}

function ago(iso, now) {
  if (!iso) {
    return textOf("text.never");
  }
  const ms = Math.max(0, new Date(now) - new Date(iso));
  if (ms < MINUTE_MS) {
    return textOf("text.ago_s", number(Math.floor(ms / 1000)));
  }
  if (ms < HOUR_MS) {
    return textOf("text.ago_min", number(Math.floor(ms / MINUTE_MS)));
  }
  return ms < DAY_MS
    ? textOf("text.ago_h", number(Math.floor(ms / HOUR_MS)))
    : moment(iso);
}

function seenCell(device, now) {
  if (device.kind === "phone") {
    return "–";
  }
  const cell = document.createElement("span");
  cell.textContent = ago(device.last_seen_at, now);
  if (device.last_seen_at) {
    cell.title = moment(device.last_seen_at);
  }
  return cell;
}

function pendingCell(device, now) {
  const count = number(device.pending);
  return device.oldest_pending_at && device.pending > 0
    ? textOf("text.oldest", count, ago(device.oldest_pending_at, now))
    : count;
}

function configCell(device) {
  if (device.kind === "phone" || device.config_version === 0) {
    return "–";
  }
  return textOf(
    "text.of",
    number(device.config_applied),
    number(device.config_version),
  );
}

// Half a second is what a message may be on its way.
function clockCell(device) {
  const quality = device.clock_quality ?? "–";
  const seconds = Math.round((device.clock_offset_ms ?? 0) / 1000);
  return seconds === 0
    ? quality
    : textOf("text.offset", quality, number(seconds));
}

function diskCell(device) {
  const mib = device.disk_free_mib;
  if (mib === null) {
    return "–";
  }
  return mib < 1024
    ? textOf("text.mib", number(mib))
    : textOf("text.gib", number(mib / 1024, 1));
}

function troubleCell(device) {
  const troubles = troublesOf(device);
  return troubles.length > 0 ? troubles.join("; ") : textOf("text.nothing");
}

// --- All of them --------------------------------------------------------------

const VIEWS = {
  "": isActive,
  "can-xem": needsLook,
  "im-lang": (device) => isActive(device) && device.silent,
  "cho-dang-ky": (device) => device.state === "waiting",
  "da-thu-hoi": (device) => device.state === "revoked",
  "tat-ca": () => true,
};

function chosenView() {
  const asked = new URLSearchParams(location.search).get("xem") ?? "";
  return asked in VIEWS ? asked : "";
}

function chosenPoint() {
  return new URLSearchParams(location.search).get("diem");
}

function pointName(code) {
  return told.points[code] || code;
}

// Asked of the server, so that thousands of devices do not come each time.
const ASKED_STATES = {
  "": "active",
  "can-xem": "active",
  "im-lang": "active",
  "cho-dang-ky": "waiting",
  "da-thu-hoi": "revoked",
};

function pathOf(file) {
  const asked = new URLSearchParams();
  const state = ASKED_STATES[chosenView()];
  if (state) {
    asked.set("state", state);
  }
  if (chosenPoint() !== null) {
    asked.set("point", chosenPoint());
  }
  return `/api/v1/${file}?${asked}`;
}

function drawPoints() {
  const codes = Object.keys(told.points).sort();
  const asked = chosenPoint();
  pointChoice.replaceChildren(
    new Option(textOf("text.all_points"), "*"),
    ...codes.map((code) => new Option(pointName(code), code)),
    new Option(textOf("text.no_point"), ""),
  );
  pointChoice.value = asked ?? "*";
  document.getElementById("sheet").href = pathTo(pathOf("devices.csv"));
}

function columnsAt(now) {
  const byNumber = (key) => (device) => device[key];
  return [
    {
      title: textOf("text.device"),
      is_text: true,
      head: true,
      cell: nameOf,
      sort: (device) => Number(device.counter) || nameOf(device),
    },
    {
      title: textOf("text.point"),
      is_text: true,
      cell: ({ point }) => pointName(point) || "–",
      sort: ({ point }) => point || null,
    },
    {
      title: textOf("text.state"),
      is_text: true,
      cell: stateCell,
      sort: (device) => textOf(stateName(device)),
    },
    {
      title: textOf("text.watch"),
      is_text: true,
      cell: troubleCell,
      sort: (device) => -troublesOf(device).length,
    },
    {
      title: textOf("text.seen"),
      is_text: true,
      cell: (device) => seenCell(device, now),
      sort: (device) =>
        device.last_seen_at ? new Date(device.last_seen_at).getTime() : null,
    },
    {
      title: textOf("text.pending"),
      cell: (device) => pendingCell(device, now),
      sort: byNumber("pending"),
    },
    {
      title: textOf("text.missing"),
      cell: ({ missing, lost }) =>
        lost > 0
          ? textOf("text.pair", number(missing), number(lost))
          : number(missing),
      sort: (device) => device.missing + device.lost,
    },
    {
      title: textOf("text.config"),
      cell: configCell,
      sort: (device) =>
        device.config_applied === null
          ? null
          : device.config_applied - device.config_version,
    },
    {
      title: textOf("text.clock"),
      is_text: true,
      cell: clockCell,
      sort: (device) => device.clock_quality,
    },
    {
      title: textOf("text.disk"),
      cell: diskCell,
      sort: byNumber("disk_free_mib"),
    },
    {
      title: textOf("text.version"),
      is_text: true,
      cell: (device) => device.version || "–",
      sort: (device) => device.version || null,
    },
  ];
}

function drawTiles(devices) {
  const active = devices.filter(isActive);
  const counters = active.filter(({ kind }) => kind === "counter");
  const silent = counters.filter((device) => device.silent);
  const waiting = active.reduce((sum, { pending }) => sum + (pending ?? 0), 0);
  const tiles = {
    active: active.length,
    contact: counters.length - silent.length,
    silent: silent.length,
    pending: waiting,
    watch: active.filter(needsLook).length,
  };
  document.getElementById("tiles").replaceChildren(
    ...Object.entries(tiles).map(([name, count]) => {
      const tile = document.createElement("div");
      const title = document.createElement("dt");
      const figure = document.createElement("dd");
      tile.id = `tile-${name}`;
      title.textContent = textOf(`text.tile.${name}`);
      figure.textContent = number(count);
      tile.append(title, figure);
      return tile;
    }),
  );
}

function draw() {
  const { now, devices } = told;
  const rows = devices.filter(VIEWS[chosenView()]);
  choice.value = chosenView();
  drawPoints();
  drawTiles(devices);
  drawTable(document.getElementById("table"), {
    caption: textOf("text.tile.active"),
    columns: columnsAt(now),
    rows,
  });
  document.getElementById("table").hidden = rows.length === 0;
  showNone(rows.length === 0);
}

function showNone(is) {
  let note = document.getElementById("none");
  if (!note) {
    note = document.createElement("p");
    note.id = "none";
    note.className = "note";
    note.setAttribute("role", "status");
    document.getElementById("table").before(note);
  }
  note.hidden = !is;
  note.textContent = is
    ? `${textOf("text.none")}. ${textOf("text.none_more")}`
    : "";
}

function look() {
  load(part, pathOf("devices"), (json) => {
    told = json;
    draw();
    return true;
  });
}

// Silently, while somebody looks: what is there stays until the new is there.
async function lookAgain() {
  if (document.hidden || part.dataset.state !== "ready") {
    return;
  }
  const path = pathOf("devices");
  const { json } = await question(path);
  const isTyping = document.activeElement?.type === "search";
  if (json && !isTyping && path === pathOf("devices")) {
    told = json;
    draw();
  }
}

function choose(name, value, isSet) {
  const address = new URL(location.href);
  if (isSet) {
    address.searchParams.set(name, value);
  } else {
    address.searchParams.delete(name);
  }
  history.pushState(null, "", address);
  look();
}

choice.addEventListener("change", () =>
  choose("xem", choice.value, choice.value !== ""),
);
pointChoice.addEventListener("change", () =>
  choose("diem", pointChoice.value, pointChoice.value !== "*"),
);
window.addEventListener("popstate", look);

startShell({
  draw() {
    if (told) {
      draw();
    } else {
      look();
    }
  },
});
setInterval(lookAgain, AGAIN_MS);
