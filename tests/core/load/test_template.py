"""Requests with variables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.load.template import filled, filled_body, names_in, names_in_body
from truemirror.errors import UsageError


def test_variables_of_a_target_are_filled_and_doubled_braces_are_braces() -> None:
    """In order."""
    assert list(names_in("/v1/{a}/x/{{b}}?q={c_1}")) == ["a", "c_1"]
    assert filled("/v1/{a}/x/{{b}}?q={c_1}", {"a": "1", "c_1": "2"}) == "/v1/1/x/{b}?q=2"


def test_braces_of_json_need_no_doubling_in_a_body() -> None:
    """Only known names are variables."""
    body = '{"email":"{email}","filter":{"of":{deal}},"note":"{unknown}"}'
    assert filled_body(body, {"email": "a@b", "deal": "7"}) == '{"email":"a@b","filter":{"of":7},"note":"{unknown}"}'
    assert list(names_in_body(body)) == ["email", "unknown"]


def test_a_variable_without_a_value_is_told() -> None:
    """By its name."""
    with pytest.raises(UsageError, match="'token' has no value"):
        filled("Bearer {token}", {})


@given(st.text(), st.text())
def test_a_value_is_put_in_once_and_never_read(before: str, value: str) -> None:
    """Braces in a value stay."""
    escaped = before.replace("{", "{{").replace("}", "}}")
    assert filled(escaped + "{v}", {"v": value}) == before + value
    assert filled_body('"{v}"', {"v": value}) == f'"{value}"'
