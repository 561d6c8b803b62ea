"""The database: the only room with SQL."""

from sqlalchemy import Engine

from rsiwg.store.database import (
    is_reachable,
    open_database,
    reading,
    reading_screenings,
    writing,
    writing_screenings,
)
from rsiwg.store.records import (
    Event,
    NewAssessment,
    NewRequest,
    RequestLine,
    StoredAssessment,
    StoredRequest,
    new_request_id,
)
from rsiwg.store.requests import Requests
from rsiwg.store.screenings import REFERRAL_STATES, ReferralEvent, Screenings, StoredScreening

__all__ = [
    "REFERRAL_STATES",
    "Engine",
    "Event",
    "NewAssessment",
    "NewRequest",
    "ReferralEvent",
    "RequestLine",
    "Requests",
    "Screenings",
    "StoredAssessment",
    "StoredRequest",
    "StoredScreening",
    "is_reachable",
    "new_request_id",
    "open_database",
    "reading",
    "reading_screenings",
    "writing",
    "writing_screenings",
]
