"""Assertions of suites are true, or show what was expected and what came."""

import json
from dataclasses import dataclass, field

import pytest

from truemirror.errors import UsageError
from truemirror.testing import has_attributes, is_error
from truemirror.testing.answers import heard


@dataclass
class Answer:
    """An answer, as most clients have it."""

    status_code: int
    content: bytes
    headers: dict[str, str] = field(default_factory=dict)


DEALS = {"items": [{"id": "d1", "owner": {"name": "Ada"}}, {"id": "d2", "owner": None}], "metadata": {"total": 2}}


def test_attributes_that_are_there_are_true() -> None:
    """Null counts as being there, and an answer's body is looked into."""
    assert has_attributes(DEALS, "items[].id items[0].owner.name items[].owner metadata.total")
    assert has_attributes(Answer(200, json.dumps(DEALS).encode()), ["metadata.total"])
    assert has_attributes({"items": []}, "items[].id")


def test_missing_attributes_are_marked() -> None:
    """Each wanted attribute is shown as there or missing, with the places and the nearest name."""
    with pytest.raises(AssertionError) as told:
        has_attributes(DEALS, "items[].id items[].ownr metadata.total")
    assert str(told.value).splitlines() == [
        "1 of 3 attributes is missing",
        "  ✓ items[].id",
        "  ✗ items[].ownr  at items[0].ownr, items[1].ownr",
        "      nearest: owner",
        "  ✓ metadata.total",
        f"  actual: {json.dumps(DEALS)}",
    ]


def test_without_a_near_name_all_names_are_shown() -> None:
    """So that one sees what the service calls it."""
    with pytest.raises(AssertionError, match="the value has items, metadata"):
        has_attributes(DEALS, "zzz")


def test_a_body_that_is_no_json_is_told() -> None:
    """With its beginning."""
    with pytest.raises(AssertionError, match="has no JSON body: '<html>'"):
        has_attributes(Answer(200, b"<html>"), "id")


def test_a_path_that_is_none_is_a_mistake_of_the_suite() -> None:
    """And not a missing attribute."""
    with pytest.raises(UsageError, match="is no path"):
        has_attributes(DEALS, "items[")


def test_the_promised_error_is_true() -> None:
    """By status and code, or by its shape alone."""
    answer = Answer(404, b'{"error": {"code": "not_found", "message": "no"}}')
    assert is_error(answer)
    assert is_error(answer, 404, code="not_found")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"{}", "answered with 200 instead of 404"),
        (404, b"<html>gone</html>", "the error is not JSON"),
        (404, b'{"message": "no"}', "the error carries no code"),
        (404, b'{"error": {"code": "not_fond"}}', "nearest   not_fond"),
    ],
)
def test_another_answer_is_shown(status: int, body: bytes, said: str) -> None:
    """What is wrong with it, expected against actual, and its body."""
    with pytest.raises(AssertionError) as told:
        is_error(Answer(status, body), 404, code="not_found")
    text = str(told.value)
    assert said in text
    assert "expected" in text
    assert "actual" in text
    assert body.decode() in text


def test_what_is_no_answer_is_a_mistake_of_the_suite() -> None:
    """It has no status, and says what would have one."""
    with pytest.raises(UsageError, match="dict is no answer"):
        heard({"id": 1})


def test_parts_win_over_the_answers_own() -> None:
    """For clients whose answers do not tell what was asked."""
    one = heard(Answer(200, b"{}"), method="put", url="https://tags.internal/v1/tags?x=1", body={"a": "é"})
    assert (one.method, one.target, one.body) == ("PUT", "/v1/tags?x=1", '{"a": "é"}'.encode())
