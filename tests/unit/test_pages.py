"""The pages through Flask's test client, with the real rulebook and a real database."""

import io
import json
import re
from html.parser import HTMLParser

import pytest

from rsiwg.settings import Settings
from rsiwg.store import open_database, reading
from rsiwg.store.migrate import upgrade
from rsiwg.web import create_app
from rsiwg.web.form import Answers, field_of, label_of

SQUARE = "32.0N 34.7E\n32.0N 34.9E\n32.2N 34.9E\n32.2N 34.7E"
KML = b"""<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Site</name>
<Polygon><outerBoundaryIs><LinearRing><coordinates>34.7,32.0 34.9,32.0 34.9,32.2 34.7,32.2 34.7,32.0</coordinates>
</LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"""
TWO = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": name},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[x, 10], [x + 1, 10], [x + 1, 11], [x, 11], [x, 10]]],
                },
            }
            for name, x in (("West", 1), ("East", 5))
        ],
    }
)


def a_form(**changes):
    return {
        "key": "", "aoi": SQUARE, "sensors-0-modality": "panchromatic", "sensors-0-gsd_m": "0.31",
        "activity": ["collect", "disseminate"], "collection-start": "2025-01-01", "collection-end": "2025-12-31",
        "applicant-name": "Example Imaging Inc.", "applicant-country": "US", "applicant-us_person": "yes",
        "licence-part_960": "yes", "licence-tier": "1", "reference": "DEMO-1",
    } | {name.replace("__", "-"): value for name, value in changes.items()}  # fmt: skip


@pytest.fixture(scope="module")
def app(book, tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('pages')}/pages.db"
    engine = open_database(url)
    upgrade(engine)
    engine.dispose()
    made = create_app(
        Settings(secret_key="a-secret-for-tests", database_url=url, requests_per_minute=0), book=book
    )
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    made.extensions["rsiwg"].engine.dispose()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def stored(client):
    answer = client.post("/requests/new", data=a_form())
    assert answer.status_code == 303, answer.text
    return answer.location


class Page(HTMLParser):
    """What the tests ask of a page: its tags, their attributes, and its title."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.title, self._in_title = [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in_title = tag == "title"

    def handle_data(self, data):
        if self._in_title:
            self.title += data
            self._in_title = False


def test_every_page_keeps_to_its_policy_and_has_its_own_title(client, stored):
    titles = set()
    paths = [
        "/",
        "/requests/new",
        "/rules",
        "/rules/israel-resolution",
        "/layers",
        "/help",
        stored,
        "/nothing",
    ]
    for path in paths:
        page = Page(client.get(path).text)
        titles.add(page.title)
        assert ("html", {"lang": "en"}) in page.tags, path
        ids = [a["id"] for _, a in page.tags if "id" in a]
        assert len(ids) == len(set(ids)), (path, [i for i in ids if ids.count(i) > 1])
        for tag, attributes in page.tags:
            assert "style" not in attributes, (path, tag)
            assert tag != "style", path
            assert not [name for name in attributes if name.startswith("on")], (path, tag)
            if tag == "script":
                assert attributes.get("src", "").startswith("/"), path
            if tag == "link":
                assert attributes["href"].startswith("/"), path
    assert len(titles) == len(paths)


def test_no_page_claims_to_be_official(client):
    page = client.get("/").text
    assert "Not an official website of the United States Government" in page
    assert "An official website" not in page


def test_every_link_inside_the_site_leads_somewhere(client, stored):
    links = {
        (attributes.get("href") if tag == "a" else attributes.get("src") or "").split("#")[0]
        for path in ("/", "/rules", "/layers", "/help", stored)
        for tag, attributes in Page(client.get(path).text).tags
        if tag in ("a", "script", "iframe")
    }
    for to in sorted(link for link in links if link.startswith("/")):
        with client.get(to) as answer:
            assert answer.status_code == 200, to


def test_a_request_is_stored_and_its_page_says_why(client, stored):
    page = client.get(stored).text
    assert "Restricted" in page
    assert "0.31" in page
    assert "15 CFR 960.8(i)" in page
    assert "What would fix it" in page
    assert "What does not apply, and why" in page
    assert "The outline was closed" in page


def test_the_answer_leaves_in_every_form(client, stored):
    document = client.get(f"{stored}/answer.json")
    assert document.json["verdict"] == "restricted"
    table = client.get(f"{stored}/findings.csv")
    assert table.data.startswith(b"\xef\xbb\xbffinding,")
    assert "attachment" in table.headers["Content-Disposition"]
    assert client.get(f"{stored}/findings.geojson").json["type"] == "FeatureCollection"
    assert document.json["verdict_id"] in client.get(f"{stored}/summary").text
    assert "attachment" in client.get(f"{stored}/summary?download=1").headers["Content-Disposition"]
    assert "<link" not in client.get(f"{stored}/map.html").text


def test_the_map_and_the_summary_bring_their_own_policy(client, stored):
    shown = client.get(f"{stored}/map")
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    summary = client.get(f"{stored}/summary")
    policy = summary.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    nonce = re.search(r"style-src 'nonce-([^']+)'", policy)[1]
    assert f'<style nonce="{nonce}">' in summary.text


def test_a_recheck_says_the_same(client, stored):
    page = client.post(f"{stored}/recheck").text
    assert "the answer is the same, byte for byte" in page


def test_every_problem_is_shown_at_once_and_no_answer_is_lost(client):
    form = a_form(
        aoi="POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))",
        sensors__0__gsd_m="abc",
        applicant__name="",
        reference="R<b>",
    )
    answer = client.post("/requests/new", data=form)
    assert answer.status_code == 422
    page = answer.text
    assert "There are 3 problems" in page
    assert "Enter: applicant" in page
    assert 'href="#sensors-0-gsd_m"' in page
    assert 'value="abc"' in page
    assert "POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))" in page
    assert "R&lt;b&gt;" in page
    assert "<title>Error: " in page
    assert 'aria-describedby="sensors-0-gsd_m-hint sensors-0-gsd_m-error"' in page


def test_the_geometry_of_a_sensor_is_asked_for_kept_and_shown(client):
    form = a_form(
        **{
            "sensors-0-altitude_km": "617",
            "sensors-0-lowest_altitude_km": "560",
            "sensors-0-min_off_nadir_deg": "10",
            "sensors-0-max_off_nadir_deg": "30",
        }
    )
    page = client.get(client.post("/requests/new", data=form).location).text
    assert "0.31 m GSD at 617 km, from 560 km upward, 10° to 30° off nadir" in page.replace("\xa0", " ")
    assert "becomes" in page
    wrong = client.post("/requests/new", data=form | {"sensors-0-min_off_nadir_deg": "31"})
    assert wrong.status_code == 422
    assert 'href="#sensors-0-min_off_nadir_deg"' in wrong.text
    assert "<details open>\n<summary>Altitude" in wrong.text


def test_a_sar_is_asked_for_its_incidence_and_not_for_an_altitude(client):
    form = a_form(
        **{
            "sensors-0-modality": "sar", "sensors-0-ipr_range_m": "0.5", "sensors-0-ipr_plane": "slant",
            "sensors-0-max_incidence_deg": "45", "sensors-0-altitude_km": "617",
        }
    )  # fmt: skip
    page = client.get(client.post("/requests/new", data=form).location).text
    assert "up to 45° incidence" in page.replace("\xa0", " ")


def test_each_problem_links_to_a_field_on_the_page(client):
    page = Page(client.post("/requests/new", data={"key": ""}).text)
    ids = {a["id"] for _, a in page.tags if "id" in a}
    links = {a["href"][1:] for tag, a in page.tags if tag == "a" and a.get("href", "").startswith("#")}
    assert len(links) > 5
    assert links <= ids


def test_an_uploaded_file_is_read_without_scripts(client):
    form = a_form(aoi="") | {"aoi_file": (io.BytesIO(KML), "site.kml")}
    answer = client.post("/requests/new", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text


def test_an_area_read_from_a_file_survives_another_problem(client):
    form = a_form(aoi="", reference="") | {"aoi_file": (io.BytesIO(KML), "site.kml")}
    answer = client.post("/requests/new", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "&#34;Polygon&#34;" in answer.text
    assert "419\u00a0km²" in answer.text


def test_several_areas_become_a_choice(client):
    first = client.post("/requests/new", data=a_form(aoi=TWO))
    assert first.status_code == 422
    assert "Which of these areas do you mean?" in first.text
    chosen = re.findall(r'name="aoi_choose" id="aoi_choose-\d" value="([^"]+)"', first.text)
    assert len(chosen) >= 2
    assert client.post("/requests/new", data=a_form(aoi=TWO, aoi_choose=chosen[1])).status_code == 303


def test_a_file_of_several_areas_becomes_a_choice_without_scripts(client):
    sent = {"data": a_form(aoi="") | {"aoi_file": (io.BytesIO(TWO.encode()), "two.geojson")}}
    answer = client.post("/requests/new", content_type="multipart/form-data", **sent)
    assert answer.status_code == 422
    assert "two.geojson" in answer.text


def test_the_same_form_sent_twice_is_one_request(client, app):
    key = re.search(r'name="key" value="([^"]+)"', client.get("/requests/new").text)[1]
    one = client.post("/requests/new", data=a_form(key=key, reference="TWICE"))
    two = client.post("/requests/new", data=a_form(key=key, reference="TWICE"))
    assert one.location == two.location
    with reading(app.extensions["rsiwg"].engine) as requests:
        assert sum(line.reference == "TWICE" for line in requests.latest(100)) == 1
    other = client.post("/requests/new", data=a_form(key=key, reference="OTHER"))
    assert other.status_code == 422
    assert "sent before" in other.text


def test_sensors_are_added_and_removed_without_scripts(client):
    page = client.post("/requests/new", data=a_form() | {"add_sensor": "1"}).text
    assert 'id="sensors-1-gsd_m"' in page
    assert 'value="0.31"' in page
    two = a_form() | {"sensors-1-gsd_m": "0.5", "sensors-1-modality": "multispectral", "remove_sensor": "0"}
    page = client.post("/requests/new", data=two).text
    assert 'id="sensors-1-gsd_m"' not in page
    assert 'value="0.5"' in page


def test_a_request_without_a_token_is_refused(app):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = app.test_client().post("/requests/new", data=a_form())
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
    assert "What you can do next" in answer.text


def test_a_remedy_fills_the_form_and_is_proved_by_submitting_it(client, stored):
    document = client.get(f"{stored}/answer.json").json
    request_id = stored.rsplit("/", 1)[1]
    assert document["remedies"]
    for remedy in document["remedies"]:
        filled = client.get(f"/requests/new?origin={request_id}&remedy={remedy['id']}")
        assert filled.status_code == 200
        sent = Answers.of_body(remedy["request"], key="")
        sent.pop("sensors")
        again = client.post("/requests/new", data=dict(sent))
        assert again.status_code == 303, again.text
        assert client.get(f"{again.location}/answer.json").json["verdict"] == remedy["verdict_after"]


def test_the_live_answer_names_what_is_touched_and_what_is_missing(client):
    early = client.post("/requests/new/check", data={"aoi": SQUARE})
    assert early.status_code == 200
    assert "This area touches" in early.text
    assert "Kind of sensor" in early.text
    whole = client.post("/requests/new/check", data=a_form())
    assert "Restricted" in whole.text
    assert "What would fix it" in whole.text


@pytest.mark.parametrize(
    "path", ["/requests/R-NOTHERE000", "/rules/none", "/requests/R-NOTHERE000/map", "/x"]
)
def test_what_is_not_there_says_what_to_do_next(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "What you can do next" in answer.text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503])
def test_each_error_has_plain_words(app, status):
    with app.test_request_context("/"):
        from flask import render_template  # noqa: PLC0415  # within the application

        page = render_template("error.html", status=status, title="", detail="D", request_id="r-1")
    assert f"Error {status}" in page
    assert "What you can do next" in page
    assert "r-1" in page


def test_hostile_answers_stay_text(client):
    hostile = "</script><script>alert(1)</script>"
    answer = client.post(
        "/requests/new", data=a_form(reference=hostile, applicant__name="a'b\"<img src=x onerror=y>")
    )
    assert answer.status_code == 303
    for path in ("", "/summary", "/map"):
        page = client.get(answer.location + path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("sensors[0].gsd_m", "sensors-0-gsd_m"),
        ("sensors[2].ipr_m", "sensors-2-ipr_range_m"),
        ("sensor", "sensors-0-modality"),
        ("product.gsd_m", "product-resolution"),
        ("product.inside[0].aoi", "product-inside"),
        ("licence.tier", "licence-tier"),
        ("collection", "collection-start"),
        ("aoi", "aoi"),
        ("nonsense", "main"),
    ],
)
def test_a_path_of_the_request_has_its_field(path, field):
    assert field_of(path) == field


def test_a_label_names_the_sensor_when_there_are_several():
    assert label_of("sensors[1].gsd_m") == "Ground sample distance, sensor 2"


def test_the_rules_and_layers_say_on_whose_word(client):
    rule = client.get("/rules/israel-resolution").text
    assert "0.40\u00a0m GSD" in rule
    assert "2.00\u00a0m GSD" in rule
    assert "Source last read" in rule
    layers = client.get("/layers").text
    assert "public domain" in layers.lower()
    assert re.search(r"[0-9a-f]{64}", layers)
