"""Judges batches of scenes: which of them violate a restriction, which are undetermined, and in which words."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import attrs
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from rsiwg.checks.scope import Doubt, in_doubt, needs_of, same_name
from rsiwg.checks.words import metres, named, per_cent, sentence, square_kilometres
from rsiwg.domain import (
    NUMERIC_KINDS,
    Kind,
    Modality,
    Outcome,
    Period,
    PlaceIndex,
    Places,
    Restriction,
    Rulebook,
    Zone,
)
from rsiwg.geometry import EMPTY, Area, join, overlap, subtract
from rsiwg.screening.areas import footprint_areas_km2, overlaps_km2, shape_areas_km2
from rsiwg.screening.grid import Floats, Ints
from rsiwg.screening.index import ZoneIndex
from rsiwg.screening.join import find_pairs
from rsiwg.screening.rulings import Ruling, Terms, doubts_of_days, rulings
from rsiwg.screening.scenes import MODALITIES, Scenes, day_of, number_of

_LEAST_KM2 = 1.3e-10
"""One cell of the grid on which a check rounds outlines; an overlap below it is touching."""
_NO_PLACES = Places(
    countries=PlaceIndex(places=()), regions=PlaceIndex(places=()), land=PlaceIndex(places=()), seas=PlaceIndex(places=()),
    accuracy_m=0.0,
)  # fmt: skip

CONDITIONS = (Kind.LICENCE_CONDITIONS,)
"""Kinds that are counted, and do not make a scene restricted or undetermined."""


@attrs.frozen(kw_only=True, eq=False)
class Hit:
    """Findings of one kind in one place: the scenes that it concerns, and the numbers that differ between them."""

    check: str
    restriction: Restriction | None
    reading: str | None
    limit_m: float | None
    citation: str | None
    rows: Ints
    certain: NDArray[np.bool_]
    """A violation; the others are undetermined."""
    overlap_km2: Floats
    values_m: Floats
    says: Sequence[str]
    needs: Sequence[str]


@attrs.frozen(kw_only=True, eq=False)
class Judged:
    """What was found in one batch."""

    hits: tuple[Hit, ...]
    conditions: Counter[str]
    """Scenes by restriction whose licence must be read beside the answer."""
    areas_km2: Floats
    pairs: int


@attrs.frozen(kw_only=True, eq=False)
class _Ground:
    """An outline of the index: a zone of a restriction, or land of no agreed country."""

    outline: BaseGeometry
    restriction: Restriction | None
    zone: Zone


@attrs.frozen(kw_only=True, eq=False)
class Screener:
    """Everything needed to judge scenes; made once, sent to every worker once."""

    rulebook: Rulebook
    """Without its places."""
    grounds: tuple[_Ground, ...]
    index: ZoneIndex
    terms: Terms
    as_of: dt.date | None
    """The one day on which rules are judged; None: the days of each scene's acquisition."""
    compiled: bool = True

    @classmethod
    def of(
        cls,
        rulebook: Rulebook,
        terms: Terms,
        *,
        as_of: dt.date | None = None,
        cache: Path | None = None,
        compiled: bool = True,
    ) -> Self:
        """Index a rulebook; `cache` is a folder in which the index is kept between runs."""
        grounds = tuple(_grounds(rulebook))
        outlines = [ground.outline for ground in grounds]
        index = (
            ZoneIndex.build(outlines)
            if cache is None
            else ZoneIndex.cached(outlines, rulebook.version, cache)
        )
        return cls(
            rulebook=attrs.evolve(rulebook, places=_NO_PLACES), grounds=grounds, index=index, terms=terms, as_of=as_of,
            compiled=compiled,
        )  # fmt: skip

    def judge(self, scenes: Scenes) -> Judged:
        """Every violation and every doubt of a batch; refused scenes have neither."""
        accepted = np.ones(len(scenes), dtype=bool)
        accepted[list(scenes.refused)] = False
        areas = footprint_areas_km2(scenes.footprints)
        pairs = find_pairs(scenes.footprints, self.index, compiled=self.compiled)
        keep = accepted[pairs.rows]
        rows, zones = pairs.rows[keep], pairs.zones[keep]
        order = np.argsort(zones, kind="stable")
        rows, zones = rows[order], zones[order]
        begins = np.searchsorted(zones, np.arange(len(self.grounds) + 1))
        first, last = self._days(scenes)
        batch = _Batch(screener=self, scenes=scenes, areas=areas, first=first, last=last)
        hits: list[Hit] = list(batch.of_days(np.flatnonzero(accepted)))
        for n, ground in enumerate(self.grounds):
            at = rows[begins[n] : begins[n + 1]]
            if len(at):
                hits += batch.in_ground(n, ground, at)
        conditions: Counter[str] = Counter()
        for restriction in self.rulebook.restrictions:
            if restriction.worldwide and restriction.problem is None:
                hits += batch.anywhere(restriction, np.flatnonzero(accepted), conditions)
        return Judged(
            hits=tuple(hit for hit in hits if len(hit.rows)),
            conditions=conditions,
            areas_km2=areas,
            pairs=len(rows),
        )

    @property
    def steps(self) -> Ints:
        """Days on which something in the rulebook begins, ends or grows too old, sorted."""
        book = self.rulebook
        days = {book.covers.start, book.covers.end, *(layer.good_until for layer in book.layers)}
        for restriction in book.restrictions:
            days.add(restriction.vouched_until)
            days.update(
                day for limit in restriction.limits for day in (limit.in_force.start, limit.in_force.end)
            )
        return np.array(sorted(number_of(day) for day in days if day is not None), dtype=np.int64)

    def _days(self, scenes: Scenes) -> tuple[Ints, Ints]:
        if self.as_of is None:
            return scenes.first_day.astype(np.int64), scenes.last_day.astype(np.int64)
        day = np.full(len(scenes), number_of(self.as_of), dtype=np.int64)
        return day, day


def _groups(rows: Ints, keys: Ints) -> Iterator[Ints]:
    """Rows of equal key together, in order."""
    if not len(rows):
        return
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    begins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    for begin, end in zip(begins, np.r_[begins[1:], len(rows)], strict=True):
        yield rows[order[begin:end]]


def _grounds(rulebook: Rulebook) -> Iterator[_Ground]:
    """Every zone, disjoint within its restriction, and the land whose country is not agreed."""
    for restriction in rulebook.restrictions:
        before = EMPTY
        for zone in restriction.zones:
            shared = overlap(zone.area, before)
            area = subtract(zone.area, shared) if not shared.is_empty else zone.area
            if not area.is_empty:
                yield _Ground(outline=area, restriction=restriction, zone=zone)
            if len(restriction.zones) > 1:
                before = join((before, zone.area))
    for place in rulebook.places.countries.places:
        if not place.belongs_to_a_country:
            title = f"{place.name} ({place.note.rstrip('.')})" if place.note else place.name
            zone = Zone(reading="no country", title=title, area=place.area, decides=False)
            yield _Ground(outline=place.area, restriction=None, zone=zone)


@attrs.frozen(kw_only=True, eq=False)
class _Batch:
    screener: Screener
    scenes: Scenes
    areas: Floats
    first: Ints
    last: Ints

    # ---------------------------------------------------------------------------------- by the days

    def of_days(self, rows: Ints) -> Iterator[Hit]:
        """What makes whole days undetermined, wherever the ground lies."""
        for at in self._by_days(rows):
            first, last = day_of(self.first[at[0]]), day_of(self.last[at[0]])
            for finding in doubts_of_days(self.screener.rulebook, self.screener.terms, first, last):
                restriction = next(
                    (r for r in self.screener.rulebook.restrictions if r.id == finding.restriction), None
                )
                yield Hit(
                    check=finding.check,
                    restriction=restriction,
                    reading=None,
                    limit_m=None,
                    citation=finding.citation.source if finding.citation else None,
                    rows=at,
                    certain=np.zeros(len(at), dtype=bool),
                    overlap_km2=self.areas[at],
                    values_m=np.full(len(at), np.nan),
                    says=[finding.says] * len(at),
                    needs=["; ".join(finding.needs)] * len(at),
                )

    def _by_days(self, rows: Ints) -> Iterator[Ints]:
        """Rows by first and last day, but for those of spans in which nothing is in doubt."""
        steps = self.screener.steps
        spans = np.searchsorted(steps, self.first[rows], "right") * (len(steps) + 1) + np.searchsorted(
            steps, self.last[rows], "right"
        )
        for at in _groups(rows, spans):
            first, last = day_of(self.first[at[0]]), day_of(self.last[at[0]])
            if doubts_of_days(self.screener.rulebook, self.screener.terms, first, last):
                yield from _groups(at, self.first[at] * (1 << 32) + (self.last[at] - self.first[at]))

    # ---------------------------------------------------------------------------------- by the ground

    def in_ground(self, number: int, ground: _Ground, rows: Ints) -> Iterator[Hit]:
        """Findings for the scenes that meet one outline."""
        if ground.restriction is None:
            yield from self._with_overlap(
                number, ground, _Asked(rows=rows, check="country_is_known", doubts=(Doubt(says="", needs="a decision on whose land this is"),)),
            )  # fmt: skip
            return
        for limit in ground.restriction.limits:
            by_modality = rulings(ground.restriction, limit, self.screener.terms)
            at = rows[self._in_force(rows, limit.in_force)]
            for code, ruling in by_modality.items():
                concerned = at[self.scenes.modality[at] == code]
                if len(concerned):
                    for asked in self._asked(concerned, ruling, code, ground.zone):
                        yield from self._with_overlap(number, ground, asked)

    def anywhere(self, restriction: Restriction, rows: Ints, conditions: Counter[str]) -> Iterator[Hit]:
        """Findings of a restriction that holds all over the world."""
        zone = Zone(reading="worldwide", title="all ground", area=EMPTY, decides=True)
        for limit in restriction.limits:
            by_modality = rulings(restriction, limit, self.screener.terms)
            at = rows[self._in_force(rows, limit.in_force)]
            for code, ruling in by_modality.items():
                concerned = at[self.scenes.modality[at] == code]
                if not len(concerned):
                    continue
                if restriction.kind in CONDITIONS:
                    conditions[restriction.id] += len(concerned)
                    continue
                for asked in self._asked(concerned, ruling, code, zone):
                    yield from self._unproven(restriction, zone, asked)

    def _in_force(self, rows: Ints, period: Period) -> NDArray[np.bool_]:
        in_force = self.last[rows] >= number_of(period.start)
        if period.end is not None:
            in_force &= self.first[rows] < number_of(period.end)
        return in_force

    def _asked(self, rows: Ints, ruling: Ruling, code: int, zone: Zone) -> "Iterator[_Asked]":
        """The scenes that are finer than allowed, cannot be compared, or are concerned whatever their resolution."""
        doubts, kind = ruling.doubts_in(zone), ruling.restriction.kind
        if kind not in NUMERIC_KINDS:
            checks = {
                Kind.LIMITED_OPERATIONS: "limited_operations_directive",
                Kind.WITHHELD_AREA: "withheld_area",
                Kind.NON_EARTH_IMAGING: "non_earth_imaging",
            }
            if kind is Kind.WITHHELD_AREA:
                doubts = doubts or (Doubt(says="whether this ground is among them cannot be known here",
                                          needs="proof that the area lies outside the withheld areas, recorded by a steward"),)  # fmt: skip
            if kind is Kind.NON_EARTH_IMAGING:
                doubts = doubts or (Doubt(says="", needs="the owner's consent and the notice to Commerce"),)
            yield _Asked(rows=rows, check=checks[kind], doubts=doubts, ruling=ruling)
            return
        assert ruling.limit.finest_m is not None
        sar = code >= 0 and MODALITIES[code] is Modality.SAR
        values = (self.scenes.ipr_m if sar else self.scenes.gsd_m)[rows]
        stated = ~np.isnan(values)
        finer = stated & ~(ruling.comparable & (values >= ruling.limit.finest_m))
        if not ruling.comparable:
            what = named(MODALITIES[code]) if code >= 0 else "every modality it may have"
            doubts = (
                *doubts,
                Doubt(
                    says=f"the limit is a {named(ruling.limit.measure)} and cannot be compared with the resolution of {what}"
                ),
            )
        field = "impulse response" if sar else "ground sample distance"
        unstated = Doubt(says=f"the scene does not state its {field}", needs="ipr" if sar else "gsd")
        for at, why in ((finer, doubts), (~stated, (*doubts, unstated))):
            if at.any():
                yield _Asked(
                    rows=rows[at], check="finer_than_allowed", doubts=why, ruling=ruling, values=values[at],
                    modality=MODALITIES[code] if code >= 0 else None,
                )  # fmt: skip

    def _with_overlap(self, number: int, ground: _Ground, asked: "_Asked") -> Iterator[Hit]:
        rows = asked.rows
        shared = overlaps_km2(
            self.scenes.footprints, self.screener.index, rows, np.full(len(rows), number), self.areas
        )
        real = shared > _LEAST_KM2
        yield self._hit(ground.restriction, ground.zone, asked.some(real), shared[real])

    def _unproven(self, restriction: Restriction, zone: Zone, asked: "_Asked") -> Iterator[Hit]:
        """Without the ground that a steward has recorded as proven to lie outside, for this licensee."""
        licensee = self.screener.terms.licence.licensee
        proven: Area = join(
            p.area for p in restriction.proven if licensee is not None and same_name(p.licensee, licensee)
        )
        shared = self.areas[asked.rows]
        if not proven.is_empty:
            shapely.prepare(proven)
            shapes = self.scenes.footprints.shapes(asked.rows)
            shared = shared - shape_areas_km2(shapely.intersection(proven, shapes))
        real = shared > _LEAST_KM2
        yield self._hit(restriction, zone, asked.some(real), shared[real])

    # -------------------------------------------------------------------------------------- in words

    def _hit(self, restriction: Restriction | None, zone: Zone, asked: "_Asked", shared: Floats) -> Hit:
        limit = asked.ruling and asked.ruling.limit
        certain = np.full(len(asked.rows), not asked.doubts)
        before, after = _words(restriction, zone, asked)
        tail = in_doubt([d for d in asked.doubts if d.says]).replace("the request", "the run")
        numeric = asked.values is not None
        values = asked.values if asked.values is not None else np.full(len(asked.rows), np.nan)
        what = f" ({named(asked.modality)})" if asked.modality else ""
        says = []
        for km2, row, value in zip(shared.tolist(), asked.rows.tolist(), values.tolist(), strict=True):
            size = f"{square_kilometres(km2)} of the scene ({per_cent(km2 / self.areas[row])})"
            at = f"; the scene is at {metres(value)}{what}" if numeric and value == value else ""  # noqa: PLR0124  # NaN
            says.append(f"{before.replace('{size}', size)}{after}{at}.{tail}" if before else f"{after}{tail}")
        return Hit(
            check=asked.check,
            restriction=restriction,
            reading=zone.reading,
            limit_m=limit.finest_m if limit else None,
            citation=limit.citation.source if limit else None,
            rows=asked.rows,
            certain=certain,
            overlap_km2=shared,
            values_m=values,
            says=says,
            needs=["; ".join(needs_of(asked.doubts))] * len(asked.rows),
        )


@attrs.frozen(kw_only=True, eq=False)
class _Asked:
    """Scenes of which one entry of the rulebook says something."""

    rows: Ints
    check: str
    doubts: tuple[Doubt, ...]
    ruling: Ruling | None = None
    values: Floats | None = None
    modality: Modality | None = None

    def some(self, at: NDArray[np.bool_]) -> "_Asked":
        return attrs.evolve(self, rows=self.rows[at], values=None if self.values is None else self.values[at])


def _words(restriction: Restriction | None, zone: Zone, asked: _Asked) -> tuple[str, str]:
    """(with ``{size}`` where the ground is told, what follows); the first empty for a whole sentence without ground."""
    if asked.ruling is None or restriction is None:
        return "{size}", (
            f" are {zone.title}: this land belongs to no agreed country, so which rules and agreements reach it must be "
            "decided by people"
        )
    limit = asked.ruling.limit
    if restriction.kind in NUMERIC_KINDS:
        assert limit.finest_m is not None
        allowed = f"the finest {named(limit.measure)} allowed is {metres(limit.finest_m)}"
        if restriction.worldwide:
            return "{size}", f" lie where, as anywhere, {allowed}"
        return "{size}", f" lie in {zone.title}, where {allowed}"
    if restriction.kind is Kind.LIMITED_OPERATIONS:
        return "{size}", f" lie in {zone.title}, where by {restriction.title} {limit.says}"
    return "", sentence(limit.says)


def outcome_of(certain: bool) -> Outcome:
    """Of one finding."""
    return Outcome.CONFLICT if certain else Outcome.INDETERMINATE
