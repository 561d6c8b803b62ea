"""Rate and cost of whole screenings, by one and by two worker processes of Dask, in one run.

Times are taken between the second and the last partition, so starting the workers does not count.  On a busy machine the processor
seconds per scene are the fairer measure: where two workers need no more of them than one, nothing is lost to sharing.
"""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from rsiwg import resources
from rsiwg.rulebook import load
from rsiwg.screening.cluster import on_dask
from rsiwg.screening.files import Outputs
from rsiwg.screening.judge import Screener
from rsiwg.screening.partitions import partitions_of
from rsiwg.screening.rulings import read_terms
from rsiwg.screening.run import in_threads, screen
from rsiwg.screening.tracks import along_tracks

GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
}


def write_archive(path, count, group):
    """Scenes along tracks with every column that a verdict needs."""
    rng = np.random.default_rng(0)
    days = np.datetime64("2012-01-01") + (np.arange(count) * (14 * 365 * 86400 // count)).astype(
        "timedelta64[s]"
    )
    table = pa.table({
        "id": [f"S{n}" for n in range(count)], "datetime": pa.array(days.astype("datetime64[us]"), pa.timestamp("us", tz="UTC")),
        "gsd": rng.choice([0.3, 0.5, 1.0, 3.0], count), "modality": rng.choice(["panchromatic", "multispectral"], count),
        "platform": rng.choice(["alpha-1", "beta-2"], count), "geometry": pa.array(shapely.to_wkb(along_tracks(count)), pa.binary()),
    })  # fmt: skip
    pq.write_table(
        table.replace_schema_metadata({"geo": json.dumps(GEO)}),
        path,
        row_group_size=group,
        compression="zstd",
    )


def rate(screener, partitions, folder, execute):
    """(scenes a second between the second partition and the last, processor seconds of this process and of workers)."""
    seen = []
    mine, workers = time.process_time(), _of_children()
    screen(
        screener, partitions, Outputs(hits=folder / f"{len(partitions)}.parquet"), execute=execute,
        watch=lambda progress: seen.append((time.perf_counter(), progress.scenes)),
    )  # fmt: skip
    used = time.process_time() - mine + _of_children() - workers
    (begun, before), (ended, after) = seen[min(2, len(seen) - 2)], seen[-1]
    return (after - before) / (ended - begun), used


def _of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=400_000)
    parser.add_argument("--group", type=int, default=20_000)
    options = parser.parse_args()
    screener = Screener.of(
        load(resources.GEODATA), read_terms(licence="part_960,tier=1,us_person", licensee="Example")
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_archive(folder / "a.parquet", options.n, options.group)
        for says, execute in (
            ("1 thread", in_threads(1)),
            ("1 process", on_dask("processes", 1)),
            ("2 processes", on_dask("processes", 2)),
            ("1 process, again", on_dask("processes", 1)),
        ):
            place = folder / says.replace(" ", "-")
            parts = partitions_of(folder / "a.parquet")
            _, started = rate(screener, parts[:2], place, execute)
            found, used = rate(screener, parts, place, execute)
            cost = (used - started) / (options.n - 2 * options.group) * 1e6
            print(
                f"{says:<18} {found:10,.0f} scenes a second; {cost:6.2f} processor seconds per million scenes, start left out",
                flush=True,
            )


if __name__ == "__main__":
    main()
