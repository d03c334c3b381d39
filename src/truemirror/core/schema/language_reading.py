"""Patterns of JSON Schema as languages: ECMA-262 regular expressions with the flag u, found anywhere in a text.

Rules: exact or refused: what is not regular, what is no valid pattern, and what engines read in different ways ends in
NotRegular with the construct and its place. A repetition is one node, however large its counts, and groups deeper than
`DEEPEST` are refused, so that no pattern costs more than its length.
"""

import re
from typing import Final

from truemirror.core.schema.codepoints import NEWLINES, letters, others
from truemirror.core.schema.language import Language, one_of
from truemirror.core.schema.language_classes import Source, bracketed, escape
from truemirror.core.schema.language_places import (
    Ahead,
    Edge,
    NotRegular,
    Piece,
    Plain,
    choice,
    repeated,
    searched,
    sequence,
)

__all__ = ["NotRegular", "read_pattern"]

DEEPEST: Final = 60
"""How deep groups may be nested."""
DOT: Final = one_of(others(NEWLINES))
COUNT: Final = re.compile(r"\{([0-9]{1,12})(?:(,)([0-9]{0,12}))?\}")
FLAGS: Final = re.compile(r"\(\?([a-zA-Z]*)(?:-[a-zA-Z]*)?([:)])")
GROUP_NAME: Final = re.compile(r"\(\?P?<([^\W\d]\w*)>")
SIGNS: Final = {"*": (0, None), "+": (1, None), "?": (0, 1)}


def read_pattern(text: str) -> Language:
    """Every text in which a pattern is found. Raises NotRegular for a pattern whose meaning cannot be said exactly."""
    source = Source(text)
    if source.take("(?i)"):
        source.blind = True
    piece = _choice(source, 0)
    if source.peek():
        raise source.refused("a ) without its (")
    return searched(piece)


def _choice(source: Source, depth: int) -> Piece:
    """Alternatives, up to a closing parenthesis or the end."""
    pieces = [_sequence(source, depth)]
    while source.take("|"):
        pieces.append(_sequence(source, depth))
    return choice(pieces)


def _sequence(source: Source, depth: int) -> Piece:
    """One alternative."""
    pieces: list[Piece] = []
    while source.peek() not in ("", "|", ")"):
        place = source.at
        pieces.append(_counted(source, _atom(source, depth), place))
    return sequence(pieces)


def _counted(source: Source, piece: Piece, place: int) -> Piece:
    """What was just read, with the quantifier that may follow."""
    bounds = _bounds(source)
    if bounds is None:
        return piece
    if isinstance(piece, Edge) and source.text[place] != "(":
        raise source.refused("a quantifier after an edge", place)
    fewest, most = bounds
    if most is not None and most < fewest:
        raise source.refused("a quantifier whose bounds are in the wrong order", place)
    if not source.take("?") and source.peek() == "+":
        raise source.refused("a possessive quantifier")
    if source.peek() in SIGNS or COUNT.match(source.text, source.at):
        raise source.refused("a quantifier after a quantifier")
    return repeated(piece, fewest, most, place)


def _bounds(source: Source) -> tuple[int, int | None] | None:
    """Read a quantifier's bounds; None where there is none."""
    sign = source.peek()
    if sign in SIGNS:
        source.at += 1
        return SIGNS[sign]
    count = COUNT.match(source.text, source.at)
    if count is None:
        return None
    source.at = count.end()
    fewest = int(count[1])
    if count[2] is None:
        return fewest, fewest
    return fewest, int(count[3]) if count[3] else None


def _atom(source: Source, depth: int) -> Piece:
    """A letter, class, escape, edge or group."""
    place = source.at
    sign = source.peek()
    if sign == "(":
        return _group(source, depth)
    if sign in SIGNS or COUNT.match(source.text, place):
        raise source.refused("a quantifier with nothing before it")
    source.at += 1
    if sign in "^$":
        return Edge(sign)
    if sign == ".":
        return Plain(DOT)
    if sign == "[":
        return Plain(one_of(bracketed(source)))
    if sign == "\\":
        if source.peek() in ("b", "B"):
            source.at += 1
            return Edge(source.text[source.at - 1])
        return Plain(one_of(escape(source, in_class=False)[0]))
    return Plain(one_of(source.cased(letters(sign))))


def _group(source: Source, depth: int) -> Piece:
    """A group, with its parentheses."""
    place = source.at
    if depth >= DEEPEST:
        raise source.refused(f"groups nested deeper than {DEEPEST}", place)
    ahead = ""
    if source.take("(?=") or source.take("(?!"):
        ahead = source.text[source.at - 1]
    elif named := GROUP_NAME.match(source.text, place):
        source.at = named.end()
    elif not source.take("(?:"):
        if source.peek(1) == "?":
            raise source.refused(_strange(source), place)
        source.at += 1
    piece = _choice(source, depth + 1)
    if not source.take(")"):
        raise source.refused("a ( without its )", place)
    return Ahead(piece, ahead == "!") if ahead else piece


def _strange(source: Source) -> str:
    """What kind of group comes that cannot be read."""
    text = source.text[source.at : source.at + 4]
    if text.startswith(("(?<=", "(?<!")):
        return "a lookbehind"
    if text.startswith("(?>"):
        return "an atomic group"
    if text.startswith("(?P="):
        return "a back reference"
    if text.startswith("(?("):
        return "a conditional"
    return "inline flags" if FLAGS.match(source.text, source.at) else "an unknown kind of group"
