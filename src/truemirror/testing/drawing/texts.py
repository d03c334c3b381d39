"""Strings: words of a language, texts of a format, and any.

Rules: any letter that is allowed may come, those that people write come more often where letters are chosen one by one;
the shortest word and the plainest letter come first, so that failures shrink to them.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache

from hypothesis import strategies as st

from truemirror.core.schema import opaque
from truemirror.core.schema.language_alphabet import FRIENDLY
from truemirror.core.schema.shapes.scalars import StringShape
from truemirror.core.schema.shapes.walk import Crossing, Ranges, crossings
from truemirror.core.schema.terms import Opaque
from truemirror.testing.drawing.trying import Draw, Strategy, any_of

_USUAL = 16
"""Letters beyond the shortest that a text usually has at most."""
_HOSTS = st.from_regex(r"[a-z]([a-z0-9]|-[a-z0-9]){0,6}(\.[a-z][a-z0-9]{0,3})?", fullmatch=True)
_PATHS = st.from_regex(r"([a-z0-9_.-]{1,6}(/[a-z0-9_.-]{1,6})?)?", fullmatch=True)
_URIS = st.builds("{}://{}/{}".format, st.sampled_from(["https", "http"]), _HOSTS, _PATHS)
_POINTERS = _PATHS.map(lambda path: f"/{path}" if path else "")
_NAMES = st.from_regex(r"[a-z0-9]{1,8}([.+_-][a-z0-9]{1,4})?", fullmatch=True)
_EMAILS = st.builds("{}@{}.example".format, _NAMES, _HOSTS)
_SUFFIXES = st.sampled_from(["Z", ".5Z", ".123456Z", "+01:00", "-05:30"])
_EPOCH = datetime(2000, 1, 1)  # the offset is drawn for itself
_SECONDS = st.integers(-10_000_000_000, 200_000_000_000)
_MOMENTS = _SECONDS.map(lambda seconds: (_EPOCH + timedelta(seconds=seconds)).isoformat())
_DATES = _MOMENTS.map(lambda moment: moment[:10])
_TIMES = st.builds("{}{}".format, _MOMENTS.map(lambda moment: moment[11:]), _SUFFIXES)
_MINUTES = st.integers(0, 60_000)
_DURATIONS = _MINUTES.map(
    lambda minutes: f"PT{minutes // 60}H{minutes % 60}M" if minutes % 1440 else f"P{minutes // 1440}D"
)
_FORMATS: dict[str, Strategy] = {
    "date-time": st.builds("{}{}".format, _MOMENTS, _SUFFIXES),
    "date": _DATES,
    "time": _TIMES,
    "duration": _DURATIONS,
    "email": _EMAILS,
    "idn-email": _EMAILS,
    "hostname": _HOSTS,
    "idn-hostname": _HOSTS,
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "uri": _URIS,
    "iri": _URIS,
    "uri-reference": _URIS | _POINTERS,
    "iri-reference": _URIS | _POINTERS,
    "uuid": st.uuids().map(str),
    "json-pointer": _POINTERS,
}
"""Texts of formats; those of others are taken from examples."""


def drawn_text(shape: StringShape) -> Strategy:
    """Strings of a shape, but for what has to be checked."""
    if shape.words is not None:
        return st.sampled_from(shape.words) if shape.words else st.nothing()
    told = [found for one in shape.predicates if (found := _told(one)) is not None]
    if told:
        return told[0]
    if shape.language is None:
        longest = shape.shortest + _USUAL
        return st.text(
            min_size=shape.shortest, max_size=longest if shape.longest is None else min(longest, shape.longest)
        )
    ways = crossings(shape.language)
    if ways is None:
        return st.nothing()
    return _walked(ways, shape.shortest, shape.longest)


def _told(predicate: Opaque) -> Strategy | None:
    """Texts that a predicate probably takes; None where nobody knows any."""
    keyword, _, argument = predicate.name.partition(":")
    if keyword == "format" and argument in _FORMATS:
        return _FORMATS[argument]
    if keyword == "pattern":
        try:
            return st.from_regex(re.compile(argument))
        except (re.error, OverflowError, RecursionError):
            return None
    good = [text for text in opaque.examples(predicate) if opaque.test(predicate, text)]
    return st.sampled_from(good) if good else None


@st.composite
def _walked(draw: Draw, ways: tuple[Crossing, ...], shortest: int, longest: int | None) -> str:
    """A word along the ways, no longer than allowed; it usually ends soon after it may."""
    usual = max(shortest, ways[0].missing) + draw(st.integers(0, _USUAL))
    at, word = ways[0], ""
    while True:
        ends = at.may_end and len(word) >= shortest
        if ends and (len(word) >= usual or not at.ways):
            return word
        open_ways = [way for way in at.ways if longest is None or len(word) + 1 + ways[way[1]].missing <= longest]
        if not open_ways:
            return word
        if len(word) + at.missing >= usual:
            nearest = min(ways[to].missing for _, to in open_ways)
            open_ways = [way for way in open_ways if ways[way[1]].missing == nearest]
        elif ends and draw(_SEVENTHS) == 0:
            return word
        ranges, to = open_ways[0] if len(open_ways) == 1 else draw(st.sampled_from(open_ways))
        word += _letter(ranges) if _is_single(ranges) else draw(_letters(ranges))
        at = ways[to]


_SEVENTHS = st.integers(0, 6)


def _is_single(ranges: Ranges) -> bool:
    """Whether there is one letter only."""
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]


def _letter(ranges: Ranges) -> str:
    """The first letter."""
    return chr(ranges[0][0])


@lru_cache(maxsize=4_096)
def _letters(ranges: Ranges) -> Strategy:
    """One of some letters."""
    friendly = "".join(one for one in FRIENDLY if any(first <= ord(one) <= last for first, last in ranges))
    usual = [st.sampled_from(friendly)] if friendly else []
    others = [st.integers(first, last).map(chr) for first, last in ranges]
    return any_of(usual * (3 if len(others) > 1 else 1) + ([any_of(others)] if others else []))
