"""A user class for plain Locust scripts that costs a fraction of FastHttpUser: the generator's own connections.

    class Reader(LeanUser):
        @task
        def deals(self):
            answer = self.client.get("/api/v1/deals?limit=20", name="/api/v1/deals")

Rules: closed, like all of Locust's users: the next request waits for the answer; judged runs are open and live in
`arrivals_user.py`. Requests are counted here and given to Locust's statistics four times a second, so its page, tables
and CSV files show them; the `request` event is fired for each only when somebody other than Locust itself listens to
it. Certificates are checked. No redirects are followed unless asked for.
"""

import json as jsons
import time
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from urllib.parse import urljoin, urlsplit
from weakref import WeakKeyDictionary

import gevent
import greenlet
from locust import User
from locust.env import Environment

from truemirror.adapters.locust.connection import Connection
from truemirror.adapters.locust.counting import Counts
from truemirror.adapters.locust.locust_counts import fed
from truemirror.adapters.locust.plan import address_of
from truemirror.adapters.locust.pool import Pool
from truemirror.core.load.tally import Kind

_TICK = 0.25
_SWEEP = 0.05
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
_LOCUSTS_OWN_LISTENERS = 1
"""The runner's, which counts; we count instead."""


@dataclass(slots=True)
class Answer:
    """What a request came to."""

    status: int
    """0 when there was no answer."""
    error: str
    """The kind of failure, empty for none."""
    body: bytes
    headers: list[tuple[str, str]]
    milliseconds: float

    @property
    def ok(self) -> bool:
        """Whether it did not fail."""
        return not self.error

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return jsons.loads(self.body)

    def header(self, name: str) -> str | None:
        """The first header of a name in any case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class _Book:
    """What all lean users of one environment share: what they have counted, and their connections."""

    def __init__(self, environment: Environment) -> None:
        """Feed Locust's statistics from now on."""
        self.environment = environment
        self._numbers: dict[tuple[str, str], int] = {}
        self._counts = Counts((), (), 0.0, "")
        self._pools: dict[tuple[str, float], Pool] = {}
        self._loop = gevent.get_hub().loop
        self._sweeper = self._loop.timer(_SWEEP, _SWEEP)
        self._sweeper.start(self._sweep)
        environment.events.test_stopping.add_listener(self._feed)
        environment.events.test_stop.add_listener(self._feed)
        gevent.spawn(self._tell)

    def pool(self, host: str, timeout: float) -> Pool:
        """Connections to one address. Raises UsageError, CouldNotRun."""
        known = self._pools.get((host, timeout))
        if known is None:
            known = self._pools[(host, timeout)] = Pool(self._loop, address_of(host), timeout)
        return known

    def count(self, method: str, name: str, milliseconds: float, length: int, error: str) -> None:
        """One request is over."""
        if len(self.environment.events.request._handlers) > _LOCUSTS_OWN_LISTENERS:
            self.environment.events.request.fire(
                request_type=method,
                name=name,
                response_time=milliseconds,
                response_length=length,
                exception=RuntimeError(error) if error else None,
                context={},
            )
            return
        number = self._numbers.get((method, name))
        if number is None:
            number = self._numbers[(method, name)] = self._counts.also(Kind("", f"{method} {name}", ""))
        self._counts.request(0, number, milliseconds, milliseconds, error)

    def _sweep(self) -> None:
        """Fail what has taken too long."""
        now = perf_counter()
        for pool in self._pools.values():
            pool.sweep(now)

    def _tell(self) -> None:
        """Feed Locust now and then."""
        while True:
            time.sleep(_TICK)
            self._feed()

    def _feed(self, **_: Any) -> None:
        """Give Locust what was counted since."""
        fed(self.environment.stats, self._counts.taken())


_BOOKS: WeakKeyDictionary[Environment, _Book] = WeakKeyDictionary()


def _book(environment: Environment) -> _Book:
    """The one of an environment."""
    if environment not in _BOOKS:
        _BOOKS[environment] = _Book(environment)
    return _BOOKS[environment]


class LeanClient:
    """Makes requests for one user; each waits for its answer, and only its greenlet waits."""

    def __init__(self, environment: Environment, host: str, timeout: float) -> None:
        """No connection yet; a request has failed after `timeout` seconds."""
        self._book = _book(environment)
        self._pool = self._book.pool(host, timeout)
        self._heads: dict[tuple[Any, ...], bytes] = {}
        self.headers: dict[str, str] = {}
        """Sent with every request."""

    def get(self, path: str, **more: Any) -> Answer:
        """GET; see `request`."""
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> Answer:
        """POST; see `request`."""
        return self.request("POST", path, **more)

    def put(self, path: str, **more: Any) -> Answer:
        """PUT; see `request`."""
        return self.request("PUT", path, **more)

    def patch(self, path: str, **more: Any) -> Answer:
        """PATCH; see `request`."""
        return self.request("PATCH", path, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        """DELETE; see `request`."""
        return self.request("DELETE", path, **more)

    def request(
        self,
        method: str,
        path: str,
        *,
        name: str = "",
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: bytes = b"",
        expects: tuple[int, ...] = (),
        redirects: int = 0,
    ) -> Answer:
        """Send a request and wait for its answer.

        `name` is what it is counted under, its path when left out; `expects` are the statuses that are right, any below
        400 when left out; so many `redirects` of the same service are followed, each counted as a request.
        """
        answer = self._asked(method, path, name or path, headers or {}, json, body, expects)
        while redirects and answer.status in _REDIRECTS and answer.header("location"):
            redirects -= 1
            path = _onwards(path, answer.header("location") or "")
            if answer.status == 303 or (answer.status in (301, 302) and method == "POST"):
                method, json, body = "GET", None, b""
            answer = self._asked(method, path, name or path, headers or {}, json, body, expects)
        return answer

    def _asked(
        self,
        method: str,
        path: str,
        name: str,
        headers: Mapping[str, str],
        json: Any,
        body: bytes,
        expects: tuple[int, ...],
    ) -> Answer:
        """One request."""
        if json is not None:
            body = jsons.dumps(json, separators=(",", ":")).encode()
            headers = {"Content-Type": "application/json", **headers}
        request = self._head(method, path, headers, len(body)) + body
        began = perf_counter()
        asking = _Asking(self._pool, request, method)
        answer = asking.waited(began)
        answer.milliseconds = (perf_counter() - began) * 1000
        if not answer.error and (answer.status not in expects if expects else answer.status >= 400):
            answer.error = f"status {answer.status}"
        self._book.count(method, name, answer.milliseconds, len(answer.body), answer.error)
        return answer

    def _head(self, method: str, path: str, headers: Mapping[str, str], length: int) -> bytes:
        """A request's head; those without a body are remembered. Raises ValueError for what would end a line."""
        key = (method, path, *self.headers.items(), *headers.items())
        known = self._heads.get(key) if not length else None
        if known is not None:
            return known
        address = self._pool.address
        lines = [f"{method} {address.prefix}{path} HTTP/1.1", f"Host: {address.host}"]
        lines += [f"{name}: {value}" for name, value in {**self.headers, **headers}.items()]
        if length or method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {length}")
        if any("\r" in line or "\n" in line for line in lines) or " " in path:
            raise ValueError(f"{method} {path!r}: a path or a header with a space or an end of line")
        head = "\r\n".join([*lines, "", ""]).encode()
        if not length and len(self._heads) < 1000:
            self._heads[key] = head
        return head


class _Asking:
    """One request, and the greenlet that waits for it."""

    __slots__ = ("_answer", "_is_again", "_method", "_pool", "_request", "_waiting")

    def __init__(self, pool: Pool, request: bytes, method: str) -> None:
        """Not sent yet."""
        self._pool = pool
        self._request = request
        self._method = method
        self._answer: Answer | None = None
        self._waiting: Any = None
        self._is_again = False

    def waited(self, began: float) -> Answer:
        """Send it and wait."""
        self._pool.ask(self._request, self, began, self._method == "HEAD")
        if self._answer is None:
            self._waiting = greenlet.getcurrent()
            try:
                gevent.get_hub().switch()
            finally:
                self._waiting = None
        assert self._answer is not None
        return self._answer

    def answered(self, connection: Connection) -> None:
        """The answer is whole."""
        reader = connection.reader
        self._pool.rest(connection)
        self._done(Answer(reader.status, "", reader.body(), reader.headers(), 0.0))

    def failed(self, connection: Connection, kind: str) -> None:
        """There is none; a kept connection that was closed before us is tried once more on a new one."""
        self._pool.rest(connection)
        is_old = connection.is_reused and kind in ("closed", "reset") and not connection.reader.has_begun
        if is_old and self._method in _IDEMPOTENT and not self._is_again:
            self._is_again = True
            self._pool.ask(self._request, self, perf_counter(), self._method == "HEAD", fresh=True)
            return
        self._done(Answer(0, kind, b"", [], 0.0))

    def _done(self, answer: Answer) -> None:
        """Wake who waits; nobody does when it ended at once, or was killed."""
        self._answer = answer
        if self._waiting is not None:
            self._waiting.switch()


class LeanUser(User):
    """A user with a lean client; `host` is Locust's, `timeout` in seconds."""

    abstract = True
    timeout = 10.0

    def __init__(self, environment: Environment) -> None:
        """Make its client. Raises UsageError without a host."""
        super().__init__(environment)
        self.client = LeanClient(environment, str(self.host or ""), self.timeout)


def _onwards(path: str, location: str) -> str:
    """Where a redirect leads, on the same service."""
    parts = urlsplit(urljoin(f"http://here{path}", location))
    return parts.path + (f"?{parts.query}" if parts.query else "")
