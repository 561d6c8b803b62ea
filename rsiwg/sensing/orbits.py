"""Where satellites are: SGP4 for many satellites and times at once, in the Earth-fixed frame.

SGP4 gives positions in TEME; turning by Greenwich mean sidereal time (IAU 1982) gives the Earth-fixed
frame (Vallado et al., AIAA 2006-6753, appendix C).  Polar motion (under 15 m) and UT1 - UTC (see
`sun.gmst_rad`) are left out.  Times are UTC, as seconds since 1970 (`unix_s`), good to a microsecond.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sgp4.api import SGP4_ERRORS, SatrecArray

from rsiwg.geometry.measure import FLATTENING, SEMI_MAJOR_M
from rsiwg.sensing.elements import ElementSet
from rsiwg.sensing.sun import gmst_rad
from rsiwg.sensing.viewing import geodetic_of

Floats = NDArray[np.float64]

EARTH_RATE_RAD_S = 7.292115146706979e-5
_A_KM = SEMI_MAJOR_M / 1000
_E2 = FLATTENING * (2 - FLATTENING)
_UNIX_EPOCH_JD = 2440587.5


class Failure(NamedTuple):
    """A satellite for which SGP4 gives no position."""

    satellite: int
    """Its place in the sequence of element sets."""
    from_unix_s: float
    """The first time without a position; nothing is said about the satellite from here on."""
    why: str


@attrs.frozen(kw_only=True, eq=False)
class Track:
    """Positions of satellites at times, Earth-fixed; shapes (satellites, times, 3)."""

    unix_s: Floats
    position_km: Floats
    velocity_km_s: Floats
    """Relative to the turning Earth."""
    failures: tuple[Failure, ...]
    """From its failure on, a satellite's rows hold zeros, never NaN."""


def propagate(elements: Sequence[ElementSet], unix_s: ArrayLike) -> Track:
    """SGP4 positions of every satellite at every time, in the Earth-fixed frame.

    Agrees with SGP4's published verification vectors to 1e-6 km in TEME.
    """
    times = np.atleast_1d(np.asarray(unix_s, dtype=np.float64))
    errors, position, velocity = teme(elements, times)
    failures = _failures(errors, times)
    for failure in failures:
        after = times >= failure.from_unix_s
        position[failure.satellite, after] = velocity[failure.satellite, after] = 0.0
    theta = gmst_rad(times)
    cosine, sine = np.cos(theta), np.sin(theta)
    _turn(position, cosine, sine)
    _turn(velocity, cosine, sine)
    velocity[..., 0] += EARTH_RATE_RAD_S * position[..., 1]
    velocity[..., 1] -= EARTH_RATE_RAD_S * position[..., 0]
    return Track(unix_s=times, position_km=position, velocity_km_s=velocity, failures=failures)


def teme(elements: Sequence[ElementSet], unix_s: Floats) -> tuple[NDArray[np.uint8], Floats, Floats]:
    """(SGP4's error codes, positions in km, velocities in km/s) in TEME, as the `sgp4` package gives them."""
    days = np.floor(unix_s / 86400.0)
    fraction = unix_s / 86400.0 - days
    errors, position, velocity = SatrecArray([e.satrec() for e in elements]).sgp4(
        days + _UNIX_EPOCH_JD, fraction
    )
    return errors, position, velocity


def _turn(vectors: Floats, cosine: Floats, sine: Floats) -> None:
    x = vectors[..., 0] * cosine + vectors[..., 1] * sine
    vectors[..., 1] = vectors[..., 1] * cosine - vectors[..., 0] * sine
    vectors[..., 0] = x


def _failures(errors: NDArray[np.uint8], times: Floats) -> tuple[Failure, ...]:
    failed = np.flatnonzero(errors.any(axis=1))
    found = []
    for n in failed:
        first = int(np.flatnonzero(errors[n])[0])
        why = SGP4_ERRORS.get(int(errors[n, first]), "SGP4 gives no position")
        found.append(Failure(int(n), float(times[first]), why))
    return tuple(found)


# ------------------------------------------------------------------------------- the point below


class Geodetic(NamedTuple):
    """Places over the WGS 84 ellipsoid, arrays of one shape."""

    longitude_deg: Floats
    latitude_deg: Floats
    """Geodetic."""
    altitude_km: Floats
    """Height above the ellipsoid."""


def geodetic(position_km: ArrayLike) -> Geodetic:
    """Longitude, geodetic latitude and height of Earth-fixed positions of shape (..., 3)."""
    latitude_deg, longitude_deg, height_m = geodetic_of(np.asarray(position_km) * 1000.0)
    return Geodetic(longitude_deg, latitude_deg, height_m / 1000.0)


def up_vectors(position_km: Floats) -> Floats:
    """Unit normals of the ellipsoid below positions of shape (..., 3), pointing outwards: minus the geodetic nadir.

    Two fixed-point steps without trigonometry; 1e-9 rad in low orbit.
    """
    p = position_km
    across = np.hypot(p[..., 0], p[..., 1])
    up = p[..., 2]
    shifted = up * (1 + _E2 * _A_KM / np.maximum(np.hypot(across, up), 1.0))
    for _ in range(3):
        sine = shifted / np.maximum(np.hypot(across, shifted), 1e-9)
        shifted = up + _E2 * _A_KM / np.sqrt(1 - _E2 * sine**2) * sine
    normal = np.stack([p[..., 0], p[..., 1], shifted], axis=-1)
    normal /= np.maximum(np.sqrt(np.sum(normal * normal, axis=-1, keepdims=True)), 1e-9)
    return normal


def ground_track(elements: ElementSet, unix_s: ArrayLike) -> Geodetic:
    """The point below a satellite at times; shape (times,).

    Raises:
        ValueError: SGP4 gives no position at one of the times (see `propagate` for which).
    """
    track = propagate([elements], unix_s)
    if track.failures:
        raise ValueError(f"{elements.name}: {track.failures[0].why}")
    return geodetic(track.position_km[0])


# -------------------------------------------------------------------------- between the nodes


def blocks(start_unix_s: float, end_unix_s: float, step_s: float, most: int) -> Iterator[Floats]:
    """Times from start to beyond the end, in blocks of at most `most` steps that share their last and first time."""
    steps = int(np.ceil((end_unix_s - start_unix_s) / step_s))
    for first in range(0, steps, most):
        times: Floats = start_unix_s + step_s * np.arange(
            first, min(first + most, steps) + 1, dtype=np.float64
        )
        yield times


def between(track: Track, satellite: NDArray[np.int64], unix_s: Floats) -> tuple[Floats, Floats]:
    """Positions and velocities at any times within a track with even steps, by cubic Hermite interpolation.

    `satellite` and `unix_s` have one shape (n,); answers (n, 3) twice.  With steps of 60 s the error in low
    orbit is under a metre (h^4/384 times the fourth derivative), 0.1 ms of flight.
    """
    step = track.unix_s[1] - track.unix_s[0]
    place = (unix_s - track.unix_s[0]) / step
    node = np.clip(place.astype(np.int64), 0, len(track.unix_s) - 2)
    u = (place - node)[:, None]
    p0, p1 = track.position_km[satellite, node], track.position_km[satellite, node + 1]
    m0, m1 = track.velocity_km_s[satellite, node] * step, track.velocity_km_s[satellite, node + 1] * step
    d = p1 - p0
    c2, c3 = 3 * d - 2 * m0 - m1, m0 + m1 - 2 * d
    position = p0 + u * (m0 + u * (c2 + u * c3))
    velocity = (m0 + u * (2 * c2 + 3 * u * c3)) / step
    return position, velocity
