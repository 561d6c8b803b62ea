"""The delivery request as the sender writes it, read into the domain."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from rsiwg.domain import Modality
from rsiwg.domain.delivery import (
    DataProvider,
    DeliveryRequest,
    DeliverySensor,
    GermanRequest,
    GroundSegment,
    Processing,
    Requester,
    RequesterKind,
    SuppliedList,
)
from rsiwg.intake.field_types import (
    Country,
    Day,
    Metres,
    Part,
    Text,
    into_domain,
    read_model,
    refuse,
    schema_of,
    true_integer,
)
from rsiwg.settings import Limits

SCHEMA_ID = "https://rsiwg.invalid/schema/delivery-request/1"
_CODE = 'the two-letter ISO 3166 code, such as "DE"'
_METRES = "a number of metres greater than 0, such as 1.2"
_MICROMETRES = "a number of micrometres greater than 0, such as 0.45"
_Micrometres = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]


class ProviderPart(Part):
    """Who delivers, and from where the system is commanded."""

    noun: ClassVar = DataProvider
    name: Text = Field(description="a name of 1 to 200 characters", examples=["Example Data GmbH"])
    country: Country | None = Field(default=None, description=f"the nationality: {_CODE}")
    seat_country: Country | None = Field(default=None, description=f"the country of the seat: {_CODE}")
    commanded_from: Country | None = Field(
        default=None, description=f"the country from which the satellite is commanded: {_CODE}"
    )


class DeliverySensorPart(Part):
    """The sensor and the data it made."""

    noun: ClassVar = DeliverySensor
    modality: Annotated[Modality, Field(strict=False)] = Field(description="how it senses")
    resolutions_m: Annotated[list[Metres], Field(min_length=1, max_length=3)] = Field(
        description="a list of 1 to 3 numbers of metres, a number per direction, such as [0.8, 1.5]"
    )
    spectral_min_um: _Micrometres | None = Field(default=None, description=_MICROMETRES)
    spectral_max_um: _Micrometres | None = Field(default=None, description=_MICROMETRES)
    bands: Annotated[int, BeforeValidator(true_integer), Field(ge=1, le=100_000)] | None = Field(
        default=None, description="the number of spectral channels, such as 8"
    )
    finest_band_ratio: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] | None = Field(
        default=None,
        description="the smallest spectral resolution of a band over its centre wavelength, such as 0.2 for 20 %",
    )
    phase: bool | None = Field(default=None, description="true or false: whether phase can be reconstructed")
    location_accuracy_m: Metres | None = Field(default=None, description=_METRES)
    processing: Annotated[Processing, Field(strict=False)] | None = Field(
        default=None, description="how far the data are processed"
    )
    space_object_resolution_m: Metres | None = Field(default=None, description=_METRES)
    intercepts_signals: bool | None = Field(default=None, description="true or false")
    locates_space_objects: bool | None = Field(default=None, description="true or false")

    @model_validator(mode="after")
    def _band_in_order(self) -> Self:
        low, high = self.spectral_min_um, self.spectral_max_um
        if low is not None and high is not None and high < low:
            raise refuse(f"this lies below spectral_min_um, {low:g}: swap or correct them", "spectral_max_um")
        return self


class GroundSegmentPart(Part):
    """The ground segment that the data go to."""

    noun: ClassVar = GroundSegment
    country: Country | None = Field(default=None, description=f"where it lies: {_CODE}")
    operator: Text | None = Field(default=None, description="who operates it")
    operator_country: Country | None = Field(
        default=None, description=f"the country of the operator: {_CODE}"
    )
    operator_organisation: Literal["nato", "eu", "other"] | None = Field(
        default=None, description='"nato", "eu" or "other"'
    )


class RequesterPart(Part):
    """Who asks for the data."""

    noun: ClassVar = Requester
    name: Text = Field(description="a name of 1 to 200 characters", examples=["Example Maps Ltd."])
    country: Country | None = Field(default=None, description=_CODE)
    type: Annotated[RequesterKind, Field(strict=False)] | None = Field(
        default=None, description="what kind of requester it is"
    )
    german_request: Annotated[GermanRequest, Field(strict=False)] | None = Field(
        default=None, description="whether it is a request that SatDSiV section 2(1) names"
    )


class SuppliedListPart(Part):
    """A list that a rule refers to and the rulebook does not hold."""

    noun: ClassVar = SuppliedList
    name: Literal["satdsiv-annex-1", "satdsiv-annex-2", "satdsiv-annex-3", "satdsiv-annex-4"] = Field(
        description="the name of the list"
    )
    members: Annotated[list[Text], Field(max_length=1000)] = Field(
        description='a list of country codes, or of names for Annex 4, such as ["IR"]'
    )
    source: Text = Field(description="where the list was taken from")
    read_on: Day = Field(description="the day on which it was read there, as YYYY-MM-DD")


class DeliveryRequestPart(Part):
    """A delivery of remote sensing data, judged by the rules of other countries."""

    noun: ClassVar = DeliveryRequest
    schema_version: Annotated[Literal[1], BeforeValidator(true_integer)] = Field(
        default=1, description="1, or leave it out"
    )
    kind: Literal["delivery"] = Field(description='"delivery"')
    reference: Annotated[Text, Field(max_length=100)] = Field(
        description='your own reference of 1 to 100 characters, such as "DELIVERY-1"'
    )
    provider: ProviderPart = Field(
        description='an object such as {"name": "Example Data GmbH", "country": "DE"}'
    )
    sensor: DeliverySensorPart = Field(
        description='an object such as {"modality": "sar", "resolutions_m": [1.0, 1.5]}'
    )
    recipient: RequesterPart = Field(description='an object such as {"name": "Example Maps Ltd."}')
    target_countries: Annotated[list[Country], Field(min_length=1, max_length=250)] | None = Field(
        default=None, description='a list of the countries of the target area, such as ["GE"]'
    )
    ground_segment: GroundSegmentPart | None = Field(
        default=None, description='an object such as {"country": "NO", "operator_country": "NO"}'
    )
    latency_days: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None = Field(
        default=None,
        description="a number of days from the generation of the data to the service, such as 2.5",
    )
    starts_on: Day | None = Field(
        default=None, description="the day on which the activity begins, as YYYY-MM-DD"
    )
    lists: Annotated[list[SuppliedListPart], Field(max_length=10)] = Field(
        default_factory=list,
        description="a list of lists that the rules refer to and the rulebook does not hold",
    )

    @field_validator("lists")
    @classmethod
    def _each_list_once(cls, lists: list[SuppliedListPart]) -> list[SuppliedListPart]:
        twice = [name for name, n in Counter(given.name for given in lists).items() if n > 1]
        if twice:
            raise refuse(f"{twice[0]} is given twice: keep one of them")
        return lists


def read_delivery(body: Mapping[str, Any], limits: Limits) -> DeliveryRequest:
    """Read a delivery request.  Raises InvalidSubmission with every problem."""
    del limits  # every list has its own
    made: DeliveryRequest = into_domain(read_model(DeliveryRequestPart, body))
    return made


def delivery_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the delivery request."""
    return schema_of(DeliveryRequestPart, SCHEMA_ID, _EXAMPLE)


_EXAMPLE = {
    "kind": "delivery",
    "reference": "DELIVERY-1",
    "provider": {"name": "Example Data GmbH", "country": "DE", "seat_country": "DE", "commanded_from": "DE"},
    "sensor": {"modality": "sar", "resolutions_m": [1.0, 1.5], "phase": True, "processing": "raw"},
    "recipient": {
        "name": "Example Maps Ltd.",
        "country": "GB",
        "type": "foreign",
        "german_request": "neither",
    },
    "target_countries": ["GE"],
    "ground_segment": {"country": "NO", "operator": "Example Station", "operator_country": "NO"},
    "latency_days": 2.5,
}
