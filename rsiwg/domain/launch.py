"""What is asked: to have a satellite with U.S. content launched abroad."""

import datetime as dt
from enum import StrEnum
from typing import ClassVar

import attrs

from rsiwg.domain.request import Applicant


class LaunchItem(StrEnum):
    """What of U.S. origin takes part in a launch or transfer."""

    SATELLITE = "satellite"
    """A whole satellite of U.S. origin or under a U.S. licence."""
    COMPONENT = "component"
    """Parts and components in a foreign satellite."""
    LAUNCH_VEHICLE = "launch_vehicle"
    TECHNICAL_DATA = "technical_data"
    DEFENSE_SERVICE = "defense_service"


class Jurisdiction(StrEnum):
    """Whose export regulations an item is subject to."""

    ITAR = "itar"
    """22 CFR parts 120 to 130: a defense article or defense service."""
    EAR = "ear"
    """15 CFR parts 730 to 774."""


class PlanState(StrEnum):
    """Where an item of the security plan stands, from the first state to the last."""

    MISSING = "missing"
    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    NOT_NEEDED = "not_needed"


@attrs.frozen(kw_only=True)
class PlanItem:
    """One item of the security plan, as the request says it stands."""

    state: PlanState
    on: dt.date | None = None
    """The day on which it reached this state; None where not said."""


@attrs.frozen(kw_only=True)
class SecurityPlan:
    """The items of 22 CFR 124.15; None where the request does not say."""

    ttcp: PlanItem | None = None
    """Technology transfer control plan, approved by the Department of Defense."""
    encryption_plan: PlanItem | None = None
    """Encryption technology control plan, approved by the National Security Agency."""
    meetings_notice: PlanItem | None = None
    """Arrangement to tell the Department of Defense of every meeting in advance."""
    dod_monitoring: PlanItem | None = None
    reimbursement: PlanItem | None = None
    certification: PlanItem | None = None
    """Certification after the launch."""
    failure_licence: PlanItem | None = None
    """State's licence for a failure investigation, with monitoring."""
    insurer_approval: PlanItem | None = None


@attrs.frozen(kw_only=True)
class LaunchSatellite:
    """The satellite to be launched."""

    name: str
    operator: str | None = None
    operator_country: str | None = None
    items: tuple[LaunchItem, ...] | None = None
    """What of U.S. origin takes part; None where not said, empty for nothing."""
    jurisdiction: Jurisdiction | None = None
    entry: str | None = None
    """Entry of the control list, such as "9A515.a.1" or "USML XV(a)(7)"."""


@attrs.frozen(kw_only=True)
class LaunchSite:
    """Where and when it is launched."""

    country: str
    site: str | None = None
    on: dt.date | None = None
    """The day of the launch, planned or past."""


@attrs.frozen(kw_only=True)
class LaunchVehicle:
    """What carries it, and whose it is.  Countries are ISO 3166-1 alpha-2 codes; None where not said."""

    name: str
    nationality: str
    """The country it is of."""
    owner_country: str | None = None
    operator_country: str | None = None
    lease_countries: tuple[str, ...] | None = None
    """Countries that it is leased to or from; empty for none."""


@attrs.frozen(kw_only=True)
class LaunchProvider:
    """Who conducts the launch."""

    name: str
    country: str
    nationals: tuple[str, ...] | None = None
    """Countries whose nationals conduct the launch; None where not said."""


@attrs.frozen(kw_only=True)
class LaunchRequest:
    """A request to have a satellite with U.S. content launched abroad."""

    kind: ClassVar[str] = "launch"
    reference: str
    applicant: Applicant
    satellite: LaunchSatellite
    launch: LaunchSite
    vehicle: LaunchVehicle
    provider: LaunchProvider
    security: SecurityPlan = SecurityPlan()
    failure_investigation: bool | None = None
    """Whether the request is about investigating a launch failure."""
    insurers: bool | None = None
    """Whether technical data go to insurers or underwriters."""
    government_space_cooperation: bool | None = None
    """Whether it supports cooperation between governments in space (22 CFR 126.4)."""
