"""Types of fields and a base of models, shared by the schemas of every kind of request."""

import datetime as dt
import inspect
import re
import typing
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from rsiwg.errors import InvalidSubmission
from rsiwg.intake.messages import problems_of
from rsiwg.intake.shown import has_unseen
from rsiwg.intake.strict_json import kind_of

FINEST_M, COARSEST_M = 0.001, 10_000.0
"""A resolution outside of these is taken for a mistake in the unit."""
FIRST_YEAR, LAST_YEAR = 1990, 2100


def refuse(why: str, field: str | None = None) -> PydanticCustomError:
    """The error of a field, or of another `field` of the same object: a sentence that names the fix."""
    return PydanticCustomError("rsiwg", "{why}", {"why": why, **({"field": field} if field else {})})


def visible_text(value: str) -> str:
    """A text with something to see in it, and nothing unseen."""
    text = value.strip()
    if not text:
        raise refuse("this is empty: give some text")
    if has_unseen(text):
        raise refuse("this holds a control or invisible character: write it without")
    return text


def _country(value: str) -> str:
    code = value.strip().upper()
    if code == "UK":
        raise refuse('the ISO 3166 code of the United Kingdom is "GB": give that')
    if not re.fullmatch("[A-Z]{2}", code):
        raise refuse(f'give the two-letter ISO 3166 code, such as "US"; this is {kind_of(value)}')
    return code


def _metres(value: float) -> float:
    if not 0 < value < float("inf"):
        raise refuse(f"give a number of metres greater than 0, such as 0.31; this is {kind_of(value)}")
    if not FINEST_M <= value <= COARSEST_M:
        raise refuse(
            f"{value:g} m is outside {FINEST_M:g} to {COARSEST_M:g} m: is it in metres? Give metres, such as 0.31"
        )
    return float(value)


def _day(value: object) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        day = value
    elif isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            raise refuse(f"there is no day {value}: give a day of the calendar as YYYY-MM-DD") from None
    else:
        raise refuse(f'give a day as YYYY-MM-DD, such as "2025-01-01"; this is {kind_of(value)}')
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise refuse(f"{day} is outside the years {FIRST_YEAR} to {LAST_YEAR}: give a day within them")
    return day


def true_integer(value: object) -> object:
    """Anything but true and false, which Python takes for 1 and 0."""
    if isinstance(value, bool):
        raise refuse(f"give a whole number; this is {kind_of(value)}")
    return value


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(visible_text)]
Country = Annotated[
    str,
    Field(json_schema_extra={"pattern": "^[A-Za-z]{2}$"}, examples=["US"], max_length=20),
    AfterValidator(_country),
]
Day = Annotated[
    dt.date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2025-01-01"]}),
]
Metres = Annotated[
    float,
    AfterValidator(_metres),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "minimum": FINEST_M, "maximum": COARSEST_M}),
]


LongText = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(visible_text)]
YesNo = bool | None
Positive = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=100_000), BeforeValidator(true_integer)]
MOST_IN_A_LIST = 1000


def needed(what: str) -> Any:
    """A field that must be given; `what` completes "give ..."."""
    return Field(description=what)


def optional(what: str, unit: str | None = None) -> Any:
    """A field that may be left out; `what` completes "give ..."."""
    return Field(default=None, description=what, json_schema_extra={"unit": unit} if unit else None)


def yes_or_no(what: str) -> Any:
    """A true or false that may be left out."""
    return optional(f"true or false: {what}")


def many(what: str, at_least: int = 0) -> Any:
    """A list that may be left out."""
    return Field(default=None, description=what, min_length=at_least, max_length=MOST_IN_A_LIST)


class Part(BaseModel):
    """One object of a request: known keys only, and no value bent into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    noun: ClassVar[type[Any] | None] = None
    """The class of the domain that it becomes, whose attributes carry the same names; see `into_domain`."""


def into_domain(value: Any) -> Any:
    """A part as the noun it names (which has its kind in its type), lists as tuples, any other value as it is."""
    if isinstance(value, list | tuple):
        return tuple(into_domain(inner) for inner in value)
    if isinstance(value, Part) and value.noun is not None:
        fields = set(type(value).model_fields) - {"kind", "schema_version"}
        return value.noun(**{n: into_domain(v) for n in fields if (v := getattr(value, n)) is not None})
    return value


Model = TypeVar("Model", bound=Part)


def read_model(model: type[Model], body: Mapping[str, Any]) -> Model:
    """Read an object.  Raises InvalidSubmission with every problem by field path; a field's hint is its description."""
    try:
        return model.model_validate(dict(body))
    except ValidationError as exc:
        parts = dict(_parts(model, ""))
        known = {owner: tuple(part.model_fields) for owner, part in parts.items()}
        hints = {
            f"{owner}.{name}".lstrip("."): f"give {hint}"
            for owner, part in parts.items()
            for name, field in part.model_fields.items()
            if (hint := field.description)
        }
        raise InvalidSubmission(problems_of(exc, known, hints)) from None


def schema_of(model: type[Part], schema_id: str, example: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema 2020-12 of a kind of request."""
    made = model.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_id,
        **made,
        "examples": [dict(example)],
    }


def _parts(model: type[Part], owner: str) -> Iterator[tuple[str, type[Part]]]:
    """Every object inside a model, by the field that holds it."""
    yield owner, model
    for name, field in model.model_fields.items():
        for inner in _models_in(field.annotation):
            yield from _parts(inner, name)


def _models_in(annotation: Any) -> Iterator[type[Part]]:
    if inspect.isclass(annotation) and issubclass(annotation, Part):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models_in(inner)
