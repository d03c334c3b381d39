"""Contracts are read as the standards say, and mistakes name their place."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.core.contract.deals_contract import contract, documents

from truemirror.core.contract.contract import named
from truemirror.core.contract.reading import parse_contract
from truemirror.errors import FormatError

Change = Callable[[dict[str, Any]], Any]


def _set(*path: Any) -> Change:
    """A change that sets the last of the path at the place that the others lead to."""

    def change(documents: dict[str, Any]) -> None:
        node: Any = documents
        for step in path[:-2]:
            node = node[step]
        node[path[-2]] = path[-1]

    return change


DEALS = ("openapi.yaml", "paths", "/v1/deals")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (_set("openapi.yaml", []), "openapi.yaml"),
        (_set("openapi.yaml", "openapi", "2.0"), "openapi.yaml"),
        (_set("openapi.yaml", "paths", []), "openapi.yaml#/paths"),
        (_set("openapi.yaml", "paths", {"v1": {}}), "openapi.yaml#/paths"),
        (_set("openapi.yaml", "x-truemirror", {"conventions": "all"}), "openapi.yaml#/x-truemirror"),
        (_set(*DEALS, 1), "openapi.yaml#/paths/~1v1~1deals"),
        (_set(*DEALS, "get", None), "openapi.yaml#/paths/~1v1~1deals/get"),
        (_set(*DEALS, "get", "parameters", {}), "openapi.yaml#/paths/~1v1~1deals/get/parameters"),
        (_set(*DEALS, "get", "parameters", [{}]), "openapi.yaml#/paths/~1v1~1deals/get/parameters/0"),
        (_set(*DEALS, "get", "responses", []), "openapi.yaml#/paths/~1v1~1deals/get/responses"),
        (
            _set(*DEALS, "get", "responses", "200", "content", []),
            "openapi.yaml#/paths/~1v1~1deals/get/responses/200/content",
        ),
        (_set(*DEALS, "post", "requestBody", []), "openapi.yaml#/paths/~1v1~1deals/post/requestBody"),
        (_set("schemas/tag.schema.json", []), "schemas/tag.schema.json"),
        (_set("schemas/tag.schema.json", "type", "text"), "schemas/tag.schema.json#/type"),
        (_set("schemas/tag.schema.json", "required", [1]), "schemas/tag.schema.json#/required/0"),
        (
            _set("schemas/tag.schema.json", "$schema", "http://json-schema.org/draft-07/schema#"),
            "schemas/tag.schema.json",
        ),
    ],
)
def test_a_mistake_names_its_place(change: Change, where: str) -> None:
    """What does not have the shape of the standard is refused where it is."""
    changed = documents()
    change(changed)
    with pytest.raises(FormatError) as caught:
        contract(changed)
    assert caught.value.where == f"deals 1.0.0 {where}"
    assert caught.value.fix


def test_the_operations_of_a_contract_are_found() -> None:
    """Every method on every path is an operation."""
    assert list(named(contract().operations)) == [
        "GET /v1/deals",
        "POST /v1/deals",
        "GET /v1/deals/{deal_id}",
        "DELETE /v1/deals/{deal_id}",
    ]


def test_parameters_of_the_path_are_shared_and_may_be_refined() -> None:
    """An operation's own parameter wins over that of its path."""
    changed = documents()
    item = changed["openapi.yaml"]["paths"]["/v1/deals/{deal_id}"]
    item["get"]["parameters"] = [{"name": "deal_id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    get, delete = contract(changed).operations[2:]
    assert [one.schema for one in get.parameters] == [{"type": "integer"}]
    assert [one.schema for one in delete.parameters] == [{"type": "string"}]


def test_reference_objects_are_resolved_everywhere() -> None:
    """Parameters, bodies, answers and headers may live under components."""
    root = {
        "openapi": "3.1.0",
        "paths": {
            "/a": {
                "post": {
                    "parameters": [{"$ref": "#/components/parameters/page"}],
                    "requestBody": {"$ref": "#/components/requestBodies/a"},
                    "responses": {"200": {"$ref": "#/components/responses/a"}},
                }
            }
        },
        "components": {
            "parameters": {"page": {"name": "page", "in": "query", "schema": {"$ref": "#/components/schemas/page"}}},
            "schemas": {"page": {"type": "integer"}},
            "requestBodies": {"a": {"required": True, "content": {"application/json": {"schema": True}}}},
            "headers": {"a": {"required": True, "schema": {"type": "string"}}},
            "responses": {"a": {"headers": {"A": {"$ref": "#/components/headers/a"}}, "content": {"text/plain": {}}}},
        },
    }
    (operation,) = parse_contract("a", "1", {"openapi.yaml": root}).operations
    assert operation.parameters[0].schema == {"type": "integer"}
    assert operation.body is not None
    assert operation.body.required
    answer = operation.answer(200)
    assert answer is not None
    assert (answer.headers[0].name, answer.headers[0].required) == ("A", True)
    assert answer.content.places == {"text/plain": ""}


def test_servers_give_the_prefixes_of_paths() -> None:
    """The path of a server's address belongs before every template, longest first."""
    servers = [{"url": "https://x/api/v1/"}, {"url": "/api"}, {"url": "http://[bad"}, {"url": "/{tenant}"}, 7]
    read = parse_contract("a", "1", {"openapi.yaml": {"openapi": "3.1.0", "paths": {}, "servers": servers}})
    assert read.prefixes == ("/api/v1", "/api", "")


def test_a_contract_of_schemas_alone_has_no_operations() -> None:
    """Without OpenAPI there are shapes to hold, and nothing to route."""
    assert parse_contract("a", "1", {"schemas/a.schema.json": {}}).operations == ()


def test_a_contract_may_be_written_in_openapi_3_0() -> None:
    """Its schemas mean in 3.1 what they meant: `nullable` lets null in."""
    changed = documents()
    changed["openapi.yaml"]["openapi"] = "3.0.3"
    answer = changed["openapi.yaml"]["paths"]["/v1/deals"]["get"]["responses"]["200"]
    answer["content"] = {"application/json": {"schema": {"type": "string", "nullable": True}}}
    place = contract(changed).operations[0].answers["200"].content.places["application/json"]
    assert contract(changed).references.lookup(place) == {"type": ["string", "null"]}


def test_a_schema_may_be_referred_to_by_the_name_it_gives_itself() -> None:
    """An `$id` is a name for a document of the folder, and nothing is fetched."""
    changed = documents()
    changed["schemas/tag.schema.json"]["$id"] = "https://example.com/tag"
    answer = changed["openapi.yaml"]["paths"]["/v1/deals"]["get"]["responses"]["200"]
    answer["content"] = {"application/json": {"schema": {"$ref": "https://example.com/tag"}}}
    place = contract(changed).operations[0].answers["200"].content.places["application/json"]
    assert contract(changed).references.lookup(place) == {"$ref": "/schemas/tag.schema.json"}
