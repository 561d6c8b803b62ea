"""JSON answers."""

import json
from typing import Any

from flask import Response


def json_answer(document: Any, status: int = 200, content_type: str = "application/json") -> Response:
    """UTF-8, keys in the order of the document; half a surrogate pair stays an escape."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    return Response(text.encode("utf-8", "backslashreplace"), status, content_type=content_type)
