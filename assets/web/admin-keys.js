// The keys of programs.
import {
  change,
  complain,
  makeSure,
  rowButton,
  showSecret,
} from "./admin-says.js";
import { textOf } from "./language.js";
import { moment } from "./numbers.js";
import { load } from "./states.js";
import { drawTable } from "./tables.js";

const find = (id) => document.getElementById(id);

let part = null;
let keys = [];

function revoke(key) {
  makeSure(
    textOf("text.revoke_of", key.name),
    textOf("text.sure.revoke_key", key.name),
    textOf("text.revoke"),
    async () => {
      const result = await change("POST", `/api/v1/keys/${key.id}/revoke`);
      if (result.json) {
        look();
      }
      return result;
    },
  );
}

function draw() {
  const stateOf = ({ revoked_at: at }) =>
    textOf(at ? "text.key.revoked" : "text.key.active");
  const roleOf = ({ role }) => textOf(`text.role.${role}`);
  drawTable(find("keys-table"), {
    caption: find("keys-title").textContent,
    rows: keys,
    columns: [
      {
        title: textOf("text.key_name"),
        is_text: true,
        head: true,
        cell: ({ name }) => name,
        sort: ({ name }) => name,
      },
      { title: textOf("text.role"), is_text: true, cell: roleOf, sort: roleOf },
      { title: textOf("text.state"), is_text: true, cell: stateOf, sort: stateOf },
      {
        title: textOf("text.added"),
        is_text: true,
        cell: ({ added_at: at }) => moment(at),
        sort: ({ added_at: at }) => at,
      },
      {
        title: textOf("text.what"),
        is_text: true,
        cell: (key) =>
          key.revoked_at
            ? "–"
            : rowButton("revoke", key.name, () => revoke(key)),
      },
    ],
  });
}

function look() {
  load(part, "/api/v1/keys", (json) => {
    keys = json.keys;
    draw();
    return true;
  });
}

async function send() {
  const name = find("key-name").value.trim();
  if (!name) {
    complain("key-alert", textOf("text.fault.key"), find("key-name"));
    return;
  }
  const body = { role: find("key-role").value, name };
  const result = await change("POST", "/api/v1/keys", body);
  if (result.words) {
    complain("key-alert", result.words);
    return;
  }
  find("key-dialog").close();
  showSecret(
    textOf("text.key_made", name),
    textOf("text.key_words"),
    result.json.key,
  );
  look();
}

export function startKeys(section) {
  part = section;
  find("add-key").addEventListener("click", () => {
    find("key-form").reset();
    complain("key-alert", null);
    find("key-dialog").showModal();
  });
  find("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  look();
  return draw;
}
