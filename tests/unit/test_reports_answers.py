"""An answer of the regulation library as a terminal shows it."""

import datetime as dt
import json
from pathlib import Path

from rsiwg import casework
from rsiwg.reports import answer_text
from rsiwg.settings import Limits

EXAMPLES = Path(__file__).parents[2] / "examples" / "systems"
DAY = dt.date(2026, 12, 1)


def shown(book, question, example):
    body = json.loads((EXAMPLES / f"{example}.json").read_text("utf-8"))
    return answer_text(casework.ask(question, body, book, limits=Limits(), as_of=DAY))


def test_a_tier_is_called_one_and_shown_beside_its_sources(book):
    text = shown(book, "tier", "optical")
    assert text.startswith("TIER 1  (unverified)\n")
    beside = text.split("Beside PAN (panchromatic, 0.5 m):\n")[1].splitlines()
    assert beside[0].split() == [
        "system",
        "operator",
        "Part",
        "960",
        "finest",
        "m",
        "bands",
        "revisit",
        "h",
        "night",
        "offered",
        "known",
        "stands",
    ]
    rows = {line[2:24].strip(): line for line in beside[1:12]}
    assert rows["Pleiades Neo 3/4"].split()[3:] == [
        "Airbus",
        "no",
        "0.3",
        "?",
        "?",
        "?",
        "market",
        "high",
        "decides",
    ]
    assert rows["Cartosat-3"].endswith("if confirmed")
    assert max(len(line) for line in text.splitlines()) <= 115


def test_values_are_said_as_people_say_them(book):
    text = shown(book, "applies", "abroad")
    assert "Are the instruments in orbit of the Earth? Yes." in text
    assert "Is the operator a U.S. person? No." in text
    assert "control centre? Not said." in text
    assert "Inc..\n" not in text


def test_what_is_unverified_is_marked(book):
    text = shown(book, "completeness", "sar-draft")
    assert "(unverified: decides nothing alone)" in text
    settle = text.split("What would settle it:\n")[1].split("\n\n")[0].splitlines()
    assert "- compliance.affirmed" in settle
    assert "- licensee.name" not in settle
