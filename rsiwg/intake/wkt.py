"""Well-known text, plain or with an SRID before it."""

import re

import numpy as np
import shapely

from rsiwg.errors import InvalidGeometry
from rsiwg.intake.found import Found, Read, found_of
from rsiwg.intake.reproject import Reprojection, crs_from_epsg
from rsiwg.intake.wkb import plain_reason
from rsiwg.settings import Limits

_START = re.compile(
    r"\s*(?:SRID\s*=\s*(?P<srid>\d{1,9})\s*;)?\s*(?P<body>(?:POINT|LINESTRING|LINEARRING|POLYGON|MULTI[A-Z]+|"
    r"GEOMETRYCOLLECTION|CIRCULARSTRING|COMPOUNDCURVE|CURVEPOLYGON|POLYHEDRALSURFACE|TIN|TRIANGLE)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_DEEPEST = 6
"""Nested parentheses: GEOS reads them by recursion."""


def is_wkt(text: str) -> bool:
    """Whether a text starts like WKT or EWKT."""
    return _START.match(text) is not None


def from_wkt(text: str, limits: Limits) -> Found:
    """Find the area of a WKT or EWKT; another SRID than 4326 is reprojected where it is a known EPSG code."""
    match = _START.fullmatch(text)
    if match is None:
        raise InvalidGeometry("this is not WKT: give a POLYGON or MULTIPOLYGON")
    body = match["body"].strip()
    _refuse_deep(body)
    if re.search(r"\b(?:nan|inf|infinity)\b", body, re.IGNORECASE):
        raise InvalidGeometry("a coordinate is not a finite number (NaN or infinity): give degrees")
    try:
        with np.errstate(all="ignore"):  # a number too large becomes infinite, and is refused as that
            shape = shapely.from_wkt(body)
    except NotImplementedError:
        raise InvalidGeometry("this WKT has curved edges: give them as straight ones") from None
    except shapely.errors.ShapelyError as exc:
        raise InvalidGeometry(f"this WKT cannot be taken: {plain_reason(exc)}") from None
    srid = int(match["srid"] or 4326)
    crs = None if srid == 4326 else Reprojection(crs_from_epsg(srid, "SRID"), limits)
    return found_of("WKT", [Read(shape, crs=crs)])


def _refuse_deep(body: str) -> None:
    depth = deepest = 0
    for bracket in re.findall(r"[()]", body):
        depth += 1 if bracket == "(" else -1
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        raise InvalidGeometry(f"this WKT is nested more than {_DEEPEST} deep: give a POLYGON or MULTIPOLYGON")
