"""Names, statuses and notes of countries and disputed regions, in neutral words.

The names follow the usage of the U.S. Government where the source's differ.  A land is `state`
unless the source itself records a dispute about who holds it (`TYPE` is "Disputed" or
"Indeterminate", or a claimant's view marks it "Unrecognized" and the United States takes no
position), or leaves it to nobody.  Recording a dispute takes no side in it.
"""

from __future__ import annotations

NAMES: dict[str, str] = {
    "Aland": "Åland Islands",
    "Akrotiri Sovereign Base Area": "Akrotiri Sovereign Base Area (United Kingdom)",
    "Brazilian Island": "Brazilian Island (Isla Brasilera)",
    "Dhekelia Sovereign Base Area": "Dhekelia Sovereign Base Area (United Kingdom)",
    "East Timor": "Timor-Leste",
    "eSwatini": "Eswatini",
    "Falkland Islands": "Falkland Islands (Islas Malvinas)",
    "Hong Kong S.A.R.": "Hong Kong",
    "Indian Ocean Territories": "Christmas Island and Cocos (Keeling) Islands",
    "Ivory Coast": "Côte d'Ivoire",
    "Macao S.A.R": "Macau",
    "Myanmar": "Burma (Myanmar)",
    "Republic of Serbia": "Serbia",
    "Saint Barthelemy": "Saint Barthélemy",
    "Scarborough Reef": "Scarborough Reef (Scarborough Shoal)",
    "South Georgia and the Islands": "South Georgia and the South Sandwich Islands",
    "São Tomé and Principe": "São Tomé and Príncipe",
    "Turkey": "Türkiye",
    "United Republic of Tanzania": "Tanzania",
    "US Naval Base Guantanamo Bay": "Guantanamo Bay Naval Base",
    "Vatican": "Holy See (Vatican City)",
}
"""The source's name to ours, where they differ."""

MAIN_FEATURES = frozenset({"Australia", "France", "Brazil"})
"""Which of several features with one ISO code takes the code as its slug."""

STATUSES: dict[str, tuple[str, str]] = {
    "Abyei": ("disputed", "Sudan and South Sudan both claim the area; its final status is not agreed."),
    "Antarctica": (
        "none",
        "No state's sovereignty is generally recognized; the Antarctic Treaty holds claims in abeyance.",
    ),
    "Bir Tawil": ("none", "Between Egypt and Sudan; neither claims it."),
    "Brazilian Island (Isla Brasilera)": ("disputed", "Claimed by Brazil and Uruguay."),
    "British Indian Ocean Territory": (
        "disputed",
        "Administered by the United Kingdom; the source records claims by Mauritius and Seychelles.",
    ),
    "Falkland Islands (Islas Malvinas)": (
        "disputed",
        "Administered by the United Kingdom; claimed by Argentina.",
    ),
    "Gaza Strip": ("disputed", "Its final status is subject to negotiation."),
    "Gibraltar": ("disputed", "Administered by the United Kingdom; claimed by Spain."),
    "Golan Heights": (
        "disputed",
        "Held by Israel since 1967 and claimed by Syria; the United States recognized Israeli sovereignty in 2019.",
    ),
    "Guantanamo Bay Naval Base": (
        "disputed",
        "Leased to the United States by Cuba, whose sovereignty the lease recognizes; Cuba contests the lease.",
    ),
    "Kosovo": (
        "disputed",
        "Independent since 2008 and recognized by the United States and others; claimed by Serbia.",
    ),
    "Rincon de Artigas": ("disputed", "Administered by Brazil; claimed by Uruguay."),
    "Scarborough Reef (Scarborough Shoal)": ("disputed", "Claimed by China, Taiwan and the Philippines."),
    "South Georgia and the South Sandwich Islands": (
        "disputed",
        "Administered by the United Kingdom; claimed by Argentina.",
    ),
    "Southern Patagonian Ice Field": (
        "disputed",
        "Argentina and Chile have not yet drawn this part of their boundary (agreement of 1998).",
    ),
    "Spratly Islands": (
        "disputed",
        "Claimed in whole or part by China, Taiwan, Vietnam, Malaysia, the Philippines and Brunei.",
    ),
    "Taiwan": (
        "state",
        "Self-administered; claimed by China.  Listed under its ISO code; no position is taken.",
    ),
    "West Bank": ("disputed", "Its final status is subject to negotiation."),
    "Western Sahara": (
        "disputed",
        "A non-self-governing territory on the United Nations list, claimed by Morocco; "
        "the United States recognized Moroccan sovereignty in 2020.",
    ),
}
"""Our name to status and note; a name that is not here is a `state` without a note."""

GAPS: dict[str, tuple[float, float]] = {
    "Abyei": (28.42, 9.67),
    "Golan Heights": (35.73, 33.03),
    "Rincon de Artigas": (-55.96, -30.96),
    "Southern Patagonian Ice Field": (-73.31, -49.52),
}
"""Land the source leaves to nobody, and a point (lon, lat) inside each."""

_OCCUPIED = "Internationally recognized as part of Ukraine; Russia occupies {part} of it and claims to have annexed it."
UKRAINE_REGIONS: dict[str, tuple[str, str, str]] = {
    "Crimea": ("crimea", "Crimea", _OCCUPIED.format(part="all")),
    "Donets'k": ("donetsk", "Donetsk region", _OCCUPIED.format(part="part")),
    "Kherson": ("kherson", "Kherson region", _OCCUPIED.format(part="part")),
    "Luhans'k": ("luhansk", "Luhansk region", _OCCUPIED.format(part="most")),
    "Sevastopol": ("sevastopol", "Sevastopol", _OCCUPIED.format(part="all")),
    "Zaporizhzhya": ("zaporizhzhia", "Zaporizhzhia region", _OCCUPIED.format(part="part")),
}
"""The province's name in the source to slug, name and note."""

_KASHMIR = "Part of the former state of Jammu and Kashmir, {by}; its final status is disputed."
KASHMIR_REGIONS: dict[str, tuple[str, str, str]] = {
    "Azad Kashmir": ("azad-kashmir", "Azad Kashmir", _KASHMIR.format(by="administered by Pakistan")),
    "Jammu and Kashmir": (
        "jammu-and-kashmir",
        "Jammu and Kashmir, with Ladakh",
        _KASHMIR.format(by="administered by India"),
    ),
    "Northern Areas": (
        "gilgit-baltistan",
        "Gilgit-Baltistan",
        _KASHMIR.format(by="administered by Pakistan"),
    ),
}

ATLAS_REGIONS: dict[str, tuple[str, str, str]] = {
    "Cyprus U.N. Buffer Zone": (
        "cyprus-buffer-zone",
        "United Nations buffer zone in Cyprus",
        "Patrolled by the United Nations since 1974; the country layer counts it to Cyprus.",
    ),
    "N. Cyprus": (
        "northern-cyprus",
        "Northern Cyprus (status disputed)",
        "Administered by Turkish Cypriots and recognized only by Türkiye; the country layer counts it to Cyprus.",
    ),
    "Siachen Glacier": (
        "siachen-glacier",
        "Siachen Glacier",
        "Claimed by India and Pakistan; the country layer counts it to India.",
    ),
    "Somaliland": (
        "somaliland",
        "Somaliland (status disputed)",
        "Self-administered; the United States treats it as part of Somalia, as the country layer does.",
    ),
}

SOUTHERN_KURILS = (
    "southern-kuril-islands",
    "Southern Kuril Islands (Northern Territories)",
    "Administered by Russia; claimed by Japan, whose sovereignty the United States recognizes.",
)
SOUTHERN_KURILS_BOX = (145.0, 43.2, 149.3, 45.6)
"""West, south, east, north: of Russia's land, only these islands lie inside."""
