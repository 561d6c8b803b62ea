// The table of corners: everything drawing does, by keyboard.
"use strict";
import { cornerCount } from "./outline.js";

const MOST_CORNERS = 300;

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

const hidden = (text) => element("span", { className: "usa-sr-only", textContent: text });

export class CornerTable {
  // `changed(rings)` is called after an edit by hand that leaves every number readable.
  constructor(place, changed) {
    this.place = element("div");
    this.changed = changed;
    place.append(this.place);
    this.rings = [];
    this.show([{ part: 0, hole: 0, corners: [] }]);
  }

  show(rings) {
    this.rings = rings.map((ring) => ({ ...ring, corners: ring.corners.map(([lon, lat]) => [String(lon), String(lat)]) }));
    if (cornerCount(rings) > MOST_CORNERS) {
      this.place.replaceChildren(element("p", {
        textContent: `This area has ${cornerCount(rings).toLocaleString("en-US")} corners, too many for a table; ` +
          "change it in the file or the text it came from.",
      }));
      return;
    }
    for (const ring of this.rings) while (ring.corners.length < 3) ring.corners.push(["", ""]);
    this.draw();
  }

  draw(focus) {
    const tables = this.rings.map((ring, index) => this.ring(ring, index));
    const more = element("button", { type: "button", className: "link-button", textContent: "Add another part" });
    more.addEventListener("click", () => {
      const part = Math.max(-1, ...this.rings.map((ring) => ring.part)) + 1;
      this.rings.push({ part, hole: 0, corners: [["", ""], ["", ""], ["", ""]] });
      this.draw([this.rings.length - 1, 0]);
    });
    this.place.replaceChildren(...tables, more);
    if (focus) this.place.querySelector(`[data-ring="${focus[0]}"][data-corner="${focus[1]}"]`)?.focus();
  }

  ring(ring, index) {
    const name = ring.hole ? `Part ${ring.part + 1}, hole ${ring.hole}` : `Part ${ring.part + 1}`;
    const body = element("tbody", {}, ...ring.corners.map((_, at) => this.row(ring, index, at, name)));
    const table = element("table", { className: "corners" },
      element("caption", { textContent: name }),
      element("thead", {}, element("tr", {},
        ...["No.", "Latitude", "Longitude"].map((text) => element("th", { scope: "col", textContent: text })),
        element("th", { scope: "col" }, hidden("Change")))),
      body);
    const actions = element("p", {});
    const add = (text, act) => {
      const button = element("button", { type: "button", className: "link-button", textContent: text });
      button.addEventListener("click", act);
      actions.append(button, " \u00a0 ");
    };
    add(`Add a corner to ${name.toLowerCase()}`, () => { this.insert(index, ring.corners.length); });
    if (!ring.hole) {
      add(`Add a hole to ${name.toLowerCase()}`, () => {
        const hole = Math.max(...this.rings.filter((each) => each.part === ring.part).map((each) => each.hole)) + 1;
        const after = this.rings.findLastIndex((each) => each.part === ring.part) + 1;
        this.rings.splice(after, 0, { part: ring.part, hole, corners: [["", ""], ["", ""], ["", ""]] });
        this.draw([after, 0]);
      });
    }
    if (this.rings.length > 1) {
      add(`Remove ${name.toLowerCase()}`, () => {
        this.rings = this.rings.filter((each) => (ring.hole ? each !== ring : each.part !== ring.part));
        if (!this.rings.length) this.rings.push({ part: 0, hole: 0, corners: [["", ""], ["", ""], ["", ""]] });
        this.draw([0, 0]);
        this.tell();
      });
    }
    return element("div", {}, table, actions);
  }

  row(ring, index, at, name) {
    const field = (axis, label) => {
      const input = element("input", { type: "text", inputMode: "decimal", autocomplete: "off", value: ring.corners[at][axis] });
      input.setAttribute("aria-label", `${label} of corner ${at + 1}, ${name.toLowerCase()}`);
      if (axis === 1) { input.dataset.ring = index; input.dataset.corner = at; }
      input.addEventListener("input", () => {
        ring.corners[at][axis] = input.value.trim().replace("\u2212", "-");
        const bad = ring.corners[at][axis] !== "" && !Number.isFinite(Number(ring.corners[at][axis]));
        input.setAttribute("aria-invalid", String(bad));
        this.tell();
      });
      input.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        this.insert(index, at + 1);
      });
      return element("td", {}, input);
    };
    const actions = element("td", {});
    const act = (sign, label, disabled, run) => {
      const button = element("button", { type: "button", className: "link-button", disabled }, element("span", { textContent: sign, ariaHidden: "true" }), hidden(`${label} corner ${at + 1} of ${name.toLowerCase()}`));
      button.addEventListener("click", run);
      actions.append(button);
    };
    act("↑", "Move up", at === 0, () => this.move(ring, index, at, -1));
    act("↓", "Move down", at === ring.corners.length - 1, () => this.move(ring, index, at, 1));
    act("✕", "Remove", false, () => {
      ring.corners.splice(at, 1);
      while (ring.corners.length < 3) ring.corners.push(["", ""]);
      this.draw([index, Math.min(at, ring.corners.length - 1)]);
      this.tell();
    });
    return element("tr", {}, element("td", { textContent: at + 1 }), field(1, "Latitude"), field(0, "Longitude"), actions);
  }

  move(ring, index, at, by) {
    [ring.corners[at], ring.corners[at + by]] = [ring.corners[at + by], ring.corners[at]];
    this.draw([index, at + by]);
    this.tell();
  }

  insert(index, at) {
    this.rings[index].corners.splice(at, 0, ["", ""]);
    this.draw([index, at]);
  }

  tell() {
    const rings = [];
    for (const ring of this.rings) {
      const typed = ring.corners.filter(([lon, lat]) => lon !== "" || lat !== "");
      if (typed.some((corner) => corner.some((value) => value === "" || !Number.isFinite(Number(value))))) return;
      if (typed.length > 0 && typed.length < 3) return;
      rings.push({ ...ring, corners: typed.map((corner) => corner.map(Number)) });
    }
    if (rings.some((ring) => ring.corners.length)) this.changed(rings);
  }
}
