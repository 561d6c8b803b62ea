"""The catalogue of available data: geodata/availability/<name>.csv, with its card beside it."""

import csv
import datetime as dt
import hashlib
import io
from pathlib import Path
from typing import Any

from rsiwg.domain.availability import Catalogue, DataSource, Offer, RowConfidence
from rsiwg.domain.system import InstrumentType
from rsiwg.errors import RulebookUnusable
from rsiwg.rulebook.tables import read_table

_WORDS = {"yes": True, "no": False, "unknown": None, "": None}
_COLUMNS = (
    "id", "system", "operator", "country", "licensed", "type", "finest_m", "second_m", "radar_band", "band_count",
    "revisit_h", "night", "offered", "available_from", "available_to", "confidence", "source", "note",
)  # fmt: skip


def read_catalogue(folder: Path, name: str) -> tuple[Catalogue, dict[str, str]]:
    """The catalogue, and the SHA-256 of its files by name.

    A CSV that is missing or altered is a `problem` of the catalogue, so that every answer can say so.

    Raises:
        RulebookUnusable: the card is missing or wrong, or the CSV is as stated and cannot be read.
    """
    card_path = folder / "availability" / f"{name}.toml"
    card = read_table(card_path, f"availability/{name}.toml")
    title, file, stated, rows = card.text("title"), card.text("file"), card.text("sha256"), card.whole("rows")
    read_on, review_after_days = card.day("read_on"), card.whole("review_after_days")
    for told_to_people_only in ("source", "steward", "marking"):
        card.text(told_to_people_only)
    card.text("notes", "")
    card.done()
    if Path(file).name != file:
        raise card.wrong("file", "must be a file name without a folder")
    hashes = {f"availability/{name}.toml": hashlib.sha256(card_path.read_bytes()).hexdigest()}
    sources: tuple[DataSource, ...] = ()
    problem = None
    try:
        data = (folder / "availability" / file).read_bytes()
    except OSError:
        problem = f"{title}: the file {file} is missing or cannot be read."
    else:
        hashes[f"availability/{file}"] = hashlib.sha256(data).hexdigest()
        if hashes[f"availability/{file}"] != stated:
            problem = f"{title}: the file {file} has been altered: its SHA-256 is not the one stated."
        else:
            sources = _sources(data, f"availability/{file}", read_on)
    if problem is None and len(sources) != rows:
        raise card.wrong("rows", f"is {rows}, and the file has {len(sources)}")
    catalogue = Catalogue(
        title=title,
        read_on=read_on,
        good_until=read_on + dt.timedelta(days=review_after_days),
        sources=sources,
        problem=problem,
    )
    return catalogue, hashes


def _sources(data: bytes, where: str, read_on: dt.date) -> tuple[DataSource, ...]:
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)
        if tuple(reader.fieldnames or ()) != _COLUMNS:
            raise RulebookUnusable(f"{where}: the columns must be {', '.join(_COLUMNS)}")
        found = tuple(
            _source(row, f"{where}, row {number}", read_on) for number, row in enumerate(reader, start=2)
        )
    except (csv.Error, UnicodeDecodeError) as exc:
        raise RulebookUnusable(f"{where}: not a CSV file in UTF-8: {exc}") from None
    if len({source.id for source in found}) != len(found):
        raise RulebookUnusable(f"{where}: an id is there twice")
    return found


def _source(row: dict[str | Any, str | Any], where: str, read_on: dt.date) -> DataSource:
    if None in row or None in row.values():
        raise RulebookUnusable(f"{where}: has more or fewer cells than there are columns")
    try:
        return DataSource(
            id=_given(row["id"]),
            system=_given(row["system"]),
            operator=_given(row["operator"]),
            country=_given(row["country"]),
            licensed=_WORDS[row["licensed"]],
            type=InstrumentType(row["type"]),
            finest_m=_number(row["finest_m"]),
            second_m=_number(row["second_m"]) if row["second_m"] else None,
            radar_band=row["radar_band"] or None,
            band_count=int(row["band_count"]) if row["band_count"] else None,
            revisit_h=_number(row["revisit_h"]) if row["revisit_h"] else None,
            night=_WORDS[row["night"]],
            offered=Offer(row["offered"]),
            available_from=_day(row["available_from"]),
            available_to=_day(row["available_to"]),
            seen_on=read_on,
            confidence=RowConfidence(row["confidence"]),
            source=_given(row["source"]),
            note=row["note"],
        )
    except KeyError as exc:
        raise RulebookUnusable(f"{where}: {exc} is neither yes, no, unknown nor empty") from None
    except ValueError as exc:
        raise RulebookUnusable(f"{where}: {exc}") from None


def _given(text: str) -> str:
    if not text.strip():
        raise ValueError("a name is empty")
    return text


def _number(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError(f"{text} is not a number greater than 0")
    return number


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
