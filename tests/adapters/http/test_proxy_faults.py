"""What goes wrong on either side of the recording proxy, or on its disk."""

import select
import socket
import threading

import pytest
from tests.adapters.http.proxying import proxied, proxied_url
from tests.adapters.http.raw_sockets import (
    PATIENCE,
    answering,
    free_port,
    raw_client,
    read_all,
    read_message,
    read_until,
    reset,
)

from truemirror.adapters.http.relay import Patience
from truemirror.core.wire.exchange import Framing
from truemirror.errors import StoreError

GET = b"GET /v1/tags HTTP/1.1\r\nHost: proxy\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def post(body: bytes, more: bytes = b"") -> bytes:
    """A request with a body of known length."""
    return b"POST /v1/tags HTTP/1.1\r\nHost: proxy\r\nContent-Length: %d\r\n%b\r\n%b" % (len(body), more, body)


# faults


def test_a_reset_is_passed_on_as_a_reset() -> None:
    """The client meets what the service does, and the recording holds it."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        reset(connection)

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        assert proxy.fault().kind == "reset"


def test_a_cut_answer_is_cut_for_the_client() -> None:
    """The client gets what came, and then the end."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        assert read_all(client) == b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
        partial = proxy.fault().partial
        assert proxy.fault().kind == "truncated"
        assert partial is not None
        assert partial.body == b"abc"


def test_a_cut_stream_has_no_end_for_the_client() -> None:
    """Chunks that stop are not made to look complete."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(CHUNKED + b"3\r\nabc\r\n")

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        assert read_all(client) == CHUNKED + b"3\r\nabc\r\n"
        assert proxy.fault().kind == "truncated"


def test_no_answer_at_all_is_passed_on() -> None:
    """The connection just closes."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        assert read_all(client) == b""
        assert proxy.fault().kind == "empty"


@pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_what_is_not_http_reaches_the_client(answer: bytes) -> None:
    """Byte for byte."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(answer)

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        assert read_all(client) == answer
        assert proxy.fault().received == answer


def test_a_timeout_holds_the_client() -> None:
    """It is recorded when it happens, and the client waits on."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.recv(1)

    with proxied(script, timeout=0.1, patience=Patience(holding=PATIENCE)) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        assert proxy.fault().kind == "timeout"
        assert select.select([client], [], [], 0)[0] == []


def test_a_held_client_is_let_go_in_the_end() -> None:
    """A timeout does not hold for ever."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.recv(1)

    with proxied(script, timeout=0.1) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        assert read_all(client) == b""
        assert proxy.fault().kind == "timeout"


def test_nobody_there_is_told_and_recorded() -> None:
    """A client that is connected can be refused no more; it is told, and the connection goes on."""
    with proxied_url(f"http://127.0.0.1:{free_port()}") as proxy, raw_client(proxy.port) as client:
        for count in (1, 2):
            client.sendall(post(b"hello"))
            got = read_message(client)
            assert got.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
            assert b"\r\nX-Truemirror-Fault: refused\r\n" in got
            assert b'"code":"upstream_refused"' in got
            assert len(proxy.wait_for(count)) == count
        assert [exchange.request.body for exchange in proxy.wait_for(2)] == [b"hello", b"hello"]
        assert proxy.wait_for(2)[0].status is None


# clients that leave


def test_an_answer_whose_client_left_is_recorded() -> None:
    """The service's answer is worth keeping."""
    asked, go_on = threading.Event(), threading.Event()

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        asked.set()
        assert go_on.wait(PATIENCE)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000)

    with proxied(script) as proxy:
        with raw_client(proxy.port) as client:
            client.sendall(GET)
            assert asked.wait(PATIENCE)
        go_on.set()
        assert len(proxy.response().body) == 200_000


def test_a_stream_of_events_is_recorded_as_far_as_its_client_listened() -> None:
    """Such a stream ends when its client leaves."""
    left = threading.Event()

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata:1\r\n"
        )
        assert left.wait(PATIENCE)
        while True:
            connection.sendall(b"6\r\ndata:2\r\n")

    with proxied(script) as proxy:
        with raw_client(proxy.port) as client:
            client.sendall(GET)
            read_until(client, b"data:1")
        left.set()
        found = proxy.response()
        assert found.body.startswith(b"data:1")
        assert found.framing is Framing.CHUNKED


def test_a_request_that_is_broken_off_is_not_recorded() -> None:
    """There was no such request; the upstream is told by the end of the connection."""
    begun, ended = threading.Event(), threading.Event()

    def script(connection: socket.socket, number: int) -> None:
        read_until(connection, b"first")
        begun.set()
        try:
            read_all(connection)
        finally:
            ended.set()

    with proxied(script) as proxy:
        with raw_client(proxy.port) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nfirst")
            assert begun.wait(PATIENCE)
        assert ended.wait(PATIENCE)
    assert proxy.recorded == []
    assert proxy.lost == {"the client broke off its request": 1}


# recordings that fail


def test_what_cannot_be_recorded_is_not_answered_as_if_it_were() -> None:
    """A full disk is told to the client and to whoever watches; when there is room again, recording goes on."""
    with proxied(answering(OK)) as proxy:
        proxy.refuse = StoreError("the disk is full", fix="make room")
        with raw_client(proxy.port) as client:
            client.sendall(GET)
            got = read_all(client)
            assert got.startswith(b"HTTP/1.1 507 Insufficient Storage\r\n")
            assert b"the disk is full" in got
        proxy.refuse = None
        with raw_client(proxy.port) as client:
            client.sendall(GET)
            assert read_message(client) == OK
        assert len(proxy.wait_for(1)) == 1
    assert [str(error.what) for error in proxy.trouble] == ["the disk is full"]
    assert proxy.lost == {"it could not be written": 1}


def test_a_stream_that_cannot_be_recorded_does_not_end_well() -> None:
    """When part of the answer was seen already, the connection is reset."""
    release = threading.Event()

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(CHUNKED + b"3\r\nabc\r\n")
        assert release.wait(PATIENCE)
        connection.sendall(b"0\r\n\r\n")

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        proxy.refuse = StoreError("the disk is full")
        client.sendall(GET)
        read_until(client, b"abc")
        release.set()
        with pytest.raises(ConnectionResetError):
            read_all(client)


def test_a_defect_of_the_store_hangs_nobody() -> None:
    """Whatever goes wrong, the client hears of it."""
    with proxied(answering(OK)) as proxy, raw_client(proxy.port) as client:

        def broken() -> None:
            raise ZeroDivisionError("oops")

        proxy.on_store = broken
        client.sendall(GET)
        assert read_all(client).startswith(b"HTTP/1.1 507 ")
    assert "ZeroDivisionError" in proxy.trouble[0].what
