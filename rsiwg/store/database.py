"""Opening the database, and one transaction on it."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rsiwg.errors import StoreUnusable
from rsiwg.store.requests import Requests
from rsiwg.store.screenings import Screenings

WAIT_S = 15
"""How long one writer waits for another."""

_FIX = "Write it as sqlite:///rsiwg.db or postgresql://user:password@host/name."


def open_database(url: str) -> Engine:
    """An engine for a SQLite or PostgreSQL database; nothing is connected yet.

    Raises StoreUnusable for a URL that cannot be meant; the message never shows a password.
    """
    target = _read_url(url)
    try:
        if target.get_backend_name() == "sqlite":
            return _open_sqlite(target)
        return _open_postgresql(target)
    except ImportError:
        raise StoreUnusable("PostgreSQL needs the package psycopg: install rsiwg[postgres].") from None


@contextmanager
def writing(engine: Engine) -> Iterator[Requests]:
    """One transaction that writes: kept when the block ends, undone when it raises.

    It starts with the first statement, so that work done before it holds no lock.
    """
    with explained(engine), engine.connect() as connection:
        yield Requests(connection)
        connection.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Requests]:
    """One transaction that only reads; it waits for no writer."""
    with explained(engine), engine.connect() as connection:
        yield Requests(connection.execution_options(rsiwg_begin="BEGIN"))


@contextmanager
def writing_screenings(engine: Engine) -> Iterator[tuple[Requests, Screenings]]:
    """As `writing`, with the screenings beside the requests in the same transaction."""
    with explained(engine), engine.connect() as connection:
        yield Requests(connection), Screenings(connection)
        connection.commit()


@contextmanager
def reading_screenings(engine: Engine) -> Iterator[tuple[Requests, Screenings]]:
    """As `reading`, with the screenings beside the requests."""
    with explained(engine), engine.connect() as connection:
        reader = connection.execution_options(rsiwg_begin="BEGIN")
        yield Requests(reader), Screenings(reader)


def is_reachable(engine: Engine) -> bool:
    """Whether the database answers."""
    try:
        with engine.connect() as connection:
            connection.execution_options(rsiwg_begin="BEGIN").exec_driver_sql("SELECT 1")
    except (DBAPIError, PoolTimeout):
        return False
    return True


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn what the driver raises into StoreUnusable, in plain words and without the password."""
    try:
        yield
    except (OperationalError, ProgrammingError, InterfaceError) as error:
        raise StoreUnusable(
            f"The database {_shown(engine.url)} cannot be used: {_first_line(error.orig)}"
        ) from error
    except PoolTimeout as error:
        raise StoreUnusable("The database is too busy: no connection became free in time.") from error


def _read_url(url: str) -> URL:
    try:
        target = make_url(url)
        backend = target.get_backend_name()
    except (ArgumentError, ValueError):
        raise StoreUnusable(f"The database URL cannot be read. {_FIX}") from None
    if backend not in {"sqlite", "postgresql", "postgres"}:
        raise StoreUnusable(f"The database URL {_shown(target)} is of a kind that is not supported. {_FIX}")
    if backend == "sqlite":
        return target.set(drivername="sqlite")
    return target.set(drivername="postgresql+psycopg")


def _open_sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_postgresql(url: URL) -> Engine:
    arguments = {} if "connect_timeout" in url.query else {"connect_timeout": 5}
    return create_engine(url, pool_pre_ping=True, connect_args=arguments)


def _prepare_sqlite(driver: Any, _record: object) -> None:
    driver.isolation_level = None  # BEGIN is written by _begin_sqlite, never by the driver
    driver.execute(f"PRAGMA busy_timeout = {WAIT_S * 1000}")
    driver.execute("PRAGMA foreign_keys = ON")
    driver.execute("PRAGMA recursive_triggers = ON")  # so that REPLACE fires the triggers against DELETE
    driver.execute("PRAGMA synchronous = FULL")
    _use_wal(driver)


def _use_wal(driver: Any) -> None:
    # Two processes may open a new file at once, and SQLite does not wait at this statement.
    deadline = time.monotonic() + WAIT_S
    while driver.execute("PRAGMA journal_mode").fetchone()[0] not in {"wal", "memory"}:
        try:
            driver.execute("PRAGMA journal_mode = WAL")
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once: a lock taken later could not be waited for.
    how = connection.get_execution_options().get("rsiwg_begin", "BEGIN IMMEDIATE")
    if how == "BEGIN":
        connection.exec_driver_sql(how)
        return
    # SQLite itself asks for the lock ever more seldom, down to once in 100 ms; ours is held for a few only.
    deadline = time.monotonic() + WAIT_S
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        while not _begun(connection, how, last=time.monotonic() > deadline):
            time.sleep(random.uniform(0.001, 0.004))  # noqa: S311  # waits apart, hides nothing
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {WAIT_S * 1000}")


def _begun(connection: Connection, how: str, *, last: bool) -> bool:
    try:
        connection.exec_driver_sql(how)
    except OperationalError as error:
        if last or "locked" not in str(error.orig):
            raise
        return False
    return True


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0]
