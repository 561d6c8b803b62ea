"""Restrictions: one TOML file each, with its outline by name from the layers."""

import datetime as dt
import hashlib
import itertools
from collections.abc import Mapping
from pathlib import Path

import attrs
import shapely

from rsiwg.domain import (
    NUMERIC_KINDS,
    Activity,
    Binds,
    Citation,
    Component,
    Kind,
    Limit,
    Measure,
    Modality,
    Period,
    Plane,
    ProvenArea,
    RecipientKind,
    Restriction,
    Status,
    Zone,
)
from rsiwg.errors import InvalidGeometry
from rsiwg.geometry import EMPTY, Area, circle, join, subtract, widen
from rsiwg.rulebook.layers import LayerFile, areas_of
from rsiwg.rulebook.tables import Table, read_table

BAND = "accuracy band"
"""Reading name of the ring outside the widest reading in which the layer cannot place the edge."""


@attrs.frozen(kw_only=True)
class _Outline:
    """A zone as written, with how well its edge is known."""

    zone: Zone
    accuracy_m: float


def read_restriction(
    folder: Path, slug: str, layers: Mapping[str, LayerFile | None], review_after_days: int
) -> Restriction:
    """Read ``restrictions/<slug>.toml``.  Raises RulebookUnusable when it is wrong.

    An outline that cannot be had (its layer is missing, altered, or lacks the feature) becomes the
    restriction's `problem`, which makes answers undetermined.
    """
    path = folder / "restrictions" / f"{slug}.toml"
    table = read_table(path, f"restrictions/{slug}.toml")
    verified_on = table.day("verified_on")
    worldwide = table.flag("worldwide", False)
    zone_tables, proven_tables = table.tables("zone"), table.tables("proven")
    outlines, used, problem = _outlines(zone_tables, layers)
    proven, more_used, proven_problem = _proven(proven_tables, layers)
    problem = problem or proven_problem
    limits = tuple(_limit(t) for t in table.tables("limit"))
    if worldwide == bool(zone_tables):
        raise table.wrong("zone", "is needed, unless worldwide = true is said instead")
    if not limits:
        raise table.wrong("limit", "is missing: give at least one dated entry")
    _refuse_overlapping_periods(table, limits)
    kind = table.one_of("kind", Kind)
    if any((limit.finest_m is None) == (kind in NUMERIC_KINDS) for limit in limits):
        raise table.wrong(
            "limit",
            f"of kind {kind} must {'give finest_m' if kind in NUMERIC_KINDS else 'say in words what applies'}",
        )
    zones = () if problem else (*(o.zone for o in outlines), *_band(outlines))
    shapely.prepare([zone.area for zone in zones])
    restriction = Restriction(
        id=slug,
        version=_version(path, [_hash_of(layers[n]) for n in sorted(used | more_used)]),
        title=table.text("title"),
        kind=kind,
        status=table.one_of("status", Status),
        binds=_binds(table.table("binds")),
        zones=zones,
        worldwide=worldwide,
        limits=tuple(sorted(limits, key=lambda limit: limit.in_force.start)),
        accuracy_m=max((o.accuracy_m for o in outlines), default=0.0),
        verified_on=verified_on,
        vouched_until=verified_on + dt.timedelta(days=review_after_days),
        confidence=table.text("confidence"),
        marking=table.text("marking"),
        steward=table.text("steward"),
        notes=table.text("notes", "").strip(),
        proven=proven,
        problem=problem,
    )
    table.done()
    return restriction


def _outlines(
    tables: tuple[Table, ...], layers: Mapping[str, LayerFile | None]
) -> tuple[list[_Outline], set[str], str | None]:
    outlines: list[_Outline] = []
    used: set[str] = set()
    problem = None
    for table in tables:
        reading, title, decides = table.text("reading"), table.text("title"), table.flag("decides")
        doubt = table.text("doubt", "")
        if not decides and not doubt:
            raise table.wrong("doubt", "is missing: say why this reading does not decide")
        area, layer_name, why_not = _area(table, layers)
        source = layers[layer_name] if layer_name else None
        accuracy_m = table.number("accuracy_m", source.layer.accuracy_m if source else 0.0)
        table.done()
        used |= {layer_name} if layer_name else set()
        problem = problem or why_not
        outlines.append(
            _Outline(
                zone=Zone(reading=reading, title=title, area=area, decides=decides, doubt=doubt),
                accuracy_m=accuracy_m,
            )
        )
    return outlines, used, problem


def _area(table: Table, layers: Mapping[str, LayerFile | None]) -> tuple[Area, str | None, str | None]:
    """(area, layer used, problem) of a zone: features of a layer, or a circle."""
    name = table.text("layer", "")
    if not name:
        ring = table.table("circle")
        lon_deg, lat_deg, radius_m = (ring.coordinate(k) for k in ("lon_deg", "lat_deg", "radius_m"))
        ring.done()
        try:
            return circle(lon_deg, lat_deg, radius_m), None, None
        except InvalidGeometry as exc:
            raise table.wrong("circle", str(exc)) from None
    features = table.texts("features")
    if name not in layers:
        raise table.wrong("layer", f"names {name!r}, which rulebook.toml does not list")
    source = layers[name]
    if source is None:
        return EMPTY, None, f"the layer {name} is missing."
    if source.layer.problem:
        return EMPTY, name, source.layer.problem
    missing = [f for f in features if f not in source.features]
    if missing or not features:
        return EMPTY, name, f"{source.layer.title}: the feature {', '.join(missing) or 'name'} is missing."
    areas = areas_of(source, features)
    return (areas[0] if len(areas) == 1 else join(areas)), name, None


def _band(outlines: list[_Outline]) -> tuple[Zone, ...]:
    """The ring outside every reading within which the edge may really lie."""
    if not outlines or all(o.accuracy_m == 0 for o in outlines):
        return ()
    inside = join(o.zone.area for o in outlines)
    outside = subtract(join(widen(o.zone.area, o.accuracy_m) for o in outlines), inside)
    widest = max(o.accuracy_m for o in outlines)
    return (
        Zone(
            reading=BAND,
            title=f"the strip within {widest:,.0f} m outside the outline held here",
            area=outside,
            decides=False,
            doubt="the outline is not accurate enough to say on which side of the edge this ground lies",
            is_band=True,
        ),
    )


def _proven(
    tables: tuple[Table, ...], layers: Mapping[str, LayerFile | None]
) -> tuple[tuple[ProvenArea, ...], set[str], str | None]:
    proven: list[ProvenArea] = []
    used: set[str] = set()
    problem = None
    for table in tables:
        licensee, document = table.text("licensee"), table.text("document")
        area, layer_name, why_not = _area(table, layers)
        table.done()
        used |= {layer_name} if layer_name else set()
        problem = problem or why_not
        proven.append(ProvenArea(licensee=licensee, area=area, document=document))
    return tuple(proven), used, problem


def _binds(table: Table) -> Binds:
    modalities = table.some_of("modalities", Modality)
    binds = Binds(
        part_960=table.flag("part_960"),
        tiers=table.tiers(),
        licensees=table.texts("licensees", ()),
        modalities=modalities,
        comparable=table.some_of("comparable", Modality, tuple(modalities)),
        activities=table.some_of("activities", Activity),
        unsettled_activities=table.some_of("unsettled_activities", Activity, ()),
        unsettled_why=table.text("unsettled_why", ""),
        except_recipients=table.some_of("except_recipients", RecipientKind, ()),
    )
    table.done()
    return binds


def _limit(table: Table) -> Limit:
    start = table.day("start")
    verified = table.flag("verified")
    verified_on = table.day("verified_on", None)
    if verified != (verified_on is not None):
        raise table.wrong("verified_on", "belongs to a verified entry, and only to one")
    citation = table.table("citation")
    cited = Citation(source=citation.text("source"), url=citation.text("url"))
    citation.done()
    try:
        in_force = Period(start, table.day("end", None))
    except ValueError as exc:
        raise table.wrong("end", str(exc)) from None
    finest_m = table.number("finest_m", None)
    if finest_m == 0:
        raise table.wrong("finest_m", "must be more than 0")
    says = table.text("says", "")
    if (finest_m is None) == (not says):
        raise table.wrong("finest_m", "or says is needed, and not both")
    measure = table.one_of("measure", Measure, "gsd")
    component = table.maybe_one_of("component", Component)
    plane = table.maybe_one_of("plane", Plane)
    if component is not None and (finest_m is None or measure is not Measure.GSD):
        raise table.wrong("component", "belongs to a number that is a gsd")
    if plane is not None and (finest_m is None or measure is not Measure.IPR):
        raise table.wrong("plane", "belongs to a number that is an ipr")
    limit = Limit(
        in_force=in_force,
        finest_m=finest_m,
        measure=measure,
        component=component,
        plane=plane,
        verified=verified,
        verified_on=verified_on,
        says=says,
        citation=cited,
    )
    table.done()
    return limit


def _refuse_overlapping_periods(table: Table, limits: tuple[Limit, ...]) -> None:
    ordered = sorted((limit.in_force for limit in limits), key=lambda period: period.start)
    for earlier, later in itertools.pairwise(ordered):
        if earlier.meet(later):
            raise table.wrong("limit", f"has two entries for {later.start}: their periods overlap")


def _hash_of(source: LayerFile | None) -> str:
    return "" if source is None else source.layer.sha256


def _version(path: Path, layer_hashes: list[str]) -> str:
    digest = hashlib.sha256(path.read_bytes())
    for layer_hash in layer_hashes:
        digest.update(layer_hash.encode())
    return digest.hexdigest()[:12]
