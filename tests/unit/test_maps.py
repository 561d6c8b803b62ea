"""The map page as text: nothing from outside, nothing that a scene's text can break, the same each time."""

import hashlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import folium.plugins
import pytest
import shapely
from shapely.geometry import LineString, Point, box

from rsiwg import resources
from rsiwg.errors import AssetMissing
from rsiwg.maps import STYLES, Assets, Feature, Group, Layer, Scene, draw, page, simplify_for_drawing
from rsiwg.maps.shaping import drawn, fitted, seam_of

pytestmark = pytest.mark.skipif(
    not (resources.VENDOR / "manifest.json").is_file() and os.environ.get("CI") != "true",
    reason="the front-end files are not built: make frontend",
)

HOSTILE = "`${1+1}</script><!--<img src=x onerror=alert(1)>\u2028\u2029\u202eevil\x00{{7*7}}&amp;'\""
AOI = box(34.7, 32.0, 34.9, 32.2)
ACROSS = shapely.union_all([box(175, -20, 180, -10), box(-180, -20, -172, -10)])


def a_layer(style="aoi", geometry=AOI, text="here", group=Group.REQUEST, key=None, **more):
    feature = Feature(geometry=geometry, label=text, rows=((text, text),), ref=text)
    return Layer(key=key or style, title=text, group=group, style=style, features=(feature,), **more)


def a_scene(*layers, **more):
    return Scene(**{"title": "A scene", "layers": layers or (a_layer(),), **more})


def every_layer():
    groups = {"aoi": Group.REQUEST, "finding": Group.OFFENDING, "remedy": Group.REMEDIES}
    return [a_layer(style, group=groups.get(style.split("-")[0], Group.RESTRICTIONS)) for style in STYLES]


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.text = {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        tag, attrs = self.found[-1] if self.found else ("", {})
        self.text.setdefault(attrs.get("id") or tag, []).append(data)


def data_of(html):
    return json.loads("".join(Tags(html).text["scene"]))


@pytest.mark.parametrize(
    "assets", [Assets.linked("/static/vendor"), Assets.inline()], ids=["linked", "inline"]
)
def test_no_tag_and_no_style_points_outside(assets):
    html = draw(a_scene(*every_layer(), marking="CUI", note="A note."), assets=assets, nonce="bm9uY2U=")
    tags = Tags(html)
    addresses = [
        attrs[name] for _, attrs in tags.found for name in ("src", "href", "data") if attrs.get(name)
    ]
    assert [each for each in addresses if not each.startswith(("/static/vendor/", "#"))] == []
    styles = " ".join(tags.text.get("style", []))
    assert [to for to in re.findall(r"url\(([^)]{0,40})", styles) if not to.startswith(("data:", "#"))] == []
    assert "@import" not in styles
    if assets.mode == "linked":
        assert "http:" not in html
        assert "https:" not in html


def test_vendored_style_sheets_load_nothing_from_outside():
    manifest = json.loads((resources.VENDOR / "manifest.json").read_text("utf-8"))
    for entry in manifest["resources"].values():
        path = resources.VENDOR / entry["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
        if path.suffix == ".css":
            urls = re.findall(r"url\(\s*['\"]?([^'\")]*)", path.read_text("utf-8"))
            local = [to for to in urls if to and not to.startswith(("data:", "#", "%23"))]
            assert [to for to in local if not (path.parent / to).is_file()] == []


def test_every_script_and_style_carries_the_nonce():
    html = draw(a_scene(*every_layer()), assets=Assets.linked(), nonce="n0nce")
    wanted = [
        (tag, attrs)
        for tag, attrs in Tags(html).found
        if tag in {"script", "style"} or attrs.get("rel") == "stylesheet"
    ]
    assert len(wanted) > 8
    assert [each for each in wanted if each[1].get("nonce") != "n0nce"] == []


def test_a_nonce_cannot_bring_markup():
    with pytest.raises(ValueError, match="nonce"):
        draw(a_scene(), assets=Assets.linked(), nonce='"><script>')


def test_hostile_text_is_only_ever_text():
    layer = a_layer(text=HOSTILE + "x" * 10_000)
    hostile = a_scene(layer, title=HOSTILE, summary=HOSTILE, marking=HOSTILE, note=HOSTILE)
    plain = a_scene(a_layer(), summary="s", marking="m", note="n")
    pages = [Tags(draw(each, assets=Assets.linked(), nonce="n")) for each in (hostile, plain)]
    kinds = [[tag for tag, _ in tags.found if tag not in {"bdi", "span"}] for tags in pages]
    assert kinds[0] == kinds[1]
    html = draw(hostile, assets=Assets.linked(), nonce="n")
    assert not set("\u2028\u2029\u202e\x00") & set(html)
    label = data_of(html)["layers"][0]["features"][0]["label"]
    assert label.startswith(
        "`${1+1}</script><!--<img src=x onerror=alert(1)>⟨U+2028⟩⟨U+2029⟩⟨U+202E⟩evil⟨U+0000⟩"
    )
    assert label.endswith("x" * 10_000)


def test_the_page_says_what_it_is():
    html = draw(a_scene(title="DEMO-1", marking="CUI", note="Read this."), assets=Assets.linked())
    assert '<html lang="en">' in html
    assert "<title>DEMO-1</title>" in html
    assert html.count('<p class="marking">CUI</p>') == 2
    assert "Read this." in html
    assert "user-scalable" not in html


@pytest.mark.parametrize("mode", ["linked", "inline"])
def test_the_same_scene_gives_the_same_bytes_in_any_process(mode):
    program = (
        "import hashlib; from shapely.geometry import box; from rsiwg.maps import *;"
        "f = Feature(geometry=box(0, 0, 1, 1), label='a', ref='r');"
        "s = Scene(title='t', layers=(Layer(key='k', title='t', group='Request', style='aoi', features=(f,)),));"
        f"print(hashlib.sha256(draw(s, assets=Assets.{mode}()).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_an_unknown_asset_is_refused():
    with pytest.raises(AssetMissing, match=r"'d3.js' is not in"):
        Assets.inline().script("d3.js", None)


def test_a_missing_build_is_refused(tmp_path):
    with pytest.raises(AssetMissing, match="make frontend"):
        draw(a_scene(), assets=Assets.linked(folder=tmp_path))


def test_an_element_of_folium_that_asks_for_more_is_refused():
    board = folium.Map(tiles=None)
    board.add_child(folium.plugins.MarkerCluster())
    with pytest.raises(AssetMissing, match="markercluster"):
        page._claim_links(board)


def test_page_weight_beyond_shared_files_stays_small():
    outline, tolerance_m = simplify_for_drawing(Point(35, 31).buffer(2, quad_segs=20_000))
    layers = [
        a_layer("restriction-exercise", outline, key=str(n), tolerance_m=tolerance_m) for n in range(10)
    ]
    assert len(draw(a_scene(*layers), assets=Assets.linked()).encode()) < 1_500_000
    assert len(draw(a_scene(*every_layer()), assets=Assets.inline()).encode()) < 3_000_000


def test_simplifying_keeps_within_its_tolerance_and_says_so():
    circle = Point(35, 31).buffer(0.5, quad_segs=5_000)
    lighter, tolerance_m = simplify_for_drawing(circle, max_vertices=200)
    assert shapely.count_coordinates(lighter) <= 200
    assert tolerance_m is not None
    assert shapely.hausdorff_distance(circle, lighter) * 111_320 <= tolerance_m
    assert simplify_for_drawing(AOI) == (AOI, None)
    html = draw(a_scene(a_layer(tolerance_m=160.0)), assets=Assets.linked())
    assert "simplified for drawing only, by up to 160 m" in html


def test_a_scene_across_180_stays_in_one_piece():
    scene = a_scene(a_layer(geometry=ACROSS))
    seam = seam_of(scene)
    assert seam is not None
    whole = shapely.geometry.shape(drawn(ACROSS, seam))
    assert whole.geom_type == "Polygon"
    assert whole.bounds == fitted(scene, seam) == (175.0, -20.0, 188.0, -10.0)
    assert fitted(a_scene(a_layer(geometry=ACROSS), bounds=(175, -20, -172, -10)), seam) == (
        175,
        -20,
        188,
        -10,
    )


def test_what_does_not_cross_180_is_left_alone():
    scene = a_scene(a_layer())
    assert seam_of(scene) is None
    assert fitted(scene, None) == AOI.bounds
    assert seam_of(a_scene(a_layer(geometry=box(-180, -90, 180, 90)))) is None


def test_a_worldwide_outline_is_cut_at_the_seam_only():
    seam = seam_of(a_scene(a_layer(geometry=ACROSS)))
    world = shapely.geometry.shape(drawn(box(-180, -80, 180, 80), seam))
    assert world.bounds[2] - world.bounds[0] == pytest.approx(360)
    assert world.area == pytest.approx(360 * 160)


@pytest.mark.parametrize("geometry", [Point(1, 2), LineString([(0, 0), (1, 1)]), shapely.Polygon()])
def test_other_geometry_is_drawn_too(geometry):
    assert draw(a_scene(a_layer(geometry=geometry)), assets=Assets.linked())


def test_an_empty_scene_is_a_page():
    assert "Layers and legend" in draw(Scene(title="Nothing yet", layers=()), assets=Assets.linked())


def test_layer_keys_are_unique():
    with pytest.raises(ValueError, match="repeat"):
        a_scene(a_layer(), a_layer())


def test_a_layer_key_is_a_plain_name():
    with pytest.raises(ValueError, match="key"):
        a_layer(key=HOSTILE)


def test_every_outcome_differs_in_more_than_colour():
    looks = [(s.dash, s.pattern, bool(s.fill), s.icon) for n, s in STYLES.items() if n.startswith("finding-")]
    assert len(set(looks)) == len(looks) == 4


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.name)
@pytest.mark.parametrize("ground", ["#ffffff", "#f3f1ea", "#e4edf1"], ids=["white", "land", "sea"])
def test_outlines_stand_out_from_the_ground(style, ground):
    light, dark = sorted((_luminance(ground), _luminance(style.stroke)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3.0


def _luminance(colour):
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
