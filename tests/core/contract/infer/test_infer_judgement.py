"""What a person would see in samples: maps, variants, rows and things that hold their like."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from truemirror.core.contract.infer import infer_schema


def _schema(*seen: Any, **decisions: str) -> Any:
    found = infer_schema(seen, {place.replace("_", "/"): one for place, one in decisions.items()})
    assert all(Draft202012Validator(found).is_valid(one) for one in seen)
    return found


@pytest.mark.parametrize(
    "seen",
    [
        [{"en": "a", "de": "b", "fr": "c"}, {"en": "a", "de-DE": "x"}],
        [{"en": "a", "pt-BR": "x"}, {"en": "a", "pt-BR": "x"}],
        [{"EUR": 1, "USD": 1.1}] * 5,
        [{"DE": 1, "US": 2, "JP": 3}],
        [{"usr_1a2b3c": {"n": 1}, "usr_9z8y7x": {"n": 2}}],
        [{"2026-01-31T00:00:00Z": 1, "2026-02-01T00:00:00Z": 2}],
        [{"/etc/hosts": "a", "/etc/passwd": "b"}],
        [{"app.kubernetes.io/name": "a", "tier": "x"}, {"app": "b"}],
        [{"+1": 3, "heart": 1}, {"heart": 2}, {"+1": 1}],
        [{"👍": 3}, {"🎉": 2}],
    ],
    ids=[
        *("languages", "always the same ones", "currencies", "countries", "ids", "times", "paths", "labels"),
        *("reactions", "signs"),
    ],
)
def test_keys_that_are_codes_make_a_map(seen: list[Any]) -> None:
    """Languages, currencies, countries, ids and labels are data, even where the same ones are always there."""
    assert _schema(*seen)["x-truemirror"]["keys"] == "data"


@pytest.mark.parametrize(
    "seen",
    [
        [{"id": "x", "to": "y", "no": 1, "is": True}],
        [{"ID": "x", "OS": "y"}],
        [{"en": "a", "name": "x"}],
        [{"en": "a", "de": {"n": 1}}],
        [{"line_1": "a", "line_2": "b"}],
        [{"content type": "a"}] * 3,
        [{"+1": 1, "url": "x"}, {"+1": 2, "heart": 1, "url": "x"}],
        [{"@id": "a", "$ref": "b"}, {"@id": "a"}, {"$ref": "b"}],
    ],
    ids=[
        *("short words", "two capitals", "one language", "mixed values", "numbered", "always there"),
        *("a sign among names", "marked names"),
    ],
)
def test_short_names_stay_names(seen: list[Any]) -> None:
    """What could be a name is one, unless everything speaks for data."""
    assert "properties" in _schema(*seen)


def test_a_person_decides_between_map_and_object() -> None:
    """By place; what was decided is not judged again."""
    seen = [{"prices": {"small": 1, "large": 2}, "rates": {"EUR": 1, "USD": 2}}]
    found = _schema(*seen, _prices="data", _rates="names")["properties"]
    assert "additionalProperties" in found["prices"]
    assert sorted(found["rates"]["properties"]) == ["EUR", "USD"]


def test_an_envelope_of_events_is_told_apart_by_what_is_in_it() -> None:
    """The attributes are the same, but for those of `data`."""
    won = {"type": "deal.won", "data": {"deal": "d", "amount": "1.00"}}
    gone = {"type": "user.deleted", "data": {"user": "u"}}
    found = _schema(won, won, gone, gone)
    assert [one["properties"]["type"]["const"] for one in found["oneOf"]] == ["deal.won", "user.deleted"]
    assert found["oneOf"][1]["properties"]["data"]["required"] == ["user"]


def test_variants_may_hold_variants() -> None:
    """A card has a brand of its own, told apart by its kind."""
    visa, amex = ({"kind": "visa", "cvc": "1"}, {"kind": "amex", "cid": "2"})
    cards = [{"type": "card", "brand": brand} for brand in (visa, visa, amex, amex)]
    found = _schema(*cards, *[{"type": "iban", "iban": "DE"}] * 2)
    brand = found["oneOf"][0]["properties"]["brand"]
    assert [one["properties"]["kind"]["const"] for one in brand["oneOf"]] == ["amex", "visa"]


@pytest.mark.parametrize("tag", [("ok", True, False), ("shape", "circle", "rect")], ids=["truth value", "word"])
def test_any_attribute_may_tell_variants_apart(tag: tuple[str, Any, Any]) -> None:
    """When it says exactly what comes with it, in three different objects each."""
    name, one, other = tag
    seen = [{name: one, "radius": n} for n in range(3)] + [{name: other, "w": n, "h": n} for n in range(3)]
    found = _schema(*seen)
    assert found["x-truemirror"]["tag"] == name
    assert sorted(one["required"] for one in found["oneOf"]) == sorted([sorted([name, "radius"]), ["h", name, "w"]])


@pytest.mark.parametrize(
    "seen",
    [
        [{"stage": "lead"}, {"stage": "won", "amount": 1}] * 5,
        [{"id": "a", "n": n} for n in range(3)] + [{"id": "b", "m": n} for n in range(3)],
        [{"stage": "lead", "n": n} for n in range(3)]
        + [{"stage": "won", "m": n} for n in range(3)]
        + [{"stage": "won"}],
    ],
    ids=["the same objects", "identity", "not exactly"],
)
def test_an_accident_makes_no_variants(seen: list[Any]) -> None:
    """Repetitions of few objects, names of things, and attributes that explain only some of it."""
    assert "oneOf" not in _schema(*seen)


def test_rows_have_a_type_for_each_position() -> None:
    """Arrays that are always as long, of different plain values."""
    found = _schema([1, "a", None], [2, "b", True], [3.5, "c", False])
    assert found["prefixItems"] == [{"type": "number"}, {"type": "string"}, {"type": ["boolean", "null"]}]
    assert found["minItems"] == 3


@pytest.mark.parametrize("seen", [[[1, 2], [3, 4], [5, 6]], [[1, "a"], [2], [3, "b"]], [[1, "a"]]])
def test_lists_are_no_rows(seen: list[Any]) -> None:
    """One type, another length, or too few to know."""
    assert "prefixItems" not in _schema(*seen)


def test_what_holds_its_like_refers_to_itself() -> None:
    """A tree of comments is one definition, and each comment counts once."""
    leaf = {"id": "c3", "text": "z", "replies": []}
    tree = {"id": "c1", "text": "x", "replies": [{"id": "c2", "text": "y", "replies": [leaf]}, leaf]}
    found = _schema({"comments": [tree]})
    comment = found["$defs"]["comment"]
    assert found["properties"]["comments"]["items"] == {"$ref": "#/$defs/comment"}
    assert comment["properties"]["replies"]["items"] == {"$ref": "#/$defs/comment"}
    assert comment["x-truemirror"]["seen"] == 4


def test_a_tree_is_accepted_deeper_than_it_was_seen() -> None:
    """The definition holds on every level."""
    tree: dict[str, Any] = {"id": 1, "text": "x", "children": []}
    schema = _schema({"id": 0, "text": "x", "children": [tree]})
    for number in range(2, 9):
        tree = {"id": number, "text": "x", "children": [tree]}
    validator = Draft202012Validator(schema)
    assert validator.is_valid(tree)
    assert not validator.is_valid({"id": 1, "text": "x", "children": [{"id": 1, "text": 2, "children": []}]})
