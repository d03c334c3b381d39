"""Attributes that a value has and its schema does not declare.

Rules: schemas are open, so an undeclared attribute breaks nobody; it is found by comparing names with those declared
anywhere for the same value, branches of unions included; objects of which nothing is declared have none. What schemas
declare is worked out once for each place of the contract and remembered.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from truemirror.core.contract.pointer import Step, starred
from truemirror.core.contract.references import References, below

_MOST = 25
_REMEMBERED = 1_000
_GOVERNS = ("additionalProperties", "patternProperties", "unevaluatedProperties")
_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("if", "then", "else")

Placed = tuple[Mapping[str, Any], str]
"""A schema and its URI."""


class _Plan:
    """What is declared for one kind of value, by all schemas that apply to it."""

    __slots__ = ("attributes", "declares", "governed", "items", "prefixed", "schemas")

    def __init__(self, schemas: tuple[Placed, ...]) -> None:
        """Nothing is worked out yet."""
        self.schemas = schemas
        self.declares = any("properties" in schema for schema, _ in schemas)
        self.governed = any(name in schema for schema, _ in schemas for name in _GOVERNS)
        self.prefixed = max((len(schema.get("prefixItems", ())) for schema, _ in schemas), default=0)
        self.attributes: dict[str, _Plan | None] = {}
        """The plan of each attribute met so far; None for one that is not declared."""
        self.items: dict[int, _Plan] = {}
        """The plans of items, by how many `prefixItems` could apply."""


class Extras:
    """Finds undeclared attributes under the schemas of one contract."""

    def __init__(self, references: References) -> None:
        """Keep what references are resolved with."""
        self._references = references
        self._flat: dict[str, tuple[Placed, ...]] = {}
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def find(self, uri: str, value: Any) -> tuple[tuple[Step, ...], ...]:
        """The places of undeclared attributes; items of one list that share one are told once."""
        found: dict[tuple[Step, ...], tuple[Step, ...]] = {}
        todo: list[tuple[tuple[Step, ...], Any, _Plan]] = [((), value, self._plan([uri]))]
        while todo and len(found) < _MOST:
            steps, one, plan = todo.pop()
            if isinstance(one, dict):
                for name, inner in one.items():
                    onward = self._attribute(plan, name)
                    if onward is None:
                        found.setdefault(starred((*steps, name)), (*steps, name))
                    elif isinstance(inner, dict | list):
                        todo.append(((*steps, name), inner, onward))
            elif isinstance(one, list):
                numbers = (number for number in range(len(one) - 1, -1, -1) if isinstance(one[number], dict | list))
                todo.extend(((*steps, number), one[number], self._item(plan, number)) for number in numbers)
        return tuple(found.values())

    def _attribute(self, plan: _Plan, name: str) -> _Plan | None:
        """The plan of an attribute; None when it is undeclared."""
        if name in plan.attributes:
            return plan.attributes[name]
        places = [
            below(uri, "properties", name) for schema, uri in plan.schemas if name in schema.get("properties", ())
        ]
        if not places and plan.governed:
            places = [
                below(uri, "additionalProperties")
                for schema, uri in plan.schemas
                if isinstance(schema.get("additionalProperties"), Mapping)
            ]
        undeclared = not places and plan.declares and not plan.governed
        onward = None if undeclared else self._plan(places)
        if len(plan.attributes) < _REMEMBERED:
            plan.attributes[name] = onward
        return onward

    def _item(self, plan: _Plan, number: int) -> _Plan:
        """The plan of an item."""
        key = min(number, plan.prefixed)
        if key not in plan.items:
            plan.items[key] = self._plan(_item_places(plan.schemas, key))
        return plan.items[key]

    def _plan(self, places: Iterable[str]) -> _Plan:
        """The plan of the values that the schemas at some places apply to."""
        key = tuple(places)
        known = self._plans.get(key)
        if known is None:
            known = self._plans[key] = _Plan(tuple(one for place in key for one in self._schemas(place)))
        return known

    def _schemas(self, uri: str) -> tuple[Placed, ...]:
        """All schemas that apply to the same value as the one at a URI."""
        known = self._flat.get(uri)
        if known is None:
            known = self._flat[uri] = tuple(self._flatten(uri))
        return known

    def _flatten(self, uri: str) -> Iterator[Placed]:
        """The schema and everything that it applies in place."""
        schema = self._references.lookup(uri)
        if not isinstance(schema, Mapping):
            return
        yield schema, uri
        if isinstance(schema.get("$ref"), str):
            yield from self._schemas(urljoin(uri, schema["$ref"]))
        for name in _LISTS:
            for number in range(len(schema.get(name, ()))):
                yield from self._schemas(below(uri, name, number))
        for name in _SINGLE:
            if name in schema:
                yield from self._schemas(below(uri, name))
        for name in schema.get("dependentSchemas", ()):
            yield from self._schemas(below(uri, "dependentSchemas", name))


def _item_places(schemas: Iterable[Placed], number: int) -> Iterator[str]:
    """The places of the schemas that hold for an item."""
    for schema, uri in schemas:
        if number < len(schema.get("prefixItems", ())):
            yield below(uri, "prefixItems", number)
        elif "items" in schema:
            yield below(uri, "items")
