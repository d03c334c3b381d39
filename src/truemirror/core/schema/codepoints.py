"""Sets of Unicode code points as sorted ranges, and those that patterns know by name.

Rules: a set is a tuple of (first, last) pairs, sorted, neither touching nor overlapping, so that equal sets are equal
tuples. The alphabet is that of JSON text: every code point but the surrogates.
"""

import unicodedata
from collections.abc import Iterable
from typing import Final, TypeAlias

Points: TypeAlias = tuple[tuple[int, int], ...]

HIGHEST: Final = 0x10FFFF
SURROGATES: Final = (0xD800, 0xDFFF)
NO_POINTS: Final[Points] = ()
ALL_POINTS: Final[Points] = ((0, SURROGATES[0] - 1), (SURROGATES[1] + 1, HIGHEST))


def points(*ranges: tuple[int, int]) -> Points:
    """The code points in any of the ranges (first, last; both inside), without the surrogates."""
    return common(_merged(ranges), ALL_POINTS)


def _merged(ranges: Iterable[tuple[int, int]]) -> Points:
    """The ranges in order, those that touch joined."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        elif first <= last:
            merged.append((first, last))
    return tuple(merged)


def letters(text: str) -> Points:
    """The code points that a text is made of."""
    return points(*((ord(letter), ord(letter)) for letter in text))


def joined(*sets: Points) -> Points:
    """The code points in any of the sets."""
    return sets[0] if len(sets) == 1 else _merged(pair for one in sets for pair in one)


def common(left: Points, right: Points) -> Points:
    """The code points in both sets."""
    found: list[tuple[int, int]] = []
    at = other = 0
    while at < len(left) and other < len(right):
        first, last = max(left[at][0], right[other][0]), min(left[at][1], right[other][1])
        if first <= last:
            found.append((first, last))
        if left[at][1] < right[other][1]:
            at += 1
        else:
            other += 1
    return tuple(found)


def others(some: Points) -> Points:
    """The code points of the alphabet that are not in a set."""
    gaps: list[tuple[int, int]] = []
    following = 0
    for first, last in some:
        gaps.append((following, first - 1))
        following = last + 1
    gaps.append((following, HIGHEST))
    return points(*gaps)


def how_many(some: Points) -> int:
    """The number of code points in a set."""
    return sum(last - first + 1 for first, last in some)


DIGITS: Final = points((0x30, 0x39))
WORD: Final = points((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
NEWLINES: Final = letters("\n\r\u2028\u2029")
SPACES: Final = joined(letters("\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"), points((0x2000, 0x200A)))

CATEGORIES: Final = {
    "Lu": "Uppercase_Letter",
    "Ll": "Lowercase_Letter",
    "Lt": "Titlecase_Letter",
    "Lm": "Modifier_Letter",
    "Lo": "Other_Letter",
    "Mn": "Nonspacing_Mark",
    "Mc": "Spacing_Mark",
    "Me": "Enclosing_Mark",
    "Nd": "Decimal_Number",
    "Nl": "Letter_Number",
    "No": "Other_Number",
    "Pc": "Connector_Punctuation",
    "Pd": "Dash_Punctuation",
    "Ps": "Open_Punctuation",
    "Pe": "Close_Punctuation",
    "Pi": "Initial_Punctuation",
    "Pf": "Final_Punctuation",
    "Po": "Other_Punctuation",
    "Sm": "Math_Symbol",
    "Sc": "Currency_Symbol",
    "Sk": "Modifier_Symbol",
    "So": "Other_Symbol",
    "Zs": "Space_Separator",
    "Zl": "Line_Separator",
    "Zp": "Paragraph_Separator",
    "Cc": "Control",
    "Cf": "Format",
    "Co": "Private_Use",
    "Cn": "Unassigned",
}
"""The general categories of Unicode, short and long; `Cs`, the surrogates, has no points here."""
GROUPS: Final = {
    "L": "Letter",
    "M": "Mark",
    "N": "Number",
    "P": "Punctuation",
    "S": "Symbol",
    "Z": "Separator",
    "C": "Other",
}
LONG_NAMES: Final = {
    **{name: short for short, name in {**CATEGORIES, **GROUPS}.items()},
    "digit": "Nd",
    "punct": "P",
    "cntrl": "Cc",
    "Combining_Mark": "M",
}


def categories() -> dict[str, Points]:
    """Every general category and its points; walks all of Unicode once, so keep it while a pattern is read."""
    runs: dict[str, list[tuple[int, int]]] = {name: [] for name in CATEGORIES}
    category = unicodedata.category
    before, start = category("\0"), 0
    for code in range(1, HIGHEST + 1):
        if (now := category(chr(code))) != before:
            if before != "Cs":
                runs[before].append((start, code - 1))
            before, start = now, code
    runs[before].append((start, HIGHEST))
    return {name: tuple(some) for name, some in runs.items()}


def in_category(name: str, known: dict[str, Points]) -> Points | None:
    """The points of a general category or a group of them, by its short or long name; None where there is none."""
    short = LONG_NAMES.get(name, name)
    if short in known:
        return known[short]
    if short == "LC":
        return joined(known["Lu"], known["Ll"], known["Lt"])
    if short in GROUPS:
        return joined(*(some for one, some in known.items() if one.startswith(short)))
    return None
