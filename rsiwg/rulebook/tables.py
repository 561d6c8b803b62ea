"""Reading TOML strictly: every key is known, every value has its type, or the rulebook is unusable."""

import datetime as dt
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from rsiwg.errors import RulebookUnusable

T = TypeVar("T")
_MISSING: Any = object()


class Table:
    """One TOML table, taken apart key by key; `done` refuses what was not taken."""

    def __init__(self, values: dict[str, Any], where: str) -> None:
        self._values = dict(values)
        self.where = where

    def text(self, key: str, default: str = _MISSING) -> str:
        """A text."""
        return str(self._take(key, str, default))

    def texts(self, key: str, default: tuple[str, ...] = _MISSING) -> tuple[str, ...]:
        """A list of texts."""
        values = self._take(key, list, default)
        if not all(isinstance(v, str) for v in values):
            raise self.wrong(key, "must be a list of texts")
        return tuple(values)

    def whole(self, key: str, default: int = _MISSING) -> int:
        """A whole number."""
        return int(self._take(key, int, default))

    def number(self, key: str, default: float | None = _MISSING) -> float:
        """A number, not negative."""
        value = self._take(key, (int, float), default)
        if value is not None and not 0 <= value < float("inf"):
            raise self.wrong(key, "must be a finite number, not negative")
        return value  # type: ignore[no-any-return]  # float or the default

    def coordinate(self, key: str) -> float:
        """A number of either sign."""
        return float(self._take(key, (int, float)))

    def tiers(self) -> frozenset[int]:
        """The tiers bound; all of them where nothing is said."""
        tiers = self._take("tiers", list, [1, 2, 3])
        if not tiers or not all(t in (1, 2, 3) for t in tiers):
            raise self.wrong("tiers", "must be a list of 1, 2 or 3")
        return frozenset(tiers)

    def flag(self, key: str, default: bool = _MISSING) -> bool:
        """True or false."""
        return bool(self._take(key, bool, default))

    def day(self, key: str, default: dt.date | None = _MISSING) -> dt.date:
        """A day, written without quotes."""
        value = self._take(key, dt.date, default)
        if isinstance(value, dt.datetime):
            raise self.wrong(key, "must be a day without a time")
        return value  # type: ignore[no-any-return]  # date or the default

    def table(self, key: str) -> "Table":
        """A table inside this one."""
        return Table(self._take(key, dict), f"{self.where}, [{key}]")

    def free(self, key: str) -> dict[str, Any]:
        """A table whose keys are the reader's own affair; empty where it is left out."""
        return dict(self._take(key, dict, {}))

    def tables(self, key: str) -> tuple["Table", ...]:
        """An array of tables, possibly empty."""
        return tuple(
            Table(v, f"{self.where}, [[{key}]] number {n}")
            for n, v in enumerate(self._take(key, list, []), start=1)
        )

    def one_of(self, key: str, kind: Callable[[str], T], default: str = _MISSING) -> T:
        """A text that names a member of an enumeration."""
        return self._member(key, kind, self.text(key, default))

    def maybe_one_of(self, key: str, kind: Callable[[str], T]) -> T | None:
        """The same, where it may be left out."""
        return self.one_of(key, kind) if key in self._values else None

    def some_of(
        self, key: str, kind: Callable[[str], T], default: tuple[str, ...] = _MISSING
    ) -> frozenset[T]:
        """A list of such texts."""
        return frozenset(self._member(key, kind, text) for text in self.texts(key, default))

    def done(self) -> None:
        """Refuse keys that nobody took: a misspelt key must not be silently without effect."""
        if self._values:
            raise RulebookUnusable(f"{self.where}: unknown key {', '.join(sorted(self._values))}")

    def wrong(self, key: str, why: str) -> RulebookUnusable:
        """The error for a value that is not as it should be."""
        return RulebookUnusable(f"{self.where}: {key} {why}")

    def _member(self, key: str, kind: Callable[[str], T], text: str) -> T:
        try:
            return kind(text)
        except ValueError:
            raise self.wrong(key, f"has the unknown value {text!r}") from None

    def _take(self, key: str, kind: Any, default: Any = _MISSING) -> Any:
        if key not in self._values:
            if default is _MISSING:
                raise RulebookUnusable(f"{self.where}: {key} is missing")
            return default
        value = self._values.pop(key)
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kind) or (isinstance(value, bool) and bool not in kinds):
            raise self.wrong(key, f"must be of type {' or '.join(k.__name__ for k in kinds)}")
        return value


def read_table(path: Path, where: str) -> Table:
    """Read a TOML file.  Raises RulebookUnusable when it is missing, not UTF-8 or not TOML."""
    try:
        return Table(tomllib.loads(path.read_text("utf-8")), where)
    except OSError:
        raise RulebookUnusable(f"{where}: the file is missing or cannot be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise RulebookUnusable(f"{where}: not valid TOML: {exc}") from None
