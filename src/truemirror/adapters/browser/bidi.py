"""One connection to the browser in WebDriver BiDi: commands with their answers, and events in the order they happened.

Rules: one thread reads; handlers run in it, one after the other, and never wait for an answer (they may `post`). Every
wait is bounded. When the connection ends, everybody who waits is told at once. Selenium's own connection is not used
here: it starts a thread for each event, which loses their order, and looks for answers at intervals.
"""

import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import websocket

from truemirror.errors import BrowserLost, PageError

SEE_LOG = "its driver writes a log where BrowserOptions.logs says"
Params = dict[str, Any]
_AWAKE_SECONDS = 3.0
"""How long a browser may take to say that it is there."""
Handler = Callable[[str, Params], None]
"""Is given the name of an event and what belongs to it."""


class Refused(Exception):
    """The browser refused a command; `code` is BiDi's name for the reason."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Bidi:
    """A connection."""

    def __init__(self, address: str, handler: Handler, *, seconds: float, why: Callable[[], str] = str) -> None:
        """Connect. `seconds`: how long an answer may take; `why` tells what became of the browser, if that is known.

        Raises BrowserLost.
        """
        self._seconds = seconds
        self._why = why
        self._handler = handler
        self._lock = threading.Lock()
        self._number = 0
        self._waiting: dict[int, Future[Params]] = {}
        self._over = ""
        try:
            self._socket = websocket.create_connection(
                address, timeout=seconds, suppress_origin=True, enable_multithread=True, skip_utf8_validation=True
            )
        except (OSError, websocket.WebSocketException) as error:
            raise BrowserLost(f"the browser does not speak BiDi: {error}", where=address) from error
        self._socket.settimeout(None)
        self._thread = threading.Thread(target=self._read, name="browser-events", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> str:
        """Why the connection is over; empty while it is there."""
        return self._over

    def send(self, method: str, params: Params | None = None, *, seconds: float | None = None) -> Params:
        """Send a command and wait for its answer. Raises Refused, BrowserLost and, when only a page
        does not answer, PageError."""
        limit = self._seconds if seconds is None else seconds
        answer = self.post(method, params)
        try:
            return answer.result(limit)
        except TimeoutError:
            self.wake(f"it did not answer to {method} within {limit:g} s")
            raise PageError(f"the page hangs: it did not answer within {limit:g} s", where=method) from None

    def post(self, method: str, params: Params | None = None) -> Future[Params]:
        """Send a command; its answer comes as a future, whose callbacks run in the thread that reads."""
        answer: Future[Params] = Future()
        with self._lock:
            self._number += 1
            number = self._number
            self._waiting[number] = answer
        try:
            if self._over:
                raise OSError(self._over)
            self._socket.send(json.dumps({"id": number, "method": method, "params": params or {}}))
        except (OSError, websocket.WebSocketException) as error:
            self.lose(f"the connection to it ended: {error}")
        return answer

    def wake(self, why: str) -> None:
        """After something took too long: is it the page, or the browser? Raises BrowserLost when it does not answer."""
        try:
            self.post("browser.getUserContexts").result(min(_AWAKE_SECONDS, self._seconds))
        except TimeoutError:
            self.lose(why)
            raise self._error() from None

    def close(self) -> None:
        """End the connection."""
        self.lose("it was stopped")
        connection = self._socket.sock
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads
        if threading.current_thread() is not self._thread:
            self._thread.join(self._seconds)
        if connection is not None:
            connection.close()

    def _read(self) -> None:
        """Read until the end."""
        try:
            while text := self._socket.recv():
                self._take(json.loads(text))
            self.lose("the connection to it ended")
        except (OSError, websocket.WebSocketException) as error:
            self.lose(f"the connection to it ended: {error}")
        except Exception as error:  # else everybody would wait for a thread that is gone
            self.lose(f"it told what we do not understand: {error!r}")

    def _take(self, message: Params) -> None:
        """Hand an answer to who waits for it, an event to the handler."""
        if message.get("type") == "event":
            self._handler(message["method"], message["params"])
            return
        with self._lock:
            answer = self._waiting.pop(message.get("id") or 0, None)
        if answer is None:
            return
        if message.get("type") == "success":
            answer.set_result(message["result"])
        else:
            answer.set_exception(Refused(message.get("error", ""), message.get("message", "")))

    def lose(self, why: str) -> None:
        """It is over: tell everybody who waits, now and later."""
        with self._lock:
            self._over = self._over or why
            waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer.set_exception(self._error())

    def _error(self) -> BrowserLost:
        """What to tell who waits."""
        return BrowserLost(
            f"the browser is lost: {self._why() or self._over}",
            fix=SEE_LOG,
        )
