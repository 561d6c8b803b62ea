"""Areas made from a rule: circles and widened outlines, on the WGS 84 ellipsoid."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.enums import TransformDirection
from shapely import MultiPolygon, Polygon

from rsiwg.errors import InvalidGeometry
from rsiwg.geometry.area import Area, from_parts

_GEOD = Geod(ellps="WGS84")
_CORNERS = 720
_BEYOND = 1.0002
"""Radius drawn, of that asked for: more than edges straight in longitude and latitude can cut off near a pole."""
_TILE_DEG = 5.0
"""Widest piece put on one local plane; keeps the error of a widening under 0.1 % of its distance."""
MAX_RADIUS_M = 2_000_000.0


def circle(lon_deg: float, lat_deg: float, radius_m: float) -> Area:
    """The ground within a geodesic distance of a point, as a polygon of 720 corners drawn just outside the circle.

    The polygon holds the whole circle and exceeds its radius by at most 0.03 %, so that nothing in
    the circle is missed.  Circles over a pole or across 180 degrees are right.

    Raises:
        InvalidGeometry: the point is off the globe, or the radius is not between 0 and 2,000 km.
    """
    if not (math.isfinite(lon_deg) and math.isfinite(lat_deg) and abs(lat_deg) <= 90 and abs(lon_deg) <= 180):
        raise InvalidGeometry("the centre must be a longitude within 180 and a latitude within 90 degrees")
    if not (math.isfinite(radius_m) and 0 < radius_m <= MAX_RADIUS_M):
        raise InvalidGeometry("the radius must be more than 0 and at most 2,000 km")
    azimuths = np.linspace(0, 360, _CORNERS, endpoint=False)
    reach = _BEYOND * radius_m / math.cos(math.pi / _CORNERS)
    lon, lat, _ = _GEOD.fwd(
        np.full(_CORNERS, lon_deg), np.full(_CORNERS, lat_deg), azimuths, np.full(_CORNERS, reach)
    )
    for pole in (90.0, -90.0):
        if _GEOD.inv(lon_deg, lat_deg, lon_deg, pole)[2] <= reach:
            return from_parts([_cap(np.asarray(lon), np.asarray(lat), pole)])
    unwrapped = lon_deg + (np.asarray(lon) - lon_deg + 180) % 360 - 180
    return from_parts([Polygon(np.column_stack([unwrapped, lat]))])


def _cap(lon: NDArray[np.float64], lat: NDArray[np.float64], pole: float) -> Polygon:
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


def _tiles(area: Area) -> list[MultiPolygon]:
    """The area by cells of `_TILE_DEG`, each cell's polygons together."""
    west, south, east, north = area.bounds
    if east - west <= _TILE_DEG and north - south <= _TILE_DEG:
        return [area]
    cells = (
        shapely.intersection(area, shapely.box(x, y, x + _TILE_DEG, y + _TILE_DEG))
        for x in np.arange(west, east, _TILE_DEG)
        for y in np.arange(south, north, _TILE_DEG)
    )
    polygons = (
        [p for p in shapely.get_parts(cell) if isinstance(p, Polygon) and not p.is_empty] for cell in cells
    )
    return [MultiPolygon(cell) for cell in polygons if cell]


def _widened(tile: MultiPolygon, metres: float) -> list[Polygon]:
    lon, lat = tile.centroid.x, tile.centroid.y
    plane = CRS.from_proj4(f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m")
    to_plane = Transformer.from_crs("OGC:CRS84", plane, always_xy=True)

    def flatten(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_plane.transform(xy[:, 0], xy[:, 1]))

    def put_back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = to_plane.transform(xy[:, 0], xy[:, 1], direction=TransformDirection.INVERSE)
        # The inverse answers within -180 to 180; bring each corner back beside the tile.
        return np.column_stack([lon + (x - lon + 180) % 360 - 180, y])

    flat = shapely.transform(shapely.segmentize(tile, 0.05), flatten)
    wide = shapely.transform(shapely.buffer(flat, metres, quad_segs=32), put_back)
    return [part for part in shapely.get_parts(wide) if isinstance(part, Polygon)]
