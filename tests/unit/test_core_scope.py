"""Every reason for which a restriction does not reach a request, and every doubt."""

import attrs
import pytest

from rsiwg import casework, resources
from rsiwg.checks.scope import scope_of
from rsiwg.domain import NotApplicable, RecipientKind, Status
from rsiwg.rulebook import load
from rsiwg.settings import Limits

NEGEV = [[34.78, 30.55], [34.98, 30.55], [34.98, 30.75], [34.78, 30.75], [34.78, 30.55]]
FAR = [[10, 46], [11, 46], [11, 47], [10, 47], [10, 46]]


@pytest.fixture(scope="module")
def rulebook():
    return load(resources.GEODATA)


@pytest.fixture
def scope(rulebook):
    """The scope of one restriction, for a fine panchromatic request over the Negev with some fields changed."""

    def ask(slug="israel-resolution", /, changed=None, ring=NEGEV, **fields):
        body = {
            "kind": "imaging",
            "reference": "SCOPE",
            "applicant": {"name": "Example Imaging Inc.", "country": "US", "us_person": True},
            "sensor": {"name": "PAN", "modality": "panchromatic", "gsd_m": 0.3},
            "licence": {"part_960": True, "tier": 1},
            "activity": ["collect", "disseminate"],
            "collection": {"start": "2025-06-01", "end": "2025-06-30"},
            "aoi": {"type": "Polygon", "coordinates": [ring]},
            **fields,
        }
        restriction = next(r for r in rulebook.restrictions if r.id == slug)
        request = casework.check(body, rulebook, limits=Limits()).submission.request
        return scope_of(request, attrs.evolve(restriction, **(changed or {})), rulebook)

    return ask


def reason(answer):
    assert isinstance(answer, NotApplicable)
    assert answer.citation
    return answer.reason


def doubts(answer):
    assert not isinstance(answer, NotApplicable)
    return [(d.says, d.needs) for d in answer.doubts]


def days(start, end):
    return {"start": start, "end": end}


def test_it_reaches_a_request_without_any_doubt(scope):
    answer = scope()
    assert doubts(answer) == []
    assert [g.zone.reading for g in answer.grounds] == ["core"]
    assert [limit.finest_m for _, limit in answer.limits] == [0.4]


def test_it_is_no_longer_in_force(scope):
    assert "no longer in force" in reason(scope("cap-umbra-sar"))


def test_it_is_not_yet_in_force(scope):
    assert "not yet in force: it begins on June 1, 2026" in reason(scope("exercise-lod-alpha", exercise=True))


def test_it_is_proposed(scope):
    assert reason(scope(changed={"status": Status.PROPOSED})) == "It is proposed and not in force."


def test_it_is_made_up_for_exercises(scope):
    june = days("2026-06-01", "2026-06-02")
    assert "made up for exercises" in reason(scope("exercise-lod-alpha", collection=june))


def test_it_binds_another_licensee_only(scope):
    assert "binds only DigitalGlobe" in reason(
        scope("cap-digitalglobe-panchromatic-2014", collection=days("2016-01-01", "2016-01-02"))
    )


def test_part_960_does_not_reach_the_applicant(scope):
    abroad = {"name": "Autre", "country": "FR", "us_person": False, "operated_from_us": False}
    assert "Part 960 does not reach it" in reason(scope(applicant=abroad, licence={}))


def test_it_binds_other_tiers(scope):
    assert "the request is for a Tier 1 system" in reason(scope("tier-3-withheld"))


def test_it_concerns_other_sensors(scope):
    assert "the request is for non-Earth imaging" in reason(
        scope(sensor={"modality": "non_earth", "gsd_m": 0.3})
    )


def test_it_concerns_other_activities(scope):
    june = days("2026-06-01", "2026-06-02")
    answer = scope(
        "exercise-lod-bravo",
        collection=june,
        exercise=True,
        activity=["collect"],
        licence={"part_960": True, "tier": 2},
    )
    assert reason(answer) == "It concerns dissemination; the request is for collection only."


def test_it_does_not_concern_the_recipient(scope):
    answer = scope(
        changed={
            "binds": attrs.evolve(
                scope().restriction.binds, except_recipients=frozenset({RecipientKind.US_GOVERNMENT})
            )
        },
        recipient={"kind": "us_government"},
    )
    assert "does not concern data for the U.S. Government" in reason(answer)


def test_the_aoi_lies_elsewhere(scope):
    answer = scope(ring=FAR)
    assert "away" in reason(answer)
    assert answer.distance_km > 1000


def test_a_recipient_that_is_not_named_is_a_doubt(scope):
    changed = attrs.evolve(
        scope().restriction.binds, except_recipients=frozenset({RecipientKind.US_GOVERNMENT})
    )
    assert [needs for _, needs in doubts(scope(changed={"binds": changed}))] == ["recipient.kind"]


def test_a_tier_that_is_not_given_is_a_doubt(scope):
    assert [needs for _, needs in doubts(scope("tier-3-withheld", licence={"part_960": True}))] == [
        "licence.tier"
    ]


def test_collection_alone_is_a_doubt(scope):
    ((says, needs),) = doubts(scope(activity=["collect"]))
    assert "not settled" in says
    assert needs == "activity"


def test_a_policy_is_a_doubt(scope):
    ((says, _),) = doubts(scope(changed={"status": Status.POLICY}))
    assert "a policy and not a rule" in says


def test_a_licence_that_is_not_told_of_is_a_doubt(scope):
    assert len(doubts(scope(licence={}))) == 1
    only_abroad = {"name": "Autre", "country": "FR", "us_person": False}
    ((says, needs),) = doubts(scope(applicant=only_abroad, licence={}))
    assert "operated from the United States" in says
    assert needs == "applicant.operated_from_us"
