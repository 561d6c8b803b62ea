"""Where pixels lie on the Earth, and how far apart they are there."""

from collections.abc import Callable

import attrs
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import ProjError
from rasterio.io import DatasetReader
from rasterio.rpc import RPC
from rasterio.transform import GCPTransformer, RPCTransformer

from rsiwg.errors import InvalidImage

Floats = NDArray[np.float64]
_WGS84 = Geod(ellps="WGS84")


@attrs.frozen(kw_only=True)
class Ground:
    """The mapping between pixel corners (column, row; 0, 0 is the outer corner of the first pixel) and lon/lat degrees."""

    to_lonlat: Callable[[Floats, Floats], tuple[Floats, Floats]]
    to_pixel: Callable[[Floats, Floats], tuple[Floats, Floats]]
    source: str
    """In words: the geotransform, ground control points or rational polynomial coefficients."""


@attrs.frozen(kw_only=True)
class Spacing:
    """Distance on the ground between neighbouring pixel centres, metres on the WGS 84 ellipsoid."""

    finest_m: float
    """In the finest direction, at the finest place: the smallest singular value of the pixel-to-ground map."""
    mean_m: float
    """Geometric mean of the two directions, averaged over the scene: the root of a pixel's ground area."""
    coarsest_m: float
    column_m: float
    """Between neighbours in a row, finest over the scene."""
    row_m: float
    """Between neighbours in a column, finest over the scene."""


def ground_of(raster: DatasetReader, name: str, rpcs: RPC | None = None) -> Ground:
    """How the raster says its pixels lie on the Earth; `rpcs` are those of a sidecar.

    Raises:
        InvalidImage: it does not say, or in a way that leads nowhere.
    """
    if raster.crs is not None and not raster.transform.is_identity:
        return _by_transform(raster, name)
    gcps, gcp_crs = raster.gcps
    if len(gcps) >= 3 and gcp_crs is not None:
        words = f"{len(gcps)} ground control points"
        return _by_model(
            GCPTransformer(gcps), gcp_crs.to_wkt(), words, name, float(np.mean([p.x for p in gcps]))
        )
    found = raster.rpcs or rpcs
    if found is not None:
        model = RPCTransformer(found, rpc_height=float(found.height_off))
        words = f"rational polynomial coefficients at a height of {found.height_off:,.0f} m"
        return _by_model(model, "EPSG:4326", words, name, float(found.long_off))
    raise InvalidImage(
        f"{name} does not say where on the Earth it lies: it has no coordinate system with a geotransform, no ground "
        "control points and no rational polynomial coefficients"
    )


def spacing(ground: Ground, columns: Floats, rows: Floats) -> Spacing:
    """Distances at pixel centres (columns, rows); half a pixel either way, so that nothing is extrapolated far.

    The steps along a row and along a column, as vectors through the Earth, make a 3 x 2 matrix; its singular values are
    the coarsest and finest distances in any direction.  A chord is shorter than its arc by 1 part in 10^7 at 10 km.
    """
    steps = [
        _earth_fixed(*ground.to_lonlat(columns + dc, rows + dr))
        - _earth_fixed(*ground.to_lonlat(columns - dc, rows - dr))
        for dc, dr in ((0.5, 0.0), (0.0, 0.5))
    ]
    jacobian = np.stack(steps, axis=-1)
    jacobian = jacobian[np.isfinite(jacobian).all(axis=(-1, -2))]
    if not jacobian.size:
        raise InvalidImage("no pixel of it lies on the Earth")
    sizes = np.linalg.svd(jacobian, compute_uv=False)
    along = np.linalg.norm(jacobian, axis=-2)
    if not sizes.min() > 0:
        raise InvalidImage("its pixels have no size on the ground: the geotransform or model is wrong")
    return Spacing(
        finest_m=float(sizes.min()),
        coarsest_m=float(sizes.max()),
        mean_m=float(np.sqrt(sizes.prod(axis=-1)).mean()),
        column_m=float(along[:, 0].min()),
        row_m=float(along[:, 1].min()),
    )


def _earth_fixed(lon: Floats, lat: Floats) -> Floats:
    """Metres from the middle of the Earth, of points on the WGS 84 ellipsoid; the last axis is x, y, z."""
    e2 = _WGS84.es
    across, up = np.radians(lon), np.radians(lat)
    normal = _WGS84.a / np.sqrt(1 - e2 * np.sin(up) ** 2)
    flat = normal * np.cos(up)
    return np.stack([flat * np.cos(across), flat * np.sin(across), normal * (1 - e2) * np.sin(up)], axis=-1)


def _by_transform(raster: DatasetReader, name: str) -> Ground:
    try:
        crs = CRS.from_wkt(raster.crs.to_wkt())
        there, back = (
            Transformer.from_crs(crs, "EPSG:4326", always_xy=True),
            Transformer.from_crs("EPSG:4326", crs, always_xy=True),
        )
        inverse = ~raster.transform
        turn = _turn(back)
    except (ProjError, ValueError, ArithmeticError) as exc:
        raise InvalidImage(f"the coordinate system of {name} cannot be used: {exc}") from None
    forward = raster.transform
    middle_x = float((forward @ (raster.width / 2, raster.height / 2))[0])

    def to_lonlat(columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
        x = forward.a * columns + forward.b * rows + forward.c
        y = forward.d * columns + forward.e * rows + forward.f
        lon, lat = there.transform(x, y)
        return np.asarray(lon, float), np.asarray(lat, float)

    def to_pixel(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        x, y = (np.asarray(v, float) for v in back.transform(lon, lat))
        x = _beside(x, middle_x, turn)
        return inverse.a * x + inverse.b * y + inverse.c, inverse.d * x + inverse.e * y + inverse.f

    label = crs.to_authority()
    named = ":".join(label) if label else crs.name
    return Ground(to_lonlat=to_lonlat, to_pixel=to_pixel, source=f"the geotransform in {named}")


def _turn(back: Transformer) -> float:
    """Once round the Earth in a coordinate system whose first axis runs with the longitude; else 0."""
    (west, east), _ = back.transform([-180.0, 180.0], [0.0, 0.0])
    return float(east - west) if np.isfinite(east - west) else 0.0


def _beside(x: Floats, middle_x: float, turn: float) -> Floats:
    """Whole turns added, so that what lies beyond 180 degrees of longitude comes to lie beside the raster's middle."""
    x = np.asarray(x, float)
    return x if abs(turn) < 1 else x + turn * np.round((middle_x - x) / turn)


def _by_model(
    model: GCPTransformer | RPCTransformer, wkt: str, words: str, name: str, middle_x: float
) -> Ground:
    try:
        there = Transformer.from_crs(CRS.from_user_input(wkt), "EPSG:4326", always_xy=True)
        back = Transformer.from_crs("EPSG:4326", CRS.from_user_input(wkt), always_xy=True)
        turn = _turn(back)
    except ProjError as exc:
        raise InvalidImage(f"the coordinate system of {name} cannot be used: {exc}") from None

    def to_lonlat(columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
        shape = np.shape(columns)
        # rasterio's "ul" offset: a whole number is the upper left corner of a pixel, as here.
        x, y = model.xy(np.ravel(rows), np.ravel(columns), offset="ul")
        lon, lat = there.transform(np.asarray(x, float), np.asarray(y, float))
        return np.reshape(lon, shape), np.reshape(lat, shape)

    def to_pixel(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        shape = np.shape(lon)
        x, y = back.transform(np.ravel(lon), np.ravel(lat))
        x = _beside(x, middle_x, turn)
        rows, columns = model.rowcol(x, y, op=float)
        return np.reshape(np.asarray(columns, float), shape), np.reshape(np.asarray(rows, float), shape)

    return Ground(to_lonlat=to_lonlat, to_pixel=to_pixel, source=words)
