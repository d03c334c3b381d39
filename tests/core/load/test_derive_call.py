"""A recorded request becomes a template, and nothing in it changes by accident."""

import json

from hypothesis import given
from hypothesis import strategies as st
from tests.core.load.recorded import JSON, call

from truemirror.core.load.derive_call import braced, call_of, unsendable
from truemirror.core.load.derive_values import Use
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.headers import Headers


def test_variables_stand_in_braces_where_values_were() -> None:
    """In the path, the query, the header and the body."""
    request = call("POST /v1/deals/d42?after=c1x", {"id": 10042, "name": "x"}, token="tok_1").request
    uses = [
        Use("path:2", "deal_id"),
        Use("query:after", "cursor"),
        Use("header:Authorization", "token"),
        Use("body:/id", "number"),
        Use("body:/name", "name"),
    ]
    made = call_of("deals", request, uses, {"a": "body:/a"}, 201, 0.5)
    assert (made.target, made.body) == ("/v1/deals/{deal_id}?after={cursor}", '{"id":{number},"name":"{name}"}')
    assert dict(made.headers) == {"Content-Type": "application/json", "Authorization": "Bearer {token}"}
    assert (made.operation, made.expects, made.think) == ("POST /v1/deals/{}", (201,), 0.5)


def test_braces_that_were_sent_are_written_twice_but_in_json() -> None:
    """So that no text that was sent is taken for a variable."""
    request = Request("POST", "/v1/a{b}?q={x}", Headers((JSON,)), b'{"a": 1}')
    made = call_of("deals", request, [], {}, 200, 0.0)
    assert (made.target, made.body) == ("/v1/a{{b}}?q={{x}}", '{"a": 1}')


def test_an_address_is_the_beginning_of_a_path() -> None:
    """What a Location gave stands for the path up to its last step."""
    request = call("GET /v1/deals/7/tags?limit=2").request
    made = call_of("deals", request, [Use("path:2", "deal_address", is_address=True)], {}, 200, 0.0)
    assert (made.target, made.operation) == ("{deal_address}/tags?limit=2", "GET /v1/deals/{}/tags")


def test_what_is_no_text_cannot_be_sent_again() -> None:
    """A binary body and a switch of protocols are told, not guessed at."""
    assert unsendable(Request("POST", "/a", body=b"\xff\xfe"))
    assert unsendable(Request("GET", "/a", Headers((("Upgrade", "websocket"),))))
    assert not unsendable(Request("GET", "/a"))


@given(st.text())
def test_a_text_with_braces_comes_back(text: str) -> None:
    """What is written twice is read once."""
    assert braced(text).replace("{{", "{").replace("}}", "}") == text or "{" in text or "}" in text


@given(st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1), st.text("ab")))
def test_only_the_named_place_of_a_body_changes(document: dict[str, str]) -> None:
    """Everything else of a JSON body keeps its value."""
    request = call("POST /v1/a", {"inner": {"id": "x1"}, "rest": document}).request
    made = call_of("deals", request, [Use("body:/inner/id", "x_id")], {}, 200, 0.0)
    assert json.loads(made.body) == {"inner": {"id": "{x_id}"}, "rest": document}
