"""Ground sample distance, held to published figures, real scenes and other ways to the same number."""

import math

import numpy as np
import pyproj
import pytest
from sgp4.api import Satrec
from skyfield.api import EarthSatellite, load, wgs84

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.altitude import altitude_profile
from rsiwg.sensing.gsd import collected_gsd, horizon_of_sphere_deg, ifov_urad_of_nadir, ifov_urad_of_optics
from rsiwg.sensing.gsd_table import FOUND, GIVEN, gsd_table, looks_from_range, one_look
from rsiwg.sensing.viewing import Vertical, ecef_of, horizon_off_nadir_deg, look

TLE = {
    # As found in public code, with right checksums; WorldView-1 two weeks before its scene, the others years away.
    "WV01": ("1 32060U 07041A   18258.02295190  .00000790  00000-0  35109-4 0  9993",
             "2 32060  97.3879  16.4069 0002228  57.6683  54.8987 15.24397549611548"),
    "WV02": ("1 35946U 09055A   18106.18982368 -.00000099  00000-0 -18378-4 0  9998",
             "2 35946  98.4729 183.8200 0001770 165.0632 195.0663 14.37587360447041"),
    "WV03": ("1 40115U 14048A   26114.26139334  .00000689  00000+0  87180-4 0  9993",
             "2 40115  97.8579 189.8383 0002768 112.4313 247.7195 14.84928730633908"),
    "GE01": ("1 33331U 08042A   26114.25198896  .00000358  00000+0  76150-4 0  9997",
             "2 33331  98.1250 188.8638 0003346 215.2816 144.8165 14.64673209942256"),
}  # fmt: skip
IFOV_URAD = {"WV01": 0.50 / 0.496, "WV02": 8 / 13.3, "WV03": 8 / 16.0, "GE01": 8 / 13.3}
"""Datasheets: WorldView-1 0.50 m at 496 km; detector pitch 8 µm behind 13.3 m (WorldView-2, GeoEye-1) and 16 m (WorldView-3)."""

SCENES = [
    # satellite, pan or multispectral (1 or 4 elements), latitude, off-nadir, elevation and azimuth of the satellite, mean GSD
    pytest.param("WV01", 1, -0.855, 19.4, 69.0, 265.8, 0.550, id="18OCT02053604-P1BS-502544562030_01_P007"),
    pytest.param("WV02", 4, -0.919, 36.6, 48.1, 41.4, 2.824, id="18OCT01022604-M1BS-502541638020_01_P003"),
    pytest.param("WV03", 4, -0.875, 1.6, 88.3, 21.2, 1.234, id="18OCT02025047-M1BS-502541534010_01_P003"),
    pytest.param("GE01", 4, 12.497, 22.0, 65.4, 197.8, 1.882, id="21SEP14082709-M1BS-014379587010_01_P001"),
    pytest.param("GE01", 4, 47.737, 23.7, 63.8, 45.9, 1.943, id="21MAR18021224-M1BS-505570424020_01_P001"),
    pytest.param("GE01", 1, 58.656, 26.9, 60.0, 270.1, 0.505, id="16AUG31104614-S3DS-056956784010_01_P001"),
    pytest.param("WV02", 1, -33.437, 14.4, 73.7, 312.9, 0.499, id="09DEC06145803-P1BS-052869858050_01_P002"),
]
"""Vendors' IMD files in public repositories: the first six in the test data of github.com/Terradue/Stars, the last over
Santiago in test data of RPC readers.  meanCollectedGSD, meanOffNadirViewAngle, meanSatEl, meanSatAz; latitude of the middle."""


@pytest.mark.parametrize(
    ("nadir_gsd_m", "altitude_km", "off_nadir_deg", "published_m"),
    [
        pytest.param(0.50, 496, 20, 0.55, id="WorldView-1"),
        pytest.param(0.46, 770, 20, 0.52, id="WorldView-2"),
        pytest.param(0.31, 617, 20, 0.34, id="WorldView-3"),
        pytest.param(0.61, 450, 25, 0.72, id="QuickBird"),
    ],
)
def test_datasheets_say_the_same_off_nadir(nadir_gsd_m, altitude_km, off_nadir_deg, published_m):
    """DigitalGlobe's datasheets give nadir and off-nadir GSD, rounded to the centimetre on both sides."""
    ifov = ifov_urad_of_nadir(nadir_gsd_m=nadir_gsd_m, altitude_km=altitude_km)
    found = float(
        collected_gsd(ifov_urad=ifov, altitude_km=altitude_km, off_nadir_deg=off_nadir_deg).mean_gsd_m
    )
    assert found == pytest.approx(published_m, rel=0.5 * 0.01 / nadir_gsd_m + 0.5 * 0.01 / published_m)


@pytest.mark.parametrize(
    ("satellite", "elements", "latitude", "off_nadir", "elevation", "azimuth", "mean_m"), SCENES
)
def test_the_mean_gsd_of_real_scenes(satellite, elements, latitude, off_nadir, elevation, azimuth, mean_m):
    found = collected_gsd(
        ifov_urad=IFOV_URAD[satellite] * elements,
        off_nadir_deg=off_nadir,
        altitude_km=altitude_profile(Satrec.twoline2rv(*TLE[satellite])),
        latitude_deg=latitude,
        look_azimuth_deg=(azimuth + 180) % 360,
    )
    assert float(found.mean_gsd_m) == pytest.approx(mean_m, rel=0.0095)
    # Off-nadir and elevation are rounded to 0.1 and are means over scenes in which they vary by up to 2 degrees.
    assert float(found.incidence_deg) == pytest.approx(90 - elevation, abs=0.25)


TILES = [
    ("GE01", 44.10, 26.5, 79.4, 60.4, 0.50), ("GE01", 44.12, 26.9, 81.5, 60.0, 0.50), ("GE01", 44.20, 25.8, 83.4, 61.3, 0.49),
    ("WV03", 44.35, 18.3, 15.9, 69.9, 0.34), ("WV03", 44.30, 18.1, 14.5, 70.0, 0.34), ("WV03", 20.47, 23.7, 185.6, 63.8, 0.36),
    ("WV03", 20.02, 23.4, 187.5, 64.1, 0.36), ("WV03", -29.2, 27.6, 65.3, 59.4, 0.39), ("WV03", -29.2, 26.9, 64.5, 60.2, 0.38),
    ("WV02", 44.25, 2.3, 218.4, 87.4, 0.47), ("WV02", 44.45, 27.2, 179.7, 59.2, 0.57), ("WV02", 44.50, 27.3, 178.6, 59.0, 0.58),
    ("WV02", 44.10, 15.2, 332.5, 72.9, 0.50), ("WV02", 44.05, 15.6, 330.6, 72.5, 0.50), ("WV02", -29.42, 8.9, 133.5, 80.0, 0.48),
    ("WV02", -29.55, 9.3, 5.0, 79.6, 0.48),
]  # fmt: skip
"""Tiles of Maxar's open data (github.com/opengeos/maxar-open-data: Emilia-Romagna 2023, Bay of Bengal 2023, Brazil 2024): satellite,
latitude of the tile, view:off_nadir, view:azimuth, view:incidence_angle (which is the elevation) and gsd, rounded as published."""


def test_incidence_and_gsd_of_published_tiles():
    """Bar for incidence: 0.12 degrees at the 95th percentile; off-nadir and elevation are rounded to 0.1."""
    errors_deg, errors_m = [], []
    for satellite, latitude, off_nadir, azimuth, elevation, gsd_m in TILES:
        found = collected_gsd(
            ifov_urad=IFOV_URAD[satellite],
            off_nadir_deg=off_nadir,
            altitude_km=altitude_profile(Satrec.twoline2rv(*TLE[satellite])),
            latitude_deg=latitude,
            look_azimuth_deg=(azimuth + 180) % 360,
        )
        errors_deg.append(abs(float(found.incidence_deg) - (90 - elevation)))
        errors_m.append(abs(float(found.mean_gsd_m) - gsd_m))
    assert np.percentile(errors_deg, 95) < 0.12
    assert max(errors_m) < 0.0075
    assert np.mean(errors_m) < 0.0035  # of which rounding to the centimetre makes 0.0025


def test_vendors_measure_off_nadir_from_the_geodetic_nadir():
    """The incidence of the same tiles is three times farther off if their off-nadir angle is read as geocentric."""
    errors = {nadir: [] for nadir in Vertical}
    for satellite, latitude, off_nadir, azimuth, elevation, _ in TILES:
        profile = altitude_profile(Satrec.twoline2rv(*TLE[satellite]))
        for nadir, found in errors.items():
            stands = latitude
            for _ in range(4):
                height_m = 1000 * profile(np.array(stands))
                seen = look(
                    ecef_of(latitude_deg=stands, longitude_deg=0, height_m=height_m),
                    off_nadir_deg=off_nadir, look_azimuth_deg=azimuth + 180, nadir=nadir,
                )  # fmt: skip
                stands += latitude - float(seen.target_latitude_deg)
            found.append(float(seen.elevation_deg) - elevation)
    rms = {nadir: np.sqrt(np.mean(np.square(found))) for nadir, found in errors.items()}
    assert rms[Vertical.GEODETIC] < 0.06
    assert rms[Vertical.GEOCENTRIC] > 2 * rms[Vertical.GEODETIC]


@pytest.mark.parametrize(
    ("nadir_gsd_m", "altitude_km", "elements", "off_nadir", "mean_m"),
    [
        pytest.param(0.50, 496, 1, 19.4, 0.550, id="WorldView-1"),
        pytest.param(0.46, 770, 4, 36.6, 2.824, id="WorldView-2, multispectral"),
        pytest.param(0.46, 770, 1, 14.4, 0.499, id="WorldView-2"),
        pytest.param(0.31, 617, 4, 1.6, 1.234, id="WorldView-3, multispectral"),
        pytest.param(0.41, 681, 4, 22.0, 1.882, id="GeoEye-1 over 12 N"),
        pytest.param(0.41, 681, 4, 23.7, 1.943, id="GeoEye-1 over 48 N"),
        pytest.param(0.41, 681, 1, 26.9, 0.505, id="GeoEye-1 over 59 N"),
    ],
)
def test_the_datasheet_alone_is_within_its_bar(nadir_gsd_m, altitude_km, elements, off_nadir, mean_m):
    """Bar: 2.5 %.  The scenes above, from the datasheet's nadir GSD and altitude."""
    ifov = ifov_urad_of_nadir(nadir_gsd_m=nadir_gsd_m, altitude_km=altitude_km)
    found = collected_gsd(ifov_urad=ifov * elements, altitude_km=altitude_km, off_nadir_deg=off_nadir)
    assert float(found.mean_gsd_m) == pytest.approx(mean_m, rel=0.025)


def test_a_flat_earth_would_be_percents_off():
    found = collected_gsd(ifov_urad=0.5, altitude_km=617, off_nadir_deg=40)
    flat_m = 0.5e-6 * 617e3 / math.cos(math.radians(40))
    assert float(found.cross_view_gsd_m) / flat_m > 1.03


def test_the_two_directions_and_their_mean():
    found = collected_gsd(ifov_urad=0.5, altitude_km=617, off_nadir_deg=[0.0, 30.0])
    assert found.cross_view_gsd_m == pytest.approx(found.slant_range_km * 0.5e-3)
    assert found.along_view_gsd_m == pytest.approx(
        found.cross_view_gsd_m / np.cos(np.radians(found.incidence_deg))
    )
    assert found.mean_gsd_m == pytest.approx((found.cross_view_gsd_m + found.along_view_gsd_m) / 2)
    assert found.mean_gsd_m[0] == pytest.approx(0.3085)


def test_pitch_over_focal_length_is_the_ifov():
    assert float(ifov_urad_of_optics(pixel_pitch_um=8, focal_length_m=16)) == 0.5
    assert float(ifov_urad_of_nadir(nadir_gsd_m=0.31, altitude_km=620)) == 0.5


def test_the_satellite_stands_where_the_look_comes_from():
    """Looking north from the equator side, the satellite is south of the target by the ground arc, and lower or higher there."""

    def altitude_km(latitude):
        return 600.0 + latitude  # one kilometre a degree

    north = collected_gsd(
        ifov_urad=1.0, off_nadir_deg=40.0, altitude_km=altitude_km, latitude_deg=30.0, look_azimuth_deg=0.0
    )
    south = collected_gsd(
        ifov_urad=1.0, off_nadir_deg=40.0, altitude_km=altitude_km, latitude_deg=30.0, look_azimuth_deg=180.0
    )
    arc_deg = float(north.incidence_deg) - 40.0
    assert float(north.altitude_km) == pytest.approx(630 - arc_deg, abs=0.1)
    assert float(south.altitude_km) == pytest.approx(630 + arc_deg, abs=0.1)


def test_at_a_pole_nothing_breaks():
    found = collected_gsd(
        ifov_urad=1.0,
        off_nadir_deg=30.0,
        altitude_km=600.0,
        latitude_deg=[90.0, -90.0, 89.999],
        look_azimuth_deg=[90.0, 0.0, 200.0],
    )
    assert np.all(np.isfinite(found.mean_gsd_m))
    assert found.altitude_km.tolist() == [600.0] * 3


# ------------------------------------------------------------------------------------ altitude


@pytest.fixture(scope="module")
def revolution():
    """One revolution of WorldView-3 by skyfield: latitudes and heights of its sub-points."""
    time = load.timescale(builtin=True)
    satellite = EarthSatellite(*TLE["WV03"], ts=time)
    below = wgs84.geographic_position_of(
        satellite.at(time.tt_jd(satellite.epoch.tt + np.linspace(0, 97, 3000) / 1440))
    )
    return below.latitude.degrees, below.elevation.km


@pytest.mark.parametrize("latitude", [-75.0, -40.0, 0.0, 20.0, 60.0, 81.0])
def test_altitude_over_latitude_is_that_of_skyfield(revolution, latitude):
    degrees, km = revolution
    crossings = np.flatnonzero((degrees[:-1] - latitude) * (degrees[1:] - latitude) <= 0)
    rising = degrees[crossings + 1] > degrees[crossings]
    profile = altitude_profile(Satrec.twoline2rv(*TLE["WV03"]))
    north, south = profile.both_ways(np.array([latitude]))
    assert km[crossings][rising].mean() == pytest.approx(north[0], abs=0.1)
    assert km[crossings][~rising].mean() == pytest.approx(south[0], abs=0.1)
    assert profile(np.array([latitude]))[0] == pytest.approx((north[0] + south[0]) / 2)


def test_an_eccentric_orbit_keeps_its_perigee():
    """Molniya (satellite 08195 of SGP4-VER.TLE, Vallado et al.): lowest of 12 hours by the second, by PROJ."""
    satellite = Satrec.twoline2rv(
        "1 08195U 75081A   06176.33215444  .00000099  00000-0  11873-3 0   813",
        "2 08195  64.1586 279.0717 6877146 264.7651  20.2257  2.00491383225656",
    )
    seconds = np.arange(0, 43_200, 5)
    _, km, _ = satellite.sgp4_array(
        np.full(len(seconds), satellite.jdsatepoch), satellite.jdsatepochF + seconds / 86400
    )
    to_geodetic = pyproj.Transformer.from_crs(4978, 4979, always_xy=True)
    lowest_km = to_geodetic.transform(*(1000 * km.T))[2].min() / 1000
    profile = altitude_profile(satellite)
    assert min(profile.northbound_km.min(), profile.southbound_km.min()) == pytest.approx(lowest_km, abs=10)
    assert profile.highest_latitude_deg == pytest.approx(64.3, abs=0.3)


# ---------------------------------------------------------------------------------------- tables


def a_table(**columns):
    rows = max(len(values) for values in columns.values())
    nothing = [float("nan")] * rows
    return {name: np.array(columns.get(name, nothing), dtype=float) for name in GIVEN}


def test_good_rows_are_found_and_the_others_have_a_reason():
    nan = float("nan")
    table = gsd_table(
        a_table(
            nadir_gsd_m=[0.31, 0.31, nan, 0.31, 0.31, -1.0],
            altitude_km=[617, nan, 617, 617, 617, 617],
            off_nadir_deg=[20, 20, 20, 70, nan, 20],
        )
    )
    assert table.rows.tolist() == [0]
    assert {n: list(why) for n, why in table.problems.items()} == {
        1: ["altitude_km"], 2: ["nadir_gsd_m"], 3: ["off_nadir_deg"], 4: ["off_nadir_deg"], 5: ["nadir_gsd_m"],
    }  # fmt: skip
    assert all(np.isfinite(table.found[name]).all() for name in FOUND)
    assert table.found["mean_gsd_m"].tolist() == [
        one_look({"nadir_gsd_m": 0.31, "altitude_km": 617, "off_nadir_deg": 20}).found["mean_gsd_m"]
    ]


def test_a_table_is_its_rows_one_by_one():
    profiles = [altitude_profile(Satrec.twoline2rv(*TLE[name])) for name in ("WV02", "WV03")]
    elements = [profiles[0], None, profiles[1], profiles[0], None]
    given = a_table(
        ifov_urad=[0.6, 0.5, 0.5, 0.6, 0.5],
        altitude_km=[float("nan"), 617, 617, float("nan"), 500],
        off_nadir_deg=[10, 20, 30, 40, 0],
        latitude_deg=[10, 50, -60, 70, float("nan")],
        look_azimuth_deg=[0, 90, float("nan"), 200, float("nan")],
    )
    table = gsd_table(given, elements)
    assert table.rows.tolist() == [0, 1, 2, 3, 4]
    for n in range(5):
        row = {name: None if np.isnan(given[name][n]) else float(given[name][n]) for name in GIVEN}
        alone = one_look(row, elements[n]).found
        for name in FOUND:
            assert table.found[name][n] == pytest.approx(alone[name], rel=1e-6)


def test_an_ifov_counts_before_the_datasheet_and_says_so():
    given = {"nadir_gsd_m": 0.46, "altitude_km": 770.0, "off_nadir_deg": 0.0, "ifov_urad": 0.6}
    look = one_look(given)
    assert look.found["mean_gsd_m"] == pytest.approx(0.462)
    assert "IFOV is used" in look.remarks[0]


def test_with_elements_the_datasheets_altitude_only_gives_the_ifov():
    profile = altitude_profile(Satrec.twoline2rv(*TLE["WV03"]))
    look = one_look(
        {"nadir_gsd_m": 0.31, "altitude_km": 617.0, "off_nadir_deg": 0.0, "latitude_deg": -60.0}, profile
    )
    assert look.found["altitude_km"] == pytest.approx(float(profile(np.array([-60.0]))[0]))
    assert look.found["mean_gsd_m"] == pytest.approx(0.31 * look.found["altitude_km"] / 617)
    assert any("northbound" in remark for remark in look.remarks)
    assert any("No look azimuth" in remark for remark in look.remarks)


def test_a_range_of_altitudes_has_a_finest_and_a_coarsest_end():
    given = {"nadir_gsd_m": 0.31, "altitude_km": 617.0, "off_nadir_deg": 0.0}
    low, high = looks_from_range(given, lowest_altitude_km=560.0, highest_altitude_km=620.0)
    assert low.found["mean_gsd_m"] == pytest.approx(0.31 * 560 / 617)
    assert high.found["mean_gsd_m"] == pytest.approx(0.31 * 620 / 617)


@pytest.mark.parametrize(
    ("lowest", "highest", "change", "named"),
    [
        pytest.param(620.0, 560.0, {}, "lowest_altitude_km", id="swapped"),
        pytest.param(-1.0, 560.0, {}, "lowest_altitude_km", id="negative"),
        pytest.param(500.0, float("nan"), {}, "highest_altitude_km", id="not a number"),
        pytest.param(500.0, 600.0, {"altitude_km": None}, "altitude_km", id="no altitude for the nadir GSD"),
    ],
)
def test_a_range_that_cannot_be_is_refused_by_name(lowest, highest, change, named):
    given = {"nadir_gsd_m": 0.31, "altitude_km": 617.0, "off_nadir_deg": 0.0} | change
    with pytest.raises(InvalidSubmission) as refused:
        looks_from_range(given, lowest_altitude_km=lowest, highest_altitude_km=highest)
    assert list(refused.value.problems) == [named]


@pytest.mark.parametrize(
    ("change", "named", "said"),
    [
        pytest.param({"off_nadir_deg": 90.0}, "off_nadir_deg", "up to but not including 90", id="90 degrees"),
        pytest.param({"off_nadir_deg": -0.1}, "off_nadir_deg", "out of range", id="negative angle"),
        pytest.param(
            {"off_nadir_deg": 65.75}, "off_nadir_deg", "65.74 degrees from nadir at 617 km", id="horizon"
        ),
        pytest.param({"nadir_gsd_m": 0.0}, "nadir_gsd_m", "give metres", id="no size"),
        pytest.param({"nadir_gsd_m": float("nan")}, "nadir_gsd_m", "finite", id="not a number"),
        pytest.param({"altitude_km": 99.9}, "altitude_km", "100 to 100,000", id="too low"),
        pytest.param({"altitude_km": float("inf")}, "altitude_km", "finite", id="infinite"),
        pytest.param({"altitude_km": None}, "altitude_km", "is needed", id="no altitude"),
        pytest.param({"nadir_gsd_m": None}, "nadir_gsd_m", "ifov_urad", id="no size at all"),
        pytest.param({"latitude_deg": 90.1}, "latitude_deg", "-90 to 90", id="latitude"),
        pytest.param({"look_azimuth_deg": 361.0}, "look_azimuth_deg", "clockwise from north", id="azimuth"),
        pytest.param({"ifov_urad": -1.0}, "ifov_urad", "microradians", id="ifov"),
    ],
)
def test_what_cannot_be_is_refused_by_name_unit_and_range(change, named, said):
    given = {"nadir_gsd_m": 0.31, "altitude_km": 617.0, "off_nadir_deg": 20.0} | change
    with pytest.raises(InvalidSubmission) as refused:
        one_look(given)
    assert said in refused.value.problems[named]


def test_every_wrong_parameter_is_named_at_once():
    with pytest.raises(InvalidSubmission) as refused:
        one_look({"nadir_gsd_m": -1.0, "altitude_km": float("nan"), "off_nadir_deg": 120.0})
    assert list(refused.value.problems) == ["nadir_gsd_m", "altitude_km", "off_nadir_deg"]


@pytest.mark.parametrize(
    ("latitude", "named", "said"),
    [
        pytest.param(None, "latitude_deg", "is needed with elements", id="no latitude"),
        pytest.param(
            89.0, "latitude_deg", "not seen from this orbit, which turns at 82.2", id="never reached"
        ),
    ],
)
def test_elements_need_a_latitude_that_they_reach(latitude, named, said):
    profile = altitude_profile(Satrec.twoline2rv(*TLE["WV03"]))
    with pytest.raises(InvalidSubmission) as refused:
        one_look({"ifov_urad": 0.5, "off_nadir_deg": 10.0, "latitude_deg": latitude}, profile)
    assert said in refused.value.problems[named]


def test_a_look_from_the_side_reaches_beyond_the_turning_point():
    profile = altitude_profile(Satrec.twoline2rv(*TLE["WV03"]))
    look = one_look(
        {"ifov_urad": 0.5, "off_nadir_deg": 40.0, "latitude_deg": 84.0, "look_azimuth_deg": 0.0}, profile
    )
    assert 600 < look.found["altitude_km"] < 640


def test_a_look_the_other_way_does_not_reach_beyond_the_turning_point():
    """Looking south by 5.6 degrees of arc from at most 82.2 degrees north, 80 degrees north is never seen."""
    profile = altitude_profile(Satrec.twoline2rv(*TLE["WV03"]))
    given = {"ifov_urad": 0.5, "off_nadir_deg": 40.0, "look_azimuth_deg": 180.0}
    assert one_look({**given, "latitude_deg": 76.0}, profile).found["mean_gsd_m"] > 0
    assert one_look({**given, "latitude_deg": -84.0}, profile).found["mean_gsd_m"] > 0
    with pytest.raises(InvalidSubmission, match="not seen from this orbit"):
        one_look({**given, "latitude_deg": 80.0}, profile)


@pytest.mark.parametrize("altitude_km", [(200, 1_500), (20_000, 36_000)])
def test_the_satellite_is_found_again_from_the_target(altitude_km):
    """States made with pyproj (EPSG:4979 to 4978), looked at, and found again from the target's latitude: 0.01 m, 0.0005 degrees.

    Not over a pole, where two satellites see the same latitude at the same azimuth.
    """
    random, many = np.random.default_rng(4), 2_000
    latitude, azimuth = random.uniform(-55, 55, many), random.uniform(0, 360, many)
    height_m = random.uniform(*altitude_km, many) * 1000
    made = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True).transform(
        0 * latitude, latitude, height_m
    )
    satellite_m = np.stack(made, axis=-1)
    off_nadir = random.uniform(0, 0.85, many) * horizon_off_nadir_deg(satellite_m, look_azimuth_deg=azimuth)
    true = look(satellite_m, off_nadir_deg=off_nadir, look_azimuth_deg=azimuth)
    northmost_deg = latitude + (true.incidence_deg - off_nadir) * np.cos(np.radians(azimuth))
    plain = (np.abs(northmost_deg) < 75) & (np.abs(true.target_latitude_deg) < 75)
    found = collected_gsd(
        ifov_urad=1.0,
        off_nadir_deg=off_nadir[plain],
        altitude_km=height_m[plain] / 1000,
        latitude_deg=true.target_latitude_deg[plain],
        look_azimuth_deg=azimuth[plain],
    )
    assert plain.sum() > many / 3
    assert np.abs(found.incidence_deg - true.incidence_deg[plain]).max() < 0.0005
    assert np.abs(found.slant_range_km * 1000 - true.slant_range_m[plain]).max() < (
        1.0 if height_m.max() < 2e6 else 50.0
    )


def test_a_row_does_not_depend_on_its_neighbours():
    """The same look alone, and beside one near the pole that takes more rounds, to the last bit."""
    profile = altitude_profile(Satrec.twoline2rv(*TLE["WV03"]))
    looks = {
        "off_nadir_deg": [35.0, 20.0, 44.0],
        "latitude_deg": [47.3, 81.9, -60.0],
        "look_azimuth_deg": [33.0, 90.0, 211.0],
    }
    given = {name: np.full(3, np.nan) for name in GIVEN} | {"ifov_urad": np.full(3, 0.5)}
    given |= {name: np.array(values) for name, values in looks.items()}
    together = gsd_table(given, [profile] * 3)
    for n in range(3):
        alone = gsd_table({name: values[n : n + 1] for name, values in given.items()}, [profile])
        for name, values in alone.found.items():
            assert values[0] == together.found[name][n], name


def test_elements_that_sgp4_cannot_follow_are_refused():
    satellite = Satrec.twoline2rv(*TLE["WV03"])
    satellite.sgp4init(72, "i", 1, 27000.0, 0.0, 0.0, 0.0, 0.9999, 0.0, 1.7, 0.0, 0.06, 0.0)
    with pytest.raises(InvalidSubmission, match="SGP4 gives no orbit"):
        altitude_profile(satellite)


def test_the_horizon_of_the_sphere():
    assert horizon_of_sphere_deg(altitude_km=617) == pytest.approx(65.743, abs=0.001)
