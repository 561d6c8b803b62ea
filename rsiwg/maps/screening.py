"""The scene of a screening: squares in which scenes are not clear, and the restrictions that concern them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import shapely

from rsiwg.domain import Rulebook, Status
from rsiwg.maps.scene import Feature, Group, Layer, Scene
from rsiwg.maps.shaping import simplify_for_drawing

_MOST_SQUARES = 1500
_SIZES_DEG = (1, 2, 5, 10, 15)
_LAYERS = (
    ("restricted", "Squares with restricted scenes", "finding-conflict"),
    ("undetermined", "Squares with undetermined scenes only", "finding-indeterminate"),
)


def screening_scene(summary: Mapping[str, Any], rulebook: Rulebook) -> Scene:
    """Lay out the summary of a screening; squares are widened until there are few enough to draw."""
    size_deg, squares = _squares(summary["squares"])
    layers = [*_counted(squares, size_deg), *_restrictions(summary, rulebook)]
    verdicts = summary["verdicts"]
    return Scene(
        title="Map of a screening",
        summary=f"{verdicts['restricted']:,} scenes restricted, {verdicts['undetermined']:,} undetermined, of {summary['scenes']:,}.",
        marking="EXERCISE" if summary["terms"]["exercise"] else "",
        layers=tuple(layers),
        bounds=None if squares else (-180.0, -60.0, 180.0, 75.0),
        note=f"Squares of {size_deg} degree{'s' if size_deg > 1 else ''} by the middle of each scene. "
        f"Rulebook {summary['rulebook'][:12]}.",
    )


def _squares(counts: Mapping[str, Mapping[str, int]]) -> tuple[int, dict[tuple[int, int], Counter[str]]]:
    for size in _SIZES_DEG:
        squares: dict[tuple[int, int], Counter[str]] = {}
        for name, verdicts in counts.items():
            lon, lat = (int(part) // size * size for part in name.split())
            squares.setdefault((lon, lat), Counter()).update(verdicts)
        if len(squares) <= _MOST_SQUARES:
            break
    return size, squares


def _counted(squares: Mapping[tuple[int, int], Counter[str]], size_deg: int) -> Iterator[Layer]:
    for verdict, title, style in _LAYERS:
        features = tuple(
            Feature(
                geometry=shapely.box(lon, max(lat, -90), min(lon + size_deg, 180), min(lat + size_deg, 90)),
                label=f"{counts['restricted']:,} restricted and {counts['undetermined']:,} undetermined scenes",
                rows=(("South-west corner", f"{_degrees(lat, 'N', 'S')} {_degrees(lon, 'E', 'W')}"),),
                ref=f"{lon} {lat}",
            )
            for (lon, lat), counts in sorted(squares.items())
            if (counts["restricted"] > 0) == (verdict == "restricted")
        )
        if features:
            yield Layer(
                key=f"squares-{verdict}", title=title, group=Group.OFFENDING, style=style, features=features
            )


def _restrictions(summary: Mapping[str, Any], rulebook: Rulebook) -> Iterator[Layer]:
    for restriction in rulebook.restrictions:
        zones = [zone for zone in restriction.zones if not zone.is_band]
        if restriction.id not in summary["rules"] or not zones:
            continue
        drawn = [(zone, *simplify_for_drawing(zone.area)) for zone in zones]
        exercise = restriction.status is Status.EXERCISE
        yield Layer(
            key=f"restriction-{restriction.id}",
            title=restriction.title,
            group=Group.RESTRICTIONS,
            style="restriction-exercise" if exercise else f"restriction-{restriction.kind}",
            features=tuple(
                Feature(
                    geometry=outline,
                    label=f"{restriction.title}: {zone.title}",
                    rows=(("Reading", zone.reading),),
                    ref=restriction.id,
                )
                for zone, outline, _ in drawn
            ),
            tolerance_m=max((tolerance for _, _, tolerance in drawn if tolerance is not None), default=None),
        )


def _degrees(value: int, positive: str, negative: str) -> str:
    return f"{abs(value)}°{positive if value >= 0 else negative}"
