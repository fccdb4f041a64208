// The question sets among the program's files.
import { textOf } from "./language.js";
import { number } from "./numbers.js";
import { load } from "./states.js";
import { drawTable } from "./tables.js";

let surveys = [];

// A file that cannot be read says why.
function nameOf({ id, problem }) {
  const words = `text.survey.${id}`;
  const name = document.getElementById(words) ? textOf(words) : id;
  return problem ? `${name}: ${problem}` : name;
}

function draw() {
  drawTable(document.getElementById("surveys-table"), {
    caption: document.getElementById("surveys-title").textContent,
    rows: surveys,
    columns: [
      {
        title: textOf("text.survey"),
        is_text: true,
        head: true,
        cell: nameOf,
        sort: ({ id }) => id,
      },
      { title: textOf("text.survey_version"), cell: (s) => number(s.version) },
      { title: textOf("text.survey_levels"), cell: (s) => number(s.levels) },
      { title: textOf("text.survey_devices"), cell: (s) => number(s.devices) },
    ],
  });
}

export function startSurveys(part) {
  load(part, "/api/v1/surveys", (json) => {
    surveys = json.surveys;
    draw();
    return surveys.length > 0;
  });
  return draw;
}
