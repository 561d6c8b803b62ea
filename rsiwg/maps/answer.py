"""The scene of an answer: what the JSON answer says, laid out in layers.  Nothing is computed about it."""

from collections.abc import Iterator, Mapping
from typing import Any

from shapely.geometry import shape

from rsiwg.domain import Outcome, Restriction, Rulebook, Status
from rsiwg.geometry import Area
from rsiwg.maps.scene import Bounds, Feature, Group, Layer, Scene
from rsiwg.maps.shaping import simplify_for_drawing

_PIECES = {
    Outcome.CONFLICT: "Restricted pieces",
    Outcome.INDETERMINATE: "Undetermined pieces",
    Outcome.CONDITION: "Pieces with a condition",
    Outcome.CLEAR: "Pieces found clear",
}
_MARGIN_DEG = 2.0
"""Restrictions within this distance of the AOI's bounding box are drawn, degrees."""


def scene_of(document: Mapping[str, Any], rulebook: Rulebook) -> Scene:
    """Lay out an answer: the AOI, each piece found, the remedies, and the restrictions nearby.

    The pieces come from the answer.  Outlines of restrictions come from the rulebook at hand; the note
    says so when it is not the one that made the answer.
    """
    request = document["request"]
    aoi, tolerance_m = simplify_for_drawing(shape(request["aoi"]))
    about = document["aoi"]
    rows = (("Reference", str(request["reference"])), ("Area", f"{about['area_km2']:,.6g} km²"))
    layers = [
        Layer(
            key="aoi",
            title="Area of interest",
            group=Group.REQUEST,
            style="aoi",
            features=(Feature(geometry=aoi, label="Area of interest", rows=rows, ref="AOI"),),
            tolerance_m=tolerance_m,
        ),
        *_pieces(document),
        *_remedies(document),
        *_restrictions(document, rulebook),
    ]
    other = "" if document["rulebook"] == rulebook.version else (
        " The outlines of restrictions are those held today; the answer was made with an earlier rulebook."
    )  # fmt: skip
    return Scene(
        title=f"Map of request {request['reference']}",
        summary=f"Verdict: {document['verdict']}.",
        marking="EXERCISE" if document.get("exercise") else "",
        layers=tuple(layers),
        bounds=_bounds(about["bbox"]),
        note=f"Drawn from verdict {document['verdict_id'][:12]}, rulebook {document['rulebook'][:12]}.{other}",
    )


def _pieces(document: Mapping[str, Any]) -> Iterator[Layer]:
    for outcome, title in _PIECES.items():
        found = [f for f in document["findings"] if f["outcome"] == outcome and f["where"]]
        if not found:
            continue
        light = [(f, *simplify_for_drawing(shape(f["where"]))) for f in found]
        yield Layer(
            key=f"finding-{outcome}",
            title=title,
            group=Group.OFFENDING,
            style=f"finding-{outcome}",
            shown=outcome is not Outcome.CLEAR,
            features=tuple(
                Feature(geometry=outline, label=f"{f['id']}: {f['says']}", rows=_finding_rows(f), ref=f["id"])
                for f, outline, _ in light
            ),
            tolerance_m=_widest(tolerance for _, _, tolerance in light),
        )


def _finding_rows(finding: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    citation, measured = finding["citation"] or {}, finding["measured"] or {}
    told = {
        "Area": finding["area_km2"] and f"{finding['area_km2']:,.3g} km²",
        "Asked for": measured and f"{measured['value_m']:g} m",
        "Finest allowed": measured.get("limit_m") and f"{measured['limit_m']:g} m",
        "Reading": finding["reading"],
        "Citation": citation.get("source"),
    }
    return tuple((name, str(value)) for name, value in told.items() if value)


def _remedies(document: Mapping[str, Any]) -> Iterator[Layer]:
    for remedy in document["remedies"]:
        if not remedy["piece"]:
            continue
        ref, cut = remedy["id"], remedy["request"]["aoi"] != document["request"]["aoi"]
        piece, tolerance_m = simplify_for_drawing(shape(remedy["piece"]))
        yield Layer(
            key=f"remedy-{ref}-piece",
            title=f"{ref}: ground {'cut out' if cut else 'coarsened'}",
            group=Group.REMEDIES,
            style="remedy-removed" if cut else "remedy-coarsened",
            shown=False,
            features=(Feature(geometry=piece, label=f"{ref}: {remedy['says']}", ref=ref),),
            tolerance_m=tolerance_m,
        )
        if cut:
            after, tolerance_m = simplify_for_drawing(shape(remedy["request"]["aoi"]))
            size = f"{remedy['aoi_after']['area_km2']:,.6g} km²"
            yield Layer(
                key=f"remedy-{ref}-after",
                title=f"{ref}: the area after it",
                group=Group.REMEDIES,
                style="remedy-after",
                shown=False,
                features=(
                    Feature(
                        geometry=after, label=f"{ref}: the area after it", rows=(("Area", size),), ref=ref
                    ),
                ),
                tolerance_m=tolerance_m,
            )


def _restrictions(document: Mapping[str, Any], rulebook: Rulebook) -> Iterator[Layer]:
    named = {f["restriction"] for f in document["findings"]}
    aoi = shape(document["request"]["aoi"])
    for restriction in rulebook.restrictions:
        near = any(_boxes_are_near(zone.area, aoi.bounds) for zone in restriction.zones)
        exercise = restriction.status is Status.EXERCISE
        if not (restriction.id in named or near) or (exercise and not document["exercise"]):
            continue
        drawn = list(_zones(restriction))
        if drawn:
            yield Layer(
                key=f"restriction-{restriction.id}",
                title=restriction.title,
                group=Group.RESTRICTIONS,
                style="restriction-exercise" if exercise else f"restriction-{restriction.kind}",
                features=tuple(feature for feature, _ in drawn),
                tolerance_m=_widest(tolerance for _, tolerance in drawn),
            )


def _zones(restriction: Restriction) -> Iterator[tuple[Feature, float | None]]:
    for zone in restriction.zones:
        if zone.is_band:
            continue
        outline, tolerance_m = simplify_for_drawing(zone.area)
        rows = (("Reading", zone.reading), ("Citation", restriction.limits[-1].citation.source))
        label = f"{restriction.title}: {zone.title}"
        yield Feature(geometry=outline, label=label, rows=rows, ref=restriction.id), tolerance_m


def _boxes_are_near(area: Area, bounds: tuple[float, float, float, float]) -> bool:
    west, south, east, north = area.bounds
    return (
        west - _MARGIN_DEG <= bounds[2]
        and bounds[0] <= east + _MARGIN_DEG
        and south - _MARGIN_DEG <= bounds[3]
        and bounds[1] <= north + _MARGIN_DEG
    )


def _bounds(bbox: list[float]) -> Bounds:
    west, south, east, north = bbox
    return west, south, east, north


def _widest(tolerances: Iterator[float | None]) -> float | None:
    known = [t for t in tolerances if t is not None]
    return max(known) if known else None
