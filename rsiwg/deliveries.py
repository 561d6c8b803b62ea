"""Use cases of delivered images: check a raster against the rulebook, and write its compliant copy."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from rsiwg import __version__
from rsiwg.checks import assess
from rsiwg.domain import (
    Activity,
    Applicant,
    ImagingRequest,
    Licence,
    Measure,
    Modality,
    Outcome,
    Period,
    Plane,
    Product,
    ProductPiece,
    Rulebook,
    Sensor,
    Verdict,
)
from rsiwg.domain.document import assessment_document, rounded
from rsiwg.errors import InvalidSubmission
from rsiwg.geometry import Area, area_km2, join, normalise, overlap, to_geojson
from rsiwg.imagery import Change, Complied, Method, Preview, RasterScene, comply, preview, read_scene
from rsiwg.imagery.ground import Spacing
from rsiwg.imagery.metadata import PROCESSED
from rsiwg.imagery.scene import provable, spacing_in
from rsiwg.settings import Limits

NOT_STATED = Applicant(name="not stated", country="ZZ")
"""Who delivers, where no request says so.  ZZ is the code that ISO 3166 leaves to its users."""

_DECIMALS = 3
"""Distances between pixels are judged to the millimetre: a map projection alone stretches them by up to 0.1 %, so that
a product of 0.40 m in UTM has pixels 0.3998 to 0.4002 m apart on the ground."""

_FINER_SHARE = 0.02
"""Pixels closer together than stated by more than this share are reported."""


TOO_SMALL = "too small to show afterwards that it is degraded"


@attrs.frozen(kw_only=True)
class CheckedScene:
    """A raster, what was found, and the JSON answer."""

    scene: RasterScene
    request: ImagingRequest
    document: dict[str, Any]
    hides: bool = False
    """Whether a mask hides a picture that would not be clear."""


@attrs.frozen(kw_only=True)
class CompliedScene:
    """A raster before, its copy, and the JSON report."""

    before: CheckedScene
    after: CheckedScene | None
    """None where nothing had to change, so that nothing was written."""
    document: dict[str, Any]


def check_scene(
    path: Path,
    rulebook: Rulebook,
    *,
    limits: Limits,
    asked: ImagingRequest | None = None,
    modality: Modality | None = None,
    acquired_on: dt.date | None = None,
    as_of: dt.date | None = None,
) -> CheckedScene:
    """Judge what a raster shows by the rules of the day on which it was acquired.

    `asked` is the request it was delivered under: applicant, licence, recipient and activity are its; without one
    they are not stated, and what depends on them is undetermined.

    Raises:
        InvalidImage, TooLarge: the raster cannot be judged.
        InvalidSubmission: nothing says on which day it was acquired, nor on which to judge it.
    """
    scene = read_scene(path, limits)
    day = acquired_on or scene.stated.acquired_on or as_of
    if day is None:
        raise InvalidSubmission(
            {
                "acquired": f"neither the tags of {path.name} nor a sidecar say on which day it was acquired: give the day"
            }
        )
    known = modality or scene.stated.modality
    request = _request(scene, asked, known or Modality.PANCHROMATIC, day, as_of)
    assessment = assess(request, rulebook, __version__)
    refined = _as_fine_as_there(path, limits, request, assessment.findings)
    if refined is not request:
        request, assessment = refined, assess(refined, rulebook, __version__)
    under_a_mask = tuple(_under_a_mask(scene, request, rulebook))
    notes = (*_notes(scene, known, acquired_on), *under_a_mask)
    verdict = str(assessment.verdict)
    if (known is None and verdict != "undetermined") or (
        verdict == "clear" and any(note["outcome"] == "indeterminate" for note in notes)
    ):
        verdict = "undetermined"
    document = {
        "verdict": verdict,
        "scene": scene_document(scene, known, day),
        "notes": list(notes),
        "answer": assessment_document(assessment),
    }
    hides = any(note["outcome"] == "indeterminate" for note in under_a_mask)
    return CheckedScene(scene=scene, request=request, document=document, hides=hides)


def comply_scene(
    path: Path,
    target: Path,
    rulebook: Rulebook,
    *,
    limits: Limits,
    method: Method,
    asked: ImagingRequest | None = None,
    modality: Modality | None = None,
    acquired_on: dt.date | None = None,
    as_of: dt.date | None = None,
) -> CompliedScene:
    """Write the smallest change of a raster that clears what a change of pixels can clear, and check the copy again.

    Raises:
        InvalidImage: the raster cannot be judged, or nothing would be left of it.
        TooLarge, InvalidSubmission: as `check_scene`.
    """
    before = check_scene(
        path, rulebook, limits=limits, asked=asked, modality=modality, acquired_on=acquired_on, as_of=as_of
    )
    changes = _changes(before)
    if method is Method.DEGRADE:
        changes = tuple(_provable(path, limits, changes))
    if not changes and not before.hides:
        return CompliedScene(before=before, after=None, document=_report(before, None, (), method, None))
    answer = before.document["answer"]
    provenance = {
        "SOURCE_SHA256": before.scene.sha256,
        "RULEBOOK": rulebook.version,
        "ENGINE": __version__,
        "VERDICT_ID": answer["verdict_id"],
        "ACQUIRED_ON": before.document["scene"]["acquired_on"],
        "MODALITY": before.document["scene"]["modality"] or "",
    }
    done = comply(path, target, changes, method=method, limits=limits, provenance=provenance)
    after = check_scene(
        target,
        rulebook,
        limits=limits,
        asked=asked,
        modality=modality or before.scene.stated.modality,
        acquired_on=acquired_on or before.scene.stated.acquired_on,
        as_of=as_of,
    )
    return CompliedScene(before=before, after=after, document=_report(before, after, changes, method, done))


def scene_document(scene: RasterScene, modality: Modality | None, day: dt.date) -> dict[str, Any]:
    """A raster as the answer shows it."""
    said = scene.stated
    return {
        "name": scene.name,
        "format": scene.driver,
        "sha256": scene.sha256,
        "width_px": scene.width,
        "height_px": scene.height,
        "bands": scene.bands,
        "data_types": list(scene.kinds),
        "overviews": list(scene.overviews),
        "placed_by": scene.ground,
        "gsd_m": {
            "finest": rounded(scene.spacing.finest_m),
            "mean": rounded(scene.spacing.mean_m),
            "coarsest": rounded(scene.spacing.coarsest_m),
        },
        "stated_gsd_m": said.gsd_m,
        "stated_gsd_by": said.gsd_by or None,
        "modality": str(modality) if modality else None,
        "modality_by": said.modality_by or None,
        "acquired_on": day.isoformat(),
        "acquired_by": said.acquired_by or None,
        "platform": said.platform,
        "area_km2": rounded(area_km2(scene.outline)),
        "outline_wider_by_px": scene.wider_px,
        "beside": list(said.beside),
    }


def _request(
    scene: RasterScene, asked: ImagingRequest | None, modality: Modality, day: dt.date, as_of: dt.date | None
) -> ImagingRequest:
    finest, name = _judged_m(scene.spacing), scene.stated.platform or "the delivered image"
    if modality is Modality.SAR:
        sensor = Sensor(
            name=name, modality=modality, ipr_range_m=finest, ipr_azimuth_m=finest, ipr_plane=Plane.GROUND
        )
    else:
        sensor = Sensor(name=name, modality=modality, gsd_m=finest)
    borne_out = tuple(
        ProductPiece(area=p.area, resolution_m=p.resolution_m) for p in scene.degraded if p.borne_out
    )
    return ImagingRequest(
        reference=asked.reference if asked else scene.name[:100],
        applicant=asked.applicant if asked else NOT_STATED,
        sensors=(sensor,),
        aoi=scene.outline,
        collection=Period.of_days(day, day),
        activity=asked.activity if asked else frozenset({Activity.DISSEMINATE}),
        product=Product(measure=_measure(modality), inside=borne_out),
        licence=asked.licence if asked else Licence(),
        recipient=asked.recipient if asked else None,
        exercise=asked.exercise if asked else False,
        as_of=as_of,
    )


def _judged_m(spacing: Spacing) -> float:
    return max(round(spacing.finest_m, _DECIMALS), 10.0**-_DECIMALS)


def _measure(modality: Modality) -> Measure:
    return Measure.IPR if modality is Modality.SAR else Measure.GSD


def _as_fine_as_there(
    path: Path, limits: Limits, request: ImagingRequest, findings: Sequence[Any]
) -> ImagingRequest:
    """Where the pixels of a piece lie farther apart than at the scene's finest place, the piece is judged by its own."""
    pieces = list(request.product.inside)
    finest = request.sensors[0].resolution_m
    for finding in findings:
        measured = finding.measured
        if (
            finding.where is None
            or measured is None
            or measured.limit_m is None
            or measured.value_m != finest
        ):
            continue
        if finding.outcome not in (Outcome.CONFLICT, Outcome.INDETERMINATE):
            continue
        there = _judged_m(spacing_in(path, limits, finding.where))
        if there > finest:
            pieces.append(ProductPiece(area=finding.where, resolution_m=there))
    if len(pieces) == len(request.product.inside):
        return request
    return attrs.evolve(request, product=attrs.evolve(request.product, inside=tuple(pieces)))


def _notes(scene: RasterScene, known: Modality | None, given_day: dt.date | None) -> Iterator[dict[str, str]]:
    """What the file itself gives reason to say, beside the findings of the checks."""
    said, finest = scene.stated, scene.spacing.finest_m
    if known is None:
        yield _note(
            "indeterminate",
            "Neither the file nor a sidecar says with which kind of sensor it was taken. It was judged as panchromatic; "
            "give --modality to have it settled.",
        )
    if said.gsd_m is not None and finest < said.gsd_m * (1 - _FINER_SHARE):
        yield _note(
            "condition",
            f"The pixels lie {finest:.2f} m apart on the ground, finer than the {said.gsd_m:g} m that {said.gsd_by} give; "
            "it was judged by its pixels.",
        )
    for piece in scene.degraded:
        if piece.borne_out:
            yield _note(
                "clear",
                f"In {area_km2(piece.area):,.3g} km² the pixels hold no detail finer than {piece.resolution_m:g} m, as their "
                "provenance says: measured in their spectrum.",
            )
        else:
            yield _note(
                "indeterminate",
                f"The tags say that {area_km2(piece.area):,.3g} km² were degraded to {piece.resolution_m:g} m, and the pixels "
                "do not bear that out, or are too few to tell. They were judged as they lie.",
            )
    if given_day is None and said.acquired_by == PROCESSED:
        yield _note(
            "condition",
            f"The day comes from {PROCESSED}, which may give the day of processing: give --acquired where another is known.",
        )
    if said.beside:
        yield _note(
            "condition",
            f"Files beside it hold pixels or values of it, and are not part of this check: {', '.join(said.beside)}. "
            "Do not deliver them with a compliant copy.",
        )
    if scene.wider_px:
        yield _note(
            "clear",
            f"The outline was made out of the valid pixels and may be up to {scene.wider_px:g} pixels wider than they are.",
        )


def _under_a_mask(
    scene: RasterScene, request: ImagingRequest, rulebook: Rulebook
) -> Iterator[dict[str, str]]:
    """What a mask hides from viewers, readers of the bands see: it is judged for itself."""
    if scene.hidden is None:
        return
    bare = attrs.evolve(request, aoi=scene.hidden, product=Product(measure=request.product.measure))
    verdict = assess(bare, rulebook, __version__).verdict
    says = (
        f"Pixels that the mask calls empty hold a picture of {area_km2(scene.hidden):,.3g} km² all the same"
    )
    if verdict is Verdict.CLEAR:
        yield _note("clear", f"{says}; it was judged too, and nothing speaks against it.")
    else:
        yield _note(
            "indeterminate",
            f"{says}, which is {verdict} where it lies. rsiwg imagery comply writes a copy in which they are empty.",
        )


def _note(outcome: str, says: str) -> dict[str, str]:
    return {"outcome": outcome, "says": says}


def _changes(checked: CheckedScene) -> tuple[Change, ...]:
    """What a change of pixels can clear: pieces finer than a limit, and pieces where nothing may be shown."""
    from shapely.geometry import shape  # noqa: PLC0415  # the answer has outlines as GeoJSON

    from rsiwg.geometry import normalise_shape  # noqa: PLC0415

    by_limit: dict[float | None, list[Area]] = {}
    for finding in checked.document["answer"]["findings"]:
        if finding["where"] is None or finding["outcome"] not in ("conflict", "indeterminate"):
            continue
        measured = finding["measured"]
        area = overlap(normalise_shape(shape(finding["where"])).area, checked.scene.outline)
        if area.is_empty:
            continue
        if measured and measured["limit_m"] is not None:
            if measured["measure"] == "gsd" and measured["value_m"] < measured["limit_m"]:
                by_limit.setdefault(measured["limit_m"], []).append(area)
        elif finding["outcome"] == "conflict":
            by_limit.setdefault(None, []).append(area)
    ordered = sorted(by_limit.items(), key=lambda item: (item[0] is None, item[0] or 0.0))
    return tuple(Change(area=join(areas), finest_m=limit) for limit, areas in ordered)


def _provable(path: Path, limits: Limits, changes: Sequence[Change]) -> Iterator[Change]:
    """What is too small for its degradation to be told from the pixels afterwards is emptied."""
    for change in changes:
        if change.finest_m is None:
            yield change
            continue
        told, not_told = provable(path, limits, change.area, change.finest_m)
        if not told.is_empty:
            yield attrs.evolve(change, area=told)
        if not not_told.is_empty:
            yield Change(area=not_told, finest_m=None, why=TOO_SMALL)


def _report(
    before: CheckedScene,
    after: CheckedScene | None,
    changes: Sequence[Change],
    method: Method,
    done: Complied | None,
) -> dict[str, Any]:
    """The JSON report: what was changed, and the answers before and after."""
    return {
        "method": str(method),
        "changed": [
            {
                "what": _what(method, change),
                "finest_m": change.finest_m,
                "area_km2": rounded(area_km2(change.area)),
                "where": to_geojson(change.area),
            }
            for change in changes
        ],
        "changed_px": done.changed_px if done else 0,
        "written": None
        if done is None or after is None
        else {
            "name": after.scene.name,
            "sha256": done.sha256,
            "width_px": done.width,
            "height_px": done.height,
        },
        "before": before.document,
        "after": after.document if after else None,
    }


def _what(method: Method, change: Change) -> str:
    if method is Method.DEGRADE and change.finest_m is not None:
        return f"degraded to {change.finest_m:g} m"
    return f"emptied: {change.why}" if change.why else "emptied"


def picture_of(path: Path, checked: CheckedScene, limits: Limits) -> Preview | None:
    """A picture of one raster for a map, no finer than what it is judged by; None where only coefficients place it."""
    changes = _changes(checked)
    finest = max([change.finest_m or 0.0 for change in changes], default=0.0)
    barred = [change.area for change in changes if change.finest_m is None]
    return preview(path, limits, not_finer_than_m=finest, without=join(barred) if barred else None)[0]


def pictures_of(source: Path, target: Path, done: CompliedScene, limits: Limits) -> dict[str, Preview]:
    """Pictures before and after for a map or a report, no finer than the coarsest limit that was applied.

    Where nothing may be shown, or a mask hides a picture, there is none of it before either.
    """
    finest = max([c["finest_m"] or 0.0 for c in done.document["changed"]], default=0.0)
    emptied = [normalise(c["where"]).area for c in done.document["changed"] if c["finest_m"] is None]
    without = join(emptied) if emptied else None
    before, stretch = preview(source, limits, not_finer_than_m=finest, without=without)
    after = (
        None if done.after is None else preview(target, limits, not_finer_than_m=finest, stretch=stretch)[0]
    )
    return {name: picture for name, picture in (("before", before), ("after", after)) if picture is not None}


def template_of(body: Mapping[str, Any] | None, limits: Limits) -> ImagingRequest | None:
    """The request that an image was delivered under.  Raises InvalidSubmission and what reading one raises."""
    from rsiwg.intake import read_submission  # noqa: PLC0415  # most calls give none

    return None if body is None else read_submission(body, limits).request
