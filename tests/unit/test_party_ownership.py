"""The 50 per cent rule.  Figures by hand; the rule in OFAC's guidance and FR 2025-19001."""

import datetime as dt

import pytest
from unit.party_builders import DAY, a_party

from rsiwg.parties.ownership import TOPIC, Holdings, reached

SURE, OPEN, NOT = True, None, False


def reach(book, owners, listed, day=DAY, rule="ofac-50-percent"):
    """{party: (certain, percent, effect)}; `owners` has {party: [(owner, percent)]}, `listed` {owner: True or None}."""
    parties = [a_party(name, owners=shares) for name, shares in owners.items()]
    found = reached(
        Holdings.of(parties),
        book.regulation.topic(TOPIC),
        day,
        lambda party, _lists: listed.get(party, False),
    )
    return {each.party: each for each in found if each.rule.id == rule}


@pytest.mark.parametrize(
    ("percent", "is_reached"),
    [("49.99", False), ("50", True), ("50.01", True)],
    ids=["just below", "at", "above"],
)
def test_exactly_50_per_cent_counts(book, percent, is_reached):
    assert bool(reach(book, {"A": [("X", percent)]}, {"X": SURE})) == is_reached


def test_shares_of_several_listed_owners_are_added(book):
    found = reach(book, {"A": [("X", 25), ("Y", 25), ("Z", 50)]}, {"X": SURE, "Y": SURE})
    assert found["A"].percent == 50
    assert found["A"].listed == ("X", "Y")
    assert reach(book, {"A": [("X", 25), ("Y", 24)]}, {"X": SURE, "Y": SURE}) == {}


def test_thirds_add_up_exactly(book):
    assert reach(book, {"A": [("X", "33.3"), ("Y", "16.7")]}, {"X": SURE, "Y": SURE})["A"].percent == 50


def test_an_owner_that_is_reached_counts_as_wholly_listed(book):
    """X holds 50 % of B and B 50 % of A: 25 % by multiplication, and reached all the same."""
    found = reach(book, {"A": [("B", 50)], "B": [("X", 50)]}, {"X": SURE})
    assert set(found) == {"A", "B"}
    assert [(o, d) for o, d, _ in found["A"].chain] == [("X", "B"), ("B", "A")]


def test_an_owner_that_is_not_reached_counts_with_nothing(book):
    """X holds 49 % of B, and B all of A."""
    assert reach(book, {"A": [("B", 100)], "B": [("X", 49)]}, {"X": SURE}) == {}


def test_direct_and_indirect_shares_are_added(book):
    found = reach(book, {"A": [("X", 25), ("B", 25)], "B": [("X", 50)]}, {"X": SURE})
    assert found["A"].percent == 50


def test_a_circle_of_owners_comes_to_rest(book):
    assert reach(book, {"A": [("B", 100)], "B": [("A", 100)]}, {}) == {}
    found = reach(book, {"A": [("B", 60), ("X", 40)], "B": [("A", 40), ("X", 60)]}, {"X": SURE})
    assert found["A"].percent == 100
    assert found["B"].percent == 100


def test_an_open_match_of_an_owner_leaves_it_open(book):
    found = reach(book, {"A": [("X", 60)]}, {"X": OPEN})
    assert not found["A"].certain


def test_a_share_that_is_not_known_may_be_all_that_nobody_else_holds(book):
    found = reach(book, {"A": [("X", None), ("Z", 30)]}, {"X": SURE})
    assert not found["A"].certain
    assert found["A"].percent == 70
    assert found["A"].unknown == ("X in A",)
    assert reach(book, {"A": [("X", None), ("Z", "50.01")]}, {"X": SURE}) == {}


@pytest.mark.parametrize(
    ("day", "effect"),
    [
        ("2025-09-28", "red_flag"), ("2025-09-29", "restricted"), ("2025-09-30", "restricted"),
        ("2025-11-09", "restricted"), ("2025-11-10", "red_flag"), ("2025-11-11", "red_flag"),
        ("2026-11-08", "red_flag"), ("2026-11-09", "red_flag"), ("2026-11-10", "restricted"), ("2026-11-11", "restricted"),
    ],
)  # fmt: skip
def test_the_affiliates_rule_by_day(book, day, effect):
    found = reach(book, {"A": [("X", 50)]}, {"X": SURE}, dt.date.fromisoformat(day), rule="bis-affiliates")
    assert found["A"].effect == effect
    assert ("warning" in found["A"].rule) == (day >= "2026-11-10")


def test_ofacs_rule_holds_on_every_one_of_these_days(book):
    for day in ("2025-09-28", "2025-11-10", "2026-11-09", "2026-11-10"):
        assert (
            reach(book, {"A": [("X", 50)]}, {"X": SURE}, dt.date.fromisoformat(day))["A"].effect == "blocked"
        )


def test_shares_over_100_per_cent_are_said():
    holdings = Holdings.of([a_party("A", owners=[("X", 60), ("Y", "40.01")])])
    assert "more than all" in holdings.problems[0]
    assert Holdings.of([a_party("A", owners=[("X", 60), ("Y", 40)])]).problems == ()
