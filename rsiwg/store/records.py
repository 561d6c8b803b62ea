"""What the store holds, as frozen values: what goes in comes out equal."""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

import attrs
from attrs.validators import in_, instance_of

SOURCES = ("form", "api", "cli", "example")
"""Where a request came in."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to misread
_ID_LENGTH = 10


def new_request_id() -> str:
    """A public id that cannot be guessed, safe in a URL and over the telephone: ``R-7K3M9QXW2D``."""
    return "R-" + "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


def _aware(_: object, field: "attrs.Attribute[Any]", at: dt.datetime) -> None:
    if at.tzinfo is None:
        raise ValueError(f"{field.name} has no time zone")


@attrs.frozen(kw_only=True)
class NewAssessment:
    """An assessment about to be stored."""

    at: dt.datetime = attrs.field(validator=_aware)
    actor: str
    verdict: str
    verdict_id: str
    as_of: dt.date | None
    """The one day judged; None: every day of the collection period."""
    rulebook: str
    engine: str
    document: str = attrs.field(validator=instance_of(str), repr=False)
    """The assessment document, JSON text."""


@attrs.frozen(kw_only=True)
class NewRequest:
    """A request about to be stored."""

    id: str = attrs.field(factory=new_request_id)
    reference: str
    kind: str
    received_at: dt.datetime = attrs.field(validator=_aware)
    actor: str
    source: str = attrs.field(validator=in_(SOURCES))
    key: str | None = None
    """Idempotency key: the same key with the same body is the same request."""
    body: str = attrs.field(validator=instance_of(str), repr=False)
    """The normalised request, canonical JSON text."""
    changes: tuple[str, ...] = ()
    """What intake changed in the submission, in sentences."""

    @property
    def body_sha256(self) -> str:
        """Fingerprint by which two bodies under one key are compared."""
        return hashlib.sha256(self.body.encode()).hexdigest()


@attrs.frozen(kw_only=True)
class StoredAssessment:
    """One assessment of a stored request; rechecking adds another and changes none."""

    number: int
    """Of all assessments, ascending."""
    request_id: str
    at: dt.datetime
    actor: str
    verdict: str
    verdict_id: str
    as_of: dt.date | None
    rulebook: str
    engine: str
    document: str = attrs.field(repr=False)

    def read(self) -> dict[str, Any]:
        """The assessment document."""
        found: dict[str, Any] = json.loads(self.document)
        return found


@attrs.frozen(kw_only=True)
class StoredRequest:
    """A request as it was stored, with its assessments, oldest first."""

    id: str
    reference: str
    kind: str
    received_at: dt.datetime
    actor: str
    source: str
    key: str | None
    body: str = attrs.field(repr=False)
    changes: tuple[str, ...]
    assessments: tuple[StoredAssessment, ...] = ()

    @property
    def latest(self) -> StoredAssessment | None:
        """Its newest assessment."""
        return self.assessments[-1] if self.assessments else None

    def read(self) -> dict[str, Any]:
        """The request document."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@attrs.frozen(kw_only=True)
class RequestLine:
    """A stored request as one line of a list, without its documents."""

    id: str
    reference: str
    kind: str
    received_at: dt.datetime
    actor: str
    source: str
    verdict: str | None
    """Of its newest assessment."""
    verdict_id: str | None
    assessed_at: dt.datetime | None


@attrs.frozen(kw_only=True)
class Event:
    """One thing that happened to a request; sequences run 1, 2, 3, ... without gaps."""

    request_id: str
    sequence: int
    at: dt.datetime
    actor: str
    kind: str
    """``request.received`` or ``request.assessed``."""
    detail: Mapping[str, Any]
