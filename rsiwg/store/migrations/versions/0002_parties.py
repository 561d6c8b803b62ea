"""List versions, screenings of parties, decisions and referrals; none may be changed or removed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = ("list_version", "party_screening", "party_decision", "party_referral")

# REPLACE would remove the row in its way; this refuses it before it can.
TWINS = {
    "list_version": (
        "SELECT 1 FROM list_version WHERE number = NEW.number "
        "OR (sha256 = NEW.sha256 AND retrieved_on = NEW.retrieved_on)"
    ),
    "party_screening": (
        "SELECT 1 FROM party_screening "
        "WHERE number = NEW.number OR (request_id = NEW.request_id AND cause = NEW.cause)"
    ),
    "party_decision": "SELECT 1 FROM party_decision WHERE number = NEW.number",
    "party_referral": "SELECT 1 FROM party_referral WHERE number = NEW.number",
}


def upgrade() -> None:
    _make_tables()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    raise NotImplementedError("screenings and decisions are never removed")


def _make_tables() -> None:
    op.create_table(
        "list_version",
        _number(),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("retrieved_on", sa.Date, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_list_version"),
        sa.UniqueConstraint("sha256", "retrieved_on", name="uq_list_version_sha256_retrieved_on"),
    )
    op.create_table(
        "party_screening",
        _number(),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("lists_version", sa.Text, nullable=True),
        sa.Column("rulebook", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("screening_id", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_party_screening"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_party_screening_request_id"),
        sa.UniqueConstraint("request_id", "cause", name="uq_party_screening_request_id_cause"),
    )
    op.create_table(
        "party_decision",
        _number(),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("party_sha256", sa.Text, nullable=False),
        sa.Column("party_name", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("entry_sha256", sa.Text, nullable=False),
        sa.Column("is_match", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_party_decision"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_party_decision_request_id"),
    )
    op.create_index("ix_party_decision_party_sha256", "party_decision", ["party_sha256"])
    op.create_index("ix_party_decision_request_id", "party_decision", ["request_id"])
    op.create_table(
        "party_referral",
        _number(),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("referral", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_party_referral"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_party_referral_request_id"),
    )
    op.create_index("ix_party_referral_request_id", "party_referral", ["request_id"])


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


def _guard_postgresql() -> None:
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION rsiwg_only_added()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION rsiwg_only_added()"
        )
