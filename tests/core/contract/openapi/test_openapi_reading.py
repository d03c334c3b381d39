"""OpenAPI documents of either version are read into the same values, wherever their parts are."""

from typing import Any

import pytest
from openapi_spec_validator import validate
from tests.core.contract.openapi.interfaces import TEXT, answers, document, get, interface, post

from truemirror.core.contract.openapi.interface import Place
from truemirror.core.contract.openapi.reading import read_interface
from truemirror.core.contract.openapi.version import openapi_version
from truemirror.errors import FormatError

BOTH = pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])


@BOTH
def test_an_operation_is_read_with_all_that_it_takes_and_gives(version: str) -> None:
    """Parameters, bodies, answers and headers are there under either version."""
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    content = post(TEXT, version, parameters=[limit])
    content["paths"]["/v1/tags"]["post"]["responses"]["201"]["headers"] = {"Location": {"schema": TEXT}}
    validate(content)
    (operation,) = interface(content).operations
    assert operation.name == "POST /v1/tags"
    assert [(one.name, one.where, one.required, one.style, one.explode) for one in operation.parameters] == [
        ("limit", "query", False, "form", True)
    ]
    assert operation.body is not None
    assert operation.body.required
    assert list(operation.body.content) == ["application/json"]
    assert list(operation.answers["201"].headers) == ["location"]


@BOTH
def test_references_lead_to_parameters_bodies_answers_and_headers(version: str) -> None:
    """What stands under `components` is what a reference means."""
    content = document(
        {
            "/v1/tags/{id}": {
                "parameters": [{"$ref": "#/components/parameters/Id"}],
                "put": {
                    "requestBody": {"$ref": "#/components/requestBodies/Tag"},
                    "responses": {"200": {"$ref": "#/components/responses/Tag"}},
                },
            }
        },
        version,
        components={
            "parameters": {"Id": {"name": "id", "in": "path", "required": True, "schema": TEXT}},
            "requestBodies": {"Tag": {"required": True, "content": {"application/json": {"schema": TEXT}}}},
            "responses": {"Tag": {"description": "", "headers": {"ETag": {"$ref": "#/components/headers/Tag"}}}},
            "headers": {"Tag": {"required": True, "schema": TEXT}},
        },
    )
    validate(content)
    (operation,) = interface(content).operations
    assert operation.parameters[0].place == Place("openapi.yaml", "/components/parameters/Id")
    assert operation.body is not None
    assert operation.body.place.pointer == "/components/requestBodies/Tag"
    assert operation.answers["200"].headers["etag"].required


def test_a_schema_that_is_only_a_reference_is_known_by_where_it_leads() -> None:
    """Two operations with the same schema name the same place, in whichever document it is."""
    content = get({"$ref": "./schemas/tag.json"})
    (operation,) = read_interface(
        {"openapi.yaml": content, "schemas/tag.json": TEXT}, "openapi.yaml", title="tags 1.0.0"
    ).operations
    assert operation.answers["200"].body.content == {"application/json": Place("schemas/tag.json")}


def test_a_document_is_also_known_by_the_name_it_gives_itself() -> None:
    """A reference to an `$id` of a document that was given leads there; nothing is fetched."""
    content = get({"$ref": "https://example.com/schemas/tag"})
    given = {"openapi.yaml": content, "tag.json": {"$id": "https://example.com/schemas/tag", **TEXT}}
    (operation,) = read_interface(given, "openapi.yaml").operations
    assert operation.answers["200"].body.content == {"application/json": Place("tag.json")}


def test_path_items_may_be_in_a_file_of_their_own() -> None:
    """References in there are relative to that file."""
    item = {"get": {"responses": answers({"$ref": "tag.json"})}}
    given = {
        "openapi.yaml": document({"/v1/tags": {"$ref": "paths/tags.yaml"}}),
        "paths/tags.yaml": item,
        "paths/tag.json": TEXT,
    }
    (operation,) = read_interface(given, "openapi.yaml").operations
    assert operation.place == Place("paths/tags.yaml", "/get")
    assert operation.answers["200"].body.content == {"application/json": Place("paths/tag.json")}


def test_an_operations_own_parameter_wins_over_that_of_its_path() -> None:
    """Name and place decide which is which; headers whatever their case."""
    own = {"name": "x-trace", "in": "header", "required": True, "schema": TEXT}
    content = document(
        {
            "/v1/tags": {
                "parameters": [{"name": "X-Trace", "in": "header", "schema": TEXT}],
                "get": {"parameters": [own], "responses": answers()},
            }
        }
    )
    (parameter,) = interface(content).operations[0].parameters
    assert parameter.required


@pytest.mark.parametrize("name", ["Accept", "content-type", "Authorization"])
def test_headers_that_openapi_describes_elsewhere_are_no_parameters(name: str) -> None:
    """The standard says to ignore them."""
    content = get(TEXT, parameters=[{"name": name, "in": "header", "schema": TEXT}])
    assert interface(content).operations[0].parameters == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"openapi": "2.1"}, "Swagger"),
        ({"openapi": "4.0.0"}, "OpenAPI 4.0.0"),
        ({"openapi": None}, "OpenAPI"),
        ({"paths": []}, "object"),
        ({"paths": {"v1": {}}}, "slash"),
        ({"paths": {"/v1": {"get": None}}}, "object"),
        ({"paths": {"/v1": {"get": {"parameters": {}}}}}, "list"),
        ({"paths": {"/v1": {"get": {"parameters": [{}]}}}}, "`name` and `in`"),
        ({"paths": {"/v1": {"get": {"responses": {"2000": {}}}}}}, "no status"),
        ({"paths": {"/v1": {"get": {"responses": {"200": {"content": []}}}}}}, "object"),
        ({"paths": {"/v1": {"get": {"responses": answers(schema=1)}}}}, "no schema"),
        ({"paths": {"/v1": {"get": {"responses": answers({"$ref": "#/components/x"})}}}}, "/components/x"),
        ({"paths": {"/v1": {"get": {"responses": answers({"$ref": "tags.json"})}}}}, "does not exist"),
        ({"paths": {"/v1": {"get": {"responses": answers({"$ref": "https://example.com/t.json"})}}}}, "not among"),
        ({"paths": {"/v1": {"$ref": "#/paths/~1v1"}}}, "without end"),
        ({"security": {}}, "list"),
        ({"components": []}, "object"),
    ],
)
def test_what_is_not_openapi_is_refused_with_its_place(change: dict[str, Any], said: str) -> None:
    """A mistake is an error that says what it is, and what to do."""
    with pytest.raises(FormatError) as caught:
        interface({**get(TEXT), **change})
    assert said in caught.value.what
    assert caught.value.where.startswith("openapi.yaml")
    assert caught.value.fix


def test_swagger_is_refused_with_the_step_that_converts_it() -> None:
    """A document of version 2 is named as such, and so is a converter."""
    assert openapi_version({"swagger": "2.0"}) == "2.0"
    with pytest.raises(FormatError, match=r"Swagger 2.0") as caught:
        read_interface({"api.yaml": {"swagger": "2.0"}}, "api.yaml")
    assert "swagger2openapi" in caught.value.fix


def test_servers_say_below_which_paths_operations_are() -> None:
    """Variables stand at their defaults, and a server of an operation wins over those of the document."""
    server = {"url": "https://api.example.com/{stage}/", "variables": {"stage": {"default": "live"}}}
    content = document({"/v1": {"get": {"responses": answers()}}}, servers=[server])
    assert interface(content).operations[0].bases == ("/live",)
    content["paths"]["/v1"]["get"]["servers"] = [{"url": "/"}]
    assert interface(content).operations[0].bases == ("",)


def test_security_is_what_it_is_and_not_what_it_is_called() -> None:
    """A scheme is known by its kind; an operation's own word wins over the document's."""
    schemes = {"mine": {"type": "http", "scheme": "Bearer"}, "key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    content = document(
        {
            "/v1": {
                "get": {"responses": answers()},
                "put": {"responses": answers(), "security": [{"key": []}, {}]},
            }
        },
        components={"securitySchemes": schemes},
        security=[{"mine": []}],
    )
    read, put = interface(content).operations
    assert [[one.kind for one in alternative] for alternative in read.security] == [["http bearer"]]
    assert [[one.kind for one in alternative] for alternative in put.security] == [["apiKey header X-Key"], []]
