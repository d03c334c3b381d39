"""What a visitor's pages asked for and said, gathered from the browser's events as they come.

Rules: events come in order, in one thread; whoever reads does so under the lock. A body is asked for the moment its
answer is complete, because the browser forgets it with its page; it may need a second asking. Nothing here waits in the
thread of the events. What is too much is counted (`left`), never kept.
"""

import base64
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from truemirror.adapters.browser.bidi import Bidi, Params, Refused
from truemirror.core.flow.trace import Call, Said
from truemirror.core.wire.exchange import Coding, Exchange, Fault, FaultKind, Outcome, Request, Response
from truemirror.core.wire.headers import Headers

EVENTS = (
    "network.beforeRequestSent",
    "network.responseCompleted",
    "network.fetchError",
    "log.entryAdded",
    "browsingContext.contextCreated",
    "browsingContext.contextDestroyed",
    "browsingContext.userPromptOpened",
    "browsingContext.downloadWillBegin",
    "browsingContext.downloadEnd",
)
"""What a browser is asked to tell."""

CRASHED = "goog:cdp.Inspector.targetCrashed"
"""What chromium tells when a page took its process with it."""

MOST_CALLS = 5_000
MOST_SAID = 1_000
LONGEST_SAID = 10_000
"""Characters of one line of the console."""
QUIET_SECONDS = 0.25
"""Nothing asked for so long counts as settled."""

_NO_BODY = frozenset({"script", "stylesheet", "image", "font", "media", "preflight"})
"""Kinds whose bodies no contract speaks of; capturing them would only slow the page."""
_ENDLESS = frozenset({"eventsource", "websocket", "ping"})
"""Kinds that stay open, or that nobody waits for."""
_ASK_AGAIN = (0.01, 0.05, 0.25)
"""Seconds before a body that is not there yet is asked for again."""
_FAULTS = {
    "ERR_NAME_NOT_RESOLVED": FaultKind.UNRESOLVED,
    "ERR_CONNECTION_REFUSED": FaultKind.REFUSED,
    "ERR_CONNECTION_RESET": FaultKind.RESET,
    "ERR_EMPTY_RESPONSE": FaultKind.EMPTY,
    "ERR_CONNECTION_CLOSED": FaultKind.EMPTY,
    "ERR_CONTENT_LENGTH_MISMATCH": FaultKind.TRUNCATED,
    "ERR_INCOMPLETE_CHUNKED_ENCODING": FaultKind.TRUNCATED,
    "ERR_INVALID_HTTP_RESPONSE": FaultKind.GARBAGE,
    "ERR_TIMED_OUT": FaultKind.TIMEOUT,
    "ERR_CONNECTION_TIMED_OUT": FaultKind.TIMEOUT,
}


@dataclass(slots=True)
class _Asked:
    """One request on its way, and what came of it so far."""

    url: str
    kind: str
    method: str
    headers: Headers
    at_ms: float
    body: bytes = b""
    body_size: int = 0
    answer: Outcome | None = None
    took_ms: float = 0.0
    open_parts: int = 1
    """What is still missing: the end, and bodies."""
    uncaptured: str = ""
    call: Call | None = None
    heard: float = field(default_factory=time.monotonic)

    @property
    def waited_ms(self) -> float:
        """How long ago we heard of it."""
        return (time.monotonic() - self.heard) * 1000


class Traffic:
    """All calls and lines of one visitor."""

    def __init__(self, bidi: Bidi, collector: str, began_ms: float, body_limit: int) -> None:
        """`began_ms`: when the try began, in milliseconds of the browser's clock; `collector` keeps the bodies, and
        those longer than `body_limit` bytes are not asked for."""
        self._bidi = bidi
        self._collector = collector
        self._began_ms = began_ms
        self._body_limit = body_limit
        self._changed = threading.Condition()
        self._asked: dict[tuple[str, int], _Asked] = {}
        self._order: list[_Asked] = []
        self._said: list[Said] = []
        self._last = time.monotonic()
        self.left = 0
        """How many calls and lines were too many."""

    @property
    def calls(self) -> tuple[Call, ...]:
        """Everything that was asked and has ended, in the order it was asked."""
        with self._changed:
            return tuple(one.call for one in self._order if one.call)

    @property
    def said(self) -> tuple[Said, ...]:
        """What the pages wrote to their consoles."""
        with self._changed:
            return tuple(self._said)

    def mark(self) -> int:
        """How many requests were begun so far; `wait_for` looks from there on."""
        with self._changed:
            return len(self._order)

    def still_open(self) -> tuple[str, ...]:
        """What has not ended yet, as `GET http://...`."""
        with self._changed:
            return self._still_open()

    def wait_for(self, fits: Callable[[Call], bool], mark: int, seconds: float) -> Call | None:
        """The first call since the mark that fits and has ended; None when none does in time."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                for one in self._order[mark:]:
                    if one.call and fits(one.call):
                        return one.call
                if not self._wait(deadline):
                    return None

    def since(self, mark: int) -> tuple[str, ...]:
        """What was asked since the mark, as `GET /v1/deals -> 200`."""
        with self._changed:
            return tuple(_short(one) for one in self._order[mark:])

    def wait_until_quiet(self, seconds: float) -> tuple[str, ...]:
        """Wait until nothing is open for a quarter of a second; gives back what is still open when it is not."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                still_open = self._still_open()
                rest = self._last + QUIET_SECONDS - time.monotonic()
                if not still_open and rest <= 0:
                    return ()
                if time.monotonic() >= deadline:
                    return still_open or (f"{self._order[-1].method} {self._order[-1].url}, again and again",)
                self._wait(min(deadline, time.monotonic() + rest) if not still_open else deadline)

    def hear(self, event: str, params: Params) -> None:
        """Take an event of the network or the console."""
        if event == "network.beforeRequestSent":
            self._begun(params)
        elif event == "network.responseCompleted":
            self._answered(params)
        elif event == "network.fetchError":
            self._failed(params)
        elif event == "log.entryAdded":
            self._wrote(params)

    def say(self, level: str, text: str) -> None:
        """Add a line of our own, as about a dialog that nobody expected."""
        self._keep_said(Said(level, text, time.time() * 1000 - self._began_ms))

    def _begun(self, params: Params) -> None:
        """A request is on its way."""
        request = params["request"]
        one = _Asked(
            url=request["url"],
            kind=_kind(params),
            method=request["method"],
            headers=_headers(request["headers"]),
            at_ms=params["timestamp"] - self._began_ms,
        )
        if one.url.startswith(("data:", "blob:", "about:", "chrome")):
            return
        with self._changed:
            if len(self._order) >= MOST_CALLS:
                self.left += 1
                return
            self._asked[_key(params)] = one
            self._order.append(one)
            self._touch()

    def _answered(self, params: Params) -> None:
        """A whole answer is there: ask for the bodies."""
        with self._changed:
            one = self._asked.pop(_key(params), None)
        if one is None:
            return
        request, answer = params["request"], params["response"]
        headers = _headers(answer["headers"])
        one.headers = _headers(request["headers"])  # now with what the network added
        one.took_ms = request["timings"].get("responseEnd") or one.waited_ms
        codings = tuple(Coding(name.strip().lower()) for name in (headers.joined("content-encoding") or "").split(","))
        one.answer = Response(
            status=answer["status"],
            reason=answer.get("statusText", ""),
            headers=headers,
            codings=tuple(coding for coding in codings if coding.name not in ("", "identity")),
        )
        number = request["request"]
        is_redirect = 300 <= answer["status"] < 400 and "location" in headers
        if one.kind not in _NO_BODY and not is_redirect and answer["status"] not in (204, 304):
            size = _length(headers) or answer.get("bodySize") or 0
            if size > self._body_limit:
                one.uncaptured = f"its {size:,} bytes are more than the limit of {self._body_limit:,}"
            else:
                self._fetch(one, number, "response")
        if request.get("bodySize") or request.get("goog:hasPostData"):
            one.body_size = request.get("bodySize") or 0
            one.body = str(request.get("goog:postData") or "").encode()
            self._fetch(one, number, "request")
        self._part_done(one)

    def _failed(self, params: Params) -> None:
        """There will be no answer."""
        with self._changed:
            one = self._asked.pop(_key(params), None)
        if one is None:
            return
        why = params.get("errorText", "").removeprefix("net::")
        one.took_ms = one.waited_ms
        one.answer = Fault(_fault(why), why)
        request = params["request"]
        if request.get("goog:hasPostData"):
            one.body = str(request.get("goog:postData") or "").encode()
        self._part_done(one)

    def _fetch(self, one: _Asked, number: str, which: str, times: int = 0) -> None:
        """Ask for a body; the answer comes to `_got`."""
        if not times:
            with self._changed:
                one.open_parts += 1
        wanted = {"dataType": which, "request": number, "collector": self._collector, "disown": True}
        asked = self._bidi.post("network.getData", wanted)
        asked.add_done_callback(lambda answer: self._got(one, number, which, times, answer))

    def _got(self, one: _Asked, number: str, which: str, times: int, answer: "Future[Params]") -> None:
        """A body came, or does not come, or not yet."""
        error = answer.exception()
        if isinstance(error, Refused) and error.code == "no such network data" and times < len(_ASK_AGAIN):
            again = threading.Timer(_ASK_AGAIN[times], self._fetch, (one, number, which, times + 1))
            again.daemon = True
            again.start()
            return
        if error is None:
            body = _bytes(answer.result()["bytes"])
            if which == "request":
                one.body = _unwrapped(body, one.body_size)
            elif isinstance(one.answer, Response):
                one.answer = _with_body(one.answer, body)
        elif _promises_body(one) if which == "response" else len(one.body) != one.body_size:
            one.uncaptured = getattr(error, "message", str(error))
        self._part_done(one)

    def _part_done(self, one: _Asked) -> None:
        """One of the missing parts is there; with the last one it is a call."""
        with self._changed:
            one.open_parts -= 1
            if one.open_parts == 0:
                one.call = _call(one)
            self._touch()

    def _wrote(self, params: Params) -> None:
        """A line of a console, or an error that a script threw."""
        frames = (params.get("stackTrace") or {}).get("callFrames") or []
        where = "{url}:{lineNumber}:{columnNumber}".format(**frames[0]) if frames else ""
        level = str(params.get("level", "info"))
        text = str(params.get("text") or "")[:LONGEST_SAID]
        self._keep_said(Said(level, text, params["timestamp"] - self._began_ms, where))

    def _keep_said(self, said: Said) -> None:
        """Keep a line."""
        with self._changed:
            if len(self._said) >= MOST_SAID:
                self.left += 1
            else:
                self._said.append(said)
            self._changed.notify_all()

    def _touch(self) -> None:
        """Something happened; the lock is held."""
        self._last = time.monotonic()
        self._changed.notify_all()

    def _wait(self, deadline: float) -> bool:
        """Wait for a change; False when the time is over or the browser is lost. The lock is held."""
        left = deadline - time.monotonic()
        if left <= 0 or self._bidi.lost:
            return False
        self._changed.wait(min(left, 0.5))  # so that a lost browser is noticed
        return True

    def _still_open(self) -> tuple[str, ...]:
        """See `still_open`; the lock is held."""
        return tuple(f"{one.method} {one.url}" for one in self._order if not one.call and one.kind not in _ENDLESS)


def _key(params: Params) -> tuple[str, int]:
    """Which hop of which request: a redirect keeps the number of the first."""
    return params["request"]["request"], params.get("redirectCount", 0)


def _kind(params: Params) -> str:
    """What asked, in the browser's words."""
    if (params.get("initiator") or {}).get("type") == "preflight":
        return "preflight"
    request = params["request"]
    kind = request.get("goog:resourceType") or request.get("destination") or request.get("initiatorType") or "other"
    return str(kind).lower()


def _headers(listed: list[dict[str, Any]]) -> Headers:
    """Header fields; the browser lists some twice."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for one in listed:
        value = _bytes(one["value"]).decode("latin-1") if one["value"]["type"] == "base64" else one["value"]["value"]
        seen.setdefault((one["name"].lower(), value), (one["name"], value))
    return Headers(tuple(seen.values()))


def _bytes(value: dict[str, str]) -> bytes:
    """Bytes as BiDi carries them."""
    return base64.b64decode(value["value"]) if value["type"] == "base64" else value["value"].encode()


def _unwrapped(body: bytes, size: int) -> bytes:
    """A request's body of `size` bytes; one that is no text comes as base64 that says it is text."""
    if len(body) == size:
        return body
    try:
        inner = base64.b64decode(body, validate=True)
    except ValueError:
        return body
    return inner if len(inner) == size else body


def _fault(why: str) -> FaultKind:
    """Which fault the browser means; a page that is left breaks its requests off, which is a reset."""
    if "SSL" in why or "CERT" in why:
        return FaultKind.TLS
    return _FAULTS.get(why, FaultKind.RESET)


def _with_body(answer: Response, body: bytes) -> Response:
    """The same with its body."""
    return Response(answer.status, answer.reason, answer.headers, body, answer.codings)


def _length(headers: Headers) -> int:
    """How long a body is, as its head says; 0 when it does not."""
    told = headers.get("content-length") or ""
    return int(told) if told.isdecimal() and told.isascii() else 0


def _promises_body(one: _Asked) -> bool:
    """Whether an answer has a body, as far as its head tells."""
    return one.method != "HEAD" and isinstance(one.answer, Response) and one.answer.headers.get("content-length") != "0"


def _call(one: _Asked) -> Call:
    """What is kept of it."""
    assert one.answer
    parts = urlsplit(one.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    request = Request(one.method, target, one.headers, one.body)
    return Call(one.url, Exchange(request, one.answer, one.took_ms), one.at_ms, one.kind, uncaptured=one.uncaptured)


def _short(one: _Asked) -> str:
    """A request in one line."""
    parts = urlsplit(one.url)
    came = "open" if one.answer is None else str(getattr(one.answer, "status", getattr(one.answer, "detail", "")))
    return f"{one.method} {parts.path or '/'} -> {came}"
