"""Random pairs of schemas of every draft, made from a seed: all keywords, mixed without restraint, and edits of them.

Rules: the same seed makes the same pairs; every schema is one by its draft's own meta-schema; references lead somewhere
and, where they come back, come back through an attribute or an item.
"""

import json
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

import jsonschema
import jsonschema_rs

from truemirror.core.schema.reading import Dialect

STOCK: Final[Mapping[Dialect, Any]] = {
    Dialect.DRAFT4: jsonschema.Draft4Validator,
    Dialect.DRAFT6: jsonschema.Draft6Validator,
    Dialect.DRAFT7: jsonschema.Draft7Validator,
    Dialect.DRAFT201909: jsonschema.Draft201909Validator,
    Dialect.DRAFT202012: jsonschema.Draft202012Validator,
}
"""The validator that most people have, for each draft."""
SECOND: Final[Mapping[Dialect, Any]] = {
    Dialect.DRAFT4: jsonschema_rs.Draft4Validator,
    Dialect.DRAFT6: jsonschema_rs.Draft6Validator,
    Dialect.DRAFT7: jsonschema_rs.Draft7Validator,
    Dialect.DRAFT201909: jsonschema_rs.Draft201909Validator,
    Dialect.DRAFT202012: jsonschema_rs.Draft202012Validator,
}
"""Another one, by other people."""
URIS: Final[Mapping[Dialect, str]] = {
    Dialect.DRAFT4: "http://json-schema.org/draft-04/schema#",
    Dialect.DRAFT6: "http://json-schema.org/draft-06/schema#",
    Dialect.DRAFT7: "http://json-schema.org/draft-07/schema#",
    Dialect.DRAFT201909: "https://json-schema.org/draft/2019-09/schema",
    Dialect.DRAFT202012: "https://json-schema.org/draft/2020-12/schema",
}
_ORDER: Final = tuple(Dialect)
_NAMES: Final = ("a", "b", "ab", "c", "")
_TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")
_PATTERNS: Final = ("^a", "b$", "^[ab]*$", "a.b", "^$", "^(a|b)c?$", "[^a]", "^.{2,3}$", "^\\d+$", "\\S")
_SCALARS: Final = (None, True, False, 0, 1, 2, 3, -1, 1.5, 0.5, "", "a", "b", "ab", "abc", "ba", "12", 10, 1e20)
_EVERYWHERE: Final = (
    *("type", "type", "type", "enum", "minimum", "maximum", "multipleOf", "minLength", "maxLength", "pattern"),
    *("properties", "properties", "patternProperties", "additionalProperties", "required", "required"),
    *("minProperties", "maxProperties", "items", "minItems", "maxItems", "uniqueItems", "allOf", "anyOf", "oneOf"),
    *("not", "$ref", "exclusiveMinimum", "exclusiveMaximum"),
)
_SINCE: Final[Mapping[Dialect, tuple[str, ...]]] = {
    Dialect.DRAFT6: ("const", "propertyNames", "contains"),
    Dialect.DRAFT7: ("if", "then", "else"),
    Dialect.DRAFT201909: (
        *("dependentRequired", "dependentSchemas", "minContains", "maxContains"),
        *("unevaluatedProperties", "unevaluatedItems"),
    ),
    Dialect.DRAFT202012: ("prefixItems", "$dynamicRef"),
}
_UNTIL: Final[Mapping[str, Dialect]] = {
    "additionalItems": Dialect.DRAFT201909,
    "dependencies": Dialect.DRAFT7,
    "$recursiveRef": Dialect.DRAFT201909,
}
_ONE: Final = frozenset(
    ("additionalProperties", "propertyNames", "contains", "not", "if", "then", "else", "additionalItems")
) | {"unevaluatedProperties", "unevaluatedItems"}
_COUNTS: Final = frozenset(
    ("minLength", "maxLength", "minProperties", "maxProperties", "minItems", "maxItems", "minContains", "maxContains")
)
_BOUNDS: Final = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"))


class Maker:
    """Makes schemas and values of one draft."""

    def __init__(self, dialect: Dialect, seed: int) -> None:
        """A maker that always makes the same."""
        self.dialect = dialect
        self.random = Random(f"{dialect}/{seed}")  # no secrets here
        at = _ORDER.index(dialect)
        since = (word for draft, words in _SINCE.items() if _ORDER.index(draft) <= at for word in words)
        until = (word for word, draft in _UNTIL.items() if at <= _ORDER.index(draft))
        self._keywords = (*_EVERYWHERE, *since, *until)
        if dialect is not Dialect.DRAFT201909:
            self._keywords = tuple(word for word in self._keywords if word != "$recursiveRef")

    def pair(self) -> tuple[Any, Any]:
        """Two schemas; more often than not the one is an edit of the other."""
        draw = self.random
        one = self.document()
        other = self.edited(one) if draw.random() < 0.65 else self.document()
        return (other, one) if draw.random() < 0.3 else (one, other)

    def value(self, depth: int) -> Any:
        """A value."""
        draw = self.random
        fate = draw.random()
        if depth <= 0 or fate < 0.5:
            return draw.choice(_SCALARS)
        if fate < 0.75:
            return [self.value(depth - 1) for _ in range(draw.randint(0, 4))]
        return {draw.choice(_NAMES): self.value(depth - 1) for _ in range(draw.randint(0, 3))}

    def document(self) -> Any:
        """A schema with its definitions, valid by its meta-schema."""
        while True:
            made = self._schema(3)
            if not isinstance(made, dict):
                made = {"not": {}} if made is False else {}
            made = {"$schema": URIS[self.dialect], **made, self._home: self._definitions()}
            if self.is_schema(made):
                return made

    def edited(self, schema: Any) -> Any:
        """The schema with one keyword dropped, changed or added somewhere."""
        draw = self.random
        while True:
            made = json.loads(json.dumps(schema))
            place = draw.choice([one for one in _objects(made) if one])
            word = draw.choice([name for name in place if name != "$schema"] or [""])
            fate = draw.random()
            if fate < 0.4 and word and word != self._home:
                del place[word]
            elif fate < 0.7 and word in self._keywords:
                place[word] = self._argument(word, 1)
            else:
                added = draw.choice(self._keywords)
                place[added] = self._argument(added, 1)
            if self.is_schema(made):
                return made

    def is_schema(self, schema: Any) -> bool:
        """Whether the meta-schema of the draft and the second validator take it."""
        try:
            STOCK[self.dialect].check_schema(schema)
            SECOND[self.dialect](schema)
        except (jsonschema.SchemaError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
            return False
        return True

    @property
    def _home(self) -> str:
        """Where definitions live."""
        return "$defs" if _ORDER.index(self.dialect) >= _ORDER.index(Dialect.DRAFT201909) else "definitions"

    def _definitions(self) -> Any:
        """Two schemas to refer to; the first may be recursive, the second has a name of its own."""
        draw = self.random
        one, two = (found if isinstance(found := self._schema(1), dict) else {} for _ in range(2))
        if draw.random() < 0.3:
            back = {"$ref": f"#/{self._home}/x"}
            one = {**one, **(draw.choice([{"properties": {"a": back}}, {"items": back}]))}
        if self.dialect is Dialect.DRAFT202012 and draw.random() < 0.3:
            two = {**two, "$dynamicAnchor": "node"}
        elif _ORDER.index(self.dialect) >= _ORDER.index(Dialect.DRAFT201909):
            two = {**two, "$anchor": "node"}
        return {"x": one, "y": two}

    def _schema(self, depth: int) -> Any:
        """A schema without definitions."""
        draw = self.random
        if depth <= 0 or draw.random() < 0.1:
            return self._leaf()
        words = (draw.choice(self._keywords) for _ in range(draw.choice([1, 1, 2, 2, 3, 4])))
        made: dict[str, Any] = {}
        for word in words:
            made[word] = self._argument(word, depth - 1)
        return made

    def _leaf(self) -> Any:
        """A schema of one keyword."""
        draw = self.random
        leaves: list[Any] = [
            {},
            {"type": draw.choice(_TYPES)},
            {"enum": self._values()},
            {"minimum": draw.randint(0, 3)},
            {"maxLength": draw.randint(0, 3)},
            {"pattern": draw.choice(_PATTERNS)},
            {"required": [draw.choice(_NAMES)]},
        ]
        if self.dialect is not Dialect.DRAFT4:
            leaves += [True, False, {"const": self.value(1)}]
        return draw.choice(leaves)

    def _values(self) -> list[Any]:
        """Different values for an enumeration."""
        found = {json.dumps(one, sort_keys=True): one for one in (self.value(1) for _ in range(4))}
        if "1" in found:  # equal to it in some validators and not in others
            found.pop("true", None)
        if "0" in found:
            found.pop("false", None)
        return list(found.values())

    def _argument(self, word: str, depth: int) -> Any:
        """What a keyword says."""
        draw = self.random
        if word in _ONE:
            return self._schema(depth)
        if word in _COUNTS:
            return draw.randint(0, 3)
        if word in _BOUNDS:
            if word.startswith("exclusive") and self.dialect is Dialect.DRAFT4:
                return draw.random() < 0.7
            return draw.choice([0, 1, 2, 3, 1.5, -1])
        return getattr(self, f"_say_{word.lstrip('$').lower()}", self._several)(depth)

    def _several(self, depth: int) -> Any:
        """Some schemas in a row."""
        return [self._schema(depth) for _ in range(self.random.randint(1, 3))]

    def _say_type(self, depth: int) -> Any:
        """One kind or two."""
        draw = self.random
        return draw.choice(_TYPES) if draw.random() < 0.7 else draw.sample(_TYPES, 2)

    def _say_enum(self, depth: int) -> Any:
        """Some values."""
        return self._values()

    def _say_const(self, depth: int) -> Any:
        """One value."""
        return self.value(1)

    def _say_multipleof(self, depth: int) -> Any:
        """A step that floats can carry."""
        return self.random.choice([1, 2, 3, 0.5, 0.25])

    def _say_pattern(self, depth: int) -> Any:
        """A pattern."""
        return self.random.choice(_PATTERNS)

    def _say_properties(self, depth: int) -> Any:
        """Some attributes."""
        return {self.random.choice(_NAMES): self._schema(depth) for _ in range(self.random.randint(1, 3))}

    _say_dependentschemas = _say_properties

    def _say_patternproperties(self, depth: int) -> Any:
        """Some families of attributes."""
        return {self.random.choice(_PATTERNS): self._schema(depth) for _ in range(self.random.randint(1, 2))}

    def _say_required(self, depth: int) -> Any:
        """Some names."""
        return self.random.sample(_NAMES, self.random.randint(1, 2))

    def _say_dependentrequired(self, depth: int) -> Any:
        """What a name asks for."""
        return {self.random.choice(_NAMES): self.random.sample(_NAMES, 1)}

    def _say_dependencies(self, depth: int) -> Any:
        """What a name asks for, of either sort."""
        return self._say_dependentrequired(depth) if self.random.random() < 0.5 else self._say_properties(depth)

    def _say_uniqueitems(self, depth: int) -> Any:
        """Mostly on."""
        return self.random.random() < 0.9

    def _say_items(self, depth: int) -> Any:
        """One schema, or before 2020-12 a row of them."""
        if self.dialect is not Dialect.DRAFT202012 and self.random.random() < 0.4:
            return self._several(depth)
        return self._schema(depth)

    def _say_ref(self, depth: int) -> Any:
        """A definition, by pointer or by name."""
        ways = [f"#/{self._home}/x", f"#/{self._home}/y"]
        return self.random.choice(ways)

    def _say_recursiveref(self, depth: int) -> Any:
        """The document itself."""
        return "#"

    def _say_dynamicref(self, depth: int) -> Any:
        """The name that the second definition has."""
        return self.random.choice(["#node", "#/$defs/x"])


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document."""
    if isinstance(node, dict):
        yield node
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _objects(one)
