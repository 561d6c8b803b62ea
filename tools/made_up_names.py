"""Made-up people, companies and vessels, for tests and benchmarks: the same every time, and nobody real.

Surnames and company stems are put together from syllables; given names are ordinary ones.
"""

from __future__ import annotations

import random

GIVEN = [
    "Ivan",
    "Petr",
    "Sergei",
    "Dmitri",
    "Aleksandr",
    "Yuri",
    "Anna",
    "Olga",
    "Mohammed",
    "Ahmed",
    "Yusuf",
    "Khalid",
    "Fatima",
    "Hassan",
    "Ibrahim",
    "Abdullah",
    "Wei",
    "Ming",
    "Jun",
    "Li",
    "Hua",
    "Xin",
    "Min",
    "Chul",
    "Jae",
    "Hiroshi",
    "Kenji",
    "Yoko",
    "Jose",
    "Maria",
    "Carlos",
    "Pedro",
    "Luis",
    "Lucia",
    "Jean",
    "Marie",
    "Pierre",
    "Hans",
    "Karl",
    "Greta",
    "Ingrid",
    "Kwame",
    "Amina",
    "Chidi",
    "Ngozi",
    "Reza",
    "Dariush",
    "Parisa",
    "Rajesh",
    "Priya",
    "Arjun",
    "Thabo",
    "Zanele",
]
_ONSET = [
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "k",
    "kr",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "z",
]
_VOWEL = ["a", "e", "i", "o", "u"]
_CODA = ["l", "m", "n", "r", "rt", "lk", "nd", "sk", "v", "z", "t"]
_ENDING = [
    "ov",
    "enko",
    "adze",
    "yan",
    "ari",
    "ouni",
    "ani",
    "eh",
    "osi",
    "aku",
    "imo",
    "ez",
    "ano",
    "ova",
    "elli",
    "berg",
    "quist",
    "uwa",
    "oye",
    "ulu",
    "abad",
]
_INDUSTRY = [
    "Trading",
    "Shipping",
    "Industries",
    "Technologies",
    "Electronics",
    "Aerospace",
    "Logistics",
    "Petroleum",
    "Engineering",
    "Systems",
    "Holdings",
    "Optics",
    "Chemicals",
    "Materials",
    "Research",
    "Marine",
    "Aviation",
    "Instruments",
    "Metals",
    "Microwave",
]
_AREA = [
    "International",
    "Global",
    "National",
    "Eastern",
    "Northern",
    "Pacific",
    "Central",
    "United",
    "General",
    "Advanced",
]
_LEGAL = [
    "Co., Ltd.",
    "LLC",
    "Inc.",
    "GmbH",
    "S.A.",
    "JSC",
    "Limited",
    "Corporation",
    "OOO",
    "FZE",
    "Pte. Ltd.",
    "PLC",
]
PROGRAMMES = ["SDGT", "NPWMD", "RUSSIA-EO14024", "IRAN", "SYRIA", "DPRK3", "UKRAINE-EO13662", "CYBER2"]
COUNTRIES = ["RU", "IR", "CN", "SY", "KP", "BY", "VE", "AE", "TR", "CY", "HK", "SG", "PK", "LB"]


class MadeUp:
    """A generator with a seed of its own."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def stem(self) -> str:
        """A word that names nobody."""
        pick = self.random.choice
        return (pick(_ONSET) + pick(_VOWEL) + pick(_CODA) + pick(_VOWEL) + pick(_ONSET)[0]).capitalize()

    def surname(self) -> str:
        """A surname."""
        pick = self.random.choice
        return (pick(_ONSET) + pick(_VOWEL) + pick(_CODA) + pick(_ENDING)).capitalize()

    def person(self) -> str:
        """Given name, sometimes two, and surname."""
        given = [self.random.choice(GIVEN) for _ in range(1 + (self.random.random() < 0.4))]
        return " ".join([*given, self.surname()])

    def company(self) -> str:
        """Stem, line of business and legal form."""
        pick = self.random.choice
        words = [self.stem(), pick(_INDUSTRY)]
        if self.random.random() < 0.5:
            words.insert(1, pick(_AREA))
        return " ".join([*words, pick(_LEGAL)])

    def vessel(self) -> str:
        """A ship."""
        return f"{self.stem()} {self.random.choice(('Star', 'Spirit', 'Pearl', 'Voyager', 'Dawn'))}"

    def entry(self) -> tuple[str, str]:
        """(kind, name)."""
        chance = self.random.random()
        if chance < 0.45:
            return "Individual", self.person()
        return ("Entity", self.company()) if chance < 0.92 else ("Vessel", self.vessel())

    def alias(self, kind: str, name: str) -> str:
        """Another name for the same: a spelling, or a trade name."""
        if kind == "Individual" and self.random.random() < 0.6:
            words = name.split()
            self.random.shuffle(words)
            return " ".join(words)
        return (
            self.company() if kind == "Entity" else self.person() if kind == "Individual" else self.vessel()
        )
