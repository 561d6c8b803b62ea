import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rsiwg.errors import Conflicting, NotFound, StoreUnusable
from rsiwg.store import (
    NewAssessment,
    NewRequest,
    RequestLine,
    Requests,
    is_reachable,
    new_request_id,
    open_database,
    reading,
    tables,
    writing,
)
from rsiwg.store.migrate import is_current, upgrade

AT = dt.datetime(2026, 7, 4, 12, 30, 15, 123456, tzinfo=dt.UTC)


def a_request(**changed):
    given = {
        "reference": "DEMO-1",
        "kind": "imaging",
        "received_at": AT,
        "actor": "anonymous@api",
        "source": "api",
        "body": '{"reference":"DEMO-1"}',
    }
    return NewRequest(**given | changed)


def an_assessment(**changed):
    given = {
        "at": AT,
        "actor": "anonymous@api",
        "verdict": "restricted",
        "verdict_id": "ab" * 32,
        "as_of": None,
        "rulebook": "cd" * 32,
        "engine": "0.1.0",
        "document": '{"verdict":"restricted"}',
    }
    return NewAssessment(**given | changed)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    if request.param == "sqlite":
        opened = open_database(f"sqlite:///{request.getfixturevalue('tmp_path')}/rsiwg.db")
    else:
        opened = open_database(a_new_database(request.getfixturevalue("postgres_url")))
    upgrade(opened)
    yield opened
    opened.dispose()


def a_new_database(postgres_url):
    """PostgreSQL tests share one server; each has a schema of its own, since no row can be removed."""
    name = f"t{uuid.uuid4().hex}"
    server = open_database(postgres_url)
    with server.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    server.dispose()
    return f"{postgres_url}&options=-csearch_path%3D{name}"


@pytest.fixture
def requests(engine):
    with engine.begin() as connection:
        yield Requests(connection)


def test_what_goes_in_comes_out(requests):
    new = a_request(changes=("The ring was closed – at 34.7° E.",), key="k-1", body='{"a":"\\u0000 \\ud83d"}')
    assessed = an_assessment(as_of=dt.date(2026, 7, 4), document='{"says":"0.40 m ≥ 0.4 m"}')
    stored = requests.add(new, assessed)
    assert requests.get(new.id) == stored == requests.by_key("k-1")
    for name in ("id", "reference", "kind", "received_at", "actor", "source", "key", "body", "changes"):
        assert getattr(stored, name) == getattr(new, name)
    for name in ("at", "actor", "verdict", "verdict_id", "as_of", "rulebook", "engine", "document"):
        assert getattr(stored.latest, name) == getattr(assessed, name)


def test_instants_come_back_in_utc(requests):
    summer_time = dt.timezone(dt.timedelta(hours=-4))
    stored = requests.add(a_request(received_at=AT.astimezone(summer_time)))
    assert stored.received_at == AT
    assert stored.received_at.utcoffset() == dt.timedelta(0)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        a_request(received_at=AT.replace(tzinfo=None))


def test_a_source_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="source"):
        a_request(source="telephone")


def test_ids_are_random_and_easy_to_say():
    ids = {new_request_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(i) == 12 and i.startswith("R-") and set(i[2:]).isdisjoint("ILOU") for i in ids)


def test_nothing_is_found_under_an_unknown_id(requests):
    for ask in (
        lambda: requests.get("R-0000000000"),
        lambda: requests.events("R-0000000000"),
        lambda: requests.latest(10, before="R-0000000000"),
        lambda: requests.add_assessment("R-0000000000", an_assessment()),
    ):
        with pytest.raises(NotFound, match="R-0000000000"):
            ask()
    assert requests.by_key("never used") is None


def test_an_id_is_used_once(requests):
    new = a_request()
    requests.add(new)
    with pytest.raises(DBAPIError):
        requests.add(new)


def test_a_recheck_is_added_and_what_was_before_stays(requests):
    stored = requests.add(a_request(), an_assessment())
    later = an_assessment(verdict="clear", at=AT + dt.timedelta(days=1), actor="anonymous@cli")
    added = requests.add_assessment(stored.id, later)
    after = requests.get(stored.id)
    assert after.assessments == (*stored.assessments, added)
    assert after.latest == added
    assert [(e.sequence, e.kind, e.actor) for e in requests.events(stored.id)] == [
        (1, "request.received", "anonymous@api"),
        (2, "request.assessed", "anonymous@api"),
        (3, "request.assessed", "anonymous@cli"),
    ]
    assert requests.events(stored.id)[-1].detail == {
        "assessment": added.number,
        "verdict": "clear",
        "verdict_id": "ab" * 32,
    }


def test_the_newest_come_first_page_by_page(requests):
    ids = [requests.add(a_request(reference=f"DEMO-{n}"), an_assessment()).id for n in range(5)]
    first = requests.latest(2)
    assert [line.id for line in first] == [ids[4], ids[3]]
    assert [line.id for line in requests.latest(2, before=first[-1].id)] == [ids[2], ids[1]]
    assert requests.latest(2, before=ids[0]) == ()


def test_a_line_of_the_list_has_the_newest_verdict(requests):
    stored = requests.add(a_request(), an_assessment())
    requests.add_assessment(stored.id, an_assessment(verdict="clear", at=AT + dt.timedelta(hours=1)))
    bare = requests.add(a_request(source="cli"))
    without = {"verdict": None, "verdict_id": None, "assessed_at": None}
    common = {"reference": "DEMO-1", "kind": "imaging", "received_at": AT, "actor": "anonymous@api"}
    assert requests.latest(10) == (
        RequestLine(id=bare.id, source="cli", **common, **without),
        RequestLine(
            id=stored.id,
            source="api",
            **common,
            verdict="clear",
            verdict_id="ab" * 32,
            assessed_at=AT + dt.timedelta(hours=1),
        ),
    )


# One key, one request.


def test_a_key_sent_again_gives_the_request_stored_then(requests):
    first = requests.add(a_request(key="k"), an_assessment())
    again = requests.add(a_request(key="k"), an_assessment(at=AT + dt.timedelta(hours=1)))
    assert again == first
    assert len(requests.latest(10)) == 1
    assert len(requests.events(first.id)) == 2


def test_a_key_sent_with_another_body_is_a_conflict(requests):
    first = requests.add(a_request(key="k"))
    with pytest.raises(Conflicting, match=first.id):
        requests.add(a_request(key="k", body='{"reference":"DEMO-2"}'))
    assert len(requests.latest(10)) == 1


def test_requests_without_a_key_are_each_stored(requests):
    assert requests.add(a_request()).id != requests.add(a_request()).id


def test_of_threads_with_one_key_one_is_stored(engine):
    starting = threading.Barrier(8)

    def submit(_):
        starting.wait()
        with writing(engine) as requests:
            return requests.add(a_request(key="same"), an_assessment()).id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(submit, range(8)))
    with reading(engine) as requests:
        assert [line.id for line in requests.latest(10)] == list(ids)
        assert len(requests.events(ids.pop())) == 2


def test_of_threads_with_one_key_and_other_bodies_one_is_stored(engine):
    starting = threading.Barrier(8)

    def submit(n):
        starting.wait()
        try:
            with writing(engine) as requests:
                return requests.add(a_request(key="same", body=f'{{"n":{n}}}')).id
        except Conflicting:
            return None

    with ThreadPoolExecutor(8) as pool:
        kept = [found for found in pool.map(submit, range(8)) if found]
    with reading(engine) as requests:
        assert [line.id for line in requests.latest(10)] == kept


def test_events_of_many_writers_have_no_gap(engine):
    with writing(engine) as requests:
        stored = requests.add(a_request())

    def assess(_):
        with writing(engine) as requests:
            requests.add_assessment(stored.id, an_assessment())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(assess, range(24)))
    with reading(engine) as requests:
        assert [e.sequence for e in requests.events(stored.id)] == list(range(1, 26))
        assert len(requests.get(stored.id).assessments) == 24


# A transaction is whole.


def test_an_error_undoes_the_whole_transaction(engine):
    def fails():
        with writing(engine) as requests:
            requests.add(a_request(), an_assessment())
            raise KeyError("the use case failed")

    with pytest.raises(KeyError):
        fails()
    with reading(engine) as requests:
        assert requests.latest(10) == ()


def test_a_reader_does_not_wait_for_a_writer(engine):
    with writing(engine) as writer:
        stored = writer.add(a_request())
        with reading(engine) as reader:
            assert reader.latest(10) == ()
    with reading(engine) as reader:
        assert [line.id for line in reader.latest(10)] == [stored.id]


# Rows are only ever added, whoever writes.


CHANGES = [
    *(f"DELETE FROM {table}" for table in ("event", "assessment", "request")),
    "UPDATE request SET reference = 'other'",
    "UPDATE request SET id = id",
    "UPDATE assessment SET verdict = 'clear'",
    "UPDATE event SET detail = '{}'",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_to_change_or_remove_a_row(engine, statement):
    with writing(engine) as requests:
        stored = requests.add(a_request(), an_assessment())
    with engine.connect() as connection, pytest.raises(DBAPIError, match="only ever added"):
        connection.execute(text(statement))
    with reading(engine) as requests:
        assert requests.get(stored.id) == stored


def test_the_database_refuses_an_event_out_of_sequence(engine):
    with writing(engine) as requests:
        stored = requests.add(a_request())
    for sequence in (1, 3):
        with engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(
                text(
                    "INSERT INTO event (request_id, sequence, at, actor, kind, detail) "
                    "VALUES (:id, :sequence, :at, 'a', 'k', '{}')"
                ),
                {"id": stored.id, "sequence": sequence, "at": AT.replace(tzinfo=None)},
            )


def test_sqlite_does_not_replace_a_row_even_for_another_program(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path}/rsiwg.db")
    upgrade(engine)
    with writing(engine) as requests:
        stored = requests.add(a_request(key="k"))
    engine.dispose()
    other = (
        sqlite3.connect(tmp_path / "rsiwg.db", autocommit=True)
        if sys.version_info >= (3, 12)
        else sqlite3.connect(tmp_path / "rsiwg.db", isolation_level=None)
    )
    columns = "id, reference, kind, received_at, actor, source, idempotency_key, body_sha256, body, changes"
    for number, id_, key in ((1, "R-1", "x"), (2, stored.id, "x"), (2, "R-1", "k")):
        with pytest.raises(sqlite3.IntegrityError, match="exists"):
            other.execute(
                f"REPLACE INTO request (number, {columns}) VALUES (?, ?, '', '', '', '', '', ?, '', '', '[]')",
                (number, id_, key),
            )
    other.close()


def test_postgresql_refuses_to_empty_a_table(postgres_url):
    engine = open_database(a_new_database(postgres_url))
    upgrade(engine)
    with engine.connect() as connection, pytest.raises(DBAPIError, match="only ever added"):
        connection.execute(text(f"TRUNCATE {', '.join(tables.metadata.tables)}"))
    engine.dispose()


# Databases that cannot be used.


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("mysql://someone:hunter2@db/rsiwg", id="another kind"),
        pytest.param("no url at all hunter2", id="no URL"),
        pytest.param("postgresql://someone:hunter2@db:port/rsiwg", id="port that is no number"),
        pytest.param("", id="empty"),
    ],
)
def test_a_url_that_cannot_be_meant_is_refused_without_its_password(url):
    with pytest.raises(StoreUnusable, match=r"sqlite:///rsiwg\.db") as caught:
        open_database(url)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("sqlite:////nowhere/at/all/rsiwg.db", id="no such folder"),
        pytest.param("postgresql://someone:hunter2@127.0.0.1:1/rsiwg", id="nobody listens"),
    ],
)
def test_a_database_that_does_not_answer_is_said_so_without_its_password(url):
    engine = open_database(url)
    for use in (lambda: reading(engine).__enter__().latest(1), lambda: upgrade(engine)):
        with pytest.raises(StoreUnusable, match="cannot be used") as caught:
            use()
        assert "hunter2" not in str(caught.value)
    assert not is_reachable(engine)
    assert not is_current(engine)


def test_a_database_without_its_tables_is_unusable(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path}/rsiwg.db")

    def ask():
        with reading(engine) as requests:
            requests.latest(1)

    with pytest.raises(StoreUnusable, match="request"):
        ask()
    assert is_reachable(engine)
    assert not is_current(engine)
    engine.dispose()


# Killed while writing.

WRITER = """
import sys, datetime as dt
from rsiwg.store import NewAssessment, NewRequest, open_database, writing
engine = open_database(sys.argv[1])
at = dt.datetime(2026, 7, 4, tzinfo=dt.UTC)
document = '{"says": "' + 'x' * 200_000 + '"}'
print("ready", flush=True)
for n in range(100_000):
    with writing(engine) as requests:
        stored = requests.add(
            NewRequest(reference=f"K-{n}", kind="imaging", received_at=at, actor="a", source="cli", body="{}"),
            NewAssessment(at=at, actor="a", verdict="clear", verdict_id="v", as_of=None, rulebook="r", engine="e",
                          document=document))
    print(stored.id, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs kill -9")
def test_a_writer_killed_at_any_moment_leaves_each_request_whole_or_absent(tmp_path):
    url = f"sqlite:///{tmp_path}/rsiwg.db"
    engine = open_database(url)
    upgrade(engine)
    engine.dispose()
    told = []
    for delay_ms in (0, 3, 7, 13, 22, 41, 67, 104):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True)
        assert writer.stdout.readline() == "ready\n"
        time.sleep(delay_ms / 1000)
        writer.send_signal(signal.SIGKILL)
        told += writer.communicate()[0].splitlines()
    engine = open_database(url)
    with reading(engine) as requests:
        stored = {line.id for line in requests.latest(100_000)}
        for request_id in stored:
            assert len(requests.get(request_id).assessments) == 1
            assert [e.sequence for e in requests.events(request_id)] == [1, 2]
    assert {
        line for line in told if len(line) == len(new_request_id())
    } <= stored  # a cut-off line is shorter
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    engine.dispose()
