// Instead of a page that the person's role does not see.
import { startShell } from "./shell.js";

startShell();
