"""One raster, read: where it lies, how fine it is on the ground, and what it says of itself."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import attrs
import numpy as np
from rasterio.io import DatasetReader

from rsiwg.errors import InvalidGeometry
from rsiwg.geometry import Area, join, normalise, padded
from rsiwg.imagery.degrade import is_degraded, windows_to_tell
from rsiwg.imagery.footprint import footprint, hidden, hidden_in_overview
from rsiwg.imagery.ground import Ground, Spacing, ground_of, spacing
from rsiwg.imagery.metadata import Stated, stated
from rsiwg.imagery.opening import opened
from rsiwg.settings import Limits

TAGS = "RSIWG_"
"""Begins the name of each provenance tag that a compliant copy carries; a tag domain of our own would not reach a COG."""

_SAMPLES = 17
"""Distances between pixels are taken at so many places along each side."""


@attrs.frozen(kw_only=True)
class DegradedPiece:
    """A piece that the tags call degraded, and whether the pixels bear that out."""

    area: Area
    resolution_m: float
    borne_out: bool


@attrs.frozen(kw_only=True)
class RasterScene:
    """A raster file as far as the rules ask."""

    name: str
    driver: str
    width: int
    height: int
    bands: int
    kinds: tuple[str, ...]
    """Data types of the bands."""
    ground: str
    """What places it on the Earth, in words."""
    outline: Area
    """Of the valid pixels."""
    hidden: Area | None
    """Of the pixels that a mask calls empty although they, or an overview, hold a picture; None: there are none."""
    wider_px: float
    """How many pixels the outline may be wider than they are."""
    spacing: Spacing
    stated: Stated
    overviews: tuple[int, ...]
    nodata: float | None
    sha256: str
    degraded: tuple[DegradedPiece, ...]


def read_scene(path: Path, limits: Limits) -> RasterScene:
    """Read a raster as a whole once, for its valid pixels and its hash.

    Raises:
        InvalidImage: it cannot be read, has no place on the Earth, or holds no valid pixel.
        TooLarge: over a limit.
    """
    with opened(path, limits) as raster:
        said = stated(raster, path)
        ground = ground_of(raster, path.name, said.rpcs)
        outline, wider_px = footprint(raster, ground, path.name)
        return RasterScene(
            name=path.name,
            driver=str(raster.driver),
            width=int(raster.width),
            height=int(raster.height),
            bands=int(raster.count),
            kinds=tuple(str(kind) for kind in raster.dtypes),
            ground=ground.source,
            outline=outline,
            hidden=_hidden(raster, ground, path, limits),
            wider_px=wider_px,
            spacing=spacing(ground, *_samples(0, 0, raster.width, raster.height)),
            stated=said,
            overviews=tuple(int(level) for level in raster.overviews(1)),
            nodata=None if raster.nodata is None else float(raster.nodata),
            sha256=sha256_of(path),
            degraded=tuple(_degraded(raster, ground, path, limits)),
        )


def spacing_in(path: Path, limits: Limits, area: Area) -> Spacing:
    """Distances between pixels in the part of a raster that holds an area."""
    with opened(path, limits) as raster:
        ground = ground_of(raster, path.name, stated(raster, path).rpcs)
        left, top, right, bottom = pixel_box(ground, area, int(raster.width), int(raster.height))
        return spacing(ground, *_samples(left, top, right, bottom))


def pixel_box(ground: Ground, area: Area, width: int, height: int) -> tuple[int, int, int, int]:
    """Columns and rows (left, top, right, bottom; the last two out) of a raster that hold an area."""
    # Local, since shapely is loaded with the rest of the room anyway.
    import shapely  # noqa: PLC0415

    corners = shapely.get_coordinates(shapely.segmentize(area, 0.05))
    columns, rows = ground.to_pixel(corners[:, 0], corners[:, 1])
    finite = np.isfinite(columns) & np.isfinite(rows)
    if not finite.any():
        return 0, 0, width, height
    columns, rows = columns[finite], rows[finite]
    left, right = np.clip([np.floor(columns.min()) - 1, np.ceil(columns.max()) + 1], 0, width)
    top, bottom = np.clip([np.floor(rows.min()) - 1, np.ceil(rows.max()) + 1], 0, height)
    if right <= left or bottom <= top:
        return 0, 0, width, height
    return int(left), int(top), int(right), int(bottom)


def _hidden(raster: DatasetReader, ground: Ground, path: Path, limits: Limits) -> Area | None:
    found = [hidden(raster, ground, path.name)]
    for number, _ in enumerate(raster.overviews(1)):
        with opened(path, limits, overview=number) as small:
            there = ground_of(small, path.name, stated(small, path).rpcs)
            found.append(hidden_in_overview(small, raster, there, path.name))
    areas = [area for area in found if area is not None]
    return join(areas) if areas else None


def provable(path: Path, limits: Limits, area: Area, resolution_m: float) -> tuple[Area, Area]:
    """The parts of an area in which degraded pixels can be told from others afterwards, and the parts too small for it."""
    import shapely  # noqa: PLC0415

    told: list[shapely.Polygon] = []
    not_told: list[shapely.Polygon] = []
    with opened(path, limits) as raster:
        ground = ground_of(raster, path.name, stated(raster, path).rpcs)
        for part in area.geoms:
            wide = padded(Area(shapely.MultiPolygon([part])))
            box = pixel_box(ground, wide, int(raster.width), int(raster.height))
            here = spacing(ground, *_samples(*box))
            factors = (resolution_m / here.row_m, resolution_m / here.column_m)
            can = max(factors) <= 1.0 or windows_to_tell(raster, ground, wide, factors)[0]
            (told if can else not_told).append(part)
    return Area(shapely.MultiPolygon(told)), Area(shapely.MultiPolygon(not_told))


def sha256_of(path: Path) -> str:
    """Of the whole file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _samples(
    left: int, top: int, right: int, bottom: int
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], ...]:
    columns = np.linspace(left + 0.5, right - 0.5, _SAMPLES)
    rows = np.linspace(top + 0.5, bottom - 0.5, _SAMPLES)
    across, down = np.meshgrid(columns, rows)
    return across, down


def _degraded(raster: DatasetReader, ground: Ground, path: Path, limits: Limits) -> Iterator[DegradedPiece]:
    """Pieces that a copy of ours says it degraded.  A tag that cannot be read says nothing."""
    try:
        pieces = json.loads(raster.tags().get(f"{TAGS}PIECES", "[]"))
        for piece in pieces:
            area = normalise(piece["area"]).area
            resolution_m = float(piece["resolution_m"])
            if not 0 < resolution_m < float("inf"):
                continue
            box = pixel_box(ground, area, int(raster.width), int(raster.height))
            across = spacing(ground, *_samples(*box))
            factors = (resolution_m / across.row_m, resolution_m / across.column_m)
            yield DegradedPiece(
                area=area,
                resolution_m=resolution_m,
                borne_out=is_degraded(raster, ground, area, factors)
                and all(
                    _overview_is_degraded(path, limits, number, area, resolution_m)
                    for number, level in enumerate(raster.overviews(1))
                    if level < max(factors)
                ),
            )
    except (ValueError, TypeError, KeyError, AttributeError, InvalidGeometry, RecursionError):
        return


def _overview_is_degraded(path: Path, limits: Limits, number: int, area: Area, resolution_m: float) -> bool:
    """An overview made of the original, and left beside degraded pixels, betrays them where it is finer."""
    with opened(path, limits, overview=number) as raster:
        ground = ground_of(raster, path.name, stated(raster, path).rpcs)
        here = spacing(ground, *_samples(*pixel_box(ground, area, int(raster.width), int(raster.height))))
        return is_degraded(raster, ground, area, (resolution_m / here.row_m, resolution_m / here.column_m))
