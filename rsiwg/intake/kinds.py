"""One door for every kind of request."""

from collections.abc import Callable, Mapping
from typing import Any

from rsiwg.errors import InvalidSubmission, NotFound
from rsiwg.intake.clock_schema import clock_schema, read_docket
from rsiwg.intake.delivery import delivery_schema, read_delivery
from rsiwg.intake.launch import launch_schema, read_launch
from rsiwg.intake.request_schema import request_schema
from rsiwg.intake.strict_json import kind_of
from rsiwg.intake.submission import read_submission
from rsiwg.intake.system_schema import read_system, system_schema
from rsiwg.intake.transfer_schema import read_transfer, transfer_schema
from rsiwg.settings import Limits


def _imaging(body: Mapping[str, Any], limits: Limits) -> Any:
    return read_submission(body, limits).request


READERS: Mapping[str, Callable[[Mapping[str, Any], Limits], Any]] = {
    "imaging": _imaging,
    "launch": read_launch,
    "delivery": read_delivery,
    "system": read_system,
    "transfer": read_transfer,
    "clock": read_docket,
}
"""How each kind of request is read into the domain; each raises InvalidSubmission with every problem."""


SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "imaging": request_schema,
    "launch": launch_schema,
    "delivery": delivery_schema,
    "system": system_schema,
    "transfer": transfer_schema,
    "clock": clock_schema,
}
"""The JSON Schema of each kind of request."""


def schema_of_kind(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind.  Raises NotFound."""
    if kind not in SCHEMAS:
        raise NotFound(f"no kind of request is called {kind!r}: there are {', '.join(SCHEMAS)}")
    return SCHEMAS[kind]()


def read_request(body: Mapping[str, Any], limits: Limits) -> Any:
    """Read a request of any kind.  Raises InvalidSubmission, and what the reader of its kind raises."""
    kind = body.get("kind")
    reader = READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise InvalidSubmission({"kind": f"give one of {', '.join(READERS)}; this is {kind_of(kind)}"})
    return reader(body, limits)
