"""The scene of a delivered raster: its picture, before and after, under what was found of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from shapely.geometry import shape

from rsiwg.domain import Rulebook
from rsiwg.maps.answer import scene_of
from rsiwg.maps.scene import Feature, Group, Layer, Picture, Scene
from rsiwg.maps.shaping import simplify_for_drawing


def delivery_scene(
    document: Mapping[str, Any],
    rulebook: Rulebook,
    pictures: Sequence[Picture],
    changed: Sequence[Mapping[str, Any]] = (),
) -> Scene:
    """Lay out a checked raster: `document` is the answer of its check, `changed` what a compliant copy changed."""
    drawn = scene_of(document["answer"], rulebook)
    pieces = tuple(_changed(number, change) for number, change in enumerate(changed, start=1))
    return attrs.evolve(
        drawn,
        title=f"Map of {document['scene']['name']}",
        summary=f"Verdict: {document['verdict']}.",
        layers=(drawn.layers[0], *pieces, *drawn.layers[1:]),
        pictures=tuple(pictures),
    )


def _changed(number: int, change: Mapping[str, Any]) -> Layer:
    outline, tolerance_m = simplify_for_drawing(shape(change["where"]))
    label = f"{change['area_km2']:,.3g} km² {change['what']}"
    return Layer(
        key=f"changed-{number}",
        title=f"Changed: {change['what']}",
        group=Group.REMEDIES,
        style="remedy-coarsened" if change["finest_m"] is not None else "remedy-removed",
        features=(Feature(geometry=outline, label=label, ref=f"changed-{number}"),),
        tolerance_m=tolerance_m,
    )
