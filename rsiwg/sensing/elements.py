"""Mean orbital elements: one satellite's element set, a sun-synchronous orbit, a Walker constellation.

Elements are mean elements in the sense of SGP4 (Brouwer theory, Kozai mean motion, frame TEME), whether
they come from a TLE, from an OMM or from an altitude and an inclination.  Readers of files are in
`rsiwg.intake.element_sets`; this module does no I/O.
"""

import datetime as dt
import math
from collections.abc import Mapping

import attrs
from sgp4.api import WGS72, Satrec

from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.sun import mean_sun_right_ascension_deg

EQUATORIAL_RADIUS_KM = 6378.137
"""WGS 84; altitudes of mean elements are above it."""
SGP4_RADIUS_KM = 6378.135
"""WGS 72, as SGP4 has it (Vallado et al., Revisiting Spacetrack Report #3, AIAA 2006-6753)."""
_MU_KM3_S2 = 398600.8
_J2 = 0.001082616
_SOLAR_RATE_DEG_DAY = 360.0 / 365.2421897
"""Of the mean sun along the equator; a sun-synchronous node keeps pace with it."""

_JD_ZERO = 2433281.5
_EPOCH_ZERO = dt.datetime(1949, 12, 31, tzinfo=dt.UTC)
_MOST_MEAN_MOTION = 18.0
"""Revolutions per day; a circular orbit at the ground has 17.04."""
_FIRST_LAUNCH, _LAST_YEAR = 1957, 2100
LOW_PERIGEE_KM = 150.0
"""Below this an orbit decays within days, and SGP4 says little."""
MOST_DAYS_FROM_EPOCH = 3650.0
"""Beyond ten years from its epoch an element set says nothing about where a satellite is."""
STALE_AFTER_DAYS = 14.0
"""Default: in low orbit a prediction from a TLE is off by some 1-3 km per day along the track."""
MOST_SATELLITES = 2000


@attrs.frozen(kw_only=True)
class ElementSet:
    """Mean elements of one satellite at an epoch.

    Raises:
        InvalidSubmission: an element is not finite or out of its range, or the orbit meets the ground; keyed by
            the names of CCSDS OMM (ECCENTRICITY, MEAN_MOTION ...).
    """

    name: str
    norad_id: int | None = None
    """Catalogue number; None for an orbit made from mean elements."""
    object_id: str = ""
    """International designator, as 1998-067A; empty where not given."""
    epoch_days: float
    """Days since 1949-12-31 00:00 UTC, as SGP4 counts."""
    mean_motion_rev_day: float
    """Kozai mean motion, revolutions per day."""
    eccentricity: float
    inclination_deg: float
    raan_deg: float
    """Right ascension of the ascending node, degrees."""
    arg_perigee_deg: float
    mean_anomaly_deg: float
    bstar: float = 0.0
    """SGP4's drag term, per Earth radius."""
    mean_motion_dot: float = 0.0
    """Half the first derivative as a TLE has it, revolutions per day squared; SGP4 does not use it."""
    mean_motion_ddot: float = 0.0
    source: str = "TLE"
    """``TLE``, ``OMM`` or ``mean elements``."""

    def __attrs_post_init__(self) -> None:
        problems = {**_out_of_range(self)}
        if not problems:
            problems = _impossible(self)
        if problems:
            raise InvalidSubmission(problems)

    @property
    def epoch(self) -> dt.datetime:
        """The epoch, UTC, to the microsecond."""
        return _EPOCH_ZERO + dt.timedelta(days=self.epoch_days)

    @property
    def semi_major_axis_km(self) -> float:
        """From the Kozai mean motion by Kepler's third law; off by a few km at most."""
        return float((_MU_KM3_S2 / (self.mean_motion_rev_day * 2 * math.pi / 86400) ** 2) ** (1 / 3))

    @property
    def perigee_km(self) -> float:
        """Height of the perigee above the equatorial radius."""
        return self.semi_major_axis_km * (1 - self.eccentricity) - EQUATORIAL_RADIUS_KM

    @property
    def apogee_km(self) -> float:
        """Height of the apogee above the equatorial radius."""
        return self.semi_major_axis_km * (1 + self.eccentricity) - EQUATORIAL_RADIUS_KM

    @property
    def period_s(self) -> float:
        """Of one revolution."""
        return 86400.0 / self.mean_motion_rev_day

    def satrec(self) -> Satrec:
        """The `sgp4` package's record: WGS 72, improved mode."""
        made = Satrec()
        rad = math.pi / 180
        per_minute = 2 * math.pi / 1440
        made.sgp4init(
            WGS72,
            "i",
            self.norad_id if self.norad_id is not None and self.norad_id < 340_000 else 0,
            # As a sum of Julian days: the verification vectors were made with its rounding, 40 microseconds.
            self.epoch_days + _JD_ZERO - _JD_ZERO,
            self.bstar,
            self.mean_motion_dot * per_minute / 1440,
            self.mean_motion_ddot * per_minute / 1440**2,
            self.eccentricity,
            self.arg_perigee_deg * rad,
            self.inclination_deg * rad,
            self.mean_anomaly_deg * rad,
            self.mean_motion_rev_day * per_minute,
            self.raan_deg * rad,
        )
        day = math.floor(self.epoch_days)
        made.jdsatepoch, made.jdsatepochF = day + _JD_ZERO, self.epoch_days - day
        return made

    def remarks(self) -> tuple[str, ...]:
        """What is odd about it, in sentences; an odd set is taken, and the answer says so."""
        said = []
        if self.perigee_km < LOW_PERIGEE_KM:
            said.append(
                f"{self.name}: the perigee is {self.perigee_km:.0f} km above the equatorial radius; such an orbit decays within days."
            )
        no_drag = self.bstar == self.mean_motion_dot == self.mean_motion_ddot == 0
        if self.source != "mean elements" and no_drag and self.perigee_km < 1000:
            said.append(
                f"{self.name}: every drag term is zero, which no tracked satellite this low has; the set may be made up."
            )
        return tuple(said)

    def staleness(
        self, start: dt.datetime, end: dt.datetime, stale_after_days: float = STALE_AFTER_DAYS
    ) -> str | None:
        """A sentence where the days asked for lie further than `stale_after_days` from the epoch; None otherwise.

        Raises:
            InvalidSubmission: further than `MOST_DAYS_FROM_EPOCH`.
        """
        if self.source == "mean elements":
            return None
        away = max(abs((start - self.epoch).total_seconds()), abs((end - self.epoch).total_seconds())) / 86400
        if away > MOST_DAYS_FROM_EPOCH:
            raise InvalidSubmission(
                {
                    "start": f"the time asked for lies {away:,.0f} days from the epoch of {self.name} ({self.epoch:%Y-%m-%d}), over "
                    f"{MOST_DAYS_FROM_EPOCH:,.0f} days: no element set reaches that far; give one with an epoch near the time asked for"
                }
            )
        if away <= stale_after_days:
            return None
        return (
            f"The element set of {self.name} is of {self.epoch:%Y-%m-%d}, up to {away:.0f} days from the time asked for "
            f"(over {stale_after_days:g} days counts as stale): times may be off by minutes and passes may be wrong."
        )


def sun_synchronous_inclination_deg(altitude_km: float, eccentricity: float = 0.0) -> float:
    """The inclination at which J2 turns the node once a year, degrees.

    cos i = -2 w (1 - e^2)^2 / (3 J2 n (R/a)^2), with w the mean sun's rate (Vallado, Fundamentals of
    Astrodynamics and Applications, 4th ed., section 11.4.1).

    Raises:
        InvalidSubmission: no inclination does at this altitude (above some 5,970 km).
    """
    a = _semi_major_axis_km(_in_range("altitude_km", altitude_km, 100.0, 100_000.0, "km"), 90.0)
    n_deg_day = math.degrees(math.sqrt(_MU_KM3_S2 / a**3)) * 86400
    cosine = (
        -2 * _SOLAR_RATE_DEG_DAY * (1 - eccentricity**2) ** 2
        / (3 * _J2 * n_deg_day * (SGP4_RADIUS_KM / a) ** 2)
    )  # fmt: skip
    if cosine < -1:
        raise InvalidSubmission(
            {
                "inclination_deg": f"at {altitude_km:g} km no orbit is sun-synchronous (the limit is about 5,970 km): give inclination_deg"
            }
        )
    return math.degrees(math.acos(cosine))


def mean_elements(
    *,
    name: str,
    epoch: dt.datetime,
    altitude_km: float,
    inclination_deg: float | None = None,
    raan_deg: float | None = None,
    ltan_h: float | None = None,
    mean_anomaly_deg: float = 0.0,
    eccentricity: float = 0.0,
    arg_perigee_deg: float = 0.0,
) -> ElementSet:
    """An orbit from its altitude, without drag: the mean distance from the Earth's centre less the equatorial radius.

    That is how datasheets mean it (Landsat's 705 km goes with a mean semi-major axis of 7077.7 km): J2
    lifts the mean radius of a circular orbit over its semi-major axis a by 3/4 J2 R^2/a (1 - 3 cos^2 i), 4 km
    for a polar one (Kozai, Astron. J. 64, 1959, short-period terms).  Without an inclination the orbit is sun-synchronous.  The node is given as `raan_deg`, or as local
    mean solar time of the ascending node (`ltan_h`, hours): RAAN = right ascension of the mean sun + 15
    (LTAN - 12).  Without either it is 0.

    Raises:
        InvalidSubmission: out of range, or both raan_deg and ltan_h.
    """
    if raan_deg is not None and ltan_h is not None:
        raise InvalidSubmission({"ltan": "both raan_deg and ltan are given: they say the same; give one"})
    _in_range("altitude_km", altitude_km, 100.0, 100_000.0, "km")
    _in_range("eccentricity", eccentricity, 0.0, 0.999999, "no unit")
    inclination = (
        sun_synchronous_inclination_deg(altitude_km, eccentricity)
        if inclination_deg is None
        else _in_range("inclination_deg", inclination_deg, 0.0, 180.0, "degrees")
    )
    if ltan_h is not None:
        _in_range("ltan", ltan_h, 0.0, 24.0, "hours")
        raan_deg = (mean_sun_right_ascension_deg(epoch.timestamp()) + 15 * (ltan_h - 12)) % 360
    a = _semi_major_axis_km(altitude_km, inclination)
    return ElementSet(
        name=name,
        epoch_days=(epoch - _EPOCH_ZERO) / dt.timedelta(days=1),
        mean_motion_rev_day=_kozai_rev_day(a, eccentricity, inclination),
        eccentricity=eccentricity,
        inclination_deg=inclination,
        raan_deg=_in_range("raan_deg", raan_deg or 0.0, -360.0, 360.0, "degrees") % 360,
        arg_perigee_deg=_in_range("arg_perigee_deg", arg_perigee_deg, -360.0, 360.0, "degrees") % 360,
        mean_anomaly_deg=_in_range("mean_anomaly_deg", mean_anomaly_deg, -1e6, 1e6, "degrees") % 360,
        source="mean elements",
    )


def walker(
    *,
    epoch: dt.datetime,
    altitude_km: float,
    inclination_deg: float | None,
    satellites: int,
    planes: int,
    phasing: int,
    star: bool = False,
    raan_deg: float = 0.0,
) -> tuple[ElementSet, ...]:
    """A Walker constellation i:t/p/f: t satellites in p planes, phasing f.

    Planes stand 360/p degrees apart (delta pattern) or 180/p (star); satellites of a plane 360 p/t
    degrees; satellites of the next plane lead by 360 f/t degrees (Walker, J. Brit. Interplanetary Soc. 37,
    1984; Wertz, Space Mission Analysis and Design, section 7.6).

    Raises:
        InvalidSubmission: t is no multiple of p, f is not between 0 and p - 1, or over 2,000 satellites.
    """
    if not 1 <= satellites <= MOST_SATELLITES:
        raise InvalidSubmission(
            {"walker": f"the number of satellites must be between 1 and {MOST_SATELLITES:,}"}
        )
    if not 1 <= planes <= satellites or satellites % planes:
        raise InvalidSubmission(
            {
                "walker": f"{satellites} satellites cannot be shared among {planes} planes: t must be a multiple of p"
            }
        )
    if not 0 <= phasing < planes:
        raise InvalidSubmission({"walker": f"the phasing f must be between 0 and p - 1 = {planes - 1}"})
    in_plane = satellites // planes
    spread = 180.0 if star else 360.0
    return tuple(
        mean_elements(
            name=f"plane {plane + 1}, satellite {place + 1}",
            epoch=epoch,
            altitude_km=altitude_km,
            inclination_deg=inclination_deg,
            raan_deg=(raan_deg + spread * plane / planes) % 360,
            mean_anomaly_deg=360.0 * place / in_plane + 360.0 * phasing * plane / satellites,
        )
        for plane in range(planes)
        for place in range(in_plane)
    )


def _semi_major_axis_km(altitude_km: float, inclination_deg: float) -> float:
    radius = EQUATORIAL_RADIUS_KM + altitude_km
    lift = 0.75 * _J2 * SGP4_RADIUS_KM**2 / radius * (1 - 3 * math.cos(math.radians(inclination_deg)) ** 2)
    return radius - lift


def _kozai_rev_day(a_km: float, eccentricity: float, inclination_deg: float) -> float:
    """The Kozai mean motion that SGP4 turns back into this semi-major axis (its routine INITL, run backwards)."""
    n = math.sqrt(_MU_KM3_S2 / a_km**3)
    open_ = 1 - eccentricity**2
    cosine2 = math.cos(math.radians(inclination_deg)) ** 2
    delta = 0.75 * _J2 * (3 * cosine2 - 1) / open_**1.5 * (SGP4_RADIUS_KM / a_km) ** 2
    return float(n * (1 + delta) * 86400 / (2 * math.pi))


def _in_range(field: str, value: float, least: float, most: float, unit: str) -> float:
    if not least <= value <= most:  # NaN fails too
        raise InvalidSubmission(
            {field: f"{value:g} is out of range: give a number from {least:g} to {most:g} ({unit})"}
        )
    return float(value)


_RANGES: Mapping[str, tuple[str, float, float, str]] = {
    "eccentricity": ("ECCENTRICITY", 0.0, 1.0, "no unit, below 1"),
    "inclination_deg": ("INCLINATION", 0.0, 180.0, "degrees"),
    "raan_deg": ("RA_OF_ASC_NODE", -360.0, 360.0, "degrees"),
    "arg_perigee_deg": ("ARG_OF_PERICENTER", -360.0, 360.0, "degrees"),
    "mean_anomaly_deg": ("MEAN_ANOMALY", -360.0, 360.0, "degrees"),
    "mean_motion_rev_day": ("MEAN_MOTION", 0.0, _MOST_MEAN_MOTION, "revolutions per day, above 0"),
    "bstar": ("BSTAR", -10.0, 10.0, "per Earth radius"),
    "mean_motion_dot": ("MEAN_MOTION_DOT", -10.0, 10.0, "revolutions per day squared"),
    "mean_motion_ddot": ("MEAN_MOTION_DDOT", -10.0, 10.0, "revolutions per day cubed"),
}


def _out_of_range(elements: ElementSet) -> dict[str, str]:
    problems = {}
    for attribute, (field, least, most, unit) in _RANGES.items():
        value = getattr(elements, attribute)
        if not least <= value <= most:
            problems[field] = f"{elements.name}: {value:g} is out of range: {least:g} to {most:g} ({unit})"
    if not problems and elements.eccentricity >= 1:
        problems["ECCENTRICITY"] = (
            f"{elements.name}: {elements.eccentricity:g} is out of range: 0 to 1 (no unit, below 1)"
        )
    if not problems and elements.mean_motion_rev_day <= 0:
        problems["MEAN_MOTION"] = (
            f"{elements.name}: 0 is out of range: above 0 to {_MOST_MEAN_MOTION:g} (revolutions per day)"
        )
    if not math.isfinite(elements.epoch_days) or not (
        _FIRST_LAUNCH <= 1950 + elements.epoch_days / 365.25 <= _LAST_YEAR
    ):
        problems["EPOCH"] = f"{elements.name}: the epoch must lie between {_FIRST_LAUNCH} and {_LAST_YEAR}"
    return problems


def _impossible(elements: ElementSet) -> dict[str, str]:
    if elements.perigee_km > 0:
        return {}
    return {
        "MEAN_MOTION": f"{elements.name}: the perigee lies {-elements.perigee_km:,.0f} km below the ground "
        f"(mean motion {elements.mean_motion_rev_day:g} revolutions per day, eccentricity {elements.eccentricity:g}): no such orbit exists"
    }
