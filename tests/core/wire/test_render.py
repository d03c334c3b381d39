"""Responses as bytes, read back by a parser that is not ours."""

import gzip

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.wire.coding import decode
from truemirror.core.wire.exchange import Chunk, Coding, Framing, Response
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.render import Asker, accepts, render, render_partial

JSON = b'{"items": []}'
CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"})
FINAL_STATUSES = st.sampled_from([200, 201, 204, 206, 301, 304, 400, 404, 418, 422, 500, 503])


def response(*pairs: tuple[str, str], body: bytes = JSON, **parts: object) -> Response:
    """A response with these header fields."""
    return Response(200, "OK", Headers(pairs), body, **parts)  # type: ignore[arg-type]


def lines(raw: bytes) -> list[bytes]:
    """The lines of a head."""
    return raw.partition(b"\r\n\r\n")[0].split(b"\r\n")


def read(raw: bytes, method: str = "GET") -> tuple[int, list[tuple[bytes, bytes]], bytes, bytes]:
    """Status, fields, body and what is left, as a client sees them."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method=method, target="/", headers=[("Host", "here")]))
    client.send(h11.EndOfMessage())
    client.receive_data(raw)
    head = client.next_event()
    assert isinstance(head, h11.Response), head
    body = b""
    while True:
        event = client.next_event()
        if event is h11.NEED_DATA:
            client.receive_data(b"")  # the connection ends here
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        else:
            assert isinstance(event, h11.EndOfMessage), event
            return head.status_code, list(head.headers.raw_items()), body, bytes(client.trailing_data[0])


names = st.sampled_from(["X-One", "x-two", "Set-Cookie", "Content-Type", "ETag", "Link", "Vary", "WWW-Authenticate"])
values = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f"), max_size=12).map(
    str.strip
)
connections = st.sampled_from(
    [(), (("Connection", "keep-alive"),), (("Connection", "close"),), (("Keep-Alive", "timeout=5"),)]
)
responses = st.builds(
    lambda status, pairs, extra, body, framing, chunks, codings: Response(
        status, "R", Headers((*pairs, *extra)), body, codings, framing, chunks
    ),
    FINAL_STATUSES,
    st.lists(st.tuples(names, values), max_size=5).map(tuple),
    connections,
    st.binary(max_size=60),
    st.sampled_from([Framing.LENGTH, Framing.CHUNKED, Framing.CLOSE]),
    st.lists(st.builds(Chunk, st.integers(0, 30), st.floats(0, 9)), max_size=4).map(tuple),
    st.sampled_from([(), (Coding("gzip", 6),), (Coding("deflate"),), (Coding("gzip"), Coding("gzip"))]),
)
askers = st.builds(
    Asker,
    st.sampled_from(["GET", "HEAD", "POST"]),
    st.sampled_from([None, "gzip, deflate", "identity", "*", "gzip;q=0, *;q=0.5", "br"]),
    st.booleans(),
    st.booleans(),
)


@given(responses, askers)
def test_a_client_reads_back_what_was_recorded(recorded: Response, asker: Asker) -> None:
    """Status, fields in their order and with their repeats, and the content arrive; nothing is left over."""
    rendered = render(recorded, asker, recorded_accept="deflate")
    status, fields, body, left = read(rendered.whole(), asker.method)
    kept = [
        (name.decode(), value.decode("latin-1")) for name, value in fields if name.decode().lower() not in CONNECTION
    ]
    assert status == recorded.status
    assert kept == [(name, value) for name, value in recorded.headers if name.lower() not in CONNECTION]
    assert left == b""
    if asker.method == "HEAD" or status in (204, 304):
        assert body == b""
        return
    coded = ", ".join(value.decode() for name, value in fields if name.lower() == b"content-encoding")
    assert bool(coded) == (
        bool(recorded.codings) and accepts(asker.accept_encoding, [one.name for one in recorded.codings])
    )
    assert decode(body, coded)[0] == recorded.body


@given(responses, askers)
def test_whether_a_connection_ends_is_said(recorded: Response, asker: Asker) -> None:
    """A client that is told nothing may go on; one whose connection ends is told so."""
    rendered = render(recorded, asker)
    said = [line.lower() for line in lines(rendered.head) if line.lower().startswith(b"connection:")]
    assert rendered.close == (b"connection: close" in said)
    assert rendered.close or asker.keep_alive


@given(responses, askers)
def test_pieces_and_their_times_belong_together(recorded: Response, asker: Asker) -> None:
    """Every piece has its time, and times never go back where the recording's did not."""
    rendered = render(recorded, asker)
    assert len(rendered.pieces) == len(rendered.at_ms)
    assert rendered.whole() == rendered.head + b"".join(rendered.pieces)


def test_fields_keep_case_order_and_repeats() -> None:
    """What the service wrote is what the client reads, to the letter."""
    recorded = response(("set-cookie", "a=1"), ("X-ODD", "é"), ("Content-LENGTH", "13"), ("Set-Cookie", "b=2"))
    expected = [b"HTTP/1.1 200 OK", b"set-cookie: a=1", b"X-ODD: \xe9", b"Content-LENGTH: 13", b"Set-Cookie: b=2"]
    assert lines(render(recorded, Asker()).head) == expected


def test_a_length_that_is_wrong_is_set_right() -> None:
    """A body that is not as long as its recorded length says (somebody edited it) is framed as it is."""
    assert b"Content-Length: 13" in lines(render(response(("Content-Length", "99")), Asker()).head)


def test_a_length_is_added_where_none_was_recorded() -> None:
    """Without a length the client would wait."""
    assert lines(render(response(), Asker()).head)[-1] == b"Content-Length: 13"


def test_chunks_stay_chunks_at_their_recorded_boundaries() -> None:
    """The transfer coding comes back where its field stood, and pieces are cut where they were."""
    recorded = response(
        ("Transfer-Encoding", "chunked"),
        ("Content-Type", "text/plain"),
        body=b"onetwo!",
        framing=Framing.CHUNKED,
        chunks=(Chunk(3, 0.0), Chunk(4, 20.0)),
    )
    rendered = render(recorded, Asker())
    assert lines(rendered.head)[1:] == [b"Transfer-Encoding: chunked", b"Content-Type: text/plain"]
    assert rendered.pieces == (b"3\r\none\r\n", b"4\r\ntwo!\r\n0\r\n\r\n")
    assert rendered.at_ms == (0.0, 20.0)


def test_an_empty_chunked_body_ends_at_once() -> None:
    """The last chunk alone is the whole body."""
    rendered = render(response(body=b"", framing=Framing.CHUNKED), Asker())
    assert rendered.pieces == (b"0\r\n\r\n",)


def test_trailers_follow_the_last_chunk() -> None:
    """Fields behind the body stay behind the body."""
    recorded = response(framing=Framing.CHUNKED, trailers=Headers((("X-Sum", "1"),)))
    assert render(recorded, Asker()).whole().endswith(b"\r\n0\r\nX-Sum: 1\r\n\r\n")


def test_a_client_of_http_10_gets_chunks_without_the_coding() -> None:
    """A client that does not know chunks gets the body until the connection ends."""
    rendered = render(response(("Transfer-Encoding", "chunked"), framing=Framing.CHUNKED), Asker(http10=True))
    assert rendered.close
    assert rendered.pieces == (JSON,)
    assert not any(
        b"transfer-encoding" in line.lower() or b"content-length" in line.lower() for line in lines(rendered.head)
    )


def test_a_client_of_http_10_that_keeps_alive_is_told_so() -> None:
    """HTTP/1.0 ends connections unless both sides say otherwise."""
    assert lines(render(response(), Asker(http10=True, keep_alive=True)).head)[-2] == b"Connection: keep-alive"


def test_a_body_that_ended_with_the_connection_ends_with_it_again() -> None:
    """No length is invented for what had none."""
    rendered = render(response(framing=Framing.CLOSE), Asker())
    assert rendered.close
    assert not any(b"content-length" in line.lower() for line in lines(rendered.head))


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_content_has_no_body_and_no_coding(status: int) -> None:
    """204 and 304 end with their head whatever was recorded; a recorded length stays."""
    recorded = Response(
        status, "", Headers((("Transfer-Encoding", "chunked"), ("ETag", '"1"'))), b"x", (), Framing.CHUNKED
    )
    assert render(recorded, Asker()).whole() == b'HTTP/1.1 %d \r\nETag: "1"\r\n\r\n' % status


def test_head_keeps_the_length_of_what_is_not_sent() -> None:
    """A HEAD's Content-Length is about the body that a GET would have had."""
    recorded = Response(200, "OK", Headers((("Content-Length", "4711"),)), b"", (), Framing.NONE)
    assert render(recorded, Asker("HEAD")).whole() == b"HTTP/1.1 200 OK\r\nContent-Length: 4711\r\n\r\n"


def test_head_to_a_client_without_the_coding_names_neither_coding_nor_length() -> None:
    """Nobody knows how long the plain body would have been."""
    recorded = Response(
        200, "OK", Headers((("Content-Encoding", "gzip"), ("Content-Length", "9"))), b"", (), Framing.NONE
    )
    assert lines(render(recorded, Asker("HEAD", "identity"), recorded_accept="gzip").head) == [b"HTTP/1.1 200 OK"]
    assert b"Content-Encoding: gzip" in lines(render(recorded, Asker("HEAD", "gzip")).head)


GZIPPED = response(("Content-Encoding", "gzip"), ("Content-Length", "7"), codings=(Coding("gzip", 6),))


@pytest.mark.parametrize("accept", ["gzip", "br, GZIP;q=0.1", "*", "x-gzip"])
def test_codings_go_on_again_for_a_client_that_accepts_them(accept: str) -> None:
    """The body is compressed again, and its length is that of the compressed one."""
    _, fields, body, _ = read(render(GZIPPED, Asker(accept_encoding=accept)).whole())
    assert dict(fields)[b"Content-Encoding"] == b"gzip"
    assert gzip.decompress(body) == JSON
    assert dict(fields)[b"Content-Length"] == b"%d" % len(body)


@pytest.mark.parametrize("accept", [None, "", "identity", "br", "gzip;q=0", "gzip;q=nonsense", "*;q=0"])
def test_codings_stay_off_for_a_client_that_does_not(accept: str | None) -> None:
    """The body comes plain, and no field says otherwise."""
    _, fields, body, _ = read(render(GZIPPED, Asker(accept_encoding=accept), recorded_accept="gzip").whole())
    assert body == JSON
    assert b"Content-Encoding" not in dict(fields)
    assert dict(fields)[b"Content-Length"] == b"13"


@pytest.mark.parametrize("accept", [None, "identity"])
def test_who_asks_as_the_recorded_client_did_gets_what_it_got(accept: str | None) -> None:
    """A service that compresses unasked does so again."""
    rendered = render(GZIPPED, Asker(accept_encoding=accept), recorded_accept=accept)
    assert b"Content-Encoding: gzip" in lines(rendered.head)


def test_a_fetched_answer_is_passed_on_as_it_came() -> None:
    """What the live service sent to this very client needs no choice."""
    assert b"Content-Encoding: gzip" in lines(render(GZIPPED, Asker(accept_encoding="br"), recoded=False).head)


def test_a_body_that_never_was_decoded_keeps_its_coding() -> None:
    """Unknown codings cannot be taken off, so they are passed on with their field."""
    rendered = render(response(("Content-Encoding", "exotic")), Asker(accept_encoding="identity"))
    assert b"Content-Encoding: exotic" in lines(rendered.head)
    assert rendered.pieces == (JSON,)


def test_what_belonged_to_the_recorded_connection_stays_there() -> None:
    """Fields that Connection names are gone with it."""
    recorded = response(("Connection", "close, X-Hop"), ("X-Hop", "1"), ("Proxy-Connection", "close"), ("X-Kept", "1"))
    assert lines(render(recorded, Asker()).head)[1:] == [b"X-Kept: 1", b"Content-Length: 13"]


def test_a_recorded_connection_field_stays_where_it_is_true_here_too() -> None:
    """A client sees no difference where there is none."""
    recorded = response(("Connection", "keep-alive"), ("Keep-Alive", "timeout=5"))
    assert lines(render(recorded, Asker()).head)[1:3] == [b"Connection: keep-alive", b"Keep-Alive: timeout=5"]
    assert b"Connection: close" in lines(render(recorded, Asker(keep_alive=False)).head)


def test_no_field_can_break_out_of_its_line() -> None:
    """A hostile mirror cannot write a second answer into the first."""
    hostile = Response(200, "OK\r\nX: 1", Headers((("A\r\nB", "c\r\n\r\nHTTP/1.1 200 OK\0"),)))
    assert render(hostile, Asker()).head.count(b"\r\n") == 4


def test_text_beyond_latin_1_is_written_as_utf_8() -> None:
    """A mirror edited by hand can be served."""
    assert "X: 名".encode() in lines(render(response(("X", "名")), Asker()).head)


def test_a_truncated_answer_promises_more_than_it_holds() -> None:
    """A client must be able to notice."""
    partial = response(("Content-Length", "100"), body=b"begin")
    assert render_partial(partial, Asker()).whole() == b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin"
    assert b"Content-Length: 6" in lines(render_partial(response(body=b"begin"), Asker()).whole())
    chunked = response(("Transfer-Encoding", "chunked"), body=b"begin", framing=Framing.CHUNKED)
    assert render_partial(chunked, Asker()).whole().endswith(b"Transfer-Encoding: chunked\r\n\r\n5\r\nbegin\r\n")
