"""A Part 960 application as the sender writes it: pydantic models, and the JSON Schema made from them.

A draft may leave out anything but its reference and action: what is missing is for the question of completeness
to say.  What is given must be well-formed.
"""

import itertools
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from rsiwg.domain import system
from rsiwg.domain.system import InstrumentType, SystemRequest, WaiverGround
from rsiwg.intake.field_types import (
    Count,
    Country,
    Day,
    LongText,
    Metres,
    Part,
    Positive,
    Text,
    YesNo,
    into_domain,
    many,
    needed,
    optional,
    read_model,
    refuse,
    schema_of,
    true_integer,
    visible_text,
    yes_or_no,
)
from rsiwg.intake.instrument_schema import InstrumentPart
from rsiwg.settings import Limits

SCHEMA_ID = "https://rsiwg.invalid/schema/system-request/1"

_Share = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
_LocalTime = Annotated[
    str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|none)$"), AfterValidator(visible_text)
]


class ContactPart(Part):
    """Whom to reach."""

    noun = system.Contact
    name: Text = needed("the name of a person or desk")
    phone: Text | None = optional("a telephone number")
    email: Text | None = optional("an e-mail address")


class CompliancePart(Part):
    """The affirmation to comply with the Act, the part and the licence, if granted."""

    noun = system.Compliance
    affirmed: YesNo = yes_or_no("the applicant affirms it")
    signed_by: Text | None = optional("who signs")
    signed_on: Day | None = optional("the day of signature as YYYY-MM-DD")


class PositiveControlPart(Part):
    """The affirmation that spacecraft with propulsion are under positive control at all times."""

    noun = system.PositiveControl
    affirmed: YesNo = yes_or_no("measures ensuring positive control are in place at all times")
    measures: LongText | None = optional(
        "the measures, such as encrypted telemetry, tracking and command, or an industry best practice"
    )


class WaiverPart(Part):
    """A standard condition that the applicant asks to be spared (960.12)."""

    noun = system.Waiver
    condition: Annotated[str, Field(pattern=r"^960\.(8|9|10)(\([a-z0-9]+\))+$")] = needed(
        "the paragraph, such as 960.8(c)"
    )
    ground: Annotated[WaiverGround, Field(strict=False)] = needed("the ground of 960.12")
    reason: LongText = needed("the reason in a sentence or more")


class LicenseePart(Part):
    """Who holds, or would hold, the licence."""

    noun = system.Licensee
    name: Text | None = optional("the name of the entity or individual")
    is_entity: YesNo = yes_or_no("true for an entity, false for an individual")
    address: LongText | None = optional("location and address")
    organised_in: Country | None = optional(
        "the two-letter code of the country or territory under whose law an entity exists, such as US"
    )
    us_person: YesNo = yes_or_no("whether it is a U.S. person as 15 CFR 960.4 defines one")
    contact: ContactPart | None = optional("a contact such as {name, phone, email}")


class OperationPart(Part):
    """Who decides what is collected, and from where."""

    noun = system.Operation
    licensee_decides: YesNo = yes_or_no(
        "whether the licensee has the ultimate ability to decide what unenhanced data are collected"
    )
    decider: Text | None = optional("who has that ability, where it is not the licensee")
    decider_us_person: YesNo = yes_or_no("whether that other is a U.S. person")
    from_us: YesNo = yes_or_no("whether the system is operated within the United States")


class OwnerPart(Part):
    """Who owns a share."""

    noun = system.Owner
    name: Text = needed("the name of the owner")
    country: Country | None = optional("the two-letter code of the owner's nationality, such as US")
    share_pct: _Share | None = optional("the share in percent, over 0 to 100", unit="percent")
    listed_on: Text | None = optional("the list that names the owner, such as Entity List")


class OwnershipPart(Part):
    """Who owns the licensee."""

    noun = system.Ownership
    majority_us: YesNo = yes_or_no("whether U.S. owners hold the majority")
    domestic_owners: list[OwnerPart] | None = many(
        "a list of domestic owners of over 50 percent; [] for none"
    )
    foreign_owners: list[OwnerPart] | None = many(
        "a list of foreign owners of 10 percent or more; [] for none"
    )
    listed_owners: list[OwnerPart] | None = many(
        "a list of foreign owners, of any share, on the Denied Persons List, Entity List or SDN list; [] for none"
    )


class AffiliatePart(Part):
    """A subsidiary or affiliate with a role in operating the system."""

    noun = system.Affiliate
    name: Text = needed("the name of the subsidiary or affiliate")
    role: Text = needed("its role in operating the system")
    country: Country | None = optional("its two-letter country code, such as US")
    us_person: YesNo = yes_or_no("whether it is a U.S. person")


class SpaceObjectsPart(Part):
    """Imaging of objects in space."""

    noun = system.SpaceObjects
    planned: YesNo = yes_or_no("whether imaging of objects in space is planned")
    pixels_across: Annotated[list[Count], Field(min_length=2, max_length=2)] | None = optional(
        "the most pixels on one object in both directions, such as [3, 3]"
    )
    owner_consents: YesNo = yes_or_no(
        "whether the registered owner consents in writing, for every object resolved"
    )
    notice_days: Annotated[int, Field(ge=0, le=3650), BeforeValidator(true_integer)] | None = optional(
        "a whole number: how many days before the imaging Commerce is told", unit="d"
    )


class SpacecraftPart(Part):
    """How many spacecraft, and how long."""

    noun = system.Spacecraft
    on_orbit: Count | None = optional("a whole number: spacecraft on orbit at once")
    total: Count | None = optional("a whole number: spacecraft in all")
    replacement_policy: LongText | None = optional("how spacecraft are replaced")
    has_propulsion: YesNo = yes_or_no("whether any spacecraft has propulsion")
    orbit_maintenance: LongText | None = optional("how the orbit is kept")
    lifetime_years: Positive | None = optional("the anticipated lifetime in years", unit="a")
    disposal_plan: LongText | None = optional("how spacecraft are disposed of")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.on_orbit is not None and self.total is not None and self.total < self.on_orbit:
            raise refuse(f"this is {self.total}, under the {self.on_orbit} on orbit at once", "total")
        return self


class OrbitPart(Part):
    """Where the instruments fly."""

    noun = system.Orbit
    around_earth: YesNo = yes_or_no("whether the instruments are in orbit of the Earth")
    perigee_km: Positive | None = optional("the lowest operational altitude in kilometres", unit="km")
    apogee_km: Positive | None = optional("the highest operational altitude in kilometres", unit="km")
    inclination_deg: Annotated[float, Field(ge=0, le=180, allow_inf_nan=False)] | None = optional(
        "the inclination in degrees, 0 to 180", unit="deg"
    )
    local_time: _LocalTime | None = optional(
        "the local time of the ascending node, such as 10:30, or none where it drifts"
    )
    revisit_h: Positive | None = optional("hours between two looks of the constellation at a place", unit="h")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.perigee_km is not None and self.apogee_km is not None and self.apogee_km < self.perigee_km:
            raise refuse(
                f"this is {self.apogee_km:g} km, under the perigee of {self.perigee_km:g} km", "apogee_km"
            )
        return self


class LaunchPart(Part):
    """A launch."""

    noun = system.LaunchPlan
    on: Day = needed("the day as YYYY-MM-DD")
    lot: Text | None = optional("which spacecraft or lot")
    vehicle: Text | None = optional("the launch vehicle")
    site: Text | None = optional("the launch site")
    country: Country | None = optional("the two-letter code of the launching country, such as US")


class HostingPart(Part):
    """Somebody else's spacecraft."""

    noun = system.Hosting
    is_hosted: YesNo = yes_or_no("whether the instruments ride on somebody else's spacecraft")
    platform_owner: Text | None = optional("who owns the platform")
    arrangement: LongText | None = optional("the legal arrangement")


class SitePart(Part):
    """A place on the ground."""

    noun = system.Site
    location: Text = needed("where it is")
    country: Country | None = optional("its two-letter country code, such as US")
    owner: Text | None = optional("who owns it")
    function: Text | None = optional("what it does for the system")
    legal_basis: LongText | None = optional("the contract or arrangement, where a third party owns it")


class LinkPart(Part):
    """A crosslink, relay network or direct downlink."""

    noun = system.Link
    kind: Literal["crosslink", "relay", "direct_downlink"] = needed("crosslink, relay or direct_downlink")
    party: Text = needed("the network or customer")
    country: Country | None = optional("the customer's two-letter country code, such as US")


class EncryptionPart(Part):
    """How command links and data are protected."""

    noun = system.Encryption
    method: Text | None = optional("the method, such as AES-256-GCM")
    key_length_bits: Annotated[int, Field(ge=1, le=65536), BeforeValidator(true_integer)] | None = optional(
        "the key length, a whole number of bits such as 256", unit="bit"
    )
    nist_approved: YesNo = yes_or_no("whether the method is approved by NIST")
    covers_telemetry_and_command: YesNo = yes_or_no(
        "whether it protects telemetry, tracking and command links"
    )
    covers_data: YesNo = yes_or_no("whether it protects the transmission of data")
    by_manufacturers_policy: YesNo = yes_or_no(
        "whether it is used as the manufacturer's security policy says"
    )
    access_measures: LongText | None = optional("how unauthorised access is prevented and noticed")


class AgreementPart(Part):
    """A third party or foreign agreement."""

    noun = system.Agreement
    party: Text = needed("the other party")
    country: Country | None = optional("its two-letter country code, such as US")
    role: Text = needed("the role in the system")


class ClaimedSourcePart(Part):
    """A comparable source that the applicant names."""

    noun = system.ClaimedSource
    system: Text = needed("the name of the system")
    operator: Text | None = optional("who operates it")
    country: Country | None = optional("the operator's two-letter country code, such as FR")
    licensed: YesNo = yes_or_no("whether its operator is licensed under 15 CFR Part 960")
    type: Annotated[InstrumentType, Field(strict=False)] = needed("how it senses")
    finest_m: Metres = needed("its finest resolution in metres: GSD, or IPR for a SAR")
    band_count: Count | None = optional("a whole number of bands")
    revisit_h: Positive | None = optional("hours between two looks at a place", unit="h")
    night: YesNo = yes_or_no("whether it images by night")
    available_from: Day | None = optional("the first day on which anyone could obtain its data as YYYY-MM-DD")
    evidence: LongText = needed(
        "the catalogue, price list or order that shows that anyone can obtain its data"
    )


class ExtensionPart(Part):
    """A further term of a temporary condition."""

    noun = system.Extension
    expires_on: Day = needed("the day on which the extension expires as YYYY-MM-DD")
    by_secretary: YesNo = yes_or_no("whether the Secretary of Defense or of State asked for it in person")


class TemporaryConditionPart(Part):
    """A temporary condition of a Tier 3 licence."""

    noun = system.TemporaryCondition
    title: Text = needed("a short title")
    evaluation_data_on: Day | None = optional(
        "the day the licensee first delivered data for evaluation as YYYY-MM-DD; leave it out where that has not happened"
    )
    comparable_data_on: Day | None = optional(
        "the day Defense or State obtained comparable data as YYYY-MM-DD; leave it out where that has not happened"
    )
    expires_on: Day | None = optional("the day on which the first term expires as YYYY-MM-DD")
    extensions: list[ExtensionPart] | None = many("a list of extensions in their order; [] for none")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        ends = [self.expires_on, *(e.expires_on for e in self.extensions or ())]
        if self.extensions and self.expires_on is None:
            raise refuse("this is missing: an extension needs the first term's expiry", "expires_on")
        if any(later <= earlier for earlier, later in itertools.pairwise(ends) if earlier and later):
            raise refuse(
                "each extension must expire after the term before it: correct the days", "extensions"
            )
        return self


class SystemPart(Part):
    """A Part 960 licence application or modification: Appendix A, with availability evidence."""

    noun = SystemRequest
    schema_version: Annotated[Literal[1], BeforeValidator(true_integer)] = Field(default=1, description="1")
    kind: Literal["system"] = needed('"system"')
    reference: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(visible_text)] = needed(
        "your own reference of 1 to 100 characters"
    )
    action: Literal["application", "modification"] = needed("application or modification")
    tier: Annotated[Literal[1, 2, 3], BeforeValidator(true_integer)] | None = optional(
        "the tier Commerce has decided: 1, 2 or 3; leave it out where it has not"
    )
    privacy_statement_read: YesNo = yes_or_no("whether the Privacy Act statement was read")
    compliance: CompliancePart | None = optional("an object such as {affirmed, signed_by, signed_on}")
    positive_control: PositiveControlPart | None = optional("an object such as {affirmed, measures}")
    waivers: list[WaiverPart] | None = many("a list such as {condition, ground, reason}; [] for none")
    licensee: LicenseePart | None = optional("an object such as {name, address, organised_in, us_person}")
    directive_contact: ContactPart | None = optional("the contact for limited-operations directives")
    directive_alternate: ContactPart | None = optional(
        "the alternate contact for limited-operations directives"
    )
    ownership: OwnershipPart | None = optional("an object such as {majority_us, foreign_owners}")
    affiliates: list[AffiliatePart] | None = many("a list of affiliates with a role; [] for none")
    system_name: Text | None = optional("the name of the system")
    mission: LongText | None = optional("the mission and products in a sentence or more")
    us_government_owned: YesNo = yes_or_no("whether a U.S. Government agency owns the instruments")
    operation: OperationPart | None = optional("an object such as {licensee_decides, from_us}")
    instruments: Annotated[list[InstrumentPart], Field(min_length=1, max_length=50)] | None = optional(
        "a list of 1 to 50 instruments"
    )
    space_objects: SpaceObjectsPart | None = optional("an object such as {planned, pixels_across}")
    spacecraft: SpacecraftPart | None = optional("an object such as {on_orbit, total, has_propulsion}")
    orbit: OrbitPart | None = optional(
        "an object such as {around_earth, perigee_km, apogee_km, inclination_deg}"
    )
    launches: list[LaunchPart] | None = many("a list such as {on, vehicle, site, country}", 1)
    hosting: HostingPart | None = optional("an object such as {is_hosted, platform_owner, arrangement}")
    control_sites: list[SitePart] | None = many("a list of mission control and tasking centres", 1)
    ground_stations: list[SitePart] | None = many("a list of stations that receive unenhanced data", 1)
    data_sites: list[SitePart] | None = many("a list of places of processing, storage and archive", 1)
    links: list[LinkPart] | None = many("a list of crosslinks, relays and direct downlinks; [] for none")
    encryption: EncryptionPart | None = optional("an object such as {method, key_length_bits, nist_approved}")
    agreements: list[AgreementPart] | None = many(
        "a list of third parties and foreign agreements; [] for none"
    )
    offers_sensed_states: YesNo = yes_or_no(
        "whether a government may have, on request, the unenhanced data of its own territory"
    )
    availability: list[ClaimedSourcePart] | None = many("a list of comparable sources of data")
    temporary_conditions: list[TemporaryConditionPart] | None = many(
        "a list of temporary conditions of the licence; [] for none"
    )


def read_system(body: Mapping[str, Any], _limits: Limits) -> SystemRequest:
    """Read an application.  Raises InvalidSubmission with every problem by field path."""
    part = read_model(SystemPart, body)
    made: SystemRequest = into_domain(part)
    return made


def system_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of an application."""
    return schema_of(
        SystemPart, SCHEMA_ID, {"kind": "system", "reference": "DRAFT-1", "action": "application"}
    )
