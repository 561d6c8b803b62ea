"""GeoParquet: only the geometry column and a name are read, and only as far as the limits go."""

import io
import json
from typing import Any

from pyproj import CRS

from rsiwg.errors import InvalidGeometry, TooLarge
from rsiwg.intake.found import Found, Read, found_of
from rsiwg.intake.reproject import Reprojection, crs_from_definition, crs_from_epsg
from rsiwg.intake.shown import shown
from rsiwg.intake.wkb import shape_from_wkb
from rsiwg.settings import Limits

_NAMES = ("name", "title", "label", "id")
_LONGEST_METADATA = 1_000_000
_NOT_READABLE = "this file cannot be read as GeoParquet: it is damaged, or not one; export it again"


def from_geoparquet(data: bytes, limits: Limits) -> Found:
    """Find the areas of a GeoParquet 1.x file with WKB geometries.

    Raises:
        InvalidGeometry: damaged, without GeoParquet metadata, or in an unknown coordinate system.
        TooLarge: more rows or bytes than the limits.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, and needed for this format only
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(io.BytesIO(data), memory_map=False)
        geo = _metadata(file.metadata.metadata or {})
        column = _column(geo)
        if file.metadata.num_rows > limits.max_features:
            raise TooLarge(
                f"this GeoParquet has {file.metadata.num_rows:,} rows, over the limit of {limits.max_features:,} (max_features)"
            )
        names = file.schema_arrow.names
        if names.count(column) != 1:
            raise InvalidGeometry(
                f'this GeoParquet has no geometry column "{shown(column)}": export it again'
            )
        _refuse_too_many_bytes(file, limits)
        label = next(
            (n for wanted in _NAMES for n in names if n.lower() == wanted and _is_text(pa, file, n)), None
        )
        rows = _rows(io.BytesIO(data), column, label, limits, pq)
    except (
        pa.ArrowException,
        OSError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        OverflowError,
        MemoryError,
    ):
        raise InvalidGeometry(_NOT_READABLE) from None
    crs = Reprojection(_crs(geo["columns"][column]), limits)
    return found_of(
        "GeoParquet",
        (
            Read(None if cell is None else shape_from_wkb(cell, f"row {n}"), name, None, crs)
            for n, (cell, name) in enumerate(rows, start=1)
        ),
    )


def _rows(
    source: io.BytesIO, column: str, label: str | None, limits: Limits, pq: Any
) -> list[tuple[bytes | None, str | None]]:
    """Cells kept in their dictionary until they are counted: a few bytes could stand for many."""
    file = pq.ParquetFile(source, memory_map=False, read_dictionary=[column])
    found: list[tuple[bytes | None, str | None]] = []
    size = 0
    for batch in file.iter_batches(batch_size=256, columns=[column, *([label] if label else [])]):
        cells = batch.column(column)
        names = batch.column(label) if label else None
        for n in range(batch.num_rows):
            cell = cells[n].as_py()
            if cell is not None and not isinstance(cell, bytes):
                raise InvalidGeometry(_NOT_READABLE)
            size += len(cell or b"")
            if size > limits.max_body_bytes or len(found) >= limits.max_features:
                raise TooLarge(
                    "the geometries of this GeoParquet are over the limits (max_body_bytes, max_features)"
                )
            name = names[n].as_py() if names is not None else None
            found.append((cell, shown(name.strip(), 200) or None if isinstance(name, str) else None))
    return found


def _refuse_too_many_bytes(file: Any, limits: Limits) -> None:
    groups = (file.metadata.row_group(n) for n in range(file.metadata.num_row_groups))
    total = sum(group.column(n).total_uncompressed_size for group in groups for n in range(group.num_columns))
    if total > limits.max_archive_bytes:
        raise TooLarge(
            f"this GeoParquet unpacks to {total:,} bytes, over the limit of {limits.max_archive_bytes:,} (max_archive_bytes)"
        )


def _is_text(pa: Any, file: Any, name: str) -> bool:
    return file.schema_arrow.names.count(name) == 1 and _is_string(pa, file.schema_arrow.field(name).type)


def _metadata(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    written = metadata.get(b"geo")
    if written is None:
        raise InvalidGeometry(
            "this Parquet file is not GeoParquet, since it has no geo metadata: export it as GeoParquet"
        )
    if len(written) > _LONGEST_METADATA:
        raise TooLarge("the geo metadata of this GeoParquet is too long: export it again")
    try:
        geo = json.loads(written)
    except (ValueError, RecursionError):
        raise InvalidGeometry(_NOT_READABLE) from None
    if not isinstance(geo, dict) or not isinstance(geo.get("columns"), dict):
        raise InvalidGeometry(_NOT_READABLE)
    return geo


def _column(geo: dict[str, Any]) -> str:
    name = geo.get("primary_column")
    described = geo["columns"].get(name) if isinstance(name, str) else None
    if not isinstance(described, dict):
        raise InvalidGeometry(_NOT_READABLE)
    if str(described.get("encoding", "WKB")).upper() != "WKB":
        raise InvalidGeometry("this GeoParquet does not hold WKB geometries: export it with the WKB encoding")
    if described.get("edges", "planar") != "planar":
        raise InvalidGeometry("the edges of this GeoParquet are great circles: export it with planar edges")
    return str(name)


def _crs(described: dict[str, Any]) -> CRS:
    if "crs" not in described:  # the standard's default
        return CRS("OGC:CRS84")
    crs = described["crs"]
    if not isinstance(crs, dict):
        raise InvalidGeometry(
            "the coordinate system of this GeoParquet is not stated: set it in your GIS program, "
            "or reproject to WGS 84 (EPSG:4326)"
        )
    identity = crs.get("id")
    if (
        isinstance(identity, dict)
        and identity.get("authority") == "EPSG"
        and isinstance(identity.get("code"), int)
    ):
        return crs_from_epsg(identity["code"], "this GeoParquet")
    if isinstance(identity, dict) and (identity.get("authority"), identity.get("code")) == ("OGC", "CRS84"):
        return CRS("OGC:CRS84")
    return crs_from_definition(crs, "this GeoParquet")


def _is_string(pa: Any, kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
