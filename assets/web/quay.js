// The page /quay.
import { startLanguage, textOf } from "/web/language.js";
import { startSession } from "/web/session.js";

let display = "";

function greet() {
  document.getElementById("hello").textContent = textOf("say.hello", display);
}

startLanguage(greet);
startSession().then((person) => {
  display = person.display;
  greet();
});
