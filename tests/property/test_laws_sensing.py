"""Laws of viewing geometry and of the finest achievable ground sample distance."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rsiwg.sensing.gsd import collected_gsd, stretch
from rsiwg.sensing.viewing import MEAN_SPHERE, Vertical, ecef_of, horizon_off_nadir_deg, look, sight

LATITUDES = st.floats(-89.9, 89.9)
AZIMUTHS = st.floats(0, 359.99)
ALTITUDES_KM = st.floats(150, 36_000)
SHARES = st.floats(0.001, 0.999)
VERTICALS = st.sampled_from(list(Vertical))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(LATITUDES, AZIMUTHS, ALTITUDES_KM, SHARES, VERTICALS, VERTICALS)
def test_forward_and_back_is_the_same_look(latitude, azimuth, altitude_km, share, nadir, zenith):
    satellite = ecef_of(latitude_deg=latitude, longitude_deg=40.0, height_m=altitude_km * 1000)
    off_nadir = share * float(horizon_off_nadir_deg(satellite, look_azimuth_deg=azimuth, nadir=nadir))
    there = look(satellite, off_nadir_deg=off_nadir, look_azimuth_deg=azimuth, nadir=nadir, zenith=zenith)
    back = sight(satellite, there.target_m, nadir=nadir, zenith=zenith)
    assert abs(float(back.off_nadir_deg) - off_nadir) < 1e-7
    assert abs((float(back.look_azimuth_deg) - azimuth + 180) % 360 - 180) < 1e-3
    assert float(back.slant_range_m) == float(there.slant_range_m)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(LATITUDES, AZIMUTHS, st.floats(150, 2000))
def test_farther_off_nadir_is_farther_flatter_and_coarser(latitude, azimuth, altitude_km):
    satellite = ecef_of(latitude_deg=latitude, longitude_deg=0.0, height_m=altitude_km * 1000)
    angles = np.linspace(0, 0.99, 25) * float(horizon_off_nadir_deg(satellite, look_azimuth_deg=azimuth))
    seen = look(satellite, off_nadir_deg=angles, look_azimuth_deg=azimuth)
    assert np.all(np.diff(seen.slant_range_m) > 0)
    assert np.all(np.diff(seen.incidence_deg) > 0)
    assert np.all(seen.incidence_deg >= angles)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(LATITUDES, st.floats(150, 2000), st.floats(1, 50), AZIMUTHS, AZIMUTHS)
def test_a_sphere_looks_alike_in_every_direction(latitude, altitude_km, off_nadir, one, other):
    satellite = ecef_of(latitude_deg=latitude, longitude_deg=0.0, height_m=altitude_km * 1000, on=MEAN_SPHERE)
    assume(off_nadir < float(horizon_off_nadir_deg(satellite, look_azimuth_deg=0, on=MEAN_SPHERE)))
    seen = look(satellite, off_nadir_deg=off_nadir, look_azimuth_deg=[one, other], on=MEAN_SPHERE)
    assert abs(seen.slant_range_m[0] - seen.slant_range_m[1]) < 1e-3
    assert abs(seen.incidence_deg[0] - seen.incidence_deg[1]) < 1e-9


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.floats(-80, 80), AZIMUTHS, st.floats(150, 2000), st.floats(0, 55))
def test_what_a_check_reckons_with_is_never_coarser_than_what_is_collected(
    latitude, azimuth, altitude_km, off_nadir
):
    """The stretch used in checks is a lower bound over every latitude and azimuth of the ellipsoid."""
    satellite = ecef_of(latitude_deg=latitude, longitude_deg=0.0, height_m=altitude_km * 1000)
    assume(off_nadir < float(horizon_off_nadir_deg(satellite, look_azimuth_deg=azimuth)) - 1)
    cross, mean = stretch(altitude_km=altitude_km, off_nadir_deg=off_nadir)
    seen = collected_gsd(
        ifov_urad=1000 / altitude_km, altitude_km=altitude_km, off_nadir_deg=off_nadir, latitude_deg=latitude,
        look_azimuth_deg=azimuth,
    )  # fmt: skip
    assert cross <= float(seen.cross_view_gsd_m) * (1 + 1e-9)
    assert mean <= float(seen.mean_gsd_m) * (1 + 1e-9)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.floats(150, 2000), st.floats(0, 50), st.floats(1.001, 1.5))
def test_a_lower_orbit_is_finer(altitude_km, off_nadir, higher):
    low = collected_gsd(ifov_urad=1.0, altitude_km=altitude_km, off_nadir_deg=off_nadir)
    assume(off_nadir < 45)
    high = collected_gsd(ifov_urad=1.0, altitude_km=altitude_km * higher, off_nadir_deg=off_nadir)
    assert float(low.cross_view_gsd_m) < float(high.cross_view_gsd_m)
    assert float(low.mean_gsd_m) < float(high.mean_gsd_m)
