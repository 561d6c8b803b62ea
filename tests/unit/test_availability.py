"""The catalogue of available data: read strictly, and of no use when altered."""

import datetime as dt
import hashlib
import shutil

import pytest

from rsiwg import resources
from rsiwg.domain.availability import Offer
from rsiwg.errors import RulebookUnusable
from rsiwg.regulation.comparison import radar_band
from rsiwg.rulebook.availability import read_catalogue


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(resources.GEODATA / "availability", tmp_path / "availability")
    return tmp_path


def rewrite(folder, old, new):
    """Change the CSV, and state its new checksum."""
    file, card = folder / "availability" / "systems.csv", folder / "availability" / "systems.toml"
    before = file.read_bytes()
    assert old in before
    file.write_bytes(before.replace(old, new, 1))
    stated, now = hashlib.sha256(before).hexdigest(), hashlib.sha256(file.read_bytes()).hexdigest()
    card.write_text(card.read_text("utf-8").replace(stated, now), "utf-8")


def test_the_rows_are_read_as_they_are_written(folder):
    catalogue, hashes = read_catalogue(folder, "systems")
    assert catalogue.problem is None
    assert set(hashes) == {"availability/systems.toml", "availability/systems.csv"}
    neo = next(s for s in catalogue.sources if s.id == "pleiades-neo-multispectral")
    assert (neo.finest_m, neo.band_count, neo.licensed, neo.offered) == (1.2, 6, False, Offer.MARKET)
    assert next(s for s in catalogue.sources if s.id == "firefly-hyperspectral").licensed is None
    assert len({s.system for s in catalogue.sources}) == 42, "the systems of the table it was made from"


def test_an_altered_or_missing_file_is_a_problem_of_the_catalogue(folder):
    file = folder / "availability" / "systems.csv"
    file.write_bytes(file.read_bytes().replace(b"0.30", b"0.20", 1))
    catalogue, hashes = read_catalogue(folder, "systems")
    assert "has been altered" in catalogue.problem
    assert catalogue.sources == ()
    assert hashes["availability/systems.csv"] == hashlib.sha256(file.read_bytes()).hexdigest()
    file.unlink()
    assert "is missing" in read_catalogue(folder, "systems")[0].problem


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"id,system", b"id,sytsem", id="a column is misspelt"),
        pytest.param(b",yes,panchromatic,", b",perhaps,panchromatic,", id="a word that is not known"),
        pytest.param(b",0.50,", b",-0.50,", id="a negative resolution"),
        pytest.param(b",0.50,", b",nan,", id="not a number"),
        pytest.param(b",0.50,", b",half,", id="a resolution in words"),
        pytest.param(b",market,", b",bazaar,", id="an offer that is not known"),
        pytest.param(b"2023-06-01", b"2023-06-31", id="a day that does not exist"),
        pytest.param(b"worldview-2-pan", b"worldview-1-pan", id="an id twice"),
        pytest.param(b"worldview-1-panchromatic,", b"", id="a cell too few"),
        pytest.param(b"worldview-1-panchromatic,", b"a,b,", id="a cell too many"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(folder, old, new):
    rewrite(folder, old, new)
    with pytest.raises(RulebookUnusable, match=r"availability/systems\.csv"):
        read_catalogue(folder, "systems")


def test_a_row_too_few_is_refused(folder):
    file = folder / "availability" / "systems.csv"
    last = file.read_bytes().splitlines(keepends=True)[-1]
    rewrite(folder, last, b"")
    with pytest.raises(RulebookUnusable, match="rows"):
        read_catalogue(folder, "systems")


@pytest.mark.parametrize(
    ("day", "on_offer"),
    [("2023-05-31", False), ("2023-06-01", True), ("2023-12-31", True), ("2024-01-01", False)],
)
def test_the_days_of_an_offer(folder, day, on_offer):
    hotsat = next(s for s in read_catalogue(folder, "systems")[0].sources if s.id == "hotsat-1-mwir")
    assert (hotsat.not_on_offer(dt.date.fromisoformat(day)) is None) == on_offer


@pytest.mark.parametrize(
    ("ghz", "letter"),
    [(1.0, "L"), (1.99, "L"), (2.0, "S"), (5.405, "C"), (7.99, "C"), (8.0, "X"), (9.65, "X"), (12.0, "Ku"), (100.0, "without a letter"), (None, None)],
)  # fmt: skip
def test_radar_bands_by_ieee_521(ghz, letter):
    assert radar_band(ghz) == letter
