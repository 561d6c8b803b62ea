"""Tables as people send them: encodings, byte order marks, rows with their numbers, cells that are formulas."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence

from rsiwg.domain import RejectedRow
from rsiwg.errors import InvalidLists

LONGEST_NAME = 1_000
LONGEST_CELL = 200_000
_FORMULA_STARTS = ("=", "+", "@", "\t", "\r", "＝", "＋", "＠")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAY_MONTH_YEAR = re.compile(r"(?:(\d{1,2}) )?(?:([A-Za-z]{3})[a-z]* )?(\d{4})", re.ASCII)
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_ISO = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)

csv.field_size_limit(LONGEST_CELL)


def decoded(data: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    """Text of a file, and a note where its encoding had to be guessed.  Raises InvalidLists."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            try:
                return data.decode(encoding), ()
            except UnicodeDecodeError as exc:
                raise InvalidLists(
                    (f"{file}: not {encoding} although its first bytes say so (byte {exc.start})",)
                ) from None
    if b"\x00" in data:
        raise InvalidLists(
            (f"{file}: this is not text (it holds zero bytes): save it as CSV or JSON in UTF-8",)
        )
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        note = f"{file} is not UTF-8; it was read as Windows-1252, so letters outside it may be wrong."
        return data.decode("cp1252", errors="replace"), (note,)


def rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """(number, cells) of every row that is not blank, the first being 1.  Raises InvalidLists."""
    reader = csv.reader(io.StringIO(text.rstrip("\x1a"), newline=""), strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            raise InvalidLists(
                (f"{file}, row {number}: {exc}; the file may be cut off or a quotation mark missing",)
            ) from None
        if any(cell.strip() for cell in cells):
            yield number, cells


def columns(
    header: Sequence[str], needed: Sequence[str], optional: Sequence[str], file: str
) -> dict[str, int]:
    """Place of each column by its name, in any order.  Raises InvalidLists naming what is missing or twice."""
    found = [cell.strip().casefold() for cell in header]
    problems = [f"{file}, row 1: the column {name} is missing" for name in needed if name not in found]
    problems += [
        f"{file}, row 1: the column {name} is there twice"
        for name in {*needed, *optional}
        if found.count(name) > 1
    ]
    if problems:
        raise InvalidLists(tuple(sorted(problems)))
    return {name: found.index(name) for name in (*needed, *optional) if name in found}


def wrong_name(name: str) -> str | None:
    """Why a name cannot be taken; None when it can."""
    if not name.strip():
        return "the name is empty"
    if len(name) > LONGEST_NAME:
        return f"the name has {len(name):,} characters; {LONGEST_NAME:,} are taken"
    if name.startswith(_FORMULA_STARTS) or re.match(r"-[\d(A-Z]", name):
        return "the name begins as a spreadsheet formula does: take the sign away"
    if not any(c.isalnum() for c in name):
        return "the name has no letter or digit"
    if any(ord(c) < 32 and c not in "\t\r\n" for c in name):
        return "the name holds a control character"
    return None


def rejected(file: str, row: int, why: str) -> RejectedRow:
    """A row that is kept apart."""
    return RejectedRow(file=file, row=row, why=why)


def parts(cell: str, separator: str = ";") -> tuple[str, ...]:
    """The values of a cell that holds several, once each."""
    return tuple(dict.fromkeys(filter(None, (part.strip() for part in cell.split(separator)))))


def day(text: str) -> dt.date | None:
    """A whole day in the notations the lists use; None where it is not one."""
    text = text.strip()
    try:
        if match := _SLASHES.fullmatch(text):
            month, day_, year = map(int, match.groups())
            return dt.date(year, month, day_)
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def partial_date(text: str) -> str | None:
    """A date of birth as far as it is known: 1970, 1970-05 or 1970-05-17; None where there is no year."""
    text = text.strip()
    if _ISO.fullmatch(text):
        return text
    if whole := day(text):
        return whole.isoformat()
    if match := _DAY_MONTH_YEAR.search(text):
        day_, month, year = match.groups()
        if month and month.lower() in _MONTHS:
            number = _MONTHS.index(month.lower()) + 1
            return f"{year}-{number:02}-{int(day_):02}" if day_ else f"{year}-{number:02}"
        return year
    return None
