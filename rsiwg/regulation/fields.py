"""Fields of a request by their path, such as ``licensee.name`` or ``instruments[].gsd_m``."""

from typing import Any

import attrs


@attrs.frozen
class Field:
    """One field as the sender knows it, and what the request says in it."""

    path: str
    """With numbers in the brackets: ``instruments[0].gsd_m``."""
    value: Any
    """None where the request does not say; an empty tuple says "none"."""

    @property
    def is_said(self) -> bool:
        """Whether the request says anything in it."""
        return self.value is not None and self.value != ""


def fields_at(request: Any, path: str) -> tuple[Field, ...]:
    """Every field of a path; a list that is not given yields one field of value None, its brackets empty.

    The attributes of a request carry the names of its JSON.  Brackets take every element, or the numbered one;
    an empty list yields nothing.

    Raises:
        AttributeError: no request of this kind has such a field.
    """
    found = [Field("", request)]
    for name in path.split("."):
        found = [inner for field in found for inner in _inside(field, name)]
    return tuple(found)


def _inside(field: Field, step: str) -> list[Field]:
    name, bracket, index = step.partition("[")
    path = f"{field.path}.{name}" if field.path else name
    value = None if field.value is None else getattr(field.value, name)
    if not bracket:
        return [Field(path, value)]
    if value is None:
        return [Field(f"{path}[]", None)]
    every = [Field(f"{path}[{n}]", item) for n, item in enumerate(value)]
    return every if index == "]" else [every[int(index.removesuffix("]"))]]


def beside(path: str, other: str) -> str:
    """The path `other`, in the same elements as `path` where both run through the same lists.

    ``instruments[].modality`` beside ``instruments[1].gsd_m`` is ``instruments[1].modality``.
    """
    ours, theirs = path.split("."), other.split(".")
    bound = []
    for mine, its in zip(ours, theirs, strict=False):
        if not (its.endswith("[]") and mine.split("[")[0] == its.removesuffix("[]")) and mine != its:
            break
        bound.append(mine)
    return ".".join([*bound, *theirs[len(bound) :]])
