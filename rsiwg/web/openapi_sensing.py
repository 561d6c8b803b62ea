"""Sensing in the API description: ground sample distance, SAR resolution, NIIRS."""

from typing import Any

import attrs

from rsiwg.sensing.gsd_table import FOUND, GIVEN, OPTICS
from rsiwg.sensing.parameters import PARAMETERS
from rsiwg.sensing.sar import Window

Json = dict[str, Any]

SAR_NUMBERS = (
    "bandwidth_mhz", "incidence_deg", "off_nadir_deg", "altitude_km", "taylor_sidelobe_db", "kaiser_beta",
    "antenna_length_m", "frequency_ghz", "integration_angle_deg", "doppler_bandwidth_hz", "speed_m_s",
)  # fmt: skip
NIIRS_NUMBERS = ("gsd_m", "relative_edge_response", "signal_to_noise", "overshoot", "noise_gain")
"""The first three are needed."""


@attrs.frozen(kw_only=True)
class Described:
    """One operation: a JSON object in, a JSON object out."""

    path: str
    name: str
    summary: str
    takes: str
    given: Json
    answers: str
    found: Json
    says: str


def _number(name: str) -> Json:
    known = PARAMETERS.get(name)
    if known is None:
        return {"type": "number"}
    most = "exclusiveMaximum" if known.below_most else "maximum"
    return {"type": "number", "minimum": known.least, most: known.most, "description": known.unit}


def _taken(names: tuple[str, ...], required: tuple[str, ...], **more: Json) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": {**{name: _number(name) for name in names}, **more},
    }


OPERATIONS = (
    Described(
        path="/api/v1/sensing/gsd",
        name="sensingGsd",
        summary="Ground sample distance off nadir, for one look",
        takes="Look",
        given={"nadir_gsd_m": 0.31, "altitude_km": 617, "off_nadir_deg": 20},
        answers="CollectedGsd",
        found={
            "cross_view_gsd_m": 0.3320395759,
            "along_view_gsd_m": 0.3582000251,
            "mean_gsd_m": 0.3451198005,
            "incidence_deg": 22.03315544,
            "slant_range_km": 660.8658655,
            "altitude_km": 617.0,
            "remarks": [],
        },
        says="What is collected.",
    ),
    Described(
        path="/api/v1/sensing/sar",
        name="sensingSar",
        summary="Resolution of a SAR: slant range, ground range, azimuth",
        takes="SarSystem",
        given={"bandwidth_mhz": 300, "incidence_deg": 30, "window": "rectangular"},
        answers="SarResolution",
        found={
            "window": "rectangular",
            "broadening": 0.8858929414,
            "slant_range_m": 0.4426403,
            "ground_range_m": 0.8852806,
            "incidence_deg": 30.0,
        },
        says="Widths of the response, metres.",
    ),
    Described(
        path="/api/v1/sensing/niirs",
        name="sensingNiirs",
        summary="An indication of the NIIRS level, by GIQE 3, 4 or 5",
        takes="ImageQuality",
        given={"gsd_m": 0.31, "relative_edge_response": 0.9, "signal_to_noise": 50},
        answers="Niirs",
        found={"indicative": True, "giqe": 5, "niirs": 5.9, "grd_finest_m": 0.75, "grd_coarsest_m": 1.2},
        says="Indicative only.",
    ),
)

SCHEMAS: Json = {
    "Look": _taken(
        (*GIVEN, *OPTICS),
        ("off_nadir_deg",),
        tle={"type": "string", "description": "Elements of the satellite: a TLE or an OMM as text."},
    ),
    "CollectedGsd": {
        "type": "object",
        "required": [*FOUND, "remarks"],
        "properties": {
            **{name: {"type": "number"} for name in FOUND},
            "remarks": {"type": "array", "items": {"type": "string"}},
        },
    },
    "SarSystem": _taken(
        SAR_NUMBERS,
        ("bandwidth_mhz",),
        window={"enum": [str(window) for window in Window], "default": "nominal"},
        taylor_nbar={"type": "integer", "minimum": 1, "maximum": 20, "default": 4},
    ),
    "SarResolution": {
        "type": "object",
        "required": ["window", "broadening", "slant_range_m"],
        "properties": {
            "window": {"enum": [str(window) for window in Window]},
            "broadening": {"type": "number", "description": "Half-power width times bandwidth; 1 where nominal."},
            "slant_range_m": {"type": "number"},
            "ground_range_m": {"type": "number", "description": "On level ground."},
            "incidence_deg": {"type": "number"},
            "azimuth_m": {"type": "number"},
            "azimuth_mode": {"enum": ["stripmap", "spotlight", "doppler"]},
        },
    },
    "ImageQuality": _taken(
        NIIRS_NUMBERS,
        NIIRS_NUMBERS[:3],
        giqe={"enum": [3, 4, 5], "default": 5},
    ),
    "Niirs": {
        "type": "object",
        "required": ["indicative", "giqe", "niirs", "grd_finest_m", "grd_coarsest_m"],
        "properties": {
            "indicative": {"const": True},
            "giqe": {"enum": [3, 4, 5]},
            "niirs": {"type": "number", "minimum": 0, "maximum": 9},
            "grd_finest_m": {"type": ["number", "null"], "description": "Ground resolved distance; not the GSD."},
            "grd_coarsest_m": {"type": ["number", "null"]},
        },
    },
}  # fmt: skip
