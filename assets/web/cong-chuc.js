// The page /cong-chuc: the officers side by side.
import { startRanking } from "./ranking.js";

startRanking({
  by: "officer",
  report: "R4",
  subject: "cong-chuc",
  filters: ["field", "counter", "channel", "step"],
});
