"""All other clients: vcrpy's patching puts us in, in the shape of one of its cassettes.

vcrpy's builder replaces what has to be replaced in http.client and everything built on it (our own connection patches
go in as its `custom_patches`), in tornado, and in whichever transports it learns of. Storing, matching and modes are
ours.

Rules: groups that have a seam of their own here are left out, so that nothing is answered twice. http.client is one of
them: vcrpy's own stub puts the real classes back, for the whole process, whenever it makes a connection, so in a pool
of threads some requests would slip out; and it keeps neither faults nor codings.
"""

import functools
import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

from vcr.patch import CassettePatcherBuilder

from truemirror.adapters.inprocess import tornado_seam
from truemirror.adapters.inprocess.addresses import DEFAULT_PORTS, Detour, Place, origin_form
from truemirror.adapters.inprocess.answer import Answer
from truemirror.adapters.inprocess.board import Asked, Board
from truemirror.adapters.inprocess.diverted import Idle
from truemirror.adapters.inprocess.httpclient_seam import Patch, patches
from truemirror.adapters.inprocess.listening import request_of
from truemirror.adapters.inprocess.live import Hearing
from truemirror.adapters.inprocess.tornado_seam import UNANSWERED, RecordedFault
from truemirror.core.mirror.decision import Mode, Replay
from truemirror.core.wire.exchange import Fault, Request

OWN_SEAMS = ("httplib", "requests", "boto3", "urllib3", "httplib2", "aiohttp", "httpx", "httpx2")
"""vcrpy's groups that are answered by seams of ours."""
_ASKED = "_truemirror_asked"


def install(board: Board, idle: Idle, stack: ExitStack) -> None:
    """Put everything in until the stack unwinds."""
    cassette = Cassette(board, patches(board, idle))
    for patcher in CassettePatcherBuilder(cassette).build():
        stack.enter_context(patcher)


class Cassette:
    """What vcrpy's stubs take for a cassette."""

    _path = "truemirror"
    skip_patchers = OWN_SEAMS
    write_protected = False
    """A request that cannot be played is forwarded; one that must not be raises before."""

    def __init__(self, board: Board, own: Iterable[Patch] = ()) -> None:
        """Ask the board; `own` are put in together with vcrpy's patches, behind them."""
        self._board = board
        self.custom_patches = itertools.chain(own, tornado_seam.patches(self))
        self._unanswered: list[Hearing] = []
        self._wait_s = 0.0

    def can_play_response_for(self, request: Any) -> bool:
        """Whether there is a recording; asked once for each request. Raises MirrorMiss, NetworkClosed."""
        if not hasattr(request, _ASKED):
            setattr(request, _ASKED, self._ask(request))
        asked: Asked | None = getattr(request, _ASKED)
        return asked is not None and isinstance(asked.decision, Replay)

    def play_response(self, request: Any) -> dict[str, Any]:
        """The recorded answer. Raises RecordedFault."""
        asked: Asked = getattr(request, _ASKED)
        assert isinstance(asked.decision, Replay)
        self._wait_s = asked.wait_s
        outcome = asked.outcome
        if isinstance(outcome, Fault):
            raise RecordedFault(outcome)
        assert outcome is not None
        return asked.neighbour.prepared("vcr", asked.decision, outcome, asked.request, _shaped)()

    def append(self, request: Any, response: Mapping[str, Any]) -> None:
        """A forwarded request has been answered."""
        asked: Asked | None = getattr(request, _ASKED, None)
        if asked is None:
            return
        status = response["status"]
        hearing = Hearing(self._board, asked)
        if status["code"] == UNANSWERED:
            self._unanswered.append(hearing)
            return
        hearing.head(status["code"], status["message"] or "", _pairs(response["headers"]))
        hearing.piece(response["body"].get("string") or b"")
        hearing.whole()

    def failed(self, fault: Fault | None) -> None:
        """The request that was not answered last ended in this fault."""
        if self._unanswered:
            self._unanswered.pop().failed(fault)

    def take_wait(self) -> float:
        """Seconds that the answer which was played last takes."""
        wait_s, self._wait_s = self._wait_s, 0.0
        return wait_s

    def filter_request(self, request: Any) -> Any:
        """Every request counts."""
        return request

    def detour(self, url: str) -> Detour | None:
        """Where the live service of an address really is, when that is elsewhere and every request goes there."""
        place, target = _place(url), origin_form(url)
        neighbour = self._board.neighbour_at(place.host, place.port, target)
        if neighbour is None or neighbour.replayer.mode in (Mode.REPLAY, Mode.RECORD_MISSING):
            return None
        return self._board.detour(neighbour, place.host, place.port)

    def _ask(self, request: Any) -> Asked | None:
        """Find the neighbour and ask it; None for an address that is open."""
        place, target = _place(request.uri), origin_form(request.uri)
        neighbour = self._board.neighbour_at(place.host, place.port, target)
        if neighbour is not None:
            return self._board.ask(neighbour, _heard(request, target))
        if self._board.allows(place.host):
            return None
        raise self._board.closed(place, f"{request.method} {target}")


def _place(url: str) -> Place:
    """The place that a URL names."""
    parts = urlsplit(url)
    return Place(parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 80))


def _heard(request: Any, target: str) -> Request:
    """A request of vcrpy's in our own words."""
    return request_of(request.method, target, _pairs(request.headers), _bytes(request.body))


def _pairs(headers: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Header fields, each value for itself."""
    items = headers.items() if isinstance(headers, Mapping) else headers
    return [
        (str(name), value if isinstance(value, str) else value.decode("latin-1"))
        for name, values in items
        for value in (values if isinstance(values, list | tuple) else [values])
    ]


def _bytes(body: Any) -> bytes:
    """A body, whatever the stub made of it."""
    match body:
        case None:
            return b""
        case bytes() | bytearray():
            return bytes(body)
        case str():
            return body.encode()
        case dict() | list():
            return json.dumps(body).encode()
        case _:
            return bytes(body.read()) if hasattr(body, "read") else b"".join(body)


def _shaped(answer: Answer) -> Callable[[], dict[str, Any]]:
    """A maker of one answer in vcrpy's shape."""
    return functools.partial(_dictionary, answer)


def _dictionary(answer: Answer) -> dict[str, Any]:
    """An answer as vcrpy keeps it; its stubs change what they get, so each gets its own."""
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers:
        headers.setdefault(name, []).append(value)
    return {
        "status": {"code": answer.status, "message": answer.reason},
        "headers": headers,
        "body": {"string": answer.body},
    }
