"""The key under which a raw request is remembered: its bytes, less what differs from call to call by its nature.

Rules: only requests without a body are shortened, and only by header fields that trace a call; the caller asks whether
the mirror's answers depend on any of them.
"""

import re

TRACING = frozenset(
    {
        "traceparent",
        "tracestate",
        "x-request-id",
        "x-correlation-id",
        "x-trace-id",
        "request-id",
        "x-cloud-trace-context",
    }
    | {"x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "b3", "uber-trace-id", "x-amzn-trace-id"}
)
"""Header fields that say which call this is."""

_FIELD = re.compile(rb"\r\n(?:" + b"|".join(sorted(name.encode() for name in TRACING)) + rb"):[^\r\n]*", re.IGNORECASE)
_LONGEST = 16 * 1024
_END = b"\r\n\r\n"


def shortened(raw: bytes) -> bytes:
    """A request without its tracing fields; the request itself when it has none, a body, or unusual size."""
    if len(raw) > _LONGEST or raw.find(_END) != len(raw) - len(_END):
        return raw
    return _FIELD.sub(b"", raw)
