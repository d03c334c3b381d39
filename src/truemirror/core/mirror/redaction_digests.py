"""Fields that say a digest of the body, when the body says something else than before.

Rules: a digest that was true stays true: it is made anew. One that cannot be checked (the body was encoded or is part
of a larger one, the digest was wrong before or is of an unknown kind) is dropped, because it would be wrong, and
because the digest of a body with a secret in it lets everybody test guesses.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterator

from truemirror.core.wire.headers import Headers

Sum = Callable[[bytes], bytes]

_SUMS: dict[str, Sum] = {
    "md5": lambda body: hashlib.md5(body, usedforsecurity=False).digest(),
    "sha": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "sha-256": lambda body: hashlib.sha256(body).digest(),
    "sha-384": lambda body: hashlib.sha384(body).digest(),
    "sha-512": lambda body: hashlib.sha512(body).digest(),
}
_FIELDS = frozenset({"content-md5", "digest", "content-digest", "repr-digest", "x-amz-content-sha256"})
"""RFC 1864, RFC 3230, RFC 9530, and the one that requests to S3 and its like carry."""
_PARTIAL_CONTENT = 206
_MEMBER = re.compile(r"\s*([A-Za-z0-9-]+)\s*=\s*(:?)([A-Za-z0-9+/]*={0,2})(:?)\s*(?:,|\Z)")


def with_digests(headers: Headers, before: bytes, after: bytes, *, encoded: bool) -> Headers:
    """The fields for another body; `encoded` when digests are of other bytes than the body's."""
    if not any(name.lower() in _FIELDS for name, _ in headers.pairs):
        return headers
    pairs: list[tuple[str, str]] = []
    for name, value in headers.pairs:
        if name.lower() not in _FIELDS:
            pairs.append((name, value))
        elif not encoded and (new := _made_anew(name.lower(), value.strip(), before, after)):
            pairs.append((name, new))
    return Headers(tuple(pairs))


def is_held_to_bytes(status: int, headers: Headers, trailers: Headers) -> bool:
    """Whether a client can tell the bytes of this answer's body from others that decode to the same.

    By a digest of them, by a strong ETag, which names these very bytes (RFC 9110 §8.8.3), or because they are a range
    of the bytes of something larger (§14.4).
    """
    if status == _PARTIAL_CONTENT or headers.get("content-range") is not None:
        return True
    if (headers.get("etag") or "W/").lstrip()[:2].upper() != "W/":
        return True
    return any(name.lower() in _FIELDS for name, _ in (*headers.pairs, *trailers.pairs))


def _made_anew(name: str, value: str, before: bytes, after: bytes) -> str:
    """A field's value for the body after; empty when it was not true of the body before."""
    if name == "content-md5":
        return _text("md5", after) if value == _text("md5", before) else ""
    if name == "x-amz-content-sha256":
        return hashlib.sha256(after).hexdigest() if value.lower() == hashlib.sha256(before).hexdigest() else ""
    return ", ".join(_members(value, before, after))


def _members(value: str, before: bytes, after: bytes) -> Iterator[str]:
    """The members of a list of digests that were true of the body before, made anew."""
    for found in _MEMBER.finditer(value):
        algorithm = found[1].lower()
        if algorithm in _SUMS and found[3] == _text(algorithm, before):
            yield f"{found[1]}={found[2]}{_text(algorithm, after)}{found[4]}"


def _text(algorithm: str, body: bytes) -> str:
    """A digest as fields say it."""
    return b64encode(_SUMS[algorithm](body)).decode()
