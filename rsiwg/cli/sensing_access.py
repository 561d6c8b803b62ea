"""sensing access, revisit, footprint: what satellites on their orbits can see, when and how finely."""

import argparse
import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rsiwg.cli.parts import CLEAR, command, limits, rulebook, write

if TYPE_CHECKING:
    from rsiwg.intake import ReadElements
    from rsiwg.overflights import Subject
    from rsiwg.sensing.footprint import View
    from rsiwg.sensing.reach import Reach

_ROWS_SHOWN = 40
_LATITUDES = "0,10,20,30,40,50,60,70,80"


def instant(text: str) -> dt.datetime:
    """A day or a moment, as an option takes it; UTC where no zone is given."""
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time: write it as 2026-11-25 or 2026-11-25T10:30:00Z"
        ) from None
    if not 1957 <= read.year <= 2100:
        raise argparse.ArgumentTypeError(f"{text!r} lies outside the years 1957 to 2100")
    return read.replace(tzinfo=dt.UTC) if read.tzinfo is None else read.astimezone(dt.UTC)


def _access(options: argparse.Namespace) -> int:
    _one_thread()
    from rsiwg import overflights

    read, reach = _elements(options, options.start), _reach(options)
    subjects, remarks = _subjects(options)
    document = overflights.access(
        read,
        subjects,
        start=options.start,
        days=options.days,
        reach=reach,
        instrument=overflights.Instrument.of(
            nadir_gsd_m=options.nadir_gsd_m, altitude_km=options.altitude_km, ifov_urad=options.ifov_urad
        ),
        by_day_only=options.by_day,
        stale_after_days=options.stale_after_days,
        remarks=remarks,
    )
    if options.map is not None:
        from rsiwg import maps

        scene = maps.scene_of_accesses(
            document,
            [(subject.name, subject.area) for subject in subjects],
            overflights.pictures(read, document, reach),
            are_restrictions=options.restrictions,
        )
        write(options.map, maps.draw(scene, assets=maps.Assets.inline()))
    if options.json:
        _print_json(document)
    else:
        _print_accesses(document)
    return CLEAR


def _revisit(options: argparse.Namespace) -> int:
    _one_thread()
    from rsiwg import overflights
    from rsiwg.errors import InvalidSubmission

    try:
        latitudes = [float(text) for text in options.latitudes_deg.split(",")]
    except ValueError:
        raise InvalidSubmission(
            {"latitudes_deg": "give numbers with commas between: 0,30,60 (degrees)"}
        ) from None
    document = overflights.revisits(
        _elements(options, options.start),
        latitudes_deg=latitudes,
        start=options.start,
        days=options.days,
        reach=_reach(options),
        least_sun_deg=options.least_sun_elevation_deg,
        stale_after_days=options.stale_after_days,
    )
    if options.json:
        _print_json(document)
        return CLEAR
    print("latitude   looks a day   mean revisit   longest gap")
    for row in document["latitudes"]:
        mean = "never" if row["mean_revisit_h"] is None else f"{row['mean_revisit_h'] / 24:.2f} days"
        print(
            f"{row['latitude_deg']:7g}°  {row['looks_per_day']:12.3f}  {mean:>13}  {row['longest_gap_h'] / 24:8.2f} days"
        )
    _print_warnings(document)
    return CLEAR


def _footprint(options: argparse.Namespace) -> int:
    from rsiwg import overflights
    from rsiwg.errors import InvalidSubmission

    if options.tle is None and options.orbit is None:
        if options.altitude_km is None:
            raise InvalidSubmission(
                {"altitude_km": "this is missing: give it, or elements by --tle or --orbit with --at"}
            )
        document = overflights.footprint_over(
            longitude_deg=options.longitude_deg,
            latitude_deg=options.latitude_deg,
            altitude_km=options.altitude_km,
            heading_deg=options.heading_deg,
            view=_view(options, options.altitude_km),
            max_off_nadir_deg=options.max_off_nadir_deg,
        )
    else:
        if options.at is None:
            raise InvalidSubmission({"at": "this is missing: give the time with elements"})
        read = _elements(options, options.at)
        document = overflights.footprint_at(
            read,
            at=options.at,
            view=_view(options, options.altitude_km or read.elements[0].perigee_km),
            minutes=options.minutes,
            max_off_nadir_deg=options.max_off_nadir_deg,
            stale_after_days=options.stale_after_days,
        )
    if options.json:
        _print_json(document)
        return CLEAR
    lon, lat = document["nadir"]
    print(
        f"From {document['altitude_km']:,.1f} km over latitude {lat:.3f}, longitude {lon:.3f}, looking {document['off_nadir_deg']:.2f}° off nadir "
        f"({document['incidence_deg']:.2f}° of incidence):\n  {document['width_km']:,.5g} km across, {document['length_km']:,.3g} km along, "
        f"{document['area_km2']:,.3g} km²"
    )
    _print_warnings(document)
    return CLEAR


# ------------------------------------------------------------------------------------------- reading


def _one_thread() -> None:
    # Tables of three columns are not worth a second thread, which only waits where other work runs beside it.
    if "numpy" not in sys.modules:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _elements(options: argparse.Namespace, epoch: dt.datetime) -> "ReadElements":
    from rsiwg.errors import InvalidSubmission
    from rsiwg.intake import read_element_sets, read_element_text

    if (options.tle is None) == (options.orbit is None):
        raise InvalidSubmission({"tle": "give either --tle FILE or --orbit TEXT"})
    if options.tle is not None:
        data = sys.stdin.buffer.read() if str(options.tle) == "-" else options.tle.read_bytes()
        return read_element_sets(data, limits(), epoch=epoch)
    return read_element_text(options.orbit, limits(), epoch=epoch)


def _reach(options: argparse.Namespace) -> "Reach":
    from rsiwg.sensing.reach import Reach

    return Reach(max_off_nadir_deg=options.max_off_nadir_deg, min_elevation_deg=options.min_elevation_deg)


def _subjects(options: argparse.Namespace) -> tuple[tuple["Subject", ...], tuple[str, ...]]:
    from rsiwg import overflights
    from rsiwg.errors import InvalidSubmission
    from rsiwg.intake import read_areas_file

    if (options.aoi is None) == (not options.restrictions):
        raise InvalidSubmission({"aoi": "give either --aoi FILE or --restrictions"})
    if options.limit_m is not None and not 0 < options.limit_m < 1e6:
        raise InvalidSubmission(
            {"limit_m": f"{options.limit_m:g} is out of range: above 0 to 1,000,000 (metres)"}
        )
    if options.restrictions:
        if not 0 < options.days <= 400:
            raise InvalidSubmission({"days": f"{options.days:g} is out of range: above 0 to 400 (days)"})
        end = options.start + dt.timedelta(days=options.days)
        return overflights.subjects_of_restrictions(rulebook(), start=options.start, end=end)
    read = read_areas_file(options.aoi.read_bytes(), options.aoi.name, limits())
    subjects = tuple(
        overflights.Subject(name=each.name or options.aoi.stem, area=each.area, limit_m=options.limit_m)
        for each in read
    )
    return subjects, tuple(change for each in read for change in each.changes)


def _view(options: argparse.Namespace, altitude_km: float) -> "View":
    from rsiwg.errors import InvalidSubmission
    from rsiwg.sensing.footprint import View, across_deg_of_swath, attitude_of

    if (options.across_deg is None) == (options.swath_km is None):
        raise InvalidSubmission(
            {"across_deg": "give either the field of view (--across-deg) or the swath at nadir (--swath-km)"}
        )
    across = options.across_deg
    if across is None:
        across = across_deg_of_swath(swath_km=options.swath_km, altitude_km=altitude_km)
    roll, pitch = options.roll_deg, options.pitch_deg
    if options.off_nadir_deg is not None:
        if roll or pitch:
            raise InvalidSubmission(
                {"off_nadir_deg": "give either --off-nadir-deg with --side, or --roll-deg and --pitch-deg"}
            )
        roll, pitch = attitude_of(off_nadir_deg=options.off_nadir_deg, side=options.side)
    more = {} if options.along_deg is None else {"along_deg": options.along_deg}
    return View(across_deg=across, roll_deg=roll, pitch_deg=pitch, **more)


# ------------------------------------------------------------------------------------------- showing


def _print_json(document: dict[str, Any]) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def _print_accesses(document: dict[str, Any]) -> None:
    for target in document["targets"]:
        print(target["says"])
        if target["accesses"]:
            mean = (
                ""
                if target["mean_revisit_h"] is None
                else f", a look every {target['mean_revisit_h'] / 24:.2f} days on average"
            )
            print(
                f"  {target['by_day']:,} by day, {target['by_night']:,} by night{mean}; longest gap {target['longest_gap_h'] / 24:.2f} days"
            )
    rows = sorted(document["accesses"], key=lambda row: row["culmination"])
    if rows:
        print("\nculmination (UTC)        seconds  off nadir   mean GSD  sun        satellite, area")
    for row in rows[:_ROWS_SHOWN]:
        gsd = "-" if row["mean_gsd_m"] is None else f"{row['mean_gsd_m']:.3g} m"
        mark = "  finer than the limit" if row["finer_than_limit"] else ""
        print(
            f"{row['culmination'][:19].replace('T', ' ')}  {row['duration_s']:8.1f}  {row['off_nadir_deg']:8.2f}°  {gsd:>9}  {row['sun_elevation_deg']:6.1f}° "
            f"{row['light']:5}  {row['satellite']}, {row['target_name']}{mark}"
        )
    if len(rows) > _ROWS_SHOWN:
        print(f"and {len(rows) - _ROWS_SHOWN:,} more: --json has them all")
    print(f"\n{document['meaning']}")
    _print_warnings(document)


def _print_warnings(document: dict[str, Any]) -> None:
    for warning in document.get("warnings", ()):
        print(f"note: {warning}")


# ------------------------------------------------------------------------------------------- options


def _takes_orbits(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--tle",
        type=Path,
        metavar="FILE",
        help="elements: TLE, or OMM as JSON, XML or KVN; - reads standard input",
    )
    made.add_argument(
        "--orbit",
        metavar="TEXT",
        help='an orbit or a constellation: "orbit altitude_km=617 ltan=10:30", "walker 53:24/3/1 @550km"',
    )
    made.add_argument(
        "--stale-after-days",
        type=float,
        default=14.0,
        metavar="N",
        help="flag elements further than this from the time asked for (default 14)",
    )


def _takes_times(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--start",
        type=instant,
        required=True,
        metavar="T",
        help="a day or a moment, UTC: 2026-11-25T10:30:00Z",
    )
    made.add_argument(
        "--days", type=float, required=True, metavar="N", help="how long from then, above 0 to 400"
    )


def _takes_reach(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--max-off-nadir-deg",
        type=float,
        metavar="D",
        help="how far aside it can look, at the satellite (default: to the horizon)",
    )
    made.add_argument(
        "--min-elevation-deg",
        type=float,
        default=0.0,
        metavar="E",
        help="least elevation of the satellite at the target (default 0)",
    )


def add(sensing: Any) -> None:
    """Add these commands to the group of sensing."""
    access = command(
        sensing, "access", _access, "When satellites can see areas or restrictions, and how finely."
    )
    _takes_orbits(access)
    access.add_argument(
        "--aoi",
        type=Path,
        metavar="FILE",
        help="areas, in any form that a request takes; each counts by itself",
    )
    access.add_argument(
        "--restrictions",
        action="store_true",
        help="every restriction of the rulebook that has an outline and is in force",
    )
    _takes_times(access)
    _takes_reach(access)
    access.add_argument(
        "--nadir-gsd-m",
        type=float,
        metavar="G",
        help="ground sample distance straight down, metres, with --altitude-km",
    )
    access.add_argument(
        "--altitude-km", type=float, metavar="H", help="altitude that the nadir GSD is stated for"
    )
    access.add_argument(
        "--ifov-urad",
        type=float,
        metavar="X",
        help="angle that a detector element sees, microradians, in place of both",
    )
    access.add_argument(
        "--limit-m", type=float, metavar="L", help="with --aoi: compare with this finest GSD allowed, metres"
    )
    access.add_argument(
        "--by-day", action="store_true", help="only with the sun above the horizon at the target"
    )
    access.add_argument("--json", action="store_true", help="print JSON")
    access.add_argument(
        "--map", type=Path, metavar="map.html", help="draw it too: one file that opens without a network"
    )
    again = command(sensing, "revisit", _revisit, "How often places are seen, by latitude.")
    _takes_orbits(again)
    _takes_times(again)
    _takes_reach(again)
    again.add_argument(
        "--latitudes-deg",
        default=_LATITUDES,
        metavar="LIST",
        help=f"with commas between (default {_LATITUDES})",
    )
    again.add_argument(
        "--least-sun-elevation-deg", type=float, metavar="S", help="only looks with the sun at least so high"
    )
    again.add_argument("--json", action="store_true", help="print JSON")
    _add_footprint(sensing)


def _add_footprint(sensing: Any) -> None:
    made = command(
        sensing,
        "footprint",
        _footprint,
        "What a sensor covers on the ground: footprint, swath, field of regard.",
    )
    _takes_orbits(made)
    numbers = {
        "altitude_km": (None, "altitude; of the look without elements, and that of --swath-km"),
        "longitude_deg": (0.0, "of the point below, without elements (default 0)"),
        "latitude_deg": (0.0, "of the point below, without elements (default 0)"),
        "heading_deg": (0.0, "direction of flight from north, without elements (default 0)"),
        "across_deg": (None, "field of view across the track"),
        "swath_km": (None, "swath at nadir, in place of --across-deg"),
        "along_deg": (None, "field of view along the track (default: one line of a pushbroom)"),
        "roll_deg": (0.0, "positive looks to the right of the track"),
        "pitch_deg": (0.0, "positive looks forward"),
        "off_nadir_deg": (None, "in place of roll and pitch, to a --side"),
        "minutes": (
            0.0,
            "with elements: sweep the swath and draw the ground track for so long, at most 1440",
        ),
        "max_off_nadir_deg": (None, "draw the field of regard too"),
    }
    for name, (default, says) in numbers.items():
        made.add_argument(f"--{name.replace('_', '-')}", type=float, default=default, metavar="X", help=says)
    made.add_argument("--at", type=instant, metavar="T", help="with elements: the time, UTC")
    made.add_argument(
        "--side",
        choices=("right", "left", "forward", "backward"),
        default="right",
        help="of --off-nadir-deg (default right)",
    )
    made.add_argument("--json", action="store_true", help="print JSON, with the outlines as GeoJSON")
