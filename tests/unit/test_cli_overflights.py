"""rsiwg sensing access, revisit and footprint as processes: what they print, and what they refuse."""

import json
import subprocess
import sys

import pytest

from rsiwg.intake.element_sets import tle_checksum

ORBIT = "orbit altitude_km=617 ltan=01:30 name=EXAMPLE"
SQUARE = '{"type": "Polygon", "coordinates": [[[34.7, 32.0], [34.9, 32.0], [34.9, 32.2], [34.7, 32.2], [34.7, 32.0]]]}'
TWO = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"name": "here"}, "geometry": json.loads(SQUARE)},
            {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[179, 0], [181, 0], [181, 2], [179, 0]]]}},
        ],
    }
)  # fmt: skip
LINES = (
    "1 40115U 14048A   26329.00000000  .00000450  00000-0  60000-4 0  999",
    "2 40115  97.8361  86.4529 0001000  90.0000   0.0000 14.84385557    1",
)
WHEN = ("--start", "2026-11-25", "--days", "3")


def run(*arguments, stdin=None):
    return subprocess.run(
        [sys.executable, "-m", "rsiwg.cli", "sensing", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        input=stdin,
        timeout=120,
    )


@pytest.fixture
def tle(tmp_path):
    file = tmp_path / "set.tle"
    file.write_text("\n".join(["EXAMPLE-3", *(line + str(tle_checksum(line)) for line in LINES)]))
    return file


@pytest.fixture
def aoi(tmp_path):
    file = tmp_path / "aoi.geojson"
    file.write_text(SQUARE)
    return file


def test_access_by_the_contract_of_the_command(tle, aoi):
    done = run("access", "--tle", tle, "--aoi", aoi, *WHEN, "--max-off-nadir-deg", 30, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["satellites"][0]["norad_id"] == 40115
    assert answer["accesses"]
    for one in answer["accesses"]:
        assert one["rise"] <= one["culmination"] <= one["set"]
        assert one["off_nadir_deg"] <= 30
        assert one["mean_gsd_m"] is None


def test_each_area_of_a_file_counts_by_itself(tmp_path, tle):
    file = tmp_path / "two.geojson"
    file.write_text(TWO)
    done = run(
        "access",
        "--tle",
        tle,
        "--aoi",
        file,
        *WHEN,
        "--max-off-nadir-deg",
        45,
        "--ifov-urad",
        0.5,
        "--limit-m",
        0.35,
        "--json",
    )
    answer = json.loads(done.stdout)
    assert [target["name"] for target in answer["targets"]] == ["here", "area 2"]
    for number, target in enumerate(answer["targets"]):
        mine = [one for one in answer["accesses"] if one["target"] == number]
        assert target["accesses"] == len(mine) > 0
        assert target["finer_than_limit"] == sum(one["cross_view_gsd_m"] < 0.35 for one in mine)


def test_restrictions_of_the_rulebook_are_counted_in_a_sentence():
    done = run(
        "access", "--orbit", ORBIT, "--restrictions", "--start", "2026-11-25", "--days", "30", "--max-off-nadir-deg", "45",
        "--nadir-gsd-m", "0.31", "--altitude-km", "617",
    )  # fmt: skip
    assert done.returncode == 0
    assert "this system can see Israel: resolution of disseminated imagery 4" in done.stdout
    assert "of them finer than its limit of 0.4 m" in done.stdout


def test_the_map_is_one_file(tmp_path, aoi):
    file = tmp_path / "map.html"
    done = run("access", "--orbit", ORBIT, "--aoi", aoi, *WHEN, "--max-off-nadir-deg", 45, "--map", file)
    assert done.returncode == 0, done.stderr
    assert 'id="timeline"' in file.read_text("utf-8")


def test_a_stale_set_is_flagged(tle, aoi):
    done = run("access", "--tle", tle, "--aoi", aoi, "--start", "2026-12-20", "--days", "1", "--json")
    answer = json.loads(done.stdout)
    assert answer["satellites"][0]["stale"] is True
    assert any("stale" in warning for warning in answer["warnings"])


def test_revisit_by_latitude():
    done = run(
        "revisit",
        "--orbit",
        "walker 53:4/2/1 @550km",
        *WHEN,
        "--max-off-nadir-deg",
        45,
        "--latitudes-deg",
        "0,70",
        "--json",
    )
    rows = json.loads(done.stdout)["latitudes"]
    assert rows[0]["mean_revisit_h"] > 0
    assert rows[1] == {
        "latitude_deg": 70.0,
        "looks_per_day": 0.0,
        "mean_revisit_h": None,
        "longest_gap_h": 72.0,
    }


def test_footprint_with_swath_and_field_of_regard(tle):
    done = run(
        "footprint", "--tle", tle, "--at", "2026-11-25T10:00:00Z", "--across-deg", 1.2, "--along-deg", 1.2, "--roll-deg", -20, "--minutes", 20,
        "--max-off-nadir-deg", 45, "--json",
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert answer["off_nadir_deg"] == pytest.approx(20)
    assert {"footprint", "swath", "ground_track", "field_of_regard"} <= answer.keys()


REFUSED = [
    (("access", "--orbit", ORBIT, *WHEN), "aoi"),
    (("access", "--restrictions", *WHEN), "tle"),
    (("access", "--orbit", "orbit altitude_km=617 ltan=99:00", "--restrictions", *WHEN), "line 1, ltan"),
    (("access", "--orbit", ORBIT, "--restrictions", "--start", "2026-11-25", "--days", "nan"), "days"),
    (("access", "--orbit", ORBIT, "--restrictions", "--start", "2026-11-25", "--days", "1e9"), "days"),
    (("access", "--orbit", ORBIT, "--restrictions", *WHEN, "--max-off-nadir-deg", "70"), "max_off_nadir_deg"),
    (("access", "--orbit", ORBIT, "--restrictions", *WHEN, "--nadir-gsd-m", "0.3"), "altitude_km"),
    (
        ("access", "--orbit", ORBIT, "--restrictions", *WHEN, "--nadir-gsd-m", "-1", "--altitude-km", "617"),
        "nadir_gsd_m",
    ),
    (("revisit", "--orbit", ORBIT, *WHEN, "--latitudes-deg", "0,91"), "latitudes_deg"),
    (("revisit", "--orbit", ORBIT, *WHEN, "--least-sun-elevation-deg", "nan"), "least_sun_elevation_deg"),
    (("revisit", "--orbit", ORBIT, *WHEN, "--stale-after-days", "nan"), "stale_after_days"),
    (("footprint", "--across-deg", "1"), "altitude_km"),
    (("footprint", "--altitude-km", "nan", "--across-deg", "1"), "altitude_km"),
    (("footprint", "--altitude-km", "617", "--swath-km", "inf"), "swath_km"),
    (("footprint", "--orbit", ORBIT, "--across-deg", "1"), "at"),
    (("footprint", "--altitude-km", "617", "--across-deg", "1", "--off-nadir-deg", "75"), "off_nadir_deg"),
]


@pytest.mark.parametrize(
    ("arguments", "field"), REFUSED, ids=[f"{a[0]} {f} {n}" for n, (a, f) in enumerate(REFUSED)]
)
def test_what_cannot_be_ends_with_3_and_names_the_field(arguments, field):
    done = run(*arguments)
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    assert f"  {field}: " in done.stderr
    assert "Traceback" not in done.stderr


def test_elements_from_another_age_and_damaged_ones_are_refused(tle, aoi):
    done = run("access", "--tle", tle, "--aoi", aoi, "--start", "1990-01-01", "--days", "1")
    assert done.returncode == 3
    assert "no element set reaches that far" in done.stderr
    done = run("access", "--tle", "-", "--aoi", aoi, *WHEN, stdin="\n".join(line + "0" for line in LINES))
    assert done.returncode == 3
    assert "column 69: the checksum is '0' and should be" in done.stderr
