"""The same run on Dask: worker processes, a scheduler elsewhere, and a worker that is killed."""

import json
import os
import signal
import time

import attrs
import pytest

from rsiwg import casework
from rsiwg.domain import Licence
from rsiwg.screening import cluster
from rsiwg.screening.cluster import on_dask
from rsiwg.screening.files import Outputs
from rsiwg.screening.judge import Screener
from rsiwg.screening.partitions import partitions_of
from rsiwg.screening.rulings import Terms
from rsiwg.screening.run import screen

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

TERMS = Terms(licence=Licence(part_960=True, tier=1, licensee="Example"))
RING = [[34.80, 32.05], [34.90, 32.05], [34.90, 32.15], [34.80, 32.15], [34.80, 32.05]]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Twelve files of items, so twelve partitions; each has one scene that violates."""
    folder = tmp_path_factory.mktemp("cluster") / "archive"
    folder.mkdir()
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
    }
    for n in range(12):
        shapes = [
            shapely.Polygon(RING),
            *shapely.box([n] * 50, range(50), [n + 0.1] * 50, [k + 0.1 for k in range(50)]),
        ]
        table = pa.table({
            "id": [f"{n}-{k}" for k in range(51)], "datetime": ["2025-03-01T00:00:00Z"] * 51, "gsd": [0.31] * 51,
            "modality": ["panchromatic"] * 51, "geometry": pa.array(shapely.to_wkb(shapes), pa.binary()),
        }).replace_schema_metadata({"geo": json.dumps(geo)})  # fmt: skip
        pq.write_table(table, folder / f"{n:02d}.parquet")
    return folder


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def by_threads(archive, tmp_path_factory, book):
    folder = tmp_path_factory.mktemp("threads")
    casework.screen(archive, folder / "hits.parquet", book, TERMS)
    return files(folder)


def test_processes_and_a_scheduler_elsewhere_give_the_same_bytes_even_if_a_worker_is_killed(
    archive, tmp_path, book, by_threads, monkeypatch
):
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        silence_logs="CRITICAL",
    ) as there:
        casework.screen(
            archive, tmp_path / "remote" / "hits.parquet", book, TERMS, scheduler=there.scheduler_address
        )
        assert files(tmp_path / "remote") == by_threads

        monkeypatch.setattr(cluster, "screen_partition", slowly)
        killed = []

        def watch(progress):
            if progress.partitions == 2 and not killed:
                victim = next(iter(there.workers.values()))
                killed.append(victim.pid if hasattr(victim, "pid") else victim.process.process.pid)
                os.kill(killed[0], signal.SIGKILL)

        outputs = Outputs(hits=tmp_path / "killed" / "hits.parquet")
        screener = Screener.of(book, TERMS)
        screen(
            screener,
            partitions_of(archive),
            outputs,
            execute=on_dask(there.scheduler_address, 2),
            watch=watch,
        )
        assert killed
    kept = {name: data for name, data in by_threads.items() if not name.endswith(".html")}
    assert files(tmp_path / "killed") == kept


def slowly(screener, partition):
    from rsiwg.screening.output import screen_partition  # noqa: PLC0415

    time.sleep(0.1)
    return screen_partition(screener, partition)


def test_a_run_that_was_interrupted_goes_on_elsewhere(archive, tmp_path, book, by_threads):
    def stop(progress):
        if progress.partitions == 5:
            raise KeyboardInterrupt

    out = tmp_path / "hits.parquet"
    with pytest.raises(KeyboardInterrupt):
        casework.screen(archive, out, book, TERMS, watch=stop)
    seen = []
    casework.screen(
        archive,
        out,
        book,
        TERMS,
        scheduler="processes",
        watch=lambda progress: seen.append(attrs.asdict(progress)),
    )
    assert seen[0]["resumed"] == 5 * 51
    assert files(tmp_path) == by_threads
