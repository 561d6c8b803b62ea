"""Measures checking and complying of a raster beside its peers, and prints figures and ratios; nothing here is a test.

Peers on the same file and the same pieces: `rio mask` (rasterio's own command) and gdalwarp, where Debian's gdal-bin is
there.  Each run is a process of its own, so that its peak memory can be told.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.transform import from_origin
from shapely.geometry import box, mapping

GSD_M = 0.31
PLACE = (34.79, 30.8)
TEMPLATE = {
    "kind": "imaging",
    "reference": "BENCH",
    "applicant": {"name": "Example Imaging Inc.", "country": "US", "us_person": True},
    "sensor": {"modality": "multispectral", "gsd_m": GSD_M},
    "licence": {"part_960": True, "tier": 1},
    "activity": ["disseminate"],
    "collection": {"start": "2026-05-01", "end": "2026-05-01"},
    "aoi": mapping(box(34.7, 30.7, 34.8, 30.8)),
}


def make(path: Path, size: int) -> None:
    """A three-band scene of noise over smooth ground, tiled and deflated, as a delivered one is."""
    x, y = Transformer.from_crs(4326, 32636, always_xy=True).transform(*PLACE)
    random = np.random.default_rng(1)
    profile = {
        "driver": "GTiff", "width": size, "height": size, "count": 3, "dtype": "uint8", "crs": "EPSG:32636",
        "transform": from_origin(x - size * GSD_M / 2, y + size * GSD_M / 2, GSD_M, GSD_M), "tiled": True,
        "blockxsize": 512, "blockysize": 512, "compress": "deflate", "interleave": "pixel", "BIGTIFF": "IF_SAFER",
        "nodata": 0, "photometric": "RGB",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as scene:
        for top in range(0, size, 512):
            rows = min(512, size - top)
            wave = 100 + 60 * np.sin(np.arange(top, top + rows) / 97)[:, None] * np.cos(np.arange(size) / 131)
            noise = random.integers(-6, 7, (3, rows, size), dtype=np.int16)
            block = np.clip(wave[None] + noise, 1, 255).astype(np.uint8)
            scene.write(block, window=rasterio.windows.Window(0, top, size, rows))
        scene.update_tags(ACQUIRED_ON="2026-05-01")


def piece(path: Path) -> tuple[dict[str, object], dict[str, object]]:
    """An outline that holds a fifth of the scene, in its own coordinates, and the rest of the scene."""
    with rasterio.open(path) as scene:
        left, bottom, right, top = scene.bounds
    wide, tall = (right - left) * 0.46, (top - bottom) * 0.46
    inside = box(left + wide / 2, bottom + tall / 2, left + wide * 1.5, bottom + tall * 1.5)
    return mapping(inside), mapping(box(left, bottom, right, top).difference(inside))


def collection(geometry: dict[str, object]) -> dict[str, object]:
    """As rio and gdalwarp take it, with the projection named."""
    return {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32636"}},
        "features": [{"type": "Feature", "properties": {}, "geometry": geometry}],
    }


def timed(command: list[str]) -> tuple[float, float, int]:
    """Seconds, peak MiB and exit code of one process."""
    meter = (
        "import resource,subprocess,sys,time; t=time.perf_counter(); c=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL).returncode; "
        "print(time.perf_counter()-t, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/1024, c)"
    )
    said = subprocess.run([sys.executable, "-c", meter, *command], capture_output=True, text=True, check=True)
    seconds, peak, code = said.stdout.split()
    return float(seconds), float(peak), int(code)


OURS = """
import json, sys
from pathlib import Path
from rasterio.warp import transform_geom
from shapely.geometry import shape
from rsiwg.geometry import normalise_shape
from rsiwg.imagery import Change, Method, comply
from rsiwg.settings import Limits
outline = normalise_shape(shape(transform_geom("EPSG:32636", "EPSG:4326", json.loads(Path(sys.argv[3]).read_text())["features"][0]["geometry"]))).area
finest = None if sys.argv[4] == "mask" else 0.4
comply(Path(sys.argv[1]), Path(sys.argv[2]), [Change(area=outline, finest_m=finest)], method=Method(sys.argv[4]),
       limits=Limits(), provenance={}, overviews=sys.argv[5] == "cog")
"""


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--size", type=int, default=10_000)
    options.add_argument("--repeats", type=int, default=2)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        scene, outline = here / "scene.tif", here / "piece.json"
        make(scene, chosen.size)
        inside, outside = piece(scene)
        outline.write_text(json.dumps(collection(inside)))
        (here / "rest.json").write_text(json.dumps(collection(outside)))
        size = scene.stat().st_size / 2**20
        print(
            f"{chosen.size:,} x {chosen.size:,} x 3 bytes, deflated to {size:,.0f} MiB; a fifth of it emptied"
        )
        ours = [sys.executable, "-c", OURS, str(scene), str(here / "out.tif"), str(outline)]
        rio = [str(Path(sys.executable).with_name("rio")), "mask", str(scene), str(here / "rio.tif"), "--geojson-mask",
               str(outline), "--invert", "--overwrite", "--all_touched"]  # fmt: skip
        runs = {"rsiwg, mask, one GeoTIFF": [*ours, "mask", "plain"], "rio mask": rio}
        if warp := shutil.which("gdalwarp"):
            runs["gdalwarp -cutline"] = [
                warp, "-q", "-overwrite", "-cutline", str(here / "rest.json"), "-co", "COMPRESS=DEFLATE", "-co", "TILED=YES", "-co", "BLOCKXSIZE=512", "-co", "BLOCKYSIZE=512",
                "-co", "NUM_THREADS=ALL_CPUS", "-multi", "-wo", "NUM_THREADS=ALL_CPUS", str(scene), str(here / "warp.tif"),
            ]  # fmt: skip
        else:
            print("gdalwarp is not here (Debian package gdal-bin): left out")
        runs["rsiwg, mask, COG with overviews"] = [*ours, "mask", "cog"]
        runs["rsiwg, degrade, COG with overviews"] = [*ours, "degrade", "cog"]
        best: dict[str, float] = {}
        for name, command in runs.items():
            found = [timed(command) for _ in range(chosen.repeats)]
            seconds, peak = min(f[0] for f in found), max(f[1] for f in found)
            best[name] = seconds
            failed = "" if all(f[2] == 0 for f in found) else "  FAILED"
            print(f"  {name:40} {seconds:6.2f} s   peak {peak:6.0f} MiB{failed}")
        mine = best["rsiwg, mask, one GeoTIFF"]
        for name, seconds in best.items():
            if name in ("rio mask", "gdalwarp -cutline"):
                print(
                    f"  {name} takes {seconds / mine:.2f} times as long (goal: {'2' if name == 'rio mask' else '1'} or more)"
                )


if __name__ == "__main__":
    main()
