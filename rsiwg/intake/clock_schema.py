"""The events of a case as the sender writes them, and the JSON Schema made from them."""

import datetime as dt
import difflib
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from rsiwg.domain import Docket, Event
from rsiwg.domain.clock import EVENTS
from rsiwg.intake.field_types import Day, Part, Text, read_model, refuse, schema_of, true_integer
from rsiwg.intake.strict_json import kind_of
from rsiwg.settings import Limits

SCHEMA_ID = "https://rsiwg.invalid/schema/clock/1"
MOST_EVENTS = 500
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?")


def _name(value: str) -> str:
    if value not in EVENTS:
        near = difflib.get_close_matches(
            value.lower().replace("_", "-").replace(" ", "-"), EVENTS, n=1, cutoff=0.5
        )
        hint = f'did you mean "{near[0]}"?' if near else "rsiwg clock --list-events prints every name"
        raise refuse(f"{kind_of(value)} is no event: {hint}")
    return value


def _instant(value: object) -> dt.datetime:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            when = dt.datetime.fromisoformat(value)
        except ValueError:
            raise refuse(f"there is no such time as {value}: correct it") from None
        if when.tzinfo is None:
            raise refuse(f'{value} has no offset: write it as "{value}-05:00", or with Z for UTC')
        if not 1990 <= when.year <= 2100:
            raise refuse(f"{value} is outside the years 1990 to 2100: give a time within them")
        return when
    raise refuse(
        f'give a time with its offset, such as "2026-01-05T16:30:00-05:00"; this is {kind_of(value)}'
    )


class EventPart(Part):
    """One event: its name, and its day in Washington or its time."""

    event: Annotated[str, AfterValidator(_name)] = Field(
        title="Event",
        description="the name of an event, as rsiwg clock --list-events prints it",
        examples=["application-complete"],
        json_schema_extra={"enum": list(EVENTS)},
    )
    on: Day | None = Field(
        default=None, title="Day", description='the day in Washington, such as "2026-01-05"; or give at'
    )
    at: (
        Annotated[
            dt.datetime,
            BeforeValidator(_instant),
            WithJsonSchema(
                {"type": "string", "format": "date-time", "examples": ["2026-01-05T16:30:00-05:00"]}
            ),
        ]
        | None
    ) = Field(
        default=None,
        title="Time",
        description='the time with its offset, such as "2026-01-05T16:30:00-05:00", in place of the day',
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.on is None) == (self.at is None):
            raise refuse('give either the day as "on", or the time with its offset as "at"', "on")
        return self


class ClockPart(Part):
    """The events of a case whose deadlines are asked for."""

    schema_version: Annotated[Literal[1], BeforeValidator(true_integer)] = Field(
        default=1, title="Version of this schema", description="1, or leave it out"
    )
    kind: Literal["clock"] = Field(title="Kind", description='"clock"')
    reference: Text | None = Field(default=None, title="Reference", description="your own reference")
    events: list[EventPart] = Field(
        min_length=1,
        max_length=MOST_EVENTS,
        title="Events",
        description='a list of 1 to 500 events such as {"event": "application-submitted", "on": "2026-01-05"}',
    )
    with_unverified: bool = Field(
        default=False,
        title="With unverified steps",
        description="true to see steps whose source nobody has read as well; they decide nothing",
    )
    within_days: Annotated[int, Field(ge=0, le=36525)] = Field(
        default=30,
        title="Forecast",
        description="a whole number of days to look ahead, such as 30",
        json_schema_extra={"unit": "d"},
    )


def read_docket(body: Mapping[str, Any], limits: Limits) -> Docket:
    """Read the events of a case.  Raises InvalidSubmission with every problem."""
    del limits  # the list of events has its own
    part = read_model(ClockPart, body)
    return Docket(
        events=tuple(Event(name=e.event, when=_when(e)) for e in part.events),
        reference=part.reference,
        with_unverified=part.with_unverified,
        within_days=part.within_days,
    )


def _when(part: EventPart) -> dt.date:
    when = part.at or part.on
    assert when is not None
    return when


def clock_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the events of a case."""
    made = schema_of(ClockPart, SCHEMA_ID, _EXAMPLE)
    made["$defs"]["EventPart"]["oneOf"] = [{"required": ["on"]}, {"required": ["at"]}]
    return made


_EXAMPLE = {
    "kind": "clock",
    "reference": "DEMO-C1",
    "events": [
        {"event": "application-submitted", "on": "2026-01-05"},
        {"event": "application-complete", "at": "2026-01-09T16:30:00-05:00"},
    ],
}
