"""Screenings as text, tables, a diagram of owners and a one-page referral."""

import csv
import datetime as dt
import io
import textwrap
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import jinja2

from rsiwg import resources
from rsiwg.domain import in_full
from rsiwg.reports.tables import cell
from rsiwg.reports.words import plain

_WIDTH = 92
ANSWERS = {
    "hit": "Match to decide", "review": "To review", "undetermined": "Undetermined", "no_match": "No match",
}  # fmt: skip
ANSWER_LOOKS = {
    "hit": "conflict",
    "review": "condition",
    "undetermined": "indeterminate",
    "no_match": "indeterminate",
}
"""No match clears nobody, and does not look as if it did."""

COLUMNS = (
    "party", "role", "answer", "hits", "score", "strength", "state", "list", "entry", "listed_name", "matched_name",
    "programmes", "federal_register", "why", "lists_retrieved_on", "lists_version", "as_of",
)  # fmt: skip


def screening_text(document: Mapping[str, Any]) -> str:
    """A screening for a terminal: the answer first, then hits, owners, places, referrals."""
    lines = [ANSWERS[document["answer"]].upper(), *_wrapped(document["says"])]
    lists = document["lists"]
    if lists:
        counts = ", ".join(f"{code} {count:,}" for code, count in lists["counts"].items())
        lines += _wrapped(f"Lists: {counts}; retrieved on {lists['retrieved_on']}, {lists['age_days']} days old; version {lists['version'][:12]}.")  # fmt: skip
    lines += _wrapped(
        f"As of {document['as_of']}; {len(document['parties'])} parties; rulebook {document['rulebook'][:12]}."
    )
    for hit in document["hits"]:
        lines += _hit_lines(hit)
    for title, key in (("Ownership", "ownership"), ("Places", "destinations")):
        if document[key]:
            lines += ["", f"{title}:"]
            for each in document[key]:
                lines += _wrapped(f"- {plain(each['says'])}", "  ")
    if document["items"]:
        lines += ["", "Items:"]
        for item in document["items"]:
            what = (
                f"{item['register']} {item['arms_category']}, {item['title']}"
                if item["arms_category"]
                else "no category held"
            )
            lines += _wrapped(
                f"- {plain(item['category'])}: {what}"
                + ("" if item["verified"] in {True, None} else " (unverified)"),
                "  ",
            )
    if document["referrals"]:
        lines += ["", "Referrals that are proposed:"]
        for each in document["referrals"]:
            lines += _wrapped(f"- {each['addressee']}, by {each['due_on']}: {each['why']}", "  ")
    for title, texts in (
        ("Mind", document["warnings"]),
        ("Rows kept apart", [f"row {r['row']}: {r['why']}" for r in document["rejected"]]),
    ):
        if texts:
            lines += ["", f"{title}:"]
            for text in texts:
                lines += _wrapped(f"- {plain(text)}", "  ")
    return "\n".join(lines) + "\n"


def _hit_lines(hit: Mapping[str, Any]) -> list[str]:
    entry = hit["entry"]
    lines = [
        "",
        *_wrapped(
            f"{hit['score']:.4g}  {hit['strength']}, {hit['state'].replace('_', ' ')}: {plain(hit['party_name'])}"
        ),
    ]
    more = "; ".join(filter(None, (", ".join(entry["programmes"]), ", ".join(entry["federal_register"]))))
    lines += _wrapped(
        f"{entry['list']} {entry['id']}: {plain(hit['listed_name'])}" + (f" ({more})" if more else ""),
        "  ",
        "  ",
    )
    for feature in hit["features"]:
        lines += _wrapped(
            f"- {feature['name']} {feature['effect']:+.4g}: {plain(feature['says'])}", "    ", "  "
        )
    return lines


def screening_csv(document: Mapping[str, Any]) -> str:
    """One row per hit, and one per party without any; safe from formulas, with a byte order mark for Excel."""
    lists = document["lists"] or {"retrieved_on": None, "version": None}
    tail = [lists["retrieved_on"], lists["version"], document["as_of"]]
    rows: list[list[Any]] = []
    for party in document["parties"]:
        hits = [h for h in document["hits"] if h["party"] == party["id"]]
        for hit in hits:
            entry = hit["entry"]
            rows.append([
                party["name"], party["role"], "hit" if hit["strength"] == "strong" else "review", len(hits), hit["score"],
                hit["strength"], hit["state"], entry["list"], entry["id"], hit["listed_name"], hit["party_name"],
                "; ".join(entry["programmes"]), "; ".join(entry["federal_register"]),
                " ".join(f["says"] for f in hit["features"]), *tail,
            ])  # fmt: skip
        if not hits:
            answer = (
                "no_match" if document["lists"] and document["answer"] != "undetermined" else "undetermined"
            )
            rows.append([party["name"], party["role"], answer, 0, *[None] * 10, *tail])
    rows += [
        [None, None, "not read", 0, *[None] * 9, f"row {r['row']}: {r['why']}", *tail]
        for r in document["rejected"]
    ]
    return table(COLUMNS, rows)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table for spreadsheets (RFC 4180)."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()


RETURN_COLUMNS = (
    "year", "request", "reference", "received_on", "register", "category", "title", "description", "quantity",
    "destination", "end_users", "verified",
)  # fmt: skip


def transparency_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """The yearly return as a table."""
    return table(RETURN_COLUMNS, [[row[c] for c in RETURN_COLUMNS] for row in rows])


def transparency_text(rows: Sequence[Mapping[str, Any]], doubts: Sequence[str], year: int) -> str:
    """The yearly return in sentences."""
    if not rows:
        lines = _wrapped(
            f"No request received in {year} holds an item in a category of conventional arms, as far as categories are held."
        )
    else:
        requests = len({row["request"] for row in rows})
        lines = _wrapped(
            f"{len(rows)} items of {requests} requests received in {year} are in a category of conventional arms."
        )
        for key in sorted({(row["register"], row["category"], row["title"]) for row in rows}):
            mine = [row for row in rows if (row["register"], row["category"], row["title"]) == key]
            known = sum(row["quantity"] or 0 for row in mine)
            unknown = sum(row["quantity"] is None for row in mine)
            more = f", and {unknown} without a quantity" if unknown else ""
            lines += _wrapped(f"- {key[0]} {key[1]}, {key[2]}: {known}{more}", "  ")
    if doubts:
        lines += ["", "Mind:"]
        for doubt in doubts:
            lines += _wrapped(f"- {doubt}", "  ")
    return "\n".join(lines) + "\n"


def referral_html(
    referral: Mapping[str, Any],
    document: Mapping[str, Any],
    *,
    request_id: str,
    reference: str,
    nonce: str | None = None,
) -> str:
    """A referral on one page, to print or to send."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources.TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(plain=plain, in_full=lambda text: in_full(dt.date.fromisoformat(text[:10])))
    return environment.get_template("parties/referral.html").render(
        referral=referral, document=document, request_id=request_id, reference=reference, nonce=nonce
    )


# The diagram of owners.

_BOX, _TALL, _GAP_X, _GAP_Y, _EDGE = 210, 56, 40, 58, 12


def chain_svg(owned: Mapping[str, Any]) -> str:
    """The chain of owners that decided, listed owners on top; its title and description say the same in words."""
    names = {link[end]: link[f"{end}_name"] for link in owned["chain"] for end in ("owner", "owned")}
    heads = {each["id"] for each in owned["listed_owners"]}
    level = _levels(owned["chain"], owned["party"])
    rows: dict[int, list[str]] = {}
    for party in sorted(level):
        rows.setdefault(level[party], []).append(party)
    deepest, widest = max(rows, default=0), max((len(r) for r in rows.values()), default=1)
    width = widest * _BOX + (widest - 1) * _GAP_X + 2 * _EDGE
    height = (deepest + 1) * _TALL + deepest * _GAP_Y + 2 * _EDGE
    place: dict[str, tuple[float, float]] = {}
    for depth, row in rows.items():
        start = (width - len(row) * _BOX - (len(row) - 1) * _GAP_X) / 2
        for n, party in enumerate(row):
            # The party asked about is at the bottom.
            place[party] = (start + n * (_BOX + _GAP_X), _EDGE + (deepest - depth) * (_TALL + _GAP_Y))
    lines, boxes = [], []
    for link in owned["chain"]:
        (x1, y1), (x2, y2) = place[link["owner"]], place[link["owned"]]
        share = "share not known" if link["percent"] is None else f"{link['percent']:.4g} %"
        x1, x2 = x1 + _BOX / 2, x2 + _BOX / 2
        y1 = y1 + _TALL
        lines.append(
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2 - 6:g}" stroke="#1b1b1b" stroke-width="1.5" marker-end="url(#arrow)"/>'
            f'<text x="{(x1 + x2) / 2 + 6:g}" y="{(y1 + y2) / 2 + 4:g}" font-size="13" font-weight="700">{escape(share)}</text>'
        )
    for party, (x, y) in place.items():
        is_head = party in heads
        look = (
            'fill="#fbeaea" stroke="#b50909" stroke-width="3"'
            if is_head
            else 'fill="#fff" stroke="#565c65" stroke-width="1.5"'
        )
        under = (
            "on a list"
            if is_head
            else ("asked about" if party == owned["party"] else "reached through owners")
        )
        name = plain(names.get(party, party))
        short = name if len(name) <= 28 else f"{name[:27]}…"
        boxes.append(
            f'<g><rect x="{x:g}" y="{y:g}" width="{_BOX}" height="{_TALL}" rx="3" {look}/>'
            f'<text x="{x + _BOX / 2:g}" y="{y + 24:g}" text-anchor="middle" font-size="14" font-weight="700">{escape(short)}</text>'
            f'<text x="{x + _BOX / 2:g}" y="{y + 43:g}" text-anchor="middle" font-size="12">{under}</text></g>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-label="{escape(plain(owned["says"]), quote=True)}" font-family="Public Sans, Arial, sans-serif">'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#1b1b1b"/></marker></defs>'
        f"{''.join(lines)}{''.join(boxes)}</svg>"
    )


def _levels(chain: Sequence[Mapping[str, Any]], party: str) -> dict[str, int]:
    """How many links above the party each owner stands, by the shortest way."""
    level = {party: 0}
    waiting = [party]
    while waiting:
        owned = waiting.pop(0)
        for link in chain:
            if link["owned"] == owned and link["owner"] not in level:
                level[link["owner"]] = level[owned] + 1
                waiting.append(link["owner"])
    return level


def _wrapped(text: str, later: str = "", first: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=later) or [first]
