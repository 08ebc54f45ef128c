"use strict";
{ // the library above has globals of its own
const $ = (id) => document.getElementById(id);
const make = (tag, text, ...inside) => {
  const node = document.createElement(tag);
  if (text) node.textContent = text;
  node.append(...inside);
  return node;
};

// The tables: sorted by any column, filtered by method, with the columns that are asked for.
function sortBy(head, body, place) {
  const rising = head[place].getAttribute("aria-sort") === "descending";
  head.forEach((cell) => cell.removeAttribute("aria-sort"));
  head[place].setAttribute("aria-sort", rising ? "ascending" : "descending");
  const value = (row) => row.cells[place].dataset.value;
  const compare = (a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === "" || y === "") return (x === "") - (y === "");
    const [n, m] = [Number(x), Number(y)];
    const order = Number.isNaN(n) || Number.isNaN(m) ? x.localeCompare(y) : n - m;
    return rising ? order : -order;
  };
  body.append(...[...body.rows].sort(compare));
}
function lively(board) {
  const head = [...board.querySelectorAll("thead th")];
  const body = board.querySelector("tbody");
  head.forEach((cell, place) => {
    cell.querySelector("button").addEventListener("click", () => sortBy(head, body, place));
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = !cell.hidden;
    box.addEventListener("change", () => {
      cell.hidden = !box.checked;
      for (const row of body.rows) row.cells[place].hidden = !box.checked;
    });
    if (place) board.querySelector(".choices").append(make("label", "", box, " " + cell.dataset.column));
  });
  board.querySelector(".filter").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const row of body.rows) row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
  });
}
document.querySelectorAll(".board").forEach(lively);

// The pictures: drawn when they come into view, again for another width or colour scheme.
const specs = JSON.parse($("specs").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
function config() {
  const style = getComputedStyle(document.documentElement);
  const [ink, line] = ["--ink", "--line"].map((name) => style.getPropertyValue(name).trim());
  const size = { labelFontSize: 12, titleFontSize: 12 };
  const axis = { labelColor: ink, titleColor: ink, domainColor: ink, tickColor: ink, gridColor: line, ...size };
  return { background: "transparent", axis, legend: { labelColor: ink, titleColor: ink, orient: "bottom", columns: 4, ...size }, text: { color: ink }, view: { stroke: null } };
}
function fitted(spec, width) {
  const narrow = { ...spec, width: Math.max(120, width - 190) };
  if (spec.vconcat) {
    delete narrow.width;
    narrow.vconcat = spec.vconcat.map((part) => ({ ...part, width: Math.max(120, width - 190) }));
  }
  return narrow;
}
function draw(node, spec) {
  const drawn = fitted(spec, Math.min(node.clientWidth, 900));
  return vegaEmbed(node, drawn, { actions: false, renderer: "svg", config: config(), tooltip: { sanitize: (value) => String(value).replace(/&/g, "&amp;").replace(/</g, "&lt;") } });
}
const charts = [...document.querySelectorAll(".chart")];
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting && !target.dataset.drawn) {
      target.dataset.drawn = "yes";
      draw(target, specs[target.dataset.picture]);
    }
  }
});
charts.forEach((node) => seen.observe(node));
const again = () => charts.filter((node) => node.dataset.drawn).forEach((node) => draw(node, specs[node.dataset.picture]));
dark.addEventListener("change", again);
let waiting;
addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(again, 150); });
addEventListener("beforeprint", () => charts.forEach((node) => { node.dataset.drawn = "yes"; draw(node, specs[node.dataset.picture]); }));

// The runs: packed, and opened with the first click on a cell.
let stories;
async function opened() {
  if (!stories) {
    const packed = Uint8Array.from(atob($("stories").textContent), (sign) => sign.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    stories = await new Response(stream).json();
  }
  return stories;
}
const shown = (value) => (typeof value === "number" ? Number(value.toPrecision(6)).toString() : String(value));
function formula(text, parts) {
  const cell = make("dd");
  for (const [name, math] of parts) {
    const line = make("div", name && `${name}: `);
    // The markup was made from a parsed formula, every name and number in it escaped.
    line.insertAdjacentHTML("beforeend", math);
    cell.append(line);
  }
  cell.append(make("code", text || "none"));
  return cell;
}
function witness(one) {
  const lines = [];
  for (let at = one; at; at = at.beside) {
    const point = Object.entries(at.point).map(([name, value]) => `${name} = ${shown(value)}`).join(", ");
    lines.push(make("div", `at ${point}: prediction ${at.prediction}, truth ${at.truth}${at.note ? ` (${at.note})` : ""}`));
  }
  return lines;
}
function tell(story) {
  const list = make("dl");
  const add = (name, ...cells) => list.append(make("dt", name), cells[0] instanceof Node && cells[0].tagName === "DD" ? cells[0] : make("dd", "", ...cells));
  add("status", `${story.status}${story.message ? `: ${story.message}` : ""}`);
  if (!("verdicts" in story)) return [list];
  add("prediction", formula(story.prediction, story.prediction_math));
  if (story.read_as) add("read as", story.read_as);
  add("truth", formula(story.truth || "not known", story.truth_math));
  for (const one of story.verdicts) add(one.rule, make("strong", one.answer), ` ${one.step}: ${one.reason}`, ...witness(one.witness));
  const values = Object.entries(story.values).filter(([name, value]) => value !== null && !/^(symbolic|undecided|not_applicable)_/.test(name));
  if (values.length) add("measures", values.map(([name, value]) => `${name} ${shown(value)}`).join(", "));
  if (story.resources) add("used", Object.entries(story.resources).map(([name, value]) => `${name} ${shown(value)}`).join(", ") + (story.seal ? `, seal ${story.seal}` : ""));
  const counts = Object.entries(story.counts);
  if (counts.length) add("counted", counts.map(([name, value]) => `${value} ${name}`).join(", "));
  const settings = Object.entries(story.settings);
  if (settings.length) add("settings", settings.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", "));
  const parts = [list];
  if (story.drawn.points?.length) parts.push(picture("What the prediction is off by, at test rows", residuals(story.drawn.points)));
  if (story.drawn.paths) parts.push(...trajectories(story.drawn.paths));
  if (story.reports.some((one) => one[1] > 0)) parts.push(picture("Loss of the best so far", anytime(story.reports)));
  if (story.reports.length) parts.push(reported(story.reports));
  if (story.log) parts.push(make("h3", "The end of its log"), make("pre", story.log));
  return parts;
}
const palette = JSON.parse($("palette").textContent);
const quantitative = (field, title, scale) => ({ field, type: "quantitative", title, scale });
const residuals = (points) => ({
  data: { values: points.map(([y, p]) => ({ true: y, residual: p - y })) }, height: 160,
  mark: { type: "point", filled: true, color: palette[0] },
  encoding: { x: quantitative("true", "true value", { zero: false }), y: quantitative("residual", "predicted less true", { zero: true }) },
});
const splits = { shown: "What was shown: observed, true, and found from its start", later: "How that goes on", held_back: "From a start that was never shown" };
function trajectories(paths) {
  return Object.keys(splits).filter((split) => paths.some((one) => one[0] === split)).map((split) => {
    const values = paths.filter((one) => one[0] === split).map(([, series, state, time, value]) => ({ series, state, time, value }));
    const x = quantitative("time", "t", { zero: false });
    const y = quantitative("value", "state", { zero: false });
    const color = { field: "state", type: "nominal", title: null, scale: { range: palette } };
    const dash = { field: "series", type: "nominal", title: null, scale: { domain: ["true", "found"], range: [[1, 0], [5, 4]] } };
    const [seen, lines] = [values.filter((one) => one.series === "observed"), values.filter((one) => one.series !== "observed")];
    const ends = lines.filter((one, place) => one.series === "true" && ["series", "state"].some((name) => one[name] !== lines[place + 1]?.[name]));
    const layer = [{ data: { values: lines }, mark: { type: "line", strokeWidth: 1.8 }, encoding: { x, y, color, strokeDash: dash } },
      { data: { values: ends }, mark: { type: "text", align: "left", dx: 4 }, encoding: { x, y, text: { field: "state" } } }];
    if (seen.length) layer.unshift({ data: { values: seen }, mark: { type: "point", size: 14, opacity: 0.5 }, encoding: { x, y, color } });
    return picture(splits[split], { height: 160, layer });
  });
}
const anytime = (reports) => ({
  data: { values: reports.filter((one) => one[1] > 0).map(([seconds, loss]) => ({ seconds, loss })) }, height: 160,
  mark: { type: "line", interpolate: "step-after", point: true, color: palette[1] },
  encoding: { x: quantitative("seconds", "seconds", { zero: false }), y: quantitative("loss", "loss", { type: "log" }) },
});
function picture(caption, spec) {
  const node = make("div");
  node.className = "chart";
  requestAnimationFrame(() => draw(node, spec));
  return make("figure", "", node, make("figcaption", caption));
}
function reported(reports) {
  const lines = reports.map(([seconds, loss, text]) => `${seconds.toFixed(3)} s  ${loss === null ? "" : `loss ${shown(loss)}  `}${text}`);
  return make("details", "", make("summary", "Reports"), make("pre", lines.join("\n")));
}
async function openCell(method, problem) {
  const found = (await opened()).filter((one) => one.id.startsWith(`${method}/${problem}/`));
  $("run-title").textContent = `${method} on ${problem}`;
  const story = (one) => { $("run-story").replaceChildren(make("h3", one.id), ...tell(one)); };
  const pick = found.map((one) => {
    const button = make("button", `${one.id.slice(`${method}/${problem}/`.length)}: ${one.status}`);
    button.type = "button";
    button.addEventListener("click", () => story(one));
    return button;
  });
  $("run-list").replaceChildren(...(found.length > 1 ? pick : []));
  if (!$("run").open) $("run").showModal();
  if (found.length) story(found[0]);
  else $("run-story").replaceChildren(make("p", `This page does not hold its runs. See: rediscover show DIR ${method} ${problem}`));
}
document.querySelectorAll(".cell").forEach((cell) => cell.addEventListener("click", () => openCell(cell.dataset.method, cell.dataset.problem)));
}
