"""The map layers that are shipped: unaltered, well formed, and where the world has them."""

import hashlib
import tomllib
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

LAYERS = Path(__file__).resolve().parents[2] / "geodata" / "layers"
NAMES = ["countries", "disputed-regions", "exercise", "israel", "land", "territorial-seas"]
KEYS = [
    "title", "file", "sha256", "features", "area_km2", "accuracy_m", "approximate", "source", "licence",
    "package", "made_by", "retrieved_on", "review_after_days", "marking", "steward", "notes",
]  # fmt: skip
GEOD = pyproj.Geod(ellps="WGS84")
PIECES = ["core", "golan-heights", "west-bank", "gaza", "margin"]
SAME_LAND = {"core": "isr", "golan-heights": "golan-heights", "west-bank": "west-bank", "gaza": "gaza-strip"}


@cache
def about(name):
    return tomllib.loads((LAYERS / f"{name}.toml").read_text())


@cache
def shapes(name):
    return gpd.read_file(LAYERS / f"{name}.gpkg").set_index("feature")


def area_km2(geom):
    cut = shapely.segmentize(shapely.orient_polygons(geom), 0.1)
    return abs(GEOD.geometry_area_perimeter(cut)[0]) / 1e6


def features_at(name, lon, lat):
    rows = shapes(name)
    return set(rows.index[rows.geometry.intersects(shapely.Point(lon, lat))])


def test_every_layer_has_a_description_and_nothing_else_lies_there():
    assert sorted(path.name for path in LAYERS.iterdir()) == sorted(
        f"{name}.{suffix}" for name in NAMES for suffix in ("gpkg", "toml")
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_description_fits_the_file(name):
    said = about(name)
    assert list(said) == KEYS
    assert said["file"] == f"{name}.gpkg"
    assert said["sha256"] == hashlib.sha256((LAYERS / said["file"]).read_bytes()).hexdigest()
    assert said["features"] == len(shapes(name))
    # The stated area is rounded to one square kilometre.
    measured_km2 = sum(map(area_km2, shapes(name).geometry))
    assert abs(measured_km2 - said["area_km2"]) <= max(0.51, 1e-6 * said["area_km2"])


@pytest.mark.parametrize("name", NAMES)
def test_the_shapes_are_well_formed(name):
    rows = shapes(name)
    assert rows.index.is_unique
    assert rows.index.str.fullmatch(r"[a-z0-9-]+").all()
    assert rows["name"].str.len().gt(0).all()
    assert rows.crs.to_epsg() == 4326
    assert rows.geometry.is_valid.all()
    assert not rows.geometry.is_empty.any()
    assert not rows.geometry.has_z.any()
    assert set(rows.geometry.geom_type) <= {"Polygon", "MultiPolygon"}
    west, south, east, north = rows.total_bounds
    assert west >= -180
    assert south >= -90
    assert east <= 180
    assert north <= 90


@pytest.mark.parametrize("name", NAMES)
def test_every_vertex_lies_on_the_grid(name):
    scaled = shapely.get_coordinates(shapes(name).geometry.values) * 1e7
    assert np.abs(scaled - np.round(scaled)).max() < 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_no_edge_spans_half_the_earth_except_along_a_pole(name):
    rings = shapely.get_rings(shapely.get_parts(shapes(name).geometry.values))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    wide = np.abs(np.diff(xy[:, 0])) > 180
    polar = (np.abs(xy[1:, 1]) == 90) & (np.abs(xy[:-1, 1]) == 90)
    assert not (same & wide & ~polar).any()


def test_countries_fit_together():
    rows = shapes("countries")
    assert shapely.coverage_is_valid(rows.geometry.values)
    assert set(rows["status"]) == {"state", "disputed", "none"}
    assert rows["note"][rows["status"] != "state"].str.len().gt(0).all()
    assert rows["iso_a2"].dropna().str.fullmatch("[A-Z]{2}").all()
    assert rows["iso_a3"].dropna().str.fullmatch("[A-Z]{3}").all()


@pytest.mark.parametrize(
    ("feature", "known_km2", "within"),
    [
        ("usa", 9_525_067, 0.02),  # United Nations Demographic Yearbook, with inland water
        ("fra", 643_801, 0.02),  # CIA World Factbook, with overseas departments
        ("isl", 103_000, 0.02),
        ("jpn", 377_915, 0.02),
        ("che", 41_277, 0.02),
        ("lso", 30_355, 0.02),
        ("esh", 266_000, 0.05),
    ],
)
def test_known_areas_of_countries(feature, known_km2, within):
    assert area_km2(shapes("countries").geometry[feature]) == pytest.approx(known_km2, rel=within)


@pytest.mark.parametrize("name", ["land", "countries"])
def test_land_of_the_earth(name):
    # 148.94 million km2 counts the ice shelves of Antarctica, 1.56 million km2, which the source leaves out.
    assert about(name)["area_km2"] == pytest.approx(148.94e6 - 1.56e6, rel=0.01)


def test_every_country_is_on_land():
    land = shapely.STRtree(shapes("land").geometry.values)
    largest = {
        feature: max(shapely.get_parts(shape), key=lambda part: part.area).representative_point()
        for feature, shape in shapes("countries").geometry.items()
    }
    at_sea = {f for f, point in largest.items() if not len(land.query(point, predicate="intersects"))}
    assert at_sea == {"scarborough-reef"}  # a reef, which the land layer does not draw


def test_land_is_cut_small():
    assert shapely.get_num_coordinates(shapes("land").geometry.values).max() <= 2000


@pytest.mark.parametrize(
    ("lon", "lat", "feature", "status"),
    [
        (35.8, 33.0, "golan-heights", "disputed"),
        (28.42, 9.67, "abyei", "disputed"),
        (-73.31, -49.52, "southern-patagonian-ice-field", "disputed"),
        (-55.96, -30.96, "rincon-de-artigas", "disputed"),
        (35.25, 31.9, "west-bank", "disputed"),
        (34.4, 31.45, "gaza-strip", "disputed"),
        (-13.0, 24.5, "esh", "disputed"),
        (-58.7, -51.75, "flk", "disputed"),
        (21.0, 42.6, "kosovo", "disputed"),
        (33.7, 21.88, "bir-tawil", "none"),
        (0.0, -85.0, "ata", "none"),
        (121.0, 24.0, "twn", "state"),
        (34.8, 31.0, "isr", "state"),
        (178.0, -17.8, "fji", "state"),
        (-179.95, 68.5, "rus", "state"),
    ],
)
def test_known_places(lon, lat, feature, status):
    assert features_at("countries", lon, lat) == {feature}
    assert shapes("countries")["status"][feature] == status
    assert features_at("land", lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat", "region"),
    [
        (34.2, 45.2, "crimea"),
        (33.6, 44.57, "sevastopol"),
        (37.8, 48.0, "donetsk"),
        (39.3, 48.6, "luhansk"),
        (33.3, 46.6, "kherson"),
        (35.3, 47.4, "zaporizhzhia"),
        (33.3, 35.3, "northern-cyprus"),
        (45.0, 9.6, "somaliland"),
        (77.2, 35.4, "siachen-glacier"),
        (74.8, 34.1, "jammu-and-kashmir"),
        (147.9, 45.0, "southern-kuril-islands"),
    ],
)
def test_disputed_regions_are_found_inside_a_country(lon, lat, region):
    assert features_at("disputed-regions", lon, lat) == {region}
    assert features_at("countries", lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat"), [(-150.0, 30.0), (180.0, 30.0), (-180.0, -40.0), (0.0, 0.0), (0.0, 89.9)]
)
def test_the_open_ocean_is_in_nothing(lon, lat):
    assert {name: features_at(name, lon, lat) for name in NAMES} == {name: set() for name in NAMES}


@pytest.mark.parametrize(
    ("piece", "known_km2"), [("core", 20_889), ("golan-heights", 1_194), ("west-bank", 5_735), ("gaza", 340)]
)
def test_known_areas_of_the_pieces_of_israel(piece, known_km2):
    assert area_km2(shapes("israel").geometry[piece]) == pytest.approx(known_km2, rel=0.01)


def test_the_pieces_of_israel_are_the_countries_of_the_same_land():
    for piece, country in SAME_LAND.items():
        assert shapes("israel").geometry[piece].equals(shapes("countries").geometry[country])


def test_the_pieces_of_israel_are_disjoint():
    pieces = shapes("israel").geometry
    overlaps_km2 = {
        (a, b): area_km2(shapely.intersection(pieces[a], pieces[b]).buffer(0))
        for a in pieces.index
        for b in pieces.index
        if a < b
    }
    assert max(overlaps_km2.values()) < 1e-3, overlaps_km2


def test_the_pieces_of_israel_leave_no_gap():
    pieces = shapes("israel").geometry
    assert set(pieces.index) == {*PIECES, "territorial-sea"}
    together = shapely.union_all(pieces.values)
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(together) for ring in part.interiors]
    assert all(hole.buffer(-5e-7).is_empty for hole in holes)  # none wider than 1e-6 degrees
    widest_km2 = area_km2(shapely.union_all(pieces[PIECES].values))
    assert widest_km2 == pytest.approx(28_207, rel=0.001)
    assert widest_km2 == pytest.approx(sum(map(area_km2, pieces[PIECES])), abs=0.01)


def test_the_golan_heights_and_the_sea_off_tel_aviv_and_gaza_are_readings_of_israel():
    assert features_at("israel", 35.8, 33.0) == {"golan-heights"}
    assert features_at("israel", 34.6, 32.1) == {"territorial-sea"}
    assert features_at("israel", 34.25, 31.5) == {"territorial-sea"}


@pytest.mark.parametrize(
    ("country", "lon", "lat"),
    [
        ("isr", 34.6, 32.1),
        ("fji", -179.9, -16.6),
        ("nru", 166.93, -0.65),
        ("rus", 180.0, 71.7),
        ("fra", -3.5, 48.85),
    ],
)
def test_seas_near_known_coasts(country, lon, lat):
    assert country in features_at("territorial-seas", lon, lat)
    assert not features_at("countries", lon, lat)


@pytest.mark.parametrize("country", ["nru", "isl", "fji"])
def test_the_seas_end_twelve_nautical_miles_out(country):
    land = shapely.get_coordinates(shapely.segmentize(shapes("countries").geometry[country], 0.01))
    own = shapes("countries").geometry[country]
    sea = shapely.get_coordinates(shapes("territorial-seas").geometry[country])
    outer = sea[(shapely.distance(shapely.points(sea), own) > 1e-3) & (np.abs(sea[:, 0]) < 179.9)]
    for lon, lat in outer[:: max(1, len(outer) // 40)]:
        off = np.abs((land[:, 0] - lon + 180) % 360 - 180) * np.cos(np.radians(lat))
        near = land[(off < 0.5) & (np.abs(land[:, 1] - lat) < 0.5)]
        _, _, metres = GEOD.inv(np.full(len(near), lon), np.full(len(near), lat), near[:, 0], near[:, 1])
        assert min(metres) == pytest.approx(12 * 1852, abs=300)


def test_the_seas_carry_the_names_of_countries_and_say_they_are_approximate():
    seas = shapes("territorial-seas")
    assert set(seas.index) < set(shapes("countries").index)
    assert "ata" not in seas.index
    assert seas["approximate"].eq(1).all()
    assert about("territorial-seas")["approximate"] is True


def test_the_exercise_areas():
    areas = shapes("exercise").geometry
    assert list(areas.index) == ["alpha", "bravo", "charlie"]
    assert shapely.get_num_geometries(areas["bravo"]) == 2
    assert features_at("exercise", -29.0, 31.0) == set()  # the hole
    assert features_at("exercise", -29.8, 31.0) == {"charlie"}
