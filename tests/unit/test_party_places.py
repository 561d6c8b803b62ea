"""Places of parties: positions from public maps, memberships as the rulebook holds them."""

import datetime as dt

import attrs
import pytest
from unit.party_builders import DAY, a_party

from rsiwg.domain import Item
from rsiwg.parties.destinations import derived, destinations
from rsiwg.parties.referrals import categories, referrals

SEVASTOPOL, SIMFEROPOL, DONETSK = (33.52, 44.60), (34.10, 44.95), (37.80, 48.00)
KYIV, KIRUNA, WRANGEL_180 = (30.52, 50.45), (20.22, 67.86), (180.0, 71.1)


def found(book, party, day=DAY):
    return {(d.kind, d.outcome) for d in destinations([party], book, day)}


@pytest.mark.parametrize("country", ["UA", "RU", None])
@pytest.mark.parametrize("position", [SEVASTOPOL, SIMFEROPOL], ids=["Sevastopol", "Simferopol"])
def test_crimea_is_a_region_whatever_country_is_declared(book, country, position):
    assert ("region", "flagged") in found(book, a_party(country=country, position=position))


def test_a_country_does_not_tell_the_region(book):
    assert ("region", "undetermined") in found(book, a_party(country="UA"))
    assert not {k for k, _ in found(book, a_party(country="UA", position=KYIV))} & {"region"}


def test_a_province_that_is_only_partly_under_embargo_stays_open(book):
    assert ("region", "undetermined") in found(book, a_party(country="UA", position=DONETSK))


@pytest.mark.parametrize(("whole", "outcome"), [(True, "flagged"), (False, "undetermined")])
def test_even_a_verified_entry_stays_open_where_it_reaches_only_a_part(book, whole, outcome):
    topic = book.regulation.topic("sanctioned-regions")
    entries = tuple(
        attrs.evolve(e, verified=True, verified_on=DAY, values={**e.values, "whole": whole})
        for e in topic.entries
    )
    topics = {**book.regulation.topics, topic.name: attrs.evolve(topic, entries=entries)}
    read = attrs.evolve(book, regulation=attrs.evolve(book.regulation, topics=topics))
    assert ("region", outcome) in found(read, a_party(country="UA", position=DONETSK))


def test_before_crimea_was_read_the_entry_is_recalled(book):
    party = a_party(country="UA", position=SEVASTOPOL)
    assert ("region", "undetermined") in found(book, party, dt.date(2025, 1, 15))
    assert ("region", "flagged") in found(book, party, dt.date(2025, 1, 16))
    assert ("region", "flagged") in found(book, party, dt.date(2025, 1, 17))


def test_near_the_edge_of_a_region_it_stays_open(book):
    """North from Crimea's west into the sea: the first point outside is within two kilometres."""
    regions = book.places.regions
    lat = next(n / 100 for n in range(4530, 4700) if not regions.at(33.65, n / 100))
    assert {p.name for p in regions.at(33.65, lat - 0.01)} == {"Crimea"}
    near = found(book, a_party(country="UA", position=(33.65, lat)))
    assert ("region", "undetermined") in near
    assert ("region", "flagged") not in near
    assert regions.within(33.65, lat + 0.05, 2_000) == ()


def test_a_position_in_another_country_than_declared_is_a_finding(book):
    assert ("mismatch", "flagged") in found(book, a_party(country="NO", position=KIRUNA))
    assert not {k for k, _ in found(book, a_party(country="SE", position=KIRUNA))} & {"mismatch"}


@pytest.mark.parametrize("longitude", [180.0, -180.0, 179.9999, -179.9999])
def test_a_position_is_derived_on_both_sides_of_the_antimeridian(book, longitude):
    assert {p.iso_a2 for p in derived(a_party(position=(longitude, WRANGEL_180[1])), book)} == {"RU"}


def test_the_sea_is_no_country(book):
    assert ("no_country", "undetermined") in found(book, a_party(country="US", position=(-150.0, 0.0)))


def test_nothing_given_is_open(book):
    assert found(book, a_party()) == {("no_country", "undetermined")}


def test_a_verified_membership_is_flagged_and_a_recalled_one_stays_open(book):
    north_korea = destinations([a_party(country="KP")], book, DAY)
    by_group = {d.entry.values.get("group"): d.outcome for d in north_korea if d.entry and "group" in d.entry}
    assert by_group == {"E:1": "flagged", "D:5": "undetermined"}
    in_groups = [
        d for d in destinations([a_party(country="KH")], book, DAY) if d.entry and "group" in d.entry
    ]
    assert {d.outcome for d in in_groups} == {"undetermined"}


def test_a_country_without_a_membership_is_not_cleared(book):
    (none,) = destinations([a_party(country="SE")], book, DAY)
    assert none.outcome == "none_held"
    assert "no safe harbour" in none.says


def test_before_the_table_speaks_nothing_is_known(book):
    assert ("stale", "undetermined") in found(book, a_party(country="SE"), dt.date(2023, 12, 31))
    assert ("stale", "undetermined") not in found(book, a_party(country="SE"), dt.date(2024, 1, 1))


def test_a_table_read_too_long_ago_decides_nothing(book):
    """The sources were gone through on September 1, 2026, and again within 180 days: through February 27, 2027."""
    party = a_party(country="KP")
    assert ("membership", "flagged") in found(book, party, dt.date(2027, 2, 27))
    assert ("membership", "flagged") not in found(book, party, dt.date(2027, 2, 28))
    free = a_party(country="SE")
    assert ("stale", "undetermined") not in found(book, free, dt.date(2027, 2, 27))
    assert ("stale", "undetermined") in found(book, free, dt.date(2027, 2, 28))


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("UNR-VII", "VII"),
        ("unr vii", "VII"),
        ("MANPADS", "VII(b)"),
        ("ML4", "ML4"),
        ("ML4.a", "ML4"),
        ("ML41", None),
        ("9A515", None),
    ],
)
def test_a_category_is_recognised_by_its_code(book, code, category):
    ((_, entry),) = categories([Item(category=code)], book, DAY)
    assert (entry and entry.text("category")) == category


def test_signals_bring_referrals_with_a_day_and_a_reason(book):
    proposed = referrals({"manpads": ["Four launchers."]}, book, DAY)
    (lead,) = [r for r in proposed if "man-portable" in r.addressee]
    assert lead.due_on == DAY + dt.timedelta(days=5)
    assert lead.reasons == ("Four launchers.",)
    assert not lead.verified or "routing" in lead.entry.name
    assert referrals({}, book, DAY) == ()
