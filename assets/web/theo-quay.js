// The page /theo-quay: the counters side by side.
import { startRanking } from "./ranking.js";

startRanking({
  by: "counter",
  report: "R4",
  subject: "quay",
  filters: ["field", "procedure", "channel", "step"],
});
