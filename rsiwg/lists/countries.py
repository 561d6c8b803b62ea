"""Names of countries, in several languages and as the lists write them, to ISO 3166-1 alpha-2 codes."""

import functools
import re

from babel import Locale

from rsiwg.parties.names import read_name

_LANGUAGES = ("en", "fr", "es", "de", "ru", "ar", "fa", "zh", "ko", "ja", "pt", "tr")
_AS_LISTS_WRITE = {
    "korea north": "KP", "north korea": "KP", "korea democratic peoples republic of": "KP", "dprk": "KP",
    "korea south": "KR", "south korea": "KR", "republic of korea": "KR", "burma": "MM", "russian federation": "RU",
    "ussr": "RU", "iran islamic republic of": "IR", "syrian arab republic": "SY", "china peoples republic": "CN",
    "peoples republic of china": "CN", "prc": "CN", "congo democratic republic of the": "CD",
    "democratic republic of the congo": "CD", "drc": "CD", "congo republic of the": "CG", "cote d ivoire": "CI",
    "ivory coast": "CI", "vietnam": "VN", "viet nam": "VN", "laos": "LA", "bolivia": "BO", "venezuela": "VE",
    "tanzania": "TZ", "moldova": "MD", "united states of america": "US", "usa": "US", "uk": "GB", "great britain": "GB",
    "england": "GB", "uae": "AE", "palestinian": "PS", "west bank": "PS", "gaza": "PS", "the gambia": "GM",
    "the bahamas": "BS", "bahamas the": "BS", "gambia the": "GM", "macedonia": "MK", "macau": "MO", "hong kong": "HK",
    "taiwan": "TW", "czech republic": "CZ", "turkey": "TR", "cape verde": "CV", "swaziland": "SZ", "east timor": "TL",
    "belorussia": "BY", "crimea": "UA",
}  # fmt: skip
_ENDING = re.compile(r",\s*([A-Z]{2})\s*$")


@functools.cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in {"ZZ", "EU", "UN", "EZ", "QO", "XA", "XB"}:
                found.setdefault(_key(name), code)
    found.update({_key(name): code for name, code in _AS_LISTS_WRITE.items()})
    return found


@functools.cache
def codes() -> frozenset[str]:
    """Every code that is in use."""
    return frozenset(_names().values())


@functools.lru_cache(maxsize=5_000)
def country_code(text: str) -> str | None:
    """The code of a country given by its code or name; None where it is not known."""
    text = text.strip()
    if len(text) == 2 and text.upper() in codes():
        return text.upper()
    return _names().get(_key(text))


def country_of_address(address: str) -> str | None:
    """The country an address ends with, as "…, IR" or "…, Iran"."""
    if match := _ENDING.search(address):
        return country_code(match.group(1))
    return country_code(address.rsplit(",", 1)[-1])


def _key(text: str) -> str:
    return " ".join(read_name(text.replace(",", " ")).tokens)
