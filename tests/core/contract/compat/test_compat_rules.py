"""The table of compatibility: every row is as its example comes out, has a mirror, and covers every possible edit."""

import re
from pathlib import Path

import pytest
from tests.core.contract.compat.schema_pairs import sources

from truemirror.core.contract.compat import changes as walking
from truemirror.core.contract.compat.judge import Verdict, judge
from truemirror.core.contract.compat.policy import Direction, Policy
from truemirror.core.contract.compat.row import Row
from truemirror.core.contract.compat.rules import ROWS
from truemirror.core.contract.finding import Level


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
@pytest.mark.parametrize("direction", list(Direction), ids=str)
def test_the_example_of_a_row_weighs_what_the_row_says(row: Row, direction: Direction) -> None:
    """The table is the oracle of what is computed from effect, direction and usage."""
    judged = judge(*sources(row.old, row.new), direction)
    levels = [one.level for one in judged.findings if one.rule == row.id]
    assert (levels[0] if levels else None) == row.levels[direction]
    if row.levels[direction] is Level.BREAK:
        assert judged.verdict is Verdict.BREAKING


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_every_row_has_its_mirror(row: Row) -> None:
    """The change undone is a rule, too, and names this one back; a default is no change of its own."""
    mirror = ROWS[row.mirror]
    assert mirror.mirror == row.id or row.id == "required-attribute-with-default-added"


def test_every_kind_of_change_has_a_row() -> None:
    """Each word that the walk can say is in the table."""
    folder = Path(walking.__file__).parent
    texts = "".join((folder / f"{name}.py").read_text() for name in ("changes", "changes_scalar", "members"))
    said = {word for word in re.findall(r'"([a-z]+(?:-[a-z]+)+)"', texts) if not word.startswith(("x-", "application"))}
    families = {"read-only", "write-only", "items-count", "members-count", "contains-count", "unevaluated-items"}
    assert said - families <= set(ROWS)


_TWO = {
    "type": ("string", "integer"),
    "enum": (["a"], ["b"]),
    "const": ("a", "b"),
    "multipleOf": (2, 3),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"), (2, 3)),
    **dict.fromkeys(("minItems", "maxItems", "minProperties", "maxProperties"), (2, 3)),
    "minContains": (2, 3),
    "maxContains": (2, 3),
    "pattern": ("^a", "^b"),
    "format": ("date", "time"),
    "required": (["a"], ["b"]),
    "dependentRequired": ({"a": ["b"]}, {"a": ["c"]}),
    **{
        name: ({"a": {"type": "string"}}, {"a": {"type": "null"}})
        for name in ("properties", "patternProperties", "dependentSchemas")
    },
    **{
        name: ({"type": "string"}, {"type": "null"})
        for name in ("items", "contains", "additionalProperties", "propertyNames", "not", "unevaluatedItems")
    },
    "unevaluatedProperties": ({"type": "string"}, {"type": "null"}),
    **{name: ([{"type": "string"}], [{"type": "null"}]) for name in ("prefixItems", "allOf", "anyOf", "oneOf")},
    "$ref": ("#/$defs/x", "#/$defs/y"),
    "contentEncoding": ("base64", "base32"),
    "contentMediaType": ("text/plain", "text/html"),
    "contentSchema": ({"type": "string"}, {"type": "null"}),
    "discriminator": ({"propertyName": "a"}, {"propertyName": "b"}),
    "title": ("a", "b"),
    "description": ("a", "b"),
    "default": (1, 2),
    "examples": ([1], [2]),
}
_FLAGS = ("uniqueItems", "readOnly", "writeOnly", "deprecated")
_WAIVED = {
    "$comment": "a word of the authors to themselves",
    "$defs": "means nothing until something refers to it",
    "$schema": "the draft is settled before anything is compared",
    "$id": "a name; what it changes is where references lead",
    "$anchor": "a name; what it changes is where references lead",
    "$dynamicAnchor": "a name; what it changes is where references lead",
    "$vocabulary": "concerns meta-schemas",
    "if": "changes with then and else, which is tested below",
    "then": "means nothing without if",
    "else": "means nothing without if",
    "nullable": "OpenAPI 3.0's word, read as a type before anything is compared",
}
_HOME = {"$defs": {"x": {"type": "string"}, "y": {"type": "null"}}}


def _edits() -> list[tuple[str, object, object]]:
    """Every keyword, added, removed and changed."""
    found: list[tuple[str, object, object]] = []
    for name, (one, two) in _TWO.items():
        base = {**_HOME, **({"contains": True} if name in ("minContains", "maxContains") else {})}
        with_one, with_two = {**base, name: one}, {**base, name: two}
        found += [(f"{name} added", base, with_one), (f"{name} removed", with_one, base)]
        found += [(f"{name} changed", with_one, with_two)]
    for name in _FLAGS:
        found += [(f"{name} added", {}, {name: True}), (f"{name} removed", {name: True}, {})]
    one, two = ({"if": {"type": "string"}, "then": {"maxLength": 3}}, {"if": {"type": "null"}, "then": False})
    return [*found, ("if added", {}, one), ("if removed", one, {}), ("if changed", one, two)]


@pytest.mark.parametrize(("old", "new"), [edit[1:] for edit in _edits()], ids=[edit[0] for edit in _edits()])
def test_every_edit_of_a_schema_is_told_by_a_rule(old: object, new: object) -> None:
    """No keyword can change without a word; every word is one of the table."""
    judged = judge(*sources(old, new), Direction.BACKWARD)
    assert judged.findings
    assert {one.rule for one in judged.findings} <= set(ROWS) - {"schema-rewritten"}


def test_no_keyword_of_the_vocabularies_is_forgotten() -> None:
    """Every keyword of 2020-12, and OpenAPI's, is tested above or waived with a reason."""
    from jsonschema_specifications import REGISTRY

    known: set[str] = set()
    for name in ("applicator", "content", "core", "format-annotation", "meta-data", "unevaluated", "validation"):
        found = REGISTRY[f"https://json-schema.org/draft/2020-12/meta/{name}"].contents
        known |= set(found["properties"])
    known |= {"nullable", "readOnly", "writeOnly", "discriminator", "deprecated"}
    assert known - set(_TWO) - set(_FLAGS) - set(_WAIVED) == {"$dynamicRef"}, "tested by the row reference-changed"


def test_what_nobody_reads_may_go() -> None:
    """A required attribute leaves a response: a break where somebody reads it or nobody knows, else a note."""
    row = ROWS["required-attribute-removed"]
    read = judge(*sources(row.old, row.new), Direction.RESPONSE, Policy(reads=lambda path: path == "$.note"))
    unread = judge(*sources(row.old, row.new), Direction.RESPONSE, Policy(reads=lambda path: path != "$.note"))
    assert (read.verdict, unread.verdict) == (Verdict.BREAKING, Verdict.COMPATIBLE)
    assert [one.level for one in unread.findings] == [Level.INFO]
