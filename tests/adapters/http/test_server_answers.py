"""The mirror server's answers, as bytes on a socket."""

import gzip
import json
import socket

import pytest
from tests.adapters.http.mirror_serving import (
    answer,
    ask,
    body_of,
    call,
    fields,
    lines_of,
    mirror,
    serving,
    status_of,
    talking,
    told,
    told_until_closed,
)

from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Chunk, Coding, Framing, Response

ONE = call("GET /v1/tags", answer(b'{"items": []}', 200, ("Content-Type", "application/json"), ("X-Odd", "a")))
TWO = call("GET /v1/tags/2", answer(b"two"))
ONE_WHOLE = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Odd: a\r\nContent-Length: 13\r\n\r\n{"items": []}'
TWO_WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo"


def test_an_answer_is_what_was_recorded_and_nothing_else() -> None:
    """The first answer and the remembered ones are byte for byte the recording, without a field of ours."""
    with serving(mirror(ONE)) as server:
        assert told(server, *[ask("GET /v1/tags")] * 3) == [ONE_WHOLE] * 3


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_requests_may_arrive_in_pieces_of_any_size(size: int) -> None:
    """Where the network cuts changes nothing."""
    sent = ask("GET /v1/tags") + ask("GET /v1/tags/2", "X-Long: " + "y" * 70)
    with serving(mirror(ONE, TWO)) as server, talking(server) as talk:
        for start in range(0, len(sent), size):
            talk.send(sent[start : start + size])
        assert [talk.read(), talk.read()] == [ONE_WHOLE, TWO_WHOLE]


def test_pipelined_requests_are_answered_in_order() -> None:
    """However many arrive at once, remembered or not."""
    sent = (ask("GET /v1/tags") + ask("GET /v1/tags/2")) * 100 + ask("GET /v1/tags", "Connection: close")
    closing = ONE_WHOLE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with serving(mirror(ONE, TWO)) as server:
        for _ in range(2):
            assert told_until_closed(server, sent) == (ONE_WHOLE + TWO_WHOLE) * 100 + closing


def test_what_follows_a_last_request_is_not_answered() -> None:
    """A client that said `close` has had its answer."""
    sent = ask("GET /v1/tags/2", "Connection: close") + ask("GET /v1/tags")
    with serving(mirror(ONE, TWO)) as server:
        assert told_until_closed(server, sent).count(b"HTTP/1.1") == 1


def test_a_client_that_stops_sending_still_gets_its_answers() -> None:
    """Half a connection is enough to be answered on."""
    with serving(mirror(ONE)) as server, talking(server) as talk:
        talk.send(ask("GET /v1/tags"))
        talk.connection.shutdown(socket.SHUT_WR)
        assert [talk.read(), talk.read()] == [ONE_WHOLE, b""]


def test_head_is_answered_without_a_body() -> None:
    """The connection goes on right behind the head."""
    head = call("HEAD /v1/tags", Response(200, "OK", fields(("Content-Length", "13")), b"", (), Framing.NONE))
    with serving(mirror(head, TWO)) as server, talking(server) as talk:
        talk.send(ask("HEAD /v1/tags") + ask("GET /v1/tags/2"))
        answers = [talk.read(bodiless=True), talk.read()]
        assert answers == [b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n", TWO_WHOLE]


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_content_have_none(status: int) -> None:
    """The next answer on the connection begins right behind."""
    empty = call("DELETE /v1/tags/2", Response(status, "Nothing", fields(("ETag", '"1"')), b"", (), Framing.NONE))
    with serving(mirror(empty, TWO)) as server:
        answers = told(server, ask("DELETE /v1/tags/2"), ask("GET /v1/tags/2"))
    assert answers == [b'HTTP/1.1 %d Nothing\r\nETag: "1"\r\n\r\n' % status, TWO_WHOLE]


def test_conditional_requests_are_other_requests() -> None:
    """What If-None-Match was answered with is not what a plain request is."""
    fresh = call(
        "GET /v1/tags", Response(304, "Not Modified", fields(), b"", (), Framing.NONE), ("If-None-Match", '"1"')
    )
    with serving(mirror(ONE, fresh)) as server:
        answers = told(server, ask("GET /v1/tags"), ask("GET /v1/tags", 'If-None-Match: "1"'))
    assert list(map(status_of, answers)) == [200, 304]


def test_codings_are_those_that_the_client_accepts() -> None:
    """Two clients of one recording, one with gzip and one without."""
    coded = answer(b"plain text", 200, ("Content-Encoding", "gzip"), codings=(Coding("gzip", 6),))
    recorded = call("GET /v1/tags", coded, ("Accept-Encoding", "gzip"))
    with serving(mirror(recorded)) as server:
        zipped, plain = told(server, ask("GET /v1/tags", "Accept-Encoding: br, gzip"), ask("GET /v1/tags"))
    assert gzip.decompress(body_of(zipped)) == b"plain text"
    assert body_of(plain) == b"plain text"
    assert b"Content-Encoding: gzip" in lines_of(zipped)
    assert b"Content-Length: 10" in lines_of(plain)


def test_chunks_come_as_they_were_recorded() -> None:
    """Boundaries are kept, and so is the connection."""
    streamed = Response(
        200, "OK", fields(("Transfer-Encoding", "chunked")), b"onetwo", (), Framing.CHUNKED, (Chunk(3, 0), Chunk(3, 9))
    )
    with serving(mirror(call("GET /v1/stream", streamed), TWO)) as server:
        answers = told(server, ask("GET /v1/stream"), ask("GET /v1/tags/2"))
    assert body_of(answers[0]) == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
    assert answers[1] == TWO_WHOLE


def test_a_client_of_http_10_is_answered_and_let_go() -> None:
    """Without keep-alive the connection ends with the answer."""
    with serving(mirror(TWO)) as server:
        got = told_until_closed(server, b"GET /v1/tags/2 HTTP/1.0\r\n\r\n")
        assert got == TWO_WHOLE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        kept = told(server, *[b"GET /v1/tags/2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"] * 2)
        assert kept == [TWO_WHOLE.replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n")] * 2


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    """As it did when it was recorded."""
    endless = call("GET /v1/tags", Response(200, "OK", fields(), b"until the end", (), Framing.CLOSE))
    with serving(mirror(endless)) as server:
        for _ in range(2):
            got = told_until_closed(server, ask("GET /v1/tags"))
            assert got == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end"


def test_absolute_targets_and_stars_are_understood() -> None:
    """A client that takes the mirror for a proxy is answered; OPTIONS * is a request like any other."""
    options = call("OPTIONS *", answer(b"", 200, ("Allow", "GET")))
    with serving(mirror(TWO, options)) as server:
        answers = told(server, ask("GET http://tags.test/v1/tags/2"), ask("OPTIONS *"))
    assert answers[0] == TWO_WHOLE
    assert b"Allow: GET" in lines_of(answers[1])


def test_request_bodies_are_matched_by_their_content() -> None:
    """Chunked or not, compressed or not, JSON in any order: the same request."""
    posted = call("POST /v1/tags", answer(b"made", 201), ("Content-Type", "application/json"), body=b'{"a": 1, "b": 2}')
    json_line = "Content-Type: application/json"
    body = b'{"b":2,"a":1}'
    chunked = (
        ask("POST /v1/tags", json_line, "Transfer-Encoding: chunked") + b"5\r\n" + body[:5] + b"\r\n8\r\n" + body[5:]
    )
    with serving(mirror(posted)) as server:
        answers = told(
            server,
            ask("POST /v1/tags", json_line, body=body),
            chunked + b"\r\n0\r\nX-Trailer: ignored\r\n\r\n",
            ask("POST /v1/tags", json_line, "Content-Encoding: gzip", body=gzip.compress(body)),
        )
    assert list(map(status_of, answers)) == [201] * 3


def test_a_client_that_expects_100_is_told_to_continue() -> None:
    """The body is asked for, then the request answered."""
    posted = call("POST /v1/tags", answer(b"made", 201), body=b"hello")
    head, _, body = ask("POST /v1/tags", "Expect: 100-continue", body=b"hello").partition(b"\r\n\r\n")
    with serving(mirror(posted)) as server, talking(server) as talk:
        talk.send(head + b"\r\n\r\n")
        assert talk.read() == b"HTTP/1.1 100 Continue\r\n\r\n"
        talk.send(body)
        assert status_of(talk.read()) == 201


def test_a_body_that_was_refused_unseen_is_refused_unseen_again() -> None:
    """Where the service answered 417 without a body, the client is told so at once, and not to continue."""
    waiting = ("Content-Length: 5", "Expect: 100-continue")
    refused = call("POST /v1/tags", answer(b"no", 417), ("Content-Length", "5"), ("Expect", "100-continue"))
    taken = call("POST /v1/tags", answer(b"made", 201), body=b"hello")
    with serving(mirror(refused, taken)) as server:
        told_at_once = told_until_closed(server, ask("POST /v1/tags", *waiting))
        assert told_at_once.startswith(b"HTTP/1.1 417 ")
        assert told_at_once.endswith(b"\r\n\r\nno")
        (with_body,) = told(server, ask("POST /v1/tags", body=b"hello"))
        assert status_of(with_body) == 201


def test_a_body_is_asked_for_where_none_was_refused() -> None:
    """A recorded error that was no answer to the expectation does not keep a client from sending."""
    empty = call("POST /v1/tags", answer(b"empty", 422))
    taken = call("POST /v1/tags", answer(b"made", 201), body=b"hello")
    with serving(mirror(empty, taken)) as server, talking(server) as talk:
        talk.send(ask("POST /v1/tags", "Content-Length: 5", "Expect: 100-continue"))
        assert talk.read() == b"HTTP/1.1 100 Continue\r\n\r\n"
        talk.send(b"hello")
        assert status_of(talk.read()) == 201


def test_an_offer_to_upgrade_is_not_taken_up() -> None:
    """Clients that would rather speak HTTP/2 are answered in HTTP/1.1, body and next request included."""
    posted = call("POST /v1/tags", answer(b"made", 201), body=b"hello")
    offer = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")
    sent = ask("POST /v1/tags", *offer, body=b"hello") + ask("GET /v1/tags/2", *offer)
    with serving(mirror(posted, TWO)) as server, talking(server) as talk:
        talk.send(sent)
        assert [status_of(talk.read()), talk.read()] == [201, TWO_WHOLE]


def test_a_miss_is_an_error_that_explains_itself() -> None:
    """The status is one that clients treat as an error, the mark tells it from a recorded answer."""
    with serving(mirror(ONE)) as server:
        (got,) = told(server, ask("GET /v1/tags?page=2"))
    assert status_of(got) == 501
    assert b"X-Truemirror: miss" in lines_of(got)
    error = json.loads(body_of(got))["error"]
    assert error["code"] == "mirror_miss"
    assert error["nearest"][0]["differences"] == [
        {"part": "query:page", "recorded": "(absent)", "got": "2", "ignorable": True}
    ]


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("http://tags.test/v1/tags/2", "http://here:1/v1/tags/2"),
        ("http://tags.internal/anything", "http://here:1/anything"),
        ("http://127.0.0.1:8001/v1/tags/2", "http://here:1/v1/tags/2"),
        ("http://127.0.0.1:8001/never/recorded", "http://127.0.0.1:8001/never/recorded"),
        ("http://elsewhere/v1/tags/2", "http://elsewhere/v1/tags/2"),
        ("/v1/tags/2", "/v1/tags/2"),
    ],
)
def test_redirects_stay_inside_the_mirror(location: str, expected: str) -> None:
    """The recorded Host, configured names, and local addresses with a known path lead to where the client asked."""
    moved = call("GET /old", answer(b"", 302, ("Location", location)))
    request = b"GET /old HTTP/1.1\r\nHost: here:1\r\n\r\n"
    with serving(mirror(moved, TWO), hosts=("tags.internal",)) as server:
        for got in told(server, request, request):
            assert f"Location: {expected}".encode() in lines_of(got)


def test_tracing_fields_change_nothing_unless_answers_depend_on_them() -> None:
    """Requests that differ only in their trace are one; a Vary that names the field tells them apart."""
    varies = ("Vary", "X-Request-Id")
    varied = [call("GET /by-id", answer(mark, 200, varies), ("X-Request-Id", mark.decode())) for mark in (b"a", b"b")]
    varied.append(call("GET /by-id", answer(b"none", 200, varies)))
    marks = [("X-Request-Id: a",), ("X-Request-Id: b",)]
    with serving(mirror(ONE, *varied)) as server:
        plain = told(
            server, *(ask("GET /v1/tags", f"traceparent: 00-{number:032}-{number:016}-01") for number in range(3))
        )
        answers = told(server, *(ask("GET /by-id", *lines) for lines in (*marks, (), *marks, (), *marks)))
    assert plain == [ONE_WHOLE] * 3
    assert [body_of(one) for one in answers] == [b"a", b"b", b"none", b"a", b"b", b"none", b"a", b"b"]


def test_services_share_a_port_by_host_and_by_path() -> None:
    """Either names the service; without one, the answer says which there are."""
    deals = Mirror("deals", "1", (Scenario("default", (call("GET /v1/deals", answer(b"deals")),)),))
    with serving(mirror(TWO), deals, one_port=True) as server:
        assert server.url("deals").endswith("/deals")
        answers = told(server, ask("GET /tags/v1/tags/2"), ask("GET /deals/v1/deals"), ask("GET /v1/deals"))
    assert [body_of(one) for one in answers[:2]] == [b"two", b"deals"]
    assert json.loads(body_of(answers[2]))["error"]["services"] == ["deals", "tags"]
    with serving(mirror(TWO), one_port=True, hosts=("tags.test",)) as server:
        assert told(server, ask("GET /v1/tags/2")) == [TWO_WHOLE]


def test_a_client_gets_its_own_secret_back() -> None:
    """A recorded answer that holds a stand-in holds the live secret for the client that brought it, every time."""
    from truemirror.usecases.redact import Redactor

    secret = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"
    live = call("GET /me", answer(f'{{"token": "{secret}"}}'.encode(), 200), ("Authorization", f"Bearer {secret}"))
    recorded = Redactor().redact(live, "default")
    assert isinstance(recorded.outcome, Response)
    assert secret.encode() not in recorded.outcome.body
    with serving(mirror(recorded)) as server:
        answers = told(server, *[ask("GET /me", f"Authorization: Bearer {secret}")] * 2)
    assert [body_of(one) for one in answers] == [f'{{"token": "{secret}"}}'.encode()] * 2


def test_a_large_answer_reaches_a_slow_reader_whole() -> None:
    """What the client does not take yet waits; nothing is lost, and the next answer follows."""
    large = bytes(range(256)) * 40_000
    with serving(mirror(call("GET /large", answer(large)), TWO)) as server, talking(server) as talk:
        talk.send(ask("GET /large") * 3 + ask("GET /v1/tags/2"))
        assert [body_of(talk.read()) == large for _ in range(3)] == [True] * 3
        assert talk.read() == TWO_WHOLE
