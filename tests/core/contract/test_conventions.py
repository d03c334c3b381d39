"""What all contracts of a company have in common."""

from typing import Any

import pytest
from tests.core.contract.deals_contract import contract, documents

from truemirror.core.contract.conventions import CONVENTIONS, check_conventions
from truemirror.core.contract.finding import Level
from truemirror.core.contract.reading import parse_contract
from truemirror.errors import FormatError

TOTAL = {"type": "object", "properties": {"total": {"type": "integer"}}, "required": ["total"]}
ITEMS = {"type": "array", "items": {"type": "object"}}


def _contract(schema: Any, status: str = "200", media: str = "application/json", **root: Any) -> Any:
    answers = {status: {"description": "", "content": {media: {"schema": schema}}}}
    document = {"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": answers}}}, **root}
    return parse_contract("a", "1", {"openapi.yaml": document})


def _rules(schema: Any, **more: Any) -> list[str]:
    return [one.rule for one in check_conventions(_contract(schema, **more))]


def test_a_contract_that_keeps_them_gives_no_finding() -> None:
    """The reference contract keeps every convention."""
    assert check_conventions(contract()) == ()


@pytest.mark.parametrize(
    ("schema", "breaks"),
    [
        ({"type": "array"}, True),
        ({"properties": {"items": ITEMS, "metadata": TOTAL}, "required": ["items", "metadata"]}, False),
        ({"properties": {"items": ITEMS, "metadata": TOTAL}, "required": ["items"]}, True),
        ({"properties": {"items": ITEMS, "metadata": {}}, "required": ["items", "metadata"]}, True),
        ({"properties": {"items": ITEMS}}, True),
        ({"properties": {"items": {"type": "integer"}}}, False),
        ({"properties": {"name": {}}}, False),
        (True, False),
    ],
)
def test_collections_are_wrapped(schema: Any, breaks: bool) -> None:
    """Items, and metadata with a total, both always there."""
    assert _rules(schema) == (["convention-collection-envelope"] if breaks else [])


def test_only_successes_are_collections() -> None:
    """An error may be any shape as far as collections go."""
    assert _rules({"type": "array"}, status="422") == []


def test_errors_have_one_shape() -> None:
    """The errors that differ from most are named, each with the shape that most have."""
    changed = documents()
    bare = {"type": "object", "properties": {"detail": {"type": "string"}}}
    responses = changed["openapi.yaml"]["paths"]["/v1/deals/{deal_id}"]["delete"]["responses"]
    responses["404"] = {"description": "", "content": {"application/json": {"schema": bare}}}
    (found,) = check_conventions(contract(changed), "team-deals", ("web",))
    assert (found.rule, found.level) == ("convention-one-error-shape", Level.WARN)
    assert (found.operation, found.location) == ("DELETE /v1/deals/{deal_id}", "response 404 body")
    assert (found.expected, found.actual) == ("schemas/error.schema.json", "{detail}")
    assert (found.owner, found.consumers) == ("team-deals", ("web",))


@pytest.mark.parametrize(
    ("media", "breaks"),
    [("application/json", False), ("application/problem+json", False), ("application/xml", True), ("text/html", True)],
)
def test_answers_are_json(media: str, breaks: bool) -> None:
    """JSON in all its names, and nothing else."""
    assert _rules({}, media=media) == (["convention-json-only"] if breaks else [])


@pytest.mark.parametrize(
    ("name", "schema", "breaks"),
    [
        ("id", {"type": "integer"}, True),
        ("owner_id", {"type": ["integer", "null"]}, True),
        ("id", {"type": "string"}, False),
        ("paid", {"type": "integer"}, False),
    ],
)
def test_ids_are_strings(name: str, schema: Any, breaks: bool) -> None:
    """Wherever an identifier is, and once for each place in the contract."""
    deep = {"properties": {"deals": {"anyOf": [{"items": {"properties": {name: schema}}}, {"type": "null"}]}}}
    assert _rules(deep) == (["convention-ids-are-strings"] if breaks else [])


def test_trees_are_walked_once() -> None:
    """A schema that refers to itself comes to an end."""
    tree = {"$ref": "#/components/schemas/tree"}
    components = {"schemas": {"tree": {"properties": {"id": {"type": "integer"}, "trees": {"items": tree}}}}}
    assert _rules(tree, components=components) == ["convention-ids-are-strings"]


def test_a_contract_names_the_conventions_it_keeps() -> None:
    """A list keeps only those in it, an empty one none."""
    kept = {"conventions": ["convention-json-only"]}
    assert _rules({"type": "array"}, **{"x-truemirror": kept}) == []
    assert _rules({"type": "array"}, **{"x-truemirror": {"conventions": []}}) == []


def test_a_convention_that_there_is_not_is_refused() -> None:
    """The known ones are named."""
    with pytest.raises(FormatError) as caught:
        _rules({}, **{"x-truemirror": {"conventions": ["convention-snake"]}})
    assert caught.value.nearest == ", ".join(CONVENTIONS)
    assert caught.value.where == "a 1 openapi.yaml#/x-truemirror/conventions"


def _parameters(*names: str) -> Any:
    listed = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]
    answers = {"200": {"description": "", "content": {"application/json": {"schema": {}}}}}
    document = {"openapi": "3.1.0", "paths": {"/a": {"get": {"parameters": listed, "responses": answers}}}}
    return parse_contract("a", "1", {"openapi.yaml": document})


def test_names_are_in_snake_case() -> None:
    """All odd names of one document are one finding, attributes and parameters alike."""
    (one,) = check_conventions(_contract({"properties": {"ownerId": {}, "created_at": {}, "Kind": {"items": {}}}}))
    assert one.rule == "convention-snake-case"
    assert one.message == "2 names are in another style: `ownerId`, `Kind`"
    assert [one.rule for one in check_conventions(_parameters("dealId"))] == ["convention-snake-case"]


def test_keys_that_are_data_have_no_style() -> None:
    """A map's keys are nobody's names."""
    assert _rules({"additionalProperties": {"type": "string"}}) == []


@pytest.mark.parametrize(("name", "usual"), [("page", "offset"), ("per_page", "limit"), ("page_token", "cursor")])
def test_collections_are_paged_alike(name: str, usual: str) -> None:
    """The usual name is told."""
    (one,) = check_conventions(_parameters(name, "limit", "offset", "cursor", "q"))
    assert (one.rule, one.expected) == ("convention-pagination", usual)
