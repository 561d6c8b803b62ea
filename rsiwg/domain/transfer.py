"""A transfer abroad of satellites, of their technology, or of access to their data.

A field of None is what the sender does not say; an empty tuple says "none".  The attributes carry the names of
the JSON.
"""

import datetime as dt
from enum import StrEnum
from typing import ClassVar

import attrs

from rsiwg.domain.system import InstrumentType


class TransferType(StrEnum):
    """On which way it leaves."""

    EXPORT = "export"
    """Under a licence of Commerce or State."""
    GOVERNMENT = "government_to_government"
    """Under an agreement between governments."""


class ItemType(StrEnum):
    """What is transferred."""

    SATELLITE = "satellite"
    """A whole spacecraft."""
    INSTRUMENT = "instrument"
    """A payload without its spacecraft."""
    COMPONENT = "component"
    TECHNOLOGY = "technology"
    """Technical data and know-how."""
    SOFTWARE = "software"
    GROUND_EQUIPMENT = "ground_equipment"
    DATA_ACCESS = "data_access"
    """Tasking rights, direct downlink or an archive."""
    SERVICE = "service"


class Spectrum(StrEnum):
    """A part of the spectrum in which an instrument senses."""

    VISIBLE = "visible"
    NIR = "nir"
    SWIR = "swir"
    MWIR = "mwir"
    LWIR = "lwir"


class TransferPartyRole(StrEnum):
    """What a party is to the transfer."""

    EXPORTER = "exporter"
    INTERMEDIATE_CONSIGNEE = "intermediate_consignee"
    CONSIGNEE = "consignee"
    END_USER = "end_user"
    OTHER = "other"


class ConveyanceMode(StrEnum):
    """How it travels."""

    AIRCRAFT = "aircraft"
    VESSEL = "vessel"
    SPACECRAFT = "spacecraft"
    LAND = "land"
    ELECTRONIC = "electronic"


@attrs.frozen(kw_only=True)
class ItemInstrument:
    """One instrument of an item, by what the control lists ask about."""

    name: str
    type: InstrumentType | None = None
    aperture_m: float | None = None
    """Clear aperture, metres."""
    spectrum: tuple[Spectrum, ...] | None = None
    """Every part of the spectrum in which it senses."""
    band_count: int | None = None
    gsd_m: float | None = None
    """Finest, metres."""
    fwhm_nm: float | None = None
    """Narrowest spectral band, nanometres."""
    centre_frequency_ghz: float | None = None
    bandwidth_mhz: float | None = None


@attrs.frozen(kw_only=True)
class TransferItem:
    """One thing that is transferred."""

    name: str
    type: ItemType | None = None
    description: str | None = None
    quantity: int | None = None
    claimed_entry: str | None = None
    """The entry of a control list under which the sender puts it, such as ``9A515.a.1``."""
    instruments: tuple[ItemInstrument, ...] | None = None
    """Remote sensing instruments; empty for none."""
    servicing: bool | None = None
    """Whether it is for space-based logistics, or for assembling or servicing another spacecraft."""
    other_usml: bool | None = None
    """Whether another paragraph of USML Category XV than (a)(7) and (a)(8) describes it."""
    in_9a004: bool | None = None
    """Whether ECCN 9A004.r, .u or .w describes it."""


@attrs.frozen(kw_only=True)
class TransferParty:
    """Someone with a part in the transfer."""

    name: str
    role: TransferPartyRole
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    address: str | None = None
    position: tuple[float, ...] | None = None
    """Longitude and latitude, degrees, of the place."""


@attrs.frozen(kw_only=True)
class Destination:
    """Where it ends up."""

    country: str | None = None
    place: str | None = None
    position: tuple[float, ...] | None = None


@attrs.frozen(kw_only=True)
class TransferAgreement:
    """The agreement between governments that the transfer relies on."""

    name: str
    country: str | None = None
    """The partner."""
    document: str | None = None
    """Number or link."""


@attrs.frozen(kw_only=True)
class Conveyance:
    """What carries it, and whose it is (22 CFR 126.1(b))."""

    mode: ConveyanceMode | None = None
    name: str | None = None
    owner_country: str | None = None
    operator_country: str | None = None
    lease_country: str | None = None


@attrs.frozen(kw_only=True)
class TransferRequest:
    """A request to transfer items abroad."""

    kind: ClassVar[str] = "transfer"
    reference: str
    transfer: TransferType | None = None
    items: tuple[TransferItem, ...] | None = None
    parties: tuple[TransferParty, ...] | None = None
    destination: Destination | None = None
    end_use: str | None = None
    agreement: TransferAgreement | None = None
    conveyance: Conveyance | None = None
    planned_on: dt.date | None = None
    """The day of the first shipment or transmission."""
    exercise: bool = False
