"""Areas on the ellipsoid.  Knows nothing of licensing."""

from rsiwg.geometry.area import (
    EMPTY,
    GRID_DEG,
    METRES_PER_DEGREE,
    Area,
    Normalised,
    from_geopackage,
    gather,
    join,
    normalise,
    normalise_shape,
    overlap,
    padded,
    stored,
    subtract,
    to_geojson,
    vertex_count,
)
from rsiwg.geometry.measure import area_km2, distance_km
from rsiwg.geometry.shapes import circle, widen

__all__ = [
    "EMPTY",
    "GRID_DEG",
    "METRES_PER_DEGREE",
    "Area",
    "Normalised",
    "area_km2",
    "circle",
    "distance_km",
    "from_geopackage",
    "gather",
    "join",
    "normalise",
    "normalise_shape",
    "overlap",
    "padded",
    "stored",
    "subtract",
    "to_geojson",
    "vertex_count",
    "widen",
]
