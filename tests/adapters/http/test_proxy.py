"""The recording proxy, in conversations of raw bytes: what passes, and what is recorded."""

import select
import socket
import threading

import pytest
from tests.adapters.http.proxying import proxied, talk
from tests.adapters.http.raw_sockets import (
    PATIENCE,
    answering,
    raw_client,
    read_all,
    read_message,
    read_until,
)

from truemirror.adapters.http.relay import Patience
from truemirror.core.wire.exchange import Framing, Response

GET = b"GET /v1/tags HTTP/1.1\r\nHost: proxy\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


# what passes, and what is recorded


def test_an_answer_passes_byte_for_byte_and_is_recorded() -> None:
    """The client sees the upstream's answer; the recording holds both sides."""
    answer = (
        b"HTTP/1.1 203 Odd One\r\nX-a: 1\r\nset-cookie: a\r\nSet-Cookie: b\xe9\r\nContent-Length: 2\r\n\r\n\x00\xff"
    )
    seen: list[bytes] = []
    with proxied(answering(answer, seen=seen)) as proxy:
        with raw_client(proxy.port) as client:
            client.sendall(b"GET /v1/tags?a=1&&a HTTP/1.1\r\nhOST: proxy\r\nX-B: 2\r\nx-b: 3\r\n\r\n")
            assert read_message(client) == answer
        host = f"127.0.0.1:{proxy.upstream.port}" if proxy.upstream else ""
        exchange = proxy.only()
    assert seen == [f"GET /v1/tags?a=1&&a HTTP/1.1\r\nhOST: {host}\r\nX-B: 2\r\nx-b: 3\r\n\r\n".encode()]
    assert (exchange.request.method, exchange.request.target) == ("GET", "/v1/tags?a=1&&a")
    assert exchange.request.headers.pairs == (("hOST", host), ("X-B", "2"), ("x-b", "3"))
    assert isinstance(exchange.outcome, Response)
    assert exchange.outcome.headers.pairs[1:3] == (("set-cookie", "a"), ("Set-Cookie", "b\xe9"))
    assert (exchange.outcome.status, exchange.outcome.reason, exchange.outcome.body) == (203, "Odd One", b"\x00\xff")
    assert exchange.elapsed_ms > 0


def test_what_was_answered_is_recorded_before_the_client_can_know() -> None:
    """While an exchange is being stored its client has not seen the end of the answer."""
    with proxied(answering(OK)) as proxy, raw_client(proxy.port) as client:
        seen: list[object] = []
        proxy.on_store = lambda: seen.extend(select.select([client], [], [], 0)[0])
        client.sendall(GET)
        assert read_message(client) == OK
        assert len(proxy.recorded) == 1
    assert seen == []


def test_the_end_of_a_stream_waits_for_the_recording() -> None:
    """Of a chunked answer everything may be seen but its end."""

    def script(connection: socket.socket, number: int) -> None:
        got = read_until(connection, b"1\r\na\r\n")
        connection.sendall(CHUNKED + b"3\r\nabc\r\n")
        read_until(connection, b"0\r\n\r\n", got)
        connection.sendall(b"0\r\n\r\n")

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        peeked: list[bytes] = []
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        got = read_until(client, b"abc\r\n")
        proxy.on_store = lambda: peeked.extend([b"?"] if select.select([client], [], [], 0)[0] else [])
        client.sendall(b"0\r\n\r\n")
        assert read_until(client, b"0\r\n\r\n", got).endswith(b"\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        assert len(proxy.recorded) == 1
    assert peeked == []


def test_requests_share_a_connection() -> None:
    """Keep-alive works on both sides."""
    numbers: list[int] = []

    def script(connection: socket.socket, number: int) -> None:
        while read_message(connection):
            numbers.append(number)
            connection.sendall(OK)

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        for _ in range(3):
            client.sendall(GET)
            assert read_message(client) == OK
        assert len(proxy.wait_for(3)) == 3
    assert numbers == [0, 0, 0]


def test_pipelined_requests_are_answered_in_order() -> None:
    """Requests sent without waiting pass one after the other, bodies and all."""

    def script(connection: socket.socket, number: int) -> None:
        while request := read_message(connection):
            body = request.split(b" ")[1] + request.partition(b"\r\n\r\n")[2]
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    requests = [b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % n for n in range(20)]
    requests[7] = b"POST /7 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
    requests[9] = b"POST /9 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    with proxied(script) as proxy:
        got = talk(proxy.port, *requests)
        exchanges = proxy.wait_for(20)
    bodies = [piece.partition(b"\r\n\r\n")[2] for piece in got.split(b"HTTP/1.1 200 OK\r\n")[1:]]
    assert bodies[7] == b"/7body"
    assert bodies[9].startswith(b"/9")
    assert [exchange.request.target for exchange in exchanges] == [f"/{n}" for n in range(20)]
    assert exchanges[9].request.body == b"hi"


def test_events_flow_as_they_come() -> None:
    """The client sees the first event while the upstream has not sent the second."""
    first_seen = threading.Event()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(head + b"9\r\ndata: 1\n\n\r\n")
        assert first_seen.wait(PATIENCE)
        connection.sendall(b"9\r\ndata: 2\n\n\r\n0\r\n\r\n")

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        got = read_until(client, b"data: 1\n\n\r\n")
        first_seen.set()
        assert read_until(client, b"0\r\n\r\n", got) == head + b"9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\n\r\n"
        assert proxy.response().body == b"data: 1\n\ndata: 2\n\n"


def test_an_upload_flows_as_it_comes() -> None:
    """The upstream sees the beginning of a body while the client has not sent the rest."""
    first_seen = threading.Event()

    def script(connection: socket.socket, number: int) -> None:
        got = read_until(connection, b"first")
        first_seen.set()
        read_until(connection, b"0\r\nX-T: 1\r\n\r\n", got)
        connection.sendall(OK)

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        assert first_seen.wait(PATIENCE)
        client.sendall(b"6\r\nsecond\r\n0\r\nX-T: 1\r\n\r\n")
        assert read_message(client) == OK
        assert proxy.only().request.body == b"firstsecond"


@pytest.mark.parametrize(
    ("request_", "answer", "seen", "body", "framing"),
    [
        (GET, CHUNKED + b"2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n",
         CHUNKED + b"2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n", b"hi", Framing.CHUNKED),
        (b"GET / HTTP/1.0\r\n\r\n", CHUNKED + b"2\r\nhi\r\n0\r\n\r\n",
         b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi", b"hi", Framing.CHUNKED),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", OK,
         b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", b"ok", Framing.LENGTH),
        (b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n",
         b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\n", b"", Framing.LENGTH),
        (b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", CHUNKED,
         CHUNKED[:-2] + b"Connection: close\r\n\r\n", b"", Framing.CHUNKED),
        (GET, b"HTTP/1.1 204 No Content\r\n\r\n",
         b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", b"", Framing.NONE),
        (GET, b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nETag: x\r\n\r\n",
         b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nETag: x\r\nConnection: close\r\n\r\n",
         b"", Framing.LENGTH),
        (GET, b"HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\n"
         b"Content-Length: 0\r\n\r\n",
         b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", b"", Framing.LENGTH),
    ],
)  # fmt: skip
def test_framing_survives(request_: bytes, answer: bytes, seen: bytes, body: bytes, framing: Framing) -> None:
    """Each way to end a body reaches the client, and the recording."""
    closing = request_.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") if b"HTTP/1.1" in request_ else request_
    with proxied(answering(answer)) as proxy:
        got = talk(proxy.port, closing)
        got = got.replace(b"Connection: keep-alive\r\n", b"")  # said where the end of what the client sends came later
        assert got.replace(b"Connection: close\r\n", b"") == seen.replace(b"Connection: close\r\n", b"")
        assert b"Connection: close\r\n" in got
        found = proxy.response()
        assert (found.body, found.framing) == (body, framing)


def test_a_body_that_ends_with_the_connection_ends_so_for_the_client() -> None:
    """Without a length the end is the end."""

    def script(connection: socket.socket, number: int) -> None:
        read_message(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nuntil the end")

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        assert read_all(client) == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end"
        assert proxy.response().framing is Framing.CLOSE


def test_http_1_0_clients_may_keep_the_connection() -> None:
    """An old client that asks for it is told that it may."""
    with proxied(answering(OK)) as proxy, raw_client(proxy.port) as client:
        for _ in range(2):
            client.sendall(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert b"\r\nConnection: keep-alive\r\n" in read_message(client)


def test_expect_continue_is_the_upstreams_to_answer() -> None:
    """100 comes from the upstream, and the body only then."""

    def script(connection: socket.socket, number: int) -> None:
        head = read_until(connection, b"\r\n\r\n")
        assert b"Expect: 100-continue" in head
        assert head.endswith(b"\r\n\r\n")
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert read_until(connection, b"body") == b"body"
        connection.sendall(OK)

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        assert read_until(client, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"body")
        assert read_message(client) == OK
        assert proxy.only().request.body == b"body"


def test_an_expectation_may_be_refused() -> None:
    """A final answer in place of 100 reaches a client that has sent no body, and is recorded."""
    refusal = b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"

    def script(connection: socket.socket, number: int) -> None:
        read_until(connection, b"\r\n\r\n")
        connection.sendall(refusal)
        assert read_all(connection) == b""

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        assert read_all(client) == refusal[:-2] + b"Connection: close\r\n\r\n"
        assert proxy.response().status == 417


def test_an_early_answer_waits_for_the_rest_of_the_request() -> None:
    """The recording holds the whole request although the upstream answered before it was whole."""
    answered = threading.Event()

    def script(connection: socket.socket, number: int) -> None:
        read_until(connection, b"first")
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        answered.set()
        read_all(connection)

    with proxied(script, patience=Patience(sending=PATIENCE)) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nfirst")
        assert answered.wait(PATIENCE)
        client.sendall(b"second")
        assert read_all(client).startswith(b"HTTP/1.1 413 ")
        assert proxy.only().request.body == b"firstsecond"


def test_an_early_answer_does_not_wait_for_ever() -> None:
    """A client that sends no more gets its answer all the same."""
    answer = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"

    def script(connection: socket.socket, number: int) -> None:
        read_until(connection, b"first")
        connection.sendall(answer)
        read_all(connection)

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nfirst")
        assert read_all(client).startswith(b"HTTP/1.1 413 ")
        assert proxy.only().request.body == b"first"


def test_informational_answers_pass_and_are_not_recorded() -> None:
    """Early hints reach the client before the answer."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    with proxied(answering(hints + OK)) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        assert read_until(client, b"ok") == hints + OK
        assert proxy.response().status == 200


def test_the_session_labels_the_exchange_and_stays_here() -> None:
    """Our header names the session and does not travel; baggage names it and does."""
    seen: list[bytes] = []
    with proxied(answering(OK, seen=seen)) as proxy, raw_client(proxy.port) as client:
        for field in (b"X-Truemirror-Session: t1", b"baggage: a=1,truemirror.session=t2", b"X-Other: 1"):
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n" + field + b"\r\n\r\n")
            read_message(client)
        proxy.wait_for(3)
    assert [session for _, session, _ in proxy.recorded] == ["t1", "t2", ""]
    assert [began for _, _, began in proxy.recorded] == sorted(began for _, _, began in proxy.recorded)
    assert b"Truemirror-Session" not in b"".join(seen)
    assert b"truemirror.session=t2" in seen[1]


@pytest.mark.parametrize("said", [b"close", b"keep-alive"])
def test_whether_a_connection_is_kept_is_the_same_on_both_sides(said: bytes) -> None:
    """And it is said where it was said."""
    seen: list[bytes] = []
    answer = b"HTTP/1.1 200 OK\r\nConnection: %b\r\nContent-Length: 2\r\n\r\nok" % said
    with proxied(answering(answer, seen=seen)) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nConnection: %b\r\nHost: a\r\n\r\n" % said)
        assert read_until(client, b"ok") == answer
        if said == b"close":
            assert client.recv(1) == b""
    assert seen[0].startswith(b"GET / HTTP/1.1\r\nConnection: %b\r\nHost: " % said)


@pytest.mark.parametrize(("said", "connections"), [(b"close", 3), (b"keep-alive", 1)])
def test_a_connection_that_was_to_end_is_not_used_again(said: bytes, connections: int) -> None:
    """Even when the upstream does not say that it ends it, for it may do so at any moment."""
    numbers: set[int] = set()

    def script(connection: socket.socket, number: int) -> None:
        numbers.add(number)
        answering(OK)(connection, number)

    with proxied(script) as proxy:
        for _ in range(3):
            with raw_client(proxy.port) as client:
                client.sendall(b"POST / HTTP/1.1\r\nConnection: %b\r\nHost: a\r\nContent-Length: 0\r\n\r\n" % said)
                assert read_until(client, b"ok").endswith(b"ok")
        proxy.wait_for(3)
    assert len(numbers) == connections


# names and addresses


def test_addresses_of_the_upstream_become_the_clients() -> None:
    """The client stays at the proxy; the recording keeps what the upstream said."""

    def script(connection: socket.socket, number: int) -> None:
        request = read_message(connection)
        fields = dict(line.split(b": ") for line in request.split(b"\r\n") if b": " in line)
        host, origin = fields[b"Host"], fields[b"Origin"]
        assert origin == b"http://" + host
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: http://%b/next?a=http://%b\r\nContent-Location: /here\r\n"
            b"Set-Cookie: a=1; Path=/; Domain=127.0.0.1\r\nContent-Length: 0\r\n\r\n" % (host, host)
        )

    with proxied(script) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: my.proxy:1\r\nOrigin: http://my.proxy:1\r\n\r\n")
        got = read_message(client)
        upstream = proxy.upstream.port if proxy.upstream else 0
        assert b"Location: http://my.proxy:1/next?a=http://127.0.0.1:%d\r\n" % upstream in got
        assert b"Content-Location: /here\r\n" in got
        assert b"Set-Cookie: a=1; Path=/\r\n" in got
        recorded = proxy.response().headers
    assert recorded.get("location") == f"http://127.0.0.1:{upstream}/next?a=http://127.0.0.1:{upstream}"
    assert recorded.get("set-cookie") == "a=1; Path=/; Domain=127.0.0.1"


def test_other_peoples_addresses_stay() -> None:
    """Only what names the upstream is changed."""
    answer = b"HTTP/1.1 302 Found\r\nLocation: https://login.example/x\r\nContent-Length: 0\r\n\r\n"
    with proxied(answering(answer)) as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        assert read_message(client) == answer


def test_a_base_path_stands_before_every_target() -> None:
    """Targets gain the base, addresses lose it, and the recording is as if the service were at the root."""
    seen: list[bytes] = []
    answer = b"HTTP/1.1 201 Created\r\nLocation: /api/v1/tags/7\r\nContent-Length: 0\r\n\r\n"
    with proxied(answering(answer, seen=seen), base="/api/") as proxy, raw_client(proxy.port) as client:
        client.sendall(GET)
        assert b"\r\nLocation: /v1/tags/7\r\n" in read_message(client)
        assert proxy.only().request.target == "/v1/tags"
        assert proxy.response().headers.get("location") == "/v1/tags/7"
    assert seen[0].startswith(b"GET /api/v1/tags HTTP/1.1\r\n")


def test_name_and_password_of_an_absolute_target_go_nowhere() -> None:
    """The service hears the host alone, and nothing of them is recorded."""
    seen: list[bytes] = []
    with proxied(answering(OK, seen=seen)) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"GET http://ada:hunter2-pw@localhost:%d/x HTTP/1.1\r\nHost: x\r\n\r\n" % proxy.port)
        assert read_message(client) == OK
        assert "hunter2-pw" not in repr(proxy.only())
    assert b"hunter2-pw" not in seen[0]


def test_absolute_targets_of_ours_are_taken() -> None:
    """A client that was configured to use a proxy names the whole URL."""
    seen: list[bytes] = []
    with proxied(answering(OK, seen=seen)) as proxy, raw_client(proxy.port) as client:
        client.sendall(b"GET http://localhost:%d?a=1 HTTP/1.1\r\nHost: x\r\n\r\n" % proxy.port)
        assert read_message(client) == OK
        assert proxy.only().request.target == "/?a=1"
    assert seen[0].startswith(b"GET /?a=1 HTTP/1.1\r\n")
