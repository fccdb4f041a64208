// The page /thu-tuc: the procedures side by side.
import { startRanking } from "./ranking.js";

startRanking({
  by: "procedure",
  report: "R3",
  subject: "thu-tuc",
  filters: ["field", "counter"],
});
