"""What the checks say of one made-up strip: who is reached, where the limit lies, what is in doubt."""

import datetime as dt
import inspect

import attrs
import pytest
from unit.builders import (
    BOTH,
    FRINGE,
    STRIP,
    a_binding,
    a_box,
    a_condition_on_imaging_in_space,
    a_directive,
    a_fringe,
    a_layer,
    a_limit,
    a_place,
    a_product,
    a_request,
    a_restriction,
    a_rulebook,
    a_sensor,
    a_withheld_area,
    a_zone,
    some_places,
)

from rsiwg.checks import CHECKS, assess, coverage, directives, evaluate, limits, places
from rsiwg.checks.scope import licensee_of, same_name
from rsiwg.domain import (
    Activity,
    Applicant,
    Kind,
    Licence,
    Measure,
    Modality,
    Outcome,
    Period,
    Product,
    ProvenArea,
    Recipient,
    RecipientKind,
    Status,
)
from rsiwg.geometry import area_km2, normalise

D = dt.date
COLLECT, DISSEMINATE = frozenset({Activity.COLLECT}), frozenset({Activity.DISSEMINATE})


def found(request, *restrictions, **book):
    """The findings that are not clear."""
    findings, _ = evaluate(request, a_rulebook(*restrictions, **book))
    return [f for f in findings if f.outcome is not Outcome.CLEAR]


def outcome(request, *restrictions, **book):
    """The one outcome that is not clear, or clear."""
    outcomes = [f.outcome for f in found(request, *restrictions, **book)]
    assert len(outcomes) <= 1, outcomes
    return outcomes[0] if outcomes else Outcome.CLEAR


def reason(request, *restrictions, **book):
    """Why the one restriction does not apply, or None."""
    _, others = evaluate(request, a_rulebook(*restrictions, **book))
    return others[0].reason if others else None


# ------------------------------------------------------------------------------------- the number


@pytest.mark.parametrize(
    ("gsd_m", "said"),
    [
        pytest.param(0.49, Outcome.CONFLICT, id="finer"),
        pytest.param(0.4999999999, Outcome.CONFLICT, id="a hair finer"),
        pytest.param(0.5, Outcome.CLEAR, id="at the limit"),
        pytest.param(0.5000000001, Outcome.CLEAR, id="a hair coarser"),
        pytest.param(0.51, Outcome.CLEAR, id="coarser"),
    ],
)
def test_finer_than_is_strict(gsd_m, said):
    assert outcome(a_request(gsd_m=gsd_m)) is said


def test_a_violation_is_told_with_its_numbers_unit_and_place():
    (finding,) = found(a_request(gsd_m=0.49, aoi=a_box(20.5, 40.2, 21.5, 40.8)))
    assert "in the Example Strip" in finding.says
    assert "0.50 m" in finding.says
    assert "0.49 m is asked for with PAN (panchromatic)" in finding.says
    assert "(50" in finding.says
    assert finding.measured.value_m == 0.49
    assert finding.measured.limit_m == 0.5
    assert finding.where == a_box(20.5, 40.2, 21, 40.8)
    assert finding.area_km2 == area_km2(finding.where)
    assert finding.share_of_aoi == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("gsd_m", "near", "words"),
    [
        pytest.param(0.5, True, "exactly at the limit", id="at"),
        pytest.param(0.55, True, "of the limit", id="the last within a tenth"),
        pytest.param(0.56, False, "not finer than", id="beyond a tenth"),
    ],
)
def test_a_resolution_near_its_limit_is_reported_and_clear(gsd_m, near, words):
    findings, _ = evaluate(a_request(gsd_m=gsd_m), a_rulebook())
    (finding,) = [f for f in findings if f.check == "finer_than_allowed"]
    assert finding.outcome is Outcome.CLEAR
    assert finding.near_miss is near
    assert words in finding.says


def test_the_product_counts_and_not_the_sensor():
    assert outcome(a_request(gsd_m=0.3, product=a_product(0.5))) is Outcome.CLEAR
    assert outcome(a_request(gsd_m=0.7, product=a_product(0.3))) is Outcome.CONFLICT


def test_a_coarser_piece_over_the_strip_clears_it():
    aoi = a_box(19.5, 40.2, 20.5, 40.8)
    assert outcome(a_request(gsd_m=0.3, aoi=aoi, product=a_product(0.3, [(STRIP, 0.5)]))) is Outcome.CLEAR


def test_only_the_part_of_the_strip_without_the_coarser_piece_is_in_conflict():
    aoi, piece = a_box(20.2, 40.2, 20.8, 40.8), a_box(20.2, 40.2, 20.5, 40.8)
    (finding,) = found(a_request(gsd_m=0.3, aoi=aoi, product=a_product(0.3, [(piece, 0.5)])))
    assert finding.where == a_box(20.5, 40.2, 20.8, 40.8)


def test_a_sensor_that_cannot_be_compared_is_undetermined_at_any_resolution():
    for metres in (0.1, 50.0):
        (finding,) = found(a_request(modality="sar", gsd_m=metres))
        assert finding.outcome is Outcome.INDETERMINATE
        assert "cannot be compared" in finding.says


def test_a_sar_limit_is_compared_with_a_sar_and_with_nothing_else():
    sar = {Modality.SAR}
    rule = a_restriction(
        a_limit(0.25, measure=Measure.IPR),
        binds=a_binding(modalities=frozenset(sar), comparable=frozenset(sar)),
    )
    assert outcome(a_request(modality="sar", gsd_m=0.24), rule) is Outcome.CONFLICT
    assert outcome(a_request(modality="sar", gsd_m=0.25), rule) is Outcome.CLEAR
    assert "SAR imaging" in reason(a_request(modality="panchromatic", gsd_m=0.1), rule)


def test_each_sensor_is_judged_by_itself():
    sensors = (
        a_sensor("panchromatic", 0.3),
        a_sensor("multispectral", 1.2, "MSI"),
        a_sensor("sar", 1, "SAR"),
    )
    said = {f.sensor: f.outcome for f in found(a_request(sensors=sensors))}
    assert said == {"PAN": Outcome.CONFLICT, "SAR": Outcome.INDETERMINATE}


def test_a_sensor_that_looks_at_space_lends_its_resolution_to_no_image_of_the_ground():
    sensors = (a_sensor("panchromatic", 0.5), a_sensor("non_earth", 0.05, "SKY"))
    request = a_request(sensors=sensors, product=a_product(0.3))
    assert outcome(request) is Outcome.CONFLICT


def test_an_unverified_limit_decides_nothing_alone():
    (finding,) = found(a_request(), a_restriction(a_limit(verified=False, verified_on=None)))
    assert finding.outcome is Outcome.INDETERMINATE
    assert "has not been read in its source" in finding.says


def test_a_policy_needs_a_person():
    (finding,) = found(a_request(), a_restriction(status=Status.POLICY))
    assert finding.outcome is Outcome.INDETERMINATE
    assert "a policy and not a rule" in finding.says


# ----------------------------------------------------------------------------------------- places


def test_a_wider_reading_alone_is_undetermined_and_named():
    (finding,) = found(
        a_request(aoi=a_box(21.2, 40.2, 21.8, 40.8)), a_restriction(zones=(a_zone(), a_fringe()))
    )
    assert finding.outcome is Outcome.INDETERMINATE
    assert finding.reading == "wider"
    assert "only the wider reading holds it" in finding.says


def test_an_area_over_both_readings_has_a_finding_for_each():
    aoi = a_box(20.5, 40.2, 21.5, 40.8)
    said = found(a_request(aoi=aoi), a_restriction(zones=(a_zone(), a_fringe())))
    assert [(f.reading, f.outcome) for f in said] == [
        ("core", Outcome.CONFLICT),
        ("wider", Outcome.INDETERMINATE),
    ]
    assert sum(f.area_km2 for f in said) == pytest.approx(area_km2(aoi), rel=1e-12)


def test_ground_in_the_accuracy_band_is_undetermined_and_a_near_miss():
    band = a_zone(
        FRINGE, "accuracy band", "the strip beside it", decides=False, doubt="not accurate", is_band=True
    )
    (finding,) = found(a_request(aoi=a_box(21.2, 40.2, 21.8, 40.8)), a_restriction(zones=(a_zone(), band)))
    assert finding.outcome is Outcome.INDETERMINATE
    assert finding.near_miss


@pytest.mark.parametrize(
    "aoi",
    [
        pytest.param(a_box(21, 40.2, 21.5, 40.8), id="an edge"),
        pytest.param(a_box(21, 41, 21.5, 41.5), id="a corner"),
    ],
)
def test_touching_is_not_entering(aoi):
    request = a_request(aoi=aoi)
    assert outcome(request) is Outcome.CLEAR
    assert reason(request) == "The AOI lies 0.0 km away."


def test_one_centimetre_inside_counts():
    assert outcome(a_request(aoi=a_box(20.9999999, 40.2, 21.5, 40.8))) is Outcome.CONFLICT


def test_a_hole_over_the_strip_keeps_it_out():
    ring = [[19, 39], [22, 39], [22, 42], [19, 42], [19, 39]]
    hole = [[20, 40], [20, 41], [21, 41], [21, 40], [20, 40]]
    around = normalise({"type": "Polygon", "coordinates": [ring, hole]}).area
    assert outcome(a_request(aoi=around)) is Outcome.CLEAR
    whole = normalise({"type": "Polygon", "coordinates": [ring]}).area
    assert outcome(a_request(aoi=whole)) is Outcome.CONFLICT


@pytest.mark.parametrize(
    ("degrees", "reported"),
    [pytest.param(0.1, True, id="8.5 km"), pytest.param(0.2, False, id="17 km")],
)
def test_a_near_miss_is_reported_within_ten_kilometres_only(degrees, reported):
    request = a_request(gsd_m=0.3, aoi=a_box(21 + degrees, 40.2, 21.5, 40.8))
    findings, others = evaluate(request, a_rulebook())
    near = [f for f in findings if f.near_miss]
    assert bool(near) is reported
    assert others[0].distance_km == pytest.approx(degrees * 85, rel=0.02)
    assert all(f.outcome is Outcome.CLEAR and "outside" in f.says for f in near)


def test_a_near_miss_is_not_reported_for_what_would_be_allowed_inside():
    findings, _ = evaluate(a_request(gsd_m=0.5, aoi=a_box(21.1, 40.2, 21.5, 40.8)), a_rulebook())
    assert not [f for f in findings if f.near_miss]


def test_a_near_miss_speaks_only_of_sensors_the_rule_concerns():
    sensors = (a_sensor("panchromatic", 0.6), a_sensor("non_earth", 0.1, "SKY"))
    findings, _ = evaluate(a_request(sensors=sensors, aoi=a_box(21.1, 40.2, 21.5, 40.8)), a_rulebook())
    assert not [f for f in findings if f.near_miss]


def test_a_worldwide_rule_reaches_any_ground():
    rule = a_restriction(worldwide=True, zones=())
    (finding,) = found(a_request(aoi=a_box(179, -85, 181, -84)), rule)
    assert finding.outcome is Outcome.CONFLICT
    assert "anywhere" in finding.says


def test_a_rule_across_180_degrees_is_entered_from_either_side():
    rule = a_restriction(zones=(a_zone(a_box(179, 10, 181, 12)),))
    for west, east in ((179.2, 179.4), (-179.4, -179.2), (179.9, 180.1), (-180.1, -179.9)):
        assert outcome(a_request(aoi=a_box(west, 10.5, east, 11)), rule) is Outcome.CONFLICT
    assert outcome(a_request(aoi=a_box(177, 10.5, 178, 11)), rule) is Outcome.CLEAR


# ------------------------------------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("day", "said"),
    [
        pytest.param("2024-12-31", Outcome.CLEAR, id="the day before"),
        pytest.param("2025-01-01", Outcome.CONFLICT, id="the first day"),
        pytest.param("2025-06-30", Outcome.CONFLICT, id="the last day"),
        pytest.param("2025-07-01", Outcome.CLEAR, id="the day it ends"),
    ],
)
def test_a_limit_holds_from_its_first_day_to_the_day_before_its_end(day, said):
    assert (
        outcome(a_request(first=day, last=day), a_restriction(a_limit(start="2025-01-01", end="2025-07-01")))
        is said
    )


def test_why_a_limit_is_not_in_force_is_told():
    rule = a_restriction(a_limit(start="2025-01-01", end="2025-07-01"))
    assert reason(a_request(first="2024-05-01", last="2024-05-02"), rule) == (
        "It is not yet in force: it begins on January 1, 2025."
    )
    assert reason(a_request(first="2025-07-01", last="2025-07-02"), rule) == (
        "It is no longer in force: it stood from January 1, 2025, to June 30, 2025."
    )
    gap = a_restriction(a_limit(start="2024-01-01", end="2024-02-01"), a_limit(start="2025-01-01"))
    assert "It is not in force from May 1, 2024, to May 2, 2024" in reason(
        a_request(first="2024-05-01", last="2024-05-02"), gap
    )


def test_each_span_is_judged_by_its_own_limit_and_the_change_is_told():
    rule = a_restriction(a_limit(2.0, "2024-01-01", "2025-03-10"), a_limit(0.4, "2025-03-10"))
    findings, _ = evaluate(a_request(gsd_m=1.0), a_rulebook(rule))
    change, conflict, allowed = [f for f in findings if f.restriction]
    assert change.check == "limit_changes_within_the_period"
    assert "on March 10, 2025 from 2.00 m to 0.40 m" in change.says
    assert change.outcome is Outcome.CLEAR
    assert conflict.outcome is Outcome.CONFLICT
    assert conflict.days == Period(D(2025, 3, 1), D(2025, 3, 10))
    assert allowed.outcome is Outcome.CLEAR
    assert allowed.days == Period(D(2025, 3, 10), D(2025, 4, 1))


def test_a_new_entry_with_the_same_number_is_not_told_as_a_change():
    rule = a_restriction(a_limit(0.5, "2024-01-01", "2025-03-10"), a_limit(0.5, "2025-03-10"))
    findings, _ = evaluate(a_request(gsd_m=1.0), a_rulebook(rule))
    assert not [f for f in findings if f.check == "limit_changes_within_the_period"]


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        pytest.param("2025-03-10", None, "a limit of 0.50 m begins", id="begins"),
        pytest.param(
            "2024-01-01", "2025-03-31", "the limit of 0.50 m ends", id="ends on the last day judged"
        ),
        pytest.param("2024-01-01", "2025-04-01", "", id="ends after the last day judged"),
        pytest.param("2025-03-01", None, "", id="begins on the first day judged"),
    ],
)
def test_a_limit_that_begins_or_ends_within_the_days_is_told(start, end, told):
    findings, _ = evaluate(a_request(gsd_m=1.0), a_rulebook(a_restriction(a_limit(0.5, start, end))))
    said = [f.says for f in findings if f.check == "limit_changes_within_the_period"]
    assert len(said) == bool(told)
    assert told in "".join(said)


def test_as_of_judges_the_one_day():
    rule = a_restriction(a_limit(2.0, "2024-01-01", "2025-03-10"), a_limit(0.4, "2025-03-10"))
    request = a_request(gsd_m=1.0)
    assert outcome(attrs.evolve(request, as_of=D(2025, 3, 9)), rule) is Outcome.CONFLICT
    assert outcome(attrs.evolve(request, as_of=D(2025, 3, 10)), rule) is Outcome.CLEAR


# ------------------------------------------------------------------------------- persons and scope


@pytest.mark.parametrize(
    ("persons", "said", "needs"),
    [
        pytest.param({"part_960": True, "us_person": False, "operated_from_us": False}, "conflict", (), id="licensed"),
        pytest.param({"part_960": None}, "indeterminate", ("licence.part_960",), id="U.S. person, licence not said"),
        pytest.param({"part_960": False}, "indeterminate", ("licence.part_960",), id="U.S. person, unlicensed"),
        pytest.param(
            {"part_960": False, "us_person": False, "operated_from_us": True}, "indeterminate",
            ("licence.part_960",), id="operated from the U.S., unlicensed",
        ),
        pytest.param(
            {"part_960": None, "us_person": None}, "indeterminate", ("applicant.us_person",), id="nothing said"
        ),
        pytest.param(
            {"part_960": None, "us_person": False}, "indeterminate", ("applicant.operated_from_us",),
            id="not a U.S. person, place not said",
        ),
        pytest.param({"part_960": None, "us_person": False, "operated_from_us": False}, "clear", (), id="out of reach"),
        pytest.param({"part_960": False, "us_person": False, "operated_from_us": False}, "clear", (), id="abroad"),
    ],
)  # fmt: skip
def test_whom_part_960_reaches(persons, said, needs):
    findings = found(a_request(**persons))
    assert [str(f.outcome) for f in findings] == ([] if said == "clear" else [said])
    assert [f.needs for f in findings] == ([] if said == "clear" else [needs])


def test_a_person_out_of_reach_is_told_why():
    why = reason(a_request(part_960=False, us_person=False, operated_from_us=False))
    assert "not a U.S. person" in why
    assert "Part 960 does not reach it" in why


def test_a_rule_that_is_not_of_part_960_binds_everybody():
    rule = a_restriction(binds=a_binding(part_960=False))
    assert (
        outcome(a_request(part_960=False, us_person=False, operated_from_us=False), rule) is Outcome.CONFLICT
    )


@pytest.mark.parametrize(
    ("tier", "said"), [(1, "clear"), (2, "conflict"), (3, "conflict"), (None, "indeterminate")], ids=str
)
def test_a_directive_binds_tiers_2_and_3_and_asks_where_no_tier_is_given(tier, said):
    assert outcome(a_request(tier=tier, first="2025-03-10", last="2025-03-10"), a_directive()) == said


def test_the_reason_names_the_tiers():
    assert reason(a_request(tier=1), a_directive()) == (
        "It binds Tier 2 and Tier 3 systems; the request is for a Tier 1 system."
    )


def test_a_cap_binds_the_licensees_it_names():
    rule = a_restriction(binds=a_binding(licensees=("DigitalGlobe", "GeoEye")))
    assert outcome(a_request(applicant="DigitalGlobe, Inc."), rule) is Outcome.CONFLICT
    assert (
        outcome(a_request(applicant="A", licence=Licence(part_960=True, licensee="GeoEye LLC")), rule)
        == "conflict"
    )
    why = reason(a_request(applicant="Another"), rule)
    assert "It binds only DigitalGlobe and GeoEye" in why
    assert "the request is Another's" in why
    assert reason(a_request(applicant="GeoEye", licence=Licence(part_960=True, licensee="Another")), rule)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Umbra", "UMBRA", True),
        ("Umbra", "Umbra, Inc.", True),
        ("Umbra", "Umbra Lab", False),
        ("Société Exemple", "Societe Exemple SA", False),
        ("Société Exemple", "Societe  Exemple Ltd.", True),
        ("Inc.", "LLC", False),
        pytest.param("例示画像株式会社", "別例測量株式会社", False),
        ("例示画像株式会社", "例示画像株式会社", True),
        pytest.param("Пример", "Другой", False),
    ],
)
def test_names_are_equal_but_for_case_accents_and_legal_form(one, other, same):
    assert same_name(one, other) is same


def test_the_licensee_named_comes_before_the_applicant():
    assert licensee_of(a_request(applicant="A")) == "A"
    assert licensee_of(a_request(applicant="A", licence=Licence(licensee="B"))) == "B"


def test_other_activities_and_other_modalities_are_not_concerned():
    assert "dissemination; the request is for collection only" in reason(a_request(activity=COLLECT))
    assert "imaging of the Earth; the request is for non-Earth imaging" in reason(
        a_request(modality="non_earth")
    )


def test_an_activity_of_which_it_is_unsettled_is_undetermined_on_the_sensors_own_data():
    rule = a_restriction(binds=a_binding(unsettled_activities=COLLECT, unsettled_why="it is not settled"))
    (finding,) = found(a_request(activity=COLLECT, gsd_m=0.3, product=a_product(0.6)), rule)
    assert finding.outcome is Outcome.INDETERMINATE
    assert finding.needs == ("activity",)
    assert "it is not settled" in finding.says
    assert finding.measured.value_m == 0.3
    assert outcome(a_request(activity=BOTH, gsd_m=0.3, product=a_product(0.6)), rule) is Outcome.CLEAR


def test_a_limit_on_collection_looks_at_the_sensor_and_not_at_the_product():
    rule = a_restriction(binds=a_binding(activities=BOTH))
    assert outcome(a_request(gsd_m=0.3, product=a_product(0.6)), rule) is Outcome.CONFLICT
    assert outcome(a_request(gsd_m=0.3, product=a_product(0.6), activity=DISSEMINATE), rule) is Outcome.CLEAR


def test_an_exempt_recipient_is_not_concerned_and_an_unnamed_one_is_asked_for():
    rule = a_restriction(binds=a_binding(except_recipients=frozenset({RecipientKind.US_GOVERNMENT})))
    assert "the U.S. Government, the recipient" in reason(a_request(recipient="us_government"), rule)
    assert outcome(a_request(recipient="commercial"), rule) is Outcome.CONFLICT
    (finding,) = found(a_request(), rule)
    assert finding.outcome is Outcome.INDETERMINATE
    assert finding.needs == ("recipient.kind",)


def test_what_is_proposed_or_made_up_binds_no_real_request():
    assert reason(a_request(), a_restriction(status=Status.PROPOSED)) == "It is proposed and not in force."
    assert "made up" in reason(a_request(), a_restriction(status=Status.EXERCISE))
    findings = found(a_request(exercise=True), a_restriction(status=Status.EXERCISE))
    assert [f.check for f in findings] == ["exercise_is_marked", "finer_than_allowed"]
    assert "EXERCISE" in findings[0].says
    assert found(a_request(exercise=True), a_restriction(status=Status.PROPOSED))[1:] == []


def test_a_real_rule_counts_in_an_exercise_too():
    assert Outcome.CONFLICT in {f.outcome for f in found(a_request(exercise=True))}


# -------------------------------------------------------------------- rules without a number


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        pytest.param("2025-03-01", "2025-03-09", "clear", id="to the day before"),
        pytest.param("2025-03-01", "2025-03-10", "conflict", id="to the first day"),
        pytest.param("2025-03-19", "2025-03-31", "conflict", id="from the last day"),
        pytest.param("2025-03-20", "2025-03-31", "clear", id="from the day after"),
    ],
)
def test_a_directive_holds_in_its_window(first, last, said):
    assert outcome(a_request(tier=2, first=first, last=last), a_directive()) == said


def test_a_directive_tells_what_is_asked_for_and_on_which_days():
    (finding,) = found(a_request(tier=2, aoi=a_box(20.5, 40, 21.5, 41)), a_directive())
    assert (
        "where by Example directive nothing is allowed from March 10, 2025, to March 19, 2025" in finding.says
    )
    assert "collection and dissemination are asked for" in finding.says
    assert finding.where == a_box(20.5, 40, 21, 41)


def test_a_directive_does_not_look_at_the_resolution():
    assert outcome(a_request(tier=2, gsd_m=1000.0), a_directive()) is Outcome.CONFLICT
    assert outcome(a_request(tier=2, modality="sar", gsd_m=1000.0), a_directive()) is Outcome.CONFLICT


def test_a_directive_on_dissemination_lets_collection_be():
    rule = a_directive(binds=a_binding(tiers=frozenset({2, 3}), activities=DISSEMINATE))
    assert outcome(a_request(tier=2, activity=COLLECT), rule) is Outcome.CLEAR
    assert outcome(a_request(tier=2, activity=DISSEMINATE), rule) is Outcome.CONFLICT


def test_a_wider_reading_of_a_directive_is_undetermined():
    rule = a_directive(zones=(a_zone(), a_fringe()))
    assert outcome(a_request(tier=2, aoi=a_box(21.2, 40.2, 21.8, 40.8)), rule) is Outcome.INDETERMINATE


def test_an_unverified_directive_decides_nothing_alone():
    rule = a_directive(
        limits=(a_limit(None, "2025-03-10", says="nothing", verified=False, verified_on=None),)
    )
    assert outcome(a_request(tier=2), rule) is Outcome.INDETERMINATE


def test_a_directive_nearby_is_reported():
    findings, _ = evaluate(a_request(tier=2, aoi=a_box(21.1, 40.2, 21.5, 40.8)), a_rulebook(a_directive()))
    (near,) = [f for f in findings if f.near_miss]
    assert near.outcome is Outcome.CLEAR
    assert "km outside the area of Example directive" in near.says
    findings, _ = evaluate(a_request(tier=2, aoi=a_box(22, 40.2, 22.5, 40.8)), a_rulebook(a_directive()))
    assert not [f for f in findings if f.near_miss]


@pytest.mark.parametrize(
    ("tier", "said"), [(1, "clear"), (2, "clear"), (3, "indeterminate"), (None, "indeterminate")]
)
def test_withheld_areas_are_never_clear_for_tier_3_nor_where_no_tier_is_given(tier, said):
    assert outcome(a_request(tier=tier, aoi=a_box(-98, 38, -97, 39)), a_withheld_area()) == said


def test_ground_proven_to_lie_outside_the_withheld_areas_is_a_condition_and_the_rest_undetermined():
    aoi, proven = a_box(0, 0, 2, 1), a_box(-1, -1, 1, 2)
    proof = ProvenArea(licensee="Example Imaging", area=proven, document="letter 7")
    condition, rest = found(a_request(tier=3, aoi=aoi), a_withheld_area(proven=(proof,)))
    assert condition.outcome is Outcome.CONDITION
    assert condition.where == a_box(0, 0, 1, 1)
    assert "letter 7" in condition.says
    assert rest.outcome is Outcome.INDETERMINATE
    assert rest.where == a_box(1, 0, 2, 1)
    inside = a_request(tier=3, aoi=a_box(0.2, 0.2, 0.8, 0.8))
    assert outcome(inside, a_withheld_area(proven=(proof,))) is Outcome.CONDITION


@pytest.mark.parametrize("other", ["Another Inc.", "別例測量株式会社"])
def test_a_proof_for_one_licensee_is_none_for_another(other):
    proof = ProvenArea(licensee="例示画像株式会社", area=a_box(-1, -1, 3, 3), document="letter 7")
    request = a_request(tier=3, applicant=other, aoi=a_box(0, 0, 2, 1))
    assert outcome(request, a_withheld_area(proven=(proof,))) is Outcome.INDETERMINATE


def test_two_proofs_do_not_count_the_same_ground_twice():
    one = ProvenArea(licensee="Example Imaging", area=a_box(0, 0, 1, 1), document="letter 1")
    two = ProvenArea(licensee="Example Imaging", area=a_box(0.5, 0, 2, 1), document="letter 2")
    said = found(a_request(tier=3, aoi=a_box(0, 0, 2, 1)), a_withheld_area(proven=(one, two)))
    assert [f.outcome for f in said] == [Outcome.CONDITION] * 2
    assert sum(f.share_of_aoi for f in said) == pytest.approx(1)


def test_conditions_of_old_licences_are_a_reminder():
    rule = a_restriction(
        a_limit(None, "1999-01-01", "2020-07-20", says="read the licence"),
        kind=Kind.LICENCE_CONDITIONS, worldwide=True, zones=(), binds=a_binding(activities=BOTH),
    )  # fmt: skip
    assert outcome(a_request(first="2020-07-19", last="2020-07-19"), rule) is Outcome.CONDITION
    assert outcome(a_request(first="2020-07-20", last="2020-07-20"), rule) is Outcome.CLEAR


@pytest.mark.parametrize(("tier", "needs"), [(2, "consent"), (3, "consent"), (None, "licence.tier")], ids=str)
def test_resolved_imaging_in_space_needs_consent_and_a_person(tier, needs):
    (finding,) = found(a_request(modality="non_earth", tier=tier), a_condition_on_imaging_in_space())
    assert finding.outcome is Outcome.INDETERMINATE
    assert needs in finding.needs[0]


@pytest.mark.parametrize(
    ("persons", "why"),
    [
        pytest.param({"tier": 1}, "Tier 1", id="Tier 1"),
        pytest.param(
            {"tier": None, "part_960": False, "us_person": False, "operated_from_us": False},
            "Part 960",
            id="abroad",
        ),
        pytest.param(
            {"tier": 2, "first": "2020-07-19", "last": "2020-07-19"}, "not yet in force", id="before the rule"
        ),
        pytest.param({"tier": 2, "modality": "panchromatic"}, "non-Earth imaging", id="another sensor"),
    ],
)
def test_whom_the_condition_on_imaging_in_space_does_not_reach(persons, why):
    request, rule = a_request(**{"modality": "non_earth"} | persons), a_condition_on_imaging_in_space()
    assert outcome(request, rule) is Outcome.CLEAR
    assert why in reason(request, rule)


# -------------------------------------------------------------------------------------- coverage


@pytest.mark.parametrize(
    ("first", "last", "spans"),
    [
        pytest.param("1999-01-01", "1999-01-01", 0, id="the first day"),
        pytest.param("1998-12-31", "1998-12-31", 1, id="the day before"),
        pytest.param("2027-08-31", "2027-08-31", 0, id="the last day"),
        pytest.param("2027-09-01", "2027-09-01", 1, id="the day after"),
        pytest.param("1998-12-31", "2027-09-01", 2, id="both"),
    ],
)
def test_days_that_the_rulebook_does_not_vouch_for_are_undetermined(first, last, spans):
    far = a_request(first=first, last=last, aoi=a_box(0, 0, 1, 1))
    said = [f for f in found(far) if f.check == "rulebook_covers_the_days"]
    assert len(said) == spans
    assert all(f.outcome is Outcome.INDETERMINATE for f in said)


def test_a_missing_file_makes_every_answer_undetermined():
    far = a_request(aoi=a_box(0, 0, 1, 1))
    assert outcome(far, problems=("restrictions/x.toml is listed and missing.",)) is Outcome.INDETERMINATE


@pytest.mark.parametrize(
    ("last", "said"),
    [
        pytest.param("2025-03-30", "clear", id="the last good day"),
        pytest.param("2025-03-31", "indeterminate", id="after"),
    ],
)
def test_a_stale_layer_makes_later_days_undetermined(last, said):
    layer = a_layer(good_until=D(2025, 3, 31))
    far = a_request(first="2025-03-01", last=last, aoi=a_box(0, 0, 1, 1))
    assert outcome(far, layers=(layer,)) == said


def test_an_altered_layer_makes_every_answer_undetermined():
    layer = a_layer(problem="Example layer: the file example.gpkg has been altered.")
    (finding,) = found(a_request(aoi=a_box(0, 0, 1, 1)), layers=(layer,))
    assert finding.outcome is Outcome.INDETERMINATE
    assert "altered" in finding.says


def test_a_rule_whose_outline_cannot_be_had_is_undetermined_and_never_elsewhere():
    rule = a_restriction(zones=(), problem="The layer is missing.")
    (finding,) = found(a_request(aoi=a_box(0, 0, 1, 1)), rule)
    assert finding.outcome is Outcome.INDETERMINATE
    assert "cannot be applied: The layer is missing." in finding.says


@pytest.mark.parametrize(
    ("last", "said"),
    [
        pytest.param("2025-03-30", "clear", id="the last day"),
        pytest.param("2025-03-31", "indeterminate", id="after"),
    ],
)
def test_a_rule_whose_source_was_read_too_long_ago_is_undetermined(last, said):
    rule = a_restriction(vouched_until=D(2025, 3, 31))
    assert outcome(a_request(gsd_m=1, first="2025-03-01", last=last), rule) == said


def test_a_rule_that_ended_while_its_last_reading_was_fresh_needs_no_new_one():
    rule = a_restriction(a_limit(end="2020-12-31"), vouched_until=D(2021, 1, 1))
    assert outcome(a_request(), rule) is Outcome.CLEAR


def test_of_two_entries_in_the_days_the_later_one_tells_whether_the_reading_is_too_old():
    rule = a_restriction(
        a_limit(0.5, "2024-01-01", "2025-03-10"), a_limit(0.4, "2025-03-10"), vouched_until=D(2025, 3, 20)
    )
    assert outcome(a_request(gsd_m=1, last="2025-03-19"), rule) is Outcome.CLEAR
    assert outcome(a_request(gsd_m=1, last="2025-03-20"), rule) is Outcome.INDETERMINATE


def test_a_rule_that_is_no_longer_vouched_for_on_some_of_the_days_is_undetermined():
    rule = a_restriction(a_limit(start="2024-01-01", end="2025-03-20"), vouched_until=D(2025, 3, 10))
    assert outcome(a_request(gsd_m=1, first="2025-03-15", last="2025-03-31"), rule) is Outcome.INDETERMINATE


def test_every_public_check_is_listed_once():
    assert len(set(CHECKS)) == len(CHECKS)
    takes = {"request": "ImagingRequest", "rulebook": "Rulebook"}
    found_here = {
        function
        for room in (coverage, directives, limits, places)
        for name, function in inspect.getmembers(room, inspect.isfunction)
        if not name.startswith("_")
        and function.__module__ == room.__name__
        and {k: getattr(v, "__name__", v) for k, v in function.__annotations__.items() if k != "return"}
        == takes
    }
    assert set(CHECKS) == found_here


# ---------------------------------------------------------------------------------------- places


def whereabouts(request, **places):
    return [
        f
        for f in evaluate(request, a_rulebook(places=some_places(**places)))[0]
        if f.check == "country_is_known"
    ]


def test_the_country_and_the_sea_are_named_with_their_shares():
    land = a_place("Exampleland", a_box(0, 0, 1, 1))
    (finding,) = whereabouts(a_request(aoi=a_box(0.55, 0, 1.55, 1)), countries=[land], land=[land])
    assert finding.outcome is Outcome.CLEAR
    assert finding.says == "The AOI lies in the sea (55%) and Exampleland (45%)."


def test_open_sea_is_clear():
    (finding,) = whereabouts(a_request(aoi=a_box(0, 0, 1, 1)))
    assert finding.says == "The AOI lies in the sea (100%)."
    assert finding.outcome is Outcome.CLEAR


def test_land_on_which_no_country_is_found_is_undetermined():
    countries = [a_place("Exampleland", a_box(5, 0, 6, 1))]
    named, unclaimed = whereabouts(
        a_request(aoi=a_box(0, 0, 2, 1)), countries=countries, land=[a_place("land", a_box(0, 0, 1, 1))]
    )
    assert named.says == "The AOI lies in the sea (50%)."
    assert unclaimed.outcome is Outcome.INDETERMINATE
    assert unclaimed.where == a_box(0, 0, 1, 1)
    assert unclaimed.area_km2 == pytest.approx(area_km2(a_box(0, 0, 1, 1)))


def test_a_sliver_between_two_drawings_of_one_coast_is_not_land_without_a_country():
    countries = [a_place("Exampleland", a_box(0, 0, 1, 1))]
    request = a_request(aoi=a_box(0.5, 0.2, 1.5, 0.8))
    assert len(whereabouts(request, countries=countries, land=[a_place("land", a_box(0, 0, 1.01, 1))])) == 1
    assert len(whereabouts(request, countries=countries, land=[a_place("land", a_box(0, 0, 1.1, 1))])) == 2


def test_a_thin_island_far_from_every_country_is_land_without_a_country():
    countries = [a_place("Exampleland", a_box(5, 0, 6, 1))]
    island = [a_place("land", a_box(0.5, 0.2, 0.505, 0.8))]
    assert len(whereabouts(a_request(aoi=a_box(0, 0, 1, 1)), countries=countries, land=island)) == 2


@pytest.mark.parametrize(
    ("status", "iso", "said"),
    [
        ("state", "XA", "clear"),
        ("state", None, "clear"),
        ("disputed", "XA", "clear"),
        ("disputed", None, "indeterminate"),
        ("none", "XA", "indeterminate"),
    ],
)
def test_land_without_an_agreed_sovereign_is_undetermined(status, iso, said):
    place = a_place("Somewhere", a_box(0, 0, 1, 1), status=status, iso_a2=iso, note="A note.")
    outcomes = {
        f.outcome for f in whereabouts(a_request(aoi=a_box(0, 0, 1, 1)), countries=[place], land=[place])
    }
    assert outcomes == {Outcome.CLEAR} | ({Outcome.INDETERMINATE} if said == "indeterminate" else set())


def test_disputed_regions_and_territorial_seas_are_named():
    region, belt = a_place("Region X", a_box(0, 0, 1, 1)), a_place("Exampleland", a_box(1, 0, 1.2, 1))
    (finding,) = whereabouts(
        a_request(aoi=a_box(0.5, 0, 1.5, 1)),
        countries=[a_place("E", a_box(0, 0, 1, 1))],
        regions=[region],
        seas=[belt],
    )
    assert "It touches waters within 12 nautical miles of Exampleland" in finding.says
    assert "It takes in ground of Region X, whose status is disputed." in finding.says


def test_a_region_that_only_touches_is_not_taken_in():
    (finding,) = whereabouts(
        a_request(aoi=a_box(0, 0, 1, 1)), regions=[a_place("Region X", a_box(1, 0, 2, 1))]
    )
    assert "Region X" not in finding.says


# ------------------------------------------------------------------------------------ the answer


def test_findings_are_numbered_in_order_and_every_rule_is_answered_for():
    rules = (
        a_restriction(id="a"),
        a_restriction(id="b", status=Status.PROPOSED),
        a_directive(id="c"),
        a_withheld_area(id="d"),
    )
    answer = assess(a_request(tier=2), a_rulebook(*rules), "0")
    assert [f.id for f in answer.findings] == [f"F{n}" for n in range(1, len(answer.findings) + 1)]
    spoken = {f.restriction for f in answer.findings} | {n.restriction for n in answer.not_applicable}
    assert spoken - {None} == {"a", "b", "c", "d"}


def test_the_other_persons_helper_values_read_back():
    request = attrs.evolve(
        a_request(), applicant=Applicant(name="A", country="US"), recipient=Recipient(kind="commercial")
    )
    assert request.recipient.kind == RecipientKind.COMMERCIAL
    assert request.product == Product()
