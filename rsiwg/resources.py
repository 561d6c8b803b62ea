"""Where the shipped templates and geodata lie, in a checkout and in an installed wheel alike."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLED = _PACKAGE / "_bundled"  # made by the wheel build; see pyproject.toml
_ROOT = _BUNDLED if _BUNDLED.is_dir() else _PACKAGE.parent

TEMPLATES = _ROOT / "templates"
GEODATA = _ROOT / "geodata"
VENDOR = _PACKAGE / "web" / "static" / "vendor"
"""Front-end files built from npm by tools/build_frontend.py."""

for _folder in (TEMPLATES, GEODATA):
    if not _folder.is_dir():
        raise RuntimeError(f"{_folder} is missing: this install of rsiwg is incomplete")
