"""The map of accesses in a real browser with the network off: slider, table and drawing say the same."""

import datetime as dt

import pytest
import shapely

from rsiwg import maps, overflights
from rsiwg.geometry import normalise_shape
from rsiwg.intake import read_element_text
from rsiwg.sensing.reach import Reach
from rsiwg.settings import Limits

pytestmark = pytest.mark.browser

START = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def drawn():
    """Three days over an area across 180 degrees: (document, page)."""
    read = read_element_text("orbit altitude_km=617 ltan=01:30 name=<b>EXAMPLE</b>", Limits(), epoch=START)
    area = normalise_shape(shapely.box(177, -19, 183, -15)).area
    reach = Reach(max_off_nadir_deg=45)
    document = overflights.access(
        read,
        [overflights.Subject(name="Fiji", area=area, limit_m=0.4)],
        start=START,
        days=3,
        reach=reach,
        instrument=overflights.Instrument.of(nadir_gsd_m=0.31, altitude_km=617, ifov_urad=None),
    )
    scene = maps.scene_of_accesses(document, [("Fiji", area)], overflights.pictures(read, document, reach))
    return document, maps.draw(scene, assets=maps.Assets.inline())


@pytest.fixture
def opened(drawn, page, tmp_path):
    path = tmp_path / "map.html"
    path.write_text(drawn[1], "utf-8")
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-map=ready]")
    return page


def paths(page):
    return page.locator(".leaflet-findings-pane path").count()


def test_the_table_holds_every_access_of_the_answer(opened, drawn):
    rows = opened.locator(".timeline tbody tr")
    assert rows.count() == len(drawn[0]["accesses"]) > 3
    for n, one in enumerate(sorted(drawn[0]["accesses"], key=lambda row: row["culmination"])):
        cells = rows.nth(n).locator("td").all_inner_texts()
        assert cells[1] == one["culmination"][:19].replace("T", " ")
        assert cells[2] == ("finer than the limit" if one["finer_than_limit"] else "not finer")
        assert cells[3] == f"{one['mean_gsd_m']:.3g} m"
        assert cells[8] == "<b>EXAMPLE</b>"


def test_the_slider_shows_one_access_at_a_time(opened, drawn):
    together, count = paths(opened), len(drawn[0]["accesses"])
    assert together >= count  # a ground track for each
    slider = opened.locator("#moment")
    slider.focus()
    opened.keyboard.press("ArrowRight")
    assert opened.locator("#now").inner_text().startswith(f"1 of {count}: 2026-11-2")
    assert 0 < paths(opened) < together
    assert opened.locator(".leaflet-remedies-pane path").count() == 1  # one field of regard
    assert opened.locator(".timeline tr.lit").count() == 1
    opened.keyboard.press("Home")
    assert opened.locator("#now").inner_text() == f"All {count} accesses"
    assert paths(opened) == together


def test_buttons_of_the_table_and_keys_move_the_slider(opened, drawn):
    count = len(drawn[0]["accesses"])
    opened.get_by_role("button", name="Show access 2", exact=True).click()
    assert opened.locator("#moment").input_value() == "2"
    opened.locator("#earlier").click()
    assert opened.locator("#moment").input_value() == "1"
    opened.locator(".folium-map").focus()
    opened.keyboard.press(".")
    assert opened.locator("#moment").input_value() == "2"
    opened.locator("#play").click()
    assert opened.locator("#play").get_attribute("aria-pressed") == "true"
    opened.locator("#play").click()
    assert opened.locator("#play").inner_text() == "Play"
    assert opened.locator(".timeline tbody tr").count() == count
