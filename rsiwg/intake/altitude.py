"""The altitude of one satellite over latitude, from a file or text with its elements."""

import datetime as dt

from rsiwg.errors import InvalidSubmission
from rsiwg.intake.element_sets import ReadElements, read_element_sets, read_element_text
from rsiwg.sensing.altitude import AltitudeProfile, altitude_profile
from rsiwg.settings import Limits

_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Of an orbit given by altitude and inclination, whose shape is the same at any time."""


def read_altitude_profile(data: bytes | str, limits: Limits) -> AltitudeProfile:
    """Read a file or text that holds one element set, and follow it through a revolution.

    Raises InvalidSubmission for what is no element set, is damaged, or is several; TooLarge for what is too long.
    """
    read: ReadElements = (
        read_element_text(data, limits, epoch=_EPOCH)
        if isinstance(data, str)
        else read_element_sets(data, limits, epoch=_EPOCH)
    )
    if len(read.elements) != 1:
        raise InvalidSubmission({"tle": f"this holds {len(read.elements)} element sets: give one"})
    return altitude_profile(read.elements[0].satrec())
