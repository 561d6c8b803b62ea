"""Every error raised on purpose.

Each class is something a caller can act on; a programming mistake stays a `ValueError` or
`TypeError`.  The web room maps every class here to a status (tests/meta keeps the table whole).
"""

from collections.abc import Mapping


class RsiwgError(Exception):
    """Base of all of them."""


class InvalidGeometry(RsiwgError):
    """An outline that cannot be taken as it stands; the message names the place and the fix."""


class InvalidSubmission(RsiwgError):
    """A request with one or more wrong fields; `problems` has every one of them.

    Keys are field paths as the sender knows them (``sensor.gsd_m``, ``aoi``); values are sentences
    that say what is wrong and what to do.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {why}" for field, why in problems.items()))
        self.problems = dict(problems)


class InvalidImage(RsiwgError):
    """A raster that cannot be judged: damaged, of another kind, or without a place on the Earth."""


class ChoiceNeeded(RsiwgError):
    """A file that holds several areas: the sender says which one is meant.

    `choices` has one entry per layer or feature: its key, what it is called and its size.
    """

    def __init__(self, says: str, choices: tuple[Mapping[str, object], ...]) -> None:
        super().__init__(says)
        self.choices = choices


class TooLarge(RsiwgError):
    """A file or outline over a published limit; the message names the limit."""


class NotFound(RsiwgError):
    """Nothing is kept under this name."""


class Conflicting(RsiwgError):
    """The same key was used before for something else; nothing was changed."""


class RulebookUnusable(RsiwgError):
    """The rulebook itself is broken: a file is missing or wrong.  No verdict is possible."""


class NotPublishable(RsiwgError):
    """A rulebook that must not be published yet; `problems` has every reason.  Nothing was kept."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class AssetMissing(RsiwgError):
    """A front-end file that a page or map needs has not been built (``make frontend``)."""


class StoreUnusable(RsiwgError):
    """The database cannot be reached, or its schema is not the one this version needs."""


class InvalidLists(RsiwgError):
    """Files of names that cannot be loaded; `problems` says of each which row and column, and what to do."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
