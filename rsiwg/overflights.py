"""Use cases of orbits, one function each: access, revisit, footprint.  Each answers a JSON document.

Like `casework`, it puts the rooms below together: targets come from an AOI or from the rulebook, the physics from
`sensing`.  It says what a system can see; whether a request is allowed, the checks say.
"""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from rsiwg.domain import Component, Limit, Measure, Restriction, Rulebook, Status
from rsiwg.domain.period import Period, in_full
from rsiwg.errors import InvalidSubmission, TooLarge
from rsiwg.geometry import Area, gather, to_geojson
from rsiwg.intake import ReadElements
from rsiwg.sensing.access import Accesses, find_accesses
from rsiwg.sensing.elements import EQUATORIAL_RADIUS_KM, STALE_AFTER_DAYS, ElementSet
from rsiwg.sensing.footprint import (
    View,
    field_of_regard,
    footprint,
    ground_tracks,
    state_over,
    swath,
    times_between,
)
from rsiwg.sensing.gsd import ifov_urad_of_nadir
from rsiwg.sensing.orbits import geodetic, propagate
from rsiwg.sensing.parameters import require
from rsiwg.sensing.reach import Reach
from rsiwg.sensing.revisit import PERCENTILES, revisit, revisit_by_latitude
from rsiwg.sensing.targets import area_target

MOST_ACCESSES = 200_000
"""More than this is no answer that anyone reads: ask for fewer days, satellites or areas."""
MOST_DRAWN = 200
"""Accesses drawn on a map and listed beside it; the JSON answer has them all."""
SEMANTICS = (
    "An access is an unbroken time in which at least one point of the area is within the off-nadir limit, measured at the "
    "satellite from the geodetic nadir, and sees the satellite at or above the least elevation. Off-nadir, GSD and sun are "
    "those at culmination, when the off-nadir angle to the area is least; by day means that the sun's centre is above the "
    "horizon there. Where the text of a limit does not say which ground sample distance it means, the finer direction (across "
    "the look) is compared; the mean of both is shown."
)
_LEAST_ELEVATION_FOR_GSD_DEG = 1.0


@attrs.frozen(kw_only=True)
class Instrument:
    """What is needed to say at which ground sample distance a place is seen."""

    ifov_urad: float

    @classmethod
    def of(
        cls, *, nadir_gsd_m: float | None, altitude_km: float | None, ifov_urad: float | None
    ) -> "Instrument | None":
        """From an IFOV, or from a nadir GSD with the altitude it was stated for; None where nothing is given."""
        if ifov_urad is not None:
            return cls(ifov_urad=float(require("ifov_urad", ifov_urad)))
        if nadir_gsd_m is None and altitude_km is None:
            return None
        if nadir_gsd_m is None or altitude_km is None:
            missing = "nadir_gsd_m" if nadir_gsd_m is None else "altitude_km"
            raise InvalidSubmission(
                {missing: "this is missing: a nadir GSD and the altitude it was stated for belong together"}
            )
        return cls(ifov_urad=float(ifov_urad_of_nadir(nadir_gsd_m=nadir_gsd_m, altitude_km=altitude_km)))


@attrs.frozen(kw_only=True, eq=False)
class Subject:
    """Ground asked about, with the limits that hold there."""

    name: str
    area: Area
    restriction: Restriction | None = None
    limit_m: float | None = None
    """A limit given by hand; metres."""

    def limit_on(self, day: dt.date) -> Limit | None:
        """The limit in force on a day."""
        if self.restriction is None:
            return None
        return next((limit for limit in self.restriction.limits if day in limit.in_force), None)


def subjects_of_restrictions(
    rulebook: Rulebook, *, start: dt.datetime, end: dt.datetime, exercise: bool = False
) -> tuple[tuple[Subject, ...], tuple[str, ...]]:
    """(every restriction with an outline and a limit in these days, sentences about those left out).

    Raises:
        InvalidSubmission: there is none.
    """
    days = Period.of_days(start.date(), end.date())
    subjects, left_out = [], []
    without_outline, not_in_force = [], []
    for each in rulebook.restrictions:
        if each.status is Status.EXERCISE and not exercise:
            continue
        zones = [zone.area for zone in each.zones if not zone.is_band]
        if each.problem is not None:
            left_out.append(
                f"{each.title} cannot be applied ({each.problem}): what is seen of it is undetermined."
            )
        elif not any(limit.in_force.meet(days) for limit in each.limits):
            not_in_force.append(each.title)
        elif not zones:
            without_outline.append(each.title)
        else:
            subjects.append(Subject(name=each.title, area=gather(zones), restriction=each))
    if without_outline:
        left_out.append(
            f"No access is counted to {len(without_outline)} restrictions that have no outline here (they hold everywhere, or none is held): "
            f"{'; '.join(without_outline)}."
        )
    if not_in_force:
        left_out.append(f"Not in force in these days: {'; '.join(not_in_force)}.")
    if not subjects:
        raise InvalidSubmission({"restrictions": "no restriction with an outline is in force in these days"})
    return tuple(subjects), tuple(left_out)


def access(
    read: ReadElements,
    subjects: Sequence[Subject],
    *,
    start: dt.datetime,
    days: float,
    reach: Reach,
    instrument: Instrument | None = None,
    by_day_only: bool = False,
    stale_after_days: float = STALE_AFTER_DAYS,
    remarks: Iterable[str] = (),
) -> dict[str, Any]:
    """When the satellites can see each subject, at which GSD, by day or by night; statistics; sentences.

    Raises:
        InvalidSubmission: a parameter is out of range, or no element set reaches these days.
        TooLarge: over 200,000 accesses.
    """
    end = end_of(start, days)
    warnings = [*read.remarks, *_stale(read.elements, start, end, stale_after_days), *remarks]
    targets = [area_target(subject.name, subject.area) for subject in subjects]
    found = find_accesses(read.elements, targets, start=start, end=end, reach=reach)
    if by_day_only:
        found = found.where(found.sun_elevation_deg > 0)
    if len(found) > MOST_ACCESSES:
        raise TooLarge(
            f"this is {len(found):,} accesses, over the limit of {MOST_ACCESSES:,}: ask for fewer days, satellites or areas"
        )
    rows = _rows(found, read.elements, subjects, instrument)
    warnings += _failed(found, read.elements)
    return {
        "start": _iso(start.timestamp()),
        "end": _iso(end.timestamp()),
        "days": days,
        "satellites": [_satellite(each, start, end, stale_after_days) for each in read.elements],
        "max_off_nadir_deg": reach.max_off_nadir_deg,
        "min_elevation_deg": reach.min_elevation_deg,
        "by_day_only": by_day_only,
        "ifov_urad": None if instrument is None else _figures(instrument.ifov_urad),
        "meaning": SEMANTICS,
        "warnings": warnings,
        "targets": [
            _target(n, subject, [row for row in rows if row["target"] == n], found, start, end)
            for n, subject in enumerate(subjects)
        ],
        "accesses": rows,
    }


def pictures(
    read: ReadElements, document: Mapping[str, Any], reach: Reach, *, most: int = MOST_DRAWN
) -> list[dict[str, Any]]:
    """For drawing: of the first accesses in order of time the ground track, the swath within reach, the field of regard.

    The swath is the ground within reach at a right angle to the motion, swept from rise to set.
    """
    made = []
    for one in sorted(document["accesses"], key=lambda row: (row["culmination"], row["target"]))[:most]:
        elements = read.elements[one["satellite_index"]]
        rise, middle, set_ = (
            dt.datetime.fromisoformat(one[key]).timestamp() for key in ("rise", "culmination", "set")
        )
        track = propagate([elements], times_between(rise, set_, 20.0))
        at = propagate([elements], [middle]).position_km[0, 0]
        place = geodetic(track.position_km[0])
        horizon = math.degrees(
            math.asin(EQUATORIAL_RADIUS_KM / (EQUATORIAL_RADIUS_KM + float(place.altitude_km.max())))
        )
        aside = min(reach.max_off_nadir_deg or 90.0, horizon - 1.0, 74.0)
        made.append(
            {
                "access": one,
                "track": {
                    "type": "MultiLineString",
                    "coordinates": ground_tracks(place.longitude_deg, place.latitude_deg),
                },
                "swath": to_geojson(swath(track, 0, View(across_deg=2 * aside))),
                "field_of_regard": to_geojson(
                    field_of_regard(
                        at,
                        max_off_nadir_deg=reach.max_off_nadir_deg,
                        min_elevation_deg=reach.min_elevation_deg,
                    )
                ),
            }
        )
    return made


def revisits(
    read: ReadElements,
    *,
    latitudes_deg: Sequence[float],
    start: dt.datetime,
    days: float,
    reach: Reach,
    least_sun_deg: float | None = None,
    stale_after_days: float = STALE_AFTER_DAYS,
) -> dict[str, Any]:
    """How often points of each latitude are seen, over 36 longitudes."""
    end = end_of(start, days)
    if least_sun_deg is not None and not -90 <= least_sun_deg <= 90:
        raise InvalidSubmission(
            {"least_sun_elevation_deg": f"{least_sun_deg:g} is out of range: -90 to 90 (degrees)"}
        )
    rows = revisit_by_latitude(
        read.elements, latitudes_deg, start=start, end=end, reach=reach, least_sun_deg=least_sun_deg
    )
    return {
        "start": _iso(start.timestamp()),
        "end": _iso(end.timestamp()),
        "days": days,
        "satellites": [_satellite(each, start, end, stale_after_days) for each in read.elements],
        "max_off_nadir_deg": reach.max_off_nadir_deg,
        "min_elevation_deg": reach.min_elevation_deg,
        "least_sun_elevation_deg": least_sun_deg,
        "meaning": "Points at 36 longitudes of each latitude; looks that overlap are one; the mean revisit is time over number of looks.",
        "warnings": [*read.remarks, *_stale(read.elements, start, end, stale_after_days)],
        "latitudes": [
            {
                "latitude_deg": row.latitude_deg,
                "looks_per_day": _figures(row.looks_per_day),
                "mean_revisit_h": None if row.mean_revisit_s is None else _figures(row.mean_revisit_s / 3600),
                "longest_gap_h": _figures(row.longest_gap_s / 3600),
            }
            for row in rows
        ],
    }


def footprint_over(
    *,
    longitude_deg: float,
    latitude_deg: float,
    altitude_km: float,
    heading_deg: float,
    view: View,
    max_off_nadir_deg: float | None = None,
) -> dict[str, Any]:
    """What a sensor sees from over a place, with the whole field of regard where a limit is given."""
    position, velocity = state_over(
        longitude_deg=longitude_deg,
        latitude_deg=latitude_deg,
        altitude_km=altitude_km,
        heading_deg=heading_deg,
    )
    return _footprint(position, velocity, view, max_off_nadir_deg, {})


def footprint_at(
    read: ReadElements,
    *,
    at: dt.datetime,
    view: View,
    minutes: float = 0.0,
    max_off_nadir_deg: float | None = None,
    stale_after_days: float = STALE_AFTER_DAYS,
) -> dict[str, Any]:
    """What a sensor on the first satellite of a set sees at a time; with minutes, its swath and ground track from then on."""
    if not 0 <= minutes <= 1440:
        raise InvalidSubmission({"minutes": f"{minutes:g} is out of range: 0 to 1,440 (minutes)"})
    elements = read.elements[:1]
    end = at + dt.timedelta(minutes=minutes)
    warnings = [*read.remarks, *_stale(elements, at, end, stale_after_days)]
    times = times_between(at.timestamp(), end.timestamp(), 10.0) if minutes else np.array([at.timestamp()])
    track = propagate(elements, times)
    if track.failures:
        raise InvalidSubmission(
            {
                "tle": f"{elements[0].name}: no position from {_iso(track.failures[0].from_unix_s)} on ({track.failures[0].why})"
            }
        )
    more: dict[str, Any] = {"satellite": elements[0].name, "at": _iso(at.timestamp()), "warnings": warnings}
    if minutes:
        place = geodetic(track.position_km[0])
        more["swath"] = to_geojson(swath(track, 0, view))
        more["ground_track"] = {
            "type": "MultiLineString",
            "coordinates": ground_tracks(place.longitude_deg, place.latitude_deg),
        }
    return _footprint(track.position_km[0, 0], track.velocity_km_s[0, 0], view, max_off_nadir_deg, more)


# -------------------------------------------------------------------------------------- the documents


def _footprint(
    position: Any, velocity: Any, view: View, max_off_nadir_deg: float | None, more: Mapping[str, Any]
) -> dict[str, Any]:
    made = footprint(position, velocity, view)
    place = geodetic(np.asarray(position))
    document: dict[str, Any] = {
        **{key: value for key, value in more.items() if key in ("satellite", "at", "warnings")},
        "altitude_km": _figures(float(place.altitude_km)),
        "nadir": [_degrees(float(place.longitude_deg)), _degrees(float(place.latitude_deg))],
        "off_nadir_deg": _figures(made.off_nadir_deg),
        "incidence_deg": _figures(made.incidence_deg),
        "width_km": _figures(made.width_km),
        "length_km": _figures(made.length_km),
        "area_km2": _figures(made.area_km2),
        "footprint": to_geojson(made.area),
        **{key: value for key, value in more.items() if key in ("swath", "ground_track")},
    }
    if max_off_nadir_deg is not None:
        Reach(max_off_nadir_deg=max_off_nadir_deg)
        document["field_of_regard"] = to_geojson(
            field_of_regard(position, max_off_nadir_deg=max_off_nadir_deg)
        )
    return document


def end_of(start: dt.datetime, days: float) -> dt.datetime:
    """The end of the days asked for.  Raises InvalidSubmission out of range."""
    if not 0 < days <= 400:
        raise InvalidSubmission({"days": f"{days:g} is out of range: above 0 to 400 (days)"})
    try:
        return start + dt.timedelta(days=days)
    except OverflowError:
        raise InvalidSubmission({"start": "the days asked for run past the year 9999"}) from None


def _stale(
    elements: Sequence[ElementSet], start: dt.datetime, end: dt.datetime, stale_after_days: float
) -> list[str]:
    if not stale_after_days >= 0:
        raise InvalidSubmission(
            {"stale_after_days": f"{stale_after_days:g} is out of range: 0 and more (days)"}
        )
    said = [each.staleness(start, end, stale_after_days) for each in elements]
    return [sentence for sentence in said if sentence]


def _failed(found: Accesses, elements: Sequence[ElementSet]) -> list[str]:
    return [
        f"{elements[failure.satellite].name}: SGP4 gives no position from {_iso(failure.from_unix_s)} on ({failure.why}); "
        "nothing is said about it after that."
        for failure in found.failures
    ]


def _satellite(
    elements: ElementSet, start: dt.datetime, end: dt.datetime, stale_after_days: float
) -> dict[str, Any]:
    return {
        "name": elements.name,
        "norad_id": elements.norad_id,
        "object_id": elements.object_id or None,
        "source": elements.source,
        "epoch": _iso(elements.epoch.timestamp()),
        "stale": elements.staleness(start, end, stale_after_days) is not None,
        "perigee_km": _figures(elements.perigee_km),
        "apogee_km": _figures(elements.apogee_km),
        "inclination_deg": _figures(elements.inclination_deg),
    }


def _rows(
    found: Accesses,
    elements: Sequence[ElementSet],
    subjects: Sequence[Subject],
    instrument: Instrument | None,
) -> list[dict[str, Any]]:
    order = np.lexsort((found.culmination_unix_s, found.target))
    columns = {
        field.name: getattr(found, field.name)[order].tolist()
        for field in attrs.fields(Accesses)
        if field.name != "failures"
    }
    rows = []
    for n in range(len(found)):
        one = {name: column[n] for name, column in columns.items()}
        subject = subjects[one["target"]]
        day = dt.datetime.fromtimestamp(one["culmination_unix_s"], dt.UTC).date()
        limit = subject.limit_on(day)
        gsd = _gsd(one, instrument)
        limit_m, finer = _compared(subject, limit, gsd)
        rows.append(
            {
                "target": one["target"],
                "target_name": subject.name,
                "satellite": elements[one["satellite"]].name,
                "satellite_index": one["satellite"],
                "rise": _iso(one["rise_unix_s"]),
                "culmination": _iso(one["culmination_unix_s"]),
                "set": _iso(one["set_unix_s"]),
                "duration_s": round(one["set_unix_s"] - one["rise_unix_s"], 1),
                "began_before": one["began_before"],
                "ends_after": one["ends_after"],
                "off_nadir_deg": round(one["off_nadir_deg"], 3),
                "elevation_deg": round(one["elevation_deg"], 3),
                "slant_range_km": round(one["slant_range_km"], 2),
                "altitude_km": round(one["altitude_km"], 2),
                "longitude_deg": _degrees(one["longitude_deg"]),
                "latitude_deg": _degrees(one["latitude_deg"]),
                "sun_elevation_deg": round(one["sun_elevation_deg"], 2),
                "light": "day" if one["sun_elevation_deg"] > 0 else "night",
                **gsd,
                "limit_m": limit_m,
                "finer_than_limit": finer,
            }
        )
    return rows


def _gsd(one: Mapping[str, Any], instrument: Instrument | None) -> dict[str, float | None]:
    """As `sensing.gsd` has it: range times IFOV across the look, and stretched by the incidence along it."""
    if instrument is None or one["elevation_deg"] < _LEAST_ELEVATION_FOR_GSD_DEG:
        return {"cross_view_gsd_m": None, "along_view_gsd_m": None, "mean_gsd_m": None}
    cross = one["slant_range_km"] * instrument.ifov_urad / 1000
    along = cross / float(np.sin(np.radians(one["elevation_deg"])))
    return {
        "cross_view_gsd_m": _figures(cross),
        "along_view_gsd_m": _figures(along),
        "mean_gsd_m": _figures((cross + along) / 2),
    }


def _compared(
    subject: Subject, limit: Limit | None, gsd: Mapping[str, float | None]
) -> tuple[float | None, bool | None]:
    """(the limit in metres, whether this look is finer); None where there is nothing to compare.

    Where the text of a limit does not say which direction it means, the finer one counts.
    """
    if limit is not None and (limit.finest_m is None or limit.measure is not Measure.GSD):
        return None, None
    limit_m = subject.limit_m if limit is None else limit.finest_m
    mean = limit is not None and limit.component is Component.MEAN
    seen = gsd["mean_gsd_m" if mean else "cross_view_gsd_m"]
    if limit_m is None or seen is None:
        return limit_m, None
    return limit_m, seen < limit_m


def _target(
    number: int,
    subject: Subject,
    rows: Sequence[Mapping[str, Any]],
    found: Accesses,
    start: dt.datetime,
    end: dt.datetime,
) -> dict[str, Any]:
    statistics = revisit(found, number, start=start, end=end)
    finer = [row for row in rows if row["finer_than_limit"]]
    compared = [row for row in rows if row["finer_than_limit"] is not None]
    finest = [row["mean_gsd_m"] for row in rows if row["mean_gsd_m"] is not None]
    return {
        "name": subject.name,
        "restriction": None if subject.restriction is None else subject.restriction.id,
        "accesses": len(rows),
        "by_day": sum(row["light"] == "day" for row in rows),
        "by_night": sum(row["light"] == "night" for row in rows),
        "compared_with_limit": len(compared),
        "finer_than_limit": len(finer) if compared else None,
        "finest_mean_gsd_m": min(finest) if finest else None,
        "least_off_nadir_deg": min((row["off_nadir_deg"] for row in rows), default=None),
        "looks": statistics.looks,
        "mean_revisit_h": _hours(statistics.mean_revisit_s),
        "mean_gap_h": _hours(statistics.mean_gap_s),
        "longest_gap_h": _hours(statistics.longest_gap_s),
        "percentile_gap_h": dict(
            zip((f"p{p}" for p in PERCENTILES), map(_hours, statistics.percentile_gap_s), strict=False)
        ),
        "says": _says(subject, rows, finer, compared, start, end),
    }


def _says(
    subject: Subject,
    rows: Sequence[Any],
    finer: Sequence[Any],
    compared: Sequence[Any],
    start: dt.datetime,
    end: dt.datetime,
) -> str:
    span = f"From {in_full(start.date())}, to {in_full(end.date())}, this system can see {subject.name}"
    if not rows:
        return f"{span} at no time, by these element sets and limits."
    times = "once" if len(rows) == 1 else f"{len(rows):,} times"
    if not compared:
        return f"{span} {times}; no ground sample distance was compared with a limit."
    limits = sorted({row["limit_m"] for row in compared})
    which = " or ".join(f"{limit:g} m" for limit in limits)
    count = (
        "none of them"
        if not finer
        else "all of them"
        if len(finer) == len(rows)
        else f"{len(finer):,} of them"
    )
    return f"{span} {times}, {count} finer than its limit of {which}."


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 3)


def _iso(unix_s: float) -> str:
    return (
        dt.datetime.fromtimestamp(round(unix_s, 3), dt.UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def _figures(value: float) -> float:
    return float(f"{value:.6g}")


def _degrees(value: float) -> float:
    return round(value, 5) + 0.0
