"""Write the labelled pairs that recall and precision of name matching are measured on.

Each row: category, the name a request gives, the name (and aliases) the list has, and whether both are the same.
Everything is made up; the same bytes every time.  Usage: python tools/make_party_pairs.py
"""

from __future__ import annotations

import csv
import string
from pathlib import Path

from made_up_names import MadeUp

TARGET = Path(__file__).resolve().parents[1] / "tests" / "golden" / "party_pairs.csv"
PER_CATEGORY = 60

# Latin to Cyrillic by BGN/PCGN 1947 read backwards, longest first.
CYRILLIC = {
    "shch": "щ", "kh": "х", "zh": "ж", "ts": "ц", "ch": "ч", "sh": "ш", "yu": "ю", "ya": "я", "a": "а", "b": "б", "c": "ц",
    "v": "в", "w": "в", "g": "г", "d": "д", "e": "е", "z": "з", "i": "и", "y": "й", "k": "к", "q": "к", "l": "л",
    "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с", "t": "т", "u": "у", "f": "ф", "h": "х", "j": "дж", "x": "кс",
}  # fmt: skip
GREEK = {
    "th": "θ", "ph": "φ", "ch": "χ", "a": "α", "b": "μπ", "d": "ντ", "e": "ε", "z": "ζ", "i": "ι", "k": "κ", "l": "λ",
    "m": "μ", "n": "ν", "o": "ο", "p": "π", "r": "ρ", "s": "σ", "t": "τ", "u": "ου", "f": "φ", "v": "β",
}  # fmt: skip
ARABIC = {
    "sh": "ش", "kh": "خ", "a": "", "e": "", "i": "ي", "o": "و", "u": "و", "b": "ب", "t": "ت", "h": "ه", "d": "د",
    "r": "ر", "z": "ز", "s": "س", "f": "ف", "q": "ق", "k": "ك", "l": "ل", "m": "م", "n": "ن", "y": "ي", "v": "ف",
    "g": "غ", "p": "ب", "j": "ج", "w": "و", "x": "كس", "c": "ك",
}  # fmt: skip
SPELLINGS = (
    ("Mohammed", "Muhammad"), ("Mohammed", "Mohamed"), ("Yusuf", "Youssef"), ("Yusuf", "Yousuf"), ("Sergei", "Sergey"),
    ("Sergei", "Serguei"), ("Dmitri", "Dmitry"), ("Aleksandr", "Alexander"), ("Yuri", "Yury"), ("Ahmed", "Ahmad"),
    ("Khalid", "Khaled"), ("Hassan", "Hasan"), ("Abdullah", "Abdallah"), ("Ibrahim", "Ebrahim"), ("Fatima", "Fatimah"),
)  # fmt: skip
MARKS = {"a": "á", "e": "é", "o": "ö", "u": "ü", "n": "ñ", "c": "ç", "s": "š", "z": "ž", "i": "í"}
LEGAL_PAIRS = (
    ("Limited", "Ltd."), ("LLC", "L.L.C."), ("GmbH", ""), ("Inc.", "Incorporated"), ("Co., Ltd.", "Company Limited"),
    ("S.A.", "SA"), ("JSC", ""), ("Corporation", "Corp."), ("OOO", "LLC"), ("Pte. Ltd.", "Private Limited"),
)  # fmt: skip


def main() -> None:
    """Write the pairs."""
    made = MadeUp(20261125)
    rows = [row for category in CATEGORIES for row in category(made)]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("category", "party", "listed", "aliases", "same"))
        writer.writerows(rows)
    print(f"{len(rows)} pairs in {TARGET}")


def named(made: MadeUp, person_share: float = 0.5) -> str:
    """A person or a company."""
    return made.person() if made.random.random() < person_share else made.company()


def exact(made: MadeUp):
    """The same name in other case, spacing or width."""
    for n in range(PER_CATEGORY):
        name = named(made)
        other = (
            name.upper()
            if n % 3 == 0
            else f"  {name.lower()} "
            if n % 3 == 1
            else name.replace(" ", "\u00a0")
        )
        yield "exact", other, name, "", "yes"


def alias(made: MadeUp):
    """One of the aliases."""
    for _ in range(PER_CATEGORY):
        kind = "Individual" if made.random.random() < 0.5 else "Entity"
        name = made.person() if kind == "Individual" else made.company()
        aliases = [made.person() if kind == "Individual" else made.company() for _ in range(3)]
        yield "alias", made.random.choice(aliases), name, ";".join(aliases), "yes"


def reordered(made: MadeUp):
    """The words in another order."""
    for n in range(PER_CATEGORY):
        given, last = made.person().rsplit(" ", 1)
        party = f"{last} {given}" if n % 2 else f"{last.upper()}, {given}"
        yield "reordered", party, f"{given} {last}", "", "yes"


def transliterated(made: MadeUp):
    """Another script, or another romanisation."""
    for n in range(PER_CATEGORY):
        if n % 4 == 3:
            usual, other = SPELLINGS[n // 4 % len(SPELLINGS)]
            last = made.surname()
            yield "transliterated", f"{other} {last}", f"{usual} {last}", "", "yes"
            continue
        table = (CYRILLIC, GREEK, ARABIC)[n % 4]
        name = made.person()
        while table is GREEK and not set(name.lower().replace("th", "").replace("ch", "")) <= {*GREEK, " "}:
            name = made.person()
        yield "transliterated", written(name, table), name, "", "yes"


def marked(made: MadeUp):
    """With diacritics."""
    for _ in range(PER_CATEGORY // 2):
        name = made.person()
        yield "diacritics", "".join(MARKS.get(c, c) for c in name), name, "", "yes"


def typo(made: MadeUp):
    """One slip in the longest word, every other time in its first letter."""
    for n in range(2 * PER_CATEGORY):
        name = named(made)
        words = name.split()
        # In the longest word, since there it is most likely; in every other pair its first letter.
        at = max(range(len(words)), key=lambda i: len(words[i]))
        words[at] = slipped(made, words[at], first=n % 2 == 0)
        yield "typo first letter" if n % 2 == 0 else "typo", " ".join(words), name, "", "yes"


def initials(made: MadeUp):
    """A given name as an initial."""
    for n in range(PER_CATEGORY // 2):
        given, last = (
            made.random.choice(("Aleksandr", "Mohammed", "Hiroshi", "Carlos", "Reza")),
            made.surname(),
        )
        second = made.random.choice(("Ivan", "Yusuf", "Kenji", "Luis", "Dariush"))
        party = f"{given[0]}. {last}" if n % 2 else f"{given} {second[0]}. {last}"
        yield "initials", party, f"{given} {last}" if n % 2 else f"{given} {second} {last}", "", "yes"


def legal_form(made: MadeUp):
    """Another legal form, or none."""
    for n in range(PER_CATEGORY):
        name = made.company()
        stem = " ".join(w for w in name.split() if w.rstrip(".,") not in FORMS)
        one, other = LEGAL_PAIRS[n % len(LEGAL_PAIRS)]
        yield "legal form", f"{stem} {other}".strip(), f"{stem} {one}", "", "yes"


def divided(made: MadeUp):
    """Words joined or split."""
    for n in range(PER_CATEGORY // 2):
        last, stem = made.surname(), made.stem()
        if n % 2:
            yield "divided", f"Abd al Rahman {last}", f"Abdalrahman {last}", "", "yes"
        else:
            yield "divided", f"{stem}tech Electronics LLC", f"{stem} Tech Electronics LLC", "", "yes"


def shortened(made: MadeUp):
    """A middle name left out."""
    for _ in range(PER_CATEGORY // 2):
        given, last = made.random.sample(("Sergei", "Hassan", "Carlos", "Arjun", "Thabo"), 2), made.surname()
        yield "middle name left out", f"{given[0]} {last}", f"{given[0]} {given[1]} {last}", "", "yes"


def near_misses(made: MadeUp):
    """Others who share a part of the name."""
    for n in range(3 * PER_CATEGORY):
        case = n % 5
        if case == 0:  # the same surname, another given name
            last = made.surname()
            a, b = made.random.sample(
                ("Ivan", "Olga", "Hassan", "Kenji", "Lucia", "Thabo", "Priya", "Karl"), 2
            )
            yield "near miss", f"{a} {last}", f"{b} {last}", "", "no"
        elif case == 1:  # the same given name, another surname
            given = made.random.choice(("Mohammed", "Sergei", "Jose", "Anna"))
            yield "near miss", f"{given} {made.surname()}", f"{given} {made.surname()}", "", "no"
        elif case == 2:  # the same line of business, another stem
            rest = made.company().split(" ", 1)[1]
            yield "near miss", f"{made.stem()} {rest}", f"{made.stem()} {rest}", "", "no"
        elif case == 3:  # the same stem, another line of business
            stem, one = made.stem(), made.company().split(" ", 1)[1]
            other = made.company().split(" ", 1)[1]
            while {w for w in one.split() if w not in FORMS} & {w for w in other.split() if w not in FORMS}:
                other = made.company().split(" ", 1)[1]
            yield "near miss", f"{stem} {one}", f"{stem} {other}", "", "no"
        else:  # nothing in common
            yield "near miss", named(made), named(made), "", "no"


def written(name: str, table: dict[str, str]) -> str:
    """In another script, longest pieces first."""
    text, out = name.lower(), []
    while text:
        for size in (4, 3, 2, 1):
            if text[:size] in table:
                out.append(table[text[:size]])
                text = text[size:]
                break
        else:
            out.append(text[0])
            text = text[1:]
    return "".join(out).title()


def slipped(made: MadeUp, word: str, *, first: bool) -> str:
    """One slip: a letter changed, left out, doubled or swapped."""
    at = 0 if first else made.random.randrange(1, len(word) - 1)
    how = made.random.choice(("change", "drop", "swap", "add"))
    letter = made.random.choice(string.ascii_lowercase.replace(word[at].lower(), ""))
    if how == "change":
        return word[:at] + letter + word[at + 1 :]
    if how == "drop":
        return word[:at] + word[at + 1 :]
    if how == "swap" and word[at].lower() != word[at + 1].lower():
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + letter + word[at:]


FORMS = {
    "Co",
    "Ltd",
    "LLC",
    "Inc",
    "GmbH",
    "S.A",
    "JSC",
    "Limited",
    "Corporation",
    "OOO",
    "FZE",
    "Pte",
    "PLC",
}
FORMS |= {f"{form}." for form in FORMS} | {"Co.,"}
CATEGORIES = (
    exact, alias, reordered, transliterated, marked, typo, initials, legal_form, divided, shortened, near_misses,
)  # fmt: skip

if __name__ == "__main__":
    main()
