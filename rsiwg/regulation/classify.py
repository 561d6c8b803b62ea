"""Which entry of the control lists describes an item, and does RSIWG review it?"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import attrs

from rsiwg.domain import UNDETERMINED, Answer, Entry, Rulebook, Step, Topic, in_full
from rsiwg.domain.transfer import ItemType, TransferItem
from rsiwg.regulation.control_lists import NO_INSTRUMENT, TESTS, Found, any_of
from rsiwg.regulation.licences import licence_steps

TOPIC = "control-lists"
USML = (
    "usml-xv-a-7-aperture",
    "usml-xv-a-7-ii",
    "usml-xv-a-7-iii",
    "usml-xv-a-7-iv",
    "usml-xv-a-8",
    "usml-xv-other",
)
"""The order of review: the Munitions List first."""
BEFORE_9A515 = "in-9a004"
ECCN = ("eccn-9a515-a-1", "eccn-9a515-a-2", "eccn-9a515-a-3", "eccn-9a515-a-4")
REST = "eccn-9a515-a-5"
TEXT_NOT_READ = {
    ItemType.INSTRUMENT: "eccn-9a515-g",
    ItemType.COMPONENT: "eccn-9a515-g",
    ItemType.TECHNOLOGY: "eccn-9e515-f",
    ItemType.SOFTWARE: "eccn-9e515-f",
}
"""Entries whose text nobody has read: such an item is undetermined, and the entry is named."""


@attrs.frozen(kw_only=True)
class Classified:
    """One item, the entry that describes it, and every step to it."""

    item: Any
    entry: str
    """Such as ``9A515.a.1``, or ``undetermined``."""
    entries: tuple[Entry, ...]
    """Every entry met, in the order of review."""
    says: str
    steps: tuple[Step, ...]
    rsiwg: str
    """``yes``, ``no`` or ``undetermined``."""


def classify(request: Any, rulebook: Rulebook, day: dt.date) -> Answer:
    """The entry that describes the items of a transfer, or the satellites of a system, on a day.

    The answer is the entry first in the order of review, or ``undetermined`` where that of any item is.
    """
    topic = rulebook.regulation.topic(TOPIC)
    trouble = topic.trouble(day)
    found = [_of_item(item, path, topic, day) for item, path in _items(request)]
    licence, licence_says = licence_steps(request, tuple(e for c in found for e in c.entries), topic, day)
    words = [c.entry for c in found]
    settled = bool(words) and UNDETERMINED not in words and trouble is None
    order = [topic_entry.text("entry") for topic_entry in topic.entries if "entry" in topic_entry]
    warnings = (*([trouble] if trouble else []), *(text for c in found for text in _claims(c)))
    nothing = (
        ()
        if found
        else (
            Step(
                question="What is transferred?",
                value=None,
                clause="15 CFR 750.4(d)(2)(iv)",
                result="Nothing is described.",
                needs=("items",),
            ),
        )
    )
    return Answer(
        question="classify",
        answer=min(words, key=order.index) if settled else UNDETERMINED,
        says=" ".join([*(c.says for c in found), *licence_says])
        or "Nothing is described that could be classified.",
        as_of=day,
        trace=(*nothing, *(step for c in found for step in c.steps), *licence),
        details={"items": [_document(c) for c in found], "rsiwg": _overall([c.rsiwg for c in found])},
        warnings=warnings,
    )


def _items(request: Any) -> Iterator[tuple[Any, str]]:
    """Each item with the path of its fields; a system is one satellite with the instruments it lists."""
    if request.kind == "transfer":
        for n, item in enumerate(request.items or ()):
            yield item, f"items[{n}]."
        return
    instruments = request.instruments
    if instruments is not None:
        instruments = tuple(i for i in instruments if i.technical is not True)
    yield (
        TransferItem(
            name=request.system_name or request.reference, type=ItemType.SATELLITE, instruments=instruments
        ),
        "",
    )


# -------------------------------------------------------------------------------------- one item


def _of_item(item: Any, path: str, topic: Topic, day: dt.date) -> Classified:
    if item.type is not ItemType.SATELLITE:
        return _not_a_satellite(item, path, topic, day)
    usml, usml_steps, usml_open = _munitions_list(item, path, topic, day)
    if usml is not None:
        return _settled(item, (usml,), usml_steps, topic, day)
    met, steps, open_ = _commerce_list(item, path, topic, day)
    if usml_open or open_:
        return _open(item, met, (*usml_open, *open_), (*usml_steps, *steps), topic, day)
    return _settled(item, met, (*usml_steps, *steps), topic, day)


def _munitions_list(
    item: Any, path: str, topic: Topic, day: dt.date
) -> tuple[Entry | None, tuple[Step, ...], tuple[str, ...]]:
    """The verified entry that catches it; the steps; what stays open, in clauses."""
    entries = [e for e in (topic.one(entry_id, day) for entry_id in USML) if e is not None]
    steps, open_ = [], []
    if USML[0] not in {e.id for e in entries}:
        open_.append(f"the Munitions List is not held for {in_full(day)}")
    for entry in entries:
        found = _found(item, entry)
        steps.append(_step(item, entry, found, path))
        if found.caught and entry.verified:
            return entry, tuple(steps), ()
        if found.caught:
            open_.append(f"{entry.text('entry')}, which nobody has read, would catch it")
        elif found.caught is None:
            open_.append(f"whether {entry.text('entry')} catches it cannot be told")
    return None, tuple(steps), tuple(open_)


def _commerce_list(
    item: Any, path: str, topic: Topic, day: dt.date
) -> tuple[tuple[Entry, ...], tuple[Step, ...], tuple[str, ...]]:
    """Every entry of 9A515.a that describes it; the steps; what stays open, in clauses."""
    before, rest = topic.one(BEFORE_9A515, day), topic.one(REST, day)
    if before is None or rest is None:
        return (), (), (f"the text of 9A515.a is not held for {in_full(day)}",)
    found = _found(item, before)
    steps, open_ = [_step(item, before, found, path)], []
    if found.caught is not False:
        open_.append("whether 9A004.r, .u or .w describes it cannot be told here")
    met, unsaid = [], []
    for entry in (e for e in (topic.one(entry_id, day) for entry_id in ECCN) if e is not None):
        found = _found(item, entry)
        steps.append(_step(item, entry, found, path))
        if found.caught:
            met.append(entry)
        elif found.caught is None:
            unsaid.append(entry.text("entry"))
    if not met and unsaid:
        open_.append(f"whether it is in {', '.join(unsaid)} cannot be told")
    elif not met:
        met.append(rest)
        asked = f"Does {rest.text('entry')} describe {item.name}?"
        steps.append(Step.by(rest, asked, "yes", "It is in none of 9A515.a.1 to .a.4."))
    return tuple(met), tuple(steps), tuple(open_)


def _found(item: Any, entry: Entry) -> Found:
    if entry.id in TESTS:
        if item.instruments is None:
            return Found(caught=None, says="Its instruments are not said.", needs=("instruments",))
        each = []
        for n, instrument in enumerate(item.instruments):
            found = TESTS[entry.id](instrument, entry)
            each.append(attrs.evolve(found, needs=tuple(f"instruments[{n}].{need}" for need in found.needs)))
        return any_of(each)
    field, yes, no = _SAID[entry.id]
    said = getattr(item, field)
    if said is None:
        return Found(caught=None, says=f"It is not said whether {yes}.", needs=(field,))
    return Found(caught=said, says=f"The sender says that {yes if said else no}.")


_SAID = {
    "usml-xv-other": (
        "other_usml",
        "another paragraph of Category XV describes it",
        "no other paragraph of Category XV describes it",
    ),
    BEFORE_9A515: ("in_9a004", "9A004.r, .u or .w describes it", "none of 9A004.r, .u and .w describes it"),
    "eccn-9a515-a-4": (
        "servicing",
        "it is for logistics in space, or for assembling or servicing another spacecraft",
        "it is not for logistics in space, nor for assembling or servicing another spacecraft",
    ),
}
"""What only the sender can say: the field, and what yes and no in it assert."""


def _step(item: Any, entry: Entry, found: Found, path: str) -> Step:
    return Step.by(
        entry,
        f"Does {entry.text('entry')} describe {item.name}?",
        {True: "yes", False: "no", None: None if found.needs else "cannot be told"}[found.caught],
        found.says,
        rests=found.concerned and found is not NO_INSTRUMENT,
        needs=tuple(f"{path}{need}" for need in found.needs),
    )


def _settled(
    item: Any, met: tuple[Entry, ...], steps: tuple[Step, ...], topic: Topic, day: dt.date
) -> Classified:
    review, step = _review(met, item, topic, day)
    entry = met[0].text("entry")
    others = f" (and {', '.join(e.text('entry') for e in met[1:])})" if met[1:] else ""
    return Classified(
        item=item,
        entry=entry,
        entries=met,
        says=f"{item.name} is described in {entry}{others}. {_reviewed(review)}",
        steps=(*steps, step),
        rsiwg=review,
    )


def _open(
    item: Any,
    met: tuple[Entry, ...],
    open_: tuple[str, ...],
    steps: tuple[Step, ...],
    topic: Topic,
    day: dt.date,
) -> Classified:
    review, step = _review((), item, topic, day)
    if_settled = (
        f" If nothing of this catches it, it is in {', '.join(e.text('entry') for e in met)}." if met else ""
    )
    return Classified(
        item=item,
        entry=UNDETERMINED,
        entries=met,
        says=f"{item.name} cannot be classified: {'; '.join(open_)}.{if_settled}",
        steps=(*steps, step),
        rsiwg=review,
    )


def _not_a_satellite(item: Any, path: str, topic: Topic, day: dt.date) -> Classified:
    entry = None if item.type is None else topic.one(TEXT_NOT_READ.get(item.type, ""), day)
    steps: tuple[Step, ...]
    if item.type is None:
        why, steps = "it is not said what it is", ()
        steps = (
            Step(
                question=f"What is {item.name}?",
                value=None,
                clause="15 CFR 750.4(d)(2)(iv)",
                result="It is not said.",
                needs=(f"{path}type",),
            ),
        )
    elif entry is not None:
        why = f"the text of {entry.text('entry')}, which may describe it, was not read"
        steps = (
            Step.by(entry, f"Does {entry.text('entry')} describe {item.name}?", "cannot be told", entry.note),
        )
    else:
        why = "no entry that could describe it is held"
        steps = (
            Step(
                question=f"Which entry describes {item.name}?",
                value=str(item.type),
                clause="15 CFR part 774; 22 CFR 121.1",
                result="None that is held here could.",
                verified=False,
            ),
        )
    return _open(item, (), (why,), steps, topic, day)


def _review(met: tuple[Entry, ...], item: Any, topic: Topic, day: dt.date) -> tuple[str, Step]:
    """Whether RSIWG is the group that reviews an application for it."""
    question = f"Does RSIWG review an export licence application for {item.name}?"
    review = topic.one("rsiwg-review", day)
    if review is None:
        said = f"Which entries it reviewed on {in_full(day)} is not known."
        return UNDETERMINED, Step(
            question=question, value=None, clause="15 CFR 750.4(d)(2)(iv)", result=said, verified=False
        )
    if not met:
        listed = str(item.claimed_entry or "").upper().replace("ECCN", "").strip() in {
            e.upper() for e in review.texts("entries")
        }
        said = "It does if the entry claimed is right." if listed else "That depends on the entry."
        return UNDETERMINED, Step.by(review, question, "cannot be told", said)
    inside = [e.text("entry") for e in met if e.text("entry") in review.texts("entries")]
    if inside:
        return "yes", Step.by(review, question, "yes", f"{', '.join(inside)} is among its entries.")
    return "no", Step.by(review, question, "no", f"{met[0].text('entry')} is not among its entries.")


def _reviewed(review: str) -> str:
    return {
        "yes": "RSIWG reviews an application for an export licence.",
        "no": "It is not an entry for which RSIWG reviews export licence applications.",
        UNDETERMINED: "Whether RSIWG reviewed such applications then is not known.",
    }[review]


def _overall(each: list[str]) -> str:
    for word in ("yes", UNDETERMINED):
        if word in each:
            return word
    return "no" if each else UNDETERMINED


def _claims(found: Classified) -> Iterator[str]:
    claimed = found.item.claimed_entry
    if claimed is not None and found.entry != UNDETERMINED and not _same(claimed, found.entry):
        yield f"{found.item.name} is put under {claimed}, and comes out as {found.entry}."


def _same(claimed: str, entry: str) -> bool:
    return claimed.upper().removeprefix("ECCN").replace(" ", "") == entry.upper().replace(" ", "")


def _document(found: Classified) -> dict[str, Any]:
    open_steps = [
        s for s in found.steps if s.value is None and s.entry is not None and "rsiwg" not in s.entry
    ]
    return {
        "name": found.item.name,
        "type": None if found.item.type is None else str(found.item.type),
        "entry": found.entry,
        "entries": [e.text("entry") for e in found.entries],
        "reasons_for_control": sorted(
            {r for e in found.entries if "reasons" in e for r in e.texts("reasons")}
        ),
        "confidence": "verified" if all(s.verified for s in found.steps if s.rests) else "unverified",
        "rsiwg": found.rsiwg,
        "claimed_entry": found.item.claimed_entry,
        "open": [s.entry for s in open_steps],
        "says": found.says,
    }
