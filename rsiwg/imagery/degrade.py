"""Taking detail out of pixels for good, and telling whether it is out.

A piece is resampled to coarser pixels behind a low-pass filter and written back on its old grid, so that what is left holds
nothing finer than the coarser pixels could.  The filter is a Kaiser-windowed sinc (J. F. Kaiser, 1974; A. V. Oppenheim
and R. W. Schafer, Discrete-Time Signal Processing, section 7.5.3), whose stop band begins at half the coarser sampling rate.
"""

import functools
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.io import DatasetReader
from rasterio.windows import Window
from shapely import MultiPolygon
from shapely.affinity import translate

from rsiwg.geometry import Area
from rsiwg.imagery.ground import Ground

Floats = NDArray[np.float32]
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
_MOST_WINDOWS = 24
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


def is_degraded(
    raster: DatasetReader,
    ground: Ground,
    area: Area,
    box: tuple[int, int, int, int],
    factors: tuple[float, float],
) -> bool:
    """Whether the pixels of an area hold no detail finer than `factors` (rows, columns) pixels.

    The power just beyond the coarse pixels' limit is compared with that well within it, over windows inside the area.
    An area too small for one window cannot be told, and counts as not degraded.
    """
    if max(factors) <= 1.0:
        return True
    piece = in_pixels(area, ground)
    left, top, right, bottom = box
    inner = shapely.buffer(piece, -2.0)
    places = [
        (column, row)
        for row in range(top, bottom - _WINDOW + 1, _WINDOW)
        for column in range(left, right - _WINDOW + 1, _WINDOW)
        if inner.contains(shapely.box(column, row, column + _WINDOW, row + _WINDOW))
    ]
    if not places:
        return False
    step = -(-len(places) // _MOST_WINDOWS)
    beyond = within = noise = 0.0
    for column, row in places[::step]:
        window = Window(column, row, _WINDOW, _WINDOW)
        for band in range(1, raster.count + 1):
            over, under, floor = _powers(raster.read(band, window=window), factors)
            beyond, within, noise = beyond + over, within + under, noise + floor
    return beyond <= _STOP * within + 2 * noise


def _powers(values: NDArray[Any], factors: tuple[float, float]) -> tuple[float, float, float]:
    """Mean power beyond the limit of the coarse pixels, well within it, and what rounding to whole numbers adds."""
    hann = np.hanning(_WINDOW)
    level = np.nan_to_num(np.asarray(values, dtype=np.complex128))
    power = np.abs(np.fft.fft2((level - level.mean()) * np.outer(hann, hann))) ** 2
    frequencies = np.abs(np.fft.fftfreq(_WINDOW))
    down, across = frequencies[:, None] * factors[0], frequencies[None, :] * factors[1]
    furthest = np.maximum(
        down if factors[0] > 1 else 0 * across + 0 * down, across if factors[1] > 1 else 0 * down
    )
    over = power[furthest > 0.55]  # of the coarse sampling rate; 0.5 is the limit
    under = power[(furthest > 0.15) & (furthest < 0.3)]
    rounding = (np.outer(hann, hann) ** 2).sum() / 12 if values.dtype.kind in "iu" else 0.0
    return (
        float(over.mean()) if over.size else 0.0,
        float(under.mean()) if under.size else 0.0,
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
