"""What every view works with: one frozen value per application."""

import datetime as dt
import threading
from collections import deque
from collections.abc import Callable

import attrs
from flask import current_app

from rsiwg.domain import Rulebook
from rsiwg.party_cases import ListsInUse
from rsiwg.settings import Settings
from rsiwg.store import Engine


class Turn:
    """A lock whose waiters go in the order in which they came; `threading.Lock` promises no order."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._busy = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._busy:
                self._busy = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()  # until the one before lets go

    def __exit__(self, *_exception: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()  # it stays busy: handed on
            else:
                self._busy = False


ONE_CHECK = Turn()
"""Held while a request is read, checked and written out: side by side in one process checks only slow each other down."""

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
    start_screening: Callable[[Settings], None]
    """Starts what screens the archives that wait, and returns at once."""


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
