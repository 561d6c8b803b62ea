"""Where on Earth the AOI lies."""

from collections.abc import Iterator

import shapely

from rsiwg.checks.scope import Statement
from rsiwg.checks.words import listed, per_cent, square_kilometres
from rsiwg.domain import Finding, ImagingRequest, Outcome, Place, Rulebook
from rsiwg.geometry import EMPTY, Area, area_km2, join, normalise_shape, subtract


def country_is_known(request: ImagingRequest, rulebook: Rulebook) -> Iterator[Statement]:
    """Name the countries and waters of the AOI; land that belongs to no country is undetermined.

    Land on which the look-up finds nothing is told from the sea by a land layer of another origin, so
    that a gap between countries never reads as open sea.
    """
    places, aoi = rulebook.places, request.aoi
    total_km2 = area_km2(aoi)
    on_land = list(places.countries.overlaps(aoi))
    rest = subtract(aoi, join(piece for _, piece in on_land)) if on_land else aoi
    unclaimed = _unclaimed_land(rest, rulebook)
    regions = list(places.regions.overlaps(aoi))
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
    regions: list[tuple[Place, Area]],
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
    belts = [place.name for place, _ in rulebook.places.seas.overlaps(sea)] if sea_share > 1e-6 else []
    if belts:
        says += (
            f" Waters within 12 nautical miles of {listed(belts)} are touched (lines derived, approximate)."
        )
    if regions:
        says += (
            f" It takes in ground of {listed(place.name for place, _ in regions)}, whose status is disputed."
        )
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


def _unclaimed_land(rest: Area, rulebook: Rulebook) -> Area:
    """Land outside every country, without the slivers that two drawings of one coast leave beside a country."""
    if rest.is_empty:
        return EMPTY
    places = rulebook.places
    pieces = [part for _, piece in places.land.overlaps(rest) for part in piece.geoms]
    half_width_deg = places.accuracy_m / 111_320
    kept = [
        part
        for part in pieces
        if not shapely.buffer(part, -half_width_deg).is_empty
        or not places.countries.is_near(part, places.accuracy_m)
    ]
    return join(normalise_shape(part).area for part in kept) if kept else EMPTY
