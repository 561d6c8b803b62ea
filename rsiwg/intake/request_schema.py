"""The imaging request as the sender writes it: pydantic models, and the JSON Schema made from them."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from rsiwg.domain import Activity, Modality, Plane, RecipientKind, years_later
from rsiwg.intake.field_types import (
    COARSEST_M,
    FINEST_M,
    Country,
    Day,
    Metres,
    Part,
    Text,
    refuse,
    true_integer,
    visible_text,
)

SCHEMA_ID = "https://rsiwg.invalid/schema/imaging-request/1"
MOST_YEARS = 10


def _resolution(title: str, description: str) -> Any:
    return Field(
        default=None,
        title=title,
        description=f"{description} Metres, {FINEST_M:g} to {COARSEST_M:g}.",
        examples=[0.31],
        json_schema_extra={"unit": "m"},
    )


_AOI_SCHEMA: dict[str, Any] = {
    "title": "Area",
    "description": "An area in one of the forms taken: a GeoJSON geometry, Feature or FeatureCollection (RFC 7946); "
    "text (WKT or EWKT, coordinates in decimal degrees, DMS, DDM, MGRS or UTM, a position with a radius); "
    "or a point with a radius.",
    "oneOf": [
        {
            "type": "object",
            "title": "GeoJSON",
            "required": ["type"],
            "properties": {
                "type": {
                    "enum": ["Polygon", "MultiPolygon", "GeometryCollection", "Feature", "FeatureCollection"],
                }
            },
        },
        {
            "type": "string",
            "title": "Text",
            "minLength": 1,
            "examples": ["32.0N 34.7E; 32.0N 34.9E; 32.2N 34.8E"],
        },
        {
            "type": "object",
            "title": "Point with a radius",
            "additionalProperties": False,
            "required": ["point"],
            "properties": {
                "point": {
                    "description": "Longitude and latitude, degrees, WGS 84.",
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 2,
                    "prefixItems": [
                        {"type": "number", "minimum": -180, "maximum": 180, "unit": "deg"},
                        {"type": "number", "minimum": -90, "maximum": 90, "unit": "deg"},
                    ],
                    "items": False,
                },
                **{
                    f"radius_{unit}": {"type": "number", "exclusiveMinimum": 0, "unit": unit}
                    for unit in ("m", "ft", "km", "nm")
                },
            },
            "oneOf": [{"required": [f"radius_{unit}"]} for unit in ("m", "ft", "km", "nm")],
        },
    ],
    "examples": [
        {
            "type": "Polygon",
            "coordinates": [[[34.7, 32.0], [34.9, 32.0], [34.9, 32.2], [34.7, 32.2], [34.7, 32.0]]],
        },
        {"point": [34.78, 32.08], "radius_m": 500},
    ],
}
_Aoi = Annotated[Any, WithJsonSchema(_AOI_SCHEMA)]


class ApplicantPart(Part):
    """Who asks."""

    name: Text = Field(title="Name", examples=["Example Imaging Inc."])
    country: Country = Field(title="Country", description="ISO 3166-1 alpha-2 code.")
    us_person: bool | None = Field(
        default=None,
        title="U.S. person",
        description="As 15 CFR 960.4 defines it. Leave out where not known.",
    )
    operated_from_us: bool | None = Field(
        default=None,
        title="Operated from the United States",
        description="Whether the system is operated within the United States. Leave out where not known.",
    )


_NEEDS_IPR: dict[str, Any] = {
    "anyOf": [{"required": ["ipr_m"]}, {"required": ["ipr_range_m", "ipr_azimuth_m"]}]
}


class SensorPart(Part):
    """One instrument. A SAR states an impulse response (IPR), every other sensor a ground sample distance (GSD)."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"modality": {"const": "sar"}}},
            "then": {**_NEEDS_IPR, "properties": {"gsd_m": False}},
            "else": {
                "required": ["gsd_m"],
                "properties": dict.fromkeys(("ipr_m", "ipr_range_m", "ipr_azimuth_m", "ipr_plane"), False),
            },
        }
    )
    name: Text | None = Field(default=None, title="Name", description='Left out: "sensor 1" and so on.')
    modality: Annotated[Modality, Field(strict=False)] = Field(title="Modality", examples=["panchromatic"])
    gsd_m: Metres | None = _resolution("Ground sample distance", "At nadir; for every sensor but a SAR.")
    ipr_m: Metres | None = _resolution("Impulse response", "SAR: range and azimuth alike.")
    ipr_range_m: Metres | None = _resolution("Impulse response in range", "SAR, in the plane of ipr_plane.")
    ipr_azimuth_m: Metres | None = _resolution("Impulse response in azimuth", "SAR.")
    ipr_plane: Annotated[Plane, Field(strict=False)] | None = Field(
        default=None, title="Plane", description="Plane in which the range resolution is stated."
    )
    max_off_nadir_deg: Annotated[float, Field(ge=0, lt=90, allow_inf_nan=False)] | None = Field(
        default=None,
        title="Largest off-nadir angle",
        description="Degrees at the satellite, not the incidence angle on the ground.",
        examples=[30],
        json_schema_extra={"unit": "deg"},
    )

    @model_validator(mode="after")
    def _states_its_own_measure(self) -> Self:
        by_direction = (self.ipr_range_m, self.ipr_azimuth_m)
        if self.modality is not Modality.SAR:
            for field in ("ipr_m", "ipr_range_m", "ipr_azimuth_m", "ipr_plane"):
                if getattr(self, field) is not None:
                    raise refuse(
                        f"only a SAR states this, and the modality is {self.modality}: give gsd_m", field
                    )
            if self.gsd_m is None:
                raise refuse("this is missing: give a number of metres greater than 0, such as 0.31", "gsd_m")
        elif self.gsd_m is not None:
            raise refuse("a SAR has no ground sample distance: give its impulse response as ipr_m", "gsd_m")
        elif self.ipr_m is not None and by_direction != (None, None):
            raise refuse("this is given twice: give either ipr_m, or ipr_range_m and ipr_azimuth_m", "ipr_m")
        elif self.ipr_m is None and None in by_direction:
            field = (
                "ipr_m"
                if by_direction == (None, None)
                else "ipr_range_m"
                if by_direction[0] is None
                else "ipr_azimuth_m"
            )
            raise refuse(
                "this is missing: a SAR gives ipr_m, or both ipr_range_m and ipr_azimuth_m, in metres", field
            )
        return self


class _Measured(Part):
    gsd_m: Metres | None = _resolution("Ground sample distance", "Of the product as disseminated.")
    ipr_m: Metres | None = _resolution("Impulse response", "Of a SAR product as disseminated.")


class PiecePart(_Measured):
    """A piece of the area in which a product of another resolution is disseminated."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["gsd_m"]}, {"required": ["ipr_m"]}]})
    aoi: _Aoi = Field(title="Piece")

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.gsd_m is None) == (self.ipr_m is None):
            raise refuse(
                "give the resolution inside this piece, as either gsd_m or ipr_m, in metres", "gsd_m"
            )
        return self


class ProductPart(_Measured):
    """What is disseminated, where it is not the sensor's native resolution."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["gsd_m", "ipr_m"]}})
    inside: list[PiecePart] | None = Field(default=None, max_length=200, title="Pieces of another resolution")

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        parts: list[_Measured] = [self, *(self.inside or [])]
        gsd = [p for p in parts if p.gsd_m is not None]
        ipr = [p for p in parts if p.ipr_m is not None]
        if gsd and ipr:
            raise refuse("a product has one measure: give gsd_m throughout, or ipr_m throughout", "ipr_m")
        return self


class LicencePart(Part):
    """What the request says of its operating licence."""

    part_960: bool | None = Field(default=None, title="Licensed under 15 CFR Part 960")
    tier: Annotated[Literal[1, 2, 3], BeforeValidator(true_integer)] | None = Field(
        default=None, title="Tier", description="Under 15 CFR 960.6. Leave out where not known."
    )
    licensee: Text | None = Field(
        default=None, title="Licence holder", description="Where not the applicant."
    )


class RecipientPart(Part):
    """Who receives the data."""

    kind: Annotated[RecipientKind, Field(strict=False)] = Field(title="Kind", examples=["commercial"])
    name: Text | None = Field(default=None, title="Name")
    country: Country | None = Field(default=None, title="Country", description="ISO 3166-1 alpha-2 code.")


class CollectionPart(Part):
    """The days of collection, first and last day included."""

    start: Day = Field(title="First day")
    end: Day = Field(title="Last day", description=f"Included. At most {MOST_YEARS} years after the first.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise refuse(
                f"the last day, {self.end}, lies before the first, {self.start}: swap or correct them", "end"
            )
        if self.end >= years_later(self.start, MOST_YEARS):
            raise refuse(f"this is more than {MOST_YEARS} years after {self.start}: split the request", "end")
        return self


class RequestPart(Part):
    """A request to image an area."""

    model_config = ConfigDict(
        title="Imaging request",
        json_schema_extra={"oneOf": [{"required": ["sensor"]}, {"required": ["sensors"]}]},
    )
    schema_version: Annotated[Literal[1], BeforeValidator(true_integer)] = Field(
        default=1, title="Version of this schema"
    )
    kind: Literal["imaging"] = Field(title="Kind of request")
    reference: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(visible_text)] = Field(
        title="Reference", description="The sender's own.", examples=["DEMO-1"]
    )
    applicant: ApplicantPart
    sensor: SensorPart | None = Field(
        default=None, title="Sensor", description="One sensor; or give sensors."
    )
    sensors: Annotated[list[SensorPart], Field(min_length=1, max_length=20)] | None = Field(
        default=None, title="Sensors", description="Several sensors; or give sensor."
    )
    product: ProductPart | None = None
    licence: LicencePart | None = None
    recipient: RecipientPart | None = None
    activity: list[Annotated[Activity, Field(strict=False)]] = Field(
        min_length=1, max_length=20, title="Activity", description="What is done with the data."
    )
    collection: CollectionPart
    exercise: bool | None = Field(default=None, title="Exercise", description="A request of an exercise.")
    aoi: _Aoi = Field(title="Area of interest")
    aoi_choose: Annotated[str, Field(max_length=200)] | None = Field(
        default=None,
        title="Which area",
        description='Where the area of interest holds several features: the key of one, or "all".',
    )


FIELDS: dict[str, tuple[str, ...]] = {
    "": tuple(RequestPart.model_fields),
    "applicant": tuple(ApplicantPart.model_fields),
    "sensor": tuple(SensorPart.model_fields),
    "sensors": tuple(SensorPart.model_fields),
    "product": tuple(ProductPart.model_fields),
    "inside": tuple(PiecePart.model_fields),
    "licence": tuple(LicencePart.model_fields),
    "recipient": tuple(RecipientPart.model_fields),
    "collection": tuple(CollectionPart.model_fields),
}
"""Known keys of each object, by the field that holds it."""


def request_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the imaging request."""
    made = RequestPart.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **made,
        "examples": [_EXAMPLE],
    }


_EXAMPLE = {
    "kind": "imaging",
    "reference": "DEMO-1",
    "applicant": {"name": "Example Imaging Inc.", "country": "US", "us_person": True},
    "sensor": {"modality": "panchromatic", "gsd_m": 0.31, "max_off_nadir_deg": 30},
    "product": {"gsd_m": 0.40},
    "licence": {"part_960": True, "tier": 1},
    "activity": ["collect", "disseminate"],
    "collection": {"start": "2025-01-01", "end": "2025-12-31"},
    "aoi": _AOI_SCHEMA["examples"][0],
}
