"""Collections of Postman."""

from typing import Any

import pytest

from truemirror.core.foreign.carried import Carried, Source
from truemirror.core.foreign.postman import read_postman
from truemirror.core.wire.exchange import Response
from truemirror.errors import FormatError

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def item(request: Any, *examples: dict[str, Any], name: str = "tags") -> dict[str, Any]:
    """A request with examples."""
    return {"name": name, "request": request, "response": list(examples)}


def example(**parts: Any) -> dict[str, Any]:
    """A saved example."""
    header = [{"key": "Content-Type", "value": "application/json"}]
    return {"name": "ok", "code": 200, "status": "OK", "header": header, "body": "{}", **parts}


def read(*items: dict[str, Any], **variables: str) -> Carried:
    """What a collection carries."""
    told = [{"key": key, "value": value} for key, value in variables.items()]
    return read_postman(Source("c", {"info": {"schema": SCHEMA}, "item": list(items), "variable": told}))


def test_an_example_is_an_exchange() -> None:
    """Variables filled in, from within folders."""
    url = {
        "raw": "{{base}}/v1/tags/:id?a=1", "variable": [{"key": "id", "value": "t1"}],
        "query": [{"key": "a", "value": "1"}],
    }  # fmt: skip
    asked = {
        "method": "PUT",
        "url": url,
        "header": [{"key": "X", "value": "{{x}}"}],
        "body": {"mode": "raw", "raw": "{{x}}"},
    }
    folder = {"name": "folder", "item": [item(asked, example(originalRequest=asked, responseTime=12))]}
    found = read(folder, base="https://tags.example", x="7")
    assert found.left_out == ()
    (one,) = found.exchanges
    request = one.exchange.request
    assert (request.method, request.target, one.host) == ("PUT", "/v1/tags/t1?a=1", "tags.example")
    assert (request.body, request.headers.get("x"), one.exchange.elapsed_ms) == (b"7", "7", 12)
    assert isinstance(one.exchange.outcome, Response)
    assert (one.exchange.outcome.status, one.exchange.outcome.body) == (200, b"{}")


@pytest.mark.parametrize(
    ("body", "raw", "kind"),
    [
        (
            {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1 2"}]},
            b"a=1+2",
            "application/x-www-form-urlencoded",
        ),
        ({"mode": "raw", "raw": "{}", "options": {"raw": {"language": "json"}}}, b"{}", "application/json"),
        (
            {"mode": "graphql", "graphql": {"query": "{a}", "variables": ""}},
            b'{"query":"{a}","variables":{}}',
            "application/json",
        ),
        ({"mode": "raw", "raw": "x", "disabled": True}, b"", None),
    ],
)
def test_a_body_is_sent_as_postman_sends_it(body: dict[str, Any], raw: bytes, kind: str | None) -> None:
    """In each of its modes."""
    (one,) = read(item({"method": "POST", "url": "http://a/x", "body": body}, example())).exchanges
    assert (one.exchange.request.body, one.exchange.request.headers.get("content-type")) == (raw, kind)


def test_form_data_is_multipart_and_its_files_are_listed() -> None:
    """The file is not in the collection."""
    fields = [{"key": "a", "value": "1"}, {"key": "f", "type": "file", "src": "/etc/passwd"}]
    found = read(
        item({"method": "POST", "url": "http://a/x", "body": {"mode": "formdata", "formdata": fields}}, example())
    )
    assert b'name="a"\r\n\r\n1\r\n' in found.exchanges[0].exchange.request.body
    assert [one.part for one in found.left_out] == ["request.body (f)"]


def test_what_is_switched_off_is_not_sent() -> None:
    """Parameters and headers."""
    url = {
        "raw": "http://a/x?a=1&b=2", "protocol": "http", "host": ["a"], "path": ["x"],
        "query": [{"key": "a", "value": "1"}, {"key": "b", "value": "2", "disabled": True}],
    }  # fmt: skip
    asked = {"url": url, "header": [{"key": "X", "value": "1", "disabled": True}]}
    (one,) = read(item(asked, example())).exchanges
    assert (one.exchange.request.target, "x" in one.exchange.request.headers) == ("/x?a=1", False)


@pytest.mark.parametrize(
    ("one", "part"),
    [
        (item({"url": "http://a/x"}), "response"),
        (item({"url": "http://a/x"}, example(code=None)), "response.code"),
        (item({"method": "GET"}, example()), "request.url"),
    ],
)
def test_what_gives_no_exchange_is_listed(one: dict[str, Any], part: str) -> None:
    """With what to do."""
    found = read(one)
    assert (found.exchanges, [(told.part, told.whole) for told in found.left_out]) == ((), [(part, True)])


def test_an_unknown_variable_is_listed() -> None:
    """In a header the part stays; in a path there is no request."""
    found = read(item({"url": "http://a/x", "header": [{"key": "X", "value": "{{token}}"}]}, example()))
    assert [(one.part, one.whole) for one in found.left_out] == [("request.header", False)]
    assert read(item({"url": "http://a/{{id}}"}, example())).exchanges == ()


def test_scripts_are_listed_and_never_run() -> None:
    """They are code."""
    one = item({"url": "http://a/x"}, example()) | {"event": [{"listen": "test", "script": {"exec": ["pm.test()"]}}]}
    assert [told.part for told in read(one).left_out] == ["event"]


@pytest.mark.parametrize(
    "document", [[], {}, {"info": {"schema": "https://x/v1.0.0/"}, "item": []}, {"info": {"schema": SCHEMA}, "item": 5}]
)
def test_what_is_no_collection_is_refused(document: object) -> None:
    """Never with a traceback."""
    with pytest.raises(FormatError):
        read_postman(Source("c", document))


def test_folders_without_end_are_refused() -> None:
    """Bounded, whatever the file."""
    deep: dict[str, Any] = item({"url": "http://a/x"}, example())
    for _ in range(60):
        deep = {"name": "f", "item": [deep]}
    with pytest.raises(FormatError, match="deeper"):
        read(deep)
