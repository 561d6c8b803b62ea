"""From pydantic's findings to sentences that name the field and the fix."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from rsiwg.intake.shown import shown
from rsiwg.intake.strict_json import kind_of

_METRES = "give a number of metres greater than 0, such as 0.31"
_YES_OR_NO = "give true or false"
_GIVE = {
    "kind": 'give "imaging"',
    "schema_version": "give 1, or leave it out",
    "reference": 'give your own reference of 1 to 100 characters, such as "DEMO-1"',
    "applicant": 'give an object such as {"name": "Example Imaging Inc.", "country": "US", "us_person": true}',
    "name": "give a name of 1 to 200 characters",
    "country": 'give the two-letter ISO 3166 code, such as "US"',
    "us_person": _YES_OR_NO,
    "operated_from_us": _YES_OR_NO,
    "sensor": 'give an object such as {"modality": "panchromatic", "gsd_m": 0.31}',
    "sensors": "give a list of 1 to 20 sensors",
    "modality": "give how it senses",
    "gsd_m": _METRES,
    "ipr_m": _METRES,
    "ipr_range_m": _METRES,
    "ipr_azimuth_m": _METRES,
    "ipr_plane": 'give "ground" or "slant"',
    "max_off_nadir_deg": "give a number of degrees from 0 to under 90, such as 30",
    "product": 'give an object such as {"gsd_m": 0.40}, or leave it out',
    "inside": 'give a list of pieces such as {"aoi": …, "gsd_m": 2.0}',
    "licence": 'give an object such as {"part_960": true, "tier": 1}, or leave it out',
    "part_960": _YES_OR_NO,
    "tier": "give the number 1, 2 or 3, without quotation marks, or leave it out",
    "licensee": "give the name of the licence holder",
    "recipient": 'give an object such as {"kind": "commercial", "name": "Example Maps Ltd."}, or leave it out',
    "activity": 'give a list with "collect", "disseminate" or both',
    "collection": 'give an object such as {"start": "2025-01-01", "end": "2025-12-31"}',
    "start": 'give the first day as YYYY-MM-DD, such as "2025-01-01"',
    "end": 'give the last day, which is included, as YYYY-MM-DD, such as "2025-12-31"',
    "recipient.kind": "give what kind of recipient it is",
    "exercise": _YES_OR_NO,
    "aoi": "give the area: GeoJSON, text such as WKT or a list of coordinates, or a point with a radius",
    "aoi_choose": 'give the key of one area from the list, such as "2", or "all"',
}
_ALIASES = {
    "resolution": "gsd_m", "resolution_m": "gsd_m", "gsd": "gsd_m", "ipr": "ipr_m", "license": "licence",
    "geometry": "aoi", "area": "aoi", "dates": "collection", "period": "collection", "type": "kind",
    "customer": "recipient", "activities": "activity", "off_nadir": "max_off_nadir_deg", "id": "reference",
}  # fmt: skip


def path_of(loc: Iterable[str | int]) -> str:
    """A field path as the sender knows it: ``sensors[0].gsd_m``."""
    path = ""
    for step in loc:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{shown(step)}" if path else shown(step)
    return path or "body"


def problems_of(
    error: ValidationError, fields: Mapping[str, tuple[str, ...]], hints: Mapping[str, str] = _GIVE
) -> dict[str, str]:
    """Every problem, by field path.

    `fields` has the known keys of each object, by its name ("" at the top); `hints` says what to give, by
    ``owner.field`` or ``field``.
    """
    problems: dict[str, str] = {}
    for found in error.errors(include_url=False):
        loc = tuple(found["loc"])
        at = found.get("ctx", {}).get("field")
        path = path_of((*loc, at) if at else loc)
        problems.setdefault(path, _sentence(found, loc, fields, hints))
    return problems


def _sentence(
    found: Any,
    loc: tuple[str | int, ...],
    fields: Mapping[str, tuple[str, ...]],
    hints: Mapping[str, str],
) -> str:
    kind, ctx = found["type"], found.get("ctx", {})
    names = [step for step in loc if isinstance(step, str)]
    give = hints.get(".".join(names[-2:]), hints.get(names[-1] if names else "", "correct it"))
    if kind == "rsiwg":
        return str(found["msg"])
    if kind == "missing":
        return f"this is missing: {give}"
    if kind == "extra_forbidden":
        return _unknown(names, fields)
    if kind in ("enum", "literal_error"):
        return _not_one_of(found["input"], str(ctx.get("expected", "")), give)
    if kind in ("too_short", "too_long", "string_too_short", "string_too_long"):
        return give
    if isinstance(loc[-1] if loc else None, int):
        return f"this entry cannot be read, since it is {kind_of(found['input'])}: {give}"
    return f"{give}; this is {kind_of(found['input'])}"


def _unknown(names: list[str], fields: Mapping[str, tuple[str, ...]]) -> str:
    key, owner = names[-1], names[-2] if len(names) > 1 else ""
    known = fields.get(owner, ())
    alias = _ALIASES.get(key.lower())
    near = [alias] if alias in known else difflib.get_close_matches(key.lower(), known, n=1)
    where = f"in {owner}" if owner else "at the top of a request"
    if near:
        return f'there is no such field {where}; did you mean "{near[0]}"?'
    return f"there is no such field {where}: remove it (known there: {', '.join(known)})"


def _not_one_of(given: object, expected: str, give: str) -> str:
    options = [option.strip(" '\"") for option in expected.replace(" or ", ",").split(",") if option.strip()]
    near = difflib.get_close_matches(given.lower(), options, n=1) if isinstance(given, str) else []
    hint = f'; did you mean "{near[0]}"?' if near and near[0] != given else ""
    if not all(option in give for option in options):
        give = f"{give} ({', '.join(options[:-1])} or {options[-1]})"
    return f"{kind_of(given)} is not known here: {give}{hint}"
