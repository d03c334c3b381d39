"""Which recorded requests a live service can be asked again without changing it, and why not the others.

Rules: only what changes nothing is asked: safe methods and declared reads. A request whose secrets are stand-ins cannot
be asked, since nobody knows them; a header that somebody brings takes the place of the recorded one of that name, where
there was one. Each request is asked once, however often it was recorded.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from truemirror.core.mirror.model import Mirror
from truemirror.core.mirror.operation import nameless, operation_of
from truemirror.core.mirror.parts import parts_of
from truemirror.core.mirror.standin import DIGIT_MARK, MARK
from truemirror.core.wire.exchange import OTHER_METHODS, Request
from truemirror.core.wire.headers import Headers

UNSAFE: Final = "it may change something"
NAMELESS: Final = "its secrets are stand-ins"
UNSENDABLE: Final = "it cannot be sent as it is written"
BROKEN: Final = "its connection broke when it was recorded"

_ASKED = frozenset({"GET", "HEAD", "OPTIONS"})
_ALWAYS_SECRET = frozenset({"authorization", "proxy-authorization"})
"""Fields whose stand-ins may be hidden by an encoding."""
_LINE = re.compile(r"[!-~\x80-\xff]+\Z")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_VALUE = re.compile(r"[^\0\r\n]*\Z")


@dataclass(frozen=True, slots=True)
class Question:
    """A request that can be asked, and the statuses with which it was answered."""

    request: Request
    statuses: frozenset[int]


@dataclass(frozen=True, slots=True)
class Questions:
    """What can be asked, in recorded order, and how many requests cannot, by reason."""

    askable: tuple[Question, ...]
    left_out: Mapping[str, int]


def questions(mirror: Mirror, reads: Iterable[str] = (), brought: Headers = Headers()) -> Questions:  # noqa: B008
    """What of a mirror can be asked again; `reads` are unsafe operations that change nothing."""
    harmless = {nameless(one) for one in (*mirror.rules.reads, *reads)}
    requests: dict[bytes, Request] = {}
    statuses: dict[bytes, set[int]] = {}
    reasons: dict[bytes, str] = {}
    for _, _, exchange in mirror.places():
        request = _with(exchange.request, brought)
        key = parts_of(request).digest()
        reason = _why_not(request, harmless, brought)
        if not reason and exchange.status is not None:
            requests.setdefault(key, request)
            statuses.setdefault(key, set()).add(exchange.status)
        else:
            reasons.setdefault(key, reason or BROKEN)
    askable = tuple(Question(request, frozenset(statuses[key])) for key, request in requests.items())
    return Questions(askable, dict(sorted(Counter(why for key, why in reasons.items() if key not in requests).items())))


def _with(request: Request, brought: Headers) -> Request:
    """The request with what was brought in place of what was recorded."""
    headers = request.headers
    for name, value in brought:
        if name in headers:
            headers = headers.replacing(name, value)
    return request if headers is request.headers else replace(request, headers=headers)


def _why_not(request: Request, harmless: set[str], brought: Headers) -> str:
    """Why a request cannot be asked; empty when it can be. A file may hold anything, a second request included."""
    fields = request.headers.pairs
    if not is_sendable(request):
        return UNSENDABLE
    if any(name in request.headers for name in OTHER_METHODS):
        return UNSAFE
    if request.method.upper() not in _ASKED and operation_of(request.does, request.path) not in harmless:
        return UNSAFE
    own = [(name.lower(), value) for name, value in fields if name not in brought]
    texts = [request.target, request.body.decode("latin-1"), *(value for _, value in own)]
    hidden = any(name in _ALWAYS_SECRET for name, _ in own)
    return NAMELESS if hidden or any(MARK in text or DIGIT_MARK in text for text in texts) else ""


def is_sendable(request: Request) -> bool:
    """Whether a request can be sent as it is written: nothing in its line or fields ends them early."""
    if not (_NAME.match(request.method) and _LINE.match(request.target) and request.target[0] in "/*"):
        return False
    return all(_NAME.match(name) and _VALUE.match(value) for name, value in request.headers.pairs)
