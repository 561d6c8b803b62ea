"""File to pairs, side by side with the peers in one run, on the same file; the pairs are compared.

    make bench-screening                       # 10^5 footprints, every peer
    .venv/bin/python benchmarks/bench_screening.py -n 1000000 --skip natural duckdb
    .venv/bin/python benchmarks/bench_screening.py -n 10000000 --only ours

Only ratios within one run mean something.  The peers are in the extra `bench`.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from rsiwg import resources
from rsiwg.rulebook import load
from rsiwg.screening.areas import footprint_areas_km2
from rsiwg.screening.footprints import Footprints, wkb_of
from rsiwg.screening.index import ZoneIndex
from rsiwg.screening.join import find_pairs
from rsiwg.screening.tracks import along_tracks

GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Polygon"]}},
}
GROUP = 65_536


def write_footprints(path, n, where, countries):
    """10-20 km along sun-synchronous tracks, or the same shapes moved over land in random order."""
    with pq.ParquetWriter(
        path,
        pa.schema([("id", pa.int64()), ("geometry", pa.binary())], metadata={"geo": json.dumps(GEO)}),
        compression="zstd",
    ) as writer:
        rng = np.random.default_rng(5)
        for first in range(0, n, GROUP):
            count = min(GROUP, n - first)
            shapes = along_tracks(count, seed=first + 1)
            if where == "land":
                shapes = _moved(shapes, _on_land(count, countries, rng))
            writer.write_table(
                pa.table(
                    {
                        "id": np.arange(first, first + count),
                        "geometry": pa.array(shapely.to_wkb(shapes), pa.binary()),
                    },
                    schema=writer.schema,
                )
            )


def _on_land(count, countries, rng):
    found = np.zeros((0, 2))
    while len(found) < count:
        points = np.column_stack(
            [rng.uniform(-179.5, 179.5, count * 2), np.degrees(np.arcsin(rng.uniform(-1, 1, count * 2)))]
        )
        points = points[np.abs(points[:, 1]) < 84]
        held = np.zeros(len(points), dtype=bool)
        for outline in countries:
            shapely.prepare(outline)
            held |= shapely.contains_xy(outline, points)
        found = np.concatenate([found, points[held]])
    return found[:count]


def _moved(shapes, middles):
    corners = shapely.get_coordinates(shapes).reshape(-1, 5, 2)
    centre = corners[:, :4].mean(axis=1, keepdims=True)
    squeeze = np.cos(np.radians(centre[..., 1])) / np.cos(np.radians(middles[:, None, 1]))
    away = corners - centre
    away[..., 0] *= squeeze
    return shapely.polygons(np.clip(middles[:, None] + away, (-180, -90), (180, 90)))


# ------------------------------------------------------------------------------------------- ours, peers


def ours(path, outlines, index, compiled=True, workers=2):
    def part(n):
        cells = (
            pq.ParquetFile(path)
            .read_row_group(n, columns=["geometry"], use_threads=False)
            .column(0)
            .combine_chunks()
        )
        found = find_pairs(Footprints.from_wkb(*wkb_of(cells)), index, compiled=compiled)
        return found.rows + n * GROUP, found.zones

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(part, range(pq.ParquetFile(path).num_row_groups)))
    return np.column_stack([np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])])


def geopandas_countries_first(path, outlines, _index):
    import geopandas

    frame, countries = (
        geopandas.read_parquet(path, columns=["geometry"]),
        geopandas.GeoDataFrame(geometry=outlines, crs="OGC:CRS84"),
    )
    joined = geopandas.sjoin(countries, frame, predicate="intersects")
    return np.column_stack([joined["index_right"].to_numpy(), joined.index.to_numpy()])


def geopandas_natural(path, outlines, _index):
    import geopandas

    frame, countries = (
        geopandas.read_parquet(path, columns=["geometry"]),
        geopandas.GeoDataFrame(geometry=outlines, crs="OGC:CRS84"),
    )
    joined = geopandas.sjoin(frame, countries, predicate="intersects")
    return np.column_stack([joined.index.to_numpy(), joined["index_right"].to_numpy()])


def tree_of_footprints(path, outlines, _index):
    shapes = shapely.from_wkb(pq.read_table(path, columns=["geometry"]).column(0).to_numpy())
    zone, row = shapely.STRtree(shapes).query(np.array(outlines, dtype=object), predicate="intersects")
    return np.column_stack([row, zone])


def tree_of_pieces(path, outlines, _index, pieces=None):
    shapes = shapely.from_wkb(pq.read_table(path, columns=["geometry"]).column(0).to_numpy())
    parts, owner = pieces
    row, part = shapely.STRtree(parts).query(shapes, predicate="intersects")
    keys = np.unique(row * len(outlines) + owner[part])
    return np.column_stack([keys // len(outlines), keys % len(outlines)])


def quadtree(outlines, most=128):
    """Pieces of few corners, and whose they are: the arrangement that suits a tree best; not part of the time measured."""
    parts, owner = shapely.get_parts(np.array(outlines, dtype=object), return_index=True)
    done, whose = [], []
    waiting = list(zip(parts, owner.tolist(), strict=True))
    while waiting:
        part, zone = waiting.pop()
        if shapely.get_num_coordinates(part) <= most:
            done.append(part)
            whose.append(zone)
            continue
        west, south, east, north = part.bounds
        x, y = (west + east) / 2, (south + north) / 2
        boxes = (
            [(west, south, x, north), (x, south, east, north)]
            if east - west > north - south
            else [(west, south, east, y), (west, y, east, north)]
        )
        for box in boxes:
            waiting += [
                (p, zone)
                for p in shapely.get_parts(shapely.intersection(part, shapely.box(*box)))
                if p.geom_type == "Polygon" and not p.is_empty
            ]
    return np.array(done, dtype=object), np.array(whose)


def duckdb_spatial(path, outlines, _index):
    import duckdb
    import duckdb_extension_spatial

    database = duckdb.connect(config={"threads": 2, "allow_unsigned_extensions": "true"})
    extension = next(Path(duckdb_extension_spatial.__path__[0]).rglob("spatial.duckdb_extension"))
    database.execute(f"LOAD '{extension}'")
    countries = pa.table(
        {"zone": np.arange(len(outlines)), "wkb": pa.array(shapely.to_wkb(outlines), pa.binary())}
    )
    database.register("countries", countries)
    database.execute("CREATE TABLE z AS SELECT zone, ST_GeomFromWKB(wkb) AS g FROM countries")
    table = database.execute(
        f"SELECT f.id, z.zone FROM read_parquet('{path}') f JOIN z ON ST_Intersects(f.geometry, z.g)"
    ).fetch_arrow_table()
    return np.column_stack([table.column(0).to_numpy(), table.column(1).to_numpy()])


def sedona(path, outlines, _index):
    import sedonadb

    database = sedonadb.connect()
    countries = pa.table(
        {"zone": np.arange(len(outlines)), "wkb": pa.array(shapely.to_wkb(outlines), pa.binary())}
    )
    database.read_parquet(str(path)).to_view("f", overwrite=True)
    database.create_data_frame(countries).to_view("c", overwrite=True)
    table = database.sql(
        "SELECT f.id, c.zone FROM f JOIN (SELECT zone, ST_GeomFromWKB(wkb) AS g FROM c) c ON ST_Intersects(f.geometry, ST_SetSRID(c.g, 4326))"
    ).to_arrow_table()
    return np.column_stack([table.column("id").to_numpy(), table.column("zone").to_numpy()])


PEERS = {
    "geopandas": ("geopandas.sjoin(countries, footprints), its faster order", geopandas_countries_first, 25),
    "tree": ("STRtree of footprints, asked by prepared outlines", tree_of_footprints, 20),
    "pieces": ("STRtree of quadtree pieces", tree_of_pieces, 20),
    "sedonadb": ("SedonaDB", sedona, 20),
    "duckdb": ("DuckDB spatial", duckdb_spatial, 400),
    "natural": ("geopandas.sjoin(footprints, countries), its natural order", geopandas_natural, 1000),
}


def in_order(pairs):
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def timed(call, repeats=1):
    """(wall seconds of the quickest, result)."""
    return measured(call, repeats)[::2]


def measured(call, repeats=1):
    """(wall seconds, processor seconds, result), each the least of some repeats; the latter stays fair on a busy machine."""
    best, least, result = float("inf"), float("inf"), None
    for _ in range(repeats):
        begun, used = time.perf_counter(), time.process_time()
        result = call()
        best, least = min(best, time.perf_counter() - begun), min(least, time.process_time() - used)
    return best, least, result


def compare(path, n, outlines, index, names, repeats):
    ours_s, pairs = timed(lambda: ours(path, outlines, index), repeats)
    pairs = in_order(pairs)
    print(f"  ours, 2 threads       {n / ours_s / 1e6:9.3f} M/s   {len(pairs):,} pairs")
    for name, options in (("ours, 1 thread", {"workers": 1}), ("ours, NumPy", {"compiled": False})):
        seconds, others = timed(lambda options=options: ours(path, outlines, index, **options))
        assert np.array_equal(in_order(others), pairs), name
        print(f"  {name:<21} {n / seconds / 1e6:9.3f} M/s")
    pieces = quadtree(outlines) if "pieces" in names else None
    for name in names:
        says, call, goal = PEERS[name]
        more = {"pieces": pieces} if name == "pieces" else {}
        try:
            seconds, used, found = measured(lambda call=call, more=more: call(path, outlines, index, **more))
        except Exception as exc:  # a peer that fails is reported, and the others go on
            print(f"  {name:<21} failed: {type(exc).__name__}: {str(exc)[:150]}")
            continue
        again_s, again_used, _ = measured(lambda: ours(path, outlines, index), 3)
        same = np.array_equal(in_order(found.astype(np.int64)), pairs)
        print(
            f"  {name:<21} {n / seconds / 1e6:9.3f} M/s   ours is {seconds / again_s:8.1f} times as fast (goal {goal}), by processor time {used / again_used:.1f}; pairs {'identical' if same else f'DIFFER: {len(found):,}'}   [{says}]"
        )


def areas(n=100_000):
    from pyproj import Geod

    shapes = along_tracks(n)
    footprints, geod = Footprints.from_shapes(shapes), Geod(ellps="WGS84")
    footprint_areas_km2(footprints)
    ours_s, found = timed(lambda: footprint_areas_km2(footprints), 3)
    few = shapes[:3000]
    geod_s, _ = timed(lambda: [geod.geometry_area_perimeter(shape)[0] for shape in few])
    truth = np.array(
        [abs(geod.geometry_area_perimeter(shapely.segmentize(shape, 0.001))[0]) / 1e6 for shape in few[:500]]
    )
    error = np.max(np.abs(found[:500] / truth - 1))
    print(
        f"areas: {n / ours_s / 1e6:.2f} M/s, {n / ours_s / (len(few) / geod_s):.0f} times pyproj.Geod (goal 50), relative error {error:.1e} (goal 1e-7)"
    )


def memory(path, source, cache):
    """Peak memory of a process that has read the index from its cache, and after all pairs of a file."""
    code = f"""
import resource, sys
from concurrent.futures import ThreadPoolExecutor
sys.path.insert(0, "benchmarks")
import bench_screening as b
from pathlib import Path
index = b.ZoneIndex.cached(b.the_outlines({source!r}), "bench", Path({str(cache)!r}))
b.find_pairs(b.Footprints.from_shapes([b.shapely.box(0, 0, 1, 1)]), index)
sum(int(getattr(index, name).sum()) for name in ("coarse", "cell_set", "cell_edges", "edge_of", "edges", "edge_zone"))
def now():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() // 1024
before, peak = now(), [0]
def part(n):
    cells = b.pq.ParquetFile({str(path)!r}).read_row_group(n, columns=["geometry"], use_threads=False).column(0).combine_chunks()
    found = b.find_pairs(b.Footprints.from_wkb(*b.wkb_of(cells)), index)
    peak[0] = max(peak[0], now())
    return len(found.rows)
with ThreadPoolExecutor(2) as pool:
    print(sum(pool.map(part, range(b.pq.ParquetFile({str(path)!r}).num_row_groups))))
print(before, peak[0])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    before, after = map(int, done.stdout.split()[-2:])
    print(
        f"memory: {(after - before) / 1024:.0f} MiB above the index (goal 150), in a process of {before / 1024:.0f} MiB"
    )


def the_outlines(which):
    countries = [place.area for place in load(resources.GEODATA).places.countries.places]
    return countries if which == "all" else sorted(countries, key=lambda outline: -outline.area)[:15]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=100_000)
    parser.add_argument("--sets", nargs="+", default=["all", "large15"], choices=["all", "large15"])
    parser.add_argument("--where", nargs="+", default=["land", "tracks"], choices=["land", "tracks"])
    parser.add_argument("--only", nargs="*", default=None, help="peers to run; 'ours' for none")
    parser.add_argument("--skip", nargs="*", default=[])
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    names = [
        name for name in PEERS if (options.only is None or name in options.only) and name not in options.skip
    ]
    countries = the_outlines("all")
    areas()
    with tempfile.TemporaryDirectory() as folder:
        for where in options.where:
            path = Path(folder) / f"{where}.parquet"
            write_footprints(path, options.n, where, countries)
            for which in options.sets:
                outlines = the_outlines(which)
                seconds, index = timed(lambda outlines=outlines: ZoneIndex.build(outlines))
                ZoneIndex.cached(outlines, "bench", Path(folder) / which)
                cached_s, _ = timed(
                    lambda outlines=outlines, which=which: ZoneIndex.cached(
                        outlines, "bench", Path(folder) / which
                    )
                )
                print(f"{options.n:,} footprints, {where}, {len(outlines)} outlines with {len(index.edges):,} edges; index {index.nbytes / 2**20:.0f} MiB, "
                      f"built in {seconds:.2f} s (goal 1.5), read in {cached_s:.3f} s (goal 0.1)")  # fmt: skip
                compare(path, options.n, outlines, index, names, options.repeats)
        memory(path, options.sets[-1], Path(folder) / options.sets[-1])
    print(f"peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
