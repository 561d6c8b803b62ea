"""What differs between deployments; the only reader of the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import attrs

from rsiwg import resources


@attrs.frozen(kw_only=True)
class Limits:
    """Published limits on what is taken in.  Each is a setting, shown at /api/v1/limits and in docs/settings.md."""

    max_body_bytes: int = 30_000_000
    """Largest request body or uploaded file."""
    max_vertices: int = 50_000
    """Vertices in one AOI, all parts and holes together."""
    max_parts: int = 200
    """Polygons in one AOI."""
    max_area_km2: float = 20_000_000.0
    """Area of one AOI on the ellipsoid; a larger one is refused."""
    max_pixels: int = 50_000_000
    """Pixels of a raster whose outline is taken as an AOI."""
    max_features: int = 10_000
    """Features looked at in one file."""
    max_archive_entries: int = 200
    """Entries of a KMZ or zipped Shapefile."""
    max_archive_bytes: int = 200_000_000
    """Bytes of an archive once unpacked (in memory, never to disk)."""
    max_archive_ratio: int = 100
    """Unpacked bytes per packed byte of one entry."""
    max_image_pixels: int = 4_000_000_000
    """Pixels of a delivered raster that is checked, all bands together."""
    max_image_block_bytes: int = 268_435_456
    """Bytes of one block of such a raster once decoded."""
    max_json_depth: int = 32
    """Nesting of a JSON document."""


def _share(_: object, field: "attrs.Attribute[Any]", value: float) -> None:
    if not 0 <= value <= 1:
        raise RuntimeError(f"{_variable(field.name)}={value} must lie from 0 to 1")


@attrs.frozen(kw_only=True)
class ListSettings:
    """How parties are screened against lists of names.  Each is a setting, shown in docs/settings.md."""

    lists: Path | None = None
    """Folder with the versions of the lists; without it every screening is undetermined."""
    lists_max_age_days: int = 7
    """Lists retrieved longer ago than this make every screening undetermined."""
    lists_shrink_share: float = attrs.field(default=0.05, validator=_share)
    """A load is refused when a source list has become smaller by more than this share."""
    review_score: float = attrs.field(default=0.85, validator=_share)
    """From this score on a likeness of names is a hit."""
    strong_score: float = attrs.field(default=0.95, validator=_share)
    """From this score on a hit is a strong one."""

    def __attrs_post_init__(self) -> None:
        if self.strong_score < self.review_score:
            raise RuntimeError("RSIWG_STRONG_SCORE lies below RSIWG_REVIEW_SCORE")


@attrs.frozen(kw_only=True)
class Settings:
    """One frozen value; each field is read from ``RSIWG_<NAME>``."""

    secret_key: str = attrs.field(repr=False)
    """Signs form tokens; at least 16 characters, no default."""
    database_url: str = "sqlite:///rsiwg.db"
    """SQLAlchemy URL; SQLite and PostgreSQL are tested."""
    geodata: Path = attrs.field(default=resources.GEODATA, converter=Path)
    """Folder of the rulebook; a deployment may point to newer rules without a new wheel."""
    screenings: Path = attrs.field(default=Path("screenings"), converter=Path)
    """Folder in which uploaded archives and their screenings are kept; made when the first one comes."""
    log_json: bool = attrs.field(default=True, converter=attrs.converters.to_bool)
    """JSON log lines, or columns for people."""
    behind_https: bool = attrs.field(default=False, converter=attrs.converters.to_bool)
    """Send HSTS and mark cookies Secure; set it when TLS ends in front of the service."""
    trusted_proxies: int = attrs.field(default=0, converter=int)
    """How many reverse proxies in front may set X-Forwarded-* headers."""
    requests_per_minute: int = attrs.field(default=600, converter=int)
    """Checks and submissions taken from one address in a minute, per worker process."""
    limits: Limits = Limits()
    screening: ListSettings = ListSettings()

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the settings.  Raises RuntimeError for one that must be set and is not, or is not of its type."""
        names = [f.name for f in attrs.fields(cls) if f.name not in {"limits", "screening"}]
        given = {n: environ[_variable(n)] for n in names if _variable(n) in environ}
        if "secret_key" not in given:
            raise RuntimeError(
                f"{_variable('secret_key')} is not set: give a random text of 16 or more characters"
            )
        for name in ("trusted_proxies", "requests_per_minute"):
            if name in given:
                _number(name, given[name], int)
        return cls(
            **given, limits=limits_from_environ(environ), screening=list_settings_from_environ(environ)
        )


def geodata_from_environ(environ: Mapping[str, str] = os.environ) -> Path:
    """Read just the folder of the rulebook, for the command line."""
    return Path(environ.get(_variable("geodata")) or resources.GEODATA)


def list_settings_from_environ(environ: Mapping[str, str] = os.environ) -> ListSettings:
    """Read just how parties are screened, which the command line needs without a service.  Raises RuntimeError."""
    found: dict[str, Any] = {}
    if folder := environ.get(_variable("lists")):
        found["lists"] = Path(folder)
    if (text := environ.get(_variable("lists_max_age_days"))) is not None:
        found["lists_max_age_days"] = _number("lists_max_age_days", text, int)
    for name in ("lists_shrink_share", "review_score", "strong_score"):
        if (text := environ.get(_variable(name))) is not None:
            found[name] = _number(name, text, float)
    return ListSettings(**found)


def limits_from_environ(environ: Mapping[str, str] = os.environ) -> Limits:
    """Read just the limits, which the command line needs without a service.  Raises RuntimeError."""
    found = {}
    for field in attrs.fields(Limits):
        if (text := environ.get(_variable(field.name))) is not None:
            found[field.name] = _number(field.name, text, float if field.type is float else int)
    return Limits(**found)  # type: ignore[arg-type]  # each number is of its field's type


def _variable(name: str) -> str:
    return f"RSIWG_{name.upper()}"


def _number(name: str, text: str, kind: type[int] | type[float]) -> int | float:
    try:
        value = kind(text)
    except ValueError:
        raise RuntimeError(f"{_variable(name)}={text!r} is not a number") from None
    if not value >= 0:
        raise RuntimeError(f"{_variable(name)}={text!r} must not be negative")
    return value
