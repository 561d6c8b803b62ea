"""What is asked: to deliver remote sensing data, judged by the rules of other countries."""

import datetime as dt
from enum import StrEnum
from typing import ClassVar

import attrs

from rsiwg.domain.request import Modality


class Processing(StrEnum):
    """How far data are processed."""

    RAW = "raw"
    PROCESSED = "processed"


class RequesterKind(StrEnum):
    """Who asks for the data."""

    GOVERNMENT = "government"
    PRIVATE = "private"
    FOREIGN = "foreign"


class GermanRequest(StrEnum):
    """Requests that SatDSiV section 2(1) calls not sensitive."""

    SECTION_21 = "section_21"
    """Of the Federal Republic of Germany under section 21 of the SatDSiG."""
    MILITARY_OR_INTELLIGENCE = "military_or_intelligence"
    """Of a German military or intelligence authority."""
    NEITHER = "neither"


@attrs.frozen(kw_only=True)
class DeliverySensor:
    """The sensor and the data it made; None where the request does not say."""

    modality: Modality
    resolutions_m: tuple[float, ...]
    """Geometric resolution by direction, metres; the finest counts where a rule says "in at least one direction"."""
    spectral_min_um: float | None = None
    spectral_max_um: float | None = None
    bands: int | None = None
    """Spectral channels."""
    finest_band_ratio: float | None = None
    """Spectral resolution over centre wavelength, of the band where it is smallest; 0.2 is 20 %."""
    phase: bool | None = None
    """Whether phase can be reconstructed beside the radar intensity."""
    location_accuracy_m: float | None = None
    """Intrinsic location accuracy, metres, radius of the circle that holds 90 %."""
    processing: Processing | None = None
    space_object_resolution_m: float | None = None
    """Resolution of images of space objects, metres."""
    intercepts_signals: bool | None = None
    """Whether it intercepts signals, from the Earth or from space objects."""
    locates_space_objects: bool | None = None

    @property
    def finest_m(self) -> float:
        """The finest of its directions, metres."""
        return min(self.resolutions_m)


@attrs.frozen(kw_only=True)
class DataProvider:
    """Who delivers, and from where the system is commanded."""

    name: str
    country: str | None = None
    seat_country: str | None = None
    commanded_from: str | None = None


@attrs.frozen(kw_only=True)
class GroundSegment:
    """The ground segment that the data go to."""

    country: str | None = None
    operator: str | None = None
    operator_country: str | None = None
    """The state that operates it, where a state does."""
    operator_organisation: str | None = None
    """ "nato" or "eu" where one of them operates it."""


@attrs.frozen(kw_only=True)
class Requester:
    """Who asks for the data."""

    name: str
    country: str | None = None
    type: RequesterKind | None = None
    german_request: GermanRequest | None = None


@attrs.frozen(kw_only=True)
class SuppliedList:
    """A list that a rule refers to and the rulebook does not hold, supplied with the request."""

    name: str
    """Such as ``satdsiv-annex-1``."""
    members: tuple[str, ...]
    source: str
    read_on: dt.date


@attrs.frozen(kw_only=True)
class DeliveryRequest:
    """A delivery of remote sensing data."""

    kind: ClassVar[str] = "delivery"
    reference: str
    provider: DataProvider
    sensor: DeliverySensor
    recipient: Requester
    target_countries: tuple[str, ...] | None = None
    """Countries of the target area; None where not said."""
    ground_segment: GroundSegment | None = None
    latency_days: float | None = None
    """From the generation of the data to the service of the request, days."""
    starts_on: dt.date | None = None
    """The day on which the activity begins."""
    lists: tuple[SuppliedList, ...] = ()

    def supplied(self, name: str) -> SuppliedList | None:
        """The list of this name, if the request brings it."""
        return next((given for given in self.lists if given.name == name), None)
