"""Areas from real files of every format; hostile ones are in test_intake_attacks.py."""

import importlib.util
import io
import json
import re
import sqlite3
import struct
import warnings
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from rsiwg.errors import ChoiceNeeded, InvalidGeometry, TooLarge
from rsiwg.geometry import area_km2, normalise_shape
from rsiwg.intake import read_aoi_file, read_aoi_value
from rsiwg.settings import Limits

_spec = importlib.util.spec_from_file_location(
    "intake_files", Path(__file__).parent / "intake_files" / "__init__.py"
)
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)

LIMITS = Limits()
PORT = box(34.7, 32.0, 34.9, 32.2)
HOLED = Polygon(PORT.exterior, [box(34.75, 32.05, 34.8, 32.1).exterior.reverse()])
ISLANDS = MultiPolygon([HOLED, box(35.1, 32.0, 35.2, 32.1)])
GIS = ("Shapefile", "GeoPackage", "FlatGeobuf", "GeoParquet")


def refusal(data, name="a.bin", limits=LIMITS, choose=None):
    with pytest.raises((InvalidGeometry, TooLarge)) as caught:
        read_aoi_file(data, name, limits, choose)
    return str(caught.value)


# ------------------------------------------------------------------------------------ each format


@pytest.mark.parametrize("kind", files.FORMATS)
@pytest.mark.parametrize(
    "shape", [PORT, HOLED, ISLANDS], ids=["plain", "with a hole", "two parts and a hole"]
)
def test_each_format_gives_the_same_area(kind, shape):
    read = read_aoi_file(*files.a_file(kind, [shape], ["Port"]), LIMITS)
    assert read.area == normalise_shape(shape).area
    assert read.format == kind
    assert read.changes == ()
    assert read.name == (None if kind == "WKT" else "Port")


@pytest.mark.parametrize("kind", [kind for kind in files.FORMATS if kind != "WKT"])
def test_a_file_with_several_features_asks_which(kind):
    data, name = files.a_file(kind, [PORT, box(10, 50, 11, 51)], ["Port", "Field"])
    with pytest.raises(ChoiceNeeded) as caught:
        read_aoi_file(data, name, LIMITS)
    by_label = {choice["label"]: choice for choice in caught.value.choices}
    assert by_label["Port"]["area_km2"] == pytest.approx(area_km2(normalise_shape(PORT).area), rel=1e-5)
    for choose in (by_label["Port"]["choose"], "Port"):
        read = read_aoi_file(data, name, LIMITS, choose)
        assert read.area == normalise_shape(PORT).area
        assert read.name == "Port"
    whole = read_aoi_file(data, name, LIMITS, "all")
    assert len(whole.area.geoms) == 2
    assert "2 areas were taken together as one." in whole.changes
    with pytest.raises(ChoiceNeeded, match="no single area"):
        read_aoi_file(data, name, LIMITS, "3")


def test_areas_that_overlap_are_merged_and_it_is_said():
    data, name = files.a_file("GeoJSON", [PORT, box(34.8, 32.0, 35.0, 32.2)])
    read = read_aoi_file(data, name, LIMITS, "all")
    assert len(read.area.geoms) == 1
    assert "counts once" in read.changes[-1]


def test_an_area_that_cannot_be_taken_is_listed_without_a_size():
    bowtie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    data, name = files.a_file("GeoJSON", [PORT, bowtie])
    with pytest.raises(ChoiceNeeded) as caught:
        read_aoi_file(data, name, LIMITS)
    assert [choice["area_km2"] is None for choice in caught.value.choices] == [False, True, True]
    assert read_aoi_file(data, name, LIMITS, "1").area
    assert "crosses" in refusal(data, name, choose="2")
    assert refusal(data, name, choose="all").startswith("area 2: ")


def test_points_and_lines_beside_an_area_are_left_out_and_it_is_said():
    shapes = [PORT, shapely.Point(1, 2), shapely.LineString([(0, 0), (1, 1)])]
    read = read_aoi_file(*files.a_file("GeoJSON", shapes), LIMITS)
    assert read.changes == (
        "Features that are no areas were left out: 1 of type LineString and 1 of type Point.",
    )


@pytest.mark.parametrize("kind", ["GeoJSON", *GIS])
@pytest.mark.parametrize(
    "shape", [shapely.Point(1, 2), shapely.LineString([(0, 0), (1, 1)])], ids=["point", "line"]
)
def test_points_or_lines_alone_are_no_area(kind, shape):
    assert "an area is needed" in refusal(*files.a_file(kind, [shape]))


@pytest.mark.parametrize("kind", [*GIS, "GeoJSON"])
def test_heights_are_left_out_and_it_is_said(kind):
    read = read_aoi_file(*files.a_file(kind, [shapely.force_3d(HOLED, 12.0)]), LIMITS)
    assert read.area == normalise_shape(HOLED).area
    if kind not in ("Shapefile", "FlatGeobuf"):  # these keep heights apart, where they are not read
        assert any("Heights" in change for change in read.changes)


@pytest.mark.parametrize("kind", files.FORMATS)
def test_an_outline_beyond_180_is_wrapped_and_it_is_said(kind):
    read = read_aoi_file(*files.a_file(kind, [box(179, 10, 181, 11)]), LIMITS)
    assert len(read.area.geoms) == 2
    assert any("-180 to 180" in change for change in read.changes)
    assert area_km2(read.area) == pytest.approx(area_km2(normalise_shape(box(9, 10, 11, 11)).area))


@pytest.mark.parametrize("kind", files.FORMATS)
def test_swapped_or_metric_coordinates_are_refused(kind):
    assert "swapped" in refusal(*files.a_file(kind, [box(32, 134, 33, 135)]))
    metric = refusal(*files.a_file(kind, [box(660_000, 3_550_000, 670_000, 3_560_000)]))
    assert "lies beyond" in metric


@pytest.mark.parametrize("kind", files.FORMATS)
def test_a_bow_tie_is_refused(kind):
    bowtie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert "crosses or overlaps itself" in refusal(*files.a_file(kind, [bowtie]))


@pytest.mark.parametrize("kind", files.FORMATS)
def test_a_flood_of_vertices_is_refused_before_it_is_built(kind):
    corners = shapely.Point(10, 10).buffer(1, quad_segs=12_501)
    assert shapely.get_num_coordinates(corners) > 50_001
    assert "max_vertices" in refusal(*files.a_file(kind, [corners]))


@pytest.mark.parametrize("kind", files.FORMATS)
def test_a_flood_of_area_is_refused(kind):
    assert "max_area_km2" in refusal(*files.a_file(kind, [box(-80, -80, 80, 80)]))


@pytest.mark.parametrize("kind", [kind for kind in files.FORMATS if kind != "WKT"])
def test_a_flood_of_features_is_refused(kind):
    data, name = files.a_file(kind, [PORT] * 12)
    assert "max_features" in refusal(data, name, Limits(max_features=11))


@pytest.mark.parametrize("kind", ["KML", "GeoJSON", *GIS])
def test_a_flood_of_parts_is_refused(kind):
    parts = MultiPolygon([box(n / 2, 0, n / 2 + 0.2, 1) for n in range(201)])
    assert "max_parts" in refusal(*files.a_file(kind, [parts]))


def test_a_file_over_the_limit_is_refused_unread():
    assert "max_body_bytes" in refusal(b"x" * 11, limits=Limits(max_body_bytes=10))


# ------------------------------------------------------------------------------- coordinate systems


def in_crs(shape, crs):
    there = pyproj.Transformer.from_crs("OGC:CRS84", crs, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1])))


@pytest.mark.parametrize("kind", GIS)
@pytest.mark.parametrize(
    ("crs", "where"),
    [
        pytest.param("EPSG:32636", (34.7, 32.0), id="UTM 36N"),
        pytest.param("EPSG:3857", (34.7, 32.0), id="web Mercator"),
        pytest.param("EPSG:27700", (-1.5, 52.0), id="British grid"),
        pytest.param("EPSG:2039", (34.7, 32.0), id="Israeli grid"),
        pytest.param("EPSG:4258", (8.5, 52.0), id="ETRS89, latitude first"),
        pytest.param("EPSG:4267", (-100.0, 40.0), id="NAD27, latitude first"),
        pytest.param("EPSG:3031", (30.0, -75.0), id="polar"),
        pytest.param("EPSG:2263", (-74.0, 40.7), id="feet"),
    ],
)
def test_a_coordinate_system_is_reprojected_with_its_axes_right(kind, crs, where):
    lon, lat = where
    there = in_crs(shapely.segmentize(box(lon, lat, lon + 0.2, lat + 0.1), 0.001), crs)
    data, name = files.a_file(kind, [there], crs=crs)
    read = read_aoi_file(data, name, LIMITS)
    assert read.area.bounds == pytest.approx((lon, lat, lon + 0.2, lat + 0.1), abs=2e-7)
    difference = read.area.symmetric_difference(box(lon, lat, lon + 0.2, lat + 0.1)).area
    assert difference < 1e-5 * read.area.area
    assert read.changes[0].startswith("Reprojected from ")


@pytest.mark.parametrize("kind", GIS)
def test_wgs_84_is_not_moved_and_longitude_comes_first(kind):
    read = read_aoi_file(*files.a_file(kind, [PORT], crs="EPSG:4326"), LIMITS)
    assert read.area == normalise_shape(PORT).area
    assert read.changes == ()


def test_straight_edges_of_a_plane_stay_straight_there():
    """A long edge in UTM at 60 degrees north bows by over 500 m when drawn between its ends in lon/lat."""
    plane = box(300_000, 6_650_000, 700_000, 6_700_000)
    read = read_aoi_file(*files.a_file("GeoPackage", [plane], crs="EPSG:32633"), LIMITS)
    back = pyproj.Transformer.from_crs("EPSG:32633", "OGC:CRS84", always_xy=True)
    fine = shapely.transform(
        shapely.segmentize(plane, 100), lambda xy: np.column_stack(back.transform(*xy.T))
    )
    assert shapely.hausdorff_distance(read.area.geoms[0].exterior, fine.exterior) * 111_320 < 0.5
    assert area_km2(read.area) == pytest.approx(area_km2(normalise_shape(fine).area), rel=1e-6)
    coarse = shapely.transform(plane, lambda xy: np.column_stack(back.transform(*xy.T)))
    assert abs(area_km2(normalise_shape(coarse).area) / area_km2(read.area) - 1) > 1e-4


def test_a_plane_outline_across_180_degrees_is_split():
    plane = box(100_000, 1_000_000, 300_000, 1_100_000)  # UTM 1 north, from about 179.4 E
    read = read_aoi_file(*files.a_file("GeoPackage", [plane], crs="EPSG:32601"), LIMITS)
    assert len(read.area.geoms) == 2
    assert area_km2(read.area) == pytest.approx(20_000, rel=5e-3)


def test_a_plane_outline_round_the_pole_holds_the_pole():
    plane = shapely.Point(0, 0).buffer(1_000_000)
    read = read_aoi_file(*files.a_file("GeoPackage", [plane], crs="EPSG:3031"), LIMITS)
    assert read.area.bounds[1] == -90
    assert area_km2(read.area) == pytest.approx(3.1415e6, rel=0.06)
    assert read.area.covers(box(-180, -90, 180, -82))


@pytest.mark.parametrize("kind", GIS)
def test_degrees_under_a_plane_coordinate_system_are_refused(kind):
    assert "look like degrees" in refusal(*files.a_file(kind, [PORT], crs="EPSG:32636"))


@pytest.mark.parametrize("kind", GIS)
def test_the_wrong_zone_is_refused(kind):
    there = in_crs(PORT, "EPSG:32636")
    assert "far outside" in refusal(*files.a_file(kind, [there], crs="EPSG:2263"))


@pytest.mark.parametrize("kind", GIS)
def test_a_missing_coordinate_system_is_refused(kind):
    data, name = _without_crs(kind)
    said = refusal(data, name)
    assert ".prj is missing" in said if kind == "Shapefile" else "coordinate system" in said
    assert "not stated" in said or "not known" in said


def _without_crs(kind):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return files.a_file(kind, [PORT], crs=None)


# ------------------------------------------------------------------------------------- GeoJSON


def geojson(value):
    return json.dumps(value).encode()


SQUARE = {
    "type": "Polygon",
    "coordinates": [[[34.7, 32.0], [34.9, 32.0], [34.9, 32.2], [34.7, 32.2], [34.7, 32.0]]],
}


@pytest.mark.parametrize("value", [SQUARE, {"type": "Feature", "geometry": SQUARE, "properties": None}])
@pytest.mark.parametrize(
    "crs", [None, "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"]
)
def test_geojson_is_read(value, crs):
    value = value if crs is None else {**value, "crs": {"type": "name", "properties": {"name": crs}}}
    assert read_aoi_file(geojson(value), "a.json", LIMITS).area == normalise_shape(PORT).area


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({**SQUARE, "crs": {"type": "name", "properties": {"name": "EPSG:32636"}}}, "EPSG:32636"),
        ({**SQUARE, "crs": {"type": "link", "properties": {"href": "http://169.254.169.254/"}}}, "an object"),
        ({**SQUARE, "crs": 3857}, "3857"),
        ({"type": "Feature", "geometry": {**SQUARE, "crs": "x"}}, "RFC 7946"),
        ({"type": "FeatureCollection", "features": []}, "empty"),
        ({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None}]}, "empty"),
        ({"type": "FeatureCollection", "features": [None]}, "feature 1 must be an object"),
        ({"type": "FeatureCollection", "features": {}}, "no list of features"),
        ({"type": "FeatureCollection"}, "no list of features"),
        ({"type": "Feature", "geometry": [1]}, "must be an object"),
        ({"type": "Feature", "geometry": {"type": "Sphere"}}, "Sphere"),
        ({"type": "GeometryCollection", "geometries": 3}, "no list of geometries"),
        ({"type": "Topology", "arcs": []}, "TopoJSON"),
        ({"coordinates": []}, 'no "type"'),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "Polygon", "coordinates": [[]]}, "at least four positions"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}, "at least four positions"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}, "not closed"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [0, 0], [0, 0], [0, 0]]]}, "fewer than three|no ground|simple area"),
        ({"type": "Polygon", "coordinates": [[[0, 0], ["1", 0], [1, 1], [0, 0]]]}, "in numbers"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [True, 0], [1, 1], [0, 0]]]}, "in numbers"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [None, 0], [1, 1], [0, 0]]]}, "in numbers"),
        ({"type": "Polygon", "coordinates": "x"}, "empty|cannot be read"),
        ({"type": "MultiPolygon", "coordinates": [3]}, "no ring"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[5, 5], [6, 5], [6, 6], [5, 5]]]}, "hole lies outside"),
        ({"type": "MultiPolygon", "coordinates": [[[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]], [[[1, 1], [2, 1], [2, 2], [1, 1]]]]}, "inside another|crosses or overlaps"),
        ({"type": "Polygon", "coordinates": [[[-170, 0], [170, 0], [170, 1], [-170, 1], [-170, 0]]]}, "spans over 180"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1e-9, 0], [1e-9, 1e-9], [0, 0]]]}, "encloses no ground"),
    ],
)  # fmt: skip
def test_wrong_geojson_is_refused(value, words):
    assert re.search(words, refusal(geojson(value), "a.geojson"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"type": "Polygon", "coordinates": [[[0, 0], [NaN, 0], [1, 1], [0, 0]]]}', "coordinates[0][1][0]"),
        (
            '{"type": "Polygon", "coordinates": [[[0, 0], [1e309, 0], [1, 1], [0, 0]]]}',
            "coordinates[0][1][0]",
        ),
        ('{"type": "Polygon", "type": "Polygon"}', "given twice"),
        ('{"type": "Polygon", ', "not JSON"),
        ("{" * 5000, "not JSON"),
        ('{"a":' * 5000, "max_json_depth"),
        ("[[34.7, 32.0], [34.9, 32.0]]", "cannot be read"),
    ],
)
def test_loopholes_of_json_are_refused_in_a_file_too(text, words):
    assert words in refusal(text.encode(), "a.geojson")


def test_a_collection_of_geometries_is_one_area():
    value = {"type": "GeometryCollection", "geometries": [SQUARE, {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]}, {"type": "Point", "coordinates": [1, 2]}]}  # fmt: skip
    read = read_aoi_value(value, LIMITS)
    assert len(read.area.geoms) == 2
    assert "1 of type Point" in read.changes[0]


# --------------------------------------------------------------------------------------- KML, KMZ


def test_kml_holes_and_several_parts_are_read():
    shell = [(0, 0, 5), (4, 0, 5), (4, 4, 5), (0, 4, 5), (0, 0, 5)]
    hole = [(1, 1, 5), (2, 1, 5), (2, 2, 5), (1, 1, 5)]
    other = [(9, 0), (10, 0), (10, 1), (9, 0)]
    data = files.kml_of(files.placemark([[shell, hole], [other]], "Two &amp; a hole")).encode()
    read = read_aoi_file(data, "a.kml", LIMITS)
    assert read.area == normalise_shape(MultiPolygon([Polygon(shell, [hole]), Polygon(other)])).area
    assert read.name == "Two & a hole"
    assert read.changes == ("Heights (or measures) were left out: an area has none.",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_kml_encodings(encoding):
    text = files.kml_of(files.placemark([[[(0, 0), (4, 0), (4, 4), (0, 0)]]], "Größe")).replace(
        "UTF-8", encoding.removesuffix("-sig")
    )
    assert read_aoi_file(text.encode(encoding), "a.kml", LIMITS).name == "Größe"


@pytest.mark.parametrize(
    "head",
    [
        '<kml xmlns="http://earth.google.com/kml/2.1">',
        "<kml>",
        '<k:kml xmlns:k="http://www.opengis.net/kml/2.2">',
    ],
)
def test_older_and_prefixed_kml_is_read(head):
    prefix = "k:" if "k:kml" in head else ""
    body = f"<{prefix}Placemark><{prefix}Polygon><{prefix}outerBoundaryIs><{prefix}LinearRing><{prefix}coordinates>\n 0,0 4,0\t4,4\n0,0 </{prefix}coordinates></{prefix}LinearRing></{prefix}outerBoundaryIs></{prefix}Polygon></{prefix}Placemark>"
    data = f"{head}{body}</{prefix}kml>".encode()
    assert (
        read_aoi_file(data, "a.kml", LIMITS).area == normalise_shape(Polygon([(0, 0), (4, 0), (4, 4)])).area
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "empty"),
        ("<Placemark><name>x</name></Placemark>", "empty"),
        ("<Placemark><Point><coordinates>1,2</coordinates></Point></Placemark>", "1 of type Point"),
        (files.placemark([[[(0, 0), (4, 0), (4, 4), (1, 0)]]]), "not closed"),
        (files.placemark([[[(0, 0), (4, 0), (0, 0)]]]), "at least four"),
        ("<Placemark><Polygon/></Placemark>", "0 outer boundaries"),
        (
            files.placemark([[[(0, 0), (4, 0), (4, 4), (0, 0)]]]).replace("4.0,4.0", "4.0, 4.0"),
            "without a space",
        ),
        (files.placemark([[[(0, 0), (4, 0), (4, 4), (0, 0)]]]).replace("4.0,4.0", "nan,4"), "in numbers"),
        (
            files.placemark([[[(0, 0), (4, 0), (4, 4), (0, 0)]]]).replace("4.0,4.0", "1e999,4"),
            "not a finite number",
        ),
        (files.placemark([[[(0, 0), (4, 0), (4, 4), (0, 0)]]]).replace("4.0,4.0", "1,2,3,4"), "in numbers"),
    ],
)
def test_wrong_kml_is_refused(body, words):
    assert words in refusal(files.kml_of(body).encode(), "a.kml")


def test_in_a_kmz_doc_kml_comes_first():
    doc = files.kml_of(files.placemark([[[(0, 0), (4, 0), (4, 4), (0, 0)]]], "doc")).encode()
    other = files.kml_of(files.placemark([[[(9, 0), (10, 0), (10, 4), (9, 0)]]], "other")).encode()
    read = read_aoi_file(files.zipped({"a/b.kml": other, "doc.kml": doc}), "a.kmz", LIMITS)
    assert read.name == "doc"
    assert "Only doc.kml was read; the KMZ also holds a/b.kml." in read.changes


# ---------------------------------------------------------------------------------------- Shapefile


@pytest.mark.parametrize(
    "extra", ["a.shp.xml", "a.cpg", "a.sbn", "a.qix", "readme.txt", "__MACOSX/._a.shp", ".DS_Store"]
)
def test_other_files_beside_a_shapefile_do_no_harm(extra):
    parts = files.shapefile_parts([PORT])
    read = read_aoi_file(files.zipped({**parts, extra: b"<x/>"}), "a.zip", LIMITS)
    assert read.area == normalise_shape(PORT).area


def test_a_shapefile_may_lie_in_a_folder_and_be_in_capitals():
    parts = {f"folder/{name.upper()}": content for name, content in files.shapefile_parts([PORT]).items()}
    assert read_aoi_file(files.zipped(parts), "A.ZIP", LIMITS).area == normalise_shape(PORT).area


@pytest.mark.parametrize("missing", [".shx", ".dbf", ".cpg"])
def test_shx_and_dbf_are_not_needed(missing):
    parts = {
        name: content for name, content in files.shapefile_parts([PORT]).items() if not name.endswith(missing)
    }
    assert read_aoi_file(files.zipped(parts), "a.zip", LIMITS).area == normalise_shape(PORT).area


@pytest.mark.parametrize(("missing", "words"), [(".prj", "a.prj is missing"), (".shp", "no .shp file")])
def test_a_missing_part_is_named(missing, words):
    parts = {
        name: content for name, content in files.shapefile_parts([PORT]).items() if not name.endswith(missing)
    }
    assert words in refusal(files.zipped(parts), "a.zip")


def test_a_bare_shp_is_refused():
    assert "in a zip" in refusal(files.shapefile_parts([PORT])["a.shp"], "a.shp")


def test_several_shapefiles_are_layers():
    parts = {
        **files.shapefile_parts([PORT], stem="a"),
        **files.shapefile_parts([HOLED, box(1, 1, 2, 2)], stem="b"),
    }
    data = files.zipped(parts)
    with pytest.raises(ChoiceNeeded) as caught:
        read_aoi_file(data, "a.zip", LIMITS)
    keys = [choice["choose"] for choice in caught.value.choices]
    assert keys == ["1.1", "2.1", "2.2", "2.", "all"]
    assert read_aoi_file(data, "a.zip", LIMITS, "2.2").area == normalise_shape(box(1, 1, 2, 2)).area
    assert len(read_aoi_file(data, "a.zip", LIMITS, "b").area.geoms) == 2


def test_esri_names_of_wgs_84_are_known():
    esri = b'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    read = read_aoi_file(files.zipped({**files.shapefile_parts([PORT]), "a.prj": esri}), "a.zip", LIMITS)
    assert read.area == normalise_shape(PORT).area
    assert read.changes == ()


@pytest.mark.parametrize(
    "prj",
    [
        b"", b"nonsense", b"\xff\xfe\x00", b'LOCAL_CS["x"]', b'GEOGCS["x"' * 2000,
        b'PROJCS["x",EXTENSION["PROJ4","+proj=utm +zone=36 +nadgrids=/etc/passwd"]]', b"+proj=longlat +nadgrids=/etc/passwd",
    ],
)  # fmt: skip
def test_a_prj_that_says_nothing_is_refused(prj):
    said = refusal(files.zipped({**files.shapefile_parts([PORT]), "a.prj": prj}), "a.zip")
    assert "coordinate system" in said
    assert "passwd" not in said


def test_rings_written_the_other_way_round_are_taken():
    parts = files.shapefile_parts([PORT])
    shp = bytearray(parts["a.shp"])
    points = np.frombuffer(bytes(shp[100 + 8 + 4 + 32 + 8 + 4 :]), "<f8").reshape(-1, 2)[::-1]
    shp[100 + 8 + 4 + 32 + 8 + 4 :] = points.tobytes()
    read = read_aoi_file(files.zipped({**parts, "a.shp": bytes(shp)}), "a.zip", LIMITS)
    assert read.area == normalise_shape(PORT).area


def test_a_null_shape_is_left_out_and_it_is_said():
    parts = files.shapefile_parts([PORT])
    null = struct.pack(">ii", 2, 2) + struct.pack("<i", 0)
    read = read_aoi_file(files.zipped({**parts, "a.shp": parts["a.shp"] + null}), "a.zip", LIMITS)
    assert read.changes == ("Features without a geometry were left out: 1.",)


# --------------------------------------------------------------------------------------- GeoPackage


def test_layers_of_a_geopackage_ask_which():
    data = files.geopackage_of({"ports": [PORT], "fields": [box(1, 1, 2, 2), box(3, 1, 4, 2)]})
    with pytest.raises(ChoiceNeeded) as caught:
        read_aoi_file(data, "a.gpkg", LIMITS)
    assert [choice["label"] for choice in caught.value.choices] == [
        "ports: ports 1", "fields: fields 1", "fields: fields 2", "all 2 areas of layer fields", "all 3 areas together",
    ]  # fmt: skip
    assert read_aoi_file(data, "a.gpkg", LIMITS, "ports").area == normalise_shape(PORT).area
    assert read_aoi_file(data, "a.gpkg", LIMITS, "2.1").area == normalise_shape(box(1, 1, 2, 2)).area


def test_a_sqlite_file_that_is_no_geopackage_is_refused():
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE t (a)")
    assert "not a GeoPackage" in refusal(database.serialize(), "a.gpkg")
    database.close()


# ------------------------------------------------------------------------------- GeoParquet, GeoTIFF


def test_plain_parquet_is_refused():
    import pandas as pd  # noqa: PLC0415

    made = io.BytesIO()
    pd.DataFrame({"a": [1]}).to_parquet(made)
    assert "no geo metadata" in refusal(made.getvalue(), "a.parquet")


def test_native_geoarrow_is_refused():
    made = io.BytesIO()
    import geopandas  # noqa: PLC0415

    geopandas.GeoDataFrame(geometry=[PORT], crs="EPSG:4326").to_parquet(made, geometry_encoding="geoarrow")
    assert "WKB" in refusal(made.getvalue(), "a.parquet")


def test_a_raster_gives_its_outline():
    read = read_aoi_file(files.geotiff_of(), "a.tif", LIMITS)
    assert area_km2(read.area) == pytest.approx(4.0 * 3.0, rel=2e-3)
    assert "40 × 30 pixels" in read.changes[0]
    assert "EPSG:32636" in read.changes[1]


def test_a_raster_in_degrees_gives_its_outline():
    read = read_aoi_file(
        files.geotiff_of(crs="EPSG:4326", west=34.7, north=32.2, step=0.005), "a.tif", LIMITS
    )
    assert read.area.bounds == pytest.approx((34.7, 32.05, 34.9, 32.2))


def test_a_raster_without_a_place_is_refused():
    assert "where on the Earth" in refusal(files.geotiff_of(crs=None), "a.tif")


# ------------------------------------------------------------------------------------------- sniffing


@pytest.mark.parametrize("kind", files.FORMATS)
def test_the_content_counts_and_not_the_name(kind):
    data, _ = files.a_file(kind, [PORT])
    for name in (
        "picture.geojson",
        "area.kml",
        "x.gpkg",
        "noextension",
        "../../etc/passwd",
        "a\u202egpj.kmz",
    ):
        read = read_aoi_file(data, name, LIMITS)
        assert read.area == normalise_shape(PORT).area
        assert read.format == kind
    mismatch = "a.gpkg" if kind != "GeoPackage" else "a.kml"
    assert read_aoi_file(data, mismatch, LIMITS).changes == (
        f'The file is called "{mismatch}" and holds {kind}; it was read as that.',
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"), (b"  \n", "empty"), (b"\0\0\0", "empty"), (b"%PDF-1.7", "a PDF"), (b"GIF89a", "GIF"), (b"\x89PNG\r\n", "PNG"),
        (b"\x1f\x8b\x08", "gzip"), (b"\xd0\xcf\x11\xe0", "Office"), (b"PK\x05\x06" + b"\0" * 18, "empty zip"),
        (b"\xff\xfe{\0}\0", "UTF-16"), (b"caf\xe9", "UTF-8"), (b"a\0b", "neither text"), (b"MZ\x90", "a program"),
    ],
)  # fmt: skip
def test_what_is_no_area_is_named(data, words):
    assert words in refusal(data, "a.geojson")


def test_a_zip_with_neither_is_refused():
    assert "without zipping" in refusal(files.zipped({"a.geojson": b"{}"}), "a.zip")
    both = {**files.shapefile_parts([PORT]), "doc.kml": b"<kml/>"}
    assert "both" in refusal(files.zipped(both), "a.zip")
