"""The map page: folium's map, our layers as data, one script, no address outside."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import attrs
import folium
import jinja2
from branca.element import Element, Figure, MacroElement
from folium.elements import JSCSSMixin
from folium.plugins import Fullscreen
from folium.template import Template
from folium.utilities import JsCode
from markupsafe import Markup

from rsiwg.errors import AssetMissing
from rsiwg.maps.assets import Assets, inline_data, inline_script, inline_style, nonce_attribute
from rsiwg.maps.scene import Feature, Group, Layer, Scene, visible
from rsiwg.maps.shaping import drawn, fitted, seam_of
from rsiwg.maps.styles import STYLES

_STATIC = Path(__file__).resolve().parent / "static"

FOLIUM_SCRIPTS = {"leaflet": "leaflet.js", "Control.Fullscreen.js": "fullscreen.js"}
"""What folium's elements ask for by name -> the resource in our manifest."""

FOLIUM_STYLES = {"leaflet_css": "leaflet.css", "Control.FullScreen.css": "fullscreen.css"}

NOT_NEEDED = frozenset(
    {
        "jquery",
        "bootstrap",
        "bootstrap_css",
        "awesome_markers",
        "awesome_markers_css",
        "awesome_markers_font_css",
        "awesome_rotate_css",
        "glyphicons_css",
    }
)
"""What folium.Map asks for in every page and no map of ours uses."""

OUR_SCRIPTS = ("measure.js", "topojson.js", "basemap.js")
OUR_STYLES = ("public-sans.css", "measure.css")

BUTTONS_SHOWN = 100
"""Features listed under a layer in the panel; the map itself shows all."""

_NONCE = re.compile(r"[A-Za-z0-9+/_=-]+")
_FOLIUM_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_LOADS = re.compile(r"<link|\bsrc\s*=|\bhttps?:|@import", re.IGNORECASE)
_VIEWPORT = re.compile(r"<meta name=\"viewport\".*?/>", re.DOTALL)  # folium's forbids zooming a page
_SCRIPT = re.compile(r"<script(?![^>]*application/json)[^>]*>(.*?)</script>", re.DOTALL)
_POLICY_PLACE = Markup("<!-- policy -->")
_TAG = re.compile(r"<(script|style)>")

_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_STATIC),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters["visible"] = visible


class _Start(MacroElement):
    """Hands folium's map to our script once it stands."""

    _template = Template(
        "{% macro script(this, kwargs) %}rsiwgMap.start({{ this._parent.get_name() }});{% endmacro %}"
    )


@attrs.frozen(kw_only=True)
class _Parts:
    """What folium has to say, in pieces, with stable names."""

    header: Markup
    html: Markup
    script: Markup
    scripts: tuple[str, ...]
    styles: tuple[str, ...]


def draw(scene: Scene, *, assets: Assets, nonce: str | None = None) -> str:
    """A whole HTML page showing the scene; the same scene gives the same bytes.

    `nonce` goes on every script and style tag.  Text of the scene is only ever data or escaped text.

    Raises:
        AssetMissing: a front-end file is not built, or folium asks for one we do not ship.
    """
    if nonce is not None and not _NONCE.fullmatch(nonce):
        raise ValueError("a nonce is base64 text")
    parts = _folium_parts(nonce)
    seam = seam_of(scene)
    html = _PAGES.get_template("page.html").render(
        policy=_POLICY_PLACE,
        scene=scene,
        panel=_panel(scene),
        styles_used=[STYLES[name] for name in dict.fromkeys(layer.style for layer in scene.layers)],
        buttons_shown=BUTTONS_SHOWN,
        tolerance_m=max((layer.tolerance_m or 0.0 for layer in scene.layers), default=0.0),
        nonce=nonce_attribute(nonce),
        parts=parts,
        style_tags=[assets.style(name, nonce) for name in (*parts.styles, *OUR_STYLES)],
        script_tags=[assets.script(name, nonce) for name in (*parts.scripts, *OUR_SCRIPTS)],
        page_style=inline_style(_own("map.css"), nonce),
        page_scripts=[inline_script(_own(name), nonce) for name in _scripts_of(scene)],
        data=inline_data("scene", _data(scene, seam), nonce),
    )
    return html.replace(_POLICY_PLACE, _policy(html) if assets.mode == "inline" else "", 1)


def _policy(html: str) -> str:
    """For a page without a server: a policy in the page itself, that knows each of its scripts by hash."""
    hashes = (hashlib.sha256(script.encode()).digest() for script in _SCRIPT.findall(html))
    scripts = " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in hashes)
    rules = (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}">'


def _folium_parts(nonce: str | None) -> _Parts:
    """Make folium's map, take its links away, and render it."""
    board = folium.Map(
        location=(0, 0),
        zoom_start=2,
        tiles=None,
        prefer_canvas=True,
        font_size="0.875rem",
        minZoom=2,
        maxZoom=18,
        zoomSnap=0.5,
        attributionControl=False,
        scrollWheelZoom=False,
    )
    fullscreen = Fullscreen(  # type: ignore[no-untyped-call]
        title="Full screen",
        title_cancel="Leave full screen",
        fullscreen_element=JsCode("document.documentElement"),  # the whole page, so that the marking stays on
    )
    board.add_child(fullscreen)
    board.add_child(_Start())  # type: ignore[no-untyped-call]
    scripts, styles = _claim_links(board)
    figure = board.get_root()
    assert isinstance(figure, Figure)
    figure.render()
    numbers: dict[str, str] = {}
    header, html, script = (
        _folium_markup(part, nonce, numbers) for part in (figure.header, figure.html, figure.script)
    )
    return _Parts(header=header, html=html, script=script, scripts=scripts, styles=styles)


def _claim_links(element: Element) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The resources that folium's elements ask for, which then ask for nothing themselves."""
    scripts: dict[str, None] = {}
    styles: dict[str, None] = {}
    for each in _with_children(element):
        if isinstance(each, JSCSSMixin):
            scripts.update(dict.fromkeys(_ours(each.default_js, FOLIUM_SCRIPTS)))
            styles.update(dict.fromkeys(_ours(each.default_css, FOLIUM_STYLES)))
            each.default_js = []  # on this one element; the class keeps its own
            each.default_css = []
    return tuple(scripts), tuple(styles)


def _ours(links: list[tuple[str, str]], known: dict[str, str]) -> list[str]:
    for name, url in links:
        if name not in known and name not in NOT_NEEDED:
            raise AssetMissing(f"folium asks for {name!r} ({url}), which is not among the vendored files")
    return [known[name] for name, _ in links if name in known]


def _with_children(element: Element) -> list[Element]:
    below = [found for child in element._children.values() for found in _with_children(child)]
    return [element, *below]


def _folium_markup(element: Element, nonce: str | None, numbers: dict[str, str]) -> Markup:
    """What folium wrote, with its random names numbered, nonces on, and nothing loaded."""
    text = _VIEWPORT.sub("", element.render())
    if _LOADS.search(text):
        raise AssetMissing(f"folium would load something by itself: {text[:400]}")
    text = _FOLIUM_ID.sub(lambda found: numbers.setdefault(found[0], str(len(numbers) + 1)), text)
    text = _TAG.sub(lambda tag: f"<{tag[1]}{nonce_attribute(nonce)}>", text)
    return Markup(text)  # noqa: S704  folium's own text: nothing of a scene has been given to it


def _own(name: str) -> str:
    return (_STATIC / name).read_text("utf-8")


def _scripts_of(scene: Scene) -> tuple[str, ...]:
    return ("basemap.js", "pictures.js", *(("timeline.js",) if scene.timeline else ()), "map.js")


def _panel(scene: Scene) -> list[tuple[str, list[Layer]]]:
    """The layers under their headings, in the order of `Group`."""
    grouped = [(group.value, [layer for layer in scene.layers if layer.group is group]) for group in Group]
    return [(title, layers) for title, layers in grouped if layers]


def _data(scene: Scene, seam: float | None) -> dict[str, Any]:
    west, south, east, north = fitted(scene, seam)
    used = {layer.style for layer in scene.layers}
    return {
        "bounds": [[south, west], [north, east]],
        "styles": {name: attrs.asdict(style) for name, style in STYLES.items() if name in used},
        "layers": [
            {
                "key": layer.key,
                "style": layer.style,
                "shown": layer.shown,
                "features": [_feature(feature, seam) for feature in layer.features],
            }
            for layer in scene.layers
        ],
        "pictures": [
            {
                "title": visible(picture.title),
                "address": f"data:image/png;base64,{base64.b64encode(picture.png).decode('ascii')}",
                "bounds": [[picture.bounds[1], picture.bounds[0]], [picture.bounds[3], picture.bounds[2]]],
            }
            for picture in scene.pictures
        ],
    }


def _feature(feature: Feature, seam: float | None) -> dict[str, Any]:
    return {
        "ref": feature.ref,
        "label": visible(feature.label),
        "rows": [[visible(name), visible(value)] for name, value in feature.rows],
        **({} if feature.moment is None else {"moment": feature.moment, "alone": feature.alone}),
        "geometry": drawn(feature.geometry, seam),
    }
