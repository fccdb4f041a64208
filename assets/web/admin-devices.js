// Devices: adding one, with the code that it enrols by, moving and revoking.
import {
  buttonsOf,
  change,
  complain,
  makeSure,
  rowButton,
  showSecret,
} from "./admin-says.js";
import { currentLanguage, textOf } from "./language.js";
import { moment } from "./numbers.js";
import { load, question } from "./states.js";
import { drawTable } from "./tables.js";

const find = (id) => document.getElementById(id);

let part = null;
let devices = [];
let fields = [];
let changed = null; // the one that is being changed; null: a new one

function fieldName(code) {
  const field = fields.find((each) => each.code === code);
  return code === ""
    ? textOf("text.all_fields")
    : (field?.[currentLanguage()] ?? code);
}

function nameOf(device) {
  return device.name || textOf("text.counter_of", device.counter);
}

function revoke(device) {
  const path = `/api/v1/devices/${device.device}/revoke`;
  makeSure(
    textOf("text.revoke_of", nameOf(device)),
    textOf("text.sure.revoke", nameOf(device)),
    textOf("text.revoke"),
    async () => {
      const result = await change("POST", path);
      if (result.json) {
        look();
      }
      return result;
    },
  );
}

function replace(device) {
  const path = `/api/v1/devices/${device.device}/replace`;
  makeSure(
    textOf("text.replace_of", nameOf(device)),
    textOf("text.sure.replace", nameOf(device)),
    textOf("text.replace"),
    async () => {
      const result = await change("POST", path);
      if (result.json) {
        look();
        showCode(device.counter, result.json);
      }
      return result;
    },
  );
}

function rowButtons(device) {
  if (device.state === "revoked" || device.kind === "phone") {
    return "–";
  }
  return buttonsOf(
    rowButton("edit", nameOf(device), () => openDialog(device)),
    rowButton("replace", nameOf(device), () => replace(device)),
    rowButton("revoke", nameOf(device), () => revoke(device)),
  );
}

function draw() {
  const stateOf = ({ state }) => textOf(`text.state.${state}`);
  drawTable(find("devices-table"), {
    caption: find("devices-title").textContent,
    rows: devices,
    columns: [
      {
        title: textOf("text.counter"),
        is_text: true,
        head: true,
        cell: ({ counter, name }) => counter || name,
        sort: ({ counter }) => Number(counter) || counter,
      },
      {
        title: textOf("text.device_name"),
        is_text: true,
        cell: ({ name }) => name || "–",
        sort: ({ name }) => name || null,
      },
      {
        title: textOf("text.field"),
        is_text: true,
        cell: ({ field }) => fieldName(field),
        sort: ({ field }) => fieldName(field),
      },
      {
        title: textOf("text.point"),
        is_text: true,
        cell: ({ point }) => point || "–",
        sort: ({ point }) => point || null,
      },
      { title: textOf("text.state"), is_text: true, cell: stateOf, sort: stateOf },
      {
        title: textOf("text.added"),
        is_text: true,
        cell: ({ added_at: at }) => moment(at),
        sort: ({ added_at: at }) => at,
      },
      { title: textOf("text.what"), is_text: true, cell: rowButtons },
    ],
  });
  fillFields();
}

function look() {
  load(part, "/api/v1/devices", (json) => {
    devices = json.devices;
    draw();
    return true;
  });
}

// --- The dialog ----------------------------------------------------------------

function fillFields() {
  const select = find("device-field");
  const chosen = select.value;
  const codes = ["", ...fields.map(({ code }) => code)];
  if (changed && !codes.includes(changed.field)) {
    codes.push(changed.field);
  }
  select.replaceChildren(
    ...codes.map((code) => new Option(fieldName(code), code)),
  );
  select.value = codes.includes(chosen) ? chosen : "";
}

// Codes that are there already, so that one place is not spelt in two ways.
function offerPoints() {
  const points = new Set(devices.map(({ point }) => point).filter(Boolean));
  find("device-points").replaceChildren(
    ...[...points].sort().map((point) => new Option(point)),
  );
}

function openDialog(device) {
  changed = device;
  find("device-form").reset();
  find("device-dialog-title").textContent = textOf(
    device ? "text.edit_device" : "text.add_device",
  );
  fillFields();
  offerPoints();
  find("device-counter").value = device?.counter ?? "";
  find("device-name").value = device?.name ?? "";
  find("device-field").value = device?.field ?? "";
  find("device-point").value = device?.point ?? "";
  complain("device-alert", null);
  find("device-dialog").showModal();
}

function stickFile(text) {
  return {
    name: "hailong-enrol.txt",
    words: textOf("text.stick_file"),
    type: "text/plain",
    bytes: text,
  };
}

function showCode(counter, { code, expires_at: until, qr_svg: svg, file }) {
  const words = textOf("text.enrol_words", moment(until));
  const title = textOf("text.enrol_code", counter);
  showSecret(title, words, code, svg, [stickFile(file)]);
}

async function send() {
  const counter = find("device-counter").value.trim();
  const body = {
    counter,
    name: find("device-name").value.trim(),
    field: find("device-field").value,
    point: find("device-point").value.trim(),
  };
  if (!counter) {
    const field = find("device-counter");
    complain("device-alert", textOf("text.fault.counter"), field);
    return;
  }
  const path = changed
    ? `/api/v1/devices/${changed.device}/change`
    : "/api/v1/devices";
  const result = await change("POST", path, body);
  if (result.words) {
    complain("device-alert", result.words);
    return;
  }
  find("device-dialog").close();
  if (!changed) {
    showCode(counter, result.json);
  }
  look();
}

// --- Many from a table -----------------------------------------------------------

function openBatch() {
  find("batch-form").reset();
  complain("batch-alert", null);
  find("batch-dialog").showModal();
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function showBatch({ devices: added, expires_at: until, ...made }) {
  const files = [stickFile(made.file)];
  if (made.sheets) {
    files.push({
      name: "phieu-ghi-danh.pdf",
      words: textOf("text.sheets_file"),
      type: "application/pdf",
      bytes: bytesOf(made.sheets),
    });
  }
  const words = textOf("text.batch_words", moment(until));
  const title = textOf("text.batch_added", added.length);
  showSecret(title, words, made.staff_pin, null, files);
}

async function sendBatch() {
  const [file] = find("batch-file").files;
  const hours = find("batch-hours").value;
  if (!file) {
    complain("batch-alert", textOf("text.fault.no_file"), find("batch-file"));
    return;
  }
  const body = { csv: await file.text(), sheets: true };
  if (hours) {
    body.valid_h = Number(hours);
  }
  const result = await change("POST", "/api/v1/devices/batch", body);
  if (result.words) {
    complain("batch-alert", result.words);
    return;
  }
  find("batch-dialog").close();
  showBatch(result.json);
  look();
}

async function learnFields() {
  const { json } = await question("/api/v1/counters");
  fields = json?.fields ?? [];
  draw();
}

export function startDevices(section) {
  part = section;
  find("add-device").addEventListener("click", () => openDialog(null));
  find("device-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  find("add-devices").addEventListener("click", openBatch);
  find("batch-form").addEventListener("submit", (event) => {
    event.preventDefault();
    sendBatch();
  });
  look();
  learnFields();
  return draw;
}
