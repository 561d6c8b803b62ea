"""A delivered image is judged by its pixels, and its compliant copy holds nothing that was not allowed."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.windows import Window
from unit.imagery_files import JORDAN, NEGEV, a_scene, centred, ground_like, write

from rsiwg import deliveries, resources
from rsiwg.domain import Modality
from rsiwg.errors import InvalidImage, InvalidSubmission
from rsiwg.geometry import circle
from rsiwg.imagery import Change, Method, comply
from rsiwg.imagery.degrade import operator
from rsiwg.rulebook import load
from rsiwg.settings import Limits

REQUEST = {
    "kind": "imaging",
    "reference": "DELIVERY-1",
    "applicant": {
        "name": "Example Imaging Inc.",
        "country": "US",
        "us_person": True,
        "operated_from_us": True,
    },
    "sensor": {"modality": "panchromatic", "gsd_m": 0.31},
    "licence": {"part_960": True, "tier": 1},
    "activity": ["disseminate"],
    "collection": {"start": "2026-05-01", "end": "2026-05-01"},
    "aoi": {
        "type": "Polygon",
        "coordinates": [[[34.7, 30.7], [34.9, 30.7], [34.9, 30.9], [34.7, 30.9], [34.7, 30.7]]],
    },
}


@pytest.fixture(scope="module")
def book():
    return load(resources.GEODATA)


def checked(path, book, **said):
    asked = deliveries.template_of(REQUEST, Limits())
    return deliveries.check_scene(path, book, limits=Limits(), asked=asked, **said)


# ------------------------------------------------------------------------------------------- check


@pytest.mark.parametrize(
    ("gsd_m", "verdict"),
    [
        pytest.param(0.39, "restricted", id="finer than the limit"),
        pytest.param(0.40, "clear", id="at the limit, stretched by the projection"),
        pytest.param(0.41, "clear", id="coarser than the limit"),
    ],
)
def test_the_limit_is_compared_with_the_distance_on_the_ground(tmp_path, book, gsd_m, verdict):
    """15 CFR 960.8(i): 0.40 m, inclusive.  In UTM 36 the middle scale is 0.9996, so the pixels of 0.40 m are not exactly that."""
    assert checked(a_scene(tmp_path / "a.tif", gsd_m=gsd_m, size=64), book).document["verdict"] == verdict


def test_web_mercator_pixels_of_0_45_m_are_finer_than_0_40_m_there(tmp_path, book):
    """At 30.8 degrees north 0.45 m of Web Mercator is 0.387 m on the ground (cos 30.8 = 0.859)."""
    path = a_scene(tmp_path / "a.tif", gsd_m=0.45, size=64, crs="EPSG:3857")
    assert checked(path, book).document["verdict"] == "restricted"
    assert (
        checked(a_scene(tmp_path / "b.tif", gsd_m=0.47, size=64, crs="EPSG:3857"), book).document["verdict"]
        == "clear"
    )


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        pytest.param("2020-07-20", "restricted", id="the last day of 2.0 m"),
        pytest.param("2020-07-21", "clear", id="the first day of 0.4 m"),
    ],
)
def test_the_rules_are_those_of_the_day_it_was_acquired(tmp_path, book, day, verdict):
    path = a_scene(
        tmp_path / "a.tif", gsd_m=1.0, size=64, tags={"ACQUIRED_ON": day, "MODALITY": "panchromatic"}
    )
    assert checked(path, book).document["verdict"] == verdict


def test_elsewhere_it_is_clear(tmp_path, book):
    assert checked(a_scene(tmp_path / "a.tif", JORDAN, size=64), book).document["verdict"] == "clear"


def test_without_a_day_it_is_not_judged(tmp_path, book):
    path = a_scene(tmp_path / "a.tif", size=64, tags={"MODALITY": "panchromatic"})
    with pytest.raises(InvalidSubmission, match="on which day it was acquired"):
        checked(path, book)
    assert checked(path, book, as_of=dt.date(2026, 5, 1)).document["verdict"] == "restricted"


def test_an_unknown_kind_of_sensor_is_undetermined(tmp_path, book):
    path = a_scene(tmp_path / "a.tif", size=64, tags={"ACQUIRED_ON": "2026-05-01"})
    assert checked(path, book).document["verdict"] == "undetermined"
    assert checked(path, book, modality=Modality.PANCHROMATIC).document["verdict"] == "restricted"
    assert checked(path, book, modality=Modality.SAR).document["verdict"] == "undetermined"


def test_without_the_request_it_was_delivered_under_it_is_undetermined(tmp_path, book):
    path = a_scene(tmp_path / "a.tif", size=64)
    assert deliveries.check_scene(path, book, limits=Limits()).document["verdict"] == "undetermined"


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        pytest.param(0.50, True, id="finer than stated"),
        pytest.param(0.31, False, id="as stated"),
        pytest.param(0.30, False, id="coarser than stated"),
    ],
)
def test_finer_than_its_own_metadata_says_is_reported(tmp_path, book, stated, said):
    path = a_scene(tmp_path / "a.tif", JORDAN, size=64,
                   tags={"ACQUIRED_ON": "2026-05-01", "MODALITY": "panchromatic", "GSD_M": str(stated)})  # fmt: skip
    notes = checked(path, book).document["notes"]
    assert any("finer than the" in note["says"] for note in notes) is said


# ------------------------------------------------------------------------------------------ degrade


def test_the_operator_leaves_what_is_even_and_sums_to_one():
    start, stop, rows = operator(100, 50, 400, 1.29)
    assert rows.shape == (50, stop - start)
    assert rows.sum(axis=1) == pytest.approx(np.ones(50), abs=1e-5)


@pytest.mark.parametrize("factor", [1.29, 2.0, 5.0])
def test_what_is_finer_than_the_coarse_pixels_is_gone_and_what_is_coarser_stays(factor):
    """Sine waves through the operator: 40 dB down beyond half the coarse sampling rate, within 10 % well below it."""
    n = 1200
    _, _, rows = operator(0, n, n, factor)
    positions = np.arange(n)
    middle = slice(300, 900)

    def passed(cycles_per_coarse_pixel):
        wave = np.exp(2j * np.pi * cycles_per_coarse_pixel / factor * positions)
        return np.abs(rows @ wave)[middle].max()

    # The stop band holds up to the fine pixels' own limit.
    over = [f for f in (0.55, 0.6, 0.8, 1.0, 1.5, 2.0) if f / factor <= 0.5]
    assert over
    assert max(passed(f) for f in over) < 0.02
    assert (
        min(
            np.abs(rows @ np.exp(2j * np.pi * f / factor * positions))[middle].min() for f in (0.05, 0.1, 0.2)
        )
        > 0.9
    )


def degraded_scene(tmp_path, book, **more):
    source = a_scene(tmp_path / "in.tif", size=512, **more)
    target = tmp_path / "out.tif"
    done = deliveries.comply_scene(
        source,
        target,
        book,
        limits=Limits(),
        method=Method.DEGRADE,
        asked=deliveries.template_of(REQUEST, Limits()),
    )
    return source, target, done


def test_a_degraded_copy_is_clear_and_its_claim_is_measured(tmp_path, book):
    _, _, done = degraded_scene(tmp_path, book)
    assert done.document["before"]["verdict"] == "restricted"
    assert done.document["after"]["verdict"] == "clear"
    assert any("measured in their spectrum" in note["says"] for note in done.document["after"]["notes"])


def test_the_edge_of_a_degraded_copy_is_as_wide_as_coarse_pixels_make_it(tmp_path):
    """10-90 % rise of a sharp edge: no system with pixels of f fine pixels, band-limited, rises in less than 0.7 f of them."""
    size = 400
    data = np.full((size, size), 40, np.uint8)
    data[:, size // 2 :] = 200
    source = write(tmp_path / "in.tif", data, transform=centred(NEGEV, size, 0.1, "EPSG:32636"))
    comply(source, tmp_path / "out.tif", [Change(area=circle(*NEGEV, 200), finest_m=0.4)], method=Method.DEGRADE,
           limits=Limits(), provenance={})  # fmt: skip
    with rasterio.open(tmp_path / "out.tif") as copy:
        profile = copy.read(1)[size // 2].astype(float)
    low, high = 40 + 0.1 * 160, 40 + 0.9 * 160
    around = np.arange(size // 2 - 20, size // 2 + 20)
    rise = np.interp([low, high], profile[around], around)
    assert rise[1] - rise[0] >= 0.7 * 4


def half_piece(size):
    """A circle in the middle of a scene, so that its corners lie outside it."""
    return circle(*NEGEV, size * 0.31 * 0.25)


@pytest.mark.parametrize("method", list(Method))
def test_outside_the_pieces_every_pixel_is_as_it_was(tmp_path, method):
    size = 400
    source, target = a_scene(tmp_path / "in.tif", size=size, bands=3, tags={}), tmp_path / "out.tif"
    comply(
        source,
        target,
        [Change(area=half_piece(size), finest_m=1.0)],
        method=method,
        limits=Limits(),
        provenance={},
    )
    with rasterio.open(source) as before, rasterio.open(target) as after:
        one, other, mask = before.read(), after.read(), after.dataset_mask()
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    radius = np.hypot(rows - size / 2, columns - size / 2)
    inside, outside = radius < size * 0.25 - 1, radius > size * 0.25 + 4
    assert (one[:, outside] == other[:, outside]).all()
    assert mask[outside].all()
    if method is Method.DEGRADE:
        assert (one[:, inside] != other[:, inside]).mean() > 0.5
    else:
        assert not other[:, inside].any()
        assert not mask[inside].any()


def test_clipping_cuts_down_to_what_is_left(tmp_path):
    size = 400
    source, target = a_scene(tmp_path / "in.tif", size=size, tags={}), tmp_path / "out.tif"
    with rasterio.open(source) as before:
        west = before.transform @ (size * 0.25, size * 0.5)
    place = Transformer.from_crs(32636, 4326, always_xy=True).transform(*west)
    left_half = circle(place[0] - 0.002, place[1], 0.31 * size * 1.6)
    done = comply(
        source,
        target,
        [Change(area=left_half, finest_m=None)],
        method=Method.CLIP,
        limits=Limits(),
        provenance={},
    )
    with rasterio.open(source) as before, rasterio.open(target) as after:
        assert after.width == done.width < size
        window = before.window(*after.bounds).round_offsets().round_lengths()
        kept = after.dataset_mask().astype(bool)
        assert (before.read(1, window=window)[kept] == after.read(1)[kept]).all()


def test_clipping_everything_is_refused_and_nothing_is_left_behind(tmp_path):
    source = a_scene(tmp_path / "in.tif", size=128)
    with pytest.raises(InvalidImage, match="nothing would be left"):
        comply(source, tmp_path / "out.tif", [Change(area=circle(*NEGEV, 500), finest_m=None)], method=Method.CLIP,
               limits=Limits(), provenance={})  # fmt: skip
    assert [p.name for p in tmp_path.iterdir()] == ["in.tif"]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32", "complex64"])
def test_every_type_of_pixel_is_degraded(tmp_path, dtype):
    size = 200
    picture = ground_like(size)
    data = picture.astype(dtype) if dtype != "complex64" else (picture + 1j * picture.T).astype(dtype)
    source = write(tmp_path / "in.tif", data, transform=centred(NEGEV, size, 0.2, "EPSG:32636"))
    comply(source, tmp_path / "out.tif", [Change(area=circle(*NEGEV, 100), finest_m=0.8)], method=Method.DEGRADE,
           limits=Limits(), provenance={})  # fmt: skip
    with rasterio.open(tmp_path / "out.tif") as copy:
        after = copy.read(1)
    assert after.dtype == dtype
    fine = np.abs(np.fft.fftfreq(64)) > 0.55 / 4

    def power(values):
        part = values[64:128, 64:128] - values[64:128, 64:128].mean()
        return (
            np.abs(np.fft.fft2(part * np.outer(np.hanning(64), np.hanning(64))))[np.ix_(fine, fine)] ** 2
        ).mean()

    assert power(after) < 0.15 * power(data)


def test_empty_pixels_stay_empty_and_do_not_leak_in(tmp_path):
    size = 200
    data = np.full((size, size), 100, np.uint8)
    data[:, :80] = 0
    source = write(tmp_path / "in.tif", data, transform=centred(NEGEV, size, 0.2, "EPSG:32636"), nodata=0)
    comply(source, tmp_path / "out.tif", [Change(area=circle(*NEGEV, 100), finest_m=0.8)], method=Method.DEGRADE,
           limits=Limits(), provenance={})  # fmt: skip
    with rasterio.open(tmp_path / "out.tif") as copy:
        after = copy.read(1)
    assert (after[:, :80] == 0).all()
    assert (after[:, 80:] == 100).all()


def test_no_overview_betrays_the_original(tmp_path):
    """A checkerboard of single pixels inside the piece: degraded, it is even, in the image and in each overview."""
    size = 1100
    data = (np.indices((size, size)).sum(axis=0) % 2 * 200 + 20).astype(np.uint8)
    source = write(tmp_path / "in.tif", data, transform=centred(NEGEV, size, 0.2, "EPSG:32636"))
    with rasterio.open(source, "r+") as raster:
        raster.build_overviews([2, 4], rasterio.enums.Resampling.nearest)
    comply(source, tmp_path / "out.tif", [Change(area=circle(*NEGEV, 300), finest_m=0.6)], method=Method.DEGRADE,
           limits=Limits(), provenance={})  # fmt: skip
    with rasterio.open(tmp_path / "out.tif") as copy:
        levels = copy.overviews(1)
        assert levels
        assert int(np.ptp(copy.read(1)[50:-50, 50:-50].astype(int))) <= 8
    for level in range(len(levels)):
        with rasterio.open(tmp_path / "out.tif", overview_level=level) as overview:
            assert int(np.ptp(overview.read(1)[30:-30, 30:-30].astype(int))) <= 8


def test_the_originals_tiles_are_nowhere_in_the_copy(tmp_path):
    """Each stored tile of the original that a piece touches is looked for in the copy: whole, and its last 4 KiB."""
    size = 1024
    source, target = a_scene(tmp_path / "in.tif", size=size), tmp_path / "out.tif"
    comply(source, target, [Change(area=circle(*NEGEV, 60), finest_m=0.8)], method=Method.DEGRADE, limits=Limits(),
           provenance={}, overviews=False)  # fmt: skip
    stored, copy = source.read_bytes(), target.read_bytes()
    tiles = tiles_of(source, stored)
    with rasterio.open(source) as before, rasterio.open(target) as after:
        changed = [
            tile for (row, column), tile in tiles.items()
            if (before.read(1, window=Window(column, row, 128, 128)) != after.read(1, window=Window(column, row, 128, 128))).any()
        ]  # fmt: skip
    assert len(changed) >= 9
    assert not any(tile in copy or tile[-4096:] in copy for tile in changed)


def tiles_of(path, stored):
    """(row, column) -> the stored bytes of each tile of a one-band TIFF, by its own directory."""
    with rasterio.open(path) as raster:
        found = {}
        for row in range(0, raster.height, 128):
            for column in range(0, raster.width, 128):
                name = f"{column // 128}_{row // 128}"
                at = raster.get_tag_item(f"BLOCK_OFFSET_{name}", "TIFF", bidx=1)
                size = raster.get_tag_item(f"BLOCK_SIZE_{name}", "TIFF", bidx=1)
                found[row, column] = stored[int(at) : int(at) + int(size)]
        return found


def test_a_false_claim_of_being_degraded_does_not_help(tmp_path, book):
    source, target, _ = degraded_scene(tmp_path, book)
    with rasterio.open(target) as copy:
        claim = {k: v for k, v in copy.tags().items() if k.startswith("RSIWG_")}
    with rasterio.open(source, "r+") as raster:
        raster.update_tags(**claim)
    found = checked(source, book).document
    assert found["verdict"] == "restricted"
    assert any("do not bear that out" in note["says"] for note in found["notes"])


@pytest.mark.parametrize(
    "text", ["[", '[{"area": 3}]', '{"a": 1}', '[{"resolution_m": "NaN", "area": {}}]', "null"]
)
def test_a_broken_claim_says_nothing(tmp_path, book, text):
    path = a_scene(tmp_path / "a.tif", size=64,
                   tags={"ACQUIRED_ON": "2026-05-01", "MODALITY": "panchromatic", "RSIWG_PIECES": text})  # fmt: skip
    assert checked(path, book).document["verdict"] == "restricted"


def test_statistics_of_the_original_do_not_go_along(tmp_path, book):
    tags = {
        "ACQUIRED_ON": "2026-05-01",
        "MODALITY": "panchromatic",
        "STATISTICS_MAXIMUM": "254",
        "SECRET": "x",
    }
    _, target, _ = degraded_scene(tmp_path, book, tags=tags)
    with rasterio.open(target) as copy:
        kept = copy.tags()
    assert "SECRET" not in kept
    assert "STATISTICS_MAXIMUM" not in kept
    assert kept["ACQUIRED_ON"] == "2026-05-01"
    assert len(kept["RSIWG_SOURCE_SHA256"]) == 64


@pytest.mark.parametrize("name", ["in.tif", "link.tif"])
def test_the_original_is_never_written_over(tmp_path, name):
    source = a_scene(tmp_path / "in.tif", size=64)
    (tmp_path / "link.tif").symlink_to(source)
    before = source.read_bytes()
    with pytest.raises(InvalidImage, match="is the scene itself"):
        comply(source, tmp_path / name, [Change(area=circle(*NEGEV, 10), finest_m=0.8)], method=Method.MASK,
               limits=Limits(), provenance={})  # fmt: skip
    assert source.read_bytes() == before


def test_when_reading_fails_half_way_nothing_is_left_behind(tmp_path):
    source = a_scene(tmp_path / "in.tif", size=512)
    data = bytearray(source.read_bytes())
    for at in range(len(data) // 2, len(data) // 2 + 3000):
        data[at] ^= 0x5A
    source.write_bytes(data)
    with pytest.raises(InvalidImage, match="is damaged"):
        comply(source, tmp_path / "out.tif", [Change(area=circle(*NEGEV, 30), finest_m=0.8)], method=Method.DEGRADE,
               limits=Limits(), provenance={})  # fmt: skip
    assert [p.name for p in tmp_path.iterdir()] == ["in.tif"]


def test_the_same_copy_has_the_same_bytes(tmp_path):
    source = a_scene(tmp_path / "in.tif", size=300)
    for name in ("one.tif", "two.tif"):
        comply(source, tmp_path / name, [Change(area=circle(*NEGEV, 30), finest_m=0.8)], method=Method.DEGRADE,
               limits=Limits(), provenance={"A": "b"})  # fmt: skip
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "two.tif").read_bytes()


# ---------------------------------------------------------------------------------- the command line


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "rsiwg.cli", "imagery", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False, env=os.environ,
    )  # fmt: skip


@pytest.fixture
def request_file(tmp_path):
    path = tmp_path / "request.json"
    path.write_text(json.dumps(REQUEST))
    return path


def test_comply_writes_the_copy_the_report_and_the_map(tmp_path, request_file):
    source = a_scene(tmp_path / "in.tif", size=300)
    done = run("comply", source, "-o", tmp_path / "out.tif", "--request", request_file, "--report", tmp_path / "report",
               "--map", tmp_path / "map.html", "--format", "json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["after"]["verdict"] == "clear"
    assert "data:image/png" in (tmp_path / "report" / "report.html").read_text()
    page = (tmp_path / "map.html").read_text()
    assert "pictures-divider" in page
    assert json.loads((tmp_path / "report" / "report.json").read_text()) == json.loads(done.stdout)


def test_check_answers_with_the_worst_verdict(tmp_path, request_file):
    restricted, clear = a_scene(tmp_path / "a.tif", size=64), a_scene(tmp_path / "b.tif", JORDAN, size=64)
    assert run("check", clear, "--request", request_file).returncode == 0
    done = run("check", restricted, clear, "--request", request_file)
    assert done.returncode == 1
    assert "RESTRICTED  a.tif" in done.stdout
    assert "CLEAR  b.tif" in done.stdout
    assert run("check", clear).returncode == 2, "who delivers it, and under which tier, is not said"


def test_what_cannot_be_read_is_3_and_says_so(tmp_path):
    path = Path(tmp_path / "a.tif")
    path.write_bytes(b"<html>")
    done = run("check", path)
    assert done.returncode == 3
    assert "neither a GeoTIFF" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
