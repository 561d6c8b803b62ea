"""The ground that a raster's valid pixels cover."""

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.enums import MaskFlags
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
    cell = max(1, -(-max(width, height) // CELLS))
    grid = _cells(raster, cell)
    if not grid.any():
        raise InvalidImage(f"{name} holds no valid pixel: there is nothing to judge")
    found = []
    for geometry, _ in shapes(grid.astype(np.uint8), mask=grid, connectivity=4):
        shell, *holes = (np.minimum(np.array(r) * cell, (width, height)) for r in geometry["coordinates"])
        found.append(Polygon(shell, holes))
    whole = shapely.union_all(found)
    parts = [p for p in shapely.get_parts(whole) if isinstance(p, Polygon)]
    return _on_earth(parts, max(width, height), ground, name), float(cell)


def _cells(raster: DatasetReader, cell: int) -> Mask:
    width, height = int(raster.width), int(raster.height)
    columns = -(-width // cell)
    grid = np.zeros((-(-height // cell), columns), dtype=bool)
    tall = max(1, int(raster.block_shapes[0][0]) // cell, 512 // cell) * cell
    for top in range(0, height, tall):
        rows = min(tall, height - top)
        valid = valid_pixels(raster, Window(0, top, width, rows))
        padded = np.zeros((-(-rows // cell) * cell, columns * cell), dtype=bool)
        padded[:rows, :width] = valid
        held = padded.reshape(-1, cell, columns, cell).any(axis=(1, 3))
        grid[top // cell : top // cell + held.shape[0]] = held
    return grid


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
