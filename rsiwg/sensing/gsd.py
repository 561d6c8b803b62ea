"""Ground sample distance: what one detector element covers on the ground, for a given look.

A detector element sees a fixed angle, the IFOV.  Over the slant range it spans ``range x IFOV`` across the line of sight,
and on ground that the line meets at the incidence angle it is stretched by ``1 / cos(incidence)`` in the direction
of the look.  So, with R the slant range and i the incidence:

    cross-view GSD = R IFOV                (at a right angle to the look; always the finer of the two)
    along-view GSD = R IFOV / cos i        (in the direction of the look)
    mean GSD       = (cross-view + along-view) / 2

Sources: Wertz, Space Mission Analysis and Design, 3rd ed., section 9.5 (ground pixel X = h Y / f, stretched off nadir);
Leachtenauer and Driggers, Surveillance and Reconnaissance Imaging Systems, 2001, chapter 9 (GSD of the two directions).
Range and incidence are exact on the ellipsoid (`viewing`), not h / cos: a flat Earth is 2 to 8 % off.

A datasheet's nadir GSD belongs to the datasheet's altitude; together they give the IFOV, and from another altitude the
same instrument is finer or coarser.
"""

import math
from collections.abc import Callable

import attrs
import numpy as np
from numpy.typing import ArrayLike

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.parameters import Floats, require
from rsiwg.sensing.viewing import (
    MEAN_SPHERE,
    WGS84,
    Ellipsoid,
    ecef_of,
    horizon_off_nadir_deg,
    look,
)

AltitudeAt = Callable[[Floats], Floats]
"""Altitude above the ellipsoid, kilometres, of an orbit over geodetic latitudes of the satellite, degrees."""

ALONG_THE_PARALLEL = 90.0
"""The look azimuth where none is given: the satellite then stands near the target's latitude."""
LATITUDE_NEEDED = "is needed with elements: give the target's, -90 to 90 degrees"

_ROUNDS = 8
_CLOSE_DEG = 1e-4
"""Ten metres on the ground: altitudes differ by centimetres over that."""


@attrs.frozen(kw_only=True, eq=False)
class CollectedGsd:
    """What is collected at the target; every field is an array of one shape."""

    cross_view_gsd_m: Floats
    """At a right angle to the look."""
    along_view_gsd_m: Floats
    """In the direction of the look, stretched by the incidence."""
    incidence_deg: Floats
    """At the target, from its zenith; larger than the off-nadir angle."""
    slant_range_km: Floats
    altitude_km: Floats
    """Of the satellite above the ellipsoid, at the moment of the look."""

    @property
    def mean_gsd_m(self) -> Floats:
        """The arithmetic mean of the two directions."""
        return (self.cross_view_gsd_m + self.along_view_gsd_m) / 2


def ifov_urad_of_nadir(*, nadir_gsd_m: ArrayLike, altitude_km: ArrayLike) -> Floats:
    """The IFOV, microradians, of a nadir GSD at the altitude it was stated for."""
    return 1000 * require("nadir_gsd_m", nadir_gsd_m) / require("altitude_km", altitude_km)


def ifov_urad_of_optics(*, pixel_pitch_um: ArrayLike, focal_length_m: ArrayLike) -> Floats:
    """The IFOV, microradians, of a detector element of this pitch behind this focal length."""
    return require("pixel_pitch_um", pixel_pitch_um) / require("focal_length_m", focal_length_m)


def collected_gsd(
    *,
    ifov_urad: ArrayLike,
    off_nadir_deg: ArrayLike,
    altitude_km: ArrayLike | AltitudeAt,
    latitude_deg: ArrayLike | None = None,
    look_azimuth_deg: ArrayLike | None = None,
) -> CollectedGsd:
    """The GSD collected off nadir.  All arrays broadcast.

    `latitude_deg` is the target's, and `look_azimuth_deg` points from the satellite to the target, clockwise from north;
    left out, the look is along the parallel.  `altitude_km` is a number, or a function of the satellite's latitude.
    Without a latitude the Earth is the sphere of its mean radius.

    Raises InvalidSubmission, naming the parameter, for what is out of range or looks past the horizon.
    """
    ifov = require("ifov_urad", ifov_urad)
    off_nadir = require("off_nadir_deg", off_nadir_deg)
    azimuth = require(
        "look_azimuth_deg", ALONG_THE_PARALLEL if look_azimuth_deg is None else look_azimuth_deg
    )
    if latitude_deg is None and callable(altitude_km):
        raise InvalidSubmission({"latitude_deg": LATITUDE_NEEDED})
    latitude = require("latitude_deg", 0.0 if latitude_deg is None else latitude_deg)
    altitude = np.zeros(()) if callable(altitude_km) else require("altitude_km", altitude_km)
    whole = np.broadcast_arrays(ifov, off_nadir, azimuth, latitude, altitude)
    ifov, off_nadir, azimuth, latitude, altitude = (each.ravel() for each in whole)
    found, horizon = gsd_and_horizon(
        ifov_urad=ifov,
        off_nadir_deg=off_nadir,
        look_azimuth_deg=azimuth,
        latitude_deg=None if latitude_deg is None else latitude,
        altitude_at=altitude_km if callable(altitude_km) else lambda _: altitude,
    )
    past = np.flatnonzero(off_nadir >= horizon)
    if past.size:
        n = past[0]
        raise InvalidSubmission(
            {"off_nadir_deg": past_horizon(off_nadir[n], horizon[n], found.altitude_km[n])}
        )
    return CollectedGsd(
        **{
            field.name: getattr(found, field.name).reshape(whole[0].shape)
            for field in attrs.fields(CollectedGsd)
        }
    )


def gsd_and_horizon(
    *,
    ifov_urad: Floats,
    off_nadir_deg: Floats,
    look_azimuth_deg: Floats,
    latitude_deg: Floats | None,
    altitude_at: AltitudeAt,
) -> tuple[CollectedGsd, Floats]:
    """(GSD, off-nadir angle of the horizon), one-dimensional; a look past the horizon is taken as one near it.

    The satellite stands elsewhere than the target, up to some ten degrees away, and from high orbits farther.  Its latitude
    is had on a sphere first, and then moved by what the look on the ellipsoid misses, each row until it is met, so
    that no row depends on its neighbours; near a pole, where a look along the parallel never reaches the latitude, the nearest
    one is taken.
    """
    on = MEAN_SPHERE if latitude_deg is None else WGS84
    target = np.zeros_like(off_nadir_deg) if latitude_deg is None else latitude_deg
    satellite, met = target, np.zeros(target.shape, dtype=bool)
    if latitude_deg is not None:
        for _ in range(2):  # the altitude over the target, then over the satellite
            satellite = _on_sphere(target, off_nadir_deg, look_azimuth_deg, altitude_at(satellite))
    for _ in range(_ROUNDS):
        altitude_km = altitude_at(satellite)
        satellite_m = ecef_of(latitude_deg=satellite, longitude_deg=0.0, height_m=altitude_km * 1000, on=on)
        horizon = horizon_off_nadir_deg(satellite_m, look_azimuth_deg=look_azimuth_deg, on=on)
        seen = look(
            satellite_m,
            off_nadir_deg=np.where(off_nadir_deg < horizon, off_nadir_deg, 0.999 * horizon),
            look_azimuth_deg=look_azimuth_deg,
            on=on,
        )
        missed = target - seen.target_latitude_deg
        met |= np.abs(missed) < _CLOSE_DEG
        if latitude_deg is None or met.all():
            break
        satellite = np.where(met, satellite, np.clip(satellite + missed, -90.0, 90.0))
    cross = seen.slant_range_m * ifov_urad * 1e-6
    found = CollectedGsd(
        cross_view_gsd_m=cross,
        along_view_gsd_m=cross / np.cos(np.radians(seen.incidence_deg)),
        incidence_deg=seen.incidence_deg,
        slant_range_km=seen.slant_range_m / 1000,
        altitude_km=altitude_km,
    )
    return found, horizon


def _on_sphere(target_deg: Floats, off_nadir_deg: Floats, azimuth_deg: Floats, altitude_km: Floats) -> Floats:
    """The latitude of a satellite that sees a target's latitude, on the mean sphere; the nearest where none does.

    With c the arc between the two and A the azimuth: sin(target) = sin(satellite) cos c + cos(satellite) sin c cos A.
    """
    radius_km = MEAN_SPHERE.equatorial_m / 1000
    angle, azimuth = np.radians(off_nadir_deg), np.radians(azimuth_deg)
    arc = np.arcsin(np.minimum(np.sin(angle) * (radius_km + altitude_km) / radius_km, 1.0)) - angle
    a, b = np.cos(arc), np.sin(arc) * np.cos(azimuth)
    found: Floats = np.degrees(
        np.arcsin(np.clip(np.sin(np.radians(target_deg)) / np.hypot(a, b), -1.0, 1.0)) - np.arctan2(b, a)
    )
    return np.asarray(np.clip(found, -90.0, 90.0))


def past_horizon(off_nadir_deg: float, horizon_deg: float, altitude_km: float) -> str:
    """Why a look misses the Earth, and what would not."""
    return (
        f"{off_nadir_deg:g} degrees looks past the horizon, which lies {horizon_deg:.2f} degrees from nadir at "
        f"{altitude_km:,.0f} km: give 0 up to but not including that"
    )


LARGEST_SPHERE = Ellipsoid(
    equatorial_m=WGS84.equatorial_m**2 / WGS84.polar_m, polar_m=WGS84.equatorial_m**2 / WGS84.polar_m
)
"""A sphere as flat as the ellipsoid is at its poles: from it every slant range and incidence is a lower bound."""


def horizon_of_sphere_deg(*, altitude_km: float) -> float:
    """The off-nadir angle of the horizon on the mean sphere, from an altitude: arcsin(R / (R + h))."""
    radius_km = MEAN_SPHERE.equatorial_m / 1000
    return math.degrees(math.asin(radius_km / (radius_km + float(require("altitude_km", altitude_km)))))


def stretch(*, altitude_km: float, off_nadir_deg: float) -> tuple[float, float]:
    """(cross-view, mean) GSD off nadir over that at nadir from the same altitude: lower bounds anywhere on the ellipsoid.

    Taken on `LARGEST_SPHERE`, where the Earth curves away least.  Raises InvalidSubmission for a look past the horizon.
    """
    satellite_m = ecef_of(latitude_deg=0.0, longitude_deg=0.0, height_m=1000 * altitude_km, on=LARGEST_SPHERE)
    seen = look(satellite_m, off_nadir_deg=off_nadir_deg, look_azimuth_deg=90.0, on=LARGEST_SPHERE)
    cross = float(seen.slant_range_m) / (1000 * altitude_km)
    along = cross / math.cos(math.radians(float(seen.incidence_deg)))
    return cross, (cross + along) / 2
