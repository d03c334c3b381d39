"""Cassettes of VCR.py and of Ruby's VCR."""

import base64
import gzip
from typing import Any

import pytest

from truemirror.core.foreign.carried import Carried, Source
from truemirror.core.foreign.vcr import read_vcr
from truemirror.core.foreign.vcr_writing import write_vcr
from truemirror.core.mirror.model import Scenario
from truemirror.core.wire.exchange import Chunk, Coding, Exchange, Fault, FaultKind, Interim, Request, Response
from truemirror.core.wire.frame import Frame, FrameKind, Side
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError


def interaction(sent: object = None, **response: Any) -> dict[str, Any]:
    """One interaction."""
    asked = {"method": "GET", "uri": "http://a.example/v1?x=1", "headers": {"Accept": ["*/*"]}, "body": sent}
    return {
        "request": asked,
        "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {}} | response,
    }


def read(*interactions: dict[str, Any], **more: Any) -> Carried:
    """What a cassette carries."""
    return read_vcr(Source("c", {"version": 1, "interactions": list(interactions), **more}))


def answer(one: dict[str, Any]) -> Response:
    """The answer of the one interaction."""
    outcome = read(one).exchanges[0].exchange.outcome
    assert isinstance(outcome, Response)
    return outcome


@pytest.mark.parametrize(
    ("body", "raw"),
    [
        ({"string": "Tromsø"}, "Tromsø".encode()),
        ({"string": b"\xff\x00"}, b"\xff\x00"),
        ({"base64_string": base64.b64encode(b"\xff\x00").decode()}, b"\xff\x00"),
        ({"encoding": "ISO-8859-1", "string": "Tromsø"}, b"Troms\xf8"),
        ({"encoding": "ASCII-8BIT", "string": "x"}, b"x"),
        ({"string": None}, b""),
        (None, b""),
        ("plain", b"plain"),
    ],
)
def test_a_body_is_read_in_all_its_forms(body: object, raw: bytes) -> None:
    """Text, bytes, base64, with an encoding, or none."""
    assert answer(interaction(response={}) | {"response": {"status": {"code": 200}, "body": body}}).body == raw


@pytest.mark.parametrize("raw", [gzip.compress(b"{}", mtime=0), b"{}"], ids=["coded", "decoded"])
def test_a_coded_body_is_content_whether_it_was_decoded_or_not(raw: bytes) -> None:
    """VCR.py keeps the header in both cases."""
    made = answer(interaction(headers={"Content-Encoding": ["gzip"]}, body={"string": raw}))
    assert (made.body, [one.name for one in made.codings]) == (b"{}", ["gzip"])


def test_headers_have_one_value_or_several() -> None:
    """Lists are repeated fields; older cassettes have plain texts."""
    made = answer(interaction(headers={"Set-Cookie": ["a=1", "b=2"], "X": "1"}))
    assert made.headers.pairs == (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X", "1"))


def test_a_cassette_of_ruby_is_read() -> None:
    """Its layout, its lower-case methods, its day."""
    one = interaction() | {"recorded_at": "Mon, 02 Mar 2026 09:00:00 GMT"}
    one["request"]["method"] = "get"
    found = read_vcr(Source("c", {"http_interactions": [one], "recorded_with": "VCR 6.0.0"}))
    assert (found.recorded, found.exchanges[0].exchange.request.method) == ("2026-03-02", "GET")
    assert found.exchanges[0].host == "a.example"


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ([interaction()], "the document"),
        ({"version": 2, "interactions": []}, "version"),
        ({"version": 1}, "interactions"),
        ({"interactions": [{"request": {"method": 1}}]}, "interactions[0].request.method"),
        ({"interactions": [interaction(body={"base64_string": "?"})]}, "interactions[0].response.body.base64_string"),
    ],
)
def test_what_is_no_cassette_is_told_with_its_place(document: object, where: str) -> None:
    """Old formats, newer ones, broken members."""
    with pytest.raises(FormatError) as caught:
        read_vcr(Source("c", document))
    assert caught.value.where == where


def test_an_interaction_without_an_answer_is_listed() -> None:
    """It is no exchange."""
    found = read(interaction(status={}))
    assert (found.exchanges, [one.part for one in found.left_out]) == ((), ["response.status.code"])


def test_what_a_cassette_cannot_hold_is_listed() -> None:
    """Faults, codings, trailers and pieces."""
    headers = Headers((("Content-Encoding", "gzip"), ("Content-Length", "22")))
    coded = Response(
        200,
        "OK",
        headers,
        b"{}",
        (Coding("gzip"),),
        trailers=Headers((("X", "1"),)),
        chunks=(Chunk(1, 1.0),),
        interims=(Interim(103),),
        frames=(Frame(Side.SERVER, FrameKind.TEXT),),
    )
    asked = Request("GET", "/", Headers((("Host", "a"),)))
    scenario = Scenario("default", (Exchange(asked, coded), Exchange(asked, Fault(FaultKind.RESET))))
    document, left = write_vcr([scenario], "", "tags")
    assert [one.part for one in left] == [
        "response.codings",
        "response.trailers",
        "response.chunks",
        "response.interims",
        "response.frames",
        "fault",
    ]
    (one,) = document["interactions"]
    assert one["response"]["headers"] == {"Content-Length": ["2"]}
    assert one["request"]["uri"] == "http://a/"
