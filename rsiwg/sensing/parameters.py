"""What each parameter of a sensor or a look is: its unit and its range.  One table for the library, the CLI and the API."""

from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from rsiwg.errors import InvalidSubmission

Floats = NDArray[np.float64]


@attrs.frozen
class Parameter:
    """A quantity with its unit and the values it can have."""

    unit: str
    least: float
    most: float
    below_most: bool = False
    """Whether `most` itself is out of range."""

    @property
    def range(self) -> str:
        """In words: metres, 0.001 to 100,000."""
        upto = " up to but not including " if self.below_most else " to "
        return f"{self.unit}, {self.least:,g}{upto}{self.most:,g}"

    def holds(self, values: Floats) -> NDArray[np.bool_]:
        """Which values are in range; NaN and infinity never are."""
        upper = values < self.most if self.below_most else values <= self.most
        inside: NDArray[np.bool_] = (values >= self.least) & upper
        return inside


PARAMETERS: Mapping[str, Parameter] = {
    "nadir_gsd_m": Parameter("metres", 0.001, 100_000),
    "gsd_m": Parameter("metres", 0.001, 100_000),
    "ifov_urad": Parameter("microradians", 0.0001, 1_000_000),
    "pixel_pitch_um": Parameter("micrometres", 0.1, 10_000),
    "focal_length_m": Parameter("metres", 0.001, 1_000),
    "altitude_km": Parameter("kilometres above the ellipsoid", 100, 100_000),
    "off_nadir_deg": Parameter("degrees at the satellite, from nadir", 0, 90, below_most=True),
    "incidence_deg": Parameter("degrees at the target, from zenith", 0, 90, below_most=True),
    "latitude_deg": Parameter("degrees", -90, 90),
    "look_azimuth_deg": Parameter(
        "degrees from the satellite to the target, clockwise from north", -360, 360
    ),
    "bandwidth_mhz": Parameter("megahertz", 0.001, 100_000),
    "frequency_ghz": Parameter("gigahertz", 0.01, 1_000),
    "antenna_length_m": Parameter("metres", 0.01, 1_000),
    "speed_m_s": Parameter("metres a second", 1, 20_000),
    "slant_range_km": Parameter("kilometres", 1, 1_000_000),
    "integration_angle_deg": Parameter("degrees", 0.0001, 180, below_most=True),
    "doppler_bandwidth_hz": Parameter("hertz", 0.1, 1e9),
    "relative_edge_response": Parameter("a share", 0.01, 2),
    "overshoot": Parameter("a ratio", 0.1, 5),
    "noise_gain": Parameter("a ratio", 0.01, 1_000),
    "signal_to_noise": Parameter("a ratio", 0.01, 1_000_000),
    "niirs": Parameter("a level", 0, 9),
}


def require(name: str, value: ArrayLike) -> Floats:
    """The values as an array, all in range.  Raises InvalidSubmission naming the first that is not."""
    values = np.asarray(value, dtype=np.float64)
    wrong = ~PARAMETERS[name].holds(values)
    if wrong.any():
        raise InvalidSubmission({name: out_of_range(name, float(values[wrong].flat[0]))})
    return values


def out_of_range(name: str, value: float) -> str:
    """Why a value is refused, with the unit and the range."""
    what = f"{value:g} is out of range" if np.isfinite(value) else "is not a finite number"
    return f"{what}: give {PARAMETERS[name].range}"
