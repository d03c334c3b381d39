"""Archives as browsers and proxies write them."""

import base64
from typing import Any

import pytest

from truemirror.core.foreign.carried import Carried, Source
from truemirror.core.foreign.har import read_har
from truemirror.core.wire.exchange import Coding, Exchange, Fault, FaultKind, Response
from truemirror.errors import FormatError


def entry(url: str = "https://api.example/v1/tags", **parts: Any) -> dict[str, Any]:
    """An entry with some parts replaced."""
    asked = {"method": "GET", "url": url, "headers": [], **parts.pop("request", {})}
    answered = {"status": 200, "statusText": "OK", "headers": [], "content": {"size": 2, "text": "{}"}}
    return {"time": 7, "request": asked, "response": answered | parts.pop("response", {}), **parts}


def carried(*entries: dict[str, Any], creator: str = "browser") -> Carried:
    """What an archive with these entries carries."""
    return read_har(Source("a", {"log": {"creator": {"name": creator, "version": "1"}, "entries": list(entries)}}))


def only(one: dict[str, Any]) -> Exchange:
    """The exchange of the one entry, of which nothing is left out."""
    found = carried(one)
    assert found.left_out == ()
    return found.exchanges[0].exchange


def answer(one: dict[str, Any]) -> Response:
    """The answer of the one entry."""
    outcome = only(one).outcome
    assert isinstance(outcome, Response)
    return outcome


def left(one: dict[str, Any]) -> tuple[str, str, bool]:
    """Place, reason and extent of the one thing left out."""
    (told,) = carried(one).left_out
    return told.part, told.why, told.whole


def test_pseudo_headers_are_no_fields() -> None:
    """The authority becomes the Host."""
    pairs = [
        {"name": ":authority", "value": "api.example"},
        {"name": ":path", "value": "/x"},
        {"name": "a", "value": "1"},
    ]
    assert only(entry(request={"headers": pairs})).request.headers.pairs == (("Host", "api.example"), ("a", "1"))


def test_set_cookies_on_several_lines_are_several_fields() -> None:
    """Browsers join repeated fields by line breaks."""
    pairs = [{"name": "Set-Cookie", "value": "a=1\nb=2"}]
    assert answer(entry(response={"headers": pairs})).headers.all("set-cookie") == ("a=1", "b=2")


def test_decoded_content_keeps_its_coding_as_data() -> None:
    """The body is content; the coding goes on again when it is replayed."""
    made = answer(entry(response={"headers": [{"name": "Content-Encoding", "value": "br"}]}))
    assert (made.body, made.codings) == (b"{}", (Coding("br"),))


def test_bytes_come_from_base64() -> None:
    """Binary content is what it was."""
    text = base64.b64encode(bytes(range(256))).decode()
    assert answer(entry(response={"content": {"size": 256, "text": text, "encoding": "base64"}})).body == bytes(
        range(256)
    )


def test_text_goes_back_to_its_charset() -> None:
    """The bytes are those of the wire, not of the archive."""
    pairs = [{"name": "Content-Type", "value": "text/plain; charset=iso-8859-1"}]
    assert answer(entry(response={"headers": pairs, "content": {"size": 6, "text": "Tromsø"}})).body == b"Troms\xf8"


@pytest.mark.parametrize("charset", ["hex", "rot13", "idna", "unicode_escape", "utf-7", "nonsense"])
def test_a_charset_that_is_none_is_utf_8(charset: str) -> None:
    """What Python knows beyond character sets is never applied."""
    pairs = [{"name": "Content-Type", "value": f"text/plain; charset={charset}"}]
    assert (
        answer(entry(response={"headers": pairs, "content": {"size": 7, "text": "Tromsø"}})).body == "Tromsø".encode()
    )


@pytest.mark.parametrize(("status", "method"), [(204, "GET"), (304, "GET"), (200, "HEAD"), (302, "GET")])
def test_an_answer_that_has_no_body_needs_none(status: int, method: str) -> None:
    """Nothing is missing."""
    one = entry(request={"method": method}, response={"status": status, "bodySize": 40, "content": {"size": 0}})
    assert answer(one).body == b""


@pytest.mark.parametrize(
    ("response", "why"),
    [
        ({"content": {"size": 40, "mimeType": "text/html"}}, "40 bytes, but does not hold them"),
        ({"content": {}, "bodySize": 12}, "12 bytes, but does not hold them"),
        ({"content": {"size": 40, "text": "short"}}, "cut short: 5 of 40 bytes"),
    ],
)
def test_content_that_is_not_whole_is_listed(response: dict[str, Any], why: str) -> None:
    """An archive without contents gives no empty answers."""
    part, told, whole = left(entry(response=response))
    assert (part, whole) == ("response.content.text", True)
    assert why in told


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("net::ERR_CONNECTION_REFUSED", FaultKind.REFUSED),
        ("net::ERR_NAME_NOT_RESOLVED", FaultKind.UNRESOLVED),
        ("net::ERR_CONNECTION_RESET", FaultKind.RESET),
        ("net::ERR_TIMED_OUT", FaultKind.TIMEOUT),
        ("net::ERR_EMPTY_RESPONSE", FaultKind.EMPTY),
        ("net::ERR_CERT_DATE_INVALID", FaultKind.TLS),
        ("NS_ERROR_NET_RESET", FaultKind.RESET),
    ],
)
def test_an_entry_without_an_answer_is_a_fault(error: str, kind: FaultKind) -> None:
    """Browsers write status 0 and what went wrong, in the response or beside it."""
    for one in (entry(response={"status": 0}, _error=error), entry(response={"status": 0, "_error": error})):
        outcome = only(one).outcome
        assert isinstance(outcome, Fault)
        assert outcome.kind is kind


def test_an_answer_that_broke_off_is_truncated() -> None:
    """What had arrived is kept."""
    one = entry(response={"content": {"size": 40, "text": "short"}}, _error="net::ERR_CONTENT_LENGTH_MISMATCH")
    outcome = only(one).outcome
    assert isinstance(outcome, Fault)
    assert outcome.partial is not None
    assert (outcome.kind, outcome.partial.body) == (FaultKind.TRUNCATED, b"short")


def test_a_failure_without_a_reason_is_carried_and_told() -> None:
    """It is a connection that closed, and the list says that this is a guess."""
    found = carried(entry(response={"status": 0}))
    assert isinstance(found.exchanges[0].exchange.outcome, Fault)
    assert [(one.part, one.whole) for one in found.left_out] == [("response.status", False)]


@pytest.mark.parametrize(
    ("one", "part"),
    [
        (entry(response={"status": 0}, _error="net::ERR_ABORTED"), "_error"),
        (entry(response={"status": 0}, _error="net::ERR_BLOCKED_BY_CLIENT"), "_error"),
        (entry("data:text/plain,x"), None),
        (entry("wss://api.example/live"), "request.url"),
        (entry(response={"status": 101}), "_webSocketMessages"),
    ],
)
def test_what_is_no_exchange_is_listed(one: dict[str, Any], part: str | None) -> None:
    """The client's own doing, other schemes, WebSockets."""
    found = carried(one)
    assert found.exchanges == ()
    assert [told.part for told in found.left_out] == [part or "request.url"]


def test_a_form_is_put_together_from_its_parameters() -> None:
    """As the browser sent it."""
    posted = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "a b", "value": "ü"}, {"name": "c", "value": ""}],
    }
    request = only(entry(request={"method": "POST", "postData": posted})).request
    assert (request.body, request.headers.get("content-type")) == (
        b"a+b=%C3%BC&c=",
        "application/x-www-form-urlencoded",
    )


def test_a_multipart_form_keeps_its_boundary_and_names_missing_files() -> None:
    """Files are not in archives."""
    posted = {
        "mimeType": "multipart/form-data; boundary=xyz",
        "params": [{"name": "a", "value": "1"}, {"name": "f", "fileName": "f.png", "contentType": "image/png"}],
    }
    found = carried(entry(request={"method": "POST", "postData": posted}))
    request = found.exchanges[0].exchange.request
    assert request.body.startswith(b'--xyz\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--xyz\r\n')
    assert request.body.endswith(b"--xyz--\r\n")
    assert [one.why for one in found.left_out] == ["the file's content is not in the archive"]


def test_a_body_that_was_not_saved_has_an_ignore_rule_on_offer() -> None:
    """And is listed."""
    found = carried(entry(request={"method": "POST", "bodySize": 12}))
    assert [(one.operation, one.part) for one in found.ignores] == [("POST /v1/tags", "body")]
    assert [one.part for one in found.left_out] == ["request.postData"]


def test_cookies_that_headers_were_cleaned_of_come_back() -> None:
    """Archives are saved without sensitive headers, but with the cookies listed."""
    one = entry(request={"cookies": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]})
    assert only(one).request.headers.get("cookie") == "a=1; b=2"


def test_entries_are_in_order_of_their_times() -> None:
    """Tools write them as answers end."""
    later = entry("http://a/2", startedDateTime="2026-03-02T10:00:01+01:00")
    earlier = entry("http://a/1", startedDateTime="2026-03-02T09:00:00Z")
    found = carried(later, earlier)
    assert [one.exchange.request.target for one in found.exchanges] == ["/1", "/2"]
    assert found.recorded == "2026-03-02"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://a", "/"),
        ("http://a?b=c", "/?b=c"),
        ("http://u:p@a/x#part", "/x"),
        ("http://a/ø x", "/%C3%B8%20x"),
        ("http://a/%c3%B8?a&b=&a=1", "/%c3%B8?a&b=&a=1"),
        ("http://a/x\r\nInjected: 1", "/x%0D%0AInjected:%201"),
    ],
)
def test_a_target_is_as_it_travels(url: str, target: str) -> None:
    """From the slash on, in ASCII, nothing made neat."""
    request = only(entry(url)).request
    assert (request.target, request.headers.get("host")) == (target, "a")


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ([], "the document"),
        ({}, "log.entries"),
        ({"log": {"entries": 5}}, "log.entries"),
        ({"log": {"entries": [{"request": []}]}}, "log.entries[0].request"),
        ({"log": {"entries": [entry(response={"status": "many"})]}}, "log.entries[0].response.status"),
        ({"log": {"entries": [entry(request={"headers": [{"name": 1}]})]}}, "log.entries[0].request.headers[0].name"),
        (
            {"log": {"entries": [entry(response={"content": {"text": "?", "encoding": "base64"}})]}},
            "log.entries[0].response.content.text",
        ),
    ],
)
def test_a_document_that_is_no_archive_is_told_with_its_place(document: object, where: str) -> None:
    """Which member, of what."""
    with pytest.raises(FormatError) as caught:
        read_har(Source("a", document))
    assert caught.value.where == where
