"""The outline of a GeoTIFF, from its header alone: no pixel is decoded."""

import warnings
from typing import Any

from shapely import Polygon

from rsiwg.errors import InvalidGeometry, TooLarge
from rsiwg.intake.found import Feature, Found
from rsiwg.intake.reproject import Reprojection, crs_from_definition, crs_from_epsg
from rsiwg.settings import Limits

_GDAL = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "CPL_VSIL_CURL_USE_HEAD": "NO",
    "CPL_CURL_ENABLE_VSIMEM": "NO",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
    "USE_RRD": "NO",
}
"""Nothing beside the file is looked for, on disk or on a network."""


def from_geotiff(data: bytes, limits: Limits) -> Found:
    """Find the outline of a raster, all of it, empty pixels too.

    Raises:
        InvalidGeometry: damaged, or without a place on the Earth.
        TooLarge: more pixels than the limit.
    """
    import rasterio  # noqa: PLC0415 - heavy, and needed for this format only
    from rasterio.errors import NotGeoreferencedWarning, RasterioError  # noqa: PLC0415
    from rasterio.io import MemoryFile  # noqa: PLC0415

    try:
        with warnings.catch_warnings(), rasterio.Env(**_GDAL), MemoryFile(data) as memory:
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with memory.open(driver="GTiff") as raster:
                return _outline(raster, limits)
    except (
        RasterioError,
        ValueError,
        TypeError,
        OSError,
        OverflowError,
        MemoryError,
        AttributeError,
        UnicodeError,
    ):
        raise InvalidGeometry(
            "this file cannot be read as a GeoTIFF: it is damaged, or not one; export it again"
        ) from None


def _outline(raster: Any, limits: Limits) -> Found:
    width, height = int(raster.width), int(raster.height)
    if width * height > limits.max_pixels:
        raise TooLarge(
            f"this raster has {width:,} × {height:,} pixels, over the limit of {limits.max_pixels:,} (max_pixels): "
            "send its outline as a polygon"
        )
    if raster.crs is None or raster.transform.is_identity:
        raise InvalidGeometry(
            "this TIFF does not say where on the Earth it lies: send a GeoTIFF with its coordinate system"
        )
    code = raster.crs.to_epsg()
    crs = (
        crs_from_epsg(code, "this GeoTIFF")
        if code
        else crs_from_definition(raster.crs.to_wkt(), "this GeoTIFF")
    )
    corners = [(0, 0), (0, height), (width, height), (width, 0), (0, 0)]
    a, b, c, d, e, f = tuple(raster.transform)[:6]
    outline = Polygon([(a * x + b * y + c, d * x + e * y + f) for x, y in corners])
    said = f"The outline of the whole raster ({width:,} × {height:,} pixels, empty ones too) was taken."
    return Found(
        format="GeoTIFF", features=[Feature(geometry=outline, crs=Reprojection(crs, limits))], changes=(said,)
    )
