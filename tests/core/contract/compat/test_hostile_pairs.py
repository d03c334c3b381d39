"""Schemas that are built to explode: an answer for each, for a counted amount of work."""

import json
import sys
from collections.abc import Callable
from itertools import count, islice
from typing import Any

import pytest

from truemirror.core.contract.compat.policy import Mode, Policy
from truemirror.usecases.diff import LARGEST_LINE, batch

_STEPS = 100_000
_MOST_CALLS = 10_000_000
"""Calls of functions, ours and the interpreter's, that one question may come to: a count that no machine changes."""
_TEXT = {"type": "string"}


def _nested(levels: int, wrap: Callable[[str], str]) -> str:
    """A schema inside a schema, and so on, as text: no encoder goes so deep."""
    open_, close = wrap("|").split("|")
    return open_ * levels + "{}" + close * levels


def _shapes(number: int) -> Any:
    """Branches of which many fit one value."""
    return {"oneOf": [{"type": "object", "properties": {f"k{one}": {"type": "integer"}}} for one in range(number)]}


def _cross(seed: int) -> Any:
    """Choices that meet each other in 20^20 ways."""
    ways = [[{"required": [f"p{(one * two + seed) % 23}"]} for two in range(20)] for one in range(20)]
    return {"allOf": [{"anyOf": one} for one in ways]}


def _fan(levels: int, leaf: Any, keyword: str = "") -> Any:
    """A chain of definitions, each of which refers twice to the next."""
    names = [{"$ref": f"#/$defs/d{level + 1}"} for level in range(levels)]
    both = [
        {keyword: [one, one]} if keyword else {"required": ["l", "r"], "properties": {"l": one, "r": one}}
        for one in names
    ]
    rest = {} if keyword else {"type": "object"}
    return {
        "$ref": "#/$defs/d0",
        "$defs": {f"d{n}": {**rest, **one} for n, one in enumerate(both)} | {f"d{levels}": leaf},
    }


def _wide(attributes: int, required: int) -> Any:
    """An object of very many attributes."""
    names = [f"p{number}" for number in range(attributes)]
    return {"type": "object", "properties": dict.fromkeys(names, _TEXT), "required": names[:required]}


def _primes(number: int, *more: int) -> Any:
    """Multiples of many primes at once."""
    found = islice((one for one in count(2) if all(one % two for two in range(2, one))), number)
    return {"type": "integer", "allOf": [{"multipleOf": one} for one in (*found, *more)]}


def _around(number: int, last: str) -> Any:
    """Definitions that all lead to each other."""
    made = {
        f"n{one}": {
            "type": "object",
            "properties": {
                "l": {"$ref": f"#/$defs/n{(one + 1) % number}"},
                "r": {"$ref": f"#/$defs/n{one * 7 % number}"},
            },
            "required": ["v", last] if one == number - 1 else ["v"],
        }
        for one in range(number)
    }
    return {"$ref": "#/$defs/n0", "$defs": made}


def _looking(letters: int) -> Any:
    """A pattern that looks ahead for many letters."""
    return {"pattern": "^" + "".join(f"(?=.*{chr(97 + one)})" for one in range(letters))}


HOSTILE: dict[str, tuple[Any, Any, str]] = {
    "40 branches that overlap": (_shapes(40), _shapes(41), "breaking"),
    "levels of attributes": (_nested(10_000, '{{"properties":{{"a":|}}}}'.format), "{}", "error"),
    "levels of not": (_nested(10_000, '{{"not":|}}'.format), "{}", "error"),
    "levels of allOf": (_nested(10_000, '{{"allOf":[|]}}'.format), "{}", "error"),
    "a product of choices": (_cross(0), _cross(1), "breaking unknown"),
    "a fan of allOf": (_fan(40, {"minLength": 3}, "allOf"), {"minLength": 4}, "breaking unknown"),
    "a fan of oneOf": (_fan(40, {"minLength": 3}, "oneOf"), {"minLength": 4}, "compatible unknown"),
    "a fan of attributes": (_fan(40, {"minLength": 3}), _fan(40, {"minLength": 4}), "unknown"),
    "a small fan of attributes": (_fan(10, {"minLength": 3}), _fan(10, {"minLength": 4}), "breaking unknown"),
    "a catastrophic pattern": ({"pattern": "^(a+)+$"}, {"pattern": "^(a|aa)+b?$"}, "compatible"),
    "patterns of 2^40 states": (
        {"pattern": "^(a|b)*a(a|b){40}$"},
        {"pattern": "^(a|b)*b(a|b){40}$"},
        "breaking unknown",
    ),
    "a repetition of repetitions": (
        {"pattern": "^((a{0,99}){0,99}){0,99}$"},
        {"pattern": "^a*$"},
        "compatible unknown",
    ),
    "twenty lookaheads": (_looking(20), _looking(21), "breaking unknown"),
    "a class that Python does not read": ({"pattern": "^\\p{Lu}\\cA$"}, {"pattern": "\\p{Ll}"}, "breaking unknown"),
    "everything, in ECMA": ({"pattern": "^[^]$"}, {"pattern": "^[\\s\\S]$"}, "compatible"),
    "a pattern that is none": ({"pattern": "("}, {"pattern": "a"}, "unknown"),
    "a backward reference": ({"pattern": "^(a+)\\1$"}, {"pattern": "^(aa)+$"}, "unknown"),
    "a large enum": (
        {"enum": list(map(str, range(20_000)))},
        {"enum": list(map(str, range(19_999)))},
        "breaking unknown",
    ),
    "an enum of objects": ({"enum": [{"k": n} for n in range(2_000)]}, {"enum": [{"k": 7}]}, "breaking unknown"),
    "an enum of objects and one more": (
        {"enum": [{"k": n} for n in range(500)]},
        {"enum": [{"k": n} for n in range(501)]},
        "compatible",
    ),
    "a bound that floats hardly tell from the next": ({"maximum": 1.7e308}, {"maximum": 1e308}, "breaking"),
    "whole numbers that floats hardly tell apart": (
        {"type": "integer", "maximum": 1.7e308},
        {"type": "integer", "maximum": 1e308},
        "breaking",
    ),
    "a long text of a pattern": (
        {"minLength": 10**6, "pattern": "^[a-z]*$"},
        {"minLength": 10**6 + 1, "pattern": "^[a-z]*$"},
        "breaking unknown",
    ),
    "a long text": ({"minLength": 10**9}, {"minLength": 10**9 + 1}, "breaking unknown"),
    "a long list": ({"minItems": 10**12}, {"minItems": 10**12 + 1}, "breaking unknown"),
    "many members": ({"minProperties": 10**9}, {"minProperties": 10**9 + 1}, "breaking unknown"),
    "a chain of steps": (_primes(40), _primes(40, 179), "breaking"),
    "a tiny step": ({"multipleOf": 1e-300}, {"multipleOf": 3e-300}, "breaking unknown"),
    "a number of 4,000 digits": ({"minimum": 10**4_000}, {"minimum": 0}, "compatible unknown"),
    "definitions that lead to each other": (_around(30, "w"), _around(30, "u"), "breaking unknown"),
    "a reference to itself": ({"$ref": "#"}, True, "error"),
    "references that meet": ({"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#"}]}}}, True, "error"),
    "very many attributes": (_wide(2_000, 2_000), _wide(2_000, 1_999), "compatible unknown"),
    "a draft of long ago": ({"$schema": "http://json-schema.org/draft-03/schema#"}, True, "error"),
    "a draft of nobody": ({"$schema": "https://nobody.invalid/schema"}, True, "error"),
    "a word of another draft": (
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "exclusiveMinimum": True},
        True,
        "error",
    ),
    "a key written twice": ('{"type": "string", "type": "integer"}', "{}", "error"),
    "a document from elsewhere": ({"$ref": "http://127.0.0.1:9/x.json"}, True, "error"),
    "a file of the machine": ({"$ref": "file:///etc/passwd"}, True, "error"),
    "a document that is too large": ('{"description": "' + "a" * LARGEST_LINE + '"}', "{}", "error"),
}


class _Calls:
    """Counts calls while it is entered; nothing is stopped."""

    def __init__(self) -> None:
        """None yet."""
        self.made = 0

    def __call__(self, frame: Any, event: str, argument: Any) -> None:
        """Count one event."""
        if event in ("call", "c_call"):
            self.made += 1

    def __enter__(self) -> "_Calls":
        """Begin."""
        self._before = sys.getprofile()
        sys.setprofile(self)
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        sys.setprofile(self._before)


def _line(old: Any, new: Any) -> bytes:
    """A line of a batch; texts are taken as they are."""
    parts = [one if isinstance(one, str) else json.dumps(one) for one in (old, new)]
    return f'{{"id": 1, "old": {parts[0]}, "new": {parts[1]}}}'.encode()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_schema_that_is_built_to_explode_is_answered_for_a_counted_amount_of_work(name: str) -> None:
    """The right answer, unknown, or an error that says what is wrong."""
    old, new, expected = HOSTILE[name]
    with _Calls() as calls:
        (answer,) = batch([_line(old, new)], Mode.BACKWARD, Policy(steps=_STEPS))
    assert "defect" not in answer.get("error", "")
    if expected == "error":
        assert answer["verdict"] == "unknown"
        assert answer["error"]
    else:
        assert "error" not in answer
        assert answer["verdict"] in expected.split()
    assert answer["verdict"] != "unknown" or answer.get("reasons") or answer["error"]
    assert calls.made < _MOST_CALLS
