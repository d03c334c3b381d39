"""A small live service with every way to answer and to fail, and clients that tell what they saw of it."""

import asyncio
import contextlib
import gzip
import http.client
import http.cookies
import socket
import struct
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import httplib2
import httpx
import pytest
import requests
import requests.adapters
import tornado.httpclient
import urllib3

from truemirror.adapters.inprocess.board import Board
from truemirror.adapters.inprocess.neighbour import Neighbour
from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding

SHORT, LONG = 0.5, 30.0


def patience(url: str) -> float:
    """Seconds that clients wait: short where no answer will come, long where a busy machine may make it late."""
    return SHORT if url.endswith(("/never", "/stuck")) else LONG


class LiveService:
    """Speaks HTTP/1.1 on a socket, one thread a connection, exactly as each path says."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.asked: list[str] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        if self._over.is_set():
            return
        self._over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader, contextlib.suppress(OSError):
            while line := reader.readline():
                method, target, _ = line.decode("latin-1").split(" ", 2)
                headers = http.client.parse_headers(reader)
                if "chunked" in headers.get("Transfer-Encoding", ""):
                    body = _dechunked(reader)
                else:
                    body = reader.read(int(headers.get("Content-Length", "0")))
                self.asked.append(f"{method} {target}")
                path = target.partition("?")[0].strip("/").partition("/")[0]
                answer = getattr(self, "_" + path.replace("-", "_"), self._missing)
                if not answer(connection, method, target, headers, body):
                    return

    def _missing(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        return _send(to, "404 Not Found", b'{"error": {"code": "not_found"}}', method=method)

    def _json(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        return _send(
            to, "200 OK", b'{"items":  [1, 2.50], "name": "\xc3\xa9"}', "X-Twice: a", "X-Twice: b", method=method
        )

    def _echo(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        return _send(to, "201 Created", method.encode() + b" " + target.encode() + b"\n" + body, method=method)

    def _gzip(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        packed = gzip.compress(b'{"packed": true}' * 20, mtime=0)
        return _send(to, "200 Fine", packed, "Content-Encoding: gzip", method=method)

    def _chunked(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in (b"first,", b"second,", b"third"):
            to.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        to.sendall(b"0\r\n\r\n")
        return True

    def _drops(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        to.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in (b"one,", b"two,", b"three"):
            to.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
            self._over.wait(0.15)
        to.sendall(b"0\r\n\r\n")
        return True

    def _until_close(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nall of it")
        return False

    def _empty(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        to.sendall(b"HTTP/1.1 204 No Content\r\nX-Left: nothing\r\n\r\n")
        return True

    def _unchanged(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        to.sendall(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
        return True

    def _redirect(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        cookies = ("Set-Cookie: seen=yes; Path=/", "Set-Cookie: other=1; Path=/")
        return _send(to, "302 Found", b"", "Location: /cookies", *cookies, method=method)

    def _cookies(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        pairs = sorted((headers.get("Cookie") or "").split("; "))
        return _send(to, "200 OK", "|".join(pairs).encode(), method=method)

    def _reset(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        to.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def _hangup(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        return False

    def _garbage(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        to.sendall(b"I do not speak HTTP\r\n\r\n")
        return False

    def _short(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nonly this")
        return False

    def _short_chunked(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        to.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        return False

    def _never(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        self._over.wait(10)
        return False

    def _stuck(self, to: socket.socket, method: str, target: str, headers: Any, body: bytes) -> bool:
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nonly this")
        self._over.wait(10)
        return False


def _send(to: socket.socket, status: str, body: bytes, *fields: str, method: str = "GET") -> bool:
    head = "".join(f"{field}\r\n" for field in ("Content-Type: text/plain", f"Content-Length: {len(body)}", *fields))
    to.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + (b"" if method == "HEAD" else body))
    return True


def _dechunked(reader: Any) -> bytes:
    body = b""
    while size := int(reader.readline(), 16):
        body += reader.read(size)
        reader.readline()
    reader.readline()
    return body


@pytest.fixture
def service() -> Iterator[LiveService]:
    """The live service, listening."""
    live = LiveService()
    yield live
    live.close()


@dataclass
class Shelf:
    """A journal that keeps what was heard live."""

    kept: list[tuple[str, Exchange]] = field(default_factory=list)

    def append(self, scenario: str, exchange: Exchange, began_ms: float = 0.0) -> None:
        self.kept.append((scenario, exchange))

    def close(self, clean: object = None) -> None:
        """Nothing to close."""

    @property
    def exchanges(self) -> list[Exchange]:
        return [exchange for _, exchange in self.kept]

    def mirror(self) -> Mirror:
        mirror = Mirror("live", "1")
        for name in {scenario for scenario, _ in self.kept}:
            exchanges = tuple(exchange for one, exchange in self.kept if one == name)
            mirror = mirror.with_scenario(Scenario(name, exchanges))
        return mirror


@pytest.fixture
def shelf() -> Shelf:
    """An empty shelf."""
    return Shelf()


@pytest.fixture
def board_of() -> Callable[..., Board]:
    """Make a board with one neighbour, `live`, at an address."""

    def make(
        url: str, mirror: Mirror | None = None, mode: Mode = Mode.REPLAY, shelf: Shelf | None = None, **options: Any
    ) -> Board:
        replayer = Replayer(mirror or Mirror("live", "1"), mode=mode, lock=threading.Lock())
        forwarding: Any = Forwarding(replayer, journal=shelf)  # type: ignore[arg-type]
        return Board([Neighbour("live", forwarding, url=url, env="LIVE_URL")], **options)

    return make


@dataclass(frozen=True)
class Seen:
    """What a client saw."""

    status: int = 0
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    error: tuple[str, ...] = ()
    """The types of the exception and of its causes."""


def _seen(status: int, reason: str | None, headers: Any, body: bytes) -> Seen:
    return Seen(status, reason or "", tuple((str(name), str(value)) for name, value in headers), body)


def _failed(error: BaseException) -> Seen:
    kinds: list[str] = []
    now: Any = error
    while isinstance(now, BaseException):
        kinds.append(f"{type(now).__module__}.{type(now).__qualname__}")
        now = next((one for one in (*now.args, getattr(now, "reason", None)) if isinstance(one, BaseException)), None)
    return Seen(error=tuple(kinds))


def _requests(method: str, url: str, body: bytes | None) -> Seen:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(method, url, data=body, timeout=(LONG, patience(url)))
        return _seen(answer.status_code, answer.reason, answer.raw.headers.items(), answer.content)


def _requests_retrying(method: str, url: str, body: bytes | None) -> Seen:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=urllib3.Retry(1, status_forcelist=[503])))
        answer = session.request(method, url, data=body, timeout=(LONG, patience(url)))
        return _seen(answer.status_code, answer.reason, answer.raw.headers.items(), answer.content)


def _httpx(method: str, url: str, body: bytes | None) -> Seen:
    with httpx.Client(
        timeout=httpx.Timeout(LONG, read=patience(url)), trust_env=False, follow_redirects=True
    ) as client:
        answer = client.request(method, url, content=body)
        return _seen(answer.status_code, answer.reason_phrase, answer.headers.multi_items(), answer.content)


def _httpx_async(method: str, url: str, body: bytes | None) -> Seen:
    async def ask() -> Seen:
        async with httpx.AsyncClient(
            timeout=httpx.Timeout(LONG, read=patience(url)), trust_env=False, follow_redirects=True
        ) as client:
            answer = await client.request(method, url, content=body)
            return _seen(answer.status_code, answer.reason_phrase, answer.headers.multi_items(), answer.content)

    return asyncio.run(ask())


def _aiohttp(method: str, url: str, body: bytes | None) -> Seen:
    async def ask() -> Seen:
        limits = aiohttp.ClientTimeout(sock_read=patience(url))
        async with (
            aiohttp.ClientSession(timeout=limits, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
            session.request(method, url, data=body) as answer,
        ):
            content = await answer.read()
            return _seen(answer.status, answer.reason, answer.headers.items(), content)

    return asyncio.run(ask())


def _http_client(method: str, url: str, body: bytes | None) -> Seen:
    parts = urllib3.util.parse_url(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.host or "", parts.port, timeout=patience(url))
    with contextlib.closing(connection):
        connection.request(method, parts.request_uri, body)
        answer = connection.getresponse()
        return _seen(answer.status, answer.reason, answer.getheaders(), answer.read())


def _urllib(method: str, url: str, body: bytes | None) -> Seen:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
    try:
        with opener.open(urllib.request.Request(url, body, method=method), timeout=patience(url)) as answer:
            return _seen(answer.status, answer.reason, answer.getheaders(), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _seen(error.code, error.reason, error.headers.items(), error.read())


def _urllib3(method: str, url: str, body: bytes | None) -> Seen:
    with urllib3.PoolManager(timeout=urllib3.Timeout(connect=LONG, read=patience(url)), retries=False) as pool:
        answer = pool.request(method, url, body=body)
        return _seen(answer.status, answer.reason, answer.headers.items(), answer.data)


def _httplib2(method: str, url: str, body: bytes | None) -> Seen:
    with contextlib.closing(httplib2.Http(timeout=patience(url), proxy_info=None)) as client:
        answer, content = client.request(url, method, body=body)
    told = [(name, value) for name, value in answer.items() if name not in ("status", "content-location")]
    return _seen(answer.status, answer.reason, sorted(told), content)


def _tornado(method: str, url: str, body: bytes | None) -> Seen:
    async def ask() -> Seen:
        client = tornado.httpclient.AsyncHTTPClient(force_instance=True)
        odd = {"allow_nonstandard_methods": True, "connect_timeout": LONG, "request_timeout": patience(url)}
        answer = await client.fetch(url, method=method, body=body, raise_error=False, **odd)
        if answer.error is not None and answer.code == 599:
            return _failed(answer.error)
        return _seen(answer.code, answer.reason, answer.headers.get_all(), answer.body)

    return asyncio.run(ask())


CLIENTS: dict[str, Callable[[str, str, bytes | None], Seen]] = {
    "requests": _requests,
    "requests-retrying": _requests_retrying,
    "httpx": _httpx,
    "httpx-async": _httpx_async,
    "aiohttp": _aiohttp,
    "http.client": _http_client,
    "urllib": _urllib,
    "urllib3": _urllib3,
    "httplib2": _httplib2,
    "tornado": _tornado,
}


@pytest.fixture(params=list(CLIENTS))
def client(request: pytest.FixtureRequest) -> Callable[..., Seen]:
    """Each client in turn: asks, and tells what it saw, errors included."""
    ask = CLIENTS[request.param]

    def asked(method: str, url: str, body: bytes | None = None) -> Seen:
        try:
            return ask(method, url, body)
        except Exception as error:
            return _failed(error)

    asked.__name__ = request.param
    return asked
