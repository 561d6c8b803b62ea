"""What a new version of the lists changed for a request."""

from collections.abc import Mapping
from typing import Any


def changes_between(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Hits that are new, gone or other than before, and a changed answer; empty where nothing changed."""
    old = {(h["party"], h["entry"]["key"]): h for h in before["hits"]}
    new = {(h["party"], h["entry"]["key"]): h for h in now["hits"]}
    told: list[dict[str, Any]] = []
    for key, hit in new.items():
        was = old.get(key)
        if was is None:
            told.append(_change("new", hit, f"{hit['says']}"))
        elif was["entry"]["sha256"] != hit["entry"]["sha256"]:
            more = (
                " The decision made before no longer holds."
                if was["decision"] and not hit["decision"]
                else ""
            )
            told.append(_change("entry_changed", hit, f"The entry {hit['entry']['key']} has changed.{more}"))
        elif was["strength"] != hit["strength"]:
            told.append(_change("strength_changed", hit, f"The match with {hit['entry']['key']} was {was['strength']} and is {hit['strength']}."))  # fmt: skip
    told += [
        _change("gone", hit, f"The match with {hit['entry']['key']} ({hit['entry']['name']}) is gone.")
        for key, hit in old.items()
        if key not in new
    ]
    for part in ("ownership", "destinations"):
        was_said, is_said = ({each["says"] for each in document[part]} for document in (before, now))
        told += [{"kind": f"{part}_new", "says": says} for says in sorted(is_said - was_said)]
        told += [{"kind": f"{part}_gone", "says": says} for says in sorted(was_said - is_said)]
    if before["answer"] != now["answer"]:
        told.append({"kind": "answer", "says": f"The answer was {before['answer']} and is {now['answer']}."})
    return tuple(told)


def _change(kind: str, hit: Mapping[str, Any], says: str) -> dict[str, Any]:
    return {
        "kind": kind, "party": hit["party"], "entry": hit["entry"]["key"], "score": hit["score"],
        "strength": hit["strength"], "says": says,
    }  # fmt: skip
