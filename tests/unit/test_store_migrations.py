import re
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from rsiwg.errors import StoreUnusable
from rsiwg.store import open_database, tables
from rsiwg.store.migrate import MIGRATIONS, is_current, upgrade


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    if request.param == "sqlite":
        opened = open_database(f"sqlite:///{request.getfixturevalue('tmp_path')}/rsiwg.db")
        yield opened
    else:
        opened = open_database(request.getfixturevalue("postgres_url"))
        empty(opened)
        yield opened
        empty(opened)
    opened.dispose()


def empty(engine):
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def test_migrations_are_numbered_and_follow_one_another():
    files = sorted(p.name for p in (MIGRATIONS / "versions").glob("*.py"))
    assert files
    for number, name in enumerate(files, start=1):
        assert re.fullmatch(rf"{number:04}_[a-z0-9_]+\.py", name)
        source = (MIGRATIONS / "versions" / name).read_text()
        assert f'revision = "{number:04}"' in source
        before = "None" if number == 1 else f'"{number - 1:04}"'
        assert f"down_revision = {before}" in source


def test_a_new_database_comes_up_to_date(engine):
    assert not is_current(engine)
    upgrade(engine)
    assert is_current(engine)
    assert set(inspect(engine).get_table_names()) == {*tables.metadata.tables, "alembic_version"}


def test_the_migrations_make_exactly_the_tables(engine):
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []


def test_going_forward_twice_changes_nothing(engine):
    upgrade(engine)
    before = triggers(engine)
    upgrade(engine)
    assert is_current(engine)
    assert triggers(engine) == before
    assert len(before) >= 7


def triggers(engine):
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1",
        "postgresql": "SELECT tgname, tgrelid::regclass::text, tgtype FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
    }
    with engine.connect() as connection:
        return connection.execute(text(query[engine.dialect.name])).all() or []


UPGRADE = """
import sys
from rsiwg.store import open_database
from rsiwg.store.migrate import is_current, upgrade
engine = open_database(sys.argv[1])
sys.stdin.readline()
upgrade(engine)
assert is_current(engine)
"""


def test_processes_that_start_at_once_all_find_it_done(engine):
    url = engine.url.render_as_string(hide_password=False)
    start = [sys.executable, "-c", UPGRADE, url]
    starting = [
        subprocess.Popen(start, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for process in starting:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in starting:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert is_current(engine)


def test_a_migration_that_fails_leaves_nothing_behind(engine):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE event (in_the_way INTEGER)"))
    with pytest.raises(StoreUnusable, match="event"):
        upgrade(engine)
    assert inspect(engine).get_table_names() == ["event"]
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE event"))
    upgrade(engine)
    assert is_current(engine)


def test_a_database_of_a_newer_version_is_refused(engine):
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not is_current(engine)
    with pytest.raises(StoreUnusable, match="another version"):
        upgrade(engine)
