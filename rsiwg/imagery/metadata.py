"""What a scene says of itself: tags inside the file, and sidecars of the same name read by name."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader
from rasterio.rpc import RPC

from rsiwg.domain import Modality

_FIRST_YEAR, _LAST_YEAR = 1957, 2200
"""A day before the first satellite, or centuries ahead, is no day on which a picture was taken."""

_MOST_BYTES = 2_000_000
"""Of a sidecar; real ones have a few kilobytes."""

SIDECARS = {
    ".ovr": "overviews",
    ".msk": "a mask",
    ".aux.xml": "statistics",
    "-browse.jpg": "a browse picture",
    ".jpg": "a picture",
    ".jpeg": "a picture",
    ".png": "a picture",
    ".tfw": "a world file",
}
"""Ends of names beside a scene that can betray its pixels or its values."""


PROCESSED = "the tag TIFFTAG_DATETIME"
"""Says when a file was made, which may be long after its picture was taken."""


@attrs.frozen(kw_only=True)
class Stated:
    """What the tags and sidecars say; None where they do not."""

    acquired_on: dt.date | None = None
    acquired_by: str = ""
    """Where the day comes from."""
    gsd_m: float | None = None
    gsd_by: str = ""
    modality: Modality | None = None
    modality_by: str = ""
    platform: str | None = None
    rpcs: RPC | None = None
    beside: tuple[str, ...] = ()
    """Files beside it that hold pixels or statistics of it, in words."""


def stated(raster: DatasetReader, path: Path) -> Stated:
    """Read tags, and the sidecars NAME.json (a STAC item), NAME.IMD and NAME.RPB.  What cannot be read says nothing."""
    found: dict[str, Any] = {}
    for source, values in (
        (f"the STAC item {path.stem}.json", _stac(path.with_suffix(".json"))),
        (f"{path.stem}.IMD", _imd(_sidecar(path, ".IMD"))),
        ("the tags of the file", _tags(raster)),
        (PROCESSED, {"acquired": _day_of(raster.tags().get("TIFFTAG_DATETIME"))}),
        ("the bands of the file", {"modality": _by_bands(raster)}),
    ):
        for key, value in values.items():
            if value is not None and key not in found:
                found[key] = value
                found[f"{key}_source"] = source
    rpb = _sidecar(path, ".RPB")
    return Stated(
        acquired_on=found.get("acquired"),
        acquired_by=found.get("acquired_source", ""),
        gsd_m=found.get("gsd"),
        gsd_by=found.get("gsd_source", ""),
        modality=found.get("modality"),
        modality_by=found.get("modality_source", ""),
        platform=_plain(found.get("platform")),
        rpcs=_rpb(rpb) if rpb else None,
        beside=_beside(path),
    )


def _sidecar(path: Path, ending: str) -> str | None:
    for name in (path.with_suffix(ending), path.with_suffix(ending.lower())):
        if name.is_file() and name.stat().st_size <= _MOST_BYTES:
            return name.read_text("utf-8", errors="replace")
    return None


def _beside(path: Path) -> tuple[str, ...]:
    found = []
    for ending, words in SIDECARS.items():
        for name in dict.fromkeys((path.with_name(path.name + ending), path.with_name(path.stem + ending))):
            if name.is_file() and name != path:
                found.append(f"{name.name} ({words})")
    return tuple(dict.fromkeys(found))


def _stac(path: Path) -> Mapping[str, Any]:
    if not path.is_file() or path.stat().st_size > _MOST_BYTES:
        return {}
    try:
        item = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return {}
    if not isinstance(item, dict) or item.get("type") != "Feature" or "stac_version" not in item:
        return {}
    said = item.get("properties") or {}
    if not isinstance(said, dict):
        return {}
    instruments = " ".join(str(name) for name in _list(said.get("instruments"))).lower()
    modality = None
    if any(str(key).startswith("sar:") for key in said):
        modality = Modality.SAR
    elif "pan" in instruments:
        modality = Modality.PANCHROMATIC
    elif len(_list(said.get("eo:bands") or said.get("bands"))) >= 2:
        modality = Modality.MULTISPECTRAL
    return {
        "acquired": _day_of(said.get("datetime") or said.get("start_datetime")),
        "gsd": _positive(said.get("gsd")),
        "modality": modality,
        "platform": said.get("platform") if isinstance(said.get("platform"), str) else None,
    }


def _plain(name: object) -> str | None:
    """A name that goes to terminals and pages: printable characters only, and not many."""
    shown = "".join(c for c in str(name or "") if c.isprintable()).strip()[:100]
    return shown or None


def _list(value: object) -> list[Any]:
    """A list as it is; anything else says nothing."""
    return value if isinstance(value, list) else []


_BAND_IDS = {
    "P": Modality.PANCHROMATIC,
    "Multi": Modality.MULTISPECTRAL,
    "MS1": Modality.MULTISPECTRAL,
    "BGRN": Modality.MULTISPECTRAL,
    "RGB": Modality.MULTISPECTRAL,
    "All-S": Modality.SWIR,
}


def _imd(text: str | None) -> Mapping[str, Any]:
    """An .IMD file: ``name = value;`` lines in groups."""
    if text is None:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if line.rstrip().endswith(";"))
    said = {name.strip(): value.strip().rstrip(";").strip().strip('"') for name, _, value in pairs}
    day = next((said[k] for k in ("TLCTime", "firstLineTime", "earliestAcqTime") if k in said), None)
    gsd = next((said[k] for k in ("productGSD", "meanProductGSD", "meanCollectedGSD") if k in said), None)
    return {
        "acquired": _day_of(day),
        "gsd": _positive(gsd),
        "modality": _BAND_IDS.get(said.get("bandId", "")),
        "platform": said.get("satId"),
    }


_ICATS = {"MS": Modality.MULTISPECTRAL, "HS": Modality.HYPERSPECTRAL, "SAR": Modality.SAR}


def _tags(raster: DatasetReader) -> Mapping[str, Any]:
    tags = raster.tags() | raster.tags(ns="IMAGERY")
    day = next(
        (tags[k] for k in ("RSIWG_ACQUIRED_ON", "ACQUIRED_ON", "ACQUISITIONDATETIME", "ACQUISITION_DATE", "NITF_IDATIM") if k in tags),
        None,
    )  # fmt: skip
    gsd = next((tags[k] for k in ("GSD_M", "GSD", "PRODUCT_GSD") if k in tags), None)
    named = (tags.get("RSIWG_MODALITY") or tags.get("MODALITY", "")).lower()
    # What has a place on the Earth is a picture of it, whatever a tag says.
    modality = (
        Modality(named)
        if named in set(Modality) - {Modality.NON_EARTH}
        else _ICATS.get(tags.get("NITF_ICAT", "").strip())
    )
    return {
        "acquired": _day_of(day),
        "gsd": _positive(gsd),
        "modality": modality,
        "platform": tags.get("SATELLITEID") or tags.get("SATELLITE"),
    }


def _by_bands(raster: DatasetReader) -> Modality | None:
    if any(kind == "complex_int16" or np.dtype(kind).kind == "c" for kind in raster.dtypes):
        return Modality.SAR
    colours = {ColorInterp.red, ColorInterp.green, ColorInterp.blue}
    return Modality.MULTISPECTRAL if colours <= set(raster.colorinterp) else None


def _day_of(text: object) -> dt.date | None:
    """ISO 8601, ``2024:05:01 10:11:12`` as TIFF has it, or ``20240501101112`` as NITF has it."""
    if not isinstance(text, str):
        return None
    found = re.match(r"\s*(\d{4})[-:]?(\d{2})[-:]?(\d{2})", text)
    try:
        day = dt.date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
    return day if day and day.year >= _FIRST_YEAR and day.year < _LAST_YEAR else None


def _positive(value: object) -> float | None:
    try:
        number = float(str(value).split()[0]) if isinstance(value, int | float | str) else float("nan")
    except (ValueError, IndexError):
        return None
    return number if 0 < number < float("inf") else None


_RPB_NAMES = {
    "lineOffset": "line_off", "sampOffset": "samp_off", "latOffset": "lat_off", "longOffset": "long_off",
    "heightOffset": "height_off", "lineScale": "line_scale", "sampScale": "samp_scale", "latScale": "lat_scale",
    "longScale": "long_scale", "heightScale": "height_scale", "errBias": "err_bias", "errRand": "err_rand",
}  # fmt: skip
_RPB_LISTS = {
    "lineNumCoef": "line_num_coeff", "lineDenCoef": "line_den_coeff",
    "sampNumCoef": "samp_num_coeff", "sampDenCoef": "samp_den_coeff",
}  # fmt: skip


def _rpb(text: str) -> RPC | None:
    """An .RPB file: rational polynomial coefficients as ``name = value;`` lines."""
    values: dict[str, Any] = {}
    for statement in text.split(
        ";"
    ):  # no pattern over the whole text: a hostile one would take hours to match
        name, _, value = statement.rpartition("=")
        name = name.split()[-1] if name.strip() else ""
        if name not in _RPB_NAMES and name not in _RPB_LISTS:
            continue
        numbers = re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", value)
        if name in _RPB_NAMES and numbers:
            values[_RPB_NAMES[name]] = float(numbers[0])
        elif name in _RPB_LISTS and len(numbers) == 20:
            values[_RPB_LISTS[name]] = [float(n) for n in numbers]
    needed = set(_RPB_LISTS.values()) | set(_RPB_NAMES.values()) - {"err_bias", "err_rand"}
    return RPC(**values) if needed <= set(values) else None
