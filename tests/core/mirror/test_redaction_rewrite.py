"""Messages with other texts in them keep their shape."""

from truemirror.core.mirror.redaction_find import Marks, mark_request, mark_response
from truemirror.core.mirror.redaction_rewrite import rewrite_request, rewrite_response
from truemirror.core.mirror.redaction_spots import Why
from truemirror.core.wire.exchange import Chunk, Coding, Request, Response
from truemirror.core.wire.headers import Headers

BODY = b'{"token": "abc"}'


def longer(_secret: str, _why: Why) -> str:
    """A stand-in of ten characters."""
    return "X" * 10


def headers(length: str) -> Headers:
    """JSON of a stated length."""
    return Headers.of([("content-type", "application/json"), ("Content-Length", length), ("x", "y")])


def test_what_does_not_change_is_the_same_object() -> None:
    """Without secrets a message is not copied."""
    request = Request("GET", "/", Headers.of([("A", "b")]), b"{}")
    response = Response(200, "OK", Headers.of([("A", "b")]), b"{}")
    assert rewrite_request(request, mark_request(request), longer) is request
    assert rewrite_response(response, mark_response(response), longer, str) is response


def test_a_right_length_stays_right() -> None:
    """Content-Length follows the body, on both sides."""
    request = Request("POST", "/", headers(str(len(BODY))), BODY)
    made = rewrite_request(request, mark_request(request), longer)
    assert made.headers == headers(str(len(made.body)))
    response = Response(200, "", headers(str(len(BODY))), BODY)
    assert rewrite_response(response, mark_response(response), longer).headers == headers(str(len(made.body)))


def test_a_promise_of_more_keeps_promising_as_much_more() -> None:
    """A truncated answer is still truncated by as many bytes."""
    response = Response(200, "", headers("100"), BODY)
    assert rewrite_response(response, mark_response(response), longer).headers.get("content-length") == "107"


def test_other_lengths_are_left_alone() -> None:
    """A length that was wrong, is of an encoded body, or is no number, stays."""
    for length, codings in (("3", ()), (str(len(BODY)), (Coding("gzip"),)), ("many", ())):
        response = Response(200, "", headers(length), BODY, codings)
        assert rewrite_response(response, mark_response(response), longer).headers == headers(length)


def test_chunks_still_add_up() -> None:
    """The last chunks take up the difference; none is empty."""
    response = Response(
        200, "", Headers.of([("Content-Type", "application/json")]), BODY, chunks=(Chunk(9, 1), Chunk(7, 5))
    )
    made = rewrite_response(response, mark_response(response), longer)
    assert [chunk.size for chunk in made.chunks] == [9, 14]
    shorter = rewrite_response(response, mark_response(response), lambda _s, _w: "")
    assert [chunk.size for chunk in shorter.chunks] == [9, 4]
    small = Response(200, "", response.headers, BODY, chunks=(Chunk(14, 1), Chunk(2, 5)))
    assert [chunk.size for chunk in rewrite_response(small, mark_response(small), lambda _s, _w: "").chunks] == [13]


def test_every_part_is_written_again() -> None:
    """Target, fields, body, reason and trailers all have their secrets replaced; names, order and repeats stay."""
    request = Request(
        "GET", "/a?token=1&x=2", Headers.of([("Cookie", "sid=12"), ("X-Api-Key", "k"), ("x-api-key", "l")])
    )
    made = rewrite_request(request, mark_request(request), lambda secret, _why: f"<{secret}>")
    assert made.target == "/a?token=<1>&x=2"
    assert made.headers.pairs == (("Cookie", "sid=<12>"), ("X-Api-Key", "<k>"), ("x-api-key", "<l>"))
    response = Response(200, "Fine", trailers=Headers.of([("X-Auth-Token", "t"), ("X-Sum", "1")]))
    clean = rewrite_response(response, mark_response(response), lambda _s, _w: "X", lambda text: text.replace("n", "N"))
    assert clean.trailers.pairs == (("X-Auth-Token", "X"), ("X-Sum", "1"))
    assert clean.reason == "FiNe"


def test_fields_beyond_ascii_keep_their_bytes() -> None:
    """A field whose bytes are UTF-8, or none, is the same bytes around the secret."""
    utf8 = "token=pä; name=Zoë".encode().decode("latin-1")
    request = Request("GET", "/", Headers.of([("X-Note", utf8), ("X-Other", "caf\xe9 token=a1")]))
    made = rewrite_request(request, mark_request(request), lambda _s, _w: "X")
    assert made.headers.get("x-note") == "token=X; name=Zoë".encode().decode("latin-1")
    assert made.headers.get("x-other") == "caf\xe9 token=X"
    assert rewrite_request(request, Marks(), longer) is request
