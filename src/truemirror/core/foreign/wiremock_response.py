"""The response of a WireMock mapping: an answer with its delay, or a fault.

Rules: a template that would be filled in per request is no recorded answer; a delay that is drawn by chance becomes its
middle, and is listed; a body's file is read through the source, which keeps to its folder.
"""

from dataclasses import replace
from itertools import pairwise

from truemirror.core.foreign.carried import Gathering, Source
from truemirror.core.foreign.har import unpacked
from truemirror.core.foreign.message import encoded, response_of
from truemirror.core.foreign.node import Node
from truemirror.core.foreign.stub import GARBAGE, RECORD_IT, Stub, header_list
from truemirror.core.wire.exchange import Chunk, Fault, FaultKind, Framing, Outcome, Response
from truemirror.core.wire.headers import Headers

_TEMPLATE = "response-template"
_KNOWN = frozenset(
    {"status", "statusMessage", "headers", "body", "jsonBody", "base64Body", "bodyFileName", "fault", "proxyBaseUrl"}
    | {"fixedDelayMilliseconds", "delayDistribution", "chunkedDribbleDelay", "transformers", "transformerParameters"}
    | {"additionalProxyRequestHeaders", "removeProxyRequestHeaders", "fromConfiguredStub", "gzipDisabled"}
)
_MOST_PIECES = 1_000


def read_response(answer: Node, stub: Stub, source: Source, gathering: Gathering) -> tuple[Outcome, float] | None:
    """What a mapping answers, and after how many milliseconds; None when it is no recorded answer."""
    if answer.get("proxyBaseUrl"):
        gathering.leave_whole(stub.entry, "response.proxyBaseUrl", "it passes requests on to a live service", RECORD_IT)
        return None
    status = answer.get("status").whole(200, 999)
    headers = header_list(
        (name, one.scalar()) for name, values in answer.get("headers").members() for one in values.several()
    )
    body = _body(answer, headers, source)
    if _is_template(answer, headers, body):
        gathering.leave_whole(
            stub.entry, "response.transformers", "its answer is a template, filled in per request", RECORD_IT
        )
        return None
    for one in answer.get("transformers"):
        if one.text() != _TEMPLATE:
            gathering.leave(
                stub.entry, "response.transformers", f"{one.text()!r} changes the answer in code", RECORD_IT
            )
    for name, one in answer.members():
        if name not in _KNOWN and one:
            gathering.leave(stub.entry, f"response.{name}", "a recorded answer has no such part")
    elapsed_ms = _delay(answer, stub, gathering)
    response = response_of(stub.method, status, headers, body, answer.get("statusMessage").text())
    if answer.get("fault"):
        fault = _fault(answer.get("fault"), response)
        return fault, elapsed_ms
    return _dribbled(answer.get("chunkedDribbleDelay"), response), elapsed_ms


def _is_template(answer: Node, headers: Headers, body: bytes) -> bool:
    """Whether something of an answer is filled in per request."""
    if not any(one.value == _TEMPLATE for one in answer.get("transformers")):
        return False
    return (
        b"{{" in body or any("{{" in value for _, value in headers.pairs) or "{{" in answer.get("bodyFileName").text()
    )


def _body(answer: Node, headers: Headers, source: Source) -> bytes:
    """The bytes of an answer's body. Raises FormatError."""
    if answer.get("bodyFileName"):
        return (
            source.body(answer.get("bodyFileName").text()) if "{{" not in answer.get("bodyFileName").text() else b"{{"
        )
    if answer.get("base64Body"):
        return unpacked(answer.get("base64Body").text(), answer.get("base64Body").path)
    if answer.get("jsonBody"):
        return answer.get("jsonBody").json(compact=True)
    return encoded(answer.get("body").text(), headers.get("content-type"))


def _delay(answer: Node, stub: Stub, gathering: Gathering) -> float:
    """Milliseconds before an answer."""
    fixed = answer.get("fixedDelayMilliseconds").number()
    drawn = answer.get("delayDistribution")
    if not drawn:
        return fixed
    kind = drawn.get("type").text()
    middle = {
        "fixed": drawn.get("milliseconds").number(),
        "lognormal": drawn.get("median").number(),
        "uniform": (drawn.get("lower").number() + drawn.get("upper").number()) / 2,
    }.get(kind, 0.0)
    if kind != "fixed":
        why = f"a delay drawn by chance ({kind}) is carried over as its middle, {middle:g} ms"
        gathering.leave(stub.entry, "response.delayDistribution", why, "serve with --latency, which can draw by chance")
    return fixed + middle


def _dribbled(dribble: Node, response: Response) -> Response:
    """The response in as many pieces as it is to arrive in, evenly over time."""
    pieces = min(dribble.get("numberOfChunks").whole(), _MOST_PIECES, len(response.body))
    if pieces < 2:
        return response
    total_ms = dribble.get("totalDuration").number()
    ends = [len(response.body) * number // pieces for number in range(pieces + 1)]
    chunks = tuple(
        Chunk(end - begin, round(total_ms * number / pieces, 1)) for number, (begin, end) in enumerate(pairwise(ends))
    )
    return replace(response, chunks=chunks)


def _fault(named: Node, response: Response) -> Fault:
    """The fault of that name. Raises FormatError for an unknown one."""
    match named.text():
        case "CONNECTION_RESET_BY_PEER":
            return Fault(FaultKind.RESET, named.text())
        case "EMPTY_RESPONSE":
            return Fault(FaultKind.EMPTY, named.text())
        case "RANDOM_DATA_THEN_CLOSE":
            return Fault(FaultKind.GARBAGE, named.text(), None, GARBAGE)
        case "MALFORMED_RESPONSE_CHUNK":
            return Fault(FaultKind.TRUNCATED, named.text(), replace(response, framing=Framing.CHUNKED, body=b""))
        case _:
            raise named.wrong("one of WireMock's faults")
