// What went wrong, in words.
import { textOf } from "./language.js";

const TOLD = ["already-rated", "open-elsewhere", "queue-full", "unknown-counter"];
const BY_STATUS = {
  403: "say.forbidden",
  404: "say.not-found",
  429: "say.busy",
  503: "say.busy",
};

// Resolves to a function that tells it in the language of the moment, for an
// answer that is no success.
export async function problemOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  const type = String(problem.type ?? "").split(":").pop();
  const field = `name.${String(problem.reason ?? "").split(":")[0]}`;
  if (TOLD.includes(type)) {
    return () => textOf(`say.${type}`, problem.counter ?? "");
  }
  if (type === "ended") {
    return () => textOf("say.ended", textOf(`state.${problem.reason}`));
  }
  if (answer.status === 422 && document.getElementById(field)) {
    return () => textOf("say.check-field", textOf(field));
  }
  return () => textOf(BY_STATUS[answer.status] ?? "say.failed", answer.status);
}
