// The form: reads the area at once and shows it back, keeps the answer beside it current.
// Everything here is a convenience; the form works without it.
"use strict";
import { CornerTable } from "./corner-table.js";
import { DrawMap } from "./draw-map.js";
import { geometryOf, ringsOf } from "./outline.js";

const form = document.querySelector("[data-request-form]");
const find = (selector) => form.querySelector(selector);
const text = find("#aoi"), file = find("#aoi_file"), echo = find("[data-echo]"), live = find("[data-live]");
const choices = find("[data-choices]");
const WAIT_MS = 500;

const later = (run, wait = WAIT_MS) => {
  let timer;
  return (...given) => { clearTimeout(timer); timer = setTimeout(() => run(...given), wait); };
};

// Only the newest answer counts.
const newest = () => {
  let control;
  return () => { control?.abort(); control = new AbortController(); return control.signal; };
};

const element = (tag, words, className) => {
  const made = document.createElement(tag);
  if (words !== undefined) made.textContent = words;
  if (className) made.className = className;
  return made;
};

// ---- the area ------------------------------------------------------------------------------------

const number = (value, digits = 3) => Number(value.toPrecision(digits)).toLocaleString("en-US", { maximumSignificantDigits: digits });
const degrees = (value, positive, negative) => `${Math.abs(Number(value.toFixed(4)))}°\u00a0${value >= 0 ? positive : negative}`;
const plural = (count, one) => `${count.toLocaleString("en-US")}\u00a0${one}${count === 1 ? "" : "s"}`;

const sayBad = (says) => {
  echo.hidden = false;
  echo.classList.add("bad");
  echo.replaceChildren(element("p", says));
};

const sayArea = (read, from) => {
  const [west, south, east, north] = read.bbox;
  const box = `${degrees(south, "N", "S")} to ${degrees(north, "N", "S")}, ${degrees(west, "E", "W")} to ${degrees(east, "E", "W")}`;
  const lines = [
    element("p", `${number(read.area_km2)}\u00a0km²`, "size"),
    element("p", `${plural(read.vertices, "corner")}, ${plural(read.parts, "part")}; ${box}${west > east ? " (across 180°)" : ""}`),
  ];
  if (from) lines.push(element("p", from, "quiet small"));
  if (read.changes.length) {
    const list = element("ul");
    list.append(...read.changes.map((change) => element("li", change)));
    lines.push(list);
  }
  echo.hidden = false;
  echo.classList.remove("bad");
  echo.replaceChildren(...lines);
};

const askWhich = (found, choose) => {
  const group = element("fieldset", undefined, "field");
  group.append(element("legend", "This holds several areas. Which do you mean?", "usa-legend"));
  for (const [n, each] of found.entries()) {
    const input = Object.assign(element("input", undefined, "usa-radio__input"), { type: "radio", name: "js_choice", id: `js-choice-${n}` });
    const label = Object.assign(element("label", undefined, "usa-radio__label"), { htmlFor: input.id });
    label.append(element("bdi", each.label));
    if (each.area_km2) label.append(" ", element("span", `${number(each.area_km2)}\u00a0km²`, "quiet num"));
    input.addEventListener("change", () => choose(each.choose));
    const row = element("div", undefined, "usa-radio");
    row.append(input, label);
    group.append(row);
  }
  choices.replaceChildren(group);
  echo.hidden = true;
  group.querySelector("input")?.focus();
};

const readSignal = newest();

// `keep`: who shows the area already and must not be redrawn while it is edited.
const read = async ({ data, name, typed, choose, keep, from }) => {
  const options = { method: "POST", signal: readSignal() };
  if (data) {
    options.body = new FormData();
    options.body.append("file", data, name);
    if (choose) options.body.append("choose", choose);
  } else {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify({ text: typed, ...(choose ? { choose } : {}) });
  }
  let answer, status;
  try {
    const response = await fetch(form.dataset.aoi, options);
    status = response.status;
    answer = await response.json();
  } catch (error) {
    if (error.name !== "AbortError") sayBad("The area could not be read just now. Your answers are kept; submitting works all the same.");
    return;
  }
  if (answer.choices) {
    askWhich(answer.choices, (chosen) => read({ data, name, typed, choose: chosen, from }));
    return;
  }
  if (status !== 200) {
    choices.replaceChildren();
    sayBad(answer.problems?.map((problem) => problem.detail).join(" ") || answer.detail || "The area cannot be read.");
    check();
    return;
  }
  choices.replaceChildren();
  document.getElementById("aoi_choose-group")?.remove();
  const rings = ringsOf(answer.aoi);
  if (keep !== "text" || choose) text.value = JSON.stringify(answer.aoi);
  if (keep !== "map") map?.show(answer.aoi, keep !== "table");
  if (keep !== "table") table.show(rings);
  if (data) file.value = ""; // it stands in the text now, which survives
  sayArea(answer, from);
  check();
};

const readText = later(() => {
  if (text.value.trim()) read({ typed: text.value, keep: "text" });
  else { echo.hidden = true; map?.show(null); table.show([{ part: 0, hole: 0, corners: [] }]); check(); }
});

const takeRings = (keep) => later((rings) => {
  if (!rings.some((ring) => ring.corners.length)) { text.value = ""; readText(); return; }
  text.value = JSON.stringify(geometryOf(rings));
  read({ typed: text.value, keep });
}, 250);

const takeFile = (chosen) => {
  if (!chosen) return;
  read({ data: chosen, name: chosen.name, from: `Read from ${chosen.name}; kept below as text, so that it is not lost.` });
};

const table = new CornerTable(find("[data-corners]"), takeRings("table"));
let map = null;
try {
  map = new DrawMap(find("[data-map]"), takeRings("map"));
} catch (error) {
  find("[data-map]").hidden = true; // without the map everything else still works
  console.warn(error);
}

text.addEventListener("input", readText);
file.addEventListener("change", () => takeFile(file.files[0]));

let depth = 0;
const over = (on) => { for (const each of form.querySelectorAll("[data-drop], [data-map]")) each.classList.toggle("over", on); };
const carriesFile = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragenter", (event) => { if (carriesFile(event)) { depth += 1; over(true); } });
document.addEventListener("dragleave", (event) => { if (carriesFile(event) && --depth === 0) over(false); });
document.addEventListener("dragover", (event) => { if (carriesFile(event)) event.preventDefault(); });
document.addEventListener("drop", (event) => {
  if (!carriesFile(event)) return;
  event.preventDefault();
  depth = 0;
  over(false);
  takeFile(event.dataTransfer.files[0]);
});

// ---- sensors -------------------------------------------------------------------------------------

const sensors = find("[data-sensors]");
const MOST_SENSORS = 20;

const renumber = () => {
  const blocks = [...sensors.querySelectorAll("[data-sensor]")];
  for (const [n, block] of blocks.entries()) {
    block.querySelector("[data-number]").textContent = n + 1;
    block.querySelector("[data-remove]").hidden = blocks.length === 1;
    block.querySelector("[data-remove]").value = n;
    for (const each of block.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
      for (const attribute of ["id", "name", "for", "aria-describedby"]) {
        const value = each.getAttribute(attribute);
        if (value) each.setAttribute(attribute, value.replaceAll(/sensors-(\d+|__N__)-/g, `sensors-${n}-`));
      }
    }
  }
  find("[data-add]").hidden = blocks.length >= MOST_SENSORS;
};

const showMeasure = (block) => {
  const isSar = block.querySelector("[name$='-modality']").value === "sar";
  block.querySelector("[data-gsd]").hidden = isSar;
  block.querySelector("[data-ipr]").hidden = !isSar;
};

find("[data-add]").addEventListener("click", (event) => {
  event.preventDefault();
  sensors.append(document.getElementById("sensor-template").content.cloneNode(true));
  renumber();
  const block = sensors.lastElementChild;
  showMeasure(block);
  block.querySelector("select").focus();
});
sensors.addEventListener("click", (event) => {
  const button = event.target.closest("[data-remove]");
  if (!button) return;
  event.preventDefault();
  button.closest("[data-sensor]").remove();
  renumber();
  sensors.querySelector("select").focus();
  check();
});
sensors.addEventListener("change", (event) => {
  if (event.target.name?.endsWith("-modality")) showMeasure(event.target.closest("[data-sensor]"));
});
sensors.querySelectorAll("[data-sensor]").forEach(showMeasure);

// ---- the answer so far -----------------------------------------------------------------------------

const checkSignal = newest();
let lastSent = "";

const check = later(async () => {
  const data = new FormData(form);
  for (const name of ["aoi_file", "js_choice"]) data.delete(name);
  const sent = new URLSearchParams(data).toString();
  if (sent === lastSent) return;
  lastSent = sent;
  live.classList.add("stale");
  try {
    const response = await fetch(form.dataset.check, { method: "POST", body: data, signal: checkSignal() });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const made = new DOMParser().parseFromString(await response.text(), "text/html");
    live.replaceChildren(...made.body.childNodes);
    live.classList.remove("stale");
  } catch (error) {
    if (error.name === "AbortError") return;
    live.replaceChildren(element("p", "The answer cannot be worked out just now. Submitting works all the same.", "quiet"));
    live.classList.remove("stale");
  }
});

form.addEventListener("input", (event) => { if (event.target !== text && event.target !== file) check(); });
form.addEventListener("change", (event) => { if (event.target !== text && event.target !== file) check(); });

// ---- sending ---------------------------------------------------------------------------------------

form.addEventListener("submit", (event) => {
  if (event.submitter?.name === "add_sensor") return;
  if (form.dataset.sent) { event.preventDefault(); return; } // the key in the form protects the store as well
  form.dataset.sent = "yes";
  const button = find("[data-submit]");
  button.textContent = "Submitting…";
  button.setAttribute("aria-disabled", "true");
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  delete form.dataset.sent;
  find("[data-submit]").textContent = "Submit request";
  find("[data-submit]").removeAttribute("aria-disabled");
});

// A link of the summary opens what hides its field, then goes there.
const summary = document.querySelector("[data-take-focus]");
const go = (event) => {
  const link = event.target.closest("a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  for (let box = field.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  field.focus();
  field.scrollIntoView({ block: "center" });
};
summary?.addEventListener("click", go);
live.addEventListener("click", go);
summary?.focus();

// What the server has just refused is not asked about again.
if (text.value.trim() && !find("[data-aoi-field]").classList.contains("has-error")) read({ typed: text.value, keep: "text" });
else check();
