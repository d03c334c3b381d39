"""A writer is closed to what its schemas declare together: schemas that refine each other are judged as one."""

from typing import Any

import pytest

from truemirror.core.contract.compat.judge import Verdict, judge
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.schema.reading import Dialect, Source

_TEXT = {"type": "string"}
_ERROR = {
    "type": "object",
    "properties": {
        "error": {"type": "object", "properties": {"code": _TEXT, "text": _TEXT}, "required": ["code", "text"]}
    },
    "required": ["error"],
}
_NEWEST = Dialect.DRAFT202012
CONTRACTS = (Direction.REQUEST, Direction.RESPONSE, Direction.EVENT)


def _beside_reference(code: Any) -> dict[str, Any]:
    """An error shape by reference, with a code of its own beside it, as contracts are inferred."""
    narrow = {"error": {"properties": {"code": code}}}
    return {"$ref": "#/$defs/e", "properties": narrow, "$defs": {"e": _ERROR}}


def _in_all_of(code: Any) -> dict[str, Any]:
    """The same with `allOf`."""
    return {"allOf": [_ERROR, {"properties": {"error": {"properties": {"code": code}}}}]}


@pytest.mark.parametrize("spelt", [_beside_reference, _in_all_of])
@pytest.mark.parametrize("direction", CONTRACTS)
def test_another_code_of_a_shared_error_shape_breaks(spelt: Any, direction: Direction) -> None:
    """Neither part is closed without the other, which would leave no value at all, and nothing to break."""
    found = judge(Source(spelt({"const": "taken"}), _NEWEST), Source(spelt({"const": "conflict"}), _NEWEST), direction)
    assert found.verdict is Verdict.BREAKING


@pytest.mark.parametrize("spelt", [_beside_reference, _in_all_of])
def test_a_code_less_breaks_no_reader_and_a_code_more_does(spelt: Any) -> None:
    """As anywhere in an answer."""
    few, many = (Source(spelt({"enum": codes}), _NEWEST) for codes in (["taken"], ["taken", "closed"]))
    assert judge(many, few, Direction.RESPONSE).verdict is Verdict.COMPATIBLE
    assert judge(few, many, Direction.RESPONSE).verdict is Verdict.BREAKING


def test_the_two_spellings_are_the_same() -> None:
    """A refactoring from one to the other breaks nobody."""
    old, new = (Source(spelt({"const": "taken"}), _NEWEST) for spelt in (_beside_reference, _in_all_of))
    for direction in CONTRACTS:
        assert judge(old, new, direction).verdict is judge(new, old, direction).verdict is Verdict.COMPATIBLE


def test_an_optional_attribute_of_one_part_breaks_nobody() -> None:
    """The writer is still closed, and the reader still ignores what it does not know."""
    more = {"allOf": [_ERROR, {"properties": {"error": {"properties": {"hint": _TEXT}}}}]}
    old, new = (Source(one, _NEWEST) for one in ({"allOf": [_ERROR]}, more))
    assert judge(old, new, Direction.RESPONSE).verdict is Verdict.COMPATIBLE
    assert judge(new, old, Direction.RESPONSE).verdict is Verdict.COMPATIBLE


def test_what_is_said_beside_a_reference_is_explained() -> None:
    """The finding names the code, not only that something differs."""
    old, new = (Source(_beside_reference({"const": code}), _NEWEST) for code in ("taken", "conflict"))
    found = judge(old, new, Direction.RESPONSE).findings
    assert {(one.rule, one.location) for one in found} == {
        (f"values-{way}", "$.error.code") for way in ("added", "removed")
    }


def test_an_attribute_in_another_document_is_blamed_by_name() -> None:
    """What is taken over from the other side alone brings along where its references lead, whatever their addresses."""
    place, uri = {"total": {"type": "integer"}}, "https://contract.invalid/{}.json"
    page = {"type": "object", "properties": place, "required": ["total"]}
    old = {"type": "object", "properties": {"page": {"$ref": "./page.json"}}, "required": ["page"]}
    new = {"type": "object", "properties": place, "required": ["total"]}
    sides = [Source(one, _NEWEST, "", uri.format("list"), {uri.format("page"): page}) for one in (old, new)]
    found = judge(sides[0], sides[1], Direction.RESPONSE)
    assert [one.rule for one in found.findings if one.level == "break"] == ["required-attribute-removed"]


def test_parts_of_all_of_that_say_a_keyword_alike_are_laid_together() -> None:
    """`allOf` of two objects written out as one is a refactoring, and nothing more is told of it."""
    parts = [{"type": "object", "properties": {name: _TEXT}, "required": [name]} for name in ("id", "token")]
    whole = {"type": "object", "properties": {"id": _TEXT, "token": _TEXT}, "required": ["id", "token"]}
    old, new = Source({"allOf": parts}, _NEWEST), Source(whole, _NEWEST)
    for sides in ((old, new), (new, old)):
        assert [one.rule for one in judge(*sides, Direction.RESPONSE).findings] == ["schema-rewritten"]
