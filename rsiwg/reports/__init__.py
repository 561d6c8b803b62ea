"""An answer document turned into tables, outlines, summaries and words.

Pure functions of the JSON answer (`rsiwg.domain.document.assessment_document`): they draw and write
what was found and compute no verdict again.  Equal documents give equal bytes.
"""

from rsiwg.reports.answers import answer_text
from rsiwg.reports.outline import outline_svg
from rsiwg.reports.screening import CHECK_TITLES, counted_rows, screening_html
from rsiwg.reports.summary import summary_html
from rsiwg.reports.tables import findings_csv, findings_geojson
from rsiwg.reports.terminal import text

__all__ = [
    "CHECK_TITLES",
    "answer_text",
    "counted_rows",
    "findings_csv",
    "findings_geojson",
    "outline_svg",
    "screening_html",
    "summary_html",
    "text",
]
