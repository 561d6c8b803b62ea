"""Reads a partition into batches of scenes; a row that cannot be read is refused by row, never dropped."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from rsiwg.domain import Modality
from rsiwg.errors import InvalidGeometry, InvalidSubmission
from rsiwg.geometry import normalise
from rsiwg.screening.footprints import Footprints, quads_are_plain, wkb_of
from rsiwg.screening.partitions import Form, Partition
from rsiwg.screening.scenes import NO_DAY, Scenes, Told, scenes_of

BATCH = 65_536
"""Scenes judged at once; bounds memory."""
_LONGEST_ITEM = 16_000_000

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "scene_id", "item_id", "name"),
    "first": ("start_datetime", "datetime", "acquired_at", "acquired", "acquisition_time", "first_day"),
    "last": ("end_datetime", "datetime", "acquired_at", "acquired", "acquisition_time", "last_day"),
    "gsd": ("gsd", "gsd_m"),
    "ipr": ("ipr_m", "ipr"),
    "ipr_range": ("sar:resolution_range", "ipr_range_m"),
    "ipr_azimuth": ("sar:resolution_azimuth", "ipr_azimuth_m"),
    "modality": ("rsiwg:modality", "modality"),
    "off_nadir": ("view:off_nadir", "off_nadir_deg", "off_nadir"),
    "altitude": ("altitude_km",),
    "platform": ("platform", "satellite"),
    "instruments": ("instruments", "instrument", "sensor"),
}
"""Names under which a table may have what is needed; the first that is there counts."""


def read_batches(partition: Partition, *, needs_days: bool, modality: Modality | None) -> Iterator[Scenes]:
    """The scenes of a partition, in batches of at most `BATCH`.

    Raises:
        InvalidSubmission: the file is damaged past its listing, or its coordinate system is not known.
    """
    reader = {
        Form.PARQUET: _parquet, Form.LINES: _items, Form.COLLECTION: _items, Form.FILES: _items, Form.VECTOR: _vector,
    }[partition.form]  # fmt: skip
    first_row = partition.first_row
    for footprints, told in reader(partition):
        yield scenes_of(partition.path, first_row, footprints, told, needs_days=needs_days, modality=modality)
        first_row += len(footprints)


# --------------------------------------------------------------------------------------------- tables


def geometry_column(file: Any, name: str) -> tuple[str, Any]:
    """(name of the WKB column, reprojection or None) of an open GeoParquet file.  Raises InvalidSubmission."""
    try:
        geo = orjson.loads((file.metadata.metadata or {})[b"geo"])
        column = geo["primary_column"]
        about = geo["columns"][column]
        encoding, edges, crs = (
            str(about.get("encoding", "WKB")),
            about.get("edges", "planar"),
            about.get("crs", "OGC:CRS84"),
        )
    except (KeyError, TypeError, AttributeError, orjson.JSONDecodeError):
        raise InvalidSubmission(
            {"input": f"{name} is Parquet without sound GeoParquet metadata: export it as GeoParquet"}
        ) from None
    if encoding.upper() != "WKB" or edges != "planar" or column not in file.schema_arrow.names:
        raise InvalidSubmission(
            {"input": f"{name} must hold its geometry as WKB with planar edges: export it so"}
        )
    if crs is None:
        raise InvalidSubmission(
            {"input": f"{name} does not state its coordinate system: set it, or reproject to EPSG:4326"}
        )
    return str(column), _reprojection(crs, name)


def _parquet(partition: Partition) -> Iterator[tuple[Footprints, Told]]:
    import pyarrow as pa  # noqa: PLC0415  # heavy
    import pyarrow.parquet as pq  # noqa: PLC0415

    name = Path(partition.path).name
    try:
        file = pq.ParquetFile(partition.path, memory_map=True)
        column, reprojection = geometry_column(file, name)
        wanted = {found for names in COLUMNS.values() if (found := _found(names, file.schema_arrow.names))}
        columns = [column, *(n for n in file.schema_arrow.names if n in wanted and n != column)]
        for batch in file.iter_batches(
            batch_size=BATCH, row_groups=[partition.start], columns=columns, use_threads=False
        ):
            yield _footprints(batch.column(column), reprojection), _told(pa.Table.from_batches([batch]))
    except (pa.ArrowException, OSError) as exc:
        raise InvalidSubmission(
            {"input": f"{name} is damaged near row {partition.first_row:,}: {str(exc)[:200]}"}
        ) from None


def _vector(partition: Partition) -> Iterator[tuple[Footprints, Told]]:
    import pyogrio.raw  # noqa: PLC0415  # heavy

    name = Path(partition.path).name
    try:
        meta, table = pyogrio.raw.read_arrow(
            partition.path,
            skip_features=partition.start,
            max_features=partition.stop - partition.start,
            datetime_as_string=True,
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, RuntimeError) as exc:
        raise InvalidSubmission(
            {"input": f"{name} is damaged near row {partition.first_row:,}: {str(exc)[:200]}"}
        ) from None
    if not meta["crs"]:
        raise InvalidSubmission(
            {"input": f"{name} does not state its coordinate system: set it, or reproject to EPSG:4326"}
        )
    cells = table.column(meta["geometry_name"] or "wkb_geometry").combine_chunks()
    yield _footprints(cells, _reprojection(meta["crs"], name)), _told(table)


def _footprints(cells: Any, reprojection: Transformer | None) -> Footprints:
    import pyarrow as pa  # noqa: PLC0415  # heavy

    if not (pa.types.is_binary(cells.type) or pa.types.is_large_binary(cells.type)):
        cells = cells.cast(pa.binary())
    if reprojection is None:
        return Footprints.from_wkb(*wkb_of(cells))
    with np.errstate(invalid="ignore"):
        shapes = shapely.from_wkb(np.array(cells.to_pylist(), dtype=object), on_invalid="ignore")

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = reprojection.transform(xy[:, 0], xy[:, 1])
        moved = np.column_stack([x, y])
        return np.where(np.isfinite(moved), moved, np.nan)

    width = np.nan_to_num(shapely.bounds(shapes)[:, 2] - shapely.bounds(shapes)[:, 0], posinf=0.0)
    fine = shapely.segmentize(
        shapes, np.where(width > 0, width / 16, 1.0)
    )  # a straight line there is none here
    return Footprints.from_shapes(shapely.transform(fine, move))


def _reprojection(crs: Any, name: str) -> Transformer | None:
    """None for longitude and latitude on WGS 84."""
    try:
        given, wgs84 = CRS.from_user_input(crs), CRS("OGC:CRS84")
        if given.equals(wgs84, ignore_axis_order=True) or given.to_epsg() == 4326:
            return None
        return Transformer.from_crs(given, wgs84, always_xy=True)
    except (CRSError, ProjError):
        raise InvalidSubmission(
            {"input": f"the coordinate system of {name} is not known: reproject it to EPSG:4326"}
        ) from None


def _found(names: Sequence[str], there: Sequence[str]) -> str | None:
    return next((name for name in names if name in there), None)


def _told(table: Any) -> Told:
    """What a table says, by the names of `COLUMNS`."""
    refused: dict[int, str] = {}
    columns = {
        key: table.column(name).combine_chunks()
        for key, names in COLUMNS.items()
        if (name := _found(names, table.column_names))
    }
    # A scene with start and end may still have only a datetime in its row.
    first = _first_said(table, COLUMNS["first"])
    last = _first_said(table, COLUMNS["last"])
    ipr = _numbers(columns.get("ipr"), "ipr", refused)
    both = [_numbers(columns.get(key), key, refused) for key in ("ipr_range", "ipr_azimuth")]
    if ipr is None and both[0] is not None and both[1] is not None:
        ipr = np.minimum(both[0], both[1])
    count = table.num_rows
    return Told(
        ids=_texts(columns.get("id"), count),
        sensors=[" ".join(filter(None, pair)) for pair in
                 zip(_texts(columns.get("platform"), count), _texts(columns.get("instruments"), count), strict=True)],
        first=first,
        last=last,
        modality=_texts(columns["modality"], count) if "modality" in columns else None,
        gsd_m=_numbers(columns.get("gsd"), "gsd", refused),
        ipr_m=ipr,
        off_nadir_deg=_numbers(columns.get("off_nadir"), "off_nadir", refused),
        altitude_km=_numbers(columns.get("altitude"), "altitude", refused),
        refused=refused,
    )  # fmt: skip


def _texts(cells: Any, count: int) -> list[str]:
    import pyarrow as pa  # noqa: PLC0415  # heavy

    if cells is None:
        return [""] * count
    if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
        texts: list[str] = cells.fill_null("").to_pylist()
        return texts
    return [
        " ".join(map(str, cell)) if isinstance(cell, list) else "" if cell is None else str(cell)
        for cell in cells.to_pylist()
    ]


def _sensors(platforms: list[str], instruments: Any, count: int) -> list[str]:
    if instruments is None:
        return platforms
    pairs = zip(platforms, _texts(instruments, count), strict=True)
    return [" ".join(filter(None, pair)) for pair in pairs]


def _numbers(cells: Any, field: str, refused: dict[int, str]) -> NDArray[np.float64] | None:
    import pyarrow as pa  # noqa: PLC0415  # heavy

    if cells is None:
        return None
    if pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type):
        numbers: NDArray[np.float64] = cells.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return numbers
    found = np.full(len(cells), np.nan)
    for n, cell in enumerate(cells.to_pylist()):
        if cell is None or cell == "":
            continue
        try:
            found[n] = float(cell)
        except (TypeError, ValueError):
            refused.setdefault(n, f'{field}: "{str(cell)[:40]}" is not a number')
    return found


def _first_said(table: Any, names: Sequence[str]) -> Any:
    """Days, or texts, of the first of several columns that says something in a row."""
    told: Any = None
    for name in names:
        if name not in table.column_names:
            continue
        these = _instants(table.column(name).combine_chunks())
        if told is None:
            told = these
        elif isinstance(told, np.ndarray) and isinstance(these, np.ndarray):
            told = np.where(told == NO_DAY, these, told)
        else:
            told = [a or b for a, b in zip(_as_texts(told), _as_texts(these), strict=True)]
    return told


def _instants(cells: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415  # heavy

    if pa.types.is_timestamp(cells.type):
        cells = cells.cast(pa.timestamp(cells.type.unit))  # the instant in UTC, whatever zone it is shown in
        days = cells.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        per_day = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}[
            cells.type.unit
        ]
        days = np.clip(days // per_day, -(2**31) + 1, 2**31 - 1).astype(np.int32)
    elif pa.types.is_date(cells.type):
        days = cells.cast(pa.date32()).cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False).copy()
    else:
        return [None if cell is None else str(cell) for cell in cells.to_pylist()]
    days[cells.is_null().to_numpy(zero_copy_only=False)] = NO_DAY
    return days


def _as_texts(told: Any) -> list[str | None]:
    if isinstance(told, np.ndarray):
        return [None if day == NO_DAY else str(np.datetime64(int(day), "D")) for day in told]
    return list(told)


# ---------------------------------------------------------------------------------------- STAC items


def _items(partition: Partition) -> Iterator[tuple[Footprints, Told]]:
    return map(from_items, items_of(partition))


def items_of(partition: Partition) -> Iterator[list[Any]]:
    """The STAC items of a partition, in batches; what is none is a text that says why.

    Raises:
        InvalidSubmission: the partition does not hold STAC items, or is not JSON.
    """
    reader = {Form.LINES: _lines, Form.COLLECTION: _collection, Form.FILES: _files}.get(partition.form)
    if reader is None:
        raise InvalidSubmission(
            {"items": "only STAC items can be written back: give an item collection, ndjson or a catalogue"}
        )
    return reader(partition)


def _lines(partition: Partition) -> Iterator[list[Any]]:
    with Path(partition.path).open("rb") as file:
        file.seek(partition.start)
        data = file.read(partition.stop - partition.start)
    items: list[Any] = []
    for line in data.removesuffix(b"\n").split(b"\n"):
        items.append(_parsed(line.strip(b" \t\r\x1e").removeprefix(b"\xef\xbb\xbf")))
        if len(items) == BATCH:
            yield items
            items = []
    if items:
        yield items


class _No(str):
    """The reason why there is no item."""

    __slots__ = ()


def _parsed(text: bytes) -> Any:
    """The item, or the reason why it is none."""
    if not text:
        return _No("the line is empty")
    if len(text) > _LONGEST_ITEM:
        return _No(f"the item is longer than {_LONGEST_ITEM:,} bytes")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as exc:
        return _No(f"this is not JSON: {exc.msg} at character {exc.colno}")


def _collection(partition: Partition) -> Iterator[list[Any]]:
    with Path(partition.path).open("rb") as file:
        file.seek(partition.start)
        text = file.read(partition.stop - partition.start)
    try:
        items = orjson.loads(b"[" + text.rstrip(b" \t\r\n,") + b"]")
    except orjson.JSONDecodeError as exc:
        name = Path(partition.path).name
        raise InvalidSubmission(
            {"input": f"{name} is not JSON near byte {partition.start + max(exc.pos - 1, 0):,}: {exc.msg}"}
        ) from None
    yield items


def _files(partition: Partition) -> Iterator[list[Any]]:
    items: list[Any] = []
    for file in partition.files:
        try:
            items.append(_parsed(Path(file).read_bytes()))
        except OSError as exc:
            items.append(_No(f"{Path(file).name} cannot be read: {exc.strerror}"))
    if items:
        yield items


def from_items(items: Sequence[Any]) -> tuple[Footprints, Told]:
    """Footprints and columns of STAC items; where one is a text, it is the reason why there is none."""
    refused: dict[int, str] = {}
    numbers = {key: np.full(len(items), np.nan) for key in ("gsd", "ipr", "off_nadir")}
    ids, sensors, first, last, modality, geometries = [], [], [], [], [], []
    for n, item in enumerate(items):
        properties = item.get("properties") if isinstance(item, dict) else None
        if not isinstance(properties, dict):
            refused[n] = (
                str(item) if isinstance(item, _No) else "this is not a STAC item: it has no object properties"
            )
            properties = {}
        sound = item if isinstance(item, dict) else {}
        ids.append(str(sound.get("id") or ""))
        geometries.append(sound.get("geometry"))
        sensors.append(_sensor(properties))
        first.append(_text(properties.get("start_datetime") or properties.get("datetime"), n, refused))
        last.append(_text(properties.get("end_datetime") or properties.get("datetime"), n, refused))
        told = properties.get("rsiwg:modality", properties.get("modality"))
        is_sar = any(key.startswith("sar:") for key in properties)
        modality.append(str(told) if told else "sar" if is_sar else None)
        for key, value in (
            ("gsd", _finest(properties, sound.get("assets"))),
            ("ipr", _finer(properties.get("sar:resolution_range"), properties.get("sar:resolution_azimuth"))),
            ("off_nadir", properties.get("view:off_nadir")),
        ):
            if value is not None:
                if type(value) in (int, float):
                    numbers[key][n] = value
                else:
                    refused.setdefault(n, f'{key}: "{str(value)[:40]}" is not a number')
    footprints, unsound = _from_geojson(geometries)
    for n, why in unsound.items():
        refused.setdefault(n, f"geometry: {why}")
    return footprints, Told(
        ids=ids,
        sensors=sensors,
        first=first,
        last=last,
        modality=modality,
        gsd_m=numbers["gsd"],
        ipr_m=numbers["ipr"],
        off_nadir_deg=numbers["off_nadir"],
        refused=refused,
    )


def _text(value: Any, n: int, refused: dict[int, str]) -> str | None:
    if value is not None and not isinstance(value, str):
        refused.setdefault(n, f"datetime: {str(value)[:40]} is not a time; give it as 2025-03-01T10:20:30Z")
        return None
    return value


def _sensor(properties: Mapping[str, Any]) -> str:
    instruments = properties.get("instruments")
    names = instruments if isinstance(instruments, list) else []
    return " ".join(str(word)[:60] for word in (properties.get("platform"), *names) if word)


def _finest(properties: Mapping[str, Any], assets: Any) -> Any:
    """The finest ground sample distance that the item or one of its assets or bands states."""
    told = [properties.get("gsd")]
    for asset in assets.values() if isinstance(assets, dict) else ():
        if isinstance(asset, dict):
            told.append(asset.get("gsd"))
            for key in ("raster:bands", "bands", "eo:bands"):
                for band in asset[key] if isinstance(asset.get(key), list) else ():
                    if isinstance(band, dict):
                        told += [
                            band.get("gsd"),
                            band.get("spatial_resolution"),
                            band.get("raster:spatial_resolution"),
                        ]
    said = [value for value in told if value is not None]
    wrong = next((value for value in said if type(value) not in (int, float)), None)
    return wrong if wrong is not None else min(said, default=None)


def _finer(one: Any, other: Any) -> Any:
    if type(one) in (int, float) and type(other) in (int, float):
        return min(one, other)
    return None if one is None or other is None else one if type(one) not in (int, float) else other


def _from_geojson(geometries: Sequence[Any]) -> tuple[Footprints, dict[int, str]]:
    """Plain quads by columns, every other outline through `rsiwg.geometry.normalise`."""
    quads = [n for n, geometry in enumerate(geometries) if _looks_plain(geometry)]
    flat = [geometries[n]["coordinates"][0] for n in quads]
    corners = np.zeros((0, 5, 2))
    try:
        corners = np.array(flat, dtype=np.float64).reshape(-1, 5, 2)
    except (ValueError, TypeError, OverflowError):
        quads = []
    plain = quads_are_plain(corners)
    shapes = np.full(len(geometries), None, dtype=object)
    refused: dict[int, str] = {}
    done = {n for n, good in zip(quads, plain, strict=True) if good}
    for n, geometry in enumerate(geometries):
        if n in done:
            continue
        try:
            shapes[n] = normalise(geometry).area if isinstance(geometry, dict) else None
        except InvalidGeometry as exc:
            refused[n] = str(exc)
    made = Footprints.from_quads_and_shapes(
        len(geometries), np.array(sorted(done), dtype=np.int64), corners[plain], shapes
    )
    return attrs.evolve(made, refused={**made.refused, **refused}), refused


def _looks_plain(geometry: Any) -> bool:
    if not isinstance(geometry, dict) or geometry.get("type") != "Polygon":
        return False
    rings = geometry.get("coordinates")
    return (
        isinstance(rings, list)
        and len(rings) == 1
        and isinstance(rings[0], list)
        and len(rings[0]) == 5
        and all(
            isinstance(p, list) and len(p) == 2 and type(p[0]) in (int, float) and type(p[1]) in (int, float)
            for p in rings[0]
        )
    )
