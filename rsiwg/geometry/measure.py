"""Measures on the WGS 84 ellipsoid."""

import functools

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely import MultiPolygon
from shapely.affinity import scale, translate

from rsiwg.geometry.area import Area

SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
_E2 = FLATTENING * (2 - FLATTENING)
_E = float(np.sqrt(_E2))
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(10)


@functools.cache
def _geod() -> Geod:
    return Geod(ellps="WGS84")


def area_km2(area: Area | MultiPolygon) -> float:
    """Area on the ellipsoid, square kilometres, never negative.

    Edges are straight in longitude and latitude, so the area is a line integral of the authalic
    function q over longitude, and each edge is integrated by ten-point Gauss-Legendre quadrature:
    error below 1e-9 of the area (tests compare it with the closed form for zones and with
    `pyproj.Geod` on outlines cut into short edges).  A pole or the antimeridian needs no special care.

    Source: Snyder, Map Projections: A Working Manual (USGS PP 1395, 1987), equation 3-12.
    """
    return (
        sum(_ring_m2(part.exterior) - sum(_ring_m2(hole) for hole in part.interiors) for part in area.geoms)
        / 1e6
    )


def _ring_m2(ring: shapely.LinearRing) -> float:
    lon, lat = np.radians(shapely.get_coordinates(ring)).T
    half, middle = np.diff(lat) / 2, (lat[1:] + lat[:-1]) / 2
    mean_q = sum(w / 2 * _authalic_q(middle + half * t) for t, w in zip(_NODES, _WEIGHTS, strict=True))
    return abs(float(np.sum(np.diff(lon) * mean_q))) * SEMI_MAJOR_M**2 / 2


def _authalic_q(lat_rad: NDArray[np.float64]) -> NDArray[np.float64]:
    s = np.sin(lat_rad)
    return (1 - _E2) * (s / (1 - _E2 * s * s) - np.log((1 - _E * s) / (1 + _E * s)) / (2 * _E))


def distance_km(one: Area, other: Area) -> float:
    """Geodesic distance between the nearest points found, kilometres; 0 where they meet.

    The nearest points are sought in a plane scaled by the cosine of latitude, twice, and across
    180 degrees.  Within 50 km the answer is right to 0.1 %; further away it may be too large by a few
    per cent, never too small.
    """
    best = min(
        (
            _nearest_m(one, translate(other, xoff=turn))
            for turn in (-360.0, 0.0, 360.0)
            if _may_be_near(one, other, turn)
        ),
        default=_nearest_m(one, other),
    )
    return best / 1000


def _may_be_near(one: Area, other: Area, turn_deg: float) -> bool:
    a, b = one.bounds, other.bounds
    return b[0] + turn_deg <= a[2] + 180 and a[0] - 180 <= b[2] + turn_deg


def _nearest_m(one: MultiPolygon, other: MultiPolygon) -> float:
    lat = (one.bounds[1] + one.bounds[3]) / 2
    shortest = float("inf")
    for _ in range(2):
        k = max(float(np.cos(np.radians(lat))), 0.01)
        p, q = shapely.get_coordinates(
            shapely.shortest_line(scale(one, k, 1, origin=(0, 0)), scale(other, k, 1, origin=(0, 0)))
        )
        lat = (p[1] + q[1]) / 2
        metres = float(_geod().inv(p[0] / k, p[1], q[0] / k, q[1])[2])
        shortest = min(shortest, metres)
    return shortest
