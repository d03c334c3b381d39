"""The upstream client: what came over the wire is what the exchange holds."""

import asyncio
import gzip
import socket
import threading

import pytest
from tests.adapters.http.asking import CHUNKED_HEAD, GET, OK, POST, ask, ask_at, fault, response, saying
from tests.adapters.http.raw_sockets import (
    answering,
    raw_server,
    read_message,
)

from truemirror.adapters.http.client import HttpUpstream
from truemirror.core.wire.exchange import Coding, Exchange, FaultKind, Framing, Request
from truemirror.core.wire.headers import Headers


def test_the_request_goes_out_as_it_was_under_the_upstreams_name() -> None:
    """Order, case and repeats of fields stay; the connection's own and ours do not travel."""
    seen: list[bytes] = []
    headers = Headers(
        (
            ("X-B", "2"),
            ("Host", "elsewhere:9"),
            ("x-a", "1"),
            ("X-B", "3"),
            ("Connection", "keep-alive, X-Hop"),
            ("X-Hop", "gone"),
            ("X-Truemirror-Session", "gone"),
            ("baggage", "truemirror.session=t1"),
        )
    )
    with raw_server(answering(OK, seen=seen)) as server:
        (exchange,) = ask_at(server.url + "/api", Request("GET", "/v1?a=1&a=%20", headers))
        expected = f"X-B: 2\r\nHost: 127.0.0.1:{server.port}\r\nx-a: 1\r\nX-B: 3\r\nbaggage: truemirror.session=t1\r\n"
    assert seen == [f"GET /api/v1?a=1&a=%20 HTTP/1.1\r\n{expected}\r\n".encode()]
    assert exchange.request.headers == headers


def test_codings_go_on_the_request_again() -> None:
    """A body that was recorded without its coding is sent with it."""
    seen: list[bytes] = []
    headers = Headers((("Content-Encoding", "gzip"), ("Content-Length", "9"), ("Transfer-Encoding", "chunked")))
    ask(answering(OK, seen=seen), Request("PUT", "/", headers, b"hello" * 9, (Coding("gzip", 6),)))
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert gzip.decompress(body) == b"hello" * 9
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"chunked" not in head


def test_fields_of_the_answer_keep_case_order_and_repeats() -> None:
    """Nothing about the fields is lost."""
    (exchange,) = ask(
        answering(
            b"HTTP/1.1 201 Made It\r\nset-cookie: a=1\r\nX-Y:  z \r\nSET-Cookie: b\xe9=2\r\nContent-Length: 0\r\n\r\n"
        )
    )
    answer = response(exchange)
    assert (answer.status, answer.reason, answer.framing) == (201, "Made It", Framing.LENGTH)
    assert answer.headers.pairs == (
        ("set-cookie", "a=1"),
        ("X-Y", "z"),
        ("SET-Cookie", "b\xe9=2"),
        ("Content-Length", "0"),
    )


@pytest.mark.parametrize(
    ("answer", "body", "framing"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"abc", Framing.LENGTH),
        (CHUNKED_HEAD + b"1\r\na\r\n2;x=y\r\nbc\r\n0\r\n\r\n", b"abc", Framing.CHUNKED),
        (b"HTTP/1.1 200 OK\r\n\r\nabc", b"abc", Framing.CLOSE),
        (b"HTTP/1.0 200 OK\r\n\r\n", b"", Framing.CLOSE),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"", Framing.NONE),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", b"", Framing.LENGTH),
        (b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", b"", Framing.NONE),
        (b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", b"x", Framing.LENGTH),
        (b"HTTP/1.1 200 OK\nContent-Length: 1\n\nx", b"x", Framing.LENGTH),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
            b"x",
            Framing.CHUNKED,
        ),
    ],
)  # fmt: skip
def test_bodies_end_where_their_framing_says(answer: bytes, body: bytes, framing: Framing) -> None:
    """Length, chunks, the end of the connection, or no body at all."""
    (exchange,) = ask(saying(answer))
    assert (response(exchange).body, response(exchange).framing) == (body, framing)


def test_an_answer_in_single_bytes_is_the_same_answer() -> None:
    """Where the network cuts does not matter."""
    answer = (
        b"HTTP/1.1 200 Fine By Me\r\nX-Long: abc\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n"
    )

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(len(answer)):
            connection.sendall(answer[place : place + 1])

    (exchange,) = ask(script)
    found = response(exchange)
    assert (found.reason, found.headers.get("x-long"), found.body) == ("Fine By Me", "abc", b"abc")
    assert found.trailers.pairs == (("T", "1"),)


def test_head_has_no_body_whatever_it_announces() -> None:
    """The answer to HEAD ends with its head, and the connection goes on."""
    head = Request("HEAD", "/", GET.headers)
    answers = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", OK)
    first, second = ask(answers, head, GET)
    assert (response(first).framing, response(first).body) == (Framing.LENGTH, b"")
    assert response(first).headers.get("content-length") == "5000"
    assert response(second).body == b"ok"


def test_informational_answers_are_skipped() -> None:
    """100 and 103 come before the answer; they are not it."""
    (exchange,) = ask(saying(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK), POST)
    assert response(exchange).status == 200
    assert response(exchange).headers.pairs == (("Content-Length", "2"),)


def test_trailers_are_kept_apart_from_headers() -> None:
    """Fields behind a chunked body are trailers."""
    (exchange,) = ask(
        saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nx-b: 2 \r\n\r\n")
    )
    assert response(exchange).trailers.pairs == (("X-Sum", "1"), ("x-b", "2"))
    assert response(exchange).headers.pairs == (("Transfer-Encoding", "chunked"),)


def test_content_codings_come_off() -> None:
    """The body is content; the codings say how it travelled."""
    raw = gzip.compress(b"hello" * 50)
    (exchange,) = ask(
        saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(raw), raw))
    )
    assert response(exchange).body == b"hello" * 50
    assert [coding.name for coding in response(exchange).codings] == ["gzip"]
    assert response(exchange).headers.get("content-encoding") == "gzip"


def test_a_body_that_pauses_keeps_its_pieces() -> None:
    """Pieces between which the sender waited are kept with their times; others are one."""
    waited = threading.Event()

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        waited.wait(0.2)  # the silence is what is tested; nothing depends on its length
        connection.sendall(b"6\r\nsecond\r\n0\r\n\r\n")

    (exchange,) = ask(script)
    sizes = [piece.size for piece in response(exchange).chunks]
    times = [piece.at_ms for piece in response(exchange).chunks]
    assert sizes == [5, 6]
    assert times == sorted(times)
    assert times[1] >= 100


def test_a_body_in_one_go_has_no_pieces() -> None:
    """Without a pause there is nothing to keep."""
    (exchange,) = ask(saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n"))
    assert response(exchange).chunks == ()


def test_large_bodies_arrive_whole() -> None:
    """A body beyond what is kept in memory is complete."""
    body = bytes(range(256)) * 40_000
    (exchange,) = ask(saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body))
    assert response(exchange).body == body


def test_connections_are_used_again() -> None:
    """Requests one after the other share a connection, as long as the upstream lets them."""
    numbers: list[int] = []
    answers = [OK, b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", OK]

    def script(connection: socket.socket, number: int) -> None:
        while read_message(connection):
            answer = answers[len(numbers)]
            numbers.append(number)
            connection.sendall(answer)

    assert [exchange.status for exchange in ask(script, GET, GET, GET)] == [200, 200, 200]
    assert numbers == [0, 0, 1]


def test_a_stale_connection_is_not_a_fault() -> None:
    """An idle connection that the upstream closes as we write is replaced, for requests that may be repeated."""
    seen: list[int] = []

    def script(connection: socket.socket, number: int) -> None:
        while read_message(connection):
            seen.append(number)
            if seen == [0, 0]:
                return  # read the second request and close, as a server does that gave up on an idle connection
            connection.sendall(OK)

    assert [exchange.status for exchange in ask(script, GET, GET)] == [200, 200]
    assert seen == [0, 0, 1]


def test_a_request_is_never_repeated_on_a_fresh_connection() -> None:
    """A service that closes without an answer is recorded as doing so, and asked once."""
    seen: list[int] = []

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        seen.append(number)

    (exchange,) = ask(script)
    assert fault(exchange).kind is FaultKind.EMPTY
    assert seen == [0]


def test_surplus_bytes_end_the_connection_not_the_answer() -> None:
    """What follows a whole answer is nobody's; the next request goes elsewhere."""
    numbers: list[int] = []

    def script(connection: socket.socket, number: int) -> None:
        while read_message(connection):
            numbers.append(number)
            connection.sendall(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")

    first, second = ask(script, GET, GET)
    assert (response(first).body, response(second).body) == (b"ok", b"ok")
    assert numbers == [0, 1]


def test_many_requests_at_once() -> None:
    """Each of many concurrent requests gets its own answer."""

    def script(connection: socket.socket, number: int) -> None:
        while request := read_message(connection):
            path = request.split(b" ")[1]
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(path), path))

    async def asking(url: str) -> list[Exchange]:
        upstream = HttpUpstream(url)
        try:
            return await asyncio.gather(*(upstream.send(Request("GET", f"/{n}")) for n in range(50)))
        finally:
            await upstream.close()

    with raw_server(script) as server:
        exchanges = asyncio.run(asking(server.url))
    assert [response(exchange).body for exchange in exchanges] == [b"/%d" % n for n in range(50)]
