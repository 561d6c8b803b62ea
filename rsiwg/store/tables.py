"""The tables.  Migrations make them; a test compares the two."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


class Instant(TypeDecorator[dt.datetime]):
    """A moment, always aware and in UTC; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """To UTC; a naive one is a programming mistake."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant has no time zone")
        at = value.astimezone(dt.UTC)
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """As stored, in UTC."""
        if value is None:
            return None
        at: dt.datetime = value
        return at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)


def _number() -> Column[int]:
    # SQLite numbers rows by itself only in a column of exactly this type.
    return Column(
        "number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )


request = Table(
    "request",
    metadata,
    _number(),
    Column("id", Text, nullable=False, unique=True),
    Column("reference", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("idempotency_key", Text, nullable=True, unique=True),
    Column("body_sha256", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("changes", Text, nullable=False),
)

assessment = Table(
    "assessment",
    metadata,
    _number(),
    Column("request_id", Text, ForeignKey("request.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("verdict_id", Text, nullable=False),
    Column("as_of", Date, nullable=True),
    Column("rulebook", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("document", Text, nullable=False),
    Index(None, "request_id", "number"),
)

event = Table(
    "event",
    metadata,
    _number(),
    Column("request_id", Text, ForeignKey("request.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),
    UniqueConstraint("request_id", "sequence"),
)

list_version = Table(
    "list_version",
    metadata,
    _number(),
    Column("sha256", Text, nullable=False),
    Column("retrieved_on", Date, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("sha256", "retrieved_on"),
)

party_screening = Table(
    "party_screening",
    metadata,
    _number(),
    Column("request_id", Text, ForeignKey("request.id"), nullable=False),
    Column("cause", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("lists_version", Text, nullable=True),
    Column("rulebook", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("screening_id", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("changes", Text, nullable=False),
    UniqueConstraint("request_id", "cause"),
)

party_decision = Table(
    "party_decision",
    metadata,
    _number(),
    Column("request_id", Text, ForeignKey("request.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("party_sha256", Text, nullable=False),
    Column("party_name", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("entry_sha256", Text, nullable=False),
    Column("is_match", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Index(None, "party_sha256"),
    Index(None, "request_id"),
)

party_referral = Table(
    "party_referral",
    metadata,
    _number(),
    Column("request_id", Text, ForeignKey("request.id"), nullable=False),
    Column("referral", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("document", Text, nullable=False),
    Index(None, "request_id"),
)
