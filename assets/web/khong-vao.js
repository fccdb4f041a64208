// Instead of a page that the person's role does not see.
import { startShell } from "/web/shell.js";

startShell();
