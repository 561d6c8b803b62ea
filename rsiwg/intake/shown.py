"""What a sender wrote, made safe to show in a message: short, on one line, nothing invisible."""

import unicodedata

_LONGEST = 60
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shown(text: object, longest: int = _LONGEST) -> str:
    """Text for a message or a label: unprintable and direction-changing characters become ``�``."""
    whole = str(text)
    seen = "".join("�" if unicodedata.category(c) in _UNSEEN else c for c in whole[: longest + 1])
    return seen if len(whole) <= longest else seen[: longest - 1] + "…"


def has_unseen(text: str) -> bool:
    """Whether any character would not show: a control, a direction override, half a surrogate pair."""
    return any(unicodedata.category(c) in _UNSEEN for c in text)


def listed(things: list[str], most: int = 5) -> str:
    """ "a, b and c"; a long list is cut and says how many more."""
    if len(things) > most:
        things = [*things[:most], f"{len(things) - most} more"]
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
