"""Where a run writes, and writing whole files."""

import os
from pathlib import Path

import attrs


@attrs.frozen(kw_only=True)
class Progress:
    """How far a run is."""

    scenes: int
    of: int
    partitions: int
    of_partitions: int
    restricted: int
    undetermined: int
    rejected: int
    resumed: int
    """Scenes that an earlier, interrupted run had screened."""


@attrs.frozen(kw_only=True)
class Outputs:
    """Where a run writes; all beside the findings."""

    hits: Path

    @property
    def rejected(self) -> Path:
        """Rows that could not be judged, JSON lines with the reason."""
        return self.hits.with_name(f"{self.hits.stem}.rejected.ndjson")

    @property
    def summary(self) -> Path:
        """Counts, JSON."""
        return self.hits.with_name(f"{self.hits.stem}.summary.json")

    @property
    def page(self) -> Path:
        """Counts for people, HTML."""
        return self.hits.with_name(f"{self.hits.stem}.summary.html")

    @property
    def map(self) -> Path:
        """Where the scenes are that are not clear, HTML."""
        return self.hits.with_name(f"{self.hits.stem}.map.html")


def write_whole(path: Path, data: bytes) -> None:
    """Write whole or not at all, and on the disk before this returns."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
