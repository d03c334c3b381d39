"""How much of a trace is kept: all that a person needs after a failure, little of a test that passed.

Rules: what is left out is counted in `Try.left`. The skeleton of a JSON body has its shape and none of its values, so
that two runs can be compared (`compare.py`) and nothing else is known of them. Of too many calls, those of files go
first, then the oldest.
"""

from dataclasses import dataclass, replace
from typing import Any

import orjson

from truemirror.core.contract.finding import Level
from truemirror.core.flow.trace import Call, Outcome, Trace, Try
from truemirror.core.wire.exchange import Exchange, Fault, Request, Response
from truemirror.core.wire.headers import Headers

FILES = frozenset(
    {"script", "stylesheet", "style", "image", "img", "font", "media", "manifest", "track", "favicon", "icon"}
)
"""Kinds of calls that get a part of a page, not what it shows."""
_LONGEST_TEXT = 8_000
_LEAST_BODY = 1_024
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of everything that is kept of one try, and of all."""

    calls: int = 400
    steps: int = 200
    lines: int = 400
    misses: int = 50
    body: int = 64 * 1024
    """Bytes of one body."""
    bodies: int = 4 * 1024 * 1024
    """Bytes of all bodies of a try; the last calls keep theirs."""
    pictures: int = 40
    folder: int = 16 * 1024 * 1024
    """Bytes of one test's folder."""
    page: int = 8 * 1024 * 1024
    """Bytes of pictures in one page."""
    failures: int = 20
    """Tests with everything; of older ones only a small trace is kept."""


def is_file(call: Call) -> bool:
    """Whether a call got a part of the page."""
    return call.kind in FILES or (call.kind == "other" and not call.operation)


def is_aside(call: Call) -> bool:
    """Whether a call is none that a person thinks of: for a part of the page, or whether another may be made."""
    return is_file(call) or call.kind == "preflight" or call.exchange.request.method == "OPTIONS"


def kept_try(trace: Trace) -> Try | None:
    """The try that tells most: the first that did not pass, else the last. None where there was none."""
    failed = [one for one in trace.tries if one.outcome is not Outcome.PASSED]
    named = [one for one in failed if one.outcome is Outcome.FAILED] or failed or list(trace.tries[-1:])
    return named[0] if named else None


def is_failure(trace: Trace) -> bool:
    """Whether any try did not pass, or broke a contract; a trace without a try tells nothing, which is no success."""
    if not trace.tries or any(one.outcome is not Outcome.PASSED for one in trace.tries):
        return True
    return any(found.level is Level.BREAK for call in trace.tries[-1].calls for found in call.findings)


def thinned(trace: Trace, limits: Limits) -> Trace:
    """The trace of a failure: the telling try within the limits, of the others how they ended."""
    kept = kept_try(trace)
    return replace(trace, tries=tuple(_within(one, limits) if one is kept else _ending(one) for one in trace.tries))


def lean(trace: Trace) -> Trace:
    """A trace without calls that `small` drops anyway, so that nobody looks for secrets in them."""
    return replace(
        trace,
        tries=tuple(replace(one, calls=tuple(call for call in one.calls if not is_aside(call))) for one in trace.tries),
    )


def small(trace: Trace) -> Trace:
    """The trace of a test that passed: what was asked and the shapes of what was answered, for a later comparison."""
    green = trace.tries[-1:]
    return replace(trace, tries=tuple(_green(one) for one in green))


def forgotten(trace: Trace) -> Trace:
    """The trace of a failure that is too old: how each try ended and what was asked, without values and pictures."""
    return replace(trace, tries=tuple(replace(_green(one), calls=_judged(one)) for one in trace.tries))


def _judged(one: Try) -> tuple[Call, ...]:
    """The outlines of a try's calls, with what their contracts say of them."""
    calls = (call for call in one.calls if call.findings or not is_aside(call))
    return tuple(replace(_outlined(call), findings=call.findings) for call in calls)


def _ending(one: Try) -> Try:
    """How a try ended."""
    return Try(one.number, one.outcome, _short(one.message), one.seconds)


def _green(one: Try) -> Try:
    """A try without pictures, lines and values."""
    calls = tuple(_outlined(call) for call in one.calls if not is_aside(call))
    return replace(one, steps=tuple(replace(step, picture="") for step in one.steps), calls=calls, said=(), misses=())


def _within(one: Try, limits: Limits) -> Try:
    """A try within the limits."""
    calls = _most_telling(one.calls, limits.calls)
    steps, said, misses = one.steps[-limits.steps :], one.said[-limits.lines :], one.misses[: limits.misses]
    lists = (one.calls, one.steps, one.said, one.misses)
    left = one.left + sum(map(len, lists)) - sum(map(len, (calls, steps, said, misses)))
    return replace(
        one,
        message=_short(one.message),
        calls=_cut_calls(calls, limits),
        steps=tuple(replace(step, name=_short(step.name), problem=_short(step.problem)) for step in steps),
        said=tuple(replace(line, text=_short(line.text)) for line in said),
        misses=tuple(map(_short, misses)),
        left=left,
    )


def _short(text: str) -> str:
    """A text that a person can read."""
    more = len(text) - _LONGEST_TEXT
    return text if more <= 0 else f"{text[:_LONGEST_TEXT]}\n... {more} characters more were not kept"


def _cut_calls(calls: tuple[Call, ...], limits: Limits) -> tuple[Call, ...]:
    """Calls with short bodies; when there is no room for more, the older ones keep least."""
    room = limits.bodies
    done: list[Call] = []
    for call in reversed(calls):
        done.append(_cut(call, min(limits.body, max(room, _LEAST_BODY))))
        room -= _size(done[-1])
    return tuple(reversed(done))


def _size(call: Call) -> int:
    """How many bytes of bodies a call has."""
    outcome = call.exchange.outcome
    answer = outcome.body if isinstance(outcome, Response) else outcome.partial.body if outcome.partial else b""
    return len(call.exchange.request.body) + len(answer)


def _most_telling(calls: tuple[Call, ...], most: int) -> tuple[Call, ...]:
    """So many calls, in their order: those of files go first, then the oldest."""
    if len(calls) <= most:
        return calls
    by_worth = sorted(range(len(calls)), key=lambda place: (is_aside(calls[place]), -place))
    return tuple(calls[place] for place in sorted(by_worth[:most]))


def _cut(call: Call, most: int) -> Call:
    """A call whose bodies are short enough; of a longer one its shape if it is JSON, else its beginning."""
    request, outcome = call.exchange.request, call.exchange.outcome
    request = replace(request, body=_body(request.body, most))
    if isinstance(outcome, Response):
        outcome = _cut_response(outcome, most)
    else:
        partial = _cut_response(outcome.partial, most) if outcome.partial else None
        outcome = replace(outcome, partial=partial, received=outcome.received[:most])
    return replace(call, exchange=replace(call.exchange, request=request, outcome=outcome))


def _cut_response(response: Response, most: int) -> Response:
    """An answer with a short body; what is only of use on the wire is not kept."""
    return replace(response, body=_body(response.body, most), coded=b"", chunks=(), frames=())


def _body(body: bytes, most: int) -> bytes:
    """A body that is short enough."""
    if len(body) <= most:
        return body
    outline = skeleton(body)
    if outline is not None and len(outline) <= most:
        return outline
    return body[:most] + b"\n... %d bytes more were not kept" % (len(body) - most)


def _outlined(call: Call) -> Call:
    """A call of which only what is compared is left."""
    old = call.exchange
    request = Request(old.request.method, old.request.target)
    outcome = old.outcome
    if isinstance(outcome, Fault):
        return replace(call, exchange=Exchange(request, Fault(outcome.kind), old.elapsed_ms), findings=())
    media = outcome.headers.get("content-type")
    headers = Headers((("content-type", media),)) if media else Headers()
    answer = Response(outcome.status, outcome.reason, headers, outline_of(outcome.body))
    return replace(call, exchange=Exchange(request, answer, old.elapsed_ms), findings=())


def outline_of(body: bytes) -> bytes:
    """What is kept of a body for a comparison: of JSON its skeleton, of all else that there was something."""
    return skeleton(body) or b"-"[: len(body)]


def skeleton(body: bytes) -> bytes | None:
    """A JSON body with its attributes and the types of its values, but other values; None for what is no JSON."""
    if body[:16].lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return orjson.dumps(_outline(orjson.loads(body), 0))
    except (ValueError, TypeError, RecursionError):
        return None


def _outline(value: Any, depth: int) -> Any:
    """A value of the same shape; of a list's members, one of each shape."""
    if depth > _DEEPEST:
        return None
    match value:
        case dict():
            return {name: _outline(inner, depth + 1) for name, inner in value.items()}
        case list():
            outlines = {orjson.dumps(inner): inner for inner in (_outline(one, depth + 1) for one in value)}
            return list(outlines.values())
        case bool():
            return False
        case int() | float():
            return 0
        case str():
            return ""
        case _:
            return None
