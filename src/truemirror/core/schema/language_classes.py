"""What a pattern's escapes and classes stand for: letters, and sets of letters.

Rules: ECMA-262 with the flag u; where JSON Schemas in the wild are looser than that (`\\-` and the like), the one
meaning that all engines share is taken, and what they do not share is refused with NotRegular.
"""

from typing import Final

from truemirror.core.schema.codepoints import (
    ALL_POINTS,
    DIGITS,
    SPACES,
    WORD,
    Points,
    categories,
    common,
    how_many,
    in_category,
    joined,
    letters,
    others,
    points,
)
from truemirror.core.schema.language_places import NotRegular

SHORT: Final = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D}
CLASSES: Final = {"d": DIGITS, "w": WORD, "s": SPACES}
MOST_CASED: Final = 3000
"""Above this many letters a set is not made blind to case letter by letter."""


class Source:
    """A pattern's text and the place that is read next; asks for each set of letters are kept while it is read."""

    __slots__ = ("_categories", "at", "blind", "text")

    def __init__(self, text: str) -> None:
        """Begin at the beginning."""
        self.text = text
        self.at = 0
        self.blind = False
        """Whether upper and lower case are the same."""
        self._categories: dict[str, Points] = {}

    def peek(self, ahead: int = 0) -> str:
        """The letter that comes, or the empty text at the end."""
        return self.text[self.at + ahead : self.at + ahead + 1]

    def take(self, expected: str) -> bool:
        """Read a text if it comes."""
        found = self.text.startswith(expected, self.at)
        if found:
            self.at += len(expected)
        return found

    def until(self, end: str, what: str) -> str:
        """Read up to an end that must come, and the end. Raises NotRegular where it does not come."""
        found = self.text.find(end, self.at)
        if found < 0:
            raise self.refused(f"{what} without its {end}")
        text = self.text[self.at : found]
        self.at = found + len(end)
        return text

    def refused(self, what: str, place: int | None = None) -> NotRegular:
        """The error for a construct that begins at a place, or here."""
        return NotRegular(f"{what}, at {self.at if place is None else place}")

    def cased(self, some: Points) -> Points:
        """A set, with the other case of each letter where case does not matter. Raises NotRegular for large sets."""
        if not self.blind or some == ALL_POINTS:
            return some
        if how_many(some) > MOST_CASED:
            raise self.refused("a large set of letters without regard to case")
        codes = (code for first, last in some for code in range(first, last + 1))
        return joined(some, *(letters("".join(_cases(chr(code)))) for code in codes))

    def category(self, name: str, place: int) -> Points:
        """The points of a Unicode property. Raises NotRegular for what is no general category."""
        left, sign, right = name.partition("=")
        if sign and left not in ("gc", "General_Category"):
            raise self.refused(f"the property \\p{{{name}}}, which is no general category", place)
        name = right if sign else left
        if not sign and name in ("Any", "Assigned", "ASCII"):
            if name == "ASCII":
                return points((0, 0x7F))
            if name == "Any":
                return ALL_POINTS
        if not self._categories:
            self._categories = categories()
        found = others(self._categories["Cn"]) if name == "Assigned" else in_category(name, self._categories)
        if found is None:
            raise self.refused(f"the property \\p{{{name}}}, which is no general category", place)
        return found


def _cases(letter: str) -> set[str]:
    """All letters that are the same as one when case does not matter, by simple mappings."""
    found = {letter, *(one for one in (letter.lower(), letter.upper(), letter.casefold()) if len(one) == 1)}
    again = {case for one in found for case in (one.lower(), one.upper()) if len(case) == 1}
    extra = {"k": "\u212a", "s": "\u017f", "\u00e5": "\u212b"}
    return found | again | {extra[one] for one in again | found if one in extra}


def escape(source: Source, *, in_class: bool) -> tuple[Points, int | None]:
    """Read what follows a backslash: its set of letters, and its code point if it is one. Raises NotRegular."""
    place = source.at - 1
    sign = source.peek()
    source.at += 1
    if not sign:
        raise source.refused("a backslash at the end", place)
    if sign.lower() in CLASSES:
        some = source.cased(CLASSES[sign.lower()])
        return (some if sign.islower() else others(some)), None
    if sign in "pP":
        if not source.take("{"):
            raise source.refused(f"\\{sign} without a property in braces", place)
        some = source.cased(source.category(source.until("}", "a property"), place))
        return (some if sign == "p" else others(some)), None
    code = _letter(source, sign, place, in_class=in_class)
    return source.cased(points((code, code))), code


def _letter(source: Source, sign: str, place: int, *, in_class: bool) -> int:
    """The code point of an escape that stands for one letter."""
    if sign in SHORT:
        return SHORT[sign]
    if sign == "b" and in_class:
        return 0x08
    if sign == "0" and not source.peek().isdigit():
        return 0
    if sign == "c" and source.peek().isascii() and source.peek().isalpha():
        source.at += 1
        return ord(source.text[source.at - 1]) % 32
    if sign == "x":
        return _hexadecimal(source, 2, place)
    if sign == "u":
        return _unicode(source, place)
    if sign.isdigit():
        raise source.refused(f"the back reference \\{sign}", place)
    if sign.isascii() and sign.isalpha():
        raise source.refused(f"the escape \\{sign}", place)
    return ord(sign)


def _hexadecimal(source: Source, length: int, place: int) -> int:
    """So many hexadecimal digits as a number."""
    digits = source.text[source.at : source.at + length]
    if len(digits) != length or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        raise source.refused("an escape whose hexadecimal digits are missing", place)
    source.at += length
    return int(digits, 16)


def _unicode(source: Source, place: int) -> int:
    """The code point of `\\u0041`, `\\u{41}` or a pair of surrogates."""
    if source.take("{"):
        digits = source.until("}", "an escape")
        if not digits or any(digit not in "0123456789abcdefABCDEF" for digit in digits) or int(digits, 16) > 0x10FFFF:
            raise source.refused("an escape that names no code point", place)
        return int(digits, 16)
    code = _hexadecimal(source, 4, place)
    if 0xD800 <= code <= 0xDBFF and source.text.startswith("\\u", source.at):
        back = source.at
        source.at += 2
        low = _hexadecimal(source, 4, place) if source.peek() != "{" else 0
        if 0xDC00 <= low <= 0xDFFF:
            return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        source.at = back
    return code


def bracketed(source: Source) -> Points:
    """Read a class after its opening bracket, and its closing one. Raises NotRegular."""
    place = source.at - 1
    never = source.take("^")
    found: list[Points] = [()]
    while not source.take("]"):
        if not source.peek():
            raise source.refused("a class without its ]", place)
        found.append(_member(source))
    some = joined(*found)
    return others(some) if never else common(some, ALL_POINTS)


def _member(source: Source) -> Points:
    """One letter, range or escape of a class."""
    place = source.at
    some, first = _class_letter(source)
    if source.peek() != "-" or source.peek(1) in ("]", ""):
        return some
    source.at += 1
    more, last = _class_letter(source)
    if first is None or last is None:
        return joined(some, more, letters("-"))
    if first > last:
        raise source.refused(f"the range {source.text[place : source.at]}, which is in the wrong order", place)
    return source.cased(points((first, last)))


def _class_letter(source: Source) -> tuple[Points, int | None]:
    """One letter or escape of a class, and its code point if it is one."""
    place = source.at
    sign = source.peek()
    if sign == "[" and source.peek(1) in (":", ".", "="):
        raise source.refused("a POSIX class, which ECMA-262 does not know", place)
    if not sign:
        raise source.refused("a class without its ]", place)
    source.at += 1
    if sign == "\\":
        return escape(source, in_class=True)
    return source.cased(letters(sign)), ord(sign)
