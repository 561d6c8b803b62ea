"""Accesses against brute force, against skyfield, and against what symmetry and closed forms demand."""

import datetime as dt
import math

import numpy as np
import pytest
from shapely import MultiPolygon, Polygon, box
from skyfield.api import EarthSatellite, load, wgs84

from rsiwg.errors import InvalidSubmission
from rsiwg.geometry import circle, normalise_shape
from rsiwg.sensing.access import find_accesses
from rsiwg.sensing.elements import mean_elements, walker
from rsiwg.sensing.orbits import propagate, up_vectors
from rsiwg.sensing.reach import Reach
from rsiwg.sensing.revisit import revisit, revisit_by_latitude
from rsiwg.sensing.targets import area_target, places_of, point_target

EPOCH = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
ORBITS = (
    mean_elements(name="sun-synchronous", epoch=EPOCH, altitude_km=617, ltan_h=22.5),
    mean_elements(name="inclined", epoch=EPOCH, altitude_km=450, inclination_deg=53, raan_deg=80),
    mean_elements(
        name="eccentric",
        epoch=EPOCH,
        altitude_km=1500,
        inclination_deg=63,
        eccentricity=0.1,
        arg_perigee_deg=270,
    ),
)


def area(*corners):
    return normalise_shape(Polygon(corners)).area


AREAS = {
    "across 180 degrees": area((176, -21), (186, -21), (186, -12), (176, -12)),
    "over the pole": area((-180, 78), (-60, 80), (60, 76), (180, 78), (180, 90), (60, 90), (-60, 90), (-180, 90)),
    "south pole": area((-180, -90), (-60, -90), (60, -90), (180, -90), (180, -84), (60, -83), (-60, -85), (-180, -84)),
    "wiggly": area(*[(10 + (4 + 1.5 * math.sin(7 * t)) * math.cos(t), 45 + (4 + 1.5 * math.sin(7 * t)) * math.sin(t)) for t in np.linspace(0, 2 * math.pi, 90)[:-1]]),
    "with a hole": normalise_shape(box(60, 10, 85, 32) - box(62, 12, 83, 30)).area,
    "two parts": normalise_shape(MultiPolygon([box(-75, -5, -70, 0), box(-60, -40, -58, -36)])).area,
    "small": circle(-105.0, 40.0, 3000.0),
}  # fmt: skip


def brute_force(orbit, target, times, reach):
    """Visible at each time, without any table or pruning: every edge cut into points 4 km apart."""
    position = propagate([orbit], times).position_km[0]
    up = up_vectors(position)
    corners, edges = target.corners_km, target.edges_km
    pieces = max(1, math.ceil(np.linalg.norm(edges, axis=1).max() / 4))
    points = np.concatenate([corners + k / pieces * edges for k in range(pieces)])
    normals = points / np.array([6378.137**2, 6378.137**2, 6356.7523142**2])
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    seen = target.holds(*places_of(up))
    for n in np.flatnonzero(~seen):
        near = points[normals @ up[n] > math.cos(math.radians(40))]
        if not len(near):
            continue
        line = near - position[n]
        length = np.linalg.norm(line, axis=1)
        up_there = near / np.array([6378.137**2, 6378.137**2, 6356.7523142**2])
        up_there /= np.linalg.norm(up_there, axis=1)[:, None]
        elevation = np.degrees(np.arcsin(-np.sum(up_there * line, axis=1) / length))
        visible = elevation >= reach.min_elevation_deg
        if reach.max_off_nadir_deg is not None:
            off = np.degrees(np.arccos(-line @ up[n] / length))
            visible &= off <= reach.max_off_nadir_deg
        seen[n] = visible.any()
    return seen


@pytest.mark.parametrize(
    "limits", [{"max_off_nadir_deg": 45}, {"max_off_nadir_deg": 2}, {"min_elevation_deg": 5}], ids=str
)
@pytest.mark.parametrize("name", AREAS)
def test_an_access_is_when_any_part_of_the_area_is_within_the_limits(name, limits):
    target, reach = area_target(name, AREAS[name]), Reach(**limits)
    times = EPOCH.timestamp() + np.arange(0, 86400 / 4, 60.0)
    found = find_accesses(ORBITS, [target], start=EPOCH, end=EPOCH + DAY / 4, reach=reach)
    for n, orbit in enumerate(ORBITS):
        spans = [
            (a, b)
            for s, a, b in zip(found.satellite, found.rise_unix_s, found.set_unix_s, strict=True)
            if s == n
        ]
        inside = np.zeros(len(times), dtype=bool)
        for a, b in spans:
            assert a <= b
            inside |= (times >= a) & (times <= b)
        differs = np.flatnonzero(inside != brute_force(orbit, target, times, reach))
        # Points 4 km apart see a little less than whole edges do: they may be late by a quarter of a second.
        for time in times[differs]:
            assert min(abs(time - end) for span in spans for end in span) < 0.3


def test_events_over_points_are_those_of_skyfield():
    scale = load.timescale(delta_t=69.184)  # UT1 is UTC, as here
    points = [
        ("Washington", -77.04, 38.9),
        ("Suva", 178.44, -18.14),
        ("Svalbard", 15.4, 78.2),
        ("pole", 0.0, -90.0),
    ]
    targets = [point_target(*point) for point in points]
    for mask_deg in (0.0, 30.0):
        found = find_accesses(
            ORBITS[:2], targets, start=EPOCH, end=EPOCH + 3 * DAY, reach=Reach(min_elevation_deg=mask_deg)
        )
        count = 0
        for s, orbit in enumerate(ORBITS[:2]):
            satellite = EarthSatellite.from_satrec(orbit.satrec(), scale)
            for t, (_, lon, lat) in enumerate(points):
                times, events = satellite.find_events(
                    wgs84.latlon(lat, lon),
                    scale.from_datetime(EPOCH),
                    scale.from_datetime(EPOCH + 3 * DAY),
                    mask_deg,
                )
                stamps = np.array([time.utc_datetime().timestamp() for time in times])
                mine = (found.satellite == s) & (found.target == t)
                for event, ends, closed in (
                    (0, found.rise_unix_s, found.began_before),
                    (2, found.set_unix_s, found.ends_after),
                ):
                    theirs = stamps[events == event]
                    ours = ends[mine & ~closed]
                    assert len(ours) == len(theirs)
                    if len(ours):
                        # skyfield itself stops at a quarter of a second and better.
                        assert np.abs(ours - theirs).max() < 0.3
                count += len(theirs)
        assert count > 30


def test_a_wider_limit_never_loses_an_access():
    targets = [area_target(name, it) for name, it in AREAS.items()]
    seen = []
    for limit in (5, 15, 30, 45, 60):
        found = find_accesses(
            ORBITS[:2], targets, start=EPOCH, end=EPOCH + DAY, reach=Reach(max_off_nadir_deg=limit)
        )
        assert (found.off_nadir_deg <= limit + 1e-3).all()
        seen.append([(found.target == n).sum() for n in range(len(targets))])
        wider = find_accesses(
            ORBITS[:2], targets, start=EPOCH, end=EPOCH + DAY, reach=Reach(max_off_nadir_deg=limit + 5)
        )
        for t, s, a, b in zip(
            found.target, found.satellite, found.rise_unix_s, found.set_unix_s, strict=True
        ):
            same = (wider.target == t) & (wider.satellite == s)
            assert ((wider.rise_unix_s[same] <= a + 0.01) & (wider.set_unix_s[same] >= b - 0.01)).any()


def test_turning_the_orbit_and_the_area_together_changes_nothing():
    orbit = mean_elements(name="x", epoch=EPOCH, altitude_km=600, inclination_deg=70, raan_deg=10)
    turned = mean_elements(name="x", epoch=EPOCH, altitude_km=600, inclination_deg=70, raan_deg=10 + 123)
    corners = [(150, 10), (160, 10), (158, 22), (151, 20)]
    one = find_accesses(
        [orbit],
        [area_target("a", area(*corners))],
        start=EPOCH,
        end=EPOCH + DAY,
        reach=Reach(max_off_nadir_deg=40),
    )
    moved = [(lon + 123 - 360, lat) for lon, lat in corners]
    moved = [(lon, lat) for lon, lat in moved]
    other = find_accesses(
        [turned],
        [area_target("b", area(*moved))],
        start=EPOCH,
        end=EPOCH + DAY,
        reach=Reach(max_off_nadir_deg=40),
    )
    assert len(one) == len(other) > 0
    assert np.abs(one.rise_unix_s - other.rise_unix_s).max() < 0.01
    assert np.abs(one.off_nadir_deg - other.off_nadir_deg).max() < 1e-3


def test_culmination_is_the_least_off_nadir_angle():
    targets = [area_target(name, it) for name, it in AREAS.items()]
    found = find_accesses(ORBITS, targets, start=EPOCH, end=EPOCH + DAY, reach=Reach(max_off_nadir_deg=50))
    for n in range(0, len(found), 7):
        target = targets[found.target[n]]
        times = np.linspace(found.rise_unix_s[n], found.set_unix_s[n], 400)
        position = propagate([ORBITS[found.satellite[n]]], times).position_km[0]
        up = up_vectors(position)
        off = np.where(target.holds(*places_of(up)), 0.0, target.nearest(position, up).off_nadir_deg)
        assert found.off_nadir_deg[n] <= off.min() + 0.1
        assert found.off_nadir_deg[n] >= off.min() - 0.3
        assert found.rise_unix_s[n] <= found.culmination_unix_s[n] <= found.set_unix_s[n]


def test_blocks_of_time_leave_no_seam(monkeypatch):
    shell = walker(epoch=EPOCH, altitude_km=550, inclination_deg=53, satellites=6, planes=3, phasing=1)
    targets = [area_target(name, it) for name, it in AREAS.items()]
    whole = find_accesses(shell, targets, start=EPOCH, end=EPOCH + DAY, reach=Reach(max_off_nadir_deg=45))
    monkeypatch.setattr("rsiwg.sensing.access._MOST_NODES", 6 * 137)
    cut = find_accesses(shell, targets, start=EPOCH, end=EPOCH + DAY, reach=Reach(max_off_nadir_deg=45))
    assert len(cut) == len(whole)
    assert np.abs(cut.rise_unix_s - whole.rise_unix_s).max() < 0.01
    assert np.abs(cut.set_unix_s - whole.set_unix_s).max() < 0.01


def test_a_time_that_starts_in_the_middle_of_a_pass_says_so():
    target = [point_target("Washington", -77.04, 38.9)]
    found = find_accesses(ORBITS[:1], target, start=EPOCH, end=EPOCH + DAY, reach=Reach())
    middle = dt.datetime.fromtimestamp(found.culmination_unix_s[0], dt.UTC)
    late = find_accesses(ORBITS[:1], target, start=middle, end=EPOCH + DAY, reach=Reach())
    assert late.began_before[0]
    assert late.rise_unix_s[0] == pytest.approx(middle.timestamp())
    early = find_accesses(ORBITS[:1], target, start=EPOCH, end=middle, reach=Reach())
    assert early.ends_after[-1]
    assert early.set_unix_s[-1] == pytest.approx(middle.timestamp())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reach": {"max_off_nadir_deg": 80}}, "max_off_nadir_deg"), ({"reach": {"max_off_nadir_deg": 0}}, "max_off_nadir_deg"),
        ({"reach": {"max_off_nadir_deg": math.nan}}, "max_off_nadir_deg"), ({"reach": {"min_elevation_deg": 90}}, "min_elevation_deg"),
        ({"end": EPOCH}, "days"), ({"end": EPOCH + 401 * DAY}, "days"), ({"elements": []}, "tle"), ({"targets": []}, "aoi"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(change, field):
    given = {
        "elements": ORBITS[:1],
        "targets": [point_target("x", 0.0, 0.0)],
        "start": EPOCH,
        "end": EPOCH + DAY,
        "reach": {},
        **change,
    }
    with pytest.raises(InvalidSubmission) as refused:
        find_accesses(
            given["elements"],
            given["targets"],
            start=given["start"],
            end=given["end"],
            reach=Reach(**given["reach"]),
        )
    assert list(refused.value.problems) == [field]


# Published: DigitalGlobe's data sheets give 4.5 days (WorldView-3, 617 km) and 3.7 days (WorldView-2, 770 km) at 20 degrees off
# nadir or less; the tables of that time are for 40 degrees north. Optical systems image by day, on one half of each orbit.
@pytest.mark.parametrize(("altitude_km", "ltan_h", "published_days"), [(617, 1.5, 4.5), (770, 22.5, 3.7)])
def test_the_mean_revisit_is_the_published_one(altitude_km, ltan_h, published_days):
    orbit = mean_elements(name="x", epoch=EPOCH, altitude_km=altitude_km, ltan_h=ltan_h)
    [row] = revisit_by_latitude(
        [orbit],
        [40.0],
        start=EPOCH,
        end=EPOCH + 60 * DAY,
        reach=Reach(max_off_nadir_deg=20),
        least_sun_deg=0.0,
    )
    assert row.mean_revisit_s / 86400 == pytest.approx(published_days, rel=0.1)


def test_revisit_counts_looks_that_overlap_once():
    shell = walker(epoch=EPOCH, altitude_km=550, inclination_deg=53, satellites=24, planes=3, phasing=1)
    found = find_accesses(shell, [point_target("x", 10.0, 48.0)], start=EPOCH, end=EPOCH + DAY, reach=Reach())
    statistics = revisit(found, 0, start=EPOCH, end=EPOCH + DAY)
    grid = EPOCH.timestamp() + np.arange(0, 86400, 1.0)
    seen = np.zeros(len(grid), dtype=bool)
    for a, b in zip(found.rise_unix_s, found.set_unix_s, strict=True):
        seen |= (grid >= a) & (grid <= b)
    assert statistics.looks == int((np.diff(seen.astype(int)) == 1).sum() + seen[0]) < len(found)
    assert statistics.seen_share == pytest.approx(seen.mean(), abs=0.001)
