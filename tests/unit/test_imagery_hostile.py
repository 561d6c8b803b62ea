"""What a raster and its sidecars may hold that is wrong or hostile, beyond what GDAL itself refuses."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest
import rasterio
import rasterio.shutil
import shapely
from pyproj import Transformer
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp, Resampling
from rasterio.io import MemoryFile
from rasterio.transform import from_origin
from unit.builders import a_box, a_limit, a_restriction, a_rulebook
from unit.imagery_files import FRANCE, NEGEV, a_scene, centred, ground_like, unplaced_is_meant, write
from unit.test_imagery_comply import REQUEST

from rsiwg import deliveries, resources
from rsiwg.cli import main
from rsiwg.errors import InvalidImage, InvalidSubmission
from rsiwg.imagery import Change, Method, comply, preview, read_scene
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


# ------------------------------------------------------------------------ what a copy must not keep

EVERYWHERE = a_box(34, 30, 36, 32)


def complied(scene, out, *, method=Method.DEGRADE, finest_m=0.62, area=EVERYWHERE):
    change = Change(area=area, finest_m=finest_m)
    comply(scene, out, [change], method=method, limits=Limits(), provenance={})
    with rasterio.open(out) as copy:
        return copy.read()


@pytest.mark.parametrize("kind", ["mask", "alpha"])
def test_what_lies_under_a_mask_does_not_go_along(tmp_path, kind):
    """A mask hides pixels from a viewer, not from a reader of bands."""
    scene = a_scene(tmp_path / "scene.tif", size=256, bands=4)
    shown = np.zeros((256, 256), dtype=bool)
    shown[:, :128] = True
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(scene, "r+") as raster:
        original = raster.read()
        if kind == "mask":
            raster.write_mask(shown)
        else:
            raster.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
            raster.write(np.where(shown, 255, 0).astype("uint8"), 4)
    for area in (EVERYWHERE, a_box(36, 30, 37, 31)):  # all of it, and nothing of it
        copy = complied(scene, tmp_path / "out.tif", area=area)
        assert (copy[:3, :, 128:] == 0).all()
    assert np.array_equal(copy[:3, :, :128], original[:3, :, :128])


def test_a_gap_in_one_band_does_not_leak_into_it(tmp_path):
    """Gaps of one band only: -9999 must not be averaged with its neighbours, and NaN must not spread."""
    bands = np.stack([ground_like(256)] * 2).astype("float32")
    bands[1, 100:110, 100:110] = -9999
    bands[0, 50, 50] = np.nan
    scene = write(tmp_path / "s.tif", bands, transform=centred(NEGEV, 256, 0.31, "EPSG:32636"), nodata=-9999)
    copy = complied(scene, tmp_path / "out.tif")
    assert np.isnan(copy[0]).sum() == 1
    assert (copy[1] == -9999).sum() == 100
    held = copy[(copy != -9999) & ~np.isnan(copy)]
    assert held.min() > bands[0][~np.isnan(bands[0])].min() - 20


def test_names_scales_and_units_of_bands_stay(tmp_path):
    scene = a_scene(tmp_path / "scene.tif", size=128, bands=2, dtype="uint16")
    with rasterio.open(scene, "r+") as raster:
        raster.scales, raster.offsets = (0.1, 0.2), (1.0, 2.0)
        raster.descriptions, raster.units = ("pan", "nir"), ("W", "W")
    complied(scene, tmp_path / "out.tif")
    with rasterio.open(tmp_path / "out.tif") as copy:
        assert (copy.scales, copy.offsets) == ((0.1, 0.2), (1.0, 2.0))
        assert (copy.descriptions, copy.units) == (("pan", "nir"), ("W", "W"))


def test_colours_of_a_palette_are_not_averaged(tmp_path):
    colours = {value: (value, 255 - value, 7, 255) for value in range(256)}
    scene = a_scene(tmp_path / "scene.tif", size=128, photometric="palette")
    with rasterio.open(scene, "r+") as raster:
        raster.write_colormap(1, colours)
    with pytest.raises(InvalidImage, match="expand it"):
        complied(scene, tmp_path / "out.tif")
    complied(scene, tmp_path / "out.tif", method=Method.MASK, area=a_box(34.79, 30, 36, 32))
    with rasterio.open(tmp_path / "out.tif") as copy:
        assert copy.colormap(1)[200] == colours[200]


def test_complex_integers_are_copied_as_such(tmp_path):
    scene = tmp_path / "scene.tif"
    settings = {"driver": "GTiff", "count": 1, "height": 128, "width": 128, "dtype": "complex_int16"}
    place = centred(NEGEV, 128, 0.31, "EPSG:32636")
    with rasterio.open(scene, "w", **settings, crs="EPSG:32636", transform=place) as raster:
        raster.write(ground_like(128).astype("complex64")[None])
    complied(scene, tmp_path / "out.tif")
    with rasterio.open(tmp_path / "out.tif") as copy:
        assert copy.dtypes == ("complex_int16",)


@pytest.mark.parametrize("method", [Method.MASK, Method.CLIP, Method.DEGRADE])
@pytest.mark.parametrize("gaps", [{}, {"nodata": 0}])
def test_where_nothing_would_be_left_nothing_is_written(tmp_path, method, gaps):
    scene = a_scene(tmp_path / "scene.tif", size=64, **gaps)
    with pytest.raises(InvalidImage, match="nothing would be left"):
        complied(scene, tmp_path / "out.tif", method=method, finest_m=None)
    assert [file.name for file in tmp_path.iterdir()] == ["scene.tif"]


# --------------------------------------------------------------------------- claims of being degraded


def judged(scene, book):
    """As a delivery of a licensee, so that only the pixels decide."""
    asked = deliveries.template_of(REQUEST, Limits())
    return deliveries.check_scene(scene, book, limits=Limits(), asked=asked).document["verdict"]


def made_compliant(scene, out, book):
    asked = deliveries.template_of(REQUEST, Limits())
    return deliveries.comply_scene(
        scene, out, book, limits=Limits(), method=Method.DEGRADE, asked=asked
    ).document


def test_one_place_left_sharp_in_a_degraded_picture_is_found(tmp_path, book):
    """An airport put back at full detail into a copy that is degraded elsewhere, its tags kept."""
    scene = a_scene(tmp_path / "scene.tif", size=1024)
    made_compliant(scene, tmp_path / "out.tif", book)
    with rasterio.open(tmp_path / "out.tif") as copy, rasterio.open(scene) as original:
        pixels, tags, place = copy.read(), copy.tags(), copy.transform
        pixels[:, 500:600, 500:600] = original.read()[:, 500:600, 500:600]
    assert judged(tmp_path / "out.tif", book) == "clear"
    spoof = write(tmp_path / "spoof.tif", pixels, transform=place, tags=tags)
    assert judged(spoof, book) == "restricted"


@pytest.mark.parametrize("pattern", ["ground", "blocks"])
@pytest.mark.parametrize("size_px", [40, 64, 70, 128, 300])
def test_a_copy_of_any_size_proves_that_it_is_degraded(tmp_path, book, pattern, size_px):
    """Also of hard edges between black and white, whose overshoot is cut off."""
    random = np.random.default_rng(3)
    blocks = np.kron(random.integers(0, 2, (75, 75)) * 253 + 1, np.ones((4, 4)))[:size_px, :size_px]
    picture = (np.clip(ground_like(size_px), 1, 254) if pattern == "ground" else blocks).astype("uint8")
    place = centred(NEGEV, size_px, 0.31, "EPSG:32636")
    scene = write(tmp_path / "scene.tif", picture, transform=place)
    document = made_compliant(scene, tmp_path / "out.tif", book)
    assert document["changed"][0]["what"] == "degraded to 0.4 m"
    assert document["after"]["verdict"] == "clear"
    assert judged(tmp_path / "out.tif", book) == "clear"


def test_a_claim_about_a_comb_is_not_borne_out_by_its_back(tmp_path, book):
    """Most of the area lies in teeth too narrow to be measured."""
    scene = a_scene(tmp_path / "scene.tif", size=512)
    made_compliant(scene, tmp_path / "out.tif", book)
    with rasterio.open(tmp_path / "out.tif") as copy, rasterio.open(scene) as original:
        pixels, tags, place = copy.read(), copy.tags(), copy.transform
        pixels[:, 100:, :] = original.read()[:, 100:, :]
    (x0, y1), (x1, y0) = place @ (0, 0), place @ (512, 512)
    back = Transformer.from_crs(32636, 4326, always_xy=True)
    width = (x1 - x0) / 32
    teeth = [shapely.box(x0 + (2 * n) * width, y0, x0 + (2 * n + 1.9) * width, y1) for n in range(16)]
    comb = shapely.union_all([*teeth, shapely.box(x0, y1 - 30, x1, y1)])
    claimed = shapely.transform(comb, lambda c: np.column_stack(back.transform(c[:, 0], c[:, 1])))
    tags["RSIWG_PIECES"] = json.dumps([{"resolution_m": 0.4, "area": shapely.geometry.mapping(claimed)}])
    assert judged(write(tmp_path / "spoof.tif", pixels, transform=place, tags=tags), book) == "restricted"


def test_a_piece_too_small_to_show_it_is_emptied(tmp_path, book):
    """20 pixels of valid ground: no window fits."""
    picture = np.clip(ground_like(256), 1, 254).astype("uint8")
    picture[:, 20:] = 0
    picture[:, 200:] = 99
    place = centred(NEGEV, 256, 0.31, "EPSG:32636")
    scene = write(tmp_path / "scene.tif", picture, transform=place, nodata=0)
    document = made_compliant(scene, tmp_path / "out.tif", book)
    assert [each["what"][:7] for each in document["changed"]] == ["degrade", "emptied"]
    assert document["after"]["verdict"] == "clear"
    with rasterio.open(tmp_path / "out.tif") as copy:
        assert (copy.read(1)[:, :20] == 0).all()


def test_a_name_is_printable(tmp_path):
    tags = {"ACQUIRED_ON": "2026-05-01", "SATELLITE": "\x1b[31mWV\x07-3"}
    scene = a_scene(tmp_path / "scene.tif", size=64, tags=tags)
    assert read_scene(scene, Limits()).stated.platform == "[31mWV-3"


@pytest.mark.parametrize("kind", ["mask", "alpha"])
@pytest.mark.parametrize(("fill", "verdict"), [(None, "undetermined"), (0, "clear"), (255, "clear")])
def test_a_picture_under_a_mask_is_judged_too(tmp_path, kind, fill, verdict):
    """The half east of the Example Strip is shown; the half inside it lies under the mask."""
    strip = a_rulebook(a_restriction())
    bands = np.clip(np.stack([ground_like(256, seed) for seed in range(4)]), 1, 254).astype("uint8")
    shown = np.zeros((256, 256), dtype=bool)
    shown[:, 140:] = True
    if fill is not None:
        bands[:, ~shown] = fill
    if kind == "alpha":
        bands[3] = np.where(shown, 255, 0)
    scene = write(
        tmp_path / "s.tif", bands, crs="EPSG:32634", transform=centred((21.0, 40.5), 256, 0.31, "EPSG:32634")
    )
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(scene, "r+") as raster:
        if kind == "alpha":
            raster.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
        else:
            raster.write_mask(shown)
    asked = deliveries.template_of(REQUEST, Limits())
    checked = deliveries.check_scene(scene, strip, limits=Limits(), asked=asked)
    assert checked.document["verdict"] == verdict
    out = tmp_path / "out.tif"
    done = deliveries.comply_scene(scene, out, strip, limits=Limits(), method=Method.DEGRADE, asked=asked)
    assert out.exists() == (verdict != "clear")
    if done.after is not None:
        assert done.after.document["verdict"] == "clear"
        with rasterio.open(out) as copy:
            assert (copy.read()[:, ~shown] == 0).all()
            assert np.array_equal(copy.read()[:, shown], bands[:, shown])


# ----------------------------------------------------------------------------------------- pictures


def _pixels(picture):
    with unplaced_is_meant(), MemoryFile(picture.png) as memory, memory.open() as png:
        return png.read()


def test_no_picture_shows_what_may_not_be_shown(tmp_path, book):
    """20 pixels on the west side are emptied; a degraded part is not, so there is a picture of it before."""
    picture = np.clip(ground_like(256), 1, 254).astype("uint8")
    picture[:, 20:100] = 0
    scene = write(tmp_path / "s.tif", picture, transform=centred(NEGEV, 256, 0.31, "EPSG:32636"), nodata=0)
    asked = deliveries.template_of(REQUEST, Limits())
    out = tmp_path / "out.tif"
    done = deliveries.comply_scene(scene, out, book, limits=Limits(), method=Method.DEGRADE, asked=asked)
    before = deliveries.pictures_of(scene, out, done, Limits())["before"]
    red, _, _, alpha = _pixels(before)
    west, east = alpha[:, : alpha.shape[1] // 3], alpha[:, -alpha.shape[1] // 3 :]
    assert not west.any()
    assert (red[:, : alpha.shape[1] // 3] == 0).all()
    assert east.any()


def test_a_picture_is_nowhere_finer_than_the_limit(tmp_path):
    """In degrees, pixels lie closer together towards the pole."""
    size_px = 600
    step_deg = 10 / size_px
    place = from_origin(20.0, 70.0, step_deg, step_deg)
    picture = np.tile(np.random.default_rng(1).integers(1, 255, size_px), (size_px, 1))
    scene = write(tmp_path / "s.tif", picture.astype("uint8"), crs="EPSG:4326", transform=place)
    found, _ = preview(scene, Limits(), not_finer_than_m=1_000.0)
    # A degree of longitude at 70 degrees north is 38,187 m long (WGS 84), so that 10 of them hold 381 pixels of 1,000 m.
    top = _pixels(found)[0, 2].astype(int)
    assert len(set(top)) > 50
    assert np.count_nonzero(np.diff(top)) + 1 <= 381


# --------------------------------------------------------------------------------- places to write to


@pytest.fixture
def request_file(tmp_path):
    file = tmp_path / "request.json"
    file.write_text(json.dumps(REQUEST))
    return file


@pytest.mark.parametrize("most_bytes", [50_000, 250_000])
def test_where_there_is_no_room_nothing_is_left_and_the_scene_is_not_blamed(
    tmp_path, request_file, most_bytes
):
    """Files may only grow so far (setrlimit), which a process meets as it meets a full disk: writes fail half-way."""
    scene = a_scene(tmp_path / "scene.tif", size=600)
    into = tmp_path / "into"
    into.mkdir()
    program = (
        f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({most_bytes}, {most_bytes}));"
        "from rsiwg.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = ["imagery", "comply", scene, "-o", into / "out.tif", "--request", request_file]
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, command)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4, done.stderr
    assert "room" in done.stderr
    assert "scene.tif" not in done.stderr
    assert "Traceback" not in done.stderr
    assert list(into.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        pytest.param("missing/out.tif", 4, "no such folder", id="no folder"),
        pytest.param("folder", 3, "no file", id="a folder"),
        pytest.param("pipe", 3, "no file", id="a pipe"),
        pytest.param("link.tif", 3, "is the scene itself", id="a link to the scene"),
    ],
)
def test_a_place_where_no_copy_can_be_is_refused_by_name(tmp_path, request_file, capsys, name, code, said):
    scene = a_scene(tmp_path / "scene.tif", size=64)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.tif").symlink_to(scene)
    before = {each: each.lstat().st_mode for each in tmp_path.iterdir()}
    target = tmp_path / name
    assert main(["imagery", "comply", str(scene), "-o", str(target), "--request", str(request_file)]) == code
    assert said in capsys.readouterr().err
    assert before == {each: each.lstat().st_mode for each in tmp_path.iterdir()}


@pytest.mark.parametrize("option", ["--map", "--report"])
@pytest.mark.parametrize("name", ["scene.tif", "out.tif"])
def test_no_map_or_report_takes_the_place_of_a_raster(tmp_path, request_file, capsys, option, name):
    scene = a_scene(tmp_path / "scene.tif", size=64)
    original = scene.read_bytes()
    command = ["imagery", "comply", scene, "-o", tmp_path / "out.tif", "--request", request_file]
    assert main([*map(str, command), option, str(tmp_path / name)]) == 3
    assert "is a raster of this call" in capsys.readouterr().err
    assert scene.read_bytes() == original
    assert not (tmp_path / "out.tif").exists()


def test_an_overview_of_the_original_belies_a_degraded_picture(tmp_path, book):
    """A limit of 2 m, which an overview of 0.62 m made before degrading does not keep; the copy's own overviews do."""
    coarse = a_rulebook(a_restriction(a_limit(2.0)))
    place = centred((20.5, 40.5), 1024, 0.31, "EPSG:32634")
    picture = np.clip(ground_like(1024), 1, 254).astype("uint8")
    scene = write(tmp_path / "scene.tif", picture, crs="EPSG:32634", transform=place)
    done = made_compliant(scene, tmp_path / "out.tif", coarse)
    assert done["after"]["verdict"] == "clear"
    with rasterio.open(tmp_path / "out.tif") as copy:
        pixels, tags = copy.read(), copy.tags()
        assert 2 in copy.overviews(1)
    both = write(tmp_path / "both.tif", picture, crs="EPSG:32634", transform=place, tags=tags)
    with rasterio.open(both, "r+") as raster:
        raster.build_overviews([2], Resampling.average)
    with rasterio.open(both, "r+") as raster:
        raster.write(pixels)
    assert judged(both, coarse) == "restricted"


def test_the_picture_of_a_check_is_no_finer_than_the_limit(tmp_path, book):
    """300 pixels of 0.31 m are 93 m: at most 233 pixels of 0.4 m."""
    scene = a_scene(tmp_path / "scene.tif", size=300)
    asked = deliveries.template_of(REQUEST, Limits())
    checked = deliveries.check_scene(scene, book, limits=Limits(), asked=asked)
    picture = _pixels(deliveries.picture_of(scene, checked, Limits()))
    assert max(picture.shape) <= 240


@pytest.mark.parametrize("kind", ["nodata", "mask"])
def test_an_overview_of_what_was_emptied_is_judged_too(tmp_path, kind):
    """The half inside the Example Strip is emptied in place, after the overviews were made of all of it."""
    fine = a_rulebook(a_restriction(a_limit(2.0)))
    place = centred((21.0, 40.5), 512, 0.31, "EPSG:32634")
    picture = np.clip(ground_like(512), 1, 254).astype("uint8")[None]
    emptied = picture.copy()
    emptied[:, :, :300] = 0
    nodata = {"nodata": 0} if kind == "nodata" else {}
    verdicts = {}
    for name, seen in (("leaking", picture), ("honest", emptied)):
        scene = write(tmp_path / f"{name}.tif", seen, crs="EPSG:32634", transform=place, **nodata)
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(scene, "r+") as raster:
            raster.build_overviews([2, 4], Resampling.cubic)
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(scene, "r+") as raster:
            raster.write(emptied)
            if kind == "mask":
                raster.write_mask(emptied[0] != 0)
        verdicts[name] = judged(scene, fine)
    assert verdicts == {"leaking": "undetermined", "honest": "clear"}


@pytest.mark.parametrize("tag", ["MODALITY", "RSIWG_MODALITY"])
def test_a_picture_of_the_earth_does_not_become_another_by_a_tag(tmp_path, book, tag):
    """The claim would take it out of every rule, and it has a place in the Negev."""
    tags = {"ACQUIRED_ON": "2026-05-01", tag: "non_earth"}
    colours = a_scene(tmp_path / "colours.tif", size=64, bands=3, photometric="RGB", tags=tags)
    assert judged(colours, book) == "restricted"
    grey = a_scene(tmp_path / "grey.tif", size=64, tags=tags)
    assert judged(grey, book) == "undetermined"
