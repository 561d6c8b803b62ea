"""The map in a real browser with the network off: from a disk, and from a server with the strict policy."""

import functools
import http.server
import threading
from typing import ClassVar

import numpy as np
import pytest
import shapely
from rasterio.io import MemoryFile
from rasterio.transform import from_origin
from shapely.geometry import box

from rsiwg import resources
from rsiwg.maps import STYLES, Assets, Feature, Group, Layer, Picture, Scene, draw

pytestmark = pytest.mark.browser

NONCE = "dGVzdA=="
POLICY = (
    f"default-src 'none'; script-src 'nonce-{NONCE}'; style-src 'self' 'nonce-{NONCE}'; "
    "style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
HOSTILE = "`${1+1}</script><img src=x onerror=alert(1)>\u2028\u202eevil"
LITERALLY = "`${1+1}</script><img src=x onerror=alert(1)>⟨U+2028⟩⟨U+202E⟩evil"
ACROSS = shapely.union_all([box(175, -20, 180, -10), box(-180, -20, -172, -10)])
GROUPS = {"aoi": Group.REQUEST, "finding": Group.OFFENDING, "remedy": Group.REMEDIES}


def a_layer(number, style):
    west, south = 30 + number % 4, 30 + number // 4
    feature = Feature(
        geometry=box(west, south, west + 0.8, south + 0.8),
        label=f"{HOSTILE} {style}" + "x" * (10_000 if style == "aoi" else 10),
        rows=(("Area", "8 km²"), (HOSTILE, HOSTILE)),
        ref=f"ref-{style}",
    )
    group = GROUPS.get(style.split("-")[0], Group.RESTRICTIONS)
    return Layer(key=style, title=f"Layer {style}", group=group, style=style, features=(feature,))


def everything():
    layers = tuple(a_layer(number, style) for number, style in enumerate(STYLES))
    return Scene(title=HOSTILE, summary="All kinds.", marking="CUI", note=HOSTILE, layers=layers)


def a_png(grey):
    with MemoryFile() as memory:
        with memory.open(
            driver="PNG", width=8, height=8, count=1, dtype="uint8", transform=from_origin(0, 8, 1, 1)
        ) as picture:
            picture.write(np.full((1, 8, 8), grey, np.uint8))
        return memory.read()


def before_and_after():
    bounds = (34.0, 31.0, 35.0, 32.0)
    feature = Feature(geometry=box(*bounds), label="Scene", ref="AOI")
    layer = Layer(key="aoi", title="AOI", group=Group.REQUEST, style="aoi", features=(feature,))
    pictures = (
        Picture(title=f"Before {HOSTILE}", png=a_png(20), bounds=bounds),
        Picture(title="After", png=a_png(220), bounds=bounds),
    )
    return Scene(title="Before and after", layers=(layer,), pictures=pictures)


def crossing():
    feature = Feature(geometry=ACROSS, label="Across", ref="across")
    layer = Layer(key="aoi", title="AOI", group=Group.REQUEST, style="aoi", features=(feature,))
    return Scene(title="Across 180", layers=(layer,))


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the pages made here, and the vendored files below /static/vendor/."""

    pages: ClassVar = {}

    def do_GET(self):
        page = self.pages.get(self.path)
        if page is None:
            self.path = self.path.removeprefix("/static/vendor")
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY.replace("default-src 'none'", page[1]))
        self.end_headers()
        self.wfile.write(page[0].encode())

    def log_message(self, *_):
        pass


HOST = f"""<!DOCTYPE html><html lang="en"><title>Host</title>
<link rel="icon" href="data:,"><iframe src="/map" title="Map" width="1100" height="700"></iframe>
<script nonce="{NONCE}">
window.heard = [];
addEventListener("message", (event) => heard.push(event.data));
window.say = (type, ref) => frames[0].postMessage({{ source: "rsiwg-page", type, ref }}, location.origin);
</script>"""


@pytest.fixture
def site():
    """A server on this machine that sends the policy the service sends."""
    linked = draw(everything(), assets=Assets.linked(), nonce=NONCE)
    Handler.pages = {
        "/map": (linked, "default-src 'none'"),
        "/across": (draw(crossing(), assets=Assets.linked(), nonce=NONCE), "default-src 'none'"),
        "/host": (HOST, "default-src 'none'; frame-src 'self'"),
        "/favicon.ico": ("", "default-src 'none'"),
    }
    handler = functools.partial(Handler, directory=str(resources.VENDOR))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def ready(page):
    page.wait_for_selector("html[data-map=ready]")


@pytest.fixture(params=["from disk", "from server"])
def opened(request, page, site, tmp_path):
    """The page with every kind of layer, once each way."""
    if request.param == "from disk":
        path = tmp_path / "map.html"
        path.write_text(draw(everything(), assets=Assets.inline()), "utf-8")
        page.goto(path.as_uri())
    else:
        page.goto(f"{site}/map")
    ready(page)
    return page


def test_it_stands_with_nothing_to_complain_of(opened):
    opened.wait_for_timeout(300)
    assert opened.locator(".leaflet-findings-pane path").count() >= 4
    drawn = opened.evaluate(
        """() => { const c = document.querySelector(".leaflet-background-pane canvas");
        const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; const seen = new Set();
        for (let i = 0; i < d.length; i += 400) seen.add(d[i] + "," + d[i+1] + "," + d[i+2]); return seen.size; }"""
    )
    assert drawn > 2
    assert opened.evaluate("document.fonts.check('16px \"Public Sans\"')")


def test_popups_show_hostile_text_literally(opened):
    opened.locator(".folium-map").focus()
    for _ in STYLES:
        opened.keyboard.press("n")
        popup = opened.locator(".leaflet-popup-content").last
        assert popup.locator("h3").inner_text().startswith(LITERALLY)
        assert popup.locator("tr").last.inner_text().split("\t") == [LITERALLY, LITERALLY]
    assert opened.locator("img").count() == 0
    assert opened.title() == LITERALLY


def test_layers_toggle(opened):
    drawn = opened.locator(".leaflet-findings-pane path")
    before = drawn.count()
    box = opened.get_by_role("checkbox", name="finding-conflict")
    box.uncheck()
    assert drawn.count() == before - 1
    box.check()
    assert drawn.count() == before


def test_scrolling_the_page_does_not_catch_the_map(opened):
    scale = opened.locator(".scale").inner_text()
    opened.mouse.move(500, 400)
    opened.mouse.wheel(0, -300)
    opened.wait_for_selector("#wheel-hint:not([hidden])")
    assert opened.locator(".scale").inner_text() == scale
    opened.locator(".folium-map").focus()
    opened.mouse.wheel(0, -300)
    opened.wait_for_function("was => document.querySelector('.scale').innerText !== was", arg=scale)


def test_measuring_by_keyboard_and_mouse(opened):
    opened.locator(".folium-map").focus()
    opened.keyboard.press("m")
    opened.mouse.click(300, 300)
    opened.mouse.move(450, 380)
    opened.mouse.dblclick(500, 400)
    totals = opened.locator(".polyline-measure-tooltip-total").all_inner_texts()
    assert any(total.endswith("km") for total in totals)
    assert opened.locator(".leaflet-popup").count() == 0


def test_a_page_from_disk_lets_in_no_other_script(page, tmp_path, complaints):
    path = tmp_path / "map.html"
    path.write_text(draw(crossing(), assets=Assets.inline()), "utf-8")
    page.goto(path.as_uri())
    ready(page)
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.in = 1'}))"
    )
    assert page.evaluate("window.in") is None
    assert "Content Security Policy" in complaints[0]
    complaints.clear()


def test_it_prints_and_comes_back(opened):
    copies = opened.locator("canvas.paper")
    before = float(opened.locator("#centre").inner_text().split(",")[0])
    opened.evaluate(
        "addEventListener('beforeprint', () => { window.copies = document.querySelectorAll('canvas.paper').length; })"
    )
    assert opened.pdf().startswith(b"%PDF")
    assert opened.evaluate("window.copies") == 2
    assert copies.count() == 0
    after = float(opened.locator("#centre").inner_text().split(",")[0])
    assert after == pytest.approx(before, abs=0.01)  # a pixel or so


def test_both_halves_appear_together(page, site):
    page.goto(f"{site}/across")
    ready(page)
    outline = page.locator(".leaflet-aoi-pane path")
    assert outline.count() == 1
    assert outline.bounding_box()["width"] > 300
    assert "W" in page.locator("#centre").inner_text()


def test_page_and_map_light_each_other_up(page, site):
    page.goto(f"{site}/host")
    frame = page.frame_locator("iframe")
    page.wait_for_function("heard.some((each) => each.source === 'rsiwg-map' && each.type === 'ready')")
    page.evaluate("say('highlight', 'ref-finding-conflict')")
    frame.locator("button.lit").wait_for(state="attached")
    page.evaluate("say('clear')")
    frame.locator("button.lit").wait_for(state="detached")
    page.evaluate("say('select', 'ref-finding-conflict')")
    frame.locator(".leaflet-popup-content").wait_for()
    page.wait_for_function("heard.some((e) => e.type === 'select' && e.ref === 'ref-finding-conflict')")


@pytest.mark.parametrize("width", [320, 1280])
def test_it_fits_the_screen_and_passes_axe(page, site, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site}/map")
    ready(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe = resources.VENDOR.parents[3] / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.is_file():
        pytest.skip("axe-core is not installed: make frontend")
    page.evaluate(axe.read_text("utf-8"))
    found = page.evaluate("axe.run().then((result) => result.violations)")
    bad = [
        (each["id"], [n["html"][:150] for n in each["nodes"]])
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
    assert bad == []


def test_a_divider_shows_the_picture_before_on_its_left_and_after_on_its_right(page, tmp_path, complaints):
    path = tmp_path / "map.html"
    path.write_text(draw(before_and_after(), assets=Assets.inline()), "utf-8")
    page.goto(path.as_uri())
    ready(page)
    slider = page.get_by_role("slider", name="Divider between the pictures")
    after = page.locator(".leaflet-picture-1-pane")
    shown = [after.evaluate("pane => getComputedStyle(pane).clip")]
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    assert slider.input_value() == "70"
    shown.append(after.evaluate("pane => getComputedStyle(pane).clip"))
    assert shown[0] != shown[1]
    assert page.locator(".divider").evaluate("line => line.style.left") == "70%"
    page.get_by_role("checkbox", name="Before").uncheck()
    assert after.is_hidden()
    assert complaints == []
