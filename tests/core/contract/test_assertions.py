"""Helpers of tests."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.contract.json_strategies import values

from truemirror.core.contract.assertions import error_code, error_shape_findings, missing_attributes
from truemirror.errors import UsageError

DEAL = {"id": "d1", "owner": {"name": None}, "items": [{"id": 1, "tags": []}, {"tags": [{"id": 2}]}], "": {"x": 1}}


@pytest.mark.parametrize(
    ("paths", "missing"),
    [
        ("id owner.name items[].tags", ()),
        ("title", ("title",)),
        ("owner.email owner.email", ("owner.email",)),
        ("items[].id", ("items[1].id",)),
        ("items[0].id items[2].id", ("items[2]",)),
        ("items[].tags[].id", ()),
        ("items[1].tags[0].label", ("items[1].tags[0].label",)),
        ("id.x", ("id.x",)),
        ("id[]", ("id[]",)),
        ("owner[0]", ("owner[0]",)),
        ("lost[].id", ("lost",)),
        ("", ()),
    ],
)
def test_what_is_not_there_is_named(paths: str, missing: tuple[str, ...]) -> None:
    """null is there, an empty list has nothing missing in it, a list that is not there is missing."""
    assert missing_attributes(DEAL, paths) == missing


def test_paths_may_be_a_list_and_the_value_a_list() -> None:
    """A body that is a list is looked into with a path that begins with brackets."""
    assert missing_attributes([{"id": 1}, {}], ["[].id", "[0].id"]) == ("[1].id",)


@pytest.mark.parametrize("path", ["a..b", ".a", "a.", "a[b]", "a]", "a[0", "[-1]"])
def test_what_is_no_path_is_refused(path: str) -> None:
    """A slip in a path never passes as an attribute that is there."""
    with pytest.raises(UsageError, match="no path"):
        missing_attributes({}, path)


@given(values, st.sampled_from(["id", "items[].id", "[0].name", "[]", "type.kind"]))
def test_any_value_can_be_asked(value: Any, path: str) -> None:
    """Whatever the value, the answer is a list of places."""
    assert all(isinstance(place, str) for place in missing_attributes(value, path))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"code": "busy"}}, "busy"),
        ({"code": "busy"}, "busy"),
        ({"error": {"code": 7}}, None),
        ({"error": "busy"}, None),
        ([], None),
    ],
)
def test_an_error_carries_its_code(body: Any, code: str | None) -> None:
    """In the envelope, or at the top."""
    assert error_code(body) == code


GOOD = json.dumps({"error": {"code": "not_found", "message": "x"}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "options", "rules"),
    [
        (404, GOOD, {}, []),
        (404, GOOD, {"code": "not_found", "expected_status": 404}, []),
        (404, GOOD, {"code": "gone"}, ["error-code-unknown"]),
        (404, GOOD, {"expected_status": 410}, ["error-shape-broken"]),
        (200, GOOD, {}, ["error-shape-broken"]),
        (200, b"<p>", {"code": "x"}, ["error-shape-broken", "response-not-json"]),
        (500, b"", {}, ["response-not-json"]),
        (500, b'{"detail": "x"}', {"code": "x"}, ["error-shape-broken"]),
    ],
)
def test_what_is_wrong_with_an_error_is_found(
    status: int, body: bytes, options: dict[str, Any], rules: list[str]
) -> None:
    """Status, JSON, shape and code, without a contract."""
    assert [one.rule for one in error_shape_findings(status, body, **options)] == rules
