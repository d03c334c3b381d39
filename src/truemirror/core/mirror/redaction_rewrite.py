"""Messages written again with other texts in them.

Rules: what does not change stays the same object. A Content-Length that was right stays right; one that promised more
than there is (a truncated answer) keeps promising as much more; one of an encoded body is left alone. Digests follow
the body. The last chunks of a streamed body take up the difference.
"""

from collections.abc import Callable
from dataclasses import replace

from truemirror.core.mirror.redaction_digests import with_digests
from truemirror.core.mirror.redaction_find import Marks, header_text, header_value
from truemirror.core.mirror.redaction_spots import Place, Why, render
from truemirror.core.wire.exchange import Chunk, Fault, Outcome, Request, Response
from truemirror.core.wire.headers import Headers

Stand = Callable[[str, Why], str | None]
"""What stands for a secret; None to leave it."""
Between = Callable[[str], str] | None
"""What becomes of all other text; None to leave it."""


def rewrite_request(request: Request, marks: Marks, stand: Stand, between: Between = None) -> Request:
    """The request with its secrets replaced at their places, and all other text treated by `between`."""
    target = render(request.target, marks.target, stand, between)
    headers = rewrite_headers(request.headers, marks.headers, stand, between)
    body = request.body
    if marks.text is not None:
        body = marks.text.encode(render(marks.text.text, marks.body, stand, between))
    if body != request.body:
        headers = _resized(headers, len(request.body), len(body), encoded=bool(request.codings))
        headers = with_digests(headers, request.body, body, encoded=bool(request.codings))
    if target == request.target and headers == request.headers and body == request.body:
        return request
    return replace(request, target=target, headers=headers, body=body)


def rewrite_response(response: Response, marks: Marks, stand: Stand, between: Between = None) -> Response:
    """The response with its secrets replaced at their places, and all other text treated by `between`."""
    headers = rewrite_headers(response.headers, marks.headers, stand, between)
    trailers = rewrite_headers(response.trailers, marks.trailers, stand, between)
    body = response.body
    if marks.text is not None:
        body = marks.text.encode(render(marks.text.text, marks.body, stand, between))
    reason = render(response.reason, marks.reason, stand, between)
    return with_contents(response, headers, body, trailers, reason)


def with_contents(response: Response, headers: Headers, body: bytes, trailers: Headers, reason: str) -> Response:
    """The response with other contents, its length and chunks adjusted; the same object when nothing differs."""
    chunks, coded = response.chunks, response.coded
    if body != response.body:
        encoded, coded = bool(response.codings), b""
        headers = _resized(headers, len(response.body), len(body), encoded=encoded)
        headers = with_digests(headers, response.body, body, encoded=encoded)
        trailers = with_digests(trailers, response.body, body, encoded=encoded)
        chunks = chunks if encoded else _rechunked(chunks, len(body) - len(response.body))
    new = replace(
        response, headers=headers, body=body, trailers=trailers, chunks=chunks, reason=reason, coded=coded
    )  # fmt: skip
    return response if new == response else new


def rewrite_headers(
    headers: Headers, marks: tuple[tuple[Place, ...], ...], stand: Stand, between: Between = None
) -> Headers:
    """The fields with other values; names, order and repeats stay."""
    if not (marks or between):
        return headers
    pairs = [
        (name, _field(value, marks[number] if marks else (), stand, between))
        for number, (name, value) in enumerate(headers.pairs)
    ]
    new = Headers(tuple(pairs))
    return headers if new == headers else new


def _field(value: str, places: tuple[Place, ...], stand: Stand, between: Between = None) -> str:
    """One value."""
    text = header_text(value)
    new = render(text, places, stand, between)
    return value if new == text else header_value(new, value)


def _resized(headers: Headers, before: int, after: int, *, encoded: bool) -> Headers:
    """Content-Length for a body of another length."""
    stated = headers.get("content-length")
    if encoded or stated is None or not stated.isdigit() or int(stated) < before:
        return headers
    return headers.replacing("content-length", str(int(stated) + after - before))


def _rechunked(chunks: tuple[Chunk, ...], more: int) -> tuple[Chunk, ...]:
    """Chunks of a body that is longer (or shorter) by some bytes; the last ones take the difference."""
    kept = list(chunks)
    while kept and kept[-1].size + more <= 0 and len(kept) > 1:
        more += kept.pop().size
    if kept:
        kept[-1] = replace(kept[-1], size=max(0, kept[-1].size + more))
    return tuple(kept)


def with_response(outcome: Outcome, response: Response | None) -> Outcome:
    """The outcome with another response in it."""
    if isinstance(outcome, Fault):
        return outcome if response is outcome.partial else replace(outcome, partial=response)
    return outcome if response is None else response
