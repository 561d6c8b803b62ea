"""What the rulebook says of a kind of scene, asked once per kind and not once per scene.

Whether a restriction concerns a scene depends on the licence, the activity and the recipient, which are said once
for the whole run, and on the modality and the days.  So the checks' own questions (`rsiwg.checks.scope`) are asked
once for each entry of each restriction and each modality.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs

from rsiwg.checks.coverage import (
    layers_are_sound,
    restrictions_are_sound,
    rulebook_covers_the_days,
    rulebook_is_whole,
)
from rsiwg.checks.scope import Doubt, Scope, bearing_of, doubts_about
from rsiwg.checks.words import listed
from rsiwg.domain import (
    NUMERIC_KINDS,
    Activity,
    Applicant,
    Finding,
    ImagingRequest,
    Licence,
    Limit,
    Measure,
    Modality,
    NotApplicable,
    Outcome,
    Period,
    Recipient,
    RecipientKind,
    Restriction,
    Rulebook,
    Sensor,
    Zone,
)
from rsiwg.errors import InvalidSubmission
from rsiwg.geometry import EMPTY
from rsiwg.screening.scenes import MODALITIES


@attrs.frozen(kw_only=True)
class Terms:
    """What is said once for all scenes of a run.  Whatever is not said makes answers undetermined, as in a check."""

    licence: Licence = attrs.field(factory=Licence)
    """Whether licensed under Part 960, tier, licence holder; None where not said."""
    us_person: bool | None = None
    operated_from_us: bool | None = None
    activity: frozenset[Activity] = frozenset(Activity)
    """Collection and dissemination, unless only one is said."""
    recipient: RecipientKind | None = None
    modality: Modality | None = None
    """Of scenes that do not say theirs."""
    exercise: bool = False

    def document(self) -> dict[str, Any]:
        """As the summary shows it."""
        return {
            "part_960": self.licence.part_960,
            "tier": self.licence.tier,
            "licensee": self.licence.licensee,
            "us_person": self.us_person,
            "operated_from_us": self.operated_from_us,
            "activity": sorted(map(str, self.activity)),
            "recipient": self.recipient and str(self.recipient),
            "modality": self.modality and str(self.modality),
            "exercise": self.exercise,
        }


def read_terms(
    *, licence: str = "", licensee: str | None = None, activity: tuple[str, ...] = (), recipient: str | None = None,
    modality: str | None = None, exercise: bool = False,
) -> Terms:  # fmt: skip
    """Terms as the command line has them; `licence` is a list such as ``part_960,tier=1,us_person=no``.

    Raises:
        InvalidSubmission: naming the part that cannot be understood.
    """
    told: dict[str, Any] = {}
    for part in filter(None, (word.strip() for word in licence.split(","))):
        name, _, value = part.partition("=")
        if name == "tier" and value in ("1", "2", "3"):
            told["tier"] = int(value)
        elif name in ("part_960", "us_person", "operated_from_us") and value in ("", "yes", "no"):
            told[name] = value != "no"
        else:
            raise InvalidSubmission(
                {"licence": f'"{part[:40]}" is not understood: give part_960, us_person, operated_from_us (each alone, '
                 "or with =yes or =no) and tier=1, tier=2 or tier=3, with commas between"}
            )  # fmt: skip
    if licensee is not None and not licensee.strip():
        raise InvalidSubmission(
            {"licensee": "this is empty: give the name of the licence holder, or leave it out"}
        )
    return Terms(
        licence=Licence(
            part_960=told.get("part_960"), tier=told.get("tier"), licensee=licensee and licensee.strip()
        ),
        us_person=told.get("us_person"),
        operated_from_us=told.get("operated_from_us"),
        activity=frozenset(map(Activity, activity)) or frozenset(Activity),
        recipient=RecipientKind(recipient) if recipient else None,
        modality=Modality(modality) if modality else None,
        exercise=exercise,
    )


@attrs.frozen(kw_only=True)
class Ruling:
    """One dated entry of a restriction, for scenes of one modality."""

    restriction: Restriction
    limit: Limit
    comparable: bool
    """Whether the scene's resolution can be held against the limit."""
    doubts: tuple[Doubt, ...]
    """Why a violation would be undetermined, besides the zone's doubt."""

    def doubts_in(self, zone: Zone) -> tuple[Doubt, ...]:
        """All doubts there are about a violation in this zone."""
        scope = Scope(restriction=self.restriction, limits=(), sensors=(), grounds=(), doubts=self.doubts)
        return tuple(doubts_about(scope, zone, self.limit))


def rulings(restriction: Restriction, limit: Limit, terms: Terms) -> Mapping[int, Ruling]:
    """By number of the modality, -1 for one that is not said; a modality that is not concerned has none."""
    found = {
        n: ruling
        for n, modality in enumerate(MODALITIES)
        if (ruling := _ruling(restriction, limit, terms, modality)) is not None
    }
    # A scene on the ground with a ground sample distance can be anything but a SAR or an image of space.
    others = [r for n, r in found.items() if MODALITIES[n] not in (Modality.SAR, Modality.NON_EARTH)]
    if others:
        unsaid = Doubt(says="the scene does not say its modality", needs="modality")
        doubts = tuple(dict.fromkeys((unsaid, *(doubt for ruling in others for doubt in ruling.doubts))))
        found[-1] = attrs.evolve(others[0], doubts=doubts, comparable=all(r.comparable for r in others))
    return found


def _ruling(restriction: Restriction, limit: Limit, terms: Terms, modality: Modality) -> Ruling | None:
    whose = restriction.binds.licensees
    unnamed = bool(whose) and terms.licence.licensee is None
    request = proxy(
        terms, Period(limit.in_force.start, None), modality, licensee=whose[0] if unnamed else None
    )
    bearing = bearing_of(request, attrs.evolve(restriction, limits=(limit,)))
    if isinstance(bearing, NotApplicable):
        return None
    doubts = bearing.doubts
    if unnamed:
        says = f"it binds only {listed(whose)}, by license, and the run does not say whose license it is"
        doubts = (*doubts, Doubt(says=says, needs="licensee"))
    measure = Measure.IPR if modality is Modality.SAR else Measure.GSD
    return Ruling(
        restriction=restriction,
        limit=limit,
        comparable=restriction.kind in NUMERIC_KINDS
        and modality in restriction.binds.comparable
        and measure is limit.measure,
        doubts=doubts,
    )


def proxy(
    terms: Terms, days: Period, modality: Modality = Modality.PANCHROMATIC, *, licensee: str | None = None
) -> ImagingRequest:
    """A request that stands for the scenes of one modality and some days, as far as ground and resolution do not count."""
    first = days.start
    last = days.last or first
    sar = modality is Modality.SAR
    return ImagingRequest(
        reference="screening",
        applicant=Applicant(
            name=terms.licence.licensee or licensee or "not said",
            country="ZZ",
            us_person=terms.us_person,
            operated_from_us=terms.operated_from_us,
        ),
        sensors=(
            Sensor(
                name="scene",
                modality=modality,
                gsd_m=None if sar else 1.0,
                ipr_range_m=1.0 if sar else None,
                ipr_azimuth_m=1.0 if sar else None,
            ),
        ),
        aoi=EMPTY,
        collection=Period.of_days(first, last),
        activity=terms.activity,
        licence=terms.licence,
        recipient=Recipient(kind=terms.recipient) if terms.recipient else None,
        exercise=terms.exercise,
    )


def doubts_of_days(rulebook: Rulebook, terms: Terms, first: dt.date, last: dt.date) -> tuple[Finding, ...]:
    """What makes every scene of these days undetermined: days not covered, unsound layers, old readings."""
    request = proxy(terms, Period.of_days(first, last))
    asked = (rulebook_covers_the_days, rulebook_is_whole, layers_are_sound, restrictions_are_sound)
    return tuple(
        finding
        for check in asked
        for finding in check(request, rulebook)
        if isinstance(finding, Finding) and finding.outcome is Outcome.INDETERMINATE
    )
