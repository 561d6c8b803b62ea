"""Writes docs/rules/: a page per restriction and an index, made from geodata/ alone.  Run by `make docs-rules`.

A page is for a lawyer to read and a steward to check; nothing on it is written by hand.
"""

import sys
from pathlib import Path

from rsiwg import resources
from rsiwg.domain import Entry, Limit, Restriction, Rulebook, Status, Topic, Zone, in_full
from rsiwg.geometry import area_km2
from rsiwg.reports import answer_words, words
from rsiwg.rulebook import load
from rsiwg.rulebook.cases import NOT_APPLICABLE, RuleCase, read_rule_cases

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "rules"
MADE = "<!-- Made from geodata/ by `make docs-rules`; change the data, not this page. -->"
_FOUND = {
    "conflict": "a conflict",
    "indeterminate": "undetermined",
    "condition": "a condition",
    "clear": "nothing against it",
    NOT_APPLICABLE: "does not apply",
}


def pages(geodata: Path) -> dict[str, str]:
    """Every page by its file name."""
    book = load(geodata)
    made = {f"{r.id}.md": page(r, read_rule_cases(geodata, r.id)) for r in book.restrictions}
    topics = {f"topics/{t.name}.md": topic_page(t) for t in book.regulation.topics.values()}
    return {"README.md": index(book), **made, **topics}


def index(book: Rulebook) -> str:
    """The list of all of them, and of the topics."""
    parts = [
        MADE,
        "# The rules, one page each",
        "What this rulebook holds to be in force, since when, on whose word, and how each rule is tried. "
        "How a rule is written and changed is in [../rules.md](../rules.md).",
    ]
    for status in words.STATUSES:
        rules = [r for r in book.restrictions if r.status == status]
        if rules:
            parts.append(f"## {words.STATUSES[status]}")
            rows = [
                (
                    f"[{words.capitalized(r.title)}]({r.id}.md)",
                    words.KINDS[r.kind],
                    _latest(r),
                    in_full(r.verified_on),
                )
                for r in rules
            ]
            parts.append(table(("rule", "kind", "latest entry", "source read on"), rows))
    if book.regulation.topics:
        parts.append("## Topics of the regulation library")
        parts.append(
            "Facts without an outline, which the questions of [../regulation.md](../regulation.md) rest on."
        )
        parts.append(
            table(
                ("topic", "file", "entries", "of them unverified", "sources gone through on"),
                [_topic(t) for t in book.regulation.topics.values()],
            )
        )
    return "\n\n".join(parts) + "\n"


def page(rule: Restriction, cases: tuple[RuleCase, ...]) -> str:
    """What a rule says, whom it binds, where, on whose word, and its golden cases."""
    parts = [
        MADE,
        f"# {words.capitalized(rule.title)}",
        f"{words.KINDS[rule.kind]}; {words.STATUSES[rule.status].lower()}. Its file is `geodata/restrictions/{rule.id}.toml`, its cases are "
        f"`geodata/cases/restrictions/{rule.id}.toml`. [All rules](README.md).",
    ]
    if rule.problem:
        parts.append(f"**It cannot be applied:** {rule.problem}")
    parts += [
        "## What it says",
        table(("days", "limit", "citation", "read on"), [_limit(x) for x in rule.limits]),
    ]
    parts += ["## Whom and what it binds", "\n".join(f"- {line}" for line in _binds(rule))]
    parts += ["## Where", _where(rule)]
    parts += ["## On whose word", "\n".join(f"- {line}" for line in _word(rule))]
    if rule.notes:
        parts += ["## Notes", " ".join(rule.notes.split())]
    parts += ["## Golden cases", _cases(cases)]
    return "\n\n".join(parts) + "\n"


def topic_page(topic: Topic) -> str:
    """Every dated fact of a topic, with its passage and whether anybody has read it."""
    read = "never" if topic.read_on is None else in_full(topic.read_on)
    until = "" if topic.good_until is None else f"; relied on for days before {in_full(topic.good_until)}"
    parts = [
        MADE,
        f"# {words.capitalized(topic.title)}",
        f"Its file is `geodata/regulation/{topic.name}.toml`. Its sources were gone through: {read}{until}. "
        f"Steward: {topic.steward}. Marking: {topic.marking}. [All rules](../README.md).",
    ]
    if topic.notes:
        parts.append(" ".join(topic.notes.split()))
    parts.append(
        table(("fact", "days", "what it says", "passage", "read on"), [_entry(e) for e in topic.entries])
    )
    return "\n\n".join(parts) + "\n"


def _entry(entry: Entry) -> tuple[str, ...]:
    status = "" if entry.status is Status.IN_FORCE else f" ({words.STATUSES[entry.status].lower()})"
    told = [f"{answer_words.label(name)}: {answer_words.value(said)}" for name, said in entry.values.items()]
    read = "**Unverified:** recalled, not read in the source; decides nothing alone"
    if entry.verified_on is not None:
        read = in_full(entry.verified_on)
    return (
        f"{words.capitalized(entry.title)}{status}",
        words.capitalized(str(entry.in_force)),
        ". ".join([*told, *([" ".join(entry.note.split())] if entry.note else [])]),
        f"[{entry.clause}]({entry.citation.url}): {entry.citation.source}",
        read,
    )


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(c) for c in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace(words.NBSP, " ").replace("|", "\\|").split())


def _limit(limit: Limit) -> tuple[str, ...]:
    what = limit.says
    if limit.finest_m is not None:
        what = f"{words.metres(limit.finest_m)} {str(limit.measure).upper()} is the finest allowed, itself allowed"
    read = "**Unverified:** recalled, not read in the source; decides nothing alone"
    if limit.verified_on is not None:
        read = in_full(limit.verified_on)
    return (
        words.capitalized(str(limit.in_force)),
        words.capitalized(what),
        f"[{limit.citation.source}]({limit.citation.url})",
        read,
    )


def _latest(rule: Restriction) -> str:
    limit = rule.limits[-1]
    number = (
        "" if limit.finest_m is None else f"{words.metres(limit.finest_m)} {str(limit.measure).upper()}, "
    )
    return f"{number}{limit.in_force}"


def _binds(rule: Restriction) -> list[str]:
    binds = rule.binds
    who = "everyone"
    if binds.licensees:
        who = f"only {' and '.join(binds.licensees)}"
    elif binds.part_960:
        who = "persons licensed under 15 CFR Part 960"
    compared = [
        words.MODALITIES[m] for m in words.MODALITIES if m in binds.modalities and m in binds.comparable
    ]
    others = [
        words.MODALITIES[m] for m in words.MODALITIES if m in binds.modalities and m not in binds.comparable
    ]
    lines = [
        f"Persons: {who}",
        f"Tiers: {', '.join(str(t) for t in sorted(binds.tiers))}",
        f"Sensors: {', '.join(compared)}",
        f"Activities: {', '.join(words.ACTIVITIES[a].lower() for a in words.ACTIVITIES if a in binds.activities)}",
    ]
    if others:
        lines.insert(
            3,
            f"Sensors whose resolution cannot be compared with the limit (undetermined): {', '.join(others)}",
        )
    if binds.unsettled_activities:
        lines.append(f"Unsettled: {', '.join(sorted(binds.unsettled_activities))}; {binds.unsettled_why}")
    if binds.except_recipients:
        lines.append(
            f"Not for data to: {', '.join(words.RECIPIENTS[r] for r in words.RECIPIENTS if r in binds.except_recipients)}"
        )
    return lines


def _where(rule: Restriction) -> str:
    if rule.worldwide:
        return "Worldwide."
    if not rule.zones:
        return "Its outline is not known here; a request that it may concern is undetermined."
    rows = [_zone(zone) for zone in rule.zones]
    return table(("reading", "place", "ground", "what a violation there means"), rows)


def _zone(zone: Zone) -> tuple[str, ...]:
    means = "a conflict" if zone.decides else f"undetermined: {zone.doubt}"
    return zone.reading, words.capitalized(zone.title), words.area(area_km2(zone.area)), means


def _word(rule: Restriction) -> list[str]:
    return [
        f"Source last read on {in_full(rule.verified_on)}; relied on for days before {in_full(rule.vouched_until)}",
        f"Confidence: {rule.confidence}",
        f"Marking: {rule.marking}",
        f"Steward: {rule.steward}",
    ]


def _cases(cases: tuple[RuleCase, ...]) -> str:
    if not cases:
        return "It has none, so a rulebook with it cannot be published."
    rows = [
        (case.name, case.says, _FOUND[case.finds] + _readings(case), case.verdict, case.why) for case in cases
    ]
    return "`rsiwg rules test` runs them.\n\n" + table(
        ("situation", "request", "this rule", "verdict", "why"), rows
    )


def _readings(case: RuleCase) -> str:
    return f" in: {', '.join(case.readings)}" if case.readings else ""


def _topic(topic: Topic) -> tuple[str, ...]:
    unverified = sum(not entry.verified for entry in topic.entries)
    return (
        f"[{words.capitalized(topic.title)}](topics/{topic.name}.md)",
        f"`geodata/regulation/{topic.name}.toml`",
        str(len(topic.entries)),
        str(unverified),
        "never" if topic.read_on is None else in_full(topic.read_on),
    )


def main() -> int:
    """Write them, and remove pages of rules that are gone."""
    (FOLDER / "topics").mkdir(parents=True, exist_ok=True)
    made = pages(resources.GEODATA)
    for name, text in made.items():
        (FOLDER / name).write_text(text, "utf-8")
    for path in FOLDER.rglob("*.md"):
        if path.relative_to(FOLDER).as_posix() not in made:
            path.unlink()
    print(f"{len(made)} pages in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
