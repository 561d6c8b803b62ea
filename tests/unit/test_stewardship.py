"""Golden cases of rules, differences, impact, and publishing: never a version that is not whole and green."""

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rsiwg import maps, reports, resources
from rsiwg.errors import InvalidSubmission, NotFound, NotPublishable, RulebookUnusable
from rsiwg.geometry import area_km2
from rsiwg.rulebook import load
from rsiwg.stewardship.cases import run_cases
from rsiwg.stewardship.difference import difference_document, differences
from rsiwg.stewardship.impact import Asked, asked_in_folder, asked_in_store, impact
from rsiwg.stewardship.publish import (
    alterations,
    content_hash,
    publications,
    publish,
    published_folder,
)

ROOT = Path(__file__).parents[2]
NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
RULES = ("exercise-lod-alpha", "cap-northrop-sar")


@pytest.fixture
def book(tmp_path):
    """A small rulebook that may be published: two rules, one layer, their cases."""
    folder = tmp_path / "geodata"
    for name in ("restrictions", "layers", "cases/restrictions"):
        (folder / name).mkdir(parents=True)
    for name in ("schema", "availability"):
        shutil.copytree(resources.GEODATA / name, folder / name)
    for rule in RULES:
        for kind in ("restrictions", "cases/restrictions"):
            shutil.copy(resources.GEODATA / kind / f"{rule}.toml", folder / kind)
    for name in ("exercise.toml", "exercise.gpkg"):
        shutil.copy(resources.GEODATA / "layers" / name, folder / "layers")
    table = (resources.GEODATA / "rulebook.toml").read_text("utf-8")
    table = re.sub(
        r"^restrictions = \[.*?^\]", f"restrictions = {json.dumps(RULES)}", table, flags=re.M | re.S
    )
    table = re.sub(r"^regulation = \[.*?\]$", "", table, flags=re.M | re.S)
    table = re.sub(r"^layers = .*$", 'layers = ["exercise"]', table, flags=re.M)
    table = re.sub(r'^(countries|regions|land|seas) = ".*"$', r'\1 = "exercise"', table, flags=re.M)
    (folder / "rulebook.toml").write_text(table, "utf-8")
    return folder


def edit(path, before, after):
    text = path.read_text("utf-8")
    assert before in text, f"{before!r} is not in {path.name}"
    path.chmod(0o644)
    path.write_text(text.replace(before, after, 1), "utf-8")


def cases_of(book, rule="exercise-lod-alpha"):
    return book / "cases" / "restrictions" / f"{rule}.toml"


def rule_of(book, rule="exercise-lod-alpha"):
    return book / "restrictions" / f"{rule}.toml"


def results_of(book):
    return run_cases(book, load(book))


# ------------------------------------------------------------------------------------------- golden cases


def test_every_shipped_rule_answers_its_cases_and_has_one_of_every_situation():
    found = results_of(resources.GEODATA)
    assert found.red == ()
    assert found.missing == ()
    assert len(found.ran) >= 150


def test_every_shipped_case_says_where_its_answer_comes_from():
    from rsiwg.rulebook.cases import read_rule_cases  # noqa: PLC0415

    for restriction in load(resources.GEODATA).restrictions:
        for case in read_rule_cases(resources.GEODATA, restriction.id):
            assert len(case.says) >= 7, case
            assert len(case.why) >= 15, case


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        pytest.param(
            'finds = "conflict"', 'finds = "clear"', "should be clear and is conflict", id="finding"
        ),
        pytest.param('verdict = "restricted"', 'verdict = "clear"', "verdict should be clear", id="verdict"),
        pytest.param(
            'situation = "inside"', 'situation = "outside"', "is said to be outside and is inside", id="place"
        ),
        pytest.param('reference = "CASE"', "reference = 5", "cannot be read", id="request"),
        pytest.param(
            'finds = "conflict"', 'finds = "conflict"\nreadings = ["elsewhere"]', "in elsewhere", id="reading"
        ),
    ],
)
def test_a_case_that_is_not_as_it_says_is_red(book, before, after, wrong):
    edit(cases_of(book), before, after)
    assert any(wrong in " ".join(ran.wrong) for ran in results_of(book).red)


def test_a_product_that_is_not_where_its_case_says_is_red(book):
    edit(cases_of(book, "cap-northrop-sar"), "request.sensor.ipr_m = 0.99", "request.sensor.ipr_m = 1.0")
    (red,) = results_of(book).red
    assert any("said to be finer 1 m and is 1.0 m" in wrong for wrong in red.wrong)


@pytest.mark.parametrize(
    "situation", ["inside", "outside", "touching", "straddling", "before", "on", "after"]
)
def test_a_situation_without_a_case_is_missed(book, situation):
    cases = cases_of(book)
    blocks = cases.read_text("utf-8").split("[[case]]")
    kept = [block for block in blocks if f'situation = "{situation}"' not in block]
    assert len(kept) < len(blocks)
    cases.write_text("[[case]]".join(kept), "utf-8")
    missing = results_of(book).missing
    assert missing
    assert all(f"no case {situation}" in each for each in missing)


@pytest.mark.parametrize("situation", ["finer", "at", "coarser"])
def test_a_number_without_a_case_is_missed(book, situation):
    cases = cases_of(book, "cap-northrop-sar")
    blocks = cases.read_text("utf-8").split("[[case]]")
    cases.write_text("[[case]]".join(b for b in blocks if f'"{situation}"' not in b), "utf-8")
    assert results_of(book).missing == (f"restrictions/cap-northrop-sar: no case {situation} 1 m",)


def test_a_rule_without_any_case_is_missed(book):
    cases_of(book).unlink()
    assert len(results_of(book).missing) == 4 + 2 * 3  # the outline, and two days


def test_cases_of_no_rule_are_found(book):
    cases_of(book).rename(cases_of(book, "exercise-lod-alhpa"))
    assert any("exercise-lod-alhpa" in each and "no such" in each for each in results_of(book).missing)


def test_a_question_without_any_case_is_missed_and_a_red_one_is_found(tmp_path):
    shutil.copytree(resources.GEODATA / "cases", tmp_path / "cases")
    tables = tmp_path / "cases" / "questions"
    (tables / "tier.toml").unlink()
    edit(tables / "applies.toml", 'expect = { answer = "no"', 'expect = { answer = "yes"')
    found = run_cases(tmp_path, load(resources.GEODATA))
    assert found.missing == ("questions/tier: no case at all",)
    (red,) = found.red
    assert red.where.startswith("questions/applies, case ")
    assert "answer should be 'yes' and is 'no'" in red.wrong[0]


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        pytest.param('finds = "conflict"', 'finds = "restricted"', "finds", id="no outcome"),
        pytest.param('says = "', 'sais = "', "says", id="a key misspelt"),
        pytest.param('situation = "inside"', 'situation = "before"', "date", id="a day is needed"),
        pytest.param('situation = "inside"', 'situation = "at"', "limit_m", id="a number is needed"),
        pytest.param("date = 2026-06-01", "date = '2026-06-01'", "date", id="a day in quotes"),
    ],
)
def test_a_broken_file_of_cases_is_refused_by_name(book, before, after, why):
    edit(cases_of(book), before, after)
    with pytest.raises(RulebookUnusable, match=r"cases/restrictions/exercise-lod-alpha\.toml") as caught:
        results_of(book)
    assert why in str(caught.value)


# -------------------------------------------------------------------------------------------- differences


def copy_of(book, tmp_path):
    return Path(shutil.copytree(book, tmp_path / "changed"))


def says(old, new):
    return [change.says for change in differences(load(old), load(new))]


def test_a_rulebook_does_not_differ_from_itself(book):
    assert difference_document(load(book), load(book))["changes"] == []


@pytest.mark.parametrize(
    ("file", "before", "after", "expected"),
    [
        pytest.param("restrictions/cap-northrop-sar.toml", "finest_m = 1.0", "finest_m = 1.5",
                     "cap-northrop-sar, the limit from August 24, 2009: what it allows was “finest IPR 1 m” and is “finest IPR 1.5 m”.", id="number"),
        pytest.param("restrictions/cap-northrop-sar.toml", "end = 2020-07-20", "end = 2020-07-21",
                     "cap-northrop-sar, the limit from August 24, 2009: its last day was “July 19, 2020” and is “July 20, 2020”.", id="last day"),
        pytest.param("restrictions/cap-northrop-sar.toml", "verified_on = 2026-09-01", "verified_on = 2026-10-01",
                     "cap-northrop-sar: the day its source was last read was “September 1, 2026” and is “October 1, 2026”.", id="read again"),
        pytest.param("restrictions/exercise-lod-alpha.toml", "tiers = [2, 3]", "tiers = [3]",
                     "exercise-lod-alpha: binds.tiers was 2, 3 and is 3.", id="whom it binds"),
        pytest.param("rulebook.toml", "near_miss_km = 10.0", "near_miss_km = 5.0",
                     "The rulebook: the distance of a near miss was “10 km” and is “5 km”.", id="the rulebook itself"),
        pytest.param("layers/exercise.toml", "retrieved_on = 2026-11-25", "retrieved_on = 2026-11-24",
                     "The layer exercise: the day it was retrieved was “November 25, 2026” and is “November 24, 2026”.", id="layer"),
        pytest.param("availability/systems.toml", "read_on = 2026-11-25", "read_on = 2026-11-24",
                     "The catalogue of available data: the day it was gone through was “November 25, 2026” and is “November 24, 2026”.", id="catalogue"),
        pytest.param("restrictions/cap-northrop-sar.toml", "\n\n[binds]", "\n# a remark\n\n[binds]",
                     "cap-northrop-sar: its file or its layer differs in a way that changes nothing it says.", id="a remark"),
    ],
)  # fmt: skip
def test_a_change_is_said(book, tmp_path, file, before, after, expected):
    changed = copy_of(book, tmp_path)
    edit(changed / file, before, after)
    assert expected in says(book, changed)


def test_a_limit_that_comes_and_one_that_goes_are_said(book, tmp_path):
    changed = copy_of(book, tmp_path)
    edit(rule_of(changed, "cap-northrop-sar"), "start = 2009-08-24", "start = 2009-08-25")
    added, removed = (c for c in differences(load(book), load(changed)) if c.part == "limit")
    assert (added.change, removed.change) == ("added", "removed")
    assert "finest IPR 1 m, from August 25, 2009, to July 19, 2020" in added.says
    assert "from August 24, 2009, to July 19, 2020" in removed.says


def test_a_rule_that_goes_is_said_with_its_ground(book, tmp_path):
    changed = copy_of(book, tmp_path)
    rule_of(changed).unlink()
    edit(changed / "rulebook.toml", '"exercise-lod-alpha", ', "")
    gone = [c for c in differences(load(book), load(changed)) if c.of == "exercise-lod-alpha"]
    assert [c.part for c in gone] == ["restriction", "limit", "zone"]
    assert all(c.change == "removed" for c in gone)
    # Closed form of an ellipsoidal zone (Snyder 1987, eq. 3-12, WGS 84), 116.5-115.5 W, 37-38 N: 9,813.952 km².
    assert area_km2(gone[-1].removed) == pytest.approx(9813.952, rel=1e-6)
    assert gone[-1].added.is_empty


CIRCLE = "[zone.circle]\nlon_deg = -116.0\nlat_deg = 37.5\nradius_m = 60000\n"


def with_a_circle(book, tmp_path):
    """The directive's square in place of which a circle stands."""
    changed = copy_of(book, tmp_path)
    edit(
        rule_of(changed),
        'layer = "exercise"\nfeatures = ["alpha"]\ndecides = true\n',
        f"decides = true\n{CIRCLE}",
    )
    return changed


def test_changed_ground_is_added_and_removed(book, tmp_path):
    (change,) = (c for c in differences(load(book), load(with_a_circle(book, tmp_path))) if c.part == "zone")
    square, circle = 9813.952, 3.141592653589793 * 60**2
    gained, lost = area_km2(change.added), area_km2(change.removed)
    assert square + gained - lost == pytest.approx(circle, rel=2e-3)
    assert "gained 2," in change.says
    assert "and lost 53" in change.says


def test_the_difference_is_json_and_text(book, tmp_path):
    document = difference_document(load(book), load(with_a_circle(book, tmp_path)))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    (ground,) = (c for c in document["changes"] if c["part"] == "zone")
    assert ground["added"]["area"]["type"] == "MultiPolygon"
    text = reports.difference_text(document)
    assert all(" ".join(c["says"].split()) in " ".join(text.split()) for c in document["changes"])
    assert "Changed ground:" in text


# ------------------------------------------------------------------------------------------------- impact


def a_request(**changed):
    return {
        "kind": "imaging", "reference": "R1", "exercise": True,
        "applicant": {"name": "Example Imaging Inc.", "country": "US", "us_person": True},
        "sensor": {"modality": "panchromatic", "gsd_m": 0.31},
        "licence": {"part_960": True, "tier": 2},
        "activity": ["collect", "disseminate"],
        "collection": {"start": "2026-06-05", "end": "2026-06-05"},
        "aoi": {"point": [-116.55, 37.5], "radius_km": 3},
    } | changed  # fmt: skip


def test_a_request_on_added_ground_changes_and_one_elsewhere_does_not(book, tmp_path):
    asked = [
        Asked(name="west of the square", body=a_request()),
        Asked(name="far away", body=a_request(aoi={"point": [-100, 37.5], "radius_km": 3})),
    ]
    document = impact(load(book), load(with_a_circle(book, tmp_path)), asked, today=TODAY)
    told = document["requests"]
    assert (told["read"], told["verdict_changes"], told["unchanged"]) == (2, 1, 1)
    (touched,) = told["changed"]
    assert (touched["before"], touched["after"]) == ("clear", "restricted")
    assert any("neither collection nor dissemination" in text for text in touched["now_found"])


def test_the_same_rulebook_touches_nobody(book):
    told = impact(load(book), load(book), [Asked(name="one", body=a_request())], today=TODAY)["requests"]
    assert (told["changed"], told["unchanged"]) == ([], 1)


def test_requests_that_cannot_be_read_are_named(book, tmp_path):
    folder = tmp_path / "requests"
    (folder / "below").mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps(a_request()), "utf-8")
    (folder / "below" / "b.json").write_text("{", "utf-8")
    (folder / "c.json").write_bytes(b"\xff\xfe")
    (folder / "d.json").write_text(json.dumps(a_request(kind="walking")), "utf-8")
    (folder / "e.json").write_text(json.dumps({"request": a_request(), "as_of": "soon"}), "utf-8")
    (folder / "f.json").write_text(json.dumps(a_request(aoi={"point": [0, 95], "radius_km": 1})), "utf-8")
    told = impact(load(book), load(book), asked_in_folder(folder), today=TODAY)["requests"]
    assert told["read"] == 1
    assert [each["name"] for each in told["unreadable"]] == [
        "below/b.json",
        "c.json",
        "d.json",
        "e.json",
        "f.json",
    ]
    assert all(len(each["why"]) > 10 for each in told["unreadable"])


def test_an_answer_is_taken_as_the_request_in_it_on_its_day(book, tmp_path):
    folder = tmp_path / "requests"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps({"request": a_request(), "as_of": "2026-06-20"}), "utf-8")
    told = impact(load(book), load(with_a_circle(book, tmp_path)), asked_in_folder(folder), today=TODAY)[
        "requests"
    ]
    assert told["changed"] == [], "the directive is not in force on June 20"


def test_the_requests_of_a_database_are_asked_again(book, tmp_path):
    from rsiwg import casework, store  # noqa: PLC0415
    from rsiwg.settings import Limits  # noqa: PLC0415
    from rsiwg.store import migrate  # noqa: PLC0415

    engine = store.open_database(f"sqlite:///{tmp_path}/rsiwg.db")
    migrate.upgrade(engine)
    old = load(book)
    with store.writing(engine) as requests:
        for n in range(3):
            casework.submit(
                a_request(reference=f"R{n}"),
                old,
                requests,
                limits=Limits(),
                actor="test",
                source="cli",
                now=NOW,
            )
    with store.reading(engine) as requests:
        told = impact(old, load(with_a_circle(book, tmp_path)), asked_in_store(requests), today=TODAY)[
            "requests"
        ]
    assert told["verdict_changes"] == 3
    assert sorted(each["reference"] for each in told["changed"]) == ["R0", "R1", "R2"]
    engine.dispose()


def test_the_map_shows_what_the_text_says(book, tmp_path):
    asked = [Asked(name="west", body=a_request())]
    document = impact(load(book), load(with_a_circle(book, tmp_path)), asked, today=TODAY)
    scene = maps.scene_of_changes(document)
    assert {layer.style for layer in scene.layers} == {"ground-added", "ground-removed", "aoi"}
    text = " ".join(reports.impact_text(document).replace("\xa0", " ").split())
    for layer in scene.layers:
        for feature in layer.features:
            assert feature.label.split(",")[0].split(": ")[-1].split(",")[0] in text
    page = maps.draw(scene, assets=maps.Assets.inline())
    assert not re.search(r"""(?:src\s*=|<link[^>]*href\s*=)\s*["']https?:""", page)
    assert page == maps.draw(maps.scene_of_changes(document), assets=maps.Assets.inline())


# --------------------------------------------------------------------------------------------- publishing


def published(book, to, note="The first."):
    return publish(book, to, by="A. Steward", note=note, at=NOW)


def test_a_published_rulebook_is_whole_and_in_the_ledger(book, tmp_path):
    done = published(book, tmp_path / "kept")
    assert not done.was_there
    assert done.folder.name == done.publication.content == content_hash(book)
    assert load(done.folder).version == load(book).version == done.publication.rulebook
    (entry,) = publications(tmp_path / "kept")
    assert (entry.by, entry.note, entry.published_at) == ("A. Steward", "The first.", NOW)
    assert entry.previous is None
    assert entry.cases == len(results_of(book).ran)
    assert alterations(tmp_path / "kept") == ()


def test_publishing_the_same_twice_adds_nothing(book, tmp_path):
    first, again = published(book, tmp_path / "kept"), published(book, tmp_path / "kept", "Again.")
    assert again.was_there
    assert again.publication == first.publication
    assert len(publications(tmp_path / "kept")) == 1


def test_a_second_version_names_the_entry_before_it(book, tmp_path):
    to = tmp_path / "kept"
    published(book, to)
    before = {p: p.read_bytes() for p in sorted(to.rglob("*")) if p.is_file()}
    edit(rule_of(book), 'notes = """', 'notes = """Said better.  ')
    second = published(book, to, "Words.").publication
    assert second.number == 2
    assert len(second.previous) == 64
    assert {p: p.read_bytes() for p in before} == before, "what is published never changes"
    assert published_folder(to / "latest").name == second.content
    assert published_folder(to / second.rulebook[:8]).name == second.content
    with pytest.raises(NotFound):
        published_folder(to / "ffffffffffff")


@pytest.mark.parametrize(
    ("file", "before", "after", "why"),
    [
        pytest.param("cases/restrictions/exercise-lod-alpha.toml", 'finds = "conflict"', 'finds = "clear"', "should be clear", id="a red case"),
        pytest.param("cases/restrictions/exercise-lod-alpha.toml", 'situation = "touching"', 'situation = "outside"', "said to be outside", id="a wrong case"),
        pytest.param("rulebook.toml", "read_on = 2026-09-01", "read_on = 2020-09-01", "does not vouch for today", id="a stale rulebook"),
        pytest.param("layers/exercise.toml", "features = 3", "features = 4", "4 are stated", id="an unsound layer"),
    ],
)  # fmt: skip
def test_what_is_not_sound_is_not_published(book, tmp_path, file, before, after, why):
    edit(book / file, before, after)
    with pytest.raises(NotPublishable) as refused:
        published(book, tmp_path / "kept")
    assert any(why in problem for problem in refused.value.problems)
    assert publications(tmp_path / "kept") == ()
    assert list((tmp_path / "kept" / "versions").iterdir()) == []


def test_a_rule_without_a_needed_case_is_not_published(book, tmp_path):
    cases_of(book).unlink()
    with pytest.raises(NotPublishable) as refused:
        published(book, tmp_path / "kept")
    assert "restrictions/exercise-lod-alpha: no case straddling" in refused.value.problems


@pytest.mark.parametrize("field", ["by", "note"])
@pytest.mark.parametrize(
    "text", ["", "  ", "two\nlines", "x" * 5000], ids=["empty", "blank", "lines", "long"]
)
def test_nobody_publishes_without_a_name_and_a_reason(book, tmp_path, field, text):
    with pytest.raises(InvalidSubmission) as refused:
        publish(book, tmp_path / "kept", at=NOW, **{"by": "A", "note": "why", field: text})
    assert set(refused.value.problems) == {field}
    assert not (tmp_path / "kept").exists()


def test_an_altered_version_is_found_and_nothing_more_is_published(book, tmp_path):
    to = tmp_path / "kept"
    done = published(book, to)
    edit(done.folder / "rulebook.toml", "near_miss_km = 10.0", "near_miss_km = 1.0")
    assert any("was changed" in each for each in alterations(to))
    edit(rule_of(book), 'confidence = "high"', 'confidence = "low"')
    with pytest.raises(RulebookUnusable, match="altered"):
        published(book, to)
    assert len(publications(to)) == 1


def test_a_forged_or_missing_entry_is_found(book, tmp_path):
    to = tmp_path / "kept"
    published(book, to)
    edit(rule_of(book), 'confidence = "high"', 'confidence = "low"')
    published(book, to)
    edit(to / "ledger" / "0001.json", "A. Steward", "B. Steward")
    assert any("the entry before it" in each for each in alterations(to))
    (to / "ledger" / "0001.json").unlink()
    with pytest.raises(RulebookUnusable, match="missing"):
        publications(to)


KILLED = """
import datetime as dt, os, sys
from pathlib import Path
from rsiwg.stewardship import publish as room
book, to, step = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
real = getattr(room, step)
if sys.argv[4] == "before":
    setattr(room, step, lambda *a: os._exit(9))
else:
    setattr(room, step, lambda *a: (real(*a), os._exit(9)))
room.publish(book, to, by="A", note="why", at=dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC))
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["_copy", "_checked", "_keep_version", "_keep_entry"])
def test_a_kill_between_two_steps_leaves_a_version_whole_or_not_published(book, tmp_path, step, when):
    to = tmp_path / "kept"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, book, to, step, when],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False, capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 9, done.stderr
    kept = publications(to)
    assert len(kept) == (1 if (step, when) == ("_keep_entry", "after") else 0)
    assert alterations(to) == ()
    again = published(book, to)
    assert again.was_there == bool(kept)
    assert [entry.number for entry in publications(to)] == [1]
    assert load(again.folder).version == load(book).version
    assert alterations(to) == ()


def test_two_that_publish_at_once_add_two_entries(book, tmp_path):
    to, other = tmp_path / "kept", tmp_path / "other"
    shutil.copytree(book, other)
    edit(rule_of(other), 'confidence = "high"', 'confidence = "low"')
    script = (
        KILLED.replace("real = getattr(room, step)\n", "").split("if sys")[0]
        + KILLED.split("os._exit(9)))\n")[1]
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, each, to, "", ""], env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        for each in (book, other, book)
    ]
    assert [process.wait(timeout=60) for process in running] == [0, 0, 0]
    assert [entry.number for entry in publications(to)] == [1, 2]
    assert len({entry.content for entry in publications(to)}) == 2
    assert alterations(to) == ()


# --------------------------------------------------------------------------------------- the command line


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "rsiwg.cli", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_the_commands_of_a_steward(book, tmp_path):
    changed, requests, drawn = with_a_circle(book, tmp_path), tmp_path / "requests", tmp_path / "map.html"
    requests.mkdir()
    (requests / "a.json").write_text(json.dumps(a_request()), "utf-8")
    assert run("rules", "test", book).returncode == 0
    red = run("rules", "test", changed)
    assert red.returncode == 4
    assert "touching" in red.stdout
    diff = run("rules", "diff", book, changed, "--format", "json")
    assert diff.returncode == 0
    assert json.loads(diff.stdout)["same"] is False
    found = run("rules", "impact", book, changed, "--requests", requests, "--map", drawn)
    assert found.returncode == 0, found.stderr
    assert "clear, now restricted" in found.stdout
    assert drawn.read_text("utf-8").startswith("<!DOCTYPE html>")
    (requests / "b.json").write_text("{", "utf-8")
    assert run("rules", "impact", book, changed, "--requests", requests).returncode == 4
    refused = run("rules", "publish", changed, "--to", tmp_path / "kept", "--by", "A", "--note", "why")
    assert refused.returncode == 4
    assert "not published" in refused.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("rules", "diff", "nowhere", "nowhere"), "no rulebook.toml", id="no rulebook"),
        pytest.param(("rules", "versions", "."), "no ledger", id="no ledger"),
        pytest.param(("rules", "impact", resources.GEODATA, resources.GEODATA, "--requests", "nowhere"), "nowhere", id="no requests"),
        pytest.param(("rules", "impact", resources.GEODATA, resources.GEODATA, "--requests", "sqlite:///nowhere.db"), "nowhere.db", id="no database"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_4_and_named(arguments, said):
    done = run(*arguments)
    assert done.returncode == 4
    assert said in done.stderr
    assert "Traceback" not in done.stderr
