// Charts, drawn by Chart.js when the server has it. A chart shows nothing that
// no table shows, and tells nothing by colour alone: series differ by pattern,
// points by shape, targets by their dashes and their words.
//
//   <figure class="chart" id="trend"><figcaption>…</figcaption></figure>
//   drawBars(find("trend"), { labels, series: [{ name, values }] });
//
// A figure is drawn again by calling once more.
import { currentLanguage, textOf } from "./language.js";
import { interval, number, percent } from "./numbers.js";

const INK = "#16233a";
const INK2 = "#465269";
const RULE = "#ddd5c6";
const PRIMARY = "#0b4a63";
const BAND = "rgb(11 74 99 / 16%)";
const TARGET_INKS = ["#a3262a", "#8f6200", "#1e6b52", "#465269"];
const TARGET_DASHES = [
  [8, 4],
  [2, 3],
  [12, 4, 2, 4],
  [4, 8],
];
const FONT = "'Be Vietnam Pro', Inter, 'Noto Sans', sans-serif";
// Of the levels, best first, as on the counter's screen.
export const LEVEL_INKS = [
  "#00594f",
  "#2b7d57",
  "#8f6200",
  "#b84a0a",
  "#9b1c31",
];
const SERIES_INKS = [PRIMARY, "#8f6200", "#9b1c31", "#2b7d57", "#5b3a8c"];

const drawn = new WeakMap();

// Resolves to Chart, or null where there is none.
const library = import("./chart.js")
  .then(() => globalThis.Chart ?? null)
  .catch(() => null);

// --- Patterns ----------------------------------------------------------------

const STROKES = [
  null, // plain
  [[0, 8, 8, 0]],
  [[4, 0, 4, 8]],
  [
    [0, 0, 8, 8],
    [0, 8, 8, 0],
  ],
  [[0, 4, 8, 4]],
];

// The ink, crossed by white lines of a kind of its own for each `index`.
function pattern(index, ink) {
  const strokes = STROKES[index % STROKES.length];
  if (!strokes) {
    return ink;
  }
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.fillStyle = ink;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = "#ffffff";
  pen.lineWidth = 1.25;
  for (const [x, y, toX, toY] of strokes) {
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(toX, toY);
    pen.stroke();
  }
  return pen.createPattern(tile, "repeat");
}

// --- What all have in common ---------------------------------------------------

function place(figure) {
  let box = figure.querySelector(".canvas-box");
  if (!box) {
    box = document.createElement("div");
    box.className = "canvas-box";
    figure.append(box);
  }
  drawn.get(figure)?.destroy();
  drawn.delete(figure);
  const canvas = document.createElement("canvas");
  const caption = figure.querySelector("figcaption")?.textContent ?? "";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", textOf("say.chart", caption));
  box.replaceChildren(canvas);
  return canvas;
}

function sayNone(figure) {
  const line = document.createElement("p");
  line.className = "hint";
  line.textContent = textOf("say.no_chart");
  place(figure).parentElement.replaceChildren(line);
}

const LINE = 34; // px, of a bar or of the legend

// A legend takes its room from the bars, so that it is counted beforehand:
// about two words beside a box of colour.
function legendLines(figure, entries) {
  const beside = Math.max(1, Math.floor(figure.clientWidth / 190));
  return entries > 1 ? Math.ceil(entries / beside) : 0;
}

// `make(context)` gives the chart's configuration. `rows`, of a lying chart,
// makes it as high as these and the legend's `entries` need.
async function draw(figure, make, rows, entries = 1) {
  const Chart = await library;
  if (!Chart) {
    sayNone(figure);
    return;
  }
  const canvas = place(figure);
  const lines = rows + legendLines(figure, entries);
  canvas.parentElement.style.height = rows ? `${lines * LINE + 90}px` : "";
  const config = make();
  Chart.defaults.font.family = FONT;
  Chart.defaults.font.size = 13;
  Chart.defaults.color = INK2;
  config.options = {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    locale: currentLanguage(),
    ...config.options,
  };
  drawn.set(figure, new Chart(canvas, config));
}

function legend(shown) {
  return {
    display: shown,
    position: "bottom",
    labels: { usePointStyle: false, boxWidth: 28, color: INK, padding: 16 },
  };
}

function percentAxis(lowest) {
  return {
    min: lowest,
    max: 100,
    grid: { color: RULE },
    ticks: {
      maxRotation: 0,
      autoSkipPadding: 12,
      callback: (value) => percent(value, 0),
    },
  };
}

// The axis begins a little below what is lowest, so that differences are seen.
function lowestOf(values, targets) {
  const known = [...values, ...targets].filter((value) => value !== null);
  const least = Math.min(...known, 100);
  return Math.max(0, Math.floor((least - 4) / 10) * 10);
}

// `data(target)` gives a line's points.
function targetLines(targets, data) {
  return targets.map((target, index) => ({
    type: "line",
    label: textOf("say.target", target),
    data: data(target),
    borderColor: TARGET_INKS[index % TARGET_INKS.length],
    borderDash: TARGET_DASHES[index % TARGET_DASHES.length],
    borderWidth: 2,
    pointRadius: 0,
    pointHitRadius: 0,
    order: 2,
  }));
}

// --- A rate over time ------------------------------------------------------------

// `points`: {value, low, high} in per cent, null where there are too few.
export function drawTrend(figure, { labels, points, targets, name }) {
  const column = (key) => points.map((point) => point?.[key] ?? null);
  const values = column("value");
  const edge = { borderWidth: 0, pointRadius: 0, pointHitRadius: 0 };
  const lows = column("low");
  return draw(figure, () => ({
    type: "line",
    data: {
      labels,
      datasets: [
        {
          label: name,
          data: values,
          borderColor: PRIMARY,
          backgroundColor: PRIMARY,
          borderWidth: 3,
          pointRadius: 4,
          pointStyle: "circle",
          spanGaps: true,
          order: 1,
        },
        {
          ...edge,
          label: "",
          data: column("high"),
          fill: "+1",
          backgroundColor: BAND,
          spanGaps: true,
          order: 3,
        },
        { ...edge, label: "", data: lows, spanGaps: true, order: 3 },
        ...targetLines(targets, (target) => labels.map(() => target)),
      ],
    },
    options: {
      interaction: { mode: "index", intersect: false },
      scales: {
        y: percentAxis(lowestOf(values, targets)),
        x: {
          grid: { display: false },
          ticks: { maxRotation: 0, autoSkipPadding: 12 },
        },
      },
      plugins: {
        legend: {
          ...legend(true),
          labels: {
            ...legend(true).labels,
            filter: (item) => item.text !== "",
          },
        },
        tooltip: {
          filter: (item) => item.datasetIndex === 0,
          callbacks: {
            label: ({ dataIndex }) => {
              const { value, low, high } = points[dataIndex];
              return `${percent(value)} (${interval([low, high])})`;
            },
          },
        },
      },
    },
  }));
}

// --- Rates side by side ------------------------------------------------------------

// The rate, as a disc on the bar of its interval. No bar begins at the axis,
// which need not begin at nought: lengths would compare what is cut off.
const discs = {
  id: "discs",
  afterDatasetsDraw(chart, _, { values }) {
    const pen = chart.ctx;
    const axis = chart.scales.x;
    pen.save();
    pen.fillStyle = INK;
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = 2;
    chart.getDatasetMeta(0).data.forEach((bar, index) => {
      pen.beginPath();
      pen.arc(axis.getPixelForValue(values[index]), bar.y, 6, 0, 2 * Math.PI);
      pen.fill();
      pen.stroke();
    });
    pen.restore();
  },
};

// A name beside its bar, short enough to leave the bar some room.
function cut(figure, text) {
  const most = figure.clientWidth < 600 ? 16 : 34;
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

// `rows`: {label, value, range: [low, high], isFew}: few are drawn hatched.
export function drawRanking(figure, { rows, targets, name }) {
  const values = rows.map((row) => row.value);
  const ranges = rows.map((row) => row.range);
  const lows = ranges.map((range) => range?.[0] ?? null);
  return draw(
    figure,
    () => ({
      type: "bar",
      data: {
        labels: rows.map((row) => cut(figure, row.label)),
        datasets: [
          {
            label: name,
            data: ranges,
            backgroundColor: rows.map((row) =>
              row.isFew ? pattern(1, "#7a8496") : "#8fb3c2",
            ),
            borderColor: rows.map((row) => (row.isFew ? "#7a8496" : PRIMARY)),
            borderWidth: 1,
            borderSkipped: false,
            barPercentage: 0.6,
            order: 2,
          },
          ...targetLines(targets, (target) => [
            { x: target, y: 0 },
            { x: target, y: 1 },
          ]).map((line) => ({ ...line, yAxisID: "line", order: 1 })),
        ],
      },
      plugins: [discs],
      options: {
        indexAxis: "y",
        scales: {
          x: percentAxis(lowestOf([...values, ...lows], targets)),
          y: {
            grid: { display: false },
            ticks: { color: INK, autoSkip: false },
          },
          line: {
            type: "linear",
            axis: "y",
            display: false,
            offset: false,
            min: 0,
            max: 1,
          },
        },
        plugins: {
          discs: { values },
          legend: legend(true),
          tooltip: {
            filter: (item) => item.datasetIndex === 0,
            callbacks: {
              title: ([item]) => (item ? rows[item.dataIndex].label : ""),
              label: ({ dataIndex }) =>
                `${percent(values[dataIndex])} (${interval(ranges[dataIndex])})`,
            },
          },
        },
      },
    }),
    rows.length,
  );
}

// --- Counts ------------------------------------------------------------------------

// `series`: [{name, values}]. `isLying`: labels on the left. `isStacked`: parts
// of one whole. `unit` is "%" or nothing; `inks` one a series.
export function drawBars(
  figure,
  {
    labels,
    series,
    isLying = false,
    isStacked = false,
    unit = "",
    inks = SERIES_INKS,
  },
) {
  const written = (value) => (unit === "%" ? percent(value) : number(value));
  const counts = {
    beginAtZero: true,
    stacked: isStacked,
    grid: { color: RULE },
    ticks: {
      precision: 0,
      maxRotation: 0,
      autoSkipPadding: 12,
      callback: (value) => (unit === "%" ? percent(value, 0) : number(value)),
    },
    ...(unit === "%" && isStacked ? { max: 100 } : {}),
  };
  const names = {
    stacked: isStacked,
    grid: { display: false },
    ticks: {
      color: INK,
      autoSkip: !isLying,
      maxRotation: 0,
      autoSkipPadding: 12,
    },
  };
  return draw(
    figure,
    () => ({
      type: "bar",
      data: {
        labels: labels.map((label) => (isLying ? cut(figure, label) : label)),
        datasets: series.map(({ name, values }, index) => ({
          label: name,
          data: values,
          backgroundColor: pattern(index, inks[index % inks.length]),
          borderColor: inks[index % inks.length],
          borderWidth: 1,
        })),
      },
      options: {
        indexAxis: isLying ? "y" : "x",
        scales: isLying ? { x: counts, y: names } : { x: names, y: counts },
        plugins: {
          legend: legend(series.length > 1),
          tooltip: {
            callbacks: {
              title: ([item]) => labels[item.dataIndex],
              label: ({ dataset, raw }) => `${dataset.label}: ${written(raw)}`,
            },
          },
        },
      },
    }),
    isLying ? labels.length : null,
    series.length,
  );
}
