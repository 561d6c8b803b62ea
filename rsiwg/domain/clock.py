"""Events of a case and the deadlines that follow from them."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

import attrs
from attrs.validators import ge, min_len

from rsiwg.domain.regulation import Entry


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened in a case, or is planned: a name of `EVENTS` and when."""

    name: str
    when: dt.date | dt.datetime
    """A day of the agencies, or an instant with its offset, which is turned into their day."""


@attrs.frozen(kw_only=True)
class Docket:
    """The events of one case, and how its deadlines are to be shown."""

    kind: ClassVar[str] = "clock"
    events: tuple[Event, ...] = attrs.field(validator=min_len(1))
    reference: str | None = None
    with_unverified: bool = False
    """Also show steps whose source nobody has read; they decide nothing."""
    within_days: int = attrs.field(default=30, validator=ge(0))
    """How far ahead the forecast looks, days."""


class DeadlineState(StrEnum):
    """Where a deadline stands on a day."""

    DONE = "done"
    DONE_LATE = "done_late"
    TOO_EARLY = "too_early"
    """Done before a "not before" was reached."""
    RUNNING = "running"
    OVERDUE = "overdue"
    LAPSED = "lapsed"
    """Nobody had to act, and the time to do so is over."""
    REACHED = "reached"
    """A "not before", or a day on which something takes effect, has come."""
    STOPPED = "stopped"
    """Time that is not counted is running."""
    NOT_STARTED = "not_started"
    SUPERSEDED = "superseded"
    NO_LIMIT = "no_limit"
    """The text sets no day."""
    UNDETERMINED = "undetermined"
    """Something needed is missing, or no rule is held for the day."""


@attrs.frozen(kw_only=True)
class Deadline:
    """One deadline of a case on one day."""

    entry: Entry
    state: DeadlineState
    says: str
    """The state in words, such as "running, 12 days left"."""
    arithmetic: str
    """How the day comes about, as a sentence with its clause."""
    started_on: dt.date | None = None
    due_on: dt.date | None = None
    due_at: dt.datetime | None = None
    """Where the text counts hours."""
    done_on: dt.date | None = None
    days: int | None = None
    """Left while running, past when overdue or done late."""
    next_working_day: dt.date | None = None
    """Where it falls on a day off; the deadline itself does not move."""
    missing: tuple[str, ...] = ()
    """Events that would start or settle it."""
    warnings: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether its entry was read in its source; the others are only shown."""
        return self.entry.verified


@attrs.frozen(kw_only=True)
class EventName:
    """What an event is called in sentences, and how it fits among the others."""

    title: str
    """A noun phrase: "the completeness notice"."""
    track: str
    after: tuple[str, ...] = ()
    """Where any of these is given, one of them lies on or before it."""
    once: bool = False
    """At most one in a case."""
    planned: bool = False
    """May lie in the future."""


TRACKS: Mapping[str, str] = {
    "licence": "Application under 15 CFR Part 960",
    "modification": "Modification of a licence",
    "operations": "Duties of a licensee",
    "temporary-condition": "Temporary condition of a Tier 3 licence",
    "appeal": "Administrative appeal",
    "export": "Commerce export licence",
    "export-denial": "Intent to deny an export licence",
    "export-advice": "Classification requests and advisory opinions",
}
"""Which deadlines belong together; the order in which they are shown."""


def _named() -> dict[str, EventName]:
    """The vocabulary, a line each."""

    def on(track: str, title: str, *after: str, once: bool = False, planned: bool = False) -> EventName:
        return EventName(title=title, track=track, after=after, once=once, planned=planned)

    holds = {
        "agreed-delay": "the delay agreed with the applicant",
        "pre-licence-check": "the pre-licence check",
        "end-use-assurance": "the request for a government's assurance of the end use",
        "consultation": "the consultation with another government",
        "multilateral-review": "the multilateral review",
        "congress-notice": "the notice to Congress",
        "launch-safeguards": "the wait for the TTCP, the NSA plan or Defense launch monitoring",
    }
    names = {
        "consultation-requested": on("licence", "the request for a consultation"),
        "application-submitted": on("licence", "the submission"),
        "application-incomplete": on("licence", "the notice that it is incomplete", "application-submitted"),
        "application-complete": on("licence", "the completeness notice", "application-submitted"),
        "application-withdrawn": on("licence", "the withdrawal", "application-submitted", once=True),
        "correction-received": on("licence", "the receipt of a correction", "application-submitted"),
        "correction-significant": on(
            "licence", "the notice that the change is significant", "correction-received"
        ),
        "correction-not-significant": on("licence", "the change found not significant", "correction-received"),
        "status-requested": on("licence", "the request for the status"),
        "status-given": on("licence", "the status update", "status-requested"),
        "tier-notified": on("licence", "the tier notice", "application-complete"),
        "tier-3-notified-to-agencies": on(
            "licence", "Commerce's notice of Tier 3 to Defense and State", "application-complete"
        ),
        "tier-reconsideration-requested": on(
            "licence", "the request to reconsider the tier", "tier-notified"
        ),
        "tier-reconsideration-decided": on(
            "licence", "the decision on reconsidering the tier", "tier-reconsideration-requested"
        ),
        "tier-dispute-raised": on("licence", "the dispute over the tier", "tier-reconsideration-decided"),
        "temporary-conditions-proposed": on(
            "licence", "the proposal of temporary conditions", "tier-3-notified-to-agencies"
        ),
        "no-temporary-conditions": on(
            "licence", "the answer that none is needed", "tier-3-notified-to-agencies"
        ),
        "review-extended-to": on("licence", "the day agreed for the decision", planned=True),
        "grant-requested": on("licence", "the applicant's request for the overdue grant", "application-complete"),
        "licence-granted": on("operations", "the grant of the licence", "application-complete", once=True),
        "licence-denied": on("licence", "the denial", "application-complete", once=True),
        "application-forwarded": on(
            "licence", "the forwarding to the agencies (MOU)", "application-submitted"
        ),
        "completeness-comments-given": on(
            "licence", "the comments on completeness (MOU)", "application-forwarded"
        ),
        "positions-given": on("licence", "the agencies' positions (MOU)", "application-complete"),
        "rsoc-decided": on("licence", "the decision of the Operating Committee (MOU)"),
        "acprs-appealed": on("licence", "the appeal to the ACPRS (MOU)", "rsoc-decided"),
        "acprs-decided": on("licence", "the decision of the ACPRS (MOU)", "acprs-appealed"),
        "review-board-appealed": on("licence", "the appeal to the Review Board (MOU)", "acprs-decided"),
        "review-board-decided": on("licence", "the decision of the Review Board (MOU)", "review-board-appealed"),
        "mou-president-appealed": on("licence", "the appeal to the President (MOU)", "review-board-decided"),
        "modification-requested": on("modification", "the request for a modification"),
        "modification-approved": on("modification", "the approval of the modification", "modification-requested"),
        "modification-denied": on("modification", "the denial of the modification", "modification-requested"),
        "modification-withdrawn": on(
            "modification", "the withdrawal of the modification", "modification-requested"
        ),
        "modification-review-extended-to": on(
            "modification", "the day agreed for the decision", planned=True
        ),
        "launch": on("operations", "the launch"),
        "launch-notified": on("operations", "the notice of the launch", "launch"),
        "deployment": on("operations", "the deployment"),
        "deployment-notified": on("operations", "the notice of the deployment", "deployment"),
        "disposal": on("operations", "the disposal"),
        "disposal-notified": on("operations", "the notice of the disposal", "disposal"),
        "anomaly-detected": on("operations", "the detection of the anomaly"),
        "anomaly-notified": on("operations", "the notice of the anomaly", "anomaly-detected"),
        "insolvency": on("operations", "the insolvency or dissolution"),
        "insolvency-notified": on("operations", "the notice of it", "insolvency"),
        "certification-filed": on("operations", "the annual certification", "licence-granted"),
        "licence-ended": on("operations", "the end of the licence", "licence-granted", once=True),
        "inspection-notified": on("operations", "the notice of an inspection"),
        "inspection-made": on("operations", "the inspection", "inspection-notified"),
        "directive-issued": on("operations", "the limited-operations directive"),
        "directive-access-given": on("operations", "the access during the directive", "directive-issued"),
        "directive-ended": on("operations", "the end of the directive", "directive-issued"),
        "resolved-imaging-planned-for": on(
            "operations", "the planned resolved imaging of a space object", planned=True
        ),
        "resolved-imaging-notified": on("operations", "the notice of the imaging"),
        "resolved-imaging-cancelled": on("operations", "the cancellation of the imaging"),
        "evaluation-data-delivered": on(
            "temporary-condition", "the first delivery of suitable evaluation data", once=True
        ),
        "comparable-data-obtained": on(
            "temporary-condition", "the agencies' obtaining comparable data elsewhere", once=True
        ),
        "condition-expires": on(
            "temporary-condition", "the expiry of the temporary condition", once=True, planned=True
        ),
        "extension-reminder-sent": on("temporary-condition", "the reminder"),
        "extension-requested": on(
            "temporary-condition", "the answer that an extension is needed", "extension-reminder-sent"
        ),
        "extension-declined": on(
            "temporary-condition", "the answer that none is needed", "extension-reminder-sent"
        ),
        "extension-told": on("temporary-condition", "the word to the licensee that an extension is sought"),
        "condition-extended": on("temporary-condition", "the extension"),
        "secretary-requested-more": on(
            "temporary-condition", "a Secretary's own request for more than three years"
        ),
        "condition-ended": on("temporary-condition", "the end of the condition", once=True),
        "condition-imposed": on("appeal", "the condition imposed"),
        "licence-terminated": on("appeal", "the replacement or termination of the licence"),
        "adverse-action": on("appeal", "the adverse action"),
        "appeal-filed": on("appeal", "the appeal"),
        "appeal-waived": on("appeal", "the statement that there will be no appeal"),
        "export-registered": on("export", "the registration", once=True),
        "export-returned": on("export", "the return of the application", "export-registered", once=True),
        "export-referred": on("export", "the referral to the agencies", "export-registered", once=True),
        "export-referral-received": on("export", "the receipt of the referral", "export-referred", once=True),
        "export-information-requested": on(
            "export", "the request for missing information", "export-referral-received"
        ),
        "export-information-received": on(
            "export", "the receipt of the missing information", "export-information-requested"
        ),
        "agencies-recommended": on("export", "the last of the agencies' recommendations", "export-referred"),
        "oc-decided": on("export", "the decision of the Operating Committee's chair", "export-referred", once=True),
        "acep-appealed": on("export", "the appeal to the ACEP", "oc-decided", once=True),
        "acep-decided": on("export", "the vote of the ACEP", "acep-appealed", once=True),
        "earb-appealed": on("export", "the appeal to the EARB", "acep-decided", once=True),
        "earb-decided": on("export", "the vote of the EARB", "earb-appealed", once=True),
        "export-referred-to-president": on("export", "the appeal to the President", once=True),
        "export-decided": on("export", "the decision on the export licence", "export-registered", once=True),
        "export-withdrawn": on("export", "the withdrawal", "export-registered", once=True),
        "denial-intended": on("export-denial", "the decision to deny", once=True),
        "denial-notified": on("export-denial", "the notice of intent to deny", "denial-intended", once=True),
        "denial-reply-received": on("export-denial", "the applicant's reply", "denial-notified", once=True),
        "denial-lifted": on("export-denial", "the word that it is not denied", "denial-notified", once=True),
        "denial-appealed": on("export-denial", "the appeal against the denial", "denial-notified", once=True),
        "classification-requested": on("export-advice", "the classification request"),
        "classification-given": on("export-advice", "the classification", "classification-requested"),
        "opinion-requested": on("export-advice", "the request for an opinion"),
        "opinion-given": on("export-advice", "the advisory opinion", "opinion-requested"),
    }  # fmt: skip
    for hold, title in holds.items():
        names[f"{hold}-began"] = on("export", f"the beginning of {title}", "export-registered")
        names[f"{hold}-ended"] = on("export", f"the end of {title}", f"{hold}-began")
    return names


EVENTS: Mapping[str, EventName] = _named()
"""Every event that a case may have, by name."""
