// The page /linh-vuc: the fields side by side.
import { startRanking } from "./ranking.js";

startRanking({
  by: "field",
  report: "R2",
  subject: "linh-vuc",
  filters: ["counter", "procedure", "channel", "step"],
});
