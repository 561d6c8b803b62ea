"""Is the request complete?  Which item of its form is missing, by the item's own clause.

A form is a topic whose entries are its items.  The `values` of an item:

- ``fields``: the fields of the request that it asks for, such as ``["licensee.name"]``; all are needed;
- ``needed``: ``"always"``, ``"optional"``, or ``"when"``;
- ``when``: with ``"when"``, the table ``{field = "...", is = [...]}`` or ``{field = "...", is_not = [...]}``, or a list of
  them, which must all hold; a field in the same list, such as ``instruments[].type``, is read in the same element;
- ``affirmed``: true where only the answer true will do;
- ``at_least``: how many entries a list must have (else an empty list says "none", which is an answer).
"""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs

from rsiwg.domain import Answer, Entry, Rulebook, Step
from rsiwg.domain.answer import UNDETERMINED
from rsiwg.errors import RulebookUnusable
from rsiwg.regulation.fields import Field, beside, fields_at

FORMS = {"system": "appendix-a", "transfer": "transfer-form", "launch": "launch-form"}
"""The topic that holds the form of each kind of request."""


class State(StrEnum):
    """How an item of a form stands, from the best to the worst."""

    NOT_NEEDED = "not needed"
    GIVEN = "given"
    CANNOT_TELL = "cannot tell"
    MISSING = "missing"


@attrs.frozen(kw_only=True)
class Item:
    """An item of a form, how it stands in a request, and the fields that would settle it."""

    entry: Entry
    state: State
    fields: tuple[str, ...] = ()
    """Missing, or not said and perhaps needed."""
    settles: tuple[str, ...] = ()
    """Where it cannot be told whether the item is needed: the fields that say so."""


def completeness(request: Any, rulebook: Rulebook, day: dt.date) -> Answer:
    """ "complete", "incomplete" or "undetermined"; an item that is not verified never makes it incomplete."""
    topic = rulebook.regulation.topic(FORMS[request.kind])
    items = tuple(item_of(entry, request) for entry in topic.on(day))
    missing = [item for item in items if item.state is State.MISSING]
    open_items = [item for item in items if item.state in {State.MISSING, State.CANNOT_TELL}]
    trouble = topic.trouble(day)
    recalled = sum(not item.entry.verified for item in items)
    warnings = [trouble] if trouble else []
    if recalled:
        warnings.append(
            f"{recalled} of the {len(items)} items are recalled and not read in their source: "
            "none of them makes a request incomplete alone, and the form may ask for more."
        )
    if trouble or not items:
        answer, says = UNDETERMINED, f"No form is held that can be relied on for {day}."
    elif any(item.entry.verified for item in missing):
        answer, says = "incomplete", _lacks(topic.title, missing)
    elif open_items:
        answer, says = (
            UNDETERMINED,
            (
                f"No item of {topic.title} that was read in its source is known to be missing; "
                f"{len(open_items)} items are open, and the trace says which."
            ),
        )
    else:
        answer, says = "complete", f"Every item held of {topic.title} is given."
    return Answer(
        question="completeness",
        answer=answer,
        says=says,
        as_of=day,
        trace=tuple(_step(item, answer) for item in items),
        details={"form": topic.title, "items": [_document(item) for item in items]},
        warnings=tuple(warnings),
    )


def item_of(entry: Entry, request: Any) -> Item:
    """How one item stands in a request."""
    needed = entry.text("needed")
    if needed not in {"always", "when", "optional"}:
        raise RulebookUnusable(
            f"regulation/{entry.topic}.toml: {entry.id}: needed is always, when or optional"
        )
    try:
        fields = [f for path in entry.texts("fields") for f in fields_at(request, path)]
        unsaid = [f for f in fields if not _will_do(f, entry)]
        if not unsaid:
            return Item(entry=entry, state=State.GIVEN if fields else State.NOT_NEEDED)
        if needed == "optional":
            return Item(entry=entry, state=State.NOT_NEEDED)
        if needed == "always":
            return Item(entry=entry, state=State.MISSING, fields=tuple(f.path for f in unsaid))
        return _conditional(entry, request, fields, unsaid)
    except AttributeError as exc:
        raise RulebookUnusable(f"regulation/{entry.topic}.toml: {entry.id}: {exc}") from None


def _conditional(entry: Entry, request: Any, fields: list[Field], unsaid: list[Field]) -> Item:
    conditions: Any = entry.values["when"]
    if isinstance(conditions, Mapping):
        conditions = (conditions,)
    lacking: list[str] = []
    perhaps: list[str] = []
    settles: list[str] = []
    for field in unsaid:
        holds, unsettled = _all_hold(conditions, request, field)
        if holds:
            lacking.append(field.path)
        elif holds is None:
            perhaps.append(field.path)
            settles += unsettled
    if not lacking and not perhaps:
        return Item(entry=entry, state=State.GIVEN if len(unsaid) < len(fields) else State.NOT_NEEDED)
    return Item(
        entry=entry,
        state=State.MISSING if lacking else State.CANNOT_TELL,
        fields=(*lacking, *perhaps),
        settles=tuple(dict.fromkeys(settles)),
    )


def _all_hold(conditions: Any, request: Any, field: Field) -> tuple[bool | None, list[str]]:
    """Whether every condition holds for a field, None where that is not said, and what would say it."""
    unsettled = []
    for condition in conditions:
        asked = fields_at(request, beside(field.path, condition["field"]))
        holds = [_holds(other.value, condition) for other in asked]
        if True in holds:
            continue
        if None not in holds:
            return False, []
        unsettled += [other.path for other, held in zip(asked, holds, strict=True) if held is None]
    return (None if unsettled else True), unsettled


def _holds(value: Any, condition: Mapping[str, Any]) -> bool | None:
    if value is None:
        return None
    return value in condition["is"] if "is" in condition else value not in condition["is_not"]


def _will_do(field: Field, entry: Entry) -> bool:
    if "affirmed" in entry and entry.flag("affirmed"):
        return field.value is True
    if "at_least" in entry:
        return field.value is not None and len(field.value) >= entry.whole("at_least")
    return field.is_said


def _lacks(form: str, missing: list[Item]) -> str:
    read = [item for item in missing if item.entry.verified]
    named = ", ".join(f"{item.entry.title} ({item.entry.clause})" for item in read)
    more = len(missing) - len(read)
    also = f" So are {more} more items, which are recalled and not read in their source." if more else ""
    return f"Missing in {form}: {named}.{also}"


def _step(item: Item, answer: str) -> Step:
    rests = {
        "incomplete": item.state is State.MISSING and item.entry.verified,
        UNDETERMINED: item.state in {State.MISSING, State.CANNOT_TELL},
    }.get(answer, True)
    return Step.by(
        item.entry,
        f"Is it given: {item.entry.title}?",
        _VALUE[item.state],
        _result(item),
        rests=rests,
        needs=(*item.fields, *item.settles),
    )


_VALUE = {
    State.GIVEN: "yes",
    State.NOT_NEEDED: "not needed",
    State.CANNOT_TELL: "no, and it may be needed",
    State.MISSING: "no, and it is needed",
}


def _result(item: Item) -> str:
    where = ", ".join(item.fields)
    if item.state is State.MISSING:
        return f"Give {where}."
    if item.state is State.CANNOT_TELL:
        return f"Give {', '.join(item.settles)}, which says whether it is needed, or {where}."
    return "Nothing is missing here."


def _document(item: Item) -> dict[str, Any]:
    return {
        "id": item.entry.id,
        "clause": item.entry.clause,
        "title": item.entry.title,
        "state": str(item.state),
        "verified": item.entry.verified,
        "fields": list(item.fields),
        "settles": list(item.settles),
    }
