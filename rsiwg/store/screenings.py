"""Screenings of parties, what people decided about hits, and referrals.  Nothing is ever changed or removed."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row, exists, func, insert, select

from rsiwg.domain import Decision
from rsiwg.errors import NotFound
from rsiwg.store import tables

_version, _screening, _decision, _referral = (
    tables.list_version,
    tables.party_screening,
    tables.party_decision,
    tables.party_referral,
)
_request = tables.request

REFERRAL_STATES = ("sent", "answered", "withdrawn")
"""What may be recorded of a referral; one that nobody recorded anything of is proposed."""


@attrs.frozen(kw_only=True)
class StoredScreening:
    """One screening of a stored request."""

    number: int
    request_id: str
    cause: str
    """Why it was made: ``asked:...``, ``decided:...`` or ``lists:...``."""
    at: dt.datetime
    actor: str
    lists_version: str | None
    answer: str
    screening_id: str
    document: str = attrs.field(repr=False)
    changes: tuple[Mapping[str, Any], ...]
    """Against the screening before it."""

    def read(self) -> dict[str, Any]:
        """The screening document."""
        found: dict[str, Any] = json.loads(self.document)
        return found


@attrs.frozen(kw_only=True)
class ReferralEvent:
    """One thing recorded of a referral."""

    request_id: str
    referral: str
    at: dt.datetime
    actor: str
    state: str
    due_on: dt.date
    note: str


class Screenings:
    """The stored screenings, over one connection whose transaction the caller owns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def see_version(self, document: Mapping[str, Any], at: dt.datetime) -> None:
        """Record that a version of the lists was in use; once each."""
        key = {"sha256": document["sha256"], "retrieved_on": dt.date.fromisoformat(document["retrieved_on"])}
        seen = select(_version.c.number).where(
            _version.c.sha256 == key["sha256"], _version.c.retrieved_on == key["retrieved_on"]
        )
        if self._connection.execute(seen).first() is None:
            row = {**key, "seen_at": at, "entries": document["entries"], "document": json.dumps(document)}
            self._connection.execute(insert(_version).values(row))

    def add(
        self,
        request_id: str,
        document: Mapping[str, Any],
        *,
        cause: str,
        at: dt.datetime,
        actor: str,
        changes: Sequence[Mapping[str, Any]],
    ) -> StoredScreening:
        """Keep a screening; one of this cause that is there already is answered as it is, and nothing is added."""
        there = self._connection.execute(
            select(_screening).where(_screening.c.request_id == request_id, _screening.c.cause == cause)
        ).first()
        if there is not None:
            return _screening_from(there)
        lists = document["lists"]
        row = {
            "request_id": request_id,
            "cause": cause,
            "at": at,
            "actor": actor,
            "lists_version": lists and lists["version"],
            "rulebook": document["rulebook"],
            "answer": document["answer"],
            "screening_id": document["screening_id"],
            "document": json.dumps(document, allow_nan=False),
            "changes": json.dumps(list(changes), allow_nan=False),
        }
        added = self._connection.execute(insert(_screening).values(row).returning(_screening)).one()
        return _screening_from(added)

    def of(self, request_id: str) -> tuple[StoredScreening, ...]:
        """The screenings of a request, oldest first."""
        rows = self._connection.execute(
            select(_screening).where(_screening.c.request_id == request_id).order_by(_screening.c.number)
        )
        return tuple(map(_screening_from, rows))

    def without(self, cause: str, limit: int) -> tuple[str, ...]:
        """Ids of requests that have no screening of this cause, oldest first."""
        has = exists().where(_screening.c.request_id == _request.c.id, _screening.c.cause == cause)
        rows = self._connection.execute(
            select(_request.c.id).where(~has).order_by(_request.c.number).limit(limit)
        )
        return tuple(row.id for row in rows)

    def changed(self, limit: int) -> tuple[StoredScreening, ...]:
        """The newest screenings made for new lists that changed something, newest first."""
        rows = self._connection.execute(
            select(_screening)
            .where(_screening.c.cause.like("lists:%"), _screening.c.changes != "[]")
            .order_by(_screening.c.number.desc())
            .limit(limit)
        )
        return tuple(map(_screening_from, rows))

    def newest_of_all(self) -> tuple[StoredScreening, ...]:
        """The newest screening of every request, in the order of the requests."""
        newest = select(func.max(_screening.c.number)).group_by(_screening.c.request_id)
        rows = self._connection.execute(
            select(_screening).where(_screening.c.number.in_(newest)).order_by(_screening.c.request_id)
        )
        return tuple(map(_screening_from, rows))

    def decide(self, request_id: str, decision: Decision, party_name: str) -> None:
        """Record what a person made of a hit."""
        row = {"request_id": request_id, "party_name": party_name, **attrs.asdict(decision)}
        self._connection.execute(insert(_decision).values(row))

    def decisions(self) -> tuple[Decision, ...]:
        """Every decision ever made, oldest first."""
        rows = self._connection.execute(select(_decision).order_by(_decision.c.number))
        return tuple(
            Decision(**{f.name: getattr(row, f.name) for f in attrs.fields(Decision)}) for row in rows
        )

    def refer(self, event: ReferralEvent, document: Mapping[str, Any]) -> None:
        """Record something of a referral."""
        row = {**attrs.asdict(event), "document": json.dumps(document, allow_nan=False)}
        self._connection.execute(insert(_referral).values(row))

    def referrals(self, request_id: str) -> tuple[ReferralEvent, ...]:
        """What was recorded of the referrals of a request, oldest first.  Raises NotFound for no such request."""
        if (
            self._connection.execute(select(_request.c.number).where(_request.c.id == request_id)).first()
            is None
        ):
            raise NotFound(f"No request {request_id} is stored.")
        rows = self._connection.execute(
            select(_referral).where(_referral.c.request_id == request_id).order_by(_referral.c.number)
        )
        return tuple(
            ReferralEvent(**{f.name: getattr(row, f.name) for f in attrs.fields(ReferralEvent)})
            for row in rows
        )


def _screening_from(row: Row[Any]) -> StoredScreening:
    return StoredScreening(
        number=row.number,
        request_id=row.request_id,
        cause=row.cause,
        at=row.at,
        actor=row.actor,
        lists_version=row.lists_version,
        answer=row.answer,
        screening_id=row.screening_id,
        document=row.document,
        changes=tuple(json.loads(row.changes)),
    )
