"""The changes offered for a conflict: each clears it, none goes further than it must, none is made up."""

import datetime as dt

import attrs
import pytest
from unit.builders import (
    BOTH,
    STRIP,
    a_binding,
    a_box,
    a_directive,
    a_fringe,
    a_limit,
    a_product,
    a_request,
    a_restriction,
    a_rulebook,
    a_sensor,
    a_withheld_area,
    a_zone,
)

from rsiwg.checks import assess, evaluate
from rsiwg.domain import Activity, Measure, Modality, Outcome, Period, RecipientKind, RemedyKind, Verdict
from rsiwg.geometry import area_km2, join, overlap, subtract

D = dt.date
STRADDLING = a_box(19.5, 40.2, 20.5, 40.8)


def answer(request, *restrictions):
    return assess(request, a_rulebook(*restrictions), "0")


def offered(request, *restrictions):
    return {r.kind: r for r in answer(request, *restrictions).remedies}


def test_nothing_is_offered_where_there_is_no_conflict():
    assert answer(a_request(gsd_m=0.5)).remedies == ()
    assert answer(a_request(gsd_m=0.4, modality="sar")).remedies == ()


def test_coarsening_goes_to_the_limit_and_no_further():
    remedy = offered(a_request(gsd_m=0.31))[RemedyKind.COARSEN]
    assert remedy.request.product.resolution_m == 0.5
    assert remedy.verdict_after is Verdict.CLEAR
    assert remedy.remains == ()
    assert "0.50 m" in remedy.says
    assert "everywhere in the AOI" in remedy.says


def test_coarsening_is_only_inside_the_offending_piece():
    request = a_request(gsd_m=0.31, aoi=STRADDLING)
    remedy = offered(request)[RemedyKind.COARSEN]
    (piece,) = remedy.request.product.inside
    assert piece.resolution_m == 0.5
    assert area_km2(piece.area) == pytest.approx(area_km2(a_box(20, 40.2, 20.5, 40.8)), rel=1e-4)
    assert remedy.share_of_aoi == pytest.approx(0.5, abs=1e-4)
    assert remedy.request.product.resolution_m is None


def test_coarsening_leaves_coarser_pieces_as_they_are():
    coarser = a_box(20.2, 40.2, 20.4, 40.8)
    request = a_request(gsd_m=0.31, product=a_product(0.31, [(coarser, 2.0)]))
    changed = offered(request)[RemedyKind.COARSEN].request
    assert {(m, round(area_km2(a), 3)) for a, m in changed.parts(changed.sensors[0])} == {
        (2.0, round(area_km2(coarser), 3)),
        (0.5, round(area_km2(subtract(request.aoi, coarser)), 3)),
    }


def test_coarsening_makes_nothing_finer():
    finer = a_box(20.2, 40.2, 20.4, 40.8)
    request = a_request(gsd_m=0.31, product=a_product(2.0, [(finer, 0.31)]))
    changed = offered(request)[RemedyKind.COARSEN].request
    for area, before in request.parts(request.sensors[0]):
        for other, after in changed.parts(changed.sensors[0]):
            assert overlap(area, other).is_empty or after >= before


def test_cutting_loses_no_ground_that_is_allowed():
    coarse = a_box(20.2, 40.2, 20.5, 40.8)
    request = a_request(gsd_m=0.31, product=a_product(0.31, [(coarse, 1.0)]))
    remedies = offered(request)
    assert RemedyKind.CUT_OUT in remedies
    assert area_km2(remedies[RemedyKind.CUT_OUT].request.aoi) == pytest.approx(area_km2(coarse), rel=1e-4)


def test_cutting_takes_the_offending_piece_out_and_says_what_is_lost():
    remedy = offered(a_request(gsd_m=0.31, aoi=STRADDLING))[RemedyKind.CUT_OUT]
    left = a_box(19.5, 40.2, 20, 40.8)
    assert area_km2(remedy.request.aoi) == pytest.approx(area_km2(left), rel=1e-4)
    assert overlap(remedy.request.aoi, STRIP).is_empty
    assert remedy.share_of_aoi == pytest.approx(0.5, abs=1e-4)
    assert "50" in remedy.says
    assert remedy.verdict_after is Verdict.CLEAR


def test_an_area_wholly_inside_cannot_be_cut():
    assert RemedyKind.CUT_OUT not in offered(a_request(gsd_m=0.31))


def test_an_area_within_all_readings_is_cut_by_the_reading_that_decides():
    rule = a_restriction(zones=(a_zone(), a_fringe()))
    remedy = offered(a_request(gsd_m=0.31, aoi=a_box(20.5, 40.2, 21.5, 40.8)), rule)[RemedyKind.CUT_OUT]
    assert area_km2(remedy.request.aoi) == pytest.approx(area_km2(a_box(21, 40.2, 21.5, 40.8)), rel=1e-4)
    assert remedy.verdict_after is Verdict.UNDETERMINED


def test_a_worldwide_rule_offers_no_cut():
    assert RemedyKind.CUT_OUT not in offered(a_request(), a_restriction(worldwide=True, zones=()))


def test_dates_move_to_the_longest_span_that_is_left():
    rule = a_directive()  # March 10 to 19
    remedy = offered(a_request(tier=2, first="2025-03-01", last="2025-03-31"), rule)[RemedyKind.MOVE_DATES]
    assert remedy.request.collection == Period(D(2025, 3, 20), D(2025, 4, 1))
    assert remedy.verdict_after is Verdict.CLEAR


def test_the_earlier_of_two_equal_spans_is_kept():
    remedy = offered(a_request(tier=2, first="2025-03-05", last="2025-03-24"), a_directive())[
        RemedyKind.MOVE_DATES
    ]
    assert remedy.request.collection == Period(D(2025, 3, 5), D(2025, 3, 10))


def test_dates_move_past_the_end_where_no_day_is_left():
    remedy = offered(a_request(tier=2, first="2025-03-12", last="2025-03-14"), a_directive())[
        RemedyKind.MOVE_DATES
    ]
    assert remedy.request.collection == Period(D(2025, 3, 20), D(2025, 3, 23))


def test_no_date_is_offered_against_a_rule_without_an_end_nor_as_of_a_day():
    assert RemedyKind.MOVE_DATES not in offered(a_request())
    request = attrs.evolve(a_request(tier=2), as_of=D(2025, 3, 12))
    assert RemedyKind.MOVE_DATES not in offered(request, a_directive())


def test_a_move_into_another_limit_that_bars_it_too_is_not_offered():
    rule = a_restriction(a_limit(0.5, "2025-01-01", "2025-04-01"), a_limit(0.6, "2025-04-01"))
    assert RemedyKind.MOVE_DATES not in offered(a_request(gsd_m=0.31), rule)


def test_a_change_of_limit_offers_the_days_of_the_other():
    rule = a_restriction(a_limit(2.0, "2024-01-01", "2025-03-10"), a_limit(0.4, "2025-03-10"))
    remedy = offered(a_request(gsd_m=1.0), rule)[RemedyKind.MOVE_DATES]
    assert remedy.request.collection == Period(D(2025, 3, 10), D(2025, 4, 1))


def test_an_exempt_recipient_is_offered():
    rule = a_restriction(binds=a_binding(except_recipients=frozenset({RecipientKind.US_GOVERNMENT})))
    remedy = offered(a_request(recipient="commercial"), rule)[RemedyKind.CHANGE_RECIPIENT]
    assert remedy.request.recipient.kind is RecipientKind.US_GOVERNMENT
    assert "the U.S. Government" in remedy.says


def test_the_activity_that_is_free_is_offered():
    dissemination = a_binding(tiers=frozenset({2, 3}), activities=frozenset({Activity.DISSEMINATE}))
    request = a_request(tier=2, first="2025-03-12", last="2025-03-14")
    remedy = offered(request, a_directive(binds=dissemination))[RemedyKind.CHANGE_ACTIVITY]
    assert remedy.request.activity == {Activity.COLLECT}
    assert RemedyKind.CHANGE_ACTIVITY not in offered(request, a_directive())


def test_the_activity_that_is_free_is_offered_for_a_cap_too():
    request = a_request(gsd_m=0.31, activity=BOTH)
    assert RemedyKind.CHANGE_ACTIVITY in offered(request)


def test_no_activity_is_offered_of_which_it_is_unsettled():
    rule = a_restriction(
        binds=a_binding(unsettled_activities=frozenset({Activity.COLLECT}), unsettled_why="not settled")
    )
    assert RemedyKind.CHANGE_ACTIVITY not in offered(a_request(gsd_m=0.31), rule)


def test_two_rules_at_once_take_two_changes_together():
    cap = a_restriction(id="cap", worldwide=True, zones=(), binds=a_binding(comparable=frozenset(Modality)))
    remedies = answer(a_request(tier=2, gsd_m=0.31), cap, a_directive()).remedies
    (both,) = [r for r in remedies if r.kind is RemedyKind.COMBINED]
    assert len(both.steps) == 2
    assert both.verdict_after is Verdict.CLEAR
    assert set(both.clears) == {
        f.id
        for f in answer(a_request(tier=2, gsd_m=0.31), cap, a_directive()).findings
        if f.outcome == "conflict"
    }
    singles = [r for r in remedies if r.kind is not RemedyKind.COMBINED]
    assert singles
    assert all(r.verdict_after is Verdict.RESTRICTED for r in singles)


def test_nothing_combined_where_one_change_is_enough():
    same = a_restriction(id="same", title="The same strip again")
    kinds = [r.kind for r in answer(a_request(gsd_m=0.31, aoi=STRADDLING), a_restriction(), same).remedies]
    assert RemedyKind.COMBINED not in kinds


def test_what_remains_is_said():
    remedy = offered(a_request(tier=3, gsd_m=0.31), a_restriction(), a_withheld_area())[RemedyKind.COARSEN]
    assert remedy.verdict_after is Verdict.UNDETERMINED
    assert len(remedy.remains) == 1
    assert "withheld" in remedy.remains[0]


def test_a_remedy_for_every_reading_is_told_from_one_for_the_core():
    rule = a_restriction(zones=(a_zone(), a_fringe()))
    remedies = answer(a_request(gsd_m=0.31, aoi=a_box(20.5, 40.2, 21.5, 40.8)), rule).remedies
    after = [(r.kind, r.verdict_after) for r in remedies if r.kind is RemedyKind.COARSEN]
    assert after == [(RemedyKind.COARSEN, Verdict.CLEAR), (RemedyKind.COARSEN, Verdict.UNDETERMINED)]


def test_several_sensors_are_coarsened_together():
    sensors = (a_sensor("panchromatic", 0.3), a_sensor("multispectral", 0.4, "MSI"))
    remedies = answer(a_request(sensors=sensors)).remedies
    best = remedies[0]
    assert best.kind is RemedyKind.COARSEN
    assert best.verdict_after is Verdict.CLEAR


def test_a_sar_is_coarsened_in_its_own_measure():
    sar = frozenset({Modality.SAR})
    rule = a_restriction(a_limit(0.25, measure=Measure.IPR), binds=a_binding(modalities=sar, comparable=sar))
    remedy = offered(a_request(modality="sar", gsd_m=0.16), rule)[RemedyKind.COARSEN]
    assert remedy.request.product.measure == "ipr"
    assert remedy.request.product.resolution_m == 0.25


def test_every_remedy_clears_what_it_says_and_is_numbered():
    rules = a_restriction(zones=(a_zone(), a_fringe())), a_directive(), a_withheld_area()
    request = a_request(tier=3, gsd_m=0.31, aoi=a_box(19.5, 40.2, 21.5, 40.8))
    given = answer(request, *rules)
    assert [r.id for r in given.remedies] == [f"R{n}" for n in range(1, len(given.remedies) + 1)]
    before = {f.id: f for f in given.findings}
    for remedy in given.remedies:
        after, _ = evaluate(remedy.request, a_rulebook(*rules))
        bad = {
            (f.check, f.restriction, f.reading)
            for f in after
            if f.outcome in (Outcome.CONFLICT, Outcome.INDETERMINATE)
        }
        assert remedy.clears
        assert not {(before[i].check, before[i].restriction, before[i].reading) for i in remedy.clears} & bad
    assert area_km2(join(z.area for z in rules[0].zones)) > 0


def two_windows():
    early = a_directive(id="early", limits=(a_limit(None, "2025-03-10", "2025-03-13", says="nothing"),))
    late = a_directive(id="late", limits=(a_limit(None, "2025-03-13", "2025-03-16", says="nothing"),))
    return a_request(tier=2, first="2025-03-10", last="2025-03-15"), early, late


def test_two_moves_that_run_into_each_other_are_not_offered_as_a_set():
    remedies = answer(*two_windows()).remedies
    assert not [
        r for r in remedies if r.kind is RemedyKind.COMBINED and r.verdict_after is Verdict.RESTRICTED
    ]


def test_dates_move_past_the_windows_of_two_rules_together():
    remedies = answer(*two_windows()).remedies
    assert any(r.verdict_after is Verdict.CLEAR for r in remedies)
