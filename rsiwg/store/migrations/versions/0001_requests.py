"""Requests, their assessments and their events; none may be changed or removed."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TABLES = ("request", "assessment", "event")

# REPLACE would remove the row in its way; this refuses it before it can.
TWINS = {
    "request": (
        "SELECT 1 FROM request "
        "WHERE number = NEW.number OR id = NEW.id OR idempotency_key = NEW.idempotency_key"
    ),
    "assessment": "SELECT 1 FROM assessment WHERE number = NEW.number",
    "event": (
        "SELECT 1 FROM event "
        "WHERE number = NEW.number OR (request_id = NEW.request_id AND sequence = NEW.sequence)"
    ),
}


def upgrade() -> None:
    _make_tables()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    raise NotImplementedError("stored requests are never removed")


def _make_tables() -> None:
    op.create_table(
        "request",
        _number(),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=True),
        sa.Column("body_sha256", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_request"),
        sa.UniqueConstraint("id", name="uq_request_id"),
        sa.UniqueConstraint("idempotency_key", name="uq_request_idempotency_key"),
    )
    op.create_table(
        "assessment",
        _number(),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("verdict_id", sa.Text, nullable=False),
        sa.Column("as_of", sa.Date, nullable=True),
        sa.Column("rulebook", sa.Text, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_assessment"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_assessment_request_id"),
    )
    op.create_index("ix_assessment_request_id_number", "assessment", ["request_id", "number"])
    op.create_table(
        "event",
        _number(),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_event"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_event_request_id"),
        sa.UniqueConstraint("request_id", "sequence", name="uq_event_request_id_sequence"),
    )


def _number() -> sa.Column[int]:
    return sa.Column(
        "number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True, nullable=False
    )


def _guard_sqlite() -> None:
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
            )
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS ({TWINS[table]}) "
            f"BEGIN SELECT RAISE(ABORT, 'a row of {table} with this key exists'); END"
        )
    op.execute(
        "CREATE TRIGGER event_no_gap BEFORE INSERT ON event WHEN NEW.sequence <> "
        "(SELECT coalesce(max(sequence), 0) + 1 FROM event WHERE request_id = NEW.request_id) "
        "BEGIN SELECT RAISE(ABORT, 'events of a request are numbered without gaps'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION rsiwg_only_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$"
    )
    op.execute(
        "CREATE FUNCTION rsiwg_no_gap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM event WHERE request_id = NEW.request_id) THEN "
        "RAISE EXCEPTION 'events of a request are numbered without gaps' USING ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NEW; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION rsiwg_only_added()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION rsiwg_only_added()"
        )
    op.execute(
        "CREATE TRIGGER event_no_gap BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION rsiwg_no_gap()"
    )
