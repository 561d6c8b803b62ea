"""The one door for an area of interest: a JSON value, a text, or a file."""

import contextlib
from collections.abc import Iterator, Mapping

from shapely import MultiPolygon, Polygon

from rsiwg.errors import InvalidGeometry, InvalidSubmission, RsiwgError, TooLarge
from rsiwg.intake.coordinates import METRES_PER, from_coordinates, radius_area
from rsiwg.intake.files import TAKEN, find_in_file
from rsiwg.intake.found import Feature, Found, ReadAoi, settle, settle_each
from rsiwg.intake.geojson import from_geojson
from rsiwg.intake.kml import from_kml
from rsiwg.intake.shown import shown
from rsiwg.intake.strict_json import kind_of, read_json_value
from rsiwg.intake.wkt import from_wkt, is_wkt
from rsiwg.settings import Limits


def read_aoi_value(value: object, limits: Limits, choose: str | None = None) -> ReadAoi:
    """Read what the field `aoi` of a request may hold.

    A GeoJSON object; a text, as `read_aoi_text` takes it; ``{"point": [lon, lat], "radius_m": 500}`` with
    radius_m, radius_ft, radius_km or radius_nm; or an `Area` already read.

    Raises:
        InvalidGeometry, TooLarge: it cannot be taken; the sentence says why and what to do.
        ChoiceNeeded: it holds several areas.
    """
    with _only_typed_errors("this area cannot be read: check its geometry"):
        return settle(_find_in_value(value, limits), limits, choose)


def read_aoi_text(text: str, limits: Limits, choose: str | None = None) -> ReadAoi:
    """Read a pasted text: WKT or EWKT, a list of coordinates, a position with a radius, GeoJSON or KML."""
    with _only_typed_errors("this text cannot be read as an area: check it"):
        return settle(_find_in_text(text, limits), limits, choose)


def read_aoi_file(data: bytes, filename: str, limits: Limits, choose: str | None = None) -> ReadAoi:
    """Read an uploaded file, wholly in memory.  Its content decides the format, and not its name.

    Raises:
        InvalidGeometry, TooLarge: it cannot be taken; the sentence says why and what to do.
        ChoiceNeeded: it holds several areas or layers, and `choose` names none of them.
    """
    if len(data) > limits.max_body_bytes:
        raise TooLarge(
            f"this file is {len(data):,} bytes, over the limit of {limits.max_body_bytes:,} (max_body_bytes)"
        )
    with _only_typed_errors(f"this file cannot be read: it is damaged, or none of {TAKEN}"):
        return settle(find_in_file(data, filename, limits, _find_in_text), limits, choose)


def read_areas_file(data: bytes, filename: str, limits: Limits) -> tuple[ReadAoi, ...]:
    """Read every area of a file, each by itself and with a name; otherwise as `read_aoi_file`."""
    if len(data) > limits.max_body_bytes:
        raise TooLarge(
            f"this file is {len(data):,} bytes, over the limit of {limits.max_body_bytes:,} (max_body_bytes)"
        )
    with _only_typed_errors(f"this file cannot be read: it is damaged, or none of {TAKEN}"):
        return settle_each(find_in_file(data, filename, limits, _find_in_text), limits)


def read_areas_value(value: object, limits: Limits) -> tuple[ReadAoi, ...]:
    """Read every area of what `read_aoi_value` takes, each by itself and with a name."""
    with _only_typed_errors("this area cannot be read: check its geometry"):
        return settle_each(_find_in_value(value, limits), limits)


@contextlib.contextmanager
def _only_typed_errors(says: str) -> Iterator[None]:
    """Parsers of what others wrote throw what they like: it is the sender's input that cannot be read."""
    try:
        yield
    except RsiwgError:
        raise
    except Exception as exc:
        raise InvalidGeometry(says) from exc


def _find_in_value(value: object, limits: Limits) -> Found:
    if isinstance(value, Polygon | MultiPolygon):
        return Found(format="area", features=[Feature(geometry=value)])
    if isinstance(value, str):
        return _find_in_text(value, limits)
    if not isinstance(value, Mapping):
        raise InvalidGeometry(
            f"give the area as GeoJSON, as text, or as a point with a radius; this is {kind_of(value)}"
        )
    return _find_in_object(value, limits)


def _find_in_text(text: str, limits: Limits) -> Found:
    if len(text) > limits.max_body_bytes:
        raise TooLarge(f"this text is over the limit of {limits.max_body_bytes:,} bytes (max_body_bytes)")
    text = text.removeprefix("\ufeff").strip()
    if not text:
        raise InvalidGeometry("this is empty: give WKT, a list of coordinates, GeoJSON or KML")
    if text.startswith("<"):
        return from_kml(text.encode("utf-8", "replace"), limits)
    if text.startswith(("{", "[{", '"')):
        return _find_in_json(text, limits)
    return from_wkt(text, limits) if is_wkt(text) else from_coordinates(text, limits)


def _find_in_json(text: str, limits: Limits) -> Found:
    try:
        value = read_json_value(text.encode("utf-8", "replace"), limits)
    except InvalidSubmission as exc:
        raise InvalidGeometry(
            "; ".join(exc.problems.values() if "body" in exc.problems else [str(exc)])
        ) from None
    if not isinstance(value, dict):
        raise InvalidGeometry(f"give a GeoJSON object in braces; this is {kind_of(value)}")
    return _find_in_object(value, limits)


def _find_in_object(value: Mapping[str, object], limits: Limits) -> Found:
    try:
        return _find_at_point(value) if "point" in value else from_geojson(value, limits)
    except RecursionError:
        raise TooLarge(
            "the geometry is nested too deeply (max_json_depth): give a Polygon or MultiPolygon"
        ) from None


def _find_at_point(value: Mapping[str, object]) -> Found:
    given = [unit for unit in METRES_PER if f"radius_{unit}" in value]
    unknown = [shown(key) for key in value if key not in ("point", *(f"radius_{u}" for u in METRES_PER))]
    if len(given) != 1 or unknown:
        extra = f' and no "{unknown[0]}"' if unknown else ""
        raise InvalidGeometry(
            f"a point needs one radius, as radius_m, radius_ft, radius_km or radius_nm{extra}"
        )
    point, radius = value["point"], value[f"radius_{given[0]}"]
    if not (isinstance(point, list | tuple) and len(point) == 2 and all(_is_number(v) for v in point)):
        raise InvalidGeometry("the point must be [longitude, latitude] in numbers")
    length = float(radius) if isinstance(radius, int | float) and _is_number(radius) else 0.0
    if length <= 0:
        raise InvalidGeometry(f"radius_{given[0]} must be a number greater than 0; this is {kind_of(radius)}")
    area, changes = radius_area(float(point[0]), float(point[1]), length, given[0])
    return Found(format="point with a radius", features=[Feature(geometry=area)], changes=changes)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
