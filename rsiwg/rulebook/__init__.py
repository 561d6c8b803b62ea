"""Reads geodata/ into a `Rulebook`, and validates it."""

from rsiwg.rulebook.load import load

__all__ = ["load"]
