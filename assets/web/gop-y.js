// The page /gop-y: what citizens wrote, newest first, in pages that go on. What
// is looked for stands in the address: level, reason, q.
import { questionOf } from "./address.js";
import { drawDownloads, fileName } from "./downloads.js";
import { currentLanguage, textOf } from "./language.js";
import { nameOf } from "./names.js";
import { moment, number } from "./numbers.js";
import { dropOthers } from "./only.js";
import { pathTo } from "./session.js";
import { goTo, startShell } from "./shell.js";
import { load, question, showEmpty, showProblem } from "./states.js";

const FILTERS = ["counter", "field"];
const OWN = ["level", "reason", "q"];
const WANTED = 50; // on a page
// A search opens a bounded number of comments at a time; so often it goes on by
// itself.
const STEPS_MOST = 40;

const find = (id) => document.getElementById(id);

let shown = null; // {view, next, count}

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

function levelMark(level) {
  const mark = element("p", "level");
  if (level) {
    const face = element("img");
    face.src = pathTo(`/web/face-${level}.svg`);
    face.alt = "";
    face.width = face.height = 40;
    mark.append(face);
  }
  const words = level ? `say.level.${level}` : "text.unrated";
  mark.append(element("strong", "", textOf(words)));
  return mark;
}

function whereText({ at, counter, field, field_name: name }) {
  const parts = [moment(at)];
  if (counter !== null) {
    parts.push(nameOf("counter", counter) ?? textOf("say.row.counter", counter));
  }
  if (field !== null) {
    parts.push(name?.[currentLanguage()] ?? field);
  }
  return parts.join(" · ");
}

function reasonsList(reasons) {
  const list = element("ul", "reasons");
  for (const { label } of reasons) {
    list.append(element("li", "", label[currentLanguage()] ?? label.vi));
  }
  return list;
}

// Whatever the text holds, it stays text, and in a direction of its own.
function textOfComment(comment) {
  if (comment.state !== "read") {
    return element("p", "hint", textOf(`text.state.${comment.state}`));
  }
  const text = element("blockquote", "", comment.text);
  text.dir = "auto";
  return text;
}

function caseLine({ id, case: state }) {
  const line = element("p", "case");
  const link = element("a", "", textOf(`text.case.${state}`));
  link.href = pathTo(`/viec?case=${id}`);
  line.append(link);
  return line;
}

function card(comment) {
  const item = element("li", "comment");
  item.id = `gop-y-${comment.id}`;
  const head = element("div", "comment-head");
  head.append(
    levelMark(comment.level),
    element("p", "hint", whereText(comment)),
  );
  item.append(head, textOfComment(comment));
  if (comment.reasons.length > 0) {
    item.append(reasonsList(comment.reasons));
  }
  if (comment.case !== null) {
    item.append(caseLine(comment));
  }
  if (!comment.counted) {
    item.append(element("p", "note", textOf("text.not_counted")));
  }
  return item;
}

// --- Pages ----------------------------------------------------------------------

function pathOf(view, after) {
  const more = { limit: WANTED };
  for (const name of OWN) {
    if (view.params.get(name)) {
      more[name] = view.params.get(name);
    }
  }
  if (after) {
    more.after = after;
  }
  return `/api/v1/comments?${view.question(more)}`;
}

function sayShown(isLooking) {
  const { count, next } = shown;
  const id = isLooking ? "text.going_on" : next ? "text.rest" : "text.one_of";
  find("shown").textContent = textOf(id, number(count));
  find("more").hidden = isLooking || !next;
}

function add(answer) {
  find("list").append(...answer.comments.map(card));
  shown.count += answer.comments.length;
  shown.next = answer.next;
}

// Goes on until a page is full, or there is no more.
async function fill(wanted) {
  const mine = shown;
  for (
    let step = 0;
    step < STEPS_MOST && mine.next && mine.count < wanted;
    step++
  ) {
    sayShown(true);
    const { json, problem } = await question(pathOf(mine.view, mine.next));
    if (shown !== mine) {
      return;
    }
    if (problem) {
      showProblem(find("comments"), problem, () => draw(mine.view));
      return;
    }
    add(json);
  }
  sayShown(false);
  if (mine.count === 0 && !mine.next) {
    showEmpty(find("comments"), textOf("text.none"), textOf("text.none_more"));
  }
}

function start(view, answer) {
  shown = { view, next: null, count: 0 };
  find("list").replaceChildren();
  add(answer);
  fill(WANTED);
}

// --- What is looked for -----------------------------------------------------------

async function fillReasons(view) {
  const select = find("find-reason");
  const chosen = view.params.get("reason") ?? "";
  const path = questionOf({ ...view, filters: {} });
  const { json } = await question(`/api/v1/reasons${path}`);
  const reasons = (json?.reasons ?? []).map(({ id, label }) => [
    id,
    label[currentLanguage()] ?? label.vi,
  ]);
  if (chosen && !reasons.some(([id]) => id === chosen)) {
    reasons.push([chosen, chosen]);
  }
  select.replaceChildren(
    new Option(textOf("say.filter.all"), ""),
    ...reasons.map(([id, label]) => new Option(label, id)),
  );
  select.value = chosen;
}

function showOwn(view) {
  find("find-level").value = view.params.get("level") ?? "";
  find("find-words").value = view.params.get("q") ?? "";
  fillReasons(view);
}

function look() {
  goTo({
    level: find("find-level").value || null,
    reason: find("find-reason").value || null,
    q: find("find-words").value.trim() || null,
  });
}

function draw(view) {
  shown = null;
  if (dropOthers(view, FILTERS)) {
    return;
  }
  showOwn(view);
  drawDownloads(
    find("download-links"),
    `/api/v1/reports/R6?${view.question({})}`,
    fileName(view, "gop-y"),
  );
  load(find("comments"), pathOf(view), (answer) => start(view, answer));
}

find("find").addEventListener("submit", (event) => {
  event.preventDefault();
  look();
});
find("find-level").addEventListener("change", look);
find("find-reason").addEventListener("change", look);
find("more").addEventListener("click", () => fill(shown.count + WANTED));
startShell({ filters: FILTERS, draw });
