"""A private remote sensing space system, as an application under 15 CFR Part 960 describes it (Appendix A).

A field of None is what the applicant does not say; an empty tuple says "none".  The attributes carry
the names of the JSON.
"""

import datetime as dt
from enum import StrEnum
from typing import ClassVar

import attrs

from rsiwg.domain.request import Plane


class InstrumentType(StrEnum):
    """How an instrument of a system senses."""

    PANCHROMATIC = "panchromatic"
    MULTISPECTRAL = "multispectral"
    HYPERSPECTRAL = "hyperspectral"
    SWIR = "swir"
    MWIR = "mwir"
    LWIR = "lwir"
    SAR = "sar"
    LIDAR = "lidar"
    PASSIVE_RF = "passive_rf"
    OTHER = "other"


class WaiverGround(StrEnum):
    """The grounds of 15 CFR 960.12."""

    NOT_APPLICABLE = "not_applicable"
    MET_ANOTHER_WAY = "met_another_way"
    OTHER_GOOD_CAUSE = "other_good_cause"


@attrs.frozen(kw_only=True)
class Contact:
    """Whom to reach."""

    name: str
    phone: str | None = None
    email: str | None = None


@attrs.frozen(kw_only=True)
class Compliance:
    """The affirmation to comply with the Act, the part and the licence."""

    affirmed: bool | None = None
    signed_by: str | None = None
    signed_on: dt.date | None = None


@attrs.frozen(kw_only=True)
class PositiveControl:
    """The affirmation that a spacecraft with propulsion is under positive control at all times."""

    affirmed: bool | None = None
    measures: str | None = None


@attrs.frozen(kw_only=True)
class Waiver:
    """A standard condition that the applicant asks to be spared, and on which ground."""

    condition: str
    """The paragraph, such as ``960.8(c)``."""
    ground: WaiverGround
    reason: str


@attrs.frozen(kw_only=True)
class Licensee:
    """Who holds, or would hold, the licence."""

    name: str | None = None
    is_entity: bool | None = None
    """False: an individual."""
    address: str | None = None
    organised_in: str | None = None
    """Country or territory under whose law an entity exists, ISO 3166-1 alpha-2."""
    us_person: bool | None = None
    contact: Contact | None = None


@attrs.frozen(kw_only=True)
class Operation:
    """Who decides what the instruments collect, and from where."""

    licensee_decides: bool | None = None
    """Whether the licensee has the ultimate ability to decide what unenhanced data are collected (960.4)."""
    decider: str | None = None
    """Who does, where it is not the licensee."""
    decider_us_person: bool | None = None
    from_us: bool | None = None
    """Whether the system is operated within the United States (960.2(a))."""


@attrs.frozen(kw_only=True)
class Owner:
    """Who owns a share of the licensee."""

    name: str
    country: str | None = None
    share_pct: float | None = None
    listed_on: str | None = None
    """The list that names it, such as the Entity List."""


@attrs.frozen(kw_only=True)
class Ownership:
    """Who owns the licensee."""

    majority_us: bool | None = None
    domestic_owners: tuple[Owner, ...] | None = None
    """Domestic owners of more than half."""
    foreign_owners: tuple[Owner, ...] | None = None
    """Foreign owners of 10 percent or more."""
    listed_owners: tuple[Owner, ...] | None = None
    """Foreign owners of any share that a U.S. list names."""


@attrs.frozen(kw_only=True)
class Affiliate:
    """A subsidiary or affiliate with a role in operating the system."""

    name: str
    role: str
    country: str | None = None
    us_person: bool | None = None


@attrs.frozen(kw_only=True)
class Band:
    """One spectral band."""

    name: str | None = None
    min_nm: float
    max_nm: float
    fwhm_nm: float | None = None


@attrs.frozen(kw_only=True)
class Instrument:
    """One instrument of the system, by the technical factors of Appendix A, Part D 2."""

    name: str
    type: InstrumentType | None = None
    quantity: int | None = None
    """On each spacecraft."""
    technical: bool | None = None
    """Used primarily for mission assurance or other technical purposes, such as a star tracker (960.2(b))."""
    images_earth: bool | None = None
    """Whether its data can be processed into imagery of features of the Earth's surface (960.4)."""
    gsd_m: float | None = None
    """Finest, at the lowest operational altitude."""
    gsd_calculation: str | None = None
    spectral_min_nm: float | None = None
    spectral_max_nm: float | None = None
    band_count: int | None = None
    bands: tuple[Band, ...] | None = None
    collection_km2_per_day: float | None = None
    """Of each spacecraft."""
    can_slew: bool | None = None
    max_off_nadir_deg: float | None = None
    video: bool | None = None
    frame_rate_hz: float | None = None
    persistence_s: float | None = None
    """Longest unbroken look at one target."""
    night: bool | None = None
    min_sun_elevation_deg: float | None = None
    nedt_k: float | None = None
    """Noise-equivalent differential temperature."""
    ipr_range_m: float | None = None
    ipr_azimuth_m: float | None = None
    ipr_plane: Plane | None = None
    centre_frequency_ghz: float | None = None
    bandwidth_mhz: float | None = None
    polarisations: tuple[str, ...] | None = None
    min_grazing_deg: float | None = None
    max_grazing_deg: float | None = None
    nesz_db: float | None = None
    """Noise-equivalent sigma zero."""
    phase_history: bool | None = None
    """Whether phase history or complex data leave the system."""
    imaging_modes: tuple[str, ...] | None = None
    moving_target: bool | None = None
    lidar_type: str | None = None
    wavelength_nm: float | None = None
    pulse_rate_hz: float | None = None
    vertical_accuracy_m: float | None = None
    geolocation_ce90_m: float | None = None

    @property
    def resolution_m(self) -> float | None:
        """Its finest resolution: the GSD, or the finer direction of a SAR's impulse response."""
        if self.type is InstrumentType.SAR:
            given = [m for m in (self.ipr_range_m, self.ipr_azimuth_m) if m is not None]
            return min(given, default=None)
        return self.gsd_m

    @property
    def bands_held(self) -> int | None:
        """How many bands it has: as counted, or as many as are listed."""
        return self.band_count if self.bands is None else len(self.bands)


@attrs.frozen(kw_only=True)
class SpaceObjects:
    """Imaging of objects in space instead of the Earth."""

    planned: bool | None = None
    pixels_across: tuple[int, int] | None = None
    """Most pixels on one object, in both directions."""
    owner_consents: bool | None = None
    """Whether the registered owner's written consent is held for every object to be resolved."""
    notice_days: int | None = None
    """Days before the imaging on which Commerce is told."""


@attrs.frozen(kw_only=True)
class Spacecraft:
    """How many, and how long."""

    on_orbit: int | None = None
    """At once."""
    total: int | None = None
    replacement_policy: str | None = None
    has_propulsion: bool | None = None
    orbit_maintenance: str | None = None
    lifetime_years: float | None = None
    disposal_plan: str | None = None


@attrs.frozen(kw_only=True)
class Orbit:
    """Where the instruments fly."""

    around_earth: bool | None = None
    perigee_km: float | None = None
    apogee_km: float | None = None
    inclination_deg: float | None = None
    local_time: str | None = None
    """Of the ascending node, such as ``10:30``; ``none`` where it drifts."""
    revisit_h: float | None = None
    """Of a place, by the whole constellation."""


@attrs.frozen(kw_only=True)
class LaunchPlan:
    """When, on what and from where spacecraft are launched."""

    on: dt.date
    lot: str | None = None
    vehicle: str | None = None
    site: str | None = None
    country: str | None = None


@attrs.frozen(kw_only=True)
class Hosting:
    """Whether the instruments ride on somebody else's spacecraft."""

    is_hosted: bool | None = None
    platform_owner: str | None = None
    arrangement: str | None = None


@attrs.frozen(kw_only=True)
class Site:
    """A place on the ground with a part in the system."""

    location: str
    country: str | None = None
    owner: str | None = None
    function: str | None = None
    legal_basis: str | None = None
    """The contract or arrangement under which a third party's site is used."""


@attrs.frozen(kw_only=True)
class Link:
    """A crosslink, a relay network, or a customer's direct downlink."""

    kind: str
    party: str
    country: str | None = None


@attrs.frozen(kw_only=True)
class Encryption:
    """How command links and data are protected."""

    method: str | None = None
    key_length_bits: int | None = None
    nist_approved: bool | None = None
    covers_telemetry_and_command: bool | None = None
    covers_data: bool | None = None
    by_manufacturers_policy: bool | None = None
    access_measures: str | None = None
    """How unauthorised access is prevented and noticed."""


@attrs.frozen(kw_only=True)
class Agreement:
    """A third party or foreign agreement with a role in the system."""

    party: str
    country: str | None = None
    role: str


@attrs.frozen(kw_only=True)
class ClaimedSource:
    """A comparable source of data that the applicant names as evidence for its tier."""

    system: str
    operator: str | None = None
    country: str | None = None
    licensed: bool | None = None
    """Whether its operator is licensed under Part 960."""
    type: InstrumentType
    finest_m: float
    band_count: int | None = None
    revisit_h: float | None = None
    night: bool | None = None
    available_from: dt.date | None = None
    evidence: str
    """Catalogue, price list or order that shows that anyone can obtain it."""


@attrs.frozen(kw_only=True)
class Extension:
    """A further term of a temporary condition, from the day on which the term before it expires."""

    expires_on: dt.date
    by_secretary: bool | None = None
    """Whether the Secretary of Defense or of State asked for it in person."""


@attrs.frozen(kw_only=True)
class TemporaryCondition:
    """A temporary condition of a Tier 3 licence, and its terms."""

    title: str
    evaluation_data_on: dt.date | None = None
    """When the licensee first delivered data suitable for evaluation; None where that has not happened."""
    comparable_data_on: dt.date | None = None
    """When Defense or State obtained comparable data elsewhere; None where that has not happened."""
    expires_on: dt.date | None = None
    """When its first term expires."""
    extensions: tuple[Extension, ...] | None = None


@attrs.frozen(kw_only=True)
class SystemRequest:
    """A Part 960 licence application or modification."""

    kind: ClassVar[str] = "system"
    reference: str
    action: str
    """``application`` or ``modification``."""
    tier: int | None = None
    """The tier Commerce has decided, where it has."""
    privacy_statement_read: bool | None = None
    compliance: Compliance = Compliance()
    positive_control: PositiveControl = PositiveControl()
    waivers: tuple[Waiver, ...] | None = None
    licensee: Licensee = Licensee()
    directive_contact: Contact | None = None
    """For limited-operations directives."""
    directive_alternate: Contact | None = None
    ownership: Ownership = Ownership()
    affiliates: tuple[Affiliate, ...] | None = None
    system_name: str | None = None
    mission: str | None = None
    us_government_owned: bool | None = None
    """Whether an agency or instrumentality of the U.S. Government owns the instruments."""
    operation: Operation = Operation()
    instruments: tuple[Instrument, ...] | None = None
    space_objects: SpaceObjects = SpaceObjects()
    spacecraft: Spacecraft = Spacecraft()
    orbit: Orbit = Orbit()
    launches: tuple[LaunchPlan, ...] | None = None
    hosting: Hosting = Hosting()
    control_sites: tuple[Site, ...] | None = None
    ground_stations: tuple[Site, ...] | None = None
    data_sites: tuple[Site, ...] | None = None
    links: tuple[Link, ...] | None = None
    encryption: Encryption = Encryption()
    agreements: tuple[Agreement, ...] | None = None
    offers_sensed_states: bool | None = None
    """Whether a sensed state's government may have the unenhanced data of its own territory on request."""
    availability: tuple[ClaimedSource, ...] | None = None
    temporary_conditions: tuple[TemporaryCondition, ...] | None = None
