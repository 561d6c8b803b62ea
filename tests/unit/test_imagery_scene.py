"""What is read of a raster: where it lies, how fine it is on the ground, what it says of itself."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from pyproj import Geod, Proj
from rasterio.control import GroundControlPoint
from rasterio.rpc import RPC
from rasterio.transform import Affine, from_origin
from unit.imagery_files import FRANCE, NEGEV, a_scene, centred, unplaced_is_meant, write

from rsiwg.domain import Modality
from rsiwg.errors import InvalidImage, TooLarge
from rsiwg.geometry import area_km2
from rsiwg.imagery import read_scene
from rsiwg.settings import Limits

WGS84_A, WGS84_E2 = 6378137.0, 0.0066943799901413165


def meridian_m_per_deg(lat):
    """Length of a degree of latitude: the meridional radius of curvature, in closed form (Snyder 1987, equation 4-18)."""
    w = 1 - WGS84_E2 * math.sin(math.radians(lat)) ** 2
    return math.radians(1) * WGS84_A * (1 - WGS84_E2) / w**1.5


def parallel_m_per_deg(lat):
    """Length of a degree of longitude (Snyder 1987, equation 4-21)."""
    w = 1 - WGS84_E2 * math.sin(math.radians(lat)) ** 2
    return math.radians(1) * WGS84_A * math.cos(math.radians(lat)) / w**0.5


@pytest.mark.parametrize(
    ("place", "crs"),
    [
        pytest.param(NEGEV, "EPSG:32636", id="UTM near its middle"),
        pytest.param((36.0, 31.0), "EPSG:32636", id="UTM at the edge of its zone"),
        pytest.param(FRANCE, "EPSG:2154", id="Lambert-93"),
    ],
)
def test_distances_on_the_ground_follow_the_scale_of_the_projection(tmp_path, place, crs):
    """Oracle: PROJ's own scale factors at the place."""
    scene = read_scene(a_scene(tmp_path / "a.tif", place, gsd_m=0.5, size=64, crs=crs), Limits())
    factors = Proj(crs).get_factors(*place)
    assert scene.spacing.finest_m == pytest.approx(0.5 / factors.tissot_semimajor, rel=2e-5)
    assert scene.spacing.coarsest_m == pytest.approx(0.5 / factors.tissot_semiminor, rel=2e-5)


def test_degrees_are_not_metres(tmp_path):
    step = 1e-5
    path = write(tmp_path / "a.tif", np.full((64, 64), 9, np.uint8), crs="EPSG:4326",
                 transform=from_origin(FRANCE[0], FRANCE[1], step, step))  # fmt: skip
    found = read_scene(path, Limits()).spacing
    assert found.finest_m == pytest.approx(parallel_m_per_deg(FRANCE[1]) * step, rel=1e-4)
    assert found.coarsest_m == pytest.approx(meridian_m_per_deg(FRANCE[1]) * step, rel=1e-4)


def test_web_mercator_metres_are_not_metres(tmp_path):
    """At 60 degrees north a Web Mercator metre is about half a metre: 1/k with k = sec(lat), on the sphere of EPSG:3857."""
    path = a_scene(tmp_path / "a.tif", (10.0, 60.0), gsd_m=1.0, size=32, crs="EPSG:3857")
    found = read_scene(path, Limits()).spacing
    east = parallel_m_per_deg(60.0) / (math.radians(1) * WGS84_A)
    north = meridian_m_per_deg(60.0) * math.cos(math.radians(60.0)) / (math.radians(1) * WGS84_A)
    assert sorted([east, north]) == pytest.approx([found.finest_m, found.coarsest_m], rel=1e-4)


@pytest.mark.parametrize(
    "turned",
    [
        pytest.param(Affine.rotation(33), id="rotated"),
        pytest.param(Affine.scale(1, -1), id="south up"),
        pytest.param(Affine.scale(-1, 1), id="east to the left"),
    ],
)
def test_a_raster_may_lie_any_way_round(tmp_path, turned):
    straight = centred(NEGEV, 64, 0.5, "EPSG:32636")
    path = write(tmp_path / "a.tif", np.full((64, 64), 9, np.uint8), transform=straight @ turned)
    found = read_scene(path, Limits())
    scale = Proj("EPSG:32636").get_factors(*NEGEV).tissot_semimajor
    assert found.spacing.finest_m == pytest.approx(0.5 / scale, rel=5e-5)
    assert area_km2(found.outline) == pytest.approx((64 * 0.5 / scale) ** 2 / 1e6, rel=1e-3)


def test_a_skewed_raster_is_as_fine_as_its_finest_direction(tmp_path):
    """Oracle: the smallest singular value of [[1, 1], [0, 1]], (sqrt(5) - 1) / 2."""
    sheared = centred(NEGEV, 64, 1.0, "EPSG:32636") @ Affine(1, 1, 0, 0, 1, 0)
    found = read_scene(write(tmp_path / "a.tif", np.full((64, 64), 9, np.uint8), transform=sheared), Limits())
    scale = Proj("EPSG:32636").get_factors(*NEGEV).tissot_semimajor
    assert found.spacing.finest_m == pytest.approx((math.sqrt(5) - 1) / 2 / scale, rel=1e-4)


def test_ground_control_points_place_a_raster(tmp_path):
    """A raster without a geotransform, whose corners are 40 m apart by geodesics."""
    size, apart = 80, 40.0
    geod = Geod(ellps="WGS84")
    lon0, lat0 = FRANCE
    east = geod.fwd(lon0, lat0, 90, apart)[0] - lon0
    south = geod.fwd(lon0, lat0, 180, apart)[1] - lat0
    points = [
        GroundControlPoint(row=r * size, col=c * size, x=lon0 + c * east, y=lat0 + r * south)
        for r in (0, 1) for c in (0, 1)
    ]  # fmt: skip
    path = tmp_path / "a.tif"
    write(path, np.full((size, size), 9, np.uint8), crs=None)
    with unplaced_is_meant(), rasterio.open(path, "r+") as raster:
        raster.gcps = (points, rasterio.crs.CRS.from_epsg(4326))
    found = read_scene(path, Limits())
    assert "4 ground control points" in found.ground
    assert found.spacing.finest_m == pytest.approx(apart / size, rel=1e-3)


def rpc_of(lon, lat, size, degrees):
    """Coefficients of a model in which lines and samples are linear in latitude and longitude."""
    one, line, sample = [1.0] + [0.0] * 19, [0.0] * 20, [0.0] * 20
    line[2], sample[1] = -1.0, 1.0  # terms: 1, longitude, latitude, height, ...
    return RPC(
        err_bias=0, err_rand=0, height_off=0.0, height_scale=500.0, lat_off=lat, lat_scale=degrees / 2, long_off=lon,
        long_scale=degrees / 2, line_off=size / 2, line_scale=size / 2, samp_off=size / 2, samp_scale=size / 2,
        line_num_coeff=line, line_den_coeff=one, samp_num_coeff=sample, samp_den_coeff=one,
    )  # fmt: skip


def test_rational_polynomial_coefficients_place_a_raster(tmp_path):
    path = write(tmp_path / "a.tif", np.full((100, 100), 9, np.uint8), crs=None)
    with unplaced_is_meant(), rasterio.open(path, "r+") as raster:
        raster.rpcs = rpc_of(*FRANCE, 100, 0.001)
    found = read_scene(path, Limits())
    assert "rational polynomial coefficients" in found.ground
    assert found.spacing.finest_m == pytest.approx(parallel_m_per_deg(FRANCE[1]) * 1e-5, rel=1e-3)
    assert found.spacing.coarsest_m == pytest.approx(meridian_m_per_deg(FRANCE[1]) * 1e-5, rel=1e-3)


def test_the_outline_is_that_of_the_valid_pixels(tmp_path):
    data = np.zeros((200, 200), np.uint8)
    data[50:150, 20:60] = 7
    path = write(tmp_path / "a.tif", data, transform=centred(NEGEV, 200, 10.0, "EPSG:32636"), nodata=0)
    scale = Proj("EPSG:32636").get_factors(*NEGEV).areal_scale
    assert area_km2(read_scene(path, Limits()).outline) == pytest.approx(
        100 * 40 * 100 / 1e6 / scale, rel=1e-3
    )


def test_pixels_that_are_no_number_are_empty(tmp_path):
    data = np.full((100, 100), np.nan, np.float32)
    data[10:30, 10:30] = 0.5
    path = write(tmp_path / "a.tif", data, transform=centred(NEGEV, 100, 10.0, "EPSG:32636"))
    assert area_km2(read_scene(path, Limits()).outline) == pytest.approx(20 * 20 * 100 / 1e6, rel=2e-3)


def test_a_hole_in_the_valid_pixels_is_a_hole_in_the_outline(tmp_path):
    data = np.full((90, 90), 5, np.uint8)
    data[30:60, 30:60] = 0
    path = write(tmp_path / "a.tif", data, transform=centred(NEGEV, 90, 10.0, "EPSG:32636"), nodata=0)
    outline = read_scene(path, Limits()).outline
    assert len(outline.geoms[0].interiors) == 1
    assert area_km2(outline) == pytest.approx((8100 - 900) * 100 / 1e6, rel=2e-3)


def test_a_raster_over_180_degrees_is_in_two_parts(tmp_path):
    path = a_scene(tmp_path / "a.tif", (180.0, 10.0), gsd_m=50.0, size=64, crs="EPSG:32660")
    outline = read_scene(path, Limits()).outline
    assert len(outline.geoms) == 2
    scale = Proj("EPSG:32660").get_factors(180.0, 10.0).areal_scale
    assert area_km2(outline) == pytest.approx((64 * 50) ** 2 / 1e6 / scale, rel=1e-3)


def test_a_raster_over_the_pole_holds_the_pole(tmp_path):
    """Oracle: the area scale of polar stereographic EPSG:3413 near the pole, by PROJ."""
    path = write(tmp_path / "a.tif", np.full((64, 64), 3, np.uint8), crs="EPSG:3413",
                 transform=from_origin(-32_000, 32_000, 1000, 1000))  # fmt: skip
    outline = read_scene(path, Limits()).outline
    assert outline.bounds[3] == 90
    scale = Proj("EPSG:3413").get_factors(0, 89.9).areal_scale
    assert area_km2(outline) == pytest.approx(64 * 64 / scale, rel=2e-3)


def test_a_stac_item_beside_it_is_read(tmp_path):
    path = a_scene(tmp_path / "a.tif", size=64, tags={})
    item = {"type": "Feature", "stac_version": "1.0.0", "properties": {
        "datetime": "2025-03-04T05:06:07Z", "gsd": 0.5, "instruments": ["WV110 PAN"], "platform": "worldview-x"}}  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(item))
    said = read_scene(path, Limits()).stated
    assert (str(said.acquired_on), said.gsd_m, said.modality, said.platform) == (
        "2025-03-04", 0.5, Modality.PANCHROMATIC, "worldview-x",
    )  # fmt: skip


def test_an_imd_file_beside_it_is_read(tmp_path):
    path = a_scene(tmp_path / "a.tif", size=64, tags={})
    path.with_suffix(".IMD").write_text(
        'bandId = "P";\nBEGIN_GROUP = IMAGE_1\n\tsatId = "WV02";\n\tTLCTime = 2012-08-05T08:11:12.345Z;\n'
        "\tmeanCollectedGSD = 0.512;\nEND_GROUP = IMAGE_1\n"
    )
    said = read_scene(path, Limits()).stated
    assert (str(said.acquired_on), said.gsd_m, said.modality, said.platform) == (
        "2012-08-05", 0.512, Modality.PANCHROMATIC, "WV02",
    )  # fmt: skip


def test_complex_pixels_are_sar(tmp_path):
    path = a_scene(tmp_path / "a.tif", size=64, dtype="complex64", tags={})
    assert read_scene(path, Limits()).stated.modality is Modality.SAR


# ------------------------------------------------------------------------------------------ hostile


def refused(path, limits=None, kind=InvalidImage):
    with pytest.raises(kind) as caught:
        read_scene(path, limits or Limits())
    return str(caught.value)


def test_a_vrt_is_refused_and_what_it_names_is_not_read(tmp_path):
    path = tmp_path / "a.tif"
    path.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
                    "<SourceFilename>/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>")  # fmt: skip
    assert "neither a GeoTIFF" in refused(path)


@pytest.mark.parametrize(
    "name", ["/vsicurl/http://127.0.0.1:9/a.tif", "http://127.0.0.1:9/a.tif", "/vsizip/a.zip/a.tif"]
)
def test_what_is_not_a_file_of_this_machine_is_refused(tmp_path, name):
    assert "is not a file" in refused(Path(name))


def test_a_folder_of_files_beside_it_is_not_opened(tmp_path):
    """An overview file that is really a VRT is not looked at."""
    path = a_scene(tmp_path / "a.tif", size=64)
    (tmp_path / "a.tif.ovr").write_text("<VRTDataset/>")
    scene = read_scene(path, Limits())
    assert scene.overviews == ()
    assert scene.stated.beside == ("a.tif.ovr (overviews)",)


def test_without_a_place_on_the_earth_it_is_refused(tmp_path):
    assert "does not say where on the Earth" in refused(
        write(tmp_path / "a.tif", np.ones((8, 8), np.uint8), crs=None)
    )


def test_without_a_valid_pixel_it_is_refused(tmp_path):
    data = np.zeros((64, 64), np.uint8)
    path = write(tmp_path / "a.tif", data, nodata=0, transform=centred(NEGEV, 64, 1, "EPSG:32636"))
    assert "no valid pixel" in refused(path)


def test_a_full_disk_picture_is_refused_with_a_reason(tmp_path):
    crs = "+proj=geos +h=35785831 +lon_0=0 +sweep=y"
    path = write(tmp_path / "a.tif", np.ones((64, 64), np.uint8), crs=crs,
                 transform=from_origin(-5_500_000, 5_500_000, 171_875, 171_875))  # fmt: skip
    assert "leaves the Earth" in refused(path)


def test_too_many_pixels_are_refused_before_any_is_read(tmp_path):
    path = tmp_path / "bomb.tif"
    with rasterio.open(path, "w", driver="GTiff", width=200_000, height=200_000, count=1, dtype="uint8", tiled=True,
                       compress="deflate", crs="EPSG:32636", transform=centred(NEGEV, 200_000, 0.3, "EPSG:32636"),
                       SPARSE_OK=True, BIGTIFF="YES"):  # fmt: skip
        pass
    assert "max_image_pixels" in refused(path, kind=TooLarge)


def test_one_huge_block_is_refused(tmp_path):
    path = write(tmp_path / "a.tif", np.ones((512, 512), np.uint8), tiled=False, blockysize=512,
                 transform=centred(NEGEV, 512, 1, "EPSG:32636"), compress="deflate")  # fmt: skip
    assert "max_image_block_bytes" in refused(path, Limits(max_image_block_bytes=100_000), TooLarge)


def test_a_damaged_block_is_told_and_not_a_traceback(tmp_path):
    path = a_scene(tmp_path / "a.tif", size=512, nodata=0)
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, len(data) // 3 + 4000):
        data[at] ^= 0x5A
    path.write_bytes(data)
    assert "is damaged" in refused(path)


def test_half_a_file_is_told(tmp_path):
    path = a_scene(tmp_path / "a.tif", size=512, nodata=0)
    path.write_bytes(path.read_bytes()[:20_000])
    assert "damaged" in refused(path)


@pytest.mark.parametrize(("driver", "name"), [("JP2OpenJPEG", "a.jp2"), ("NITF", "a.ntf")])
def test_jpeg_2000_and_nitf_are_read(tmp_path, driver, name):
    """Oracle: the same picture as a GeoTIFF, in degrees, which NITF knows too."""
    tiff = write(tmp_path / "a.tif", np.full((128, 128), 9, np.uint8), crs="EPSG:4326",
                 transform=from_origin(FRANCE[0], FRANCE[1], 2e-5, 2e-5))  # fmt: skip
    rasterio.shutil.copy(tiff, tmp_path / name, driver=driver)
    one, other = read_scene(tiff, Limits()), read_scene(tmp_path / name, Limits())
    assert other.driver == driver
    assert other.spacing.finest_m == pytest.approx(one.spacing.finest_m, rel=2e-2)
    assert area_km2(other.outline) == pytest.approx(area_km2(one.outline), rel=4e-2)
