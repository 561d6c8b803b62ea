"""An answer as plain text: the verdict first, its reasons next."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from rsiwg.reports import words

WIDTH = 96
_INDENT = " " * 4


def text(document: Mapping[str, Any]) -> str:
    """At most `WIDTH` columns, no colour codes; ends with a line break."""
    lines = [line for part in _parts(document) for line in (*part, "")]
    return "\n".join(words.plain(line.replace(words.NBSP, " ")) for line in lines).rstrip("\n") + "\n"


def _parts(document: Mapping[str, Any]) -> Iterator[list[str]]:
    request = document["request"]
    yield [
        f"{words.VERDICTS[document['verdict']].upper()}  {words.one_line(request['reference'])}",
        *wrapped(words.verdict_sentence(document)),
        *(["Exercise request: exercise restrictions apply."] if document["exercise"] else []),
    ]
    yield [
        *wrapped(f"Asked by {words.one_line(request['applicant']['name'])}: {_asked(request)}"),
        f"Area {words.area(document['aoi']['area_km2'])}, {words.plural(document['aoi']['vertices'], 'corner')}, "
        f"{words.plural(document['aoi']['parts'], 'part')}; judged {words.days(document['judged'])}",
    ]
    yield [f"FINDINGS ({words.tally(document)})"]
    for finding in words.worst_first(document["findings"]):
        yield finding_lines(finding)
    if document["remedies"]:
        yield ["WHAT WOULD FIX IT (each proved by checking the changed request again)"]
        for remedy in document["remedies"]:
            yield _remedy(remedy)
    if document["not_applicable"]:
        yield [
            f"LOOKED AT, AND DOES NOT APPLY ({len(document['not_applicable'])})",
            *(
                line
                for entry in document["not_applicable"]
                for line in wrapped(f"{entry['title']}: {entry['reason']}", first="  - ", rest=_INDENT)
            ),
        ]
    if changes := document.get("changes"):
        yield [
            "CHANGED ON READING",
            *(line for c in changes for line in wrapped(c, first="  - ", rest=_INDENT)),
        ]
    yield [
        f"verdict id  {document['verdict_id']}",
        f"rulebook    {document['rulebook']}",
        f"engine      {document['engine']}",
    ]


def _asked(request: Mapping[str, Any]) -> str:
    asked = {heading: "; ".join(lines) for heading, lines in words.rows(request)}
    return words.one_line(
        f"{asked['Activity']}, {asked['Sensors']}; product: {asked['Product']}; {asked['Collection']}"
    )


def finding_lines(finding: Mapping[str, Any]) -> list[str]:
    """One finding: its sentence, its small print, its citation."""
    lines = wrapped(
        f"{words.OUTCOMES[finding['outcome']].upper()}. {finding['says']}",
        first=f"{finding['id']:<4}",
        rest=_INDENT,
    )
    if facts := facts_of(finding):
        lines += wrapped("; ".join(facts), first=_INDENT, rest=_INDENT)
    for need in finding["needs"]:
        lines += wrapped(f"Would settle it: {words.need(need)}", first=_INDENT, rest=_INDENT)
    if citation := finding["citation"]:
        lines += wrapped(citation["source"], first=_INDENT, rest=_INDENT)
        lines.append(f"{_INDENT}{words.one_line(citation['url'])}")
    return lines


def facts_of(finding: Mapping[str, Any]) -> list[str]:
    """The small print of a finding, as short phrases."""
    facts = []
    if finding["restriction"]:
        facts.append(f"{finding['restriction']} @ {finding['restriction_version']}")
    if finding["reading"]:
        facts.append(f"reading: {finding['reading']}")
    if finding["area_km2"] is not None:
        part = (
            f" ({words.share(finding['share_of_aoi'])} of the area)"
            if finding["share_of_aoi"] is not None
            else ""
        )
        facts.append(f"{words.area(finding['area_km2'])}{part}")
    if finding["distance_km"] is not None:
        facts.append(f"{words.distance(finding['distance_km'])} away")
    if finding["days"]:
        facts.append(words.days(finding["days"]))
    return facts


def _remedy(remedy: Mapping[str, Any]) -> list[str]:
    lines = wrapped(remedy["says"], first=f"{remedy['id']:<4}", rest=_INDENT)
    for step in remedy["steps"]:
        lines += wrapped(step, first=f"{_INDENT}- ", rest=f"{_INDENT}  ")
    lines += wrapped(
        f"Clears {', '.join(remedy['clears'])}; the verdict after it: {words.VERDICTS[remedy['verdict_after']].lower()}; "
        f"area after it {words.area(remedy['aoi_after']['area_km2'])}.",
        first=_INDENT,
        rest=_INDENT,
    )
    remains = remedy["remains"]
    for left in remains[: words.REMAINS_SHOWN]:
        lines += wrapped(f"Remains: {left}", first=_INDENT, rest=_INDENT)
    if (more := len(remains) - words.REMAINS_SHOWN) > 0:
        lines.append(f"{_INDENT}and {more} more, all of them in the JSON answer")
    return lines


def wrapped(sentence: str, first: str = "", rest: str = "") -> list[str]:
    """A sentence in lines of at most `WIDTH` columns."""
    return textwrap.wrap(
        words.one_line(sentence),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=True,
        break_on_hyphens=False,
    )
