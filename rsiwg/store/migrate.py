"""Bringing a database's schema up to date."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from rsiwg.errors import StoreUnusable
from rsiwg.store.database import explained

MIGRATIONS = Path(__file__).resolve().parent / "migrations"

_LOCK = 0x7273697767  # "rsiwg": the advisory lock that one migrating process holds


def upgrade(engine: Engine) -> None:
    """Bring the schema up to date, in one transaction; changes nothing when it is.

    Two processes may do it at once: the second waits and finds it done.  Raises StoreUnusable.
    """
    with explained(engine), _alone(engine) as connection:
        try:
            command.upgrade(_config(connection), "head")
        except CommandError as error:
            raise StoreUnusable(
                f"The database was made by another version of rsiwg ({error}). Install that version or a newer one."
            ) from error


def is_current(engine: Engine) -> bool:
    """Whether the schema is the one this version needs; False too when the database does not answer."""
    try:
        with engine.connect() as connection:
            reader = connection.execution_options(rsiwg_begin="BEGIN")
            return MigrationContext.configure(reader).get_current_heads() == _heads()
    except DBAPIError:
        return False


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as fresh:
        connection = fresh.execution_options(rsiwg_begin="BEGIN EXCLUSIVE")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        else:
            connection.begin()
        yield connection
        connection.commit()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@functools.cache
def _heads() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(_config()).get_heads())
