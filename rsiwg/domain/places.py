"""Which country is this?  Countries, disputed regions, land and territorial seas, indexed once."""

from collections.abc import Iterator
from functools import cached_property

import attrs
import numpy as np
import shapely

from rsiwg.geometry import Area


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


@attrs.define(eq=False, kw_only=True)
class PlaceIndex:
    """Places with a search tree over their parts, so that one look-up touches few of them."""

    places: tuple[Place, ...]

    @cached_property
    def _parts(self) -> tuple[shapely.STRtree, "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
        if not self.places:
            return shapely.STRtree([]), np.array([], dtype=np.int64)
        parts, owner = shapely.get_parts([p.area for p in self.places], return_index=True)
        return shapely.STRtree(parts), owner

    def meeting(self, area: Area) -> Iterator[tuple[Place, Area]]:
        """Each place with parts whose bounding box meets the area's, and just those parts, in layer order."""
        tree, owner = self._parts
        found = np.unique(np.concatenate([tree.query(part) for part in area.geoms]) if area.geoms else [])
        found = found.astype(np.int64)
        for number in np.unique(owner[found]):
            parts = tree.geometries[found[owner[found] == number]]
            yield self.places[number], Area(shapely.MultiPolygon(list(parts)))


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
