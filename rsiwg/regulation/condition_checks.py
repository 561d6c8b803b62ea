"""The checks that can be made of a standard condition on an application, by the names that conditions.toml uses."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import attrs

from rsiwg.domain import Entry, ImagingRequest, Limit, Modality, Rulebook, in_full
from rsiwg.domain.system import Contact, SystemRequest
from rsiwg.regulation.temporary_conditions import Term, terms

Request = SystemRequest | ImagingRequest


class State(StrEnum):
    """How a condition stands."""

    STANDING = "standing"
    """A duty of the license's whole life, which no application can show as met."""
    MET = "met"
    CANNOT_TELL = "cannot tell"
    NOT_MET = "not met"


@attrs.frozen
class Made:
    """What a check found."""

    state: State
    says: str
    needs: tuple[str, ...] = ()
    value: Any = None
    """What the request says, as JSON."""


def standing(_request: Request, entry: Entry, _rulebook: Rulebook, _day: dt.date) -> Made:
    """Nothing to check before the license is in force."""
    how = f", {entry.text('says')}" if "says" in entry else ""
    return Made(State.STANDING, f"A duty for as long as the license lasts{how}.")


def sensed_state_access(request: Request, entry: Entry, rulebook: Rulebook, day: dt.date) -> Made:
    """960.8(c): whether the applicant offers a sensed state its data."""
    if isinstance(request, ImagingRequest):
        return standing(request, entry, rulebook, day)
    offers = request.offers_sensed_states
    if offers is None:
        return _unsaid("offers_sensed_states")
    if offers:
        return Made(State.MET, "The application offers it.", value=True)
    return Made(
        State.NOT_MET, "The application does not offer it, and names no law that forbids it.", value=False
    )


def disposal(request: Request, entry: Entry, rulebook: Rulebook, day: dt.date) -> Made:
    """960.8(d): whether there is a plan; whether it satisfies is for people."""
    if isinstance(request, ImagingRequest):
        return standing(request, entry, rulebook, day)
    plan = request.spacecraft.disposal_plan
    if plan is None:
        return _unsaid("spacecraft.disposal_plan")
    return Made(State.STANDING, "A plan is given; whether it is satisfactory is for people.", value=plan)


def certification(_request: Request, entry: Entry, _rulebook: Rulebook, day: dt.date) -> Made:
    """960.8(g): the next day by which the material facts are to be certified."""
    due = dt.date(day.year, entry.whole("month"), entry.whole("day"))
    if due < day:
        due = due.replace(year=day.year + 1)
    return Made(State.STANDING, f"Next due no later than {in_full(due)}.", value=due.isoformat())


def israel_limit(request: Request, entry: Entry, rulebook: Rulebook, day: dt.date) -> Made:
    """960.8(i): the number in force, and the instruments that are finer; the ground is for `rsiwg check`."""
    name = entry.text("restriction")
    restriction = next((r for r in rulebook.restrictions if r.id == name), None)
    limits: list[Limit] = (
        [] if restriction is None else [lim for lim in restriction.limits if day in lim.in_force]
    )
    if restriction is None or restriction.problem or not limits or not limits[0].verified:
        return Made(State.CANNOT_TELL, f"The restriction {name} cannot be applied on {day}.", (name,))
    finest = limits[0].finest_m
    if finest is None or day >= restriction.vouched_until:
        return Made(State.CANNOT_TELL, f"The number of {name} is not vouched for on {day}.", (name,))
    where = f"The limit is {finest:.2f} m (restriction {name}); rsiwg check compares it with the ground asked for."
    if isinstance(request, ImagingRequest):
        return Made(State.STANDING, where, value=finest)
    finer = [
        i.name
        for i in request.instruments or ()
        if i.gsd_m is not None and i.gsd_m < finest and not i.technical
    ]
    bites = f" Finer than that, so their data must be coarsened there: {', '.join(finer)}." if finer else ""
    return Made(State.STANDING, where + bites, value=finest)


def positive_control(request: Request, entry: Entry, rulebook: Rulebook, day: dt.date) -> Made:
    """Appendix A: the affirmation, where a spacecraft has propulsion."""
    if isinstance(request, ImagingRequest):
        return standing(request, entry, rulebook, day)
    propulsion, affirmed = request.spacecraft.has_propulsion, request.positive_control.affirmed
    if propulsion is False:
        return Made(State.MET, "No spacecraft has propulsion.", value=False)
    if affirmed is False:
        if propulsion is None:
            return _unsaid("spacecraft.has_propulsion")
        return Made(State.NOT_MET, "The application denies it.", value=False)
    if affirmed is None:
        return _unsaid(
            *(["spacecraft.has_propulsion"] if propulsion is None else []), "positive_control.affirmed"
        )
    if request.positive_control.measures is None:
        return _unsaid("positive_control.measures")
    return Made(State.MET, "The application affirms it and names the measures.", value=True)


def encryption(request: Request, entry: Entry, _rulebook: Rulebook, _day: dt.date) -> Made:
    """960.9(a)(1): key length, approval by NIST, the manufacturer's policy, both kinds of links."""
    least = entry.whole("key_length_bits")
    if isinstance(request, ImagingRequest):
        return Made(
            State.CANNOT_TELL, "An imaging request does not say: ask this of a request of kind system."
        )
    given = request.encryption
    bits = given.key_length_bits
    if bits is not None and bits < least:
        return Made(State.NOT_MET, f"The key has {bits} bits, and at least {least} are needed.", value=bits)
    facts = {
        "encryption.nist_approved": (given.nist_approved, "is not approved by NIST"),
        "encryption.covers_telemetry_and_command": (given.covers_telemetry_and_command, "does not protect commands"),
        "encryption.covers_data": (given.covers_data, "does not protect the data"),
        "encryption.by_manufacturers_policy": (given.by_manufacturers_policy, "is not used by the manufacturer's policy"),
    }  # fmt: skip
    for said, why in facts.values():
        if said is False:
            return Made(State.NOT_MET, f"The encryption {why}.", value=given.method)
    unsaid = [path for path, (said, _) in facts.items() if said is None]
    unsaid += ["encryption.key_length_bits"] if bits is None else []
    unsaid += ["encryption.method"] if given.method is None else []
    if unsaid:
        return _unsaid(*unsaid)
    named = re.search(r"AES[- _]?(128|192|256)(?![0-9])", given.method or "", re.IGNORECASE)
    if named and int(named[1]) != bits:
        says = (
            f"The method is {given.method} and the key is said to have {bits} bits: one of the two is wrong."
        )
        return Made(State.CANNOT_TELL, says, ("encryption.method", "encryption.key_length_bits"), bits)
    return Made(
        State.MET,
        f"{bits} bits, at least {least}; said to be approved by NIST, and used as the manufacturer's policy says.",
        value=bits,
    )


def access_measures(request: Request, _entry: Entry, _rulebook: Rulebook, _day: dt.date) -> Made:
    """960.9(a)(1): whether measures are named; whether they are best practice is for people."""
    if isinstance(request, ImagingRequest):
        return Made(
            State.CANNOT_TELL, "An imaging request does not say: ask this of a request of kind system."
        )
    measures = request.encryption.access_measures
    if measures is None:
        return _unsaid("encryption.access_measures")
    says = "Measures are named; whether they are the best practice of peers is for people."
    return Made(State.STANDING, says, value=measures)


def contacts(request: Request, _entry: Entry, _rulebook: Rulebook, _day: dt.date) -> Made:
    """960.9(a)(2): a contact and another one, both with a way to reach them."""
    if isinstance(request, ImagingRequest):
        return Made(
            State.CANNOT_TELL, "An imaging request does not say: ask this of a request of kind system."
        )
    both = {
        "directive_contact": request.directive_contact,
        "directive_alternate": request.directive_alternate,
    }
    unsaid = [path for path, contact in both.items() if contact is None]
    unsaid += [
        f"{path}.phone" for path, contact in both.items() if contact is not None and not _reachable(contact)
    ]
    if unsaid:
        return _unsaid(*unsaid)
    names = [contact.name for contact in both.values() if contact is not None]
    if names[0].casefold() == names[1].casefold():
        return Made(State.NOT_MET, f"Contact and alternate are the same: {names[0]}.", value=names)
    return Made(State.MET, "A contact and an alternate are named.", value=names)


def _reachable(contact: Contact) -> bool:
    return contact.phone is not None or contact.email is not None


def space_objects(request: Request, entry: Entry, _rulebook: Rulebook, _day: dt.date) -> Made:
    """960.9(b): resolved is so many pixels in both directions; then consent and notice."""
    pixels, days = entry.whole("pixels"), entry.whole("notice_days")
    if isinstance(request, ImagingRequest):
        if any(sensor.modality is Modality.NON_EARTH for sensor in request.sensors):
            says = "A sensor images objects in space, and the request shows neither consent nor notice."
            return Made(State.CANNOT_TELL, says, value=True)
        return Made(State.MET, "No sensor images objects in space.", value=False)
    given = request.space_objects
    if given.planned is None:
        return _unsaid("space_objects.planned")
    if not given.planned:
        return Made(State.MET, "None is planned.", value=False)
    across = given.pixels_across
    if across is None:
        return _unsaid("space_objects.pixels_across")
    if min(across) < pixels:
        says = f"Planned at {across[0]} x {across[1]} pixels, which is not resolved: that is {pixels} x {pixels} or more."
        return Made(State.MET, says, value=list(across))
    if given.owner_consents is False:
        return Made(
            State.NOT_MET, "It is resolved, and the owner has not consented in writing.", value=list(across)
        )
    if given.notice_days is not None and given.notice_days < days:
        says = f"It is resolved, on {given.notice_days} days' notice, and at least {days} are needed."
        return Made(State.NOT_MET, says, value=list(across))
    needed = {"owner_consents": given.owner_consents, "notice_days": given.notice_days}
    unsaid = [f"space_objects.{name}" for name, said in needed.items() if said is None]
    if unsaid:
        return _unsaid(*unsaid)
    says = f"It is resolved, with written consent and {given.notice_days} days' notice, at least {days}."
    return Made(State.MET, says, value=list(across))


def temporary(request: Request, entry: Entry, _rulebook: Rulebook, day: dt.date) -> Made:
    """960.10(b), (e): the terms of each temporary condition."""
    if isinstance(request, ImagingRequest):
        return Made(
            State.CANNOT_TELL, "Temporary conditions are in the license, which the request does not show."
        )
    if request.temporary_conditions is None:
        return _unsaid("temporary_conditions")
    if not request.temporary_conditions:
        return Made(
            State.STANDING, "None is in the license; Defense or State may propose some before it is granted."
        )
    found = [
        term
        for n, condition in enumerate(request.temporary_conditions)
        for term in terms(condition, f"temporary_conditions[{n}]", entry, day)
    ]
    worst = (
        State.NOT_MET
        if any(term.holds is False for term in found)
        else State.CANNOT_TELL
        if any(term.holds is None for term in found)
        else State.MET
    )
    telling: list[Term] = [t for t in found if t.holds is not True] or found
    return Made(
        worst,
        " ".join(term.says for term in telling),
        tuple(dict.fromkeys(need for term in found for need in term.needs)),
        [term.says for term in found],
    )


def _unsaid(*paths: str) -> Made:
    return Made(State.CANNOT_TELL, f"Not said: give {', '.join(paths)}.", tuple(paths))


Check = Callable[[Request, Entry, Rulebook, dt.date], Made]

CHECKS: Mapping[str, Check] = {
    check.__name__: check
    for check in (
        standing, sensed_state_access, disposal, certification, israel_limit, positive_control, encryption,
        access_measures, contacts, space_objects, temporary,
    )
}  # fmt: skip
