"""The tables.  Migrations make them; a test compares the two."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
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
