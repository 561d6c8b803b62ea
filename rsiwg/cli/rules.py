"""rules: what is held to be in force."""

import argparse
import datetime as dt
from typing import Any

from rsiwg import errors
from rsiwg.cli import stewards
from rsiwg.cli.parts import CLEAR, OTHER, command, day, geodata, group, rulebook


def _rules_list(options: argparse.Namespace) -> int:
    book = rulebook()
    for rule in book.restrictions:
        spans = ", ".join(f"{lim.in_force.start} to {lim.in_force.end or 'now'}" for lim in rule.limits)
        print(f"{rule.id:38} {rule.kind:19} {rule.status:17} {spans}")
    print(
        f"rulebook {book.version[:12]}, {len(book.restrictions)} restrictions, vouches for days {book.covers}"
    )
    return CLEAR


def _rules_show(options: argparse.Namespace) -> int:
    from rsiwg.geometry import area_km2

    book = rulebook()
    rule = next((r for r in book.restrictions if r.id == options.id), None)
    if rule is None:
        raise errors.NotFound(f"no restriction is called {options.id!r}: see rsiwg rules list")
    print(
        f"{rule.title}\n{rule.kind}, {rule.status}; {rule.marking}; read on {rule.verified_on}, confidence {rule.confidence}"
    )
    for limit in rule.limits:
        what = f"finest {limit.measure} {limit.finest_m:g} m" if limit.finest_m else limit.says
        meant = limit.component and f" ({limit.component} of the two directions)"
        meant = meant or (limit.plane and f" ({limit.plane} plane)") or ""
        sure = "" if limit.verified else " (unverified: decides nothing alone)"
        print(
            f"  {limit.in_force.start} to {limit.in_force.end or 'now'}: {what}{meant}{sure}\n    {limit.citation.source}\n    {limit.citation.url}"
        )
    for zone in rule.zones:
        print(
            f"  {'decides' if zone.decides else 'undetermined'}: {zone.title}, {area_km2(zone.area):,.0f} km²"
        )
    print(f"\n{rule.notes}" if rule.notes else "")
    return CLEAR


def _rules_validate(options: argparse.Namespace) -> int:
    from rsiwg.rulebook.validate import validate

    problems = validate(geodata(), today=options.today or dt.datetime.now(dt.UTC).date())
    for problem in problems:
        print(problem)
    print("the rulebook is sound" if not problems else f"{len(problems)} problems")
    return CLEAR if not problems else OTHER


def add(commands: Any) -> None:
    """Add these commands."""
    rules = group(commands, "rules", "What is held to be in force.")
    command(rules, "list", _rules_list, "List the restrictions.")
    command(rules, "show", _rules_show, "Show one restriction.").add_argument("id")
    command(
        rules, "validate", _rules_validate, "Check schema, periods, outlines, checksums and freshness."
    ).add_argument(
        "--today", type=day, metavar="DATE", help="judge freshness on this day (default: today, UTC)"
    )
    stewards.add(rules)
