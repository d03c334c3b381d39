"""A client's own secrets, put back into an answer for this client.

Rules: only stand-ins of secrets that this very request brought are put back, so an answer never tells a client what it
did not know. A secret is written as its surroundings write it: escaped in JSON, in an address, in markup.
"""

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote

from truemirror.core.mirror.inner import with_inner
from truemirror.core.mirror.redaction_body import body_text, is_binary, media_of
from truemirror.core.mirror.redaction_find import header_text, header_value
from truemirror.core.mirror.redaction_json import looks_like_json
from truemirror.core.mirror.redaction_rewrite import with_contents, with_response
from truemirror.core.mirror.redaction_spots import Spot, Why, ordered, render
from truemirror.core.mirror.redaction_stream import is_stream, stream_places
from truemirror.core.mirror.standin import DIGIT_MARK, MARK
from truemirror.core.wire.exchange import Fault, Outcome, Response
from truemirror.core.wire.headers import Headers

Live = Sequence[tuple[str, str]]
"""Stand-ins and the live secrets behind them."""

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_MARKS = (MARK.encode(), DIGIT_MARK.encode(), b"eyJ")
_ADDRESS_ENDS = frozenset("\"' \t\r\n<>\\")


def restore_outcome(outcome: Outcome, live: Live) -> Outcome:
    """The outcome as the client who brought these secrets would have seen it."""
    if not live:
        return outcome
    if isinstance(outcome, Fault):
        return outcome if outcome.partial is None else with_response(outcome, restore(outcome.partial, live))
    return restore(outcome, live)


def restore(response: Response, live: Live) -> Response:
    """The response as the client who brought these secrets would have seen it; Content-Length follows."""
    if not live:
        return response
    headers = _headers(response.headers, live)
    trailers = _headers(response.trailers, live)
    restored = with_contents(response, headers, _body(response, live), trailers, response.reason)
    return with_inner(restored, lambda one: replace(one, outcome=restore_outcome(one.outcome, live)))


def _headers(headers: Headers, live: Live) -> Headers:
    """Field values with secrets."""
    if not any(stand in value for _, value in headers.pairs for stand, _ in live):
        return headers
    return Headers(tuple((name, _field(name, value, live)) for name, value in headers.pairs))


def _field(name: str, value: str, live: Live) -> str:
    """One value; an address has its secrets escaped."""
    text = header_text(value)
    escape = _in_address if name.lower() in ("location", "content-location", "link", "refresh") else _as_is
    for stand, secret in live:
        if stand in text:
            text = text.replace(stand, escape(secret))
    return value if text == header_text(value) else header_value(text, value)


def _body(response: Response, live: Live) -> bytes:
    """The body with secrets."""
    body = response.body
    media = media_of(response.headers)
    streams = bool(body) and is_stream(media)
    if not streams and not any(stand.encode() in body for stand, _ in live):
        return body
    said = body_text(body, replace(media, charset="") if is_binary(body, media) else media)
    text = _joined(said.text, live) if streams else said.text
    for stand, secret in live:
        if stand in text:
            text = (
                text.replace(stand, secret) if _PLAIN.issuperset(secret) else _escaped(text, stand, secret, media.name)
            )
    return said.encode(text)


def _joined(text: str, live: Live) -> str:
    """A stream with secrets put back whose stand-ins it says piece by piece; only those that need no escapes."""
    plain = {stand: secret for stand, secret in live if _PLAIN.issuperset(secret)}

    def spots(joined: str) -> Iterator[Spot]:
        """Where the stand-ins stand in a running text."""
        for stand in plain:
            for found in re.finditer(re.escape(stand), joined):
                yield Spot(found.start(), found.end(), stand, Why.NAME)

    return render(text, ordered(stream_places(text, spots)), lambda stand, _why: plain[stand])


def _escaped(text: str, stand: str, secret: str, media: str) -> str:
    """A text with a secret put back that must be escaped, at each place as the place wants it."""
    pieces: list[str] = []
    start = 0
    in_json = media.endswith("json") or looks_like_json(text)
    in_markup = "html" in media or "xml" in media
    while (place := text.find(stand, start)) >= 0:
        pieces.append(text[start:place])
        if media == "application/x-www-form-urlencoded" or _is_in_query(text, place):
            pieces.append(_in_address(secret))
        elif in_json:
            pieces.append(_in_json(secret, text))
        else:
            pieces.append(html.escape(secret) if in_markup else secret)
        start = place + len(stand)
    return "".join((*pieces, text[start:]))


def _is_in_query(text: str, place: int) -> bool:
    """Whether a place in a text is the value of a query: after `?` or `&`, a name and `=`, with nothing between."""
    if text[place - 1 : place] != "=":
        return False
    start = place - 1
    while start > 0 and text[start - 1] not in _ADDRESS_ENDS and text[start - 1] not in "?&":
        start -= 1
    return text[start - 1 : start] in ("?", "&") and start > 0


def _in_json(secret: str, text: str) -> str:
    """Inside a JSON string, in ASCII where the text around is."""
    return json.dumps(secret, ensure_ascii=text.isascii())[1:-1]


def _in_address(secret: str) -> str:
    """Inside an address."""
    return quote(secret, safe="-._~", errors="surrogateescape")


def _as_is(secret: str) -> str:
    """Without any escapes."""
    return secret
