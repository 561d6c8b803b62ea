"""Rasters made for the tests; sizes in pixels, small."""

import warnings
from contextlib import contextmanager

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin

NEGEV = (34.79, 30.8)
"""Well inside Israel within the 1949 lines."""
JORDAN = (36.6, 31.0)
"""Over 60 km from every edge of it."""
FRANCE = (2.5, 47.0)


def ground_like(size, seed=1, level=110.0, spread=30.0, noise=2.0):
    """A picture whose power falls with the square of the frequency, as pictures of the ground do, with sensor noise."""
    random = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size)[None, :])
    frequency[0, 0] = 1
    picture = np.real(np.fft.ifft2(np.fft.fft2(random.normal(size=(size, size))) / frequency))
    picture = (picture - picture.mean()) / picture.std() * spread + level
    return picture + random.normal(size=(size, size)) * noise


def centred(place, size, gsd_m, crs):
    """The geotransform of a raster whose middle is at a place."""
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(*place)
    return from_origin(x - size * gsd_m / 2, y + size * gsd_m / 2, gsd_m, gsd_m)


@contextmanager
def unplaced_is_meant():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


def write(path, data, *, crs="EPSG:32636", transform=None, tags=None, **profile):
    """Write bands (count, rows, columns) as a tiled, deflated GeoTIFF."""
    data = np.asarray(data)
    data = data[None] if data.ndim == 2 else data
    settings = {
        "driver": "GTiff", "count": data.shape[0], "height": data.shape[1], "width": data.shape[2],
        "dtype": data.dtype, "crs": crs, "transform": transform, "tiled": True, "blockxsize": 128, "blockysize": 128,
        "compress": "deflate",
    }  # fmt: skip
    with unplaced_is_meant(), rasterio.open(path, "w", **(settings | profile)) as raster:
        raster.write(data)
        raster.update_tags(
            **({"ACQUIRED_ON": "2026-05-01", "MODALITY": "panchromatic"} if tags is None else tags)
        )
    return path


def a_scene(path, place=NEGEV, *, gsd_m=0.31, size=512, crs="EPSG:32636", bands=1, dtype="uint8", **more):
    """A panchromatic scene of May 1, 2026."""
    picture = np.clip(np.rint(ground_like(size)), 1, 254).astype(dtype)
    return write(
        path, np.stack([picture] * bands), crs=crs, transform=centred(place, size, gsd_m, crs), **more
    )
