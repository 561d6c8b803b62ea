"""What is to be drawn: a scene of layers of features.  Frozen values, no folium."""

import re
from enum import StrEnum

import attrs
from shapely.geometry.base import BaseGeometry

from rsiwg.maps.styles import STYLES, Style

Bounds = tuple[float, float, float, float]
"""West, south, east, north, degrees; west > east where it crosses the 180th meridian."""


class Group(StrEnum):
    """The heading a layer stands under, in the order of the panel."""

    REQUEST = "Request"
    ACCESSES = "Accesses"
    OFFENDING = "Offending pieces"
    CHANGES = "Changed ground"
    REMEDIES = "Remedies"
    RESTRICTIONS = "Restrictions"
    REFERENCE = "Reference"


SUBJECT_GROUPS = frozenset({Group.REQUEST, Group.OFFENDING, Group.CHANGES, Group.REMEDIES})
"""What the view is fitted to when the scene does not say."""


@attrs.frozen(kw_only=True)
class Feature:
    """One thing on the map, with what is said about it."""

    geometry: BaseGeometry
    """Longitude, latitude, degrees WGS 84, within [-180, 180]; split where it crosses 180."""

    label: str
    rows: tuple[tuple[str, str], ...] = ()
    """The table in its popup: name, value."""

    ref: str = ""
    """The name by which the page beside the map knows it; several features may share one."""

    moment: int | None = None
    """The place in the scene's timeline at which it shows; None: always."""

    alone: bool = False
    """Shown only at its own moment, and not while all moments are shown together."""


@attrs.frozen(kw_only=True)
class Layer:
    """Features that are drawn alike and switched on and off together."""

    key: str = attrs.field(validator=attrs.validators.matches_re(r"[A-Za-z0-9._:-]+"))
    """Unique in the scene; letters, digits and . _ : - only."""

    title: str
    group: Group = attrs.field(converter=Group)
    style: str = attrs.field(validator=attrs.validators.in_(STYLES))
    features: tuple[Feature, ...]
    shown: bool = True
    tolerance_m: float | None = None
    """How far, in metres, its outlines were simplified for drawing; None when they were not."""

    @property
    def look(self) -> Style:
        """The style by name."""
        return STYLES[self.style]


@attrs.frozen(kw_only=True)
class Moment:
    """One place of the slider, and a row of the table below the map."""

    label: str
    """A sentence, read out when the slider stops there."""
    cells: tuple[str, ...]
    """Under the heads of the timeline; the second one is shown with the swatch of the style."""
    style: str = attrs.field(validator=attrs.validators.in_(STYLES))

    @property
    def look(self) -> Style:
        """The style by name."""
        return STYLES[self.style]


@attrs.frozen(kw_only=True)
class Timeline:
    """What happens in order of time: a slider over the map, and the same as a table."""

    caption: str
    heads: tuple[str, ...]
    moments: tuple[Moment, ...]


@attrs.frozen(kw_only=True)
class Picture:
    """A picture laid on the map, under the outlines."""

    title: str
    png: bytes = attrs.field(repr=False)
    """In Web Mercator."""
    bounds: Bounds


@attrs.frozen(kw_only=True)
class Scene:
    """A whole map."""

    title: str
    layers: tuple[Layer, ...] = attrs.field()
    summary: str = ""
    """One sentence under the title."""

    marking: str = ""
    """Printed at the top and bottom where it is given, for example CUI."""

    bounds: Bounds | None = None
    """What to show at first; None fits the subject of the scene."""

    note: str = ""
    timeline: Timeline | None = None

    pictures: tuple[Picture, ...] = ()
    """At most two: the second lies over the first, from the right up to a divider that moves."""

    @layers.validator
    def _keys_are_unique(self, _attribute: object, layers: tuple[Layer, ...]) -> None:
        keys = [layer.key for layer in layers]
        if len(keys) != len(set(keys)):
            raise ValueError(f"layer keys repeat: {sorted(keys)}")


_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    """Text in which control characters show as ⟨U+202E⟩, so that none can reorder or hide a line."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)
