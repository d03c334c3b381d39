"""The letters that a question need not tell apart: blocks of code points that lie in the same sets of a language.

Rules: a set of the language is a whole number with a bit for each block; the bits are in the order in which words
should prefer the letters, so that the lowest bit is the friendliest. The blocks share no letter and cover the alphabet.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

from truemirror.core.schema.codepoints import ALL_POINTS, Points, how_many
from truemirror.core.schema.language import AllOf, AnyOf, Except, InOrder, Language, OneOf, Times

FRIENDLY: Final = "a0Abcdefghijklmnopqrstuvwxyz123456789BCDEFGHIJKLMNOPQRSTUVWXYZ-_. /:@,;#!?+*=%&~()[]{}<>|'\"$^`\\"
"""Printable letters of ASCII, the most readable first."""
AWKWARD: Final = frozenset(range(0x20)) | {0x7F, 0x85, 0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF}
"""Letters that read badly or that engines disagree on: taken only where a set has nothing else."""


def sets_of(language: Language) -> set[Points]:
    """Every set of code points that a language is made of."""
    found: set[Points] = set()
    seen: set[int] = set()
    waiting = [language]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        match one:
            case OneOf(points=points):
                found.add(points)
            case InOrder(parts=parts):
                waiting.extend(parts)
            case AnyOf(parts=parts) | AllOf(parts=parts):
                waiting.extend(parts)
            case Times(body=body):
                waiting.append(body)
            case Except(part=part):
                waiting.append(part)
    return found


class Alphabet:
    """The blocks of a language."""

    __slots__ = ("_bits", "_starts", "blocks", "everything")

    def __init__(self, sets: Iterable[Points]) -> None:
        """Cut the alphabet along the sets."""
        cuts: dict[int, int] = {}
        for number, points in enumerate(sorted({ALL_POINTS, *sets})):
            for first, last in points:
                cuts[first] = cuts.get(first, 0) ^ (1 << number)
                cuts[last + 1] = cuts.get(last + 1, 0) ^ (1 << number)
        places = sorted(cuts)
        runs: dict[int, list[tuple[int, int]]] = {}
        inside, at = 0, []
        for place, following in zip(places, [*places[1:], places[-1]], strict=True):
            inside ^= cuts[place]
            at.append(inside)
            if inside:
                runs.setdefault(inside, []).append((place, following - 1))
        order = sorted(runs, key=lambda one: _rank(runs[one]))
        bits = {inside: 1 << number for number, inside in enumerate(order)}
        self.blocks: list[list[tuple[int, int]]] = [runs[inside] for inside in order]
        self.everything = (1 << len(order)) - 1
        self._starts = places
        self._bits = [bits.get(inside, 0) for inside in at]

    def bit(self, letter: int) -> int:
        """The block of a code point, as a set of one block; 0 for a surrogate."""
        place = bisect_right(self._starts, letter) - 1
        return self._bits[place] if place >= 0 else 0

    def mask(self, points: Points) -> int:
        """A set of code points that the alphabet was cut along, as a set of blocks."""
        found = 0
        for first, last in points:
            place = bisect_right(self._starts, first) - 1
            while place < len(self._starts) and self._starts[place] <= last:
                found |= self._bits[place]
                place += 1
        return found

    def size(self, mask: int) -> int:
        """How many letters are in a set of blocks."""
        return sum(how_many(tuple(block)) for number, block in enumerate(self.blocks) if mask >> number & 1)

    def letters(self, mask: int) -> Iterator[str]:
        """The letters in a set of blocks, the friendliest first."""
        for letter in FRIENDLY:
            if self.bit(ord(letter)) & mask:
                yield letter
        for awkward in (False, True):
            for number, block in enumerate(self.blocks):
                if mask >> number & 1:
                    yield from (
                        chr(code)
                        for first, last in block
                        for code in range(first, last + 1)
                        if (code in AWKWARD) is awkward and not 0x20 <= code < 0x7F
                    )


def _rank(block: list[tuple[int, int]]) -> tuple[int, int]:
    """How friendly a block is, by its friendliest letter; lower is better."""
    for place, letter in enumerate(FRIENDLY):
        if any(first <= ord(letter) <= last for first, last in block):
            return place, 0
    last = block[-1][1]
    return (len(FRIENDLY) + (last in AWKWARD), block[0][0])
