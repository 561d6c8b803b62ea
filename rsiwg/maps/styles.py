"""How each kind of thing looks: one table, used by the map, the legend and the page beside them."""

from typing import Literal

import attrs

Pane = Literal["restrictions", "remedies", "aoi", "findings"]
Icon = Literal["", "check", "note", "question", "stop", "scissors"]
Pattern = Literal["", "diagonal", "dots", "cross"]


@attrs.frozen(kw_only=True)
class Style:
    """The look of one kind of feature; never colour alone, so that it reads in black and white."""

    name: str
    word: str
    """What the legend calls it."""

    stroke: str
    """Outline colour, #rrggbb."""

    weight_px: float = 1.5
    """Outline width, CSS pixels."""

    dash: str = ""
    """Outline dashes, as SVG writes them; empty is a full line."""

    fill: str = ""
    """Fill colour, #rrggbb; empty leaves the inside open (and lets clicks through)."""

    fill_opacity: float = 0.0
    pattern: Pattern = ""
    """A hatch laid over the inside, in place of a plain fill."""

    icon: Icon = ""
    halo: bool = False
    """A white line under the outline."""

    is_subject: bool = False
    """What the map is about: never allowed to become too small to see."""

    pane: Pane


def _restriction(name: str, word: str, colour: str, dash: str = "") -> Style:
    return Style(
        name=f"restriction-{name}",
        word=word,
        stroke=colour,
        dash=dash,
        fill=colour,
        fill_opacity=0.12,
        pane="restrictions",
    )


STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        Style(
            name="aoi",
            word="Area of interest",
            stroke="#162e51",
            weight_px=3,
            halo=True,
            is_subject=True,
            pane="aoi",
        ),
        _restriction("resolution_limit", "Resolution limit", "#1a4480"),
        _restriction("limited_operations", "Limited operations", "#8b0a03", dash="8 3"),
        _restriction("withheld_area", "Withheld area", "#3d4551", dash="2 3"),
        _restriction("licence_cap", "Licence cap", "#54278f", dash="10 3 2 3"),
        _restriction("exercise", "Exercise", "#0b4b3f", dash="4 4"),
        Style(
            name="finding-clear",
            word="Clear",
            stroke="#2e7d4f",
            weight_px=2.5,
            icon="check",
            halo=True,
            is_subject=True,
            pane="findings",
        ),
        Style(
            name="finding-condition",
            word="Condition",
            stroke="#b36b00",
            weight_px=2.5,
            dash="9 5",
            fill="#b36b00",
            fill_opacity=0.14,
            icon="note",
            halo=True,
            is_subject=True,
            pane="findings",
        ),
        Style(
            name="finding-indeterminate",
            word="Undetermined",
            stroke="#6b4fa0",
            weight_px=2.5,
            dash="2 4",
            pattern="dots",
            icon="question",
            halo=True,
            is_subject=True,
            pane="findings",
        ),
        Style(
            name="finding-conflict",
            word="Conflict",
            stroke="#b50909",
            weight_px=3,
            pattern="diagonal",
            icon="stop",
            halo=True,
            is_subject=True,
            pane="findings",
        ),
        Style(
            name="ground-added",
            word="Ground added",
            stroke="#8b0a03",
            weight_px=2.5,
            pattern="diagonal",
            halo=True,
            is_subject=True,
            pane="remedies",
        ),
        Style(
            name="ground-removed",
            word="Ground removed",
            stroke="#1a4480",
            weight_px=2.5,
            dash="6 4",
            pattern="cross",
            halo=True,
            is_subject=True,
            pane="remedies",
        ),
        Style(
            name="remedy-after",
            word="Area after the change",
            stroke="#2e7d4f",
            weight_px=3,
            dash="14 4",
            halo=True,
            icon="check",
            pane="remedies",
        ),
        Style(
            name="remedy-removed",
            word="Piece taken out",
            stroke="#565c65",
            weight_px=1.5,
            dash="4 3",
            pattern="cross",
            icon="scissors",
            pane="remedies",
        ),
        Style(
            name="remedy-coarsened",
            word="Piece coarsened",
            stroke="#2e7d4f",
            weight_px=1.5,
            dash="4 3",
            pattern="dots",
            icon="check",
            pane="remedies",
        ),
        Style(
            name="access-finer",
            word="Finer than the limit",
            stroke="#b50909",
            weight_px=3,
            pattern="diagonal",
            icon="stop",
            halo=True,
            pane="findings",
        ),
        Style(
            name="access-not-finer",
            word="Not finer than the limit",
            stroke="#2e7d4f",
            weight_px=2.5,
            dash="14 4",
            fill="#2e7d4f",
            fill_opacity=0.1,
            icon="check",
            halo=True,
            pane="findings",
        ),
        Style(
            name="access-uncompared",
            word="Not compared with a limit",
            stroke="#6b4fa0",
            weight_px=2.5,
            dash="2 4",
            pattern="dots",
            icon="question",
            halo=True,
            pane="findings",
        ),
        Style(
            name="field-of-regard",
            word="Field of regard",
            stroke="#1a4480",
            weight_px=2,
            dash="6 4",
            pane="remedies",
        ),
    )
}
"""Every style by its name."""
