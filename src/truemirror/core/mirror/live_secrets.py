"""Stand-ins of secrets in recorded requests, replaced by live secrets, so that a live service can be asked.

Rules: a stand-in is replaced wherever it stands as a whole token: address, header fields, body, and inside a Basic
credential. Nothing else of the request changes, and nothing of a secret is kept here.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from truemirror.core.mirror.standin import DIGIT_MARK, MARK, is_stand_in, stand_in
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.media import media_type

_TOKEN = re.compile(r"[A-Za-z0-9_.-]+")
_BASIC = re.compile(r"(?i:basic) +([A-Za-z0-9+/=_-]+)\Z")


def secrets_by_stand_in(secrets: Iterable[str]) -> dict[str, str]:
    """Live secrets by what stands for them in a recording of a client that brought them."""
    return {stand_in(secret): secret for secret in secrets if secret}


def with_secrets(request: Request, known: Mapping[str, str]) -> Request:
    """The request with live secrets in place of those stand-ins that are known; the same object when there are none."""
    if not known:
        return request
    target = _replaced(request.target, known, _in_address)
    headers = Headers(tuple((name, _field(value, known)) for name, value in request.headers.pairs))
    body = request.body
    if MARK.encode() in body or DIGIT_MARK.encode() in body:
        media = media_type(request.headers)
        escape = _in_json if media.is_json else _in_address if media.is_form else str
        body = _body(body.decode("latin-1"), known, escape).encode("latin-1")
    if target == request.target and headers == request.headers and body == request.body:
        return request
    return replace(request, target=target, headers=headers, body=body)


def _body(text: str, known: Mapping[str, str], escape: Callable[[str], str]) -> str:
    """A body, its bytes as characters, with live secrets in UTF-8."""
    return _replaced(text, known, lambda secret: escape(secret).encode().decode("latin-1"))


def stand_ins_in(request: Request) -> tuple[str, ...]:
    """The stand-ins that a request still holds, in their order, each once."""
    return tuple(dict.fromkeys(_found(request)))


def _found(request: Request) -> Iterator[str]:
    """Every token that is a stand-in."""
    texts = [request.target, *(value for _, value in request.headers.pairs), request.body.decode("latin-1")]
    texts += [inner for _, value in request.headers.pairs if (inner := _basic(value)) is not None]
    for text in texts:
        if MARK in text or DIGIT_MARK in text:
            yield from (one for one in _TOKEN.findall(text) if MARK in one or is_stand_in(one))


def _field(value: str, known: Mapping[str, str]) -> str:
    """A header field with live secrets."""
    inner = _basic(value)
    if inner is None:
        return _replaced(value, known, str)
    changed = _replaced(inner, known, str)
    return value if changed == inner else "Basic " + base64.b64encode(changed.encode()).decode()


def _basic(value: str) -> str | None:
    """What a Basic credential says; None for anything else."""
    found = _BASIC.match(value)
    if not found:
        return None
    try:
        return base64.b64decode(found[1] + "=" * (-len(found[1]) % 4)).decode()
    except (binascii.Error, ValueError):
        return None


def _replaced(text: str, known: Mapping[str, str], escape: Callable[[str], str]) -> str:
    """A text with every known token replaced."""
    if MARK not in text and DIGIT_MARK not in text:
        return text

    def one(found: re.Match[str]) -> str:
        """The secret for a token, escaped as its place wants it."""
        token = found[0]
        bare = token.strip(".-")
        if token in known:
            return escape(known[token])
        return token.replace(bare, escape(known[bare])) if bare in known else token

    return _TOKEN.sub(one, text)


def _in_json(secret: str) -> str:
    """Inside a JSON string."""
    return json.dumps(secret)[1:-1]


def _in_address(secret: str) -> str:
    """Inside an address or a form."""
    return quote(secret, safe="-._~")
