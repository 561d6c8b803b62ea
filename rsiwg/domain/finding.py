"""What was found: statements by checks, the remedies for conflicts, and the answer as a whole."""

from enum import StrEnum

import attrs

from rsiwg.domain.period import Period
from rsiwg.domain.request import ImagingRequest, Measure
from rsiwg.domain.restriction import Citation
from rsiwg.geometry import Area


class Outcome(StrEnum):
    """What one check says, from best to worst."""

    CLEAR = "clear"
    CONDITION = "condition"
    INDETERMINATE = "indeterminate"
    CONFLICT = "conflict"


class Verdict(StrEnum):
    """The answer as a whole."""

    CLEAR = "clear"
    RESTRICTED = "restricted"
    UNDETERMINED = "undetermined"


@attrs.frozen(kw_only=True)
class Measured:
    """A resolution beside its limit, metres."""

    measure: Measure
    value_m: float
    limit_m: float | None


@attrs.frozen(kw_only=True)
class Finding:
    """One statement by one check: outcome, words, citation, place."""

    id: str = ""
    """``F1``, ``F2``, ... in the order of an assessment."""
    check: str
    outcome: Outcome
    says: str
    """One or two full sentences with the measured value, the limit, the unit and the place."""
    restriction: str | None = None
    restriction_version: str | None = None
    reading: str | None = None
    sensor: str | None = None
    measured: Measured | None = None
    citation: Citation | None = None
    days: Period | None = None
    where: Area | None = None
    """The exact offending ground."""
    area_km2: float | None = None
    share_of_aoi: float | None = None
    distance_km: float | None = None
    near_miss: bool = False
    needs: tuple[str, ...] = ()
    """Fields of the request, or inputs, that would settle it."""


@attrs.frozen(kw_only=True)
class NotApplicable:
    """A restriction that was looked at and does not apply, with the reason."""

    restriction: str
    restriction_version: str
    title: str
    reason: str
    citation: Citation | None
    distance_km: float | None = None


class RemedyKind(StrEnum):
    """What is changed."""

    COARSEN = "coarsen"
    CUT_OUT = "cut_out"
    MOVE_DATES = "move_dates"
    CHANGE_RECIPIENT = "change_recipient"
    CHANGE_ACTIVITY = "change_activity"
    LOOK_ASIDE = "look_aside"
    COMBINED = "combined"


@attrs.frozen(kw_only=True)
class Remedy:
    """A change that clears conflicts, proved by checking the changed request again."""

    id: str = ""
    kind: RemedyKind
    says: str
    clears: tuple[str, ...]
    """Ids of the findings that are gone after it."""
    request: ImagingRequest
    """The changed request."""
    verdict_after: Verdict
    remains: tuple[str, ...] = ()
    """What is still undetermined or restricted after it, in sentences."""
    piece: Area | None = None
    """The ground coarsened or cut out."""
    piece_km2: float | None = None
    share_of_aoi: float | None = None
    steps: tuple[str, ...] = ()
    """For a combined remedy: what its single changes are."""


@attrs.frozen(kw_only=True)
class Assessment:
    """A request and all that was found.  The software assesses; people determine."""

    request: ImagingRequest
    rulebook_version: str
    engine_version: str
    findings: tuple[Finding, ...]
    not_applicable: tuple[NotApplicable, ...]
    remedies: tuple[Remedy, ...]

    @property
    def verdict(self) -> Verdict:
        """Never better than the worst finding."""
        return verdict_of(self.findings)


def verdict_of(findings: tuple[Finding, ...]) -> Verdict:
    """Restricted with any conflict, else undetermined with any doubt or with no finding at all, else clear."""
    outcomes = {f.outcome for f in findings}
    if Outcome.CONFLICT in outcomes:
        return Verdict.RESTRICTED
    if Outcome.INDETERMINATE in outcomes or not outcomes:
        return Verdict.UNDETERMINED
    return Verdict.CLEAR
