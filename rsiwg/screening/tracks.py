"""Footprints along the ground tracks of a sun-synchronous orbit, for benchmarks, plans and tests."""

import numpy as np
import shapely
from numpy.typing import NDArray

_INCLINATION_DEG = 97.8
_PERIOD_S = 5676.0
_DAY_S = 86164.1
_KM_PER_DEG = 111.32


def along_tracks(count: int, *, seed: int = 1) -> NDArray[np.object_]:
    """So many quadrilaterals, 10 to 20 km wide, one after another as a satellite at some 560 km would take them.

    Circular orbit over a turning sphere, without perturbations: good for where archives lie, and for nothing else.
    Footprints that would cross 180 degrees are moved beside it.
    """
    rng = np.random.default_rng(seed)
    seconds = np.arange(count) * 2.0 + np.cumsum(rng.exponential(0.5, count))
    along = 2 * np.pi * seconds / _PERIOD_S
    incline = np.radians(_INCLINATION_DEG)
    lat = np.arcsin(np.sin(incline) * np.sin(along))
    lon = np.arctan2(np.cos(incline) * np.sin(along), np.cos(along)) - 2 * np.pi * seconds / _DAY_S
    lat_deg, lon_deg = np.degrees(lat), (np.degrees(lon) + 180) % 360 - 180
    heading = np.arctan2(np.cos(incline) / np.cos(lat), np.cos(along) * np.sin(incline) / np.cos(lat))
    half = rng.uniform(5, 10, count) / _KM_PER_DEG
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])[None] * half[:, None, None]
    sin, cos = np.sin(heading)[:, None], np.cos(heading)[:, None]
    east, north = corners[..., 0] * cos + corners[..., 1] * sin, corners[..., 1] * cos - corners[..., 0] * sin
    widen = 1 / np.cos(np.radians(lat_deg))[:, None]
    x, y = lon_deg[:, None] + east * widen, lat_deg[:, None] + north
    x -= np.maximum(x.max(axis=1) - 180, 0)[:, None]
    x -= np.minimum(x.min(axis=1) + 180, 0)[:, None]
    return np.asarray(shapely.polygons(np.stack([x, y], axis=-1)), dtype=object)
