"""Cutting along a real outline leaves nothing of it, however the area lies across it."""

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate

from rsiwg import resources
from rsiwg.geometry import area_km2, join, normalise_shape, overlap, padded, subtract
from rsiwg.rulebook import load

SEEDS = range(80)


@pytest.fixture(scope="module")
def outline():
    (rule,) = (r for r in load(resources.GEODATA).restrictions if r.id == "israel-resolution")
    return join(zone.area for zone in rule.zones)


def test_what_is_cut_along_the_padded_outline_meets_it_nowhere(outline):
    """Rounding to the grid leaves slivers along one cut in ten without the pad."""
    pad, cut = padded(outline), 0
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        west, south = random.uniform(33.8, 35.5), random.uniform(29.2, 33.2)
        box = shapely.box(west, south, west + random.uniform(0.1, 1), south + random.uniform(0.1, 1))
        aoi = normalise_shape(rotate(box, random.uniform(0, 90))).area
        kept = subtract(aoi, pad)
        assert overlap(kept, outline).is_empty, seed
        within = overlap(aoi, outline)
        assert area_km2(kept) == pytest.approx(area_km2(aoi) - area_km2(within), abs=1.0), seed
        cut += not kept.is_empty and not within.is_empty
    assert cut > 40
