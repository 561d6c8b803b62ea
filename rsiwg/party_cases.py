"""Use cases about parties, one function each: screen, keep, decide, refer, screen again when the lists change."""

import datetime as dt
import json
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from rsiwg import __version__
from rsiwg.domain import Decision, Rulebook
from rsiwg.errors import Conflicting, InvalidLists, InvalidSubmission, NotFound
from rsiwg.intake import read_json
from rsiwg.lists import Lists, PartiesFile, current, read_parties, versions
from rsiwg.lists.versions import version_document
from rsiwg.parties import (
    Index,
    Terms,
    Thresholds,
    changes_between,
    latest_decisions,
    parties_of,
    screen,
    without_lists,
)
from rsiwg.settings import Limits, ListSettings

if TYPE_CHECKING:
    from rsiwg.store import ReferralEvent, Requests, Screenings, StoredScreening

LONGEST_REASON = 2_000
MOST_AT_ONCE = 50
"""Requests screened again in one transaction's batch."""


# Lists in use.


@attrs.frozen(kw_only=True)
class InUse:
    """The lists that stand, ready to be searched; or why there are none."""

    lists: Lists | None
    index: Index | None
    problem: str | None = None

    @property
    def cause(self) -> str:
        """By which a screening tells that it was made for these lists."""
        if self.lists is None:
            return "lists:none"
        return f"lists:{self.lists.version.sha256[:16]}:{self.lists.version.retrieved_on}"


class ListsInUse:
    """Keeps the newest version of a folder ready, and takes up a newer one when it is there."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._key: object = None
        self._held: InUse | None = None

    def now(self) -> InUse:
        """The lists in use; a second or two longer when a new version was loaded."""
        with self._lock:
            key = _state_of(self._folder)
            if self._held is None or key != self._key:
                self._held, self._key = ready(self._folder), key
            return self._held


def _state_of(folder: Path | None) -> object:
    if folder is None:
        return None
    watched = folder / "versions" if (folder / "versions").is_dir() else folder
    try:
        return sorted((p.name, p.stat().st_mtime_ns) for p in watched.iterdir())
    except OSError:
        return None


def ready(folder: Path | None, as_of: dt.date | None = None) -> InUse:
    """The newest lists of a folder, or those of a day; a folder that cannot be used gives the reason."""
    if folder is None:
        return InUse(
            lists=None, index=None, problem="No lists are loaded, so nobody was screened against any."
        )
    try:
        lists = current(folder, as_of)
    except (NotFound, InvalidLists, OSError) as exc:
        return InUse(lists=None, index=None, problem=f"The lists cannot be used: {exc}.")
    return InUse(lists=lists, index=Index(lists.entries))


# Screening.


def terms_of(settings: ListSettings, day: dt.date) -> Terms:
    """The terms that the settings give."""
    return Terms(
        day=day,
        thresholds=Thresholds(review=settings.review_score, strong=settings.strong_score),
        max_age_days=settings.lists_max_age_days,
    )


def screen_parties(
    read: PartiesFile,
    in_use: InUse,
    rulebook: Rulebook,
    settings: ListSettings,
    *,
    day: dt.date,
    decisions: Sequence[Decision] = (),
) -> dict[str, Any]:
    """The screening document of parties; nothing is kept."""
    terms = terms_of(settings, day)
    if in_use.lists is None or in_use.index is None:
        return without_lists(
            read.parties, in_use.problem or "No lists are loaded.", rulebook, terms,
            items=read.items, rejected=read.rejected, engine=__version__,
        )  # fmt: skip
    return screen(
        read.parties, in_use.index, in_use.lists.version, rulebook, terms,
        items=read.items, decisions=latest_decisions(decisions), rejected=read.rejected, engine=__version__,
    )  # fmt: skip


def read_some(data: bytes, name: str) -> PartiesFile:
    """Read a file of parties.  Raises InvalidSubmission for the whole, and where no row can be taken."""
    read = _of_a_request(data) or read_parties(data, name)
    if read.rejected and not read.parties:
        raise InvalidSubmission({f"row {row.row}": row.why for row in read.rejected[:50]})
    return read


def _of_a_request(data: bytes) -> PartiesFile | None:
    """The parties of a request, where that is what the file holds."""
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return None  # the reader of parties says what is wrong with it
    if not isinstance(body, dict) or not isinstance(body.get("kind"), str):
        return None
    body = read_json(data, Limits())  # again, without JSON's loopholes
    parties, items = parties_of(body["kind"], body)
    if not parties:
        raise InvalidSubmission({"parties": "this request names nobody that could be screened"})
    return PartiesFile(parties=parties, items=items)


def screen_file(
    data: bytes, name: str, folder: Path | None, rulebook: Rulebook, settings: ListSettings,
    *, today: dt.date, as_of: dt.date | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Screen a file of parties.  With `as_of` the lists and the rules of that day count.

    Raises InvalidSubmission for the file as a whole; wrong rows are kept apart, and named in the document.
    """
    read = read_some(data, name)
    return screen_parties(read, ready(folder, as_of), rulebook, settings, day=as_of or today)


# On a stored request.


def screen_request(
    requests: "Requests",
    screenings: "Screenings",
    request_id: str,
    in_use: InUse,
    rulebook: Rulebook,
    settings: ListSettings,
    *,
    actor: str,
    now: dt.datetime,
    cause: str | None = None,
) -> "StoredScreening":
    """Screen a stored request, and keep the result with what changed since the one before.  Raises NotFound."""
    stored = requests.get(request_id)
    if in_use.lists is not None:
        screenings.see_version(version_document(in_use.lists.version), now)
    parties, items = parties_of(stored.kind, stored.read())
    document = screen_parties(
        PartiesFile(parties=parties, items=items), in_use, rulebook, settings,
        day=now.date(), decisions=screenings.decisions(),
    )  # fmt: skip
    before = screenings.of(request_id)
    changes = changes_between(before[-1].read(), document) if before else ()
    return screenings.add(
        request_id,
        document,
        cause=cause or f"asked:{secrets.token_hex(8)}",
        at=now,
        actor=actor,
        changes=changes,
    )


def decide(
    requests: "Requests",
    screenings: "Screenings",
    request_id: str,
    given: Mapping[str, Any],
    in_use: InUse,
    rulebook: Rulebook,
    settings: ListSettings,
    *,
    actor: str,
    now: dt.datetime,
) -> "StoredScreening":
    """Keep a person's decision on a hit of the newest screening, and screen again.

    `given` has party, entry, entry_sha256 (as the person saw it), match and reason.

    Raises InvalidSubmission; NotFound for a hit that is not there; Conflicting where it has changed since it was shown.
    """
    problems = {}
    for field in ("party", "entry", "entry_sha256", "reason"):
        if not isinstance(given.get(field), str) or not given[field].strip():
            problems[field] = "a text is needed"
    if not isinstance(given.get("match"), bool):
        problems["match"] = "true or false is needed"
    problems |= {
        str(k): "there is no such field"
        for k in given
        if k not in {"party", "entry", "entry_sha256", "match", "reason"}
    }
    if "reason" not in problems and len(given["reason"]) > LONGEST_REASON:
        problems["reason"] = f"at most {LONGEST_REASON:,} characters are taken"
    if problems:
        raise InvalidSubmission(problems)
    history = screenings.of(request_id)
    if not history:
        raise NotFound(f"The request {request_id} has not been screened.")
    hits = history[-1].read()["hits"]
    hit = next((h for h in hits if (h["party"], h["entry"]["key"]) == (given["party"], given["entry"])), None)
    if hit is None:
        raise NotFound("The newest screening of this request has no such hit.")
    if hit["entry"]["sha256"] != given["entry_sha256"]:
        raise Conflicting("The entry has changed since it was shown: look at it again before deciding.")
    decision = Decision(
        party_sha256=hit["party_sha256"],
        entry=hit["entry"]["key"],
        entry_sha256=hit["entry"]["sha256"],
        is_match=given["match"],
        reason=given["reason"].strip(),
        actor=actor,
        at=now,
    )
    screenings.decide(request_id, decision, hit["party_name"])
    return screen_request(
        requests, screenings, request_id, in_use, rulebook, settings,
        actor=actor, now=now, cause=f"decided:{secrets.token_hex(8)}",
    )  # fmt: skip


def refer(
    screenings: "Screenings",
    request_id: str,
    referral: str,
    given: Mapping[str, Any],
    *,
    actor: str,
    now: dt.datetime,
) -> "ReferralEvent":
    """Record that a referral was sent, answered or withdrawn.  Raises InvalidSubmission, NotFound."""
    from rsiwg.store import REFERRAL_STATES, ReferralEvent  # noqa: PLC0415  # the command line screens without a database

    state, note = given.get("state"), given.get("note", "")
    problems = {}
    if state not in REFERRAL_STATES:
        problems["state"] = f"one of {', '.join(REFERRAL_STATES)} is needed"
    if not isinstance(note, str) or len(note) > LONGEST_REASON:
        problems["note"] = f"a text of at most {LONGEST_REASON:,} characters is needed"
    if problems:
        raise InvalidSubmission(problems)
    proposed = referral_of(screenings, request_id, referral)
    event = ReferralEvent(
        request_id=request_id, referral=referral, at=now, actor=actor, state=str(state),
        due_on=dt.date.fromisoformat(proposed["due_on"]), note=note.strip(),
    )  # fmt: skip
    screenings.refer(event, proposed)
    return event


def referral_of(screenings: "Screenings", request_id: str, referral: str) -> dict[str, Any]:
    """A referral of the newest screening that proposed it, with what was recorded of it.  Raises NotFound."""
    for stored in reversed(screenings.of(request_id)):
        for proposed in stored.read()["referrals"]:
            if proposed["id"] == referral:
                return with_states([proposed], screenings.referrals(request_id))[0]
    raise NotFound("This request has no such referral.")


def with_states(
    proposed: Sequence[Mapping[str, Any]], events: Sequence["ReferralEvent"]
) -> list[dict[str, Any]]:
    """Referrals with the latest state recorded of each, and its history."""
    told = []
    for each in proposed:
        mine = [e for e in events if e.referral == each["id"]]
        history = [{"state": e.state, "at": e.at.isoformat(), "actor": e.actor, "note": e.note} for e in mine]
        told.append({**each, "state": mine[-1].state if mine else "proposed", "history": history})
    return told


def rescreen(
    engine: Any,
    in_use: InUse,
    rulebook: Rulebook,
    settings: ListSettings,
    *,
    actor: str,
    now: Callable[[], dt.datetime],
    most: int | None = None,
) -> tuple["StoredScreening", ...]:
    """Screen every stored request that was not yet screened with these lists; only those with changes come back.

    Each request is one transaction, and what is done is read off the store: it may be stopped at any moment and goes
    on where it was, and two that run at once do no request twice.
    """
    from rsiwg.store import reading_screenings, writing_screenings  # noqa: PLC0415  # as above

    changed = []
    done = 0
    if in_use.lists is None:
        return ()
    skipped: set[str] = set()
    while most is None or done < most:
        with reading_screenings(engine) as (_, screenings):
            left = [
                r for r in screenings.without(in_use.cause, MOST_AT_ONCE + len(skipped)) if r not in skipped
            ]
        if not left:
            break
        for request_id in left if most is None else left[: most - done]:
            try:
                with writing_screenings(engine) as (requests, screenings):
                    stored = screen_request(
                        requests, screenings, request_id, in_use, rulebook, settings,
                        actor=actor, now=now(), cause=in_use.cause,
                    )  # fmt: skip
            except InvalidSubmission:
                skipped.add(request_id)  # a kind whose parties are not known: its page says so
                continue
            finally:
                done += 1
            if stored.changes:
                changed.append(stored)
    return tuple(changed)


def lists_document(folder: Path | None, settings: ListSettings, today: dt.date) -> dict[str, Any]:
    """Every version of the lists and the state of the newest."""
    kept = versions(folder) if folder is not None else ()
    newest = kept[-1] if kept else None
    if newest is None:
        in_place = ready(folder)
        newest = in_place.lists.version if in_place.lists else None
        problem = in_place.problem
    else:
        problem = None
    age = None if newest is None else newest.age_days(today)
    is_usable = age is not None and age <= settings.lists_max_age_days
    if problem is None and not is_usable:
        problem = f"The lists are {age} days old; older than {settings.lists_max_age_days} days they decide nothing."
    return {
        "as_of": today.isoformat(),
        "usable": is_usable,
        "problem": problem,
        "age_days": age,
        "max_age_days": settings.lists_max_age_days,
        "newest": newest and version_document(newest),
        "versions": [
            {
                "sha256": v.sha256, "retrieved_on": v.retrieved_on.isoformat(),
                "loaded_at": v.loaded_at and v.loaded_at.isoformat(), "entries": v.entry_count,
                "rejected_rows": len(v.rejected),
            }
            for v in kept
        ],
    }  # fmt: skip


# The yearly return.


def transparency_rows(
    stored: Sequence[tuple[str, str, str, Mapping[str, Any]]], year: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of the yearly transparency return, and what keeps it from being whole.

    `stored` has (request id, reference, day received, screening document).  Only items in a category count.
    """
    rows: list[dict[str, Any]] = []
    doubts: list[str] = []
    for request_id, reference, received_on, document in stored:
        if not received_on.startswith(f"{year:04}-"):
            continue
        to = [
            p for p in document["parties"] if p["role"] in {"end_user", "consignee", "customer", "recipient"}
        ]
        for item in document["items"]:
            if item["arms_category"] is None:
                doubts.append(
                    f"{reference}: the item {item['category']!r} is in no category held, and is not counted."
                )
                continue
            if not item["verified"]:
                doubts.append(
                    f"{reference}: {item['register']} {item['arms_category']} is recalled and not read in its source."
                )
            if item["quantity"] is None:
                doubts.append(f"{reference}: the quantity of {item['category']!r} is not given.")
            rows.append(
                {
                    "year": year, "request": request_id, "reference": reference, "received_on": received_on,
                    "register": item["register"], "category": item["arms_category"], "title": item["title"],
                    "description": item["description"], "quantity": item["quantity"],
                    "destination": "; ".join(dict.fromkeys(p["country"] or "?" for p in to)),
                    "end_users": "; ".join(p["name"] for p in to), "verified": item["verified"],
                }
            )  # fmt: skip
    return rows, list(dict.fromkeys(doubts))
