"""Labelled values of forms, addresses, markup and running text.

Rules: scanning says where a value stands, what its name says and how it is escaped; it does not judge the value. In
running text only values whose names say something are labelled.
"""

import re
from collections.abc import Iterator

from truemirror.core.mirror.redaction_json import SAYS_NOTHING
from truemirror.core.mirror.redaction_names import Kind, RedactionPolicy, words_of
from truemirror.core.mirror.redaction_shapes import (
    LEAST_RANDOM,
    is_long_hex,
    is_words,
    looks_like_key,
    looks_random,
)
from truemirror.core.mirror.redaction_spots import Escapes, Labelled, percent_view

_PAIR = re.compile(r"(?<![\w.%-])([A-Za-z_][\w.\[\]-]{0,63})=(?=[^&\s\"'<>;,\\)\]}=])")
_PAIR_VALUE = re.compile(r"[^&\s\"'<>;,\\)\]}]+")
_QUOTED = re.compile(r"(?<![\w$-])([A-Za-z_][\w.-]{0,63})\\*[\"']?\s*[:=]\s*(\\*[\"'])")
_LINE = re.compile(r"^[ \t>]*([A-Za-z][\w-]{0,63}):[ \t]+([^\r\n]+?)[ \t]*\r?$", re.MULTILINE)
_SAID = re.compile(
    r"(?i:\b(?:api[ _-]?key|password|secret|token)):?(?: (?:is|was))? [\"'`]?([A-Za-z0-9+/_-]{16,200}={0,2})(?![\w(])"
)
"""A secret that a sentence says: `invalid token x7Kq2...`."""
_CODE = re.compile(r"[\s(){}\[\]<>;,\"']")
_TAG = re.compile(r"<(?:input|meta|param)\b[^>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ELEMENT = re.compile(r"<([A-Za-z_][\w:.-]*)(?:\s[^<>]*)?>(?:([^<>]+)</|\s*<!\[CDATA\[((?:[^\]]|\](?!\]>))+)\]\]>)")
_AUTHORITY = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#\s]*|(?=/)")
_SEGMENT = re.compile(r"[^/;]+|;[^/;]*")
_TELLING = frozenset({"activate", "confirm", "invite", "invitation", "magic", "reset", "unsubscribe", "verify"})
_SECRET = frozenset({Kind.SECRET, Kind.SECRET_TEXT})
_ENVELOPES = frozenset({Kind.AUTHORIZATION, Kind.COOKIE, Kind.SET_COOKIE, Kind.CHALLENGE})


def form_values(text: str, policy: RedactionPolicy, start: int = 0) -> Iterator[Labelled]:
    """The values of a query or a form: `name=value&name=value`, both escaped."""
    for piece in text.split("&"):
        name, equals, raw = piece.partition("=")
        if equals and raw:
            plain = percent_view(name, plus=True).text if "%" in name or "+" in name else name
            yield Labelled(start + len(name) + 1, raw, policy.kind(plain), Escapes.QUERY)
        start += len(piece) + 1


def is_address(text: str) -> bool:
    """Whether a text is one address, whole or from its path on."""
    return bool(_AUTHORITY.match(text)) and not any(char.isspace() for char in text)


def address_values(text: str, policy: RedactionPolicy) -> Iterator[Labelled]:
    """The values in an address's path, query and fragment. (A password before the host has a shape.)"""
    found = _AUTHORITY.match(text)
    start = found.end() if found else 0
    rest, _, fragment = text.partition("#")
    path, mark, query = rest[start:].partition("?")
    yield from _path_values(path, policy, start)
    if mark:
        yield from form_values(query, policy, start + len(path) + 1)
    if "=" in fragment:
        yield from form_values(fragment, policy, len(rest) + 1)


def _path_values(path: str, policy: RedactionPolicy, start: int) -> Iterator[Labelled]:
    """The values in a path: after a segment that tells (`/reset/…`), and as a parameter (`;jsessionid=…`)."""
    before = ""
    for found in _SEGMENT.finditer(path):
        segment = found[0]
        if segment[0] == ";":
            name, _, value = segment[1:].partition("=")
            if value:
                yield Labelled(start + found.end() - len(value), value, policy.kind(name), Escapes.PERCENT)
            continue
        if before and len(segment) >= LEAST_RANDOM and _tells(before, policy) and _is_token(segment):
            yield Labelled(start + found.start(), segment, Kind.LIKELY, Escapes.PERCENT)
        before = segment


def _tells(segment: str, policy: RedactionPolicy) -> bool:
    """Whether a segment says that a token follows."""
    return policy.kind(segment) in _SECRET or not _TELLING.isdisjoint(words_of(segment))


def _is_token(segment: str) -> bool:
    """Whether a segment looks like a token and not like a name."""
    return looks_random(segment) or is_long_hex(segment)


def named_values(text: str, policy: RedactionPolicy) -> Iterator[Labelled]:
    """The values that a running text names: `name=value`, `name: "value"`, `name: value` on a line, markup."""
    if "=" in text:
        yield from _pairs(text, policy)
    if '"' in text or "'" in text:
        yield from _quoted(text, policy)
    if ": " in text:
        for found in _LINE.finditer(text):
            kind = policy.kind(found[1])
            if kind in _ENVELOPES or (kind is Kind.SECRET and not is_words(found[2]) and not _CODE.search(found[2])):
                yield Labelled(found.start(2), found[2], kind, Escapes.NONE)
    if " " in text and _may_say(text):
        for found in _SAID.finditer(text):
            if looks_like_key(found[1]):
                yield Labelled(found.start(1), found[1], Kind.SECRET, Escapes.NONE)
    if "<" in text:
        yield from _elements(text, policy)
        yield from _fields(text, policy)


def _may_say(text: str) -> bool:
    """Whether a text has a word in it that a sentence would say before a secret."""
    lower = text.lower()
    return any(word in lower for word in ("key", "password", "secret", "token"))


def _pairs(text: str, policy: RedactionPolicy) -> Iterator[Labelled]:
    """`name=value`, as in addresses and logs."""
    found = _PAIR.search(text)
    while found:
        end = found.end()
        kind = policy.kind(found[1])
        if kind not in SAYS_NOTHING and (value := _PAIR_VALUE.match(text, end)):
            asked = text[found.start() - 1 : found.start()] in ("?", "&")
            yield Labelled(end, value[0], kind, Escapes.QUERY if asked else Escapes.PERCENT)
            end = value.end()
        found = _PAIR.search(text, end)


def _quoted(text: str, policy: RedactionPolicy) -> Iterator[Labelled]:
    """`name: "value"`, as in scripts, attributes and logs, up to the same quote."""
    found = _QUOTED.search(text)
    while found:
        end = found.end()
        kind = policy.kind(found[1])
        if kind not in SAYS_NOTHING:
            value = _up_to(text, end, found[2])
            if not is_words(value):  # a script's own texts
                yield Labelled(end, value, kind, Escapes.JSON)
            end += len(value)
        found = _QUOTED.search(text, end)


def _up_to(text: str, start: int, quote: str) -> str:
    """What stands before the next quote that is not escaped; all the rest when there is none."""
    end = text.find(quote, start)
    while end > start and text[end - 1] == "\\":
        end = text.find(quote, end + 1)
    return text[start:end] if end >= 0 else text[start:]


def _elements(text: str, policy: RedactionPolicy) -> Iterator[Labelled]:
    """`<name>value</name>`, and `<name><![CDATA[value]]></name>`."""
    for found in _ELEMENT.finditer(text):
        kind = policy.kind(found[1].rpartition(":")[2])
        if kind in (Kind.SECRET, Kind.CODE):
            group, escapes = (2, Escapes.ENTITIES) if found[3] is None else (3, Escapes.NONE)
            yield Labelled(found.start(group), found[group], kind, escapes)


def _fields(text: str, policy: RedactionPolicy) -> Iterator[Labelled]:
    """Fields of forms and meta tags, which an attribute names."""
    for tag in _TAG.finditer(text):
        named = {pair[1].lower(): pair for pair in _ATTRIBUTE.finditer(text, tag.start(), tag.end())}
        name = next((named[key] for key in ("name", "property", "http-equiv", "id") if key in named), None)
        value = named.get("value") or named.get("content")
        if name and value:
            group = 2 if value[3] is None else 3
            kind = policy.kind(name[2] or name[3] or "")
            if kind not in SAYS_NOTHING:
                yield Labelled(value.start(group), value[group], kind, Escapes.ENTITIES)
