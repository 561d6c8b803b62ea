"""The scene of an access answer: targets, and for each access the ground track, the swath and the field of regard."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from rsiwg.geometry import Area
from rsiwg.maps.scene import Bounds, Feature, Group, Layer, Moment, Scene, Timeline
from rsiwg.maps.shaping import simplify_for_drawing

_MARGIN_DEG = 6.0
_STYLES = {True: "access-finer", False: "access-not-finer", None: "access-uncompared"}
_TITLES = {
    True: "Swaths of accesses finer than the limit",
    False: "Swaths of accesses not finer than the limit",
    None: "Swaths of accesses not compared with a limit",
}
_HEADS = (
    "Culmination (UTC)", "Against the limit", "Mean GSD", "Finer direction", "Limit", "Off-nadir", "Sun", "Satellite", "Area", "Rise", "Set",
)  # fmt: skip


def scene_of_accesses(
    document: Mapping[str, Any],
    areas: Sequence[tuple[str, Area]],
    pictures: Sequence[Mapping[str, Any]],
    *,
    are_restrictions: bool = False,
) -> Scene:
    """Lay out an access answer.  `pictures` holds the geometry of its first accesses in order of time.

    Each has the access itself and, as GeoJSON, ``track``, ``swath`` and ``field_of_regard``.
    """
    shown, total = len(pictures), len(document["accesses"])
    cut = (
        ""
        if shown == total
        else f" The first {shown:,} of {total:,} are drawn and listed; the JSON answer has them all."
    )
    moments = tuple(
        Moment(
            label=_sentence(picture["access"]),
            cells=_cells(picture["access"]),
            style=_style(picture["access"]),
        )
        for picture in pictures
    )
    layers = [_targets(areas, document, are_restrictions), *_of_accesses(pictures)]
    return Scene(
        title="What these satellites can see",
        summary=" ".join(target["says"] for target in document["targets"][:3]),
        layers=tuple(layers),
        bounds=_bounds([area for _, area in areas]),
        note=" ".join((document["meaning"], *document["warnings"][:5])),
        timeline=Timeline(caption=f"Accesses in order of time.{cut}", heads=_HEADS, moments=moments)
        if moments
        else None,
    )


def _targets(areas: Sequence[tuple[str, Area]], document: Mapping[str, Any], are_restrictions: bool) -> Layer:
    light = [(name, *simplify_for_drawing(area)) for name, area in areas]
    features = tuple(
        Feature(
            geometry=outline,
            label=name,
            rows=(("Accesses", f"{target['accesses']:,}"), ("By day", f"{target['by_day']:,}")),
            ref=f"target-{number}",
        )
        for number, ((name, outline, _), target) in enumerate(zip(light, document["targets"], strict=True))
    )
    tolerances = [tolerance for _, _, tolerance in light if tolerance is not None]
    return Layer(
        key="targets",
        title="Restrictions" if are_restrictions else "Areas of interest",
        group=Group.RESTRICTIONS if are_restrictions else Group.REQUEST,
        style="restriction-resolution_limit" if are_restrictions else "aoi",
        features=features,
        tolerance_m=max(tolerances) if tolerances else None,
    )


def _of_accesses(pictures: Sequence[Mapping[str, Any]]) -> Iterator[Layer]:
    for finer, style in _STYLES.items():
        mine = [(n, p) for n, p in enumerate(pictures) if p["access"]["finer_than_limit"] is finer]
        if not mine:
            continue
        yield Layer(
            key=style,
            title=_TITLES[finer],
            group=Group.ACCESSES,
            style=style,
            features=tuple(_feature(n, p, shape(p["swath"]), alone=True) for n, p in mine),
        )
        yield Layer(
            key=f"{style}-track",
            title=_TITLES[finer].replace("Swaths", "Ground tracks"),
            group=Group.ACCESSES,
            style=style,
            features=tuple(_feature(n, p, shape(p["track"])) for n, p in mine),
        )
    if pictures:
        yield Layer(
            key="field-of-regard",
            title="Field of regard at culmination",
            group=Group.ACCESSES,
            style="field-of-regard",
            features=tuple(
                _feature(n, p, shape(p["field_of_regard"]), alone=True) for n, p in enumerate(pictures)
            ),
        )


def _feature(
    number: int, picture: Mapping[str, Any], geometry: BaseGeometry, *, alone: bool = False
) -> Feature:
    one = picture["access"]
    return Feature(
        geometry=geometry,
        label=_sentence(one),
        rows=tuple(zip(_HEADS, _cells(one), strict=True)),
        ref=f"access-{number}",
        moment=number,
        alone=alone,
    )


def _style(one: Mapping[str, Any]) -> str:
    return _STYLES[one["finer_than_limit"]]


def _word(one: Mapping[str, Any]) -> str:
    return {True: "finer than the limit", False: "not finer", None: "not compared"}[one["finer_than_limit"]]


def _sentence(one: Mapping[str, Any]) -> str:
    gsd = "" if one["mean_gsd_m"] is None else f", mean GSD {one['mean_gsd_m']:.3g} m"
    return (
        f"{_time(one['culmination'])} UTC, {one['satellite']} sees {one['target_name']}, {one['off_nadir_deg']:.1f}° off nadir{gsd}, "
        f"by {one['light']}: {_word(one)}"
    )


def _cells(one: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        _time(one["culmination"]),
        _word(one),
        _metres(one["mean_gsd_m"]),
        _metres(one["cross_view_gsd_m"]),
        _metres(one["limit_m"]),
        f"{one['off_nadir_deg']:.2f}°",
        f"{one['sun_elevation_deg']:.0f}°, {one['light']}".replace("-", "−"),
        one["satellite"],
        one["target_name"],
        _time(one["rise"])[11:],
        _time(one["set"])[11:],
    )


def _time(iso: str) -> str:
    return iso[:19].replace("T", " ")


def _metres(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g} m"


def _bounds(areas: Sequence[Area]) -> Bounds | None:
    boxes = [area.bounds for area in areas]
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    if east - west > 300:
        return None
    return (
        max(west - _MARGIN_DEG, -180.0),
        max(south - _MARGIN_DEG, -85.0),
        min(east + _MARGIN_DEG, 180.0),
        min(north + _MARGIN_DEG, 85.0),
    )
