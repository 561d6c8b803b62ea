"""db and serve: the service and its database."""

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from rsiwg.cli.parts import CLEAR, command, group, rulebook, settings


def _db_upgrade(options: argparse.Namespace) -> int:
    from rsiwg import store
    from rsiwg.store import migrate

    migrate.upgrade(store.open_database(settings().database_url))
    print("the database is up to date")
    return CLEAR


def _db_example(options: argparse.Namespace) -> int:
    """Keep every request of a folder once: running it again changes nothing."""
    from rsiwg import casework, intake, store

    of, book = settings(), rulebook()
    engine = store.open_database(of.database_url)
    now = dt.datetime.now(dt.UTC)
    for file in sorted(options.folder.rglob("*.json")):
        name = file.relative_to(options.folder).as_posix()
        body = intake.read_json(file.read_bytes(), of.limits)
        if body.get("kind") not in casework.KEPT_KINDS:
            print(f"not kept      {name}: a {body.get('kind')} is asked about, not stored")
            continue
        with store.writing(engine) as requests:
            stored = casework.submit(
                body, book, requests, limits=of.limits, actor="rsiwg db example",
                source="example", now=now, key=f"example:{name}",
            )  # fmt: skip
        print(f"{stored.id}  {stored.reference}")
    return CLEAR


def _serve(options: argparse.Namespace) -> int:
    from rsiwg.web.serve import serve

    serve(settings(), host=options.host, port=options.port, workers=options.workers)
    return CLEAR


def add(commands: Any) -> None:
    """Add these commands."""
    database = group(commands, "db", "Care for the database.")
    command(database, "upgrade", _db_upgrade, "Bring the database up to date.")
    command(
        database, "example", _db_example, "Keep the example requests of a folder and those below it."
    ).add_argument("folder", type=Path)
    served = command(commands, "serve", _serve, "Run the service.")
    served.add_argument("--host", default="127.0.0.1")
    served.add_argument("--port", type=int, default=5000)
    served.add_argument("--workers", type=int, default=2)
