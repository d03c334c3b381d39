"""Secrets that a stream says piece by piece."""

import json
from base64 import b64encode
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.mirror.redaction_restore import restore
from truemirror.core.mirror.redaction_stream import channels, running_texts
from truemirror.core.wire.exchange import Chunk, Exchange, Framing, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.redact import Redactor

SECRET = "zQ8vTr4LmX2pKd9WnB6cYh3J"
"""A planted password."""
LOGIN = Exchange(
    Request(
        "POST",
        "/login",
        Headers.of([("Content-Type", "application/json")]),
        json.dumps({"password": SECRET}).encode(),
    ),
    Response(204),
)


def events(*texts: str) -> bytes:
    """Texts as a chat service streams them."""
    said = (json.dumps({"id": "c1", "choices": [{"index": 0, "delta": {"content": text}}]}) for text in texts)
    return b"".join(f"data: {one}\n\n".encode() for one in said) + b"data: [DONE]\n\n"


def data_lines(*texts: str) -> bytes:
    """Texts as plain events."""
    return b"".join(f"id: 1\ndata: {text}\r\n\r\n".encode() for text in texts)


def json_lines(*texts: str) -> bytes:
    """Texts as lines of JSON."""
    return b"".join(json.dumps({"delta": [{"n": 1}, text]}).encode() + b"\n" for text in texts)


KINDS = {
    "chat": ("text/event-stream", events),
    "data": ("text/event-stream", data_lines),
    "lines": ("application/x-ndjson", json_lines),
}


def recorded(kind: str, *texts: str, knowing: bool = False) -> Response:
    """What is stored of a stream, by a recorder that knows the secret or does not."""
    media, stream = KINDS[kind]
    pieces = [stream(text) for text in texts]
    body = b"".join(pieces)
    chunks = tuple(Chunk(len(piece), float(number)) for number, piece in enumerate(pieces))
    headers = Headers.of([("Content-Type", media), ("Transfer-Encoding", "chunked")])
    redactor = Redactor()
    if knowing:
        redactor.redact(LOGIN, "s")
    answer = Response(200, "OK", headers, body, framing=Framing.CHUNKED, chunks=chunks)
    outcome = redactor.redact(Exchange(Request("GET", "/chat"), answer), "s").outcome
    assert isinstance(outcome, Response)
    return outcome


def joined(response: Response) -> str:
    """What a client that joins the pieces reads."""
    return running_texts(response.body.decode())


@pytest.mark.parametrize("kind", KINDS)
@given(cuts=st.sets(st.integers(1, len(SECRET) - 1), max_size=6))
def test_a_known_secret_is_found_however_it_is_cut(kind: str, cuts: set[int]) -> None:
    """Also letter by letter; the client that joins the pieces gets the same stand-in as ever."""
    marks = sorted({0, *cuts, len(SECRET)})
    pieces = [SECRET[start:end] for start, end in pairwise(marks)]
    response = recorded(kind, "it is ", *pieces, " indeed", knowing=True)
    login = Redactor().redact(LOGIN, "s").request
    stand = json.loads(login.body)["password"]
    assert stand in joined(response)
    assert response.body.count(b"\n") == recorded(kind, "it is ", *pieces, " indeed").body.count(b"\n")
    assert sum(chunk.size for chunk in response.chunks) == len(response.body)
    for start, end in pairwise(marks):
        if end - start > 3:
            assert SECRET[start:end].encode() not in response.body


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "texts",
    [
        ("your token=", SECRET[:9], SECRET[9:], " bye"),
        ("key: sk_li", "ve_9aF3kLm2Qx", "7ZtR8vB1nC4dE6", " ok"),
        ("-- ", "eyJhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiIxMjM0NTY3OCJ9", ".c2lnbmF0dXJlLW9mLTQz", " --"),
        ("see https://ada:", "Hy7x!pw", "12@db/x now", ""),
    ],
)
def test_secrets_that_tell_themselves_are_found_in_pieces(kind: str, texts: tuple[str, ...]) -> None:
    """By their name, their shape or their place in an address."""
    response = recorded(kind, *texts)
    assert "7e57ab1e" in joined(response)
    for piece in (SECRET[9:], "7ZtR8vB1nC4dE6", "c2lnbmF0dXJlLW9mLTQz", "Hy7x!pw"):
        assert piece not in response.body.decode()


def test_arguments_that_are_streamed_as_json_are_read_as_json() -> None:
    """A call's arguments come as pieces of a document."""
    response = recorded("chat", '{"user": "ada", "pass', 'word": "Som', "mer20", '24!"}')
    assert "Som" not in joined(response)
    assert "mer20" not in joined(response)
    assert '"user": "ada"' in joined(response).replace("\\", "")


def test_tokens_of_their_own_events_stay_tokens_of_their_own() -> None:
    """Each is handed out, and brought back, by itself."""
    tokens = ["tok_4eC39HqLyjWDarjtT1zdp7", "tok_8gR21MqLyjWKarjsT5zdp2"]
    body = json_lines(*tokens)
    redactor = Redactor()
    headers = Headers.of([("Content-Type", "application/x-ndjson")])
    outcome = redactor.redact(Exchange(Request("GET", "/"), Response(200, "OK", headers, body)), "s").outcome
    assert isinstance(outcome, Response)
    stands = [json.loads(line)["delta"][1] for line in outcome.body.splitlines()]
    assert [stand[:12] for stand in stands] == ["tok_7e57ab1e"] * 2
    brought = Request("GET", f"/by/{tokens[1]}")
    assert stands[1] in redactor.redact_request(brought).request.target


@pytest.mark.parametrize("kind", KINDS)
def test_identifiers_are_no_secrets_when_they_are_joined(kind: str) -> None:
    """Chance does not count in a channel: rows of ids are full of it."""
    media, stream = KINDS[kind]
    body = b"".join(stream(f"a{number}Bx9") for number in range(50))
    exchange = Exchange(Request("GET", "/"), Response(200, "OK", Headers.of([("Content-Type", media)]), body))
    assert Redactor().redact(exchange, "s") is exchange


@given(st.binary(max_size=80) | st.text('{}[],:"\\ua1\n data', max_size=80).map(str.encode))
def test_no_bytes_break_it(body: bytes) -> None:
    """Whatever a stream says, it is read to its end, and every piece is where the body says it."""
    text = body.decode("utf-8", "surrogateescape")
    for channel in channels(text):
        for piece in channel.pieces:
            assert text[piece.start : piece.start + len(piece.raw)] == piece.raw
    for media, _ in KINDS.values():
        headers = Headers.of([("Content-Type", media)])
        Redactor().redact(Exchange(Request("GET", "/"), Response(200, "OK", headers, body)), "s")


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_gets_its_own_secret_back_in_pieces(kind: str) -> None:
    """What was streamed to it is streamed again, to the byte."""
    media, stream = KINDS[kind]
    body = b"".join(map(stream, ("it is ", SECRET[:5], SECRET[5:15], SECRET[15:], " indeed")))
    request = Request("GET", "/chat", Headers.of([("X-Api-Key", SECRET)]))
    answer = Response(200, "OK", Headers.of([("Content-Type", media)]), body)
    stored = Redactor().redact(Exchange(request, answer), "s").outcome
    assert isinstance(stored, Response)
    assert SECRET[5:15].encode() not in stored.body
    assert restore(stored, Redactor().redact_request(request).live) == answer


def test_a_token_in_base64_over_several_events_goes_as_a_whole() -> None:
    """What is encoded cannot be cut without breaking it."""
    hidden = b64encode(b'{"password": "Hy7x-pw-1843-zz"}').decode()
    response = recorded("chat", "it is ", hidden[:15], hidden[15:], " ok")
    assert hidden[:15] not in joined(response)
    assert hidden[15:] not in joined(response)
