"""What every view works with: one frozen value per application."""

import datetime as dt
import threading

import attrs
from flask import current_app

from rsiwg.domain import Rulebook
from rsiwg.party_cases import ListsInUse
from rsiwg.settings import Settings
from rsiwg.store import Engine

ONE_CHECK = threading.Lock()
"""Held while a check runs: side by side in one process checks only slow each other down, and the slowest suffers most."""

EXTENSION = "rsiwg"
"""Its place in ``app.extensions``."""


@attrs.frozen(kw_only=True)
class Service:
    """Settings, database, rulebook and lists of a running application."""

    settings: Settings
    engine: Engine
    rulebook: Rulebook
    lists: ListsInUse
    """Lists of names that parties are screened against."""


def service() -> Service:
    """The service of the application that answers the current request."""
    found: Service = current_app.extensions[EXTENSION]
    return found


def actor(source: str) -> str:
    """Who acts.  Nobody signs in yet, so only the way in is known."""
    return f"anonymous@{source}"


def now() -> dt.datetime:
    """The present moment in UTC; use cases take it as an argument."""
    return dt.datetime.now(dt.UTC)
