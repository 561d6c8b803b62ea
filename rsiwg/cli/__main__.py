"""``python -m rsiwg.cli``."""

import sys

from rsiwg.cli import main

sys.exit(main())
