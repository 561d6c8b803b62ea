"""The command line as a person or a script meets it: real processes, exit codes, clean output."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def run(*arguments, stdin=None, env=None):
    return subprocess.run(
        [sys.executable, "-m", "rsiwg.cli", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | (env or {}),
    )


@pytest.mark.parametrize(
    ("example", "code", "verdict"),
    [
        pytest.param("01-at-the-limit", 0, "clear", id="clear is 0"),
        pytest.param("02-finer-than-the-limit", 1, "restricted", id="restricted is 1"),
        pytest.param("03-boundary-reading", 2, "undetermined", id="undetermined is 2"),
    ],
)
def test_the_exit_code_tells_the_verdict(example, code, verdict):
    done = run("check", EXAMPLES / f"{example}.json", "--format", "json")
    assert done.returncode == code
    assert json.loads(done.stdout)["verdict"] == verdict
    assert done.stderr == ""


def test_standard_input_is_a_file_too():
    done = run(
        "check", "-", "--format", "geojson", stdin=(EXAMPLES / "02-finer-than-the-limit.json").read_text()
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["type"] == "FeatureCollection"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "JSON", id="nothing"),
        pytest.param("{", "JSON", id="half a document"),
        pytest.param("[1, 2]", "object", id="a list"),
        pytest.param('{"kind": "imaging", "gsd": 1}', "reference", id="fields missing"),
        pytest.param("\x00\x01", "JSON", id="binary"),
    ],
)
def test_invalid_input_is_3_and_says_what_is_wrong(text, said):
    done = run("check", "-", stdin=text)
    assert done.returncode == 3
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_missing_file_is_4_and_named():
    done = run("check", "no-such-file.json")
    assert done.returncode == 4
    assert "no-such-file.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_option_is_4_and_not_the_code_of_undetermined():
    assert run("check").returncode == 4
    assert run("check", "x", "--as-of", "yesterday").returncode == 4


def test_a_broken_rulebook_is_4_and_no_verdict(tmp_path):
    (tmp_path / "rulebook.toml").write_text("title = 3")
    done = run("check", EXAMPLES / "01-at-the-limit.json", env={"RSIWG_GEODATA": str(tmp_path)})
    assert done.returncode == 4
    assert done.stdout == ""


def test_as_of_judges_one_day():
    asked = ("check", EXAMPLES / "05-change-within-the-period.json", "--format", "json", "--as-of")
    assert (
        json.loads(run(*asked, "2020-07-20").stdout)["verdict"] == "restricted"
    )  # 2.0 m until July 21, 2020
    assert json.loads(run(*asked, "2020-07-21").stdout)["verdict"] == "clear"  # 0.4 m from that day


def test_recheck_says_same_and_says_what_was_altered(tmp_path):
    answer = run("check", EXAMPLES / "02-finer-than-the-limit.json", "--format", "json").stdout
    same = run("recheck", "-", stdin=answer)
    assert (same.returncode, same.stdout.split(":")[0]) == (1, "same")
    altered = run("recheck", "-", stdin=answer.replace('"verdict": "restricted"', '"verdict": "clear"'))
    assert altered.returncode == 4
    assert "The verdict was clear and is restricted." in altered.stdout


def test_a_map_is_written_whole_or_not_at_all(tmp_path):
    done = run("map", EXAMPLES / "02-finer-than-the-limit.json", "-o", tmp_path / "map.html")
    assert done.returncode == 1
    assert (tmp_path / "map.html").read_text("utf-8").rstrip().endswith("</html>")
    assert (
        run("map", EXAMPLES / "02-finer-than-the-limit.json", "-o", tmp_path / "no" / "map.html").returncode
        == 4
    )
    assert [p.name for p in tmp_path.iterdir()] == ["map.html"]


def test_the_reader_may_go_away():
    with subprocess.Popen(
        [sys.executable, "-m", "rsiwg.cli", "check", EXAMPLES / "02-finer-than-the-limit.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_rules_are_listed_shown_and_validated():
    listed = run("rules", "list")
    assert "israel-resolution" in listed.stdout
    shown = run("rules", "show", "israel-resolution")
    assert "finest gsd 0.4 m" in shown.stdout
    assert "15 CFR 960.8(i)" in shown.stdout
    assert run("rules", "show", "no-such-rule").returncode == 4
    validated = run("rules", "validate", "--today", "2026-11-25")
    assert (validated.returncode, validated.stdout) == (0, "the rulebook is sound\n")
    assert run("rules", "validate", "--today", "2027-09-01").returncode == 4  # read_on + 365 days is past


def test_examples_are_kept_once(tmp_path):
    env = {"RSIWG_SECRET_KEY": "0123456789abcdef", "RSIWG_DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    assert run("db", "upgrade", env=env).returncode == 0
    first = run("db", "example", EXAMPLES, env=env).stdout
    kinds = [json.loads(file.read_text("utf-8"))["kind"] for file in EXAMPLES.rglob("*.json")]
    kept = [line for line in first.splitlines() if line.startswith("R-")]
    assert len(kept) == len(kinds) - kinds.count("clock") - kinds.count("delivery")
    assert run("db", "example", EXAMPLES, env=env).stdout == first


def test_heavy_rooms_are_loaded_only_when_needed():
    """Importing geopandas, folium, rasterio or SQLAlchemy would break the start-up time of a small check."""
    script = (
        "import sys; from rsiwg.cli import main; code = main(['check', sys.argv[1]]);"
        "print([m for m in ('geopandas', 'folium', 'rasterio', 'sqlalchemy', 'flask', 'pandas') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, EXAMPLES / "01-at-the-limit.json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.strip() == "[]"
