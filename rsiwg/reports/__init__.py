"""An answer document turned into tables, outlines, summaries and words.

Pure functions of the JSON answer (`rsiwg.domain.document.assessment_document`): they draw and write
what was found and compute no verdict again.  Equal documents give equal bytes.
"""

from rsiwg.reports.answers import answer_text
from rsiwg.reports.changes import difference_text, impact_text
from rsiwg.reports.flowchart import flowchart_svg, flowchart_text
from rsiwg.reports.outline import outline_svg
from rsiwg.reports.parties import (
    chain_svg,
    referral_html,
    screening_csv,
    screening_text,
    transparency_csv,
    transparency_text,
)
from rsiwg.reports.scenes import comply_text, scene_report_html, scene_text
from rsiwg.reports.screening import CHECK_TITLES, counted_rows, screening_html
from rsiwg.reports.summary import summary_html
from rsiwg.reports.tables import findings_csv, findings_geojson
from rsiwg.reports.terminal import text

__all__ = [
    "CHECK_TITLES",
    "answer_text",
    "chain_svg",
    "comply_text",
    "counted_rows",
    "difference_text",
    "findings_csv",
    "findings_geojson",
    "flowchart_svg",
    "flowchart_text",
    "impact_text",
    "outline_svg",
    "referral_html",
    "scene_report_html",
    "scene_text",
    "screening_csv",
    "screening_html",
    "screening_text",
    "summary_html",
    "text",
    "transparency_csv",
    "transparency_text",
]
