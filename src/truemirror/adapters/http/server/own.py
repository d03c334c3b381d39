"""What the mirror server says in its own name: misses, refusals, errors.

Rules: one shape for all, `{"error": {"code", "message", ...}}`, and one header that tells such an answer from a
recorded one. A miss has a status that nobody retries and hardly a service uses.
"""

from collections.abc import Iterable
from typing import Any

import orjson

from truemirror.core.mirror.decision import Refuse
from truemirror.core.mirror.report import miss_document
from truemirror.core.wire.exchange import Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import TruemirrorError

MISS_STATUS = 501
"""The status of an answer to what was not recorded."""
MARK = "X-Truemirror"
"""The header that tells an answer of the mirror server itself from a recorded one."""


def own_answer(status: int, body: Any, mark: str, further: Iterable[tuple[str, str]] = ()) -> Response:
    """An answer of the mirror server itself, as JSON; `further` are header fields of its own."""
    pairs = (("Content-Type", "application/json"), ("Content-Length", ""), ("Cache-Control", "no-store"), (MARK, mark))
    return Response(status, _REASONS.get(status, "Refused"), Headers((*pairs, *further)), orjson.dumps(body))


_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    505: "HTTP Version Not Supported",
}


def miss_answer(refuse: Refuse) -> Response:
    """A miss, explained."""
    return own_answer(MISS_STATUS, miss_document(refuse.miss), "miss")


def error_answer(error: TruemirrorError) -> Response:
    """An error on our side of the mirror."""
    told = {"code": "mirror_error", "message": error.what, "where": error.where, "fix": error.fix}
    return own_answer(500, {"error": told}, "error")
