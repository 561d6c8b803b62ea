"""The kernel in machine code, or None where numba is not installed; everything then goes through NumPy."""

import importlib
from typing import Any


def _kernel() -> Any:
    try:
        return importlib.import_module("rsiwg.screening.kernel")
    except (ImportError, RuntimeError):  # not installed, or nowhere to keep what it compiles
        return None


kernel: Any = _kernel()
