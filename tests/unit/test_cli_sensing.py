"""rsiwg sensing as a person or a script meets it: real processes, exit codes, files."""

import csv
import json
import os
import subprocess
import sys
from typing import NamedTuple

import pytest

from rsiwg.cli import main
from rsiwg.intake.element_sets import tle_checksum

HEADER = (
    "id,nadir_gsd_m,ifov_urad,altitude_km,off_nadir_deg,latitude_deg,look_azimuth_deg,tle_line1,tle_line2"
)
LINES = (
    "1 40115U 14048A   26114.26139334  .00000689  00000+0  87180-4 0  9993",
    "2 40115  97.8579 189.8383 0002768 112.4313 247.7195 14.84928730633908",
)
RESULTS = [
    "cross_view_gsd_m",
    "along_view_gsd_m",
    "mean_gsd_m",
    "incidence_deg",
    "slant_range_km",
    "altitude_km",
]


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(capsys):
    """Run a command in this process; the first test runs it in one of its own."""

    def run(*arguments):
        code = main(["sensing", *map(str, arguments)])
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


@pytest.fixture
def tle(tmp_path):
    file = tmp_path / "wv3.tle"
    file.write_text("WORLDVIEW-3\n" + "\n".join(LINES) + "\n")
    return file


def test_gsd_prints_the_contract():
    look = "gsd --nadir-gsd-m 0.31 --altitude-km 617 --off-nadir-deg 20 --json"
    done = subprocess.run(
        [sys.executable, "-m", "rsiwg.cli", "sensing", *look.split()],
        capture_output=True, text=True, timeout=120, check=False, env=os.environ,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert list(found) == RESULTS
    # The law of sines on a sphere of 6371.0088 km, by hand.
    assert found["incidence_deg"] == pytest.approx(22.033, abs=0.001)
    assert found["slant_range_km"] == pytest.approx(660.87, abs=0.01)
    assert found["mean_gsd_m"] == pytest.approx(0.3451, abs=0.0001)


def test_gsd_with_elements(run, tle):
    done = run(
        "gsd", "--ifov-urad", 0.5, "--off-nadir-deg", 20, "--tle", tle, "--latitude-deg", 40, "--look-azimuth-deg", 90, "--json"
    )  # fmt: skip
    assert done.returncode == 0
    assert 610 < json.loads(done.stdout)["altitude_km"] < 630


def test_gsd_by_pixel_pitch_and_focal_length(run):
    optics = run(
        "gsd",
        "--pixel-pitch-um",
        8,
        "--focal-length-m",
        16,
        "--altitude-km",
        617,
        "--off-nadir-deg",
        0,
        "--json",
    )
    assert json.loads(optics.stdout)["mean_gsd_m"] == pytest.approx(0.3085)


def test_gsd_from_both_ends_of_a_range(run):
    look = ("--nadir-gsd-m", 0.31, "--altitude-km", 617, "--off-nadir-deg", 0)
    ends = ("--lowest-altitude-km", 560, "--highest-altitude-km", 620)
    found = json.loads(run("gsd", *look, *ends, "--json").stdout)
    assert found["lowest"]["mean_gsd_m"] == pytest.approx(0.28136, abs=1e-5)
    assert "from 620.0 km" in run("gsd", *look, *ends).stdout
    assert run("gsd", *look, *ends[:2]).returncode == 3


def test_gsd_in_words(run):
    done = run("gsd", "--nadir-gsd-m", 0.31, "--altitude-km", 617, "--off-nadir-deg", 20)
    assert "22.03° of incidence" in done.stdout
    assert "mean             0.3451 m" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        pytest.param(
            ["--nadir-gsd-m", "nan", "--altitude-km", 617, "--off-nadir-deg", 20], "nadir_gsd_m", id="nan"
        ),
        pytest.param(
            ["--nadir-gsd-m", 0.31, "--altitude-km", -5, "--off-nadir-deg", 20], "altitude_km", id="negative"
        ),
        pytest.param(
            ["--nadir-gsd-m", 0.31, "--altitude-km", 617, "--off-nadir-deg", 66], "65.74", id="horizon"
        ),
        pytest.param(["--nadir-gsd-m", 0.31, "--altitude-km", 617], "off_nadir_deg", id="no angle"),
        pytest.param(
            ["--pixel-pitch-um", 8, "--altitude-km", 617, "--off-nadir-deg", 1], "focal_length_m", id="half"
        ),
    ],
)
def test_what_cannot_be_is_3_and_named(run, arguments, named):
    done = run("gsd", *arguments)
    assert done.returncode == 3
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_damaged_elements_are_3_and_a_missing_file_is_4(run, tle, tmp_path):
    damaged = tmp_path / "damaged.tle"
    damaged.write_text(tle.read_text().replace("97.8579", "97.8578"))
    look = ("--ifov-urad", 0.5, "--off-nadir-deg", 20, "--latitude-deg", 40)
    assert run("gsd", *look, "--tle", damaged).returncode == 3
    assert run("gsd", *look, "--tle", tmp_path / "none.tle").returncode == 4
    several = tmp_path / "several.tle"
    several.write_text(tle.read_text() + tle.read_text())
    assert "holds 2 element sets" in run("gsd", *look, "--tle", several).stderr


def rows_of(file):
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_a_table_keeps_its_columns_and_gains_the_results(run, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(
        f"{HEADER},note\n"
        'a,0.31,,617,20,,,,,"commas, and ""quotes"""\n'
        f"b,,0.5,,20,40,90,{LINES[0]},{LINES[1]},\n"
        f"c,0.31,,617,20,40,90,{LINES[0]},{LINES[1]},\n"
    )
    done = run("gsd", "--csv", source, "--out", target)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    rows = rows_of(target)
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert rows[0]["note"] == 'commas, and "quotes"'
    assert all(row["error"] == "" and float(row["mean_gsd_m"]) > 0.3 for row in rows)
    assert rows[2]["altitude_km"] == "617"  # as given; the look was from elsewhere
    assert rows[1]["altitude_km"] == rows[1]["used_altitude_km"] == rows[2]["used_altitude_km"]
    single = json.loads(
        run("gsd", "--nadir-gsd-m", 0.31, "--altitude-km", 617, "--off-nadir-deg", 20, "--json").stdout
    )
    assert {name: float(rows[0][name]) for name in RESULTS} == single


def test_a_wrong_row_has_its_reason_and_the_others_are_written(run, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    bad = LINES[1][:-1] + str((tle_checksum(LINES[1]) + 1) % 10)
    source.write_text(
        f"{HEADER}\n"
        "good,0.31,,617,20,,,,\n"
        "text,0.31,,617,twenty,,,,\n"
        "nan,0.31,,617,nan,,,,\n"
        "horizon,0.31,,617,70,,,,\n"
        "nothing,,,,,,,,\n"
        f"checksum,,0.5,,20,40,90,{LINES[0]},{bad}\n"
        f"half,,0.5,,20,40,90,{LINES[0]},\n"
        f"latitude,,0.5,,20,,90,{LINES[0]},{LINES[1]}\n"
    )
    done = run("gsd", "--csv", source, "--out", target)
    assert done.returncode == 3
    assert "7 of 8 rows" in done.stderr
    rows = {row["id"]: row for row in rows_of(target)}
    assert rows["good"]["mean_gsd_m"] == "0.3451198005"
    for name, said in {
        "text": "off_nadir_deg: 'twenty' is not a number", "nan": "off_nadir_deg", "horizon": "past the horizon",
        "nothing": "off_nadir_deg", "checksum": "checksum", "half": "tle", "latitude": "latitude_deg",
    }.items():  # fmt: skip
        assert said in rows[name]["error"]
        assert all(rows[name][result] == "" for result in RESULTS if result != "altitude_km")
    assert "nan" not in target.read_text().replace("nan,0.31,,617,nan", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"a,b\n1,2\n", "no column off_nadir_deg", id="other columns"),
        pytest.param(b"off_nadir_deg,off_nadir_deg\n1,2\n", "twice", id="a column twice"),
        pytest.param(b"off_nadir_deg,mean_gsd_m\n1,2\n", "mean_gsd_m already", id="a result already there"),
        pytest.param(b"off_nadir_deg\n\xff\n", "UTF-8", id="not UTF-8"),
        pytest.param(b'off_nadir_deg\n"1"2\n', "CSV", id="quotes"),
    ],
)
def test_what_is_no_such_table_is_refused_and_nothing_is_written(run, text, said, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(text)
    done = run("gsd", "--csv", source, "--out", target)
    assert done.returncode == 3
    assert said in done.stderr
    assert not target.exists()


def test_a_row_with_too_few_or_too_many_values_is_one_wrong_row(run, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("nadir_gsd_m,altitude_km,off_nadir_deg\n0.31,617\n0.31,617,20,5\n\n0.31,617,20\n")
    assert run("gsd", "--csv", source, "--out", target).returncode == 3
    short, long, good = rows_of(target)
    assert short["error"] == "row: has 2 values under 3 columns: give one for each, empty where not known"
    assert "4 values" in long["error"]
    assert (good["error"], good["mean_gsd_m"]) == ("", "0.3451198005")


def test_a_table_takes_nothing_from_beside_it(run, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("nadir_gsd_m,altitude_km,off_nadir_deg\n0.31,617,20\n")
    done = run("gsd", "--csv", source, "--altitude-km", 500)
    assert (done.returncode, done.stdout) == (3, "")
    assert "belongs into the table" in done.stderr
    assert (
        "belongs together with --csv" in run("gsd", "--off-nadir-deg", 20, "--out", tmp_path / "o.csv").stderr
    )


@pytest.mark.parametrize("number", ["1_0", "0x10", "0,3", "1e999", "ten"])
def test_what_only_looks_like_a_number_is_a_wrong_row(run, tmp_path, number):
    table = tmp_path / "in.csv"
    table.write_text(f'id,nadir_gsd_m,altitude_km,off_nadir_deg\na,0.31,617,"{number}"\nb,0.31,617,1e1\n')
    done = run("gsd", "--csv", table, "--out", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open() as file:
        wrong, right = csv.DictReader(file)
    assert done.returncode == 3
    assert "off_nadir_deg" in wrong["error"]
    assert wrong["mean_gsd_m"] == ""
    assert float(right["mean_gsd_m"]) > 0.31


def test_a_byte_order_mark_and_windows_line_ends_are_taken(run, tmp_path):
    source = tmp_path / "in.csv"
    source.write_bytes(b"\xef\xbb\xbfnadir_gsd_m,altitude_km,off_nadir_deg\r\n0.31,617,20\r\n")
    done = run("gsd", "--csv", source)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].startswith("0.31,617,20,0.3320395759")


def test_sar_and_niirs(run):
    done = run("sar", "--bandwidth-mhz", 300, "--incidence-deg", 30, "--json")
    assert json.loads(done.stdout)["ground_range_m"] == pytest.approx(2 * 299_792_458 / 600e6)
    assert "must say which one it means" in run("sar", "--bandwidth-mhz", 300).stdout
    assert run("sar", "--bandwidth-mhz", 0).returncode == 3
    done = run("niirs", "--gsd-m", 0.254, "--rer", 1, "--snr", 1e6, "--giqe", 5, "--json")
    assert json.loads(done.stdout)["niirs"] == pytest.approx(9.57 - 3.32, abs=1e-3)
    assert "Indicative only" in run("niirs", "--gsd-m", 0.31, "--rer", 0.9, "--snr", 50).stdout
    assert run("niirs", "--gsd-m", 0.31, "--rer", 0, "--snr", 50).returncode == 3
