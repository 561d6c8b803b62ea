"""Where on Earth the AOI lies."""

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from rsiwg.checks.scope import Statement
from rsiwg.checks.words import listed, per_cent, square_kilometres
from rsiwg.domain import Finding, ImagingRequest, Outcome, Place, Rulebook
from rsiwg.errors import InvalidGeometry
from rsiwg.geometry import EMPTY, METRES_PER_DEGREE, Area, area_km2, gather, normalise_shape

_CELL_CORNERS = 2_000
_LEAST_SHARE = 1e-6
"""Of the AOI: less is rounding, and not sea."""


def country_is_known(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Name the countries and waters of the AOI; land that belongs to no country is undetermined.

    Land on which the look-up finds nothing is told from the sea by a land layer of another origin, so
    that a gap between countries never reads as open sea.
    """
    places, aoi = rulebook.places, request.aoi
    total_km2 = request.aoi_km2
    on_land = list(places.countries.overlaps(aoi))
    unclaimed = _unclaimed_land(aoi, [part for _, piece in on_land for part in piece.geoms], rulebook)
    yield _whereabouts(request, rulebook, on_land, unclaimed)
    for place, piece in on_land:
        if not place.belongs_to_a_country:
            yield _of_no_country(
                f"{place.name} ({place.note.rstrip('.')})" if place.note else place.name, piece, total_km2
            )
    if not unclaimed.is_empty:
        yield _of_no_country("land on which the country layer finds no country", unclaimed, total_km2)


def _whereabouts(
    request: ImagingRequest, rulebook: Rulebook, on_land: list[tuple[Place, Area]], unclaimed: Area
) -> Finding:
    places, total_km2 = rulebook.places, request.aoi_km2
    shares = [(place.name, area_km2(piece) / total_km2) for place, piece in on_land]
    sea_share = 1 - sum(share for _, share in shares) - area_km2(unclaimed) / total_km2
    # Less than a strip of 5 cm along the AOI is what rounding to the grid leaves between two countries.
    at_sea = sea_share > max(_LEAST_SHARE, 5e-5 / total_km2**0.5)
    if at_sea:
        shares.append(("the sea", sea_share))
    shares.sort(key=lambda entry: -entry[1])
    says = (
        f"The AOI lies in {listed(f'{name} ({per_cent(share)})' for name, share in shares)}."
        if shares
        else ""
    )
    belts = [place.name for place in places.seas.meeting(request.aoi)] if at_sea else []
    if belts:
        says += (
            f" It touches waters within 12 nautical miles of {listed(belts)} (lines derived, approximate)."
        )
    if regions := [place.name for place in places.regions.meeting(request.aoi)]:
        says += f" It takes in ground of {listed(regions)}, whose status is disputed."
    return Finding(
        check="country_is_known",
        outcome=Outcome.CLEAR,
        says=says.strip() or "The AOI lies in no known place.",
    )


def _of_no_country(what: str, piece: Area, total_km2: float) -> Finding:
    size = area_km2(piece)
    return Finding(
        check="country_is_known",
        outcome=Outcome.INDETERMINATE,
        says=f"{square_kilometres(size)} of the AOI are {what}: this land belongs to no agreed country, so which rules and "
        "agreements reach it must be decided by people.",
        where=piece,
        area_km2=size,
        share_of_aoi=size / total_km2,
        needs=("a decision on whose land this is",),
    )


def _unclaimed_land(aoi: Area, claimed: list[shapely.Polygon], rulebook: Rulebook) -> Area:
    """Land outside every country, without the slivers that two drawings of one coast leave beside a country.

    `claimed` is the AOI's land that has a country.
    """
    if len(claimed) == 1 and claimed[0].equals(aoi):
        return EMPTY
    claimed = [cell for part in claimed for cell in _cells(part)]
    places, tree = rulebook.places, shapely.STRtree(claimed)
    shapely.prepare(claimed)
    left = [
        part
        for _, land in places.land.overlaps(aoi)
        for piece in land.geoms
        for part in _without(piece, [claimed[n] for n in tree.query(piece)])
    ]
    if not left:
        return EMPTY
    pieces = np.array(left, dtype=object)
    reach_deg = places.accuracy_m / METRES_PER_DEGREE
    thin = shapely.is_empty(shapely.buffer(pieces, -reach_deg))
    beside = np.zeros(len(pieces), dtype=bool)
    beside[tree.query(pieces, predicate="dwithin", distance=reach_deg)[0]] = True
    # Few are left to be looked for among all the world's countries, which costs more.
    asked = np.flatnonzero(thin & ~beside)
    if len(asked):
        beside[asked] = places.countries.are_near(pieces[asked], places.accuracy_m)
    return _on_the_grid(pieces[~(thin & beside)])


def _on_the_grid(pieces: NDArray[np.object_]) -> Area:
    areas = []
    for piece in pieces:
        try:
            areas.append(normalise_shape(piece).area)
        except InvalidGeometry:  # thinner than the grid, far from any country: nothing that could be imaged
            continue
    return gather(areas)


def _cells(part: shapely.Polygon) -> list[shapely.Polygon]:
    """A polygon halved until each cell has few corners, since each overlay costs as much as the larger one has."""
    if shapely.get_num_coordinates(part) <= _CELL_CORNERS:
        return [part]
    west, south, east, north = part.bounds
    middle = (west + east) / 2 if east - west > north - south else (south + north) / 2
    halves = (
        (shapely.box(west, south, middle, north), shapely.box(middle, south, east, north))
        if east - west > north - south
        else (shapely.box(west, south, east, middle), shapely.box(west, middle, east, north))
    )
    cut = [piece for half in halves for piece in shapely.get_parts(shapely.intersection(part, half))]
    return [
        cell
        for piece in cut
        if isinstance(piece, shapely.Polygon) and not piece.is_empty
        for cell in _cells(piece)
    ]


def _without(land: shapely.Polygon, claimed: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """What is left of a piece of land, not yet on the grid: most of it is slivers that are dropped."""
    if any(part.contains_properly(land) for part in claimed):
        return []
    rest: BaseGeometry = land
    for part in claimed:
        rest = shapely.difference(rest, part)
    return [
        part for part in shapely.get_parts(rest) if isinstance(part, shapely.Polygon) and not part.is_empty
    ]
