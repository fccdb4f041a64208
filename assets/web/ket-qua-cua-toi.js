// The page /ket-qua-cua-toi: what an officer may know of their own figures.
import { textOf } from "./language.js";
import { day, number, percent } from "./numbers.js";
import { startShell } from "./shell.js";
import { load } from "./states.js";

const find = (id) => document.getElementById(id);

function line(className, text) {
  const made = document.createElement("p");
  made.className = className;
  made.textContent = text;
  return made;
}

function nameOf({ span, code }) {
  const part = code.split(":").pop();
  return textOf(
    `text.${span}`,
    span === "year" ? part : part.split("-").reverse().join("/"),
  );
}

function rangeText([low, high]) {
  return textOf("text.range", number(low), number(high));
}

// Whether the two differ by more than chance, as far as their intervals tell.
function compare(own, unit) {
  if (own.range[0] > unit.range[1]) {
    return "text.higher";
  }
  return own.range[1] < unit.range[0] ? "text.lower" : "text.same";
}

function facts(pairs) {
  const list = document.createElement("dl");
  list.className = "facts";
  for (const [name, value] of pairs) {
    const term = document.createElement("dt");
    const text = document.createElement("dd");
    term.textContent = name;
    text.textContent = value;
    list.append(term, text);
  }
  return list;
}

function unitText(unit) {
  return unit
    ? textOf("text.unit_value", percent(unit.sat, 0), rangeText(unit.range))
    : textOf("text.unit_none");
}

function card(period) {
  const { own, unit } = period;
  const box = document.createElement("section");
  const title = document.createElement("h3");
  box.className = "card";
  title.textContent = nameOf(period);
  box.append(title);
  if (!own) {
    box.append(
      line("note", textOf("text.none")),
      line("note", unitText(unit)),
    );
    return box;
  }
  box.append(
    line("large", percent(own.sat, 0)),
    line("", textOf("text.own")),
    line("note", textOf("text.rated", number(own.rated_from), rangeText(own.range))),
    facts(
      [5, 4, 3, 2, 1].map((level) => [
        textOf(`say.level.${level}`),
        percent(own.shares[level - 1], 0),
      ]),
    ),
    line("note", unitText(unit)),
  );
  if (unit) {
    box.append(line("note", textOf(compare(own, unit))));
  }
  box.append(line("note", textOf("text.as_of", day(period.as_of))));
  return box;
}

startShell({
  draw() {
    load(find("results"), "/api/v1/results/mine", ({ periods }) => {
      find("cards").replaceChildren(...periods.map(card));
    });
  },
});
