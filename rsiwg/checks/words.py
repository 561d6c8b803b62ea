"""Numbers and names as sentences say them."""

from collections.abc import Iterable, Sequence

from rsiwg.domain import Activity, Measure, Modality, RecipientKind, Sensor

_NAMES: dict[str, str] = {
    RecipientKind.US_GOVERNMENT: "the U.S. Government",
    RecipientKind.FOREIGN_GOVERNMENT: "a foreign government",
    RecipientKind.COMMERCIAL: "a commercial customer",
    Modality.SAR: "SAR",
    Modality.SWIR: "short-wave infrared",
    Modality.MWIR: "mid-wave infrared",
    Modality.LWIR: "long-wave infrared",
    Modality.NON_EARTH: "non-Earth",
    Measure.GSD: "ground sample distance",
    Measure.IPR: "impulse response",
    Activity.COLLECT: "collection",
    Activity.DISSEMINATE: "dissemination",
}


def named(member: str) -> str:
    """A member of an enumeration in words."""
    return _NAMES.get(member, str(member))


def metres(value_m: float) -> str:
    """To the centimetre, or with as many digits as it has: 0.40 m, 0.3999 m."""
    return f"{value_m:.2f} m" if round(value_m, 2) == value_m else f"{value_m!r} m"


def square_kilometres(area_km2: float) -> str:
    """Three significant figures: 12.3 km², 4,560 km²."""
    if area_km2 >= 1000:
        return f"{float(f'{area_km2:.3g}'):,.0f} km²"
    if area_km2 < 0.001:
        return "less than 0.001 km²"
    return f"{float(f'{area_km2:.3g}'):g} km²"


def degrees(angle_deg: float) -> str:
    """An angle: 20 degrees, 1 degree."""
    return f"{angle_deg:g} degree{'' if angle_deg == 1 else 's'}"


def kilometres(distance_km: float) -> str:
    """One decimal below 100 km."""
    return f"{distance_km:,.1f} km" if distance_km < 100 else f"{distance_km:,.0f} km"


def per_cent(share: float) -> str:
    """A share of the AOI: 12%, 0.3%, under 0.1%."""
    if share > 0.9995:
        return "100%"
    if share < 0.001:
        return "under 0.1%"
    return f"{share * 100:.0f}%" if share >= 0.1 else f"{share * 100:.1f}%"


def listed(words: Iterable[str], last: str = "and") -> str:
    """One, two and three."""
    items: Sequence[str] = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


def sensor_named(sensor: Sensor) -> str:
    """A sensor and its modality: sensor 1 (panchromatic)."""
    return f"{sensor.name} ({named(sensor.modality)})"


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
