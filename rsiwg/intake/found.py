"""What a reader found in an input, and the way from there to one `Area`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import attrs
import numpy as np
import shapely
from shapely import GeometryCollection, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from rsiwg.errors import ChoiceNeeded, InvalidGeometry, TooLarge
from rsiwg.geometry import Area, area_km2, join, normalise, normalise_shape
from rsiwg.geometry.area import Normalised
from rsiwg.intake.reproject import Reprojection
from rsiwg.intake.shown import listed, shown
from rsiwg.settings import Limits

_MOST_CHOICES = 200
"""Areas listed when a file holds several; the keys of the others work all the same."""
_MOST_AT_ONCE = 1000
_OVERLAP_SHARE = 1e-9


@attrs.frozen(kw_only=True)
class Feature:
    """One area as read: raw GeoJSON positions where a ring could be unclosed, a shape otherwise."""

    geometry: Mapping[str, Any] | Polygon | MultiPolygon
    name: str | None = None
    layer: str | None = None
    crs: Reprojection | None = None
    """Of a shape; None where it is in longitude and latitude on WGS 84."""


class Read(NamedTuple):
    """One feature of a file, whatever its kind; without a shape where it has no geometry."""

    shape: BaseGeometry | None
    name: str | None = None
    layer: str | None = None
    crs: Reprojection | None = None


@attrs.frozen(kw_only=True)
class Found:
    """Everything a reader found."""

    format: str
    features: Sequence[Feature]
    changes: tuple[str, ...] = ()
    left_out: Mapping[str, int] = attrs.field(factory=dict)
    """What else was there and is no area, by kind: {"Point": 3}."""
    empty: int = 0
    """Features without a geometry."""


@attrs.frozen(kw_only=True)
class ReadAoi:
    """One area of interest, read and normalised."""

    area: Area
    changes: tuple[str, ...]
    """Sentences: what was changed on reading."""
    name: str | None
    format: str


def found_of(format_: str, reads: Iterable[Read], left_out: Mapping[str, int] | None = None) -> Found:
    """Sort features into areas, the rest by kind (with what is known to be left out), and those without geometry."""
    features, others, empty = [], Counter[str](left_out or {}), 0
    for read in reads:
        if read.shape is None:
            empty += 1
            continue
        area, kinds = _sorted_out(read.shape)
        others.update(kinds)
        if area is not None:
            features.append(Feature(geometry=area, name=read.name, layer=read.layer, crs=read.crs))
    return Found(format=format_, features=features, left_out=others, empty=empty)


def settle(found: Found, limits: Limits, choose: str | None = None) -> ReadAoi:
    """Take the one area meant, or ask which.

    `choose` is a key from the list that was asked with (``2``; ``3.1`` is layer 3, area 1; ``3.`` is the
    whole of layer 3), the name of an area or a layer where only one has it, or ``all``.

    Raises:
        ChoiceNeeded: several areas, and `choose` names none of them.
    """
    _refuse_nothing(found)
    if len(found.features) > limits.max_features:
        raise TooLarge(
            f"this holds {len(found.features):,} areas, over the limit of {limits.max_features:,} (max_features)"
        )
    keys = _keys(found.features)
    if len(found.features) == 1 and choose in (None, "all", *keys):
        chosen = list(found.features)
    elif choose is None:
        raise ChoiceNeeded(
            f"this holds {len(found.features)} areas: say which one is meant, or all of them together",
            _choices(found.features, keys, limits),
        )
    else:
        chosen = _chosen(found.features, keys, choose)
        if not chosen:
            raise ChoiceNeeded(
                f'no single area in this is called "{shown(choose)}": choose one from the list',
                _choices(found.features, keys, limits),
            )
    area, changes = _together(chosen, limits)
    _refuse_beyond(area, limits)
    names = {f.name for f in chosen if f.name}
    return ReadAoi(
        area=area,
        changes=(*found.changes, *_left_out(found), *changes),
        name=names.pop() if len(names) == 1 else None,
        format=found.format,
    )


def settle_each(found: Found, limits: Limits) -> tuple[ReadAoi, ...]:
    """Take every area by itself, named as the file names it, or by its number.

    Raises:
        InvalidGeometry, TooLarge: one of them cannot be taken, or there are over 1,000.
    """
    _refuse_nothing(found)
    if len(found.features) > _MOST_AT_ONCE:
        raise TooLarge(
            f"this holds {len(found.features):,} areas, over the limit of {_MOST_AT_ONCE:,} at once"
        )
    keys = _keys(found.features)
    if len(keys) == 1:
        one = settle(found, limits)
        return (attrs.evolve(one, name=one.name or "the area"),)
    alone = [
        attrs.evolve(found, features=[feature], changes=(), left_out={}, empty=0)
        for feature in found.features
    ]
    said = (*found.changes, *_left_out(found))
    return tuple(
        attrs.evolve(
            read, name=read.name or f"area {key}", changes=(*said, *read.changes) if n == 0 else read.changes
        )
        for n, (key, read) in enumerate(zip(keys, (settle(each, limits) for each in alone), strict=True))
    )


def refuse_too_many_vertices(vertices: int, limits: Limits) -> None:
    """Raise TooLarge over the limit; called before anything is built of them."""
    if vertices > limits.max_vertices:
        raise TooLarge(
            f"the outline has {vertices:,} vertices, over the limit of {limits.max_vertices:,} (max_vertices): "
            "simplify it or split it into several requests"
        )


def _sorted_out(shape: BaseGeometry) -> tuple[MultiPolygon | Polygon | None, list[str]]:
    """The area in a shape, and the kinds of what else it holds."""
    if isinstance(shape, Polygon | MultiPolygon):
        return shape, []
    if not isinstance(shape, GeometryCollection):
        return None, [shape.geom_type]
    inner = [_sorted_out(part) for part in shape.geoms]
    polygons = [
        p for area, _ in inner if area is not None for p in shapely.get_parts(area) if isinstance(p, Polygon)
    ]
    return MultiPolygon(polygons) if polygons else None, [kind for _, kinds in inner for kind in kinds]


def _refuse_nothing(found: Found) -> None:
    if found.features:
        return
    if found.left_out:
        what = listed([f"{n} of type {kind}" for kind, n in sorted(found.left_out.items())])
        raise InvalidGeometry(
            f"an area is needed, and this {found.format} holds none ({what}): give a Polygon or MultiPolygon, "
            "or a point with a radius"
        )
    raise InvalidGeometry(f"this {found.format} is empty: it holds no area. Give at least one polygon")


def _left_out(found: Found) -> tuple[str, ...]:
    said = []
    if found.left_out:
        what = listed([f"{n} of type {kind}" for kind, n in sorted(found.left_out.items())])
        said.append(f"Features that are no areas were left out: {what}.")
    if found.empty:
        said.append(f"Features without a geometry were left out: {found.empty}.")
    return tuple(said)


# ---------------------------------------------------------------------------------------- choosing


def _layers(features: Sequence[Feature]) -> list[str | None]:
    return list(dict.fromkeys(f.layer for f in features))


def _keys(features: Sequence[Feature]) -> list[str]:
    layers = _layers(features)
    if len(layers) == 1:
        return [str(n) for n in range(1, len(features) + 1)]
    counts: dict[str | None, int] = dict.fromkeys(layers, 0)
    keys = []
    for feature in features:
        counts[feature.layer] += 1
        keys.append(f"{layers.index(feature.layer) + 1}.{counts[feature.layer]}")
    return keys


def _chosen(features: Sequence[Feature], keys: list[str], choose: str) -> list[Feature]:
    if choose == "all":
        return list(features)
    exact = [f for f, key in zip(features, keys, strict=True) if key == choose]
    if exact:
        return exact
    layers = _layers(features)
    if len(layers) > 1:
        wanted = [f for f in features if choose in (f"{layers.index(f.layer) + 1}.", f.layer)]
        if wanted:
            return wanted
    named = [f for f in features if f.name == choose]
    return named if len(named) == 1 else []


def _choices(
    features: Sequence[Feature], keys: list[str], limits: Limits
) -> tuple[Mapping[str, object], ...]:
    layers = _layers(features)
    listed_ = [
        {"choose": key, "label": _label(f, key, len(layers) > 1), "area_km2": _size(f, limits)}
        for f, key in zip(features[:_MOST_CHOICES], keys, strict=False)
    ]
    if len(layers) > 1:
        for n, layer in enumerate(layers, start=1):
            members = [f for f in features if f.layer == layer]
            if len(members) > 1:
                label = f"all {len(members)} areas of layer {shown(layer)}"
                listed_.append({"choose": f"{n}.", "label": label, "area_km2": None})
    listed_.append({"choose": "all", "label": f"all {len(features)} areas together", "area_km2": None})
    return tuple(listed_)


def _label(feature: Feature, key: str, with_layer: bool) -> str:
    name = shown(feature.name, 80) if feature.name else f"area {key.rpartition('.')[2]}"
    return f"{shown(feature.layer)}: {name}" if with_layer else name


def _size(feature: Feature, limits: Limits) -> float | None:
    """Square kilometres; None where this one cannot be taken."""
    try:
        area, _ = _together([feature], limits)
    except (InvalidGeometry, TooLarge):
        return None
    return float(f"{area_km2(area):.6g}")


# -------------------------------------------------------------------------------------- normalising


def _together(features: Sequence[Feature], limits: Limits) -> tuple[Area, tuple[str, ...]]:
    refuse_too_many_vertices(sum(_vertices(f.geometry) for f in features), limits)
    parts = sum(_parts(f.geometry) for f in features)
    if parts > limits.max_parts:
        raise TooLarge(
            f"the area has {parts:,} parts, over the limit of {limits.max_parts:,} (max_parts): "
            "split it into several requests"
        )
    taken = [_numbered(f, n, len(features)) for n, f in enumerate(features, start=1)]
    changes = tuple(dict.fromkeys(change for t in taken for change in t.changes))
    if len(taken) == 1:
        return taken[0].area, changes
    area = join(t.area for t in taken)
    apart, joined = sum(area_km2(t.area) for t in taken), area_km2(area)
    said = f"{len(taken)} areas were taken together as one."
    if apart - joined > _OVERLAP_SHARE * apart:
        said = f"{said[:-1]}; ground that lies in more than one of them ({apart - joined:.6g} km² too many) counts once."
    return area, (*changes, said)


def _numbered(feature: Feature, number: int, of: int) -> Normalised:
    """Normalised; a refusal says which of several it is about."""
    try:
        return _normalised(feature)
    except InvalidGeometry as exc:
        raise InvalidGeometry(f"area {number}: {exc}" if of > 1 else str(exc)) from None


def _normalised(feature: Feature) -> Normalised:
    geometry = feature.geometry
    if isinstance(geometry, BaseGeometry):
        moved, said = (geometry, ()) if feature.crs is None else feature.crs.moved(geometry)
        taken = normalise_shape(moved)
        return attrs.evolve(taken, changes=(*said, *taken.changes))
    taken = normalise(geometry)
    if _has_heights(geometry.get("coordinates")):
        return attrs.evolve(
            taken, changes=("Heights (or measures) were left out: an area has none.", *taken.changes)
        )
    return taken


def _refuse_beyond(area: Area, limits: Limits) -> None:
    size = area_km2(area)
    if size > limits.max_area_km2:
        raise TooLarge(
            f"the area is {size:,.0f} km², over the limit of {limits.max_area_km2:,.0f} km² (max_area_km2): "
            "split it into several requests"
        )


def _vertices(geometry: Mapping[str, Any] | BaseGeometry) -> int:
    """Corners, the closing ones not counted twice."""
    if isinstance(geometry, BaseGeometry):
        return int(shapely.get_num_coordinates(geometry)) - len(
            shapely.get_rings(shapely.get_parts(geometry))
        )
    return sum(max(len(ring) - 1, 0) for ring in _rings(geometry))


def _parts(geometry: Mapping[str, Any] | BaseGeometry) -> int:
    if isinstance(geometry, BaseGeometry):
        return int(np.sum(shapely.get_num_geometries(geometry)))
    coordinates = geometry.get("coordinates")
    return len(coordinates) if geometry.get("type") == "MultiPolygon" and isinstance(coordinates, list) else 1


def _rings(geometry: Mapping[str, Any]) -> list[list[Any]]:
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list):
        return []
    polygons = coordinates if geometry.get("type") == "MultiPolygon" else [coordinates]
    return [
        ring
        for polygon in polygons
        if isinstance(polygon, list)
        for ring in polygon
        if isinstance(ring, list)
    ]


def _has_heights(coordinates: object) -> bool:
    while isinstance(coordinates, list) and coordinates and isinstance(coordinates[0], list):
        if isinstance(coordinates[0][0] if coordinates[0] else None, int | float):
            return any(isinstance(p, list) and len(p) > 2 for p in coordinates)
        if any(_has_heights(inner) for inner in coordinates[1:]):
            return True
        coordinates = coordinates[0]
    return False
