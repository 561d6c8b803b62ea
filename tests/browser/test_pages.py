"""The journeys of people through the pages, in a real browser against a real server."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SERVER = """
import sys
from rsiwg.settings import Settings
from rsiwg.store import open_database
from rsiwg.store.migrate import upgrade
from rsiwg.web.serve import serve
settings = Settings.from_environ()
engine = open_database(settings.database_url)
upgrade(engine)
engine.dispose()
serve(settings, port=int(sys.argv[1]), workers=1)
"""
CORNERS = [("32.0", "34.7"), ("32.0", "34.9"), ("32.2", "34.9"), ("32.2", "34.7")]
PASTED = "\n".join(f"{lat}N {lon}E" for lat, lon in CORNERS)
KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Site</name>
<Polygon><outerBoundaryIs><LinearRing><coordinates>34.7,32.0 34.9,32.0 34.9,32.2 34.7,32.2 34.7,32.0</coordinates>
</LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"""
TWO_KML = KML.replace("</Document>", "").replace("</kml>", "") + (
    "<Placemark><name>Other</name><Polygon><outerBoundaryIs><LinearRing><coordinates>10,10 11,10 11,11 10,11 10,10"
    "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of a server of these tests' own."""
    folder = tmp_path_factory.mktemp("site")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "RSIWG_SECRET_KEY": "a secret for browser tests",
        "RSIWG_DATABASE_URL": f"sqlite:///{folder}/site.db",
        "RSIWG_REQUESTS_PER_MINUTE": "0",
    }
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(port)], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, (folder / "server.log").read_text()
                time.sleep(0.1)
        else:
            pytest.fail((folder / "server.log").read_text())
        yield address
    finally:
        server.terminate()
        server.wait(20)


def open_form(page, site):
    page.goto(f"{site}/requests/new")
    page.wait_for_selector("[data-live]:has-text('Still needed')")


def fill_the_rest(page, reference):
    page.select_option("#sensors-0-modality", "panchromatic")
    page.fill("#collection-start", "2025-01-01")
    page.fill("#collection-end", "2025-12-31")
    page.fill("#applicant-name", "Example Imaging Inc.")
    page.select_option("#applicant-country", "US")
    page.click("label[for=applicant-us_person]")
    page.click("label[for=licence-part_960]")
    page.click("label[for=licence-tier]")
    page.fill("#reference", reference)


def submit(page):
    page.click("[data-submit]")
    page.wait_for_url("**/requests/R-*")


@pytest.fixture(scope="session")
def stored(chromium, site):
    """The page of a restricted request, for the tests that only look at it."""
    page = chromium.new_page()
    open_form(page, site)
    page.click("summary:has-text('Paste')")
    page.fill("#aoi", PASTED)
    page.fill("#sensors-0-gsd_m", "0.31")
    fill_the_rest(page, "LOOK-AT")
    submit(page)
    address = page.url
    page.close()
    return address


def test_an_engineer_uploads_a_kml_and_reads_the_verdict(page, site, tmp_path):
    file = tmp_path / "site.kml"
    file.write_text(KML)
    open_form(page, site)
    page.set_input_files("#aoi_file", file)
    page.wait_for_selector("[data-echo]:has-text('419')")
    page.wait_for_selector("[data-live]:has-text('This area touches')")
    page.wait_for_selector(".aoi-line")
    page.fill("#sensors-0-gsd_m", "0.31")
    fill_the_rest(page, "KML-1")
    page.wait_for_selector("[data-live]:has-text('Restricted')")
    page.wait_for_selector("[data-live]:has-text('What would fix it')")
    submit(page)
    assert page.inner_text("#verdict").endswith("Restricted")
    assert "0.31" in page.inner_text(".findings")
    assert page.title().startswith("Restricted: KML-1")
    frame = page.frame_locator("[data-map-frame]")
    frame.locator(".leaflet-container").wait_for()


def test_coordinates_are_pasted_and_shown_back(page, site):
    open_form(page, site)
    page.click("summary:has-text('Paste')")
    page.fill("#aoi", PASTED)
    page.wait_for_selector("[data-echo]:has-text('The outline was closed')")
    assert "4\u00a0corners" in page.inner_text("[data-echo]")
    page.click("summary:has-text('Type corners')")
    assert page.input_value("[data-ring='0'][data-corner='2']") == "32.2"
    page.fill("#sensors-0-gsd_m", "0.40")
    fill_the_rest(page, "PASTED")
    submit(page)
    assert "Restricted" not in page.inner_text("#verdict")


def test_the_form_of_a_remedy_is_ready_to_submit(page, stored):
    page.goto(stored)
    page.click("a:has-text('Ask again with this change') >> nth=0")
    page.wait_for_selector("[data-live] .verdict")
    assert "Restricted" not in page.inner_text("[data-live] .verdict")
    submit(page)
    assert "Restricted" not in page.inner_text("#verdict")


def test_problems_take_the_focus_and_lead_to_their_fields(page, site, complaints):
    open_form(page, site)
    page.click("summary:has-text('Paste')")
    page.fill("#aoi", "POLYGON((34.7 32, 34.9 32.2, 34.9 32, 34.7 32.2, 34.7 32))")
    page.wait_for_selector("[data-echo].bad")
    page.fill("#sensors-0-gsd_m", "much")
    page.click("[data-submit]")
    page.wait_for_selector("#error-summary")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    assert page.title().startswith("Error: ")
    assert page.input_value("#sensors-0-gsd_m") == "much"
    assert page.input_value("#aoi").startswith("POLYGON((34.7 32")
    page.click("#error-summary a:has-text('Ground sample distance')")
    assert page.evaluate("document.activeElement.id") == "sensors-0-gsd_m"
    page.click("#error-summary a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "aoi"
    told = [each for each in complaints if "422" in each]
    assert complaints == told  # the refusals that this test asked for, and nothing else
    complaints.clear()


def test_a_file_of_several_areas_asks_which(page, site, tmp_path, complaints):
    file = tmp_path / "two.kml"
    file.write_text(TWO_KML)
    open_form(page, site)
    page.set_input_files("#aoi_file", file)
    page.wait_for_selector("[data-choices] label")
    page.click("[data-choices] label:has-text('Other')")
    page.wait_for_selector("[data-echo]:has-text('10° N')")
    assert '"Polygon"' in page.input_value("#aoi")
    complaints.clear()  # the choice comes as a 422


def test_drawing_fills_the_text_and_the_table(page, site):
    open_form(page, site)
    for _ in range(5):  # the world is larger than one area may be
        page.click(".leaflet-control-zoom-in")
        page.wait_for_timeout(350)
    page.click(".leaflet-pm-icon-rectangle")
    box = page.locator("[data-map]").bounding_box()
    page.mouse.click(box["x"] + 250, box["y"] + 150)
    page.mouse.move(box["x"] + 320, box["y"] + 200)
    page.mouse.click(box["x"] + 350, box["y"] + 250)
    page.wait_for_selector("[data-echo]:has-text('4\u00a0corners')")
    assert json.loads(page.input_value("#aoi"))["type"] == "Polygon"
    page.click("summary:has-text('Type corners')")
    assert float(page.input_value("[data-ring='0'][data-corner='3']"))


def test_sensors_are_added_and_removed(page, site):
    open_form(page, site)
    page.click("[data-add]")
    page.select_option("#sensors-1-modality", "sar")
    assert page.is_visible("#sensors-1-ipr_range_m")
    assert not page.is_visible("#sensors-1-gsd_m")
    page.click("[data-sensor] >> nth=0 >> [data-remove]")
    assert page.input_value("#sensors-0-modality") == "sar"
    assert page.locator("[data-sensor]").count() == 1


def tab_to(page, selector):
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("(to) => document.activeElement.matches(to)", selector):
            return
    pytest.fail(f"{selector} is not reached with the Tab key")


def test_the_whole_journey_by_keyboard(page, site):
    page.goto(f"{site}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    tab_to(page, "a.usa-button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/new")
    page.wait_for_selector("[data-live]:has-text('Still needed')")
    page.locator("summary:has-text('Type corners')").evaluate(
        "(each) => each.setAttribute('data-way', 'table')"
    )
    tab_to(page, "[data-way=table]")
    page.keyboard.press("Enter")
    for number, (lat, lon) in enumerate(CORNERS):
        if number < 3:
            tab_to(page, f"[data-ring='0'][data-corner='{number}']")
        else:
            page.keyboard.press("Enter")  # a new corner below, with the focus in it
        page.keyboard.type(lat)
        page.keyboard.press("Tab")
        page.keyboard.type(lon)
    page.wait_for_selector("[data-echo]:has-text('4\u00a0corners')")
    for selector, keys in (
        ("#sensors-0-modality", "Panch"),
        ("#sensors-0-gsd_m", "0.31"),
        ("#collection-start", "01012025"),
        ("#collection-end", "12312025"),
        ("#applicant-name", "Example Imaging Inc."),
        ("#applicant-country", "United States of"),
    ):
        tab_to(page, selector)
        page.keyboard.type(keys)
    for group in ("applicant-us_person", "licence-part_960"):
        tab_to(page, f"[name='{group}']")
        page.keyboard.press("ArrowRight")  # from "Not sure" round to "Yes"
    tab_to(page, "[name='licence-tier']")
    page.keyboard.press("ArrowRight")
    tab_to(page, "#reference")
    page.keyboard.type("KEYS")
    tab_to(page, "[data-submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/R-*")
    assert page.inner_text("#verdict").endswith("Restricted")
    tab_to(page, "[data-show]")
    page.wait_for_selector(".finding.lit")
    page.keyboard.press("Enter")


def test_what_is_lit_in_the_list_is_lit_on_the_map_and_back(page, stored):
    page.goto(stored)
    page.frame_locator("[data-map-frame]").locator(".leaflet-container").wait_for()
    frame = page.query_selector("[data-map-frame]").content_frame()
    frame.evaluate("window.heard = []; window.addEventListener('message', (event) => heard.push(event.data))")
    finding = page.locator(".finding[data-ref]").first
    ref = finding.get_attribute("data-ref")
    finding.hover()
    assert frame.evaluate("new Promise((done) => setInterval(() => heard.length && done(true), 20))")
    assert frame.evaluate("heard[0]") == {"source": "rsiwg-page", "type": "highlight", "ref": ref}
    page.mouse.move(0, 0)
    frame.evaluate(
        "(ref) => parent.postMessage({source: 'rsiwg-map', type: 'select', ref}, location.origin)", ref
    )
    page.wait_for_selector(f".finding.lit[data-ref='{ref}']")


def test_a_recheck_says_the_same_and_takes_the_focus(page, stored):
    page.goto(stored)
    page.click("button:has-text('Check again')")
    page.wait_for_selector("#recheck-result")
    assert page.evaluate("document.activeElement.id") == "recheck-result"
    assert "Same" in page.inner_text("#recheck-result")


def test_a_request_is_made_without_scripts(chromium, site, tmp_path):
    file = tmp_path / "site.kml"
    file.write_text(KML)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/requests/new")
    page.set_input_files("#aoi_file", file)
    page.fill("#sensors-0-gsd_m", "0.31")
    fill_the_rest(page, "NO-JS")
    submit(page)
    assert page.inner_text("#verdict").endswith("Restricted")
    context.close()


def serious(page):
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {iframes: false})")
    return [
        f"{page.url}: {each['id']}: {each['help']}: {[node['target'] for node in each['nodes']][:3]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_serious_and_nothing_overflows(page, site, stored, complaints, width):
    page.set_viewport_size({"width": width, "height": 900})
    found = []
    for path in (
        "/", "/requests/new", "/requests/send", "/rules", "/rules/israel-resolution", "/rules/topics/agreements", "/rules/availability",
        "/layers", "/help", "/nothing",
    ):  # fmt: skip
        page.goto(site + path)
        page.wait_for_timeout(300)
        found += serious(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path} is wider than {width} px")
    for path in ("", "/summary"):
        page.goto(stored + path)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        found += serious(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path or 'the request'} is wider than {width} px")
    complaints[:] = [each for each in complaints if "404" not in each]  # the page that is not there
    assert found == []


def test_axe_finds_nothing_serious_in_the_states_of_the_form(page, site, complaints):
    open_form(page, site)
    page.click("summary:has-text('Paste')")
    page.fill("#aoi", PASTED)
    page.wait_for_selector("[data-echo] .size")
    page.click("summary:has-text('Type corners')")
    page.click("[data-add]")
    page.fill("#sensors-0-gsd_m", "0.31")
    found = serious(page)
    page.click("[data-submit]")
    page.wait_for_selector("#error-summary")
    found += serious(page)
    complaints[:] = [each for each in complaints if "422" not in each]
    assert found == []


REQUESTS = ROOT / "geodata" / "cases" / "questions" / "requests"


@pytest.mark.parametrize("width", [1280, 768, 320])
@pytest.mark.parametrize("name", ["optical", "radar-satellite", "launch"])
def test_a_request_of_another_kind_is_pasted_and_its_page_is_sound(page, site, complaints, name, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site}/requests/send")
    page.fill("#text", (REQUESTS / f"{name}.json").read_text("utf-8"))
    page.click("text=Store and answer")
    page.wait_for_url("**/requests/R-*")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.locator(".trace .step").count() > 10
    assert page.locator(".trace .step a.cite").first.get_attribute("href").startswith("https://")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_wrong_text_takes_the_focus_and_is_kept(page, site, complaints):
    page.goto(f"{site}/requests/send")
    page.fill("#text", '{"kind": "system", "reference": "X", "action": "apply"}')
    page.click("text=Store and answer")
    page.wait_for_selector("#error-summary")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    assert "apply" in page.input_value("#text")
    assert serious(page) == []
    complaints[:] = [each for each in complaints if "422" not in each]
