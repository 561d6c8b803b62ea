"""Germany: is the request sensitive?  SatDSiG and SatDSiV, as the flowchart of Annex 5 walks through section 2.

The text read leaves open whether section 2(2) no. 3 stands alone or is a third alternative of no. 2(b).  Both readings
are walked; where they end differently the answer is undetermined.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs

from rsiwg.domain import Answer, Entry, Modality, Rulebook, Step, Topic
from rsiwg.domain.answer import UNDETERMINED
from rsiwg.domain.delivery import DeliveryRequest, GermanRequest
from rsiwg.regulation.flow import Flow, Node

TOPIC = "pack-germany"
SENSITIVE, NOT_SENSITIVE, NOT_REACHED = "sensitive", "not_sensitive", "not_reached"
OUTCOMES = {
    SENSITIVE: "sensitive: a permit is needed",
    NOT_SENSITIVE: "not sensitive",
    NOT_REACHED: "not reached by the law",
}
ALONE, WITHIN = "number 3 stands alone", "number 3 is part of number 2(b)"
_OPTICAL_THERMAL = (Modality.LWIR,)
_NOT_THERMAL = (Modality.PANCHROMATIC, Modality.SAR)


def germany(request: DeliveryRequest, rulebook: Rulebook, day: dt.date) -> Answer:
    """ "sensitive", "not_sensitive", "not_reached" or "undetermined"."""
    topic = rulebook.regulation.topic(TOPIC)
    entries = {entry.id: entry for entry in topic.on(day)}
    trouble = topic.trouble(day)
    if trouble or "reach" not in entries:
        return Answer(
            question=TOPIC,
            answer=UNDETERMINED,
            says=f"No rules of Germany are held that can be relied on for {day}.",
            as_of=day,
            trace=(),
            warnings=(trouble,) if trouble else (),
        )
    flows = tuple(_flow(reading, request, rulebook, entries, day) for reading in (ALONE, WITHIN))
    ends = {flow.outcome for flow in flows}
    answer = ends.pop() if len(ends) == 1 else UNDETERMINED
    first, second = flows
    steps = list(first.steps())
    steps += [
        attrs.evolve(step, question=f"If {second.reading}: {step.question}")
        for step in second.steps()
        if step not in steps
    ]
    return Answer(
        question=TOPIC,
        answer=answer,
        says=_says(answer, flows, entries),
        as_of=day,
        trace=(*steps, *_after(answer, entries)),
        details={"flowcharts": [flow.document() for flow in flows]},
        warnings=tuple(
            f'The list "{given.name}" came with the request ({given.source}, read on {given.read_on}); '
            "nobody has compared it with the law."
            for given in request.lists
            if given.name.startswith("satdsiv-")
        ),
    )


def high_grade(request: DeliveryRequest, topic: Topic, day: dt.date) -> bool | None:
    """Whether the sensor makes data of especially high information content; SatDSiV section 1."""
    entries = {entry.id: entry for entry in topic.on(day)}
    sensor = request.sensor
    if sensor.finest_m <= entries["high-grade"].number("finest_m"):
        return True
    more = {
        "high-grade-thermal": _is_thermal(request, entries["high-grade-thermal"]),
        "high-grade-microwave": sensor.modality is Modality.SAR,
        "high-grade-hyperspectral": _is_hyperspectral(request, entries["high-grade-hyperspectral"]),
    }
    near = [held for name, held in more.items() if sensor.finest_m <= entries[name].number("finest_m")]
    return True if True in near else None if None in near else False


def _flow(
    reading: str,
    request: DeliveryRequest,
    rulebook: Rulebook,
    entries: Mapping[str, Entry],
    day: dt.date,
) -> Flow:
    """Section 2 in one reading."""
    alone = reading == ALONE
    number_3_or_2 = "thermal" if alone else "annex-2"
    asked = [
        ("reach", "reach", "high-grade", NOT_REACHED),
        ("high-grade", "high-grade", "exempt", NOT_REACHED),
        ("exempt", "exempt", NOT_SENSITIVE, "trusted-operator"),
        ("trusted-operator", "trusted-operator", number_3_or_2, "eu-operator"),
        ("eu-operator", "eu-members", number_3_or_2, "annex-1"),
        ("annex-1", "annex-1", SENSITIVE, number_3_or_2),
    ]
    number_3 = [
        ("thermal", "thermal-or-hyperspectral", SENSITIVE, "hyperspectral"),
        ("hyperspectral", "thermal-or-hyperspectral", SENSITIVE, "annex-2" if alone else NOT_SENSITIVE),
    ]
    number_2 = [
        ("annex-2", "annex-2", NOT_SENSITIVE, "resolution"),
        ("resolution", "resolution", "annex-3", NOT_SENSITIVE),
        ("annex-3", "annex-3", SENSITIVE, "annex-4"),
        ("annex-4", "annex-4", NOT_SENSITIVE, "latency"),
        ("latency", "latency", "fine-resolution", NOT_SENSITIVE),
        ("fine-resolution", "fine-resolution", SENSITIVE, "phase"),
        ("phase", "phase", SENSITIVE, NOT_SENSITIVE if alone else "thermal"),
    ]
    order = [*asked, *number_3, *number_2] if alone else [*asked, *number_2, *number_3]
    facts = _facts(request, rulebook, entries, day)
    nodes = {}
    for name, entry_id, yes, no in order:
        question, value, shown, needs = facts[name]
        nodes[name] = Node(
            id=name,
            question=question,
            value=value,
            shown=shown,
            entry=entries[entry_id],
            yes=yes,
            no=no,
            why=entries[entry_id].note if value is None or entry_id == "thermal-or-hyperspectral" else "",
            needs=needs if value is None else (),
        )
    return Flow(reading=reading, start="reach", nodes=nodes, outcomes=OUTCOMES)


Fact = tuple[str, bool | None, Any, tuple[str, ...]]
"""Question, answer, what the request says, fields that would settle it."""


def _facts(
    request: DeliveryRequest, rulebook: Rulebook, entries: Mapping[str, Entry], day: dt.date
) -> dict[str, Fact]:
    sensor = request.sensor
    finest = f"{sensor.finest_m:g} m"
    fine, finer = (entries[e].number("finest_m") for e in ("resolution", "fine-resolution"))
    days = entries["latency"].number("less_than_days")
    ground = request.ground_segment
    held = entries["thermal-or-hyperspectral"]
    return {
        "reach": (
            "Is the provider German, seated in Germany, or is the system commanded from Germany?",
            *_reach(request, entries["reach"]),
        ),
        "high-grade": (
            "Can the sensor make data of especially high information content?",
            high_grade(request, rulebook.regulation.topic(TOPIC), day),
            f"{sensor.modality}, {finest}",
            ("sensor.bands", "sensor.spectral_min_um", "sensor.spectral_max_um"),
        ),
        "exempt": (
            "Does the Federal Republic ask under section 21, or a German military or intelligence authority?",
            None
            if request.recipient.german_request is None
            else request.recipient.german_request is not GermanRequest.NEITHER,
            request.recipient.german_request,
            ("recipient.german_request",),
        ),
        "trusted-operator": (
            "Is the ground segment operated by NATO, the EU, a NATO member, Australia, Japan, New Zealand or Switzerland?",
            _trusted(request, rulebook, entries["trusted-operator"], day),
            None if ground is None else ground.operator_organisation or ground.operator_country,
            ("ground_segment.operator_country", "ground_segment.operator_organisation"),
        ),
        "eu-operator": (
            "Is the ground segment operated by another member of the European Union?",
            None
            if ground is None or ground.operator_country is None
            else ground.operator_country in entries["eu-members"].texts("countries"),
            None if ground is None else ground.operator_country,
            ("ground_segment.operator_country",),
        ),
        "annex-1": (
            "Does the ground segment lie in a country of Annex 1 (ground-station negative list)?",
            *_listed(request, entries["annex-1"], None if ground is None else _one(ground.country), "ground_segment.country"),
        ),
        "thermal": (
            "Are the data thermal infrared, 8 to 12 micrometres?",
            _is_thermal(request, held),
            _band(request),
            ("sensor.spectral_min_um", "sensor.spectral_max_um"),
        ),
        "hyperspectral": (
            "Is the sensor super- or hyperspectral?",
            _is_hyperspectral(request, held),
            sensor.bands,
            ("sensor.bands",),
        ),
        "annex-2": (
            "Does the whole target area lie in Annex 2 (area positive list)?",
            *_listed(request, entries["annex-2"], request.target_countries, "target_countries", whole=True),
        ),
        "resolution": (
            f"Is the geometric resolution {fine:g} m or finer in at least one direction?",
            sensor.finest_m <= fine,
            finest,
            (),
        ),
        "annex-3": (
            "Does the target area lie in Annex 3 (area negative list)?",
            *_listed(request, entries["annex-3"], request.target_countries, "target_countries"),
        ),
        "annex-4": (
            "Is the requester on Annex 4 (recipient positive list)?",
            *_listed(request, entries["annex-4"], (request.recipient.name,), "recipient.name"),
        ),
        "latency": (
            f"Are there fewer than {days:g} days between the generation of the data and the service?",
            None if request.latency_days is None else request.latency_days < days,
            None if request.latency_days is None else f"{request.latency_days:g} days",
            ("latency_days",),
        ),
        "fine-resolution": (
            f"Is the geometric resolution {finer:g} m or finer in at least one direction?",
            sensor.finest_m <= finer,
            finest,
            (),
        ),
        "phase": (
            "Can phase be reconstructed from the data, beside the radar intensity?",
            sensor.phase if sensor.modality is Modality.SAR else False,
            sensor.phase,
            ("sensor.phase",),
        ),
    }  # fmt: skip


# ---------------------------------------------------------------------------------------- single facts


def _reach(request: DeliveryRequest, entry: Entry) -> tuple[bool | None, Any, tuple[str, ...]]:
    provider, german = request.provider, entry.texts("countries")
    ties = {
        "provider.country": provider.country,
        "provider.seat_country": provider.seat_country,
        "provider.commanded_from": provider.commanded_from,
    }
    shown = ", ".join(country for country in ties.values() if country is not None) or None
    if any(country in german for country in ties.values()):
        return True, shown, ()
    open_ = tuple(field for field, country in ties.items() if country is None)
    return (None if open_ else False), shown, open_


def _trusted(request: DeliveryRequest, rulebook: Rulebook, entry: Entry, day: dt.date) -> bool | None:
    ground = request.ground_segment
    if ground is None:
        return None
    if ground.operator_organisation in entry.texts("organisations"):
        return True
    country = ground.operator_country
    if country is None:
        return None
    if country in entry.texts("countries"):
        return True
    nato = rulebook.regulation.topic("nato")
    member = next((e for e in nato.on(day) if e.values.get("country") == country), None)
    if nato.trouble(day) is not None:
        return None
    return False if member is None else True if member.verified else None


def _listed(
    request: DeliveryRequest,
    entry: Entry,
    asked: tuple[str, ...] | None,
    field: str,
    *,
    whole: bool = False,
) -> tuple[bool | None, Any, tuple[str, ...]]:
    """Membership in a list that the rulebook holds, or that came with the request; else unknown.

    `whole`: every one of `asked` must be on it, and not any one.
    """
    name = entry.text("list")
    shown = None if not asked else ", ".join(asked)
    if not asked:
        return None, shown, (field,)
    held = entry.texts("countries") if "countries" in entry else None
    given = request.supplied(name)
    members = held if held is not None else None if given is None else given.members
    if members is None:
        return None, shown, (f"lists: {name}",)
    known = {member.casefold() for member in members}
    hits = [one.casefold() in known for one in asked]
    return (all(hits) if whole else any(hits)), shown, ()


def _one(country: str | None) -> tuple[str, ...] | None:
    return None if country is None else (country,)


def _is_thermal(request: DeliveryRequest, entry: Entry) -> bool | None:
    sensor = request.sensor
    low, high = sensor.spectral_min_um, sensor.spectral_max_um
    if low is not None and high is not None:
        return low <= entry.number("max_um") and high >= entry.number("min_um")
    if sensor.modality in _OPTICAL_THERMAL:
        return True
    return False if sensor.modality in _NOT_THERMAL else None


def _is_hyperspectral(request: DeliveryRequest, entry: Entry) -> bool | None:
    sensor = request.sensor
    if sensor.bands is not None:
        return sensor.bands > entry.whole("more_bands_than")
    if sensor.modality is Modality.HYPERSPECTRAL:
        return True
    return False if sensor.modality in _NOT_THERMAL else None


def _band(request: DeliveryRequest) -> str | None:
    sensor = request.sensor
    if sensor.spectral_min_um is None or sensor.spectral_max_um is None:
        return str(sensor.modality)
    return f"{sensor.spectral_min_um:g} to {sensor.spectral_max_um:g} µm"


# ------------------------------------------------------------------------------------------ the words


def _says(answer: str, flows: tuple[Flow, ...], entries: Mapping[str, Entry]) -> str:
    if answer == UNDETERMINED:
        ends = {flow.reading: flow.outcome for flow in flows}
        if UNDETERMINED not in ends.values():
            told = "; ".join(f"if {reading}: {OUTCOMES[end]}" for reading, end in ends.items())
            return f"The two readings of SatDSiV section 2(2) no. 3 end differently ({told})."
        return "Whether the request is sensitive under German law cannot be said: see the questions without an answer."
    if answer == SENSITIVE:
        return f"The request is sensitive under German law. {entries['permit'].title}."
    if answer == NOT_SENSITIVE:
        return "The request is not sensitive under German law; the provider still records it."
    return "The law of Germany does not reach this delivery."


def _after(answer: str, entries: Mapping[str, Entry]) -> tuple[Step, ...]:
    if answer == NOT_REACHED:
        return ()
    permit = entries["permit"]
    return (
        Step.by(
            permit,
            "What must the provider do?",
            None,
            f"{permit.title}."
            if answer != NOT_SENSITIVE
            else f"Keep the record for at least {permit.whole('record_years')} years.",
            rests=False,
        ),
    )
