"""Bulk screening: whole archives of scene footprints against the rulebook."""
