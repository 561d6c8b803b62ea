"""Well-known binary, looked through before GEOS sees it: GEOS reads nested collections by recursion."""

import struct

import shapely
from shapely.geometry.base import BaseGeometry

from rsiwg.errors import InvalidGeometry
from rsiwg.intake.shown import shown

_DEEPEST = 4
_NOT_WHOLE = "its geometry is cut short or damaged: export it again"


def shape_from_wkb(blob: bytes, where: str) -> BaseGeometry:
    """Read one geometry, plain, ISO or extended.

    Raises:
        InvalidGeometry: cut short, of an unknown kind, nested too deeply, or with an unclosed ring.
    """
    _walk(blob, 0, 1, where)
    try:
        return shapely.from_wkb(blob)
    except shapely.errors.ShapelyError as exc:
        raise InvalidGeometry(f"{where}: {plain_reason(exc)}") from None


def check_wkb(blob: bytes, where: str) -> None:
    """Raise InvalidGeometry for a geometry that is not whole."""
    _walk(blob, 0, 1, where)


def plain_reason(exc: Exception) -> str:
    """What GEOS says of a geometry, for people."""
    said = str(exc)
    if "closed linestring" in said:
        return "a ring is not closed: repeat the first position at the end"
    if "Invalid number of points in LinearRing" in said:
        return "a ring needs at least four positions, the last repeating the first"
    return (
        f"its geometry cannot be read ({shown(said.splitlines()[0] if said else 'damaged')}): export it again"
    )


def _walk(blob: bytes, at: int, depth: int, where: str) -> int:
    """Where the geometry at `at` ends."""
    if depth > _DEEPEST:
        raise InvalidGeometry(
            f"{where}: its geometry collections are nested more than {_DEEPEST} deep: flatten them"
        )
    order, kind, dimensions, at = _header(blob, at, where)
    if kind == 1:
        return _skip(blob, at, dimensions * 8, where)
    count, at = _count(blob, at, order, where)
    if kind == 2:
        return _skip(blob, at, count * dimensions * 8, where)
    if kind == 3:
        for _ in range(count):
            positions, at = _count(blob, at, order, where)
            at = _skip(blob, at, positions * dimensions * 8, where)
        return at
    for _ in range(count):
        at = _walk(blob, at, depth + 1, where)
    return at


def _header(blob: bytes, at: int, where: str) -> tuple[str, int, int, int]:
    """Byte order, kind, numbers per position, and where the content starts."""
    if len(blob) < at + 5 or blob[at] not in (0, 1):
        raise InvalidGeometry(f"{where}: {_NOT_WHOLE}")
    order = "<" if blob[at] else ">"
    (code,) = struct.unpack_from(f"{order}I", blob, at + 1)
    at += 9 if code & 0x20000000 else 5
    extended = bool(code & 0x80000000) + bool(code & 0x40000000)
    iso, kind = divmod(code & 0x0FFFFFFF, 1000)
    if not 1 <= kind <= 7 or iso > 3:
        raise InvalidGeometry(
            f"{where}: its geometry is of a kind not taken here (code {code}): give polygons"
        )
    return order, kind, 2 + max(extended, (0, 1, 1, 2)[iso]), at


def _count(blob: bytes, at: int, order: str, where: str) -> tuple[int, int]:
    if len(blob) < at + 4:
        raise InvalidGeometry(f"{where}: {_NOT_WHOLE}")
    return int(struct.unpack_from(f"{order}I", blob, at)[0]), at + 4


def _skip(blob: bytes, at: int, size: int, where: str) -> int:
    if at + size > len(blob):
        raise InvalidGeometry(f"{where}: {_NOT_WHOLE}")
    return at + size
