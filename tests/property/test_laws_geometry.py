"""Laws of the geometry room, against independent yardsticks: ray casting, `pyproj.Geod`, closed forms, `antimeridian`."""

import math

import antimeridian
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import MultiPolygon, Polygon

from rsiwg.errors import InvalidGeometry
from rsiwg.geometry import (
    EMPTY,
    area_km2,
    circle,
    distance_km,
    join,
    normalise,
    normalise_shape,
    overlap,
    subtract,
    to_geojson,
    widen,
)

GEOD = Geod(ellps="WGS84")
A_M = 6_378_137.0
F = 1 / 298.257223563
E2 = F * (2 - F)
law = settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
few = settings(law, max_examples=25)


# ------------------------------------------------------------------------------------ made here


@st.composite
def rings(draw, lon=None, lat=None, size=None):
    """A star-shaped ring: simple whatever the radii are, as [lon, lat] to 5 decimals, closed, counter-clockwise."""
    lon0 = draw(st.integers(-175, 175) if lon is None else lon)
    lat0 = draw(st.integers(-70, 70) if lat is None else lat)
    reach, n = draw(st.floats(0.01, 4) if size is None else size), draw(st.integers(4, 12))
    turn = draw(st.floats(0, 1))
    radii = draw(st.lists(st.floats(0.5, 1), min_size=n, max_size=n))
    angles = [2 * math.pi * (k + turn) / n for k in range(n)]
    ring = [
        [round(lon0 + reach * r * math.cos(a), 5), round(lat0 + reach * r * math.sin(a), 5)]
        for r, a in zip(radii, angles, strict=True)
    ]
    return [*ring, ring[0]]


def shrunk(ring, by):
    """A copy about the same middle, which lies inside of a star-shaped ring."""
    middle = np.mean(ring[:-1], axis=0)
    return [[round(float(v), 5) for v in middle + by * (np.array(p) - middle)] for p in ring]


def polygon(*these):
    return {"type": "Polygon", "coordinates": [list(ring) for ring in these]}


def moved(geojson, by_deg):
    def move(value):
        return (
            [value[0] + by_deg, value[1]] if isinstance(value[0], float | int) else [move(v) for v in value]
        )

    return {**geojson, "coordinates": move(geojson["coordinates"])}


def turned(ring, start):
    """The same ring from another start."""
    return [*ring[start:-1], *ring[: start + 1]]


def holed(ring):
    """The ring with a hole, if the hole lies inside (a mean of corners is not always the star's middle)."""
    hole = shrunk(ring, 0.3)
    assume(Polygon(ring).is_valid and Polygon(ring).contains_properly(Polygon(hole)))
    assume(Polygon(hole).area > 1e-6)
    return polygon(ring, hole[::-1])


def of(geojson):
    return normalise(geojson).area


def same(one, other):
    return to_geojson(one) == to_geojson(other)


def slack_km2(*areas):
    """What rounding to the grid (11 mm) along the outlines can change."""
    perimeter_km = sum(shapely.length(a) for a in areas) * 111.4
    return perimeter_km * 2e-5 + 1e-9


# ----------------------------------------------------------------------------- the canonical form


crossing = rings(lon=st.sampled_from([-180, -179, 179, 180]), size=st.floats(1.5, 4))
anywhere = st.one_of(rings(), crossing)


@law
@given(anywhere)
def test_normalising_twice_changes_nothing(ring):
    once = of(holed(ring))
    again = normalise(to_geojson(once))
    assert same(once, again.area)
    assert again.changes == ()


@law
@given(anywhere, st.integers(0, 3))
def test_the_start_vertex_does_not_matter(ring, start):
    assert same(of(polygon(ring)), of(polygon(turned(ring, start))))


@law
@given(anywhere)
def test_the_direction_of_rings_does_not_matter(ring):
    shape = holed(ring)
    backwards = {**shape, "coordinates": [r[::-1] for r in shape["coordinates"]]}
    assert same(of(shape), of(backwards))


@law
@given(st.lists(rings(size=st.floats(0.01, 0.9)), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_parts_does_not_matter(several, random):
    assume(MultiPolygon([Polygon(r) for r in several]).is_valid)
    shuffled = list(several)
    random.shuffle(shuffled)
    one, other = (
        {"type": "MultiPolygon", "coordinates": [[r] for r in order]} for order in (several, shuffled)
    )
    assert same(of(one), of(other))


@law
@given(anywhere, st.sampled_from([-360, 360]))
def test_a_turn_round_the_globe_does_not_matter(ring, turn):
    assume(all(abs(lon + turn) <= 540 for lon, _ in ring))
    assert same(of(polygon(ring)), of(moved(polygon(ring), turn)))


@law
@given(anywhere)
def test_an_area_is_valid_in_range_and_counter_clockwise(ring):
    area = of(holed(ring))
    west, south, east, north = area.bounds
    assert area.is_valid
    assert -180 <= west <= east <= 180
    assert -90 <= south <= north <= 90
    assert all(p.exterior.is_ccw and not any(h.is_ccw for h in p.interiors) for p in area.geoms)
    scaled = shapely.get_coordinates(area) * 1e7
    assert np.abs(scaled - np.round(scaled)).max() < 1e-3


@law
@given(rings(), st.integers(-360, 360))
def test_a_shift_along_longitude_keeps_the_size(ring, shift):
    here, there = of(polygon(ring)), of(moved(polygon(ring), shift))
    is_cut = len(there.geoms) != len(here.geoms)  # new corners at 180 degrees are rounded to the grid
    slack = {"abs": slack_km2(here)} if is_cut else {"rel": 1e-12}
    assert area_km2(there) == pytest.approx(area_km2(here), **slack)


@law
@given(crossing)
def test_splitting_at_180_agrees_with_the_antimeridian_package(ring):
    ours = of(polygon(ring))
    theirs = antimeridian.fix_shape(polygon(ring), great_circle=False)
    shape = shapely.geometry.shape(theirs)
    assert shapely.is_valid(shape)
    assert shapely.symmetric_difference(ours, shape).area <= 1e-6 * ours.area


# ------------------------------------------------------------------------------------- the overlay


near = st.tuples(
    rings(lon=st.just(20), lat=st.just(40), size=st.floats(0.5, 4)),
    rings(lon=st.integers(17, 23), lat=st.integers(37, 43), size=st.floats(0.5, 4)),
)
near_180 = st.tuples(
    rings(lon=st.just(180), lat=st.just(-40), size=st.floats(1, 4)),
    rings(lon=st.integers(177, 183), lat=st.integers(-43, -37), size=st.floats(1, 4)),
)
pairs = st.one_of(near, near_180)


@law
@given(pairs)
def test_pieces_add_up_to_the_whole(pair):
    one, other = (of(polygon(r)) for r in pair)
    both, rest = overlap(one, other), subtract(one, other)
    assert area_km2(both) + area_km2(rest) == pytest.approx(
        area_km2(one), abs=slack_km2(one, other), rel=1e-9
    )
    assert area_km2(join([one, other])) == pytest.approx(
        area_km2(one) + area_km2(other) - area_km2(both), abs=slack_km2(one, other), rel=1e-9
    )
    assert area_km2(overlap(both, rest)) <= slack_km2(one, other)


@law
@given(pairs)
def test_overlap_is_symmetric(pair):
    one, other = (of(polygon(r)) for r in pair)
    assert same(overlap(one, other), overlap(other, one))


@law
@given(pairs)
def test_a_prepared_outline_gives_the_same_overlap_and_rest(pair):
    one, other = (of(polygon(r)) for r in pair)
    plain = overlap(one, other), subtract(one, other)
    shapely.prepare(other)
    assert same(plain[0], overlap(one, other))
    assert same(plain[1], subtract(one, other))


@law
@given(anywhere)
def test_an_area_with_itself(ring):
    area = of(polygon(ring))
    assert same(overlap(area, area), area)
    assert subtract(area, area).is_empty
    assert overlap(area, EMPTY).is_empty
    assert same(subtract(area, EMPTY), area)
    assert subtract(EMPTY, area).is_empty


def edges_of(area):
    """(x0, y0, x1, y1) of every edge of every ring."""
    found = [np.zeros((0, 4))]
    for part in area.geoms:
        for ring in (part.exterior, *part.interiors):
            xy = np.array(ring.coords)
            found.append(np.hstack([xy[:-1], xy[1:]]))
    return np.vstack(found)


def cast(edges, points):
    """Even-odd rule, by counting the edges that a ray to the east meets; nothing of GEOS is used."""
    inside = np.zeros(len(points), dtype=bool)
    for x0, y0, x1, y1 in edges:
        if y0 == y1:
            continue
        over = (points[:, 1] >= min(y0, y1)) & (points[:, 1] < max(y0, y1))
        x = x0 + (points[:, 1] - y0) * (x1 - x0) / (y1 - y0)
        inside ^= over & (x > points[:, 0])
    return inside


def clear_of(edges, points, by):
    """The points that lie at least so far from every edge."""
    free = np.ones(len(points), dtype=bool)
    for x0, y0, x1, y1 in edges:
        along = np.array([x1 - x0, y1 - y0])
        length = max(float(along @ along), 1e-30)
        t = np.clip(((points - [x0, y0]) @ along) / length, 0, 1)
        free &= np.hypot(*(points - ([x0, y0] + t[:, None] * along)).T) > by
    return free


@law
@given(pairs, st.integers(0, 2**32 - 1))
def test_overlap_and_subtract_agree_with_ray_casting(pair, seed):
    one, other = of(holed(pair[0])), of(polygon(pair[1]))
    rng = np.random.default_rng(seed)
    west, south, east, north = one.bounds
    points = np.column_stack([rng.uniform(west, east, 400), rng.uniform(south, north, 400)])
    if east - west > 180:  # split at 180: points beside it, on both sides
        points[:, 0] = 180 - np.abs(rng.uniform(0, 5, 400))
        points[::2, 0] *= -1
    both, rest, either = overlap(one, other), subtract(one, other), join([one, other])
    every = np.vstack([edges_of(a) for a in (one, other, both, rest, either)])
    points = points[clear_of(every, points, 1e-6)]
    in_one, in_other = cast(edges_of(one), points), cast(edges_of(other), points)
    assert np.array_equal(cast(edges_of(both), points), in_one & in_other)
    assert np.array_equal(cast(edges_of(rest), points), in_one & ~in_other)
    assert np.array_equal(cast(edges_of(either), points), in_one | in_other)


# ---------------------------------------------------------------------------------------- the size


def geodesic_km2(area, step_deg):
    cut = shapely.segmentize(shapely.orient_polygons(area), step_deg)
    return abs(GEOD.geometry_area_perimeter(cut)[0]) / 1e6


@few
@given(st.one_of(rings(size=st.floats(0.2, 3)), crossing))
def test_size_agrees_with_geodesics_between_close_positions(ring):
    area = of(holed(ring))
    assert area_km2(area) == pytest.approx(geodesic_km2(area, 0.01), rel=1e-6)


@law
@given(rings(size=st.floats(0.2, 3)))
def test_a_hole_is_left_out_of_the_size(ring):
    with_hole = holed(ring)
    outer, hole = (of(polygon(r)) for r in with_hole["coordinates"])
    assert area_km2(of(with_hole)) == pytest.approx(area_km2(outer) - area_km2(hole), rel=1e-12)


def snyder_q(lat_rad):
    """Snyder (1987), equation 3-12."""
    e, s = math.sqrt(E2), np.sin(lat_rad)
    return (1 - E2) * (s / (1 - E2 * s**2) - np.log((1 - e * s) / (1 + e * s)) / (2 * e))


def zone_km2(west, south, east, north):
    """Closed form of the ground between two meridians and two parallels."""
    q = snyder_q(np.radians([south, north]))
    return A_M**2 / 2 * math.radians(east - west) * float(q[1] - q[0]) / 1e6


def box(west, south, east, north):
    """A box with positions every 90 degrees of longitude."""
    lons = [*np.arange(west, east, 90.0).tolist(), east]
    ring = [[x, south] for x in lons] + [[x, north] for x in reversed(lons)]
    return polygon([*ring, ring[0]])


@law
@given(
    st.integers(-180, 179),
    st.integers(1, 360),
    st.integers(-90, 89),
    st.integers(1, 180),
    st.sampled_from([1, 0.1]),
)
def test_size_of_a_zone_is_that_of_the_closed_form(west, width, south, height, scale):
    east, north = west + width * scale, min(90, south + height * scale)
    assert area_km2(of(box(west, south, east, north))) == pytest.approx(
        zone_km2(west, south, east, north), rel=1e-9
    )


@pytest.mark.parametrize(
    ("west", "south", "east", "north"),
    [
        (-180, 89, 180, 90),
        (-180, -90, 180, -60),
        (170, -10, 190, 10),
        (-190, 50, -170, 90),
        (0, 0, 360, 90),
        (-180, -90, 180, 90),
    ],
)
def test_caps_and_zones_across_180_have_the_size_of_the_closed_form(west, south, east, north):
    assert area_km2(of(box(west, south, east, north))) == pytest.approx(
        zone_km2(west, south, east, north), rel=1e-9
    )


def test_the_globe_has_its_known_size():
    assert area_km2(of(box(-180, -90, 180, 90))) == pytest.approx(510_065_621.724, rel=1e-9)  # WGS 84


@law
@given(st.floats(-80, 80), st.floats(-80, 80), st.floats(1, 170))
def test_size_under_a_slanting_edge_is_that_of_a_fine_sum(lat_from, lat_to, width):
    lat_from, lat_to, width = round(lat_from, 3), round(lat_to, 3), round(width, 3)
    ring = [[0, -90], [width, -90], [width, lat_to], [0, lat_from], [0, -90]]
    lats = np.radians(np.linspace(lat_from, lat_to, 20_001))  # the edge is straight in longitude and latitude
    weights = np.ones(20_001)  # Simpson
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    mean = float(weights @ (snyder_q(lats) - snyder_q(-np.pi / 2))) / 3 / 20_000
    assert area_km2(of(polygon(ring))) == pytest.approx(
        A_M**2 / 2 * math.radians(width) * mean / 1e6, rel=1e-9
    )


# ------------------------------------------------------------------------------------ the distance


def positions_of(area, step_deg):
    """Positions along the outlines, without the cuts at 180 degrees mattering."""
    return shapely.get_coordinates(shapely.segmentize(area, step_deg))


def chord_km(one, other):
    """Straight lines through the Earth between all pairs: close enough to rank them."""

    def ecef(xy):
        lon, lat = np.radians(xy).T
        n = A_M / np.sqrt(1 - E2 * np.sin(lat) ** 2)
        flat = n * np.cos(lat)
        return np.column_stack([flat * np.cos(lon), flat * np.sin(lon), n * (1 - E2) * np.sin(lat)])

    a, b = ecef(one), ecef(other)
    return np.sqrt(np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T, 0)) / 1000


def brute_km(one, other, step_deg):
    a, b = positions_of(one, step_deg), positions_of(other, step_deg)
    chords = chord_km(a, b)
    closest = np.argsort(chords, axis=None)[:300]
    i, j = np.unravel_index(closest, chords.shape)
    return float(np.min(GEOD.inv(a[i, 0], a[i, 1], b[j, 0], b[j, 1])[2])) / 1000


@few
@given(
    st.sampled_from([-180, -60, 0, 100, 179.8]),
    st.integers(-70, 70),
    rings(lon=st.just(0), lat=st.just(0), size=st.floats(0.05, 0.3)),
    rings(lon=st.just(0), lat=st.just(0), size=st.floats(0.05, 0.3)),
    st.floats(0, 2 * math.pi),
    st.floats(0.25, 0.7),
)
def test_distance_agrees_with_trying_all_positions(lon, lat, ring, other_ring, direction, apart):
    def put(ring, x, y):
        return of(polygon([[round(px + x, 5), round(py + y, 5)] for px, py in ring]))

    one = put(ring, lon, lat)
    other = put(other_ring, lon + apart * math.cos(direction), lat + apart * math.sin(direction))
    said = distance_km(one, other)
    assume(0.5 < said < 50)
    tried = brute_km(one, other, max(said / 111 / 12, 0.0004))
    assert said == pytest.approx(tried, rel=0.01)
    assert distance_km(other, one) == pytest.approx(said, rel=0.001)


@law
@given(pairs)
def test_areas_that_meet_are_no_distance_apart(pair):
    one, other = (of(polygon(r)) for r in pair)
    if not overlap(one, other).is_empty:
        assert distance_km(one, other) == pytest.approx(0, abs=1e-6)
    else:
        assert distance_km(one, other) >= 0


# ------------------------------------------------------------------------------ circles and widening


def off(lon, lat, area):
    """Metres from a position to each corner of an outline, without those that draw it up to a pole."""
    xy = shapely.get_coordinates(area)
    xy = xy[np.abs(xy[:, 1]) < 90]
    return np.asarray(GEOD.inv(np.full(len(xy), lon), np.full(len(xy), lat), xy[:, 0], xy[:, 1])[2])


centres = st.one_of(
    st.tuples(st.floats(-180, 180), st.floats(-75, 75)),
    st.tuples(st.sampled_from([-180.0, 180.0, 179.99, -179.5]), st.floats(-70, 70)),
    st.tuples(st.floats(-180, 180), st.sampled_from([90.0, -90.0, 89.5, -89.9, 85.0])),
)


@law
@given(centres, st.floats(50, 900_000))
def test_corners_of_a_circle_lie_at_its_radius(centre, radius_m):
    area = circle(*centre, radius_m)
    metres = off(*centre, area)
    assert area.is_valid
    assert metres.min() >= radius_m * (1 - 1e-5) - 0.02  # 0.02: the grid
    assert metres.max() <= radius_m * 1.001 + 0.02


@law
@given(centres, st.floats(1_000, 400_000))
def test_a_circle_has_the_size_of_a_circle(centre, radius_m):
    # On a sphere as large as the ellipsoid; the curvature differs by under 1 % from place to place.
    flat = math.pi * (radius_m / 1000) ** 2
    assert area_km2(circle(*centre, radius_m)) == pytest.approx(flat, rel=2e-3)


@pytest.mark.parametrize("lat", [90.0, -90.0, 89.0, -88.5])
def test_a_circle_over_a_pole_holds_the_pole(lat):
    area = circle(30.0, lat, 300_000)
    cap = of(box(-180, 89.9, 180, 90) if lat > 0 else box(-180, -90, 180, -89.9))
    assert area_km2(overlap(area, cap)) == pytest.approx(area_km2(cap), rel=1e-6)


def test_a_circle_across_180_lies_on_both_sides():
    area = circle(179.9, 10.0, 100_000)
    assert len(area.geoms) == 2
    assert area_km2(area) == pytest.approx(area_km2(circle(0.0, 10.0, 100_000)), rel=1e-7)


@pytest.mark.parametrize(
    ("lon", "lat", "radius_m"),
    [
        (181, 0, 1),
        (0, 91, 1),
        (0, 0, 0),
        (0, 0, -5),
        (0, 0, 2_000_001),
        (math.nan, 0, 1),
        (0, math.inf, 1),
        (0, 0, math.nan),
    ],
)
def test_a_circle_off_the_globe_or_without_size_is_refused(lon, lat, radius_m):
    with pytest.raises(InvalidGeometry):
        circle(lon, lat, radius_m)


@few
@given(
    rings(lat=st.integers(-65, 65), size=st.floats(0.2, 1)),
    st.sampled_from([1_000.0, 5_000.0, 22_224.0]),
)
def test_corners_of_a_widened_outline_lie_at_its_distance(ring, metres):
    area = of(polygon(ring))
    wide = widen(area, metres)
    assert area_km2(subtract(area, wide)) <= slack_km2(area)
    corners = shapely.get_coordinates(wide)
    outline = positions_of(area, metres / 111_000 / 25)
    chords = chord_km(corners, outline)
    nearest = np.argsort(chords, axis=1)[:, :2]
    measured = np.min(
        [GEOD.inv(corners[:, 0], corners[:, 1], *outline[nearest[:, k]].T)[2] for k in range(2)], axis=0
    )
    # Cuts at 180 degrees make corners of their own on the chords between two of the arc (0.12 % within).
    real = np.abs(corners[:, 0]) < 180
    assert measured[real].min() >= metres * 0.999 - 0.05
    assert measured.min() >= metres * 0.998 - 0.05
    assert measured.max() <= metres * 1.001 + 0.05


def test_widening_by_nothing_changes_nothing():
    area = of(box(10, 10, 11, 11))
    assert same(widen(area, 0), area)


# ------------------------------------------------------------------------------------- the refusals


numbers = st.one_of(
    st.integers(-200, 200),
    st.floats(-200, 200),
    st.sampled_from([math.nan, math.inf, -math.inf, 1e308, 10**400, -0.0, 90, -90, 180, -180, 540.0001]),
)
scalars = st.one_of(numbers, st.none(), st.booleans(), st.text(max_size=5))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=20,
)
positions = st.lists(scalars, min_size=0, max_size=4) | st.lists(numbers, min_size=2, max_size=2)
garbage_rings = st.lists(positions, max_size=7).map(lambda ring: ring + ring[:1])
coordinates = st.one_of(
    values,
    st.lists(garbage_rings, max_size=3),
    st.lists(st.lists(garbage_rings, max_size=2), max_size=3),
    st.lists(
        st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=3, max_size=6).map(lambda r: r + r[:1]),
        max_size=2,
    ),
)
kinds = st.sampled_from(["Polygon", "MultiPolygon", "Point", "Feature", "", None, 3, ["Polygon"]])


@settings(law, max_examples=600)
@given(
    st.one_of(
        st.fixed_dictionaries({"type": kinds, "coordinates": coordinates}),
        st.dictionaries(st.text(max_size=5), values),
    )
)
def test_whatever_is_given_is_taken_or_refused_by_the_one_error(geojson):
    try:
        area = normalise(geojson).area
    except InvalidGeometry:
        return
    assert area.is_valid
    assert not area.is_empty
    assert area_km2(area) >= 0


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(0, 0),
        shapely.LineString([(0, 0), (1, 1)]),
        MultiPolygon(),
        Polygon(),
        shapely.GeometryCollection(),
    ],
)
def test_what_is_no_area_is_refused(shape):
    with pytest.raises(InvalidGeometry):
        normalise_shape(shape)
