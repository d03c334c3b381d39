"""The id of an exchange: the same for the same request with the same answer, whenever it was recorded.

Rules: what a person declared not to count (ignores), what is known to vary by itself (noise), headers that differ from
call to call by their nature, and all times are left out; everything else counts. Noise keeps its kind: a time that
becomes null, or `soon`, is another answer. Two recordings of one behaviour have one id, so recording again changes no
line.
"""

import hashlib
import re
from collections.abc import Iterable

from truemirror.core.mirror.model import MirrorRules, Noise
from truemirror.core.mirror.noise_blank import blanked_body, blanked_text, has_noisy_body, kinds_of, noise_of
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.parts import parts_of, vary_names
from truemirror.core.mirror.relax import Relaxation, relax, rules_for
from truemirror.core.wire.canonical import canonical_json, is_json
from truemirror.core.wire.exchange import Exchange, Fault, Request, Response
from truemirror.core.wire.frame import SAID, Frame, Side
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.large import known_by_hash

NO_RULES = MirrorRules()

VOLATILE = frozenset(
    {"age", "date", "expires", "keep-alive", "server-timing", "ratelimit-reset", "x-ratelimit-reset"}
    | {"x-response-time", "x-process-time", "x-runtime", "x-timer", "x-served-by", "x-varnish"}
    | {"request-id", "x-request-id", "x-correlation-id", "x-trace-id", "traceparent", "tracestate"}
    | {"x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-cloud-trace-context", "uber-trace-id"}
    | {
        "sec-websocket-accept",
        "cf-ray",
        "x-amz-cf-id",
        "x-amz-id-2",
        "x-amz-request-id",
        "x-amzn-requestid",
        "x-amzn-trace-id",
    }
)
"""Headers of answers that differ from call to call by their nature."""

COOKIE_EXPIRES = re.compile(r";\s*expires=[^;]*", re.IGNORECASE)
"""What differs from call to call in a cookie that is set."""


def identity_of(request: Request, outcome: Response | Fault, rules: Iterable[Relaxation] = ()) -> bytes:
    """The identity of a recorded request: what its own answer's Vary names counts, what rules let vary does not."""
    vary = vary_names(outcome.headers.joined("vary")) if isinstance(outcome, Response) else ()
    parts = parts_of(request, vary)
    if rules:
        held = rules_for(operation_of(parts.method, parts.path), rules)
        if held:
            parts = relax(parts, held)
    return parts.digest()


def identity_under(exchange: Exchange, rules: MirrorRules) -> bytes:
    """The identity of a recorded request, less what its client varies by itself and what a person ignores."""
    varies = tuple(one for one in rules.noise if one.of == "request")
    return identity_of(exchange.request, exchange.outcome, (*varies, *rules.ignores))


def exchange_id(exchange: Exchange, rules: MirrorRules = NO_RULES) -> str:
    """Sixteen hexadecimal digits: request identity and outcome, less what varies by itself."""
    return _digest(identity_under(exchange, rules), exchange, rules)


def outcome_id(exchange: Exchange, rules: MirrorRules = NO_RULES) -> str:
    """Sixteen hexadecimal digits: the outcome alone, less what varies by itself."""
    return _digest(b"", exchange, rules)


def _digest(identity: bytes, exchange: Exchange, rules: MirrorRules) -> str:
    """The id of an identity with this exchange's outcome."""
    request, outcome = exchange.request, exchange.outcome
    noise: tuple[Noise, ...] = ()
    if rules.noise:
        noise = noise_of(rules.noise, operation_of(request.does, request.path))
    hasher = hashlib.blake2b(identity, digest_size=8)
    if isinstance(outcome, Fault):
        hasher.update(repr(("fault", outcome.kind.value, outcome.received)).encode())
        if outcome.partial is None:
            return hasher.hexdigest()
        outcome = outcome.partial
    hasher.update(_essence(outcome, noise))
    hasher.update(blanked_body(known_by_hash(outcome.body), noise))
    return hasher.hexdigest()


def _essence(response: Response, noise: tuple[Noise, ...]) -> bytes:
    """What counts of an answer besides its body, as bytes that are equal exactly when it is."""
    codings = [coding.name for coding in response.codings]
    fields = _headers(response.headers, noise), _headers(response.trailers, noise)
    line: tuple[object, ...] = (response.status, response.reason, response.framing.value, codings, *fields)
    if response.interims:
        line += ([(one.status, one.reason, _headers(one.headers, noise)) for one in response.interims],)
    if response.frames:
        line += (_said(response.frames, Side.CLIENT, noise), _said(response.frames, Side.SERVER, noise))
    return repr(line).encode("utf-8", "surrogatepass") + b"\0"


def _said(frames: Iterable[Frame], side: Side, noise: tuple[Noise, ...]) -> list[tuple[str, int | None, bytes]]:
    """What one side of a WebSocket said; how both sides' words fell between each other is chance."""
    return [(one.kind.value, one.code, _payload(one, noise)) for one in frames if one.side is side and one.kind in SAID]


def _payload(frame: Frame, noise: tuple[Noise, ...]) -> bytes:
    """A payload less what varies by itself, JSON in its canonical form."""
    return blanked_body(canonical_json(frame.payload) if is_json(frame.payload) else frame.payload, noise)


def _headers(headers: Headers, noise: tuple[Noise, ...]) -> list[tuple[str, str]]:
    """The fields that count, in order; of noisy ones only their kind, or that they are there."""
    if not headers.pairs:
        return []
    noisy = dict(kinds_of(noise, "header"))
    if has_noisy_body(noise):
        noisy.setdefault("content-length", ("integer",))
    kept: list[tuple[str, str]] = []
    for name, value in headers.pairs:
        lower = name.lower()
        if lower in VOLATILE:
            continue
        text = COOKIE_EXPIRES.sub("; expires", value) if lower == "set-cookie" else value
        left = blanked_text(text, noisy[lower]) if lower in noisy else text
        if left is not None:
            kept.append((name, left))
    return kept
