// Tables of figures: sorted by their heads, searched and unfolded when they are
// long, and scrolling inside their own box when they are wide.
//
//   drawTable(box, { caption, columns, rows, more });
//
// A column is {title, cell(row), sort(row), is_text, head}: `cell` gives a text
// or an element; without `sort` it cannot be sorted by; `head` marks the column
// that names the row.
import { textOf } from "./language.js";
import { number } from "./numbers.js";

const ROWS_SHOWN = 50;
const SEARCH_FROM = 20; // rows

// How each box is sorted, searched and unfolded, over redrawings.
const states = new WeakMap();

// Without marks and in small letters: "cấp" is found by "cap".
export function plain(text) {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase();
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

// What is not known comes last, whichever way.
function sorted(rows, column, isDown) {
  if (!column) {
    return rows;
  }
  return [...rows].sort((one, other) => {
    const [a, b] = [column.sort(one) ?? null, column.sort(other) ?? null];
    if (a === null || b === null) {
      return Number(a === null) - Number(b === null);
    }
    const by = typeof a === "string" ? a.localeCompare(b, "vi") : a - b;
    return isDown ? -by : by;
  });
}

function headCell(column, index, state, redraw) {
  const cell = element("th", column.is_text ? "" : "figure");
  cell.scope = "col";
  if (!column.sort) {
    cell.textContent = column.title;
    return cell;
  }
  const button = element("button", "sort", column.title);
  const isSorted = state.by === index;
  button.type = "button";
  button.title = textOf("say.sort", column.title);
  cell.setAttribute(
    "aria-sort",
    isSorted ? (state.isDown ? "descending" : "ascending") : "none",
  );
  button.addEventListener("click", () => {
    state.isDown = isSorted ? !state.isDown : !column.is_text;
    state.by = index;
    redraw();
  });
  cell.append(button);
  return cell;
}

function bodyRow(columns, row, rowClass) {
  const line = element("tr", rowClass ?? "");
  for (const column of columns) {
    const cell = element(
      column.head ? "th" : "td",
      column.is_text ? "" : "figure",
    );
    if (column.head) {
      cell.scope = "row";
    }
    cell.dataset.title = column.title;
    const content = column.cell(row);
    cell.append(content instanceof Node ? content : String(content ?? ""));
    line.append(cell);
  }
  return line;
}

function searchField(table, state, redraw) {
  const field = element("div", "field search paper-not");
  const label = element("label", "", textOf("say.search"));
  const input = element("input");
  input.type = "search";
  input.value = state.word;
  label.htmlFor = input.id = `${table.id || "table"}-search`;
  input.addEventListener("input", () => {
    state.word = input.value;
    state.most = ROWS_SHOWN;
    redraw();
  });
  field.append(label, input);
  return field;
}

function matching(spec, word) {
  if (!word) {
    return spec.rows;
  }
  const head = spec.columns.find((column) => column.head) ?? spec.columns[0];
  const wanted = plain(word);
  return spec.rows.filter((row) => {
    const content = head.cell(row);
    const text =
      content instanceof Node ? content.textContent : String(content);
    return plain(text).includes(wanted);
  });
}

function tableOf(spec, rows, state, redraw) {
  const scroller = element("div", "table-box");
  const table = element("table");
  const head = element("thead");
  const body = element("tbody");
  const line = element("tr");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "region");
  scroller.setAttribute("aria-label", textOf("say.scroll", spec.caption));
  table.append(element("caption", "unseen", spec.caption));
  spec.columns.forEach((column, index) =>
    line.append(headCell(column, index, state, redraw)),
  );
  head.append(line);
  body.append(
    ...rows.map((row) => bodyRow(spec.columns, row, spec.rowClass?.(row))),
  );
  table.append(head, body);
  if (spec.total) {
    const foot = element("tfoot");
    foot.append(bodyRow(spec.columns, spec.total));
    table.append(foot);
  }
  scroller.append(table);
  return scroller;
}

function footOf(shown, all, state, redraw) {
  const foot = element("div", "table-foot paper-not");
  foot.append(
    element("span", "hint", textOf("say.shown", number(shown), number(all))),
  );
  if (shown < all) {
    const more = Math.min(ROWS_SHOWN, all - shown);
    const button = element("button", "button", textOf("say.more", more));
    button.type = "button";
    button.addEventListener("click", () => {
      state.most += ROWS_SHOWN;
      redraw();
    });
    foot.append(button);
  }
  return foot;
}

export function drawTable(box, spec) {
  const state = states.get(box) ?? { word: "", most: ROWS_SHOWN, by: null };
  states.set(box, state);
  const isLong = spec.rows.length >= SEARCH_FROM;
  const place = element("div");
  const redraw = () => {
    const column = state.by === null ? null : spec.columns[state.by];
    const found = sorted(matching(spec, state.word), column, state.isDown);
    const rows = found.slice(0, state.most);
    const parts = [tableOf(spec, rows, state, redraw)];
    if (isLong) {
      parts.push(footOf(rows.length, found.length, state, redraw));
    }
    const hadFocus = place.contains(document.activeElement);
    place.replaceChildren(...parts);
    if (hadFocus && state.by !== null) {
      place.querySelectorAll("thead th")[state.by].firstChild.focus?.();
    }
  };
  box.replaceChildren(
    ...(isLong && spec.search !== false
      ? [searchField(box, state, redraw), place]
      : [place]),
  );
  redraw();
}
