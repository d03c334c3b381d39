"""Regular languages: sets of strings of code points that can be joined, cut and complemented.

Rules: a language is a value, made only with the functions below, which simplify what is plain; equality and hashing are
by structure and cheap, as the hash is computed once, at birth. The letters are the code points of JSON text, so a
string with a lone surrogate is in no language, not even in `ANY`. Questions to a language are in `language_words.py`,
patterns in `language_reading.py`.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Final

from truemirror.core.schema.codepoints import ALL_POINTS, NO_POINTS, Points, joined


@dataclass(frozen=True, eq=False)
class Language:
    """A regular set of strings of Unicode code points."""

    __slots__ = ("_hash",)
    MARK: ClassVar[int] = 0

    def __post_init__(self) -> None:
        """Compute the hash from the parts, whose hashes are known; it is the same in every run."""
        object.__setattr__(self, "_hash", hash((self.MARK, self._parts())))

    def _parts(self) -> tuple[Any, ...]:
        """The values of all fields, None told as -1 since the hash of None moves from run to run."""
        values = (getattr(self, one.name) for one in fields(self))
        return tuple(-1 if value is None else value for value in values)

    def __hash__(self) -> int:
        """The hash, computed at birth."""
        return self._hash  # type: ignore[attr-defined,no-any-return]

    def __eq__(self, other: object) -> bool:
        """Whether both are built in the same way; equal sets may be built in different ways."""
        if self is other:
            return True
        if not isinstance(other, Language) or self.MARK != other.MARK or hash(self) != hash(other):
            return False
        return self._parts() == other._parts()


@dataclass(frozen=True, eq=False, slots=True)
class OneOf(Language):
    """Strings of one code point, out of a set."""

    points: Points
    MARK: ClassVar[int] = 1


@dataclass(frozen=True, eq=False, slots=True)
class InOrder(Language):
    """A string of each part, one after the other; of no parts, the empty string."""

    parts: tuple[Language, ...]
    MARK: ClassVar[int] = 2


@dataclass(frozen=True, eq=False, slots=True)
class Times(Language):
    """A string of the body, at least `fewest` times, and at most `most` times where it is not None."""

    body: Language
    fewest: int
    most: int | None
    MARK: ClassVar[int] = 3


@dataclass(frozen=True, eq=False, slots=True)
class AnyOf(Language):
    """What is in any of the parts (two or more, none of them `AnyOf`)."""

    parts: frozenset[Language]
    MARK: ClassVar[int] = 4


@dataclass(frozen=True, eq=False, slots=True)
class AllOf(Language):
    """What is in all of the parts (two or more, none of them `AllOf`)."""

    parts: frozenset[Language]
    MARK: ClassVar[int] = 5


@dataclass(frozen=True, eq=False, slots=True)
class Except(Language):
    """Every string that is not in the part."""

    part: Language
    MARK: ClassVar[int] = 6


NONE: Final[Language] = OneOf(NO_POINTS)
"""No string."""
EMPTY_WORD: Final[Language] = InOrder(())
"""The empty string alone."""
LETTER: Final[Language] = OneOf(ALL_POINTS)
"""Every string of one code point."""
ANY: Final[Language] = Times(LETTER, 0, None)
"""Every string."""


def one_of(points: Points) -> Language:
    """Strings of one code point, out of a set."""
    return OneOf(points)


def exactly(word: str) -> Language:
    """One string alone. A string with a lone surrogate is none: the answer is `NONE`."""
    if any("\ud800" <= letter <= "\udfff" for letter in word):
        return NONE
    return in_order(*(OneOf(((ord(letter), ord(letter)),)) for letter in word))


def in_order(*languages: Language) -> Language:
    """A string of each language, one after the other."""
    parts: list[Language] = []
    for one in languages:
        if one == NONE:
            return NONE
        parts.extend(one.parts if isinstance(one, InOrder) else (one,))
    return parts[0] if len(parts) == 1 else InOrder(tuple(parts))


def times(body: Language, fewest: int, most: int | None) -> Language:
    """A string of the body, so many times; `most` may be None for any number."""
    if most == 0 or body == EMPTY_WORD:
        return EMPTY_WORD
    if body == NONE:
        return EMPTY_WORD if fewest == 0 else NONE
    return body if fewest == most == 1 else Times(body, fewest, most)


def any_of(*languages: Language) -> Language:
    """What is in any of the languages."""
    parts: set[Language] = set()
    letters: list[Points] = []
    for one in languages:
        for part in one.parts if isinstance(one, AnyOf) else (one,):
            if isinstance(part, OneOf):
                letters.append(part.points)
            else:
                parts.add(part)
    if ANY in parts or any(isinstance(part, Except) and part.part in parts for part in parts):
        return ANY
    if letters and (together := joined(*letters)):
        parts.add(OneOf(together))
    if not parts:
        return NONE
    return next(iter(parts)) if len(parts) == 1 else AnyOf(frozenset(parts))


def all_of(*languages: Language) -> Language:
    """What is in all of the languages."""
    parts = {part for one in languages for part in (one.parts if isinstance(one, AllOf) else (one,)) if part != ANY}
    if NONE in parts or any(isinstance(part, Except) and part.part in parts for part in parts):
        return NONE
    if not parts:
        return ANY
    return next(iter(parts)) if len(parts) == 1 else AllOf(frozenset(parts))


def complement(language: Language) -> Language:
    """Every string that is not in a language."""
    if isinstance(language, Except):
        return language.part
    if language == NONE:
        return ANY
    return NONE if language == ANY else Except(language)
