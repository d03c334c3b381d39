"""Where a pattern looks without reading: `^`, `$`, `\\b` and lookaheads, turned into plain languages.

Rules: a piece of a pattern is either plain (a language of its own) or looks around; what looks around is joined with
what may follow it, told apart by what stands before: nothing, a word letter, or another letter. A lookahead is then the
intersection with what follows. A repetition that looks around is written out where its rounds are counted; where they
have no end it is a language of its own, `Rounds`, that is unfolded round by round as letters are read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple, TypeAlias

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

MOST_LOOKS: Final = 100
"""How often a pattern may look around where repetitions that can be counted are written out."""
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
NOTHING: Final = After(NONE, NONE, NONE)


class Way(NamedTuple):
    """What a piece does, with what may follow it: all together, told apart by whether the piece reads any letter."""

    whole: After
    """The piece, and then what may follow."""
    reads: After
    """The same where the piece reads a letter or more."""
    stays: After
    """What must be true of what follows where the piece reads nothing; says nothing of what may follow by itself."""


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


def repeated(piece: Piece, fewest: int, most: int | None) -> Piece:
    """A piece several times."""
    if isinstance(piece, Plain):
        return Plain(times(piece.language, fewest, most))
    return Plain(EMPTY_WORD) if most == 0 else Repeated(piece, fewest, most)


def searched(piece: Piece) -> Language:
    """Every text in which a piece is found somewhere. Raises NotRegular where it looks around too often."""
    if looks(piece) > MOST_LOOKS:
        raise NotRegular(f"more than {MOST_LOOKS} edges and lookaheads, repetitions written out")
    after = joined(piece, ANYTHING)
    if after.word == after.other:
        if after.nothing == after.word:
            return in_order(ANY, after.word)
        return any_of(after.nothing, in_order(SOMETHING, after.word))
    return any_of(after.nothing, in_order(ANY, WORD_LETTER, after.word), in_order(ANY, OTHER_LETTER, after.other))


def looks(piece: Piece) -> int:
    """How often a piece looks around, repetitions written out; never more than a little above `MOST_LOOKS`."""
    match piece:
        case Plain():
            return 0
        case Sequence(pieces=pieces) | Choice(pieces=pieces):
            return min(sum(looks(one) for one in pieces), MOST_LOOKS + 1)
        case Ahead(piece=inner):
            return 1 + looks(inner)
        case Repeated(piece=inner, fewest=fewest, most=most):
            return min(looks(inner) * (fewest + 1 if most is None else most), MOST_LOOKS + 1)
    return 1


def joined(piece: Piece, after: After) -> After:
    """A piece and what may follow it."""
    return way(piece, after).whole


def way(piece: Piece, after: After) -> Way:
    """What a piece does, and what may follow it then."""
    match piece:
        case Plain(language=language):
            empty = may_be_empty(language)
            whole = _plain(language, after)
            some = _plain(all_of(language, SOMETHING), after) if empty else whole
            return Way(whole, some, ANYTHING if empty else NOTHING)
        case Sequence(pieces=pieces):
            found = Way(after, NOTHING, ANYTHING)
            for one in reversed(pieces):
                found = _before(one, found)
            return found
        case Choice(pieces=pieces):
            ways = [way(one, after) for one in pieces]
            return Way(*(_either(*some) for some in zip(*ways, strict=True)))
        case Edge() | Ahead():
            stays = _edge(piece.sign, ANYTHING) if isinstance(piece, Edge) else _ahead(piece)
            return Way(_both(stays, after), NOTHING, stays)
        case Repeated():
            return _rounds(piece, after)


def _before(piece: Piece, found: Way) -> Way:
    """A piece before others whose way is known: it reads, or it stays and they read, or nobody reads."""
    first = way(piece, found.whole)
    return Way(first.whole, _either(first.reads, _both(first.stays, found.reads)), _both(first.stays, found.stays))


def _ahead(piece: Ahead) -> After:
    """What may follow a lookahead."""
    seen = joined(piece.piece, ANYTHING)
    return _each(complement, seen) if piece.never else seen


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


def _each(function: Callable[..., Language], *afters: After) -> After:
    """A function of what may follow, for each that may stand before; once, where it is always the same."""
    if all(after.nothing is after.word is after.other for after in afters):
        return After(*(function(*(after.word for after in afters)),) * 3)
    return After(*(function(*some) for some in zip(*afters, strict=True)))


def _either(*afters: After) -> After:
    """Any of several."""
    return _each(any_of, *afters)


def _both(*afters: After) -> After:
    """All of several."""
    return _each(all_of, *afters)


def _edge(sign: str, after: After) -> After:
    """An edge and what may follow it."""
    if sign == "^":
        return After(after.nothing, NONE, NONE)
    if sign == "$":
        return _each(lambda rest: all_of(rest, EMPTY_WORD), after)
    word = in_order(WORD_LETTER, ANY)
    other = any_of(EMPTY_WORD, in_order(OTHER_LETTER, ANY))
    after_word, after_other = (other, word) if sign == "b" else (word, other)
    return After(all_of(after.nothing, after_other), all_of(after.word, after_word), all_of(after.other, after_other))


def _rounds(piece: Repeated, after: After) -> Way:
    """A repetition that looks around: the rounds that can be counted one by one, those without an end as `Rounds`."""
    found = Way(after, NOTHING, ANYTHING)
    if piece.most is None:
        whole = _endless(piece.piece, after)
        found = Way(whole, way(piece.piece, whole).reads, ANYTHING)
    for number in range(piece.fewest if piece.most is None else piece.most, 0, -1):
        found = _before(piece.piece, found)
        if number > piece.fewest:
            found = Way(_either(found.whole, after), found.reads, ANYTHING)
    return found


def _endless(piece: Piece, after: After) -> After:
    """A piece any number of times, and what may follow it."""
    if after.nothing == after.word == after.other and not looks_back(piece):
        return After(*(Rounds(piece, after, 1),) * 3)
    return After(Rounds(piece, after, 0), Rounds(piece, after, 1), Rounds(piece, after, 2))


def looks_back(piece: Piece) -> bool:
    """Whether what a piece matches may depend on what stands before it."""
    match piece:
        case Edge(sign=sign):
            return sign != "$"
        case Sequence(pieces=pieces) | Choice(pieces=pieces):
            return any(looks_back(one) for one in pieces)
        case Ahead(piece=inner) | Repeated(piece=inner):
            return looks_back(inner)
    return False


def unfolded(rounds: "Rounds") -> Language:
    """The same words, told by one more round: what may follow, or a round that reads, and then rounds again."""
    again = way(rounds.piece, _endless(rounds.piece, rounds.after)).reads
    return any_of(rounds.after[rounds.before], again[rounds.before])


@dataclass(frozen=True, eq=False, slots=True)
class Rounds(Language):
    """Any number of rounds of a piece that looks around, and what may follow; `before` as the places of `After`.

    This is exact. By induction over pieces, for each that may stand before, `whole` is `reads` or both `stays` and what
    follows (a piece that reads nothing leaves the place as it is, so what stands before stays the same, and `stays`
    does not speak of what follows). Let A be what may follow, S the words after which any number of rounds and then A
    are found: S is the least solution of S = A or reads(S) or (stays and S), for each that may stand before. The last
    part is inside of S and adds no word: the least solution is that of S = A or reads(S). As each word of reads(S) is a
    word of S behind one letter or more, seen under conditions that do not speak of S, whether a word is in the right
    side depends on shorter words of S only: there is one solution, by induction over the length, and unfolding the
    equation as letters are read tells it. Its derivatives are unions and intersections of S and of what follows parts
    of the piece, its lookaheads and A: there are finitely many, so the language is regular.
    """

    piece: Piece
    after: After
    before: int
    MARK: ClassVar[int] = 7

    def _parts(self) -> tuple[Any, ...]:
        """The piece as numbers and languages, so that the hash is the same in every run."""
        return (_told(self.piece), *self.after, self.before)


def _told(piece: Piece) -> tuple[Any, ...]:
    """A piece as numbers and languages; where it stands in the pattern does not matter."""
    match piece:
        case Plain(language=language):
            return (0, language)
        case Sequence(pieces=pieces):
            return (1, *(_told(one) for one in pieces))
        case Choice(pieces=pieces):
            return (2, *(_told(one) for one in pieces))
        case Repeated(piece=inner, fewest=fewest, most=most):
            return (3, _told(inner), fewest, -1 if most is None else most)
        case Edge(sign=sign):
            return (4, ord(sign))
        case Ahead(piece=inner, never=never):
            return (5, _told(inner), int(never))
