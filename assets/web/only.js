// Filters come along in the address from other pages. A page that cannot be
// filtered by one takes it away, rather than show a filter that does nothing.
import { stayWith } from "./shell.js";

// True: the page is drawn anew.
export function dropOthers(view, filters) {
  const others = Object.keys(view.filters).filter(
    (name) => !filters.includes(name),
  );
  if (others.length === 0) {
    return false;
  }
  stayWith(Object.fromEntries(others.map((name) => [name, null])));
  dispatchEvent(new PopStateEvent("popstate"));
  return true;
}
