"""Opening a raster that may be hostile: named drivers only, one file only, no network, stated limits."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader

from rsiwg.errors import InvalidImage, TooLarge
from rsiwg.settings import Limits

_DRIVERS = {
    b"II*\x00": "GTiff",
    b"MM\x00*": "GTiff",
    b"II+\x00": "GTiff",
    b"MM\x00+": "GTiff",
    b"\x00\x00\x00\x0c": "JP2OpenJPEG",
    b"\xffO\xffQ": "JP2OpenJPEG",
    b"NITF": "NITF",
    b"NSIF": "NITF",
}
"""By the first four bytes: GeoTIFF and COG, JPEG 2000, NITF.  VRT and everything that reads other files is left out."""

CACHE_BYTES = 32 * 2**20
"""What GDAL may keep of decoded blocks."""

GDAL = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "CPL_VSIL_CURL_USE_HEAD": "NO",
    "USE_RRD": "NO",
    "GDAL_CACHEMAX": CACHE_BYTES,
    "GDAL_NUM_THREADS": "ALL_CPUS",
    "GDAL_TIFF_INTERNAL_MASK": "YES",
}
"""Nothing beside the file is looked for, on disk or on a network; a sidecar is read by `metadata`, by name."""


@contextmanager
def opened(path: Path, limits: Limits, overview: int | None = None) -> Iterator[DatasetReader]:
    """Open a raster for reading, or one of its overviews, numbered from 0, as a raster of its own.

    Raises:
        InvalidImage: not a regular file, not of a kind taken, or damaged; also when reading fails later on.
        TooLarge: more pixels, or more bytes in one block, than the limits allow.
    """
    if not path.is_file():
        raise InvalidImage(f"{path} is not a file: give a GeoTIFF, JPEG 2000 or NITF file on this machine")
    with warnings.catch_warnings(), rasterio.Env(**GDAL):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            level = {} if overview is None else {"OVERVIEW_LEVEL": overview}
            with rasterio.open(path.resolve(), driver=_driver(path), sharing=False, **level) as raster:
                _refuse_oversize(raster, path, limits)
                yield raster
        except (RasterioError, CPLE_BaseError, MemoryError, UnicodeError) as exc:
            raise InvalidImage(_why(path, exc)) from None


def _driver(path: Path) -> str:
    with path.open("rb") as file:
        found = _DRIVERS.get(file.read(4))
    if found is None:
        raise InvalidImage(
            f"{path.name} is neither a GeoTIFF, nor JPEG 2000, nor NITF: export it as a GeoTIFF"
        )
    return found


def _why(path: Path, exc: BaseException) -> str:
    said = str(exc)
    if "not recognized" in said or "No such file" in said or "not in allowed" in said.lower():
        return (
            f"{path.name} cannot be opened as GeoTIFF, JPEG 2000 or NITF: it is damaged, or of another kind"
        )
    return f"{path.name} is damaged: a part of it cannot be read ({said.splitlines()[0][:160] if said else type(exc).__name__}); ask for it again"


def _refuse_oversize(raster: DatasetReader, path: Path, limits: Limits) -> None:
    pixels = int(raster.width) * int(raster.height)
    if pixels * max(1, raster.count) > limits.max_image_pixels:
        raise TooLarge(
            f"{path.name} has {raster.width:,} x {raster.height:,} pixels in {raster.count} bands, over the limit of "
            f"{limits.max_image_pixels:,} (max_image_pixels): cut it into parts"
        )
    if raster.subdatasets:
        raise InvalidImage(
            f"{path.name} holds {len(raster.subdatasets)} pictures, and only the first would be judged: give each as a file of its own"
        )
    if raster.count == 0:
        raise InvalidImage(f"{path.name} holds no band")
    for (rows, columns), kind in zip(raster.block_shapes, raster.dtypes, strict=True):
        size = rows * columns * bytes_of(kind)
        if size > limits.max_image_block_bytes:
            raise TooLarge(
                f"{path.name} is stored in blocks of {rows:,} x {columns:,} pixels ({size:,} bytes), over the limit of "
                f"{limits.max_image_block_bytes:,} (max_image_block_bytes): write it in tiles"
            )


def bytes_of(kind: str) -> int:
    """Of one pixel of a band, by the name of its type."""
    return 4 if kind == "complex_int16" else int(np.dtype(kind).itemsize)
