"""How alike two names are, and why: one number and the features that make it up.

1.0 only for names that are identical once case, width and punctuation are folded; every other likeness has a ceiling
of its own below it, so that a list of hits stays in an order in which it is worth reading.
"""

from collections.abc import Callable, Sequence

import attrs
from rapidfuzz.distance import OSA

from rsiwg.parties.names import Name, is_weightless, skeleton

SAME_ROMANISED = 0.99
"""Identical once written in Latin letters without marks."""
SAME_WORDS = 0.98
"""The same words in another order."""
SAME_BUT_LEGAL_FORM = 0.97
MOST_FOR_LIKE_WORDS = 0.965
_SLIP_COSTS = 0.4
_LETTERS_PER_SLIP = 4
_LETTERS_PER_VOWEL_SLIP = 3
_SAME_SOUND = 0.95
_SAME_CONSONANTS = 0.90
_INITIAL = 0.86
_LEAST_ALIKE = 0.6

Weigh = Callable[[str], float]


@attrs.frozen(kw_only=True)
class Likeness:
    """How alike two names are."""

    score: float
    how: str
    """In a few words, such as "the same words in another order"."""
    pairs: tuple[tuple[str, str, float], ...] = ()
    """(word of the party, word of the list, likeness)."""
    left_party: tuple[str, ...] = ()
    """Words of the party's name that found no partner."""
    left_list: tuple[str, ...] = ()


def compare(party: Name, listed: Name, weigh: Weigh) -> Likeness:
    """How alike two names are; `weigh` gives a word's weight, rare words weighing more."""
    if not party.tokens or not listed.tokens:
        return Likeness(score=0.0, how="a name without a letter")
    if party.exact == listed.exact:
        return Likeness(score=1.0, how="identical")
    if party.tokens == listed.tokens and party.legal == listed.legal:
        return Likeness(score=SAME_ROMANISED, how="identical in Latin letters without marks")
    if party.tokens == listed.tokens:
        return Likeness(score=SAME_BUT_LEGAL_FORM, how="identical but for the legal form")
    if sorted(party.tokens) == sorted(listed.tokens):
        return Likeness(score=SAME_WORDS, how="the same words in another order")
    if "".join(party.tokens) == "".join(listed.tokens):
        return Likeness(score=MOST_FOR_LIKE_WORDS, how="the same letters, divided into other words")
    return max(
        (_by_words(party, listed, weigh), _by_letters(party, listed)), key=lambda likeness: likeness.score
    )


def slips_in_whole_name(letters: int) -> int:
    """How many slips a name of so many letters may have when it is compared as one string; 0 for short ones."""
    return max(letters // 10, 1) if letters >= 7 else 0


def _by_letters(party: Name, listed: Name) -> Likeness:
    """As one string: finds words that are joined or split, with a slip."""
    mine, theirs = party.compact, listed.compact
    longest = max(len(mine), len(theirs))
    most = slips_in_whole_name(longest)
    slips = OSA.distance(mine, theirs, score_cutoff=most)
    if slips > most:
        return Likeness(score=0.0, how="other letters")
    score = min(MOST_FOR_LIKE_WORDS, 1 - slips / longest)
    return Likeness(score=round(score, 4), how=f"{slips} of {longest} letters differ, spaces left out")


def _by_words(party: Name, listed: Name, weigh: Weigh) -> Likeness:
    mine, theirs = _joined(party, listed)
    likes = sorted(
        (
            (alike, -abs(i - j), i, j)
            for i, a in enumerate(mine)
            for j, b in enumerate(theirs)
            if (alike := _alike(a, b, consonants=party.abjad != listed.abjad)) >= _LEAST_ALIKE
        ),
        reverse=True,
    )
    of_mine: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for alike, _, i, j in likes:
        if i not in of_mine and j not in taken:
            of_mine[i] = (j, alike)
            taken.add(j)
    # A pair weighs the same on both sides, so that a rare slip of a common word lends it no weight.
    weight_a, weight_b = [_weight(w, weigh) for w in mine], [_weight(w, weigh) for w in theirs]
    paired = {i: (weight_a[i] + weight_b[j]) / 2 for i, (j, _) in of_mine.items()}
    shared = sum(paired[i] * alike for i, (_, alike) in of_mine.items())
    whole_a = sum(paired.get(i, weight) for i, weight in enumerate(weight_a))
    whole_b = sum(paired.values()) + sum(weight for j, weight in enumerate(weight_b) if j not in taken)
    both = 2 * shared / (whole_a + whole_b)
    # A name within a longer one is nearly as telling as a whole one, if it is more than one word.
    within = shared / min(whole_a, whole_b) if len(of_mine) > 1 else both
    alone = [w for w in (mine, theirs) if len(w) == 1]
    score = (both + min(1.0, within)) / 2 if not alone else both
    weakest = min((alike for _, alike in of_mine.values()), default=0.0)
    score = min(score, MOST_FOR_LIKE_WORDS - (0.0 if weakest == 1.0 else 0.005))
    return Likeness(
        score=round(max(0.0, score), 4),
        how="word by word",
        pairs=tuple((mine[i][0], theirs[j][0], round(alike, 3)) for i, (j, alike) in sorted(of_mine.items())),
        left_party=tuple(w[0] for i, w in enumerate(mine) if i not in of_mine),
        left_list=tuple(w[0] for j, w in enumerate(theirs) if j not in taken),
    )


Word = tuple[str, str]
"""A word and its folded form."""


def _joined(party: Name, listed: Name) -> tuple[list[Word], list[Word]]:
    """Both names' words, neighbours joined where the other name has them as one."""
    mine = list(zip(party.tokens, party.folded, strict=True))
    theirs = list(zip(listed.tokens, listed.folded, strict=True))
    if len(mine) == len(theirs):
        return mine, theirs
    return _join(mine, {f for _, f in theirs}), _join(theirs, {f for _, f in mine})


def _join(words: Sequence[Word], whole: set[str]) -> list[Word]:
    found: list[Word] = []
    at = 0
    while at < len(words):
        for size in (3, 2):
            run = words[at : at + size]
            if len(run) == size and "".join(f for _, f in run) in whole and len(words) > size - 1:
                found.append(("".join(t for t, _ in run), "".join(f for _, f in run)))
                at += size
                break
        else:
            found.append(words[at])
            at += 1
    return found


def _alike(a: Word, b: Word, *, consonants: bool) -> float:
    (mine, mine_folded), (theirs, theirs_folded) = a, b
    if mine == theirs:
        return 1.0
    if mine_folded == theirs_folded:
        return _SAME_SOUND
    if len(mine) == 1 or len(theirs) == 1:
        return _INITIAL if mine[0] == theirs[0] else 0.0
    if consonants and (bones := skeleton(mine_folded)) == skeleton(theirs_folded) and len(bones) > 1:
        return _SAME_CONSONANTS
    return max(_slips(mine, theirs), _slips(mine_folded, theirs_folded) - 0.01)


def _slips(mine: str, theirs: str) -> float:
    longest, differ = max(len(mine), len(theirs)), abs(len(mine) - len(theirs))
    most = max(longest // _LETTERS_PER_VOWEL_SLIP, int(longest > 2))
    if differ > most or (slips := OSA.distance(mine, theirs, score_cutoff=most)) > most:
        return 0.0
    # Romanisations differ in vowels above all, so these may slip more often.
    if slips > max(longest // _LETTERS_PER_SLIP, 1) and (
        len(bones := skeleton(mine)) < 3 or bones != skeleton(theirs)
    ):
        return 0.0
    return 1 - _SLIP_COSTS * slips / longest


def _weight(word: Word, weigh: Weigh) -> float:
    return 0.15 if is_weightless(word[0]) else weigh(word[1])
