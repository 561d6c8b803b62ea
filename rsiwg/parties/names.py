"""Names in a form in which they can be compared."""

import functools
import re
import unicodedata

import attrs
from anyascii import anyascii

MOST_LETTERS = 300
"""Letters of one name that are compared; no name on a list comes near it."""

_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0xAD], None
)
_ABJAD = re.compile(r"[\u0590-\u07FF\u08A0-\u08FF]")
_NO_WORD = re.compile(r"[^\w]+|_", re.UNICODE)
_APOSTROPHES = re.compile(r"['’‘ʼ`´ʹʺ]")
_DOTTED = re.compile(r"\b(?:\w\.){2,}")
_HAN = re.compile(r"[\u3400-\u9FFF\uAC00-\uD7AF]")
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")

# One spelling each for sounds that romanisations write in several ways.
_FOLDS = (
    ("tch", "ch"), ("sch", "sh"), ("shch", "sh"), ("dzh", "j"), ("dj", "j"), ("kh", "h"), ("gh", "g"), ("zh", "j"),
    ("ph", "f"), ("ck", "k"), ("cz", "ch"), ("tz", "ts"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ie", "i"),
    ("iy", "i"), ("yy", "i"), ("ij", "i"), ("ei", "i"), ("ey", "i"), ("ay", "ai"), ("yu", "iu"), ("ya", "ia"),
    ("yo", "io"), ("ye", "e"), ("x", "ks"), ("q", "k"), ("y", "i"), ("c", "k"),
)  # fmt: skip
_FOLD_TO = {**dict(_FOLDS), "ch": "ch", "sh": "sh"}  # these two keep their letters
_FOLD = re.compile("|".join(sorted(_FOLD_TO, key=len, reverse=True)))
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = re.compile(r"[aeiouwy`']")
_NO_VOWELS_SOUND = str.maketrans({"v": "f", "p": "b"})  # as Arabic writes them
_GREEK = (("μπ", "b"), ("ντ", "d"), ("γκ", "g"), ("γγ", "ng"), ("ου", "u"))

LEGAL_FORMS = {
    "co": "company", "company": "company", "corp": "corporation", "corporation": "corporation",
    "inc": "corporation", "incorporated": "corporation", "ltd": "limited", "limited": "limited",
    "llc": "llc", "llp": "llp", "lp": "lp", "plc": "plc", "gmbh": "gmbh", "ag": "ag", "kg": "kg", "se": "se",
    "sa": "sa", "sas": "sas", "sarl": "sarl", "srl": "srl", "spa": "spa", "bv": "bv", "nv": "nv", "ab": "ab",
    "as": "as", "oy": "oy", "aps": "aps", "kft": "kft", "zrt": "zrt", "doo": "doo", "dd": "dd", "sro": "sro",
    "ooo": "ooo", "oao": "oao", "zao": "zao", "pao": "pao", "ao": "ao", "jsc": "jsc", "ojsc": "jsc", "cjsc": "jsc",
    "pjsc": "jsc", "pte": "private", "pvt": "private", "private": "private", "sdn": "sdn", "bhd": "bhd", "fze": "fze",
    "fzc": "fzc", "fzco": "fzc", "wll": "wll", "kk": "kk", "est": "establishment", "tbk": "tbk", "pt": "pt",
    "fzllc": "fzc", "obshchestvo": "ooo", "tov": "ooo", "dmcc": "dmcc", "saoc": "sa", "saog": "sa",
}  # fmt: skip
"""Words that say what kind of company it is; set aside when names are compared."""

_TITLES = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "the", "and", "of", "for", "de", "la", "le", "el", "al", "bin", "ibn"}
)


@attrs.frozen(slots=True)
class Name:
    """A name taken apart."""

    exact: str
    """Case, width, punctuation and invisible signs folded; script and marks kept."""
    tokens: tuple[str, ...]
    """Romanised words in their order, legal forms left out."""
    folded: tuple[str, ...]
    """The same words with one spelling per sound."""
    legal: tuple[str, ...]
    abjad: bool
    """Written in a script without vowels (Arabic, Hebrew, ...)."""

    @property
    def compact(self) -> str:
        """The folded words without spaces."""
        return "".join(self.folded)


def plain(text: str) -> str:
    """Compatibility forms folded, invisible and bidirectional signs taken out, white space single."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


@functools.lru_cache(maxsize=300_000)
def read_name(text: str) -> Name:
    """Take a name apart.  One without a letter or digit gives no tokens, and matches nothing."""
    shown = plain(text)[:MOST_LETTERS]
    if "," in shown:
        shown = _reordered(shown)
    if "." in shown:
        shown = _DOTTED.sub(lambda m: m.group().replace(".", ""), shown)
    shown = _APOSTROPHES.sub("", shown)
    exact = " ".join(_NO_WORD.sub(" ", shown.casefold()).split())
    is_latin = shown.isascii()
    words = (
        exact if is_latin else _NO_WORD.sub(" ", _APOSTROPHES.sub("", _romanised(shown)).lower())
    ).split()
    legal = tuple(LEGAL_FORMS[w] for w in words if w in LEGAL_FORMS)
    kept = tuple(w for w in words if w not in LEGAL_FORMS) or tuple(words)
    return Name(
        exact=exact,
        tokens=kept,
        folded=tuple(map(fold, kept)),
        legal=tuple(sorted(set(legal))) if len(kept) < len(words) else (),
        abjad=not is_latin and _ABJAD.search(shown) is not None,
    )


@functools.lru_cache(maxsize=200_000)
def fold(token: str) -> str:
    """One spelling for sounds that romanisations write in several ways: mohammed and mohamed, yusuf and yousouf."""
    return _DOUBLED.sub(r"\1", _FOLD.sub(lambda m: _FOLD_TO[m.group()], token)) or token


@functools.lru_cache(maxsize=200_000)
def skeleton(token: str) -> str:
    """The consonants of a folded word, as a script without vowels has them."""
    return _DOUBLED.sub(r"\1", _VOWELS.sub("", token).translate(_NO_VOWELS_SOUND))


def is_weightless(token: str) -> bool:
    """Words that tell no two names apart."""
    return token in _TITLES


def _romanised(text: str) -> str:
    low = text.casefold()
    if "\u0370" <= max(low) <= "\u03ff":
        for pair, sound in _GREEK:
            low = low.replace(pair, sound)
        text = low
    roman = anyascii(text)
    return _CAPITALS.sub(" ", roman) if _HAN.search(text) else roman  # one sign is one syllable


def _reordered(shown: str) -> str:
    """ "SURNAME, Given" as lists write people, in speaking order; a comma before a legal form stays where it is."""
    last, comma, first = shown.partition(",")
    if not comma or "," in first:
        return shown
    words = _NO_WORD.sub(" ", first.replace(".", "").casefold()).split()
    if not words or all(w in LEGAL_FORMS for w in words):
        return shown
    return f"{first} {last}"
