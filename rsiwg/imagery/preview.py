"""A small picture of a raster for pages and maps, never finer than a stated distance."""

from pathlib import Path

import attrs
import numpy as np
import shapely
import shapely.affinity
from numpy.typing import NDArray
from rasterio.control import GroundControlPoint
from rasterio.enums import Resampling
from rasterio.io import DatasetReader, MemoryFile
from rasterio.transform import Affine
from rasterio.warp import calculate_default_transform, reproject, transform_bounds
from rasterio.windows import Window

from rsiwg.geometry import Area, padded
from rsiwg.imagery.degrade import in_pixels, touched
from rsiwg.imagery.ground import Ground, ground_of, spacing
from rsiwg.imagery.metadata import stated
from rsiwg.imagery.opening import opened
from rsiwg.settings import Limits

_LONGEST_PX = 900
_MERCATOR = "EPSG:3857"
_STRETCH = (2.0, 98.0)


@attrs.frozen(kw_only=True)
class Preview:
    """A PNG in Web Mercator and where it lies."""

    png: bytes
    west: float
    south: float
    east: float
    north: float


@attrs.frozen(kw_only=True)
class Stretch:
    """Values shown as black and as white, band by band, so that two pictures can be compared."""

    low: tuple[float, ...]
    high: tuple[float, ...]


def preview(
    path: Path,
    limits: Limits,
    *,
    not_finer_than_m: float,
    stretch: Stretch | None = None,
    without: Area | None = None,
) -> tuple[Preview | None, Stretch]:
    """The picture, and the stretch it was drawn with; None where the raster is placed by coefficients only.

    Its pixels are at least `not_finer_than_m` apart everywhere, and `without` is left out of it, so that a picture of the
    original betrays nothing.
    """
    with opened(path, limits) as raster:
        ground = ground_of(raster, path.name, stated(raster, path).rpcs)
        width, height = int(raster.width), int(raster.height)
        across, down = np.meshgrid(np.linspace(0.5, width - 0.5, 9), np.linspace(0.5, height - 0.5, 9))
        finest_m = spacing(ground, across, down).finest_m
        step = max(1.0, max(width, height) / _LONGEST_PX, not_finer_than_m / finest_m)
        columns, rows = max(1, int(width / step)), max(1, int(height / step))
        bands = [1, 2, 3] if raster.count >= 3 else [1]
        small = raster.read(bands, out_shape=(len(bands), rows, columns), resampling=Resampling.average)
        shown = raster.dataset_mask(out_shape=(rows, columns), resampling=Resampling.nearest) > 0
        if without is not None:
            out = _left_out(without, ground, (width / columns, height / rows), shown)
            small, shown = np.where(out, 0, small), shown & ~out
        level = np.abs(small) if np.iscomplexobj(small) else small.astype(float)
        shown &= np.isfinite(level).all(axis=0)
        drawn_with = stretch or _stretch(level, shown)
        picture = _picture(level, shown, drawn_with)
        return _on_map(raster, picture, width / columns, height / rows), drawn_with


def _left_out(
    area: Area, ground: Ground, pixels: tuple[float, float], shown: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """The pixels of a picture, each so many of the raster's wide and high, that an area touches."""
    small = shapely.affinity.scale(
        in_pixels(padded(area), ground), 1 / pixels[0], 1 / pixels[1], origin=(0, 0)
    )
    rows, columns = shown.shape
    return touched(small, Window(0, 0, columns, rows))


def _stretch(level: NDArray[np.float64], shown: NDArray[np.bool_]) -> Stretch:
    low, high = [], []
    for band in level:
        values = band[shown]
        ends = np.percentile(values, _STRETCH) if values.size else np.array([0.0, 1.0])
        low.append(float(ends[0]))
        high.append(float(max(ends[1], ends[0] + 1e-9)))
    return Stretch(low=tuple(low), high=tuple(high))


def _picture(level: NDArray[np.float64], shown: NDArray[np.bool_], stretch: Stretch) -> NDArray[np.uint8]:
    """Red, green, blue, alpha; shape (4, rows, columns)."""
    scaled = [
        np.clip((np.nan_to_num(band) - low) / (high - low), 0, 1) * 255
        for band, low, high in zip(level, stretch.low, stretch.high, strict=True)
    ]
    colours = scaled if len(scaled) == 3 else [scaled[0]] * 3
    return np.stack([*colours, shown * 255.0]).astype(np.uint8)


def _on_map(raster: DatasetReader, picture: NDArray[np.uint8], across: float, down: float) -> Preview | None:
    rows, columns = picture.shape[1:]
    points, crs = raster.gcps
    if raster.crs is not None and not raster.transform.is_identity:
        placed = {"src_transform": raster.transform @ Affine.scale(across, down), "src_crs": raster.crs}
    elif points:
        scaled = [
            GroundControlPoint(row=p.row / down, col=p.col / across, x=p.x, y=p.y, z=p.z) for p in points
        ]
        placed = {"gcps": scaled, "src_crs": crs}
    else:
        return None
    if "gcps" in placed:
        transform, width, height = calculate_default_transform(
            crs, _MERCATOR, columns, rows, gcps=placed["gcps"]
        )
    else:
        corners = [placed["src_transform"] @ c for c in ((0, 0), (columns, 0), (0, rows), (columns, rows))]
        xs, ys = [c[0] for c in corners], [c[1] for c in corners]
        transform, width, height = calculate_default_transform(
            raster.crs, _MERCATOR, columns, rows, left=min(xs), bottom=min(ys), right=max(xs), top=max(ys)
        )
    warped = np.zeros((4, height, width), dtype=np.uint8)
    reproject(
        picture, warped, dst_transform=transform, dst_crs=_MERCATOR, resampling=Resampling.nearest, **placed
    )
    x0, y1 = transform @ (0, 0)
    x1, y0 = transform @ (width, height)
    west, south, east, north = transform_bounds(_MERCATOR, "EPSG:4326", x0, y0, x1, y1)
    with MemoryFile() as memory:
        with memory.open(driver="PNG", width=width, height=height, count=4, dtype="uint8") as png:
            png.write(warped)
        return Preview(png=memory.read(), west=west, south=south, east=east, north=north)
