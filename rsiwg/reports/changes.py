"""What differs between two rulebooks, and whom it touches, as text for a terminal."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from rsiwg.reports import words

_WIDTH = 92


def difference_text(document: Mapping[str, Any]) -> str:
    """Every change as a sentence, and the changed ground as a table."""
    return "\n".join(_difference(document)) + "\n"


def impact_text(document: Mapping[str, Any]) -> str:
    """What changed, then every request whose answer changes, then those that cannot be read."""
    told = document["requests"]
    lines = [
        f"Of {told['read']:,} stored requests, {told['verdict_changes']:,} would get another verdict "
        f"and {len(told['changed']):,} another answer at all."
    ]
    if told["unreadable"]:
        lines.append(
            f"{words.plural(len(told['unreadable']), 'request')} cannot be read, and are not counted."
        )
    lines += ["", *_difference(document)]
    for title, keeps_verdict in (
        ("Requests whose verdict changes", False),
        ("Requests that keep their verdict, and whose findings or answers change", True),
    ):
        found = [each for each in told["changed"] if (each["before"] == each["after"]) is keeps_verdict]
        if found:
            lines += ["", f"{title}:"]
            for each in found:
                lines += _touched(each)
    if told["unreadable"]:
        lines += ["", "Cannot be read:"]
        for each in told["unreadable"]:
            lines += _item(f"{each['name']}: {each['why']}")
    return "\n".join(lines) + "\n"


def _difference(document: Mapping[str, Any]) -> Iterator[str]:
    yield f"Rulebook {document['old'][:12]} against {document['new'][:12]}."
    if document["same"]:
        yield "They are the same."
        return
    yield ""
    yield f"{words.plural(len(document['changes']), 'change')}:"
    for change in document["changes"]:
        yield from _item(change["says"])
    ground = [c for c in document["changes"] if c["added"] or c["removed"]]
    if ground:
        yield ""
        yield "Changed ground:"
        for change in ground:
            for side in ("added", "removed"):
                if change[side]:
                    yield from _item(
                        f"{change['of']}, {change['name']}: {side} {words.area(change[f'{side}_km2'])}, "
                        f"{words.box(change[side]['bbox'])}"
                    )


def _touched(each: Mapping[str, Any]) -> Iterator[str]:
    verdicts = "" if each["before"] is None else f": {each['before']}, now {each['after']}"
    place = (
        ""
        if each["aoi"] is None
        else f" ({words.area(each['aoi']['area_km2'])}, {words.box(each['aoi']['bbox'])})"
    )
    yield from _item(f"{each['name']}{verdicts}{place}")
    for title, key in (("No longer", "no_longer_found"), ("Now", "now_found")):
        for says in each[key]:
            yield from _item(f"{title}: {says}", "    ")
    for answer in each["answers"]:
        was, now = answer["before"], answer["after"]
        yield from _item(
            f"{answer['title']} {was['answer']} ({was['confidence']}), now {now['answer']} ({now['confidence']}): {now['says']}",
            "    ",
        )


def _item(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=f"{indent}- ", subsequent_indent=f"{indent}  ")
