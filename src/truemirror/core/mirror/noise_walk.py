"""How two values of one place differ: what keeps its kind may vary by itself, everything else is a real difference.

Rules: neutral about order: the same two values give the same spots, whichever comes first. An attribute that only one
side has may be absent or present; where each side has one that the other lacks, something was renamed, which is real.
Lists of other lengths, members in another order, other types, flags, and words are real differences.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from truemirror.core.mirror.difference import ABSENT, short
from truemirror.core.mirror.noise_kinds import ABSENT_OR_PRESENT, is_meaning, kind_of_texts, kind_of_values

LENGTH: Final = "a list of another length"
ORDER: Final = "the same members in another order"
TYPE: Final = "another type"
RENAMED: Final = "each side lacks what the other has"
KEYED: Final = "a key that varies itself"
FAILED: Final = "an error on one side only"
MEANING: Final = "a word says something"
REPEATED: Final = "another number of fields"
COOKIE: Final = "another cookie, or one with other attributes"

_ERRORS = frozenset({"error", "errors", "exception", "fault"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where two values differ: by a kind that both keep, or for a reason why it is a real difference."""

    steps: tuple[str | int, ...]
    """Keys and indexes that lead to it; the name of a header field or query parameter."""
    one: str
    other: str
    """Both values in short, ABSENT where there is none."""
    kind: str = ""
    """What both keep; empty for a real difference without one."""
    why: str = ""
    """Why it is a real difference; empty for noise."""
    said: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """The whole values of both, as texts."""


def json_spots(one: Any, other: Any, steps: tuple[str | int, ...] = ()) -> Iterator[Spot]:
    """Where two JSON values differ, the deepest places that tell. Raises RecursionError on hostile depth."""
    if isinstance(one, dict) and isinstance(other, dict):
        yield from _object_spots(one, other, steps)
    elif isinstance(one, list) and isinstance(other, list):
        yield from _list_spots(one, other, steps)
    elif type(one) is not type(other) or one != other:
        kind = kind_of_values((one, other))
        why = TYPE if not kind else MEANING if is_meaning(one, other) else ""
        yield Spot(steps, _text(one), _text(other), kind, why, ((str(one),), (str(other),)))


def _object_spots(one: Mapping[str, Any], other: Mapping[str, Any], steps: tuple[str | int, ...]) -> Iterator[Spot]:
    """Where two objects differ."""
    gone, come = one.keys() - other.keys(), other.keys() - one.keys()
    for key in sorted(gone | come):
        if gone and come:
            why = RENAMED
        elif kind_of_values((key,)) != "string" or key.isdecimal():
            why = KEYED
        else:
            why = FAILED if key.lower() in _ERRORS else ""
        shown = [_text(side[key]) if key in side else ABSENT for side in (one, other)]
        yield Spot((*steps, key), shown[0], shown[1], ABSENT_OR_PRESENT if not why else "", why)
    for key in sorted(one.keys() & other.keys()):
        yield from json_spots(one[key], other[key], (*steps, key))


def _list_spots(one: Sequence[Any], other: Sequence[Any], steps: tuple[str | int, ...]) -> Iterator[Spot]:
    """Where two lists differ."""
    if len(one) != len(other):
        yield Spot(steps, _text(one), _text(other), why=LENGTH)
        return
    members, others = [[_canonical(member) for member in side] for side in (one, other)]
    if members != others and Counter(members) == Counter(others):
        yield Spot(steps, _text(one), _text(other), why=ORDER)
        return
    for place, (member, its_other) in enumerate(zip(one, other, strict=True)):
        yield from json_spots(member, its_other, (*steps, place))


def text_spots(one: Sequence[tuple[str, str | None]], other: Sequence[tuple[str, str | None]]) -> Iterator[Spot]:
    """Where two lists of header fields, or of query parameters, differ: name by name."""
    for name in sorted({key for key, _ in (*one, *other)}):
        values, others = [[value for key, value in side if key == name] for side in (one, other)]
        if values == others:
            continue
        shown = [", ".join(short(text or "") for text in side) if side else ABSENT for side in (values, others)]
        texts = [text for text in (*values, *others) if text is not None]
        kind = why = ""
        if not values or not others:
            kind = ABSENT_OR_PRESENT
        elif len(values) != len(others):
            why = REPEATED
        elif len(texts) < 2 * len(values):
            why = TYPE
        else:
            pairs = zip(values, others, strict=True)
            kind = kind_of_texts(name, texts)
            why = MEANING if any(a != b and is_meaning(a, b) for a, b in pairs) else ""
            if name == "set-cookie" and list(map(_less_value, values)) != list(map(_less_value, others)):
                why = COOKIE
        said = tuple(text or "" for text in values), tuple(text or "" for text in others)
        yield Spot((name,), short(shown[0]), short(shown[1]), kind, why, said)


def _less_value(cookie: str | None) -> tuple[str, str]:
    """A cookie's name and its attributes."""
    name, _, rest = (cookie or "").partition("=")
    return name, rest.partition(";")[2]


def _canonical(value: Any) -> bytes:
    """A JSON value as bytes that are equal when it is."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _text(value: Any) -> str:
    """A JSON value in short."""
    return short(orjson.dumps(value).decode())
