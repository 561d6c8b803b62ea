"""Reports draw and write from an answer document and never compute again."""

import copy
import csv
import io
import json
import re
import xml.etree.ElementTree as ET

import pytest

from rsiwg.reports import findings_csv, findings_geojson, outline_svg, summary_html, text, words

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[34.7, 32.0], [34.9, 32.0], [34.9, 32.2], [34.7, 32.2], [34.7, 32.0]]],
}
PIECE = {
    "type": "Polygon",
    "coordinates": [[[34.78, 32.0], [34.9, 32.0], [34.9, 32.2], [34.78, 32.2], [34.78, 32.0]]],
}
STRIP = {
    "type": "Polygon",
    "coordinates": [[[34.7, 32.0], [34.75, 32.0], [34.75, 32.2], [34.7, 32.2], [34.7, 32.0]]],
}
CITATION = {
    "source": "15 CFR 960.8(i); 85 FR 44059",
    "url": "https://www.ecfr.gov/current/title-15/section-960.8",
}
HOSTILE = "</script><script>alert(1)</script>"
RTL = "safe\u202egnp.exe"


def a_finding(**changes):
    return {
        "id": "F1", "check": "finer_than_allowed", "outcome": "conflict",
        "says": "253 km² of the area lie in Israel, where the finest allowed is 0.40 m GSD; 0.31 m is asked for.",
        "restriction": "israel", "restriction_version": "0123456789ab", "reading": "core", "sensor": "WV-X",
        "measured": {"measure": "gsd", "value_m": 0.31, "limit_m": 0.4}, "citation": CITATION,
        "days": {"start": "2025-01-01", "end": "2025-12-31"}, "where": PIECE, "area_km2": 252.846,
        "share_of_aoi": 0.6, "distance_km": None, "near_miss": False, "needs": [],
    } | changes  # fmt: skip


def a_request(**changes):
    return {
        "schema_version": 1, "kind": "imaging", "reference": "DEMO-1",
        "applicant": {"name": "Example Imaging Inc.", "country": "US", "us_person": True},
        "sensors": [{"name": "WV-X", "modality": "panchromatic", "gsd_m": 0.31, "max_off_nadir_deg": 30.0}],
        "licence": {"part_960": True}, "activity": ["collect", "disseminate"],
        "collection": {"start": "2025-01-01", "end": "2025-12-31"}, "aoi": SQUARE,
    } | changes  # fmt: skip


def a_remedy(**changes):
    aoi = {"area_km2": 418.0, "bbox": [34.7, 32.0, 34.9, 32.2], "parts": 1, "vertices": 4}
    return {
        "id": "R1", "kind": "coarsen", "says": "Coarsen the product to 0.40 m inside these 253 km².", "steps": [],
        "clears": ["F1"], "verdict_after": "undetermined", "remains": ["Nobody has said which tier the license has."],
        "piece": PIECE, "piece_km2": 252.846, "share_of_aoi": 0.6, "aoi_after": aoi, "request": a_request(),
    } | changes  # fmt: skip


def a_document(**changes):
    doubt = a_finding(
        id="F2", check="withheld_areas", outcome="indeterminate", measured=None, where=STRIP, area_km2=105.4,
        says="The tier of the license decides whether the withheld areas concern this request, and it is not said.",
        restriction="withheld-areas", reading=None, sensor=None, needs=["licence.tier"], share_of_aoi=0.25,
    )  # fmt: skip
    clear = a_finding(
        id="F3", check="country", outcome="clear", says="The area lies in Israel and in the Mediterranean Sea.",
        restriction=None, restriction_version=None, reading=None, sensor=None, measured=None, citation=None,
        days=None, where=None, area_km2=None, share_of_aoi=None,
    )  # fmt: skip
    return {
        "verdict": "restricted", "verdict_id": "ab" * 32, "as_of": None,
        "judged": {"start": "2025-01-01", "end": "2025-12-31"}, "exercise": False, "engine": "0.1.0",
        "rulebook": "cd" * 32, "request": a_request(),
        "aoi": {"area_km2": 418.2, "bbox": [34.7, 32.0, 34.9, 32.2], "parts": 1, "vertices": 4},
        "findings": [clear, doubt, a_finding()],
        "not_applicable": [
            {"restriction": "cap-2014", "restriction_version": "ba9876543210", "title": "Panchromatic cap of 0.50 m",
             "reason": "Not in force on any day judged: it ended on June 10, 2014.", "citation": CITATION,
             "distance_km": None}
        ],
        "remedies": [a_remedy()],
        "changes": ["Heights (or measures) were left out: an area has none."],
    } | changes  # fmt: skip


def a_hostile_document():
    document = a_document()
    document["request"]["reference"] = HOSTILE
    document["request"]["applicant"]["name"] = RTL + "\x1b[31m"
    document["findings"][2]["says"] = f"=cmd|' /C calc'!A0 {HOSTILE}"
    document["findings"][2]["sensor"] = "@SUM(1)"
    document["not_applicable"][0]["title"] = HOSTILE
    document["remedies"][0]["says"] = HOSTILE + RTL
    return document


def rows(document):
    return list(csv.DictReader(io.StringIO(findings_csv(document).removeprefix("\ufeff"))))


def test_the_table_opens_in_a_spreadsheet_with_numbers_as_numbers():
    written = findings_csv(a_document())
    assert written.startswith("\ufefffinding,outcome,says,")
    assert written.count("\r\n") == 4
    last = rows(a_document())[2]
    assert (last["value_m"], last["limit_m"], last["area_km2"]) == ("0.31", "0.4", "252.846")
    assert (last["first_day"], last["last_day"], last["near_miss"]) == ("2025-01-01", "2025-12-31", "false")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "  =", "＝"])
def test_text_that_would_be_a_formula_is_neutralised(start):
    document = a_document(findings=[a_finding(says=f"{start}cmd|' /C calc'!A0")])
    assert rows(document)[0]["says"].startswith("'")


def test_a_negative_number_is_not_text():
    assert rows(a_document(findings=[a_finding(distance_km=-1.5)]))[0]["distance_km"] == "-1.5"


def test_the_columns_keep_their_order():
    header = findings_csv(a_document()).removeprefix("\ufeff").splitlines()[0].split(",")
    assert header[:4] == ["finding", "outcome", "says", "check"]
    assert header[-4:] == ["reference", "verdict", "verdict_id", "rulebook"]


def test_geojson_holds_the_area_each_place_and_each_piece():
    collection = findings_geojson(a_document())
    assert [f["id"] for f in collection["features"]] == ["AOI", "F2", "F1", "R1"]
    assert all(f["type"] == "Feature" and f["geometry"]["type"] == "Polygon" for f in collection["features"])
    assert collection["features"][2]["properties"]["outcome"] == "conflict"
    json.dumps(collection, allow_nan=False)


def test_the_outline_is_well_formed_and_carries_no_style_or_script():
    drawing = outline_svg(a_hostile_document())
    root = ET.fromstring(drawing)
    assert root.attrib["role"] == "img"
    assert not any("style" in element.attrib for element in root.iter())
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))


def test_the_outline_of_an_area_across_180_degrees_is_in_one_piece():
    west = [[[-180, 10], [-179, 10], [-179, 11], [-180, 11], [-180, 10]]]
    east = [[[179, 10], [180, 10], [180, 11], [179, 11], [179, 10]]]
    document = a_document(
        request=a_request(aoi={"type": "MultiPolygon", "coordinates": [east, west]}),
        aoi={"area_km2": 24000.0, "bbox": [179, 10, -179, 11], "parts": 2, "vertices": 8},
        findings=[],
        remedies=[],
    )
    drawn = re.search(r'<path d="([^"]+)" fill="none" stroke="#162e51"', outline_svg(document))[1]
    across = [float(x) for x in re.findall(r"[ML]([\d.-]+) ", drawn)]
    assert 0 <= min(across) < max(across) <= 640
    assert max(across) - min(across) > 300


@pytest.mark.parametrize("box", [(-180, -90, 180, 90), (-180, 85, 180, 90), (1, 1, 1.00001, 1.00001)])
def test_the_outline_draws_the_whole_globe_a_pole_and_a_speck(box):
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    document = a_document(
        request=a_request(aoi={"type": "Polygon", "coordinates": [ring]}),
        aoi={"area_km2": 1.0, "bbox": list(box), "parts": 1, "vertices": 4},
        findings=[],
        remedies=[],
    )
    assert "NaN" not in outline_svg(document)
    ET.fromstring(outline_svg(document))


def test_the_summary_needs_nothing_from_elsewhere():
    page = summary_html(a_document())
    assert "<script" not in page
    assert not re.search(r'(?:src|data)="|url\((?!#)|@import|<link|style="|\son\w+="', page)
    assert "Restricted" in page
    assert "ab" * 32 in page
    assert "cd" * 32 in page


def test_hostile_text_is_shown_and_not_obeyed():
    page = summary_html(a_hostile_document())
    assert "<script" not in page
    assert "&lt;/script&gt;" in page
    assert "\u202e" not in page
    assert "\\u202e" in page


def test_the_same_document_gives_the_same_bytes():
    document = a_document()
    again = json.loads(json.dumps(document, sort_keys=True))
    for write in (findings_csv, outline_svg, summary_html, text):
        assert write(document) == write(again)


def test_reports_leave_the_document_as_it_was():
    document = a_document()
    before = copy.deepcopy(document)
    for write in (findings_csv, findings_geojson, outline_svg, summary_html, text):
        write(document)
    assert document == before


def test_the_summary_says_every_finding_worst_first():
    page = summary_html(a_document())
    table = page[page.index("All findings") :]
    places = [
        table.index(f["says"].replace("'", "&#39;")) for f in words.worst_first(a_document()["findings"])
    ]
    assert places == sorted(places)


def test_two_hundred_findings_are_all_written():
    document = a_document(findings=[a_finding(id=f"F{n}") for n in range(1, 201)])
    assert len(rows(document)) == 200
    assert summary_html(document).count('<th scope="row" class="no">F') == 200
    assert "200 conflicts" in text(document)


def test_the_marking_and_the_exercise_are_said():
    page = summary_html(a_document(exercise=True), marking="CUI//SP-EXPT")
    assert page.count("CUI//SP-EXPT") >= 2
    assert "EXERCISE" in page


def test_the_terminal_says_the_verdict_first_and_keeps_to_its_width():
    written = text(a_document())
    assert written.startswith("RESTRICTED  DEMO-1\n")
    assert max(map(len, written.splitlines())) <= 100
    order = [
        written.index(part) for part in ("FINDINGS", "WHAT WOULD FIX IT", "DOES NOT APPLY", "verdict id")
    ]
    assert order == sorted(order)


def test_the_terminal_obeys_no_control_characters():
    written = text(a_hostile_document())
    assert "\x1b" not in written
    assert "\u202e" not in written
    assert "\\u202e" in written


def test_an_answer_without_findings_is_written_too():
    document = a_document(verdict="undetermined", findings=[], remedies=[], not_applicable=[], changes=[])
    assert "no findings" in text(document)
    assert "No finding was made" in summary_html(document)
    assert rows(document) == []


@pytest.mark.parametrize(
    ("km2", "said"),
    [
        pytest.param(12.3456, "12.3\u00a0km²", id="three figures"),
        pytest.param(123456.7, "123,000\u00a0km²", id="thousands"),
        pytest.param(0.000012345, "0.0000123\u00a0km²", id="small"),
        pytest.param(0, "0\u00a0km²", id="nothing"),
        pytest.param(99.96, "100\u00a0km²", id="rounded up"),
        pytest.param(999.6, "1,000\u00a0km²", id="rounded up to thousands"),
    ],
)
def test_areas_have_three_significant_figures(km2, said):
    assert words.area(km2) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.4, "0.40"), (0.305, "0.305"), (2, "2.00"), (1000000.0, "1000000.00")]
)
def test_resolutions_are_to_the_centimetre_or_finer_where_given_finer(value, said):
    assert words.metres(value) == f"{said}\u00a0m"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (1.0, "100%"),
        (0.6, "60%"),
        (0.1234, "12.3%"),
        (0.00001, "under 0.1%"),
        (0.99999, "over 99.9%"),
        (0.0, "0%"),
    ],
)
def test_a_share_never_rounds_to_nothing_or_to_all(part, said):
    assert words.share(part) == said


def test_a_sar_and_a_product_of_several_resolutions_are_put_in_words():
    request = a_request(
        sensors=[
            {"name": "S", "modality": "sar", "ipr_range_m": 0.5, "ipr_azimuth_m": 0.25, "ipr_plane": "slant"}
        ],
        product={"gsd_m": 0.31, "inside": [{"aoi": SQUARE, "gsd_m": 0.4}]},
        licence={"part_960": True, "tier": 3, "licensee": "Holder LLC"},
        recipient={"kind": "foreign_government", "name": "Ministry", "country": "FR"},
        exercise=True,
    )
    said = dict(words.rows(request))
    assert "slant plane" in said["Sensors"][0]
    assert said["Product"][1].startswith("0.40")
    assert said["Recipient"] == ["Ministry, foreign government (FR)"]
    assert said["License holder"] == ["Holder LLC"]
