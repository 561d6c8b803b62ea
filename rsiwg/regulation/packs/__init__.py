"""Other countries' rules, as far as they were read; off by default, asked for by name."""

from rsiwg.regulation.packs.france import france
from rsiwg.regulation.packs.germany import germany
from rsiwg.regulation.packs.thresholds import canada, india, japan

__all__ = ["canada", "france", "germany", "india", "japan"]
