"""Which agreement covers the launch or transfer on the day?

Keyed on launch country, nationality of the vehicle, kind of U.S. item and the day, never on membership of an alliance.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import attrs

from rsiwg.domain import Answer, Entry, Rulebook, Step, Topic, in_full
from rsiwg.domain.answer import UNDETERMINED
from rsiwg.domain.transfer import ItemType

TOPIC = "agreements"
STAGES = ("negotiating", "concluded", "signed", "in_force", "ended")
COVERED, NONE_HELD = "covered", "none_held"


_ITEM: Mapping[Any, str] = {
    ItemType.INSTRUMENT: "component",
    ItemType.TECHNOLOGY: "technical_data",
    ItemType.SERVICE: "defense_service",
}
"""What the register calls the items of a transfer, where the names differ."""


class Key(NamedTuple):
    """What an agreement is looked up by; None where the request does not say."""

    launch_country: str | None
    vehicle_nationality: str | None
    items: tuple[str, ...] | None
    transfer: bool = False
    """A transfer has no launch: its destination stands for the launch country, and only agreements between
    governments on transfers count."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields of the request without which nothing can be looked up."""
        missing = ["items" if self.transfer else "satellite.items"] if self.items is None else []
        return (*missing, *(("destination.country",) if self.launch_country is None else ()))


@attrs.frozen(kw_only=True)
class Agreement:
    """One agreement on a day: its scope and the stages it has reached."""

    scope: Entry
    stages: tuple[Entry, ...]

    begins: Entry | None = None
    """The verified row of its entry into force, on whatever day; None where none is held."""

    @property
    def stage(self) -> Entry | None:
        """The furthest stage reached, recalled rows included."""
        return max(self.stages, key=lambda s: STAGES.index(s.text("stage")), default=None)

    @property
    def in_force(self) -> bool | None:
        """True only by a verified row, with nothing known or recalled of its end.

        None where it was signed and no verified row says whether, or until when, it is in force.
        """
        stage = self.stage
        if stage is None or stage.text("stage") in {"negotiating", "concluded"}:
            return False
        if stage.text("stage") == "ended":
            return False if stage.verified else None
        if self.begins is None:
            return None
        return self.begins in self.stages


def agreements(request: Any, rulebook: Rulebook, day: dt.date) -> Answer:
    """ "covered", "none_held" or "undetermined"; it never says that a launch or transfer is authorised."""
    topic = rulebook.regulation.topic(TOPIC)
    key = key_of(request)
    held = register(topic, day)
    near = [a for a in held if _touches(a, key)]
    trouble = topic.trouble(day)
    found = {item: [a for a in near if _fits(a, key, item)] for item in key.items or ()}
    covered = {
        item: next((a for a in fit if a.in_force and _is_sure(a)), None) for item, fit in found.items()
    }
    perhaps = {item: any(a.in_force is not False for a in fit) for item, fit in found.items()}
    if trouble or key.missing or key.items is None:
        answer = UNDETERMINED
    elif key.items and all(covered.values()):
        answer = COVERED
    elif key.items and all(covered[item] or perhaps[item] for item in key.items):
        answer = UNDETERMINED
    else:
        answer = NONE_HELD
    warnings = [trouble] if trouble else []
    if answer == NONE_HELD:
        warnings.append("The register of agreements is not complete: ask ISN/CATR.")
    return Answer(
        question="agreements",
        answer=answer,
        says=_says(answer, key, near, covered, day),
        as_of=day,
        trace=tuple(_steps(topic, day, key, near, covered, answer)),
        details={"agreements": [_document(a, key) for a in near], "register": [_row(a) for a in held]},
        warnings=tuple(warnings),
    )


def register(topic: Topic, day: dt.date) -> tuple[Agreement, ...]:
    """Every agreement of which something is known on a day."""
    current = topic.on(day)
    return tuple(
        Agreement(
            scope=scope,
            stages=tuple(
                e for e in current if "stage" in e and e.text("agreement") == scope.text("agreement")
            ),
            begins=next(
                (
                    e
                    for e in topic.entries
                    if e.values.get("stage") == "in_force"
                    and e.verified
                    and e.text("agreement") == scope.text("agreement")
                ),
                None,
            ),
        )
        for scope in current
        if "launch_countries" in scope
    )


def key_of(request: Any) -> Key:
    """What an agreement is looked up by, from a launch or a transfer."""
    if request.kind == "launch":
        items = request.satellite.items
        return Key(
            launch_country=request.launch.country,
            vehicle_nationality=request.vehicle.nationality,
            items=None if items is None else tuple(str(item) for item in items),
        )
    destination = request.destination
    return Key(
        launch_country=None if destination is None else destination.country,
        vehicle_nationality=None,
        items=None
        if request.items is None
        else tuple(dict.fromkeys(_ITEM.get(item.type, str(item.type)) for item in request.items)),
        transfer=True,
    )


# ------------------------------------------------------------------------------------------ the scope


def _scope_read(a: Agreement) -> bool:
    return bool(a.scope.texts("launch_countries")) and bool(a.scope.texts("vehicle_nationalities"))


def _touches(a: Agreement, key: Key) -> bool:
    """Of interest: the launch country is in its scope, or its countries were not read and the vehicle fits."""
    countries = a.scope.texts("launch_countries")
    if countries:
        return key.launch_country in countries
    return key.vehicle_nationality in a.scope.texts("vehicle_nationalities")


def _fits(a: Agreement, key: Key, item: str) -> bool:
    """Country, vehicle and item are in its scope, as far as the scope was read."""
    vehicles = a.scope.texts("vehicle_nationalities")
    return (
        _touches(a, key)
        and (
            _is_between_governments(a)
            if key.transfer
            else not vehicles or key.vehicle_nationality in vehicles
        )
        and item in a.scope.texts("items")
    )


def _is_between_governments(a: Agreement) -> bool:
    """A technology safeguards agreement is about launches and covers no transfer."""
    return a.scope.text("kind") == "g2g"


def _is_sure(a: Agreement) -> bool:
    """Its scope was read, and read whole."""
    return a.scope.verified and _scope_read(a)


# ------------------------------------------------------------------------------------------ the words


def _steps(
    topic: Topic,
    day: dt.date,
    key: Key,
    near: list[Agreement],
    covered: dict[str, Agreement | None],
    answer: str,
) -> Iterator[Step]:
    yield Step(
        question="By what is an agreement looked up?",
        value=_key_text(key, day),
        clause="the register of agreements",
        result="By all of them together; membership of NATO or major non-NATO ally status plays no part.",
        needs=key.missing,
    )
    for a in near:
        in_force = a.in_force
        matters = any(_fits(a, key, item) for item in key.items or ())
        decides = answer != NONE_HELD and matters and (answer != COVERED or a in covered.values())
        yield Step.by(
            a.scope,
            f"Does the scope of the {_lower(a.scope.title)} fit?",
            _scope_text(a),
            _fit_text(a, key),
            rests=decides,
        )
        for entry in a.stages:
            yield Step.by(
                entry,
                f"Was it {entry.text('stage').replace('_', ' ')} on {in_full(day)}?",
                entry.text("stage"),
                f"Yes, {entry.in_force}."
                + ("" if entry.verified else " Recalled: it decides nothing.")
                + (f" {entry.note}" if entry.note else ""),
                rests=decides and entry == (a.begins if answer == COVERED else a.stage),
                needs=(f"the day on which the {_lower(a.scope.title)} entered into force",)
                if matters and in_force is None and entry == a.stage
                else (),
            )
    if not near:
        yield Step(
            question="Is an agreement held for this launch country?",
            value=key.launch_country,
            clause="the register of agreements",
            result="None is held. The register is not complete: ask ISN/CATR.",
            verified=False,
            rests=False,
        )
    if (rule := topic.one("no-authorisation", day)) is not None:
        yield Step.by(
            rule,
            "Does an agreement authorise a launch or a transfer?",
            "no",
            "No. The export licences are still needed.",
        )


def _says(
    answer: str, key: Key, near: list[Agreement], covered: dict[str, Agreement | None], day: dt.date
) -> str:
    no_licence = (
        "An agreement does not itself authorise a launch or transfer: the export licences are still needed."
    )
    where = f"{', '.join(key.items or ()) or 'nothing'} " + (
        f"to {key.launch_country}"
        if key.transfer
        else f"from {key.launch_country} on a vehicle of {key.vehicle_nationality}"
    )
    if answer == COVERED:
        names = dict.fromkeys(a.scope.title for a in covered.values() if a is not None)
        return f"In force on {in_full(day)} and covering {where}: {', '.join(names)}. {no_licence}"
    if answer == NONE_HELD:
        reached = [
            f"the {_lower(a.scope.title)} is {_stage_text(a)}"
            for a in near
            if a.in_force is False and a.stages
        ]
        more = f" ({'; '.join(reached)})" if reached else ""
        return f"No agreement in force on {in_full(day)} is held for {where}{more}. {no_licence}"
    if key.missing:
        return f"Which agreement covers it cannot be said without {' and '.join(key.missing)}. {no_licence}"
    return (
        f"Whether an agreement in force on {in_full(day)} covers {where} cannot be said: what would show it "
        f"is recalled or was not read. {no_licence}"
    )


def _key_text(key: Key, day: dt.date) -> str:
    items = ", ".join(key.items) if key.items else "none" if key.items is not None else "not said"
    if key.transfer:
        return f"destination {key.launch_country or 'not said'}, items {items}, {day}"
    return (
        f"launch country {key.launch_country or 'not said'}, vehicle {key.vehicle_nationality or 'not said'}, "
        f"items {items}, {day}"
    )


def _scope_text(a: Agreement) -> str:
    def listed(key: str) -> str:
        return ", ".join(a.scope.texts(key)) or "not read"

    return f"launch from {listed('launch_countries')}, vehicles of {listed('vehicle_nationalities')}, {listed('items')}"


def _fit_text(a: Agreement, key: Key) -> str:
    wrong = []
    vehicles = a.scope.texts("vehicle_nationalities")
    if vehicles and not key.transfer and key.vehicle_nationality not in vehicles:
        wrong.append(f"vehicles of {key.vehicle_nationality} are not in it")
    if key.transfer and not _is_between_governments(a):
        wrong.append("it is about launches and not about transfers")
    lacking = [item for item in key.items or () if item not in a.scope.texts("items")]
    if lacking:
        wrong.append(f"it does not name {', '.join(lacking)}")
    if not a.scope.verified:
        wrong.append("its scope is recalled and decides nothing")
    elif not _scope_read(a):
        wrong.append("part of its scope was not read")
    return "It fits." if not wrong else f"It does not fit as held: {'; '.join(wrong)}."


def _stage_text(a: Agreement) -> str:
    assert a.stage is not None
    return f"{a.stage.text('stage').replace('_', ' ')}, {a.stage.in_force}"


def _document(a: Agreement, key: Key) -> dict[str, Any]:
    return _row(a) | {
        "fits": [i for i in key.items or () if _fits(a, key, i)],
        "missing_items": [i for i in key.items or () if i not in a.scope.texts("items")],
    }


def _row(a: Agreement) -> dict[str, Any]:
    return {
        "agreement": a.scope.text("agreement"),
        "title": a.scope.title,
        "kind": a.scope.text("kind"),
        "launch_countries": list(a.scope.texts("launch_countries")),
        "vehicle_nationalities": list(a.scope.texts("vehicle_nationalities")),
        "items": list(a.scope.texts("items")),
        "scope_verified": a.scope.verified,
        "in_force": {True: "yes", False: "no", None: UNDETERMINED}[a.in_force],
        "stages": [
            {
                "stage": e.text("stage"),
                "on": e.in_force.start.isoformat(),
                "verified": e.verified,
                "verified_on": None if e.verified_on is None else e.verified_on.isoformat(),
                "source": e.citation.source,
            }
            for e in a.stages
        ],
    }


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]
