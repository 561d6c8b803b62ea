"""Published rulebooks: a folder of versions that never change, and a ledger that is only added to.

    FOLDER/versions/<sha256 of its contents>/   the rulebook, whole
    FOLDER/ledger/0001.json, 0002.json, ...     which version, when, by whom, why

Every entry carries the hash of the one before it.  A version counts as published once its entry stands.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from rsiwg.domain.document import pretty_json
from rsiwg.errors import InvalidSubmission, NotFound, NotPublishable, RulebookUnusable
from rsiwg.rulebook import load
from rsiwg.rulebook.validate import validate
from rsiwg.stewardship.cases import run_cases

_LONGEST_NAME, _LONGEST_NOTE = 200, 2000


@attrs.frozen(kw_only=True)
class Publication:
    """One entry of the ledger."""

    number: int
    content: str
    """SHA-256 over the name and bytes of every file; the name of its folder."""
    rulebook: str
    """The version that answers name."""
    published_at: dt.datetime
    by: str
    note: str
    cases: int
    """Golden cases that were run, all of them green."""
    previous: str | None
    """SHA-256 of the entry before."""


@attrs.frozen(kw_only=True)
class Published:
    """What publishing did."""

    publication: Publication
    folder: Path
    was_there: bool
    """True: these contents were published before, and nothing was added."""


def publish(rulebook: Path, to: Path, *, by: str, note: str, at: dt.datetime) -> Published:
    """Publish a rulebook whole, or not at all.

    The files are copied first; what is checked is the copy, so that what was checked is what is published.

    Raises:
        InvalidSubmission: `by` or `note` is empty, too long or holds control characters.
        NotPublishable: validation finds a problem, a golden case is red, or a situation has no case.
        RulebookUnusable: what is published already has been altered.
    """
    _refuse_words({"by": (by, _LONGEST_NAME), "note": (note, _LONGEST_NOTE)})
    _refuse_altered(to)
    for folder in (to, to / "versions", to / "ledger"):
        folder.mkdir(parents=True, exist_ok=True)
    part = to / "versions" / f".part-{os.getpid()}"
    try:
        _copy(rulebook, part)
        content = content_hash(part)
        if (before := _of_content(to, content)) is not None:
            return Published(publication=before, folder=to / "versions" / content, was_there=True)
        version, cases = _checked(part, at.date())
        folder = _keep_version(part, to / "versions" / content)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    while True:
        if (before := _of_content(to, content)) is not None:  # another process was faster
            return Published(publication=before, folder=folder, was_there=True)
        entries = publications(to)
        publication = Publication(
            number=len(entries) + 1,
            content=content,
            rulebook=version,
            published_at=at.astimezone(dt.UTC).replace(microsecond=0),
            by=by.strip(),
            note=note.strip(),
            cases=cases,
            previous=_hash_of(_entry_path(to, len(entries))) if entries else None,
        )
        if _keep_entry(to, publication):
            return Published(publication=publication, folder=folder, was_there=False)


def publications(to: Path) -> tuple[Publication, ...]:
    """Every entry of the ledger, oldest first.  Raises RulebookUnusable where one is missing or unreadable."""
    paths = sorted((to / "ledger").glob("[0-9]*.json"))
    if [path.name for path in paths] != [_entry_path(to, n).name for n in range(1, len(paths) + 1)]:
        raise RulebookUnusable(f"{to / 'ledger'}: an entry is missing; entries are numbered without gaps")
    return tuple(_read_entry(path) for path in paths)


def alterations(to: Path) -> tuple[str, ...]:
    """What of a published folder is not as it was published, in sentences; nothing when it is sound."""
    return tuple(_alterations(to))


def published_folder(given: Path) -> Path:
    """The folder of a rulebook, given as one, or as FOLDER/latest or FOLDER/<the first digits of a version>.

    Digits may be those of the contents or of the rulebook's version.  Raises NotFound.
    """
    if (given / "rulebook.toml").is_file():
        return given
    to, asked = given.parent, given.name
    if not (to / "ledger").is_dir():
        raise NotFound(f"{given} is neither a rulebook nor a published version: it has no rulebook.toml")
    entries = publications(to)
    found = entries[-1:] if asked == "latest" else [
        e for e in entries if asked and (e.content.startswith(asked) or e.rulebook.startswith(asked))
    ]  # fmt: skip
    if len({entry.content for entry in found}) != 1:
        raise NotFound(
            f"{len(found) or 'no'} published versions of {to} are called {asked!r}: see rsiwg rules versions {to}"
        )
    return to / "versions" / found[0].content


def content_hash(folder: Path) -> str:
    """SHA-256 over the name and bytes of every file of a folder."""
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{_hash_of(path)}\n".encode())
    return digest.hexdigest()


# -------------------------------------------------------------------------------------------------- steps


def _copy(rulebook: Path, part: Path) -> None:
    shutil.rmtree(part, ignore_errors=True)
    for path in _files(rulebook):
        copy = part / path.relative_to(rulebook)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        copy.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    if not (part / "rulebook.toml").is_file():
        raise RulebookUnusable(f"{rulebook} is not a rulebook: it has no rulebook.toml")


def _checked(part: Path, today: dt.date) -> tuple[str, int]:
    """The version and the number of cases of a rulebook that may be published."""
    problems = validate(part, today=today)
    if problems:
        raise NotPublishable(problems)
    book = load(part)
    tested = run_cases(part, book)
    if not tested.is_green:
        red = [f"{ran.where}: {'; '.join(ran.wrong)}" for ran in tested.red]
        raise NotPublishable((*red, *tested.missing))
    return book.version, len(tested.ran)


def _keep_version(part: Path, folder: Path) -> Path:
    """Put the copy in its place; one that stands there already, from a run that was stopped, is the same."""
    for path in (*_files(part), *(p for p in part.rglob("*") if p.is_dir()), part):
        _sync(path)
    if not folder.is_dir():
        try:
            part.rename(folder)
        except OSError:
            if not folder.is_dir():  # another process was faster
                raise
    _sync(folder.parent)
    return folder


def _keep_entry(to: Path, publication: Publication) -> bool:
    """Add an entry; False where its number was taken meanwhile.  It is there whole or not at all."""
    path = _entry_path(to, publication.number)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(pretty_json(_document(publication)))
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
        try:
            os.link(beside, path)  # unlike a rename it never takes the place of another
        except FileExistsError:
            return False
    finally:
        beside.unlink(missing_ok=True)
    _sync(path.parent)
    return True


def _alterations(to: Path) -> Iterator[str]:
    previous = None
    for entry in publications(to):
        if entry.previous != previous:
            yield f"ledger/{_entry_path(to, entry.number).name}: the entry before it is not the one it names"
        previous = _hash_of(_entry_path(to, entry.number))
        folder = to / "versions" / entry.content
        if not folder.is_dir():
            yield f"versions/{entry.content[:12]}: it was published and is missing"
        elif content_hash(folder) != entry.content:
            yield f"versions/{entry.content[:12]}: a file was changed, added or removed after publication"


def _refuse_altered(to: Path) -> None:
    if problems := alterations(to):
        raise RulebookUnusable(f"{to} has been altered: {'; '.join(problems)}")


def _refuse_words(given: dict[str, tuple[str, int]]) -> None:
    problems = {}
    for field, (text, longest) in given.items():
        if not text.strip():
            problems[field] = "this is empty: say it in a few words"
        elif len(text) > longest:
            problems[field] = f"this has {len(text):,} characters, and at most {longest:,} are taken"
        elif not text.isprintable():
            problems[field] = "this holds control characters or line breaks: write it as one line"
    if problems:
        raise InvalidSubmission(problems)


# ------------------------------------------------------------------------------------------------- pieces


def _of_content(to: Path, content: str) -> Publication | None:
    return next((entry for entry in publications(to) if entry.content == content), None)


def _entry_path(to: Path, number: int) -> Path:
    return to / "ledger" / f"{number:04}.json"


def _document(publication: Publication) -> dict[str, Any]:
    return attrs.asdict(publication) | {"published_at": publication.published_at.isoformat()}


def _read_entry(path: Path) -> Publication:
    try:
        told = json.loads(path.read_text("utf-8"))
        return Publication(**(told | {"published_at": dt.datetime.fromisoformat(told["published_at"])}))
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise RulebookUnusable(f"{path}: this entry of the ledger cannot be read: {exc}") from None


def _files(folder: Path) -> list[Path]:
    """Every file of a rulebook, in order of name; what begins with a dot is not part of one."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(name.startswith(".") for name in path.relative_to(folder).parts)
    )


def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
