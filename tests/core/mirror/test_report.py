"""What a person or a program reads when there is no recording."""

import json
import re

import pytest

from truemirror.core.mirror.index import NoHit, build_index
from truemirror.core.mirror.miss import Miss, explain
from truemirror.core.mirror.model import Ignore, Mirror, MirrorRules, Noise, Scenario
from truemirror.core.mirror.report import accept_lines, miss_document, miss_lines, miss_message, noise_lines
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.replay import Replayer

ONE, TWO = "0c1f7c32-5c1f-4b8e-9a51-3f0f3d2f6d01", "9d8f2b64-1111-4222-8333-abcdefabcdef"


def mirror(*targets: str, rules: MirrorRules | None = None) -> Mirror:
    """A mirror that knows these GETs."""
    exchanges = tuple(Exchange(Request("GET", target), Response(200)) for target in targets)
    return Mirror("tags", "1.0.0", (Scenario("ada", exchanges),), rules or MirrorRules())


def miss(known: Mirror, request: Request) -> Miss:
    """Why a mirror does not know a request."""
    index = build_index(known)
    found = index.find(request)
    assert isinstance(found, NoHit)
    return explain(index, found)


def test_a_miss_names_operation_nearest_recording_and_difference() -> None:
    """Everything that is needed to act is in the lines."""
    lines = miss_lines(miss(mirror("/v1/tags?page=1"), Request("GET", "/v1/tags?page=2")))
    assert lines == [
        "no recording answers GET /v1/tags?page=2: tags has 1 recording of GET /v1/tags, all different",
        "  nearest: GET /v1/tags?page=1  (scenario ada, exchange 1)",
        "    query:page: recorded 1, got 2",
        '  accept the difference: paste into "ignore" of the mirror.json of tags',
        '    {"operation": "GET /v1/tags", "part": "query:page", "why": "say here why it does not count"}',
        "  record it: truemirror serve tags --mode record-missing --upstream tags=URL",
    ]


def test_the_document_holds_the_same_in_the_shape_of_an_error() -> None:
    """A program finds code and message where all errors have them."""
    error = miss_document(miss(mirror("/v1/tags?page=1"), Request("GET", "/v1/tags?page=2")))["error"]
    assert error["code"] == "mirror_miss"
    assert error["operation"] == "GET /v1/tags"
    assert error["nearest"] == [
        {
            "request": "GET /v1/tags?page=1",
            "scenario": "ada",
            "exchange": 1,
            "differences": [{"part": "query:page", "recorded": "1", "got": "2", "ignorable": True}],
        }
    ]
    assert json.loads(json.dumps(error)) == error


def test_the_line_to_paste_makes_the_request_known() -> None:
    """Pasted as it is, the rule lets the nearest recording answer."""
    request = Request("GET", "/v1/tags?page=2", Headers((("Accept", "text/plain"),)))
    rules = tuple(Ignore(**json.loads(line)) for line in accept_lines(miss(mirror("/v1/tags?page=1"), request)))
    assert {rule.part for rule in rules} == {"query:page", "header:accept"}
    replayer = Replayer(mirror("/v1/tags?page=1", rules=MirrorRules(rules)))
    replayer.answer(request)
    assert replayer.tally.relaxed == 1


@pytest.mark.parametrize(
    ("recorded", "asked", "parts"),
    [
        (f"/v1/tags?id={ONE}", f"/v1/tags?id={TWO}", ["query:id uuid"]),
        (f"/v1/tags/{ONE}", f"/v1/tags/{TWO}", ["path:2 uuid"]),
        ("/v1/tags?at=2026-01-01T00:00:00Z&p=1", "/v1/tags?at=2026-02-02T00:00:00Z&p=2", ["query:at date-time"]),
        (f"/v1/tags?id={ONE}", "/v1/tags?id=7", []),
        ("/v1/tags?page=1", "/v1/tags?page=2", []),
        (f"/v1/tags/{ONE}/of/d1", f"/v1/tags/{TWO}/of/d2", []),
    ],
)
def test_values_of_one_kind_are_offered_as_noise_that_lets_them_vary(
    recorded: str, asked: str, parts: list[str]
) -> None:
    """Beside the line that ignores the part; where both are UUIDs or times, never for numbers and words."""
    told = miss(mirror(recorded), Request("GET", asked))
    rules = tuple(Noise(**json.loads(line)) for line in noise_lines(told))
    assert [f"{rule.part} {rule.kind}" for rule in rules] == parts
    assert any('paste into "noise"' in line for line in miss_lines(told)) == bool(parts)
    assert not any("truemirror flow" in line for line in miss_lines(told))  # a read makes nothing
    if parts and "&" not in asked:
        replayer = Replayer(mirror(recorded, rules=MirrorRules(noise=rules)))
        replayer.answer(Request("GET", asked))
        assert replayer.tally.relaxed == 1


def test_fields_of_forms_are_told_apart() -> None:
    """By their names, as attributes of JSON are."""
    form = Headers((("Content-Type", "application/x-www-form-urlencoded"),))
    known = Exchange(Request("POST", "/v1/tags", form, f"key={ONE}&n=1".encode()), Response(200))
    told = miss(
        Mirror("tags", scenarios=(Scenario("ada", (known,)),)),
        Request("POST", "/v1/tags", form, f"key={TWO}&n=1".encode()),
    )
    assert [difference.part for difference in told.nearest[0].differences] == ["body:/key"]
    assert any("truemirror flow tags --write" in line for line in miss_lines(told))
    assert [json.loads(line)["part"] for line in noise_lines(told)] == ["body:/key"]


def upload(boundary: str, *parts: tuple[str, bytes]) -> Request:
    """A request that sends parts by name."""
    pieces = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + content + b"\r\n"
        for name, content in parts
    ]
    field = Headers((("Content-Type", f"multipart/form-data; boundary={boundary}"),))
    return Request("POST", "/v1/tags", field, b"".join(pieces) + f"--{boundary}--\r\n".encode())


def test_parts_of_a_multipart_body_are_told_apart() -> None:
    """Only those that differ, by their headers and a hash in letters; never by raw bytes."""
    known = Exchange(upload("aa", ("colour", b"red"), ("file", b"\x00\x1b[31m")), Response(200))
    tags = Mirror("tags", scenarios=(Scenario("ada", (known,)),))
    (told,) = miss(tags, upload("bb", ("colour", b"red"), ("file", b"\x89PNG"))).nearest[0].differences
    assert told.part == "body"
    for text in (told.recorded, told.got):
        assert re.fullmatch(r'name="file" \(content [0-9a-f]{8}\)', text)
    assert told.recorded != told.got
    (told,) = miss(tags, upload("bb", ("colour", b"red"))).nearest[0].differences
    assert (told.recorded[:11], told.got) == ('name="file"', "(absent)")


def test_an_empty_value_is_told_from_none() -> None:
    """`c=` was recorded, `c` came."""
    lines = miss_lines(miss(mirror("/v1/tags?c="), Request("GET", "/v1/tags?c")))
    assert "    query:c: recorded (empty), got (no value)" in lines


def test_no_rule_is_offered_where_none_would_help() -> None:
    """A difference of the path cannot be declared away."""
    told = miss(mirror("/v1/tags/1"), Request("GET", "/v1/tags/2"))
    assert list(accept_lines(told)) == []
    assert not any("paste" in line for line in miss_lines(told))


def test_an_operation_that_was_never_recorded_is_told_from_one_that_was() -> None:
    """The reader learns which operations are similar."""
    told = miss(mirror("/v1/tags"), Request("GET", "/v1/tag"))
    assert miss_message(told) == "no recording answers GET /v1/tag: GET /v1/tag of tags was never recorded"
    assert "  recorded operations with similar names: GET /v1/tags" in miss_lines(told)


def test_several_recordings_are_counted() -> None:
    """The count is of the operation, not of what is shown."""
    told = miss(mirror(*(f"/v1/tags/{number}" for number in range(9))), Request("GET", "/v1/tags/77"))
    assert "tags has 9 recordings of GET /v1/tags/{}" in miss_message(told)
    assert len(miss_document(told)["error"]["nearest"]) == 3


def test_a_recording_that_may_not_answer_is_told_with_the_reason() -> None:
    """In strict mode a recording may exist and still not answer; looking for differences would mislead."""
    exchanges = (
        Exchange(Request("POST", "/v1/tags"), Response(201)),
        Exchange(Request("GET", "/v1/tags"), Response(200)),
    )
    replayer = Replayer(Mirror("tags", scenarios=(Scenario("ada", exchanges),)), strict=True)
    replayer.answer(Request("GET", "/v1/tags"))
    assert miss_lines(replayer.tally.missed[0]) == [
        "the recording of GET /v1/tags in the mirror of tags may not answer: "
        "it lies behind 1 recorded write that this session has not made"
    ]


def test_a_stale_mirror_that_refuses_says_why() -> None:
    """The reason is the one for which it is stale."""
    replayer = Replayer(mirror("/v1/tags"), stale="it is 99 days old", refuse_stale=True)
    replayer.answer(Request("GET", "/v1/tags"))
    assert miss_document(replayer.tally.missed[0])["error"]["reason"] == "the mirror is stale: it is 99 days old"
