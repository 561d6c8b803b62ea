"""The regulation library's facts: one TOML file per topic, geodata/regulation/<topic>.toml."""

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

from rsiwg.domain import Citation, Entry, Period, Status, Topic
from rsiwg.domain.regulation import Value
from rsiwg.rulebook.tables import Table, read_table


def read_topic(folder: Path, name: str, review_after_days: int) -> Topic:
    """Read ``regulation/<name>.toml``.  Raises RulebookUnusable when it is wrong."""
    table = read_table(folder / "regulation" / f"{name}.toml", f"regulation/{name}.toml")
    read_on = table.day("read_on")
    review = table.whole("review_after_days", review_after_days)
    entries = tuple(_entry(name, t) for t in table.tables("entry"))
    _refuse_overlapping_periods(table, entries)
    topic = Topic(
        name=name,
        title=table.text("title"),
        steward=table.text("steward"),
        marking=table.text("marking"),
        read_on=read_on,
        good_until=read_on + dt.timedelta(days=review),
        entries=entries,
        notes=table.text("notes", "").strip(),
    )
    table.done()
    return topic


def _entry(topic: str, table: Table) -> Entry:
    verified = table.flag("verified")
    verified_on = table.day("verified_on", None)
    if verified != (verified_on is not None):
        raise table.wrong("verified_on", "belongs to a verified entry, and only to one")
    start, end = table.day("start"), table.day("end", None)
    try:
        in_force = Period(start, end)
    except ValueError as exc:
        raise table.wrong("end", str(exc)) from None
    citation = table.table("citation")
    cited = Citation(source=citation.text("source"), url=citation.text("url"))
    citation.done()
    entry = Entry(
        topic=topic,
        id=table.text("id"),
        title=table.text("title"),
        in_force=in_force,
        status=table.one_of("status", Status),
        verified=verified,
        verified_on=verified_on,
        citation=cited,
        clause=table.text("clause"),
        note=table.text("note", "").strip(),
        values={key: _value(value) for key, value in table.free("values").items()},
    )
    table.done()
    return entry


def _value(value: Any) -> Value:
    if isinstance(value, dict):
        return {key: _value(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return tuple(_value(inner) for inner in value)
    return value  # type: ignore[no-any-return]  # a scalar of TOML


def _refuse_overlapping_periods(table: Table, entries: tuple[Entry, ...]) -> None:
    ordered = sorted(entries, key=lambda entry: (entry.id, entry.in_force.start))
    for earlier, later in itertools.pairwise(ordered):
        if earlier.id == later.id and earlier.in_force.meet(later.in_force):
            raise table.wrong(
                "entry", f"has two of the id {later.id} for {later.in_force.start}: their periods overlap"
            )
