"""The wheel carries everything and works from an empty folder, without the checkout and without Node."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

REQUEST = {
    "kind": "imaging",
    "reference": "WHEEL-1",
    "applicant": {"name": "Example Imaging Inc.", "country": "US", "us_person": True},
    "sensor": {"modality": "panchromatic", "gsd_m": 0.31},
    "product": {"gsd_m": 0.40},
    "licence": {"part_960": True, "tier": 1},
    "activity": ["collect", "disseminate"],
    "collection": {"start": "2025-01-01", "end": "2025-12-31"},
    "aoi": {
        "type": "Polygon",
        "coordinates": [[[34.7, 32], [34.9, 32], [34.9, 32.2], [34.7, 32.2], [34.7, 32]]],
    },
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
        timeout=300,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def rsiwg(wheel, tmp_path_factory):
    """Run the installed wheel from an empty folder; the checkout is not on its path."""
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    empty = tmp_path_factory.mktemp("empty")
    env = {k: v for k, v in os.environ.items() if not k.startswith("RSIWG_")} | {
        "PYTHONPATH": str(site),
        "PATH": "",
    }

    def run(*arguments, stdin=None):
        return subprocess.run(
            [sys.executable, "-m", "rsiwg.cli", *arguments],
            cwd=empty,
            env=env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    where = subprocess.run(
        [sys.executable, "-c", "import rsiwg; print(rsiwg.__file__)"],
        cwd=empty,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(site)), "the checkout was tested and not the wheel"
    run.folder = empty
    run.env = env
    return run


def test_it_carries_templates_geodata_and_front_end_files(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "rsiwg/_bundled/geodata/rulebook.toml",
        "rsiwg/_bundled/geodata/layers/countries.gpkg",
        "rsiwg/_bundled/templates/base.html",
        "rsiwg/web/static/vendor/manifest.json",
        "rsiwg/store/migrations/versions/0001_requests.py",
        "rsiwg/py.typed",
    ):
        assert wanted in names
    assert not [name for name in names if "node_modules" in name or name.startswith(("tests/", "tools/"))]


def test_a_check_answers_from_an_empty_folder(rsiwg):
    done = rsiwg("check", "-", "--format", "json", stdin=json.dumps(REQUEST))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "clear"


def test_map_and_summary_are_written_from_an_empty_folder(rsiwg):
    done = rsiwg("summary", "-", "-o", "out", stdin=json.dumps(REQUEST))
    assert done.returncode == 0, done.stderr
    written = sorted(p.name for p in (rsiwg.folder / "out").iterdir())
    assert written == ["answer.json", "findings.csv", "findings.geojson", "map.html", "summary.html"]


def test_the_service_answers_from_an_empty_folder(rsiwg):
    script = (
        "from rsiwg import store\nfrom rsiwg.store import migrate\nfrom rsiwg.settings import Settings\n"
        "from rsiwg.web import create_app\n"
        "settings = Settings(secret_key='0123456789abcdef', database_url='sqlite:///wheel.db')\n"
        "migrate.upgrade(store.open_database(settings.database_url))\n"
        "client = create_app(settings).test_client()\n"
        "assert client.get('/').status_code == 200\n"
        "assert client.get('/requests/new').status_code == 200\n"
        "assert client.get('/readyz').status_code == 200, client.get('/readyz').text\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=rsiwg.folder,
        env=rsiwg.env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
