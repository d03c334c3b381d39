"""Requests with variables in them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.adapters.locust.template import Request


def built(method: str = "GET", target: str = "/", body: str = "", **values: str) -> bytes:
    """A request with those variables known and given."""
    return Request(method, target, (), body, frozenset(values), "there:80").built(values)


def test_a_request_is_written_whole() -> None:
    """Line, host, its own headers, length, body."""
    request = Request(
        "POST", "/v1/{id}", (("X-Token", "{token}"), ("Host", "x")), '{"a": 1}', {"id", "token"}, "there:80"
    )
    assert request.built({"id": "7", "token": "t"}) == (
        b"POST /v1/7 HTTP/1.1\r\nHost: there:80\r\nX-Token: t\r\nContent-Type: application/json\r\n"
        b'Content-Length: 8\r\n\r\n{"a": 1}'
    )


def test_a_get_without_a_body_has_no_length() -> None:
    """As clients send it; and a prefix of the service's address stands before its path."""
    request = Request("GET", "/a?b=1", (), "", (), "there", "/base")
    assert request.built({}) == b"GET /base/a?b=1 HTTP/1.1\r\nHost: there\r\n\r\n"


def test_braces_that_are_doubled_are_braces_but_not_in_bodies() -> None:
    """JSON ends with two of them often enough."""
    assert built(target="/{{id}}/{id}", id="7").startswith(b"GET /{id}/7 ")
    assert built("POST", body='{"a":{"b":"{id}"}}', id="7").endswith(b'{"a":{"b":"7"}}')


def test_only_known_names_are_variables() -> None:
    """What is in braces and not known stays."""
    assert built("POST", body='{word} {"id"}', id="7").endswith(b'{word} {"id"}')


def test_a_variable_without_a_value_is_missed() -> None:
    """Nothing is sent in its place."""
    with pytest.raises(KeyError):
        Request("GET", "/{id}", (), "", {"id"}, "there").built({})


@pytest.mark.parametrize(
    ("location", "target"),
    [("http://else:1/v1/7?a=b", "/v1/7?a=b"), ("/v1/7?a=b&c", "/v1/7?a=b&c"), ("v1", "/v1")],
)
def test_a_location_may_be_the_whole_target(location: str, target: str) -> None:
    """Its host does not count: where a service is, the run says."""
    assert built(target="{location}", location=location).startswith(f"GET {target} HTTP/1.1".encode())


@given(st.text(), st.sampled_from(["/v1/{value}", "/v1?a={value}&b=1", "{value}"]))
def test_no_value_leaves_the_line_it_stands_in(value: str, target: str) -> None:
    """Neither a space, nor an end of line, nor another parameter."""
    line, _, rest = built(target=target, value=value).partition(b"\r\n")
    assert line.count(b" ") == 2
    assert b"\n" not in line
    assert rest == b"Host: there:80\r\n\r\n"
    if target.endswith("b=1"):
        assert line.count(b"&") == 1


@given(st.text())
def test_no_value_leaves_its_header(value: str) -> None:
    """What could end a header is taken out."""
    request = Request("GET", "/", (("X-Value", "{value}"),), "", {"value"}, "there").built({"value": value})
    assert request.count(b"\r\n") == 4
    assert request.count(b"\n") == 4


@given(st.text())
def test_a_value_in_a_json_string_is_that_string(value: str) -> None:
    """Quotes and all."""
    body = built("POST", body='{"value": "{value}"}', value=value).partition(b"\r\n\r\n")[2]
    assert json.loads(body) == {"value": value}
