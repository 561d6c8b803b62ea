"""The events of a case as the sender writes them, and the JSON Schema made from them."""

import datetime as dt
import difflib
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator

from rsiwg.domain import Docket, Event
from rsiwg.domain.clock import EVENTS
from rsiwg.errors import InvalidSubmission
from rsiwg.intake.messages import problems_of
from rsiwg.intake.parts import Day, Part, Text, Version, refuse
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


def instant(value: object) -> dt.datetime:
    """An instant with its offset, from text.  Raises PydanticCustomError."""
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
        title="Event", examples=["application-complete"], json_schema_extra={"enum": list(EVENTS)}
    )
    on: Day | None = Field(default=None, title="Day", description="Of the agencies, in Washington.")
    at: (
        Annotated[
            dt.datetime,
            BeforeValidator(instant),
            WithJsonSchema(
                {"type": "string", "format": "date-time", "examples": ["2026-01-05T16:30:00-05:00"]}
            ),
        ]
        | None
    ) = Field(default=None, title="Time", description="With its offset, in place of the day.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.on is None) == (self.at is None):
            raise refuse('give either the day as "on", or the time with its offset as "at"', "on")
        return self


class ClockPart(Part):
    """The events of a case whose deadlines are asked for."""

    schema_version: Version = Field(default=1, title="Version of this schema")
    kind: Literal["clock"] = Field(title="Kind")
    reference: Text | None = Field(default=None, title="Reference", description="The sender's own.")
    events: list[EventPart] = Field(min_length=1, max_length=MOST_EVENTS, title="Events")
    with_unverified: bool = Field(
        default=False,
        title="With unverified steps",
        description="Also show steps whose source nobody has read; they decide nothing.",
    )
    within_days: Annotated[int, Field(ge=0, le=36525)] = Field(
        default=30, title="Forecast", description="Days ahead.", json_schema_extra={"unit": "d"}
    )


_FIELDS = {"": tuple(ClockPart.model_fields), "events": tuple(EventPart.model_fields)}

_GIVE = {
    "kind": 'give "clock"',
    "events": 'give a list of 1 to 500 events such as {"event": "application-submitted", "on": "2026-01-05"}',
    "event": "give the name of an event",
    "with_unverified": "give true or false",
    "within_days": "give a whole number of days, such as 30",
}


def read_docket(body: Mapping[str, Any], limits: Limits) -> Docket:
    """Read the events of a case.  Raises InvalidSubmission with every problem."""
    del limits  # the list of events has its own
    try:
        part = ClockPart.model_validate(dict(body))
    except ValidationError as exc:
        raise InvalidSubmission(problems_of(exc, _FIELDS, _GIVE)) from None
    events = []
    for given in part.events:
        when = given.at or given.on
        assert when is not None
        events.append(Event(name=given.event, when=when))
    return Docket(
        events=tuple(events),
        reference=part.reference,
        with_unverified=part.with_unverified,
        within_days=part.within_days,
    )


def clock_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the events of a case."""
    made = ClockPart.model_json_schema()
    made["$defs"]["EventPart"]["oneOf"] = [{"required": ["on"]}, {"required": ["at"]}]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **made,
        "examples": [
            {"kind": "clock", "events": [{"event": "application-submitted", "on": "2026-01-05"}]},
        ],
    }
