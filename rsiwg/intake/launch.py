"""The launch request as the sender writes it, read into the domain."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from rsiwg.domain import Applicant
from rsiwg.domain.launch import (
    Jurisdiction,
    LaunchItem,
    LaunchProvider,
    LaunchRequest,
    LaunchSatellite,
    LaunchSite,
    LaunchVehicle,
    PlanItem,
    PlanState,
    SecurityPlan,
)
from rsiwg.intake.field_types import (
    Country,
    Day,
    Part,
    Text,
    into_domain,
    read_model,
    schema_of,
    true_integer,
)
from rsiwg.settings import Limits

SCHEMA_ID = "https://rsiwg.invalid/schema/launch-request/1"
_CODE = 'the two-letter ISO 3166 code, such as "US"'


class LaunchApplicantPart(Part):
    """Who asks."""

    noun: ClassVar = Applicant
    name: Text = Field(description="a name of 1 to 200 characters", examples=["Example Satellites Inc."])
    country: Country = Field(description=_CODE)
    us_person: bool | None = Field(default=None, description="true or false; leave it out where not known")
    operated_from_us: bool | None = Field(
        default=None, description="true or false: whether the system is operated within the United States"
    )


class SatellitePart(Part):
    """The satellite to be launched, and what of it is of U.S. origin."""

    noun: ClassVar = LaunchSatellite
    name: Text = Field(description="its name", examples=["EXAMPLESAT-1"])
    operator: Text | None = Field(default=None, description="who operates it")
    operator_country: Country | None = Field(default=None, description=_CODE)
    items: Annotated[list[Annotated[LaunchItem, Field(strict=False)]], Field(max_length=10)] | None = Field(
        default=None,
        description='a list of what of U.S. origin takes part, such as ["satellite"]; [] for nothing, left out where '
        "not known",
    )
    jurisdiction: Annotated[Jurisdiction, Field(strict=False)] | None = Field(
        default=None, description="the regulations that the items are subject to"
    )
    entry: Text | None = Field(default=None, description='the control-list entry, such as "9A515.a.1"')


class LaunchPart(Part):
    """Where and when it is launched."""

    noun: ClassVar = LaunchSite
    country: Country = Field(description=_CODE)
    site: Text | None = Field(default=None, description="the name of the launch site")
    on: Day | None = Field(default=None, description="the day of the launch, planned or past, as YYYY-MM-DD")


class VehiclePart(Part):
    """What carries it, and whose it is."""

    noun: ClassVar = LaunchVehicle
    name: Text = Field(description="its name", examples=["Example Launcher 2"])
    nationality: Country = Field(description=f"the country that it is of: {_CODE}")
    owner_country: Country | None = Field(default=None, description=_CODE)
    operator_country: Country | None = Field(default=None, description=_CODE)
    lease_countries: Annotated[list[Country], Field(max_length=50)] | None = Field(
        default=None, description="a list of the countries that it is leased to or from; [] for none"
    )


class ProviderPart(Part):
    """Who conducts the launch."""

    noun: ClassVar = LaunchProvider
    name: Text = Field(description="a name of 1 to 200 characters", examples=["Example Launch Services"])
    country: Country = Field(description=_CODE)
    nationals: Annotated[list[Country], Field(max_length=250)] | None = Field(
        default=None,
        description='a list of the countries whose nationals conduct the launch, such as ["NO", "SE"]; left out where '
        "not known",
    )


class PlanItemPart(Part):
    """Where an item of the security plan stands."""

    noun: ClassVar = PlanItem
    state: Annotated[PlanState, Field(strict=False)] = Field(description="the state of the item")
    on: Day | None = Field(default=None, description="the day on which it reached this state, as YYYY-MM-DD")


_ITEM = 'an object such as {"state": "drafted", "on": "2026-10-01"}'


class SecurityPart(Part):
    """The security plan of 22 CFR 124.15, item by item."""

    noun: ClassVar = SecurityPlan
    ttcp: PlanItemPart | None = Field(default=None, description=_ITEM)
    encryption_plan: PlanItemPart | None = Field(default=None, description=_ITEM)
    meetings_notice: PlanItemPart | None = Field(default=None, description=_ITEM)
    dod_monitoring: PlanItemPart | None = Field(default=None, description=_ITEM)
    reimbursement: PlanItemPart | None = Field(default=None, description=_ITEM)
    certification: PlanItemPart | None = Field(default=None, description=_ITEM)
    failure_licence: PlanItemPart | None = Field(default=None, description=_ITEM)
    insurer_approval: PlanItemPart | None = Field(default=None, description=_ITEM)


class LaunchRequestPart(Part):
    """A request to have a satellite with U.S. content launched abroad."""

    noun: ClassVar = LaunchRequest
    schema_version: Annotated[Literal[1], BeforeValidator(true_integer)] = Field(
        default=1, description="1, or leave it out"
    )
    kind: Literal["launch"] = Field(description='"launch"')
    reference: Annotated[Text, Field(max_length=100)] = Field(
        description='your own reference of 1 to 100 characters, such as "LAUNCH-1"'
    )
    applicant: LaunchApplicantPart = Field(
        description='an object such as {"name": "Example Satellites Inc.", "country": "US"}'
    )
    satellite: SatellitePart = Field(description='an object such as {"name": "EXAMPLESAT-1"}')
    launch: LaunchPart = Field(description='an object such as {"country": "NO", "on": "2027-03-01"}')
    vehicle: VehiclePart = Field(
        description='an object such as {"name": "Example Launcher 2", "nationality": "NO"}'
    )
    provider: ProviderPart = Field(
        description='an object such as {"name": "Example Launch Services", "country": "NO", "nationals": ["NO"]}'
    )
    security: SecurityPart = Field(
        default_factory=SecurityPart, description='an object such as {"ttcp": {"state": "drafted"}}'
    )
    failure_investigation: bool | None = Field(
        default=None, description="true or false: whether a launch failure is investigated or analysed"
    )
    insurers: bool | None = Field(
        default=None, description="true or false: whether technical data go to insurers or underwriters"
    )
    government_space_cooperation: bool | None = Field(
        default=None,
        description="true or false: whether it supports cooperation between governments in space",
    )


def read_launch(body: Mapping[str, Any], limits: Limits) -> LaunchRequest:
    """Read a launch request.  Raises InvalidSubmission with every problem."""
    del limits  # every list has its own
    made: LaunchRequest = into_domain(read_model(LaunchRequestPart, body))
    return made


def launch_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the launch request."""
    return schema_of(LaunchRequestPart, SCHEMA_ID, _EXAMPLE)


_EXAMPLE = {
    "kind": "launch",
    "reference": "LAUNCH-1",
    "applicant": {"name": "Example Satellites Inc.", "country": "US", "us_person": True},
    "satellite": {"name": "EXAMPLESAT-1", "items": ["satellite"], "jurisdiction": "itar"},
    "launch": {"country": "NO", "site": "Example Spaceport", "on": "2027-03-01"},
    "vehicle": {"name": "Example Launcher 2", "nationality": "NO"},
    "provider": {"name": "Example Launch Services", "country": "NO", "nationals": ["NO"]},
    "security": {"ttcp": {"state": "drafted", "on": "2026-10-01"}},
}
