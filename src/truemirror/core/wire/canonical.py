"""Canonical forms: paths, queries and bodies that mean the same become the same bytes.

Rules: nothing here fails; what cannot be parsed as its media type says is compared byte for byte. JSON keeps its
numbers exactly (big integers too), forgets white space and the order of keys. Forms are multisets like queries.
Multipart parts are compared without their boundary, each by its headers and its bytes.
"""

import hashlib
import json
import re
from typing import Any
from urllib.parse import unquote

import orjson

from truemirror.core.wire.media import MediaType

_UNRESERVED = re.compile(r"%([0-9A-Fa-f]{2})")
_LONG_NUMBER = re.compile(rb"\d{17}")
_MULTIPART = b"multipart\0"
_DIGEST = 16
"""Bytes of the hash of a part's content."""
_UNRESERVED_CHARS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonical_path(path: str) -> str:
    """Percent-escapes of unreserved characters undone, all others in upper case (RFC 3986 §6.2.2)."""
    return _UNRESERVED.sub(_plain_escape, path) if "%" in path else path


def _plain_escape(found: re.Match[str]) -> str:
    """One escape in its canonical form."""
    char = chr(int(found[1], 16))
    return char if char in _UNRESERVED_CHARS else found[0].upper()


def canonical_query(query: str | None) -> tuple[tuple[str, str | None], ...]:
    """Key and value pairs, sorted by key, the order within a key kept; a bare key has the value None."""
    if not query:
        return ()
    pairs: list[tuple[str, str | None]] = []
    for piece in query.split("&"):
        key, equals, value = piece.partition("=")
        if piece:
            pairs.append((_unescape(key), _unescape(value) if equals else None))
    pairs.sort(key=lambda pair: pair[0])
    return tuple(pairs)


def _unescape(text: str) -> str:
    """A query component with `+` and percent-escapes undone; bytes that are not UTF-8 stay distinguishable."""
    return unquote(text.replace("+", " "), errors="surrogateescape") if "%" in text or "+" in text else text


def canonical_body(body: bytes, media: MediaType) -> bytes:
    """The form in which bodies of a media type are compared."""
    if media.is_json:
        return canonical_json(body)
    if media.is_form:
        return repr(canonical_query(body.decode("latin-1"))).encode("utf-8", "surrogatepass")
    if media.is_multipart:
        return canonical_multipart(body, media.boundary)
    return body


def canonical_json(body: bytes) -> bytes:
    """JSON with sorted keys and no white space, numbers exact; the body itself when it is not JSON."""
    try:
        if _LONG_NUMBER.search(body):  # orjson would round integers beyond 64 bits and long fractions
            return exact_json(json.loads(body, parse_float=_Exact, parse_int=_Exact))
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    except (ValueError, TypeError, RecursionError):
        return body


def is_json(body: bytes) -> bool:
    """Whether a body without a media type is a JSON object or list; a bare text or number may be anything."""
    if body[:1] not in (b"{", b"["):
        return False
    try:
        orjson.loads(body)
    except ValueError:
        return False
    return True


class _Exact(str):
    """The digits of a number, kept as they were written."""

    __slots__ = ()


def exact_json(value: Any) -> bytes:
    """Canonical JSON of a value whose numbers are texts."""
    if isinstance(value, _Exact):
        return value.encode()
    if isinstance(value, dict):
        pairs = sorted(value.items())
        return b"{" + b",".join(orjson.dumps(key) + b":" + exact_json(one) for key, one in pairs) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(exact_json(one) for one in value) + b"]"
    return orjson.dumps(value)


def canonical_multipart(body: bytes, boundary: str) -> bytes:
    """Each part's headers and a hash of its bytes, in order, without the boundary (RFC 2046 §5.1)."""
    delimiter = b"\r\n--" + boundary.encode("latin-1", "replace")
    pieces = (b"\r\n" + body).split(delimiter)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        return body
    parts: list[bytes] = []
    for piece in pieces[1:-1]:
        head, found, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not found:
            head, content = b"", piece
        lines = sorted(b" ".join(line.split()) for line in head.split(b"\r\n") if line)
        parts.append(b"\n".join(lines) + b"\0" + hashlib.blake2b(content, digest_size=_DIGEST).digest())
    return _MULTIPART + b"\0".join(parts)


def multipart_parts(canonical: bytes) -> tuple[tuple[str, str], ...]:
    """The headers and the hash, in hex, of each part of a canonical multipart body; none where it is another one."""
    parts: list[tuple[str, str]] = []
    left = canonical[len(_MULTIPART) :] if canonical.startswith(_MULTIPART) else b""
    while left:
        head, found, left = left.partition(b"\0")
        digest, left = left[:_DIGEST], left[_DIGEST:]
        if not found or len(digest) < _DIGEST or (left and not left.startswith(b"\0")):
            return ()
        parts.append((head.decode("utf-8", "replace"), digest.hex()))
        left = left[1:]
    return tuple(parts)
