"""The database: the only room with SQL."""

from sqlalchemy import Engine

from rsiwg.store.database import is_reachable, open_database, reading, writing
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

__all__ = [
    "Engine",
    "Event",
    "NewAssessment",
    "NewRequest",
    "RequestLine",
    "Requests",
    "StoredAssessment",
    "StoredRequest",
    "is_reachable",
    "new_request_id",
    "open_database",
    "reading",
    "writing",
]
