"""A submitted request, read into the domain."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import attrs
from pydantic import ValidationError

from rsiwg.domain import (
    Applicant,
    ImagingRequest,
    Licence,
    Measure,
    Modality,
    Period,
    Product,
    ProductPiece,
    Recipient,
    Sensor,
)
from rsiwg.errors import ChoiceNeeded, InvalidGeometry, InvalidSubmission, TooLarge
from rsiwg.intake.aoi import read_aoi_value
from rsiwg.intake.found import ReadAoi
from rsiwg.intake.messages import problems_of
from rsiwg.intake.request_schema import FIELDS, ProductPart, RequestPart, SensorPart
from rsiwg.intake.shown import listed
from rsiwg.intake.strict_json import kind_of
from rsiwg.settings import Limits

_OTHERS = ("system", "transfer", "launch")


@attrs.frozen(kw_only=True)
class Submission:
    """A request, and in sentences what was changed or taken as a default on reading it."""

    request: ImagingRequest
    changes: tuple[str, ...]


def read_submission(body: Mapping[str, Any], limits: Limits) -> Submission:
    """Read a request as `request_schema` describes it; `aoi` may also be an `Area` already read.

    Raises:
        InvalidSubmission: naming every field that is wrong, those of the geometry too.
        ChoiceNeeded: nothing is wrong, except that the AOI holds several areas and `aoi_choose` names none.
    """
    if not isinstance(body, Mapping):
        raise InvalidSubmission({"body": f"an object is needed, and this is {kind_of(body)}"})
    if body.get("kind") in _OTHERS:
        raise InvalidSubmission(
            {
                "kind": f'only an imaging request is checked against places and days; a request of kind "{body["kind"]}" '
                'is stored, or answered by its questions: give "imaging" here'
            }
        )
    problems = _sensor_or_sensors(body)
    part = None
    try:
        part = RequestPart.model_validate(dict(body))
    except ValidationError as exc:
        problems = {**problems_of(exc, FIELDS), **problems}
    aoi, choice = _aoi(body, limits, problems)
    pieces = _pieces(body.get("product"), limits, problems)
    if part is not None:
        problems.update(_across(part))
    if problems:
        raise InvalidSubmission({**problems, **({"aoi": _which(choice)} if choice else {})})
    if choice is not None:
        raise choice
    assert part is not None
    assert aoi is not None
    return Submission(
        request=_request(part, aoi, pieces), changes=(*aoi.changes, *_changes(body, part, pieces))
    )


def _sensor_or_sensors(body: Mapping[str, Any]) -> dict[str, str]:
    one, several = body.get("sensor") is not None, body.get("sensors") is not None
    if one and several:
        return {"sensor": "both sensor and sensors are given: put every sensor into the list sensors"}
    if not one and not several:
        return {
            "sensor": 'this is missing: give an object such as {"modality": "panchromatic", "gsd_m": 0.31}'
        }
    return {}


def _aoi(
    body: Mapping[str, Any], limits: Limits, problems: dict[str, str]
) -> tuple[ReadAoi | None, ChoiceNeeded | None]:
    if body.get("aoi") is None:
        problems["aoi"] = (
            "this is missing: give the area as GeoJSON, as text (WKT or a list of coordinates), "
            "or as a point with a radius"
        )
        return None, None
    choose = body.get("aoi_choose")
    try:
        return read_aoi_value(body["aoi"], limits, choose if isinstance(choose, str) else None), None
    except ChoiceNeeded as exc:
        return None, exc
    except (InvalidGeometry, TooLarge) as exc:
        problems["aoi"] = str(exc)
    except InvalidSubmission as exc:
        problems["aoi"] = str(exc)
    return None, None


def _pieces(product: object, limits: Limits, problems: dict[str, str]) -> list[ReadAoi]:
    inside = product.get("inside") if isinstance(product, Mapping) else None
    read: list[ReadAoi] = []
    for n, piece in enumerate(inside[: limits.max_parts] if isinstance(inside, list) else ()):
        if not isinstance(piece, Mapping) or piece.get("aoi") is None:
            continue  # the model says so
        field = f"product.inside[{n}].aoi"
        try:
            read.append(read_aoi_value(piece["aoi"], limits))
        except ChoiceNeeded as exc:
            problems[field] = _which(exc)
        except (InvalidGeometry, TooLarge, InvalidSubmission) as exc:
            problems[field] = str(exc)
    return read


def _which(choice: ChoiceNeeded) -> str:
    return f"{choice}; send one of them, as one Polygon or MultiPolygon"


def _across(part: RequestPart) -> dict[str, str]:
    """What one field says against another."""
    problems = {}
    sensors = _sensors(part)
    twice = [name for name, n in Counter(s.name for s in sensors).items() if n > 1]
    if twice:
        problems["sensors"] = f"two sensors are called {listed(twice)}: give each its own name"
    product = part.product
    if product is not None and (measure := _measure(product)) is not None:
        field, own = f"{measure}_m", {s.measure for s in sensors}
        if measure not in own:
            given = (
                f"product.{field}" if getattr(product, field) is not None else f"product.inside[0].{field}"
            )
            other = (
                "its impulse response as ipr_m"
                if measure is Measure.GSD
                else "its ground sample distance as gsd_m"
            )
            problems[given] = f"no sensor of this request states this measure: give {other}"
    return problems


# ------------------------------------------------------------------------------------ into the domain


def _request(part: RequestPart, aoi: ReadAoi, pieces: list[ReadAoi]) -> ImagingRequest:
    licence, recipient = part.licence, part.recipient
    return ImagingRequest(
        reference=part.reference,
        applicant=Applicant(
            name=part.applicant.name,
            country=part.applicant.country,
            us_person=part.applicant.us_person,
            operated_from_us=part.applicant.operated_from_us,
        ),
        sensors=tuple(_sensors(part)),
        aoi=aoi.area,
        collection=Period.of_days(part.collection.start, part.collection.end),
        activity=frozenset(part.activity),
        product=_product(part.product, pieces),
        licence=Licence()
        if licence is None
        else Licence(part_960=licence.part_960, tier=licence.tier, licensee=licence.licensee),
        recipient=None
        if recipient is None
        else Recipient(kind=recipient.kind, name=recipient.name, country=recipient.country),
        exercise=bool(part.exercise),
    )


def _sensors(part: RequestPart) -> list[Sensor]:
    return [_sensor(sensor, n) for n, sensor in enumerate(_sensor_parts(part), start=1)]


def _sensor_parts(part: RequestPart) -> list[SensorPart]:
    return part.sensors if part.sensors is not None else [part.sensor] if part.sensor is not None else []


def _sensor(part: SensorPart, number: int) -> Sensor:
    return Sensor(
        name=part.name or f"sensor {number}",
        modality=part.modality,
        gsd_m=part.gsd_m,
        ipr_range_m=part.ipr_range_m or part.ipr_m,
        ipr_azimuth_m=part.ipr_azimuth_m or part.ipr_m,
        ipr_plane=part.ipr_plane,
        max_off_nadir_deg=part.max_off_nadir_deg,
        min_off_nadir_deg=part.min_off_nadir_deg,
        altitude_km=part.altitude_km,
        lowest_altitude_km=part.lowest_altitude_km,
        ifov_urad=part.ifov_urad,
        min_incidence_deg=part.min_incidence_deg,
        max_incidence_deg=part.max_incidence_deg,
    )


def _measure(product: ProductPart) -> Measure | None:
    parts = (product, *(product.inside or ()))
    if any(p.ipr_m is not None for p in parts):
        return Measure.IPR
    return Measure.GSD if any(p.gsd_m is not None for p in parts) else None


def _product(part: ProductPart | None, pieces: list[ReadAoi]) -> Product:
    if part is None:
        return Product()
    return Product(
        resolution_m=part.gsd_m or part.ipr_m,
        measure=_measure(part) or Measure.GSD,
        inside=tuple(
            ProductPiece(area=read.area, resolution_m=piece.gsd_m or piece.ipr_m or 0)
            for piece, read in zip(part.inside or (), pieces, strict=True)
        ),
    )


def _changes(body: Mapping[str, Any], part: RequestPart, pieces: list[ReadAoi]) -> list[str]:
    said = [
        f"product.inside[{n}].aoi: {change}" for n, piece in enumerate(pieces) for change in piece.changes
    ]
    for owner in ("applicant", "recipient"):
        written = (body.get(owner) or {}).get("country")
        code = getattr(getattr(part, owner), "country", None)
        if written != code:
            said.append(f'{owner}.country was written as "{code}".')
    if part.product is None or _measure(part.product) is None:
        said.append(
            "No product is given: what is disseminated is taken to be the sensor's native resolution."
        )
    for n, (sensor, made) in enumerate(zip(_sensor_parts(part), _sensors(part), strict=True)):
        field = "sensor" if part.sensors is None else f"sensors[{n}]"
        if sensor.name is None:
            said.append(f'{field} has no name and is called "{made.name}".')
        if sensor.modality is Modality.SAR and sensor.ipr_m is not None:
            said.append(f"{field}.ipr_m was taken for both range and azimuth.")
    return said
