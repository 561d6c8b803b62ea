"""Accesses of many satellites over many countries: ours against TAT-C and skyfield, on the same work, in one run.

Nothing here is a test, but results are compared, and the run stops where they differ.  Only ratios within one run mean
something.  The peers get a part of the satellites and days that they can finish; ours is timed on that same part and on the
whole.  Peers live in the `bench` extra; one that is missing is left out and said.

What is done: when is any part of an area within an off-nadir limit of 45 degrees?
- TAT-C: `collect_region_observations`, the same definition, ends refined to a millisecond, as ours are.
- skyfield on a 10 s grid: its positions and geodetic points below, then NumPy over the same outlines (skyfield has no areas).
- skyfield's `find_events` over the middles of the areas, above 30 degrees, against ours over the same points.
"""

import argparse
import datetime as dt
import math
import os
import resource
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for ours and for the peers

import attrs
import numpy as np
import shapely
from sgp4 import exporter
from skyfield.api import EarthSatellite, load, wgs84
from skyfield.framelib import itrs

from rsiwg import resources, rulebook
from rsiwg.geometry import Area
from rsiwg.geometry.area import from_parts
from rsiwg.sensing.access import Accesses, find_accesses
from rsiwg.sensing.elements import ElementSet, mean_elements
from rsiwg.sensing.reach import Reach
from rsiwg.sensing.targets import area_target, point_target

START = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
LIMIT_DEG = 45.0
STEP_S = 10.0
TOLERANCE_DEG = 0.05
"""Outlines are simplified to this before anything is timed, so that everyone gets the same ones."""


def countries(count: int) -> list[tuple[str, Area]]:
    """The largest countries, simplified; the same outlines for everyone."""
    places = sorted(rulebook.load(resources.GEODATA).places.countries.places, key=lambda p: -p.area.area)
    found = []
    for place in places:
        light = shapely.simplify(place.area, TOLERANCE_DEG)
        parts = [p for p in shapely.get_parts(light) if p.area > 0]
        if parts:
            found.append((place.name, from_parts(parts)))
    return found[:count]


def satellites(count: int) -> list[ElementSet]:
    """Low orbits of the kinds that imaging satellites have; always the same ones."""
    chance = np.random.default_rng(7)
    return [
        mean_elements(
            name=f"satellite {n + 1}",
            epoch=START,
            altitude_km=float(chance.uniform(450, 800)),
            inclination_deg=float(chance.choice([53.0, 63.4, 97.4, 98.2])),
            raan_deg=float(chance.uniform(0, 360)),
            mean_anomaly_deg=float(chance.uniform(0, 360)),
        )
        for n in range(count)
    ]


def timed(what: str, work):
    begin = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - begin
    print(f"  {what:46} {seconds:9.2f} s")
    return found, seconds


def ours(elements: list[ElementSet], areas: list[tuple[str, Area]], days: float) -> Accesses:
    targets = [area_target(name, area) for name, area in areas]
    end = START + dt.timedelta(days=days)
    return find_accesses(elements, targets, start=START, end=end, reach=Reach(max_off_nadir_deg=LIMIT_DEG))


# ------------------------------------------------------------------------------------------- TAT-C


def with_tatc(elements: list[ElementSet], areas: list[tuple[str, Area]], days: float):
    from tatc.analysis import collect_region_observations
    from tatc.schemas import Instrument, Satellite, TwoLineElements

    made = []
    for each in elements:
        record = attrs.evolve(each, norad_id=99999).satrec()
        record.classification, record.intldesg, record.ephtype, record.elnum, record.revnum = (
            "U",
            "26001A",
            0,
            1,
            1,
        )
        made.append(
            Satellite(
                name=each.name,
                orbit=TwoLineElements(tle=list(exporter.export_tle(record))),
                instruments=[Instrument(name="camera", field_of_regard=2 * LIMIT_DEG)],
            )
        )
    return collect_region_observations(
        [area for _, area in areas], made, START, START + dt.timedelta(days=days)
    )


def compare_with_tatc(mine: Accesses, theirs, elements: list[ElementSet]) -> None:
    alone = apart_s = 0
    for n, each in enumerate(elements):
        chosen = mine.satellite == n
        rows = theirs[theirs["satellite"] == each.name]
        there = np.array([[t.timestamp() for t in rows[column]] for column in ("start", "end")])
        # An access of one is matched by one of the other that begins or ends within a second.
        for rise, set_ in zip(mine.rise_unix_s[chosen], mine.set_unix_s[chosen], strict=True):
            gap = np.abs(there - np.array([[rise], [set_]]))
            if gap.min() > 1.0:
                alone += 1
                print(f"  {each.name}: only ours has an access of {set_ - rise:.2f} s")
            apart_s = max(apart_s, float(gap.min()))
        print(f"  {each.name}: {chosen.sum():,} accesses here, {len(rows):,} there")
    if alone > max(2, 0.002 * len(mine)):
        raise SystemExit("the results differ")
    print(f"  the nearer ends of matching accesses are at most {apart_s:.3f} s apart")


# ---------------------------------------------------------------------------------------- skyfield


def with_skyfield(elements: list[ElementSet], areas: list[tuple[str, Area]], days: float):
    """Visible samples by (satellite, area): positions by skyfield, the rest NumPy over every corner near enough."""
    scale = load.timescale(delta_t=69.184)  # UT1 is UTC, as ours has it
    count = round(days * 86400 / STEP_S)
    when = scale.utc(START.year, START.month, START.day, 0, 0, np.arange(count) * STEP_S)
    outlines = []
    for _, area in areas:
        xy = shapely.get_coordinates(shapely.segmentize(area, 0.1))
        points = np.array(wgs84.latlon(xy[:, 1], xy[:, 0]).itrs_xyz.km).T
        middle = points.mean(axis=0)
        middle /= np.linalg.norm(middle)
        unit = points / np.linalg.norm(points, axis=1)[:, None]
        outlines.append(
            (area, points, middle, math.degrees(math.acos(np.clip((unit @ middle).min(), -1, 1))))
        )
        shapely.prepare(area)
    seen = {}
    for s, each in enumerate(elements):
        place = EarthSatellite.from_satrec(each.satrec(), scale).at(when)
        position = place.frame_xyz(itrs).km.T
        below = wgs84.geographic_position_of(place)
        lon, lat = np.radians(below.longitude.degrees), np.radians(below.latitude.degrees)
        up = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        radius = np.linalg.norm(position, axis=1)
        ratio = radius.max() / 6356.75 * math.sin(math.radians(LIMIT_DEG))
        wide = math.degrees(math.asin(min(ratio, 1.0))) - LIMIT_DEG + 0.5
        for k, (area, points, middle, extent) in enumerate(outlines):
            near = np.flatnonzero(
                position @ middle / radius > math.cos(math.radians(min(extent + wide, 180)))
            )
            visible = np.zeros(count, dtype=bool)
            visible[near] = shapely.contains_xy(area, np.degrees(lon[near]), np.degrees(lat[near]))
            near = near[~visible[near]]
            for part in np.array_split(near, max(1, len(near) * len(points) // 2_000_000)):
                line = points[None] - position[part][:, None]
                length = np.sqrt(np.einsum("ijk,ijk->ij", line, line))
                cosine = -np.einsum("ijk,ik->ij", line, up[part]) / length
                facing = np.einsum("ijk,jk->ij", line, points) < 0
                visible[part] = ((cosine >= math.cos(math.radians(LIMIT_DEG))) & facing).any(axis=1)
            seen[s, k] = np.flatnonzero(visible)
    return seen


def compare_with_skyfield(mine: Accesses, theirs, days: float) -> None:
    grid = START.timestamp() + STEP_S * np.arange(round(days * 86400 / STEP_S))
    total = differ = 0
    for (s, k), samples in theirs.items():
        chosen = (mine.satellite == s) & (mine.target == k)
        inside = np.zeros(len(grid) + 1, dtype=int)
        np.add.at(inside, np.searchsorted(grid, mine.rise_unix_s[chosen], "left"), 1)
        np.add.at(inside, np.searchsorted(grid, mine.set_unix_s[chosen], "right"), -1)
        here = np.flatnonzero(np.cumsum(inside)[:-1] > 0)
        total += len(samples)
        differ += len(np.setxor1d(here, samples))
    print(
        f"  visible samples: {total:,}; they differ in {differ:,} (skyfield's side has corners 0.1 degrees apart, ours whole edges)"
    )
    if differ > 0.002 * total:
        raise SystemExit("the results differ")


def events_with_skyfield(
    elements: list[ElementSet], points: list[tuple[float, float]], days: float
) -> list[int]:
    scale = load.timescale(delta_t=69.184)
    begin, end = scale.from_datetime(START), scale.from_datetime(START + dt.timedelta(days=days))
    counts = []
    for each in elements:
        satellite = EarthSatellite.from_satrec(each.satrec(), scale)
        for lon, lat in points:
            _, events = satellite.find_events(wgs84.latlon(lat, lon), begin, end, 30.0)
            counts.append(int((events == 0).sum()))
    return counts


def events_of_ours(elements: list[ElementSet], points: list[tuple[float, float]], days: float) -> list[int]:
    targets = [point_target(f"point {n}", lon, lat) for n, (lon, lat) in enumerate(points)]
    end = START + dt.timedelta(days=days)
    found = find_accesses(elements, targets, start=START, end=end, reach=Reach(min_elevation_deg=30.0))
    rises = ~found.began_before
    return np.bincount(
        (found.satellite * len(points) + found.target)[rises], minlength=len(elements) * len(points)
    ).tolist()


def beside_skyfield(
    few: list[ElementSet], areas: list[tuple[str, Area]], points: list[tuple[float, float]]
) -> dict[str, float]:
    mine, mine_s = timed("ours, ends to a millisecond", lambda: ours(few, areas, 1.0))
    theirs, theirs_s = timed(
        "skyfield on a 10 s grid, NumPy for the areas", lambda: with_skyfield(few, areas, 1.0)
    )
    compare_with_skyfield(mine, theirs, 1.0)
    also, also_s = timed("ours, the middles of the areas", lambda: events_of_ours(few, points, 1.0))
    events, events_s = timed(
        "skyfield find_events, the same points", lambda: events_with_skyfield(few, points, 1.0)
    )
    print(f"  rises: {sum(events):,} by skyfield, {sum(also):,} by ours")
    if sum(a != b for a, b in zip(also, events, strict=True)) > 0.001 * len(also):
        raise SystemExit("the results differ")
    return {"skyfield, areas on a grid": theirs_s / mine_s, "skyfield, events over points": events_s / also_s}


def beside_tatc(
    few: list[ElementSet], areas: list[tuple[str, Area]], _points: list[tuple[float, float]]
) -> dict[str, float]:
    mine, mine_s = timed("ours, ends to a millisecond", lambda: ours(few, areas, 1.0))
    theirs, theirs_s = timed("TAT-C collect_region_observations", lambda: with_tatc(few, areas, 1.0))
    compare_with_tatc(mine, theirs, few)
    return {"TAT-C, areas": theirs_s / mine_s}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--satellites", type=int, default=100)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--areas", type=int, default=250)
    parser.add_argument("--skyfield-satellites", type=int, default=12, help="for one day")
    parser.add_argument("--tatc-satellites", type=int, default=3, help="for one day")
    options = parser.parse_args()
    areas, fleet = countries(options.areas), satellites(options.satellites)
    corners = sum(int(shapely.count_coordinates(area)) for _, area in areas)
    print(
        f"{len(areas)} countries, {corners:,} corners, 45 degrees off nadir; every ratio is of times in this run\n"
    )
    points = [(area.representative_point().x, area.representative_point().y) for _, area in areas]
    print(f"{len(fleet)} satellites, {options.days:g} days, {len(areas)} areas:")
    whole, whole_s = timed("ours, ends to a millisecond", lambda: ours(fleet, areas, options.days))
    steps = len(fleet) * options.days * 86400 / STEP_S
    print(
        f"  {len(whole):,} accesses; {steps / whole_s / 1e3:,.0f} thousand steps of 10 s per second, each against every area"
    )
    print(
        f"  peak memory so far, the rulebook included: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB\n"
    )
    ratios: dict[str, float] = {}
    for peer, work in (("skyfield", beside_skyfield), ("TAT-C", beside_tatc)):
        few = fleet[: options.skyfield_satellites if peer == "skyfield" else options.tatc_satellites]
        print(f"{len(few)} satellites, 1 day, {len(areas)} areas:")
        try:
            ratios |= work(few, areas, points)
        except ImportError as exc:
            print(f"  left out: {exc} (pip install -r requirements-bench.lock)")
    print()
    for name, ratio in ratios.items():
        print(f"{name:32} {ratio:8.1f} times our time")


if __name__ == "__main__":
    main()
