"""Laws of the door: every format gives the same area, and what cannot be read raises a typed error only."""

import functools
import importlib.util
import json
import math
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from rsiwg.errors import ChoiceNeeded, InvalidGeometry, InvalidSubmission, TooLarge
from rsiwg.geometry import normalise_shape
from rsiwg.intake import notations, read_aoi_file, read_aoi_text, read_aoi_value, read_json, read_submission
from rsiwg.settings import Limits

_path = Path(__file__).parents[1] / "unit" / "intake_files" / "__init__.py"
_spec = importlib.util.spec_from_file_location("intake_files", _path)
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)

LIMITS = Limits()
SMALL = Limits(max_body_bytes=100_000, max_vertices=500, max_archive_bytes=200_000, max_features=50)
TYPED = (InvalidSubmission, InvalidGeometry, TooLarge, ChoiceNeeded)

examples = functools.partial(
    settings, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)


# -------------------------------------------------------------------------------------- invariance


@st.composite
def outlines(draw):
    """One to three stars with a hole each or none; near poles and across 180 degrees too."""
    parts = []
    for n in range(draw(st.integers(1, 3))):
        lat = draw(st.floats(-88, 88))
        lon = draw(st.sampled_from([0.0, 179.9, -179.9, 34.8])) + draw(st.floats(-1, 1)) + 12 * n
        reach = draw(st.floats(0.01, 1.5))
        corners = draw(st.integers(3, 12))
        shares = draw(st.lists(st.floats(0.4, 1), min_size=corners, max_size=corners))
        star = [
            (
                lon + reach * s * math.cos(2 * math.pi * k / corners),
                lat + reach * s * math.sin(2 * math.pi * k / corners),
            )
            for k, s in enumerate(shares)
        ]
        hole = [
            (lon + 0.05 * reach * dx, lat + 0.05 * reach * dy)
            for dx, dy in [(-1, -1), (-1, 1), (1, 1), (1, -1)]
        ]
        parts.append(Polygon(star, [hole] if draw(st.booleans()) else []))
    shape = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    wide = (
        shape.bounds[2] - shape.bounds[0] > 360
    )  # parts on both sides of 180 degrees, which the door refuses
    return shape if shape.is_valid and not wide else box(10, 10, 11, 11)


@examples(max_examples=30)
@given(outlines())
def test_every_format_gives_the_same_area(shape):
    expected = normalise_shape(shape).area
    for kind in files.FORMATS:
        assert read_aoi_file(*files.a_file(kind, [shape]), LIMITS).area == expected, kind


@examples(max_examples=200)
@given(st.floats(-180, 180), st.floats(-89.99, 89.99))
def test_each_notation_leads_back_to_the_position(lon, lat):
    shown = notations(lon, lat)
    for notation, metres in (("decimal", 0.02), ("dms", 0.3), ("mgrs", 2.0)):
        read = read_aoi_text(f"{shown[notation]} radius 1 km", LIMITS)
        # The whole circle lies within the circle about the true position, widened by the error.
        near = read_aoi_value({"point": [lon, lat], "radius_m": 1000 + metres}, LIMITS)
        assert read.area.difference(near.area).area <= 0.002 * near.area.area


# ---------------------------------------------------------------------------------------- fuzzing


@functools.cache
def seeds():
    """Small valid files, and Shapefiles and KMZs whose inner parts are mutated before packing."""
    shape = MultiPolygon(
        [Polygon(box(1, 1, 3, 3).exterior, [box(1.5, 1.5, 2, 2).exterior.coords[::-1]]), box(5, 1, 6, 2)]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {kind: files.a_file(kind, [shape, box(8, 8, 9, 9)])[0] for kind in files.FORMATS}
        found["GeoTIFF"] = files.geotiff_of(4, 3)
        found["parts"] = files.shapefile_parts([shape, box(8, 8, 9, 9)])
    return found


@st.composite
def mutated(draw, data):
    """Bytes with some flipped, a piece cut, doubled, or replaced, or the end missing."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        if not changed:
            break
        at = draw(st.integers(0, len(changed) - 1))
        how = draw(st.sampled_from(["flip", "set", "cut", "double", "end", "insert"]))
        if how == "flip":
            changed[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "set":
            width = draw(st.sampled_from([1, 2, 4, 8]))
            changed[at : at + width] = draw(st.sampled_from([b"\0", b"\xff", b"\x7f", b"\x80"])) * width
        elif how == "cut":
            del changed[at : at + draw(st.integers(1, 64))]
        elif how == "double":
            changed[at:at] = changed[at : at + draw(st.integers(1, 64))]
        elif how == "end":
            del changed[at:]
        else:
            changed[at:at] = draw(st.binary(max_size=16))
    return bytes(changed)


def outcome(read, *args):
    """What was read, or the sentence of the typed error; any other exception is the test's failure."""
    try:
        return read(*args), None
    except TYPED as exc:
        said = str(exc)
    leaks = [
        word
        for word in ("Traceback", "/vsimem", "site-packages", "Input should", "validation error")
        if word in said
    ]
    assert said
    assert not leaks
    return None, said


def only_typed(data, name="a"):
    for choose in (None, "1"):
        read, _ = outcome(read_aoi_file, data, name, SMALL, choose)
        if read is not None:
            assert read.area.is_valid
            assert not read.area.is_empty
            assert normalise_shape(read.area).area == read.area


@pytest.mark.parametrize("kind", [*files.FORMATS, "GeoTIFF"])
def test_a_mutated_file_raises_a_typed_error_only(kind):
    @examples(max_examples=300)
    @given(mutated(seeds()[kind]))
    def law(data):
        only_typed(data)

    law()


@pytest.mark.parametrize("part", [".shp", ".dbf", ".prj"])
def test_a_mutated_part_of_a_shapefile_raises_a_typed_error_only(part):
    parts = seeds()["parts"]

    @examples(max_examples=150)
    @given(mutated(parts[f"a{part}"]))
    def law(content):
        only_typed(files.zipped({**parts, f"a{part}": content}), "a.zip")

    law()


@examples(max_examples=200)
@given(mutated(files.kml_of(files.placemark([[[(0, 0), (4, 0), (4, 4), (0, 0)]]])).encode()))
def test_a_mutated_kml_in_a_kmz_raises_a_typed_error_only(content):
    only_typed(files.zipped({"doc.kml": content}), "a.kmz")


MAGIC = (
    b"", b"PK\x03\x04", b"SQLite format 3\0", b"fgb\x03fgb\x00", b"PAR1", b"II*\0", b"MM\0*", b"II+\0", b"<", b"<kml>", b"{", b"\xff\xfe",
    b'{"type":"Polygon","coordinates":', b"POLYGON ((", b"SRID=32636;POLYGON((", b"\0\0\x27\x0a",
)  # fmt: skip


@examples(max_examples=500)
@given(st.sampled_from(MAGIC), st.binary(max_size=300))
def test_random_bytes_raise_a_typed_error_only(magic, tail):
    only_typed(magic + tail)


@examples(max_examples=600)
@given(
    st.text(max_size=60)
    | st.text(alphabet="0123456789.,;:-+°'\"NSEWnsew \n\tUTMRXA()", max_size=60)
    | st.from_regex(
        r"[0-9]{1,3}[NSEW ,.°][0-9]{1,3}[NSEW '][0-9]{0,4}[NSEW] radius [0-9]{1,3} (m|ft|km)", fullmatch=True
    )
    | st.from_regex(r"(lat lon|lon lat|)\n?(-?[0-9]{1,3}(\.[0-9])?[ ,]-?[0-9]{1,3};){1,5}", fullmatch=True)
    | st.from_regex(r"[0-9]{1,2}[A-Z][A-Z]{2}[0-9]{0,10} radius 1 km", fullmatch=True)
    | st.from_regex(r"[0-9]{1,2} (north|south|[A-Z]) [0-9]{5,7} [0-9]{5,8} radius 1 km", fullmatch=True)
    | st.from_regex(
        r"(MULTI)?POLYGON ?(Z|M|ZM)? ?\(\(\(?([0-9]{1,3} [0-9]{1,3}( [0-9])?, ?){0,5}[0-9 .nae-]{0,9}\)?\)\)?",
        fullmatch=True,
    )
)
def test_random_text_raises_a_typed_error_only(text):
    read, _ = outcome(read_aoi_text, text, SMALL)
    assert read is None or not read.area.is_empty


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
GEOMETRY = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["Polygon", "MultiPolygon", "Feature", "FeatureCollection", "GeometryCollection", "Point"]
        )
        | SCALARS
    },
    optional={
        "coordinates": VALUES
        | st.lists(
            st.lists(st.tuples(st.floats(), st.floats()).map(list), min_size=3, max_size=6), max_size=2
        ),
        "geometry": VALUES,
        "features": VALUES,
        "geometries": VALUES,
        "crs": VALUES,
        "point": VALUES,
        "radius_m": SCALARS,
    },
)
FIELDS = (
    "kind", "reference", "applicant", "sensor", "sensors", "product", "licence", "recipient", "activity", "collection", "exercise",
    "aoi", "aoi_choose", "schema_version",
)  # fmt: skip
BODY = {
    "kind": "imaging",
    "reference": "DEMO-1",
    "applicant": {"name": "X", "country": "US"},
    "sensor": {"modality": "panchromatic", "gsd_m": 0.31},
    "product": {"gsd_m": 0.40, "inside": [{"aoi": "POLYGON ((0 0, 1 0, 1 1, 0 0))", "gsd_m": 1}]},
    "activity": ["collect"],
    "collection": {"start": "2025-01-01", "end": "2025-12-31"},
    "aoi": "POLYGON ((0 0, 1 0, 1 1, 0 0))",
}


@examples(max_examples=300)
@given(VALUES | GEOMETRY)
def test_any_value_as_an_area_raises_a_typed_error_only(value):
    outcome(read_aoi_value, value, SMALL)


@examples(max_examples=300)
@given(
    st.dictionaries(st.sampled_from(FIELDS), VALUES | GEOMETRY, max_size=3),
    st.sampled_from(["", "name", "gsd_m", "kind"]),
    VALUES,
)
def test_any_body_raises_a_typed_error_only(changes, inner, value):
    body = json.loads(json.dumps(BODY))
    body.update(changes)
    for owner in ("applicant", "sensor", "product", "collection"):
        if inner and isinstance(body.get(owner), dict):
            body[owner][inner] = value
    outcome(read_submission, body, SMALL)


@examples(max_examples=300)
@given(mutated(json.dumps(BODY).encode()) | st.binary(max_size=60))
def test_mutated_json_raises_a_typed_error_only(data):
    read, _ = outcome(read_json, data, SMALL)
    if read is not None:
        assert isinstance(read, dict)
        json.dumps(read, allow_nan=False)
