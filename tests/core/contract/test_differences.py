"""What differs between two versions, neutrally."""

from typing import Any

import pytest
from hypothesis import given
from tests.core.contract.deals_contract import documents
from tests.core.contract.json_strategies import values

from truemirror.core.contract.differences import differences

PATH = "schemas/a.schema.json"


def _told(old: Any, new: Any) -> list[str]:
    return [str(one) for one in differences({PATH: old}, {PATH: new})]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"a": 1}, {}, [f"- {PATH}#/a: integer 1"]),
        ({}, {"a": {"b": 1}}, [f"+ {PATH}#/a: object with b"]),
        ({"a": 1}, {"a": "1"}, [f'~ {PATH}#/a: integer 1 → string "1"']),
        ({"required": ["a", "b"]}, {"required": ["b", "c"]},
         [f'- {PATH}#/required: string "a"', f'+ {PATH}#/required: string "c"']),
        ({"required": ["a", "b"]}, {"required": ["b", "a"]}, []),
        ({"oneOf": [1, 2]}, {"oneOf": [2, 1, 3]},
         [f"~ {PATH}#/oneOf/0: integer 1 → integer 2", f"~ {PATH}#/oneOf/1: integer 2 → integer 1",
          f"+ {PATH}#/oneOf/2: integer 3"]),
        ({"oneOf": [1, 2]}, {"oneOf": [1]}, [f"- {PATH}#/oneOf/1: integer 2"]),
        ({"a": True}, {"a": 1}, [f"~ {PATH}#/a: boolean true → integer 1"]),
        ({"x-truemirror": {"seen": 1}}, {"x-truemirror": {"seen": 2}}, []),
        ({"x-truemirror": {"seen": 1}}, {}, []),
        ({}, {"x-truemirror": {"conventions": []}}, [f"+ {PATH}#/x-truemirror/conventions: an empty array"]),
    ],
)  # fmt: skip
def test_each_place_that_differs_is_told(old: Any, new: Any, told: list[str]) -> None:
    """Added, removed or changed; counts of evidence and orders without meaning are no difference."""
    assert _told(old, new) == told


def test_documents_come_and_go() -> None:
    """A new document and one that is gone are told as such."""
    assert [str(one) for one in differences({"a": {}}, {"b": {}})] == ["- a: the document", "+ b: a new document"]


@given(values)
def test_nothing_differs_from_itself(value: Any) -> None:
    """Comparing a document with itself tells nothing."""
    assert differences({"a": value}, {"a": value}) == ()


@given(values, values)
def test_a_difference_has_two_sides(old: Any, new: Any) -> None:
    """What is added one way is removed the other way."""
    there = {(one.pointer, one.old, one.new) for one in differences({"a": old}, {"a": new})}
    back = {(one.pointer, one.new, one.old) for one in differences({"a": new}, {"a": old})}
    assert there == back


def test_one_change_is_one_difference() -> None:
    """Documents of a real contract differ exactly where they were changed."""
    changed = documents()
    changed["schemas/deal.schema.json"]["properties"]["title"]["maxLength"] = 200
    (found,) = differences(documents(), changed)
    assert found.pointer == "/properties/title/maxLength"
