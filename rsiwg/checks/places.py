"""Where on Earth the AOI lies."""

from collections.abc import Iterator

import numpy as np
import shapely

from rsiwg.checks.scope import Statement
from rsiwg.checks.words import listed, per_cent, square_kilometres
from rsiwg.domain import Finding, ImagingRequest, Outcome, Place, Rulebook
from rsiwg.geometry import EMPTY, METRES_PER_DEGREE, Area, area_km2, gather, normalise_shape, subtract


def country_is_known(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Name the countries and waters of the AOI; land that belongs to no country is undetermined.

    Land on which the look-up finds nothing is told from the sea by a land layer of another origin, so
    that a gap between countries never reads as open sea.
    """
    places, aoi = rulebook.places, request.aoi
    total_km2 = request.aoi_km2
    on_land = list(places.countries.overlaps(aoi))
    rest = aoi
    for _, piece in on_land:
        rest = subtract(rest, piece)
    unclaimed = (
        _unclaimed_land(rest, gather(piece for _, piece in on_land), rulebook) if not rest.is_empty else EMPTY
    )
    regions = list(places.regions.meeting(aoi))
    yield _whereabouts(rulebook, total_km2, on_land, subtract(rest, unclaimed), regions)
    for place, piece in on_land:
        if not place.belongs_to_a_country:
            yield _of_no_country(
                f"{place.name} ({place.note.rstrip('.')})" if place.note else place.name, piece, total_km2
            )
    if not unclaimed.is_empty:
        yield _of_no_country("land on which the country layer finds no country", unclaimed, total_km2)


def _whereabouts(
    rulebook: Rulebook,
    total_km2: float,
    on_land: list[tuple[Place, Area]],
    sea: Area,
    regions: list[Place],
) -> Finding:
    shares = [(place.name, area_km2(piece) / total_km2) for place, piece in on_land]
    sea_share = area_km2(sea) / total_km2
    if sea_share > 1e-6:
        shares.append(("the sea", sea_share))
    shares.sort(key=lambda entry: -entry[1])
    says = (
        f"The AOI lies in {listed(f'{name} ({per_cent(share)})' for name, share in shares)}."
        if shares
        else ""
    )
    belts = [place.name for place in rulebook.places.seas.meeting(sea)] if sea_share > 1e-6 else []
    if belts:
        says += (
            f" Waters within 12 nautical miles of {listed(belts)} are touched (lines derived, approximate)."
        )
    if regions:
        says += f" It takes in ground of {listed(place.name for place in regions)}, whose status is disputed."
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


def _unclaimed_land(rest: Area, claimed: Area, rulebook: Rulebook) -> Area:
    """Land outside every country, without the slivers that two drawings of one coast leave beside a country.

    `claimed` is the AOI's land that has a country, `rest` what is left of the AOI.
    """
    places = rulebook.places
    pieces = np.array([part for _, piece in places.land.overlaps(rest) for part in piece.geoms], dtype=object)
    if not len(pieces):
        return EMPTY
    reach_deg = places.accuracy_m / METRES_PER_DEGREE
    thin = shapely.is_empty(shapely.buffer(pieces, -reach_deg))
    shapely.prepare(claimed)
    beside = shapely.dwithin(claimed, pieces, reach_deg)
    # Few are left to be looked for among all the world's countries, which costs more.
    asked = np.flatnonzero(thin & ~beside)
    if len(asked):
        beside[asked] = places.countries.are_near(pieces[asked], places.accuracy_m)
    return gather(normalise_shape(part).area for part in pieces[~(thin & beside)])
