"""Taking detail out of pixels for good, and telling whether it is out.

A piece is resampled to coarser pixels behind a low-pass filter and written back on its old grid, so that what is left holds
nothing finer than the coarser pixels could.  The filter is a Kaiser-windowed sinc (J. F. Kaiser, 1974; A. V. Oppenheim
and R. W. Schafer, Discrete-Time Signal Processing, section 7.5.3), whose stop band begins at half the coarser sampling rate.
"""

import functools
import itertools
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.features import rasterize
from rasterio.io import DatasetReader
from rasterio.windows import Window
from shapely import MultiPolygon
from shapely.affinity import translate

from rsiwg.geometry import Area
from rsiwg.imagery.footprint import all_valid
from rsiwg.imagery.ground import Ground

Floats = NDArray[np.float32]
Floats64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

HALF_WIDTH = 6
"""Coarse pixels that the filter reaches either way."""
_BETA = 4.0
"""Of the Kaiser window: a stop band about 45 dB down."""
_CUTOFF = 0.8
"""Middle of the transition, as a share of half the coarse sampling rate; it ends about there."""

_EDGE_DEG = 0.002
"""Longest straight edge of a piece handed to a raster's own projection, degrees."""

_WINDOW = 64
"""Pixels along the sides of the windows in which detail is measured."""
_MOST_IN_HALF = 3.0
"""Windows of half the side tell coarse pixels of up to so many fine ones."""
_AT_ONCE = 64
"""Windows whose spectra are taken together."""
_COVERED = 0.5
"""Windows that cover less of an area than this do not speak for it."""
_STOP = 0.05
"""Detail just beyond the coarse pixels' limit, as a share of that well within it, from which a piece counts as not degraded.
In untouched pictures of the ground it is about a third, since their spectra fall with the square of the frequency."""


@functools.lru_cache(maxsize=128)  # the tiles of a row share one, and so do those of a column
def operator(first: int, count: int, total: int, factor: float) -> tuple[int, int, Floats]:
    """What turns the pixels [start, stop) of an axis into the degraded pixels [first, first + count) of it.

    Args:
        total: pixels of the whole axis; coarse pixel k covers [k * factor, (k + 1) * factor) of it.
        factor: coarse pixel by fine pixel, 1 or more.

    Returns:
        start, stop, and a matrix of shape (count, stop - start) whose rows sum to 1.
    """
    fine = np.arange(first, first + count) + 0.5
    coarse_total = max(1, int(np.ceil(total / factor)))
    low = max(0, int(np.floor(fine[0] / factor)) - HALF_WIDTH)
    high = min(coarse_total, int(np.ceil(fine[-1] / factor)) + HALF_WIDTH + 1)
    centres = (np.arange(low, high) + 0.5) * factor
    start = max(0, int(np.floor(centres[0] - HALF_WIDTH * factor)))
    stop = min(total, int(np.ceil(centres[-1] + HALF_WIDTH * factor)) + 1)
    source = np.arange(start, stop) + 0.5
    down = _kernel((source[None, :] - centres[:, None]) / factor, _CUTOFF)
    up = _kernel((fine[:, None] - centres[None, :]) / factor, 1.0)
    whole = _rows_to_one(up) @ _rows_to_one(down)
    return start, stop, whole.astype(np.float32)


def degraded(values: NDArray[Any], rows: Floats, columns: Floats, valid: Mask) -> NDArray[Any]:
    """One band of a window, degraded: `rows` and `columns` are the operators of its axes.

    Invalid pixels are filled from their neighbours beforehand, so that they neither leak in nor leave gaps.
    """
    filled = values if valid.all() else _filled(values, valid)
    if np.iscomplexobj(filled):
        return np.asarray(rows @ filled @ columns.T, dtype=values.dtype)
    kind = (
        np.float64
        if values.dtype.itemsize > 4 or (values.dtype.kind in "iu" and values.dtype.itemsize == 4)
        else np.float32
    )
    smooth = rows.astype(kind) @ filled.astype(kind) @ columns.T.astype(kind)
    if values.dtype.kind in "iu":
        info = np.iinfo(values.dtype)
        smooth = np.clip(np.rint(smooth), info.min, info.max)
    return np.asarray(smooth, dtype=values.dtype)


def in_pixels(area: Area, ground: Ground) -> MultiPolygon:
    """An area in columns and rows of a raster; its edges, straight in longitude and latitude, are cut short first."""

    def there(places: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(ground.to_pixel(places[:, 0], places[:, 1]))

    moved = shapely.transform(shapely.segmentize(area, _EDGE_DEG), there)
    sound = shapely.make_valid(moved, method="structure")
    return (
        sound
        if isinstance(sound, MultiPolygon)
        else MultiPolygon([p for p in shapely.get_parts(sound) if p.geom_type == "Polygon"])
    )


def touched(piece: MultiPolygon, window: Window) -> Mask:
    """The pixels of a window that a piece, in pixels, touches at all, and their neighbours."""
    height, width = int(window.height), int(window.width)
    # One pixel wider, so that an edge bent by the projection cannot leave a pixel out.
    wide = shapely.buffer(piece, 1.0, join_style="mitre", mitre_limit=2)
    local = translate(wide, -window.col_off, -window.row_off)
    box = shapely.box(0, 0, width, height)
    if not local.intersects(box):
        return np.zeros((height, width), dtype=bool)
    near = local.intersection(box.buffer(2.0))
    if near.is_empty:
        return np.zeros((height, width), dtype=bool)
    burnt = rasterize([(near, 1)], out_shape=(height, width), fill=0, all_touched=True, dtype="uint8")
    return np.asarray(burnt, dtype=bool)


def is_degraded(raster: DatasetReader, ground: Ground, area: Area, factors: tuple[float, float]) -> bool:
    """Whether the pixels of an area hold no detail finer than `factors` (rows, columns) pixels.

    In every window of the area the power just beyond the coarse pixels' limit is compared with that well within it: one
    window left sharp is enough to say no.  An area too small or too narrow for windows cannot be told, and counts as not
    degraded.
    """
    if max(factors) <= 1.0:
        return True
    places, size = windows_to_tell(raster, ground, area, factors)
    by_row = itertools.groupby(places, key=lambda place: place[1])
    return bool(places) and all(
        _all_smooth(raster, row, [column for column, _ in group], size, factors) for row, group in by_row
    )


def windows_to_tell(
    raster: DatasetReader, ground: Ground, area: Area, factors: tuple[float, float]
) -> tuple[list[tuple[int, int]], int]:
    """Where detail can be measured: (column, row) of square windows of valid pixels inside an area, row by row, and their side.

    None where they would cover too little of the area to speak for it.
    """
    piece = in_pixels(area, ground).intersection(shapely.box(0, 0, raster.width, raster.height))
    inner = shapely.buffer(in_pixels(area, ground), -2.0)
    for size in (_WINDOW, *([_WINDOW // 2] if max(factors) <= _MOST_IN_HALF else [])):
        places = _places(raster, inner, size)
        covered = shapely.union_all([shapely.box(c, r, c + size, r + size) for c, r in places])
        if places and covered.area >= _COVERED * piece.area:
            return places, size
    return [], _WINDOW


def _places(raster: DatasetReader, inner: shapely.Geometry, size: int) -> list[tuple[int, int]]:
    bounds = shapely.bounds(shapely.intersection(inner, shapely.box(0, 0, raster.width, raster.height)))
    if not np.isfinite(bounds).all():
        return []
    left, top, right, bottom = (int(v) for v in (*np.ceil(bounds[:2]), *np.floor(bounds[2:])))
    if right - left < size or bottom - top < size:
        return []
    columns, rows = (
        np.unique(
            np.append(np.arange(first, last - size + 1, size), last - size)
        )  # the last hugs the far edge
        for first, last in ((left, right), (top, bottom))
    )
    shapely.prepare(inner)
    found = []
    for row in rows:
        held = shapely.contains(inner, shapely.box(columns, row, columns + size, row + size))
        found += [
            (int(column), int(row))
            for column in columns[held]
            if all_valid(raster) or _all_held(raster, Window(int(column), int(row), size, size))
        ]
    return found


def _all_held(raster: DatasetReader, window: Window) -> bool:
    return bool(raster.read_masks(window=window).all() and np.isfinite(raster.read(window=window)).all())


def _all_smooth(
    raster: DatasetReader, row: int, columns: list[int], size: int, factors: tuple[float, float]
) -> bool:
    first = columns[0]
    strip = Window(first, row, columns[-1] + size - first, size)
    for band in range(1, raster.count + 1):
        if raster.colorinterp[band - 1] is ColorInterp.alpha:
            continue
        values = raster.read(band, window=strip)
        for start in range(0, len(columns), _AT_ONCE):
            some = [column - first for column in columns[start : start + _AT_ONCE]]
            windows = np.stack([values[:, column : column + size] for column in some])
            beyond, within, noise = _powers(windows, factors)
            if (beyond > _STOP * within + 2 * noise).any():
                return False
    return True


def _powers(windows: NDArray[Any], factors: tuple[float, float]) -> tuple[Floats64, Floats64, float]:
    """Mean power of each window beyond the limit of the coarse pixels and well within it, and what rounding to whole numbers adds."""
    size = windows.shape[-1]
    taper = np.outer(np.hanning(size), np.hanning(size))
    level = np.nan_to_num(windows.astype(np.complex128 if np.iscomplexobj(windows) else np.float64))
    power = np.abs(np.fft.fft2((level - level.mean(axis=(1, 2), keepdims=True)) * taper)) ** 2
    frequencies = np.abs(np.fft.fftfreq(size))
    down, across = np.meshgrid(frequencies * factors[0], frequencies * factors[1], indexing="ij")
    furthest = np.maximum(down if factors[0] > 1 else 0.0, across if factors[1] > 1 else 0.0)
    over = power[:, furthest > 0.55]  # of the coarse sampling rate; 0.5 is the limit
    under = power[:, (furthest > 0.15) & (furthest < 0.3)]
    rounding = (taper**2).sum() / 12 if windows.dtype.kind in "iu" else 0.0
    nothing = np.zeros(len(windows))
    return (
        over.mean(axis=1) if over.size else nothing,
        under.mean(axis=1) if under.size else nothing,
        float(rounding),
    )


def _kernel(distance: NDArray[np.float64], cutoff: float) -> NDArray[np.float64]:
    inside = np.clip(1 - (distance / HALF_WIDTH) ** 2, 0, None)
    window = np.where(np.abs(distance) <= HALF_WIDTH, np.i0(_BETA * np.sqrt(inside)) / np.i0(_BETA), 0.0)
    weights: NDArray[np.float64] = np.sinc(cutoff * distance) * window
    return weights


def _rows_to_one(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _filled(values: NDArray[Any], valid: Mask) -> NDArray[Any]:
    """Invalid pixels take the mean of the valid ones in ever larger squares round them."""
    kind = np.complex128 if np.iscomplexobj(values) else np.float64
    level, weight = np.where(valid, values, 0).astype(kind), valid.astype(np.float64)
    if not valid.any():
        return np.zeros_like(values)
    found, size = level.copy(), 2
    missing = ~valid
    while missing.any():
        sums, counts = _block_sums(level, size), _block_sums(weight, size)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.repeat(np.repeat(sums / counts, size, 0), size, 1)[
                : values.shape[0], : values.shape[1]
            ]
        held = np.repeat(np.repeat(counts > 0, size, 0), size, 1)[: values.shape[0], : values.shape[1]]
        now = missing & held
        found[now] = means[now]
        missing &= ~held
        size *= 2
    return found


def _block_sums(values: NDArray[Any], size: int) -> NDArray[Any]:
    rows, columns = (-(-n // size) * size for n in values.shape)
    padded = np.zeros((rows, columns), dtype=values.dtype)
    padded[: values.shape[0], : values.shape[1]] = values
    sums: NDArray[Any] = padded.reshape(rows // size, size, columns // size, size).sum(axis=(1, 3))
    return sums
