"""Viewing geometry on the ellipsoid: one line of sight between a satellite and a point on the ground.

Off-nadir is the angle at the satellite, incidence the angle at the target; incidence is the larger one, because the
Earth curves away.  They are never passed by position, and a `Sight` names both.

Positions are Earth-centred, Earth-fixed (ECEF), metres, in arrays of shape (..., 3).  All functions broadcast.  Angles
are degrees, azimuths clockwise from north.  Nothing here answers NaN: a look that misses the Earth raises
InvalidSubmission.

Sources: a ray against an ellipsoid by scaling it to the unit sphere, and local frames, as in Vallado, Fundamentals of
Astrodynamics and Applications, 4th ed., sections 3.2 and 4.4; angles and slant range as in Wertz, Space Mission Analysis
and Design, 3rd ed., section 5.2, whose formulas for the sphere are the limit that the tests hold this to.
"""

from enum import StrEnum
from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from rsiwg.errors import InvalidSubmission
from rsiwg.geometry.measure import FLATTENING, SEMI_MAJOR_M
from rsiwg.sensing.parameters import Floats


@attrs.frozen(kw_only=True)
class Ellipsoid:
    """An ellipsoid of revolution; with equal radii, a sphere."""

    equatorial_m: float
    polar_m: float

    @property
    def axes_m(self) -> Floats:
        """Its three half axes, metres."""
        return np.array([self.equatorial_m, self.equatorial_m, self.polar_m])

    @property
    def eccentricity2(self) -> float:
        """Its first eccentricity, squared."""
        return 1 - (self.polar_m / self.equatorial_m) ** 2


WGS84 = Ellipsoid(equatorial_m=SEMI_MAJOR_M, polar_m=SEMI_MAJOR_M * (1 - FLATTENING))
MEAN_SPHERE = Ellipsoid(equatorial_m=6371008.7714, polar_m=6371008.7714)
"""The sphere with the mean radius R1 of WGS 84, for where no latitude is known."""


class Vertical(StrEnum):
    """Which line is called vertical: they differ by up to 0.19 degrees at 45 degrees of latitude."""

    GEODETIC = "geodetic"
    """Normal to the ellipsoid, as a plumb line and a map's latitude have it."""
    GEOCENTRIC = "geocentric"
    """Through the centre of the Earth."""


@attrs.frozen(kw_only=True, eq=False)
class Sight:
    """Lines of sight; every field is an array of one shape."""

    off_nadir_deg: Floats
    """At the satellite, between nadir and the line of sight."""
    incidence_deg: Floats
    """At the target, between zenith and the line of sight; over 90: the target lies below the horizon."""
    slant_range_m: Floats
    look_azimuth_deg: Floats
    """At the satellite, towards the target, clockwise from north; 0 where the target is at nadir."""
    satellite_azimuth_deg: Floats
    """At the target, towards the satellite, clockwise from north; 0 where the satellite is at zenith."""
    target_m: Floats
    """The target, ECEF, shape (..., 3)."""
    target_latitude_deg: Floats
    target_longitude_deg: Floats

    @property
    def elevation_deg(self) -> Floats:
        """Of the satellite, above the horizon of the target."""
        return 90.0 - self.incidence_deg

    @property
    def is_visible(self) -> NDArray[np.bool_]:
        """Whether the satellite stands above the horizon of the target."""
        return self.incidence_deg < 90.0


def ecef_of(
    *, latitude_deg: ArrayLike, longitude_deg: ArrayLike, height_m: ArrayLike, on: Ellipsoid = WGS84
) -> Floats:
    """The position of a geodetic latitude, longitude and height above the ellipsoid, metres."""
    lat, lon = np.radians(_floats(latitude_deg)), np.radians(_floats(longitude_deg))
    height = _floats(height_m)
    sin = np.sin(lat)
    normal_m = on.equatorial_m / np.sqrt(1 - on.eccentricity2 * sin * sin)
    across = (normal_m + height) * np.cos(lat)
    up = (normal_m * (1 - on.eccentricity2) + height) * sin
    return np.stack(np.broadcast_arrays(across * np.cos(lon), across * np.sin(lon), up), axis=-1)


def geodetic_of(position_m: ArrayLike, *, on: Ellipsoid = WGS84) -> tuple[Floats, Floats, Floats]:
    """(latitude_deg, longitude_deg, height_m) of positions, by Bowring's iteration (Survey Review 1976).

    Four rounds: within 1e-8 m from the surface out to geostationary height and beyond.
    """
    x, y, z = np.moveaxis(_floats(position_m), -1, 0)
    across = np.hypot(x, y)
    a, b, e2 = on.equatorial_m, on.polar_m, on.eccentricity2
    second_e2 = e2 / (1 - e2)
    reduced = np.arctan2(a * z, b * across)
    for _ in range(4):
        sin, cos = np.sin(reduced), np.cos(reduced)
        lat = np.arctan2(z + second_e2 * b * sin**3, across - e2 * a * cos**3)
        reduced = np.arctan2(b * np.sin(lat), a * np.cos(lat))
    sin, cos = np.sin(lat), np.cos(lat)
    height = across * cos + z * sin - a * np.sqrt(1 - e2 * sin * sin)
    return np.degrees(lat), np.degrees(np.arctan2(y, x)), height


def sight(
    satellite_m: ArrayLike,
    target_m: ArrayLike,
    *,
    nadir: Vertical = Vertical.GEODETIC,
    zenith: Vertical = Vertical.GEODETIC,
    on: Ellipsoid = WGS84,
) -> Sight:
    """From a satellite to targets: range and every angle, exact.

    `nadir` is the vertical at the satellite, `zenith` the one at the target.  A target beyond the horizon is no error:
    its elevation is negative.  Raises InvalidSubmission for positions that are not finite or coincide.
    """
    satellite, target = np.broadcast_arrays(_floats(satellite_m), _floats(target_m))
    _finite(satellite_m=satellite, target_m=target)
    line = target - satellite
    slant_range_m = np.linalg.norm(line, axis=-1)
    if np.any(slant_range_m == 0):
        raise InvalidSubmission({"target_m": "is where the satellite is: give a target on the ground"})
    off_nadir_deg, look_azimuth_deg = _angles(line, satellite, nadir, on, downwards=True)
    incidence_deg, satellite_azimuth_deg = _angles(-line, target, zenith, on, downwards=False)
    latitude_deg, longitude_deg, _ = geodetic_of(target, on=on)
    return Sight(
        off_nadir_deg=off_nadir_deg,
        incidence_deg=incidence_deg,
        slant_range_m=slant_range_m,
        look_azimuth_deg=look_azimuth_deg,
        satellite_azimuth_deg=satellite_azimuth_deg,
        target_m=target,
        target_latitude_deg=latitude_deg,
        target_longitude_deg=longitude_deg,
    )


def look(
    satellite_m: ArrayLike,
    *,
    off_nadir_deg: ArrayLike,
    look_azimuth_deg: ArrayLike,
    nadir: Vertical = Vertical.GEODETIC,
    zenith: Vertical = Vertical.GEODETIC,
    on: Ellipsoid = WGS84,
) -> Sight:
    """From a satellite along a direction to where it meets the ellipsoid, exact.

    Raises InvalidSubmission for a direction that misses the Earth, naming the horizon.
    """
    satellite = _floats(satellite_m)
    off_nadir, azimuth = _floats(off_nadir_deg), _floats(look_azimuth_deg)
    _finite(satellite_m=satellite, off_nadir_deg=off_nadir, look_azimuth_deg=azimuth)
    if np.any(off_nadir < 0):
        raise InvalidSubmission({"off_nadir_deg": "is below 0: give degrees from nadir, 0 to the horizon"})
    horizon = horizon_off_nadir_deg(satellite, look_azimuth_deg=azimuth, nadir=nadir, on=on)
    if np.any(off_nadir > horizon):
        lowest = float(np.min(np.broadcast_to(horizon, np.broadcast_shapes(horizon.shape, off_nadir.shape))))
        raise InvalidSubmission(
            {
                "off_nadir_deg": f"{float(np.max(off_nadir)):g} degrees looks past the horizon, which lies at {lowest:.3f} degrees: "
                "give 0 to that"
            }
        )
    down, level = _directions(satellite, azimuth, nadir, on)
    angle = np.radians(off_nadir)[..., None]
    satellite, direction = np.broadcast_arrays(satellite, np.cos(angle) * down + np.sin(angle) * level)
    s, u = satellite / on.axes_m, direction / on.axes_m
    su, uu = _dot(s, u), _dot(u, u)
    # The nearer root, in the form that keeps its digits.  At the horizon rounding may put the root below 0.
    root = np.sqrt(np.maximum(su * su - uu * (_dot(s, s) - 1), 0.0))
    distance = (_dot(s, s) - 1) / (root - su)
    return sight(satellite, satellite + distance[..., None] * direction, nadir=nadir, zenith=zenith, on=on)


def horizon_off_nadir_deg(
    satellite_m: ArrayLike,
    *,
    look_azimuth_deg: ArrayLike,
    nadir: Vertical = Vertical.GEODETIC,
    on: Ellipsoid = WGS84,
) -> Floats:
    """The off-nadir angle at which the line of sight grazes the ellipsoid.

    The ray satellite + t (cos q down + sin q level) touches where the discriminant of its quadratic vanishes, and that
    is a quadratic in tan q.  Raises InvalidSubmission for a satellite on or below the ground.
    """
    satellite = _floats(satellite_m)
    _finite(satellite_m=satellite)
    s = satellite / on.axes_m
    outside = _dot(s, s) - 1
    if np.any(outside <= 0):
        raise InvalidSubmission({"satellite_m": "lies on or below the ground: give a position in orbit"})
    down, level = _directions(satellite, _floats(look_azimuth_deg), nadir, on)
    n, h = down / on.axes_m, level / on.axes_m
    sn, sh = _dot(s, n), _dot(s, h)
    a = sn * sn - outside * _dot(n, n)
    b = sn * sh - outside * _dot(n, h)
    c = sh * sh - outside * _dot(h, h)
    horizon: Floats = np.degrees(np.arctan2(b + np.sqrt(np.maximum(b * b - a * c, 0.0)), -c))
    return horizon


def _directions(
    satellite: Floats, azimuth_deg: Floats, vertical: Vertical, on: Ellipsoid
) -> tuple[Floats, Floats]:
    """Unit vectors down, and level along the azimuth."""
    east, north, up = _frame(satellite, vertical, on)
    azimuth = np.radians(azimuth_deg)[..., None]
    return -up, np.sin(azimuth) * east + np.cos(azimuth) * north


def _angles(
    line: Floats, at: Floats, vertical: Vertical, on: Ellipsoid, *, downwards: bool
) -> tuple[Floats, Floats]:
    """(angle from the vertical, azimuth), degrees, of a line that starts at a position."""
    east, north, up = _frame(at, vertical, on)
    e, n, u = _dot(line, east), _dot(line, north), _dot(line, up)
    level = np.hypot(e, n)
    angle = np.degrees(np.arctan2(level, -u if downwards else u))
    # Straight up or down there is no azimuth, only the noise of rounding.
    azimuth = np.where(level < 1e-9 * np.abs(u), 0.0, np.degrees(np.arctan2(e, n)) % 360.0)
    return angle, azimuth


def _frame(position: Floats, vertical: Vertical, on: Ellipsoid) -> tuple[Floats, Floats, Floats]:
    """Unit vectors east, north, up."""
    x, y, z = np.moveaxis(position, -1, 0)
    if vertical is Vertical.GEODETIC:
        lat = np.radians(geodetic_of(position, on=on)[0])
    else:
        lat = np.arctan2(z, np.hypot(x, y))
    lon = np.arctan2(y, x)
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    east = np.stack([-sin_lon, cos_lon, np.zeros_like(lon)], axis=-1)
    north = np.stack([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat], axis=-1)
    up = np.stack([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat], axis=-1)
    return east, north, up


def _dot(one: Floats, other: Floats) -> Floats:
    product: Floats = np.sum(one * other, axis=-1)
    return product


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _finite(**values: Any) -> None:
    for name, array in values.items():
        if not np.all(np.isfinite(array)):
            raise InvalidSubmission({name: "is not a finite number: give a number"})
