"""Schemas from samples: every sample conforms, order does not matter, and no more is said than was seen."""

import json
import random
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.core.contract.json_strategies import rich_samples as samples

from truemirror.core.contract.infer import infer_schema
from truemirror.core.contract.infer.evidence import MOST_NAMES, Evidence
from truemirror.core.contract.infer.schema import schema_of

MARK = "7e57ab1e"


def _schema(*seen: Any) -> Any:
    found = infer_schema(seen)
    del found["$schema"]
    return found


def _plain(node: Any) -> Any:
    """A schema without its evidence."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items() if key != "x-truemirror"}
    return [_plain(one) for one in node] if isinstance(node, list) else node


def _choices(values: list[str], times: int) -> list[dict[str, str]]:
    return [{"id": f"d{number}{value}", "stage": value} for value in values for number in range(times)]


def _conform(seen: list[Any]) -> None:
    schema = infer_schema(seen)
    Draft202012Validator.check_schema(schema)
    independent = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    compiled = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    assert all(independent.is_valid(one) and compiled.is_valid(one) for one in seen)


@given(samples)
def test_every_sample_conforms(seen: list[Any]) -> None:
    """What was seen is accepted, by two independent validators, formats asserted."""
    _conform(seen)


@pytest.mark.nightly
@settings(max_examples=5_000)
@given(samples)
def test_every_sample_conforms_deeply(seen: list[Any]) -> None:
    """The same, for many more samples."""
    _conform(seen)


@given(samples, st.randoms())
def test_the_order_of_samples_does_not_matter(seen: list[Any], shuffler: random.Random) -> None:
    """The same samples give the same bytes."""
    shuffled = seen[:]
    shuffler.shuffle(shuffled)
    assert json.dumps(infer_schema(shuffled)) == json.dumps(infer_schema(seen))


@given(samples, samples)
def test_evidence_adds_up(some: list[Any], others: list[Any]) -> None:
    """What is gathered apart and put together is what is gathered at once."""
    apart, more, whole = Evidence(), Evidence(), Evidence()
    for one in some:
        apart.add(one)
        whole.add(one)
    for one in others:
        more.add(one)
        whole.add(one)
    apart.absorb(more)
    assert json.dumps(schema_of(apart)) == json.dumps(schema_of(whole))


@pytest.mark.parametrize(
    ("seen", "schema"),
    [
        ([1, 2], {"type": "integer"}),
        ([1, 2.5], {"type": "number"}),
        ([1, "a", None], {"type": ["string", "integer", "null"]}),
        ([True], {"type": "boolean"}),
        ([None], {}),
        ([[], []], {"type": "array"}),
        ([[], [1]], {"type": "array", "items": {"type": "integer"}}),
        ([{}], {"type": "object"}),
        ([{"a": 1}, {}], {"type": "object", "properties": {"a": {"type": "integer"}}}),
        (
            [{"a": None}, {"a": 1}],
            {"type": "object", "properties": {"a": {"type": ["integer", "null"]}}, "required": ["a"]},
        ),
        (["a@b.example"] * 3, {"type": "string", "format": "email"}),
        (["a@b.example"] * 2, {"type": "string"}),
        (["a@b.example"] * 30 + ["nobody"], {"type": "string"}),
        (["2026-01-31"] * 3, {"type": "string", "format": "date"}),
        (["2026-01-31"] * 3 + ["2026-01-31T00:00:00Z"] * 3, {"type": "string"}),
        (["a@b.example"] * 3 + [MARK + "0001"], {"type": "string"}),
    ],
)
def test_what_was_seen_is_what_is_said(seen: list[Any], schema: Any) -> None:
    """Types, formats and what is always there, no more."""
    assert _plain(_schema(*seen)) == schema


def test_absent_and_null_are_two_things() -> None:
    """Both are counted, apart from each other."""
    schema = _schema({"a": 1, "b": None}, {"a": None, "b": "x"}, {"b": "y"})
    assert schema["required"] == ["b"]
    assert schema["properties"]["a"]["x-truemirror"] == {"null": 1, "seen": 2}
    assert schema["properties"]["b"]["x-truemirror"] == {"null": 1}


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    """Items of empty arrays and types of what was always null promise nothing."""
    assert _schema([])["x-truemirror"] == {"items": "unknown"}
    assert _schema(None, None) == {"x-truemirror": {"type": "unknown", "null": 2}}


def test_money_is_noted_and_not_enforced() -> None:
    """Amounts are texts that look alike; the next one may not."""
    assert _schema("12.50", "-3.00", "0.99") == {"type": "string", "x-truemirror": {"pattern": r"^-?\d+\.\d{2}$"}}


def test_integers_that_no_double_holds_are_noted() -> None:
    """Clients that read numbers as doubles would change them."""
    assert _schema(2**53 + 1)["x-truemirror"] == {"beyond-double": True}
    assert "x-truemirror" not in _schema(2**53)


def test_choices_are_closed_when_nothing_new_is_to_be_expected() -> None:
    """Each choice was seen in at least three different objects, and there are few."""
    closed = _schema(*_choices(["lead", "won", "lost", "open"], 3))
    assert closed["properties"]["stage"]["enum"] == ["lead", "lost", "open", "won"]


@pytest.mark.parametrize(
    "seen",
    [
        _choices(["lead", "won"], 4),
        _choices(["lead", "won", "lost"], 5) + _choices(["new"], 2),
        _choices(["only"], 30),
        _choices(["two words", "won"], 10),
        _choices([f"kind{n}" for n in range(3)], 10),
        _choices([chr(97 + n) for n in range(20)], 5),
        _choices(["lead", MARK + "x1"], 10),
        [{"id": "d1", "stage": stage} for stage in ("lead", "won") for _ in range(20)],
        [{"stage": stage} for stage in ("lead", "won") for _ in range(20)],
    ],
    ids=["few", "fresh", "one", "prose", "ids", "many", "redacted", "the same object", "no identity"],
)
def test_choices_stay_open_without_saturation(seen: list[Any]) -> None:
    """Few samples, fresh values, prose, ids, secrets and repetitions of one object close nothing."""
    assert "enum" not in _schema(*seen)["properties"]["stage"]


def test_nullable_choices_list_null() -> None:
    """An enum restricts every type, so null has to be in it."""
    seen = [*_choices(["lead", "won", "lost", "open"], 3), {"id": "d0", "stage": None}]
    assert _schema(*seen)["properties"]["stage"]["enum"] == ["lead", "lost", "open", "won", None]


def test_a_loose_bag_of_attributes_closes_no_choices() -> None:
    """Where no attribute is always there, nobody has listed its values."""
    seen = [{"region": one, "n": str(n)} for one in ("EMEA", "APAC", "AMER", "DACH") for n in range(4)]
    assert "enum" in _schema(*seen)["properties"]["region"]
    assert "enum" not in _schema(*seen, {})["properties"]["region"]


@pytest.mark.parametrize(
    "seen",
    [
        [{"2024": 1, "2025": 2}],
        [{"0b7e2f9c-8f3a-4d51-9c55-7e1c2f1b9a10": {"n": 1}}],
        [{"ada@example.org": "x", "bob@example.org": "y"}],
        [{f"{sku}{n}": n for sku in ("chair", "table")} for n in range(6)],
    ],
)
def test_keys_that_are_data_make_a_map(seen: list[Any]) -> None:
    """Numbers, ids, addresses, or names that keep being new."""
    schema = _schema(*seen)
    assert "properties" not in schema
    assert "additionalProperties" in schema
    assert schema["x-truemirror"]["keys"] == "data"


@pytest.mark.parametrize(
    "seen",
    [
        [{"line1": "a", "line2": "b"}],
        [{f"only{n}": n} for n in range(5)],
        [{f"a{n}": n, "id": "x"} for n in range(20)],
        [{f"a{n}": n, f"b{n}": str(n)} for n in range(20)],
        [{"2024": 1, "2025": "x"}],
    ],
    ids=["one object", "few", "an anchor", "mixed values", "mixed data"],
)
def test_names_stay_names_otherwise(seen: list[Any]) -> None:
    """One sample, few names, an attribute that is always there, or values of several types are no map."""
    assert "properties" in _schema(*seen)


def test_objects_without_end_become_a_map() -> None:
    """Memory is bounded: beyond a limit names are data, whatever they are."""
    schema = _schema({f"k-{n}x": n for n in range(MOST_NAMES + 1)})
    assert _plain(schema) == {"type": "object", "additionalProperties": {"type": "integer"}}


def test_variants_are_told_apart_by_their_tag() -> None:
    """A tag that says which attributes are there gives one schema each instead of optional soup."""
    card = {"type": "card", "digits": "42"}
    iban = {"type": "iban", "iban": "DE1", "bic": "X"}
    schema = _plain(_schema(card, card, iban, iban))
    assert schema["type"] == "object"
    assert [one["properties"]["type"] for one in schema["oneOf"]] == [{"const": "card"}, {"const": "iban"}]
    assert [one["required"] for one in schema["oneOf"]] == [["digits", "type"], ["bic", "iban", "type"]]


def test_a_type_that_explains_nothing_is_no_tag() -> None:
    """The same attributes whatever the type: one shape, with an attribute called type."""
    schema = _schema(*[{"type": kind, "n": n} for kind in ("a", "b") for n in range(3)])
    assert "oneOf" not in schema


def test_depth_is_bounded() -> None:
    """A value nested without end is described down to a level, and accepted below."""
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    text = json.dumps(_schema(deep))
    assert text.count('"array"') < 50


def test_id_comes_first() -> None:
    """People look for the id first."""
    assert list(_schema({"a": 1, "id": "x"})["properties"]) == ["id", "a"]
