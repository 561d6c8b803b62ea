"""The join gives exactly the pairs of shapely's `intersects`, by machine code and by NumPy alike."""

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely

from rsiwg.screening.footprints import Footprints, wkb_of
from rsiwg.screening.index import ZoneIndex
from rsiwg.screening.join import find_pairs

RNG = np.random.default_rng(20261125)


def a_star(lon, lat, corners, reach_deg, rng):
    """A jagged ring round a point, with a hole in half of the cases."""
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = reach_deg * rng.uniform(0.4, 1.0, corners)
    shell = np.column_stack([lon + radius * np.cos(angle), lat + 0.6 * radius * np.sin(angle)])
    hole = shell[::3] * 0.2 + np.array([lon, lat]) * 0.8
    star = shapely.Polygon(shell, [hole] if rng.random() < 0.5 and len(hole) > 3 else [])
    star = shapely.intersection(shapely.make_valid(star, method="structure"), shapely.box(-180, -90, 180, 90))
    return shapely.MultiPolygon([p for p in shapely.get_parts(star) if p.geom_type == "Polygon"])


@pytest.fixture(scope="module")
def zones():
    """Jagged zones that overlap, with holes, tiny islands, one shared border, both poles and both sides of 180 degrees."""
    rng = np.random.default_rng(1)
    stars = [a_star(lon, lat, 400, reach, rng) for lon, lat, reach in
             [(35, 31, 3), (36, 32, 3), (179.5, -17, 2), (-179.5, -17, 2), (0, 0, 8), (-60, 70, 15)]]  # fmt: skip
    islands = shapely.MultiPolygon(
        [shapely.Point(20 + x / 10, 40).buffer(10.0**-k) for x, k in ((0, 3), (1, 5), (2, 7))]
    )
    return [
        *stars,
        islands,
        shapely.box(10, 50, 12, 52),
        shapely.box(12, 50, 14, 52),
        shapely.box(10.5, 50.5, 13.5, 51.5).difference(shapely.box(11, 50.75, 12, 51.25)),
        shapely.Polygon([(-180, -90), (180, -90), (180, -75), (0, -70), (-180, -75)]),
        shapely.Polygon([(-180, 90), (-180, 85), (0, 80), (180, 85), (180, 90)]),
    ]


def quads(centres, reach_deg, rng, turn=True):
    """Turned rectangles round points."""
    n = len(centres)
    angle = rng.uniform(0, np.pi, n) if turn else np.zeros(n)
    half = reach_deg * rng.uniform(0.5, 1.0, (n, 1))
    corner = np.array([[-1, -0.7], [1, -0.7], [1, 0.7], [-1, 0.7]])
    x = corner[:, 0] * np.cos(angle)[:, None] - corner[:, 1] * np.sin(angle)[:, None]
    y = corner[:, 0] * np.sin(angle)[:, None] + corner[:, 1] * np.cos(angle)[:, None]
    xy = np.stack([centres[:, :1] + half * x, centres[:, 1:] + half * y], axis=-1)
    return shapely.polygons(np.clip(xy, (-180, -90), (180, 90)))


def vertices_of(zones, n, rng):
    xy = np.concatenate([shapely.get_coordinates(z) for z in zones])
    return xy[rng.integers(0, len(xy), n)]


def on_the_sphere(n, rng):
    return np.column_stack([rng.uniform(-180, 180, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))])


def workload(name, zones, n=3000):
    rng = np.random.default_rng(7)
    n = {"with holes and parts": 200, "round vertices 3 deg": 800}.get(name, n)
    if name == "anywhere":
        return quads(on_the_sphere(n, rng), 2.0, rng)
    if name.startswith("round vertices"):
        return quads(vertices_of(zones, n, rng), {"1 m": 1e-5, "10 km": 0.1, "3 deg": 3.0}[name[15:]], rng)
    if name == "corner on a vertex":
        at = vertices_of(zones, n, rng)
        reach = 10.0 ** rng.uniform(-6, 0, n)
        shape = np.array([[0, 0], [1, 0.2], [1.1, 1.1], [0.1, 1]]) * rng.choice([-1, 1], (n, 1, 2))
        return shapely.polygons(np.clip(at[:, None] + reach[:, None, None] * shape, (-180, -90), (180, 90)))
    if name == "touching sides":
        x = np.repeat([10, 12, 14, 8], n // 4).astype(float)
        y = rng.integers(48, 53, len(x)).astype(float)
        return shapely.box(x, y, x + 2, y + rng.choice([0.5, 1.0, 2.0], len(x)))
    if name == "on cell borders":
        at = np.round(vertices_of(zones, n, rng) * 32) / 32
        size = rng.integers(1, 5, n) / 32
        at = np.clip(at, (-180, -90), (179, 89))
        return shapely.box(at[:, 0], at[:, 1], at[:, 0] + size, at[:, 1] + size)
    if name == "not convex":
        shape = np.array([[0, 0], [1, 0], [0.2, 0.2], [0, 1]])
        at = vertices_of(zones, n, rng)
        return shapely.polygons(
            np.clip(at[:, None] + rng.uniform(0.01, 1, (n, 1, 1)) * shape, (-180, -90), (180, 90))
        )
    if name == "with holes and parts":
        at = vertices_of(zones, n, rng)
        outer = shapely.buffer(
            shapely.points(np.clip(at, (-178, -88), (178, 88))), rng.uniform(0.01, 1.5, n), quad_segs=4
        )
        inner = shapely.buffer(
            shapely.centroid(outer), 0.4 * shapely.minimum_clearance(outer) + 0.005, quad_segs=3
        )
        made = shapely.difference(outer, inner)
        far = shapely.box(100, 10, 100.1, 10.1)
        made[::2] = shapely.union(made[::2], far)
        return made
    if name == "many corners":
        return shapely.buffer(
            shapely.points(np.clip(vertices_of(zones, n // 4, rng), (-178, -88), (178, 88))),
            0.3,
            quad_segs=20,
        )
    if name == "at 180 degrees and the poles":
        lat = rng.uniform(-89.9, 89.9, n)
        west = np.where(rng.random(n) < 0.5, -180.0, 179.7)
        polar = np.where(rng.random(n) < 0.5, 89.5, -90.0)
        boxes = shapely.box(west, lat, west + 0.3, np.minimum(lat + 0.3, 90))
        boxes[::3] = shapely.box(
            west0 := rng.uniform(-180, 0, n), polar, west0 + rng.uniform(1, 170, n), polar + 0.5
        )[::3]
        return boxes
    raise AssertionError(name)


WORKLOADS = [
    "anywhere", "round vertices 1 m", "round vertices 10 km", "round vertices 3 deg", "corner on a vertex", "touching sides",
    "on cell borders", "not convex", "with holes and parts", "many corners", "at 180 degrees and the poles",
]  # fmt: skip


def by_shapely(shapes, zones):
    """(footprint, zone) by a search tree of the footprints, asked by each zone in turn."""
    zone, row = shapely.STRtree(shapes).query(np.array(zones, dtype=object), predicate="intersects")
    order = np.lexsort((zone, row))
    return np.column_stack([row, zone])[order]


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_pairs_are_those_of_shapely(name, zones):
    shapes = workload(name, zones)
    shapes = shapes[shapely.is_valid(shapes) & ~shapely.is_empty(shapes) & (shapely.area(shapes) > 0)]
    expected = by_shapely(shapes, zones)
    assert len(expected) > 20
    index = ZoneIndex.build(zones)
    footprints = Footprints.from_wkb(*wkb_of(pa.array(shapely.to_wkb(shapes), type=pa.binary())))
    assert not footprints.refused
    for compiled in (True, False):
        found = find_pairs(footprints, index, compiled=compiled)
        assert np.array_equal(np.column_stack([found.rows, found.zones]), expected), f"compiled: {compiled}"


@pytest.mark.slow
def test_the_pairs_are_those_of_shapely_on_a_million(book):
    """10-20 km along the tracks of a sun-synchronous orbit and anywhere, against all countries of the rulebook."""
    from rsiwg.screening.tracks import along_tracks  # noqa: PLC0415

    outlines = [place.area for place in book.places.countries.places]
    index = ZoneIndex.build(outlines)
    rng = np.random.default_rng(3)
    for made in (along_tracks(500_000), quads(on_the_sphere(500_000, rng), 0.08, rng)):
        shapes = made[shapely.is_valid(made)]
        expected = by_shapely(shapes, outlines)
        found = find_pairs(
            Footprints.from_wkb(*wkb_of(pa.array(shapely.to_wkb(shapes), type=pa.binary()))), index
        )
        assert np.array_equal(np.column_stack([found.rows, found.zones]), expected)
        assert len(expected) > 100_000


def test_an_outline_written_past_180_degrees_meets_both_sides():
    east, west = shapely.box(179, -1, 180, 1), shapely.box(-180, -1, -179, 1)
    across = shapely.box(179.5, -0.5, 180.5, 0.5)
    found = find_pairs(Footprints.from_shapes([across]), ZoneIndex.build([east, west]))
    assert found.zones.tolist() == [0, 1]


def test_an_edge_that_could_mean_either_way_round_is_refused():
    ring = shapely.Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)])
    footprints = Footprints.from_wkb(*wkb_of(pa.array([ring.wkb], type=pa.binary())))
    assert "could mean either way round" in footprints.refused[0]


BAD = {
    "bow-tie": (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]).wkb, "crosses or overlaps itself"),
    "point": (shapely.Point(1, 1).wkb, "this is a Point"),
    "nothing": (None, "there is no geometry"),
    "garbage": (b"\x01\x03\0\0", "not WKB"),
    "NaN": (
        struct.pack("<BIII10d", 1, 3, 1, 5, 0, 0, 1, 0, 1, float("nan"), 0, 1, 0, 0),
        "not a finite number",
    ),
    "off the globe": (shapely.box(0, 89, 1, 91).wkb, "beyond 90 degrees"),
    "no ground": (shapely.Polygon([(0, 0), (1, 0), (1, 0), (0, 0)]).wkb, ""),
    "empty": (shapely.Polygon().wkb, "empty"),
}


@pytest.mark.parametrize("compiled", [True, False])
def test_what_cannot_be_taken_is_refused_by_row(compiled, monkeypatch):
    import rsiwg.screening.footprints as module  # noqa: PLC0415

    if not compiled:
        monkeypatch.setattr(module, "kernel", None)
    good = shapely.box(0, 0, 1, 1).wkb
    cells = [good, *(cell for cell, _ in BAD.values()), good]
    footprints = Footprints.from_wkb(*wkb_of(pa.array(cells, type=pa.binary())))
    assert sorted(footprints.refused) == list(range(1, len(BAD) + 1))
    for n, (_, why) in enumerate(BAD.values(), start=1):
        assert why in footprints.refused[n]
    found = find_pairs(footprints, ZoneIndex.build([shapely.box(-1, -1, 2, 2)]), compiled=compiled)
    assert found.rows.tolist() == [0, len(cells) - 1]


def test_the_index_is_kept_and_read_back(tmp_path, zones):
    first = ZoneIndex.cached(zones, "a", tmp_path)
    again = ZoneIndex.cached(zones, "a", tmp_path)
    assert isinstance(again.coarse, np.memmap)
    assert np.array_equal(first.coarse, again.coarse)
    assert np.array_equal(first.edge_of, again.edge_of)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    broken = next(tmp_path.iterdir()) / "coarse.npy"
    broken.write_bytes(b"")
    assert np.array_equal(ZoneIndex.cached(zones, "a", tmp_path).coarse, first.coarse)


def test_an_unsound_zone_is_a_mistake():
    with pytest.raises(ValueError, match="not a valid polygon"):
        ZoneIndex.build([shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])])
    with pytest.raises(ValueError, match="beyond -180"):
        ZoneIndex.build([shapely.box(170, 0, 190, 1)])
