"""Screens stored requests in the background: new ones, and every one when the lists have a new version.

What is left to do is read off the store, so a restart goes on where the work stopped; workers that run it side by side
do no request twice.
"""

import threading

import structlog

from rsiwg import party_cases
from rsiwg.errors import RsiwgError
from rsiwg.web.service import Service, now

EVERY_S = 60.0
AT_ONCE = 20
"""Requests in one go, so that the lock of checks is never held for long."""

_log = structlog.get_logger()


def start(of: Service) -> threading.Event | None:
    """Start the thread, where lists are set; setting the event stops it."""
    if of.settings.screening.lists is None:
        return None
    stopped = threading.Event()
    threading.Thread(target=_run, args=(of, stopped), name="rescreening", daemon=True).start()
    return stopped


def once(of: Service) -> int:
    """Screen what is left, and answer for how many requests something changed."""
    changed = party_cases.rescreen(
        of.engine, of.lists.now(), of.rulebook, of.settings.screening,
        actor="rescreening", now=now, most=AT_ONCE,
    )  # fmt: skip
    for screening in changed:
        _log.info("parties.changed", request=screening.request_id, changes=len(screening.changes))
    return len(changed)


def _run(of: Service, stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            once(of)
        except RsiwgError as error:
            _log.error("parties.rescreening_failed", error=type(error).__name__, says=str(error))
        except Exception:
            # The thread must outlive a mistake: the next round may succeed, and readers see the age of the lists.
            _log.exception("parties.rescreening_failed")
        stopped.wait(EVERY_S)
