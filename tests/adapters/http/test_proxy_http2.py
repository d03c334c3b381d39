"""The recording proxy towards clients that speak HTTP/2: services hear and mirrors keep the same as of HTTP/1.1."""

import asyncio
import os
import socket
import ssl
from contextlib import suppress

import h2.config
import h2.connection
import h2.exceptions
import httpx
import pytest
from tests.adapters.http.http2_talking import talking2
from tests.adapters.http.proxying import proxied, proxied_url
from tests.adapters.http.raw_sockets import answering, raw_server, read_message

from truemirror.adapters.http.pool import _fault_of
from truemirror.core.wire.exchange import FaultKind, Framing
from truemirror.core.wire.http2 import ONLY_HTTP2

OK = b"HTTP/1.1 200 OK\r\nX-Two: 1\r\nX-Two: 2\r\nContent-Length: 4\r\n\r\nfine"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n4\r\nfine\r\n0\r\nX-Sum: 4\r\n\r\n"
HINTED = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK


def test_a_service_hears_http_1_1_and_the_mirror_keeps_it() -> None:
    """With a Host, and with its fields in order."""
    seen: list[bytes] = []
    with proxied(answering(OK, seen=seen)) as proxy, talking2(proxy.port) as talk:
        got = talk.ask("GET /fine?a=1", ("x-a", "1"), ("x-a", "2"))
        assert got.heads == [[(":status", "200"), ("x-two", "1"), ("x-two", "2"), ("content-length", "4")]]
        assert got.body == b"fine"
        exchange = proxy.only()
    assert seen[0].startswith(b"GET /fine?a=1 HTTP/1.1\r\nhost: 127.0.0.1:")
    assert seen[0].endswith(b"\r\nx-a: 1\r\nx-a: 2\r\n\r\n")
    assert (exchange.request.target, exchange.request.headers.all("x-a")) == ("/fine?a=1", ("1", "2"))
    assert proxy.response().headers.pairs[:2] == (("X-Two", "1"), ("X-Two", "2"))


def test_chunks_trailers_and_early_hints_pass() -> None:
    """They are recorded as the service sent them."""
    with proxied(answering(CHUNKED, HINTED)) as proxy, talking2(proxy.port) as talk:
        got = talk.ask("GET /chunked")
        assert (got.body, got.trailers) == (b"fine", [("x-sum", "4")])
        assert [dict(head)[":status"] for head in talk.ask("GET /hinted").heads] == ["103", "200"]
        chunked = proxy.wait_for(2)[0].outcome
    assert getattr(chunked, "framing", None) is Framing.CHUNKED


def test_a_body_without_a_length_passes_in_chunks() -> None:
    """It is recorded whole."""
    seen: list[bytes] = []
    with proxied(answering(OK, seen=seen)) as proxy, talking2(proxy.port) as talk:
        assert talk.ask("POST /post", body=b"hello" * 50_000).status == "200"
        assert talk.ask("POST /post", ("content-length", "5"), body=b"hello").status == "200"
        first, second = proxy.wait_for(2)
    assert b"\r\ntransfer-encoding: chunked\r\n" in seen[0].lower()
    assert (first.request.body, second.request.body) == (b"hello" * 50_000, b"hello")


def test_a_failure_is_recorded_and_breaks_its_stream() -> None:
    """Others go on at the same time."""

    def script(connection: socket.socket, number: int) -> None:
        """Cut one short."""
        while request := read_message(connection):
            if b" /cut " in request:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
                return
            connection.sendall(OK)

    with proxied(script) as proxy, talking2(proxy.port) as talk:
        cut, fine = talk.begin("GET /cut"), talk.begin("GET /fine")
        talk.wait(cut, fine)
        assert (talk.streams[cut].error, talk.streams[cut].body) == (2, b"abc")
        assert talk.streams[fine].body == b"fine"
        kinds = {one.request.path: getattr(one.outcome, "kind", None) for one in proxy.wait_for(2)}
    assert kinds == {"/cut": FaultKind.TRUNCATED, "/fine": None}


def test_a_service_that_is_not_there_is_told_and_recorded() -> None:
    """As in HTTP/1.1."""
    with raw_server(answering(OK)) as gone:
        url = gone.url
    with proxied_url(url) as proxy, talking2(proxy.port) as talk:
        got = talk.ask("GET /fine")
        assert (got.status, dict(got.heads[0])["x-truemirror-fault"]) == ("502", "refused")
        assert proxy.fault().kind is FaultKind.REFUSED


def test_a_large_answer_passes_at_its_clients_pace() -> None:
    """A client that opens no window gets what it allowed; the rest when it asks for it."""
    body = os.urandom(65_536) * 20
    with proxied(answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)) as proxy:
        with talking2(proxy.port) as talk:
            talk.greedy = False
            number = talk.begin("GET /large")
            while len(talk.streams[number].body) < 65_535:
                talk.read()
            talk.h2.increment_flow_control_window(len(body))
            talk.h2.increment_flow_control_window(len(body), number)
            talk.flush()
            assert talk.wait(number).body == body
        assert proxy.response().body == body


def test_a_client_that_takes_a_request_back_is_recorded_all_the_same() -> None:
    """The service has heard it and answers."""
    with proxied(answering(OK)) as proxy, talking2(proxy.port) as talk:
        number = talk.begin("GET /fine")
        talk.h2.reset_stream(number, 8)
        talk.flush()
        assert talk.ask("GET /next").body == b"fine"
        paths = {one.request.path for one in proxy.wait_for(1)}
    assert "/next" in paths


@pytest.mark.parametrize("count", [60])
def test_many_at_once_are_all_recorded(count: int) -> None:
    """On one connection, by a real client."""

    async def drive(url: str) -> list[str]:
        """All of them."""
        async with httpx.AsyncClient(http1=False, http2=True, base_url=url, timeout=30) as client:
            answers = await asyncio.gather(*(client.get(f"/{number}") for number in range(count)))
        return [one.text for one in answers]

    with proxied(answering(OK)) as proxy:
        assert asyncio.run(drive(f"http://127.0.0.1:{proxy.port}")) == ["fine"] * count
        recorded = proxy.wait_for(count)
    assert {one.request.path for one in recorded} == {f"/{number}" for number in range(count)}


def h2_only(connection: socket.socket, number: int) -> None:
    """A service that speaks nothing else: its settings first, then whatever a real one says to a stranger."""
    state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    state.initiate_connection()
    connection.sendall(state.data_to_send())
    with suppress(h2.exceptions.ProtocolError):
        state.receive_data(connection.recv(65_536))
    connection.sendall(state.data_to_send())


def test_a_service_that_speaks_http2_alone_is_refused_by_that_name() -> None:
    """Nothing is recorded that its own clients would never meet; who asks is told why."""
    with proxied(h2_only) as proxy:
        got = httpx.get(f"http://{proxy.host}/v1", trust_env=False)
        assert got.status_code >= 500
        assert "HTTP/2 alone" in got.text
    assert not proxy.recorded
    assert [error.what for error in proxy.trouble] == [ONLY_HTTP2]
    assert proxy.lost == {"the service speaks HTTP/2 alone": 1}


def test_a_service_that_takes_no_other_protocol_over_tls_is_named_too() -> None:
    """By the alert with which it ends the handshake (RFC 7301 §3.2)."""
    error = ssl.SSLError(1, "[SSL: TLSV1_ALERT_NO_APPLICATION_PROTOCOL] tlsv1 alert no application protocol")
    error.reason = "TLSV1_ALERT_NO_APPLICATION_PROTOCOL"
    assert _fault_of(error, tls=True) == (FaultKind.TLS, ONLY_HTTP2)
