"""screen: whole archives of scenes are screened against the rulebook."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from rsiwg.cli.parts import CLEAR, VERDICT_EXIT, command, day, geodata

_EVERY_S = {True: 0.3, False: 10.0}
"""Between two lines of progress: on a terminal, and elsewhere."""


def _screen(options: argparse.Namespace) -> int:
    from rsiwg import casework
    from rsiwg.rulebook import load
    from rsiwg.screening.rulings import read_terms

    terms = read_terms(
        licence=options.licence,
        licensee=options.licensee,
        activity=tuple(options.activity or ()),
        recipient=options.recipient,
        modality=options.modality,
        exercise=options.exercise,
    )
    book = load(options.rulebook or geodata())
    line = _Line(quiet=options.quiet)
    summary = casework.screen(
        options.input,
        options.out,
        book,
        terms,
        as_of=options.as_of,
        scheduler=options.scheduler,
        workers=options.workers,
        cache=options.cache,
        items=options.items,
        watch=line.show,
    )
    line.end()
    verdicts = summary["verdicts"]
    print(
        f"{summary['verdict'].upper()}  {summary['scenes']:,} scenes: {verdicts['restricted']:,} restricted, "
        f"{verdicts['undetermined']:,} undetermined, {verdicts['clear']:,} clear; {summary['rejected']:,} rejected"
    )
    for name, rule in summary["rules"].items():
        print(f"  {name}: {rule['restricted']:,} restricted, {rule['undetermined']:,} undetermined findings")
    print(f"{options.out}, with .rejected.ndjson, .summary.json, .summary.html and .map.html beside it")
    return VERDICT_EXIT[summary["verdict"]]


def _waiting(options: argparse.Namespace) -> int:
    from rsiwg import casework
    from rsiwg.rulebook import load
    from rsiwg.screening.jobs import Jobs

    book = load(options.rulebook or geodata())
    count = casework.screen_waiting(Jobs(options.folder), book)
    print(f"{count} screened under rulebook {book.version[:12]}")
    return CLEAR


class _Line:
    """One line of progress on standard error, with the rate and the time that is left."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._tty = quiet, sys.stderr.isatty()
        self._begun = self._last = time.monotonic()
        self._wide = 0

    def show(self, progress: Any) -> None:
        """Tell, if it is time to."""
        now = time.monotonic()
        finished = progress.partitions == progress.of_partitions
        if self._quiet or (now - self._last < _EVERY_S[self._tty] and not finished):
            return
        self._last = now
        new = progress.scenes - progress.resumed
        rate = new / max(now - self._begun, 1e-9)
        left = f"{_span((progress.of - progress.scenes) / rate)} left" if rate > 0 and not finished else ""
        again = f" ({progress.resumed:,} by an earlier run)" if progress.resumed else ""
        text = (
            f"{progress.scenes:,} of {progress.of:,} scenes{again}, {rate:,.0f} a second"
            f"{', ' + left if left else ''}; {progress.restricted:,} restricted, {progress.undetermined:,} undetermined, "
            f"{progress.rejected:,} rejected"
        )
        if self._tty:
            sys.stderr.write("\r" + text.ljust(self._wide))
            self._wide = len(text)
        else:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._tty and not self._quiet:
            sys.stderr.write("\n")


def _span(seconds: float) -> str:
    whole = int(seconds)
    if whole < 90:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 5400 else f"{whole / 3600:.1f} h"


def add(commands: Any) -> None:
    """Add these commands."""
    made = command(
        commands,
        "screen",
        _screen,
        "Screen an archive of scenes: which violate a restriction, which are undetermined.",
    )
    made.add_argument(
        "input", metavar="INPUT", type=Path, help="STAC items, GeoParquet or a vector file; or a folder"
    )
    made.add_argument("--out", type=Path, required=True, metavar="hits.parquet")
    when = made.add_mutually_exclusive_group()
    when.add_argument("--as-of", type=day, metavar="DATE", help="judge the rules on this one day")
    when.add_argument(
        "--by-acquisition-date",
        action="store_true",
        help="judge each scene on the days of its acquisition (default)",
    )
    made.add_argument(
        "--rulebook",
        type=Path,
        metavar="DIR",
        help="folder of the rulebook (default: that of the environment)",
    )
    made.add_argument(
        "--licence",
        default="",
        metavar="LIST",
        help="such as part_960,tier=1,us_person; not said: undetermined",
    )
    made.add_argument("--licensee", metavar="NAME", help="licence holder of all scenes")
    made.add_argument(
        "--activity",
        action="append",
        choices=("collect", "disseminate"),
        help="may be given twice (default: both)",
    )
    made.add_argument("--recipient", choices=("us_government", "foreign_government", "commercial"))
    made.add_argument("--modality", choices=_MODALITIES, help="of scenes that do not say theirs")
    made.add_argument("--exercise", action="store_true", help="exercise restrictions count too")
    made.add_argument(
        "--scheduler", default="threads", metavar="WHERE", help="threads, processes or tcp://... of Dask"
    )
    made.add_argument("--workers", type=int, default=2, metavar="N")
    made.add_argument(
        "--cache", type=Path, metavar="DIR", help="folder in which the index of the rulebook is kept"
    )
    made.add_argument(
        "--items",
        type=Path,
        metavar="items.ndjson",
        help="write STAC items back, with their verdicts as properties",
    )
    made.add_argument("--quiet", action="store_true", help="no progress")
    waiting = command(
        commands,
        "screen-waiting",
        _waiting,
        "Screen the archives that wait in a service's folder, and all again when the rulebook has changed.",
    )
    waiting.add_argument("folder", type=Path, metavar="FOLDER", help="that of RSIWG_SCREENINGS")
    waiting.add_argument("--rulebook", type=Path, metavar="DIR", help="folder of the rulebook")


_MODALITIES = (
    "panchromatic", "multispectral", "hyperspectral", "swir", "mwir", "lwir", "sar", "lidar", "video", "non_earth",
)  # fmt: skip
