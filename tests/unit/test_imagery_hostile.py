"""What a raster and its sidecars may hold that is wrong or hostile, beyond what GDAL itself refuses."""

import json
import time

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from pyproj import Transformer
from rasterio.control import GroundControlPoint
from rasterio.transform import from_origin
from unit.builders import a_box
from unit.imagery_files import FRANCE, NEGEV, a_scene, ground_like, write

from rsiwg import deliveries, resources
from rsiwg.errors import InvalidImage, InvalidSubmission
from rsiwg.imagery import Change, Method, comply, read_scene
from rsiwg.rulebook import load
from rsiwg.settings import Limits


@pytest.fixture(scope="module")
def book():
    return load(resources.GEODATA)


def test_a_second_picture_in_the_file_is_not_overlooked(tmp_path):
    """Only the first one would be judged: France, while the second shows the Negev."""
    harmless, other = (
        a_scene(tmp_path / "france.tif", FRANCE, crs="EPSG:32631", size=64),
        a_scene(tmp_path / "negev.tif", NEGEV, size=64),
    )
    both = tmp_path / "both.tif"
    rasterio.shutil.copy(str(harmless), str(both), driver="GTiff")
    with rasterio.open(other) as second:
        rasterio.shutil.copy(second, str(both), driver="GTiff", APPEND_SUBDATASET="YES")
    with pytest.raises(InvalidImage, match="holds 2 pictures"):
        read_scene(both, Limits())


@pytest.mark.parametrize(
    "properties",
    [{"instruments": 5}, {"eo:bands": 7}, {"bands": True}, {"instruments": {"a": 1}}, {"datetime": 5, "gsd": [1]}],
)  # fmt: skip
def test_a_stac_item_of_the_wrong_types_says_nothing(tmp_path, properties):
    scene = a_scene(tmp_path / "scene.tif", size=64)
    item = {"type": "Feature", "stac_version": "1.0.0", "properties": properties}
    (tmp_path / "scene.json").write_text(json.dumps(item))
    assert read_scene(scene, Limits()).stated.gsd_m is None


@pytest.mark.parametrize("text", ["\n" * 300_000, "a" * 300_000, "a = (" * 60_000, " " * 300_000])
@pytest.mark.parametrize("ending", ["IMD", "RPB"])
def test_a_hostile_sidecar_takes_no_time(tmp_path, text, ending):
    scene = a_scene(tmp_path / "scene.tif", size=64)
    (tmp_path / f"scene.{ending}").write_text(text)
    began = time.process_time()
    read_scene(scene, Limits())
    assert time.process_time() - began < 3


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1956-12-31", "2200-01-01"])
def test_a_day_on_which_nothing_can_have_been_taken_is_no_day(tmp_path, book, day):
    """Sputnik 1 flew in 1957."""
    scene = a_scene(tmp_path / "scene.tif", size=64, tags={"ACQUIRED_ON": day})
    with pytest.raises(InvalidSubmission, match="on which day"):
        deliveries.check_scene(scene, book, limits=Limits())


def test_a_day_of_processing_is_told_apart(tmp_path, book):
    """The TIFF 6.0 specification calls DateTime the date and time of image creation, that of the file."""
    scene = a_scene(tmp_path / "scene.tif", size=64, tags={"TIFFTAG_DATETIME": "2026:05:01 10:00:00"})
    notes = deliveries.check_scene(scene, book, limits=Limits()).document["notes"]
    assert any("may give the day of processing" in note["says"] for note in notes)
    tagged = a_scene(tmp_path / "tagged.tif", size=64)
    notes = deliveries.check_scene(tagged, book, limits=Limits()).document["notes"]
    assert not any("processing" in note["says"] for note in notes)


# ------------------------------------------------------------------------------- over 180 degrees


def _at_180(path, crs):
    """256 pixels of 0.31 m, half of them on either side of 180 degrees, at 16.8 degrees south (Taveuni, Fiji)."""
    size_px = 256
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(180.0, -16.8)
    pixel = 0.31 / 111_320 if crs == "EPSG:4326" else 0.31
    picture = np.clip(ground_like(size_px), 1, 254).astype("uint8")
    place = from_origin(x - pixel * size_px / 2, y + pixel * size_px / 2, pixel, pixel)
    return write(path, picture, crs=crs, transform=place)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:3832"])
def test_a_piece_over_180_degrees_is_emptied_on_both_sides(tmp_path, crs):
    scene = _at_180(tmp_path / "scene.tif", crs)
    west, east = a_box(179.9, -17, 180, -16), a_box(-180, -17, -179.9, -16)
    for piece, columns in ((west, slice(None, 120)), (east, slice(136, None))):
        out = tmp_path / "out.tif"
        comply(
            scene,
            out,
            [Change(area=piece, finest_m=None)],
            method=Method.MASK,
            limits=Limits(),
            provenance={},
        )
        with rasterio.open(out) as copy, rasterio.open(scene) as original:
            emptied = copy.read(1) == 0
            assert emptied[:, columns].all()
            assert np.array_equal(copy.read(1)[~emptied], original.read(1)[~emptied])
            assert 0.45 < emptied.mean() < 0.55


def test_control_points_over_180_degrees(tmp_path):
    """The longitudes of the points run past 180 degrees, as in a file that does not break there."""
    step = 1e-5
    points = [
        GroundControlPoint(row=row, col=col, x=180 + (col - 128) * step, y=-16.8 - row * step)
        for row in (0, 128, 256)
        for col in (0, 128, 256)
    ]
    scene = tmp_path / "scene.tif"
    profile = {"driver": "GTiff", "count": 1, "height": 256, "width": 256, "dtype": "uint8"}
    with rasterio.open(scene, "w", **profile, gcps=points, crs="EPSG:4326") as raster:
        raster.write(np.full((1, 256, 256), 9, "uint8"))
    out = tmp_path / "out.tif"
    east = a_box(-180, -17, -179.9, -16)
    comply(scene, out, [Change(area=east, finest_m=None)], method=Method.MASK, limits=Limits(), provenance={})
    with rasterio.open(out) as copy:
        assert (copy.read(1)[:, 136:] == 0).all()
        assert (copy.read(1)[:, :120] == 9).all()
