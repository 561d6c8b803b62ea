"""Verdicts written back to STAC items, as properties with the prefix ``rsiwg:``."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import orjson
import pyarrow.parquet as pq

from rsiwg.errors import InvalidSubmission
from rsiwg.screening.files import Outputs
from rsiwg.screening.partitions import Form, Partition
from rsiwg.screening.read import items_of

_COLUMNS = ["source", "row", "verdict", "outcome", "restriction", "check", "overlap_share"]


@attrs.define
class _Finding:
    source: str
    row: int
    verdict: str
    restrictions: list[dict[str, Any]]


def has_items(partitions: Sequence[Partition]) -> None:
    """Refuse an archive that does not hold STAC items, before it is screened.  Raises InvalidSubmission."""
    if any(part.form in (Form.PARQUET, Form.VECTOR) for part in partitions):
        raise InvalidSubmission(
            {"items": "only STAC items can be written back: give an item collection, ndjson or a catalogue"}
        )


def write_items(partitions: Sequence[Partition], outputs: Outputs, target: Path, *, rulebook: str) -> None:
    """Write every item with its verdict, one per line, in the order of the archive; what is no item is left out.

    Adds ``rsiwg:verdict`` (clear, restricted, undetermined), ``rsiwg:restrictions`` (a list of objects with
    ``restriction``, ``outcome`` and ``overlap_share``), ``rsiwg:rulebook``, and for an item that could not be judged
    ``rsiwg:reason``.  Findings and items come in the same order, so neither is ever held as a whole.
    """
    findings, rejected = _findings(outputs), _rejected(outputs)
    finding, reason = next(findings, None), next(rejected, None)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            for part in partitions:
                row = part.first_row
                while reason is not None and reason["row"] is None:  # of a catalogue that could not be read
                    reason = next(rejected, None)
                for items in items_of(part):
                    for item in items:
                        here = (part.path, row)
                        told: dict[str, Any] = {"rsiwg:verdict": "clear", "rsiwg:restrictions": []}
                        if finding is not None and (finding.source, finding.row) == here:
                            told = {
                                "rsiwg:verdict": finding.verdict,
                                "rsiwg:restrictions": finding.restrictions,
                            }
                            finding = next(findings, None)
                        if reason is not None and (reason["source"], reason["row"]) == here:
                            told = {
                                "rsiwg:verdict": "undetermined",
                                "rsiwg:restrictions": [],
                                "rsiwg:reason": reason["reason"],
                            }
                            reason = next(rejected, None)
                        row += 1
                        if isinstance(item, dict) and isinstance(item.get("properties"), dict):
                            item["properties"] |= {**told, "rsiwg:rulebook": rulebook}
                            file.write(orjson.dumps(item) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _findings(outputs: Outputs) -> Iterator[_Finding]:
    """The findings of each scene together."""
    scene: _Finding | None = None
    for batch in pq.ParquetFile(outputs.hits).iter_batches(columns=_COLUMNS):
        for row in batch.to_pylist():
            if scene is None or (scene.source, scene.row) != (row["source"], row["row"]):
                if scene is not None:
                    yield scene
                scene = _Finding(row["source"], row["row"], row["verdict"], [])
            scene.restrictions.append(
                {
                    "restriction": row["restriction"] or row["check"],
                    "outcome": row["outcome"],
                    "overlap_share": row["overlap_share"],
                }
            )
    if scene is not None:
        yield scene


def _rejected(outputs: Outputs) -> Iterator[dict[str, Any]]:
    with outputs.rejected.open("rb") as file:
        for line in file:
            yield orjson.loads(line)
