import pytest
from mgrs import MGRS

from rsiwg.errors import InvalidGeometry, RsiwgError, TooLarge
from rsiwg.geometry import area_km2
from rsiwg.intake import notations, read_aoi_text, read_aoi_value
from rsiwg.settings import Limits

LIMITS = Limits()
TRIANGLE = read_aoi_text("POLYGON ((34.7 32, 34.9 32, 34.8 32.2, 34.7 32))", LIMITS).area
CLOSED = "The outline was closed: its first corner was repeated at the end."


def refusal(text):
    with pytest.raises(InvalidGeometry) as caught:
        read_aoi_text(text, LIMITS)
    return str(caught.value)


# ------------------------------------------------------------------------------------ coordinates


@pytest.mark.parametrize(
    "text",
    [
        "32.0N 34.7E\n32.0N 34.9E\n32.2N 34.8E",
        "32.0N 34.7E; 32.0N 34.9E; 32.2N 34.8E;",
        "N32.0, E34.7; N32 E34.9; N32.2 E34.8",
        "34.7E, 32.0N; 34.9E, 32.0N; 34.8E, 32.2N",
        "32.0° N, 34.7° E\r\n32.0° N, 34.9° E\r\n32.2° N, 34.8° E\r\n",
        "32n 34.7e 32n 34.9e 32.2n 34.8e",
        "32°00'00\"N 34°42'00\"E; 32°0'0\"N 34°54'0\"E; 32°12'00\"N 34°48'00\"E",
        "32°00′00″ N, 34°42′00″ E; 32º00’00” N, 34º54’00” E; 32°12′0.0″N 34°48′00.00″E",
        "32 00 00 N 34 42 00 E; 32-00-00N 034-54-00E; 32:12:00N 34:48:00E",
        "320000N 0344200E; 320000.0N 0345400.0E; 3212N 03448E",
        "32°00.000'N 34°42.000'E; 32 00.0N 34 54.0E; 32 12N 34 48E",
        "lat lon\n32 34.7\n32 34.9\n32.2 34.8",
        "Latitude, Longitude\n32, 34.7\n32, 34.9\n32.2, 34.8",
        "lon lat: 34.7 32; 34.9 32; 34.8 32.2",
        "lon,lat\n(34.7, 32)\n[34.9, 32],\n34.8\t32.2",
        "lat lon\n32 00 00 34 42 00\n32 00 00, 34 54 00\n32 12.0, 34 48.0",
    ],
)
def test_a_list_of_coordinates_is_read_in_every_notation(text):
    read = read_aoi_text(text, LIMITS)
    assert read.area.equals_exact(TRIANGLE, 1.5e-7)
    assert CLOSED in read.changes


def test_a_list_that_is_closed_is_not_closed_again():
    text = "32.0N 34.7E; 32.0N 34.9E; 32.2N 34.8E; 32.0N 34.7E"
    assert read_aoi_text(text, LIMITS).changes == ()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("104 40; 103 40; 103.5 41", "longitude"),
        ("40 -104; 40 -103; 41 -103.5", "latitude"),
        ("100 1;80 1;80 2", "longitude"),
    ],
)
def test_a_value_beyond_90_says_the_order(text, first):
    read = read_aoi_text(text, LIMITS)
    assert any(f"{first} first" in change for change in read.changes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("32 34.7; 32 34.9; 32.2 34.8", "add N or S and E or W", id="could be either"),
        pytest.param("100 40; 40 100; 41 100", "some have latitude first", id="mixed orders"),
        pytest.param("lat lat\n1 2", "same order twice", id="order without sense"),
        pytest.param("40N 74W", "add a radius", id="one position"),
        pytest.param("40N 74W; 41N 74W", "at least three corners", id="two positions"),
        pytest.param("40N 74W; 41N 74W; 40N 74W", "at least three corners", id="a line back and forth"),
        pytest.param("95N 34E", "beyond 90", id="latitude beyond 90"),
        pytest.param("9N 340E", "beyond 180", id="longitude beyond 180"),
        pytest.param("32N 34N", "two values of one kind", id="two latitudes"),
        pytest.param("-32N 34E", "both a sign and a letter", id="sign and letter"),
        pytest.param("32°60'N 34E", "60 minutes", id="60 minutes"),
        pytest.param("32°10'75\"N 34E", "60 minutes or seconds", id="75 seconds"),
        pytest.param("32.5°10'N 34E", "decimals before its last part", id="decimals too early"),
        pytest.param("32,5 34,7", "decimal commas", id="decimal commas"),
        pytest.param("12345N 34E", "cannot be read", id="five digits of latitude"),
        pytest.param("hello", "cannot be read", id="a word"),
        pytest.param("1,2,3", "cannot be read", id="three values"),
        pytest.param("<b>32N", "not KML", id="markup"),
        pytest.param("lat lon", "no position", id="nothing after the order"),
        pytest.param("   \n ", "empty", id="nothing"),
        pytest.param(
            "179E 1N; 179W 1N; 179W 2N", "spans over 180", id="across 180 degrees without saying so"
        ),
        pytest.param("lat lon\n32 34.7\n32 934.9\n32.2 34.8", "not on the Earth", id="off the globe"),
    ],
)
def test_what_could_mean_two_things_is_refused_with_the_fix(text, words):
    assert words in refusal(text)


def test_the_position_that_cannot_be_read_is_counted():
    assert refusal("32N 34E\n32N 35E\nthird\n").startswith('position 3 ("third")')


def test_an_outline_across_180_degrees_is_split():
    read = read_aoi_text("lat lon\n1 179\n1 181\n2 181\n2 179", LIMITS)
    assert len(read.area.geoms) == 2
    assert area_km2(read.area) == pytest.approx(
        area_km2(read_aoi_text("lat lon\n1 9\n1 11\n2 11\n2 9", LIMITS).area)
    )


# -------------------------------------------------------------------------------------- MGRS and UTM


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        pytest.param(32.08, 34.78, id="plain"),
        pytest.param(32.0, 35.9999, id="west of a zone edge"),
        pytest.param(32.0, 36.0001, id="east of a zone edge"),
        pytest.param(60.0, 3.5, id="Norway, zone 32 widened"),
        pytest.param(78.0, 8.5, id="Svalbard, zone 31 widened"),
        pytest.param(78.0, 20.9, id="Svalbard, zone 33 widened"),
        pytest.param(-0.0001, 33.0, id="south of the equator"),
        pytest.param(0.0001, 33.0, id="north of the equator"),
        pytest.param(10.0, 179.999, id="last zone"),
        pytest.param(10.0, -179.999, id="first zone"),
        pytest.param(86.0, 12.0, id="north pole"),
        pytest.param(-85.0, -100.0, id="south pole"),
    ],
)
def test_mgrs_comes_back_within_a_metre(lat, lon):
    text = notations(lon, lat)["mgrs"]
    read = read_aoi_text(f"{text} radius 10 km", LIMITS)
    said = next(change for change in read.changes if change.startswith("The circle"))
    direct = read_aoi_value({"point": [lon, lat], "radius_m": 10_000}, LIMITS)
    assert "MGRS" in " ".join(read.changes)
    assert said
    difference = area_km2(read.area) and abs(area_km2(read.area) - area_km2(direct.area))
    assert difference < 0.01
    assert read.area.symmetric_difference(direct.area).area < 2e-3 * direct.area.area


@pytest.mark.parametrize(
    "text", ["36SXA6799650689", "36S XA 67996 50689", "36s xa 6799650689", "36SXA 67996 50689"]
)
def test_mgrs_is_read_however_it_is_spaced(text):
    lat, lon = MGRS().toLatLon("36SXA6799650689")
    read = read_aoi_text(f"{text} radius 500 m", LIMITS)
    assert read.area.covers(read_aoi_value({"point": [lon, lat], "radius_m": 499}, LIMITS).area)


def test_a_coarse_mgrs_says_which_corner_was_taken():
    changes = read_aoi_text("36S XA 67 50 radius 500 m", LIMITS).changes
    assert "MGRS to 1,000 m: the south-west corner of its square was taken." in changes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("36S XA", "even number of digits"),
        ("36S XA 123", "even number of digits"),
        ("36S XA 12 345", "even number of digits"),
        ("36S XA 123456 123456", "even number of digits"),
        ("32X NH 12 34", "not a place in MGRS"),
        ("61S XA 12 34", "not a place in MGRS"),
        ("36S ZZ 12 34", "not a place in MGRS"),
        ("36I XA 12 34", "cannot be read"),
    ],
)
def test_a_wrong_mgrs_is_refused(text, words):
    assert words in refusal(f"{text} radius 1 km")


@pytest.mark.parametrize(
    "text",
    [
        "UTM 36 north 668000 3551000", "36 NORTH 668000 3551000", "36N 668000 3551000", "zone 36 north, 668000, 3551000",
        "36 north 668000mE 3551000mN", "36 north 668000.0 E 3551000.0 N",
    ],
)  # fmt: skip
def test_utm_is_read(text):
    read = read_aoi_text(f"{text} radius 1 km", LIMITS)
    assert read.area.bounds == pytest.approx((34.7695, 32.0738, 34.7907, 32.0918), abs=1e-3)


def test_utm_with_its_band_is_read_where_they_agree():
    assert read_aoi_text("36R 668000 3451000 radius 1 km", LIMITS)
    assert "outside of band R" in refusal("36R 668000 4451000 radius 1 km")


def test_utm_in_the_south_is_read():
    read = read_aoi_text("36 south 500000 6000000 radius 1 km", LIMITS)
    assert read.area.bounds[1] == pytest.approx(-36.15, abs=0.05)
    assert read.area.bounds[0] == pytest.approx(32.99, abs=0.01)


def test_zone_letter_s_could_mean_two_things():
    assert "UTM 36 north or UTM 36 south" in refusal("36S 668000 3551000")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("61 north 668000 3551000", "zones run from 1 to 60"),
        ("36 north 3551000 668000", "check the order"),
        ("36 north 668000 99000000", "check the order"),
        ("36 north 500000 9900000", "beyond the reach of UTM"),
    ],
)
def test_a_wrong_utm_is_refused(text, words):
    assert words in refusal(text)


def test_a_triangle_across_a_zone_edge_is_one_area():
    text = "\n".join(notations(lon, lat)["mgrs"] for lon, lat in [(35.9, 32.0), (36.1, 32.0), (36.0, 32.2)])
    read = read_aoi_text(text, LIMITS)
    assert len(read.area.geoms) == 1
    assert read.area.bounds == pytest.approx((35.9, 32.0, 36.1, 32.2), abs=2e-5)


# ------------------------------------------------------------------------------------------ radius


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("32N 34E radius 500 m", 500), ("32N 34E, radius: 500m", 500), ("32N 34E r=0.5 km", 500),
        ("32N 34E 500 metres radius", 500), ("32N 34E\nradius 1000 ft", 304.8), ("32N 34E radius 2 feet", 0.6096),
        ("32N 34E circle of 1 nautical mile", 1852), ("32N 34E radius 1 NM", 1852), ("32N 34E radius .5 km", 500),
    ],
)  # fmt: skip
def test_a_position_with_a_radius_is_a_circle(text, metres):
    read = read_aoi_text(text, LIMITS)
    assert area_km2(read.area) == pytest.approx(3.141593 * metres**2 / 1e6, rel=1e-3)


def test_feet_are_said_in_metres():
    assert "500 ft being 152.4 m" in read_aoi_text("32N 34E radius 500 ft", LIMITS).changes[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("32N 34E radius 500", "no unit"), ("32N 34E radius 500 parsec", "not known"), ("32N 34E; 33N 34E radius 5 m", "one position"),
        ("32N 34E radius 0 m", "more than 0"), ("32N 34E radius 3000 km", "at most 2,000 km"), ("radius 5 m", "no position"),
    ],
)  # fmt: skip
def test_a_wrong_radius_is_refused(text, words):
    assert words in refusal(text)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"point": [34.7, 32.0]}, "needs one radius"),
        ({"point": [34.7, 32.0], "radius_m": 5, "radius_ft": 5}, "needs one radius"),
        ({"point": [34.7, 32.0], "radius_m": 5, "colour": 1}, "colour"),
        ({"point": [34.7, 32.0], "radius_m": "5"}, "greater than 0"),
        ({"point": [34.7, 32.0], "radius_m": True}, "greater than 0"),
        ({"point": [34.7, 32.0], "radius_m": float("nan")}, "more than 0|greater than 0"),
        ({"point": [34.7, 32.0], "radius_m": 10**400}, "greater than 0"),
        ({"point": [34.7], "radius_m": 5}, r"\[longitude, latitude\]"),
        ({"point": ["34.7", 32], "radius_m": 5}, r"\[longitude, latitude\]"),
        ({"point": [34.7, True], "radius_m": 5}, r"\[longitude, latitude\]"),
        ({"point": [34.7, float("nan")], "radius_m": 5}, r"\[longitude, latitude\]"),
        ({"point": [32.0, 134.7], "radius_m": 5}, "within 90"),
        (7, "the number 7"),
        (None, "null"),
        ([[1, 2]], "a list"),
    ],
)
def test_a_wrong_value_is_refused(value, words):
    with pytest.raises(InvalidGeometry, match=words):
        read_aoi_value(value, LIMITS)


# --------------------------------------------------------------------------------------------- WKT


def test_wkt_and_ewkt_are_read():
    body = "POLYGON ((34.7 32, 34.9 32, 34.8 32.2, 34.7 32))"
    for text in (
        body,
        body.lower(),
        f"SRID=4326;{body}",
        f"  srid = 4326 ; {body}\n",
        body.replace("POLYGON ", "polygon"),
    ):
        assert read_aoi_text(text, LIMITS).area.equals(TRIANGLE)


def test_an_srid_is_reprojected():
    text = "SRID=32636;POLYGON ((660000 3550000, 670000 3550000, 670000 3560000, 660000 3550000))"
    read = read_aoi_text(text, LIMITS)
    assert read.area.bounds == pytest.approx((34.6952, 32.0725, 34.8031, 32.1626), abs=2e-3)
    assert "EPSG:32636" in read.changes[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SRID=999999;POLYGON ((0 0, 1 0, 1 1, 0 0))", "not a known coordinate system"),
        ("SRID=5773;POLYGON ((0 0, 1 0, 1 1, 0 0))", "not tied to the Earth"),
        ("POINT (1 2)", "1 of type Point"),
        ("LINESTRING (0 0, 1 1)", "1 of type LineString"),
        ("POLYGON EMPTY", "empty"),
        ("POLYGON ((0 0, 1 0, 1 1))", "not closed|four positions"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0.1))", "not closed"),
        ("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))", "crosses"),
        ("POLYGON ((0 0, 1 0, nan 1, 0 0))", "NaN"),
        ("POLYGON ((0 0, 1 0, 1 1e999, 0 0))", "not a finite number"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0)) tail", "cannot be"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0)", "cannot be"),
        ("POLYGON ((0 0, 1 0, 1 a, 0 0))", "cannot be"),
        ("POLYGON ((32 134, 33 134, 33 135, 32 134))", "swapped"),
        ("CURVEPOLYGON ((0 0, 1 0, 1 1, 0 0))", "curved edges"),
        ("GEOMETRYCOLLECTION (" * 50_000, "nested"),
        ("POLYGON " + "(" * 100_000, "nested"),
    ],
)
def test_a_wrong_wkt_is_refused(text, words):
    with pytest.raises(InvalidGeometry, match=words):
        read_aoi_text(text, LIMITS)


def test_a_collection_gives_its_polygons():
    read = read_aoi_text(
        "GEOMETRYCOLLECTION (POLYGON ((34.7 32, 34.9 32, 34.8 32.2, 34.7 32)), POINT (1 2))", LIMITS
    )
    assert read.area.equals(TRIANGLE)
    assert read.changes == ("Features that are no areas were left out: 1 of type Point.",)


def test_geojson_and_kml_may_be_pasted():
    geojson = '{"type": "Polygon", "coordinates": [[[34.7, 32], [34.9, 32], [34.8, 32.2], [34.7, 32]]]}'
    kml = (
        "<kml><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>34.7,32 34.9,32 34.8,32.2 34.7,32"
        "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>"
    )
    for text in (geojson, kml, f"\ufeff{geojson}"):
        assert read_aoi_text(text, LIMITS).area.equals(TRIANGLE)


# ---------------------------------------------------------------------------------------- notations


@pytest.mark.parametrize(
    ("lon", "lat", "dms"),
    [
        (34.7818, 32.0853, "32° 05′ 07.08″ N, 34° 46′ 54.48″ E"),
        (-74.0, -0.5, "0° 30′ 00.00″ S, 74° 00′ 00.00″ W"),
        (9.999999999, 49.999999999, "50° 00′ 00.00″ N, 10° 00′ 00.00″ E"),
    ],
)
def test_a_position_is_shown_back_in_three_notations(lon, lat, dms):
    shown = notations(lon, lat)
    assert shown["dms"] == dms
    assert set(shown) == {"decimal", "dms", "mgrs"}
    for notation in ("decimal", "dms"):
        read = read_aoi_text(f"{shown[notation]} radius 1 km", LIMITS)
        assert read.area.centroid.coords[0] == pytest.approx((lon, lat), abs=3e-6)


@pytest.mark.parametrize(("lon", "lat"), [(0, 91), (float("nan"), 0), (1000, 0)])
def test_a_position_off_the_globe_has_no_notation(lon, lat):
    with pytest.raises(InvalidGeometry):
        notations(lon, lat)


# ------------------------------------------------------------------------------------------- limits


def test_limits_hold_for_text():
    many = ";".join(f"{n % 80}N {n % 170}E" for n in range(50_001))
    with pytest.raises(TooLarge, match="max_vertices"):
        read_aoi_text(many, LIMITS)
    with pytest.raises(TooLarge, match="max_area_km2"):
        read_aoi_text("POLYGON ((-180 -90, 0 -90, 180 -90, 180 90, 0 90, -180 90, -180 -90))", LIMITS)
    parts = ", ".join(f"(({n / 2} 0, {n / 2 + 0.2} 0, {n / 2} 1, {n / 2} 0))" for n in range(201))
    with pytest.raises(TooLarge, match="max_parts"):
        read_aoi_text(f"MULTIPOLYGON ({parts})", LIMITS)
    with pytest.raises(TooLarge, match="max_body_bytes"):
        read_aoi_text("x" * 200, Limits(max_body_bytes=100))


@pytest.mark.parametrize(
    "text", ["\0", "\ud800", "N" * 10_000, "9" * 10_000, "°" * 999, "(" * 999, "1,2;" * 999, "radius" * 99]
)
def test_nonsense_is_refused_by_a_typed_error(text):
    with pytest.raises(RsiwgError):
        read_aoi_text(text, LIMITS)
