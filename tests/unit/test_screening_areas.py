"""Areas in bulk, against pyproj.Geod on edges cut short and against the overlay with whole outlines."""

import numpy as np
import pytest
import shapely
from pyproj import Geod

from rsiwg.geometry import area_km2
from rsiwg.screening import areas as module
from rsiwg.screening.areas import footprint_areas_km2, overlaps_km2, shape_areas_km2
from rsiwg.screening.footprints import Footprints
from rsiwg.screening.index import ZoneIndex
from rsiwg.screening.join import find_pairs
from rsiwg.screening.tracks import along_tracks

GEOD = Geod(ellps="WGS84")


def by_geod(shape):
    """Square kilometres, with edges short enough that a geodesic and a straight edge are one."""
    return abs(GEOD.geometry_area_perimeter(shapely.segmentize(shape, 0.001))[0]) / 1e6


@pytest.fixture(params=[True, False], ids=["compiled", "NumPy"])
def engine(request, monkeypatch):
    if not request.param:
        monkeypatch.setattr(module, "kernel", None)


def test_areas_are_those_of_geod(engine):
    shapes = along_tracks(60)
    found = footprint_areas_km2(Footprints.from_shapes(shapes))
    assert found == pytest.approx([by_geod(shape) for shape in shapes], rel=1e-9)


def test_long_edges_holes_and_parts(engine):
    tall = shapely.box(10, 40, 10.5, 60)
    holed = shapely.box(0, 0, 1, 1).difference(shapely.box(0.2, 0.2, 0.4, 0.4))
    parts = shapely.MultiPolygon([shapely.box(5, 5, 6, 6), shapely.box(8, 5, 9, 6)])
    shapes = [tall, holed, parts]
    expected = [area_km2(shapely.MultiPolygon(shapely.get_parts(shape).tolist())) for shape in shapes]
    assert footprint_areas_km2(Footprints.from_shapes(shapes)) == pytest.approx(expected, rel=1e-9)
    assert shape_areas_km2(np.array(shapes, dtype=object)) == pytest.approx(expected, rel=1e-9)


def test_what_was_refused_has_no_area(engine):
    footprints = Footprints.from_shapes([None, shapely.box(0, 0, 1, 1), shapely.Point(0, 0)])
    assert (footprint_areas_km2(footprints) > 0).tolist() == [False, True, False]


def test_overlaps_by_windows_are_those_of_whole_outlines(book):
    places = {place.iso_a2: place.area for place in book.places.countries.places}
    outlines = [places["NO"], places["GR"], shapely.box(20, 38, 24, 39)]
    rng = np.random.default_rng(2)
    corners = np.concatenate([shapely.get_coordinates(outline) for outline in outlines[:2]])
    at = corners[rng.integers(0, len(corners), 150)]
    size = rng.uniform(0.05, 0.3, 150)
    size[::25] = 4.0  # wider than any window
    shapes = shapely.box(at[:, 0], at[:, 1], at[:, 0] + size, np.minimum(at[:, 1] + size / 2, 90))
    footprints, index = Footprints.from_shapes(shapes), ZoneIndex.build(outlines)
    pairs = find_pairs(footprints, index)
    found = overlaps_km2(footprints, index, pairs.rows, pairs.zones, footprint_areas_km2(footprints))
    whole = shapely.intersection(np.array(outlines, dtype=object)[pairs.zones], shapes[pairs.rows])
    assert found == pytest.approx(shape_areas_km2(whole), rel=1e-9, abs=1e-9)
    assert len(found) > 150
