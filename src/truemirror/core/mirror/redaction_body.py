"""Secrets in bodies, by their media type.

Rules: a body is read as text in its own charset where that gives back the same bytes, else byte by byte; pictures,
archives and the like are searched for tokens by their shape only. A quick look at a JSON body's bytes tells most of
those that hold no secret, and those are never read as text.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from truemirror.core.mirror.redaction_names import Kind, RedactionPolicy
from truemirror.core.mirror.redaction_scan import form_values
from truemirror.core.mirror.redaction_shapes import (
    LEAST_RANDOM,
    decoded,
    is_long_hex,
    looks_random,
    may_have_shape,
    runs_of,
    shape_spots,
)
from truemirror.core.mirror.redaction_spots import NOWHERE, Place, ordered, shifted
from truemirror.core.mirror.redaction_stream import contents, is_stream, running_texts, stream_places
from truemirror.core.mirror.redaction_text import Look, content_places, labelled_places, text_places, value_places
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.large import is_large
from truemirror.core.wire.media import NO_MEDIA_TYPE, MediaType, parse_media_type

_BINARY = re.compile(
    r"(?:image|audio|video|font)/(?!svg)|application/(?:octet-stream|zip|gzip|x-gzip|pdf|x-tar|wasm|protobuf|grpc\b)|"
    r"application/(?:x-protobuf|vnd\.ms-|vnd\.openxmlformats)"
)
_NAMES = re.compile(rb'"([^"\\]{1,64})"\s*:')
_ESCAPE = re.compile(rb'\\(?:["/]|u00[2-7]|[^"]{0,60}"\s*:)')
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_TAIL = re.compile(rb"[\w.\[\]-]{1,64}\Z")
_UUID_LENGTH = 36
_ANYTHING = "application/octet-stream"
_SNIFFED = 1_024
_REMEMBERED = 65_536
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


@dataclass(frozen=True, slots=True)
class BodyText:
    """A body as text, and how to get its bytes back."""

    text: str
    charset: str

    def encode(self, text: str) -> bytes:
        """Bytes of another text in the same charset."""
        return text.encode(self.charset, "surrogateescape")


@lru_cache(maxsize=512)
def _media(value: str) -> MediaType:
    """A media type, remembered."""
    return parse_media_type(value)


def media_of(headers: Headers) -> MediaType:
    """The media type that headers declare."""
    value = headers.get("content-type")
    return _media(value) if value else NO_MEDIA_TYPE


def searchable(body: bytes, headers: Headers) -> bytes:
    """A body's bytes as known secrets are looked for in them: in UTF-8, whatever charset it is in.

    Those of a stream are followed by what its events say together.
    """
    media = media_of(headers)
    if body and is_stream(media):
        text = body_text(body, media).text
        return f"{text}\n{running_texts(text)}".encode("utf-8", "surrogatepass")
    if body.isascii() or not (charset := media.charset) or charset in _UTF8:
        return body
    return body_text(body, media).text.encode("utf-8", "surrogatepass")


def body_text(body: bytes, media: MediaType) -> BodyText:
    """A body as text: in its declared charset where that is exact, else as UTF-8 with all other bytes kept."""
    charset = media.charset
    if charset and charset not in _UTF8:
        try:
            text = body.decode(charset)
            if text.encode(charset) == body:
                return BodyText(text, charset)
        except (LookupError, ValueError):
            pass
    return BodyText(body.decode("utf-8", "surrogateescape"), "utf-8")


def is_binary(body: bytes, media: MediaType) -> bool:
    """Whether a body is no text. What is only said to be bytes (`application/octet-stream`) is looked at."""
    if media.charset.startswith(("utf-16", "utf-32")):
        return False
    if b"\0" in body[:_SNIFFED]:
        return True
    return bool(_BINARY.match(media.name)) and not (media.name == _ANYTHING and _says_text(body[:_SNIFFED]))


def _says_text(head: bytes) -> bool:
    """Whether a body that begins so is a text in UTF-8."""
    try:
        text = getincrementaldecoder("utf-8")().decode(head)
    except ValueError:
        return False
    return all(char.isprintable() or char in "\r\n\t" for char in text)


def body_places(body: bytes, media: MediaType, look: Look) -> tuple[BodyText | None, tuple[Place, ...]]:
    """The secrets of a body, and the text that they are places of; no text when there is nothing to find."""
    streams = is_stream(media)
    if not body or is_large(body):  # a large one was looked through while it passed
        return None, NOWHERE
    if _begins_json(body) and not streams and not worth_reading(body, look.policy):
        return None, NOWHERE
    if is_binary(body, media):
        if not may_have_shape(body):
            return None, NOWHERE
        said = BodyText(body.decode("utf-8", "surrogateescape"), "utf-8")
        return said, ordered(shape_spots(said.text))
    said = body_text(body, media)
    if media.is_form:
        return said, ordered(labelled_places(form_values(said.text, look.policy), look))
    if media.is_multipart:
        return said, ordered(_multipart(said.text, media.boundary, look))
    return said, _stream_places(said.text, look) if streams else text_places(said.text, look)


def _stream_places(text: str, look: Look) -> tuple[Place, ...]:
    """The secrets of a stream: those of each event, and those that several events say together."""
    alone = [place for start, content, _ in contents(text) for place in shifted(text_places(content, look), start)]
    return ordered((*stream_places(text, lambda joined: content_places(joined, look), alone), *alone))


def _begins_json(body: bytes) -> bool:
    """Whether a body begins as JSON does."""
    return body[:1] in (b"{", b"[") or body[:16].lstrip()[:1] in (b"{", b"[")


def worth_reading(body: bytes, policy: RedactionPolicy) -> bool:
    """Whether a JSON body may hold a secret: a telling name, a shape, an escape that may hide one, a run of chance."""
    return _short_worth_reading(body, policy) if len(body) <= _REMEMBERED else _worth_reading(body, policy)


def _worth_reading(body: bytes, policy: RedactionPolicy) -> bool:
    """The same, looked at anew."""
    if not policy.all_innocent(_names(body)) or (b"\\" in body and _ESCAPE.search(body)):
        return True
    if b"%" in body and _PERCENT.search(body):
        return True
    if b"=" in body:
        pieces = (_TAIL.search(piece[-64:]) for piece in body.split(b"=")[:-1])
        if not policy.all_innocent(found[0] for found in pieces if found):
            return True
    return may_tell_itself(body)


def may_tell_itself(body: bytes) -> bool:
    """Whether bytes may hold a secret that its shape or plain chance gives away, whatever it is called."""
    runs = runs_of(body)
    return may_have_shape(body, runs) or any(_is_chance(run) for run in runs if len(run) >= LEAST_RANDOM)


def _names(body: bytes) -> Iterable[bytes]:
    """The names of a JSON text's attributes, and what else stands before a colon."""
    if b" :" in body or b"\t:" in body or b"\n:" in body or b"\r:" in body:
        return _NAMES.findall(body)
    return [piece.rpartition(b'"')[2] for piece in body.split(b'":')[:-1]]


_short_worth_reading = lru_cache(maxsize=64)(_worth_reading)
"""A body is looked at when it is redacted and again when it is checked."""


def _is_chance(run: bytes) -> bool:
    """Whether a run of letters and digits asks for a closer look."""
    if len(run) == _UUID_LENGTH and run[8:9] == run[13:14] == run[18:19] == run[23:24] == b"-":
        return False
    text = run.decode("ascii")
    return looks_random(text) or is_long_hex(text) or decoded(text) is not None


def _multipart(text: str, boundary: str, look: Look) -> Iterator[Place]:
    """The secrets of each part: by the field's name, else by the part's own media type."""
    delimiter = f"--{boundary}"
    start = text.find(delimiter)
    while start >= 0:
        start += len(delimiter)
        end = text.find(delimiter, start)
        yield from shifted(_part(text[start : end if end >= 0 else len(text)], look), start)
        start = end


def _part(part: str, look: Look) -> tuple[Place, ...]:
    """The secrets of one part, which still has its line ends around it."""
    head, blank, content = part.partition("\r\n\r\n")
    if not blank:
        head, blank, content = part.partition("\n\n")
    offset = len(head) + len(blank)
    content = content.removesuffix("\n").removesuffix("\r")
    headers = Headers.of(
        (name.strip(), value.strip())
        for name, colon, value in (line.partition(":") for line in head.splitlines())
        if colon
    )
    kind = look.policy.kind(_parameter(headers.get("content-disposition"), "name"))
    media = parse_media_type(headers.get("content-type"))
    if _BINARY.match(media.name) and is_binary(content.encode("utf-8", "surrogatepass"), media):
        return shifted(shape_spots(content), offset)
    if kind in (Kind.OTHER, Kind.IDENTIFIER) and ("\n" in content or media.name not in ("", "text/plain", _ANYTHING)):
        return shifted(content_places(content, look), offset)
    return shifted(value_places(content, kind, look), offset)


def _parameter(value: str | None, name: str) -> str:
    """A parameter of a header field's value."""
    found = re.search(rf';\s*{name}="?([^";]*)', value or "")
    return found[1] if found else ""
