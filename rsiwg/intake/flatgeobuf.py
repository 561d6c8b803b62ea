"""FlatGeobuf, read by hand: a header, an index that is skipped, and features, each a FlatBuffers table.

Every offset is checked against the end of its table.  No GDAL is involved, so that no other driver can be
reached.

Source: flatgeobuf.org, header.fbs and feature.fbs (version 3); FlatBuffers internals.
"""

import struct
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from shapely import MultiPolygon, Polygon

from rsiwg.errors import InvalidGeometry, TooLarge
from rsiwg.intake.found import Found, Read, found_of
from rsiwg.intake.reproject import Reprojection, crs_from_definition, crs_from_epsg
from rsiwg.intake.shapefile import checked_ring
from rsiwg.intake.shown import shown
from rsiwg.settings import Limits

MAGIC = b"fgb\x03fgb"
_KINDS = {1: "Point", 2: "LineString", 4: "MultiPoint", 5: "MultiLineString", 7: "GeometryCollection"}
_NODE_BYTES = 40
_DEEPEST = 3
_NAMES = ("name", "title", "label", "id")
_STRING, _SIZES = 11, {0: 1, 1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 8, 8: 8, 9: 4, 10: 8}
_DAMAGED = "this FlatGeobuf is damaged or cut short: export it again"


class _Table:
    """One FlatBuffers table; fields by their number, as the schema counts them."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at
        self._vtable = at - _unpack("<i", data, at)
        self._fields = (_unpack("<H", data, self._vtable) - 4) // 2

    @classmethod
    def root(cls, data: bytes) -> "_Table":
        return cls(data, _unpack("<I", data, 0))

    def number(self, field: int, form: str, default: int) -> int:
        at = self._field(field)
        return default if at is None else _unpack(form, self._data, at)

    def text(self, field: int) -> str | None:
        found = self._vector(field, 1)
        return (
            None if found is None else self._data[found[0] : found[0] + found[1]].decode("utf-8", "replace")
        )

    def bytes(self, field: int) -> bytes:
        found = self._vector(field, 1)
        return b"" if found is None else self._data[found[0] : found[0] + found[1]]

    def numbers(self, field: int, dtype: str) -> NDArray[np.float64] | None:
        found = self._vector(field, np.dtype(dtype).itemsize)
        return (
            None if found is None else np.frombuffer(self._data, dtype, found[1], found[0]).astype(np.float64)
        )

    def table(self, field: int) -> "_Table | None":
        at = self._field(field)
        return None if at is None else _Table(self._data, at + _unpack("<I", self._data, at))

    def tables(self, field: int) -> "list[_Table]":
        found = self._vector(field, 4)
        if found is None:
            return []
        starts = range(found[0], found[0] + 4 * found[1], 4)
        return [_Table(self._data, at + _unpack("<I", self._data, at)) for at in starts]

    def _field(self, field: int) -> int | None:
        if field >= self._fields:
            return None
        offset = _unpack("<H", self._data, self._vtable + 4 + 2 * field)
        return self._at + offset if offset else None

    def _vector(self, field: int, item: int) -> tuple[int, int] | None:
        at = self._field(field)
        if at is None:
            return None
        at += _unpack("<I", self._data, at)
        count = _unpack("<I", self._data, at)
        if at + 4 + count * item > len(self._data):
            raise InvalidGeometry(_DAMAGED)
        return at + 4, count


def from_flatgeobuf(data: bytes, limits: Limits) -> Found:
    """Find the areas of a FlatGeobuf.

    Raises:
        InvalidGeometry: damaged, or in an unknown coordinate system.
        TooLarge: more features than the limit.
    """
    size = _unpack("<I", data, 8)
    header = _Table.root(_slice(data, 12, size))
    count = header.number(8, "<Q", 0)
    if count > limits.max_features:
        raise TooLarge(
            f"this FlatGeobuf has {count:,} features, over the limit of {limits.max_features:,} (max_features)"
        )
    kind = header.number(2, "<B", 0)
    columns = [(c.text(0) or "", c.number(1, "<B", 0)) for c in header.tables(7)[:1000]]
    start = 12 + size + _index_bytes(count, header.number(9, "<H", 16))
    reads: list[Read] = []
    left_out: Counter[str] = Counter()
    crs: Reprojection | None = None
    for n, feature in enumerate(_features(data, start, limits), start=1):
        geometry = feature.table(0)
        area = None if geometry is None else _area(geometry, kind, f"feature {n}", 1)
        if isinstance(area, str):
            left_out[area] += 1
            continue
        crs = crs or Reprojection(_crs(header), limits)
        reads.append(Read(area, _label(feature.bytes(1), columns), None, crs))
    if count and len(reads) + left_out.total() != count:
        raise InvalidGeometry(_DAMAGED)
    return found_of("FlatGeobuf", reads, left_out)


def _features(data: bytes, at: int, limits: Limits) -> Iterator[_Table]:
    count = 0
    while at < len(data):
        count += 1
        if count > limits.max_features:
            raise TooLarge(f"this FlatGeobuf has more than {limits.max_features:,} features (max_features)")
        size = _unpack("<I", data, at)
        yield _Table.root(_slice(data, at + 4, size))
        at += 4 + size


def _index_bytes(count: int, node_size: int) -> int:
    if node_size == 0 or count == 0:
        return 0
    if node_size == 1:
        raise InvalidGeometry(_DAMAGED)
    level = -(-count // node_size)  # even a single feature has a root above it
    nodes = count + level
    while level > 1:
        level = -(-level // node_size)
        nodes += level
    return nodes * _NODE_BYTES


def _area(geometry: _Table, kind: int, where: str, depth: int) -> Polygon | MultiPolygon | str | None:
    kind = kind or geometry.number(6, "<B", 0)
    if kind == 3:
        return _polygon(geometry, where)
    if kind == 6 and depth < _DEEPEST:
        parts = [_area(part, 3, where, depth + 1) for part in geometry.tables(7)]
        polygons = [part for part in parts if isinstance(part, Polygon)]
        return MultiPolygon(polygons) if polygons else None
    return _KINDS.get(kind, f"kind {kind}")


def _polygon(geometry: _Table, where: str) -> Polygon | None:
    xy = geometry.numbers(1, "<f8")
    if xy is None or not len(xy):
        return None
    if len(xy) % 2:
        raise InvalidGeometry(_DAMAGED)
    points = xy.reshape(-1, 2)
    given = geometry.numbers(0, "<u4")
    ends = [int(end) for end in given] if given is not None and len(given) else [len(points)]
    starts = [0, *ends[:-1]]
    if ends[-1] != len(points) or any(a >= b for a, b in zip(starts, ends, strict=True)):
        raise InvalidGeometry(_DAMAGED)
    shell, *holes = (checked_ring(points[a:b], where) for a, b in zip(starts, ends, strict=True))
    return Polygon(shell, holes)


def _crs(header: _Table) -> CRS:
    crs = header.table(10)
    code = crs.number(1, "<i", 0) if crs is not None else 0
    organization = (crs.text(0) if crs is not None else None) or "EPSG"
    if code > 0 and organization.upper() == "EPSG":
        return crs_from_epsg(code, "this FlatGeobuf")
    if crs is not None and organization.upper() == "OGC" and (crs.text(5) or "").upper() == "CRS84":
        return CRS("OGC:CRS84")
    if crs is not None and (definition := crs.text(4)):
        return crs_from_definition(definition, "this FlatGeobuf")
    raise InvalidGeometry(
        "the coordinate system of this FlatGeobuf is not stated: set it in your GIS program, or reproject to WGS 84 (EPSG:4326)"
    )


def _label(properties: bytes, columns: list[tuple[str, int]]) -> str | None:
    """The first text among the properties that is called name, title, label or id."""
    texts: dict[str, str] = {}
    at = 0
    while at + 2 <= len(properties):
        column = _unpack("<H", properties, at)
        at += 2
        if column >= len(columns):
            break
        name, kind = columns[column]
        if kind in _SIZES:
            at += _SIZES[kind]
            continue
        if at + 4 > len(properties):
            break
        size = _unpack("<I", properties, at)
        if kind == _STRING:
            texts.setdefault(name.lower(), properties[at + 4 : at + 4 + size].decode("utf-8", "replace"))
        at += 4 + size
    found = next((texts[name] for name in _NAMES if texts.get(name, "").strip()), None)
    return shown(found.strip(), 200) if found else None


def _slice(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise InvalidGeometry(_DAMAGED)
    return data[at : at + size]


def _unpack(form: str, data: bytes, at: int) -> int:
    if at < 0:
        raise InvalidGeometry(_DAMAGED)
    try:
        return int(struct.unpack_from(form, data, at)[0])
    except struct.error:
        raise InvalidGeometry(_DAMAGED) from None
