"""The one door for an area of interest: a JSON value, a text, or a file."""

from collections.abc import Mapping
from typing import Any

from shapely import MultiPolygon, Polygon

from rsiwg.errors import InvalidGeometry
from rsiwg.geometry import circle
from rsiwg.intake.found import Feature, Found, ReadAoi, settle
from rsiwg.intake.geojson import from_geojson
from rsiwg.intake.strict_json import kind_of
from rsiwg.settings import Limits


def read_aoi_value(value: object, limits: Limits, choose: str | None = None) -> ReadAoi:
    """Read what the field `aoi` of a request may hold.

    A GeoJSON object; a text, as `read_aoi_text` takes it; ``{"point": [lon, lat], "radius_m": 500}`` with
    radius_m, radius_ft, radius_km or radius_nm; or an `Area` already read.

    Raises:
        InvalidGeometry, TooLarge: it cannot be taken; the sentence says why and what to do.
        ChoiceNeeded: it holds several areas.
    """
    if isinstance(value, Polygon | MultiPolygon):
        return settle(Found(format="area", features=[Feature(geometry=value)]), limits, choose)
    if isinstance(value, str):
        raise InvalidGeometry("text is not read yet")
    if not isinstance(value, Mapping):
        raise InvalidGeometry(
            f"give the area as GeoJSON, as text, or as a point with a radius; this is {kind_of(value)}"
        )
    return settle(from_geojson(value, limits), limits, choose)
