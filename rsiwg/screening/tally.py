"""Counts of a run: by rule, by sensor, by month, by square on the map.  They add up, whatever the order."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs
import numpy as np

from rsiwg.screening.judge import Judged
from rsiwg.screening.scenes import NO_DAY, Scenes

MOST_SENSORS = 1000
OTHER_SENSORS = "other sensors"
VERDICTS = ("restricted", "undetermined", "clear")


def worst_by_row(judged: Judged, count: int) -> np.ndarray[Any, np.dtype[np.int8]]:
    """By scene: 0 restricted, 1 undetermined, 2 clear, as places in `VERDICTS`."""
    worst = np.full(count, 2, dtype=np.int8)
    for hit in judged.hits:
        worst[hit.rows] = np.minimum(worst[hit.rows], np.where(hit.certain, 0, 1))
    return worst


@attrs.define(kw_only=True)
class Tally:
    """Counts of scenes; mutable, since it only ever grows."""

    scenes: int = 0
    rejected: int = 0
    findings: int = 0
    verdicts: Counter[str] = attrs.field(factory=Counter)
    conditions: Counter[str] = attrs.field(factory=Counter)
    """Scenes by restriction whose licence must be read beside the answer."""
    rules: dict[str, dict[str, float]] = attrs.field(factory=dict)
    """By restriction, or by check where there is none: scenes restricted and undetermined, km2 concerned."""
    sensors: dict[str, Counter[str]] = attrs.field(factory=lambda: defaultdict(Counter))
    months: dict[str, Counter[str]] = attrs.field(factory=lambda: defaultdict(Counter))
    squares: dict[str, Counter[str]] = attrs.field(factory=lambda: defaultdict(Counter))
    """By square of 1 degree, as "lon lat" of its south-west corner; only scenes that are not clear."""

    @classmethod
    def of(cls, scenes: Scenes, judged: Judged) -> Self:
        """Count one batch."""
        made = cls(scenes=len(scenes), rejected=len(scenes.refused), conditions=Counter(judged.conditions))
        accepted = np.ones(len(scenes), dtype=bool)
        accepted[list(scenes.refused)] = False
        worst = worst_by_row(judged, len(scenes))
        for n, verdict in enumerate(VERDICTS):
            made.verdicts[verdict] = int(np.count_nonzero(accepted & (worst == n)))
        for sensor, verdicts in _counted(np.array(scenes.sensors, dtype=object), worst, accepted):
            made.sensors[sensor or "not said"] += verdicts
        months = (scenes.first_day.astype("datetime64[D]").astype("datetime64[M]")).astype(str).astype(object)
        months[scenes.first_day == NO_DAY] = "not said"
        for month, verdicts in _counted(months, worst, accepted):
            made.months[month] += verdicts
        made._count_squares(scenes, worst, accepted)
        for hit in judged.hits:
            made.findings += len(hit.rows)
            rule = made.rules.setdefault(hit.restriction.id if hit.restriction else hit.check, dict(_NO_RULE))
            rule["restricted"] += int(np.count_nonzero(hit.certain))
            rule["undetermined"] += int(np.count_nonzero(~hit.certain))
            rule["km2"] += float(hit.overlap_km2.sum())
        return made

    def _count_squares(self, scenes: Scenes, worst: Any, accepted: Any) -> None:
        at = np.flatnonzero(accepted & (worst < 2))
        if not len(at):
            return
        bounds = scenes.footprints.bounds()[at]
        corner = np.floor((bounds[:, :2] + bounds[:, 2:]) / 2).astype(np.int64)
        names = np.array([f"{x} {y}" for x, y in corner.tolist()], dtype=object)
        for name, verdicts in _counted(names, worst[at], np.ones(len(at), dtype=bool)):
            self.squares[name] += verdicts

    def add(self, other: "Tally") -> None:
        """Take in the counts of another."""
        self.scenes += other.scenes
        self.rejected += other.rejected
        self.findings += other.findings
        self.verdicts += other.verdicts
        self.conditions += other.conditions
        for name, rule in other.rules.items():
            kept = self.rules.setdefault(name, dict(_NO_RULE))
            for key, value in rule.items():
                kept[key] += value
        for mine, theirs in (
            (self.sensors, other.sensors),
            (self.months, other.months),
            (self.squares, other.squares),
        ):
            for name, verdicts in theirs.items():
                mine[name if mine is not self.sensors or self._has_room(name) else OTHER_SENSORS] += verdicts

    def _has_room(self, sensor: str) -> bool:
        return sensor in self.sensors or len(self.sensors) < MOST_SENSORS

    def document(self) -> dict[str, Any]:
        """As JSON, sorted."""
        return {
            "scenes": self.scenes,
            "rejected": self.rejected,
            "findings": self.findings,
            "verdicts": {verdict: self.verdicts[verdict] for verdict in VERDICTS},
            "conditions": dict(sorted(self.conditions.items())),
            "rules": {
                name: {
                    "restricted": int(rule["restricted"]),
                    "undetermined": int(rule["undetermined"]),
                    "km2": float(f"{rule['km2']:.6g}"),
                }
                for name, rule in sorted(self.rules.items())
            },
            "sensors": _sorted(self.sensors),
            "months": _sorted(self.months),
            "squares": _sorted(self.squares),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """What `document` wrote."""
        made = cls(scenes=document["scenes"], rejected=document["rejected"], findings=document["findings"])
        made.verdicts, made.conditions = Counter(document["verdicts"]), Counter(document["conditions"])
        made.rules = {name: dict(rule) for name, rule in document["rules"].items()}
        for mine, key in ((made.sensors, "sensors"), (made.months, "months"), (made.squares, "squares")):
            mine.update({name: Counter(verdicts) for name, verdicts in document[key].items()})
        return made


_NO_RULE = {"restricted": 0, "undetermined": 0, "km2": 0.0}


def _counted(names: Any, worst: Any, accepted: Any) -> Iterable[tuple[str, Counter[str]]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    pairs = Counter(zip(names[accepted].tolist(), worst[accepted].tolist(), strict=True))
    for (name, verdict), scenes in pairs.items():
        found[name][VERDICTS[verdict]] = scenes
    return found.items()


def _sorted(counts: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {name: {v: counts[name][v] for v in VERDICTS} for name in sorted(counts)}
