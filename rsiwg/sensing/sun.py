"""Where the sun stands: low-precision solar position, good to 0.01 degrees between 1950 and 2050."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_J2000_UNIX_S = 946_728_000.0
"""2000-01-01 12:00 UTC."""


def gmst_rad(unix_s: ArrayLike) -> Floats:
    """Greenwich mean sidereal time (IAU 1982), radians, with UT1 taken as UTC.

    UTC is kept within 0.9 s of UT1, which turns a place by at most 0.004 degrees (418 m at the equator);
    in 2017-2026 the difference was under 0.4 s (Aoki et al., Astron. Astrophys. 105, 1982; Vallado,
    Fundamentals of Astrodynamics and Applications, 4th ed., equation 3-47).
    """
    t = np.asarray(unix_s, dtype=np.float64)
    # Whole turns are kept apart, since the turn of the Earth is what needs all the digits.
    days = (t - _J2000_UNIX_S) / 86400.0
    c = days / 36525.0
    turn = 2 * np.pi * (((t - _J2000_UNIX_S) % 86400.0) / 86400.0)
    rest_s = 67310.54841 + (8640184.812866 + (0.093104 - 6.2e-6 * c) * c) * c
    angle: Floats = (turn + rest_s * (2 * np.pi / 86400.0)) % (2 * np.pi)
    return angle


def mean_sun_right_ascension_deg(unix_s: float) -> float:
    """Right ascension of the mean sun, degrees: its mean longitude.

    Astronomical Almanac, section C, low-precision formulas: L = 280.460 + 0.9856474 d.
    """
    return float((280.460 + 0.9856474 * (unix_s - _J2000_UNIX_S) / 86400.0) % 360)


def sun_direction_ecef(unix_s: ArrayLike) -> Floats:
    """Unit vectors from the Earth's centre to the sun, in the Earth-fixed frame; shape (..., 3).

    Astronomical Almanac, section C, low-precision formulas for the sun (0.01 degrees between 1950 and
    2050); referred to the equinox of date.
    """
    t = np.asarray(unix_s, dtype=np.float64)
    d = (t - _J2000_UNIX_S) / 86400.0
    anomaly = np.radians((357.528 + 0.9856003 * d) % 360)
    longitude = np.radians(
        (280.460 + 0.9856474 * d + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly)) % 360
    )
    obliquity = np.radians(23.439 - 0.0000004 * d)
    right_ascension = np.arctan2(np.cos(obliquity) * np.sin(longitude), np.cos(longitude))
    declination = np.arcsin(np.sin(obliquity) * np.sin(longitude))
    lon = right_ascension - gmst_rad(t)
    return np.stack(
        [np.cos(declination) * np.cos(lon), np.cos(declination) * np.sin(lon), np.sin(declination)], axis=-1
    )


def sun_elevation_deg(unix_s: ArrayLike, longitude_deg: ArrayLike, latitude_deg: ArrayLike) -> Floats:
    """Elevation of the sun's centre above the geodetic horizon, degrees, without refraction and parallax (0.002 degrees).

    Arguments broadcast against each other.
    """
    lon, lat = np.radians(longitude_deg), np.radians(latitude_deg)
    up = np.stack(
        np.broadcast_arrays(np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=-1
    )
    cosine = np.sum(up * sun_direction_ecef(unix_s), axis=-1)
    elevation: Floats = np.degrees(np.arcsin(np.clip(cosine, -1, 1)))
    return elevation
