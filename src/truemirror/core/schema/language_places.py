"""Where a pattern looks without reading: `^`, `$`, `\\b` and lookaheads, turned into plain languages.

Rules: a piece of a pattern is either plain (a language of its own) or looks around; what looks around is joined with
what may follow it, told apart by what stands before: nothing, a word letter, or another letter. A lookahead is then the
intersection with what follows. Inside of a repetition only as many rounds are looked at as can be written out.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from truemirror.core.schema.codepoints import ALL_POINTS, WORD, common, others
from truemirror.core.schema.language import (
    ANY,
    EMPTY_WORD,
    LETTER,
    NONE,
    InOrder,
    Language,
    OneOf,
    Times,
    all_of,
    any_of,
    complement,
    in_order,
    one_of,
    times,
)

ROUNDS: Final = 8
"""How often a repetition that looks around may go round, to be written out."""
WORD_LETTER: Final = one_of(WORD)
OTHER_LETTER: Final = one_of(others(WORD))
SOMETHING: Final = times(LETTER, 1, None)


class NotRegular(Exception):
    """A pattern that this project cannot say exactly what it means; the reason names the construct and its place."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Plain:
    """A piece that does not look around."""

    language: Language


@dataclass(frozen=True, slots=True)
class Sequence:
    """Pieces one after the other."""

    pieces: "tuple[Piece, ...]"


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of the pieces."""

    pieces: "tuple[Piece, ...]"


@dataclass(frozen=True, slots=True)
class Repeated:
    """A piece that looks around, several times; `most` is None for any number."""

    piece: "Piece"
    fewest: int
    most: int | None
    place: int


@dataclass(frozen=True, slots=True)
class Edge:
    """The beginning `^`, the end `$`, a word's edge `b`, or no word's edge `B`."""

    sign: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """What follows begins (or, `never`, does not begin) with a piece."""

    piece: "Piece"
    never: bool


Piece: TypeAlias = Plain | Sequence | Choice | Repeated | Edge | Ahead


class After(NamedTuple):
    """What may follow a place, by what stands right before it."""

    nothing: Language
    word: Language
    other: Language


ANYTHING: Final = After(ANY, ANY, ANY)


def sequence(pieces: list[Piece]) -> Piece:
    """Pieces one after the other; plain neighbours become one."""
    found: list[Piece] = []
    run: list[Language] = []
    for piece in pieces:
        if isinstance(piece, Plain):
            run.append(piece.language)
            continue
        if run:
            found.append(Plain(in_order(*run)))
            run = []
        found.append(piece)
    if run or not found:
        found.append(Plain(in_order(*run)))
    return found[0] if len(found) == 1 else Sequence(tuple(found))


def choice(pieces: list[Piece]) -> Piece:
    """Any of the pieces; the plain ones become one."""
    plain = [piece.language for piece in pieces if isinstance(piece, Plain)]
    found: list[Piece] = [piece for piece in pieces if not isinstance(piece, Plain)]
    if plain:
        found.append(Plain(any_of(*plain)))
    return found[0] if len(found) == 1 else Choice(tuple(found))


def repeated(piece: Piece, fewest: int, most: int | None, place: int) -> Piece:
    """A piece several times."""
    if isinstance(piece, Plain):
        return Plain(times(piece.language, fewest, most))
    return Plain(EMPTY_WORD) if most == 0 else Repeated(piece, fewest, most, place)


def searched(piece: Piece) -> Language:
    """Every text in which a piece is found somewhere."""
    after = joined(piece, ANYTHING)
    if after.word == after.other:
        if after.nothing == after.word:
            return in_order(ANY, after.word)
        return any_of(after.nothing, in_order(SOMETHING, after.word))
    return any_of(after.nothing, in_order(ANY, WORD_LETTER, after.word), in_order(ANY, OTHER_LETTER, after.other))


def joined(piece: Piece, after: After) -> After:
    """A piece and what may follow it."""
    match piece:
        case Plain(language=language):
            return _plain(language, after)
        case Sequence(pieces=pieces):
            for one in reversed(pieces):
                after = joined(one, after)
            return after
        case Choice(pieces=pieces):
            return _either(*(joined(one, after) for one in pieces))
        case Edge(sign=sign):
            return _edge(sign, after)
        case Ahead(piece=inner, never=never):
            seen = joined(inner, ANYTHING)
            return After(
                *(all_of(complement(one) if never else one, rest) for one, rest in zip(seen, after, strict=True))
            )
        case Repeated():
            return _rounds(piece, after)


def _plain(language: Language, after: After) -> After:
    """A language and what may follow it, by the last letter that it reads."""
    if after.nothing == after.word == after.other:
        return After(*(in_order(language, after.nothing),) * 3)
    empty = may_be_empty(language)
    if after.word == after.other:
        read = in_order(ending(language, LETTER), after.word)
    else:
        ends = ((WORD_LETTER, after.word), (OTHER_LETTER, after.other))
        read = any_of(*(in_order(ending(language, letter), rest) for letter, rest in ends if rest != NONE))
    return After(*(any_of(read, rest) if empty else read for rest in after))


def ending(language: Language, letter: Language) -> Language:
    """The words of a language that end in a letter out of some."""
    points = letter.points if isinstance(letter, OneOf) else ALL_POINTS
    match language:
        case OneOf(points=some):
            return one_of(common(some, points))
        case InOrder(parts=parts) if not parts:
            return NONE
        case InOrder(parts=(*before, last)) if not may_be_empty(last):
            return in_order(*before, ending(last, letter))
        case Times(body=OneOf(points=some), fewest=fewest, most=most):
            body = one_of(some)
            rest = times(body, max(fewest - 1, 0), None if most is None else most - 1)
            return in_order(rest, one_of(common(some, points)))
    return all_of(language, in_order(ANY, letter))


def may_be_empty(language: Language) -> bool:
    """Whether the empty word is in a language that a pattern's plain piece is made of."""
    match language:
        case OneOf():
            return False
        case InOrder(parts=parts):
            return all(may_be_empty(part) for part in parts)
        case Times(body=body, fewest=fewest):
            return fewest == 0 or may_be_empty(body)
    return any(may_be_empty(part) for part in getattr(language, "parts", ()))


def _either(*afters: After) -> After:
    """Any of several."""
    return After(*(any_of(*some) for some in zip(*afters, strict=True)))


def _edge(sign: str, after: After) -> After:
    """An edge and what may follow it."""
    if sign == "^":
        return After(after.nothing, NONE, NONE)
    if sign == "$":
        return After(*(all_of(rest, EMPTY_WORD) for rest in after))
    word = in_order(WORD_LETTER, ANY)
    other = any_of(EMPTY_WORD, in_order(OTHER_LETTER, ANY))
    after_word, after_other = (other, word) if sign == "b" else (word, other)
    return After(all_of(after.nothing, after_other), all_of(after.word, after_word), all_of(after.other, after_other))


def _rounds(piece: Repeated, after: After) -> After:
    """A repetition that looks around, written out. Raises NotRegular where it may go round too often."""
    if piece.most is None or piece.most > ROUNDS:
        what = "an edge or a lookahead inside of a repetition"
        raise NotRegular(f"{what} that goes round more than {ROUNDS} times, at {piece.place}")
    found = after
    for number in range(piece.most, 0, -1):
        found = joined(piece.piece, found)
        if number > piece.fewest:
            found = _either(after, found)
    return found
