"""A CSV of looks in, the same rows with their GSD out."""

import csv
import functools
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rsiwg.cli.parts import CLEAR, INVALID, limits, write
from rsiwg.errors import InvalidSubmission
from rsiwg.sensing.altitude import AltitudeProfile
from rsiwg.sensing.gsd_table import FOUND, GIVEN, gsd_table

_ELEMENTS = ("tle_line1", "tle_line2")
_USED = "used_altitude_km"
_ADDED = (*(name for name in FOUND if name not in GIVEN), _USED, "error")


def gsd_of_csv(source: Path, target: Path | None) -> int:
    """Compute every row; the exit code is that of invalid input where any row is wrong, and says so in `error`.

    Every column is kept.  `altitude_km` is filled where it was empty, and `used_altitude_km` has the altitude of the look in
    every row.  Raises InvalidSubmission for a file that is no such table.
    """
    header, lines = _read(source)
    errors: dict[int, dict[str, str]] = {
        n: {
            "row": f"has {len(line)} values under {len(header)} columns: give one for each, empty where not known"
        }
        for n, line in enumerate(lines)
        if len(line) != len(header)
    }
    rows = [(line + [""] * len(header))[: len(header)] for line in lines] if errors else lines
    place = {name: n for n, name in enumerate(header)}
    columns = {
        name: [row[place[name]].strip() for row in rows] if name in place else [""] * len(rows)
        for name in (*GIVEN, *_ELEMENTS)
    }
    given: dict[str, NDArray[np.float64]] = {}
    for name in GIVEN:
        given[name] = _numbers(name, columns[name], errors)
    elements = [
        _elements(one, two) if one or two else None
        for one, two in zip(*(columns[name] for name in _ELEMENTS), strict=True)
    ]
    table = gsd_table(given, elements)
    for n, problems in table.problems.items():
        errors[n] = errors.get(n, {}) if "row" in errors.get(n, {}) else {**problems, **errors.get(n, {})}
    _write(target, header, rows, _results(table.rows, table.found, errors), errors)
    if errors:
        where = "" if target is None else f"; see the column error of {target}"
        print(f"rsiwg: {len(errors):,} of {len(rows):,} rows are invalid{where}", file=sys.stderr)
    return INVALID if errors else CLEAR


def _read(source: Path) -> tuple[list[str], list[list[str]]]:
    try:
        lines = list(csv.reader(io.StringIO(source.read_text("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as exc:
        raise InvalidSubmission({"csv": f"is not UTF-8 (byte {exc.start}): save it as UTF-8"}) from None
    except csv.Error as exc:
        raise InvalidSubmission(
            {"csv": f'is not CSV ({exc}): separate with commas and quote with "'}
        ) from None
    if not lines:
        raise InvalidSubmission({"csv": "is empty: give a header and rows"})
    header = [name.strip() for name in lines[0]]
    if "off_nadir_deg" not in header:
        raise InvalidSubmission({"csv": "has no column off_nadir_deg: name the columns in the first line"})
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InvalidSubmission({"csv": f"has the column {twice[0]} twice: name each column once"})
    taken = [name for name in _ADDED if name in header]
    if taken:
        raise InvalidSubmission(
            {"csv": f"has a column {taken[0]} already, which is one of the results: rename it"}
        )
    rows = [line for line in lines[1:] if line]
    return header, rows


def _numbers(name: str, texts: Sequence[str], errors: dict[int, dict[str, str]]) -> NDArray[np.float64]:
    """The column as numbers, NaN where it is empty or wrong."""
    values = np.full(len(texts), np.nan)
    for n, text in enumerate(texts):
        if text:
            try:
                # Python's own spelling of numbers, 1_0, is nobody else's; most likely a slip.
                values[n] = float(text if "_" not in text else "")
            except ValueError:
                errors.setdefault(n, {})[name] = f"{text[:40]!r} is not a number"
                continue
            if not np.isfinite(values[n]):
                errors.setdefault(n, {})[name] = "is not a finite number"
                values[n] = np.nan
    return values


@functools.lru_cache(maxsize=4096)
def _elements(line_1: str, line_2: str) -> AltitudeProfile | str:
    """The altitudes of an element set, or why it is refused."""
    from rsiwg.intake.altitude import read_altitude_profile

    try:
        return read_altitude_profile(f"{line_1}\n{line_2}", limits())
    except InvalidSubmission as exc:
        return "; ".join(exc.problems.values())


def _results(
    good: NDArray[np.intp], found: Mapping[str, NDArray[np.float64]], errors: Mapping[int, object]
) -> dict[int, dict[str, str]]:
    texts = {name: [f"{value:.10g}" for value in values] for name, values in found.items()}
    return {
        int(row): {name: texts[name][n] for name in FOUND}
        for n, row in enumerate(good)
        if int(row) not in errors
    }


def _write(
    target: Path | None,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    results: Mapping[int, Mapping[str, str]],
    errors: Mapping[int, Mapping[str, str]],
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    has_altitude = "altitude_km" in header
    added = (*(() if has_altitude else ("altitude_km",)), *_ADDED)
    writer.writerow([*header, *added])
    at = header.index("altitude_km") if has_altitude else -1
    for n, row in enumerate(rows):
        found = {**results[n], _USED: results[n]["altitude_km"]} if n in results else {}
        kept = list(row)
        if has_altitude and not kept[at].strip():
            kept[at] = found.get("altitude_km", kept[at])
        why = "; ".join(f"{name}: {text}" for name, text in errors.get(n, {}).items())
        writer.writerow([*kept, *(why if name == "error" else found.get(name, "") for name in added)])
    if target is None:
        sys.stdout.write(out.getvalue())
    else:
        write(target, out.getvalue())
