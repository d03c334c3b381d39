"""requests: its transport adapter is the seam, for whole recorded responses; all else passes on to the connection.

Rules: only what needs no connection is answered here, because it is the common case and has to be fast: a recorded
response to a request whose body is at hand, at once, through an adapter that does not retry. What takes time, a fault,
a forwarded request, a body that streamed and a retrying adapter go on to urllib3, whose connections are diverted too;
so requests and urllib3 raise, stream and retry as they do live.
"""

from collections.abc import Callable
from contextlib import ExitStack
from email.message import Message
from http.client import HTTPMessage
from io import BytesIO
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import requests.adapters
import urllib3

from truemirror.adapters.inprocess.addresses import DEFAULT_PORTS
from truemirror.adapters.inprocess.answer import Answer
from truemirror.adapters.inprocess.board import Board
from truemirror.adapters.inprocess.diverted import already_asked
from truemirror.adapters.inprocess.listening import request_of
from truemirror.core.mirror.decision import Replay
from truemirror.core.wire.exchange import Request, Response

_NAME = "requests"


def install(board: Board, stack: ExitStack) -> None:
    """Put the seam in until the stack unwinds."""
    original = requests.adapters.HTTPAdapter.send

    def send(
        adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        __tracebackhide__ = True
        if not _is_plain(adapter, request):
            return original(adapter, request, *args, **options)
        parts = urlsplit(request.url or "")
        host, port = parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 80)
        neighbour = board.neighbour_at(host, port, request.path_url)
        if neighbour is None:
            return original(adapter, request, *args, **options)
        asked = board.ask(neighbour, _heard(request))
        found = asked.decision
        if isinstance(found, Replay) and isinstance(asked.outcome, Response) and not _takes_time(found, asked.outcome):
            raw = asked.neighbour.prepared(_NAME, found, asked.outcome, asked.request, _shaped)(asked.request.method)
            return adapter.build_response(request, raw)
        with already_asked(asked):
            return original(adapter, request, *args, **options)

    stack.enter_context(mock.patch.object(requests.adapters.HTTPAdapter, "send", send))


def _takes_time(found: Replay, outcome: Response) -> bool:
    """Whether an answer comes late or in pieces, which urllib3 has to see."""
    return bool(outcome.chunks or found.wait_ms)


def _is_plain(adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest) -> bool:
    """Whether one request in means one request out, with its body at hand."""
    retries = adapter.max_retries
    once = retries.total == 0 and not retries.status_forcelist
    return once and (request.body is None or isinstance(request.body, bytes | str))


def _heard(request: requests.PreparedRequest) -> Request:
    """The request in our own words."""
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    pairs = [(_text(name), _text(value)) for name, value in request.headers.items()]
    return request_of(
        request.method or "GET", request.path_url, pairs, body.encode() if isinstance(body, str) else body
    )


def _text(value: str | bytes) -> str:
    """A header's name or value as text."""
    return value if isinstance(value, str) else value.decode("latin-1")


class _Original:
    """What requests looks for cookies in: the message of the response below urllib3's."""

    def __init__(self, message: Message) -> None:
        """Keep the headers; nothing is open."""
        self.msg = message

    def isclosed(self) -> bool:
        """There is no connection to wait for."""
        return True

    def close(self) -> None:
        """There is nothing to close."""


def _shaped(answer: Answer) -> Callable[[str], urllib3.HTTPResponse]:
    """A maker of one answer: everything that can be made once is made here."""
    headers = urllib3.HTTPHeaderDict()
    message = HTTPMessage()
    for name, value in answer.headers:
        headers.add(name, value)
        message[name] = value
    original: Any = _Original(message)

    def respond(method: str) -> urllib3.HTTPResponse:
        return urllib3.HTTPResponse(
            body=BytesIO(answer.body),
            headers=headers,
            status=answer.status,
            version=11,
            version_string="HTTP/1.1",
            reason=answer.reason,
            preload_content=False,
            decode_content=False,
            original_response=original,
            request_method=method,
        )

    return respond
