"""KML and KMZ: placemarks with polygons, and nothing else.

Read with expat, which opens no file and no connection: a document type is refused at its first byte, so
no entity is ever declared; depth, elements and the length of a value are bounded while reading.  What a
KML can point to (links, overlays, models, styles) is ignored, and said.
"""

import re
from collections import Counter
from typing import Any
from xml.parsers import expat

import attrs

from rsiwg.errors import InvalidGeometry, TooLarge
from rsiwg.intake.archive import Archive
from rsiwg.intake.found import Feature, Found
from rsiwg.intake.shown import listed, shown
from rsiwg.settings import Limits

_DEEPEST = 64
_MOST_ELEMENTS = 1_000_000
_LONGEST_ATTRIBUTE = 10_000
_POSITIONS_PER_VERTEX = 20
"""Positions in all placemarks together per vertex of `Limits.max_vertices`: bounds memory, not meaning."""
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii", "utf-16", "iso-8859-1", "latin-1", "windows-1252"}
_NO_AREAS = ("Point", "LineString", "LinearRing", "Track", "MultiTrack", "Model")
_NOTES = ("NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay", "Model", "href")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,3})?")


def from_kml(data: bytes, limits: Limits) -> Found:
    """Find the areas of a KML document.

    Raises:
        InvalidGeometry: not well-formed, not KML, or with a document type, an entity or an XInclude.
        TooLarge: nested too deeply or with too many elements.
    """
    reader = _Reader(limits)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.XmlDeclHandler = _declared
    parser.StartDoctypeDeclHandler = _doctype
    parser.EntityDeclHandler = _entity
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as exc:
        raise InvalidGeometry(
            f"this is not well-formed XML ({expat.ErrorString(exc.code)}, line {exc.lineno}): export the KML again"
        ) from None
    except (ValueError, LookupError, TypeError, UnicodeError):
        raise InvalidGeometry("the encoding of this XML is not taken: save it as UTF-8") from None
    return reader.found()


def from_kmz(archive: Archive, limits: Limits) -> Found:
    """Find the areas of a KMZ: of its ``doc.kml``, or of the first KML in it."""
    documents = [name for name in archive.names if name.lower().endswith(".kml")]
    if not documents:
        raise InvalidGeometry("this KMZ holds no .kml file: export it again")
    main = next((name for name in documents if name.lower() == "doc.kml"), documents[0])
    found = from_kml(archive.read(main), limits)
    said = found.changes
    if len(documents) > 1:
        others = listed([shown(name) for name in documents if name != main])
        said = (*said, f"Only {shown(main)} was read; the KMZ also holds {others}.")
    return attrs.evolve(found, format="KMZ", changes=said)


def _declared(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise InvalidGeometry(f"the encoding {shown(encoding)} is not taken: save the KML as UTF-8")


def _doctype(_name: str, _system: str | None, _public: str | None, _has_internal: int) -> None:
    raise InvalidGeometry(
        "this XML has a document type (DOCTYPE), which is not taken: remove it; KML needs none"
    )


def _entity(*_: Any) -> None:
    raise InvalidGeometry("this XML declares an entity, which is not taken: remove it; KML needs none")


@attrs.define
class _Polygon:
    rings: list[Any] = attrs.field(factory=list)
    holes: list[Any] = attrs.field(factory=list)


@attrs.define
class _Placemark:
    name: str | None = None
    polygons: list[_Polygon] = attrs.field(factory=list)
    others: Counter[str] = attrs.field(factory=Counter)
    is_empty: bool = True


class _Reader:
    """Gathers placemarks while expat runs through the document."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._path: list[str] = []
        self._elements = 0
        self._commas = 0
        self._text: list[str] | None = None
        self._place: _Placemark | None = None
        self._places: list[_Placemark] = []
        self._ignored: Counter[str] = Counter()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise TooLarge(f"this KML has more than {_MOST_ELEMENTS:,} elements: send only the area")
        if len(self._path) >= _DEEPEST:
            raise TooLarge(f"this KML is nested more than {_DEEPEST} levels deep: make it flatter")
        if any(len(value) > _LONGEST_ATTRIBUTE for value in attributes.values()):
            raise TooLarge(
                f"an attribute of <{shown(name)}> is longer than {_LONGEST_ATTRIBUTE:,} characters: shorten it"
            )
        if "XInclude" in space:
            raise InvalidGeometry(
                "this XML includes another document (XInclude), which is not taken: remove it"
            )
        if not self._path and name != "kml":
            raise InvalidGeometry(
                f"this XML is not KML, since it starts with <{shown(name)}>: give a KML document"
            )
        if "google.com/kml/ext" in space and name not in ("Track", "MultiTrack"):
            self._ignored["gx: extensions"] += 1
        elif name in _NOTES:
            self._ignored[name] += 1
        self._path.append(name)
        self._enter(name)

    def _enter(self, name: str) -> None:
        if name == "Placemark":
            self._place = _Placemark()
            if len(self._places) >= self._limits.max_features:
                raise TooLarge(
                    f"this KML has more than {self._limits.max_features:,} placemarks (max_features)"
                )
        elif self._place is not None:
            if name == "Polygon":
                self._place.polygons.append(_Polygon())
            elif name in _NO_AREAS and "Polygon" not in self._path:
                self._place.others[name] += 1
        in_ring = name == "coordinates" and "Polygon" in self._path
        if in_ring or (name == "name" and self._path[-2:-1] == ["Placemark"]):
            self._text = []

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, _tag: str) -> None:
        name = self._path.pop()
        written, self._text = ("".join(self._text) if self._text is not None else None), None
        place = self._place
        if place is None:
            return
        if name == "Placemark":
            self._places.append(place)
            self._place = None
        elif name == "name" and written is not None:
            place.name = shown(written.strip(), 200) or None
        elif name == "coordinates" and written is not None and place.polygons:
            where = f"placemark {len(self._places) + 1}{f' ({shown(place.name)})' if place.name else ''}"
            self._commas += written.count(",")
            if self._commas > _POSITIONS_PER_VERTEX * self._limits.max_vertices:
                raise TooLarge(
                    f"this KML has too many positions for an area of {self._limits.max_vertices:,} vertices "
                    "(max_vertices): send only the area"
                )
            ring = _positions(written, where)
            inner = "innerBoundaryIs" in self._path
            (place.polygons[-1].holes if inner else place.polygons[-1].rings).append(ring)

    def found(self) -> Found:
        features: list[Feature] = []
        left_out: Counter[str] = Counter()
        empty = 0
        for n, place in enumerate(self._places, start=1):
            left_out.update(place.others)
            if place.polygons:
                polygons = [_rings(p, n) for p in place.polygons]
                geometry = {"type": "MultiPolygon", "coordinates": polygons}
                features.append(Feature(geometry=geometry, name=place.name))
            elif not place.others:
                empty += 1
        changes: tuple[str, ...] = ()
        if self._ignored:
            what = listed([f"{name} ({n})" for name, n in sorted(self._ignored.items())], most=8)
            changes = (f"Ignored, and nothing of it was fetched: {what}.",)
        return Found(format="KML", features=features, changes=changes, left_out=left_out, empty=empty)


def _rings(polygon: _Polygon, number: int) -> list[Any]:
    if len(polygon.rings) != 1:
        raise InvalidGeometry(
            f"placemark {number} has a polygon with {len(polygon.rings)} outer boundaries: give it exactly one"
        )
    return [*polygon.rings, *polygon.holes]


def _positions(text: str, where: str) -> list[list[float]]:
    """``lon,lat[,height]`` tuples with space between them."""
    positions = []
    for n, written in enumerate(text.split(), start=1):
        values = written.split(",")
        if not 2 <= len(values) <= 3 or not all(_NUMBER.fullmatch(v) for v in values):
            raise InvalidGeometry(
                f'{where}, position {n} ("{shown(written)}") must be longitude,latitude in numbers without a space between'
            )
        positions.append([float(v) for v in values])
    return positions
