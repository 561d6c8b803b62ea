"""One instrument of a system, as the sender writes it (Appendix A, Part D 2)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rsiwg.domain import Plane, system
from rsiwg.domain.system import InstrumentType
from rsiwg.intake.field_types import (
    Count,
    LongText,
    Metres,
    Part,
    Positive,
    Text,
    YesNo,
    many,
    needed,
    optional,
    refuse,
    yes_or_no,
)

_Angle = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
_Decibels = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]


class BandPart(Part):
    """One spectral band."""

    noun = system.Band
    name: Text | None = optional("the name of the band")
    min_nm: Positive = needed("the lower edge in nanometres")
    max_nm: Positive = needed("the upper edge in nanometres")
    fwhm_nm: Positive | None = optional("the full width at half maximum in nanometres", unit="nm")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max_nm <= self.min_nm:
            raise refuse(
                f"the upper edge, {self.max_nm:g} nm, is not above the lower, {self.min_nm:g} nm", "max_nm"
            )
        return self


class InstrumentPart(Part):
    """One instrument (Appendix A, Part D 2)."""

    noun = system.Instrument
    name: Text = needed("the name of the instrument")
    type: Annotated[InstrumentType, Field(strict=False)] | None = optional("how it senses")
    quantity: Count | None = optional("a whole number: how many on each spacecraft")
    technical: YesNo = yes_or_no(
        "whether it is used primarily for technical purposes, as a star tracker is (960.2(b))"
    )
    images_earth: YesNo = yes_or_no("whether its data can be processed into imagery of the Earth's surface")
    gsd_m: Metres | None = optional(
        "the finest ground sample distance in metres, at the lowest altitude", unit="m"
    )
    gsd_calculation: LongText | None = optional(
        "how that follows from altitude, focal length and pixel pitch"
    )
    spectral_min_nm: Positive | None = optional(
        "the lower end of its spectral range in nanometres", unit="nm"
    )
    spectral_max_nm: Positive | None = optional(
        "the upper end of its spectral range in nanometres", unit="nm"
    )
    band_count: Count | None = optional("a whole number of bands")
    bands: list[BandPart] | None = many("a list of bands such as {min_nm, max_nm, fwhm_nm}", 1)
    collection_km2_per_day: Positive | None = optional(
        "square kilometres each spacecraft collects in a day", unit="km2/d"
    )
    can_slew: YesNo = yes_or_no("whether the instrument or its spacecraft can be pointed")
    max_off_nadir_deg: Annotated[float, Field(ge=0, lt=90, allow_inf_nan=False)] | None = optional(
        "the largest off-nadir angle in degrees at the satellite, 0 to under 90", unit="deg"
    )
    video: YesNo = yes_or_no("whether it takes video")
    frame_rate_hz: Positive | None = optional("frames per second", unit="Hz")
    persistence_s: Positive | None = optional("the longest unbroken look at one target in seconds", unit="s")
    night: YesNo = yes_or_no("whether it images by night")
    min_sun_elevation_deg: _Angle | None = optional(
        "the least sun elevation in degrees, -90 to 90", unit="deg"
    )
    nedt_k: Positive | None = optional("the noise-equivalent differential temperature in kelvins", unit="K")
    ipr_range_m: Metres | None = optional("a SAR's impulse response in range, metres", unit="m")
    ipr_azimuth_m: Metres | None = optional("a SAR's impulse response in azimuth, metres", unit="m")
    ipr_plane: Annotated[Plane, Field(strict=False)] | None = optional("the plane of the range resolution")
    centre_frequency_ghz: Positive | None = optional("the centre frequency in gigahertz", unit="GHz")
    bandwidth_mhz: Positive | None = optional("the bandwidth in megahertz", unit="MHz")
    polarisations: list[Literal["HH", "HV", "VH", "VV", "compact"]] | None = many(
        "a list such as [HH, VV]", 1
    )
    min_grazing_deg: _Angle | None = optional("the least grazing angle in degrees", unit="deg")
    max_grazing_deg: _Angle | None = optional("the largest grazing angle in degrees", unit="deg")
    nesz_db: _Decibels | None = optional(
        "the noise-equivalent sigma zero in decibels, -100 to 100", unit="dB"
    )
    phase_history: YesNo = yes_or_no("whether phase history or complex data leave the system")
    imaging_modes: list[Text] | None = many("a list such as [spotlight, stripmap]", 1)
    moving_target: YesNo = yes_or_no("whether it indicates moving targets")
    lidar_type: Literal["linear", "flash", "geiger"] | None = optional("linear, flash or geiger")
    wavelength_nm: Positive | None = optional("the wavelength in nanometres", unit="nm")
    pulse_rate_hz: Positive | None = optional("pulses per second", unit="Hz")
    vertical_accuracy_m: Positive | None = optional("the vertical accuracy in metres", unit="m")
    geolocation_ce90_m: Positive | None = optional(
        "the geolocation accuracy in metres, 90 percent circle", unit="m"
    )

    @model_validator(mode="after")
    def _states_its_own_measure(self) -> Self:
        if self.type is InstrumentType.SAR and self.gsd_m is not None:
            raise refuse("a SAR has no ground sample distance: give ipr_range_m and ipr_azimuth_m", "gsd_m")
        if self.type is not None and self.type is not InstrumentType.SAR:
            for field in ("ipr_range_m", "ipr_azimuth_m", "ipr_plane"):
                if getattr(self, field) is not None:
                    raise refuse(f"only a SAR states this, and the type is {self.type}: give gsd_m", field)
        for low, high in (("spectral_min_nm", "spectral_max_nm"), ("min_grazing_deg", "max_grazing_deg")):
            first, last = getattr(self, low), getattr(self, high)
            if first is not None and last is not None and last < first:
                raise refuse(f"this is {last:g}, under {low}, {first:g}: swap or correct them", high)
        if self.bands is not None and self.band_count not in {None, len(self.bands)}:
            raise refuse(f"this is {self.band_count}, and {len(self.bands)} bands are listed", "band_count")
        return self
