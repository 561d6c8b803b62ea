"""How high an orbit is above the ellipsoid over each latitude, from SGP4, so that its real shape counts.

Two things make it vary: the ellipsoid, 21 km lower at the poles than at the equator, and the orbit, whose perigee most
imaging satellites keep frozen in the north.  The two nearly cancel there and add up in the south, so that a circular
orbit over the ellipsoid is a worse guess than one altitude everywhere.
"""

import attrs
import numpy as np
from sgp4.api import SGP4_ERRORS, Satrec

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.parameters import Floats
from rsiwg.sensing.viewing import geodetic_of

_NODES = 120


@attrs.frozen(kw_only=True, eq=False)
class AltitudeProfile:
    """Altitudes over one revolution, kilometres, each way by ascending latitude of the satellite, degrees."""

    northbound_latitude_deg: Floats
    northbound_km: Floats
    southbound_latitude_deg: Floats
    southbound_km: Floats

    def __call__(self, latitude_deg: Floats) -> Floats:
        """The mean of both ways; beyond the turning points, as there."""
        north, south = self.both_ways(latitude_deg)
        return (north + south) / 2

    def both_ways(self, latitude_deg: Floats) -> tuple[Floats, Floats]:
        """(northbound, southbound) altitudes."""
        return (
            np.interp(latitude_deg, self.northbound_latitude_deg, self.northbound_km),
            np.interp(latitude_deg, self.southbound_latitude_deg, self.southbound_km),
        )

    @property
    def highest_latitude_deg(self) -> float:
        """The farthest from the equator that the satellite comes."""
        return float(
            max(np.abs(self.northbound_latitude_deg).max(), np.abs(self.southbound_latitude_deg).max())
        )


def altitude_profile(satellite: Satrec) -> AltitudeProfile:
    """Altitude over latitude in the revolution that begins at the epoch of the elements.

    SGP4 at 120 steps, even in eccentric anomaly so that a perigee is not passed over; between them a line, which is within
    20 m for a low orbit.  The frame TEME has the pole of the Earth, so its turning does not matter.  Raises
    InvalidSubmission where SGP4 gives no position.
    """
    eccentricity = satellite.ecco
    first = satellite.mo
    for _ in range(20):  # Kepler's equation for where it begins
        first = satellite.mo + eccentricity * np.sin(first)
    anomaly = first + np.linspace(0.0, 2 * np.pi, _NODES + 1)
    mean = anomaly - eccentricity * np.sin(anomaly)
    minutes = (mean - mean[0]) / satellite.no_kozai
    days = np.full_like(minutes, satellite.jdsatepoch)
    errors, position_km, velocity = satellite.sgp4_array(days, satellite.jdsatepochF + minutes / 1440)
    if errors.any():
        why = SGP4_ERRORS.get(int(errors[errors != 0][0]), "no position")
        raise InvalidSubmission(
            {"tle": f"SGP4 gives no orbit for these elements ({why}): give a current set"}
        )
    latitude, _, height_m = geodetic_of(position_km * 1000)
    north = velocity[:, 2] >= 0
    return AltitudeProfile(
        **_by_latitude("northbound", latitude, height_m, north if north.any() else ~north),
        **_by_latitude("southbound", latitude, height_m, ~north if not north.all() else north),
    )


def _by_latitude(way: str, latitude: Floats, height_m: Floats, chosen: np.ndarray) -> dict[str, Floats]:
    order = np.argsort(latitude[chosen], kind="stable")
    return {f"{way}_latitude_deg": latitude[chosen][order], f"{way}_km": height_m[chosen][order] / 1000}
