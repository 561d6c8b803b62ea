"""The scene of a delivered raster: its picture, before and after, under what was found of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from rsiwg.domain import Rulebook
from rsiwg.maps.answer import scene_of
from rsiwg.maps.scene import Picture, Scene


def delivery_scene(document: Mapping[str, Any], rulebook: Rulebook, pictures: Sequence[Picture]) -> Scene:
    """Lay out a checked raster; `document` is what the check of a delivered image answered."""
    drawn = scene_of(document["answer"], rulebook)
    return attrs.evolve(
        drawn,
        title=f"Map of {document['scene']['name']}",
        summary=f"Verdict: {document['verdict']}.",
        pictures=tuple(pictures),
    )
