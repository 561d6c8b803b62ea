"""Orbits in the API description: access, revisit, footprint."""

from typing import Any

from rsiwg.web.openapi_sensing import Described

Json = dict[str, Any]

_ELEMENTS: Json = {
    "type": "string",
    "description": 'A TLE, an OMM (JSON, XML, KVN), or a line such as "orbit altitude_km=617 ltan=10:30" or "walker 53:24/3/1 @550km".',
}
_TIME: Json = {
    "type": "string",
    "description": "A day or a moment, UTC where no zone is given: 2026-11-25T10:30:00Z.",
}
_TEXTS: Json = {"type": "array", "items": {"type": "string"}}
_GEOMETRY: Json = {"type": "object", "required": ["type", "coordinates"], "description": "GeoJSON."}


def _number(says: str, **more: Any) -> Json:
    return {"type": "number", "description": says, **more}


def _maybe(kind: str = "number") -> Json:
    return {"type": [kind, "null"]}


_WHEN: Json = {
    "start": _TIME,
    "days": _number("How long from then.", exclusiveMinimum=0, maximum=400),
    "max_off_nadir_deg": _number(
        "At the satellite; left out: to the horizon.", exclusiveMinimum=0, exclusiveMaximum=90
    ),
    "min_elevation_deg": _number(
        "Of the satellite at the target.", minimum=0, exclusiveMaximum=90, default=0
    ),
    "stale_after_days": _number(
        "Flag elements further than this from the time asked for.", minimum=0, default=14
    ),
}


def _taken(required: list[str], properties: Json) -> Json:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _given(properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


_SATELLITE: Json = _given(
    {
        "name": {"type": "string"}, "norad_id": _maybe("integer"), "object_id": _maybe("string"), "source": {"type": "string"},
        "epoch": {"type": "string"}, "stale": {"type": "boolean"}, "perigee_km": {"type": "number"}, "apogee_km": {"type": "number"},
        "inclination_deg": {"type": "number"},
    }
)  # fmt: skip
_TARGET: Json = _given(
    {
        "name": {"type": "string"}, "restriction": _maybe("string"), "accesses": {"type": "integer"}, "by_day": {"type": "integer"},
        "by_night": {"type": "integer"}, "compared_with_limit": {"type": "integer"}, "finer_than_limit": _maybe("integer"),
        "finest_mean_gsd_m": _maybe(), "least_off_nadir_deg": _maybe(), "looks": {"type": "integer"}, "mean_revisit_h": _maybe(),
        "mean_gap_h": _maybe(), "longest_gap_h": {"type": "number"}, "percentile_gap_h": {"type": "object"}, "says": {"type": "string"},
    }
)  # fmt: skip
_ACCESS: Json = _given(
    {
        "target": {"type": "integer"}, "target_name": {"type": "string"}, "satellite": {"type": "string"}, "satellite_index": {"type": "integer"}, "rise": {"type": "string"},
        "culmination": {"type": "string"}, "set": {"type": "string"}, "duration_s": {"type": "number"},
        "began_before": {"type": "boolean"}, "ends_after": {"type": "boolean"}, "off_nadir_deg": {"type": "number"},
        "elevation_deg": {"type": "number"}, "slant_range_km": {"type": "number"}, "altitude_km": {"type": "number"},
        "longitude_deg": {"type": "number"}, "latitude_deg": {"type": "number"}, "sun_elevation_deg": {"type": "number"},
        "light": {"enum": ["day", "night"]}, "cross_view_gsd_m": _maybe(), "along_view_gsd_m": _maybe(), "mean_gsd_m": _maybe(),
        "limit_m": _maybe(), "finer_than_limit": _maybe("boolean"),
    }
)  # fmt: skip
_ABOUT: Json = {
    "start": {"type": "string"}, "end": {"type": "string"}, "days": {"type": "number"},
    "satellites": {"type": "array", "items": _SATELLITE}, "max_off_nadir_deg": _maybe(), "min_elevation_deg": {"type": "number"},
    "meaning": {"type": "string"}, "warnings": _TEXTS,
}  # fmt: skip

SCHEMAS: Json = {
    "AccessQuestion": _taken(
        ["tle", "start", "days"],
        {
            "tle": _ELEMENTS,
            **_WHEN,
            "aoi": {"description": "In any form that a request takes; each area of it counts by itself."},
            "restrictions": {"type": "boolean", "default": False, "description": "In place of aoi: every restriction with an outline in force."},
            "nadir_gsd_m": _number("Metres, with altitude_km."),
            "altitude_km": _number("What the nadir GSD is stated for."),
            "ifov_urad": _number("Microradians, in place of both."),
            "limit_m": _number("With aoi: the finest GSD allowed, to compare with.", exclusiveMinimum=0),
            "by_day": {"type": "boolean", "default": False, "description": "Only with the sun above the horizon at the target."},
        },
    ),
    "AccessAnswer": _given(
        {
            **_ABOUT,
            "by_day_only": {"type": "boolean"},
            "ifov_urad": _maybe(),
            "targets": {"type": "array", "items": _TARGET},
            "accesses": {"type": "array", "items": _ACCESS},
        }
    ),
    "RevisitQuestion": _taken(
        ["tle", "start", "days"],
        {
            "tle": _ELEMENTS,
            **_WHEN,
            "latitudes_deg": {"type": "array", "minItems": 1, "maxItems": 181, "items": {"type": "number", "minimum": -90, "maximum": 90}},
            "least_sun_elevation_deg": _number("Only looks with the sun at least so high.", minimum=-90, maximum=90),
        },
    ),
    "RevisitAnswer": _given(
        {
            **_ABOUT,
            "least_sun_elevation_deg": _maybe(),
            "latitudes": {
                "type": "array",
                "items": _given(
                    {"latitude_deg": {"type": "number"}, "looks_per_day": {"type": "number"}, "mean_revisit_h": _maybe(), "longest_gap_h": {"type": "number"}}
                ),
            },
        }
    ),
    "FootprintQuestion": _taken(
        [],
        {
            "tle": _ELEMENTS,
            "at": _TIME,
            "minutes": _number("With elements: sweep the swath and draw the ground track.", minimum=0, maximum=1440, default=0),
            "longitude_deg": _number("Of the point below, without elements.", minimum=-180, maximum=180, default=0),
            "latitude_deg": _number("Of the point below, without elements.", minimum=-90, maximum=90, default=0),
            "altitude_km": _number("Kilometres above the ellipsoid.", minimum=100, maximum=100000),
            "heading_deg": _number("Direction of flight from north, without elements.", minimum=-360, maximum=360, default=0),
            "across_deg": _number("Field of view across the track.", exclusiveMinimum=0, maximum=150),
            "swath_km": _number("At nadir, in place of across_deg.", exclusiveMinimum=0, maximum=3000),
            "along_deg": _number("Field of view along the track; left out: one line.", exclusiveMinimum=0, maximum=150),
            "roll_deg": _number("Positive looks to the right.", default=0),
            "pitch_deg": _number("Positive looks forward.", default=0),
            "off_nadir_deg": _number("In place of roll and pitch.", minimum=0, exclusiveMaximum=90),
            "side": {"enum": ["right", "left", "forward", "backward"], "default": "right"},
            "max_off_nadir_deg": _number("Draw the field of regard too.", exclusiveMinimum=0, exclusiveMaximum=90),
            "stale_after_days": _WHEN["stale_after_days"],
        },
    ),
    "FootprintAnswer": {
        "type": "object",
        "required": ["altitude_km", "nadir", "off_nadir_deg", "incidence_deg", "width_km", "length_km", "area_km2", "footprint"],
        "properties": {
            "satellite": {"type": "string"}, "at": {"type": "string"}, "warnings": _TEXTS, "altitude_km": {"type": "number"},
            "nadir": {"type": "array", "items": {"type": "number"}, "description": "Longitude and latitude of the point below."},
            "off_nadir_deg": {"type": "number"}, "incidence_deg": {"type": "number"}, "width_km": {"type": "number"},
            "length_km": {"type": "number"}, "area_km2": {"type": "number"}, "footprint": _GEOMETRY, "swath": _GEOMETRY,
            "ground_track": _GEOMETRY, "field_of_regard": _GEOMETRY,
        },
    },
}  # fmt: skip

_ORBIT = "orbit altitude_km=617 ltan=01:30 name=EXAMPLE"
_SQUARE: Json = {
    "type": "Polygon",
    "coordinates": [[[34.7, 32.0], [34.9, 32.0], [34.9, 32.2], [34.7, 32.2], [34.7, 32.0]]],
}
_FOUND: Json = {
    "start": "2026-11-25T00:00:00.000Z", "end": "2026-11-26T00:00:00.000Z", "days": 1.0, "satellites": [], "max_off_nadir_deg": 30.0,
    "min_elevation_deg": 0.0, "meaning": "An access is an unbroken time in which the area can be seen.", "warnings": [],
}  # fmt: skip

OPERATIONS = (
    Described(
        path="/api/v1/sensing/access",
        name="sensingAccess",
        summary="When satellites can see areas or restrictions, and how finely",
        takes="AccessQuestion",
        given={
            "tle": _ORBIT, "aoi": _SQUARE, "start": "2026-11-25", "days": 3, "max_off_nadir_deg": 30, "nadir_gsd_m": 0.31,
            "altitude_km": 617, "limit_m": 0.4,
        },
        answers="AccessAnswer",
        found={**_FOUND, "by_day_only": False, "ifov_urad": 0.502431, "targets": [], "accesses": []},
        says="The accesses, statistics for each area, and a sentence for each.",
    ),
    Described(
        path="/api/v1/sensing/revisit",
        name="sensingRevisit",
        summary="How often places are seen, by latitude",
        takes="RevisitQuestion",
        given={"tle": _ORBIT, "start": "2026-11-25", "days": 3, "max_off_nadir_deg": 30, "latitudes_deg": [0, 40]},
        answers="RevisitAnswer",
        found={**_FOUND, "least_sun_elevation_deg": None, "latitudes": [{"latitude_deg": 40.0, "looks_per_day": 0.4, "mean_revisit_h": 60.0, "longest_gap_h": 71.2}]},
        says="Statistics by latitude.",
    ),
    Described(
        path="/api/v1/sensing/footprint",
        name="sensingFootprint",
        summary="What a sensor covers on the ground: footprint, swath, field of regard",
        takes="FootprintQuestion",
        given={"altitude_km": 617, "swath_km": 13.1, "along_deg": 1.2, "off_nadir_deg": 30},
        answers="FootprintAnswer",
        found={
            "altitude_km": 617.0, "nadir": [0.0, 0.0], "off_nadir_deg": 30.0, "incidence_deg": 33.2596, "width_km": 18.387,
            "length_km": 15.176, "area_km2": 279.1, "footprint": _SQUARE,
        },
        says="Outlines as GeoJSON.",
    ),
)  # fmt: skip
