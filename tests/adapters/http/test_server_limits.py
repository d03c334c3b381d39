"""Clients that misbehave at the mirror server: each is told why and let go, the others notice nothing."""

import json

import pytest
from tests.adapters.http.mirror_serving import (
    answer,
    ask,
    body_of,
    call,
    lines_of,
    mirror,
    serving,
    status_of,
    talking,
    told,
    told_until_closed,
)

from truemirror.adapters.http.server import Limits

FINE = call("GET /fine", answer(b"fine"))


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"nonsense\r\n\r\n", 400, "malformed_request"),
        (b"GET /fine HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n", 400, "malformed_request"),
        (b"GET /fine HTTP/1.1\r\nHost: a\0b\r\n\r\n", 400, "malformed_request"),
        (b"GET /fi\0ne HTTP/1.1\r\n\r\n", 400, "malformed_request"),
        (b"GET /fine HTTP/1.1\nHost: a\n\n", 400, "malformed_request"),
        (b"GET /fine HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed_request"),
        (b"GET /fine HTTP/1.1\r\nX : a\r\n\r\n", 400, "malformed_request"),
        (
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "malformed_request",
        ),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, "malformed_request"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, "malformed_request"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, "malformed_request"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, "transfer_coding"),
        (b"CONNECT tags.test:443 HTTP/1.1\r\nHost: tags.test\r\n\r\n", 501, "no_tunnel"),
        (b"GET /fine HTTP/2.0\r\n\r\n", 505, "http_version"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "tls"),
    ],
)
def test_what_is_not_http_is_refused_and_the_connection_ends(sent: bytes, status: int, code: str) -> None:
    """The answer says what is wrong in the shape of all errors; others are served as before."""
    with serving(mirror(FINE)) as server, talking(server) as other:
        got = told_until_closed(server, sent)
        assert status_of(got) == status
        assert json.loads(body_of(got))["error"]["code"] == code
        assert b"Connection: close" in lines_of(got)
        assert b"X-Truemirror: refused" in lines_of(got)
        other.send(ask("GET /fine"))
        assert status_of(other.read()) == 200


def test_http2_is_begun_on_a_connection_of_its_own() -> None:
    """Behind a request in HTTP/1.1 its preface is no request."""
    with serving(mirror(FINE)) as server:
        got = told_until_closed(server, ask("GET /fine") + b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0")
    assert got.startswith(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfineHTTP/1.1 400 ")


def test_good_requests_before_a_bad_one_are_answered() -> None:
    """Whatever follows, what was asked properly is answered first."""
    with serving(mirror(FINE)) as server:
        got = told_until_closed(server, ask("GET /fine") + b"nonsense\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfineHTTP/1.1 400 ")


@pytest.mark.parametrize("piece", [1_000, 60_000])
def test_a_head_beyond_its_limit_is_refused(piece: int) -> None:
    """In few pieces or many, ended or endless."""
    with serving(mirror(FINE), limits=Limits(head_bytes=20_000)) as server, talking(server) as talk:
        talk.send(b"GET /fine HTTP/1.1\r\n" + b"X: " + b"y" * 21_000 + b"\r\n\r\n")
        assert status_of(talk.read()) == 431
        with talking(server) as endless:
            endless.send(b"GET /fine HTTP/1.1\r\nX: ")
            for _ in range(3 if piece > 20_000 else 30):
                endless.send(b"y" * piece)
            assert status_of(endless.read()) == 431


def test_many_small_requests_at_once_are_no_large_head() -> None:
    """The limit is of one head, not of what arrives together."""
    with serving(mirror(FINE), limits=Limits(head_bytes=200)) as server, talking(server) as talk:
        talk.send(ask("GET /fine") * 500)
        assert [status_of(talk.read()) for _ in range(500)] == [200] * 500


def test_a_body_beyond_its_limit_is_refused_before_it_is_sent() -> None:
    """The announced length is enough; a client that sends on can still read why."""
    with serving(mirror(FINE), limits=Limits(body_bytes=1_000)) as server:
        got = told_until_closed(server, ask("POST /fine", body=b"x" * 1_001))
        assert (status_of(got), json.loads(body_of(got))["error"]["code"]) == (413, "body_too_large")
        chunked = ask("POST /fine", "Transfer-Encoding: chunked") + b"1f4\r\n" + b"x" * 500 + b"\r\n"
        got = told_until_closed(server, chunked + b"1f5\r\n" + b"x" * 501 + b"\r\n0\r\n\r\n")
        assert status_of(got) == 413
        (kept,) = told(server, ask("POST /fine", body=b"x" * 1_000))
        assert status_of(kept) == 501


def test_a_compressed_body_that_unfolds_beyond_the_limit_is_not_unfolded() -> None:
    """It is matched as it came, and nothing grows."""
    import gzip

    bomb = gzip.compress(b"0" * 10_000_000)
    with serving(mirror(FINE), limits=Limits(body_bytes=100_000)) as server:
        (got,) = told(server, ask("POST /fine", "Content-Encoding: gzip", body=bomb))
    assert status_of(got) == 501


def test_a_client_that_takes_too_long_is_told_and_let_go() -> None:
    """A request that does not arrive is given up; an idle connection is kept."""
    with serving(mirror(FINE), limits=Limits(arrival_seconds=0.05)) as server, talking(server) as idle:
        got = told_until_closed(server, b"GET /fine HTTP/1.1\r\nX-Slow: ")
        assert (status_of(got), json.loads(body_of(got))["error"]["code"]) == (408, "request_timeout")
        got = told_until_closed(server, ask("POST /fine", body=b"x" * 100)[:-50])
        assert status_of(got) == 408
        idle.send(ask("GET /fine"))
        assert status_of(idle.read()) == 200


def test_a_client_that_leaves_in_the_middle_disturbs_nobody() -> None:
    """Half a head, half a body, half an answer."""
    with serving(mirror(FINE)) as server:
        for sent in (b"GET /fi", ask("POST /fine", body=b"x" * 100)[:-50], ask("GET /fine") * 50):
            with talking(server) as talk:
                talk.send(sent)
        assert status_of(told(server, ask("GET /fine"))[0]) == 200


def test_a_defect_of_ours_ends_one_connection_only(caplog: pytest.LogCaptureFixture) -> None:
    """The client hears of it, the log says where, and everybody else is served."""
    from tests.adapters.http.mirror_serving import replayer

    asked = replayer(mirror(FINE))
    asked.find = None  # type: ignore[assignment,method-assign]
    with serving(asked, mirror(FINE, service="deals")) as server:
        with talking(server, "tags") as talk:
            talk.send(ask("GET /fine"))
            got = talk.read()
        assert status_of(got) == 500
        assert "TypeError" in caplog.text
        assert status_of(told(server, ask("GET /fine"), service="deals")[0]) == 200


def test_requests_sent_ahead_are_held_back_not_lost() -> None:
    """A client that sends thousands of requests and reads none gets all answers once it reads."""
    large = call("GET /large", answer(b"x" * 10_000))
    with serving(mirror(large)) as server, talking(server) as talk:
        talk.send(ask("GET /large") * 2_000)
        assert [status_of(talk.read()) for _ in range(2_000)] == [200] * 2_000
