"""Values that answers give."""

import pytest

from truemirror.adapters.locust.taking import NotThere, Takes, takes_of
from truemirror.core.load.profile import Call
from truemirror.errors import ConfigError

BODY = b'{"token": "t-1", "items": [{"id": 7}], "a/b": {"~": true}, "none": null}'
HEADERS = [("Location", "/v1/7"), ("Set-Cookie", "sid=abc; HttpOnly"), ("set-cookie", "other=1")]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("body:/token", "t-1"),
        ("body:/items/0/id", "7"),
        ("body:/a~1b/~0", "true"),
        ("body:/items", '[{"id":7}]'),
        ("header:location", "/v1/7"),
        ("cookie:sid", "abc"),
        ("cookie:other", "1"),
    ],
)
def test_a_value_is_where_it_was_said_to_be(place: str, value: str) -> None:
    """A JSON pointer, a header in any case, a cookie."""
    assert Takes({"value": place}).values(BODY, HEADERS) == {"value": value}


@pytest.mark.parametrize(
    "place", ["body:/nothing", "body:/items/1", "body:/items/x", "body:/token/x", "body:/none", "header:x", "cookie:x"]
)
def test_a_value_that_is_not_there_is_named(place: str) -> None:
    """Nothing is guessed; null is no value."""
    with pytest.raises(NotThere, match="token"):
        Takes({"token": place}).values(BODY, HEADERS)


def test_a_body_that_is_no_json_has_no_values() -> None:
    """An error page in the place of an answer."""
    with pytest.raises(NotThere, match="token"):
        Takes({"token": "body:/token"}).values(b"<html>", [])


@pytest.mark.parametrize("place", ["token", "body:token", "header:", "query:x"])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigError, match=r"takes\.token"):
        Takes({"token": place})


def test_headers_are_read_only_where_a_value_lies_in_one() -> None:
    """Reading them costs."""
    assert takes_of(Call("s", "GET /", "GET", "/")) is None
    assert not Takes({"token": "body:/token"}).needs_headers
    assert Takes({"sid": "cookie:sid"}).needs_headers
