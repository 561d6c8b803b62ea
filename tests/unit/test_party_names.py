"""Names are compared as people write them, and a score never says more than it knows."""

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from unit.party_builders import a_party, an_entry

from rsiwg.domain import ListEntry
from rsiwg.parties import Index, Thresholds
from rsiwg.parties.names import read_name
from rsiwg.parties.scoring import compare

ROOT = Path(__file__).parents[2]
PAIRS = list(csv.DictReader((ROOT / "tests/golden/party_pairs.csv").read_text("utf-8").splitlines()))


def alike(party, listed):
    return compare(read_name(party), read_name(listed), lambda _word: 1.0).score


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        pytest.param("VARTELOV, Ivan", ("ivan", "vartelov"), id="surname first"),
        pytest.param("Drevom Marine Co., Ltd.", ("drevom", "marine"), id="legal form after a comma"),
        pytest.param("ООО «Вартелов»", ("vartelov",), id="Cyrillic with a legal form"),
        pytest.param("王小明", ("wang", "xiao", "ming"), id="Chinese, a syllable a sign"),
        pytest.param("\u202eKarl\u200b Rünberg", ("karl", "runberg"), id="invisible signs and marks"),
        pytest.param("O'Brolka", ("obrolka",), id="apostrophe"),
        pytest.param("Ｋａｒｌ", ("karl",), id="full width"),
        pytest.param("!!!", (), id="nothing that could be read"),
    ],
)
def test_a_name_is_taken_apart(written, tokens):
    assert read_name(written).tokens == tokens


def test_only_identical_names_score_one():
    name = "Drevom Marine Corporation"
    others = [
        "Marine Drevom Corporation",
        "Drevom Marine Corp.",
        "Drevom Marine GmbH",
        "Drévom Marine Corporation",
        "Drevommarine Corporation",
        "Drevon Marine Corporation",
    ]
    assert alike(name, " DREVOM\u00a0marine corporation ") == 1.0
    scores = [alike(other, name) for other in others]
    assert all(0.85 <= score < 1.0 for score in scores), scores
    assert len(set(scores)) >= 5, "likenesses of different kinds stay apart"


def test_a_name_of_10_000_letters_is_compared_quickly_and_harmlessly():
    assert alike("a" * 10_000, "Drevom") == 0.0


@pytest.mark.parametrize(
    ("score", "strength"),
    [
        (0.8499, None),
        (0.85, "review"),
        (0.8501, "review"),
        (0.9499, "review"),
        (0.95, "strong"),
        (0.9501, "strong"),
    ],
)
def test_equal_to_a_threshold_counts(score, strength):
    assert Thresholds().strength(score) == strength


def test_thresholds_the_wrong_way_round_are_refused():
    with pytest.raises(ValueError, match="below"):
        Thresholds(review=0.9, strong=0.8)


def test_what_speaks_against_a_hit_never_takes_it_away():
    entry = an_entry("Sergei Rajesh Vartelov", countries=("IR",), born_on=("1950",))
    party = a_party("Sergei Vartelov", country="US", born_on="1990-05-17")
    plain, hit = (Index([entry]).match([p], Thresholds())[0] for p in (a_party("Sergei Vartelov"), party))
    assert hit.score <= plain.score
    assert hit.score >= Thresholds().review
    assert [f.name for f in hit.features] == ["name", "country", "birth"]
    assert "only the list has rajesh" in hit.features[0].says


def test_a_hit_at_the_threshold_stays_one_when_the_country_differs():
    entry = an_entry("Sergei Rajesh Vartelov", countries=("IR",), born_on=("1950",))
    (plain,) = Index([entry]).match([a_party("Sergei Vartelov")], Thresholds())
    at_the_threshold = Thresholds(review=plain.score, strong=0.99)
    other = a_party("Sergei Vartelov", country="US", born_on="1990")
    (hit,) = Index([entry]).match([other], at_the_threshold)
    assert hit.score == plain.score


def test_the_same_number_is_a_strong_hit_whatever_the_name():
    entry = an_entry("Drevom Marine Corporation", identifiers=("IMO 9074729",))
    (hit,) = Index([entry]).match([a_party("Quite Another Ship", identifiers=("imo-9074729",))], Thresholds())
    assert hit.strength == "strong"
    assert hit.score < 1.0
    assert hit.features[-1].name == "identifier"


def test_a_hit_names_the_alias_that_was_found():
    entry = an_entry("Drevom Marine Corporation", aliases=("Halmendi Optics",))
    (hit,) = Index([entry]).match([a_party("Halmendi Optics LLC")], Thresholds())
    assert (hit.listed_name, hit.entry.name) == ("Halmendi Optics", "Drevom Marine Corporation")


def test_of_a_common_name_no_entry_is_left_out():
    entries = [an_entry("Mohammed Zandubi", id=str(n)) for n in range(150)]
    entries += [an_entry(f"Mohammed Yusuf Zandubi {n}", id=f"more-{n}") for n in range(150)]
    hits = Index(entries).match([a_party("Mohammed Zandubi")], Thresholds())
    assert sum(hit.score == 1.0 for hit in hits) == 150


def test_a_further_entry_takes_no_hit_away():
    party, entry = a_party("Sergei Vartelov"), an_entry("Sergey Vartelov", id="1")
    others = [an_entry(f"Sergei Var{a}elov", id=f"x{a}") for a in "abcdefghijkmnopqrsuvwxyz"]
    for count in (0, 5, len(others)):
        keys = {h.entry.key for h in Index([entry, *others[:count]]).match([party], Thresholds())}
        assert "SDN/1" in keys


def test_a_name_in_arabic_is_found_by_its_consonants():
    (hit,) = Index([an_entry("Mohammed Karim Zandubi")]).match([a_party("محمد كريم زندوبي")], Thresholds())
    assert hit.strength == "review"


# ------------------------------------------------------------------------------- the labelled set


@pytest.fixture(scope="module")
def found():
    """(category, whether it should be found, whether it was) of every pair, against all entries at once."""
    sys.path.insert(0, str(ROOT / "tools"))
    from made_up_names import MadeUp  # noqa: PLC0415

    made = MadeUp(7)
    entries = [
        ListEntry(
            list="SDN", id=str(n), name=p["listed"], aliases=tuple(filter(None, p["aliases"].split(";")))
        )
        for n, p in enumerate(PAIRS)
    ]
    entries += [ListEntry(list="EL", id=str(n), name=made.entry()[1]) for n in range(5_000)]
    parties = [a_party(p["party"], id=str(n)) for n, p in enumerate(PAIRS)]
    hits = Index(entries).match(parties, Thresholds())
    pairs = {(h.party.id, h.entry.key) for h in hits}
    return [
        (p["category"], p["same"] == "yes", (str(n), f"SDN/{n}") in pairs) for n, p in enumerate(PAIRS)
    ], hits


def test_there_are_enough_pairs_of_every_kind():
    assert len(PAIRS) >= 500
    wanted = {
        "exact",
        "alias",
        "reordered",
        "transliterated",
        "typo",
        "typo first letter",
        "initials",
        "legal form",
        "near miss",
    }
    assert wanted <= {p["category"] for p in PAIRS}


FLOORS = {
    "exact": 1.0, "alias": 1.0, "reordered": 1.0, "diacritics": 1.0, "legal form": 1.0, "divided": 1.0,
    "initials": 1.0, "middle name left out": 1.0, "typo": 0.97, "typo first letter": 0.97, "transliterated": 0.85,
}  # fmt: skip
"""Recall by category, below what is reached; docs/parties.md has the figures reached."""


def test_recall_and_precision_keep_their_floors(found):
    pairs, hits = found
    there, hit = Counter(), Counter()
    for category, same, was_found in pairs:
        if same:
            there[category] += 1
            hit[category] += was_found
    for category, count in there.items():
        print(f"{category:22} recall {hit[category] / count:.3f} of {count}")
        assert hit[category] / count >= FLOORS[category], category
    recall = sum(hit.values()) / sum(there.values())
    true_hits, false_hits = sum(hit.values()), sum(f for _, same, f in pairs if not same)
    precision = true_hits / (true_hits + false_hits)
    share = true_hits / len(hits)
    print(
        f"recall {recall:.3f}, precision on the pairs {precision:.3f}, share of all hits that are labelled {share:.3f}"
    )
    assert recall >= 0.97
    assert precision >= 0.99
    assert share >= 0.75


def test_a_near_miss_is_never_a_strong_hit(found):
    near = {str(n) for n, p in enumerate(PAIRS) if p["same"] == "no"}
    strong = {(h.party.id, h.entry.key) for h in found[1] if h.strength == "strong"}
    assert not [n for n in near if (n, f"SDN/{n}") in strong]


def test_the_pairs_are_those_the_script_makes(tmp_path):
    script = (
        "import sys, pathlib; sys.path.insert(0, 'tools'); import make_party_pairs as m; "
        f"m.TARGET = pathlib.Path({str(tmp_path / 'pairs.csv')!r}); m.main()"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True)
    assert (tmp_path / "pairs.csv").read_bytes() == (ROOT / "tests/golden/party_pairs.csv").read_bytes()
