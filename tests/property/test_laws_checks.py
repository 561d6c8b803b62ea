"""Laws of the checks, on the shipped rulebook: invariance, monotony, soundness and minimality of remedies, determinism."""

import copy
import datetime as dt
import json
import os
import subprocess
import sys

import attrs
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rsiwg import __version__, casework, resources
from rsiwg.checks import assess, evaluate
from rsiwg.domain import Outcome, Period, RemedyKind, Verdict
from rsiwg.domain.document import canonical_json, request_document
from rsiwg.geometry import area_km2, normalise_shape, overlap, subtract
from rsiwg.rulebook import load
from rsiwg.settings import Limits

law = settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
RANK = {Verdict.CLEAR: 0, Verdict.UNDETERMINED: 1, Verdict.RESTRICTED: 2}
WORST = {Outcome.CLEAR: 0, Outcome.CONDITION: 0, Outcome.INDETERMINATE: 1, Outcome.CONFLICT: 2}
ONE_DAY = dt.timedelta(days=1)


@pytest.fixture(scope="session")
def rulebook():
    return load(resources.GEODATA)


# ---------------------------------------------------------------------------------- requests made here


def box(west, south, width, height):
    west, south, east, north = (round(v, 5) for v in (west, south, west + width, south + height))
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


@st.composite
def outlines(draw):
    """Boxes, triangles and boxes with a hole where the rulebook has rules, and beside them."""
    lon, lat, reach = draw(
        st.sampled_from(
            [
                (35.0, 31.5, 1.5),
                (35.0, 31.5, 0.6),
                (35.75, 33.0, 0.4),
                (-116.0, 37.5, 1.0),
                (180.0, 11.0, 2.0),
                (-29.0, 31.0, 1.5),
            ]
        )
    )
    west = lon + reach * draw(st.integers(-10, 8)) / 10 - reach / 8
    south = lat + reach * draw(st.integers(-10, 8)) / 10 - reach / 8
    ring = box(west, south, reach * draw(st.integers(1, 12)) / 8, reach * draw(st.integers(1, 12)) / 8)
    shape = draw(st.sampled_from(["box", "triangle", "hole"]))
    if shape == "triangle":
        return {"type": "Polygon", "coordinates": [[*ring[:3], ring[0]]]}
    if shape == "hole":
        (x0, y0), (x1, y1) = ring[0], ring[2]
        hole = box(x0 + (x1 - x0) / 4, y0 + (y1 - y0) / 4, (x1 - x0) / 2, (y1 - y0) / 2)
        return {"type": "Polygon", "coordinates": [ring, hole[::-1]]}
    return {"type": "Polygon", "coordinates": [ring]}


fineness = st.sampled_from(
    [0.16, 0.24, 0.25, 0.3, 0.39, 0.4, 0.41, 0.43, 0.5, 0.9, 1.0, 1.5, 1.99, 2.0, 2.1, 3.7, 7.5, 8.0]
)
spans = st.sampled_from(
    [
        ("2010-03-01", "2010-03-31"),
        ("2014-06-01", "2014-06-20"),
        ("2015-05-25", "2015-06-05"),
        ("2016-01-01", "2016-12-31"),
        ("2020-07-01", "2020-07-31"),
        ("2021-07-10", "2021-07-30"),
        ("2023-08-01", "2023-08-10"),
        ("2025-01-01", "2025-12-31"),
        ("2026-05-25", "2026-06-20"),
        ("2026-06-10", "2026-07-05"),
        ("2026-09-05", "2026-09-25"),
    ]
)


@st.composite
def sensors(draw, number):
    modality = draw(
        st.sampled_from(["panchromatic", "panchromatic", "multispectral", "swir", "sar", "video", "lidar"])
    )
    key = "ipr_m" if modality == "sar" else "gsd_m"
    return {"name": f"S{number}", "modality": modality, key: draw(fineness)}


@st.composite
def bodies(draw):
    several = [draw(sensors(n)) for n in range(draw(st.integers(1, 2)))]
    start, end = draw(spans)
    body = {
        "kind": "imaging",
        "reference": "LAW",
        "applicant": {
            "name": draw(
                st.sampled_from(["Example Imaging Inc.", "DigitalGlobe, Inc.", "GeoEye", "Umbra Lab"])
            ),
            "country": "US",
            "us_person": True,
        },
        "sensors": several,
        "licence": {"part_960": True},
        "activity": draw(st.sampled_from([["collect", "disseminate"], ["disseminate"], ["collect"]])),
        "collection": {"start": start, "end": end},
        "exercise": draw(st.booleans()),
        "aoi": draw(outlines()),
    }
    if (tier := draw(st.sampled_from([1, 1, 2, 3, None]))) is not None:
        body["licence"]["tier"] = tier
    if draw(st.integers(0, 9)) == 0:
        del body["licence"]["part_960"]
    if (
        recipient := draw(st.sampled_from([None, "commercial", "us_government", "foreign_government"]))
    ) is not None:
        body["recipient"] = {"kind": recipient}
    if draw(st.booleans()) and any("gsd_m" in s for s in several):
        body["product"] = {"gsd_m": draw(fineness)}
        if draw(st.booleans()):
            x, y = body["aoi"]["coordinates"][0][0]
            piece = {"type": "Polygon", "coordinates": [box(x - 0.1, y - 0.1, 0.5, 0.7)]}
            body["product"]["inside"] = [{"aoi": piece, "gsd_m": draw(fineness)}]
    return body


def answer(body, rulebook):
    return casework.check(body, rulebook, limits=Limits())


def conflicts(findings):
    return {(f.check, f.restriction, f.reading, f.sensor) for f in findings if f.outcome is Outcome.CONFLICT}


def told(document):
    return canonical_json({k: v for k, v in document.items() if k != "changes"})


# ------------------------------------------------------------------------------------- invariance


def turned(rings):
    return [[*ring[1:-1], *ring[:2]] for ring in rings]


def reversed_(rings):
    return [ring[::-1] for ring in rings]


def round_the_globe(rings):
    turn = -360 if max(p[0] for ring in rings for p in ring) > 180 else 360
    return [[[x + turn, y] for x, y in ring] for ring in rings]


@law
@given(body=bodies(), change=st.sampled_from([turned, reversed_, round_the_globe]))
def test_the_way_an_outline_is_written_does_not_matter(rulebook, body, change):
    other = {**body, "aoi": {"type": "Polygon", "coordinates": change(body["aoi"]["coordinates"])}}
    one, two = answer(body, rulebook).document, answer(other, rulebook).document
    assert one["verdict_id"] == two["verdict_id"]
    assert told(one) == told(two)


@law
@given(body=bodies())
def test_the_order_of_parts_does_not_matter(rulebook, body):
    x, y = body["aoi"]["coordinates"][0][0]
    assume(abs(x) + 7 < 180)
    parts = [body["aoi"]["coordinates"], [box(x - 7, y, 1, 1)], [box(x - 5, y, 1, 2)]]
    one, two = (
        answer({**body, "aoi": {"type": "MultiPolygon", "coordinates": order}}, rulebook).document
        for order in (parts, parts[::-1])
    )
    assert told(one) == told(two)


@law
@given(body=bodies())
def test_asking_twice_gives_the_same_bytes(rulebook, body):
    one, two = answer(body, rulebook).document, answer(copy.deepcopy(body), rulebook).document
    assert json.dumps(one) == json.dumps(two)


@law
@given(body=bodies())
def test_the_normalised_request_gets_the_same_answer(rulebook, body):
    one = answer(body, rulebook).document
    assert told(answer(one["request"], rulebook).document) == told(one)


# --------------------------------------------------------------------------------------- monotony


def coarsened(body, factor):
    other = copy.deepcopy(body)
    product = other.get("product", {})
    for holder in (*other["sensors"], product, *product.get("inside", ())):
        for key in ("gsd_m", "ipr_m"):
            if key in holder:
                holder[key] = round(holder[key] * factor, 6)
    return other


@law
@given(body=bodies(), factor=st.sampled_from([1.001, 1.05, 1.5, 4.0, 20.0]))
def test_coarsening_never_adds_a_conflict_nor_worsens_the_verdict(rulebook, body, factor):
    before, after = (answer(b, rulebook).assessment for b in (body, coarsened(body, factor)))
    assert conflicts(after.findings) <= conflicts(before.findings)
    assert RANK[after.verdict] <= RANK[before.verdict]


fractions = st.tuples(*[st.integers(0, 10)] * 2).filter(lambda pair: pair[0] != pair[1]).map(sorted)


@law
@given(body=bodies(), across=fractions, up=fractions)
def test_shrinking_the_aoi_never_adds_a_conflict(rulebook, body, across, up):
    request = answer(body, rulebook).submission.request
    outline = shapely.geometry.shape(body["aoi"])
    west, south, east, north = outline.bounds
    cut = shapely.box(
        west + (east - west) * across[0] / 10,
        south + (north - south) * up[0] / 10,
        west + (east - west) * across[1] / 10,
        south + (north - south) * up[1] / 10,
    )
    smaller = overlap(request.aoi, normalise_shape(cut).area)
    assume(not smaller.is_empty)
    before, _ = evaluate(request, rulebook)
    after, _ = evaluate(attrs.evolve(request, aoi=smaller), rulebook)
    assert conflicts(after) <= conflicts(before)


@law
@given(body=bodies(), held=st.sets(st.integers(0, 12)), added=st.integers(0, 12))
def test_adding_a_restriction_never_improves_the_verdict(rulebook, body, held, added):
    def of(numbers):
        kept = tuple(r for n, r in enumerate(rulebook.restrictions) if n in numbers)
        return answer(body, attrs.evolve(rulebook, restrictions=kept)).assessment

    before, after = of(held - {added}), of(held | {added})
    assert RANK[after.verdict] >= RANK[before.verdict]
    assert conflicts(after.findings) >= conflicts(before.findings)


@law
@given(body=bodies())
def test_the_verdict_is_never_better_than_its_worst_finding(rulebook, body):
    given_ = answer(body, rulebook)
    worst = max(WORST[f.outcome] for f in given_.assessment.findings)
    assert RANK[given_.assessment.verdict] == worst
    assert given_.document["verdict"] == given_.assessment.verdict


@law
@given(body=bodies())
def test_every_restriction_is_accounted_for(rulebook, body):
    given_ = answer(body, rulebook).assessment
    named = {f.restriction for f in given_.findings} | {n.restriction for n in given_.not_applicable}
    assert {r.id for r in rulebook.restrictions} <= named


@law
@given(body=bodies())
def test_the_offending_ground_lies_in_the_aoi_and_is_measured(rulebook, body):
    given_ = answer(body, rulebook).assessment
    for finding in given_.findings:
        if finding.where is None:
            continue
        outside = subtract(finding.where, given_.request.aoi)
        assert area_km2(outside) <= 1e-5 * area_km2(finding.where) + 1e-6
        assert finding.area_km2 == pytest.approx(area_km2(finding.where), rel=1e-9)
        assert finding.share_of_aoi == pytest.approx(finding.area_km2 / given_.request.aoi_km2, rel=1e-9)


# --------------------------------------------------------------------------------------- remedies


def key(finding):
    limit = finding.measured.limit_m if finding.measured else None
    return finding.check, finding.restriction, finding.reading, finding.sensor, limit


@st.composite
def troubled(draw):
    """Requests that are likely to be in conflict with something."""
    body = draw(bodies())
    if draw(st.integers(0, 3)) == 0:  # a cap of a licence
        body["applicant"]["name"] = "DigitalGlobe"
        body["sensors"][0] = {"name": "S0", "modality": "panchromatic", "gsd_m": 0.2}
        body["collection"] = {"start": "2020-07-01", "end": "2020-07-31"}
    return {
        **body,
        "licence": {"part_960": True, "tier": draw(st.sampled_from([1, 2, 2]))},
        "activity": ["collect", "disseminate"],
        "exercise": True,
        "recipient": {"kind": "commercial"},
    }


@law
@given(body=troubled())
def test_remedies_do_what_they_say(rulebook, body):
    asked = answer(body, rulebook).assessment
    by_id = {f.id: f for f in asked.findings}
    for remedy in asked.remedies:
        after = assess(remedy.request, rulebook, __version__)
        assert after.verdict is remedy.verdict_after
        bad = [f for f in after.findings if f.outcome in (Outcome.CONFLICT, Outcome.INDETERMINATE)]
        assert remedy.clears
        assert {key(by_id[name]) for name in remedy.clears}.isdisjoint({key(f) for f in bad})
        assert remedy.remains == tuple(f.says for f in bad)
        again = casework.check(request_document(remedy.request), rulebook, limits=Limits()).assessment
        assert again.verdict is remedy.verdict_after


@law
@given(body=troubled())
def test_no_remedy_without_a_conflict(rulebook, body):
    asked = answer(body, rulebook).assessment
    assert asked.verdict is Verdict.RESTRICTED or asked.remedies == ()


def alone(body, rulebook):
    """(assessment under one restriction alone, a rulebook of it) for each restriction that conflicts."""
    asked = answer(body, rulebook).assessment
    slugs = {f.restriction for f in asked.findings if f.outcome is Outcome.CONFLICT}
    for restriction in rulebook.restrictions:
        if restriction.id in slugs:
            small = attrs.evolve(rulebook, restrictions=(restriction,))
            yield answer(body, small).assessment, small


def still_in_conflict(request, small):
    return bool(conflicts(evaluate(request, small)[0]))


@law
@given(body=troubled())
def test_coarsening_half_as_far_is_not_enough(rulebook, body):
    for asked, small in alone(body, rulebook):
        for remedy in asked.remedies:
            if remedy.kind is not RemedyKind.COARSEN:
                continue
            cleared = [f for f in asked.findings if f.id in remedy.clears and f.outcome is Outcome.CONFLICT]
            limit = max(f.measured.limit_m for f in cleared)
            if any(p.resolution_m == limit for p in asked.request.product.inside):
                continue  # asked for at the limit: not the remedy's doing
            half = (limit + max(f.measured.value_m for f in cleared if f.measured.limit_m == limit)) / 2
            product = remedy.request.product
            changed = attrs.evolve(
                product,
                resolution_m=half if product.resolution_m == limit else product.resolution_m,
                inside=tuple(
                    attrs.evolve(p, resolution_m=half if p.resolution_m == limit else p.resolution_m)
                    for p in product.inside
                ),
            )
            assert still_in_conflict(attrs.evolve(remedy.request, product=changed), small)


@law
@given(body=troubled())
def test_cutting_out_half_of_the_piece_is_not_enough(rulebook, body):
    for asked, small in alone(body, rulebook):
        wheres = [f.where for f in asked.findings if f.outcome is Outcome.CONFLICT]
        for remedy in asked.remedies:
            if remedy.kind is not RemedyKind.CUT_OUT:
                continue
            _, south, _, north = remedy.piece.bounds
            middle = (south + north) / 2
            left_in_conflict = 0
            for low, high in ((-90, middle), (middle, 90)):
                ring = [[-180, low], [0, low], [180, low], [180, high], [0, high], [-180, high], [-180, low]]
                kept_half = overlap(remedy.piece, normalise_shape(shapely.Polygon(ring)).area)
                other_half = subtract(remedy.piece, kept_half)
                request = attrs.evolve(asked.request, aoi=subtract(asked.request.aoi, other_half))
                if any(area_km2(overlap(kept_half, where)) > 1e-3 for where in wheres):
                    left_in_conflict += 1
                    assert still_in_conflict(request, small)
            assert left_in_conflict


@law
@given(body=troubled())
def test_a_day_more_runs_into_the_barred_days_again(rulebook, body):
    for asked, small in alone(body, rulebook):
        for remedy in asked.remedies:
            if remedy.kind is not RemedyKind.MOVE_DATES:
                continue
            days, was = remedy.request.collection, asked.request.collection
            longer = []
            if days.start > was.start:
                longer.append(Period(days.start - ONE_DAY, days.end))
            if days.end < was.end:
                longer.append(Period(days.start, days.end + ONE_DAY))
            assert longer
            for span in longer:
                assert still_in_conflict(attrs.evolve(remedy.request, collection=span), small)


@law
@given(body=troubled())
def test_changing_the_recipient_or_the_activity_changes_nothing_else(rulebook, body):
    for remedy in answer(body, rulebook).assessment.remedies:
        asked = answer(body, rulebook).submission.request
        if remedy.kind is RemedyKind.CHANGE_RECIPIENT:
            assert attrs.evolve(remedy.request, recipient=asked.recipient) == asked
        if remedy.kind is RemedyKind.CHANGE_ACTIVITY:
            assert remedy.request.activity < asked.activity
            assert attrs.evolve(remedy.request, activity=asked.activity) == asked


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"applicant": {"name": "DigitalGlobe", "country": "US"}}, {"coarsen", "move_dates", "change_recipient"}),
        (
            {"exercise": True, "collection": {"start": "2026-06-25", "end": "2026-07-05"}, "aoi": {"type": "Polygon", "coordinates": [box(179, 9, 2, 2)]}},
            {"cut_out", "move_dates", "change_activity"},
        ),
    ],
)  # fmt: skip
def test_the_laws_on_remedies_are_not_empty(rulebook, change, kinds):
    body = {
        "kind": "imaging",
        "reference": "LAW",
        "applicant": {"name": "Example Imaging Inc.", "country": "US"},
        "sensors": [{"name": "S0", "modality": "panchromatic", "gsd_m": 0.2}],
        "licence": {"part_960": True, "tier": 2},
        "activity": ["collect", "disseminate"],
        "recipient": {"kind": "commercial"},
        "collection": {"start": "2020-07-01", "end": "2020-07-31"},
        "aoi": {"type": "Polygon", "coordinates": [box(10, 45, 1, 1)]},
    }
    assert kinds <= {r.kind for r in answer({**body, **change}, rulebook).assessment.remedies}


# ------------------------------------------------------------------------------------ determinism


def test_the_same_bytes_in_any_process_hash_seed_time_zone_and_locale(tmp_path):
    request = tmp_path / "request.json"
    request.write_text(
        json.dumps(
            {
                "kind": "imaging",
                "reference": "BYTES-\u00e9",
                "applicant": {"name": "DigitalGlobe", "country": "US", "us_person": True},
                "sensors": [
                    {"name": "PAN", "modality": "panchromatic", "gsd_m": 0.2},
                    {"name": "MS", "modality": "multispectral", "gsd_m": 0.8},
                ],
                "licence": {"part_960": True},
                "activity": ["disseminate", "collect"],
                "collection": {"start": "2020-07-10", "end": "2020-07-31"},
                "aoi": {"type": "Polygon", "coordinates": [box(34.5, 31.0, 1.5, 2.5)]},
            }
        ),
        "utf-8",
    )

    def run(seed, zone, locale):
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
        paths = {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
        done = subprocess.run(
            [sys.executable, "-m", "rsiwg.cli", "check", str(request), "--format", "json"],
            env={**inherited, **paths, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr.decode()
        return done.stdout

    one, *others = [
        run("0", "UTC", "C"),
        run("1", "Asia/Tokyo", "C.UTF-8"),
        run("2", "UTC", "C.UTF-8"),
        run("0", "Asia/Tokyo", "C"),
    ]
    assert json.loads(one)["remedies"]
    assert all(other == one for other in others)
