"""Footprints, swaths and the field of regard: published widths, closed forms, 180 degrees and the poles."""

import datetime as dt
import itertools
import math

import numpy as np
import pytest

from rsiwg.errors import InvalidSubmission
from rsiwg.geometry import area_km2
from rsiwg.sensing.elements import mean_elements
from rsiwg.sensing.footprint import (
    View,
    across_deg_of_swath,
    field_of_regard,
    footprint,
    ground_tracks,
    ring_area,
    state_over,
    swath,
)
from rsiwg.sensing.orbits import geodetic, propagate

EPOCH = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)


def over(longitude_deg=10.0, latitude_deg=40.0, altitude_km=617.0, heading_deg=190.0):
    return state_over(
        longitude_deg=longitude_deg,
        latitude_deg=latitude_deg,
        altitude_km=altitude_km,
        heading_deg=heading_deg,
    )


# Published: pixels across x IFOV gives the field of view; the width at nadir is the datasheet's swath.
@pytest.mark.parametrize(
    ("altitude_km", "across_deg", "swath_km"),
    [
        pytest.param(617, 1.2165, 13.1, id="WorldView-3"),
        pytest.param(705, 15.0, 185.0, id="Landsat 8 OLI, 15 degrees"),
        pytest.param(786, 20.6, 290.0, id="Sentinel-2 MSI, 20.6 degrees"),
    ],
)
def test_the_width_at_nadir_is_the_published_swath(altitude_km, across_deg, swath_km):
    found = footprint(*over(altitude_km=altitude_km), View(across_deg=across_deg, along_deg=1.0))
    assert found.width_km == pytest.approx(swath_km, rel=0.035)
    assert across_deg_of_swath(swath_km=swath_km, altitude_km=altitude_km) == pytest.approx(
        across_deg, rel=0.02
    )


def test_a_rolled_footprint_is_as_wide_as_the_sphere_says():
    # Wertz, SMAD section 5.2: ground angle = incidence - off-nadir, sin incidence = (R + h)/R sin off-nadir.
    radius, found = (
        6371.0,
        footprint(*over(latitude_deg=35.26), View(across_deg=4.0, along_deg=2.0, roll_deg=30.0)),
    )
    angles = [
        math.asin((radius + 617) / radius * math.sin(math.radians(q))) - math.radians(q) for q in (28.0, 32.0)
    ]
    assert found.width_km == pytest.approx(radius * (angles[1] - angles[0]), rel=0.005)
    assert found.off_nadir_deg == pytest.approx(30.0, abs=1e-9)


def test_roll_looks_right_and_pitch_looks_forward():
    position, velocity = over(longitude_deg=0, latitude_deg=0, heading_deg=0)
    right = footprint(position, velocity, View(across_deg=1, along_deg=1, roll_deg=20)).area.centroid
    ahead = footprint(position, velocity, View(across_deg=1, along_deg=1, pitch_deg=20)).area.centroid
    assert right.x > 1
    assert abs(right.y) < 0.1
    assert ahead.y > 1
    assert abs(ahead.x) < 0.1


def test_turning_round_the_axis_changes_no_area():
    view = View(across_deg=10, along_deg=10, roll_deg=25)
    sizes = [
        footprint(*over(longitude_deg=lon, latitude_deg=12), view).area_km2
        for lon in (-180, -179, 0, 77, 179.9)
    ]
    assert max(sizes) - min(sizes) < 1e-3 * sizes[0]


@pytest.mark.parametrize("latitude_deg", [90.0, 89.0, -89.5, -90.0, 0.0])
def test_the_field_of_regard_is_a_cap_of_the_right_size(latitude_deg):
    position, _ = over(longitude_deg=179.0, latitude_deg=latitude_deg, altitude_km=700.0)
    area = field_of_regard(position, max_off_nadir_deg=45.0)
    radius = 6371.0
    angle = math.asin((radius + 700) / radius * math.sin(math.radians(45))) - math.radians(45)
    assert area_km2(area) == pytest.approx(2 * math.pi * radius**2 * (1 - math.cos(angle)), rel=0.02)
    west, _, east, _ = area.bounds
    assert (west, east) == (-180, 180)  # it crosses 180 degrees or holds the pole


def test_a_least_elevation_bounds_the_field_of_regard():
    position, _ = over(altitude_km=700.0)
    area = field_of_regard(position, min_elevation_deg=10.0)
    angle = math.acos(6371 / 7071 * math.cos(math.radians(10))) - math.radians(10)
    assert area_km2(area) == pytest.approx(2 * math.pi * 6371**2 * (1 - math.cos(angle)), rel=0.01)


def test_a_swath_over_the_pole_and_across_180_degrees_is_as_large_as_its_width_times_its_length():
    orbit = mean_elements(name="x", epoch=EPOCH, altitude_km=600, inclination_deg=90, raan_deg=0)
    times = EPOCH.timestamp() + np.arange(0, orbit.period_s / 2 + 1, 10.0)
    track = propagate([orbit], times)
    area = swath(track, 0, View(across_deg=across_deg_of_swath(swath_km=100, altitude_km=600)))
    # The altitude varies by 20 km along the orbit, the swath by 3 %.
    assert area_km2(area) == pytest.approx(100 * math.pi * 6371, rel=0.05)
    assert area.bounds[3] == pytest.approx(90, abs=0.5)


def test_a_ground_track_is_cut_at_180_degrees():
    assert ground_tracks(np.array([179.0, -179.0]), np.array([10.0, 12.0])) == [
        [[179.0, 10.0], [180.0, 11.0]],
        [[-180.0, 11.0], [-179.0, 12.0]],
    ]
    orbit = mean_elements(name="x", epoch=EPOCH, altitude_km=600, ltan_h=10)
    place = geodetic(propagate([orbit], EPOCH.timestamp() + np.arange(0, 86400, 30.0)).position_km[0])
    lines = ground_tracks(place.longitude_deg, place.latitude_deg)
    assert all(abs(a[0] - b[0]) < 180 for line in lines for a, b in itertools.pairwise(line))


def test_a_ring_round_a_pole_holds_it():
    lon = np.arange(-170.0, 180.0, 20.0)
    assert ring_area(lon, np.full(len(lon), -80.0)).bounds == pytest.approx((-180, -90, 180, -80))


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: View(across_deg=0), "across_deg"), (lambda: View(across_deg=math.nan), "across_deg"),
        (lambda: View(across_deg=1, roll_deg=90), "roll_deg"), (lambda: over(altitude_km=-5), "altitude_km"),
        (lambda: over(latitude_deg=91), "latitude_deg"), (lambda: across_deg_of_swath(swath_km=0, altitude_km=600), "swath_km"),
        (lambda: footprint(*over(), View(across_deg=2, roll_deg=80)), "off_nadir_deg"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(make, field):
    with pytest.raises(InvalidSubmission) as refused:
        make()
    assert list(refused.value.problems) == [field]
