"""France: must the activity be declared?  Law 2008-518 title VII, decree 2009-640 as amended in 2022."""

import calendar
import datetime as dt
from collections.abc import Iterator

from rsiwg.domain import Answer, Modality, Rulebook, Step, Topic, in_full
from rsiwg.domain.answer import UNDETERMINED
from rsiwg.domain.delivery import DeliveryRequest
from rsiwg.regulation.packs.criteria import Criterion, any_of, steps_of

TOPIC = "pack-france"
DECLARATION, NO_DECLARATION = "declaration", "no_declaration"
_BANDED = {Modality.MULTISPECTRAL, Modality.HYPERSPECTRAL, Modality.SWIR, Modality.MWIR, Modality.LWIR}


def france(request: DeliveryRequest, rulebook: Rulebook, day: dt.date) -> Answer:
    """ "declaration", "no_declaration" or "undetermined"."""
    topic = rulebook.regulation.topic(TOPIC)
    trouble = topic.trouble(day)
    held = topic.one("panchromatic-visible", day) is not None
    criteria = tuple(_criteria(request, topic, day)) if held else ()
    answer = UNDETERMINED if trouble or not held else any_of(criteria, yes=DECLARATION, no=NO_DECLARATION)
    declare_by = _months_before(request.starts_on, topic, day)
    steps = steps_of(criteria, answer, DECLARATION)
    rule = topic.one("declaration", day)
    if rule is not None and answer != NO_DECLARATION:
        steps = (
            *steps,
            Step.by(
                rule,
                "By when must it be declared?",
                None if request.starts_on is None else request.starts_on.isoformat(),
                f"By {in_full(declare_by)}, {rule.whole('months')} months before the start on {in_full(request.starts_on)}."
                if declare_by is not None and request.starts_on is not None
                else f"{rule.whole('months')} months before the start, which the request does not give.",
                rests=False,
                needs=() if request.starts_on is not None else ("starts_on",),
            ),
        )
    return Answer(
        question=TOPIC,
        answer=answer,
        says=_says(answer, declare_by, day),
        as_of=day,
        trace=steps,
        details={"declare_by": None if declare_by is None else declare_by.isoformat()},
        warnings=(trouble,) if trouble else (),
    )


def _criteria(request: DeliveryRequest, topic: Topic, day: dt.date) -> Iterator[Criterion]:
    sensor = request.sensor
    entry = {e.id: e for e in topic.on(day)}
    visible, infrared = entry["panchromatic-visible"], entry["panchromatic-infrared"]
    pan = sensor.modality is Modality.PANCHROMATIC
    in_visible, in_infrared = _bands(request, visible.number("visible_to_um"))
    shown = f"{sensor.modality}, {sensor.finest_m:g} m"
    spectrum = ("sensor.spectral_min_um", "sensor.spectral_max_um")
    for rule, inside, named in ((visible, in_visible, "visible"), (infrared, in_infrared, "infrared")):
        limit = rule.number("finest_m")
        yield Criterion(
            entry=rule,
            question=f"Are the data panchromatic in the {named}, {limit:g} m or finer?",
            value=shown,
            holds=_and(pan, sensor.finest_m <= limit, inside),
            needs=spectrum,
        )
    rule = entry["multispectral"]
    many = None if sensor.bands is None else sensor.bands > rule.whole("more_bands_than")
    fine_band = (
        None if sensor.finest_band_ratio is None else sensor.finest_band_ratio <= rule.number("band_ratio")
    )
    yield Criterion(
        entry=rule,
        question=f"Are there more than {rule.whole('more_bands_than')} bands, and is one of them at most "
        f"{rule.number('band_ratio'):.0%} of its centre wavelength wide, or the images {rule.number('finest_m'):g} m or finer?",
        value=f"{'not said' if sensor.bands is None else sensor.bands} bands, {sensor.finest_m:g} m, ratio "
        f"{'not said' if sensor.finest_band_ratio is None else f'{sensor.finest_band_ratio:g}'}",
        holds=_and(
            sensor.modality in _BANDED, many, _or(fine_band, sensor.finest_m <= rule.number("finest_m"))
        ),
        needs=tuple(
            field
            for field, value in (
                ("sensor.bands", sensor.bands),
                ("sensor.finest_band_ratio", sensor.finest_band_ratio),
            )
            if value is None
        ),
    )
    rule = entry["radar"]
    yield Criterion(
        entry=rule,
        question=f"Are the data radar data, {rule.number('finest_m'):g} m or finer?",
        value=shown,
        holds=sensor.modality is Modality.SAR and sensor.finest_m <= rule.number("finest_m"),
    )
    yield from _measured(
        entry["location"],
        "Is the intrinsic location accuracy",
        sensor.location_accuracy_m,
        "sensor.location_accuracy_m",
        None,
    )
    yield from _measured(
        entry["space-objects"],
        "Are space objects imaged at",
        sensor.space_object_resolution_m,
        "sensor.space_object_resolution_m",
        None if sensor.modality is Modality.NON_EARTH else False,
    )
    yield Criterion(
        entry=entry["signals"],
        question="Are signals intercepted, from the Earth or from space objects?",
        value=sensor.intercepts_signals,
        holds=sensor.intercepts_signals,
        needs=("sensor.intercepts_signals",),
    )
    yield Criterion(
        entry=entry["space-object-location"],
        question="Are space objects located?",
        value=sensor.locates_space_objects,
        holds=sensor.locates_space_objects,
        needs=("sensor.locates_space_objects",),
    )


def _measured(entry, question, value_m, field, unsaid) -> Iterator[Criterion]:  # type: ignore[no-untyped-def]
    limit = entry.number("finest_m")
    yield Criterion(
        entry=entry,
        question=f"{question} {limit:g} m or finer?",
        value=None if value_m is None else f"{value_m:g} m",
        holds=unsaid if value_m is None else value_m <= limit,
        needs=(field,),
    )


def _bands(request: DeliveryRequest, visible_to_um: float) -> tuple[bool | None, bool | None]:
    """Whether the data lie, in part, in the visible and in the infrared."""
    low, high = request.sensor.spectral_min_um, request.sensor.spectral_max_um
    return (
        None if low is None else low < visible_to_um,
        None if high is None else high > visible_to_um,
    )


def _and(*values: bool | None) -> bool | None:
    return False if False in values else None if None in values else True


def _or(*values: bool | None) -> bool | None:
    return True if True in values else None if None in values else False


def _months_before(start: dt.date | None, topic: Topic, day: dt.date) -> dt.date | None:
    rule = topic.one("declaration", day)
    if start is None or rule is None:
        return None
    years, month = divmod(start.year * 12 + start.month - 1 - rule.whole("months"), 12)
    last = calendar.monthrange(years, month + 1)[1]
    return dt.date(years, month + 1, min(start.day, last))


def _says(answer: str, declare_by: dt.date | None, day: dt.date) -> str:
    if answer == DECLARATION:
        by = "" if declare_by is None else f" by {in_full(declare_by)}"
        late = " That day is past." if declare_by is not None and declare_by < day else ""
        return f"If French law reaches the provider, the activity must be declared to the SGDSN{by}.{late}"
    if answer == NO_DECLARATION:
        return "No threshold of the French decree is reached, so no declaration follows from the data."
    return "Whether French law asks for a declaration cannot be said: see the questions without an answer."
