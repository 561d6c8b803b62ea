"""Values with defaults, so that a test names only what it is about; and a rulebook with one made-up strip."""

import datetime as dt

import attrs
import shapely

from rsiwg.domain import (
    Activity,
    Applicant,
    Binds,
    Citation,
    ImagingRequest,
    Kind,
    Layer,
    Licence,
    Limit,
    Modality,
    Period,
    Place,
    PlaceIndex,
    Places,
    Product,
    ProductPiece,
    Recipient,
    RecipientKind,
    Restriction,
    Rulebook,
    Sensor,
    Status,
    Zone,
)
from rsiwg.geometry import normalise_shape

DAY = dt.date
CITED = Citation(source="Example Directive 1, para. 2", url="https://example.invalid/directive-1")
EARTH = frozenset(Modality) - {Modality.NON_EARTH}
OPTICAL = EARTH - {Modality.SAR, Modality.LIDAR}
BOTH = frozenset(Activity)


def a_box(west, south, east, north):
    """An area whose sides are meridians and parallels; longitudes may run past 180 degrees."""
    sides = shapely.box(west, south, east, north)
    return normalise_shape(sides if east - west <= 180 else shapely.segmentize(sides, 120)).area


STRIP = a_box(20.0, 40.0, 21.0, 41.0)
FRINGE = a_box(21.0, 40.0, 22.0, 41.0)
"""The ground east of the strip, which only a wider reading holds."""


def a_sensor(modality="panchromatic", metres=0.5, name="PAN"):
    if modality == "sar":
        return Sensor(name=name, modality=Modality.SAR, ipr_range_m=metres, ipr_azimuth_m=metres)
    return Sensor(name=name, modality=Modality(modality), gsd_m=metres)


def a_product(gsd_m=None, inside=()):
    """A product of a ground sample distance; `inside` has (area, metres)."""
    pieces = tuple(ProductPiece(area=area, resolution_m=metres) for area, metres in inside)
    return Product(resolution_m=gsd_m, inside=pieces)


def a_request(*, gsd_m=0.49, modality="panchromatic", tier=1, part_960=True, us_person=True, first="2025-03-01",
              last="2025-03-31", activity=BOTH, recipient=None, applicant="Example Imaging Inc.",
              operated_from_us=None, **others):  # fmt: skip
    """A panchromatic request of a U.S. licensee over a box inside the strip, in March 2025."""
    given = {
        "reference": "TEST-1",
        "applicant": Applicant(
            name=applicant, country="US", us_person=us_person, operated_from_us=operated_from_us
        ),
        "sensors": (a_sensor(modality, gsd_m),),
        "aoi": a_box(20.2, 40.2, 20.8, 40.8),
        "collection": Period.of_days(DAY.fromisoformat(first), DAY.fromisoformat(last)),
        "activity": frozenset(activity),
        "licence": Licence(part_960=part_960, tier=tier),
        "recipient": recipient and Recipient(kind=RecipientKind(recipient)),
    }
    return ImagingRequest(**given | others)


def a_limit(finest_m=0.5, start="2020-07-21", end=None, **others):
    given = {
        "in_force": Period(DAY.fromisoformat(start), end and DAY.fromisoformat(end)),
        "finest_m": finest_m,
        "verified_on": DAY(2026, 9, 1),
        "citation": CITED,
    }
    return Limit(**given | others)


def a_zone(area=STRIP, reading="core", title="the Example Strip", decides=True, **others):
    return Zone(reading=reading, title=title, area=area, decides=decides, **others)


def a_fringe(**others):
    doubt = "only the wider reading holds it"
    return a_zone(FRINGE, "wider", "the Example Fringe", decides=False, doubt=doubt, **others)


def a_binding(**others):
    given = {
        "part_960": True,
        "modalities": EARTH,
        "comparable": OPTICAL,
        "activities": frozenset({Activity.DISSEMINATE}),
    }
    return Binds(**given | others)


def a_restriction(*limits, zones=None, **others):
    """A limit of 0.5 m on what is disseminated of the Example Strip, since July 21, 2020."""
    given = {
        "id": "example-strip",
        "version": "0" * 12,
        "title": "Example Strip: resolution",
        "kind": Kind.RESOLUTION_LIMIT,
        "status": Status.IN_FORCE,
        "binds": a_binding(),
        "zones": (a_zone(),) if zones is None else tuple(zones),
        "worldwide": False,
        "limits": limits or (a_limit(),),
        "accuracy_m": 0.0,
        "verified_on": DAY(2026, 9, 1),
        "vouched_until": DAY(2027, 9, 1),
        "confidence": "high",
        "marking": "U",
        "steward": "tests",
    }
    return Restriction(**given | others)


def a_directive(**others):
    """Neither collection nor dissemination over the strip in March 2025, for Tier 2 and 3 systems."""
    given = {
        "id": "example-directive",
        "title": "Example directive",
        "kind": Kind.LIMITED_OPERATIONS,
        "binds": a_binding(tiers=frozenset({2, 3}), activities=BOTH),
    }
    return a_restriction(
        a_limit(None, "2025-03-10", "2025-03-20", says="nothing is allowed"), **given | others
    )


def a_withheld_area(**others):
    given = {
        "id": "example-withheld",
        "title": "Example withheld areas",
        "kind": Kind.WITHHELD_AREA,
        "binds": a_binding(tiers=frozenset({3}), activities=BOTH),
        "zones": (),
        "worldwide": True,
    }
    return a_restriction(a_limit(None, "2020-07-20", says="some areas are withheld"), **given | others)


def a_condition_on_imaging_in_space(**others):
    given = {
        "id": "example-in-space",
        "title": "Example condition on imaging in space",
        "kind": Kind.NON_EARTH_IMAGING,
        "binds": a_binding(
            tiers=frozenset({2, 3}), modalities=frozenset({Modality.NON_EARTH}), activities=BOTH
        ),
        "zones": (),
        "worldwide": True,
    }
    return a_restriction(a_limit(None, "2020-07-20", says="consent is needed"), **given | others)


def a_layer(**others):
    given = {
        "name": "example",
        "title": "Example layer",
        "source": "tests",
        "licence": "public domain",
        "sha256": "0" * 64,
        "feature_count": 1,
        "accuracy_m": 0.0,
        "approximate": False,
        "retrieved_on": DAY(2026, 11, 25),
        "good_until": DAY(2028, 11, 24),
        "marking": "U",
        "steward": "tests",
    }
    return Layer(**given | others)


def a_place(name, area, **others):
    return Place(name=name, area=area, **others)


def some_places(countries=(), regions=(), land=(), seas=(), accuracy_m=1000.0):
    return Places(
        countries=PlaceIndex(places=tuple(countries)),
        regions=PlaceIndex(places=tuple(regions)),
        land=PlaceIndex(places=tuple(land)),
        seas=PlaceIndex(places=tuple(seas)),
        accuracy_m=accuracy_m,
    )


def a_rulebook(*restrictions, **others):
    """A sound rulebook for 1999 to August 2027 with the given restrictions, else with the Example Strip."""
    given = {
        "version": "f" * 64,
        "covers": Period(DAY(1999, 1, 1), DAY(2027, 9, 1)),
        "near_miss_km": 10.0,
        "near_miss_share": 0.1,
        "restrictions": restrictions or (a_restriction(),),
        "layers": (),
        "places": some_places(),
    }
    return Rulebook(**given | others)


def changed(value, **changes):
    """A copy with some fields changed."""
    return attrs.evolve(value, **changes)
