"""The ground that a raster's valid pixels cover."""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.features import shapes
from rasterio.io import DatasetReader
from rasterio.windows import Window
from shapely import MultiPolygon, Polygon

from rsiwg.errors import InvalidGeometry, InvalidImage
from rsiwg.geometry import Area, normalise_shape
from rsiwg.imagery.ground import Ground

CELLS = 1024
"""Valid pixels are looked for in at most so many cells along the longer side; a cell with any of them counts as valid."""

_EDGE_PARTS = 64
"""A side of the raster is bent in at least so many places, since it is straight in pixels and not in longitude and latitude."""

_LOSSY = ("jpeg", "webp", "jpeg2000", "lerc", "ycbcr jpeg")
_LOSSY_SHARE = 0.08
"""Of the range of whole numbers: how far a lossy compression may take a black or white pixel from its fill."""

_SMEAR_PX = 3
"""Overview pixels that resampling may carry a value beyond the edge of what is valid."""

Mask = NDArray[np.bool_]


def all_valid(raster: DatasetReader) -> bool:
    """Whether nothing in the file says that a pixel may be empty.  NaN does, in a raster of floats."""
    floats = any(np.dtype(kind).kind in "fc" for kind in raster.dtypes if kind != "complex_int16")
    return not floats and all(MaskFlags.all_valid in flags for flags in raster.mask_flag_enums)


def valid_pixels(raster: DatasetReader, window: Window) -> Mask:
    """Which pixels of a window hold data in any band."""
    valid: Mask = raster.dataset_mask(window=window).astype(bool)
    for band, kind in enumerate(raster.dtypes, start=1):
        if kind != "complex_int16" and np.dtype(kind).kind in "fc" and raster.nodata is None:
            finite = np.isfinite(raster.read(band, window=window))
            valid = valid & finite if band == 1 else valid | finite
    return valid


def footprint(raster: DatasetReader, ground: Ground, name: str) -> tuple[Area, float]:
    """The outline of the valid pixels, never smaller than they are, and how many pixels it may be wider.

    Raises:
        InvalidImage: no pixel is valid, or the outline leaves the Earth.
    """
    width, height = int(raster.width), int(raster.height)
    if all_valid(raster):
        return _on_earth([shapely.box(0, 0, width, height)], max(width, height), ground, name), 0.0
    grid, cell = _cells(raster, valid_pixels)
    if not grid.any():
        raise InvalidImage(f"{name} holds no valid pixel: there is nothing to judge")
    return _outline(grid, cell, raster, ground, name), float(cell)


def hidden(raster: DatasetReader, ground: Ground, name: str) -> Area | None:
    """The outline of pixels that a mask or an alpha band calls empty although they hold a picture; None where there are none.

    Whoever reads the bands sees them all the same.
    """
    if not any(MaskFlags.per_dataset in flags for flags in raster.mask_flag_enums):
        return None
    grid, cell = _cells(raster, _hidden_pixels)
    return _outline(grid, cell, raster, ground, name) if grid.any() else None


def hidden_in_overview(small: DatasetReader, raster: DatasetReader, ground: Ground, name: str) -> Area | None:
    """The outline of what an overview still shows where the raster itself is empty; `ground` is the overview's."""
    if all_valid(raster):
        return None

    def left_over(overview: DatasetReader, window: Window) -> Mask:
        pictured = np.zeros((int(window.height), int(window.width)), dtype=bool)
        for band in range(1, overview.count + 1):
            if overview.colorinterp[band - 1] is not ColorInterp.alpha:
                pictured |= _differs_from_a_fill(overview, band, overview.read(band, window=window))
        return pictured & ~_any_valid_below(raster, overview, window) if pictured.any() else pictured

    grid, cell = _cells(small, left_over)
    return _outline(grid, cell, small, ground, name) if grid.any() else None


def _any_valid_below(raster: DatasetReader, small: DatasetReader, window: Window) -> Mask:
    """Which pixels of a window of an overview have a valid pixel of the raster below them, or near enough to smear in."""
    down, across = raster.height / small.height, raster.width / small.width
    rows, columns = (
        np.clip(np.arange(start - _SMEAR_PX, start + count + _SMEAR_PX + 1), 0, most)
        for start, count, most in (
            (int(window.row_off), int(window.height), small.height),
            (int(window.col_off), int(window.width), small.width),
        )
    )
    tops, lefts = np.floor(rows * down).astype(int), np.floor(columns * across).astype(int)
    area = Window(lefts[0], tops[0], raster.width - lefts[0], raster.height - tops[0]).intersection(
        Window(lefts[0], tops[0], lefts[-1] - lefts[0], tops[-1] - tops[0])
    )
    valid = valid_pixels(raster, area)
    counts = np.pad(valid.cumsum(0, dtype=np.int64).cumsum(1), ((1, 0), (1, 0)))
    r, c = tops - tops[0], lefts - lefts[0]
    wide = 2 * _SMEAR_PX + 1
    sums = (
        counts[np.ix_(r[wide:], c[wide:])] - counts[np.ix_(r[:-wide], c[wide:])]
        - counts[np.ix_(r[wide:], c[:-wide])] + counts[np.ix_(r[:-wide], c[:-wide])]
    )  # fmt: skip
    return np.asarray(sums > 0)


def _hidden_pixels(raster: DatasetReader, window: Window) -> Mask:
    empty = ~valid_pixels(raster, window)
    pictured = np.zeros_like(empty)
    for band in range(1, raster.count + 1) if empty.any() else ():
        if raster.colorinterp[band - 1] is not ColorInterp.alpha:
            pictured |= _differs_from_a_fill(raster, band, raster.read(band, window=window))
    return empty & pictured


def _differs_from_a_fill(raster: DatasetReader, band: int, values: NDArray[Any]) -> Mask:
    """Whether pixels are neither black, nor white, nor the nodata value, within what a lossy compression adds."""
    whole = values.dtype.kind in "iu"
    most = float(np.iinfo(values.dtype).max) if whole else np.inf
    slack = _LOSSY_SHARE * most if whole and raster.profile.get("compress") in _LOSSY else 0.0
    level = np.abs(np.nan_to_num(values.astype(np.complex128 if np.iscomplexobj(values) else np.float64)))
    differs: Mask = (level > slack) & (level < most - slack)
    nodata = raster.nodatavals[band - 1]
    return differs if nodata is None else differs & (values != nodata)


def _outline(grid: Mask, cell: int, raster: DatasetReader, ground: Ground, name: str) -> Area:
    width, height = int(raster.width), int(raster.height)
    found = []
    for geometry, _ in shapes(grid.astype(np.uint8), mask=grid, connectivity=4):
        shell, *holes = (np.minimum(np.array(r) * cell, (width, height)) for r in geometry["coordinates"])
        found.append(Polygon(shell, holes))
    whole = shapely.union_all(found)
    parts = [p for p in shapely.get_parts(whole) if isinstance(p, Polygon)]
    return _on_earth(parts, max(width, height), ground, name)


def _cells(raster: DatasetReader, chosen: Callable[[DatasetReader, Window], Mask]) -> tuple[Mask, int]:
    """The cells that hold a chosen pixel, and their side in pixels."""
    width, height = int(raster.width), int(raster.height)
    cell = max(1, -(-max(width, height) // CELLS))
    columns = -(-width // cell)
    grid = np.zeros((-(-height // cell), columns), dtype=bool)
    tall = max(1, int(raster.block_shapes[0][0]) // cell, 512 // cell) * cell
    for top in range(0, height, tall):
        rows = min(tall, height - top)
        padded = np.zeros((-(-rows // cell) * cell, columns * cell), dtype=bool)
        padded[:rows, :width] = chosen(raster, Window(0, top, width, rows))
        held = padded.reshape(-1, cell, columns, cell).any(axis=(1, 3))
        grid[top // cell : top // cell + held.shape[0]] = held
    return grid, cell


def _on_earth(parts: list[Polygon], longest: int, ground: Ground, name: str) -> Area:
    bent = [shapely.segmentize(part, max(1.0, longest / _EDGE_PARTS)) for part in parts]
    try:
        polygons = [
            Polygon(
                _ring(np.asarray(p.exterior.coords), ground, name),
                [_ring(np.asarray(r.coords), ground, name) for r in p.interiors],
            )
            for p in bent
        ]
        # Our own outline, made of cells: neighbours that meet in a corner may cross by a rounding error.
        sound = shapely.union_all([shapely.make_valid(p, method="structure") for p in polygons])
        surfaces = [p for p in shapely.get_parts(sound) if isinstance(p, Polygon)]
        return normalise_shape(MultiPolygon(surfaces)).area
    except (InvalidGeometry, ValueError, shapely.errors.GEOSException) as exc:
        raise InvalidImage(f"the outline of {name} on the Earth cannot be made out: {exc}") from None


def _ring(corners: NDArray[np.float64], ground: Ground, name: str) -> NDArray[np.float64]:
    lon, lat = ground.to_lonlat(corners[:, 0], corners[:, 1])
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise InvalidImage(
            f"the outline of {name} leaves the Earth (as a full-disk picture does): cut it to the ground first"
        )
    turns = np.concatenate([[0.0], np.round(np.diff(lon) / 360.0).cumsum()])
    lon = lon - 360.0 * turns
    if abs(lon[-1] - lon[0]) > 180:  # it winds round a pole: draw it down to there
        pole = 90.0 if lat.mean() > 0 else -90.0
        lon, lat = np.append(lon, [lon[-1], lon[0], lon[0]]), np.append(lat, [pole, pole, lat[0]])
    while lon.min() < -360:
        lon += 360.0
    while lon.max() > 360:
        lon -= 360.0
    return np.column_stack([lon, np.clip(lat, -90.0, 90.0)])
