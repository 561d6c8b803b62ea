"""Element sets: what is read, what is refused and with which words, and SGP4 against its published vectors."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest
import sgp4
from sgp4.api import Satrec
from skyfield.api import EarthSatellite, load, wgs84
from skyfield.framelib import itrs

from rsiwg.errors import InvalidSubmission
from rsiwg.intake.element_sets import read_element_sets, read_element_text, tle_checksum
from rsiwg.sensing.elements import mean_elements, sun_synchronous_inclination_deg, walker
from rsiwg.sensing.orbits import between, geodetic, propagate, teme, up_vectors
from rsiwg.sensing.sun import sun_elevation_deg
from rsiwg.settings import Limits

EPOCH = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
# Vanguard 1, from the verification set of Vallado et al., AIAA 2006-6753.
LINE_1 = "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753"
LINE_2 = "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667"
VERIFICATION = Path(sgp4.__file__).parent


def read(text):
    return read_element_text(text, Limits(), epoch=EPOCH)


def problems(text):
    with pytest.raises(InvalidSubmission) as refused:
        read(text)
    return refused.value.problems


def refit(line):
    """The line with the checksum it should have."""
    return line[:68] + str(tle_checksum(line))


def unix_s(elements):
    return elements.epoch_days * 86400 - 631238400  # 1949-12-31 is 7306 days before 1970


def verification_cases():
    lines = (VERIFICATION / "SGP4-VER.TLE").read_text().splitlines()
    wanted, number = {}, None
    for line in (VERIFICATION / "tcppver.out").read_text().splitlines():
        words = line.split()
        if line.endswith(" xx"):
            number = words[0]
            wanted[number] = []
        elif words:
            wanted[number].append([float(w) for w in words[:7]])
    for n, line in enumerate(lines):
        if line.startswith("1 "):
            yield line[:69] + "\n" + lines[n + 1][:69], wanted[str(int(line[2:7]))]


def test_sgp4_gives_its_published_verification_vectors_within_a_millimetre():
    seen, refused = 0, []
    for text, vectors in verification_cases():
        try:
            elements = read(text).elements[0]
        except InvalidSubmission as exc:
            refused.append((text[2:7], *exc.problems))
            continue
        record = elements.satrec()
        for minute, *vector in vectors:
            error, exact, _ = record.sgp4_tsince(minute)
            assert error or np.abs(np.array(exact) - vector[:3]).max() < 1e-6
            # As a date a time is good to a microsecond, in which a satellite flies a centimetre.
            error, [dated], _ = (
                rows[0] for rows in teme([elements], np.array([unix_s(elements) + 60 * minute]))
            )
            assert error.any() or np.abs(dated - vector[:3]).max() < 1e-5
        seen += 1
    # The others are there to be refused: an orbit below the ground, and three with wrong checksums.
    assert seen == 29
    assert refused == [
        ("28872", "line 2, MEAN_MOTION"),
        ("33333", "line 1, column 69"),
        ("33334", "line 1, column 69"),
        ("33335", "line 1, column 69"),
    ]


def test_a_tle_is_read_as_the_sgp4_package_reads_it():
    read_here, there = (
        read(f"VANGUARD 1\r\n{LINE_1}\r\n{LINE_2}\r\n\r\n").elements[0],
        Satrec.twoline2rv(LINE_1, LINE_2),
    )
    assert read_here.name == "VANGUARD 1"
    assert read_here.object_id == "1958-002B"
    here = read_here.satrec()
    assert here.jdsatepoch == there.jdsatepoch
    assert here.jdsatepochF == pytest.approx(there.jdsatepochF, abs=1e-11)  # a microsecond
    for field in ("bstar", "ecco", "inclo", "nodeo", "argpo", "mo", "no_kozai", "satnum"):
        assert getattr(here, field) == pytest.approx(getattr(there, field), rel=1e-15)


def test_alpha_5_numbers_are_read():
    lines = [refit(line[:2] + "E8493" + line[7:]) for line in (LINE_1, LINE_2)]
    assert read("\n".join(lines)).elements[0].norad_id == 148493  # Space-Track, Alpha-5: E is 14


def test_a_wrong_checksum_is_refused_with_the_right_one():
    assert problems(LINE_1[:68] + "9\n" + LINE_2) == {
        "line 1, column 69": "the checksum is '9' and should be 3: the line was damaged or made up; fetch the set again"
    }


@pytest.mark.parametrize(
    ("text", "where"),
    [
        pytest.param(LINE_1[:-1] + "\n" + LINE_2, "line 1, column 69", id="a column short"),
        pytest.param(LINE_1 + "\n" + LINE_2 + "0", "line 2, column 70", id="a column long"),
        pytest.param(LINE_1, "line 1, column 1", id="no line 2"),
        pytest.param(LINE_2, "line 1, column 1", id="no line 1"),
        pytest.param(LINE_1 + "\n" + refit("2 00006" + LINE_2[7:]), "line 2, column 3", id="lines of two satellites"),
        pytest.param(LINE_1.replace(".78495062", ".7849506O") + "\n" + LINE_2, "line 1, column 21", id="letter O in the epoch"),
        pytest.param(refit(LINE_1.replace("00179.", "00399.")) + "\n" + LINE_2, "line 1, column 21", id="day 399"),
        pytest.param(refit(LINE_1.replace("58002B", "24002B")) + "\n" + LINE_2, "line 1, column 10", id="launched after the epoch"),
        pytest.param(LINE_1.replace("U 58", "U\t58") + "\n" + LINE_2, "line 1, column 9", id="a tab"),
        pytest.param(LINE_1 + "\n" + refit(LINE_2.replace(" 34.2682", "234.2682")), "line 2, INCLINATION", id="inclination 234"),
        pytest.param(LINE_1 + "\n" + refit(LINE_2.replace("10.8241", "17.9241")), "line 2, MEAN_MOTION", id="below the ground"),
        pytest.param(LINE_1 + "\n" + refit(LINE_2.replace("10.8241", "00.0000").replace("9157", "0000")), "line 2, MEAN_MOTION", id="no motion"),
        pytest.param("hello\nworld", "line 2, column 1", id="prose"),
        pytest.param("", "tle", id="nothing"),
    ],
)  # fmt: skip
def test_a_tle_is_refused_with_its_line_and_column(text, where):
    assert list(problems(text)) == [where]


def test_a_set_without_any_drag_is_taken_and_remarked_upon():
    lines = refit(LINE_1.replace(".00000023", ".00000000").replace("28098-4", "00000-0")), LINE_2
    assert "every drag term is zero" in read("\n".join(lines)).remarks[0]


OMM = {
    "OBJECT_NAME": "VANGUARD 1",
    "OBJECT_ID": "1958-002B",
    "EPOCH": "2000-06-27T18:50:19.733568",
    "MEAN_MOTION": 10.82419157,
    "ECCENTRICITY": 0.1859667,
    "INCLINATION": 34.2682,
    "RA_OF_ASC_NODE": 348.7242,
    "ARG_OF_PERICENTER": 331.7664,
    "MEAN_ANOMALY": 19.3264,
    "NORAD_CAT_ID": 5,
    "BSTAR": "2.8098e-5",
    "MEAN_MOTION_DOT": 2.3e-7,
    "MEAN_MOTION_DDOT": 0,
}


def omm_xml(**fields):
    leaves = "".join(f"<{key}>{value}</{key}>" for key, value in {**OMM, **fields}.items())
    return f'<?xml version="1.0" encoding="UTF-8"?><ndm><omm><body><segment><data>{leaves}</data></segment></body></omm></ndm>'


def omm_kvn(**fields):
    pairs = {"CCSDS_OMM_VERS": "2.0", **OMM, **fields}
    return "COMMENT made by hand\n" + "\n".join(f"{key} = {value}" for key, value in pairs.items())


@pytest.mark.parametrize("write", [lambda: json.dumps(OMM), omm_xml, omm_kvn], ids=["json", "xml", "kvn"])
def test_an_omm_gives_the_same_positions_as_the_tle(write):
    omm, tle = read(write()).elements[0], read(f"{LINE_1}\n{LINE_2}").elements[0]
    assert omm.norad_id == 5
    times = tle.epoch.timestamp() + np.arange(0, 86400, 600.0)
    _, one, _ = teme([omm], times)
    _, other, _ = teme([tle], times)
    assert np.abs(one - other).max() < 1e-4


def test_nine_digit_catalogue_numbers_are_read_from_an_omm():
    assert read(json.dumps([{**OMM, "NORAD_CAT_ID": 799500001}])).elements[0].norad_id == 799500001


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ECCENTRICITY", 1.0), ("ECCENTRICITY", -0.1), ("MEAN_MOTION", "1e3"), ("MEAN_MOTION", "nan"), ("EPOCH", "yesterday"),
        ("EPOCH", "2025-02-30T00:00:00"), ("INCLINATION", 200), ("REF_FRAME", "GCRF"), ("MEAN_ELEMENT_THEORY", "SGP4-XP"),
        ("NORAD_CAT_ID", -5), ("MEAN_ANOMALY", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "write", [lambda **f: json.dumps({**OMM, **f}), omm_xml, omm_kvn], ids=["json", "xml", "kvn"]
)
def test_an_impossible_omm_is_refused_by_field(write, field, value):
    assert field in problems(write(**{field: value}))


def test_xml_with_a_document_type_is_refused():
    assert (
        "document type" in problems(omm_xml().replace("<ndm>", '<!DOCTYPE x [<!ENTITY a "b">]><ndm>'))["tle"]
    )


def test_anything_that_is_no_text_is_refused():
    with pytest.raises(InvalidSubmission, match="UTF-8"):
        read_element_sets(b"\xff\xfe\x00", Limits(), epoch=EPOCH)


# Published: Landsat 8/9 98.2 degrees at 705 km; Sentinel-2 98.62 at 786 km; Vallado, table 11-? gives 97.4 at 500 km.
@pytest.mark.parametrize(("altitude_km", "inclination_deg"), [(705, 98.2), (786, 98.62), (500, 97.4)])
def test_a_sun_synchronous_inclination_is_the_published_one(altitude_km, inclination_deg):
    assert sun_synchronous_inclination_deg(altitude_km) == pytest.approx(inclination_deg, abs=0.1)


def test_a_sun_synchronous_orbit_keeps_its_local_time():
    orbit = mean_elements(name="x", epoch=EPOCH, altitude_km=617, ltan_h=22.5)
    nodes = []
    for day in (0, 90):
        times = EPOCH.timestamp() + day * 86400 + np.arange(0, 6000, 1.0)
        place = geodetic(propagate([orbit], times).position_km[0])
        n = int(np.flatnonzero((place.latitude_deg[:-1] < 0) & (place.latitude_deg[1:] >= 0))[0])
        nodes.append((times[n] / 3600 + place.longitude_deg[n] / 15) % 24)
    # Mean solar time is UTC plus longitude / 15; it moves by minutes only in a quarter of a year.
    assert nodes[0] == pytest.approx(22.5, abs=0.02)
    assert nodes[1] == pytest.approx(22.5, abs=0.1)


def test_the_altitude_of_mean_elements_is_that_of_the_mean_radius():
    orbit = mean_elements(name="x", epoch=EPOCH, altitude_km=705, ltan_h=10)
    radius = np.linalg.norm(
        propagate([orbit], EPOCH.timestamp() + np.arange(0, orbit.period_s, 10.0)).position_km, axis=-1
    )
    assert radius.mean() - 6378.137 == pytest.approx(705, abs=0.3)
    assert 86400 / orbit.mean_motion_rev_day == pytest.approx(
        98.88 * 60, abs=3
    )  # 233 revolutions in 16 days (USGS)


def test_a_walker_constellation_is_what_its_notation_says():
    shell = walker(epoch=EPOCH, altitude_km=550, inclination_deg=53, satellites=24, planes=3, phasing=1)
    assert [e.raan_deg for e in shell[::8]] == [0, 120, 240]
    assert shell[1].mean_anomaly_deg - shell[0].mean_anomaly_deg == 45
    assert shell[8].mean_anomaly_deg == 15  # 360 f / t
    assert read("walker 53:24/3/1 @550km").elements == shell


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("walker 53:25/3/1 @550km", "line 1, walker"), ("walker 53:24/3/3 @550km", "line 1, walker"), ("walker 53", "line 1, walker"),
        ("walker 53:24/3/1 @5km", "line 1, altitude_km"), ("orbit ltan=10:30", "line 1, altitude_km"),
        ("orbit altitude_km=617 ltan=25:00", "line 1, ltan"), ("orbit altitude_km=617 ltan=10:30 raan_deg=4", "line 1, ltan"),
        ("orbit altitude_km=nan", "line 1, altitude_km"), ("orbit altitude_km=9000", "line 1, inclination_deg"),
        ("orbit altitude_km=617 colour=red", "line 1, colour"), ("orbit altitude_km=500 inclination_deg=97 eccentricity=0.2", "line 1, MEAN_MOTION"),
    ],
)  # fmt: skip
def test_a_described_orbit_is_refused_by_field(text, field):
    assert list(problems(text)) == [field]


def test_a_stale_set_is_flagged_and_one_of_another_age_refused():
    vanguard = read(f"{LINE_1}\n{LINE_2}").elements[0]
    near = vanguard.epoch + dt.timedelta(days=14)
    assert vanguard.staleness(vanguard.epoch, near) is None
    assert "stale" in vanguard.staleness(vanguard.epoch, near + dt.timedelta(seconds=60))
    with pytest.raises(InvalidSubmission, match="over 3,650 days"):
        vanguard.staleness(EPOCH, EPOCH)


def skyfield_positions(elements, times):
    scale = load.timescale(delta_t=69.184)  # so that UT1 is UTC, as here
    when = scale.from_datetimes([dt.datetime.fromtimestamp(t, dt.UTC) for t in times])
    place = EarthSatellite.from_satrec(elements.satrec(), scale).at(when)
    return place, place.frame_xyz(itrs).km.T


def test_positions_and_points_below_are_those_of_skyfield():
    orbit = mean_elements(name="x", epoch=EPOCH, altitude_km=617, ltan_h=10.5)
    times = EPOCH.timestamp() + np.arange(0, 86400, 977.0)
    place, xyz = skyfield_positions(orbit, times)
    here = propagate([orbit], times).position_km[0]
    assert np.abs(here - xyz).max() < 2e-6
    below, ours = wgs84.geographic_position_of(place), geodetic(here)
    assert np.abs(below.latitude.degrees - ours.latitude_deg).max() < 1e-7
    assert np.abs(below.elevation.km - ours.altitude_km).max() < 1e-5
    assert np.abs(np.degrees(np.arcsin(up_vectors(here)[:, 2])) - ours.latitude_deg).max() < 1e-8


def test_the_sun_stands_where_meeus_has_it():
    # skyfield's ephemeris is a download; Meeus, Astronomical Algorithms, 2nd ed., example 25.a: 1992-10-13 00:00 TD, RA 198.38083, declination -7.78507.
    at = dt.datetime(1992, 10, 13, tzinfo=dt.UTC).timestamp() - 59.0  # TD - UTC was 59 s
    gast_deg = load.timescale(builtin=True).from_datetime(dt.datetime.fromtimestamp(at, dt.UTC)).gast * 15
    subsolar = (198.38083 - gast_deg + 180) % 360 - 180
    assert sun_elevation_deg(at, subsolar, -7.78507) == pytest.approx(90, abs=0.02)
    assert sun_elevation_deg(at, subsolar + 90, 0) == pytest.approx(0, abs=0.02)


def test_positions_between_the_nodes_are_within_a_metre():
    orbit = mean_elements(name="x", epoch=EPOCH, altitude_km=450, ltan_h=10.5)
    start = EPOCH.timestamp()
    times = start + np.random.default_rng(1).uniform(0, 6000, 200)
    position, _ = between(
        propagate([orbit], start + np.arange(0, 6001, 60.0)), np.zeros(200, dtype=np.int64), times
    )
    assert np.linalg.norm(position - propagate([orbit], times).position_km[0], axis=1).max() < 0.001


def test_a_satellite_that_decays_is_named_and_leaves_no_nan():
    # The verification set says of 22312 that it decayed on 2006-04-04, on its day of epoch.
    text = next(text for text, _ in verification_cases() if text.startswith("1 22312"))
    elements = read(text).elements[0]
    track = propagate([elements], elements.epoch.timestamp() + np.arange(0, 5 * 86400, 600.0))
    assert track.failures[0].satellite == 0
    assert 0 < track.failures[0].from_unix_s - elements.epoch.timestamp() < 86400
    assert np.isfinite(track.position_km).all()
    assert (track.position_km[0, -1] == 0).all()
