"""Requests, their assessments and their events: rows to values and back.  Nothing is ever changed or removed."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select
from sqlalchemy.exc import IntegrityError

from rsiwg.domain.document import canonical_json
from rsiwg.errors import Conflicting, NotFound
from rsiwg.store import tables
from rsiwg.store.records import Event, NewAssessment, NewRequest, RequestLine, StoredAssessment, StoredRequest

_request, _assessment, _event = tables.request, tables.assessment, tables.event


class Requests:
    """The stored requests, over one connection whose transaction the caller owns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: NewRequest, assessment: NewAssessment | None = None) -> StoredRequest:
        """Store a request, and its first assessment with it.

        A key that was used before for the same body gives the request stored then, and nothing is
        added; for another body it raises Conflicting.
        """
        if new.key is not None and (stored := self.by_key(new.key)) is not None:
            return self._same(stored, new)
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(_request).values(_to_row(new)))
        except IntegrityError:
            # Another transaction was faster with the same key.
            stored = None if new.key is None else self.by_key(new.key)
            if stored is None:
                raise
            return self._same(stored, new)
        self._tell(new.id, 1, new.received_at, new.actor, "request.received", {"source": new.source})
        if assessment is not None:
            self._assess(new.id, 2, assessment)
        return self.get(new.id)

    def add_assessment(self, request_id: str, new: NewAssessment) -> StoredAssessment:
        """Add one more assessment of a stored request; those before it stay.  Raises NotFound."""
        self._hold(request_id)
        last = self._connection.scalar(
            select(func.max(_event.c.sequence)).where(_event.c.request_id == request_id)
        )
        number = self._assess(request_id, (last or 0) + 1, new)
        found = self._connection.execute(select(_assessment).where(_assessment.c.number == number)).one()
        return _assessment_from(found)

    def get(self, request_id: str) -> StoredRequest:
        """The request of this id with its assessments.  Raises NotFound."""
        if (found := self._one(select(_request).where(_request.c.id == request_id))) is None:
            raise NotFound(f"No request {request_id} is stored.")
        return found

    def by_key(self, key: str) -> StoredRequest | None:
        """The request stored under this idempotency key, if any."""
        return self._one(select(_request).where(_request.c.idempotency_key == key))

    def latest(self, limit: int, before: str | None = None) -> tuple[RequestLine, ...]:
        """The newest requests first; only those stored before the request `before`.  Raises NotFound for that."""
        newest = (
            select(_assessment.c.request_id, func.max(_assessment.c.number).label("number"))
            .group_by(_assessment.c.request_id)
            .subquery()
        )
        query = (
            select(
                *(_request.c[name] for name in ("id", "reference", "kind", "received_at", "actor", "source")),
                _assessment.c.verdict,
                _assessment.c.verdict_id,
                _assessment.c.at.label("assessed_at"),
            )
            .select_from(
                _request.outerjoin(newest, newest.c.request_id == _request.c.id).outerjoin(
                    _assessment, _assessment.c.number == newest.c.number
                )
            )
            .order_by(_request.c.number.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(_request.c.number < self._number_of(before))
        return tuple(RequestLine(**row) for row in self._connection.execute(query).mappings())

    def events(self, request_id: str) -> tuple[Event, ...]:
        """What happened to a request, oldest first.  Raises NotFound."""
        self._number_of(request_id)
        rows = self._connection.execute(
            select(_event).where(_event.c.request_id == request_id).order_by(_event.c.sequence)
        )
        return tuple(_event_from(row) for row in rows)

    def _one(self, query: Select[Any]) -> StoredRequest | None:
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        assessments = self._connection.execute(
            select(_assessment).where(_assessment.c.request_id == row.id).order_by(_assessment.c.number)
        ).all()
        return _request_from(row, assessments)

    def _same(self, stored: StoredRequest, new: NewRequest) -> StoredRequest:
        fingerprint = self._connection.scalar(
            select(_request.c.body_sha256).where(_request.c.id == stored.id)
        )
        if fingerprint != new.body_sha256:
            raise Conflicting(
                f"The key {new.key!r} was used before for another request, {stored.id}. "
                "Nothing was stored; send a new request with a new key."
            )
        return stored

    def _number_of(self, request_id: str) -> int:
        number = self._connection.scalar(select(_request.c.number).where(_request.c.id == request_id))
        if number is None:
            raise NotFound(f"No request {request_id} is stored.")
        return int(number)

    def _hold(self, request_id: str) -> None:
        # Keeps a second writer of the same request waiting, so that its sequence has no gap and no twin.
        held = self._connection.scalar(
            select(_request.c.number).where(_request.c.id == request_id).with_for_update()
        )
        if held is None:
            raise NotFound(f"No request {request_id} is stored.")

    def _assess(self, request_id: str, sequence: int, new: NewAssessment) -> int:
        row = {
            "request_id": request_id,
            "at": new.at,
            "actor": new.actor,
            "verdict": new.verdict,
            "verdict_id": new.verdict_id,
            "as_of": new.as_of,
            "rulebook": new.rulebook,
            "engine": new.engine,
            "document": new.document,
        }
        number = self._connection.execute(
            insert(_assessment).values(row).returning(_assessment.c.number)
        ).scalar_one()
        detail = {"assessment": number, "verdict": new.verdict, "verdict_id": new.verdict_id}
        self._tell(request_id, sequence, new.at, new.actor, "request.assessed", detail)
        return int(number)

    def _tell(
        self,
        request_id: str,
        sequence: int,
        at: dt.datetime,
        actor: str,
        kind: str,
        detail: Mapping[str, Any],
    ) -> None:
        row = {
            "request_id": request_id,
            "sequence": sequence,
            "at": at,
            "actor": actor,
            "kind": kind,
            "detail": canonical_json(detail),
        }
        self._connection.execute(insert(_event).values(row))


def _to_row(new: NewRequest) -> dict[str, Any]:
    return {
        "id": new.id,
        "reference": new.reference,
        "kind": new.kind,
        "received_at": new.received_at,
        "actor": new.actor,
        "source": new.source,
        "idempotency_key": new.key,
        "body_sha256": new.body_sha256,
        "body": new.body,
        "changes": json.dumps(list(new.changes)),
    }


def _request_from(row: Row[Any], assessments: Sequence[Row[Any]]) -> StoredRequest:
    return StoredRequest(
        id=row.id,
        reference=row.reference,
        kind=row.kind,
        received_at=row.received_at,
        actor=row.actor,
        source=row.source,
        key=row.idempotency_key,
        body=row.body,
        changes=tuple(json.loads(row.changes)),
        assessments=tuple(_assessment_from(a) for a in assessments),
    )


def _assessment_from(row: Row[Any]) -> StoredAssessment:
    return StoredAssessment(
        number=row.number,
        request_id=row.request_id,
        at=row.at,
        actor=row.actor,
        verdict=row.verdict,
        verdict_id=row.verdict_id,
        as_of=row.as_of,
        rulebook=row.rulebook,
        engine=row.engine,
        document=row.document,
    )


def _event_from(row: Row[Any]) -> Event:
    return Event(
        request_id=row.request_id,
        sequence=row.sequence,
        at=row.at,
        actor=row.actor,
        kind=row.kind,
        detail=json.loads(row.detail),
    )
