"""Copies of the shipped rulebook, broken or changed: undetermined with the reason or refused, never clear."""

import datetime as dt
import re
import shutil

import pytest

from rsiwg import casework, resources
from rsiwg.errors import RulebookUnusable
from rsiwg.rulebook import load
from rsiwg.settings import Limits

FAR = [[10.0, 46.0], [10.2, 46.0], [10.2, 46.2], [10.0, 46.2], [10.0, 46.0]]
NEGEV = [[34.78, 30.55], [34.98, 30.55], [34.98, 30.75], [34.78, 30.75], [34.78, 30.55]]


@pytest.fixture
def folder(tmp_path):
    """The small files copied, the layers linked."""
    shutil.copytree(resources.GEODATA, tmp_path, ignore=shutil.ignore_patterns("*.gpkg"), dirs_exist_ok=True)
    for path in (resources.GEODATA / "layers").glob("*.gpkg"):
        (tmp_path / "layers" / path.name).symlink_to(path)
    return tmp_path


def edit(path, pattern, by, count=1):
    text, n = re.subn(pattern, lambda _: by, path.read_text("utf-8"), count=count, flags=re.M)
    assert n
    path.write_text(text, "utf-8")


def own_copy(folder, layer):
    path = folder / "layers" / f"{layer}.gpkg"
    path.unlink()
    shutil.copy(resources.GEODATA / "layers" / path.name, path)
    path.chmod(0o644)
    return path


def ask(folder, ring=FAR, as_of=None, **changes):
    body = {
        "kind": "imaging",
        "reference": "BROKEN",
        "applicant": {"name": "Example Imaging Inc.", "country": "US", "us_person": True},
        "sensor": {"name": "PAN", "modality": "panchromatic", "gsd_m": 5.0},
        "licence": {"part_960": True, "tier": 1},
        "activity": ["collect", "disseminate"],
        "collection": {"start": "2025-06-01", "end": "2025-06-30"},
        "aoi": {"type": "Polygon", "coordinates": [ring]},
        **changes,
    }
    return casework.check(body, load(folder), limits=Limits(), as_of=as_of).document


def doubts(answer):
    return [f["says"] for f in answer["findings"] if f["outcome"] == "indeterminate"]


def test_the_copy_itself_is_sound(folder):
    assert ask(folder)["verdict"] == "clear"
    assert load(folder).version == load(resources.GEODATA).version


@pytest.mark.parametrize(
    "layer", ["israel", "exercise", "countries", "disputed-regions", "land", "territorial-seas"]
)
@pytest.mark.parametrize(
    ("harm", "said"), [("altered", "has been altered"), ("missing", "is missing"), ("corrupt", "the file")]
)  # fmt: skip
def test_a_harmed_layer_makes_every_answer_undetermined(folder, layer, harm, said):
    if harm == "missing":
        (folder / "layers" / f"{layer}.gpkg").unlink()
    else:
        path = own_copy(folder, layer)
        data = bytearray(path.read_bytes())
        if harm == "altered":
            data[68] ^= 1  # the application id in the header: still a database
        else:
            data = data[:50]
        path.write_bytes(data)
    answer = ask(folder)
    assert answer["verdict"] == "undetermined"
    assert any(said in doubt and f"{layer}.gpkg" in doubt for doubt in doubts(answer))


def test_a_violation_under_a_harmed_layer_is_not_clear(folder):
    (folder / "layers" / "israel.gpkg").unlink()
    sensor = {"modality": "panchromatic", "gsd_m": 0.2}
    answer = ask(folder, NEGEV, sensor=sensor)
    assert answer["verdict"] == "undetermined"
    assert any("Israel" in d and "cannot be applied" in d for d in doubts(answer))


@pytest.mark.parametrize("what", ["restrictions/israel-resolution.toml", "restrictions/tier-3-withheld.toml"])
def test_a_listed_restriction_that_is_missing_makes_every_answer_undetermined(folder, what):
    (folder / what).unlink()
    answer = ask(folder)
    assert answer["verdict"] == "undetermined"
    assert any(what.lower() in d.lower() and "missing" in d for d in doubts(answer))


def test_a_listed_layer_card_that_is_missing_is_never_clear(folder):
    (folder / "layers" / "land.toml").unlink()
    answer = ask(folder)
    assert answer["verdict"] == "undetermined"
    assert any("land.toml" in d and "missing" in d for d in doubts(answer))


ISRAEL, TIER_3 = "restrictions/israel-resolution.toml", "restrictions/tier-3-withheld.toml"


@pytest.mark.parametrize(
    ("file", "pattern", "by"),
    [
        (ISRAEL, r"^confidence", "confidance"),
        (ISRAEL, r"^part_960 = true", 'part_960 = "true"'),
        (ISRAEL, r"^finest_m = 0.4", 'finest_m = "0.4"'),
        (ISRAEL, r"^finest_m = 0.4", "finest_m = -0.4"),
        (ISRAEL, r"^finest_m = 0.4", "finest_m = nan"),
        (ISRAEL, r"^finest_m = 0.4", ""),
        (ISRAEL, r"^end = 2020-07-21", "end = 2020-07-22"),
        (ISRAEL, r"^end = 2020-07-21", ""),
        (ISRAEL, r"^start = 2020-07-21", "start = 2020-07-21T00:00:00"),
        (ISRAEL, r"^verified_on = 2026-09-01$", ""),
        (ISRAEL, r"^\[limit.citation\]\nsource = .*\nurl = .*$", ""),
        (ISRAEL, r"^url = .*$", ""),
        (ISRAEL, r'^status = "in_force"', 'status = "inforce"'),
        (ISRAEL, r"^doubt = .*$", ""),
        (ISRAEL, r'^layer = "israel"', 'layer = "israël"'),
        (ISRAEL, r'^title = "Israel: ', 'title = "Israel: \n'),
        (TIER_3, r"^says = .*$", "finest_m = 1.0"),
        (TIER_3, r"^tiers = \[3\]", "tiers = [4]"),
        (TIER_3, r"^worldwide = true", ""),
        ("rulebook.toml", r"^near_miss_km", "near_mis_km"),
        ("rulebook.toml", r'^  "israel-resolution",$', ""),
        ("rulebook.toml", r'^  "israel-resolution",$', '"israel-resolution", "israel-resolution",'),
        ("layers/land.toml", r"^accuracy_m", "accuracy"),
    ],
)  # fmt: skip
def test_a_rulebook_with_a_wrong_file_is_refused(folder, file, pattern, by):
    edit(folder / file, pattern, by)
    with pytest.raises(RulebookUnusable):
        load(folder)


def test_a_file_that_is_not_listed_is_refused(folder):
    shutil.copy(folder / ISRAEL, folder / "restrictions" / "second.toml")
    with pytest.raises(RulebookUnusable, match="second"):
        load(folder)


# ------------------------------------------------------------------------------------- changed, not broken


FINE = {"sensor": {"modality": "panchromatic", "gsd_m": 0.2}}


def test_an_entry_that_nobody_read_decides_nothing(folder):
    text = (folder / ISRAEL).read_text("utf-8")
    head, tail = text.rsplit("verified = true\nverified_on = 2026-09-01", 1)
    (folder / ISRAEL).write_text(f"{head}verified = false{tail}", "utf-8")
    assert ask(folder, NEGEV)["verdict"] == "clear"
    answer = ask(folder, NEGEV, **FINE)
    assert answer["verdict"] == "undetermined"
    assert any("has not been read in its source" in d for d in doubts(answer))


def test_a_proposed_rule_binds_nobody(folder):
    edit(folder / ISRAEL, r'^status = "in_force"', 'status = "proposed"')
    answer = ask(folder, NEGEV, **FINE)
    reasons = {n["restriction"]: n["reason"] for n in answer["not_applicable"]}
    assert reasons["israel-resolution"] == "It is proposed and not in force."
    assert answer["verdict"] == "clear"


def test_a_policy_is_left_to_people(folder):
    edit(folder / ISRAEL, r'^status = "in_force"', 'status = "policy"')
    answer = ask(folder, NEGEV, **FINE)
    assert answer["verdict"] == "undetermined"
    assert any("policy and not a rule" in d for d in doubts(answer))


@pytest.mark.parametrize(
    ("west", "name", "verdict"),
    [
        (-116.0, "Example Imaging, Inc.", "clear"),  # all of it proven
        (-115.6, "Example Imaging Inc.", "undetermined"),  # runs out of it
        (-116.0, "Other Imaging Inc.", "undetermined"),
    ],
)
def test_ground_proven_to_lie_outside_the_withheld_areas(folder, west, name, verdict):
    path = folder / TIER_3
    proof = '\n[[proven]]\nlicensee = "Example Imaging Inc."\nlayer = "exercise"\nfeatures = ["alpha"]\ndocument = "Letter 7"\n'
    path.write_text(path.read_text("utf-8") + proof, "utf-8")
    ring = [[west, 37.4], [west + 0.2, 37.4], [west + 0.2, 37.6], [west, 37.6], [west, 37.4]]
    answer = ask(
        folder,
        ring,
        licence={"part_960": True, "tier": 3},
        applicant={"name": name, "country": "US", "us_person": True},
    )
    assert answer["verdict"] == verdict
    proven = [f for f in answer["findings"] if f["outcome"] == "condition" and "Letter 7" in f["says"]]
    assert bool(proven) == name.startswith("Example")


def with_circle(folder, lon, lat, radius_m):
    path = folder / "restrictions" / "exercise-lod-alpha.toml"
    circle = f"circle = {{ lon_deg = {lon}, lat_deg = {lat}, radius_m = {radius_m} }}"
    edit(path, r'^layer = "exercise"\nfeatures = \["alpha"\]', circle)


@pytest.mark.parametrize(
    ("centre", "south_west", "inside"),
    [
        ((179.9, 10.0), (179.5, 10.0), True),
        ((179.9, 10.0), (-179.7, 10.0), True),
        ((179.9, 10.0), (180.1, 10.0), True),
        ((179.9, 10.0), (178.0, 10.0), False),
        ((30.0, 89.5), (30.0, 89.8), True),
        ((30.0, 89.5), (-150.0, 89.7), True),
        ((30.0, 89.5), (-150.0, 89.0), False),  # 1.5 degrees away over the pole, the radius is 0.9
    ],
)
def test_a_circle_across_180_and_one_over_a_pole(folder, centre, south_west, inside):
    with_circle(folder, *centre, 100_000)
    west, south = south_west
    ring = [[west, south], [west + 0.1, south], [west + 0.1, south + 0.1], [west, south + 0.1], [west, south]]
    answer = ask(
        folder,
        ring,
        exercise=True,
        licence={"part_960": True, "tier": 2},
        collection={"start": "2026-06-05", "end": "2026-06-06"},
    )
    assert answer["verdict"] == ("restricted" if inside else "clear")


def test_a_stale_layer_is_told(folder):
    edit(folder / "rulebook.toml", r"^review_after_days = 365", "review_after_days = 3650")
    good_until = next(layer for layer in load(folder).layers if layer.name == "land").good_until
    assert ask(folder, as_of=good_until - dt.timedelta(days=1))["verdict"] == "clear"
    answer = ask(folder, as_of=good_until)
    assert answer["verdict"] == "undetermined"
    assert any("is stale" in d for d in doubts(answer))
