"""Versions of the lists: each load is one folder that is written whole and never changed.

``DIR/versions/0001-1a2b3c4d5e6f/`` holds ``version.json`` and ``entries.jsonl``; the number only grows.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from rsiwg.domain import ListEntry, ListVersion, RejectedRow
from rsiwg.errors import InvalidLists, NotFound
from rsiwg.lists import csl, own, sdn, text

MOST_BYTES = 500_000_000
"""Largest file taken."""


@attrs.frozen(kw_only=True)
class Lists:
    """A version with its entries."""

    version: ListVersion
    entries: tuple[ListEntry, ...] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Loaded:
    """What a load came to."""

    version: ListVersion
    is_new: bool
    """False where the newest version already holds exactly these entries of this day."""
    folder: Path


def read_folder(source: Path, *, retrieved_on: dt.date | None = None) -> Lists:
    """Read every list file in a folder, or one file, without keeping it.

    `retrieved_on` is the day the steward fetched them; without it the day of the oldest file counts, which
    can only make the lists older.

    Raises InvalidLists: nothing is there, or a file as a whole cannot be taken.
    """
    files = sorted(p for p in (source.iterdir() if source.is_dir() else [source]) if _is_list(p))
    if not files:
        raise InvalidLists((f"{source}: no list is there: give consolidated.csv or .json, SDN.CSV with ALT.CSV and ADD.CSV, sdn.xml, or a CSV of your own",))  # fmt: skip
    problems: list[str] = []
    read: list[csl.ReadFile] = []
    ofac: dict[str, bytes] = {}
    hashes: dict[str, str] = {}
    for path in files:
        if path.stat().st_size > MOST_BYTES:
            problems.append(f"{path.name}: over {MOST_BYTES:,} bytes")
            continue
        data = path.read_bytes()
        hashes[path.name] = hashlib.sha256(data).hexdigest()
        if path.suffix.casefold() == ".csv" and path.stem.casefold() in sdn.WIDTHS:
            ofac[path.stem.casefold()] = data
            continue
        try:
            read.append(_read(path, data))
        except InvalidLists as exc:
            problems += exc.problems
    if ofac:
        try:
            read.insert(0, sdn.read_csv(ofac))
        except InvalidLists as exc:
            problems += exc.problems
    if problems:
        raise InvalidLists(tuple(problems))
    day = retrieved_on or min(dt.datetime.fromtimestamp(p.stat().st_mtime, dt.UTC).date() for p in files)
    return _joined(read, hashes, day, guessed=retrieved_on is None)


def load(
    source: Path,
    folder: Path,
    *,
    now: dt.datetime,
    shrink_share: float,
    retrieved_on: dt.date | None = None,
    accept_shrink: bool = False,
) -> Loaded:
    """Read list files and keep them as a new version in `folder`.

    Refused as a whole when a source list is gone, or is smaller than in the version before by more than
    `shrink_share`; `accept_shrink` is the steward's word that it is meant.  Equal to the share is allowed.

    Raises InvalidLists; nothing is kept then.
    """
    lists = read_folder(source, retrieved_on=retrieved_on or now.date())
    if not lists.entries:
        raise InvalidLists((f"{source}: no row could be taken, so nothing is loaded", *_told(lists.version)))
    if lists.version.retrieved_on > now.date():
        raise InvalidLists(
            (f"the lists cannot have been retrieved on {lists.version.retrieved_on}, after today",)
        )
    kept = versions(folder)
    before = kept[-1] if kept else None
    shrunk = _shrunk(before, lists.version, shrink_share) if before else []
    if shrunk and not accept_shrink:
        raise InvalidLists(
            (
                *shrunk,
                "nothing is loaded; if this is meant, load again with --accept-shrink",
                *_told(lists.version),
            )
        )
    version = attrs.evolve(lists.version, loaded_at=now, notes=(*lists.version.notes, *(f"Accepted by the steward: {s}." for s in shrunk)))  # fmt: skip
    if before and (before.sha256, before.retrieved_on) == (version.sha256, version.retrieved_on):
        return Loaded(version=before, is_new=False, folder=_place(folder, len(kept), before))
    place = _place(folder, len(kept) + 1, version)
    _write(place, version, lists.entries)
    return Loaded(version=version, is_new=True, folder=place)


def versions(folder: Path) -> tuple[ListVersion, ...]:
    """Every kept version, oldest first."""
    return tuple(_version_of(place) for place in _places(folder))


def current(folder: Path, as_of: dt.date | None = None) -> Lists:
    """The newest version, or the newest retrieved by a day, or the oldest where all are younger than that day.

    A folder without versions, or a single file, is read in place.

    Raises NotFound where none is there, InvalidLists where its bytes are not what was written.
    """
    places = _places(folder)
    if not places:
        if folder.exists():
            return read_folder(folder)
        raise NotFound(f"there are no lists in {folder}: load some with rsiwg lists load")
    found = [(place, _version_of(place)) for place in places]
    standing = [each for each in found if as_of is None or each[1].retrieved_on <= as_of]
    place, version = standing[-1] if standing else found[0]
    return Lists(version=version, entries=_entries_of(place, version))


# Reading.


def _is_list(path: Path) -> bool:
    return (
        path.is_file()
        and path.suffix.casefold() in {".csv", ".json", ".xml"}
        and not path.name.startswith(".")
    )


def _read(path: Path, data: bytes) -> csl.ReadFile:
    suffix = path.suffix.casefold()
    if suffix == ".json":
        return csl.read_json(data, path.name)
    if suffix == ".xml":
        return sdn.read_xml(data, path.name)
    body, _ = text.decoded(data, path.name)
    header = next(text.rows(body, path.name), (1, []))[1]
    return own.read_csv(data, path.name) if own.is_own(header) else csl.read_csv(data, path.name)


def _joined(read: list[csl.ReadFile], hashes: Mapping[str, str], day: dt.date, *, guessed: bool) -> Lists:
    entries: dict[str, ListEntry] = {}
    twice = 0
    for found in read:  # OFAC's own files come first, and stand for what the consolidated list repeats
        for entry in found.entries:
            twice += entry.key in entries
            entries.setdefault(entry.key, entry)
    ordered = tuple(entries[key] for key in sorted(entries))
    notes = [note for found in read for note in found.notes]
    if twice:
        notes.append(
            f"{twice} entries are in two files; the file read first counts, OFAC's own before the consolidated list."
        )
    if guessed:
        notes.append("The day of retrieval is that of the oldest file.")
    digest = hashlib.sha256()
    for entry in ordered:
        digest.update(entry.sha256.encode())
    version = ListVersion(
        sha256=digest.hexdigest(),
        retrieved_on=day,
        loaded_at=None,
        counts=dict(sorted(Counter(e.list for e in ordered).items())),
        files=hashes,
        rejected=tuple(row for found in read for row in found.rejected),
        notes=tuple(notes),
    )
    return Lists(version=version, entries=ordered)


def _shrunk(before: ListVersion, now: ListVersion, share: float) -> list[str]:
    return [
        f"the list {code} has {now.counts.get(code, 0):,} entries where the version of {before.retrieved_on} has {count:,}"
        for code, count in before.counts.items()
        if now.counts.get(code, 0) < count - share * count - 1e-9
    ]


def _told(version: ListVersion) -> tuple[str, ...]:
    return tuple(f"{row.file}, row {row.row}: {row.why}" for row in version.rejected[:20])


# Keeping.


def _places(folder: Path) -> list[Path]:
    return sorted(
        p for p in (folder / "versions").glob("[0-9][0-9][0-9][0-9]-*") if (p / "version.json").is_file()
    )


def _place(folder: Path, number: int, version: ListVersion) -> Path:
    return folder / "versions" / f"{number:04}-{version.sha256[:12]}"


def _write(place: Path, version: ListVersion, entries: tuple[ListEntry, ...]) -> None:
    beside = place.with_name(f".{place.name}.{os.getpid()}.part")
    beside.mkdir(parents=True)
    try:
        with (beside / "entries.jsonl").open("w", encoding="utf-8", newline="\n") as file:
            for entry in entries:
                file.write(json.dumps(attrs.asdict(entry), default=str, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with (beside / "version.json").open("w", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(version_document(version), indent=1, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.rename(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def version_document(version: ListVersion) -> dict[str, Any]:
    """The JSON of a version, without its entries."""
    return {
        "sha256": version.sha256,
        "retrieved_on": version.retrieved_on.isoformat(),
        "loaded_at": version.loaded_at and version.loaded_at.isoformat(),
        "entries": version.entry_count,
        "counts": dict(version.counts),
        "files": dict(version.files),
        "rejected": [attrs.asdict(row) for row in version.rejected],
        "notes": list(version.notes),
    }


def _version_of(place: Path) -> ListVersion:
    try:
        card = json.loads((place / "version.json").read_text("utf-8"))
        return ListVersion(
            sha256=card["sha256"],
            retrieved_on=dt.date.fromisoformat(card["retrieved_on"]),
            loaded_at=card["loaded_at"] and dt.datetime.fromisoformat(card["loaded_at"]),
            counts=card["counts"],
            files=card["files"],
            rejected=tuple(RejectedRow(**row) for row in card["rejected"]),
            notes=tuple(card["notes"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InvalidLists((f"{place}/version.json cannot be read ({type(exc).__name__})",)) from None


def _entries_of(place: Path, version: ListVersion) -> tuple[ListEntry, ...]:
    digest = hashlib.sha256()
    entries = []
    try:
        with (place / "entries.jsonl").open(encoding="utf-8") as file:
            for line in file:
                entry = _entry_of(json.loads(line))
                digest.update(entry.sha256.encode())
                entries.append(entry)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InvalidLists((f"{place}/entries.jsonl cannot be read ({type(exc).__name__})",)) from None
    if digest.hexdigest() != version.sha256:
        raise InvalidLists(
            (f"{place}: the entries are not those that were loaded; the version has been altered",)
        )
    return tuple(entries)


def _entry_of(row: dict[str, Any]) -> ListEntry:
    days = {k: dt.date.fromisoformat(row[k]) if row[k] else None for k in ("start_on", "end_on")}
    several = {k: tuple(v) for k, v in row.items() if isinstance(v, list)}
    return ListEntry(**{**row, **several, **days})
