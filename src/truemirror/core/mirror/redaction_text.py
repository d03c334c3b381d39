"""Secrets in values and in running text, whatever they are inside of.

Rules: a value is judged by its name first and by its looks second. Text inside text is looked into: escapes, base64,
JSON in a parameter, a parameter in an address in JSON, to a fixed depth. In running text only sure signs count:
a secret's name before its value, a token's shape, or a long run of plain chance.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from truemirror.core.mirror.redaction_credentials import (
    authorization_places,
    basic_places,
    challenge_places,
    cookie_places,
    set_cookie_places,
)
from truemirror.core.mirror.redaction_json import json_values, looks_like_json
from truemirror.core.mirror.redaction_names import DEFAULT_POLICY, Kind, RedactionPolicy
from truemirror.core.mirror.redaction_scan import address_values, is_address, named_values
from truemirror.core.mirror.redaction_shapes import (
    LEAST_RANDOM,
    MOST_RANDOM,
    decoded,
    encoded_like,
    is_long_hex,
    is_nothing,
    looks_like_key,
    looks_random,
    shape_spots,
)
from truemirror.core.mirror.redaction_spots import (
    NOWHERE,
    Box,
    Escapes,
    Labelled,
    Place,
    Spot,
    Why,
    ordered,
    shifted,
    view_of,
)

_DEEPEST = 5
LEAST_CONTENT = 8
"""Shorter texts are judged by their name only."""
_LONGEST_CODE = 23
_SCHEMES = ("bearer ", "basic ", "digest ", "token ")
_CODE = re.compile(r"[0-9]{3,19}\Z|[0-9]{2,6}(?:[ -][0-9]{2,6}){1,5}\Z")
_RUN = re.compile(rf"[A-Za-z0-9+/_~.-]{{{LEAST_RANDOM},{MOST_RANDOM}}}={{0,2}}\Z")
_FILE = re.compile(r"\.[a-z][a-z0-9]{1,4}\Z")
_SENTENCE = re.compile(r"\S+ \S+ ")
_BASE64 = re.compile(rf"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{{{LEAST_RANDOM},}}={{0,2}}")
_BASIC = re.compile(r"\b[Bb]asic ([A-Za-z0-9+/]{4,}={0,2})(?![\w=])")
_STRICT = re.compile(r"(?<![\w/.#%+&=-])(?!sha[0-9]{3}-)[A-Za-z0-9_-]{28,200}={0,2}(?![\w/(-]|\.\w)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Look:
    """How to look: by which policy, how deep already, and whether sentences under a secret's name are messages."""

    policy: RedactionPolicy = DEFAULT_POLICY
    forgiving: bool = False
    """In an answer that refuses, a sentence under a secret's name says what is wrong with it."""
    depth: int = 0

    def deeper(self) -> "Look":
        """The same look one level further in."""
        return replace(self, depth=self.depth + 1)


def value_places(text: str, kind: Kind, look: Look) -> tuple[Place, ...]:
    """The secrets of a value whose name is of a kind; the text has no encoding of its container any more."""
    match kind:
        case Kind.SECRET | Kind.SECRET_TEXT:
            return _secret(text, look)
        case Kind.AUTHORIZATION:
            return NOWHERE if look.forgiving and _SENTENCE.match(text) else authorization_places(text)
        case Kind.COOKIE:
            return cookie_places(text, look.policy)
        case Kind.SET_COOKIE:
            return set_cookie_places(text, look.policy)
        case Kind.CHALLENGE:
            return challenge_places(text)
        case Kind.KEPT:
            return NOWHERE
        case Kind.CODE if len(text) <= _LONGEST_CODE and _CODE.match(text):
            return (Spot(0, len(text), text, Why.NAME),)
        case Kind.LIKELY | Kind.CODE if looks_like_key(text):
            return (Spot(0, len(text), text, Why.LIKELY),)
        case Kind.IDENTIFIER:
            return content_places(text, look)
        case _:
            return content_places(text, look) or _random(text)


def _secret(text: str, look: Look) -> tuple[Place, ...]:
    """All of a value under a secret's name, less the scheme before a credential."""
    if is_nothing(text) or (look.forgiving and _SENTENCE.match(text)):
        return NOWHERE
    if text[:7].lower().startswith(_SCHEMES):
        return authorization_places(text)
    return (Spot(0, len(text), text, Why.NAME),)


def _random(text: str) -> tuple[Place, ...]:
    """A value that is one run of chance, or a sentence that has a long one in it."""
    if any(char.isspace() for char in text):
        return tuple(_long_runs(text))
    if not _RUN.match(text) or _FILE.search(text) or decoded(text) is not None:
        return NOWHERE
    return (Spot(0, len(text), text, Why.RANDOM),) if looks_random(text) or is_long_hex(text) else NOWHERE


def _long_runs(text: str) -> Iterator[Place]:
    """Runs of chance in a sentence or a page, where only those count that are nothing else."""
    for found in _STRICT.finditer(text):
        run = found[0]
        if not run.islower() and not run.isupper() and looks_random(run) and decoded(run) is None:
            yield Spot(found.start(), found.end(), run, Why.RANDOM)


def content_places(text: str, look: Look) -> tuple[Place, ...]:
    """The secrets inside a value or a running text, whatever it is called."""
    if look.depth > _DEEPEST or len(text) < LEAST_CONTENT:
        return NOWHERE
    if looks_like_json(text):
        shapes = NOWHERE if look.policy.keep else tuple(shape_spots(text))
        return ordered((*labelled_places(json_values(text, look.policy), look.deeper()), *shapes))
    values = address_values if is_address(text) else named_values
    places: list[Place] = list(shape_spots(text))
    places.extend(labelled_places(values(text, look.policy), look.deeper()))
    places.extend(_hidden(text, look))
    return ordered(places)


def text_places(text: str, look: Look) -> tuple[Place, ...]:
    """The secrets in running text: what is named, what has a shape, and long runs of plain chance."""
    places = content_places(text, look)
    return places if looks_like_json(text) else ordered((*places, *_long_runs(text)))


def running_places(text: str, look: Look) -> tuple[Place, ...]:
    """The secrets in a piece of a longer text, which need not begin or end where a document does."""
    return ordered((*shape_spots(text), *named_places(text, look), *_hidden(text, look), *_long_runs(text)))


def named_places(text: str, look: Look) -> tuple[Place, ...]:
    """The secrets in such a piece that only their names give away."""
    return tuple(labelled_places(named_values(text, look.policy), look.deeper()))


def labelled_places(values: Iterable[Labelled], look: Look) -> Iterator[Place]:
    """The secrets of labelled values, as places of the text that they stand in."""
    for value in values:
        view = view_of(value.raw, value.escapes)
        if view is None:
            yield from shifted(value_places(value.raw, value.kind, look), value.start)
        else:
            yield from shifted(view.back(value_places(view.text, value.kind, look)), value.start)


def _hidden(text: str, look: Look) -> Iterator[Place]:
    """Secrets behind percent-escapes, entities and base64."""
    for escapes in (Escapes.PERCENT, Escapes.ENTITIES):
        view = view_of(text, escapes)
        if view is not None and view.text != text:
            yield from view.back(content_places(view.text, look.deeper()))
    for found in _BASE64.finditer(text):
        run = found[0]
        content = decoded(run)
        if content is not None and (inner := value_places(content, Kind.OTHER, look.deeper())):
            yield Box(found.start(), found.end(), content, inner, partial(encoded_like, run))
    if "asic " in text:
        for found in _BASIC.finditer(text):
            yield from basic_places(found[1], found.start(1))
