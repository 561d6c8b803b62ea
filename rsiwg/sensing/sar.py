"""Resolution of a synthetic aperture radar: slant range, ground range and azimuth, and what a window costs.

Every width here is an impulse response (IPR): the width of the response of a point at half its power.  With a spectrum
of width B that is ``k c / (2 B)`` in slant range, where k is the broadening of the spectral window: 0.886 without one,
more with one.  The round number ``c / (2 B)``, k = 1, is what many datasheets call the resolution; it is called nominal
here and is never passed off as an impulse response.

    slant range  = k c / (2 B)
    ground range = slant range / sin(incidence)
    azimuth, stripmap  = k L / 2                     (L: antenna length; times R / (R + h) for a satellite over a sphere)
    azimuth, spotlight = k lambda / (4 sin(D / 2))    (D: angle through which the point is seen)
    azimuth, any       = k v / (Doppler bandwidth)    (v: speed of the beam over the ground)

Slant range is always the finer one of the two ranges, so a limit must say which it means.

Sources: Cumming and Wong, Digital Processing of Synthetic Aperture Radar Data, 2005, sections 2.3 to 2.4 (broadening) and
4.5 to 4.7 (range, azimuth, ground range); Carrara, Goodman and Majewski, Spotlight Synthetic Aperture Radar, 1995, chapter 2
and appendix D (Taylor window); Harris, On the use of windows, Proc. IEEE 66, 1978 (window functions).
"""

import functools
import math
from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.gsd import collected_gsd
from rsiwg.sensing.parameters import Floats, require
from rsiwg.sensing.viewing import MEAN_SPHERE

LIGHT_M_S = 299_792_458.0
_NODES = 512


class Window(StrEnum):
    """The weighting of the spectrum."""

    NOMINAL = "nominal"
    """None named: the round number c / (2 B), which is no impulse response."""
    RECTANGULAR = "rectangular"
    HAMMING = "hamming"
    HANN = "hann"
    TAYLOR = "taylor"
    KAISER = "kaiser"


def broadening(
    window: Window, *, taylor_sidelobe_db: float = 35.0, taylor_nbar: int = 4, kaiser_beta: float = 2.5
) -> float:
    """Half-power width of the response, in units of one over the width of the spectrum.

    Computed from the window itself: its transform is integrated by Gauss-Legendre quadrature and its half-power point
    found by bisection; good to 1e-9.  `taylor_sidelobe_db` is positive, 13.3 to 100; `taylor_nbar` 1 to 20; `kaiser_beta`
    0 to 30.  Raises InvalidSubmission outside.
    """
    if window is Window.NOMINAL:
        return 1.0
    if window is Window.TAYLOR:
        _within("taylor_sidelobe_db", taylor_sidelobe_db, 13.3, 100.0, "decibels below the peak")
        _within("taylor_nbar", taylor_nbar, 1, 20, "sidelobes held level")
    if window is Window.KAISER:
        _within("kaiser_beta", kaiser_beta, 0.0, 30.0, "a shape factor")
    return _broadening(window, taylor_sidelobe_db, taylor_nbar, kaiser_beta)


def slant_range_m(*, bandwidth_mhz: ArrayLike, broadening: ArrayLike = 1.0) -> Floats:
    """Width in slant range: k c / (2 B), metres."""
    widths: Floats = _factor(broadening) * LIGHT_M_S / (2e6 * require("bandwidth_mhz", bandwidth_mhz))
    return widths


def ground_range_m(*, slant_range_m: ArrayLike, incidence_deg: ArrayLike) -> Floats:
    """Width on level ground of a width in slant range.  Raises InvalidSubmission for straight down, where it has none."""
    incidence = _slanted(incidence_deg)
    widths: Floats = _width("slant_range_m", slant_range_m) / np.sin(np.radians(incidence))
    return widths


def slant_range_of_ground_m(*, ground_range_m: ArrayLike, incidence_deg: ArrayLike) -> Floats:
    """Width in slant range of a width on level ground."""
    incidence = _slanted(incidence_deg)
    widths: Floats = _width("ground_range_m", ground_range_m) * np.sin(np.radians(incidence))
    return widths


def stripmap_azimuth_m(
    *, antenna_length_m: ArrayLike, broadening: ArrayLike = 1.0, altitude_km: ArrayLike | None = None
) -> Floats:
    """Width in azimuth of a stripmap: k L / 2, metres.

    With an altitude it is the width on the ground, over which the beam moves slower than the satellite, by R / (R + h).
    """
    widths: Floats = _factor(broadening) * require("antenna_length_m", antenna_length_m) / 2
    if altitude_km is not None:
        radius_km = MEAN_SPHERE.equatorial_m / 1000
        widths = widths * radius_km / (radius_km + require("altitude_km", altitude_km))
    return widths


def spotlight_azimuth_m(
    *, frequency_ghz: ArrayLike, integration_angle_deg: ArrayLike, broadening: ArrayLike = 1.0
) -> Floats:
    """Width in azimuth of a spotlight: k lambda / (4 sin(D / 2)), metres."""
    wavelength_m = LIGHT_M_S / (1e9 * require("frequency_ghz", frequency_ghz))
    half = np.radians(require("integration_angle_deg", integration_angle_deg)) / 2
    widths: Floats = _factor(broadening) * wavelength_m / (4 * np.sin(half))
    return widths


def doppler_azimuth_m(
    *, speed_m_s: ArrayLike, doppler_bandwidth_hz: ArrayLike, broadening: ArrayLike = 1.0
) -> Floats:
    """Width in azimuth of any mode: k v / (Doppler bandwidth), metres; v is the speed of the beam over the ground."""
    speed = require("speed_m_s", speed_m_s)
    widths: Floats = _factor(broadening) * speed / require("doppler_bandwidth_hz", doppler_bandwidth_hz)
    return widths


def resolutions(
    *,
    bandwidth_mhz: float,
    incidence_deg: float | None = None,
    off_nadir_deg: float | None = None,
    altitude_km: float | None = None,
    window: Window = Window.NOMINAL,
    taylor_sidelobe_db: float = 35.0,
    taylor_nbar: int = 4,
    kaiser_beta: float = 2.5,
    antenna_length_m: float | None = None,
    frequency_ghz: float | None = None,
    integration_angle_deg: float | None = None,
    doppler_bandwidth_hz: float | None = None,
    speed_m_s: float | None = None,
) -> dict[str, float | str]:
    """Every width that follows from what is given, by name: slant range always, the others where they can be had.

    Incidence is given, or follows from the off-nadir angle and the altitude on a sphere.  Azimuth follows from the antenna
    length (stripmap), from frequency and integration angle (spotlight), or from Doppler bandwidth and speed.
    Raises InvalidSubmission naming what is out of range or lacks its other half.
    """
    k = broadening(
        window, taylor_sidelobe_db=taylor_sidelobe_db, taylor_nbar=taylor_nbar, kaiser_beta=kaiser_beta
    )
    found: dict[str, float | str] = {"window": str(window), "broadening": k}
    slant = slant_range_m(bandwidth_mhz=bandwidth_mhz, broadening=k)
    found["slant_range_m"] = float(slant)
    incidence = _incidence(incidence_deg, off_nadir_deg, altitude_km)
    if incidence is not None:
        found["ground_range_m"] = float(ground_range_m(slant_range_m=slant, incidence_deg=incidence))
        found["incidence_deg"] = incidence
    _both("frequency_ghz", frequency_ghz, "integration_angle_deg", integration_angle_deg)
    _both("doppler_bandwidth_hz", doppler_bandwidth_hz, "speed_m_s", speed_m_s)
    ways: dict[str, Floats] = {}
    if antenna_length_m is not None:
        ways["stripmap"] = stripmap_azimuth_m(
            antenna_length_m=antenna_length_m, broadening=k, altitude_km=altitude_km
        )
    if frequency_ghz is not None and integration_angle_deg is not None:
        ways["spotlight"] = spotlight_azimuth_m(
            frequency_ghz=frequency_ghz, integration_angle_deg=integration_angle_deg, broadening=k
        )
    if doppler_bandwidth_hz is not None and speed_m_s is not None:
        ways["doppler"] = doppler_azimuth_m(
            speed_m_s=speed_m_s, doppler_bandwidth_hz=doppler_bandwidth_hz, broadening=k
        )
    if len(ways) > 1:
        raise InvalidSubmission(
            {"azimuth": f"follows from {' and from '.join(ways)}: give what belongs to one"}
        )
    for mode, azimuth in ways.items():
        found |= {"azimuth_m": float(azimuth), "azimuth_mode": mode}
    return found


def _incidence(
    incidence_deg: float | None, off_nadir_deg: float | None, altitude_km: float | None
) -> float | None:
    if off_nadir_deg is None:
        return incidence_deg
    if incidence_deg is not None:
        raise InvalidSubmission({"incidence_deg": "is given, and so is off_nadir_deg: give one of them"})
    if altitude_km is None:
        raise InvalidSubmission(
            {"altitude_km": "is needed with off_nadir_deg: give it, or give incidence_deg"}
        )
    seen = collected_gsd(ifov_urad=1.0, off_nadir_deg=off_nadir_deg, altitude_km=altitude_km)
    return float(seen.incidence_deg)


def _both(one: str, first: float | None, other: str, second: float | None) -> None:
    if (first is None) != (second is None):
        missing, given = (one, other) if first is None else (other, one)
        raise InvalidSubmission({missing: f"is needed with {given}"})


@functools.lru_cache(maxsize=64)
def _broadening(window: Window, taylor_sidelobe_db: float, taylor_nbar: int, kaiser_beta: float) -> float:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    x = nodes / 2
    weighted = weights * _taper(window, taylor_sidelobe_db, taylor_nbar, kaiser_beta)(x)
    half_power = float(np.sum(weighted)) / math.sqrt(2)

    def above(u: float) -> bool:
        return float(np.sum(weighted * np.cos(2 * np.pi * u * x))) > half_power

    inside, outside = 0.0, 0.25
    while above(outside):
        inside, outside = outside, outside + 0.25
    for _ in range(60):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if above(middle) else (inside, middle)
    return inside + outside


def _taper(window: Window, sidelobe_db: float, nbar: int, beta: float) -> Callable[[Floats], Floats]:
    """The window as a function of frequency, -1/2 to 1/2 of the spectrum's width."""
    if window is Window.HAMMING:
        return lambda x: 0.54 + 0.46 * np.cos(2 * np.pi * x)
    if window is Window.HANN:
        return lambda x: 0.5 + 0.5 * np.cos(2 * np.pi * x)
    if window is Window.TAYLOR:
        terms = _taylor_terms(sidelobe_db, nbar)
        return lambda x: 1 + 2 * np.sum([f * np.cos(2 * np.pi * m * x) for m, f in terms], axis=0)
    if window is Window.KAISER:
        return lambda x: np.i0(beta * np.sqrt(np.maximum(1 - 4 * x * x, 0.0))) / np.i0(beta)
    return np.ones_like


def _taylor_terms(sidelobe_db: float, nbar: int) -> list[tuple[int, float]]:
    """(m, F_m) of a Taylor window; Carrara et al., appendix D.2."""
    a = math.acosh(10 ** (sidelobe_db / 20)) / math.pi
    s2 = nbar**2 / (a * a + (nbar - 0.5) ** 2)
    terms = [(0, 0.0)]
    for m in range(1, nbar):
        top = math.prod(1 - m * m / (s2 * (a * a + (n - 0.5) ** 2)) for n in range(1, nbar))
        under = math.prod(1 - m * m / (n * n) for n in range(1, nbar) if n != m)
        terms.append((m, (-1) ** (m + 1) * top / (2 * under)))
    return terms


def _slanted(incidence_deg: ArrayLike) -> Floats:
    incidence = require("incidence_deg", incidence_deg)
    if np.any(incidence < 0.1):
        raise InvalidSubmission(
            {
                "incidence_deg": "looks straight down, where there is no ground range: give degrees at the target, from zenith, "
                "0.1 up to but not including 90"
            }
        )
    return incidence


def _width(name: str, value: ArrayLike) -> Floats:
    values = np.asarray(value, dtype=np.float64)
    if not np.all((values > 0) & np.isfinite(values)):
        raise InvalidSubmission({name: "must be a finite number of metres above 0"})
    return values


def _factor(value: ArrayLike) -> Floats:
    values = np.asarray(value, dtype=np.float64)
    if not np.all((values >= 0.5) & (values <= 10)):
        raise InvalidSubmission(
            {"broadening": "is out of range: give the half-power width times the bandwidth, 0.5 to 10"}
        )
    return values


def _within(name: str, value: float, least: float, most: float, unit: str) -> None:
    if not least <= value <= most:
        raise InvalidSubmission(
            {name: f"{value:g} is out of range: give {unit}, {least:g} to {most:g}"}
            if math.isfinite(value)
            else {name: f"is not a finite number: give {unit}, {least:g} to {most:g}"}
        )
