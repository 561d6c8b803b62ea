"""What a run writes: GeoParquet of findings, the rejected rows, the counts.  Same input, same bytes."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from rsiwg.screening.judge import Hit, Judged, Screener, outcome_of
from rsiwg.screening.partitions import Partition
from rsiwg.screening.read import read_batches
from rsiwg.screening.scenes import MODALITIES, NO_DAY, Scenes
from rsiwg.screening.tally import VERDICTS, Tally, worst_by_row

_GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": [], "edges": "planar"}},
}
SCHEMA = pa.schema(
    [
        ("scene_id", pa.string()),
        ("source", pa.string()),
        ("row", pa.int64()),
        ("sensor", pa.string()),
        ("modality", pa.string()),
        ("first_day", pa.date32()),
        ("last_day", pa.date32()),
        ("off_nadir_deg", pa.float64()),
        ("altitude_km", pa.float64()),
        ("verdict", pa.string()),
        ("outcome", pa.string()),
        ("check", pa.string()),
        ("restriction", pa.string()),
        ("restriction_version", pa.string()),
        ("reading", pa.string()),
        ("limit_m", pa.float64()),
        ("value_m", pa.float64()),
        ("overlap_km2", pa.float64()),
        ("overlap_share", pa.float64()),
        ("says", pa.string()),
        ("needs", pa.string()),
        ("citation", pa.string()),
        ("geometry", pa.binary()),
    ],
    metadata={"geo": orjson.dumps(_GEO)},
)


@attrs.frozen(kw_only=True, eq=False)
class PartResult:
    """What one partition gave, ready to be kept: bytes, so that it travels from any worker."""

    number: int
    hits: bytes
    """Parquet, one row group per batch with findings."""
    rejected: bytes
    """JSON lines."""
    tally: dict[str, Any]


def screen_partition(screener: Screener, partition: Partition) -> PartResult:
    """Read, judge and write out one partition; a pure function of what it is given and of the files.

    Raises:
        InvalidSubmission: the file cannot be read at all past its listing.
    """
    hits, rejected, tally = io.BytesIO(), io.BytesIO(), Tally()
    for what, why in partition.refused:
        rejected.write(_line(partition.path, -1, what, why))
        tally.rejected += 1
        tally.scenes += 1
    with pq.ParquetWriter(hits, SCHEMA, compression="zstd") as writer:
        needs_days = screener.as_of is None
        for scenes in read_batches(partition, needs_days=needs_days, modality=screener.terms.modality):
            judged = screener.judge(scenes)
            tally.add(Tally.of(scenes, judged))
            for n, why in scenes.refused.items():
                rejected.write(_line(scenes.source, scenes.first_row + n, scenes.ids[n], why))
            if judged.hits:
                writer.write_table(findings_table(scenes, judged))
    return PartResult(
        number=partition.number, hits=hits.getvalue(), rejected=rejected.getvalue(), tally=tally.document()
    )


def findings_table(scenes: Scenes, judged: Judged) -> pa.Table:
    """One row per finding, in the order of the scenes and then of the rulebook."""
    rows = np.concatenate([hit.rows for hit in judged.hits])
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    verdicts = np.array(VERDICTS, dtype=object)[worst_by_row(judged, len(scenes))[rows]]

    def each(values: Iterable[Any]) -> Any:
        return np.array(list(values), dtype=object)[order]

    def of_hit(told: Any) -> Any:
        return each(value for hit in judged.hits for value in [told(hit)] * len(hit.rows))

    def numbers(parts: Iterable[Any]) -> Any:
        return _no_nan(np.concatenate(list(parts))[order])

    names = np.array([*map(str, MODALITIES), None], dtype=object)
    overlap = np.concatenate([hit.overlap_km2 for hit in judged.hits])[order]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.minimum(overlap / judged.areas_km2[rows], 1.0)
    ids, sensors = np.array(scenes.ids, dtype=object), np.array(scenes.sensors, dtype=object)
    columns = {
        "scene_id": ids[rows],
        "source": pa.array([scenes.source] * len(rows), pa.string()),
        "row": scenes.first_row + rows,
        "sensor": sensors[rows],
        "modality": names[scenes.modality[rows]],
        "first_day": _dates(scenes.first_day[rows]),
        "last_day": _dates(scenes.last_day[rows]),
        "off_nadir_deg": _no_nan(scenes.off_nadir_deg[rows]),
        "altitude_km": _no_nan(scenes.altitude_km[rows]),
        "verdict": verdicts,
        "outcome": each(str(outcome_of(certain)) for hit in judged.hits for certain in hit.certain.tolist()),
        "check": of_hit(lambda hit: hit.check),
        "restriction": of_hit(lambda hit: hit.restriction and hit.restriction.id),
        "restriction_version": of_hit(lambda hit: hit.restriction and hit.restriction.version),
        "reading": of_hit(lambda hit: hit.reading),
        "limit_m": of_hit(lambda hit: hit.limit_m),
        "value_m": numbers(hit.values_m for hit in judged.hits),
        "overlap_km2": _no_nan(_six_figures(overlap)),
        "overlap_share": _no_nan(_six_figures(share)),
        "says": each(text for hit in judged.hits for text in hit.says),
        "needs": each(text or None for hit in judged.hits for text in hit.needs),
        "citation": of_hit(_cited),
        "geometry": shapely.to_wkb(scenes.footprints.shapes(rows)),
    }
    arrays = [
        value if isinstance(value, pa.Array) else pa.array(value, type=SCHEMA.field(name).type)
        for name, value in columns.items()
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _cited(hit: Hit) -> str | None:
    return hit.citation


def _six_figures(values: Any) -> Any:
    """Rounded to six significant figures, as a check shows its measures."""
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = np.where(values > 0, 5 - np.floor(np.log10(np.where(values > 0, values, 1.0))), 0.0)
        factor = 10.0**digits
        return np.where(values > 0, np.round(values * factor) / factor, 0.0)


def _no_nan(values: Any) -> pa.Array:
    return pa.array(values, type=pa.float64(), from_pandas=True)


def _dates(days: Any) -> pa.Array:
    return pa.array(days.astype(np.int32), mask=days == NO_DAY).cast(pa.date32())


def _line(source: str, row: int, scene_id: str, why: str) -> bytes:
    return (
        orjson.dumps(
            {"source": source, "row": row if row >= 0 else None, "scene_id": scene_id, "reason": why}
        )
        + b"\n"
    )


def join_hits(parts: Iterator[bytes], target: Any) -> int:
    """Write the findings of all partitions into one GeoParquet, row group by row group; answer how many there are."""
    count = 0
    with pq.ParquetWriter(target, SCHEMA, compression="zstd") as writer:
        for part in parts:
            file = pq.ParquetFile(io.BytesIO(part))
            for n in range(file.metadata.num_row_groups):
                table = file.read_row_group(n)
                count += table.num_rows
                writer.write_table(table)
    return count
