"""A share of answers, and of those that failed, kept for whoever holds them against contracts after the run.

Rules: what is kept is copied when the answer comes and written down when a second is over, off the path that is timed.
Bounded: so many a second, and bodies up to a size; failed answers go first.
"""

import base64
import random
from collections.abc import Mapping
from typing import Any

from truemirror.adapters.locust.plan import Step
from truemirror.adapters.locust.reading import Reader

_MOST = 50
"""Answers kept in a second, and as many failed ones."""
_LONGEST_BODY = 256 * 1024


class Samples:
    """What one worker keeps."""

    def __init__(self, share: float, drawn: random.Random) -> None:
        """Keep this share of the answers that did not fail, and all that did."""
        self._share = share
        self._drawn = drawn
        self._good: list[tuple[Any, ...]] = []
        self._failed: list[tuple[Any, ...]] = []

    def hear(self, step: Step, request: bytes, reader: Reader, error: str) -> None:
        """An answer: keep it, or not."""
        kept = self._failed if error else self._good
        if len(kept) >= _MOST or (not error and self._drawn.random() >= self._share):
            return
        body = reader.body()
        if len(body) <= _LONGEST_BODY:
            kept.append((step.service, request, reader.status, reader.headers(), body, error))

    def taken(self) -> list[Mapping[str, Any]]:
        """What was kept, once, as JSON."""
        kept, self._good, self._failed = [*self._failed, *self._good], [], []
        return [_document(*one) for one in kept]


def _document(
    service: str, request: bytes, status: int, headers: list[tuple[str, str]], body: bytes, error: str
) -> Mapping[str, Any]:
    """One exchange as JSON; bodies as base64."""
    head, _, sent = request.partition(b"\r\n\r\n")
    line, *fields = head.decode("utf-8", "replace").split("\r\n")
    method, target, _ = line.split(" ", 2)
    return {
        "service": service,
        "error": error,
        "method": method,
        "target": target,
        "request_headers": [field.split(": ", 1) for field in fields],
        "request_body": base64.b64encode(sent).decode(),
        "status": status,
        "headers": [list(field) for field in headers],
        "body": base64.b64encode(body).decode(),
    }
