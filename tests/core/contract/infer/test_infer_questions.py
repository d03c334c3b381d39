"""What the evidence leaves open is asked, with the number it rests on."""

from typing import Any

import pytest
from tests.core.contract.deals_contract import deal, exchange

from truemirror.core.contract.infer.evidence import Evidence
from truemirror.core.contract.infer.gather import gather
from truemirror.core.contract.infer.places import shapes_of
from truemirror.core.contract.infer.questions import Question, questions, questions_of


def _asked(*seen: Any) -> list[tuple[str, str]]:
    evidence = Evidence()
    for one in seen:
        evidence.add(one)
    return [(one.place, one.kind) for one in questions(evidence, "body")]


@pytest.mark.parametrize(
    ("seen", "asked"),
    [
        ([{"a": 1}] * 4, [("body", "required")]),
        ([{"a": 1}] * 5, []),
        ([{"a": None}] * 5, [("body/a", "type")]),
        ([{"a": []}] * 5, [("body/a", "items")]),
        ([[{"a": []}] * 5], [("body/*/a", "items")]),
        ([{"a": {}}] * 5, [("body/a", "map")]),
        ([{"s": one} for one in ("lead", "won")] * 9, [("body/s", "choices")]),
        ([{"s": one} for one in ("a1", "a2")] * 9, []),
        ([{"2026-01-31": 1}], [("body", "map")]),
        ([{f"word{chr(97 + n)}": 1, "often": 2} for n in range(7)] + [{}], [("body", "map")]),
    ],
)
def test_open_decisions_are_asked_about(seen: list[Any], asked: list[tuple[str, str]]) -> None:
    """Few samples, nulls, empty lists and objects, nearly closed choices, and names that may be data."""
    assert _asked(*seen) == asked


def test_a_question_says_how_much_it_rests_on() -> None:
    """`required, n=2, weak` for people."""
    seen = [exchange("GET", f"/v1/deals/{name}", 200, deal(id=name)) for name in ("d1", "d2")]
    operations = gather(seen).operations
    found = questions_of(operations, shapes_of(operations))
    weak = next(one for one in found if one.place == "schemas/deal.schema.json")
    assert weak == Question("schemas/deal.schema.json", "required", weak.text, 2)
    assert str(weak).startswith("schemas/deal.schema.json: weak: required created_at, id, ")
    assert str(weak).endswith("n=2")


def test_what_is_locked_was_answered() -> None:
    """Nobody is asked twice."""
    seen = [exchange("GET", "/v1/deals/d1", 200, deal(id="d1", tags=[]))]
    operations = gather(seen).operations
    shapes = shapes_of(operations)
    before = {one.place for one in questions_of(operations, shapes)}
    locks = ("schemas/deal.schema.json#/properties/tags", "schemas/deal.schema.json")
    after = {one.place for one in questions_of(operations, shapes, locks)}
    assert before - after == {"schemas/deal.schema.json/tags", "schemas/deal.schema.json"}
