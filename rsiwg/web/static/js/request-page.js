// The page of one request: what is lit in the list is lit on the map, and the other way round.
"use strict";

const frame = document.querySelector("[data-map-frame]");
const things = [...document.querySelectorAll("[data-ref]")];

const tell = (type, ref = "") =>
  frame?.contentWindow?.postMessage({ source: "rsiwg-page", type, ref }, location.origin);

const light = (ref) => {
  for (const thing of things) thing.classList.toggle("lit", thing.dataset.ref === ref);
};

for (const thing of things) {
  const on = () => { light(thing.dataset.ref); tell("highlight", thing.dataset.ref); };
  const off = () => { light(null); tell("clear", thing.dataset.ref); };
  thing.addEventListener("mouseenter", on);
  thing.addEventListener("mouseleave", off);
  thing.addEventListener("focusin", on);
  thing.addEventListener("focusout", off);
}

for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    tell("select", button.dataset.show);
    frame.scrollIntoView({ block: "nearest" });
  });
}

window.addEventListener("message", (event) => {
  if (event.origin !== location.origin || event.source !== frame?.contentWindow) return;
  const { source, type, ref } = event.data ?? {};
  if (source !== "rsiwg-map") return;
  if (type === "enter") light(ref);
  if (type === "leave") light(null);
  if (type === "select") {
    light(ref);
    const thing = things.find((each) => each.dataset.ref === ref);
    if (thing?.closest("details")) thing.closest("details").open = true;
    thing?.scrollIntoView({ block: "nearest" });
  }
});

// A link to a section opens it.
const open = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
};
window.addEventListener("hashchange", open);
open();

document.querySelector("[data-take-focus]")?.focus();
