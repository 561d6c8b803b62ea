// The background: land, borders, coast, graticule and country names on one canvas.
// Reads window.rsiwgBasemap (world-atlas, 1:50 million) and window.topojson; loads nothing.
"use strict";
window.rsiwgBackground = (() => {
  const LAND = "#f3f1ea", BORDER = "#a9a79c", COAST = "#a3b4bc", GRID = "rgba(60, 90, 110, 0.16)", TEXT = "#5f5f57";
  const DISPUTED = [
    ["Israel", "Palestine"], ["Israel", "Syria"], ["Morocco", "W. Sahara"], ["Cyprus", "N. Cyprus"],
    ["Kosovo", "Serbia"], ["Somalia", "Somaliland"], ["India", "Pakistan"], ["India", "China"], ["Russia", "Ukraine"],
    ["India", "Siachen Glacier"], ["Pakistan", "Siachen Glacier"], ["China", "Siachen Glacier"],
    ["North Korea", "South Korea"], ["S. Sudan", "Sudan"], ["Azerbaijan", "Armenia"], ["Ethiopia", "Eritrea"],
  ].map((pair) => pair.join("|"));
  const STEPS = [30, 20, 10, 5, 2, 1, 1 / 2, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120, 1 / 360, 1 / 720, 1 / 3600];
  const MAX_LAT = 85.0511;
  const PAD = 0.3; // drawn beyond the view on each side, as a share of it, so that dragging shows no edge

  const isDisputed = (a, b) => {
    const names = [a.properties.name, b.properties.name];
    return DISPUTED.includes(names.join("|")) || DISPUTED.includes(names.reverse().join("|"));
  };

  // World coordinates: x and y in [0, 1] for the first copy of the world, web Mercator.
  const worldX = (lon) => lon / 360 + 0.5;
  const worldY = (lat) => {
    const sine = Math.sin(Math.max(-MAX_LAT, Math.min(MAX_LAT, lat)) * Math.PI / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  };

  // world-atlas is stitched at 180 degrees: follow each line across instead of jumping back.
  const unroll = (points, isRing) => {
    const flat = [];
    let shift = 0, last = points[0][0], box = [Infinity, Infinity, -Infinity, -Infinity];
    const add = (lon, lat) => {
      const x = worldX(lon), y = worldY(lat);
      flat.push(x, y);
      box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
    };
    for (const [lon, lat] of points) {
      if (lon - last > 180) shift -= 360;
      if (lon - last < -180) shift += 360;
      last = lon;
      add(lon + shift, lat);
    }
    if (isRing && shift) { // round a pole: close it along the edge of the map
      add(points[0][0] + shift, -90);
      add(points[0][0], -90);
    }
    return { flat, box };
  };

  const prepare = (topology) => {
    const countries = topology.objects.countries;
    const lines = (filter) => topojson.mesh(topology, countries, filter).coordinates.map((line) => unroll(line, false));
    const rings = [], names = [];
    for (const country of topojson.feature(topology, countries).features) {
      if (!country.geometry) continue;
      const polygons = country.geometry.type === "Polygon" ? [country.geometry.coordinates] : country.geometry.coordinates;
      let largest = null;
      for (const polygon of polygons) {
        polygon.forEach((ring, index) => {
          const unrolled = unroll(ring, true);
          rings.push(unrolled);
          if (index === 0) {
            const about = centre(unrolled.flat);
            if (!largest || about.area > largest.area) largest = { ...about, box: unrolled.box };
          }
        });
      }
      names.push({ name: country.properties.name, ...largest });
    }
    names.sort((a, b) => b.area - a.area);
    return {
      rings, names,
      coast: lines((a, b) => a === b),
      borders: lines((a, b) => a !== b && !isDisputed(a, b)),
      disputed: lines((a, b) => a !== b && isDisputed(a, b)),
    };
  };

  const centre = (flat) => {
    let area = 0, x = 0, y = 0;
    for (let i = 0, n = flat.length; i < n; i += 2) {
      const j = (i + 2) % n, cross = flat[i] * flat[j + 1] - flat[j] * flat[i + 1];
      area += cross; x += (flat[i] + flat[j]) * cross; y += (flat[i + 1] + flat[j + 1]) * cross;
    }
    return { area: Math.abs(area) / 2, x: x / (3 * area), y: y / (3 * area) };
  };

  // Sutherland-Hodgman, one side at a time; keeps what is drawn near the view at any zoom.
  const clip = (flat, box) => {
    for (const [axis, limit, sign] of [[0, box[0], 1], [0, box[2], -1], [1, box[1], 1], [1, box[3], -1]]) {
      const kept = [], n = flat.length;
      for (let i = 0; i < n; i += 2) {
        const j = (i + 2) % n;
        const a = (flat[i + axis] - limit) * sign, b = (flat[j + axis] - limit) * sign;
        if (a >= 0) kept.push(flat[i], flat[i + 1]);
        if ((a < 0) !== (b < 0)) {
          const t = a / (a - b);
          kept.push(flat[i] + t * (flat[j] - flat[i]), flat[i + 1] + t * (flat[j + 1] - flat[i + 1]));
        }
      }
      flat = kept;
    }
    return flat;
  };

  const apart = (a, b) => a[2] < b[0] || a[0] > b[2] || a[3] < b[1] || a[1] > b[3];
  const within = (a, b) => a[0] >= b[0] && a[2] <= b[2] && a[1] >= b[1] && a[3] <= b[3];

  const degrees = (value, step, positive, negative) => {
    const seconds = Math.round(Math.abs(value) * 3600), d = Math.floor(seconds / 3600);
    const two = (n) => String(n).padStart(2, "0");
    let text = `${d}°`;
    if (step < 1) text += `${two(Math.floor(seconds / 60) % 60)}′`;
    if (step < 1 / 60) text += `${two(seconds % 60)}″`;
    return text + (seconds === 0 || seconds === 180 * 3600 ? "" : value > 0 ? positive : negative);
  };
  const wrap = (lon) => ((lon + 180) % 360 + 360) % 360 - 180;

  const Background = L.Layer.extend({
    onAdd(map) {
      this.world = prepare(window.rsiwgBasemap);
      const pane = map.createPane("background");
      pane.style.zIndex = 150;
      pane.style.pointerEvents = "none";
      this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated", pane);
      this.draw();
    },
    getEvents() {
      const events = { moveend: this.draw, resize: this.draw, viewreset: this.draw };
      if (this._map.options.zoomAnimation) events.zoomanim = this.follow;
      return events;
    },
    follow(event) {
      const map = this._map, scale = map.getZoomScale(event.zoom, this.zoom);
      const origin = map.project(event.center, event.zoom).subtract(map.getSize().divideBy(2))
        .subtract(map.containerPointToLayerPoint([0, 0]));
      L.DomUtil.setTransform(this.canvas, this.corner.multiplyBy(scale).subtract(origin).round(), scale);
    },
    draw() {
      const map = this._map, size = map.getSize(), ratio = window.devicePixelRatio || 1;
      const margin = size.multiplyBy(PAD).round(), full = size.add(margin.multiplyBy(2));
      const place = map.containerPointToLayerPoint(margin.multiplyBy(-1));
      const pen = this.canvas.getContext("2d");
      this.zoom = map.getZoom();
      this.corner = map.getPixelOrigin().add(place);
      this.canvas.width = full.x * ratio;
      this.canvas.height = full.y * ratio;
      this.canvas.style.width = `${full.x}px`;
      this.canvas.style.height = `${full.y}px`;
      L.DomUtil.setTransform(this.canvas, place, 1);
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      const scale = 256 * 2 ** this.zoom;
      const view = [this.corner.x / scale, this.corner.y / scale, (this.corner.x + full.x) / scale, (this.corner.y + full.y) / scale];
      const sheet = { pen, scale, view, full, margin, size, corner: this.corner };
      fillLand(sheet, this.world.rings);
      stroke(sheet, this.world.coast, COAST, 0.8, []);
      stroke(sheet, this.world.borders, BORDER, 0.9, []);
      stroke(sheet, this.world.disputed, BORDER, 1.1, [5, 4]);
      graticule(sheet);
      if (this.zoom >= 3) labels(sheet, this.world.names);
    },
  });

  // Calls `use` for each copy of each line that shows, with its offset in world widths.
  const eachShowing = (sheet, lines, use) => {
    for (const line of lines) {
      for (let copy = Math.ceil(sheet.view[0] - line.box[2]); copy <= sheet.view[2] - line.box[0]; copy += 1) {
        const box = [line.box[0] + copy, line.box[1], line.box[2] + copy, line.box[3]];
        if (!apart(box, sheet.view)) use(line, copy, box);
      }
    }
  };

  const fillLand = (sheet, rings) => {
    const { pen, view } = sheet, beyond = 2 / sheet.scale;
    const roomy = [view[0] - beyond, view[1] - beyond, view[2] + beyond, view[3] + beyond];
    pen.fillStyle = LAND;
    pen.beginPath();
    eachShowing(sheet, rings, (ring, copy, box) => {
      const flat = within(box, roomy) ? ring.flat : clip(ring.flat, [roomy[0] - copy, roomy[1], roomy[2] - copy, roomy[3]]);
      trace(sheet, flat, copy, true);
    });
    pen.fill("nonzero");
  };

  const trace = (sheet, flat, copy, closed) => {
    const { pen, scale, corner } = sheet;
    let lastX = NaN, lastY = NaN;
    for (let i = 0; i < flat.length; i += 2) {
      const x = (flat[i] + copy) * scale - corner.x, y = flat[i + 1] * scale - corner.y;
      if (i === 0) pen.moveTo(x, y);
      else if (i < flat.length - 2 && Math.abs(x - lastX) + Math.abs(y - lastY) < 0.7) continue;
      else pen.lineTo(x, y);
      lastX = x; lastY = y;
    }
    if (closed) pen.closePath();
  };

  const stroke = (sheet, lines, colour, width, dash) => {
    sheet.pen.strokeStyle = colour;
    sheet.pen.lineWidth = width;
    sheet.pen.lineJoin = "round";
    sheet.pen.setLineDash(dash);
    sheet.pen.beginPath();
    eachShowing(sheet, lines, (line, copy) => trace(sheet, line.flat, copy, false));
    sheet.pen.stroke();
    sheet.pen.setLineDash([]);
  };

  const graticule = (sheet) => {
    const { pen, scale, view, full, margin, size, corner } = sheet;
    const step = STEPS.filter((each) => each * scale / 360 >= 56).pop() || 30;
    const south = (y) => Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;
    pen.strokeStyle = GRID;
    pen.lineWidth = 1;
    pen.font = "10px 'Public Sans', Arial, sans-serif";
    pen.fillStyle = TEXT;
    pen.beginPath();
    let written = -Infinity; // where the last label ended
    for (let n = Math.ceil((view[0] - 0.5) * 360 / step); n <= (view[2] - 0.5) * 360 / step; n += 1) {
      const x = Math.round(worldX(n * step) * scale - corner.x) + 0.5;
      pen.moveTo(x, 0); pen.lineTo(x, full.y);
      const text = degrees(wrap(n * step), step, "E", "W"), width = pen.measureText(text).width;
      if (x > Math.max(margin.x + 125, written + 6) && x + width < margin.x + size.x - 4) {
        halo(pen, text, x + 3, margin.y + size.y - 6);
        written = x + 3 + width;
      }
    }
    const bottom = Math.max(-MAX_LAT, south(view[3])), top = Math.min(MAX_LAT, south(view[1]));
    written = Infinity;
    for (let n = Math.ceil(bottom / step); n <= top / step; n += 1) {
      const y = Math.round(worldY(n * step) * scale - corner.y) + 0.5;
      pen.moveTo(0, y); pen.lineTo(full.x, y);
      const text = degrees(n * step, step, "N", "S");
      if (y > margin.y + 20 && y < Math.min(margin.y + size.y - 24, written - 14)) {
        halo(pen, text, margin.x + size.x - pen.measureText(text).width - 5, y - 3);
        written = y;
      }
    }
    pen.stroke();
  };

  const labels = (sheet, names) => {
    const { pen, scale, corner, full } = sheet, taken = [];
    pen.font = "11px 'Public Sans', Arial, sans-serif";
    pen.fillStyle = TEXT;
    for (const place of names) {
      const width = pen.measureText(place.name).width;
      if ((place.box[2] - place.box[0]) * scale < width * 1.15) continue;
      for (let copy = Math.ceil(sheet.view[0] - place.x); place.x + copy <= sheet.view[2]; copy += 1) {
        const x = (place.x + copy) * scale - corner.x - width / 2, y = place.y * scale - corner.y;
        const box = [x - 4, y - 12, x + width + 4, y + 6];
        if (y < 0 || y > full.y || taken.some((other) => !apart(box, other))) continue;
        taken.push(box);
        halo(pen, place.name, x, y);
      }
    }
  };

  const halo = (pen, text, x, y) => {
    pen.save();
    pen.lineWidth = 3;
    pen.lineJoin = "round";
    pen.strokeStyle = "rgba(255, 255, 255, 0.75)";
    pen.strokeText(text, x, y);
    pen.restore();
    pen.fillText(text, x, y);
  };

  return { add: (map) => new Background().addTo(map), degrees, wrap };
})();
