"""What the proxy says in its own name: JSON in one shape, told from the service's answers by a header.

Rules: the proxy speaks only where the service cannot: a request that is no HTTP, a service that cannot be reached, a
recording that cannot be written. The code is stable, the message is for people.
"""

import orjson

from truemirror.adapters.http.intake import Refusal
from truemirror.core.wire.exchange import Fault
from truemirror.errors import TruemirrorError

FAULT_HEADER = "X-Truemirror-Fault"
"""Names what went wrong between the proxy and the service, or the proxy and its disk."""
MARK = "X-Truemirror: recorder\r\n"
"""Tells an answer of the proxy itself from one of the service."""

_REASONS = {
    400: "Bad Request",
    405: "Method Not Allowed",
    421: "Misdirected Request",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    502: "Bad Gateway",
    505: "HTTP Version Not Supported",
    507: "Insufficient Storage",
}


def refused(refusal: Refusal) -> bytes:
    """The answer to a request that is not taken; it ends the connection."""
    allow = "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n" if refusal.status == 405 else ""
    return _answer(refusal.status, refusal.code, refusal.message, f"{MARK}{allow}Connection: close\r\n")


def unreachable(fault: Fault, url: str, *, head_only: bool, close: bool) -> bytes:
    """The answer where the service would have refused the connection."""
    fields = f"{MARK}{FAULT_HEADER}: {fault.kind}\r\n" + ("Connection: close\r\n" if close else "")
    message = f"{url} cannot be reached ({fault.kind}: {fault.detail}); this was recorded as the service's behaviour"
    return _answer(502, f"upstream_{fault.kind}", message, fields, head_only=head_only)


def not_recorded(error: TruemirrorError, *, head_only: bool) -> bytes:
    """The answer where the service answered, but that could not be recorded; it ends the connection."""
    fields = f"{MARK}{FAULT_HEADER}: store\r\nConnection: close\r\n"
    return _answer(507, "not_recorded", str(error), fields, head_only=head_only)


def _answer(status: int, code: str, message: str, fields: str, *, head_only: bool = False) -> bytes:
    """A whole answer."""
    body = orjson.dumps({"error": {"code": code, "message": message}})
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n{fields}\r\n"
    return head.encode("latin-1", "replace") + (b"" if head_only else body)
