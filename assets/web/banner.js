// How complete the data is, on every page with figures: what is missing stands
// above them, in words and numbers. `complete` is the summary's member of that
// name.
import { textOf } from "./language.js";
import { moment, number } from "./numbers.js";

function silentText({ silent, devices, oldest_contact }) {
  const counts = [number(silent), number(devices)];
  return oldest_contact
    ? textOf("say.banner.silent_since", ...counts, moment(oldest_contact))
    : textOf("say.banner.silent", ...counts);
}

// Where each silent device stands, and since when; the first few of many.
const NAMED_MOST = 5;
function silentOnes(complete) {
  return (complete.silent_devices ?? [])
    .filter((device) => device.since)
    .slice(0, NAMED_MOST)
    .map(({ counter, name, since }) =>
      textOf("say.banner.silent_device", counter, name || "–", moment(since)),
    );
}

// Each thing that is wrong, as a sentence.
export function lacksOf(complete) {
  const lacks = [];
  const add = (count, text) => count > 0 && lacks.push(text());
  add(complete.silent, () => silentText(complete));
  lacks.push(...silentOnes(complete));
  add(complete.never_seen, () =>
    textOf("say.banner.never", number(complete.never_seen)),
  );
  add(complete.missing, () =>
    textOf("say.banner.missing", number(complete.missing)),
  );
  add(complete.flagged_devices, () =>
    textOf("say.banner.forked", number(complete.flagged_devices)),
  );
  add(complete.unanchored, () =>
    textOf("say.banner.clock", number(complete.unanchored)),
  );
  add(complete.unsent, () =>
    textOf("say.banner.unsent", number(complete.unsent)),
  );
  return lacks;
}

// Sentences instead of what stood there; none: the banner goes.
export function showBanner(sentences) {
  const lines = sentences.map((sentence) => {
    const line = document.createElement("li");
    line.textContent = sentence;
    return line;
  });
  document.getElementById("banner-list").replaceChildren(...lines);
  document.getElementById("banner").hidden = lines.length === 0;
}
