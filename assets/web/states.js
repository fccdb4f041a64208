// What a part of a page shows before, and instead of, its figures: loading,
// empty, or what went wrong and what to do. Such a part is an element with a
// child of class "body"; of the two only one is seen.
import { textOf } from "./language.js";
import { ask } from "./session.js";

const AGAIN_MS = 5000;
// What the server says where it keeps no totals of so narrow a part.
const NARROW = /no totals are kept|is one too many/;
// The latest question of each part: an answer to an older one is passed over.
const asked = new WeakMap();

function panelOf(part) {
  let panel = part.querySelector(":scope > .state");
  if (!panel) {
    panel = document.createElement("div");
    panel.className = "state";
    part.append(panel);
  }
  return panel;
}

function say(part, state, title, more, retry) {
  const panel = panelOf(part);
  const words = [];
  for (const [text, name] of [
    [title, "title"],
    [more, "hint"],
  ]) {
    if (text) {
      const line = document.createElement("p");
      line.className = name;
      line.textContent = text;
      words.push(line);
    }
  }
  if (retry) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = textOf("say.again");
    button.addEventListener("click", retry);
    words.push(button);
  }
  panel.setAttribute("role", state === "error" ? "alert" : "status");
  panel.replaceChildren(...words);
  part.dataset.state = state;
  part.setAttribute("aria-busy", String(state === "loading"));
}

export function showLoading(part) {
  if (part.dataset.state === "ready") {
    // What is there stays, faded, until the new is there.
    part.setAttribute("aria-busy", "true");
  } else {
    say(part, "loading", textOf("say.loading"));
  }
}

export function showReady(part) {
  part.dataset.state = "ready";
  part.setAttribute("aria-busy", "false");
  panelOf(part).replaceChildren();
}

export function showEmpty(part, title, more) {
  say(
    part,
    "empty",
    title ?? textOf("say.empty"),
    more ?? textOf("say.empty_more"),
  );
}

// `problem` is what failed(): {status, detail}; status 0: no answer at all.
export function showProblem(part, problem, retry) {
  const { status, detail } = problem;
  const tell = (id, more) =>
    say(part, "error", textOf(id, status), more, retry);
  if (status === 0) {
    tell("say.offline", textOf("say.offline_more"));
  } else if (status === 403) {
    tell("say.refused", textOf("say.refused_more"));
  } else if (status === 400 && NARROW.test(detail)) {
    tell("say.narrow", textOf("say.narrow_more"));
  } else if (status === 400 || status === 422) {
    tell("say.bad", detail);
  } else if (status === 429 || status === 503) {
    tell("say.busy", textOf("say.busy_more"));
  } else {
    tell("say.failed", detail || textOf("say.failed_more"));
  }
}

// Asks the server; resolves to {json} or {problem: {status, detail}}.
export async function question(path, more) {
  try {
    const answer = await ask("GET", path, undefined, more);
    if (answer.ok) {
      return { json: await answer.json() };
    }
    const said = await answer.json().catch(() => ({}));
    return { problem: { status: answer.status, detail: said.detail ?? "" } };
  } catch {
    return { problem: { status: 0, detail: "" } };
  }
}

// Asks for `path` and gives the answer to `draw`, which may show the part empty
// and says so by returning false. Where the server is away or busy, it is asked
// again.
export async function load(part, path, draw) {
  const ticket = {};
  asked.set(part, ticket);
  showLoading(part);
  const { json, problem } = await question(path);
  if (asked.get(part) !== ticket) {
    return;
  }
  const retry = () => load(part, path, draw);
  if (problem) {
    showProblem(part, problem, retry);
    if ([0, 429, 503].includes(problem.status)) {
      setTimeout(() => asked.get(part) === ticket && retry(), AGAIN_MS);
    }
    return;
  }
  // Drawn before it is seen, charts would have no size.
  showReady(part);
  if (draw(json) === false && part.dataset.state === "ready") {
    showEmpty(part);
  }
  if (part.dataset.state === "empty" && json.filter_unknown?.length > 0) {
    const names = json.filter_unknown.map((by) => textOf(`say.by.${by}`));
    showEmpty(part, textOf("say.nobody", names.join(", ")));
  }
}
