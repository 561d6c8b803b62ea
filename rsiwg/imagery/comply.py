"""The compliant copy of a raster: a new file in which only the offending pieces differ."""

import errno
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader, DatasetWriter
from rasterio.windows import Window
from shapely import MultiPolygon

from rsiwg.errors import InvalidImage
from rsiwg.geometry import Area, padded, to_geojson
from rsiwg.imagery.degrade import degraded, in_pixels, operator, touched
from rsiwg.imagery.footprint import all_valid, valid_pixels
from rsiwg.imagery.ground import Ground, ground_of
from rsiwg.imagery.metadata import stated
from rsiwg.imagery.opening import CACHE_BYTES, GDAL, bytes_of, opened
from rsiwg.imagery.scene import TAGS, pixel_box, sha256_of, spacing_in
from rsiwg.settings import Limits

_TILE = 512
_STRIP_BYTES = 12 * 2**20
"""About so many bytes of pixels are worked on at once."""

KEPT_TAGS = (
    "AREA_OR_POINT",
    "TIFFTAG_DATETIME",
    "ACQUIRED_ON",
    "ACQUISITION_DATE",
    "MODALITY",
    "SATELLITE",
    "SATELLITEID",
)
"""Tags that stay true of the copy.  Statistics, histograms and everything else that could speak of the original go."""


NOTHING_LEFT = "nothing would be left: every valid pixel lies in an offending piece"

_COMPRESSION = {"compress": "deflate", "zlevel": "6", "num_threads": "all_cpus"}


class Method(StrEnum):
    """What is done inside an offending piece."""

    DEGRADE = "degrade"
    """Resampled to the finest resolution allowed."""
    MASK = "mask"
    """Emptied."""
    CLIP = "clip"
    """Emptied, and the raster cut down to what is left."""


@attrs.frozen(kw_only=True)
class Change:
    """An offending piece and the finest resolution allowed in it, metres; None: nothing may be shown there."""

    area: Area
    finest_m: float | None
    why: str = ""
    """Why it is emptied and not degraded, where a number would allow that; a clause."""


@attrs.frozen(kw_only=True)
class Complied:
    """What was written."""

    changed_px: int
    """Pixels inside the offending pieces."""
    width: int
    height: int
    sha256: str
    """Of the new file."""


@attrs.frozen(kw_only=True)
class _Piece:
    pixels: MultiPolygon
    box: tuple[int, int, int, int]
    factors: tuple[float, float] | None
    """Coarse by fine pixel, (rows, columns); None: emptied."""


def comply(
    source: Path,
    target: Path,
    changes: Sequence[Change],
    *,
    method: Method,
    limits: Limits,
    provenance: Mapping[str, str],
    overviews: bool = True,
) -> Complied:
    """Write a copy, as a COG (without overviews: as a tiled GeoTIFF), in which the pieces are degraded or emptied and every other pixel is as it was.

    Always a new file: a rewrite in place would leave the original's tiles in it.  It is written beside its place and
    moved there when it is whole.

    Raises:
        InvalidImage: the source cannot be read, the target is the source or no file, or nothing would be left.
        TooLarge: over a limit.
        OSError: the target cannot be written.
    """
    _refuse_place(target, source)
    plain, whole = (
        target.with_name(f".{target.name}.{os.getpid()}.{part}") for part in ("plain.tif", "cog.tif")
    )
    try:
        with opened(source, limits) as raster:
            ground = ground_of(raster, source.name, stated(raster, source).rpcs)
            pieces = [_piece(c, ground, raster, source, limits, method) for c in changes]
            if ColorInterp.palette in raster.colorinterp and any(piece.factors for piece in pieces):
                raise InvalidImage(
                    f"{source.name} holds numbers of colours in a palette, which cannot be averaged: expand it to red, green and "
                    "blue first, or mask or clip it"
                )
            frame = (
                _frame(raster, pieces) if method is Method.CLIP else Window(0, 0, raster.width, raster.height)
            )
            changed = _write(raster, plain, pieces, frame, compressed=not overviews)
            tags = _provenance(provenance, changes, method)
            with _writing(plain), rasterio.open(plain, "r+") as copy:
                copy.update_tags(**{k: v for k, v in raster.tags().items() if k in KEPT_TAGS})
                copy.update_tags(**{f"{TAGS}{name}": value for name, value in tags.items()})
        with _writing(whole):
            if overviews:
                _to_cog(plain, whole)
                _read_back(whole, plain)
            else:
                plain.replace(whole)
                _read_back(whole, whole)
        with whole.open("rb+") as file:
            os.fsync(file.fileno())
        digest = sha256_of(whole)
        whole.replace(target)
    finally:
        for left in (
            plain,
            whole,
            plain.with_name(plain.name + ".msk"),
            whole.with_name(whole.name + ".aux.xml"),
        ):
            left.unlink(missing_ok=True)
    return Complied(changed_px=changed, width=int(frame.width), height=int(frame.height), sha256=digest)


def _refuse_place(target: Path, source: Path) -> None:
    if not target.name:
        raise InvalidImage("the copy has no name: give one, such as out.tif")
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder: make it first", str(target.parent))
    if not target.exists():
        return
    if target.samefile(source):
        raise InvalidImage(f"{target} is the scene itself: give another name, the original is never changed")
    if not target.is_file():
        raise InvalidImage(f"{target} is a folder or a device, and no file: give another name")


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    """What goes wrong here is the fault of the place that is written to, and not of the scene."""
    try:
        yield
    except (RasterioError, CPLE_BaseError) as exc:
        why = str(exc.__cause__ or exc).partition("\n")[0][:160]
        said = f"cannot be written ({why}): is there room, and may you write there?"
        raise OSError(errno.EIO, said, str(file.parent)) from None


def _read_back(whole: Path, plain: Path) -> None:
    """A full disk is not always told when a file is closed: what was written is read, and must be what was meant."""
    with rasterio.Env(**GDAL), rasterio.open(plain) as meant, rasterio.open(whole) as copy:
        for window in _strips(copy, Window(0, 0, copy.width, copy.height)):
            wanted, found = meant.read(window=window), copy.read(window=window)
            if not np.array_equal(wanted.view(np.uint8), found.view(np.uint8)):
                raise OSError(
                    errno.EIO, "what was written is not what was meant: is there room?", str(whole.parent)
                )


def _piece(
    change: Change, ground: Ground, raster: DatasetReader, source: Path, limits: Limits, method: Method
) -> _Piece:
    area = padded(change.area)
    factors = None
    if method is Method.DEGRADE and change.finest_m is not None:
        here = spacing_in(source, limits, area)
        factors = (max(1.0, change.finest_m / here.row_m), max(1.0, change.finest_m / here.column_m))
    return _Piece(
        pixels=in_pixels(area, ground),
        box=pixel_box(ground, area, int(raster.width), int(raster.height)),
        factors=factors,
    )


def _provenance(given: Mapping[str, str], changes: Sequence[Change], method: Method) -> dict[str, str]:
    degraded_pieces = [
        {"resolution_m": c.finest_m, "area": to_geojson(padded(Area(MultiPolygon([part]))))}
        for c in changes
        for part in c.area.geoms  # each is measured for itself
        if method is Method.DEGRADE and c.finest_m is not None
    ]
    return {**given, "METHOD": str(method), "PIECES": json.dumps(degraded_pieces, separators=(",", ":"))}


def _frame(raster: DatasetReader, pieces: Sequence[_Piece]) -> Window:
    """The smallest window that holds every valid pixel outside the pieces."""
    width, height = int(raster.width), int(raster.height)
    columns, rows = np.zeros(width, bool), np.zeros(height, bool)
    for window in _strips(raster, Window(0, 0, width, height)):
        left = _valid(raster, window) & ~_any_touched(pieces, window)
        columns |= left.any(axis=0)
        rows[int(window.row_off) : int(window.row_off + window.height)] |= left.any(axis=1)
    if not columns.any():
        raise InvalidImage(NOTHING_LEFT)
    if raster.transform.is_identity:
        return Window(0, 0, width, height)  # control points and coefficients count pixels from the old corner
    first, last = (int(v) for v in np.flatnonzero(columns)[[0, -1]])
    top, bottom = (int(v) for v in np.flatnonzero(rows)[[0, -1]])
    return Window(first, top, last - first + 1, bottom - top + 1)


def _write(
    raster: DatasetReader, plain: Path, pieces: Sequence[_Piece], frame: Window, *, compressed: bool
) -> int:
    """Every strip of the frame, changed where a piece touches it; the pixels changed."""
    empties = any(piece.factors is None for piece in pieces)
    alpha = next((n for n, c in enumerate(raster.colorinterp, start=1) if c is ColorInterp.alpha), None)
    masked = any(MaskFlags.per_dataset in f and MaskFlags.alpha not in f for f in raster.mask_flag_enums)
    hides = masked or alpha is not None
    needs_mask = masked or (empties and raster.nodata is None and alpha is None)
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "width": int(frame.width),
        "height": int(frame.height),
        "count": raster.count,
        "dtype": raster.dtypes[0],
        "crs": raster.crs,
        "nodata": raster.nodata,
        "tiled": True,
        "blockxsize": _TILE,
        "blockysize": _TILE,
        "BIGTIFF": "IF_SAFER",
        "interleave": "pixel" if raster.count > 1 else "band",
        **(_COMPRESSION if compressed else {"compress": "none"}),
    }
    if not raster.transform.is_identity:
        profile["transform"] = rasterio.windows.transform(frame, raster.transform)
    changed, left = 0, False
    with _writing(plain):
        copy = rasterio.open(plain, "w", **profile)
    try:
        if raster.transform.is_identity:
            _place_like(raster, copy)
        _describe_like(raster, copy)
        with ThreadPoolExecutor(1) as ahead:
            strips = list(_strips(raster, frame))
            coming = ahead.submit(raster.read, window=strips[0]) if strips else None
            for n, window in enumerate(strips):
                assert coming is not None
                pixels = coming.result()
                keep = _valid(raster, window)
                if hides:  # else what lies under the mask goes along, as it was
                    _empty(raster, pixels, ~keep, alpha)
                changed += _changed(raster, pixels, pieces, window, keep, alpha)
                emptied = _any_touched([p for p in pieces if p.factors is None], window)
                left = left or bool((keep & ~emptied).any())
                if n + 1 < len(strips):
                    coming = ahead.submit(raster.read, window=strips[n + 1])
                there = Window(0, int(window.row_off - frame.row_off), int(window.width), int(window.height))
                with _writing(plain):
                    copy.write(pixels, window=there)
                    if needs_mask:
                        copy.write_mask(keep & ~emptied, window=there)
    finally:
        with _writing(plain):
            copy.close()
    if not left:
        raise InvalidImage(NOTHING_LEFT)
    return changed


def _describe_like(raster: DatasetReader, copy: DatasetWriter) -> None:
    """What the numbers mean: colours, names, scales and units of the bands."""
    copy.colorinterp = raster.colorinterp
    copy.descriptions = raster.descriptions
    copy.scales, copy.offsets = raster.scales, raster.offsets
    copy.units = [unit or "" for unit in raster.units]
    if ColorInterp.palette in raster.colorinterp:
        copy.write_colormap(1, raster.colormap(1))


def _place_like(raster: DatasetReader, copy: DatasetWriter) -> None:
    points, crs = raster.gcps
    if points:
        copy.gcps = (points, crs)
    if raster.rpcs is not None:
        copy.rpcs = raster.rpcs


def _changed(
    raster: DatasetReader,
    pixels: NDArray[Any],
    pieces: Sequence[_Piece],
    window: Window,
    valid: NDArray[np.bool_],
    alpha: int | None,
) -> int:
    """Change `pixels` in place; the finer pieces first, so that where two meet the coarser one holds."""
    done = np.zeros(pixels.shape[1:], dtype=bool)
    for piece in sorted(pieces, key=lambda p: (p.factors is None, p.factors or (0.0, 0.0))):
        hit = _touched(piece, window)
        if hit is None:
            continue
        done |= hit
        if piece.factors is None:
            _empty(raster, pixels, hit, alpha)
        elif max(piece.factors) > 1:
            _degrade(raster, pixels, piece.factors, window, hit, alpha)
    return int((done & valid).sum())


def _empty(raster: DatasetReader, pixels: NDArray[Any], where: NDArray[np.bool_], alpha: int | None) -> None:
    fill = 0 if raster.nodata is None else raster.nodata
    pixels[:, where] = np.asarray(fill).astype(pixels.dtype)
    if alpha is not None:
        pixels[alpha - 1, where] = 0


def _degrade(
    raster: DatasetReader,
    pixels: NDArray[Any],
    factors: tuple[float, float],
    window: Window,
    hit: NDArray[np.bool_],
    alpha: int | None,
) -> None:
    left, top = int(window.col_off), int(window.row_off)
    for row in range(0, hit.shape[0], _TILE):
        for column in range(0, hit.shape[1], _TILE):
            part = (slice(row, row + _TILE), slice(column, column + _TILE))
            here = hit[part]
            if not here.any():
                continue
            r0, r1, down = operator(top + row, here.shape[0], raster.height, factors[0])
            c0, c1, across = operator(left + column, here.shape[1], raster.width, factors[1])
            round_it = Window(c0, r0, c1 - c0, r1 - r0)
            values = raster.read(window=round_it)
            for band in range(raster.count):
                if band + 1 == alpha:
                    continue
                valid = _held(raster, band + 1, values[band], round_it)
                kept = valid[top + row - r0 :, left + column - c0 :][: here.shape[0], : here.shape[1]] & here
                smooth = _not_nodata(degraded(values[band], down, across, valid), raster.nodata)
                pixels[band][part][kept] = smooth[kept]


def _not_nodata(values: NDArray[Any], nodata: float | None) -> NDArray[Any]:
    """A degraded pixel must not turn into an empty one by chance."""
    if nodata is None or np.isnan(nodata):
        return values
    same = values == nodata
    if same.any():
        step = -1 if values.dtype.kind in "iu" and nodata >= np.iinfo(values.dtype).max else 1
        values = np.where(same, np.asarray(nodata + step).astype(values.dtype), values)
    return values


def _held(raster: DatasetReader, band: int, values: NDArray[Any], window: Window) -> NDArray[np.bool_]:
    """Which pixels of one band hold a number; another band may hold one where this one does not."""
    if all_valid(raster):
        return np.ones(values.shape, dtype=bool)
    return np.asarray(raster.read_masks(band, window=window).astype(bool) & np.isfinite(values))


def _valid(raster: DatasetReader, window: Window) -> NDArray[np.bool_]:
    if all_valid(raster):
        return np.ones((int(window.height), int(window.width)), dtype=bool)
    return valid_pixels(raster, window)


def _touched(piece: _Piece, window: Window) -> NDArray[np.bool_] | None:
    left, top, right, bottom = piece.box
    if top - 2 >= window.row_off + window.height or bottom + 2 <= window.row_off:
        return None
    if left - 2 >= window.col_off + window.width or right + 2 <= window.col_off:
        return None
    hit = touched(piece.pixels, window)
    return hit if hit.any() else None


def _any_touched(pieces: Sequence[_Piece], window: Window) -> NDArray[np.bool_]:
    hit = np.zeros((int(window.height), int(window.width)), dtype=bool)
    for piece in pieces:
        found = _touched(piece, window)
        if found is not None:
            hit |= found
    return hit


def _strips(raster: DatasetReader, frame: Window) -> list[Window]:
    """The frame in strips of whole tiles, each about `_STRIP_BYTES`."""
    row_bytes = int(frame.width) * raster.count * max(bytes_of(k) for k in raster.dtypes)
    tall = max(_TILE, _STRIP_BYTES // max(1, row_bytes) // _TILE * _TILE)
    top, bottom = int(frame.row_off), int(frame.row_off + frame.height)
    return [
        Window(int(frame.col_off), row, int(frame.width), min(tall, bottom - row))
        for row in range(top, bottom, tall)
    ]


def _to_cog(plain: Path, whole: Path) -> None:
    """Compressed, tiled, with overviews made from the changed pixels."""
    with rasterio.Env(**GDAL | {"GDAL_CACHEMAX": CACHE_BYTES // 4}), rasterio.open(plain) as copy:
        is_complex = any(k.startswith("complex") for k in copy.dtypes)
        options = {
            "COMPRESS": "DEFLATE",
            "LEVEL": "1",
            "PREDICTOR": "NO" if is_complex else "YES",
            "BLOCKSIZE": str(_TILE),
            "OVERVIEW_RESAMPLING": "NEAREST"
            if is_complex or ColorInterp.palette in copy.colorinterp
            else "AVERAGE",
            "NUM_THREADS": "ALL_CPUS",
            "BIGTIFF": "IF_SAFER",
        }
        rasterio.shutil.copy(copy, whole, driver="COG", **options)
