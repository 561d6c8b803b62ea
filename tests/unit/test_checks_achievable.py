"""Limits bite at what a sensor can achieve: lower orbits, commitments to look aside, planes of a SAR range."""

import math

import attrs
import pytest
from unit.builders import a_box, a_limit, a_product, a_request, a_restriction, a_rulebook, a_sensor

from rsiwg.checks import assess, evaluate
from rsiwg.checks.achievable import achievable, off_nadir_for
from rsiwg.domain import (
    Activity,
    Component,
    Measure,
    Modality,
    Outcome,
    Plane,
    Product,
    RemedyKind,
    Sensor,
    Verdict,
)

CLEAR, CONFLICT, UNSURE = Outcome.CLEAR, Outcome.CONFLICT, Outcome.INDETERMINATE


def a_camera(gsd_m=0.5, **geometry):
    return attrs.evolve(a_sensor(metres=gsd_m), **geometry)


def a_radar(**given):
    return Sensor(name="SAR", modality=Modality.SAR, **{"ipr_azimuth_m": 9.0} | given)


def judged(sensor, limit=None, **request):
    """The finding about the limit, of the sensor over the Example Strip."""
    rule = a_restriction(*([limit] if limit else []))
    if sensor.modality is Modality.SAR:
        rule = attrs.evolve(
            rule, binds=attrs.evolve(rule.binds, comparable=frozenset({Modality.SAR})),
        )  # fmt: skip
    findings, _ = evaluate(a_request(sensors=(sensor,), **request), a_rulebook(rule))
    (finding,) = [f for f in findings if f.check == "finer_than_allowed"]
    return finding


# -------------------------------------------------------------------------------------- altitude


@pytest.mark.parametrize(
    ("lowest_km", "says", "outcome"),
    [
        pytest.param(399.9, "becomes 0.499875 m at 399.9 km", CONFLICT, id="just finer"),
        pytest.param(400.0, "becomes 0.50 m at 400 km", CLEAR, id="at the limit"),
        pytest.param(400.1, "becomes 0.500125 m at 400.1 km", CLEAR, id="just coarser"),
    ],
)
def test_a_lower_orbit_makes_it_finer(lowest_km, says, outcome):
    """By hand: 1.0 m at 800 km is 1.25 mm for each kilometre; the limit is 0.5 m."""
    finding = judged(a_camera(1.0, altitude_km=800.0, lowest_altitude_km=lowest_km))
    assert finding.outcome is outcome
    assert finding.measured.value_m == pytest.approx(lowest_km * 0.00125, abs=1e-9)
    assert f"1.00 m at 800 km {says}" in finding.says


def test_a_tenth_that_binary_cannot_hold_stays_at_the_limit():
    """0.6 x 0.7 / 0.84 is 0.5 by hand; in floating point it is not."""
    assert judged(a_camera(0.6, altitude_km=840.0, lowest_altitude_km=700.0)).outcome is CLEAR
    assert judged(a_camera(0.7, altitude_km=700.7, lowest_altitude_km=500.5)).outcome is CLEAR


def test_a_lowest_altitude_above_the_stated_one_makes_it_coarser():
    assert judged(a_camera(0.45, altitude_km=450.0, lowest_altitude_km=500.0)).outcome is CLEAR
    assert judged(a_camera(0.45, altitude_km=450.0, lowest_altitude_km=499.0)).outcome is CONFLICT


def test_without_an_altitude_the_number_counts_as_stated_and_the_finding_says_so():
    finding = judged(a_camera(0.49))
    assert finding.outcome is CONFLICT
    assert finding.says.endswith("The number counts as stated; no altitude is given.")
    assert "stated for 617 km; no lower altitude" in judged(a_camera(0.49, altitude_km=617.0)).says
    assert judged(a_camera(0.4999999999)).measured.value_m == 0.4999999999


@pytest.mark.parametrize(
    ("ifov_urad", "outcome"),
    [
        pytest.param(0.9999, CONFLICT, id="just finer"),
        pytest.param(1.0, CLEAR, id="at the limit"),
        pytest.param(1.0001, CLEAR, id="just coarser"),
    ],
)
def test_an_ifov_from_the_lowest_altitude(ifov_urad, outcome):
    """One microradian spans 0.5 m at 500 km."""
    finding = judged(a_camera(0.6, altitude_km=600.0, lowest_altitude_km=500.0, ifov_urad=ifov_urad))
    assert finding.outcome is outcome


def test_of_ifov_and_stated_number_the_finer_counts():
    finding = judged(a_camera(0.49, lowest_altitude_km=600.0, ifov_urad=1.0))
    assert finding.outcome is CONFLICT
    assert "1 microradians would see 0.60 m from 600 km, which is coarser" in finding.says
    assert judged(a_camera(0.6, lowest_altitude_km=400.0, ifov_urad=1.0)).outcome is CONFLICT
    assert judged(a_camera(0.6, altitude_km=490.0, ifov_urad=1.0)).outcome is CONFLICT


def test_what_is_disseminated_coarser_is_not_finer_from_a_lower_orbit():
    low = a_camera(0.5, altitude_km=600.0, lowest_altitude_km=300.0)
    only = frozenset({Activity.DISSEMINATE})
    assert judged(low, product=a_product(0.5), activity=only).outcome is CLEAR
    assert judged(low, activity=only).outcome is CONFLICT


def test_a_near_miss_outside_reckons_with_the_lowest_altitude_too():
    camera = a_camera(0.6, altitude_km=600.0, lowest_altitude_km=300.0)
    findings, _ = evaluate(a_request(sensors=(camera,), aoi=a_box(21.01, 40.2, 21.1, 40.3)), a_rulebook())
    (finding,) = [f for f in findings if f.check == "finer_than_allowed"]
    assert finding.near_miss
    assert "0.30 m with PAN" in finding.says


# --------------------------------------------------------------------------------- looking aside


def sphere(gsd_m, altitude_km, off_nadir_deg, radius_km=6399.594):
    """(across, mean) by the law of sines; the radius is that of curvature at the poles, a² / b."""
    incidence = math.asin(math.sin(math.radians(off_nadir_deg)) * (radius_km + altitude_km) / radius_km)
    arc = incidence - math.radians(off_nadir_deg)
    across = gsd_m * radius_km * math.sin(arc) / math.sin(math.radians(off_nadir_deg)) / altitude_km
    return across, (across + across / math.cos(incidence)) / 2


@pytest.mark.parametrize("component", [None, *Component])
@pytest.mark.parametrize("off_nadir_deg", [10.0, 25.0, 40.0])
def test_the_limit_that_each_reading_just_allows(component, off_nadir_deg):
    """Just finer, at and just coarser of both readings, with the limit moved instead of the sensor."""
    camera = a_camera(0.31, altitude_km=617.0, min_off_nadir_deg=off_nadir_deg)
    across, mean = sphere(0.31, 617.0, off_nadir_deg)
    able = achievable(camera, a_limit(component=component))
    assert able.strict_m == pytest.approx(mean if component is Component.MEAN else across, abs=2e-6)
    assert able.lenient_m == pytest.approx(across if component is Component.FINER else mean, abs=2e-6)
    for limit_m, outcome in (
        (able.strict_m - 1e-6, CLEAR),
        (able.strict_m, CLEAR),
        (able.strict_m + 1e-6, CONFLICT if component else UNSURE),
        (able.lenient_m, CLEAR if component else UNSURE),
        (able.lenient_m + 1e-6, CONFLICT),
    ):
        assert judged(camera, a_limit(limit_m, component=component)).outcome is outcome, limit_m


def test_the_reading_is_named_where_the_text_is_silent():
    finding = judged(a_camera(0.31, altitude_km=617.0, min_off_nadir_deg=33.0), a_limit(0.4))
    assert finding.outcome is UNSURE
    assert "does not say which ground sample distance is meant" in finding.says
    assert finding.needs == ()


def test_a_commitment_without_an_altitude_changes_nothing():
    assert judged(a_camera(0.49, min_off_nadir_deg=40.0)).outcome is CONFLICT


def test_a_largest_off_nadir_angle_makes_nothing_coarser():
    assert judged(a_camera(0.49, altitude_km=617.0, max_off_nadir_deg=60.0)).outcome is CONFLICT


# ------------------------------------------------------------------------------------ the remedy


def test_a_remedy_commits_to_the_smallest_whole_angle():
    camera = a_camera(0.45, altitude_km=617.0, max_off_nadir_deg=45.0)
    remedies = {r.kind: r for r in assess(a_request(sensors=(camera,)), a_rulebook(), "0").remedies}
    remedy = remedies[RemedyKind.LOOK_ASIDE]
    angle = remedy.request.sensors[0].min_off_nadir_deg
    assert sphere(0.45, 617.0, angle)[0] >= 0.5 > sphere(0.45, 617.0, angle - 1)[0]
    assert remedy.verdict_after is Verdict.CLEAR
    assert f"no closer to nadir than {angle:g} degrees with PAN" in remedy.says


@pytest.mark.parametrize(
    "camera",
    [
        pytest.param(a_camera(0.45, max_off_nadir_deg=45.0), id="no altitude"),
        pytest.param(a_camera(0.45, altitude_km=617.0), id="no largest angle"),
        pytest.param(
            a_camera(0.3, altitude_km=617.0, max_off_nadir_deg=20.0), id="not within the largest angle"
        ),
    ],
)
def test_no_such_remedy_where_it_cannot_be_reckoned(camera):
    assert off_nadir_for(camera, 0.5) is None
    kinds = {r.kind for r in assess(a_request(sensors=(camera,)), a_rulebook(), "0").remedies}
    assert RemedyKind.LOOK_ASIDE not in kinds


# --------------------------------------------------------------------------------- a SAR's range


def an_ipr_limit(plane=None, finest_m=0.5):
    return a_limit(finest_m, measure=Measure.IPR, plane=plane)


@pytest.mark.parametrize(
    ("meant", "stated", "range_m", "incidence", "outcome"),
    [
        # 0.25 m in the slant plane is 0.5 m on the ground at 30 degrees.
        pytest.param(Plane.GROUND, Plane.SLANT, 0.25, {"max_incidence_deg": 29.9}, CLEAR, id="ground, just coarser"),
        pytest.param(Plane.GROUND, Plane.SLANT, 0.25, {"max_incidence_deg": 30.0}, CLEAR, id="ground, at"),
        pytest.param(Plane.GROUND, Plane.SLANT, 0.25, {"max_incidence_deg": 30.1}, CONFLICT, id="ground, just finer"),
        pytest.param(Plane.GROUND, Plane.SLANT, 0.25, {}, UNSURE, id="ground, no incidence"),
        pytest.param(Plane.GROUND, Plane.SLANT, 0.5, {}, CLEAR, id="ground, at the limit even in the slant plane"),
        pytest.param(Plane.GROUND, Plane.GROUND, 0.49, {}, CONFLICT, id="ground as stated, finer"),
        pytest.param(Plane.GROUND, None, 0.49, {}, UNSURE, id="ground, plane not stated"),
        pytest.param(Plane.GROUND, None, 0.5, {}, CLEAR, id="ground, plane not stated, at the limit"),
        # 1.0 m on the ground is 0.5 m in the slant plane at 30 degrees.
        pytest.param(Plane.SLANT, Plane.GROUND, 1.0, {"min_incidence_deg": 30.1}, CLEAR, id="slant, just coarser"),
        pytest.param(Plane.SLANT, Plane.GROUND, 1.0, {"min_incidence_deg": 29.9}, CONFLICT, id="slant, just finer"),
        pytest.param(Plane.SLANT, Plane.GROUND, 1.0, {}, UNSURE, id="slant, no incidence"),
        pytest.param(Plane.SLANT, Plane.GROUND, 0.49, {}, CONFLICT, id="slant, finer even on the ground"),
        pytest.param(Plane.SLANT, Plane.SLANT, 0.49, {}, CONFLICT, id="slant as stated, finer"),
        pytest.param(Plane.SLANT, Plane.SLANT, 0.5, {}, CLEAR, id="slant as stated, at"),
        pytest.param(Plane.SLANT, None, 5.0, {}, UNSURE, id="slant, plane not stated"),
        pytest.param(None, Plane.GROUND, 0.49, {}, CONFLICT, id="silent, ground, finer"),
        pytest.param(None, Plane.GROUND, 0.5, {}, CLEAR, id="silent, ground, at"),
        pytest.param(None, None, 0.49, {}, CONFLICT, id="silent both, finer"),
        pytest.param(None, Plane.SLANT, 0.25, {"max_incidence_deg": 30.0}, UNSURE, id="silent, slant, at on the ground"),
        pytest.param(None, Plane.SLANT, 0.25, {"max_incidence_deg": 30.1}, CONFLICT, id="silent, slant, finer in both"),
        pytest.param(None, Plane.SLANT, 0.25, {}, UNSURE, id="silent, slant, no incidence"),
        pytest.param(None, Plane.SLANT, 0.5, {}, CLEAR, id="silent, slant, at the limit"),
    ],
)  # fmt: skip
def test_the_plane_that_a_limit_means(meant, stated, range_m, incidence, outcome):
    finding = judged(a_radar(ipr_range_m=range_m, ipr_plane=stated, **incidence), an_ipr_limit(meant))
    assert finding.outcome is outcome
    assert finding.measured.value_m > 0
    if outcome is UNSURE and not incidence:
        assert finding.needs[0].startswith("sensor.")


@pytest.mark.parametrize(("altitude_km", "max_off_nadir_deg"), [(617.0, 80.0), (150.0, 89.0), (400.0, 70.3)])
def test_no_such_remedy_past_the_horizon(altitude_km, max_off_nadir_deg):
    """A sensor that may look past the horizon is judged and not refused; arcsin(R / (R + h)) is 65.8, 77.7, 70.2 degrees."""
    camera = a_camera(0.01, altitude_km=altitude_km, max_off_nadir_deg=max_off_nadir_deg)
    assert off_nadir_for(camera, 0.5) is None
    answer = assess(a_request(sensors=(camera,)), a_rulebook(a_restriction()), "test")
    assert answer.verdict is Verdict.RESTRICTED
    assert RemedyKind.LOOK_ASIDE not in {r.kind for r in answer.remedies}


@pytest.mark.parametrize(
    ("stated", "incidence", "product_m", "outcome"),
    [
        # A product of 1.0 m on the ground is 0.5 m in the slant plane at 30 degrees.
        pytest.param(Plane.GROUND, {"min_incidence_deg": 30.1}, 1.0, CLEAR, id="just coarser"),
        pytest.param(Plane.GROUND, {"min_incidence_deg": 29.9}, 1.0, CONFLICT, id="just finer"),
        pytest.param(Plane.GROUND, {}, 1.0, UNSURE, id="incidence not stated"),
        pytest.param(None, {"min_incidence_deg": 30.1}, 1.0, UNSURE, id="plane not stated"),
        pytest.param(Plane.SLANT, {}, 0.5, CLEAR, id="in the slant plane, at"),
        pytest.param(Plane.SLANT, {}, 0.49, CONFLICT, id="in the slant plane, just finer"),
    ],
)
def test_a_radars_product_in_the_slant_plane(stated, incidence, product_m, outcome):
    radar = a_radar(ipr_range_m=0.3, ipr_azimuth_m=0.3, ipr_plane=stated, **incidence)
    product = Product(resolution_m=product_m, measure=Measure.IPR)
    finding = judged(
        radar, an_ipr_limit(Plane.SLANT), product=product, activity=frozenset({Activity.DISSEMINATE})
    )
    assert finding.outcome is outcome


def test_the_azimuth_has_no_plane():
    for meant in (None, *Plane):
        radar = a_radar(ipr_range_m=9.0, ipr_azimuth_m=0.49, ipr_plane=Plane.SLANT, max_incidence_deg=30.0)
        assert judged(radar, an_ipr_limit(meant)).outcome is CONFLICT


def test_a_piece_that_is_certain_and_one_that_is_not_are_two_findings():
    camera = a_camera(0.31, altitude_km=617.0, min_off_nadir_deg=33.0)
    request = a_request(sensors=(camera,), product=a_product(None, [(a_box(20.3, 40.3, 20.4, 40.4), 0.2)]))
    findings, _ = evaluate(request, a_rulebook(a_restriction(a_limit(0.4))))
    outcomes = sorted(f.outcome for f in findings if f.check == "finer_than_allowed")
    assert outcomes in ([CONFLICT, UNSURE], [UNSURE, CONFLICT])
