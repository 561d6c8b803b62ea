"""A small still drawing of an answer: the AOI, the offending pieces and a graticule, readable in black and white."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup
from shapely.geometry import shape

from rsiwg.reports import words

_STEPS_DEG = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 45, 90)
_COLOURS = {"conflict": "#b50909", "indeterminate": "#6b4fa0", "condition": "#b36b00", "clear": "#2e7d4f"}
_DASHES = {"conflict": "", "indeterminate": "1 3", "condition": "6 3", "clear": ""}
_LABELLED = 9
_KM_PER_DEG = 111.195
"""Along a meridian, on the mean sphere: good enough for a scale bar."""

_PATTERNS = (
    '<pattern id="o-conflict" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="#b50909" fill-opacity=".12"/>'
    '<path d="M1 0V6" stroke="#b50909" stroke-width="1.6"/></pattern>'
    '<pattern id="o-indeterminate" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#6b4fa0" fill-opacity=".08"/>'
    '<circle cx="2" cy="2" r="1" fill="#6b4fa0"/></pattern>'
    '<pattern id="o-condition" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<path d="M0 4H5" stroke="#b36b00" stroke-width="1.2"/></pattern>'
)


class _Frame(NamedTuple):
    """From degrees to the picture."""

    width: int
    height: int
    west: float
    north: float
    x_per_deg: float
    y_per_deg: float
    crosses: bool

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        if self.crosses and lon < 0:
            lon += 360
        return (lon - self.west) * self.x_per_deg, (self.north - lat) * self.y_per_deg


def outline_svg(document: Mapping[str, Any], *, width: int = 640, height: int = 360) -> Markup:
    """The drawing as an SVG element, with a title and a description; no script, no style attribute."""
    frame = _frame(document["aoi"]["bbox"], width, height)
    drawn = [f for f in reversed(words.worst_first(document["findings"])) if f["where"]]
    pieces = "".join(_piece(frame, f) for f in drawn)
    labels = "".join(_label(frame, f) for f in drawn[-_LABELLED:])
    what = _description(document, len(drawn))
    aoi = _path(frame, document["request"]["aoi"])
    return Markup(  # noqa: S704  # everything put in is a number, a fixed word or escaped
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="outline-title outline-desc" font-family="Public Sans, Helvetica, Arial, sans-serif">'
        f'<title id="outline-title">Outline of the area and of what was found in it</title>'
        f'<desc id="outline-desc">{Markup.escape(what)}</desc>'
        f"<defs>{_PATTERNS}</defs>"
        f'<rect width="{width}" height="{height}" fill="#fbfcfd"/>'
        f'<g stroke="#c6cace" stroke-width=".75" fill="#565c65" font-size="9.5">{_graticule(frame)}</g>'
        f'<path d="{aoi}" fill="none" stroke="#fff" stroke-width="6" stroke-linejoin="round"/>'
        f"{pieces}"
        f'<path d="{aoi}" fill="none" stroke="#162e51" stroke-width="2.5" stroke-linejoin="round"/>'
        f"{labels}{_scale_bar(frame)}"
        f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" fill="none" stroke="#a9aeb1"/>'
        f"</svg>"
    )


def _frame(bbox: Sequence[float], width: int, height: int) -> _Frame:
    west, south, east, north = bbox
    crosses = west > east
    if crosses:
        east += 360
    middle = (south + north) / 2
    squeeze = max(math.cos(math.radians(middle)), 0.1)
    margin = 1.28
    wide, high = max((east - west) * squeeze, 1e-6) * margin, max(north - south, 1e-6) * margin
    per_deg = min(width / wide, height / high)
    return _Frame(
        width,
        height,
        (west + east) / 2 - width / per_deg / squeeze / 2,
        middle + height / per_deg / 2,
        per_deg * squeeze,
        per_deg,
        crosses,
    )


def _piece(frame: _Frame, finding: Mapping[str, Any]) -> str:
    outcome = finding["outcome"]
    fill = "none" if outcome == "clear" else f"url(#o-{outcome})"
    dash = f' stroke-dasharray="{_DASHES[outcome]}"' if _DASHES[outcome] else ""
    line = _path(frame, finding["where"])
    return f'<path d="{line}" fill="{fill}" fill-rule="evenodd" stroke="{_COLOURS[outcome]}" stroke-width="1.25"{dash}/>'


def _label(frame: _Frame, finding: Mapping[str, Any]) -> str:
    middle = shape(finding["where"]).representative_point()
    x, y = frame.at(middle.x, middle.y)
    name = Markup.escape(finding["id"])
    half = 5 + 3.6 * len(finding["id"])
    return (
        f'<rect x="{x - half:.1f}" y="{y - 8:.1f}" width="{2 * half:.1f}" height="16" rx="3" fill="#fff" '
        f'stroke="{_COLOURS[finding["outcome"]]}"/>'
        f'<text x="{x:.1f}" y="{y + 4:.1f}" font-size="11" font-weight="700" text-anchor="middle" '
        f'fill="#1b1b1b">{name}</text>'
    )


def _path(frame: _Frame, geometry: Mapping[str, Any]) -> str:
    return "".join(_ring(frame, ring) for ring in _rings(geometry))


def _rings(geometry: Mapping[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        yield from polygon


def _ring(frame: _Frame, ring: Sequence[Sequence[float]]) -> str:
    """Corners to a tenth of a pixel; those that fall on the one before are left out."""
    corners: list[str] = []
    for lon, lat in ring[:-1]:
        x, y = frame.at(lon, lat)
        corner = f"{x:.1f} {y:.1f}"
        if not corners or corner != corners[-1]:
            corners.append(corner)
    return f"M{'L'.join(corners)}Z"


def _graticule(frame: _Frame) -> str:
    east = frame.west + frame.width / frame.x_per_deg
    south = frame.north - frame.height / frame.y_per_deg
    meridians = "".join(
        f'<path d="M{x:.1f} 0V{frame.height}"/>'
        f'<text x="{x + 3:.1f}" y="{frame.height - 5}" stroke="none">{_tick(_turned(lon), "E", "W")}</text>'
        for lon in _ticks(frame.west, east, 5)
        for x in [(lon - frame.west) * frame.x_per_deg]
    )
    parallels = "".join(
        f'<path d="M0 {y:.1f}H{frame.width}"/>'
        f'<text x="4" y="{y - 3:.1f}" stroke="none">{_tick(lat, "N", "S")}</text>'
        for lat in _ticks(max(south, -90), min(frame.north, 90), 4)
        for y in [(frame.north - lat) * frame.y_per_deg]
    )
    return meridians + parallels


def _ticks(low: float, high: float, wanted: int) -> list[float]:
    step = next((s for s in _STEPS_DEG if (high - low) / s <= wanted), 90)
    first = math.ceil(low / step)
    return [round(n * step, 6) for n in range(first, math.floor(high / step) + 1)]


def _turned(lon: float) -> float:
    return lon - 360 if lon > 180 else lon + 360 if lon < -180 else lon


def _tick(value: float, positive: str, negative: str) -> str:
    if value == 0 or abs(value) == 180:
        return f"{abs(value):g}°"
    return words.degrees(value, positive, negative)


def _scale_bar(frame: _Frame) -> str:
    """A round length of at most a quarter of the width; true at the middle latitude."""
    px_per_km = frame.y_per_deg / _KM_PER_DEG
    longest = frame.width / 4 / px_per_km
    power = 10 ** math.floor(math.log10(longest))
    km = next(n * power for n in (5, 2, 1) if n * power <= longest)
    length = km * px_per_km
    x, y = frame.width - 14 - length, frame.height - 24
    said: Callable[[float], str] = lambda v: f"{v:g} km" if v >= 1 else f"{v * 1000:g} m"  # noqa: E731
    return (
        f'<path d="M{x:.1f} {y - 4}V{y}H{x + length:.1f}V{y - 4}" fill="none" stroke="#1b1b1b" stroke-width="1.25"/>'
        f'<text x="{x + length / 2:.1f}" y="{y - 6}" font-size="10" text-anchor="middle" fill="#1b1b1b">{said(km)}</text>'
    )


def _description(document: Mapping[str, Any], drawn: int) -> str:
    aoi = document["aoi"]
    return (
        f"The area of interest, {words.area(aoi['area_km2'])}, {words.box(aoi['bbox'])}, "
        f"with the places of {words.plural(drawn, 'finding')}. The table of findings says the same in words."
    )
