"""Viewing geometry, held to pyproj's topocentric frame and to the closed forms of the sphere."""

import math

import numpy as np
import pyproj
import pytest

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.viewing import (
    MEAN_SPHERE,
    WGS84,
    Ellipsoid,
    Vertical,
    ecef_of,
    geodetic_of,
    horizon_off_nadir_deg,
    look,
    sight,
)

RNG = np.random.default_rng(20261125)
N = 400
LAT, LON = RNG.uniform(-90, 90, N), RNG.uniform(-180, 180, N)
HEIGHT_M = RNG.uniform(2e5, 3.6e7, N)
SATELLITES = ecef_of(latitude_deg=LAT, longitude_deg=LON, height_m=HEIGHT_M)
TO_ECEF = pyproj.Transformer.from_crs(4979, 4978, always_xy=True)


def topocentric(at_m, seen_m):
    """(azimuth, angle from zenith, distance) by PROJ, from one position to another."""
    frame = pyproj.Transformer.from_pipeline(
        "+proj=topocentric +ellps=WGS84 +X_0={} +Y_0={} +Z_0={}".format(*map(repr, map(float, at_m)))
    )
    e, n, u = frame.transform(*map(float, seen_m))
    return (
        math.degrees(math.atan2(e, n)) % 360,
        math.degrees(math.atan2(math.hypot(e, n), u)),
        math.hypot(e, n, u),
    )


def apart(one_deg, other_deg):
    return abs((one_deg - other_deg + 180) % 360 - 180)


def test_positions_are_those_of_proj():
    assert np.abs(np.stack(TO_ECEF.transform(LON, LAT, HEIGHT_M), axis=-1) - SATELLITES).max() < 1e-6


def test_latitudes_and_heights_come_back_from_the_ground_to_far_beyond_geostationary():
    for height_m in (-1e4, 0.0, 6e5, 3.6e7, 4e8):
        there = ecef_of(latitude_deg=LAT, longitude_deg=LON, height_m=height_m)
        latitude, longitude, height = geodetic_of(there)
        assert np.abs(latitude - LAT).max() < 1e-11
        assert np.abs(longitude - LON).max() < 1e-11
        assert np.abs(height - height_m).max() < 2e-6


def test_the_poles_and_the_axis_have_a_latitude():
    latitude, longitude, height = geodetic_of([[0, 0, 7e6], [0, 0, -7e6]])
    assert latitude.tolist() == [90, -90]
    assert np.all(np.isfinite(longitude))
    assert height == pytest.approx([7e6 - WGS84.polar_m] * 2)


def test_range_and_angles_are_those_of_proj():
    """Bars: 0.01 m and 0.0005 degrees."""
    azimuth = RNG.uniform(0, 360, N)
    angle = RNG.uniform(0.01, 0.98, N) * horizon_off_nadir_deg(SATELLITES, look_azimuth_deg=azimuth)
    seen = look(SATELLITES, off_nadir_deg=angle, look_azimuth_deg=azimuth)
    for n in range(N):
        az, from_zenith, distance = topocentric(SATELLITES[n], seen.target_m[n])
        assert distance == pytest.approx(seen.slant_range_m[n], abs=1e-3)
        assert 180 - from_zenith == pytest.approx(angle[n], abs=1e-6)
        assert apart(az, azimuth[n]) < 1e-4
        az, from_zenith, _ = topocentric(seen.target_m[n], SATELLITES[n])
        assert from_zenith == pytest.approx(seen.incidence_deg[n], abs=1e-6)
        assert apart(az, seen.satellite_azimuth_deg[n]) < 1e-4


def test_a_look_ends_on_the_ground():
    seen = look(SATELLITES, off_nadir_deg=5.0, look_azimuth_deg=123.0)
    assert np.abs(geodetic_of(seen.target_m)[2]).max() < 1e-6


@pytest.mark.parametrize("off_nadir_deg", [1, 10, 20, 30, 45, 60])
@pytest.mark.parametrize("altitude_km", [250, 617, 770, 1500])
def test_on_a_sphere_it_is_the_law_of_sines(altitude_km, off_nadir_deg):
    """Wertz, SMAD, 3rd ed., equations 5-24 to 5-28: sin(incidence) = sin(off-nadir) (R + h) / R."""
    radius_km = MEAN_SPHERE.equatorial_m / 1000
    satellite = ecef_of(latitude_deg=33, longitude_deg=-70, height_m=altitude_km * 1000, on=MEAN_SPHERE)
    sine = math.sin(math.radians(off_nadir_deg)) * (radius_km + altitude_km) / radius_km
    if sine >= 1:
        with pytest.raises(InvalidSubmission, match="past the horizon"):
            look(satellite, off_nadir_deg=off_nadir_deg, look_azimuth_deg=77, on=MEAN_SPHERE)
        return
    seen = look(satellite, off_nadir_deg=off_nadir_deg, look_azimuth_deg=77, on=MEAN_SPHERE)
    incidence = math.degrees(math.asin(sine))
    arc = math.radians(incidence - off_nadir_deg)
    assert float(seen.incidence_deg) == pytest.approx(incidence, abs=1e-9)
    assert float(seen.elevation_deg) == pytest.approx(90 - incidence, abs=1e-9)
    distance = radius_km * math.sin(arc) / math.sin(math.radians(off_nadir_deg))
    assert float(seen.slant_range_m) / 1000 == pytest.approx(distance, rel=1e-9)


def test_the_horizon_of_a_sphere_is_the_angular_radius_of_the_earth():
    """Wertz, SMAD, equation 5-16: sin(rho) = R / (R + h)."""
    satellite = ecef_of(latitude_deg=-20, longitude_deg=5, height_m=617e3, on=MEAN_SPHERE)
    radius = MEAN_SPHERE.equatorial_m
    found = horizon_off_nadir_deg(satellite, look_azimuth_deg=[0, 90, 200], on=MEAN_SPHERE)
    assert found == pytest.approx([math.degrees(math.asin(radius / (radius + 617e3)))] * 3, abs=1e-9)


@pytest.mark.parametrize("nadir", list(Vertical))
def test_at_the_horizon_the_ground_is_grazed(nadir):
    azimuth = RNG.uniform(0, 360, N)
    edge = horizon_off_nadir_deg(SATELLITES, look_azimuth_deg=azimuth, nadir=nadir)
    seen = look(SATELLITES, off_nadir_deg=edge, look_azimuth_deg=azimuth, nadir=nadir)
    assert np.abs(seen.incidence_deg - 90).max() < 1e-4
    just_inside = look(SATELLITES, off_nadir_deg=edge - 0.001, look_azimuth_deg=azimuth, nadir=nadir)
    assert just_inside.is_visible.all()
    with pytest.raises(InvalidSubmission, match="horizon"):
        look(SATELLITES[:1], off_nadir_deg=edge[:1] + 0.001, look_azimuth_deg=azimuth[:1], nadir=nadir)


def test_the_two_nadirs_differ_by_the_deflection_of_the_vertical():
    """At 45 degrees and 617 km: geodetic less geocentric latitude of the satellite, which PROJ gives."""
    satellite = ecef_of(latitude_deg=45, longitude_deg=0, height_m=617e3)
    deflection = 45 - math.degrees(math.atan2(satellite[2], satellite[0]))
    below = ecef_of(latitude_deg=45, longitude_deg=0, height_m=0)
    assert float(sight(satellite, below).off_nadir_deg) < 1e-9
    assert float(sight(satellite, below, nadir=Vertical.GEOCENTRIC).off_nadir_deg) == pytest.approx(
        deflection, abs=1e-9
    )
    assert 0.17 < deflection < 0.19


def test_with_one_vertical_at_both_ends_the_choice_matters_little():
    """Incidence from off-nadir differs by less than 0.05 degrees up to 45 degrees off nadir."""
    low = ecef_of(latitude_deg=LAT, longitude_deg=LON, height_m=600e3)
    azimuth = RNG.uniform(0, 360, N)
    by = [
        look(low, off_nadir_deg=45.0, look_azimuth_deg=azimuth, nadir=v, zenith=v).incidence_deg
        for v in Vertical
    ]
    assert 0.005 < np.abs(by[0] - by[1]).max() < 0.05


def test_a_target_below_the_horizon_is_told_by_its_elevation():
    satellite = ecef_of(latitude_deg=0, longitude_deg=0, height_m=600e3)
    far = ecef_of(latitude_deg=0, longitude_deg=[10.0, 170.0], height_m=0)
    seen = sight(satellite, far)
    assert seen.is_visible.tolist() == [True, False]
    assert seen.elevation_deg[1] < 0


def test_straight_down_has_no_azimuth_and_no_nan():
    seen = look(SATELLITES, off_nadir_deg=0.0, look_azimuth_deg=50.0)
    assert seen.look_azimuth_deg.tolist() == [0.0] * N
    assert seen.satellite_azimuth_deg.tolist() == [0.0] * N
    assert np.abs(seen.incidence_deg).max() < 1e-6
    assert seen.slant_range_m == pytest.approx(HEIGHT_M, abs=1e-5)


def test_a_position_stated_by_a_vendor_gives_the_vendors_angles():
    """GeoEye-1, March 18, 2021, over 47.74 N 130.96 E: ephemeris and IMD file of 21MAR18021224-M1BS-505570424020_01_P001
    (public test data of github.com/Terradue/Stars).  Off nadir 22.4 to 24.6, elevation 63.1 to 64.7, azimuth 44.9 to 47.5."""
    seen = sight(
        [-3186385.57, 3300777.745, 5362204.945],
        ecef_of(latitude_deg=47.737, longitude_deg=130.963, height_m=107),
    )
    assert 22.4 <= float(seen.off_nadir_deg) <= 24.6
    assert 63.1 <= float(seen.elevation_deg) <= 64.7
    assert 44.9 <= float(seen.satellite_azimuth_deg) <= 47.5


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param({"off_nadir_deg": float("nan")}, "off_nadir_deg", id="not a number"),
        pytest.param({"off_nadir_deg": float("inf")}, "off_nadir_deg", id="infinite"),
        pytest.param({"off_nadir_deg": -1.0}, "off_nadir_deg", id="negative"),
        pytest.param({"off_nadir_deg": 70.0}, "off_nadir_deg", id="past the horizon"),
        pytest.param({"look_azimuth_deg": float("nan")}, "look_azimuth_deg", id="azimuth not a number"),
    ],
)
def test_a_look_that_cannot_be_is_refused_by_name(change, named):
    satellite = ecef_of(latitude_deg=0, longitude_deg=0, height_m=600e3)
    with pytest.raises(InvalidSubmission) as refused:
        look(satellite, **{"off_nadir_deg": 10.0, "look_azimuth_deg": 0.0} | change)
    assert list(refused.value.problems) == [named]


def test_a_satellite_in_the_ground_and_a_target_in_the_satellite_are_refused():
    with pytest.raises(InvalidSubmission, match="below the ground"):
        horizon_off_nadir_deg([6e6, 0, 0], look_azimuth_deg=0)
    with pytest.raises(InvalidSubmission, match="where the satellite is"):
        sight([7e6, 0, 0], [7e6, 0, 0])
    with pytest.raises(InvalidSubmission, match="satellite_m"):
        sight([float("nan"), 0, 0], [7e6, 0, 0])


def test_angles_cannot_be_passed_by_position():
    with pytest.raises(TypeError):
        look(SATELLITES, 20.0, 90.0)


def test_an_ellipsoid_of_equal_radii_is_a_sphere():
    assert Ellipsoid(equatorial_m=1.0, polar_m=1.0).eccentricity2 == 0
