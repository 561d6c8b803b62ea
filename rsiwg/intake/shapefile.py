"""Zipped Shapefiles, read by hand: the outline from .shp, its coordinate system from .prj, names from .dbf.

.shp and .prj are needed; .shx and .dbf are not (the records are read in the order of the .shp).  No GDAL
is involved, so that no other file or driver can be reached.

Source: ESRI Shapefile Technical Description (July 1998).
"""

import itertools
import struct
from collections import Counter
from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from rsiwg.errors import InvalidGeometry, TooLarge
from rsiwg.intake.archive import Archive
from rsiwg.intake.found import Found, Read, found_of
from rsiwg.intake.reproject import Reprojection, crs_from_definition
from rsiwg.intake.shown import listed, shown
from rsiwg.settings import Limits

_POLYGONS = {5: 0, 15: 1, 25: 1}
_OTHERS = {
    1: "Point", 3: "LineString", 8: "MultiPoint", 11: "Point", 13: "LineString", 18: "MultiPoint",
    21: "Point", 23: "LineString", 28: "MultiPoint", 31: "MultiPatch",
}  # fmt: skip
_NAMES = ("name", "title", "label", "id")
_DAMAGED = "{} is damaged or cut short: export the Shapefile again"

_Ring = NDArray[np.float64]


def from_shapefiles(archive: Archive, limits: Limits) -> Found:
    """Find the areas of every Shapefile in an archive; each Shapefile is a layer.

    Raises:
        InvalidGeometry: a part is missing (named), damaged, or in an unknown coordinate system.
    """
    by_lower = {name.lower(): name for name in archive.names}
    reads: list[Read] = []
    left_out: Counter[str] = Counter()
    for name in archive.names:
        if not name.lower().endswith(".shp"):
            continue
        base = name[:-4]
        prj = by_lower.get(f"{base.lower()}.prj")
        if prj is None:
            raise InvalidGeometry(
                f"{shown(base)}.prj is missing from the archive, and without it the coordinate system is not known: "
                "add it to the zip (.shp and .prj are needed, .shx and .dbf are not)"
            )
        written = archive.read(prj).decode("utf-8-sig", "replace").strip("\0 \r\n")
        crs = Reprojection(crs_from_definition(written, shown(prj)), limits)
        dbf = by_lower.get(f"{base.lower()}.dbf")
        labels = _labels(archive.read(dbf)) if dbf else []
        for n, record in enumerate(_records(archive.read(name), shown(name), limits)):
            if isinstance(record, str):
                left_out[record] += 1
            else:
                reads.append(Read(record, labels[n] if n < len(labels) else None, shown(base), crs))
    return found_of("Shapefile", reads, left_out)


def missing_parts(archive: Archive) -> str | None:
    """What is missing where an archive has parts of a Shapefile and no .shp."""
    parts = [name for name in archive.names if name.lower().endswith((".shx", ".dbf", ".prj"))]
    if not parts:
        return None
    return f"the archive holds {listed([shown(p) for p in parts])} and no .shp file: add it to the zip"


def _records(data: bytes, name: str, limits: Limits) -> Iterator[Polygon | MultiPolygon | str | None]:
    """Each record: an area, None where it has no geometry, or the kind of what is no area."""
    if len(data) < 100 or struct.unpack_from(">i", data, 0)[0] != 9994:
        raise InvalidGeometry(_DAMAGED.format(name))
    at = 100
    count = 0
    while at < len(data):
        count += 1
        if count > limits.max_features:
            raise TooLarge(f"{name} has more than {limits.max_features:,} records (max_features)")
        if at + 12 > len(data):
            raise InvalidGeometry(_DAMAGED.format(name))
        size = struct.unpack_from(">i", data, at + 4)[0] * 2
        (kind,) = struct.unpack_from("<i", data, at + 8)
        if size < 4 or at + 8 + size > len(data):
            raise InvalidGeometry(_DAMAGED.format(name))
        body = data[at + 12 : at + 8 + size]
        at += 8 + size
        if kind == 0:
            yield None
        elif kind in _POLYGONS:
            yield _area(body, f"{name}, record {count}")
        else:
            yield _OTHERS.get(kind, f"kind {kind}")


def _area(body: bytes, where: str) -> Polygon | MultiPolygon:
    if len(body) < 40:
        raise InvalidGeometry(_DAMAGED.format(where))
    ring_count, point_count = struct.unpack_from("<2i", body, 32)
    if ring_count < 1 or point_count < 0 or 40 + 4 * ring_count + 16 * point_count > len(body):
        raise InvalidGeometry(_DAMAGED.format(where))
    starts = np.frombuffer(body, "<i4", ring_count, 40)
    points = np.frombuffer(body, "<f8", 2 * point_count, 40 + 4 * ring_count).reshape(-1, 2)
    edges = [*starts.tolist(), point_count]
    if edges[0] != 0 or any(a >= b for a, b in itertools.pairwise(edges)):
        raise InvalidGeometry(_DAMAGED.format(where))
    return assembled([points[a:b] for a, b in itertools.pairwise(edges)], where)


def checked_ring(ring: _Ring, where: str) -> _Ring:
    """A ring of at least four finite positions, closed."""
    if not np.isfinite(ring).all():
        raise InvalidGeometry(f"{where} has a coordinate that is not a finite number: export it again")
    if len(ring) < 4:
        raise InvalidGeometry(
            f"{where} has a ring of {len(ring)} positions: it needs four, the last repeating the first"
        )
    if not np.array_equal(ring[0], ring[-1]):
        raise InvalidGeometry(f"{where} has a ring that is not closed: repeat its first position at the end")
    return ring


def assembled(rings: list[_Ring], where: str) -> Polygon | MultiPolygon:
    """Shells (clockwise) and the holes within them (the other way round), as the format has it."""
    checked = [checked_ring(ring, where) for ring in rings]
    outer = [ring for ring in checked if not _is_counter_clockwise(ring)]
    inner = [ring for ring in checked if _is_counter_clockwise(ring)]
    if not outer:  # written the other way round throughout
        outer, inner = inner, []
    if not inner:
        return MultiPolygon([Polygon(ring) for ring in outer]) if len(outer) > 1 else Polygon(outer[0])
    shells = np.array([Polygon(ring) for ring in outer])
    holes: list[list[_Ring]] = [[] for _ in outer]
    sizes = shapely.area(shells)
    try:
        inside = shapely.STRtree(shells).query(
            np.array([Polygon(ring).representative_point() for ring in inner]), predicate="within"
        )
    except shapely.errors.GEOSException:
        raise InvalidGeometry(f"{where} has rings that cross themselves: correct the outline") from None
    for n, ring in enumerate(inner):
        around = inside[1][inside[0] == n]
        if not around.size:
            raise InvalidGeometry(
                f"{where} has a hole (a ring drawn counter-clockwise) that lies in none of its outer rings: "
                "correct the direction of the ring, or remove it"
            )
        holes[int(around[np.argmin(sizes[around])])].append(ring)
    parts = [Polygon(shell, inner_) for shell, inner_ in zip(outer, holes, strict=True)]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _is_counter_clockwise(ring: _Ring) -> bool:
    x, y = (ring - ring[0]).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) > 0


def _labels(dbf: bytes) -> list[str | None]:
    """A name for each record, from the column called name, title, label or id; none where the table cannot be read."""
    if len(dbf) < 65:
        return []
    count, header, width = struct.unpack_from("<IHH", dbf, 4)
    offset = 1
    columns: dict[str, tuple[int, int]] = {}
    for at in range(32, min(header, len(dbf)) - 32, 32):
        if dbf[at] == 0x0D:
            break
        column = dbf[at : at + 11].split(b"\0")[0].decode("latin-1").lower()
        columns.setdefault(column, (offset, dbf[at + 16]))
        offset += dbf[at + 16]
    wanted = next((columns[name] for name in _NAMES if name in columns), None)
    if wanted is None or width < offset:
        return []
    start, length = wanted
    rows = (
        dbf[header + n * width : header + (n + 1) * width]
        for n in range(min(count, len(dbf) // max(width, 1)))
    )
    return [_decoded(row[start : start + length]) for row in rows]


def _decoded(cell: bytes) -> str | None:
    try:
        text = cell.decode("utf-8")
    except UnicodeDecodeError:
        text = cell.decode("latin-1")
    return shown(text.strip(" \0"), 200) or None
