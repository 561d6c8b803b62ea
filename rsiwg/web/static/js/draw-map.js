// The map of the form: shows the area, and lets it be drawn and changed.
"use strict";
/* global L, rsiwgBackground */
import { cornerCount, forDrawing, ringsOf, rounded } from "./outline.js";

const MOST_HANDLES = 300; // more corners than this are shown, not dragged: browsers freeze
const AREA = { color: "#162e51", weight: 3, fill: true, fillOpacity: 0.04, className: "aoi-line" };

export class DrawMap {
  // `changed(rings)` is called when the area was drawn, moved or removed by hand.
  constructor(place, changed) {
    this.changed = changed;
    const map = L.map(place, {
      center: [25, 10], zoom: 1.5, minZoom: 1, maxZoom: 18, zoomSnap: 0.5, attributionControl: false, scrollWheelZoom: false,
      worldCopyJump: false,
    });
    this.map = map;
    rsiwgBackground.add(map);
    L.control.scale({ imperial: false }).addTo(map);
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    this.areas = L.featureGroup().addTo(map);
    map.pm.setGlobalOptions({ layerGroup: this.areas, snappable: true, allowSelfIntersection: false, pathOptions: AREA });
    map.pm.addControls({
      position: "topright", drawMarker: false, drawCircleMarker: false, drawPolyline: false, drawCircle: false,
      drawText: false, cutPolygon: false, rotateMode: false, dragMode: false,
    });
    for (const button of place.querySelectorAll(".leaflet-buttons-control-button")) {
      button.setAttribute("aria-label", button.closest("[title]")?.title ?? "Drawing tool");
    }
    map.on("pm:create", ({ layer }) => { this.listen(layer); this.tell(); });
    map.on("pm:remove", () => this.tell());
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(place);
  }

  show(geometry, fit = true) {
    this.areas.clearLayers();
    if (!geometry) return;
    const rings = ringsOf(geometry);
    const drawn = forDrawing(geometry);
    const polygons = drawn.type === "Polygon" ? [drawn.coordinates] : drawn.coordinates;
    for (const polygon of polygons) {
      const layer = L.polygon(polygon.map((ring) => ring.slice(0, -1).map(([lon, lat]) => [lat, lon])), AREA);
      layer.addTo(this.areas);
      if (cornerCount(rings) > MOST_HANDLES) layer.pm?.disable();
      else this.listen(layer);
    }
    if (fit) this.map.fitBounds(this.areas.getBounds(), { padding: [32, 32], maxZoom: 15, animate: false });
  }

  listen(layer) {
    layer.on("pm:edit pm:cut pm:vertexremoved", () => this.tell());
  }

  tell() {
    const rings = this.areas.getLayers().flatMap((layer, part) => {
      const geometry = layer.toGeoJSON(9).geometry;
      return ringsOf(geometry).map((ring) => ({ ...ring, part }));
    });
    this.changed(rounded(rings));
  }
}
