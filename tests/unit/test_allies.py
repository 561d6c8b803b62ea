"""Who is a NATO member or a major non-NATO ally on a day: every accession that was read, before, on and after."""

import datetime as dt

import attrs
import pytest

from rsiwg import resources, rulebook
from rsiwg.domain import Regulation
from rsiwg.regulation.allies import Basis, standing

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def book():
    return rulebook.load(resources.GEODATA)


# Reports of the accessions, as the topic cites them; NATO's own list gives the same days but for Germany (May 6, 1955).
ACCESSIONS = {
    "1952-02-18": "GR TR",
    "1955-05-09": "DE",
    "1982-05-30": "ES",
    "1999-03-12": "CZ HU PL",
    "2004-03-29": "BG EE LV LT RO SK SI",
    "2023-04-04": "FI",
    "2024-03-07": "SE",
}


@pytest.mark.parametrize(
    ("country", "day"),
    [
        pytest.param(country, dt.date.fromisoformat(day), id=f"{country} {day}")
        for day, countries in ACCESSIONS.items()
        for country in countries.split()
    ],
)
def test_a_member_from_the_day_of_its_accession(book, country, day):
    assert [standing(book, country, d).nato is not None for d in (day - DAY, day, day + DAY)] == [
        False,
        True,
        True,
    ]
    assert standing(book, country, day).is_ally is True


@pytest.mark.parametrize("country", ["BE", "CA", "DK", "FR", "GB", "IS", "IT", "LU", "NL", "NO", "PT", "US"])
def test_a_founder(book, country):
    assert standing(book, country, dt.date(2026, 11, 25)).is_ally is True


@pytest.mark.parametrize(
    ("country", "year"), [("AL", 2009), ("HR", 2009), ("ME", 2017), ("MK", 2020)], ids=str
)
def test_where_only_the_year_was_read_the_rest_of_it_is_undetermined(book, country, year):
    assert standing(book, country, dt.date(year, 1, 1)).is_ally is False
    assert standing(book, country, dt.date(year, 12, 31)).is_ally is None
    assert standing(book, country, dt.date(year + 1, 1, 1)).is_ally is True


def test_there_are_thirty_two_members(book):
    """NATO Parliamentary Assembly: Sweden the 32nd."""
    assert len(book.regulation.topic("nato").on(dt.date(2024, 3, 6))) == 31
    assert len(book.regulation.topic("nato").on(dt.date(2024, 3, 7))) == 32


def test_the_list_of_allies_before_and_from_july_7_2025(book):
    """22 CFR 120.23(b)(2) as read, and 90 FR 29720."""
    before = [
        "AF",
        "AR",
        "AU",
        "BH",
        "BR",
        "EG",
        "IL",
        "JP",
        "JO",
        "KW",
        "MA",
        "NZ",
        "PK",
        "PH",
        "KR",
        "TH",
        "TN",
        "TW",
    ]
    after = sorted({*before, "CO", "KE", "QA"} - {"AF"})

    def listed(day):
        entries = book.regulation.topic("mnna").on(day)
        return sorted(e.text("country") for e in entries if e.text("basis") == Basis.LISTED and e.verified)

    assert listed(dt.date(2025, 7, 6)) == sorted(before)
    assert listed(dt.date(2025, 7, 7)) == after
    assert listed(dt.date(2025, 7, 8)) == after


def test_the_dates_of_a_country(book):
    held = standing(book, "AF", dt.date(2025, 1, 1))
    assert held.first(Basis.DESIGNATED, end=True) == dt.date(2022, 9, 23)
    assert held.first(Basis.LISTED, end=True) == dt.date(2025, 7, 7)
    assert held.differs
    assert held.is_ally is None


def test_without_the_lists_nobody_is_cleared(book):
    empty = attrs.evolve(book, regulation=Regulation())
    held = standing(empty, "NO", dt.date(2026, 11, 25))
    assert held.is_ally is None
    assert held.troubles == (
        "The file regulation/nato.toml is not in the rulebook.",
        "The file regulation/mnna.toml is not in the rulebook.",
    )
