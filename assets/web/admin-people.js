// Who may sign in.
import {
  buttonsOf,
  change,
  complain,
  makeSure,
  rowButton,
  showSecret,
} from "./admin-says.js";
import { textOf } from "./language.js";
import { load } from "./states.js";
import { drawTable } from "./tables.js";

const find = (id) => document.getElementById(id);

let part = null;
let people = [];
let own = "";
let changed = null; // who is being changed; null: somebody new

function pathOf(person, what) {
  return `/api/v1/people/${encodeURIComponent(person.name)}/${what}`;
}

function stateOf(person) {
  if (person.disabled_at) {
    return textOf("text.disabled");
  }
  return textOf(person.password_due ? "text.due" : "text.active");
}

function sure(id, person, method, what, done) {
  makeSure(
    textOf(`text.${id}_of`, person.display),
    textOf(`text.sure.${id}`, person.display),
    textOf(`text.${id}`),
    async () => {
      const result = await change(method, pathOf(person, what));
      if (result.json) {
        look();
        done?.(result.json);
      }
      return result;
    },
  );
}

function showPassword(person, { password }) {
  // After the other dialog has closed.
  setTimeout(() =>
    showSecret(
      textOf("text.first_password", person.display),
      textOf("text.first_password_words", person.display),
      password,
    ),
  );
}

function rowButtons(person) {
  const isOwn = person.name === own;
  const name = person.display;
  const button = (id, act) => rowButton(id, name, act);
  return buttonsOf(
    button("edit", () => openDialog(person)),
    !isOwn &&
      !person.disabled_at &&
      button("renew", () =>
        sure("renew", person, "POST", "password", (json) =>
          showPassword(person, json),
        ),
      ),
    !isOwn &&
      !person.disabled_at &&
      button("sign_out", () => sure("sign_out", person, "DELETE", "sessions")),
    !isOwn &&
      !person.disabled_at &&
      button("disable", () => sure("disable", person, "POST", "disable")),
    person.disabled_at &&
      button("enable", () => sure("enable", person, "POST", "enable")),
  );
}

function draw() {
  const roleOf = ({ role }) => textOf(`text.role.${role}`);
  drawTable(find("people-table"), {
    caption: find("people-title").textContent,
    rows: people,
    columns: [
      {
        title: textOf("text.display"),
        is_text: true,
        head: true,
        cell: ({ display }) => display,
        sort: ({ display }) => display,
      },
      {
        title: textOf("text.name"),
        is_text: true,
        cell: ({ name }) => name,
        sort: ({ name }) => name,
      },
      {
        title: textOf("text.role"),
        is_text: true,
        cell: (person) =>
          person.officer
            ? `${roleOf(person)} (${person.officer})`
            : roleOf(person),
        sort: roleOf,
      },
      {
        title: textOf("text.state"),
        is_text: true,
        cell: stateOf,
        sort: stateOf,
      },
      { title: textOf("text.what"), is_text: true, cell: rowButtons },
    ],
  });
}

function look() {
  load(part, "/api/v1/people", (json) => {
    people = json.people;
    draw();
    return true;
  });
}

// --- The dialog ----------------------------------------------------------------

function showOfficerField() {
  find("person-officer-field").hidden = find("person-role").value !== "officer";
}

function openDialog(person) {
  changed = person;
  find("person-form").reset();
  find("person-dialog-title").textContent = person
    ? textOf("text.edit_of", person.display)
    : textOf("text.add_person");
  find("person-name").closest(".field").hidden = person !== null;
  if (person) {
    find("person-display").value = person.display;
    find("person-role").value = person.role;
    find("person-officer").value = person.officer;
  }
  showOfficerField();
  complain("person-alert", null);
  find("person-dialog").showModal();
}

function read() {
  const role = find("person-role").value;
  return {
    name: find("person-name").value.trim().toLowerCase(),
    display: find("person-display").value.trim(),
    role,
    officer: role === "officer" ? find("person-officer").value.trim() : "",
  };
}

// Null, or the field and what is wrong with it.
function fault(body) {
  if (!changed && !/^[a-z0-9][a-z0-9._-]*$/.test(body.name)) {
    return ["name", find("person-name")];
  }
  if (!body.display) {
    return ["display", find("person-display")];
  }
  return body.role === "officer" && !body.officer
    ? ["officer", find("person-officer")]
    : null;
}

async function send() {
  const { name, ...body } = read();
  const wrong = fault({ name, ...body });
  if (wrong) {
    complain("person-alert", textOf(`text.fault.${wrong[0]}`), wrong[1]);
    return;
  }
  const result = changed
    ? await change("POST", pathOf(changed, "change"), body)
    : await change("POST", "/api/v1/people", { name, ...body });
  if (result.words) {
    complain("person-alert", result.words);
    return;
  }
  find("person-dialog").close();
  if (!changed) {
    showPassword(body, result.json);
  }
  look();
}

export function startPeople(section, person) {
  part = section;
  own = person.name;
  find("add-person").addEventListener("click", () => openDialog(null));
  find("person-role").addEventListener("change", showOfficerField);
  find("person-form").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  look();
  return draw;
}
