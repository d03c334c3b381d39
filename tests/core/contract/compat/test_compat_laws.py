"""What holds for every pair of schemas, whatever they say."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.contract.compat.refactorings import draft4_bounds, wrapped
from tests.core.contract.compat.schema_pairs import schemas, sources, values

from truemirror.core.contract.compat.judge import Judgement, Verdict, judge, judge_mode
from truemirror.core.contract.compat.policy import Direction, Mode, Policy
from truemirror.core.contract.finding import Level
from truemirror.core.schema.reading import Dialect, Source

_POLICY = Policy(steps=60_000)


def _judged(old: Any, new: Any, direction: Direction = Direction.BACKWARD) -> Judgement:
    """The judgement of two bare schemas."""
    return judge(*sources(old, new), direction, _POLICY)


def _accepts(schema: Any, value: Any) -> bool:
    """What the stock validator says."""
    return jsonschema.Draft202012Validator(schema).is_valid(value)


def _holds_for(old: Any, new: Any, tried: list[Any]) -> None:
    """All laws about one pair."""
    judged = _judged(old, new)
    backward, forward = judged, _judged(new, old, Direction.FORWARD)
    assert backward.verdict is forward.verdict
    breaks = [one for one in judged.findings if one.level is Level.BREAK]
    assert bool(breaks) == (judged.verdict is Verdict.BREAKING)
    for one in breaks:
        witness = json.loads(one.witness)
        assert _accepts(old, witness)
        assert not _accepts(new, witness)
    if judged.verdict is Verdict.COMPATIBLE:
        for value in tried:
            assert not _accepts(old, value) or _accepts(new, value)


@given(schemas)
def test_a_schema_beside_itself_is_compatible_and_nothing_differs(schema: Any) -> None:
    """In every direction, and when it is another object with the same content."""
    again = json.loads(json.dumps(schema))
    for direction in Direction:
        judged = _judged(schema, again, direction)
        assert judged.verdict is Verdict.COMPATIBLE
        assert judged.findings == ()


@given(schemas, schemas, st.lists(values, min_size=10, max_size=20))
def test_no_verdict_is_refuted_and_every_break_has_a_witness(old: Any, new: Any, tried: list[Any]) -> None:
    """Backward of a pair is forward of it turned round; breaks are shown; compatible is never refuted by a value."""
    _holds_for(old, new, tried)


@pytest.mark.nightly
@settings(max_examples=3_000, deadline=None)
@given(schemas, schemas, st.lists(values, min_size=30, max_size=60))
def test_the_laws_hold_at_depth(old: Any, new: Any, tried: list[Any]) -> None:
    """The same, for many more pairs and values."""
    _holds_for(old, new, tried)


@given(schemas, st.integers(0, 20))
def test_refactorings_are_compatible_both_ways(schema: Any, which: int) -> None:
    """A reference, a branch, an implication, keywords apart or spelt by others: proven both ways, and no break told."""
    ways = list(wrapped(schema))
    for other in (ways[which % len(ways)], ways[which * 7 % len(ways)], ways[-1]):
        judged = judge_mode(*sources(schema, other), Mode.FULL, _POLICY)
        assert judged.verdict is Verdict.COMPATIBLE, other
        assert not [one for one in judged.findings if one.level is Level.BREAK]


@given(st.integers(-3, 3), st.integers(-3, 5), st.sampled_from(["integer", "number"]))
def test_bounds_mean_the_same_in_every_draft(low: int, high: int, kind: str) -> None:
    """A mark beside a bound in draft 4 is a bound of its own later."""
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": kind,
        "exclusiveMinimum": low,
        "exclusiveMaximum": high,
    }
    judged = judge_mode(Source(schema, Dialect.DRAFT7), Source(draft4_bounds(schema), Dialect.DRAFT4), Mode.FULL)
    assert judged.verdict is Verdict.COMPATIBLE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": ["string", "null"]}, {"oneOf": [{"type": "null"}, {"type": "string"}]}),
        ({"const": "a"}, {"enum": ["a"]}),
        ({"type": "integer", "maximum": 10}, {"type": "integer", "exclusiveMaximum": 11}),
        ({"type": "integer"}, {"type": "number", "multipleOf": 1}),
        (
            {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]},
            {
                "allOf": [
                    {"type": "object", "properties": {"b": {}}},
                    {"properties": {"a": {"$ref": "#/$defs/s"}}, "required": ["a"]},
                ],
                "$defs": {"s": {"type": "string"}},
            },
        ),
    ],
)
def test_spellings_of_one_idea_are_proven_equal(one: Any, other: Any) -> None:
    """Nullable, constants, bounds, laid-together parts: compatible both ways, and no break is told."""
    judged = judge_mode(*sources(one, other), Mode.FULL)
    assert judged.verdict is Verdict.COMPATIBLE
    assert {found.level for found in judged.findings} <= {Level.INFO}
