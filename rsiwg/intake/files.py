"""Which format a file is, by its content, and the reader for it."""

from collections.abc import Callable

import attrs

from rsiwg.errors import InvalidGeometry
from rsiwg.intake.archive import Archive, open_archive
from rsiwg.intake.found import Found
from rsiwg.intake.kml import from_kml, from_kmz
from rsiwg.intake.shapefile import from_shapefiles, missing_parts
from rsiwg.intake.shown import shown
from rsiwg.settings import Limits

TAKEN = "GeoJSON, KML, KMZ, zipped Shapefile, GeoPackage, FlatGeobuf, GeoParquet, WKT, a list of coordinates, or GeoTIFF"
_NOT_TAKEN = {
    b"%PDF": "a PDF", b"GIF8": "a GIF picture", b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture",
    b"\x1f\x8b": "a gzip archive", b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive", b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive", b"\xd0\xcf\x11\xe0": "an Office document", b"MZ": "a program", b"\x7fELF": "a program",
    b"RIFF": "a picture or sound", b"\x89HDF": "an HDF5 file", b"CDF": "a NetCDF file", b"\x00\x00\x00\x0cjP": "a JPEG 2000 picture",
    b"PK\x05\x06": "an empty zip archive",
}  # fmt: skip
_BY_EXTENSION = {
    "geojson": {"GeoJSON"}, "json": {"GeoJSON"}, "kml": {"KML"}, "kmz": {"KMZ"}, "zip": {"Shapefile", "KMZ"},
    "gpkg": {"GeoPackage"}, "fgb": {"FlatGeobuf"}, "parquet": {"GeoParquet"}, "geoparquet": {"GeoParquet"},
    "wkt": {"WKT"}, "tif": {"GeoTIFF"}, "tiff": {"GeoTIFF"},
}  # fmt: skip

_TextReader = Callable[[str, Limits], Found]


def find_in_file(data: bytes, filename: str, limits: Limits, from_text: _TextReader) -> Found:
    """Find the areas of a file.  Where its name says another format, the content counts, and it is said."""
    if not data.strip(b"\0 \t\r\n"):
        raise InvalidGeometry(f"this file is empty: send {TAKEN}")
    found = _read(data, limits, from_text)
    extension = filename.rpartition(".")[2].lower() if "." in filename else ""
    if found.format not in _BY_EXTENSION.get(extension, {found.format}):
        said = f'The file is called "{shown(filename)}" and holds {found.format}; it was read as that.'
        return attrs.evolve(found, changes=(said, *found.changes))
    return found


def _read(data: bytes, limits: Limits, from_text: _TextReader) -> Found:
    if data.startswith(b"PK\x03\x04"):
        return _from_zip(open_archive(data, limits), limits)
    if data.startswith(b"SQLite format 3\0"):
        from rsiwg.intake.geopackage import from_geopackage  # noqa: PLC0415 - sqlite3 only where it is needed

        return from_geopackage(data, limits)
    if data.startswith(b"fgb\x03"):
        from rsiwg.intake.flatgeobuf import from_flatgeobuf  # noqa: PLC0415 - read only where it is needed

        return from_flatgeobuf(data, limits)
    if data.startswith(b"PAR1"):
        from rsiwg.intake.geoparquet import from_geoparquet  # noqa: PLC0415 - read only where it is needed

        return from_geoparquet(data, limits)
    if data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        from rsiwg.intake.geotiff import from_geotiff  # noqa: PLC0415 - read only where it is needed

        return from_geotiff(data, limits)
    return _from_text(data, limits, from_text)


def _from_zip(archive: Archive, limits: Limits) -> Found:
    endings = {name.lower().rpartition(".")[2] for name in archive.names}
    if {"shp", "kml"} <= endings:
        raise InvalidGeometry("the archive holds both a Shapefile and a KML: send one of them")
    if "shp" in endings:
        return from_shapefiles(archive, limits)
    if "kml" in endings:
        return from_kmz(archive, limits)
    raise InvalidGeometry(
        missing_parts(archive)
        or "the archive holds neither a Shapefile nor a KML: send other formats as they are, without zipping them"
    )


def _from_text(data: bytes, limits: Limits, from_text: _TextReader) -> Found:
    for magic, what in _NOT_TAKEN.items():
        if data.startswith(magic):
            raise InvalidGeometry(f"this is {what}, which holds no area: send {TAKEN}")
    if data.startswith(b"\0\0\x27\x0a"):
        raise InvalidGeometry("this is one part of a Shapefile: send .shp and .prj together in a zip")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _from_utf16(data, limits)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return from_kml(data.lstrip(), limits)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InvalidGeometry(
            f"this is not text in UTF-8 (byte {exc.start + 1}) and no format taken here: send {TAKEN}"
        ) from None
    if "\0" in text:
        raise InvalidGeometry(f"this is neither text nor a format taken here: send {TAKEN}")
    return from_text(text, limits)


def _from_utf16(data: bytes, limits: Limits) -> Found:
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError:
        raise InvalidGeometry(f"this is neither text nor a format taken here: send {TAKEN}") from None
    if text.lstrip().startswith("<"):
        return from_kml(data, limits)
    raise InvalidGeometry("this text is in UTF-16: save it as UTF-8")
