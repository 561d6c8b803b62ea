"""Areas made from a rule: circles and widened outlines, on the WGS 84 ellipsoid."""

import math

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer
from shapely import Polygon
from shapely.ops import transform

from rsiwg.errors import InvalidGeometry
from rsiwg.geometry.area import Area, from_parts

_GEOD = Geod(ellps="WGS84")
_CORNERS = 360
_TILE_DEG = 5.0
"""Widest piece put on one local plane; keeps the error of a widening under 0.1 % of its distance."""
MAX_RADIUS_M = 2_000_000.0


def circle(lon_deg: float, lat_deg: float, radius_m: float) -> Area:
    """The ground within a geodesic distance of a point, as a polygon of 360 corners drawn just outside the circle.

    The polygon holds the whole circle and exceeds its radius by at most 0.004 %, so that nothing in
    the circle is missed.  Circles over a pole or across 180 degrees are right.

    Raises:
        InvalidGeometry: the point is off the globe, or the radius is not between 0 and 2,000 km.
    """
    if not (math.isfinite(lon_deg) and math.isfinite(lat_deg) and abs(lat_deg) <= 90 and abs(lon_deg) <= 180):
        raise InvalidGeometry("the centre must be a longitude within 180 and a latitude within 90 degrees")
    if not (math.isfinite(radius_m) and 0 < radius_m <= MAX_RADIUS_M):
        raise InvalidGeometry("the radius must be more than 0 and at most 2,000 km")
    azimuths = np.linspace(0, 360, _CORNERS, endpoint=False)
    reach = radius_m / math.cos(math.pi / _CORNERS)
    lon, lat, _ = _GEOD.fwd(
        np.full(_CORNERS, lon_deg), np.full(_CORNERS, lat_deg), azimuths, np.full(_CORNERS, reach)
    )
    for pole in (90.0, -90.0):
        if _GEOD.inv(lon_deg, lat_deg, lon_deg, pole)[2] <= reach:
            return from_parts([_cap(np.asarray(lon), np.asarray(lat), pole)])
    unwrapped = lon_deg + (np.asarray(lon) - lon_deg + 180) % 360 - 180
    return from_parts([Polygon(np.column_stack([unwrapped, lat]))])


def _cap(lon: np.ndarray, lat: np.ndarray, pole: float) -> Polygon:
    """A ring round a pole, opened at 180 degrees and drawn up to the pole."""
    order = np.argsort(lon)
    lon, lat = lon[order], lat[order]
    gap = lon[0] + 360 - lon[-1]
    at_180 = lat[-1] + (lat[0] - lat[-1]) * (180 - lon[-1]) / gap if gap > 0 else lat[0]
    line = [(-180.0, at_180), *zip(lon, lat, strict=True), (180.0, at_180)]
    return Polygon([*line, (180.0, pole), (0.0, pole), (-180.0, pole)])


def widen(area: Area, metres: float) -> Area:
    """The ground within `metres` of an area, the area included.

    Done on local azimuthal equidistant planes, piece by piece of at most 5 degrees.  Error under
    0.1 % of `metres`; good to latitudes of 85 degrees.
    """
    if metres <= 0:
        return area
    return from_parts(piece for tile in _tiles(area) for piece in _widened(tile, metres))


def _tiles(area: Area) -> list[Polygon]:
    tiles: list[Polygon] = []
    for part in area.geoms:
        west, south, east, north = part.bounds
        if east - west <= _TILE_DEG and north - south <= _TILE_DEG:
            tiles.append(part)
            continue
        for x in np.arange(west, east, _TILE_DEG):
            for y in np.arange(south, north, _TILE_DEG):
                clipped = shapely.intersection(part, shapely.box(x, y, x + _TILE_DEG, y + _TILE_DEG))
                tiles.extend(p for p in shapely.get_parts(clipped) if isinstance(p, Polygon))
    return tiles


def _widened(tile: Polygon, metres: float) -> list[Polygon]:
    lon, lat = tile.centroid.x, tile.centroid.y
    plane = CRS.from_proj4(f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m")
    there = Transformer.from_crs("OGC:CRS84", plane, always_xy=True).transform
    back = Transformer.from_crs(plane, "OGC:CRS84", always_xy=True).transform
    flat = transform(there, shapely.segmentize(tile, 0.05))
    wide = transform(back, shapely.buffer(flat, metres, quad_segs=16))
    # The inverse answers within -180 to 180; bring each corner back beside the tile.
    return [
        Polygon(_beside(p.exterior, lon), [_beside(hole, lon) for hole in p.interiors])
        for p in shapely.get_parts(wide)
    ]


def _beside(ring: shapely.LinearRing, lon_deg: float) -> np.ndarray:
    xy = shapely.get_coordinates(ring)
    xy[:, 0] = lon_deg + (xy[:, 0] - lon_deg + 180) % 360 - 180
    return xy
