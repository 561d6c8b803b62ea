"""Checks: pure functions (request, rulebook) → statements, the tuple of all of them, and the assessment."""

from rsiwg.checks.assess import CHECKS, Check, assess, evaluate

__all__ = ["CHECKS", "Check", "assess", "evaluate"]
