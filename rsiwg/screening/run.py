"""A whole run: partitions through workers, each kept as it comes, put together at the end.

A run that is killed goes on where it was: what each partition gave lies in files of its own beside the output, each
written whole or not at all.  The output is put together from them in the order of the archive, so it has the same
bytes whether the run was interrupted or not, and whatever the number of workers.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Protocol

import orjson

from rsiwg import __version__
from rsiwg.screening.files import Outputs, Progress, write_whole
from rsiwg.screening.judge import Screener
from rsiwg.screening.output import PartResult, join_hits, screen_partition
from rsiwg.screening.partitions import Partition
from rsiwg.screening.tally import Tally

AHEAD = 2
"""Partitions under way per worker; more would only wait in memory."""


class Execute(Protocol):
    """Runs `screen_partition` on many partitions, in any order."""

    def __call__(self, screener: Screener, partitions: Sequence[Partition]) -> Iterator[PartResult]:
        """Yield each result once, as it comes."""


def screen(
    screener: Screener,
    partitions: Sequence[Partition],
    outputs: Outputs,
    *,
    execute: Execute,
    watch: Callable[[Progress], None] = lambda _progress: None,
) -> dict[str, Any]:
    """Screen an archive and answer the summary, which is also written.

    Raises:
        InvalidSubmission: a file turned out to be damaged; what was screened before is kept for the next run.
        OSError: the output cannot be written.
    """
    work = _work_folder(outputs.hits, run_key(screener, partitions))
    done = {part.number for part in partitions if (work / f"{part.number:08d}.json").is_file()}
    tally = Tally()
    for number in sorted(done):
        tally.add(Tally.from_document(orjson.loads((work / f"{number:08d}.json").read_bytes())))
    resumed, total = tally.scenes, sum(part.rows + len(part.refused) for part in partitions)

    def tell(finished: int) -> None:
        watch(
            Progress(
                scenes=tally.scenes, of=max(total, tally.scenes), partitions=finished, of_partitions=len(partitions),
                restricted=tally.verdicts["restricted"], undetermined=tally.verdicts["undetermined"],
                rejected=tally.rejected, resumed=resumed,
            )
        )  # fmt: skip

    tell(len(done))
    left = [part for part in partitions if part.number not in done]
    for finished, result in enumerate(execute(screener, left), start=len(done) + 1):
        _keep(work, result)
        tally.add(Tally.from_document(result.tally))
        tell(finished)
    summary = _assemble(work, screener, partitions, outputs)
    shutil.rmtree(work)
    return summary


def run_key(screener: Screener, partitions: Sequence[Partition]) -> str:
    """SHA-256 of everything that the findings depend on; files count by name, size and time of change."""
    paths = dict.fromkeys(path for part in partitions for path in (part.path, *part.files))
    files = [_as_it_is(path) for path in paths]
    told = {
        "engine": __version__,
        "rulebook": screener.rulebook.version,
        "terms": screener.terms.document(),
        "as_of": screener.as_of and screener.as_of.isoformat(),
        "files": files,
        "partitions": [(part.start, part.stop, part.rows) for part in partitions],
    }
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


def _as_it_is(path: str) -> tuple[str, int, int]:
    try:
        stat = Path(path).stat()
    except OSError:  # its scenes are rejected when it is their turn
        return path, -1, -1
    return path, stat.st_size, stat.st_mtime_ns


def in_threads(workers: int) -> Execute:
    """Run on threads of this process."""

    def execute(screener: Screener, partitions: Sequence[Partition]) -> Iterator[PartResult]:
        waiting = iter(partitions)
        with ThreadPoolExecutor(workers, thread_name_prefix="screening") as pool:
            under_way: set[Future[PartResult]] = set()
            try:
                for part in waiting:
                    under_way.add(pool.submit(screen_partition, screener, part))
                    if len(under_way) >= AHEAD * workers:
                        finished, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                        yield from (future.result() for future in finished)
                while under_way:
                    finished, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in finished)
            finally:
                for future in under_way:
                    future.cancel()

    return execute


def _work_folder(hits: Path, key: str) -> Path:
    """The folder of an unfinished run of the same kind; those of other runs into the same output are dropped."""
    hits.parent.mkdir(parents=True, exist_ok=True)
    work = hits.with_name(f".{hits.name}.work-{key[:16]}")
    for other in hits.parent.glob(f".{hits.name}.work-*"):
        if other != work:
            shutil.rmtree(other, ignore_errors=True)
    work.mkdir(exist_ok=True)
    return work


def _keep(work: Path, result: PartResult) -> None:
    """The counts last: where they are, the rest is."""
    name = f"{result.number:08d}"
    write_whole(work / f"{name}.parquet", result.hits)
    write_whole(work / f"{name}.ndjson", result.rejected)
    write_whole(work / f"{name}.json", orjson.dumps(result.tally))


def _assemble(
    work: Path, screener: Screener, partitions: Sequence[Partition], outputs: Outputs
) -> dict[str, Any]:
    names = [f"{part.number:08d}" for part in partitions]
    tally = Tally()
    for name in names:
        tally.add(Tally.from_document(orjson.loads((work / f"{name}.json").read_bytes())))
    hits, rejected = work / "hits", work / "rejected"
    join_hits(((work / f"{name}.parquet").read_bytes() for name in names), hits)
    with rejected.open("wb") as file:
        for name in names:
            file.write((work / f"{name}.ndjson").read_bytes())
    summary = {
        "engine": __version__,
        "rulebook": screener.rulebook.version,
        "judged": "on the day given" if screener.as_of else "on the day of each acquisition",
        "as_of": screener.as_of and screener.as_of.isoformat(),
        "terms": screener.terms.document(),
        "verdict": _verdict(tally),
        **tally.document(),
    }
    for made, target in ((hits, outputs.hits), (rejected, outputs.rejected)):
        with made.open("rb+") as opened:
            os.fsync(opened.fileno())
        made.replace(target)
    write_whole(outputs.summary, orjson.dumps(summary, option=orjson.OPT_INDENT_2) + b"\n")
    return summary


def _verdict(tally: Tally) -> str:
    """Never better than the worst scene; a scene that could not be judged is not clear."""
    if tally.verdicts["restricted"]:
        return "restricted"
    return "undetermined" if tally.verdicts["undetermined"] or tally.rejected or not tally.scenes else "clear"
