"""Screening says of a scene what `rsiwg check` says of an equivalent request."""

import importlib

import numpy as np
import pytest
import shapely
from unit.builders import (
    DAY,
    a_binding,
    a_box,
    a_condition_on_imaging_in_space,
    a_fringe,
    a_request,
    a_restriction,
    a_rulebook,
    a_sensor,
    a_withheld_area,
    a_zone,
    changed,
)

from rsiwg.checks import evaluate
from rsiwg.domain import (
    Activity,
    Applicant,
    Licence,
    Outcome,
    Period,
    ProvenArea,
    Recipient,
    RecipientKind,
)
from rsiwg.geometry import normalise_shape
from rsiwg.screening.footprints import Footprints
from rsiwg.screening.judge import Screener
from rsiwg.screening.rulings import Terms
from rsiwg.screening.scenes import Told, scenes_of

NOT_SCREENED = {"country_is_known"}


def screened(book, scenes, terms=None, as_of=None, compiled=True):
    """{(scene, check, restriction, reading, outcome)} of [(shape, day, modality, metres)]."""
    told = Told(
        ids=[str(n) for n in range(len(scenes))],
        sensors=[""] * len(scenes),
        first=[str(day) for _, day, _, _ in scenes],
        modality=[modality for _, _, modality, _ in scenes],
        gsd_m=np.array([np.nan if m == "sar" else v for _, _, m, v in scenes]),
        ipr_m=np.array([v if m == "sar" else np.nan for _, _, m, v in scenes]),
    )
    footprints = Footprints.from_shapes([shape for shape, *_ in scenes])
    batch = scenes_of("test", 0, footprints, told, needs_days=as_of is None, modality=None)
    assert not batch.refused
    terms = terms or Terms(
        licence=Licence(part_960=True, tier=1, licensee="Example Imaging Inc."), us_person=True
    )
    judged = Screener.of(book, terms, as_of=as_of, compiled=compiled).judge(batch)
    found = {}
    for hit in judged.hits:
        for n, row in enumerate(hit.rows.tolist()):
            key = (row, hit.check, hit.restriction and hit.restriction.id, hit.reading)
            found[key] = ("conflict" if hit.certain[n] else "indeterminate", hit.overlap_km2[n], hit.says[n])
    return found


def checked(book, scenes, terms, as_of=None):
    """The same, of `rsiwg check` on one request per scene."""
    found = {}
    for row, (shape, day, modality, metres) in enumerate(scenes):
        request = a_request(
            sensors=(a_sensor(modality, metres),),
            aoi=normalise_shape(shape).area,
            collection=Period.of_days(day, day),
            activity=terms.activity,
            licence=terms.licence,
            recipient=None,
            exercise=terms.exercise,
        )
        request = changed(
            request,
            applicant=Applicant(
                name=terms.licence.licensee or "nobody",
                country="US",
                us_person=terms.us_person,
                operated_from_us=terms.operated_from_us,
            ),
            recipient=terms.recipient and Recipient(kind=terms.recipient),
            as_of=as_of,
        )
        for finding in evaluate(request, book)[0]:
            if finding.check in NOT_SCREENED or finding.outcome not in (
                Outcome.CONFLICT,
                Outcome.INDETERMINATE,
            ):
                continue
            found[row, finding.check, finding.restriction, finding.reading] = (
                str(finding.outcome),
                finding.area_km2,
                finding.says,
            )
    return found


WHOLE = {"withheld_area", "non_earth_imaging"}


def agree(book, scenes, terms, as_of=None):
    one, other = screened(book, scenes, terms, as_of), checked(book, scenes, terms, as_of)
    # A check names no reading where a restriction has no zones of its own.
    one = {
        (r, c, i, None if c in WHOLE else g): v for (r, c, i, g), v in one.items() if c not in NOT_SCREENED
    }
    assert {k: v[0] for k, v in one.items()} == {k: v[0] for k, v in other.items()}
    for key, (_, km2, _) in other.items():
        if km2:
            assert one[key][1] == pytest.approx(km2, rel=1e-6, abs=1e-3), key  # a check rounds to 1 cm
    return one


def some_scenes(n, seed, days, where=(32.5, 36.5, 29.0, 34.0)):
    rng = np.random.default_rng(seed)
    west, east, south, north = where
    scenes = []
    for _ in range(n):
        x, y, size = rng.uniform(west, east), rng.uniform(south, north), rng.uniform(0.05, 0.2)
        modality = rng.choice(["panchromatic", "multispectral", "sar", "lidar", "video", "mwir"])
        metres = rng.choice([0.25, 0.39, 0.4, 0.41, 1.0, 1.99, 2.0, 7.5])
        day = days[rng.integers(len(days))]
        scenes.append(
            (
                shapely.Polygon([(x, y), (x + size, y + 0.01), (x + size, y + size), (x - 0.01, y + size)]),
                day,
                str(modality),
                float(metres),
            )
        )
    return scenes


TERMS = {
    "Tier 1 licensee": Terms(
        licence=Licence(part_960=True, tier=1, licensee="Example Imaging Inc."), us_person=True
    ),
    "collection only": Terms(
        licence=Licence(part_960=True, tier=2, licensee="Umbra Lab, Inc."),
        us_person=True,
        activity=frozenset({Activity.COLLECT}),
    ),
    "Tier 3 dissemination": Terms(
        licence=Licence(part_960=True, tier=3, licensee="DigitalGlobe"),
        activity=frozenset({Activity.DISSEMINATE}),
    ),
    "nothing is said": Terms(licence=Licence(licensee="GeoEye")),
    "not reached by Part 960": Terms(
        licence=Licence(part_960=False, licensee="Autre"), us_person=False, operated_from_us=False
    ),
    "an exercise": Terms(licence=Licence(part_960=True, tier=3, licensee="X"), us_person=True, exercise=True),
}
DAYS = [DAY(1998, 5, 1), DAY(2007, 1, 1), DAY(2014, 6, 9), DAY(2014, 6, 10), DAY(2020, 7, 19), DAY(2020, 7, 20), DAY(2020, 7, 21),
        DAY(2023, 8, 6), DAY(2023, 8, 7), DAY(2026, 6, 14), DAY(2026, 6, 15), DAY(2027, 9, 1), DAY(2029, 1, 1)]  # fmt: skip


@pytest.mark.parametrize("name", TERMS)
def test_a_scene_is_judged_as_a_request_is(name, book):
    found = agree(book, some_scenes(60, 5, DAYS), TERMS[name])
    assert found


def test_a_scene_is_judged_on_the_day_given(book):
    found = agree(book, some_scenes(40, 6, DAYS), TERMS["Tier 1 licensee"], as_of=DAY(2020, 7, 20))
    assert "conflict" in {outcome for outcome, _, _ in found.values()}


def test_exercise_directives(book):
    area = next(r for r in book.restrictions if r.id == "exercise-lod-alpha").zones[0].area.bounds
    where = (area[0] - 0.3, area[2] + 0.3, area[1] - 0.3, area[3] + 0.3)
    days = [DAY(2026, 5, 31), DAY(2026, 6, 1), DAY(2026, 6, 14), DAY(2026, 6, 15)]
    found = agree(book, some_scenes(40, 7, days, where), TERMS["an exercise"])
    assert ("conflict", "limited_operations_directive") in {(v[0], k[1]) for k, v in found.items()}


INSIDE = shapely.box(20.2, 40.2, 20.4, 40.4)


@pytest.mark.parametrize(
    ("metres", "expected"),
    [
        pytest.param(0.49, "conflict", id="finer"),
        pytest.param(0.5, None, id="at the limit"),
        pytest.param(0.51, None, id="coarser"),
    ],
)
def test_equal_to_the_limit_is_allowed(metres, expected):
    found = screened(a_rulebook(), [(INSIDE, DAY(2025, 3, 1), "panchromatic", metres)])
    assert [outcome for outcome, _, _ in found.values()] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("day", "hits"),
    [(DAY(2020, 7, 20), 0), (DAY(2020, 7, 21), 1), (DAY(2020, 7, 22), 1)],
    ids=["before", "on", "after"],
)
def test_a_limit_counts_from_its_first_day(day, hits):
    assert len(screened(a_rulebook(), [(INSIDE, day, "panchromatic", 0.3)])) == hits


def test_touching_is_not_overlapping():
    beside = shapely.box(19.5, 40.2, 20.0, 40.4)
    assert screened(a_rulebook(), [(beside, DAY(2025, 3, 1), "panchromatic", 0.3)]) == {}


def test_a_reading_that_does_not_decide_is_undetermined():
    book = a_rulebook(a_restriction(zones=(a_zone(), a_fringe())))
    across = shapely.box(20.9, 40.2, 21.1, 40.4)
    found = agree(book, [(across, DAY(2025, 3, 1), "panchromatic", 0.3)], TERMS["Tier 1 licensee"])
    assert {key[3]: value[0] for key, value in found.items()} == {
        "core": "conflict",
        "wider": "indeterminate",
    }


def test_overlapping_readings_are_counted_once():
    wide = a_zone(
        a_box(20.0, 40.0, 22.0, 41.0),
        "wider",
        "the wider strip",
        decides=False,
        doubt="only the wider reading holds it",
    )
    book = a_rulebook(a_restriction(zones=(a_zone(), wide)))
    agree(
        book,
        [(shapely.box(20.9, 40.2, 21.1, 40.4), DAY(2025, 3, 1), "panchromatic", 0.3)],
        TERMS["Tier 1 licensee"],
    )


def test_what_is_not_said_is_undetermined():
    def outcomes(terms, **scene):
        told = {
            "ids": ["a"],
            "sensors": [""],
            "first": ["2025-03-01"],
            "gsd_m": np.array([0.3]),
            "modality": ["panchromatic"],
        } | scene
        batch = scenes_of(
            "t", 0, Footprints.from_shapes([INSIDE]), Told(**told), needs_days=True, modality=None
        )
        judged = Screener.of(a_rulebook(), terms).judge(batch)
        return [(bool(h.certain[0]), h.needs[0]) for h in judged.hits]

    said = Terms(licence=Licence(part_960=True, tier=1))
    assert outcomes(said) == [(True, "")]
    assert outcomes(Terms()) == [(False, "applicant.us_person")]
    assert outcomes(said, gsd_m=None) == [(False, "gsd")]
    assert outcomes(said, modality=None) == [(False, "modality")]
    assert outcomes(said, modality=["sar"], gsd_m=None) == [(False, "ipr")]


def test_a_licensee_that_is_not_said_may_be_the_one_bound():
    book = a_rulebook(a_restriction(binds=a_binding(licensees=("Someone",))))
    terms = Terms(licence=Licence(part_960=True, tier=1))
    found = screened(book, [(INSIDE, DAY(2025, 3, 1), "panchromatic", 0.3)], terms)
    assert [v[0] for v in found.values()] == ["indeterminate"]
    other = Terms(licence=Licence(part_960=True, tier=1, licensee="Other"))
    assert screened(book, [(INSIDE, DAY(2025, 3, 1), "panchromatic", 0.3)], other) == {}


def test_the_recipient_counts():
    exempt = a_restriction(binds=a_binding(except_recipients=frozenset({RecipientKind.US_GOVERNMENT})))
    scene = [(INSIDE, DAY(2025, 3, 1), "panchromatic", 0.3)]
    for recipient in (None, RecipientKind.US_GOVERNMENT, RecipientKind.COMMERCIAL):
        agree(
            a_rulebook(exempt),
            scene,
            Terms(licence=Licence(part_960=True, tier=1, licensee="X"), recipient=recipient),
        )


def test_ground_proven_to_lie_outside_withheld_areas():
    proof = ProvenArea(licensee="X", area=a_box(20.0, 40.0, 20.3, 41.0), document="Letter 1")
    book = a_rulebook(a_withheld_area(proven=(proof,)))
    terms = Terms(licence=Licence(part_960=True, tier=3, licensee="X"))
    inside, half = shapely.box(20.1, 40.1, 20.2, 40.2), shapely.box(20.2, 40.1, 20.4, 40.2)
    found = agree(book, [(g, DAY(2025, 3, 1), "sar", 0.3) for g in (inside, half)], terms)
    assert {key[0] for key in found} == {1}


def test_imaging_of_objects_in_space_and_unsound_rules():
    book = a_rulebook(
        a_condition_on_imaging_in_space(),
        a_restriction(problem="its layer is missing."),
        problems=("The file x is missing.",),
    )
    terms = Terms(licence=Licence(part_960=True, tier=2, licensee="X"))
    found = agree(book, [(INSIDE, DAY(2025, 3, 1), "non_earth", 0.3)], terms)
    assert {key[1] for key in found} == {"rulebook_is_whole", "restrictions_are_sound", "non_earth_imaging"}


def test_the_sentence_names_value_limit_unit_and_place(book):
    tel_aviv = shapely.box(34.80, 32.05, 34.90, 32.15)
    (says,) = [v[2] for v in screened(book, [(tel_aviv, DAY(2025, 3, 1), "panchromatic", 0.31)]).values()]
    assert says == (
        "105 km² of the scene (100%) lie in Israel within the 1949 lines, where the finest ground sample distance allowed is "
        "0.40 m; the scene is at 0.31 m (panchromatic)."
    )


def test_limits_on_values_are_those_of_a_request():
    fields, schema, scenes = (
        importlib.import_module(f"rsiwg.{name}")
        for name in ("intake.field_types", "intake.request_schema", "screening.scenes")
    )
    for name in ("FINEST_M", "COARSEST_M", "FIRST_YEAR", "LAST_YEAR", "MOST_YEARS"):
        room = schema if name == "MOST_YEARS" else fields
        assert getattr(scenes, name) == getattr(room, name)
