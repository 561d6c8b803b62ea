"""Validates geodata/ as a whole: schema, periods, outlines, checksums, freshness."""

import datetime as dt
import itertools
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import jsonschema
import shapely

from rsiwg.domain import Restriction, Rulebook, Topic
from rsiwg.domain.availability import Catalogue
from rsiwg.errors import RulebookUnusable
from rsiwg.geometry import Area, area_km2, overlap
from rsiwg.rulebook.layers import read_layer
from rsiwg.rulebook.load import load

_AREA_TOLERANCE = 1e-6
"""Of the stated area of a layer, which is rounded to 1 km²."""
_OVERLAP_TOLERANCE_KM2 = 0.01


def validate(folder: Path, *, today: dt.date) -> tuple[str, ...]:
    """Every problem of a rulebook, in sentences that name the file; none when it is sound."""
    problems = list(_against_schemas(folder))
    try:
        book = load(folder)
    except RulebookUnusable as exc:
        return (*problems, str(exc))
    problems += book.problems
    problems += [f"layers/{layer.name}: {layer.problem}" for layer in book.layers if layer.problem]
    for layer in book.layers:
        if not layer.problem:
            problems += _outlines(folder, layer.name)
    for restriction in book.restrictions:
        problems += _restriction(restriction, today)
    for topic in book.regulation.topics.values():
        problems += _topic(topic, today)
    problems += _catalogue(book.availability, today)
    return (*problems, *_freshness(book, folder, today))


def _against_schemas(folder: Path) -> Iterator[str]:
    for kind, schema in (
        ("restrictions", "restriction"),
        ("layers", "layer"),
        ("regulation", "regulation"),
        ("availability", "availability"),
    ):
        rules = json.loads((folder / "schema" / f"{schema}.schema.json").read_text("utf-8"))
        validator = jsonschema.Draft202012Validator(rules, format_checker=jsonschema.FormatChecker())
        for path in sorted((folder / kind).glob("*.toml")):
            try:
                document = _plain(tomllib.loads(path.read_text("utf-8")))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
                yield f"{kind}/{path.name}: not valid TOML: {exc}"
                continue
            for error in validator.iter_errors(document):
                yield f"{kind}/{path.name}: {'.'.join(map(str, error.absolute_path)) or 'file'}: {error.message}"


def _outlines(folder: Path, name: str) -> Iterator[str]:
    card = read_layer(folder, name)
    frame = geopandas.read_file(folder / "layers" / f"{name}.gpkg", engine="pyogrio")
    where = f"layers/{name}.gpkg"
    if frame.crs is None or frame.crs.to_epsg() != 4326:
        yield f"{where}: must be in WGS 84 longitude and latitude (EPSG:4326)"
    for slug, shape in zip(frame["feature"], frame.geometry, strict=True):
        if not shape.is_valid:
            yield f"{where}: {slug}: {shapely.is_valid_reason(shape)}"
    total = sum(area_km2(place.area) for place in card.features.values())
    if abs(total - card.stated_area_km2) > max(1.0, _AREA_TOLERANCE * card.stated_area_km2):
        yield f"{where}: covers {total:,.0f} km², and {card.stated_area_km2:,.0f} km² are stated"


def _restriction(restriction: Restriction, today: dt.date) -> Iterator[str]:
    where = f"restrictions/{restriction.id}.toml"
    if restriction.problem:
        yield f"{where}: {restriction.problem}"
    read = [
        restriction.verified_on,
        *(limit.verified_on for limit in restriction.limits if limit.verified_on),
    ]
    if max(read) > today:
        yield f"{where}: verified_on {max(read)} lies in the future"
    for one, other in itertools.combinations(restriction.zones, 2):
        shared = area_km2(overlap(one.area, other.area)) if _meet(one.area, other.area) else 0.0
        if shared > _OVERLAP_TOLERANCE_KM2:
            yield f"{where}: the zones {one.reading!r} and {other.reading!r} overlap by {shared:.2f} km²"


def _topic(topic: Topic, today: dt.date) -> Iterator[str]:
    where = f"regulation/{topic.name}.toml"
    read = [day for day in (topic.read_on, *(e.verified_on for e in topic.entries)) if day is not None]
    if max(read) > today:
        yield f"{where}: a day of reading, {max(read)}, lies in the future"
    if trouble := topic.trouble(today):
        yield f"{where}: {trouble}"


def _catalogue(catalogue: Catalogue, today: dt.date) -> Iterator[str]:
    if catalogue.read_on is not None and catalogue.read_on > today:
        yield f"availability: read_on {catalogue.read_on} lies in the future"
    if catalogue.read_on is not None and (trouble := catalogue.trouble(today)):
        yield f"availability: {trouble}"


def _freshness(book: Rulebook, folder: Path, today: dt.date) -> Iterator[str]:
    read_on = tomllib.loads((folder / "rulebook.toml").read_text("utf-8"))["read_on"]
    if read_on > today:
        yield f"rulebook.toml: read_on {read_on} lies in the future"
    if today not in book.covers:
        yield f"rulebook.toml: it does not vouch for today, {today}: go through the sources again and set read_on"
    for layer in book.layers:
        if layer.retrieved_on > today:
            yield f"layers/{layer.name}.toml: retrieved_on {layer.retrieved_on} lies in the future"
        if layer.good_until <= today:
            yield f"layers/{layer.name}.toml: stale since {layer.good_until}"
    for restriction in book.restrictions:
        standing = any(today in limit.in_force for limit in restriction.limits)
        if standing and restriction.vouched_until <= today:
            yield f"restrictions/{restriction.id}.toml: its source was last read on {restriction.verified_on}"


def _meet(one: Area, other: Area) -> bool:
    return bool(shapely.box(*one.bounds).intersects(shapely.box(*other.bounds)))


def _plain(value: Any) -> Any:
    """TOML days as the texts that JSON Schema knows."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, dt.date) else value
