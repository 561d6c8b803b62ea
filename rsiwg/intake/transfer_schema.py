"""A transfer abroad as the sender writes it: pydantic models, and the JSON Schema made from them.

A draft may leave out anything but its reference: what is missing is for the question of completeness to say.
What is given must be well-formed.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rsiwg.domain import transfer
from rsiwg.domain.system import InstrumentType
from rsiwg.domain.transfer import (
    ConveyanceMode,
    ItemType,
    Spectrum,
    TransferPartyRole,
    TransferRequest,
    TransferType,
)
from rsiwg.errors import InvalidSubmission
from rsiwg.intake.field_types import (
    Count,
    Country,
    Day,
    LongText,
    Metres,
    Part,
    Positive,
    Text,
    YesNo,
    into_domain,
    many,
    needed,
    optional,
    read_model,
    refuse,
    schema_of,
    true_integer,
    yes_or_no,
)
from rsiwg.settings import Limits

SCHEMA_ID = "https://rsiwg.invalid/schema/transfer-request/1"
_CODE = 'the two-letter ISO 3166 code, such as "US"'
_LARGEST_APERTURE_M = 100.0


def _aperture(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and value > _LARGEST_APERTURE_M:
        raise refuse(
            f"{value:g} m is no clear aperture of a satellite: is it in metres? Give metres, such as 0.40"
        )
    return value


def _position(value: object) -> object:
    if (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(n, int | float) and not isinstance(n, bool) for n in value)
        and -180 <= value[0] <= 180
        and -90 <= value[1] <= 90
    ):
        return [float(n) for n in value]
    raise refuse("give longitude and latitude in degrees, such as [18.42, -33.92]")


_Position = Annotated[
    list[Annotated[float, Field(allow_inf_nan=False)]],
    BeforeValidator(_position),
    Field(
        min_length=2,
        max_length=2,
        json_schema_extra={
            "items": False,
            "prefixItems": [
                {"type": "number", "minimum": -180, "maximum": 180, "unit": "deg"},
                {"type": "number", "minimum": -90, "maximum": 90, "unit": "deg"},
            ],
        },
    ),
]


class ItemInstrumentPart(Part):
    """One instrument of an item, by what the control lists ask about."""

    noun = transfer.ItemInstrument
    name: Text = needed("the name of the instrument")
    type: Annotated[InstrumentType, Field(strict=False)] | None = optional("how it senses")
    aperture_m: Annotated[Metres, BeforeValidator(_aperture)] | None = optional(
        "the clear aperture in metres, such as 0.40", unit="m"
    )
    spectrum: list[Annotated[Spectrum, Field(strict=False)]] | None = many(
        'every part of the spectrum in which it senses, such as ["visible", "nir"]', at_least=1
    )
    band_count: Count | None = optional("a whole number of spectral bands")
    gsd_m: Metres | None = optional("the finest ground sample distance in metres", unit="m")
    fwhm_nm: Positive | None = optional("the full width at half maximum of the narrowest band", unit="nm")
    centre_frequency_ghz: Positive | None = optional("a radar's centre frequency in GHz", unit="GHz")
    bandwidth_mhz: Positive | None = optional("a radar's bandwidth in MHz", unit="MHz")


class TransferItemPart(Part):
    """One thing that is transferred."""

    noun = transfer.TransferItem
    name: Text = needed("what it is called")
    type: Annotated[ItemType, Field(strict=False)] | None = optional("what it is")
    description: LongText | None = optional("a description")
    quantity: Count | None = optional("a whole number: how many")
    claimed_entry: Text | None = optional('the entry you put it under, such as "9A515.a.1"')
    instruments: list[ItemInstrumentPart] | None = many(
        "a list of its remote sensing instruments, [] for none"
    )
    servicing: YesNo = yes_or_no(
        "it is for space-based logistics, or for assembling or servicing another spacecraft"
    )
    other_usml: YesNo = yes_or_no(
        "another paragraph of USML Category XV than (a)(7) and (a)(8) describes it, such as (a)(2) or (a)(3)"
    )
    in_9a004: YesNo = yes_or_no("ECCN 9A004.r, .u or .w describes it")


class TransferPartyPart(Part):
    """Someone with a part in the transfer."""

    noun = transfer.TransferParty
    name: Text = needed("the full name")
    role: Annotated[TransferPartyRole, Field(strict=False)] = needed("what the party is to the transfer")
    country: Country | None = optional(_CODE)
    address: Text | None = optional("the address")
    position: _Position | None = optional("longitude and latitude in degrees, such as [18.42, -33.92]")


class DestinationPart(Part):
    """Where it ends up."""

    noun = transfer.Destination
    country: Country | None = optional(_CODE)
    place: Text | None = optional("the place")
    position: _Position | None = optional("longitude and latitude in degrees, such as [18.42, -33.92]")


class TransferAgreementPart(Part):
    """The agreement between governments that the transfer relies on."""

    noun = transfer.TransferAgreement
    name: Text = needed("the name of the agreement")
    country: Country | None = optional(_CODE)
    document: Text | None = optional("its number or a link")


class ConveyancePart(Part):
    """What carries it, and whose it is."""

    noun = transfer.Conveyance
    mode: Annotated[ConveyanceMode, Field(strict=False)] | None = optional("how it travels")
    name: Text | None = optional("the name or flight of the conveyance")
    owner_country: Country | None = optional(_CODE)
    operator_country: Country | None = optional(_CODE)
    lease_country: Country | None = optional(_CODE)


class TransferPart(Part):
    """A request to transfer satellites, technology or access to data abroad."""

    noun = TransferRequest
    schema_version: Annotated[Literal[1], BeforeValidator(true_integer)] = Field(
        default=1, title="Version of this schema", description="1, or leave it out"
    )
    kind: Literal["transfer"] = needed('"transfer"')
    reference: Annotated[Text, Field(max_length=100)] = needed("your own reference")
    transfer: Annotated[TransferType, Field(strict=False)] | None = optional("on which way it leaves")
    items: list[TransferItemPart] | None = many("a list of what is transferred", at_least=1)
    parties: list[TransferPartyPart] | None = many("a list of everyone with a part in it", at_least=1)
    destination: DestinationPart | None = optional('an object such as {"country": "AU"}')
    end_use: LongText | None = optional("what it is for")
    agreement: TransferAgreementPart | None = optional('an object such as {"name": "…", "country": "AU"}')
    conveyance: ConveyancePart | None = optional(
        'an object such as {"mode": "aircraft", "owner_country": "US"}'
    )
    planned_on: Day | None = optional("the day of the first shipment or transmission as YYYY-MM-DD")
    exercise: YesNo = yes_or_no("a request of an exercise")


def read_transfer(body: Mapping[str, Any], limits: Limits) -> TransferRequest:
    """Read a transfer.  Raises InvalidSubmission with every problem."""
    del limits  # no outlines, and the lists have their own
    part = read_model(TransferPart, body)
    problems = dict(_twins("items", [item.name for item in part.items or ()]))
    for n, item in enumerate(part.items or ()):
        problems |= _twins(f"items[{n}].instruments", [i.name for i in item.instruments or ()])
    if problems:
        raise InvalidSubmission(problems)
    request: TransferRequest = into_domain(part)
    return request


def _twins(field: str, names: list[str]) -> dict[str, str]:
    twice = [name for name, times in Counter(names).items() if times > 1]
    return {field: f"two are called {twice[0]}: give each its own name"} if twice else {}


def transfer_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a transfer."""
    return schema_of(TransferPart, SCHEMA_ID, _EXAMPLE)


_EXAMPLE = {
    "kind": "transfer",
    "reference": "DEMO-T1",
    "transfer": "export",
    "items": [
        {
            "name": "EXAMPLESAT-1",
            "type": "satellite",
            "quantity": 1,
            "instruments": [
                {"name": "PAN", "type": "panchromatic", "aperture_m": 0.40, "spectrum": ["visible", "nir"]}
            ],
            "servicing": False,
            "other_usml": False,
            "in_9a004": False,
        }
    ],
    "parties": [{"name": "Example Imaging Inc.", "role": "exporter", "country": "US"}],
    "destination": {"country": "AU"},
}
