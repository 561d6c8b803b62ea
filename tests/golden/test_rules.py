"""Every file in geodata/: sound as shipped, met by the golden corpus, and never clear once broken."""

import datetime as dt
import json
import re
import shutil
import tomllib
from functools import cache
from pathlib import Path

import attrs
import pytest

from rsiwg import casework, resources
from rsiwg.domain import Modality
from rsiwg.errors import RulebookUnusable
from rsiwg.rulebook import load
from rsiwg.rulebook.layers import read_layer
from rsiwg.rulebook.validate import validate
from rsiwg.settings import Limits

GEODATA = resources.GEODATA
CASES = sorted(p for p in (Path(__file__).parent / "cases").iterdir() if p.is_dir())
RULES = sorted(p.stem for p in (GEODATA / "restrictions").glob("*.toml"))
ONE_DAY = dt.timedelta(days=1)
SHIPPED_ON = dt.date(2026, 11, 25)


@pytest.fixture(scope="module")
def book():
    return load(GEODATA)


# ----------------------------------------------------------------------------------- as it is shipped


def test_the_rulebook_as_shipped_is_sound():
    assert validate(GEODATA, today=SHIPPED_ON) == ()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_what_a_rule_must_have(rule):
    table = tomllib.loads((GEODATA / "restrictions" / f"{rule}.toml").read_text("utf-8"))
    assert table["title"]
    assert table["steward"]
    assert table["marking"].startswith("U")
    assert table["verified_on"] <= SHIPPED_ON
    for limit in table["limit"]:
        assert limit["citation"]["source"]
        assert limit["citation"]["url"].startswith("https://")
        assert limit["verified"] == ("verified_on" in limit)
    if table["status"] == "exercise":
        assert "EXERCISE" in table["title"]
        assert "EXERCISE" in table["marking"]


def test_numbers_and_dates_are_those_of_the_sources():
    """Written down from reference/regulation.md, 3.1 and 3.2, and from the issue; half-open."""
    told = {
        ("israel-resolution", "2020-07-21", None, 0.4),
        ("israel-resolution", "1998-01-01", "2020-07-21", 2.0),
        ("cap-panchromatic-2008", "2008-10-01", "2014-06-10", 0.5),
        ("cap-multispectral-2008", "2008-10-01", "2014-06-10", 2.0),
        ("cap-digitalglobe-panchromatic-2014", "2015-06-01", "2020-07-20", 0.25),
        ("cap-digitalglobe-multispectral-2014", "2015-06-01", "2020-07-20", 1.0),
        ("cap-digitalglobe-swir", "2016-05-17", "2020-07-20", 7.5),
        ("cap-umbra-sar", "2021-07-20", "2023-08-07", 0.25),
    }
    held = {
        (rule, str(limit["start"]), str(limit["end"]) if "end" in limit else None, limit["finest_m"])
        for rule in RULES
        for limit in tomllib.loads((GEODATA / "restrictions" / f"{rule}.toml").read_text("utf-8"))["limit"]
        if limit["verified"] and "finest_m" in limit
    }
    assert held == told


def test_no_historical_cap_is_in_force_today(book):
    for rule in book.restrictions:
        if rule.kind == "licence_cap":
            assert not any(SHIPPED_ON in limit.in_force for limit in rule.limits), rule.id


# -------------------------------------------------------------------- what the corpus comes by


@cache
def requests():
    """(name, request as read, days judged) of each case that can be read."""
    from rsiwg.intake import read_submission  # noqa: PLC0415

    found = []
    for case in CASES:
        body = json.loads((case / "request.json").read_text("utf-8"))
        expected = json.loads((case / "expected.json").read_text("utf-8"))
        if expected["verdict"] == "refused":
            continue
        as_of = expected["as_of"] and dt.date.fromisoformat(expected["as_of"])
        request = attrs.evolve(read_submission(body, Limits()).request, as_of=as_of)
        found.append((case.name, request, expected))
    return found


def bound(request, rule):
    """The sensors a rule looks at, where it can bind the licensee at all."""
    from rsiwg.checks.scope import licensee_of, same_name  # noqa: PLC0415

    binds = rule.binds
    if binds.licensees and not any(same_name(n, licensee_of(request)) for n in binds.licensees):
        return []
    if rule.status == "exercise" and not request.exercise:
        return []
    return [s for s in request.sensors if s.modality in binds.modalities]


@pytest.mark.parametrize("rule_id", RULES)
def test_each_rule_is_met_by_a_case(book, rule_id):
    named = {f.get("restriction") for _, _, expected in requests() for f in expected["findings"]}
    assert rule_id in named


@pytest.mark.parametrize("rule_id", RULES)
def test_each_day_of_a_rule_has_cases_before_on_and_after(book, rule_id):
    rule = next(r for r in book.restrictions if r.id == rule_id)
    edges = {limit.in_force.start for limit in rule.limits} | {limit.in_force.end for limit in rule.limits}
    edges = {
        d for d in edges if d and d > book.covers.start
    }  # the day on which the rulebook begins is tested by itself
    judged = [r.judged for _, r, _ in requests() if bound(r, rule)]
    for edge in edges:
        for day in (edge - ONE_DAY, edge, edge + ONE_DAY):
            assert any(p.start == day and p.last == day for p in judged), f"no case of {rule_id} on {day}"


@pytest.mark.parametrize("rule_id", RULES)
def test_each_number_of_a_rule_has_cases_finer_at_and_coarser(book, rule_id):
    rule = next(r for r in book.restrictions if r.id == rule_id)
    for limit in rule.limits:
        if limit.finest_m is None or not limit.verified:
            continue
        asked = {
            value
            for _, r, _ in requests()
            if limit.in_force.meet(r.judged)
            for s in bound(r, rule)
            if s.modality in rule.binds.comparable
            for _, value in r.parts(s)
        }
        near = [v for v in asked if abs(v / limit.finest_m - 1) <= 0.05]
        assert any(v < limit.finest_m for v in near), f"{rule_id}: nothing just finer than {limit.finest_m}"
        assert limit.finest_m in near, f"{rule_id}: nothing at {limit.finest_m}"
        assert any(v > limit.finest_m for v in near), f"{rule_id}: nothing just coarser than {limit.finest_m}"


def test_the_days_the_rulebook_vouches_for_have_cases_on_both_sides(book):
    days = {r.judged.start for _, r, _ in requests() if r.judged.day_count == 1}
    first, last = book.covers.start, book.covers.last
    assert {first - ONE_DAY, first, last, last + ONE_DAY} <= days


def test_every_kind_of_sensor_that_sees_the_earth_has_a_case():
    assert {s.modality for _, r, _ in requests() for s in r.sensors} == set(Modality)


def test_a_new_rule_adds_its_cases_by_a_sentence_each():
    assert all(len((case / "WHY.md").read_text("utf-8").strip()) > 20 for case in CASES)


# ------------------------------------------------------------------------------------ broken copies


@pytest.fixture
def copy(tmp_path):
    """A copy of geodata whose layers are links, so that a test breaks only what it touches."""
    folder = tmp_path / "geodata"
    shutil.copytree(GEODATA, folder, ignore=shutil.ignore_patterns("*.gpkg"))
    for layer in (GEODATA / "layers").glob("*.gpkg"):
        (folder / "layers" / layer.name).symlink_to(layer)
    return folder


@pytest.fixture
def small(copy):
    """The copy without the layers of the world, which take long to validate."""
    for card in (copy / "layers").glob("*.toml"):
        if card.stem not in {"israel", "exercise"}:
            card.unlink()
    table = (copy / "rulebook.toml").read_text("utf-8")
    listed = re.sub(r"^layers = .*$", 'layers = ["israel", "exercise"]', table, flags=re.MULTILINE)
    places = re.sub(r'^(countries|regions|land|seas) = ".*"$', r'\1 = "exercise"', listed, flags=re.MULTILINE)
    (copy / "rulebook.toml").write_text(places, "utf-8")
    return copy


def own(folder, layer):
    """A real copy of one layer in place of the link."""
    path = folder / "layers" / f"{layer}.gpkg"
    path.unlink()
    path.write_bytes((GEODATA / "layers" / f"{layer}.gpkg").read_bytes())
    return path


def edit(path, before, after):
    text = path.read_text("utf-8")
    assert before in text, f"{before!r} is not in {path.name}"
    path.write_text(text.replace(before, after, 1), "utf-8")


CLEAR = "far-outside"
"""A request that is clear under the rulebook as shipped."""


def answer(folder, case=CLEAR, as_of=None, **changes):
    body = json.loads((Path(__file__).parent / "cases" / case / "request.json").read_text("utf-8"))
    return casework.check(body | changes, load(folder), limits=Limits(), as_of=as_of).document


def doubts(document):
    return {f["check"]: f["says"] for f in document["findings"] if f["outcome"] == "indeterminate"}


def test_an_unbroken_copy_answers_as_the_shipped_rulebook(copy, book):
    assert load(copy).version == book.version
    assert answer(copy)["verdict"] == "clear"


@pytest.mark.parametrize("layer", ["israel", "land"])
def test_an_altered_byte_in_a_layer_is_undetermined(copy, layer):
    path = own(copy, layer)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    document = answer(copy)
    assert document["verdict"] == "undetermined"
    assert "altered" in doubts(document)["layers_are_sound"]


def test_an_altered_byte_in_a_layer_is_found_by_validation(small):
    path = own(small, "exercise")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert any("altered" in p for p in validate(small, today=SHIPPED_ON))


def test_no_altered_byte_of_a_layer_stops_the_rulebook_from_loading(small):
    """Names of columns, the schema's text, shapes, and 100 places elsewhere: a problem each time, never an error."""
    path = own(small, "exercise")
    sound = path.read_bytes()
    places = {n * len(sound) // 100 for n in range(100)} | {len(sound) - 1}
    for word in (b"geom", b"feature", b"name", b"GP\0", b"CREATE TABLE", b"alpha", b"EXERCISE"):
        places |= {m.start() for m in re.finditer(re.escape(word), sound)}
    for at in sorted(places):
        for bits in (0x01, 0x80):
            data = bytearray(sound)
            data[at] ^= bits
            path.write_bytes(data)
            assert "altered" in read_layer(small, "exercise").layer.problem, at


@pytest.mark.parametrize("layer", ["countries", "territorial-seas"])
def test_a_missing_layer_file_is_undetermined(copy, layer):
    (copy / "layers" / f"{layer}.gpkg").unlink()
    document = answer(copy)
    assert document["verdict"] == "undetermined"
    assert "missing" in doubts(document)["layers_are_sound"]


@pytest.mark.parametrize(
    "junk", [b"", b"SQLite format 3\0", b"not a layer" * 1000], ids=["empty", "short", "text"]
)
def test_a_layer_file_that_is_no_layer_is_undetermined(small, junk):
    own(small, "israel").write_bytes(junk)
    document = answer(small)
    assert document["verdict"] == "undetermined"
    assert doubts(document)["layers_are_sound"]


def test_a_broken_layer_makes_even_a_conflict_undetermined_and_not_clear(small):
    (small / "layers" / "israel.gpkg").unlink()
    document = answer(small, "israel-finer-than-0.40-inside-core")
    assert document["verdict"] == "undetermined"
    assert "cannot be applied" in doubts(document)["restrictions_are_sound"]
    assert "israel-resolution" not in {n["restriction"] for n in document["not_applicable"]}


def test_a_listed_rule_that_is_missing_is_undetermined(small):
    (small / "restrictions" / "cap-umbra-sar.toml").unlink()
    document = answer(small)
    assert document["verdict"] == "undetermined"
    assert "cap-umbra-sar" in doubts(document)["rulebook_is_whole"]


def test_a_listed_layer_card_that_is_missing_is_undetermined(small):
    (small / "layers" / "israel.toml").unlink()
    document = answer(small, "israel-finer-than-0.40-inside-core")
    assert document["verdict"] == "undetermined"
    assert "israel.toml" in doubts(document)["rulebook_is_whole"]


@pytest.mark.parametrize("kind", ["restrictions", "layers"])
def test_a_file_that_is_not_listed_is_refused(small, kind):
    some = next((small / kind).glob("*.toml"))
    shutil.copy(some, small / kind / "smuggled.toml")
    with pytest.raises(RulebookUnusable, match=r"smuggled\.toml"):
        load(small)


BROKEN = [
    pytest.param("israel-resolution", 'kind = "', 'knid = "x"\nkind = "', "unknown key knid", id="unknown key"),
    pytest.param("israel-resolution", "finest_m = 0.4", "finest_m = 0.4\nsays = 'both'", "not both", id="both"),
    pytest.param("israel-resolution", "finest_m = 0.4", "finest_m = 0", "finest_m", id="no metres"),
    pytest.param("israel-resolution", "finest_m = 0.4", "finest_m = -0.4", "finest_m", id="negative"),
    pytest.param("israel-resolution", "finest_m = 0.4", "finest_m = inf", "finest_m", id="infinite"),
    pytest.param("israel-resolution", "finest_m = 0.4", "finest_m = nan", "finest_m", id="not a number"),
    pytest.param("israel-resolution", "finest_m = 0.4", "finest_m = '0.4'", "finest_m", id="a text"),
    pytest.param("israel-resolution", "finest_m = 0.4", "finest_m = true", "finest_m", id="a flag"),
    pytest.param("israel-resolution", "finest_m = 0.4\n", "", "finest_m", id="no number and no words"),
    pytest.param("israel-resolution", 'measure = "gsd"', 'measure = "niirs"', "measure", id="unknown measure"),
    pytest.param("israel-resolution", "end = 2020-07-21", "end = 2020-07-22", "overlap", id="overlapping by a day"),
    pytest.param("israel-resolution", "end = 2020-07-21\n", "", "overlap", id="overlapping without an end"),
    pytest.param("israel-resolution", "end = 2020-07-21", "end = 1998-01-01", "end", id="no day"),
    pytest.param("israel-resolution", "start = 2020-07-21", "start = 2020-07-21T00:00:00", "start", id="a time"),
    pytest.param("israel-resolution", "start = 2020-07-21", "start = '2020-07-21'", "start", id="a day in quotes"),
    pytest.param("exercise-lod-alpha", "[limit.citation]\nsource", "[limit.cited]\nsource", "citation", id="no citation"),
    pytest.param("israel-resolution", "verified_on = 2026-09-01\n[limit", "[limit", "verified_on", id="not dated"),
    pytest.param("israel-resolution", "decides = true\n", "", "decides", id="does not say whether it decides"),
    pytest.param("israel-resolution", "decides = true", "decides = false", "doubt", id="a doubt without its reason"),
    pytest.param("israel-resolution", 'layer = "israel"', 'layer = "atlantis"', "atlantis", id="unknown layer"),
    pytest.param("israel-resolution", 'status = "in_force"', 'status = "maybe"', "maybe", id="unknown status"),
    pytest.param("israel-resolution", 'activities = ["disseminate"]', "activities = 'disseminate'", "activities", id="no list"),
    pytest.param("israel-resolution", '"panchromatic", ', '"panchromatik", ', "panchromatik", id="unknown modality"),
    pytest.param("tier-3-withheld", "tiers = [3]", "tiers = [4]", "tiers", id="no such tier"),
    pytest.param("tier-3-withheld", "tiers = [3]", "tiers = []", "tiers", id="no tier"),
    pytest.param("tier-3-withheld", "worldwide = true\n", "", "zone", id="nowhere"),
    pytest.param("israel-resolution", 'kind = "resolution_limit"', 'kind = "withheld_area"', "limit", id="a number of no use"),
    pytest.param("israel-resolution", "title = ", "title : ", "not valid TOML", id="no TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "before", "after", "why"), BROKEN)
def test_a_broken_rule_is_refused_by_name(small, rule, before, after, why):
    edit(small / "restrictions" / f"{rule}.toml", before, after)
    with pytest.raises(RulebookUnusable, match=rule) as caught:
        load(small)
    assert why in str(caught.value)


def test_validation_names_what_is_broken_and_does_not_stop_at_an_error(small):
    edit(small / "restrictions" / "israel-resolution.toml", 'kind = "', 'knid = "x"\nkind = "')
    problems = validate(small, today=SHIPPED_ON)
    assert all("israel-resolution" in p for p in problems)
    assert problems


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        pytest.param("restrictions/israel-resolution.toml", "verified_on = 2026-09-01", "verified_on = 2026-11-26", id="rule"),
        pytest.param("restrictions/cap-umbra-sar.toml", "verified = true\nverified_on = 2026-09-01",
                     "verified = true\nverified_on = 2026-11-26", id="entry"),
    ],
)  # fmt: skip
def test_a_reading_in_the_future_is_found_by_validation(small, file, before, after):
    edit(small / file, before, after)
    assert any("lies in the future" in p for p in validate(small, today=SHIPPED_ON))


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        pytest.param("rulebook.toml", "read_on = 2026-09-01", "read_on = 2026-11-26", id="rulebook"),
        pytest.param(
            "layers/exercise.toml", "retrieved_on = 2026-11-25", "retrieved_on = 2026-11-26", id="layer"
        ),
    ],
)
def test_a_rulebook_or_layer_read_in_the_future_is_found_by_validation(small, file, before, after):
    edit(small / file, before, after)
    assert any("future" in p for p in validate(small, today=SHIPPED_ON))


def test_a_layer_of_another_size_is_found_by_validation(small):
    edit(small / "layers" / "exercise.toml", "area_km2 = 89930.0", "area_km2 = 89940.0")
    assert any("km²" in p for p in validate(small, today=SHIPPED_ON))


def test_a_layer_with_another_number_of_features_is_undetermined(small):
    edit(small / "layers" / "exercise.toml", "features = 3", "features = 4")
    assert "4 are stated" in doubts(answer(small))["layers_are_sound"]


def test_zones_that_overlap_are_found(small):
    edit(
        small / "restrictions" / "israel-resolution.toml",
        'features = ["golan-heights"]',
        'features = ["core"]',
    )
    assert any("overlap" in p for p in validate(small, today=SHIPPED_ON))


@pytest.mark.parametrize(
    ("day", "stale"),
    [(dt.date(2026, 12, 24), False), (dt.date(2026, 12, 25), True)],
    ids=["last day", "day after"],
)
def test_a_stale_layer_is_undetermined_from_its_day_on(small, day, stale):
    edit(small / "layers" / "exercise.toml", "review_after_days = 730", "review_after_days = 30")
    document = answer(small, as_of=day)
    assert ("layers_are_sound" in doubts(document)) is stale
    assert document["verdict"] == ("undetermined" if stale else "clear")


def test_an_unverified_entry_no_longer_decides(small):
    path = small / "restrictions" / "israel-resolution.toml"
    edit(
        path,
        "finest_m = 0.4\nverified = true\nverified_on = 2026-09-01",
        "finest_m = 0.4\nverified = false",
    )
    document = answer(small, "israel-finer-than-0.40-inside-core")
    assert document["verdict"] == "undetermined"
    assert "has not been read" in doubts(document)["finer_than_allowed"]


@pytest.mark.parametrize(
    ("status", "verdict"), [("proposed", "clear"), ("policy", "undetermined"), ("exercise", "clear")]
)
def test_what_stands_behind_a_rule_decides_what_it_can_do(small, status, verdict):
    edit(small / "restrictions" / "israel-resolution.toml", 'status = "in_force"', f'status = "{status}"')
    assert answer(small, "israel-finer-than-0.40-inside-core")["verdict"] == verdict


def test_a_proven_area_is_a_condition_for_its_licensee_only(small):
    path = small / "restrictions" / "tier-3-withheld.toml"
    proven = '\n[[proven]]\nlicensee = "Example Imaging"\nlayer = "exercise"\nfeatures = ["alpha"]\ndocument = "Letter 7"\n'
    path.write_text(path.read_text("utf-8") + proven, "utf-8")
    ring = [[-116.2, 37.2], [-115.8, 37.2], [-115.8, 37.6], [-116.2, 37.6], [-116.2, 37.2]]
    inside = {"type": "Polygon", "coordinates": [ring]}
    assert answer(small, "tier-3-anywhere", aoi=inside)["verdict"] == "clear"
    assert answer(small, "tier-3-anywhere")["verdict"] == "undetermined"
    other = {"name": "Another Inc.", "country": "US", "us_person": True}
    assert answer(small, "tier-3-anywhere", aoi=inside, applicant=other)["verdict"] == "undetermined"
    (small / "layers" / "exercise.gpkg").unlink()
    assert answer(small, "tier-3-anywhere", aoi=inside)["verdict"] == "undetermined"


def with_circle(folder, lon, lat, radius_m):
    edit(
        folder / "restrictions" / "exercise-lod-alpha.toml",
        'layer = "exercise"\nfeatures = ["alpha"]',
        f"circle = {{ lon_deg = {lon}, lat_deg = {lat}, radius_m = {radius_m} }}",
    )


@pytest.mark.parametrize(
    ("lon", "lat", "inside", "outside"),
    [
        pytest.param(
            179.9, 0.0, [(179.5, 0.0), (-179.5, 0.0)], [(178.0, 0.0), (-178.0, 0.0)], id="across 180"
        ),
        pytest.param(
            10.0, 89.5, [(10.0, 89.9), (-170.0, 89.7), (100.0, 89.9)], [(-170.0, 88.0)], id="over a pole"
        ),
        pytest.param(-60.0, -90.0, [(0.0, -89.5), (179.0, -89.5)], [(0.0, -88.0)], id="round a pole"),
    ],
)
def test_a_circle_across_180_or_over_a_pole_is_entered_where_it_lies(small, lon, lat, inside, outside):
    with_circle(small, lon, lat, 100_000)
    for (x, y), expected in [*((p, True) for p in inside), *((p, False) for p in outside)]:
        d = 0.01
        ring = [[x - d, y - d], [x + d, y - d], [x + d, y + d], [x - d, y + d], [x - d, y - d]]
        document = answer(small, "lod-in-the-window", aoi={"type": "Polygon", "coordinates": [ring]})
        hit = any(
            f["restriction"] == "exercise-lod-alpha" and f["outcome"] == "conflict"
            for f in document["findings"]
        )
        assert hit is expected, (x, y)


@pytest.mark.parametrize(
    ("lon", "lat", "radius_m"), [(0, 91, 1000), (181, 0, 1000), (0, 0, 0), (0, 0, 3e6), ("nan", 0, 1000)]
)
def test_a_circle_that_cannot_be_is_refused(small, lon, lat, radius_m):
    with_circle(small, lon, lat, radius_m)
    with pytest.raises(RulebookUnusable, match="circle"):
        load(small)


def test_every_change_of_a_file_changes_the_version_and_the_id_of_the_answer(small):
    seen = {(load(small).version, answer(small)["verdict_id"])}
    for file in ("restrictions/cap-northrop-sar.toml", "layers/israel.toml", "rulebook.toml"):
        edit(small / file, "RSIWG secretariat", "RSIWG  secretariat")
        seen.add((load(small).version, answer(small)["verdict_id"]))
    layer = own(small, "exercise")
    layer.write_bytes(layer.read_bytes() + b"x")
    seen.add((load(small).version, answer(small)["verdict_id"]))
    assert len({version for version, _ in seen}) == len({an_id for _, an_id in seen}) == 5


def test_validation_on_a_day_beyond_names_what_is_too_old(small):
    edit(small / "layers" / "exercise.toml", "review_after_days = 730", "review_after_days = 280")
    assert validate(small, today=SHIPPED_ON) == ()
    # What moves fast is gone through more often: owners each quarter, the market, memberships, lists twice a year.
    owners = {"regulation/ownership-rules.toml"}
    groups = {"regulation/country-groups.toml", "regulation/sanctioned-regions.toml"}
    members = {
        "regulation/nato.toml",
        "regulation/mnna.toml",
        "regulation/itar-126-1.toml",
        "regulation/agreements.toml",
    }
    for day, stale in (
        (dt.date(2026, 11, 29), set()),
        (dt.date(2026, 11, 30), owners),  # 90 days after September 1, 2026
        (dt.date(2027, 2, 27), owners),
        (dt.date(2027, 2, 28), owners | groups),  # 180 days after it
        (dt.date(2027, 5, 23), owners | groups),
        (dt.date(2027, 5, 24), owners | groups | members | {"availability"}),  # 180 days after November 25
        (dt.date(2027, 8, 31), owners | groups | members | {"availability"}),
    ):
        assert {problem.split(":")[0] for problem in validate(small, today=day)} == stale, day
    problems = validate(small, today=dt.date(2027, 9, 1))
    for name in ("rulebook.toml", "layers/exercise.toml", "restrictions/israel-resolution.toml"):
        assert any(p.startswith(name) for p in problems), name
    assert not any("cap-" in p for p in problems), "a rule that is over needs no new reading"
