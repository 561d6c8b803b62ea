// An area as rings, between GeoJSON, the table of corners and text.  Pure functions, no page.
"use strict";

// [{part, hole, corners: [[lon, lat], ...]}], corners without the closing one.
export const ringsOf = (geometry) => {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.flatMap((polygon, part) =>
    polygon.map((ring, hole) => ({ part, hole, corners: ring.slice(0, -1).map(([lon, lat]) => [lon, lat]) })));
};

export const geometryOf = (rings) => {
  const parts = new Map();
  for (const ring of rings) {
    if (!ring.corners.length) continue;
    if (!parts.has(ring.part)) parts.set(ring.part, []);
    parts.get(ring.part).push([...ring.corners, ring.corners[0]]);
  }
  const polygons = [...parts.values()];
  return polygons.length === 1
    ? { type: "Polygon", coordinates: polygons[0] }
    : { type: "MultiPolygon", coordinates: polygons };
};

export const cornerCount = (rings) => rings.reduce((sum, ring) => sum + ring.corners.length, 0);

// Web Mercator cannot show the poles, and Leaflet joins what lies on both sides of 180 degrees only
// when it is drawn on one of them.
export const forDrawing = (geometry) => {
  const rings = ringsOf(geometry);
  const lons = rings.flatMap((ring) => ring.corners.map(([lon]) => lon));
  const crosses = lons.some((lon) => lon >= 179.9999) && lons.some((lon) => lon <= -179.9999) &&
    !rings.some((ring) => ring.corners.some(([lon]) => Math.abs(lon) < 90));
  if (!crosses) return geometry;
  const turned = rings.map((ring) => {
    const west = ring.corners.every(([lon]) => lon <= 0);
    return { ...ring, corners: ring.corners.map(([lon, lat]) => [west ? lon + 360 : lon, lat]) };
  });
  return geometryOf(turned);
};

const round = (value) => Math.round(value * 1e7) / 1e7;
export const rounded = (rings) =>
  rings.map((ring) => ({ ...ring, corners: ring.corners.map(([lon, lat]) => [round(lon), round(lat)]) }));
