"""The same run on Dask: worker processes of this machine, or a scheduler somewhere else.

The screener, with the index of the rulebook, goes to every worker once.  Results come back as bytes and are kept by
the process that runs the screening, so a worker that is lost loses nothing but what it was doing, which another one
does again.  Workers read the archive themselves: its path must mean the same on every one of them.
"""

import importlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from rsiwg.errors import InvalidSubmission
from rsiwg.screening.judge import Screener
from rsiwg.screening.output import PartResult, screen_partition
from rsiwg.screening.partitions import Partition
from rsiwg.screening.run import AHEAD, Execute

_TRIES = 5
"""Times that a partition may take its worker with it before the run gives up."""
PROCESSES = "processes"


def on_dask(scheduler: str, workers: int) -> Execute:
    """Run on `scheduler`: ``processes`` for worker processes here, or the address of a scheduler (``tcp://...``).

    Raises:
        InvalidSubmission: no such scheduler, it does not answer, or Dask is not installed.
    """
    if scheduler != PROCESSES and "://" not in scheduler:
        raise InvalidSubmission(
            {
                "scheduler": f'"{scheduler}" is none: give threads, processes, or an address such as tcp://host:8786'
            }
        )
    try:
        importlib.import_module("distributed")
    except ImportError:
        raise InvalidSubmission(
            {"scheduler": "Dask is not installed: pip install rsiwg[cluster], or use threads"}
        ) from None

    def execute(screener: Screener, partitions: Sequence[Partition]) -> Iterator[PartResult]:
        if not partitions:
            return
        with ExitStack() as stack:
            yield from _spread(_client(scheduler, workers, stack), screener, partitions)

    return execute


def _client(scheduler: str, workers: int, stack: ExitStack) -> Any:
    dask: Any = importlib.import_module("distributed")
    if scheduler == PROCESSES:
        scheduler = stack.enter_context(
            dask.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",
                silence_logs="ERROR",
            )
        )
    try:
        return stack.enter_context(dask.Client(scheduler, timeout="10s"))
    except (OSError, ValueError, TimeoutError) as exc:
        raise InvalidSubmission({"scheduler": f"{scheduler} does not answer: {str(exc)[:200]}"}) from None


def _spread(client: Any, screener: Screener, partitions: Sequence[Partition]) -> Iterator[PartResult]:
    dask: Any = importlib.import_module("distributed")
    shared = client.scatter(screener, broadcast=True)
    waiting = iter(partitions)
    tries: dict[str, int] = {}
    by_key: dict[str, Partition] = {}
    done = dask.as_completed()

    def send(part: Partition) -> None:
        future = client.submit(
            screen_partition,
            shared,
            part,
            pure=False,
            retries=_TRIES,
            key=f"screen-{part.number}-{tries.get(str(part.number), 0)}",
        )
        by_key[future.key] = part
        done.add(future)

    def fill() -> None:
        room = AHEAD * max(len(client.scheduler_info()["workers"]), 1)
        while len(by_key) < room and (part := next(waiting, None)) is not None:
            send(part)

    fill()
    for future in done:
        part = by_key.pop(future.key)
        try:
            result = future.result()
        except (dask.KilledWorker, dask.client.FutureCancelledError) as exc:
            # The worker went, perhaps with the only copy of the screener.
            tries[str(part.number)] = tries.get(str(part.number), 0) + 1
            if tries[str(part.number)] >= _TRIES:
                raise RuntimeError(
                    f"partition {part.number} ({part.path}) took {_TRIES} workers with it: {exc}"
                ) from exc
            shared = client.scatter(screener, broadcast=True)
            send(part)
            continue
        future.release()
        yield result
        fill()
