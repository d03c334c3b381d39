"""Whatever bytes come from either side, the proxy neither falls over nor hangs."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.adapters.http.proxying import Proxied, proxied
from tests.adapters.http.raw_sockets import raw_client, read_all, read_message, read_until, reset

from truemirror.core.wire.exchange import Fault, Response

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
REQUESTS = [
    b"GET /v1/tags?a=1 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
    b"POST /v1/tags HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
    b"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
    b"HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
]
ANSWERS = [
    OK,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\nSet-Cookie: a=1; Domain=a\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n",
]
NOISE = [b"\r\n", b"\n", b"\0", b" ", b":", b"\xff", b"HTTP/1.1", b"0", b"-1", b"chunked", b"Content-Length: 9\r\n"]


@st.composite
def mutated(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A few messages, with pieces cut out, doubled, or replaced by noise."""
    data = b"".join(draw(st.lists(st.sampled_from(seeds), min_size=1, max_size=3)))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 8)))
        noise = draw(st.sampled_from([b"", data[start:end] * 2, *NOISE]) | st.binary(max_size=6))
        data = data[:start] + noise + data[end:]
    return data


class Stage:
    """What the upstream says next."""

    def __init__(self) -> None:
        """As it should."""
        self.answer = OK


@pytest.fixture(scope="module")
def stage() -> Stage:
    """The upstream's lines."""
    return Stage()


@pytest.fixture(scope="module")
def proxy(stage: Stage) -> Iterator[Proxied]:
    """A proxy in front of an upstream that answers every head, then closes."""

    def script(connection: socket.socket, number: int) -> None:
        if b"\r\n\r\n" in read_until(connection, b"\r\n\r\n"):
            connection.sendall(stage.answer)
            connection.shutdown(socket.SHUT_WR)
            read_all(connection)

    with proxied(script) as found:
        yield found


def assert_it_works(proxy: Proxied, stage: Stage) -> None:
    """An ordinary request is answered as ever."""
    stage.answer = OK
    with raw_client(proxy.port) as client:
        client.sendall(REQUESTS[0])
        assert read_message(client) == OK
    assert not [error for error in proxy.trouble if "could not be recorded" in error.what], proxy.trouble


@given(data=mutated(REQUESTS))
def test_any_request_is_answered_or_refused(proxy: Proxied, stage: Stage, data: bytes) -> None:
    """The connection ends within its time, and others are served."""
    with raw_client(proxy.port) as client:
        try:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            got = read_all(client)
        except ConnectionError:
            got = b""
    assert got == b"" or got.startswith(b"HTTP/1.1 ")
    assert_it_works(proxy, stage)


@given(data=mutated(REQUESTS), how=st.booleans())
def test_any_client_may_leave_at_any_time(proxy: Proxied, stage: Stage, data: bytes, how: bool) -> None:
    """Whether it closes or resets."""
    with raw_client(proxy.port) as client:
        client.sendall(data)
        if how:
            reset(client)
    assert_it_works(proxy, stage)


@given(data=mutated(ANSWERS), request_=st.sampled_from(REQUESTS))
def test_any_answer_is_an_outcome(proxy: Proxied, stage: Stage, data: bytes, request_: bytes) -> None:
    """Whatever the upstream says is recorded as an answer or a fault, and the client's connection ends."""
    stage.answer = data
    before = len(proxy.recorded)
    with raw_client(proxy.port) as client:
        try:
            client.sendall(request_)
            client.shutdown(socket.SHUT_WR)
            read_all(client)
        except ConnectionError:
            pass
    exchange = proxy.wait_for(before + 1)[before]
    assert isinstance(exchange.outcome, Response | Fault)
    assert_it_works(proxy, stage)
