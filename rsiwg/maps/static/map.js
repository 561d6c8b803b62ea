// The map page: draws the scene that stands in <script id="scene">, and talks with the page around it.
//
// Messages (window.postMessage, same origin only; a page that does not listen is fine):
//   from here:  {source: "rsiwg-map", type: "ready" | "enter" | "leave" | "select", ref}
//   to here:    {source: "rsiwg-page", type: "highlight" | "clear" | "select" | "fit", ref}
//
// The frame that holds this page needs allow="fullscreen" for the full-screen button to work.
// No text of the scene ever becomes HTML: popups and tooltips are built of text nodes.
"use strict";
window.rsiwgMap = (() => {
  const scene = JSON.parse(document.getElementById("scene").textContent);
  const PANES = { halo: 405, restrictions: 410, remedies: 420, aoi: 430, findings: 440 };
  const TINY_PX = 14; // a subject smaller than this gets a ring, so that it is never lost
  const things = []; // every feature drawn, in the order of the panel
  const layers = new Map();
  const renderers = {};
  let map, at = -1, moment = null;
  // In a frame the page around it has the heading already, and the map gets its room.
  if (window.parent !== window) document.documentElement.classList.add("framed");

  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const bdi = (tag, text) => {
    const made = element(tag);
    made.append(element("bdi", text));
    return made;
  };

  // ---- drawing ---------------------------------------------------------------------------------
  const makePanes = () => {
    for (const [name, zIndex] of Object.entries(PANES)) {
      map.createPane(name).style.zIndex = zIndex;
      // Canvas for the many restrictions; SVG above it, which lets clicks through and can hatch.
      const kind = name === "restrictions" ? L.canvas : L.svg;
      renderers[name] = kind({ pane: name, padding: 0.4 });
    }
  };

  const pathOptions = (style, isCanvas) => ({
    color: style.stroke, weight: style.weight_px, dashArray: style.dash || null, opacity: 1,
    fill: Boolean(style.fill || style.pattern),
    fillColor: style.pattern && !isCanvas ? `url(#pattern-${style.name})` : style.fill,
    fillOpacity: style.pattern ? 1 : style.fill_opacity,
    pane: style.pane, renderer: renderers[style.pane], smoothFactor: 1,
  });

  const shape = (geometry, options) => L.geoJSON(geometry, {
    ...options,
    style: () => options,
    pointToLayer: (_, place) => L.circleMarker(place, { ...options, radius: 6 }),
  });

  const drawLayer = (data) => {
    const style = scene.styles[data.style], group = L.featureGroup();
    const options = pathOptions(style, style.pane === "restrictions");
    data.features.forEach((feature, index) => {
      const drawn = shape(feature.geometry, options);
      const thing = { ...feature, index, style, drawn, group, key: data.key, parts: [drawn] };
      if (style.halo) {
        const halo = { ...options, color: "#fff", weight: style.weight_px + 3.5, dashArray: null, fill: false, opacity: 0.85, interactive: false, pane: "halo", renderer: renderers.halo };
        thing.parts.unshift(shape(feature.geometry, halo));
      }
      thing.parts.forEach((part) => group.addLayer(part));
      if (style.is_subject) addRing(thing, options);
      talkAbout(thing, drawn);
      things.push(thing);
    });
    layers.set(data.key, group);
    if (data.shown) group.addTo(map);
  };

  // ---- over time -----------------------------------------------------------------------------------
  const isPresent = (thing) => thing.moment === undefined || (moment === null ? !thing.alone : thing.moment === moment);
  const showMoment = (which) => {
    moment = which;
    map.closePopup();
    for (const thing of things) {
      if (thing.moment === undefined) continue;
      for (const part of thing.parts) if (isPresent(thing)) thing.group.addLayer(part); else thing.group.removeLayer(part);
    }
    sizeRings();
  };

  // A ring round what is too small to see at this zoom.
  const addRing = (thing, options) => {
    const bounds = thing.drawn.getBounds();
    if (!bounds.isValid()) return;
    thing.ring = L.circleMarker(bounds.getCenter(), { ...options, radius: 9, fillOpacity: 0, fill: true, dashArray: null });
    talkAbout(thing, thing.ring);
  };
  const sizeRings = () => {
    for (const thing of things) {
      const { ring, drawn, group } = thing;
      if (!ring) continue;
      if (!isPresent(thing)) { group.removeLayer(ring); continue; }
      const bounds = drawn.getBounds();
      const extent = map.latLngToLayerPoint(bounds.getSouthEast()).subtract(map.latLngToLayerPoint(bounds.getNorthWest()));
      if (Math.max(extent.x, extent.y) < TINY_PX) group.addLayer(ring); else group.removeLayer(ring);
    }
  };

  const talkAbout = (thing, layer) => {
    layer.bindPopup(() => popup(thing), { maxWidth: Math.min(340, map.getSize().x - 100), autoPanPaddingTopLeft: [56, 12], autoPanPaddingBottomRight: [12, 12] });
    const short = thing.label.length > 120 ? `${thing.label.slice(0, 120)}…` : thing.label;
    layer.bindTooltip(() => bdi("span", short), { sticky: true, direction: "top" });
    layer.on("mouseover", () => { light(thing.ref, true, thing); tell("enter", thing.ref); });
    layer.on("mouseout", () => { light(thing.ref, false, thing); tell("leave", thing.ref); });
    layer.on("popupopen", () => { layer.closeTooltip(); at = things.indexOf(thing); tell("select", thing.ref); });
  };

  const icon = (style) => {
    const space = document.querySelector("svg.defs").namespaceURI;
    const svg = document.createElementNS(space, "svg"), use = document.createElementNS(space, "use");
    svg.setAttribute("width", "16");
    svg.setAttribute("height", "16");
    svg.setAttribute("color", style.stroke);
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#icon-${style.icon}`);
    svg.append(use);
    return svg;
  };

  const popup = ({ label, rows, style }) => {
    const box = element("div"), kind = element("p", undefined, "kind");
    if (style.icon) kind.append(icon(style));
    kind.append(element("span", style.word));
    box.append(kind, bdi("h3", label));
    if (rows.length) {
      const table = element("table"), body = element("tbody");
      for (const [name, value] of rows) {
        const row = element("tr"), head = bdi("th", name);
        head.scope = "row";
        row.append(head, bdi("td", value));
        body.append(row);
      }
      table.append(body);
      box.append(table);
    }
    return box;
  };

  // ---- one thing at a time -----------------------------------------------------------------------
  const alike = (ref, thing) => things.filter((each) => each === thing || (ref && each.ref === ref));

  const light = (ref, on, thing) => {
    for (const each of alike(ref, thing)) {
      each.drawn.setStyle({ weight: each.style.weight_px + (on ? 2.5 : 0) });
      if (each.ring) each.ring.setStyle({ weight: each.style.weight_px + (on ? 2.5 : 0) });
      if (each.button) each.button.classList.toggle("lit", on);
    }
  };

  const show = (thing) => {
    if (!map.hasLayer(thing.group)) switchLayer(thing.key, true);
    if (!isPresent(thing)) window.rsiwgTimeline.go(thing.moment + 1);
    const bounds = thing.drawn.getBounds();
    if (!bounds.isValid()) return;
    if (!map.getBounds().contains(bounds)) map.fitBounds(bounds, { padding: [40, 40], maxZoom: 16, animate: false });
    // Just inside the outline: bounds of a crescent have their centre outside it.
    (thing.ring && map.hasLayer(thing.ring) ? thing.ring : thing.drawn).openPopup(bounds.getCenter());
  };

  const step = (by) => {
    const seen = things.filter((thing) => map.hasLayer(thing.group) && isPresent(thing));
    if (!seen.length) return;
    const now = seen.indexOf(things[at]);
    show(seen[now < 0 ? (by > 0 ? 0 : seen.length - 1) : (now + by + seen.length) % seen.length]);
  };

  // ---- the panel ---------------------------------------------------------------------------------
  const box = (key) => document.querySelector(`input[data-layer="${CSS.escape(key)}"]`);

  const switchLayer = (key, on) => {
    const group = layers.get(key);
    if (on) group.addTo(map); else group.remove();
    box(key).checked = on;
    sizeRings();
  };

  const wirePanel = () => {
    for (const input of document.querySelectorAll("input[data-layer]")) {
      input.checked = map.hasLayer(layers.get(input.dataset.layer)); // a browser may restore its own idea
      input.addEventListener("change", () => switchLayer(input.dataset.layer, input.checked));
    }
    for (const button of document.querySelectorAll("button[data-layer]")) {
      const thing = things.find((each) => each.key === button.dataset.layer && each.index === Number(button.dataset.index));
      thing.button = button;
      button.addEventListener("click", () => show(thing));
      button.addEventListener("mouseenter", () => light(thing.ref, true, thing));
      button.addEventListener("mouseleave", () => light(thing.ref, false, thing));
    }
    if (window.matchMedia("(max-width: 46em)").matches) document.getElementById("panel").open = false;
  };

  // ---- controls ----------------------------------------------------------------------------------
  const round = (value) => {
    const power = 10 ** Math.floor(Math.log10(value)), digit = value / power;
    return power * (digit >= 5 ? 5 : digit >= 3 ? 3 : digit >= 2 ? 2 : 1);
  };
  const plain = (value) => Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 6 });

  const Scale = L.Control.extend({
    options: { position: "bottomleft" },
    onAdd() {
      this.box = element("div", undefined, "scale");
      this.box.append(element("div"), element("div"));
      map.on("move zoomend", this.update, this);
      map.whenReady(this.update, this);
      return this.box;
    },
    update() {
      const y = map.getSize().y / 2, metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([110, y]));
      const km = round(metres / 1000), nm = round(metres / 1852), bars = this.box.children;
      if (!Number.isFinite(km) || metres <= 0) return;
      bars[0].textContent = km < 1 ? `${plain(km * 1000)} m` : `${plain(km)} km`;
      bars[0].style.width = `${110 * km * 1000 / metres}px`;
      bars[1].textContent = `${plain(nm)} nm`;
      bars[1].style.width = `${110 * nm * 1852 / metres}px`;
    },
  });

  const dms = (value, positive, negative) => {
    const fine = map.getZoom() >= 13, unit = fine ? 10 : 1, parts = Math.round(Math.abs(value) * 3600 * unit);
    const two = (n) => String(n).padStart(2, "0"), seconds = parts / unit % 60;
    const tail = fine ? seconds.toFixed(1).padStart(4, "0") : two(seconds);
    return `${Math.floor(parts / unit / 3600)}°${two(Math.floor(parts / unit / 60) % 60)}′${tail}″${value < 0 ? negative : positive}`;
  };
  const written = (place) => {
    const lon = rsiwgBackground.wrap(place.lng), digits = map.getZoom() >= 13 ? 5 : 4;
    const plainly = (value) => value.toFixed(digits).replace("-", "−");
    return `${plainly(place.lat)},\u00a0${plainly(lon)} · ${dms(place.lat, "N", "S")}\u00a0${dms(lon, "E", "W")}`;
  };
  const showCoordinates = () => {
    const centre = document.getElementById("centre"), pointer = document.getElementById("pointer");
    const update = () => { centre.textContent = written(map.getCenter()); };
    map.on("move", update);
    map.on("mousemove", (event) => { pointer.textContent = written(event.latlng); });
    map.on("mouseout", () => { pointer.textContent = "–"; });
    update();
  };

  const addMeasure = () => {
    L.control.polylineMeasure({
      position: "topleft", unit: "metres", showBearings: true, clearMeasurementsOnStop: false,
      showClearControl: true, showUnitControl: true, bearingTextIn: "in", bearingTextOut: "out",
      measureControlLabel: "↔", measureControlTitleOn: "Measure distances", measureControlTitleOff: "Stop measuring",
      clearControlTitle: "Clear measurements",
      unitControlTitle: { text: "Change units", metres: "metres", landmiles: "land miles", nauticalmiles: "nautical miles" },
    }).addTo(map);
    // The control makes links; say what they are to those who do not see them.
    for (const link of document.querySelectorAll(".leaflet-bar a")) {
      link.setAttribute("role", "button");
      if (!link.getAttribute("aria-label")) link.setAttribute("aria-label", link.title || "Measure");
      if (!link.getAttribute("href")) link.setAttribute("href", "#");
      link.addEventListener("click", (event) => event.preventDefault());
    }
  };
  const measureButton = () => document.getElementById("polyline-measure-control");

  // Scrolling the page must not catch the map: the wheel zooms only while the map has the focus.
  const guardWheel = () => {
    const container = map.getContainer(), hint = document.getElementById("wheel-hint");
    let timer;
    container.addEventListener("focusin", () => { map.scrollWheelZoom.enable(); hint.hidden = true; });
    container.addEventListener("focusout", () => map.scrollWheelZoom.disable());
    container.addEventListener("wheel", () => {
      if (map.scrollWheelZoom.enabled()) return;
      hint.hidden = false;
      clearTimeout(timer);
      timer = setTimeout(() => { hint.hidden = true; }, 1400);
    }, { passive: true });
  };

  const fit = () => {
    // A narrow screen has to zoom out further than 2 to show the world.
    map.setMinZoom(Math.min(2, Math.floor(Math.log2(Math.max(map.getSize().x, 200) / 256) * 2) / 2));
    map.fitBounds(scene.bounds, { padding: [28, 28], maxZoom: 17, animate: false });
  };

  const KEYS = {
    n: () => step(1), p: () => step(-1), f: fit, m: () => measureButton()?.click(),
    l: () => { const panel = document.getElementById("panel"); panel.open = true; panel.querySelector("input, summary").focus(); },
    escape: () => map.closePopup(),
    ",": () => window.rsiwgTimeline?.step(-1), ".": () => window.rsiwgTimeline?.step(1),
  };
  const listenToKeys = () => map.getContainer().addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key.toLowerCase()];
    if (act) { act(); event.preventDefault(); }
  });

  const watchSize = () => {
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
    document.addEventListener("fullscreenchange", () => { // left with Esc: the button has to know
      if (!document.fullscreenElement && map._isFullscreen) { map.fire("exitFullscreen"); map._isFullscreen = false; }
    });
  };

  // Chromium prints what a canvas was told, and "clear this" comes out as a white sheet over what lies
  // below; so on paper a fresh copy stands in for each canvas.
  const copyForPaper = (canvas) => {
    const copy = canvas.cloneNode();
    copy.classList.add("paper");
    if (canvas.width && canvas.height) copy.getContext("2d").drawImage(canvas, 0, 0);
    canvas.after(copy);
  };

  // On paper the map has a size of its own, and shows everything.
  const print = () => {
    const page = document.documentElement;
    let view;
    window.addEventListener("beforeprint", () => {
      view = [map.getCenter(), map.getZoom()];
      page.classList.add("printing");
      map.invalidateSize({ animate: false });
      fit();
      map.getContainer().querySelectorAll("canvas").forEach(copyForPaper);
    });
    window.addEventListener("afterprint", () => {
      page.classList.remove("printing");
      map.getContainer().querySelectorAll("canvas.paper").forEach((copy) => copy.remove());
      map.invalidateSize({ animate: false });
      map.setView(...view, { animate: false });
    });
  };

  // ---- the page around ---------------------------------------------------------------------------
  const tell = (type, ref) => {
    if (window.parent === window || !location.origin.startsWith("http")) return;
    window.parent.postMessage({ source: "rsiwg-map", type, ref: ref || "" }, location.origin);
  };
  const HEARD = {
    highlight: (ref) => light(ref, true),
    clear: (ref) => things.filter((thing) => !ref || thing.ref === ref).forEach((thing) => light(thing.ref, false, thing)),
    select: (ref) => alike(ref).slice(0, 1).forEach(show),
    fit: () => fit(),
  };
  const listenToPage = () => window.addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.source !== window.parent) return;
    const { source, type, ref } = event.data || {};
    if (source === "rsiwg-page" && Object.hasOwn(HEARD, type)) HEARD[type](String(ref ?? ""));
  });

  const start = (made) => {
    map = made;
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) map.options.zoomAnimation = map.options.fadeAnimation = false;
    map.getContainer().setAttribute("aria-label", "Map");
    map.getContainer().setAttribute("role", "application");
    map.setMaxBounds([[-88, -Infinity], [88, Infinity]]);
    makePanes();
    fit();
    rsiwgBackground.add(map);
    if (scene.pictures.length) rsiwgPictures.add(map, scene.pictures);
    scene.layers.forEach(drawLayer);
    sizeRings();
    map.on("zoomend", sizeRings);
    new Scale().addTo(map);
    addMeasure();
    showCoordinates();
    wirePanel();
    guardWheel();
    listenToKeys();
    watchSize();
    print();
    listenToPage();
    window.rsiwgTimeline?.start(showMoment);
    document.fonts?.ready.then(() => map.fire("viewreset")); // names on the canvas in the right face
    document.documentElement.dataset.map = "ready";
    tell("ready");
  };
  return { start };
})();
