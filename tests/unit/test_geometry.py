"""Distances and circles against geodesics; refusals by what they say.  The laws are in tests/property."""

import numpy as np
import pytest
import shapely
from pyproj import Geod
from unit.builders import a_box

from rsiwg.errors import InvalidGeometry
from rsiwg.geometry import (
    EMPTY,
    area_km2,
    circle,
    distance_km,
    join,
    normalise,
    overlap,
    padded,
    subtract,
    to_geojson,
    vertex_count,
    widen,
)

GEOD = Geod(ellps="WGS84")
FAR = a_box(34, 30, 35, 31)


def km(lon, lat, to_lon, to_lat):
    return GEOD.inv(lon, lat, to_lon, to_lat)[2] / 1000


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        pytest.param(a_box(35.1, 30, 36, 31), km(35, 31, 35.1, 31), id="10 km east"),
        pytest.param(a_box(35.1, 30.5, 36, 30.52), km(35, 30.52, 35.1, 30.52), id="a low box 10 km east"),
        pytest.param(a_box(34, 31.1, 35, 32), km(35, 31, 35, 31.1), id="11 km north"),
        pytest.param(a_box(36, 32, 37, 33), km(35, 31, 36, 32), id="a corner"),
        pytest.param(a_box(50, 30, 51, 31), km(35, 31, 50, 31), id="1,400 km east"),
        pytest.param(a_box(179, -18, 180, -16), km(35, 30, 179, -16), id="Fiji, its western part"),
        pytest.param(a_box(179, -18, 181, -16), km(35, 30, 179, -16), id="Fiji"),
        pytest.param(a_box(178, 51, 182, 52), km(35, 31, 178, 52), id="the Aleutians"),
        pytest.param(
            join([a_box(-170, 20, -169, 21), a_box(150, 20, 151, 21)]), km(35, 30, 150, 20), id="scattered"
        ),
    ],
)  # fmt: skip
def test_distance_between_boxes_is_that_of_their_nearest_corners(area, expected):
    near = expected < 100
    assert distance_km(area, FAR) == pytest.approx(expected, rel=1e-3 if near else 0.05)
    assert distance_km(FAR, area) == pytest.approx(expected, rel=1e-3 if near else 0.05)


def test_a_near_miss_between_tall_boxes_is_measured_where_they_are_nearest():
    one, other = a_box(0, 50, 1, 56), a_box(1.15, 50, 2, 56)
    assert distance_km(one, other) == pytest.approx(km(1, 56, 1.15, 56), rel=1e-3)


def test_distance_across_180_degrees_is_short():
    assert distance_km(a_box(179, 0, 179.9, 1), a_box(-179.9, 0, -179, 1)) == pytest.approx(
        km(179.9, 1, -179.9, 1), rel=1e-3
    )


def test_what_touches_is_no_distance_apart():
    assert distance_km(a_box(0, 0, 1, 1), a_box(1, 0, 2, 1)) == 0.0
    assert distance_km(a_box(179, 0, 180, 1), a_box(-180, 0, -179, 1)) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("lat", [0, 30, 60, 80, 85, 89, -89.2])
@pytest.mark.parametrize("radius_m", [1_000, 50_000, 500_000])
def test_a_circle_keeps_to_its_radius_along_its_edges_too(lat, radius_m):
    ring = circle(20, lat, radius_m)
    azimuths = np.linspace(0, 360, 2000, endpoint=False)
    for share, inside in ((1 - 5e-4, True), (1 + 5e-4, False)):
        n = len(azimuths)
        lon, lat_on, _ = GEOD.fwd(
            np.full(n, 20.0), np.full(n, float(lat)), azimuths, np.full(n, radius_m * share)
        )
        assert (shapely.contains_xy(ring, lon, lat_on) == inside).all()


@pytest.mark.parametrize(("lat", "radius_m"), [(60, 2_000_000), (85, 500_000), (89, 100_000)])
def test_a_circle_holds_all_of_the_circle_as_its_description_says(lat, radius_m):
    azimuths = np.linspace(0, 360, 2000, endpoint=False)
    n = len(azimuths)
    lon, lat_on, _ = GEOD.fwd(np.full(n, 20.0), np.full(n, float(lat)), azimuths, np.full(n, radius_m - 1.0))
    assert shapely.contains_xy(circle(20, lat, radius_m), lon, lat_on).all()


def test_widening_wide_ground_leaves_no_seam_between_tiles():
    wide = widen(a_box(0, 0, 12, 1), 1000)
    assert len(wide.geoms) == 1
    assert len(wide.geoms[0].interiors) == 0
    around = 2 * (km(0, 0, 12, 0) + km(0, 0, 0, 1))
    assert area_km2(wide) - area_km2(a_box(0, 0, 12, 1)) == pytest.approx(around * 1.0, rel=5e-3)


def test_widening_across_180_degrees_lies_on_both_sides():
    wide = widen(a_box(179, 0, 180, 1), 1000)
    assert not overlap(wide, a_box(-180, 0.4, -179.995, 0.6)).is_empty


def test_a_hair_wider_covers_what_it_was_made_of_and_nearly_nothing_more():
    area = a_box(10, 50, 11, 51)
    assert subtract(area, padded(area)) == EMPTY
    assert area_km2(padded(area)) == pytest.approx(area_km2(area), rel=2e-5)
    assert padded(EMPTY) == EMPTY


def test_holes_are_left_out_of_size_overlap_and_count():
    ring = [[0, 0], [3, 0], [3, 3], [0, 3], [0, 0]]
    hole = [[1, 1], [1, 2], [2, 2], [2, 1], [1, 1]]
    area = normalise({"type": "Polygon", "coordinates": [ring, hole]}).area
    assert area_km2(area) == pytest.approx(
        area_km2(a_box(0, 0, 3, 3)) - area_km2(a_box(1, 1, 2, 2)), rel=1e-12
    )
    assert overlap(area, a_box(1, 1, 2, 2)) == EMPTY
    assert vertex_count(area) == 8
    assert len(to_geojson(area)["coordinates"]) == 2


@pytest.mark.parametrize(
    ("rings", "says"),
    [
        pytest.param([[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]], "crosses or overlaps itself", id="bow tie"),
        pytest.param([[[0, 0], [1, 0], [1, 1], [0, 1]]], "not closed", id="unclosed"),
        pytest.param([[[0, 0], [1, 0], [0, 0]]], "at least four positions", id="three positions"),
        pytest.param([[[0, 0], [1, 0], [float("nan"), 1], [0, 0]]], "not a finite number", id="NaN"),
        pytest.param([[[0, 0], [1, 0], [1, float("inf")], [0, 0]]], "not a finite number", id="infinity"),
        pytest.param([[[0, 89], [1, 89], [1, 91], [0, 89]]], "beyond 90", id="beyond the pole"),
        pytest.param([[[34, 130], [35, 130], [35, 131], [34, 130]]], "swapped", id="swapped"),
        pytest.param([[[0, 0], [0, 1], [170, 1], [-170, 0], [0, 0]]], "over 180 degrees", id="an edge either way round"),
        pytest.param([[[0, 0], [1e-9, 0], [1e-9, 1e-9], [0, 0]]], "encloses no ground", id="smaller than the grid"),
        pytest.param([[[600, 0], [601, 0], [601, 1], [600, 0]]], "degrees, not metres", id="metres"),
        pytest.param([[[0, 0], [1, 0], [1, "1"], [0, 0]]], "in numbers", id="a text"),
        pytest.param([[[0, 0], [1, 0], [1, True], [0, 0]]], "in numbers", id="a flag"),
        pytest.param([], "empty", id="no ring"),
    ],
)  # fmt: skip
def test_an_outline_that_cannot_be_taken_is_refused_and_not_repaired(rings, says):
    with pytest.raises(InvalidGeometry, match=says):
        normalise({"type": "Polygon", "coordinates": rings})


@pytest.mark.parametrize("kind", ["Point", "LineString", "GeometryCollection", None])
def test_what_is_no_area_is_named(kind):
    with pytest.raises(InvalidGeometry, match="an area is needed"):
        normalise({"type": kind, "coordinates": [[0, 0], [1, 1]]})


def test_heights_are_left_out_and_told():
    made = normalise({"type": "Polygon", "coordinates": [[[0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 0, 5]]]})
    assert not made.area.has_z
    assert made.area == normalise({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}).area


def test_crossing_180_is_told():
    made = normalise({"type": "Polygon", "coordinates": [[[179, 0], [181, 0], [181, 1], [179, 1], [179, 0]]]})
    assert len(made.area.geoms) == 2
    assert "180" in made.changes[0]
