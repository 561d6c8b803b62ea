"""GeoJSON (RFC 7946): a geometry, a Feature or a FeatureCollection."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rsiwg.errors import InvalidGeometry, TooLarge
from rsiwg.intake.found import Feature, Found
from rsiwg.intake.shown import shown
from rsiwg.intake.strict_json import kind_of
from rsiwg.settings import Limits

_AREAS = ("Polygon", "MultiPolygon")
_NO_AREAS = ("Point", "MultiPoint", "LineString", "MultiLineString")
_LON_LAT = {
    "urn:ogc:def:crs:ogc:1.3:crs84", "urn:ogc:def:crs:ogc::crs84", "ogc:crs84", "crs84",
    "http://www.opengis.net/def/crs/ogc/1.3/crs84",
    "epsg:4326", "urn:ogc:def:crs:epsg::4326", "http://www.opengis.net/def/crs/epsg/0/4326",
}  # fmt: skip
_NAMES = ("name", "title", "label", "id")


def from_geojson(value: Mapping[str, Any], limits: Limits) -> Found:
    """Find the areas of a GeoJSON object; positions stay as they were written.

    Raises:
        InvalidGeometry: not GeoJSON, or with a `crs` member other than WGS 84 longitude and latitude.
        TooLarge: more features than the limit.
    """
    _refuse_other_crs(value)
    kind = value.get("type")
    if kind == "FeatureCollection":
        members = value.get("features")
        if not isinstance(members, list):
            raise InvalidGeometry('the FeatureCollection has no list of features: give "features": [ … ]')
        if len(members) > limits.max_features:
            raise TooLarge(
                f"this holds {len(members):,} features, over the limit of {limits.max_features:,} (max_features)"
            )
    elif kind == "Feature" or kind in (*_AREAS, *_NO_AREAS, "GeometryCollection"):
        members = [value]
    else:
        raise InvalidGeometry(_not_geojson(value))
    features: list[Feature] = []
    left_out: Counter[str] = Counter()
    empty = 0
    for n, member in enumerate(members, start=1):
        geometry, name = _geometry_and_name(member, n)
        if geometry is None:
            empty += 1
            continue
        for found in _geometries(geometry, n):
            if found["type"] in _AREAS:
                features.append(Feature(geometry=found, name=name))
            else:
                left_out[str(found["type"])] += 1
    return Found(format="GeoJSON", features=features, left_out=left_out, empty=empty)


def _geometry_and_name(member: object, number: int) -> tuple[Mapping[str, Any] | None, str | None]:
    if not isinstance(member, dict):
        raise InvalidGeometry(f"feature {number} must be an object, and is {kind_of(member)}")
    _refuse_other_crs(member)
    if member.get("type") != "Feature":
        return member, None
    geometry = member.get("geometry")
    if geometry is not None and not isinstance(geometry, dict):
        raise InvalidGeometry(
            f"the geometry of feature {number} must be an object, and is {kind_of(geometry)}"
        )
    return geometry, _name(member)


def _name(feature: Mapping[str, Any]) -> str | None:
    properties = feature.get("properties")
    by_lower = (
        {k.lower(): v for k, v in properties.items() if isinstance(k, str)}
        if isinstance(properties, dict)
        else {}
    )
    for key in _NAMES:
        value = by_lower.get(key, feature.get("id") if key == "id" else None)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return shown(str(value).strip(), 200)
    return None


def _geometries(geometry: Mapping[str, Any], number: int) -> Iterator[Mapping[str, Any]]:
    """The geometry, or the members of a collection: its areas together as one."""
    _refuse_other_crs(geometry)
    kind = geometry.get("type")
    if kind in _AREAS or kind in _NO_AREAS:
        yield geometry
    elif kind == "GeometryCollection":
        yield from _collected(geometry, number)
    else:
        raise InvalidGeometry(
            f"the geometry of feature {number} has the type {kind_of(kind)}: give a Polygon or MultiPolygon"
        )


def _collected(collection: Mapping[str, Any], number: int) -> Iterator[Mapping[str, Any]]:
    members = collection.get("geometries")
    if not isinstance(members, list) or not all(isinstance(m, dict) for m in members):
        raise InvalidGeometry(f"the GeometryCollection of feature {number} has no list of geometries")
    inner = [g for member in members for g in _geometries(member, number)]
    polygons: list[Any] = []
    for member in inner:
        if member["type"] not in _AREAS:
            yield member
        elif member["type"] == "Polygon":
            polygons.append(member.get("coordinates"))
        else:
            coordinates = member.get("coordinates")
            polygons.extend(coordinates if isinstance(coordinates, list) else [coordinates])
    if polygons:
        yield {"type": "MultiPolygon", "coordinates": polygons}


def _refuse_other_crs(value: Mapping[str, Any]) -> None:
    if value.get("crs") is None:
        return
    crs = value["crs"]
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or name.lower() not in _LON_LAT:
        raise InvalidGeometry(
            f"GeoJSON is always longitude and latitude on WGS 84 (RFC 7946), and this one says {kind_of(name or crs)} "
            'in "crs": reproject it to WGS 84 and remove "crs", or send it as a GeoPackage, which carries its own'
        )


def _not_geojson(value: Mapping[str, Any]) -> str:
    kind = value.get("type")
    if kind == "Topology":
        return "this is TopoJSON: convert it to GeoJSON"
    if kind is None:
        return 'this is not GeoJSON, since it has no "type": give a Polygon, a Feature or a FeatureCollection'
    return f"this is not GeoJSON, since its type is {kind_of(kind)}: give a Polygon, a Feature or a FeatureCollection"
