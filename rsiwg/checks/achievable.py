"""What a sensor can achieve at its finest, in the terms of a limit: the arithmetic, and what the text leaves open.

A brochure gives one number for one altitude, straight down.  From a lower orbit the same instrument is finer; never looking
closer to nadir than some angle, it is coarser, and then its two directions differ.  A SAR's range is finer in the slant
plane than on the ground.  Where the text of a limit does not say which is meant, both readings are carried along.
"""

import functools
import math
from fractions import Fraction

import attrs

from rsiwg.checks.scope import Doubt
from rsiwg.checks.words import degrees, metres
from rsiwg.domain import Component, Limit, Measure, Plane, Sensor
from rsiwg.sensing.gsd import horizon_of_sphere_deg, stretch

_UNKNOWN_M = float("inf")


@attrs.frozen(kw_only=True)
class Achievable:
    """A sensor's own resolution in the terms of a limit, metres."""

    strict_m: float
    """By the reading under which it is finest."""
    lenient_m: float
    """By the reading under which it is coarsest; infinite where that cannot be said."""
    stated_m: float
    """As the request states it."""
    says: str = ""
    """The arithmetic, as a sentence."""
    doubt: Doubt | None = None
    """Why the readings differ; None where they do not."""

    @property
    def shown_m(self) -> float:
        """The number for a sentence: the strict one, or the one stated where the strict one is unknown."""
        return self.strict_m or self.stated_m


@functools.lru_cache(maxsize=512)
def achievable(sensor: Sensor, limit: Limit) -> Achievable:
    """What the sensor can achieve at its finest, as the limit measures it."""
    if sensor.measure is not limit.measure:
        return Achievable(
            strict_m=sensor.resolution_m, lenient_m=sensor.resolution_m, stated_m=sensor.resolution_m
        )
    return _gsd(sensor, limit.component) if limit.measure is Measure.GSD else _ipr(sensor, limit)


def product_in_plane(sensor: Sensor, limit: Limit, product_m: float, native_m: float) -> float:
    """An impulse response of a product in the plane that the limit means, never finer than the sensor's own.

    A product is stated in the plane that its sensor is stated in.  What the ground plane holds is finer in the slant plane;
    where the plane or the incidence is not stated, it may be as fine as the sensor's own.
    """
    if limit.plane is not Plane.SLANT or sensor.measure is not Measure.IPR or product_m <= native_m:
        return product_m
    if sensor.ipr_plane is Plane.SLANT:
        return product_m
    if sensor.ipr_plane is None or sensor.min_incidence_deg is None:
        return native_m
    return max(native_m, _floored(Fraction(product_m) * Fraction(_sine(sensor.min_incidence_deg))))


def off_nadir_for(sensor: Sensor, limit_m: float) -> float | None:
    """The smallest whole off-nadir angle, within the sensor's own largest, at which no direction is finer than a limit.

    None where there is none, or the request gives no altitude or no largest angle to reckon with.
    """
    altitude_km = sensor.lowest_altitude_km or sensor.altitude_km
    if sensor.max_off_nadir_deg is None or altitude_km is None:
        return None
    # What the mean sphere hides cannot be committed to, and the intake would refuse it.
    seen_deg = math.ceil(horizon_of_sphere_deg(altitude_km=altitude_km)) - 1
    for angle_deg in range(1, min(int(sensor.max_off_nadir_deg), seen_deg) + 1):
        aside = attrs.evolve(sensor, min_off_nadir_deg=float(angle_deg))
        if _gsd(aside, Component.FINER).strict_m >= limit_m:
            return float(angle_deg)
    return None


def _gsd(sensor: Sensor, component: Component | None) -> Achievable:
    assert sensor.gsd_m is not None
    nadir_m, says = _at_nadir(sensor)
    altitude_km = sensor.lowest_altitude_km or sensor.altitude_km
    if not sensor.min_off_nadir_deg or altitude_km is None:
        finest_m = sensor.gsd_m if nadir_m == Fraction(repr(sensor.gsd_m)) else _floored(nadir_m)
        return Achievable(strict_m=finest_m, lenient_m=finest_m, stated_m=sensor.gsd_m, says=says)
    cross, mean = stretch(altitude_km=altitude_km, off_nadir_deg=sensor.min_off_nadir_deg)
    cross_m, mean_m = _floored(nadir_m * Fraction(cross)), _floored(nadir_m * Fraction(mean))
    says += (
        f" The request commits to looking no closer to nadir than {degrees(sensor.min_off_nadir_deg)}, where it is "
        f"{metres(cross_m)} across the look and {metres(mean_m)} in the mean of both directions."
    )
    return Achievable(
        strict_m=mean_m if component is Component.MEAN else cross_m,
        lenient_m=cross_m if component is Component.FINER else mean_m,
        stated_m=sensor.gsd_m,
        says=says,
        doubt=None
        if component
        else Doubt(
            says=f"the text does not say which ground sample distance is meant, that of the finer direction ({metres(cross_m)}) or "
            f"the mean of both ({metres(mean_m)}), and only the first is finer than allowed"
        ),
    )


def _at_nadir(sensor: Sensor) -> tuple[Fraction, str]:
    """The finest ground sample distance straight down, exact, and how it comes about."""
    stated = Fraction(repr(sensor.gsd_m))
    reference, lowest = sensor.altitude_km, sensor.lowest_altitude_km
    finest, says = stated, "The number counts as stated; no altitude is given."
    if reference is not None:
        says = f"The number is the one stated for {_km(reference)}; no lower altitude is stated."
        if lowest is not None:
            finest = stated * Fraction(repr(lowest)) / Fraction(repr(reference))
            says = (
                f"{metres(float(stated))} at {_km(reference)} becomes {metres(_floored(finest))} at {_km(lowest)}, the lowest "
                "altitude stated."
            )
    altitude_km = lowest or reference
    if sensor.ifov_urad is not None and altitude_km is not None:
        seen = Fraction(repr(sensor.ifov_urad)) * Fraction(repr(altitude_km)) / 1000
        if seen < finest or (reference is None and lowest is not None and seen == finest):
            finest = seen
            says = f"{sensor.ifov_urad:g} microradians see {metres(_floored(seen))} from {_km(altitude_km)}."
        elif reference is None:
            says = (
                f"The number counts as stated; {sensor.ifov_urad:g} microradians would see {metres(_floored(seen))} from "
                f"{_km(altitude_km)}, which is coarser."
            )
    return finest, says


def _ipr(sensor: Sensor, limit: Limit) -> Achievable:
    assert sensor.ipr_range_m is not None
    assert sensor.ipr_azimuth_m is not None
    least_m, most_m, says, doubt = _range(sensor, sensor.ipr_range_m, limit)
    strict_m, lenient_m = min(least_m, sensor.ipr_azimuth_m), min(most_m, sensor.ipr_azimuth_m)
    return Achievable(
        strict_m=strict_m,
        lenient_m=lenient_m,
        stated_m=sensor.resolution_m,
        says=says,
        doubt=doubt if strict_m != lenient_m else None,
    )


def _range(sensor: Sensor, stated_m: float, limit: Limit) -> tuple[float, float, str, Doubt | None]:
    """(finest, coarsest, arithmetic, doubt) of the range resolution, in the plane that the limit means."""
    stated, meant = sensor.ipr_plane, limit.plane
    if stated is meant or (meant is None and stated is Plane.GROUND):
        return stated_m, stated_m, "", None
    if meant is None:
        # Silent on the plane, with a range in the slant plane: both readings.
        _, ground_m, says, _ = _slant_to_ground(sensor, stated_m)
        return (
            stated_m,
            ground_m,
            says,
            _plane_doubt("the text does not say in which plane it is meant", sensor),
        )
    if stated is None:
        unknown = (stated_m, _UNKNOWN_M) if meant is Plane.GROUND else (0.0, stated_m)
        why = f"the limit means the {meant} plane, and the request does not say in which plane its range is stated"
        return *unknown, "", Doubt(says=why, needs="sensor.ipr_plane")
    if meant is Plane.GROUND:
        return _slant_to_ground(sensor, stated_m)
    return _ground_to_slant(sensor, stated_m)


def _slant_to_ground(sensor: Sensor, slant_m: float) -> tuple[float, float, str, Doubt | None]:
    if sensor.max_incidence_deg is None:
        return slant_m, _UNKNOWN_M, "", _plane_doubt("the range is stated in the slant plane", sensor)
    ground_m = _floored(Fraction(slant_m) / Fraction(_sine(sensor.max_incidence_deg)))
    says = (
        f"{metres(slant_m)} in the slant plane becomes {metres(ground_m)} on the ground at {degrees(sensor.max_incidence_deg)} of "
        "incidence, the largest stated."
    )
    return ground_m, ground_m, says, None


def _ground_to_slant(sensor: Sensor, ground_m: float) -> tuple[float, float, str, Doubt | None]:
    if sensor.min_incidence_deg is None:
        why = "the limit means the slant plane, in which the range stated for the ground is finer"
        return (
            0.0,
            ground_m,
            "",
            Doubt(
                says=f"{why}; how much finer depends on the incidence, which the request does not give",
                needs="sensor.min_incidence_deg",
            ),
        )
    slant_m = _floored(Fraction(ground_m) * Fraction(_sine(sensor.min_incidence_deg)))
    says = (
        f"{metres(ground_m)} on the ground becomes {metres(slant_m)} in the slant plane at {degrees(sensor.min_incidence_deg)} of "
        "incidence, the smallest stated."
    )
    return slant_m, slant_m, says, None


def _plane_doubt(why: str, sensor: Sensor) -> Doubt:
    if sensor.max_incidence_deg is not None:
        return Doubt(says=f"{why}, and on the ground it is not finer than allowed")
    return Doubt(
        says=f"{why}; on the ground it is coarser, by how much depends on the incidence, which the request does not give",
        needs="sensor.max_incidence_deg",
    )


def _sine(angle_deg: float) -> float:
    return math.sin(math.radians(angle_deg))


def _floored(value: Fraction) -> float:
    """Down to the micrometre, so that rounding never makes a resolution coarser; a decimal number stays itself."""
    return math.floor(value * 1_000_000) / 1_000_000


def _km(altitude_km: float) -> str:
    return f"{altitude_km:,g} km" if altitude_km < 100_000 else f"{altitude_km:,.0f} km"
