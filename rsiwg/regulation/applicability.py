"""Does Part 960 apply?

Every limb is asked.  One limb settled against it is a "no" that nothing unknown elsewhere hides; a "yes" needs
every limb settled; anything else is referred to people, with the fields that would settle it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from rsiwg.domain import Answer, Entry, ImagingRequest, Modality, Rulebook, Step
from rsiwg.domain.answer import UNDETERMINED
from rsiwg.domain.system import Instrument, SystemRequest

TOPIC = "applicability"
ENTRIES = (
    "private", "earth-orbit", "earth-surface", "technical", "operate", "reach", "us-person", "affiliates",
    "case-by-case", "licensed",
)  # fmt: skip

Entries = Mapping[str, Entry]


@attrs.frozen
class Limb:
    """One thing that must hold for Part 960 to apply, and whether it does; None: not settled."""

    holds: bool | None
    step: Step
    counts: bool = True
    """False: it explains another limb, and decides nothing itself."""


def applicability(request: SystemRequest | ImagingRequest, rulebook: Rulebook, day: dt.date) -> Answer:
    """ "yes", "no" or "refer"; "undetermined" where the rulebook cannot be relied on for the day."""
    topic = rulebook.regulation.topic(TOPIC)
    held = {entry.id: entry for entry in topic.on(day) if entry.verified}
    trouble = topic.trouble(day) or next(
        (f"No verified entry {n} of {topic.title} is in force on {day}." for n in ENTRIES if n not in held),
        None,
    )
    if trouble is not None:
        return Answer(
            question="applies", answer=UNDETERMINED, says=trouble, as_of=day, trace=(), warnings=(trouble,)
        )
    limbs = tuple(_system(request, held) if isinstance(request, SystemRequest) else _imaging(request, held))
    answer = _outcome(limbs)
    return Answer(
        question="applies",
        answer=answer,
        says=_says(answer, limbs),
        as_of=day,
        trace=tuple(_shown(limb, answer) for limb in limbs),
        warnings=_warnings(request, answer),
    )


def _outcome(limbs: tuple[Limb, ...]) -> str:
    holds = [limb.holds for limb in limbs if limb.counts]
    return "no" if False in holds else "refer" if None in holds else "yes"


def _shown(limb: Limb, answer: str) -> Step:
    rests = limb.counts and limb.holds is {"yes": True, "no": False, "refer": None}[answer]
    return attrs.evolve(limb.step, rests=rests, needs=limb.step.needs if answer == "refer" else ())


def _says(answer: str, limbs: tuple[Limb, ...]) -> str:
    if answer == "yes":
        return "Part 960 applies: every limb of its scope is met, as the request describes the system."
    if answer == "no":
        why = [limb.step for limb in limbs if limb.counts and limb.holds is False]
        reasons = " ".join(f"{step.result.removesuffix('.')} ({step.clause})." for step in why)
        return f"Part 960 does not apply to what the request describes. {reasons}"
    unsettled = [limb.step.question for limb in limbs if limb.counts and limb.holds is None]
    return "It cannot be said whether Part 960 applies. Not settled: " + " ".join(unsettled)


def _warnings(request: SystemRequest | ImagingRequest, answer: str) -> tuple[str, ...]:
    if answer == "no" and isinstance(request, ImagingRequest):
        return (
            "An imaging request names no affiliates, ground stations or launches, by which 15 CFR 960.16 or Commerce's "
            "practice may still reach the operator: ask this of a request of kind system.",
        )
    return ()


# ----------------------------------------------------------------------------------------------- a system


def _system(request: SystemRequest, held: Entries) -> Iterator[Limb]:
    yield _private(request, held["private"])
    yield _earth_orbit(request, held["earth-orbit"])
    yield from _instruments(request.instruments, held)
    operates = _operates(request, held["operate"])
    person = _us_person(request, held["us-person"])
    reach = _reach(request.operation.from_us, person, held["reach"])
    yield operates
    yield person
    if reach.holds is not False:
        yield reach
        return
    exceptions = _affiliates(request, held["affiliates"]), _ties(request, held)
    settled = all(exception.holds for exception in exceptions)
    yield attrs.evolve(reach, counts=settled)
    for exception in exceptions:
        yield attrs.evolve(exception, counts=not settled)


def _private(request: SystemRequest, entry: Entry) -> Limb:
    owned = request.us_government_owned
    question = (
        "Is the system private, that is not owned by an agency or instrumentality of the U.S. Government?"
    )
    if owned is None:
        return _open(entry, question, ("us_government_owned",))
    result = (
        "The system is owned by the U.S. Government, so it is not private." if owned else "It is private."
    )
    return Limb(not owned, Step.by(entry, question, not owned, result))


def _earth_orbit(request: SystemRequest, entry: Entry) -> Limb:
    around = request.orbit.around_earth
    question = "Are the instruments in orbit of the Earth?"
    if around is None:
        return _open(entry, question, ("orbit.around_earth",))
    result = (
        "They are."
        if around
        else "They are not in orbit of the Earth, so what they do is not remote sensing."
    )
    return Limb(around, Step.by(entry, question, around, result))


def _instruments(instruments: tuple[Instrument, ...] | None, held: Entries) -> Iterator[Limb]:
    """A step for each instrument, then the limb of the system, which one instrument suffices to meet."""
    question = "Is there an instrument that senses the Earth's surface, other than for technical purposes?"
    entry = held["earth-surface"]
    if instruments is None:
        yield _open(entry, question, ("instruments",))
        return
    each = [_instrument(n, instrument, held) for n, instrument in enumerate(instruments)]
    yield from (attrs.evolve(limb, counts=False) for limb in each)
    senses = [limb.holds for limb in each]
    if True in senses:
        yield Limb(True, Step.by(entry, question, True, "There is."))
    elif None in senses:
        needs = tuple(need for limb in each for need in limb.step.needs)
        yield _open(entry, question, needs)
    else:
        yield Limb(False, Step.by(entry, question, False, "No instrument of the system is within Part 960."))


def _instrument(n: int, instrument: Instrument, held: Entries) -> Limb:
    path = f"instruments[{n}]"
    if instrument.technical:
        result = "It serves technical purposes, so it is not counted."
        return Limb(
            False,
            Step.by(held["technical"], f"Does {instrument.name} serve technical purposes?", True, result),
        )
    question = f"Can the data of {instrument.name} be processed into imagery of the Earth's surface?"
    if instrument.images_earth is False:
        result = "They cannot, so it is not counted."
        return Limb(False, Step.by(held["earth-surface"], question, False, result))
    unsaid = [f"{path}.{name}" for name in ("technical", "images_earth") if getattr(instrument, name) is None]
    if unsaid:
        return _open(held["technical"], question, tuple(unsaid), instrument.images_earth)
    return Limb(
        True, Step.by(held["earth-surface"], question, True, "They can, and it serves no technical purpose.")
    )


def _operates(request: SystemRequest, entry: Entry) -> Limb:
    """Who operates explains the reach: operation within the United States is enough, whoever operates."""
    decides = request.operation.licensee_decides
    question = "Does the licensee have the ultimate ability to decide what unenhanced data are collected?"
    if decides is None:
        needs = ("operation.licensee_decides",)
        return Limb(
            None, Step.by(entry, question, None, "It is not said who operates.", needs=needs), counts=False
        )
    other = request.operation.decider or "another entity"
    result = (
        "The licensee operates the system."
        if decides
        else f"{other} operates the system and would be the one to be licensed; the next step is asked of it."
    )
    return Limb(True, Step.by(entry, question, decides, result), counts=False)


def _us_person(request: SystemRequest, entry: Entry) -> Limb:
    question = "Is the operator a U.S. person?"
    operation, licensee = request.operation, request.licensee

    def says(person: bool | None, result: str, *needs: str, value: Any = None) -> Limb:
        return Limb(person, Step.by(entry, question, value, result, needs=needs), counts=False)

    def plainly(person: bool | None, field: str) -> Limb:
        if person is None:
            return says(None, f"Not said: give {field}.", field)
        return says(person, "It is a U.S. person." if person else "It is not.", value=person)

    if operation.licensee_decides is None:
        return says(None, "It is not said who operates.", "operation.licensee_decides")
    if not operation.licensee_decides:
        return plainly(operation.decider_us_person, "operation.decider_us_person")
    if licensee.is_entity and licensee.organised_in in entry.texts("jurisdictions"):
        where = licensee.organised_in
        if licensee.us_person is False:
            result = (
                f"It is said not to be one and to be organised in {where}, whose entities are: one is wrong."
            )
            return says(None, result, "licensee.us_person", "licensee.organised_in", value=False)
        return says(True, f"It is an entity organised in {where}, so it is one.", value=where)
    return plainly(licensee.us_person, "licensee.us_person")


def _reach(from_us: bool | None, person: Limb, entry: Entry, field: str = "operation.from_us") -> Limb:
    question = "Is the system operated within the United States, or by a U.S. person?"
    if from_us or person.holds:
        how = "within the United States" if from_us else "by a U.S. person, which counts anywhere"
        return Limb(True, Step.by(entry, question, True, f"It is operated {how}."))
    if from_us is None or person.holds is None:
        needs = (*((field,) if from_us is None else ()), *person.step.needs)
        return _open(entry, question, needs)
    result = "It is operated neither within the United States nor by a U.S. person."
    return Limb(False, Step.by(entry, question, False, result))


def _affiliates(request: SystemRequest, entry: Entry) -> Limb:
    question = "Does a U.S. person operate it through a subsidiary or affiliate?"
    if request.affiliates is None:
        return _open(entry, question, ("affiliates",))
    american = [a.name for a in request.affiliates if a.us_person]
    unsaid = tuple(
        f"affiliates[{n}].us_person" for n, a in enumerate(request.affiliates) if a.us_person is None
    )
    if american:
        result = f"{', '.join(american)} is a U.S. person with a role in operating: Commerce must say."
        return Limb(None, Step.by(entry, question, american, result))
    if unsaid:
        return _open(entry, question, unsaid)
    return Limb(True, Step.by(entry, question, False, "No affiliate with a role is a U.S. person."))


def _ties(request: SystemRequest, held: Entries) -> Limb:
    entry, american = held["case-by-case"], held["us-person"].texts("jurisdictions")
    question = "Is there a U.S. launch, ground station or control centre?"
    places: dict[str, tuple[Any, ...] | None] = {
        "control_sites": request.control_sites,
        "ground_stations": request.ground_stations,
        "launches": request.launches,
    }
    here = [
        f"{name}[{n}]"
        for name, items in places.items()
        for n, item in enumerate(items or ())
        if item.country in american
    ]
    if here:
        result = "In such a case Commerce decides case by case whether a license is needed."
        return Limb(None, Step.by(entry, question, here, result))
    unsaid = [name for name, items in places.items() if items is None]
    unsaid += [
        f"{name}[{n}].country"
        for name, items in places.items()
        for n, item in enumerate(items or ())
        if item.country is None
    ]
    if unsaid:
        return _open(entry, question, tuple(unsaid))
    return Limb(True, Step.by(entry, question, False, "There is none."))


# ------------------------------------------------------------------------------------- an imaging request


def _imaging(request: ImagingRequest, held: Entries) -> Iterator[Limb]:
    licensed, applicant = request.licence.part_960, request.applicant
    if all(sensor.modality is Modality.NON_EARTH for sensor in request.sensors) and not licensed:
        question = "Can the data be processed into imagery of the Earth's surface?"
        result = "Every sensor images objects in space only, which is not remote sensing."
        yield Limb(False, Step.by(held["earth-surface"], question, False, result))
    asked = "Is the applicant a U.S. person?"
    needs = ("applicant.us_person",) if applicant.us_person is None else ()
    person = Limb(
        applicant.us_person,
        Step.by(held["us-person"], asked, applicant.us_person, "As the request says.", needs=needs),
        counts=False,
    )
    reach = _reach(applicant.operated_from_us, person, held["reach"], "applicant.operated_from_us")
    yield person
    question = "Is the system licensed under Part 960?"
    if not licensed:
        result = (
            "That is not said to be so, and an imaging request does not say whether the system is private, in orbit of "
            "the Earth, and who operates it: a request of kind system does."
        )
        needs = ("licence.part_960",) if licensed is None else ()
        yield Limb(None, Step.by(held["licensed"], question, licensed, result, needs=needs))
        yield reach
    elif reach.holds is False:
        result = "It is said to be, and also that nothing brings it within Part 960: one of the two is wrong."
        either = ("licence.part_960", "applicant.us_person", "applicant.operated_from_us")
        yield Limb(None, Step.by(held["licensed"], question, True, result, needs=either))
        yield attrs.evolve(reach, counts=False)
    else:
        yield Limb(
            True, Step.by(held["licensed"], question, True, "It is, so Part 960 and the license bind it.")
        )
        yield attrs.evolve(reach, counts=False)


def _open(entry: Entry, question: str, needs: tuple[str, ...], value: Any = None) -> Limb:
    return Limb(None, Step.by(entry, question, value, f"Not said: give {', '.join(needs)}.", needs=needs))
