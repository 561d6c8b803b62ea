"""Hostile files and values (expectations.md section 5.2): refused by a typed error, in bounded time, in silence."""

import importlib.util
import io
import json
import re
import socket
import sqlite3
import stat
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from rsiwg.errors import ChoiceNeeded, InvalidGeometry, RsiwgError, TooLarge
from rsiwg.geometry import normalise_shape
from rsiwg.intake import geopackage, read_aoi_file, read_aoi_text
from rsiwg.settings import Limits

_spec = importlib.util.spec_from_file_location(
    "intake_files", Path(__file__).parent / "intake_files" / "__init__.py"
)
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)

LIMITS = Limits()
PORT = box(34.7, 32.0, 34.9, 32.2)
KML = files.kml_of(files.placemark([[list(PORT.exterior.coords)]]))
PARTS = files.shapefile_parts([PORT])
SECRET = "root:x:0:0"
HANGING_SECONDS = 30
"""Far above what any refusal takes (the bench measures that): a test that reaches it hangs."""


@pytest.fixture(autouse=True)
def sockets(monkeypatch):
    """Every attempt to open a connection; there must be none."""
    opened = []

    def refuse(*args, **_):
        opened.append(args)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    yield opened
    assert opened == []


@pytest.fixture(autouse=True)
def _nothing_on_disk(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield
    assert list(tmp_path.rglob("*")) == []


def refusal(data, name="a.zip", limits=LIMITS):
    began = time.monotonic()
    with pytest.raises((InvalidGeometry, TooLarge)) as caught:
        read_aoi_file(data, name, limits)
    assert time.monotonic() - began < HANGING_SECONDS
    said = str(caught.value)
    assert SECRET not in said
    assert "Traceback" not in said
    assert "/work/" not in said
    assert "/vsimem" not in said
    assert len(said) < 700
    return said


# ----------------------------------------------------------------------------------------- archives


def entry(name, content=b"x", **attributes):
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    for key, value in attributes.items():
        setattr(info, key, value)
    return info, content


def archive(*entries, with_kml=True):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        if with_kml:
            packed.writestr("doc.kml", KML)
        for info, content in entries:
            packed.writestr(info, content)
    return made.getvalue()


def test_the_archive_the_attacks_start_from_is_good():
    assert read_aoi_file(archive(), "a.kmz", LIMITS).area == normalise_shape(PORT).area


def test_a_flat_bomb_is_refused_by_its_listing():
    bomb = archive(entry("big.png", b"\0" * 50_000_000))
    assert "max_archive_ratio" in refusal(bomb)


def test_a_bomb_within_the_needed_file_is_refused():
    bomb = archive(entry("doc.kml", KML.encode() + b" " * 50_000_000), with_kml=False)
    assert "max_archive_ratio" in refusal(bomb)


def test_many_bombs_together_are_refused():
    assert "max_archive_bytes" in refusal(
        archive(*(entry(f"{n}.bin", bytes(range(256)) * 400) for n in range(30))),
        limits=Limits(max_archive_bytes=2_000_000),
    )


@pytest.mark.parametrize("inner", ["inner.zip", "inner.kmz", "inner.ZIP", "inner.7z"])
def test_a_nested_archive_is_refused(inner):
    assert "archive within the archive" in refusal(archive(entry(inner, archive())))


def test_a_nested_archive_under_another_name_is_refused():
    assert "archive within the archive" in refusal(archive(entry("doc.kml", archive()), with_kml=False))


def test_too_many_entries_are_refused():
    assert "max_archive_entries" in refusal(archive(*(entry(f"{n}.txt") for n in range(200))))


def test_a_million_entries_are_refused_before_the_listing_is_read():
    listing = b"PK\x01\x02" + b"\0" * 42
    count = 500_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(listing) * count, 0, 0)
    assert "max_archive_entries" in refusal(b"PK\x03\x04" + listing * count + end)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt", "a/../../evil.txt", "/etc/passwd", "C:/evil.txt", "C:evil.txt", "..\\evil.txt", "a\\b.txt", "a//b.txt",
        "./a.txt", "a/./b.txt", "evil\0.txt", "a\nb.txt", "a\u202egpj.exe", "x" * 256, "\\\\server\\share", "a/..",
    ],
)  # fmt: skip
def test_a_path_that_reaches_elsewhere_is_refused(name):
    info, content = entry("placeholder")
    info.filename = info.orig_filename = name
    assert "not a plain file name" in refusal(archive((info, content)))


def test_a_symlink_is_refused():
    link = entry("link.kml", b"/etc/passwd", create_system=3, external_attr=(stat.S_IFLNK | 0o777) << 16)
    assert "a link or a device" in refusal(archive(link))
    device = entry("device", b"", create_system=3, external_attr=(stat.S_IFCHR | 0o777) << 16)
    assert "a link or a device" in refusal(archive(device))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("twin", ["doc.kml", "DOC.KML", "Doc.kml", "ｄoc.kml"])
def test_twins_are_refused(twin):
    assert "two entries" in refusal(archive(entry(twin)))


def test_names_alike_once_composed_are_refused():
    assert "two entries" in refusal(archive(entry("caf\u00e9.png"), entry("cafe\u0301.png")))


def patched(data, change, signature=b"PK\x01\x02", offset=0, form="<H"):
    """The first listing entry with one number changed."""
    at = data.index(signature) + offset
    (old,) = struct.unpack_from(form, data, at)
    return data[:at] + struct.pack(form, change(old)) + data[at + struct.calcsize(form) :]


def test_an_encrypted_archive_is_refused():
    assert "encrypted" in refusal(patched(archive(), lambda flags: flags | 1, offset=8))


def test_an_unusual_packing_is_refused():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_BZIP2) as packed:
        packed.writestr("doc.kml", KML)
    assert "unusual way" in refusal(made.getvalue())


def test_a_wrong_checksum_is_refused():
    assert "damaged" in refusal(patched(archive(), lambda crc: crc ^ 1, offset=16, form="<I"))


def test_a_listing_that_says_too_little_is_refused():
    assert "damaged" in refusal(patched(archive(), lambda size: size - 10, offset=24, form="<I"))


def test_a_listing_that_says_too_much_is_refused():
    said = refusal(patched(archive(), lambda size: size + 10, offset=24, form="<I"))
    assert "damaged" in said or "cut short" in said


def test_packed_bytes_that_are_no_deflate_are_refused():
    data = archive()
    start = data.index(b"doc.kml") + len(b"doc.kml")
    assert "damaged" in refusal(data[:start] + b"\xff" * 20 + data[start + 20 :])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_archive_is_refused(share):
    data = archive()
    said = refusal(data[: int(len(data) * share)])
    assert "cut short" in said or "damaged" in said


def test_data_before_or_after_an_archive_are_refused():
    assert "data after it" in refusal(archive() + b"tail")
    assert "GIF" in refusal(b"GIF89a" + archive())
    assert refusal(b"PK\x03\x04" + b"x" * 100 + archive())
    assert refusal(archive() + archive())


def test_entries_that_share_their_bytes_are_refused():
    """A bomb whose entries all point to one packed kernel (Fifield, 2019)."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = kernel.compress(KML.encode()) + kernel.flush()
    crc = zlib.crc32(KML.encode())
    local = (
        struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, crc, len(packed), len(KML), 5, 0)
        + b"a.kml"
        + packed
    )
    listing = b"".join(
        struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, crc, len(packed), len(KML), 5, 0, 0, 0, 0, 0, 0
        )
        + name
        for name in (b"a.kml", b"b.kml", b"c.kml")
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, len(listing), len(local), 0)
    assert "overlap" in refusal(local + listing + end)


# ----------------------------------------------------------------------------------------------- XML


def with_doctype(doctype, place="&x;"):
    return '<?xml version="1.0"?>' + doctype + KML[KML.index("<kml") :].replace("piece", place)


LAUGHS = (
    "<!DOCTYPE kml [<!ENTITY l0 'ha'>"
    + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>"
)


@pytest.mark.parametrize(
    ("doctype", "place"),
    [
        pytest.param('<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;", id="file"),
        pytest.param(
            '<!DOCTYPE kml [<!ENTITY x SYSTEM "http://169.254.169.254/latest/">]>', "&x;", id="http"
        ),
        pytest.param(
            '<!DOCTYPE kml [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]>', "x", id="parameter entity"
        ),
        pytest.param('<!DOCTYPE kml SYSTEM "http://127.0.0.1/x.dtd">', "x", id="outside document type"),
        pytest.param('<!DOCTYPE kml PUBLIC "-//x//" "file:///etc/passwd">', "x", id="public document type"),
        pytest.param("<!DOCTYPE kml>", "x", id="harmless document type"),
        pytest.param(LAUGHS, "&l11;", id="billion laughs"),
        pytest.param(
            f"<!DOCTYPE kml [<!ENTITY q '{'q' * 100_000}'>]>", "&q;" * 10_000, id="quadratic blow-up"
        ),
    ],
)
def test_a_document_type_is_refused(doctype, place):
    assert "DOCTYPE" in refusal(with_doctype(doctype, place).encode(), "a.kml")
    assert "DOCTYPE" in refusal(with_doctype(doctype, place).encode("utf-16"), "a.kml")
    said = refusal(files.zipped({"doc.kml": with_doctype(doctype, place).encode()}), "a.kmz")
    assert "DOCTYPE" in said or "max_archive_ratio" in said
    with pytest.raises(InvalidGeometry, match="DOCTYPE"):
        read_aoi_text(with_doctype(doctype, place), LIMITS)


def test_an_undeclared_entity_is_refused():
    assert "well-formed" in refusal(KML.replace("piece", "&x;").encode(), "a.kml")


@pytest.mark.parametrize(
    "encoding",
    ["utf-7", "cp037", "utf-32", "ebcdic", "x-unknown", "base64", "rot13", "idna", "unicode_escape"],
)
def test_odd_encodings_are_refused(encoding):
    assert "encoding" in refusal(KML.replace("UTF-8", encoding).encode(), "a.kml")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037"])
def test_text_in_another_encoding_than_it_says_is_refused(encoding):
    assert refusal(with_doctype("<!DOCTYPE kml>").encode(encoding), "a.kml")


def test_deep_xml_is_refused():
    assert "64 levels" in refusal(b"<kml>" + b"<a>" * 1_000_000, "a.kml")


def test_many_elements_are_refused():
    assert "1,000,000 elements" in refusal(b"<kml>" + b"<a/>" * 1_000_001 + b"</kml>", "a.kml")


def test_a_huge_attribute_is_refused():
    assert "longer than" in refusal(b'<kml><a b="' + b"x" * 20_000_000 + b'"/></kml>', "a.kml")


def test_xinclude_is_refused():
    body = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    assert "XInclude" in refusal(files.kml_of(body).encode(), "a.kml")


@pytest.mark.parametrize(
    "body",
    [
        "<NetworkLink><Link><href>{}</href></Link></NetworkLink>",
        "<NetworkLink><Url><href>{}</href></Url></NetworkLink>",
        "<GroundOverlay><Icon><href>{}</href></Icon></GroundOverlay>",
        "<Style id='s'><IconStyle><Icon><href>{}</href></Icon></IconStyle></Style>",
        "<Placemark><Model><Link><href>{}</href></Link></Model></Placemark>",
        "<gx:Tour xmlns:gx='http://www.google.com/kml/ext/2.2'><gx:SoundCue><href>{}</href></gx:SoundCue></gx:Tour>",
    ],
)
@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "http://169.254.169.254/latest/meta-data/", "../../x.kml", "/vsicurl/http://x/"],
)
def test_what_a_kml_points_to_is_not_followed_and_it_is_said(body, target, sockets):
    place = files.placemark([[list(PORT.exterior.coords)]])
    read = read_aoi_file(files.kml_of(place + body.format(target)).encode(), "a.kml", LIMITS)
    assert read.area == normalise_shape(PORT).area
    assert any(change.startswith("Ignored, and nothing of it was fetched:") for change in read.changes)
    assert "href" in " ".join(read.changes)
    assert sockets == []


@pytest.mark.parametrize(
    "data",
    [
        b'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
        b'<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand><SimpleSource><SourceFilename>/vsicurl/http://127.0.0.1/x.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>',
        b"<WMS_Capabilities/>", b"<html><body>x</body></html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<gml:x xmlns:gml='g'/>",
        b"/vsicurl/http://127.0.0.1/a.tif", b"/vsizip//vsicurl/http://127.0.0.1/a.zip", b"http://127.0.0.1/a.geojson", b"file:///etc/passwd",
        b"WFS:http://127.0.0.1/", b"DODS:http://127.0.0.1/", b"PG:host=127.0.0.1", b"MVT:http://127.0.0.1/", b"/etc/passwd",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "name", ["a.vrt", "a.kml", "/vsicurl/http://127.0.0.1/a.zip", "http://169.254.169.254/a.gpkg"]
)
def test_what_would_have_gdal_open_something_else_is_refused(data, name):
    assert refusal(data, name)


@pytest.mark.parametrize(
    "name",
    [
        "/vsicurl/http://127.0.0.1/a.shp",
        "a.vrt",
        "/vsizip/x.zip/a.shp",
        "\0",
        "x" * 10_000,
        "a\r\nb",
        "",
        ".",
        "<script>",
    ],
)
def test_a_hostile_file_name_does_no_harm(name):
    for kind in files.FORMATS:
        read = read_aoi_file(files.a_file(kind, [PORT])[0], name, LIMITS)
        assert read.area == normalise_shape(PORT).area
        assert all("\0" not in change and "\n" not in change and len(change) < 300 for change in read.changes)


# ---------------------------------------------------------------------------------------- Shapefile


def shp_with(change):
    """The one-polygon .shp with its record body changed."""
    shp = bytearray(PARTS["a.shp"])
    change(shp)
    return files.zipped({**PARTS, "a.shp": bytes(shp)})


@pytest.mark.parametrize(
    ("offset", "form", "value"),
    [
        pytest.param(104, ">i", 2**30, id="record longer than the file"),
        pytest.param(104, ">i", -5, id="record of negative length"),
        pytest.param(104, ">i", 0, id="record of no length"),
        pytest.param(144, "<i", 2**30, id="rings without end"),
        pytest.param(144, "<i", -1, id="rings below none"),
        pytest.param(148, "<i", 2**30, id="points without end"),
        pytest.param(148, "<i", -1, id="points below none"),
        pytest.param(152, "<i", 3, id="first ring not at the start"),
        pytest.param(0, ">i", 1, id="wrong file code"),
        pytest.param(156, "<d", float("nan"), id="NaN"),
        pytest.param(156, "<d", float("inf"), id="infinity"),
        pytest.param(156, "<d", 35.0, id="unclosed"),
        pytest.param(108, "<i", 99, id="unknown kind"),
    ],
)
def test_a_damaged_shp_is_refused(offset, form, value):
    assert refusal(shp_with(lambda shp: struct.pack_into(form, shp, offset, value)))


def test_a_hole_outside_of_its_shell_is_refused():
    parts = files.shapefile_parts([Polygon(PORT.exterior, [box(34.75, 32.05, 34.8, 32.1).exterior])])
    shp = bytearray(parts["a.shp"])
    points = struct.unpack_from("<20d", shp, 160)
    hole = list(points[10:])
    hole[::2] = [x + 5 for x in hole[::2]]
    struct.pack_into("<10d", shp, 160 + 80, *hole)
    assert "lies in none of its outer rings" in refusal(files.zipped({**parts, "a.shp": bytes(shp)}))


def test_a_damaged_dbf_loses_only_the_names():
    for dbf in (
        b"",
        b"x",
        b"\xff" * 500,
        PARTS["a.dbf"][:40],
        PARTS["a.dbf"].replace(b"piece", b"\xff\xfe\xfd<>"),
    ):
        read = read_aoi_file(files.zipped({**PARTS, "a.dbf": dbf}), "a.zip", LIMITS)
        assert read.area == normalise_shape(PORT).area


# --------------------------------------------------------------------------------------- GeoPackage


def altered(*statements, layers=None):
    database = sqlite3.connect(":memory:")
    database.deserialize(files.geopackage_of(layers or {"a": [PORT]}))
    database.execute("PRAGMA writable_schema = ON")
    for statement in statements:
        try:
            database.execute(statement)
        except sqlite3.OperationalError as exc:
            if "ST_" not in str(exc):
                raise
    database.commit()
    data = database.serialize()
    database.close()
    return data


ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"


def test_the_geopackage_the_attacks_start_from_is_good():
    assert read_aoi_file(altered(), "a.gpkg", LIMITS).area == normalise_shape(PORT).area


def test_a_view_named_as_a_layer_is_refused():
    data = altered(
        f"CREATE VIEW v AS SELECT 1 AS fid, ({ENDLESS}) AS geom",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('v', 'features', 'v', 4326)",
        "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POLYGON', 4326, 0, 0)",
    )
    assert "not a plain table" in refusal(data, "a.gpkg")


@pytest.mark.parametrize("table", ["gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"])
def test_a_view_in_place_of_a_table_of_the_standard_is_refused(table):
    data = altered(f"ALTER TABLE {table} RENAME TO kept", f"CREATE VIEW {table} AS SELECT * FROM kept")
    assert "lacks its tables" in refusal(data, "a.gpkg")


def test_triggers_and_other_views_do_no_harm():
    data = altered(
        "CREATE TRIGGER evil AFTER INSERT ON gpkg_contents BEGIN DELETE FROM a; END",
        f"CREATE VIEW slow AS {ENDLESS}",
    )
    assert read_aoi_file(data, "a.gpkg", LIMITS).area == normalise_shape(PORT).area


def test_a_virtual_table_named_as_a_layer_is_refused():
    data = altered(
        "CREATE VIRTUAL TABLE v USING fts5(geom)",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('v', 'features', 'v', 4326)",
        "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POLYGON', 4326, 0, 0)",
    )
    assert "not a plain table" in refusal(data, "a.gpkg")


def test_a_computed_geometry_column_is_refused():
    data = altered(
        "CREATE TABLE g (fid INTEGER PRIMARY KEY, geom BLOB GENERATED ALWAYS AS (zeroblob(900000000)))",
        "INSERT INTO g (fid) VALUES (1)",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('g', 'features', 'g', 4326)",
        "INSERT INTO gpkg_geometry_columns VALUES ('g', 'geom', 'POLYGON', 4326, 0, 0)",
    )
    assert refusal(data, "a.gpkg")


def test_a_layer_name_cannot_carry_sql():
    name = 'a"; DROP TABLE gpkg_contents; --'
    data = altered(
        f"ALTER TABLE a RENAME TO '{name}'",
        f"UPDATE gpkg_contents SET table_name = '{name}'",
        f"UPDATE gpkg_geometry_columns SET table_name = '{name}'",
    )
    assert read_aoi_file(data, "a.gpkg", LIMITS).area == normalise_shape(PORT).area


def test_a_geopackage_too_slow_to_read_is_stopped(monkeypatch):
    monkeypatch.setattr(geopackage, "LONGEST_SECONDS", 0.0)
    monkeypatch.setattr(geopackage, "_STEPS", 1)
    assert "to read" in refusal(altered(), "a.gpkg")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("X'00'", "damaged"), ("'text'", "damaged"), ("zeroblob(5000000)", "code 0"), ("12", "damaged"),
        ("X'47500001E6100000'", "damaged|cut short"), ("X'4750000FE6100000'", "envelope|damaged"),
        ("X'47500021E6100000'", "extended"), ("X'47500001E610000001060000FFFF'", "damaged|cut short|not taken"),
    ],
)  # fmt: skip
def test_a_damaged_cell_is_refused(cell, words):
    assert re.search(words, refusal(without_triggers(f"UPDATE a SET geom = {cell}"), "a.gpkg"))


def without_triggers(*statements):
    names = [
        "rtree_a_geom_insert", "rtree_a_geom_update1", "rtree_a_geom_update2", "rtree_a_geom_update3", "rtree_a_geom_update4",
        "rtree_a_geom_update5", "rtree_a_geom_update6", "rtree_a_geom_update7", "rtree_a_geom_delete",
    ]  # fmt: skip
    return altered(*(f"DROP TRIGGER IF EXISTS {name}" for name in names), *statements)


def test_a_null_cell_is_no_area():
    assert "empty" in refusal(without_triggers("UPDATE a SET geom = NULL"), "a.gpkg")


def test_a_geopackage_in_wal_mode_is_refused():
    data = bytearray(altered())
    data[18] = data[19] = 2
    assert "still open elsewhere" in refusal(bytes(data), "a.gpkg")


def test_corrupt_pages_are_refused():
    data = altered()
    for start in range(4096, len(data), 4096):
        broken = data[:start] + b"\xff" * 4096 + data[start + 4096 :]
        try:
            read = read_aoi_file(broken, "a.gpkg", LIMITS)
        except RsiwgError:
            continue
        assert read.area == normalise_shape(PORT).area  # an unused page


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9])
def test_a_truncated_geopackage_is_refused(share):
    data = altered()
    assert refusal(data[: max(20, int(len(data) * share))], "a.gpkg")


# ---------------------------------------------------------------------------------- other formats


@pytest.mark.parametrize("kind", ["FlatGeobuf", "GeoParquet", "GeoTIFF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.98])
def test_a_truncated_file_is_refused(kind, share):
    data = files.geotiff_of() if kind == "GeoTIFF" else files.a_file(kind, [PORT])[0]
    cut = data[: int(len(data) * share)]
    if kind == "GeoTIFF":  # its header may be whole: no pixel is read
        try:
            read_aoi_file(cut, "a.tif", LIMITS)
        except RsiwgError:
            return
    else:
        assert refusal(cut)


def parquet_of(cells, geo=None, **columns):
    geo = geo or {
        "version": "1.0.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
    }
    column = cells if isinstance(cells, pa.Array) else pa.array(cells, pa.binary())
    table = pa.table({"geometry": column, **columns})
    made = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), made)
    return made.getvalue()


def test_a_dictionary_bomb_in_parquet_is_refused():
    """5,000 rows that share one large geometry: small on disk, gigabytes once unfolded."""
    blob = shapely.to_wkb(shapely.Point(10, 10).buffer(1, quad_segs=10_000))
    folded = pa.DictionaryArray.from_arrays(pa.array([0] * 5000, pa.int32()), pa.array([blob], pa.binary()))
    data = parquet_of(folded)
    assert len(data) < 1_000_000
    assert "over the limits" in refusal(data, "a.parquet")


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x01\x03", id="cut short"),
        pytest.param(b"\x01\x03\0\0\0\xff\xff\xff\xff", id="rings without end"),
        pytest.param(b"\x01\x06\0\0\0\xff\xff\xff\x7f", id="parts without end"),
        pytest.param(b"\x01\x07\0\0\0\x01\0\0\0" * 500_000, id="nested without end"),
        pytest.param(b"\x01\x0a\0\0\0\0\0\0\0", id="a curve"),
        pytest.param(b"\x01\x11\x27\0\0\0\0\0\0", id="unknown kind"),
        pytest.param(b"\x05\x03\0\0\0\0\0\0\0", id="unknown byte order"),
    ],
)
def test_damaged_wkb_is_refused(cell):
    assert refusal(parquet_of([cell]), "a.parquet")


@pytest.mark.parametrize(
    "geo",
    [
        {}, {"columns": {}}, {"primary_column": "geometry", "columns": {"geometry": 3}}, {"primary_column": "x", "columns": {"x": {"encoding": "WKB"}}},
        {"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "crs": "EPSG:4326"}}},
        {"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "crs": None}}},
        {"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "crs": {"type": "x", "name": "+nadgrids=/etc/passwd"}}}},
        {"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "edges": "spherical"}}},
        {"primary_column": "geometry", "columns": {"geometry": {"encoding": "polygon"}}},
    ],
)  # fmt: skip
def test_wrong_geo_metadata_are_refused(geo):
    assert refusal(parquet_of([shapely.to_wkb(PORT)], geo or {"x": 1}), "a.parquet")


def test_a_raster_bomb_is_refused_by_its_header():
    bomb = files.geotiff_of(width=100_000, height=100_000, step=0.1)
    assert len(bomb) < 5_000_000
    assert "max_pixels" in refusal(bomb, "a.tif")


def test_a_tiff_that_is_none_is_refused():
    for data in (
        b"II*\0",
        b"II*\0" + b"\xff" * 100,
        b"MM\0*" + b"\0" * 1000,
        b"II+\0" + b"\x08\0\0\0" + b"\xff" * 64,
    ):
        assert refusal(data, "a.tif")


def test_a_file_of_another_driver_behind_a_tiff_name_is_refused():
    assert refusal(b'<VRTDataset rasterXSize="1" rasterYSize="1"/>', "a.tif")


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a" + files.zipped({"doc.kml": KML.encode()}),
        b"%PDF-1.7\n" + files.zipped({"doc.kml": KML.encode()}),
        b"<html>" + KML.encode(),
        KML.encode() + b"<html></html>",
        KML.encode() + files.zipped({"doc.kml": KML.encode()}),
        b"\x89PNG\r\n\x1a\n" + KML.encode(),
    ],
)
def test_a_polyglot_is_refused(data):
    assert refusal(data, "a.kml")


def test_names_of_features_are_shown_safely():
    name = "a\u202egpj\0\n" + "x" * 10_000 + "<script>`"
    value = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"name": name}, "geometry": json.loads(shapely.to_geojson(shape))} for shape in (PORT, box(1, 1, 2, 2))
    ]}  # fmt: skip
    with pytest.raises(ChoiceNeeded) as caught:
        read_aoi_file(json.dumps(value).encode(), "a.json", LIMITS)
    label = caught.value.choices[0]["label"]
    assert len(label) <= 80
    assert "\u202e" not in label
    assert "\n" not in label


# ------------------------------------------------------------------------------------------- floods


def test_50_001_vertices_are_refused_and_50_000_are_taken():
    at_limit = shapely.Point(10, 10).buffer(1, quad_segs=12_500)
    assert shapely.get_num_coordinates(at_limit) == 50_001  # the closing one is not counted twice
    assert read_aoi_file(*files.a_file("GeoJSON", [at_limit]), LIMITS).area
    corners = list(at_limit.exterior.coords)
    over = Polygon([*corners[:1], shapely.LineString(corners[:2]).centroid.coords[0], *corners[1:]])
    assert "50,001 vertices" in refusal(*files.a_file("GeoJSON", [over]))


def test_many_choices_are_listed_in_bounded_time():
    many = [box(n % 100, n // 100 - 50, n % 100 + 0.5, n // 100 - 49.5) for n in range(9_999)]
    data, name = files.a_file("GeoPackage", many)
    began = time.monotonic()
    with pytest.raises(ChoiceNeeded) as caught:
        read_aoi_file(data, name, LIMITS)
    assert time.monotonic() - began < HANGING_SECONDS
    assert len(caught.value.choices) == 201
    assert read_aoi_file(data, name, LIMITS, "9999").area == normalise_shape(many[-1]).area


def test_nested_shells_are_refused():
    nested = MultiPolygon([box(0, 0, 9, 9), box(1, 1, 2, 2)])
    for kind in ("GeoJSON", "KML", "WKT", "GeoPackage", "FlatGeobuf", "GeoParquet"):
        assert refusal(*files.a_file(kind, [nested]))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1N 1E" + " " * 3_000_000 + "x", id="spaces"),
        pytest.param("36N" + "\x0b" * 3_000_000 + "x", id="odd spaces"),
        pytest.param("1N 1E" + "," * 3_000_000 + "x", id="commas"),
        pytest.param("1N" + "1" * 3_000_000, id="digits after a letter"),
        pytest.param("1" * 3_000_000, id="digits"),
        pytest.param("1 " * 1_500_000, id="numbers"),
        pytest.param("1-" * 1_500_000 + "N 1E", id="dashes"),
        pytest.param(";" * 3_000_000, id="empty lines"),
        pytest.param("1N1E" * 750_000, id="many positions in a line"),
        pytest.param("radius " * 400_000, id="radii"),
        pytest.param("SRID=" + " " * 3_000_000 + "4326;POLYGON", id="srid"),
        pytest.param("POLYGON" + " " * 3_000_000 + "x", id="wkt and spaces"),
        pytest.param("POLYGON((" + "1 1," * 700_000, id="wkt without end"),
        pytest.param(
            "{" + ",".join(f'"{n}":1' for n in range(200_000)) + ',"199999":2}',
            id="many keys, the last twice",
        ),
        pytest.param("<kml><Placemark><Polygon><coordinates>" + "0,0 " * 1_100_000, id="kml positions"),
    ],
)
def test_no_text_takes_long_to_refuse(text):
    began = time.monotonic()
    with pytest.raises(RsiwgError):
        read_aoi_text(text, LIMITS)
    assert time.monotonic() - began < HANGING_SECONDS
