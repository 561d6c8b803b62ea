"""Whether the process is alive, and whether it can do its work."""

import datetime as dt
import json
from collections.abc import Iterator
from enum import StrEnum

import attrs
from flask import Blueprint, Response

from rsiwg import __version__, resources
from rsiwg.domain import Layer
from rsiwg.store import is_reachable
from rsiwg.store.migrate import is_current
from rsiwg.web.answers import json_answer
from rsiwg.web.service import Service, now, service

health = Blueprint("health", __name__)


class State(StrEnum):
    """How one part of the service does."""

    OK = "ok"
    DOUBTFUL = "doubtful"
    """It answers, and every verdict is undetermined until it is sound."""
    FAILED = "failed"


@attrs.frozen
class Check:
    """One part, in a sentence."""

    name: str
    state: State
    says: str


@health.get("/healthz")
def alive() -> Response:
    """Say that the process answers."""
    return json_answer({"status": "ok"})


@health.get("/readyz")
def ready() -> Response:
    """Say of every part whether it can be relied on; 503 when no answer is possible without it."""
    checks = tuple(checks_of(service(), now().date()))
    states = {check.state for check in checks}
    worst = next(state for state in (State.FAILED, State.DOUBTFUL, State.OK) if state in states)
    document = {
        "status": str(worst),
        "engine": __version__,
        "rulebook": service().rulebook.version,
        "checks": [{"name": c.name, "state": str(c.state), "says": c.says} for c in checks],
    }
    return json_answer(document, 503 if worst is State.FAILED else 200)


def checks_of(of: Service, today: dt.date) -> Iterator[Check]:
    """Every check, as of today."""
    yield _database(of)
    yield from _rulebook(of, today)
    for layer in of.rulebook.layers:
        yield _layer(layer, today)
    yield _front_end()


def _database(of: Service) -> Check:
    if not is_reachable(of.engine):
        return Check("database", State.FAILED, "The database does not answer.")
    if not is_current(of.engine):
        return Check(
            "database", State.FAILED, "The database has not been brought up to date: run rsiwg db upgrade."
        )
    return Check("database", State.OK, "The database answers and is up to date.")


def _rulebook(of: Service, today: dt.date) -> Iterator[Check]:
    book = of.rulebook
    if today not in book.covers:
        says = (
            f"The rulebook vouches for days {book.covers}, and not for today: its sources must be read again."
        )
        yield Check("rulebook", State.DOUBTFUL, says)
    elif book.problems:
        yield Check("rulebook", State.DOUBTFUL, " ".join(book.problems))
    else:
        count = len(book.restrictions)
        yield Check("rulebook", State.OK, f"The rulebook is loaded and holds {count} restrictions.")
    for restriction in book.restrictions:
        stands = any(today in limit.in_force for limit in restriction.limits)
        if restriction.problem:
            yield Check(f"restriction {restriction.id}", State.DOUBTFUL, restriction.problem)
        elif stands and today >= restriction.vouched_until:
            says = f"Its source was last read on {restriction.verified_on.isoformat()}."
            yield Check(f"restriction {restriction.id}", State.DOUBTFUL, says)


def _layer(layer: Layer, today: dt.date) -> Check:
    name = f"layer {layer.name}"
    if layer.problem:
        return Check(name, State.DOUBTFUL, layer.problem)
    if today >= layer.good_until:
        return Check(
            name, State.DOUBTFUL, f"{layer.title} counts as stale since {layer.good_until.isoformat()}."
        )
    return Check(
        name,
        State.OK,
        f"{layer.title}: {layer.feature_count} features, as published, good until {layer.good_until.isoformat()}.",
    )


def _front_end() -> Check:
    try:
        listed = json.loads((resources.VENDOR / "manifest.json").read_text("utf-8"))["resources"].values()
        missing = [r["file"] for r in listed if not (resources.VENDOR / r["file"]).is_file()]
    except (OSError, ValueError, KeyError):
        return Check("front end", State.FAILED, "The front-end files have not been built: run make frontend.")
    if missing:
        return Check("front end", State.FAILED, f"Front-end files are missing: {', '.join(missing)}.")
    return Check("front end", State.OK, f"All {len(listed)} front-end files are present.")
