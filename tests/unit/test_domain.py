"""Values of the domain: spans of days, verdicts, requests, and their documents."""

import datetime as dt

import attrs
import pytest
from unit.builders import BOTH, a_box, a_product, a_request, a_sensor

from rsiwg.domain import (
    Activity,
    Applicant,
    Finding,
    Licence,
    Measure,
    Modality,
    Outcome,
    Period,
    Plane,
    Product,
    Recipient,
    RecipientKind,
    Sensor,
    Verdict,
    in_full,
    verdict_of,
)
from rsiwg.domain.document import canonical_json, request_document, rounded
from rsiwg.geometry import EMPTY, area_km2, overlap
from rsiwg.intake import read_submission
from rsiwg.settings import Limits

D = dt.date
JULY = Period(D(2020, 7, 1), D(2020, 8, 1))


# ---------------------------------------------------------------------------------------- periods


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        pytest.param(D(2020, 6, 30), False, id="the day before"),
        pytest.param(D(2020, 7, 1), True, id="the first day"),
        pytest.param(D(2020, 7, 31), True, id="the last day"),
        pytest.param(D(2020, 8, 1), False, id="the end itself"),
    ],
)
def test_a_period_holds_its_start_and_not_its_end(day, inside):
    assert (day in JULY) is inside


def test_a_period_without_an_end_holds_every_later_day():
    assert D(9999, 12, 31) in Period(D(2020, 7, 21))
    assert D(2020, 7, 20) not in Period(D(2020, 7, 21))


@pytest.mark.parametrize("end", [D(2020, 7, 1), D(2020, 6, 30)], ids=["same day", "day before"])
def test_a_period_must_hold_a_day(end):
    with pytest.raises(ValueError, match="ends"):
        Period(D(2020, 7, 1), end)


def test_days_as_people_write_them_hold_both_ends():
    span = Period.of_days(D(2020, 7, 1), D(2020, 7, 31))
    assert span == JULY
    assert span.last == D(2020, 7, 31)
    assert span.day_count == 31
    assert Period.of_days(D(2024, 2, 29), D(2024, 2, 29)).day_count == 1


def test_a_period_without_an_end_has_no_last_day_and_no_count():
    assert Period(D(2020, 7, 1)).last is None
    with pytest.raises(ValueError, match="without an end"):
        _ = Period(D(2020, 7, 1)).day_count


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        pytest.param(Period(D(2020, 6, 1), D(2020, 7, 1)), None, id="ends where the other starts"),
        pytest.param(Period(D(2020, 8, 1)), None, id="starts where the other ends"),
        pytest.param(
            Period(D(2020, 6, 1), D(2020, 7, 2)), Period(D(2020, 7, 1), D(2020, 7, 2)), id="one day"
        ),
        pytest.param(Period(D(2020, 7, 31)), Period(D(2020, 7, 31), D(2020, 8, 1)), id="the last day"),
        pytest.param(Period(D(1998, 1, 1)), JULY, id="all of it"),
    ],
)
def test_periods_meet_in_the_days_of_both(other, shared):
    assert JULY.meet(other) == shared
    assert other.meet(JULY) == shared


@pytest.mark.parametrize(
    ("other", "left"),
    [
        pytest.param(Period(D(2021, 1, 1)), (JULY,), id="never met"),
        pytest.param(Period(D(2020, 8, 1)), (JULY,), id="starts where it ends"),
        pytest.param(Period(D(1998, 1, 1)), (), id="swallowed"),
        pytest.param(Period(D(1998, 1, 1), D(2020, 7, 21)), (Period(D(2020, 7, 21), D(2020, 8, 1)),), id="head cut"),
        pytest.param(Period(D(2020, 7, 21)), (Period(D(2020, 7, 1), D(2020, 7, 21)),), id="tail cut"),
        pytest.param(
            Period(D(2020, 7, 10), D(2020, 7, 12)),
            (Period(D(2020, 7, 1), D(2020, 7, 10)), Period(D(2020, 7, 12), D(2020, 8, 1))),
            id="cut in two",
        ),
    ],
)  # fmt: skip
def test_what_is_left_of_a_period_without_another(other, left):
    assert JULY.without(other) == left


def test_a_period_without_an_end_keeps_its_tail():
    assert Period(D(2020, 1, 1)).without(JULY) == (
        Period(D(2020, 1, 1), D(2020, 7, 1)),
        Period(D(2020, 8, 1)),
    )


def test_periods_read_as_english():
    assert str(Period.of_days(D(2020, 7, 21), D(2020, 7, 21))) == "on July 21, 2020"
    assert str(JULY) == "from July 1, 2020, to July 31, 2020"
    assert str(Period(D(2020, 7, 21))) == "from July 21, 2020"
    assert [in_full(D(2021, month, 1)).split()[0] for month in (1, 2, 12)] == [
        "January",
        "February",
        "December",
    ]


# --------------------------------------------------------------------------------------- verdicts


def finding(outcome):
    return Finding(check="example", outcome=outcome, says="Said.")


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ((), Verdict.UNDETERMINED),
        (("clear",), Verdict.CLEAR),
        (("clear", "condition"), Verdict.CLEAR),
        (("clear", "indeterminate", "condition"), Verdict.UNDETERMINED),
        (("indeterminate", "conflict", "clear"), Verdict.RESTRICTED),
        (("conflict",), Verdict.RESTRICTED),
    ],
    ids=lambda value: "+".join(value) or "nothing" if isinstance(value, tuple) else None,
)
def test_a_verdict_is_never_better_than_the_worst_finding(outcomes, verdict):
    assert verdict_of(tuple(finding(Outcome(o)) for o in outcomes)) is verdict


# --------------------------------------------------------------------------------------- requests


def test_a_sar_states_an_impulse_response_and_others_a_ground_sample_distance():
    with pytest.raises(ValueError, match="SAR"):
        Sensor(name="S", modality=Modality.SAR, gsd_m=0.5)
    with pytest.raises(ValueError, match="SAR"):
        Sensor(name="S", modality=Modality.SAR, ipr_range_m=0.5)
    with pytest.raises(ValueError, match="SAR"):
        Sensor(name="S", modality=Modality.LIDAR, ipr_range_m=0.5, ipr_azimuth_m=0.5)


@pytest.mark.parametrize("bad", [0.0, -0.3, float("nan"), float("inf")])
def test_a_resolution_is_a_positive_finite_number(bad):
    with pytest.raises(ValueError, match="gsd_m"):
        Sensor(name="S", modality=Modality.PANCHROMATIC, gsd_m=bad)


def test_the_finer_direction_of_a_sar_counts():
    sensor = Sensor(
        name="S", modality=Modality.SAR, ipr_range_m=0.5, ipr_azimuth_m=0.3, ipr_plane=Plane.SLANT
    )
    assert sensor.resolution_m == 0.3
    assert sensor.measure is Measure.IPR


def test_a_request_is_judged_on_its_days_or_on_the_one_day_named():
    request = a_request(first="2025-03-01", last="2025-03-31")
    assert request.judged == Period(D(2025, 3, 1), D(2025, 4, 1))
    assert attrs.evolve(request, as_of=D(2020, 7, 21)).judged == Period(D(2020, 7, 21), D(2020, 7, 22))


def test_without_a_product_the_native_resolution_leaves():
    request = a_request(gsd_m=0.31)
    assert request.parts(request.sensors[0]) == ((request.aoi, 0.31),)


def test_a_coarser_product_counts_and_not_the_sensor():
    request = a_request(gsd_m=0.31, product=a_product(0.5))
    assert request.parts(request.sensors[0]) == ((request.aoi, 0.5),)


def test_a_product_finer_than_the_sensor_is_taken_at_its_word():
    request = a_request(gsd_m=0.7, product=a_product(0.3))
    assert request.parts(request.sensors[0]) == ((request.aoi, 0.3),)


def test_only_the_finest_sensor_makes_a_product_finer_than_itself():
    sensors = (a_sensor("panchromatic", 0.5), a_sensor("multispectral", 2.0, "MSI"))
    request = a_request(sensors=sensors, product=a_product(0.3))
    assert [request.parts(s)[0][1] for s in sensors] == [0.3, 2.0]


def test_a_product_of_one_measure_says_nothing_of_sensors_of_the_other():
    sensors = (a_sensor("panchromatic", 0.5), a_sensor("sar", 0.25, "SAR"))
    request = a_request(sensors=sensors, product=a_product(1.0))
    assert [request.parts(s)[0][1] for s in sensors] == [1.0, 0.25]


def test_pieces_are_disjoint_and_the_first_one_counts():
    aoi = a_box(0, 0, 4, 1)
    inside = [(a_box(0, 0, 2, 1), 1.0), (a_box(1, 0, 3, 1), 2.0)]
    request = a_request(aoi=aoi, gsd_m=0.5, product=a_product(0.5, inside))
    parts = request.parts(request.sensors[0])
    assert parts == ((a_box(0, 0, 2, 1), 1.0), (a_box(2, 0, 3, 1), 2.0), (a_box(3, 0, 4, 1), 0.5))
    assert sum(area_km2(area) for area, _ in parts) == pytest.approx(area_km2(aoi), rel=1e-12)


def test_pieces_outside_the_area_count_for_nothing():
    request = a_request(aoi=a_box(0, 0, 1, 1), gsd_m=0.5, product=a_product(None, [(a_box(5, 5, 6, 6), 2.0)]))
    assert request.parts(request.sensors[0]) == ((request.aoi, 0.5),)


def test_a_piece_over_all_of_the_area_leaves_no_rest():
    request = a_request(
        aoi=a_box(0, 0, 1, 1), gsd_m=0.5, product=a_product(0.5, [(a_box(-1, -1, 2, 2), 2.0)])
    )
    assert request.parts(request.sensors[0]) == ((request.aoi, 2.0),)
    assert overlap(request.aoi, EMPTY) == EMPTY


# -------------------------------------------------------------------------------------- documents

REQUESTS = [
    pytest.param(a_request(), id="plain"),
    pytest.param(a_request(aoi=a_box(179, 10, 181, 12)), id="across 180 degrees"),
    pytest.param(a_request(aoi=a_box(-180, 80, 180, 90)), id="round a pole"),
    pytest.param(a_request(exercise=True, tier=None, part_960=None, us_person=None), id="little said"),
    pytest.param(a_request(recipient="us_government", activity={Activity.COLLECT}), id="recipient and activity"),
    pytest.param(a_request(product=a_product(0.7, [(a_box(20.3, 40.3, 20.4, 40.4), 1.5)])), id="a piece"),
    pytest.param(a_request(product=a_product(None, [(a_box(20.3, 40.3, 20.4, 40.4), 1.5)])), id="only a piece"),
    pytest.param(
        a_request(
            sensors=(
                a_sensor("panchromatic", 0.1 + 0.2),
                Sensor(
                    name="SAR", modality=Modality.SAR, ipr_range_m=0.25, ipr_azimuth_m=0.5,
                    ipr_plane=Plane.SLANT, max_off_nadir_deg=45.0,
                ),
            ),
            product=Product(resolution_m=0.6, measure=Measure.IPR),
            applicant="Società Ünï 株式会社",
        ),
        id="two sensors and a name in another script",
    ),
    pytest.param(
        attrs.evolve(
            a_request(),
            applicant=Applicant(name="A", country="FR", us_person=False, operated_from_us=False),
            licence=Licence(part_960=False, tier=3, licensee="B"),
            recipient=Recipient(kind=RecipientKind.FOREIGN_GOVERNMENT, name="C", country="DE"),
        ),
        id="everything said",
    ),
]  # fmt: skip


@pytest.mark.parametrize("request_", REQUESTS)
def test_reading_the_document_of_a_request_gives_the_request(request_):
    document = request_document(request_)
    again = read_submission(document, Limits(max_area_km2=1e9)).request
    assert again == request_
    assert request_document(again) == document


def test_canonical_json_is_ascii_sorted_and_refuses_what_is_no_number():
    assert canonical_json({"b": 1.0, "a": "é"}) == '{"a":"\\u00e9","b":1.0}'
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"a": float("nan")})


def test_measures_are_rounded_to_significant_figures():
    assert rounded(1234.56789) == 1234.57
    assert rounded(0.000123456789) == 0.000123457
    assert rounded(0.0) == 0.0


def test_both_activities_are_there():
    assert {Activity.COLLECT, Activity.DISSEMINATE} == BOTH
