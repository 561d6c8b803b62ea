"""Form, JSON and files into the domain; the only room with pydantic."""

from rsiwg.intake.aoi import read_aoi_file, read_aoi_text, read_aoi_value
from rsiwg.intake.coordinates import notations
from rsiwg.intake.found import ReadAoi
from rsiwg.intake.kinds import READERS, SCHEMAS, read_request, schema_of_kind
from rsiwg.intake.request_schema import request_schema
from rsiwg.intake.strict_json import read_json
from rsiwg.intake.submission import Submission, read_submission

__all__ = [
    "READERS",
    "SCHEMAS",
    "ReadAoi",
    "Submission",
    "notations",
    "read_aoi_file",
    "read_aoi_text",
    "read_aoi_value",
    "read_json",
    "read_request",
    "read_submission",
    "request_schema",
    "schema_of_kind",
]
