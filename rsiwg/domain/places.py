"""Which country is this?  Countries, disputed regions, land and territorial seas, indexed once."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import attrs
import numpy as np
import shapely
from numpy.typing import NDArray

from rsiwg.geometry import EMPTY, METRES_PER_DEGREE, Area, gather, overlap, stored


@attrs.frozen(kw_only=True)
class Place:
    """One named feature of a layer."""

    name: str
    area: Area
    iso_a2: str | None = None
    status: str = "state"
    """``state``, ``disputed`` or ``none`` (no sovereign)."""
    note: str = ""

    @property
    def belongs_to_a_country(self) -> bool:
        """False for land without a sovereign, and for disputed land for which no country code is agreed."""
        return self.status == "state" or (self.status == "disputed" and self.iso_a2 is not None)


@attrs.define(eq=False, kw_only=True, slots=False)
class PlaceIndex:
    """Places with a search tree over their prepared parts, so that one look-up touches few of them."""

    places: tuple[Place, ...]

    @cached_property
    def _tree(self) -> tuple[shapely.STRtree, NDArray[np.int64]]:
        if not self.places:
            return shapely.STRtree([]), np.array([], dtype=np.int64)
        parts, owner = shapely.get_parts([p.area for p in self.places], return_index=True)
        shapely.prepare(parts)
        return shapely.STRtree(parts), owner

    def overlaps(self, area: Area) -> Iterator[tuple[Place, Area]]:
        """Each place that covers ground of `area`, with that ground, in layer order."""
        tree, owner = self._tree
        found: dict[int, list[Area]] = {}
        numbers = sorted({int(n) for part in area.geoms for n in tree.query(part)})
        shapely.prepare(area)
        inside = shapely.contains_properly(area, tree.geometries[numbers])
        for number, is_inside in zip(numbers, inside, strict=True):
            part = tree.geometries[number]
            shared = stored(part) if is_inside else _shared(area, part)
            if not shared.is_empty:
                found.setdefault(int(owner[number]), []).append(shared)
        for place, pieces in found.items():
            yield self.places[place], gather(pieces)

    def meeting(self, area: Area) -> Iterator[Place]:
        """Each place that covers ground of `area`, in layer order, without that ground; touching does not count."""
        tree, owner = self._tree
        numbers = {int(n) for part in area.geoms for n in tree.query(part)}
        parts = tree.geometries
        for place in sorted(
            {int(owner[n]) for n in numbers if parts[n].intersects(area) and not parts[n].touches(area)}
        ):
            yield self.places[place]

    def at(self, longitude: float, latitude: float) -> tuple[Place, ...]:
        """The places that hold a point, edges included, in layer order."""
        return self.within(longitude, latitude, 0.0)

    def within(self, longitude: float, latitude: float, metres: float) -> tuple[Place, ...]:
        """The places that hold a point or lie within so many metres of it (to a few per cent), in layer order."""
        tree, owner = self._tree
        if not self.places:
            return ()
        reach_deg = metres / METRES_PER_DEGREE
        squeeze = max(np.cos(np.radians(min(90.0, abs(latitude) + reach_deg))), 0.01)
        found: set[int] = set()
        for turn in (-360.0, 0.0, 360.0):  # beside the antimeridian a place may lie on its other side
            point = shapely.Point(longitude + turn, latitude)
            for n in tree.query(point, predicate="dwithin", distance=reach_deg / squeeze):
                if _metres_between(point, tree.geometries[n], squeeze) <= metres:
                    found.add(int(owner[n]))
        return tuple(self.places[n] for n in sorted(found))

    def are_near(
        self, parts: Sequence[shapely.Polygon] | NDArray[np.object_], metres: float
    ) -> NDArray[np.bool_]:
        """For each polygon, whether some place lies within so many metres (to a few per cent)."""
        tree, _ = self._tree
        bounds = np.abs(shapely.bounds(parts))
        cosine = np.maximum(np.cos(np.radians(np.maximum(bounds[:, 1], bounds[:, 3]))), 0.01)
        near = np.zeros(len(parts), dtype=bool)
        near[tree.query(parts, predicate="dwithin", distance=metres / METRES_PER_DEGREE / cosine)[0]] = True
        return near


def _metres_between(point: shapely.Point, part: shapely.Polygon, squeeze: float) -> float:
    """From a point to the nearest of a polygon; flat about the point, so only for some kilometres."""
    if part.intersects(point):
        return 0.0
    near = shapely.shortest_line(point, part)
    (x0, y0), (x1, y1) = near.coords
    return float(np.hypot((x1 - x0) * squeeze, y1 - y0) * METRES_PER_DEGREE)


def _shared(area: Area, part: shapely.Polygon) -> Area:
    """What both cover; the prepared part answers the common cases without an overlay."""
    if not part.intersects(area):
        return EMPTY
    if part.contains_properly(area):
        return area
    return overlap(area, stored(part))


@attrs.frozen(kw_only=True, eq=False)
class Places:
    """Everything needed to name a place."""

    countries: PlaceIndex
    regions: PlaceIndex
    """Disputed regions, which are named beside the country answer."""
    land: PlaceIndex
    seas: PlaceIndex
    """Territorial seas, derived and approximate."""
    accuracy_m: float
