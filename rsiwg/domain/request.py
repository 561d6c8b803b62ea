"""What is asked: who wants to image what, with which sensors, when, and for whom."""

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from functools import cached_property

import attrs
from attrs.validators import and_, ge, gt, in_, lt, min_len, optional

from rsiwg.domain.period import ONE_DAY, Period
from rsiwg.geometry import Area, area_km2, overlap, subtract

_INF = float("inf")
_positive = and_(gt(0.0), lt(_INF))
_metres = _positive
_below_90_deg = and_(ge(0.0), lt(90.0))


class Modality(StrEnum):
    """How an instrument senses."""

    PANCHROMATIC = "panchromatic"
    MULTISPECTRAL = "multispectral"
    HYPERSPECTRAL = "hyperspectral"
    SWIR = "swir"
    MWIR = "mwir"
    LWIR = "lwir"
    SAR = "sar"
    LIDAR = "lidar"
    VIDEO = "video"
    NON_EARTH = "non_earth"


class Activity(StrEnum):
    """What is done with the data."""

    COLLECT = "collect"
    DISSEMINATE = "disseminate"


class Plane(StrEnum):
    """The plane in which a SAR range resolution is stated."""

    GROUND = "ground"
    SLANT = "slant"


class Measure(StrEnum):
    """What a resolution in metres measures; the two cannot be compared with each other."""

    GSD = "gsd"
    IPR = "ipr"


class RecipientKind(StrEnum):
    """Who receives the data."""

    US_GOVERNMENT = "us_government"
    FOREIGN_GOVERNMENT = "foreign_government"
    COMMERCIAL = "commercial"


@attrs.frozen(kw_only=True)
class Applicant:
    """Who asks."""

    name: str
    country: str
    """ISO 3166-1 alpha-2."""
    us_person: bool | None = None
    """U.S. person in the sense of 15 CFR 960.4; None where the request does not say."""
    operated_from_us: bool | None = None
    """Whether the system is operated within the United States (15 CFR 960.2(a)); None where not said."""


@attrs.frozen(kw_only=True)
class Sensor:
    """One instrument."""

    name: str
    modality: Modality
    gsd_m: float | None = attrs.field(default=None, validator=optional(_metres))
    """Ground sample distance at nadir, metres; None for SAR."""
    ipr_range_m: float | None = attrs.field(default=None, validator=optional(_metres))
    """SAR impulse response in range, metres, in `ipr_plane`."""
    ipr_azimuth_m: float | None = attrs.field(default=None, validator=optional(_metres))
    """SAR impulse response in azimuth, metres."""
    ipr_plane: Plane | None = None
    max_off_nadir_deg: float | None = attrs.field(default=None, validator=optional(_below_90_deg))
    """Largest off-nadir angle, degrees at the satellite, not the incidence angle on the ground."""
    min_off_nadir_deg: float | None = attrs.field(default=None, validator=optional(_below_90_deg))
    """Smallest off-nadir angle that the request commits to, degrees at the satellite; None: down to nadir."""
    altitude_km: float | None = attrs.field(default=None, validator=optional(_positive))
    """The altitude that `gsd_m` is stated for."""
    lowest_altitude_km: float | None = attrs.field(default=None, validator=optional(_positive))
    """The lowest altitude from which it images."""
    ifov_urad: float | None = attrs.field(default=None, validator=optional(_positive))
    """The angle that one detector element sees, microradians."""
    min_incidence_deg: float | None = attrs.field(default=None, validator=optional(_below_90_deg))
    """SAR: smallest incidence at the target, degrees from its zenith, not the off-nadir angle."""
    max_incidence_deg: float | None = attrs.field(default=None, validator=optional(_below_90_deg))
    """SAR: largest incidence at the target."""

    def __attrs_post_init__(self) -> None:
        has_gsd = self.gsd_m is not None
        has_ipr = self.ipr_range_m is not None and self.ipr_azimuth_m is not None
        if (has_gsd, has_ipr) != ((False, True) if self.modality is Modality.SAR else (True, False)):
            raise ValueError("a SAR states an impulse response, every other sensor a ground sample distance")

    @property
    def measure(self) -> Measure:
        """What its resolution measures."""
        return Measure.IPR if self.modality is Modality.SAR else Measure.GSD

    @property
    def resolution_m(self) -> float:
        """Its resolution as stated, metres: the GSD, or the finer of the impulse response's two directions."""
        if self.gsd_m is not None:
            return self.gsd_m
        assert self.ipr_range_m is not None
        assert self.ipr_azimuth_m is not None
        return min(self.ipr_range_m, self.ipr_azimuth_m)


Native = Callable[[Sensor], float]
"""What a sensor's own resolution is taken to be, metres."""


def as_stated(sensor: Sensor) -> float:
    """The resolution that the request states."""
    return sensor.resolution_m


@attrs.frozen(kw_only=True)
class ProductPiece:
    """A part of the AOI in which a product of another resolution is disseminated."""

    area: Area
    resolution_m: float = attrs.field(validator=_metres)


@attrs.frozen(kw_only=True)
class Product:
    """What is disseminated: its resolution, metres, and the pieces of the AOI where it differs."""

    resolution_m: float | None = attrs.field(default=None, validator=optional(_metres))
    """None: the sensor's native resolution."""
    measure: Measure = Measure.GSD
    """What its resolutions measure: sensors of the other measure disseminate their native resolution."""
    inside: tuple[ProductPiece, ...] = ()


@attrs.frozen(kw_only=True)
class Licence:
    """What the request says of its operating licence."""

    part_960: bool | None = None
    """Licensed under 15 CFR Part 960; None where not said."""
    tier: int | None = attrs.field(default=None, validator=optional(in_((1, 2, 3))))
    """Tier under 15 CFR 960.6; None where not said."""
    licensee: str | None = None
    """Licence holder, where it is not the applicant."""


@attrs.frozen(kw_only=True)
class Recipient:
    """Who receives the data."""

    kind: RecipientKind
    name: str | None = None
    country: str | None = None


@attrs.frozen(kw_only=True)
class ImagingRequest:
    """A request to image an area, read and normalised."""

    reference: str
    applicant: Applicant
    sensors: tuple[Sensor, ...] = attrs.field(validator=min_len(1))
    aoi: Area
    collection: Period
    """Days of collection; always has an end."""
    activity: frozenset[Activity] = attrs.field(validator=min_len(1))
    product: Product = Product()
    licence: Licence = Licence()
    recipient: Recipient | None = None
    exercise: bool = False
    """A request of an exercise: exercise restrictions apply to it, and its answer says so."""
    as_of: dt.date | None = None
    """The one day on which rules are judged; None: every day of `collection`."""

    @property
    def judged(self) -> Period:
        """The days on which rules are judged."""
        return self.collection if self.as_of is None else Period(self.as_of, self.as_of + ONE_DAY)

    @cached_property
    def aoi_km2(self) -> float:
        """Area of the AOI on the ellipsoid, km²; asked for by every finding."""
        return area_km2(self.aoi)

    def parts(self, sensor: Sensor, native_m: Native = as_stated) -> tuple[tuple[Area, float], ...]:
        """What leaves of this sensor's data, as disjoint (area, resolution in metres).

        `native_m` says what a sensor's own resolution is taken to be.  A product finer than every sensor (sharpened, or combined from frames) is taken at its word for
        the finest sensor; no sensor's own data are finer than its native resolution.
        """
        return tuple(
            (area, self._disseminated_m(sensor, product_m, native_m))
            for area, product_m in self._product_areas
        )

    @cached_property
    def _product_areas(self) -> tuple[tuple[Area, float | None], ...]:
        """The AOI by product, disjoint; where pieces overlap the first one counts."""
        rest: Area = self.aoi
        found: list[tuple[Area, float | None]] = []
        for piece in self.product.inside:
            shared = overlap(rest, piece.area)
            if not shared.is_empty:
                found.append((shared, piece.resolution_m))
                rest = subtract(rest, piece.area)
        return tuple(found) if rest.is_empty else (*found, (rest, self.product.resolution_m))

    def _disseminated_m(self, sensor: Sensor, product_m: float | None, native_m: Native) -> float:
        native = native_m(sensor)
        if product_m is None or not self._feeds_product(sensor):
            return native
        finest = min(native_m(other) for other in self.sensors if self._feeds_product(other))
        return product_m if native == finest else max(product_m, native)

    def _feeds_product(self, sensor: Sensor) -> bool:
        """The product is an image of the Earth, stated in one measure."""
        return sensor.measure is self.product.measure and sensor.modality is not Modality.NON_EARTH
