"""GeoPackage: SQLite opened in memory, read only, with nothing of its own trusted.

Only real tables named in gpkg_contents are read.  A view, a virtual table or a generated column would run
the file's own SQL, and is refused; triggers cannot fire, since nothing is written.
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from typing import Any

from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from rsiwg.errors import InvalidGeometry, TooLarge
from rsiwg.geometry import from_geopackage as geometry_from_cell
from rsiwg.intake.found import Found, Read, found_of
from rsiwg.intake.reproject import Reprojection, crs_from_definition, crs_from_epsg
from rsiwg.intake.shown import shown
from rsiwg.intake.wkb import check_wkb
from rsiwg.settings import Limits

LONGEST_SECONDS = 5.0
"""Time for all that SQLite does with one file."""
_STEPS = 10_000
_MOST_LAYERS = 100
_NAMES = ("name", "title", "label", "id")
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA}


def from_geopackage(data: bytes, limits: Limits) -> Found:
    """Find the areas of every layer.

    Raises:
        InvalidGeometry: damaged, not a GeoPackage, with a view for a layer, or too slow to read.
        TooLarge: more features than the limit.
    """
    if len(data) < 100:
        raise InvalidGeometry("this GeoPackage is cut short: send the whole file")
    if data[18] == 2 or data[19] == 2:
        raise InvalidGeometry(
            "this GeoPackage is still open elsewhere (its journal is in WAL mode), so that part of it lies in another "
            "file: close it in the program that has it open, and send it again"
        )
    try:
        with contextlib.closing(_opened(data)) as database:
            return _found(database, limits)
    except sqlite3.OperationalError as exc:
        if "interrupted" in str(exc):
            raise InvalidGeometry(
                f"this GeoPackage takes more than {LONGEST_SECONDS:g} s to read: send only the area"
            ) from None
        raise InvalidGeometry(_not_readable()) from None
    except (sqlite3.Error, OverflowError, UnicodeError, MemoryError, ValueError):
        raise InvalidGeometry(_not_readable()) from None


def _not_readable() -> str:
    return "this file cannot be read as a GeoPackage: it is damaged, or not one; export it again"


def _opened(data: bytes) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.setlimit(sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1)
    database.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 50)
    database.deserialize(data)
    ends_at = time.monotonic() + LONGEST_SECONDS
    database.set_progress_handler(lambda: int(time.monotonic() > ends_at), _STEPS)
    for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
        database.execute(f"PRAGMA {pragma}")
    if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        database.close()
        raise InvalidGeometry(_not_readable())
    database.set_authorizer(_authorize)
    return database


def _authorize(action: int, *_: Any) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _found(database: sqlite3.Connection, limits: Limits) -> Found:
    for table in ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"):
        if not _is_table(database, table):
            raise InvalidGeometry(
                "this SQLite file is not a GeoPackage, since it lacks its tables: export it as one"
            )
    layers = database.execute(
        "SELECT c.table_name, g.column_name, g.srs_id FROM gpkg_contents c JOIN gpkg_geometry_columns g "
        "ON g.table_name = c.table_name WHERE c.data_type = 'features' LIMIT ?",
        (_MOST_LAYERS + 1,),
    ).fetchall()
    if len(layers) > _MOST_LAYERS:
        raise TooLarge(f"this GeoPackage has more than {_MOST_LAYERS} layers: send only the one meant")
    reads: list[Read] = []
    for table, column, srs_id in layers:
        if not isinstance(table, str) or not isinstance(column, str):
            raise InvalidGeometry(_not_readable())
        rows = list(_rows(database, table, column, limits, len(reads)))
        crs = Reprojection(_crs(database, srs_id, table), limits) if rows else None
        reads.extend(Read(shape, name, shown(table), crs) for shape, name in rows)
    return found_of("GeoPackage", reads)


def _is_table(database: sqlite3.Connection, name: str) -> bool:
    row = database.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    return (
        row is not None
        and row[0] == "table"
        and not str(row[1]).upper().lstrip().startswith("CREATE VIRTUAL")
    )


def _rows(
    database: sqlite3.Connection, table: str, column: str, limits: Limits, already: int
) -> Iterator[tuple[BaseGeometry | None, str | None]]:
    if not _is_table(database, table):
        raise InvalidGeometry(
            f'the layer "{shown(table)}" is not a plain table (a view, perhaps): export it as a table'
        )
    columns = {
        str(row[1]): (str(row[2]).upper(), row[6])
        for row in database.execute(f"PRAGMA table_xinfo({_quoted(table)})").fetchall()
    }
    if columns.get(column, ("", 1))[1] != 0:  # missing, hidden or computed
        raise InvalidGeometry(
            f'the layer "{shown(table)}" has no geometry column "{shown(column)}": export it again'
        )
    plain = [name for name, (_, hidden) in columns.items() if hidden == 0 and name != column]
    label = next((name for wanted in _NAMES for name in plain if name.lower() == wanted), None)
    wanted_columns = f"{_quoted(column)}, {_quoted(label) if label else 'NULL'}"
    rows = database.execute(f"SELECT {wanted_columns} FROM {_quoted(table)}")  # noqa: S608 - quoted, and read only
    for n, (cell, name) in enumerate(rows, start=1):
        if already + n > limits.max_features:
            raise TooLarge(f"this GeoPackage has more than {limits.max_features:,} features (max_features)")
        named = shown(str(name).strip(), 200) if isinstance(name, str | int) else None
        yield (None if cell is None else _shape(cell, f'layer "{shown(table)}", feature {n}')), named or None


def _shape(cell: object, where: str) -> BaseGeometry | None:
    if not isinstance(cell, bytes) or len(cell) < 8:
        raise InvalidGeometry(f"{where}: its geometry is damaged: export it again")
    if cell[3] & 0x20:
        raise InvalidGeometry(
            f"{where}: its geometry is of an extended kind not taken here: export plain polygons"
        )
    check_wkb(cell[8 + _ENVELOPES.get((cell[3] >> 1) & 7, 0) :], where)
    try:
        return geometry_from_cell(cell)
    except InvalidGeometry as exc:
        raise InvalidGeometry(f"{where}: {exc}") from None


def _crs(database: sqlite3.Connection, srs_id: object, table: str) -> CRS:
    where = f'layer "{shown(table)}"'
    row = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    if row is None or srs_id in (0, -1) or "undefined" in str(row[2]).lower():
        raise InvalidGeometry(
            f"the coordinate system of {where} is not stated: set it in your GIS program, or reproject to WGS 84 (EPSG:4326)"
        )
    organization, code, definition = row
    if str(organization).upper() == "EPSG" and isinstance(code, int):
        return crs_from_epsg(code, where)
    return crs_from_definition(str(definition), where)


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
