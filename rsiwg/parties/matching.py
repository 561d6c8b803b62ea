"""Parties against every name of the lists, quickly: candidates by words and by whole names, then one score each."""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import attrs
import numpy as np
from attrs.validators import and_, ge, le
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_sort_ratio

from rsiwg.domain import ListEntry, Party
from rsiwg.parties.names import Name, plain, read_name, skeleton
from rsiwg.parties.scoring import Likeness, compare, slips_in_whole_name

ALGORITHM = "rsiwg-names-1"
"""Named with every hit; another way of scoring has another name."""

_CANDIDATES = 40
"""Names per name of a party that are scored in full."""
_SURE_RANK = 1.6
"""Names of this rank are scored in full even when there are more."""
_LEAST_RANK = 1.25
"""A score of 0.85 needs 1.7; the rest is room for initials and joined words, which only the full score sees."""
_WORKERS = 2


class Strength(StrEnum):
    """How far a hit is from a mere likeness."""

    REVIEW = "review"
    STRONG = "strong"


@attrs.frozen(kw_only=True)
class Thresholds:
    """From which score on a likeness is a hit, and from which a strong one."""

    review: float = attrs.field(default=0.85, validator=and_(ge(0.0), le(1.0)))
    strong: float = attrs.field(default=0.95, validator=and_(ge(0.0), le(1.0)))

    def __attrs_post_init__(self) -> None:
        if self.strong < self.review:
            raise ValueError("the strong threshold lies below the one for review")

    def strength(self, score: float) -> Strength | None:
        """None below both; equal to a threshold counts."""
        return Strength.STRONG if score >= self.strong else Strength.REVIEW if score >= self.review else None


@attrs.frozen(kw_only=True)
class Feature:
    """One thing that speaks for or against a hit."""

    name: str
    """``name``, ``identifier``, ``country``, ``birth`` or ``address``."""
    party: str
    listed: str
    effect: float
    """What it adds to the score; the name's is its likeness."""
    says: str


@attrs.frozen(kw_only=True)
class Hit:
    """A party that may be an entry of a list.  A person decides whether it is."""

    party: Party
    entry: ListEntry
    score: float
    strength: Strength
    party_name: str
    """The name or alias of the party that was found alike."""
    listed_name: str
    """The name or alias of the entry."""
    features: tuple[Feature, ...]


class Index:
    """Every name of a list version, ready to be searched; takes a second or two to make for 120,000 names."""

    def __init__(self, entries: Sequence[ListEntry]) -> None:
        self.entries = tuple(entries)
        owner: list[int] = []
        names: list[str] = []
        for number, entry in enumerate(self.entries):
            for text in dict.fromkeys((entry.name, *entry.aliases)):
                owner.append(number)
                names.append(text)
        self._names = names
        self._owner = np.array(owner, dtype=np.int32)
        vocabulary: dict[str, int] = {}
        words, bounds = [], [0]
        compacts = []
        self._abjad: dict[str, set[int]] = defaultdict(set)
        for text in names:
            name = read_name(text)
            for word in set(name.folded):
                words.append(vocabulary.setdefault(word, len(vocabulary)))
                if name.abjad:
                    self._abjad[skeleton(word)].add(vocabulary[word])
            bounds.append(len(words))
            compacts.append(name.compact)
        self._vocabulary = vocabulary
        self._words = np.array(list(vocabulary), dtype=object)
        of_word = np.array(words, dtype=np.int32)
        of_name = np.repeat(np.arange(len(names), dtype=np.int32), np.diff(bounds))
        order = np.argsort(of_word, kind="stable")
        self._postings = of_name[order]
        self._starts = np.searchsorted(of_word[order], np.arange(len(vocabulary) + 1))
        frequency = np.diff(self._starts)
        self._weights = _weights(frequency, len(names))
        self._heaviest = float(self._weights.max(initial=1.0))
        total = np.zeros(len(names), dtype=np.float32)
        np.add.at(total, of_name, self._weights[of_word])
        self._name_weight = total
        self._word_lengths = np.array([len(w) for w in vocabulary], dtype=np.int16)
        self._by_compact: dict[int, tuple[NDArray[np.int32], list[str]]] = {}
        lengths = np.array([len(c) for c in compacts], dtype=np.int32)
        for length in np.unique(lengths):
            numbers = np.flatnonzero(lengths == length).astype(np.int32)
            self._by_compact[int(length)] = (numbers, [compacts[n] for n in numbers])
        self._by_identifier: dict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(self.entries):
            for identifier in entry.identifiers:
                if key := _identifier(identifier):
                    self._by_identifier[key].append(number)

    def weigh(self, word: str) -> float:
        """A word's weight among the names of the lists; one they do not hold weighs most."""
        number = self._vocabulary.get(word)
        return self._heaviest if number is None else float(self._weights[number])

    def match(self, parties: Sequence[Party], thresholds: Thresholds) -> tuple[Hit, ...]:
        """Every hit, by party in their order, the most alike first."""
        asked = [
            (number, text)
            for number, party in enumerate(parties)
            for text in dict.fromkeys((party.name, *party.aliases))
        ]
        texts = list(dict.fromkeys(text for _, text in asked))
        found = dict(zip(texts, self._candidates([read_name(t) for t in texts]), strict=True))
        best: dict[tuple[int, int], tuple[Likeness, str, str]] = {}
        for number, text in asked:
            mine = read_name(text)
            for candidate in found[text]:
                listed = self._names[candidate]
                likeness = compare(mine, read_name(listed), self.weigh)
                key = (number, int(self._owner[candidate]))
                if likeness.score > (best[key][0].score if key in best else 0.0):
                    best[key] = (likeness, text, listed)
        for number, party in enumerate(parties):
            for identifier in party.identifiers:
                for entry in self._by_identifier.get(_identifier(identifier), ()):
                    best.setdefault(
                        (number, entry),
                        (
                            compare(read_name(party.name), read_name(self.entries[entry].name), self.weigh),
                            party.name,
                            self.entries[entry].name,
                        ),
                    )
        hits = [
            (number, hit)
            for (number, entry), (likeness, mine_text, listed) in best.items()
            if (hit := _hit(parties[number], self.entries[entry], likeness, mine_text, listed, thresholds))
        ]
        hits.sort(key=lambda each: (each[0], -each[1].score, each[1].entry.key))
        return tuple(hit for _, hit in hits)

    # Candidates.

    def _candidates(self, names: Sequence[Name]) -> list[list[int]]:
        by_words = self._by_words(names)
        by_letters = self._by_letters(names)
        return [sorted({*words, *letters}) for words, letters in zip(by_words, by_letters, strict=True)]

    def _by_words(self, names: Sequence[Name]) -> list[list[int]]:
        asked = sorted({word for name in names for word in _asked(name)})
        likes = self._like_words(asked)
        found: list[list[int]] = []
        for name in names:
            whole = sum(
                self.weigh(w) for w in name.folded if len(w) > 1
            )  # an initial is looked at only in full
            like = [self._words_like(word, likes, abjad=name.abjad) for word in _asked(name)]
            numbers = np.concatenate([n for n, _ in like]) if like else np.array([], dtype=np.int32)
            if not len(numbers):
                found.append([])
                continue
            gains = self._weights[numbers] * np.concatenate([how for _, how in like])
            starts, counts = self._starts[numbers], self._starts[numbers + 1] - self._starts[numbers]
            ends = np.cumsum(counts)
            postings = self._postings[np.arange(ends[-1]) + np.repeat(starts - ends + counts, counts)]
            near, places = np.unique(postings, return_inverse=True)
            shared = np.bincount(places, np.repeat(gains, counts), len(near))
            both = 2 * shared / (whole + self._name_weight[near])
            within = shared / np.minimum(whole, self._name_weight[near])
            rank = np.minimum(both, 1.0) + np.minimum(within, 1.0)
            keep = np.flatnonzero(rank >= _LEAST_RANK)
            if len(keep) > _CANDIDATES:
                # However many are as good as hits, none of them is left out.
                order = keep[np.argsort(-rank[keep], kind="stable")]
                keep = order[: max(_CANDIDATES, int(np.count_nonzero(rank[keep] >= _SURE_RANK)))]
            found.append([int(n) for n in near[keep]])
        return found

    def _like_words(self, asked: Sequence[str]) -> dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]]:
        """For each word the listed words that are like it, compared only with words of about its length."""
        found: dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]] = {}
        for length, group in itertools.groupby(sorted(asked, key=len), key=len):
            words = list(group)
            reach = max(1, (length + 2) // 3) if length > 2 else 0
            near = np.flatnonzero(np.abs(self._word_lengths - length) <= reach).astype(np.int32)
            if not len(near):
                continue
            choices = self._words[near].tolist()
            most = np.maximum(self._word_lengths[near], length) // 3
            for start in range(0, len(words), 256):
                chunk = words[start : start + 256]
                slips = process.cdist(
                    chunk, choices, scorer=OSA.distance, score_cutoff=reach, dtype=np.uint8, workers=_WORKERS
                )
                rows, columns = np.nonzero(slips <= most[None, :])
                distances = slips[rows, columns]
                longest = np.maximum(self._word_lengths[near[columns]], length)
                alike = (1 - 0.4 * distances / longest).astype(np.float32)
                edges = np.searchsorted(rows, np.arange(len(chunk) + 1))
                for n, word in enumerate(chunk):
                    part = slice(edges[n], edges[n + 1])
                    found[word] = (near[columns[part]], alike[part])
        return found

    def _words_like(
        self, word: str, likes: dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]], *, abjad: bool
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        numbers, alike = likes.get(word, (np.array([], dtype=np.int32), np.array([], dtype=np.float32)))
        bones = skeleton(word)
        more = self._bones.get(bones, ()) if abjad else self._abjad.get(bones, ())
        if more and len(bones) > 1:
            added = np.setdiff1d(np.array(sorted(more), dtype=np.int32), numbers)
            numbers = np.concatenate([numbers, added])
            alike = np.concatenate([alike, np.full(len(added), 0.9, dtype=np.float32)])
        return numbers, alike

    @property
    def _bones(self) -> dict[str, list[int]]:
        """Listed words by their consonants; made only when a party's name has no vowels."""
        if not hasattr(self, "_bones_made"):
            made: dict[str, list[int]] = defaultdict(list)
            for word, number in self._vocabulary.items():
                made[skeleton(word)].append(number)
            self._bones_made = made
        return self._bones_made

    def _by_letters(self, names: Sequence[Name]) -> list[list[int]]:
        """Whole names with few slips, spaces left out: words joined, split or all slightly wrong."""
        found: list[list[int]] = [[] for _ in names]
        asked: dict[int, list[int]] = defaultdict(list)
        for number, name in enumerate(names):
            asked[len(name.compact)].append(number)
        for length, numbers in asked.items():
            reach = slips_in_whole_name(length)
            mine = [names[n].compact for n in numbers]
            for other in range(length - reach, length + reach + 1):
                if other not in self._by_compact:
                    continue
                theirs, choices = self._by_compact[other]
                slips = process.cdist(
                    mine, choices, scorer=OSA.distance, score_cutoff=reach, dtype=np.uint8, workers=_WORKERS
                )
                for row, column in zip(*np.nonzero(slips <= reach), strict=True):
                    found[numbers[row]].append(int(theirs[column]))
        return found


def _asked(name: Name) -> list[str]:
    """The words looked for: each one, and neighbours joined, since lists divide names in other ways."""
    words = list(dict.fromkeys(name.folded))
    joined = ["".join(pair) for pair in itertools.pairwise(name.folded)]
    return words + [word for word in joined if word not in words]


def _weights(frequency: NDArray[Any], names: int) -> NDArray[np.float32]:
    """Rare words weigh up to 1, the commonest about a seventh of that."""
    rarity = np.log1p(names / np.maximum(frequency, 1)) / max(math.log1p(names), 1.0)
    weights: NDArray[np.float32] = np.maximum(rarity**1.5, 0.15).astype(np.float32)
    return weights


def _identifier(text: str) -> str:
    return "".join(c for c in plain(text).casefold() if c.isalnum())[-40:]


_FOR_IDENTIFIER, _FOR_COUNTRY, _FOR_BIRTH, _FOR_ADDRESS = 0.99, 0.01, 0.02, 0.015
_AGAINST_COUNTRY, _AGAINST_BIRTH = -0.01, -0.03
_MOST = 0.995


def _hit(
    party: Party, entry: ListEntry, likeness: Likeness, mine: str, listed: str, thresholds: Thresholds
) -> Hit | None:
    """A hit with its features.  What speaks against it lowers its place, and never takes it away."""
    same = sorted(
        {_identifier(i) for i in party.identifiers} & {_identifier(i) for i in entry.identifiers} - {""}
    )
    if thresholds.strength(likeness.score) is None and not same:
        return None
    features = [
        Feature(
            name="name",
            party=mine,
            listed=listed,
            effect=likeness.score,
            says=_name_words(likeness, is_alias=listed != entry.name),
        ),
        *_beside(party, entry),
    ]
    score = likeness.score
    if score < 1.0:
        score = min(_MOST, score + sum(f.effect for f in features[1:]))
    elif any(f.effect < 0 for f in features[1:]):
        score = _MOST
    if same:
        features.append(
            Feature(
                name="identifier",
                party=", ".join(same),
                listed=", ".join(same),
                effect=round(max(0.0, _FOR_IDENTIFIER - score), 4),
                says="The same number is given for both.",
            )
        )
        score = max(score, _FOR_IDENTIFIER)
    else:
        score = max(score, thresholds.review)
    score = round(score, 4)
    strength = thresholds.strength(score) or Strength.REVIEW
    return Hit(
        party=party, entry=entry, score=score, strength=strength, party_name=mine, listed_name=listed,
        features=tuple(features),
    )  # fmt: skip


def _name_words(likeness: Likeness, *, is_alias: bool) -> str:
    which = "An alias of the entry" if is_alias else "The name of the entry"
    says = f"{which}: {likeness.how}"
    if likeness.pairs:
        says += " (" + ", ".join(f"{a} and {b} {alike:g}" for a, b, alike in likeness.pairs) + ")"
    if likeness.left_party:
        says += f"; only the party has {', '.join(likeness.left_party)}"
    if likeness.left_list:
        says += f"; only the list has {', '.join(likeness.left_list)}"
    return says + "."


def _beside(party: Party, entry: ListEntry) -> Iterable[Feature]:
    if party.country and entry.countries:
        agrees = party.country in entry.countries
        yield Feature(
            name="country",
            party=party.country,
            listed=", ".join(entry.countries),
            effect=_FOR_COUNTRY if agrees else _AGAINST_COUNTRY,
            says="The country agrees." if agrees else "The country differs.",
        )
    if party.born_on and entry.born_on:
        agrees = any(party.born_on[: len(day)] == day[: len(party.born_on)] for day in entry.born_on)
        yield Feature(
            name="birth",
            party=party.born_on,
            listed=", ".join(entry.born_on),
            effect=_FOR_BIRTH if agrees else _AGAINST_BIRTH,
            says="The date of birth agrees." if agrees else "The date of birth differs.",
        )
    if party.address and entry.addresses:
        mine = " ".join(read_name(party.address).folded)
        alike, address = max(
            (token_sort_ratio(mine, " ".join(read_name(a).folded)) / 100, a) for a in entry.addresses
        )
        if alike >= 0.8:
            yield Feature(
                name="address",
                party=party.address,
                listed=address,
                effect=_FOR_ADDRESS,
                says="The addresses are alike.",
            )
