"""Large bodies, many clients, and how a recording proxy starts and stops."""

import select
import socket
import threading

import pytest
from tests.adapters.http.proxying import proxied
from tests.adapters.http.raw_sockets import (
    PATIENCE,
    free_port,
    raw_client,
    read_all,
    read_message,
    read_until,
)

from truemirror.adapters.http.proxy_host import ProxyThread
from truemirror.core.route import Route
from truemirror.errors import PortError, UsageError

GET = b"GET /v1/tags HTTP/1.1\r\nHost: proxy\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


# large bodies, and slow partners


def test_a_slow_client_slows_the_upstream() -> None:
    """What nobody reads is not read from the upstream either."""
    total = 64 * 1024 * 1024
    blocked = threading.Event()

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % total)
        sent = 0
        piece = memoryview(bytes(1024 * 1024))
        connection.settimeout(0.3)
        try:
            while sent < total:
                sent += connection.send(piece[: min(len(piece), total - sent)])
        except TimeoutError:
            blocked.set()
        connection.settimeout(PATIENCE)
        while sent < total:
            sent += connection.send(piece[: min(len(piece), total - sent)])
        connection.recv(1)

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        assert blocked.wait(PATIENCE)
        left = total
        head = read_until(client, b"\r\n\r\n")
        left -= len(head.partition(b"\r\n\r\n")[2])
        while left:
            left -= len(client.recv(1 << 20))
        assert len(proxy.response().body) == total


def test_a_slow_upstream_slows_the_client() -> None:
    """What the upstream does not take is not read from the client either."""
    total = 64 * 1024 * 1024
    go_on = threading.Event()

    def script(connection: socket.socket, number: int) -> None:
        got = read_until(connection, b"\r\n\r\n")
        assert go_on.wait(PATIENCE)
        left = total - len(got.partition(b"\r\n\r\n")[2])
        while left:
            left -= len(connection.recv(1 << 20))
        connection.sendall(OK)
        connection.recv(1)

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % total)
        client.settimeout(0.3)
        piece = memoryview(bytes(1024 * 1024))
        sent = 0
        try:
            while sent < total:
                sent += client.send(piece[: min(len(piece), total - sent)])
            raise AssertionError("everything was taken, though nobody reads it")
        except TimeoutError:
            pass
        go_on.set()
        client.settimeout(PATIENCE)
        while sent < total:
            sent += client.send(piece[: min(len(piece), total - sent)])
        assert read_message(client) == OK
        assert len(proxy.only().request.body) == total


def test_what_is_too_large_for_a_mirror_passes_unrecorded() -> None:
    """In both directions, and it is told."""
    body = b"x" * 3_000_000
    large = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    def script(connection: socket.socket, number: int) -> None:
        while request := read_message(connection):
            assert request.count(b"x") in (0, len(body))
            connection.sendall(large if b"/large" in request else OK)

    with proxied(script, largest=2_000_000) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        assert read_message(client) == large
        client.sendall(b"PUT /small HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert read_message(client) == OK
        client.sendall(GET)
        assert read_message(client) == OK
        assert proxy.only().request.target == "/v1/tags"
    assert proxy.lost == {"a body is larger than 1 MiB": 2}


def test_trailers_of_a_request_do_not_wait_for_a_connection() -> None:
    """A request that is whole before there is a connection to send it on keeps its trailers."""
    asked: list[bytes] = []

    def script(connection: socket.socket, number: int) -> None:
        asked.append(read_until(connection, b"X-Sum: 1\r\n\r\n"))
        connection.sendall(OK)

    head = b"POST /v1/tags HTTP/1.1\r\nHost: proxy\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(head + b"2\r\nab\r\n0\r\nX-Sum: 1\r\n\r\n")
        assert read_all(client).endswith(b"ok")
    assert asked[0].endswith(b"2\r\nab\r\n0\r\nX-Sum: 1\r\n\r\n")


def test_small_exchanges_do_not_wait_for_large_ones() -> None:
    """While a large exchange is being stored, others are answered and recorded."""
    body = bytes(range(256)) * 8192
    large = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    def script(connection: socket.socket, number: int) -> None:
        while request := read_message(connection):
            connection.sendall(large if b"/large" in request else OK)

    storing, go_on = threading.Event(), threading.Event()

    def store() -> None:
        if threading.current_thread().name.startswith("truemirror-keeper"):
            storing.set()
            assert go_on.wait(PATIENCE)

    with proxied(script) as proxy, raw_client(proxy.port) as first, raw_client(proxy.port) as second:
        proxy.on_store = store
        first.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        got = read_until(first, b"\r\n\r\n")
        while not storing.is_set():
            got += first.recv(65536) if select.select([first], [], [], 0.01)[0] else b""
        for _ in range(5):
            second.sendall(GET)
            assert read_message(second) == OK
        assert len(got) < len(large)
        go_on.set()
        while len(got) < len(large):
            got += first.recv(65536)
        assert got == large
        assert len(proxy.wait_for(6)) == 6


# starting and stopping


def test_a_port_in_use_is_named() -> None:
    """With what to do about it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        host = ProxyThread()
        with pytest.raises(PortError, match=f"port {port} is in use"):
            host.serve({Route("tags", "http://127.0.0.1:1", port=port): lambda *_: None}, lambda error: None)


def test_a_proxy_does_not_stand_in_front_of_itself() -> None:
    """That would be an endless loop."""
    port = free_port()
    route = Route("tags", f"http://localhost:{port}", port=port)
    with pytest.raises(UsageError, match="in front of itself"):
        ProxyThread().serve({route: lambda *_: None}, lambda error: None)


@pytest.mark.parametrize("url", ["ftp://a", "http://", "http://a:99999", "http://u:p@a", "http://a/?b=1", "http://a b"])
def test_an_upstream_that_is_none_is_refused(url: str) -> None:
    """Before anything listens."""
    with pytest.raises(UsageError):
        ProxyThread().serve({Route("tags", url): lambda *_: None}, lambda error: None)


def test_stopping_lets_requests_under_way_end() -> None:
    """What was asked is answered and recorded."""
    asked, go_on = threading.Event(), threading.Event()

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        asked.set()
        assert go_on.wait(PATIENCE)
        connection.sendall(OK)

    answers: list[bytes] = []
    with proxied(script) as proxy:

        def ask() -> None:
            with raw_client(proxy.port) as client:
                client.sendall(GET)
                answers.append(read_all(client))

        asking = threading.Thread(target=ask)
        asking.start()
        assert asked.wait(PATIENCE)
        threading.Timer(0.1, go_on.set).start()  # while the proxy is being stopped, or before: both must hold
    asking.join()
    assert answers[0].startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(proxy.recorded) == 1


def test_stopping_ends_streams_that_have_no_end() -> None:
    """A stream of events is recorded as far as it went."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata:1\r\n"
        )
        connection.recv(1)

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        read_until(client, b"data:1")
    assert proxy.response().body == b"data:1"


def test_many_clients_at_once() -> None:
    """Each gets its own answers, and everything is recorded."""

    def script(connection: socket.socket, number: int) -> None:
        while request := read_message(connection):
            path = request.split(b" ")[1]
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(path), path))

    wrong: list[bytes] = []

    def ask(who: int) -> None:
        with raw_client(proxy.port) as client:
            for number in range(20):
                client.sendall(b"GET /%d/%d HTTP/1.1\r\nHost: a\r\n\r\n" % (who, number))
                got = read_message(client).partition(b"\r\n\r\n")[2]
                if got != b"/%d/%d" % (who, number):
                    wrong.append(got)

    with proxied(script) as proxy:
        threads = [threading.Thread(target=ask, args=(who,)) for who in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        exchanges = proxy.wait_for(400)
    assert wrong == []
    assert {exchange.request.target for exchange in exchanges} == {f"/{a}/{b}" for a in range(20) for b in range(20)}


def test_a_stale_connection_is_replaced_unseen() -> None:
    """An upstream that gives up on an idle connection is asked again on another."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(OK)
        if number == 0:
            read_message(connection)  # and close without an answer

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        for _ in range(2):
            client.sendall(GET)
            assert read_message(client) == OK
        assert [exchange.status for exchange in proxy.wait_for(2)] == [200, 200]
