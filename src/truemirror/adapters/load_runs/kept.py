"""Answers that the generator kept, as exchanges; their bodies may hold secrets: redact before storing them.

Rules: what comes from the other process is read as whatever it is; a line that cannot be read is an error with a name.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer that was kept."""

    service: str
    exchange: Exchange
    error: str = ""
    """The kind of its failure, as it was counted; empty for none."""


def kept_of(told: Mapping[str, Any]) -> Kept:
    """What was kept, from JSON. Raises FormatError."""
    try:
        request = Request(
            str(told["method"]),
            str(told["target"]),
            Headers.of((str(name), str(value)) for name, value in told["request_headers"]),
            base64.b64decode(told["request_body"]),
        )
        headers = Headers.of((str(name), str(value)) for name, value in told["headers"])
        answer = Response(int(told["status"]), headers=headers, body=base64.b64decode(told["body"]))
        return Kept(str(told["service"]), Exchange(request, answer), str(told["error"]))
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"this is no answer that was kept: {type(error).__name__} {error}") from error
