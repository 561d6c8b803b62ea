"""How far to the side a system can look: an off-nadir limit at the satellite, a least elevation at the target."""

import math
from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.elements import EQUATORIAL_RADIUS_KM, ElementSet
from rsiwg.sensing.targets import Nearest

Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True)
class Reach:
    """How far to the side a system can look."""

    max_off_nadir_deg: float | None = None
    """At the satellite, from the geodetic nadir; None: to the horizon."""
    min_elevation_deg: float = 0.0
    """Of the satellite over the horizon of the target."""

    def __attrs_post_init__(self) -> None:
        problems = {}
        if self.max_off_nadir_deg is not None and not 0 < self.max_off_nadir_deg < 90:
            problems["max_off_nadir_deg"] = (
                f"{self.max_off_nadir_deg:g} is out of range: above 0 and below 90 (degrees at the satellite)"
            )
        if not 0 <= self.min_elevation_deg < 90:
            problems["min_elevation_deg"] = (
                f"{self.min_elevation_deg:g} is out of range: 0 and above, below 90 (degrees at the target)"
            )
        if problems:
            raise InvalidSubmission(problems)

    def refuse_beyond_horizon(self, elements: Sequence[ElementSet]) -> None:
        """Raise InvalidSubmission where the limit lies beyond the horizon of a satellite all along its orbit."""
        if self.max_off_nadir_deg is None:
            return
        for one in elements:
            horizon = math.degrees(
                math.asin(
                    min(1.0, EQUATORIAL_RADIUS_KM / (EQUATORIAL_RADIUS_KM + max(one.perigee_km - 25.0, 1.0)))
                )
            )
            if self.max_off_nadir_deg > horizon:
                raise InvalidSubmission(
                    {
                        "max_off_nadir_deg": f"{self.max_off_nadir_deg:g} degrees is beyond the horizon of {one.name}, which lies at "
                        f"{horizon:.1f} degrees from its perigee of {one.perigee_km:.0f} km: give less, or leave it out for the whole view to the horizon"
                    }
                )

    def angle_deg(self, radius_km: Floats, earth_km: float) -> Floats:
        """Angle at the Earth's centre from the point below to the edge of the view, on a sphere (Wertz, section 5.2)."""
        e = math.radians(self.min_elevation_deg)
        ratio = np.maximum(radius_km / earth_km, 1.0)
        angle = np.arccos(np.clip(math.cos(e) / ratio, -1, 1)) - e
        if self.max_off_nadir_deg is not None:
            d = math.radians(self.max_off_nadir_deg)
            sine = ratio * math.sin(d)
            angle = np.where(sine < 1, np.minimum(angle, np.arcsin(np.minimum(sine, 1.0)) - d), angle)
        return np.degrees(angle)

    def excess_deg(self, seen: Nearest) -> Floats:
        """By how much a look misses the limits; at most 0 where it is within them."""
        excess: Floats = self.min_elevation_deg - seen.elevation_deg
        if self.max_off_nadir_deg is not None:
            excess = np.maximum(excess, seen.off_nadir_deg - self.max_off_nadir_deg)
        return excess
