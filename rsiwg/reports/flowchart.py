"""A flowchart of an answer, as text and as SVG, with the path that is taken."""

import textwrap
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_WIDE, _GAP, _LINE, _LEFT = 420, 34, 16, 90
_OUT_X, _OUT_WIDE = 640, 200


def flowchart_text(charts: Sequence[Mapping[str, Any]]) -> str:
    """Every flowchart as lines: ">" marks what is passed, the way taken stands in capitals."""
    if not charts:
        return ""
    lines: list[str] = []
    for chart in charts:
        lines += ["", f"Flowchart, {chart['reading']}: {_title(chart, chart['outcome'])}"]
        for number, node in enumerate(chart["nodes"], start=1):
            lines += textwrap.wrap(
                f"{number}. {node['question']} {node['clause']}",
                92,
                initial_indent="> " if node["passed"] else "  ",
                subsequent_indent="     ",
            )
            for way in ("yes", "no"):
                taken = way in node["taken"]
                word = way.upper() if taken else way
                lines.append(f"{'>' if taken else ' '}    {word} -> {_target(chart, node[way])}")
            if node["passed"] and node["value"] == "unknown":
                lines.append("     (unknown: both ways stay open)")
    return "\n".join([*lines, ""])


def flowchart_svg(charts: Sequence[Mapping[str, Any]]) -> str:
    """The flowcharts one below the other as one SVG picture, which loads nothing."""
    drawn, y = [], 20.0
    for chart in charts:
        part, y = _drawn(chart, y)
        drawn.append(part)
    width = _OUT_X + _OUT_WIDE + 40
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y:.0f}" viewBox="0 0 {width} {y:.0f}" '
        'role="img" font-family="sans-serif" font-size="13">\n'
        f"<title>{escape('; '.join(c['reading'] + ': ' + _title(c, c['outcome']) for c in charts) or 'No flowchart')}</title>\n"
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" '
        'orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="context-stroke"/></marker></defs>\n'
        '<rect width="100%" height="100%" fill="#ffffff"/>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def _drawn(chart: Mapping[str, Any], y: float) -> tuple[str, float]:
    parts = [f'<text x="{_LEFT}" y="{y + 12:.0f}" font-weight="bold">{escape(_heading(chart))}</text>']
    y += 34
    boxes: dict[str, tuple[float, float, list[str]]] = {}
    for number, node in enumerate(chart["nodes"], start=1):
        words = [*textwrap.wrap(f"{number}. {node['question']}", 57), node["clause"]]
        high = _LINE * len(words) + 14.0
        boxes[node["id"]] = (y, high, words)
        y += high + _GAP
    outs = {
        name: (boxes[chart["start"]][0] + n * (y - boxes[chart["start"]][0]) / (len(chart["outcomes"]) + 1))
        for n, name in enumerate(chart["outcomes"], start=1)
    }
    edges = [
        (way in node["taken"], place, way)
        for place, node in enumerate(chart["nodes"])
        for way in ("yes", "no")
    ]
    # What is taken lies on top.
    parts += [_edge(chart, place, way, boxes, outs) for _, place, way in sorted(edges)]
    for node in chart["nodes"]:
        top, high, words = boxes[node["id"]]
        passed = node["passed"]
        parts.append(
            f'<rect x="{_LEFT}" y="{top:.0f}" width="{_WIDE}" height="{high:.0f}" rx="4" '
            f'fill="{"#e7f2f5" if passed else "#f7f7f7"}" stroke="{"#005ea2" if passed else "#a9aeb1"}" '
            f'stroke-width="{2 if passed else 1}"/>'
        )
        for n, line in enumerate(words):
            quiet = n == len(words) - 1
            size, ink = (11 if quiet else 13), ("#565c65" if quiet or not passed else "#1b1b1b")
            parts.append(
                f'<text x="{_LEFT + 10}" y="{top + 18 + n * _LINE:.0f}" fill="{ink}" font-size="{size}">'
                f"{escape(line)}</text>"
            )
    for name, centre in outs.items():
        reached = name == chart["outcome"]
        parts.append(
            f'<rect x="{_OUT_X}" y="{centre - 24:.0f}" width="{_OUT_WIDE}" height="48" rx="24" '
            f'fill="{"#005ea2" if reached else "#ffffff"}" stroke="{"#005ea2" if reached else "#71767a"}"/>'
        )
        words = textwrap.wrap(chart["outcomes"][name], 26)
        for n, line in enumerate(words):
            parts.append(
                f'<text x="{_OUT_X + _OUT_WIDE / 2:.0f}" y="{centre + 5 + (n - (len(words) - 1) / 2) * _LINE:.0f}" text-anchor="middle" '
                f'fill="{"#ffffff" if reached else "#1b1b1b"}">{escape(line)}</text>'
            )
    return "\n".join(parts), y + 10


def _edge(
    chart: Mapping[str, Any],
    number: int,
    way: str,
    boxes: Mapping[str, tuple[float, float, list[str]]],
    outs: Mapping[str, float],
) -> str:
    """An arrow: straight down to the next question, round the left to a later one, to the right to an outcome."""
    node = chart["nodes"][number]
    top, high, _ = boxes[node["id"]]
    target, taken = node[way], way in node["taken"]
    style = f'fill="none" stroke="{"#005ea2" if taken else "#a9aeb1"}" stroke-width="{2.5 if taken else 1}"'
    if taken and node["value"] == "unknown":
        style += ' stroke-dasharray="6 4"'
    x: float
    if target in outs:
        y = top + high / 2 + (-7 if way == "yes" else 7)
        turn = _LEFT + _WIDE + 25 + 5 * number
        path = f"M{_LEFT + _WIDE} {y:.0f}H{turn}V{outs[target]:.0f}H{_OUT_X}"
        x, y_text = _LEFT + _WIDE + 4, y - 4
    else:
        below = boxes[target][0]
        following = chart["nodes"][number + 1]["id"] if number + 1 < len(chart["nodes"]) else None
        if target == following:
            x = _LEFT + (60 if way == "yes" else 110)
            path, y_text = f"M{x} {top + high:.0f}V{below:.0f}", top + high + 20
            x += 5
        else:
            turn = _LEFT - 20 - 6 * (number % 8)
            y = top + high / 2
            path = f"M{_LEFT} {y:.0f}H{turn}V{below + boxes[target][1] / 2 - 8:.0f}H{_LEFT}"
            x, y_text = _LEFT - 24, y - 4
    shown = "bold" if taken else "normal"
    return (
        f'<path d="{path}" {style} marker-end="url(#tip)"/>'
        f'<text x="{x}" y="{y_text:.0f}" font-size="11" font-weight="{shown}">{way}</text>'
    )


def _heading(chart: Mapping[str, Any]) -> str:
    return f"Reading: {chart['reading']}. Outcome: {_title(chart, chart['outcome'])}"


def _title(chart: Mapping[str, Any], outcome: str) -> str:
    return str(chart["outcomes"].get(outcome, outcome))


def _target(chart: Mapping[str, Any], target: str) -> str:
    if target in chart["outcomes"]:
        return _title(chart, target)
    number = next(n for n, node in enumerate(chart["nodes"], start=1) if node["id"] == target)
    return f"question {number}"
