"""Two interfaces differ in what they say, whatever version of OpenAPI they say it in."""

import json
from copy import deepcopy
from typing import Any

import pytest
from openapi_spec_validator import validate
from tests.core.contract.openapi.interfaces import TEXT, answers, document, get, interface, post

from truemirror.core.contract.compat.operations import interface_changes
from truemirror.core.contract.compat.operations_found import NO_WITNESS, Change, Question

NUMBER = {"type": "integer"}
NUMBERS = {"type": "array", "items": NUMBER}
BEARER = {
    "securitySchemes": {
        "bearer": {"type": "http", "scheme": "bearer"},
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    }
}


def query(name: str = "limit", schema: Any = NUMBER, **more: Any) -> dict[str, Any]:
    """An operation with one query parameter."""
    return get(TEXT, parameters=[{"name": name, "in": "query", "schema": schema, **more}])


def responses(*some: dict[str, Any]) -> dict[str, Any]:
    """An operation with some answers."""
    return document({"/v1/tags": {"get": {"responses": {key: one for each in some for key, one in each.items()}}}})


def media(*names: str) -> dict[str, Any]:
    """The answer with bodies of some media types."""
    return {"200": {"description": "", "content": {name: {"schema": TEXT} for name in names}}}


def takes(*names: str) -> dict[str, Any]:
    """An operation that takes bodies of some media types."""
    content = post(TEXT)
    content["paths"]["/v1/tags"]["post"]["requestBody"]["content"] = {name: {"schema": TEXT} for name in names}
    return content


def header(**header: Any) -> dict[str, Any]:
    """An answer with one header."""
    return responses(answers(TEXT, headers={"X-Total": {"schema": NUMBER, **header}}))


def secured(*alternatives: dict[str, list[str]]) -> dict[str, Any]:
    """An operation that asks for credentials."""
    return {**get(TEXT, security=list(alternatives)), "components": BEARER}


def bodiless() -> dict[str, Any]:
    """An operation that takes no body."""
    content = post(TEXT)
    del content["paths"]["/v1/tags"]["post"]["requestBody"]
    return content


PLAIN = get(TEXT)
GONE = document({})
DEPRECATED = get(TEXT, deprecated=True)
ANNOUNCED = get(TEXT, deprecated=True, **{"x-sunset": "2027-01-01"})

ROWS: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    ("an operation goes", PLAIN, GONE, ["operation-removed"]),
    ("an operation comes", GONE, PLAIN, ["operation-added"]),
    ("a deprecated operation goes without a word", DEPRECATED, GONE, ["operation-removed"]),
    ("an announced end", ANNOUNCED, GONE, ["operation-removed-as-announced"]),
    ("a deprecation", PLAIN, ANNOUNCED, ["operation-deprecated"]),
    ("a deprecation is withdrawn", DEPRECATED, PLAIN, ["operation-deprecation-withdrawn"]),
    (
        "an end comes sooner",
        ANNOUNCED,
        get(TEXT, deprecated=True, **{"x-truemirror": {"sunset": "2026-12-01"}}),
        ["operation-sunset-moved-up"],
    ),
    (
        "a path parameter is renamed",
        get(TEXT, "/v1/tags/{id}", parameters=[{"name": "id", "in": "path", "required": True, "schema": TEXT}]),
        get(TEXT, "/v1/tags/{tag}", parameters=[{"name": "tag", "in": "path", "required": True, "schema": TEXT}]),
        [],
    ),
    ("a path moves below a server", get(TEXT, "/api/v1/tags"), {**PLAIN, "servers": [{"url": "/api"}]}, []),
    (
        "a server goes",
        {**PLAIN, "servers": [{"url": "/api"}, {"url": "/"}]},
        {**PLAIN, "servers": [{"url": "https://x.example/"}]},
        ["base-path-removed"],
    ),
    ("a required parameter comes", PLAIN, query(required=True), ["request-parameter-required-added"]),
    ("an optional parameter comes", PLAIN, query(), ["request-parameter-optional-added"]),
    ("a parameter goes", query(), PLAIN, ["request-parameter-removed"]),
    ("a parameter becomes required", query(), query(required=True), ["request-parameter-became-required"]),
    ("a parameter becomes optional", query(required=True), query(), ["request-parameter-became-optional"]),
    ("a parameter is deprecated", query(), query(deprecated=True), ["request-parameter-deprecated"]),
    (
        "a list is written in another way",
        query(schema=NUMBERS),
        query(schema=NUMBERS, explode=False),
        ["request-parameter-style-changed"],
    ),
    ("a single value is written in the same way", query(), query(explode=False), []),
    ("a number is any text", query(), query(schema=TEXT), ["request-parameter-takes-any-text"]),
    (
        "a parameter moves",
        query("limit"),
        get(TEXT, parameters=[{"name": "limit", "in": "header", "schema": NUMBER}]),
        ["request-parameter-optional-added", "request-parameter-removed"],
    ),
    ("a required body comes", bodiless(), post(TEXT), ["request-body-required-added"]),
    ("an optional body comes", bodiless(), post(TEXT, required=False), ["request-body-optional-added"]),
    ("a body goes", post(TEXT), bodiless(), ["request-body-removed"]),
    ("a body becomes required", post(TEXT, required=False), post(TEXT), ["request-body-became-required"]),
    ("a body becomes optional", post(TEXT), post(TEXT, required=False), ["request-body-became-optional"]),
    (
        "a type is no longer taken",
        takes("application/json", "text/csv"),
        takes("application/json"),
        ["request-media-type-removed"],
    ),
    (
        "a type is taken, too",
        takes("application/json"),
        takes("application/json", "text/csv"),
        ["request-media-type-added"],
    ),
    ("a range takes what a type was", takes("text/csv"), takes("text/*"), ["request-media-type-added"]),
    ("a success goes", responses(answers(TEXT), answers(status="202")), PLAIN, ["response-success-status-removed"]),
    (
        "a success is another",
        PLAIN,
        responses(answers(status="204")),
        ["response-success-status-added", "response-success-status-removed"],
    ),
    ("a success comes", PLAIN, responses(answers(TEXT), answers(status="202")), ["response-success-status-added"]),
    ("an error comes", PLAIN, responses(answers(TEXT), answers(status="409")), ["response-error-status-added"]),
    ("an error goes", responses(answers(TEXT), answers(status="409")), PLAIN, ["response-error-status-removed"]),
    ("a redirect comes", PLAIN, responses(answers(TEXT), answers(status="303")), ["response-other-status-added"]),
    ("a redirect goes", responses(answers(TEXT), answers(status="303")), PLAIN, ["response-other-status-removed"]),
    (
        "an error that the default covered",
        responses(answers(TEXT), answers(status="default")),
        responses(answers(TEXT), answers(status="404"), answers(status="default")),
        [],
    ),
    (
        "an error of a class",
        responses(answers(TEXT), answers(status="4XX")),
        responses(answers(TEXT), answers(status="404")),
        ["response-error-status-removed"],
    ),
    ("a body is no longer answered", PLAIN, get(), ["response-body-removed"]),
    ("a body is answered", get(), PLAIN, ["response-body-added"]),
    (
        "a type is no longer answered",
        responses(media("application/json", "text/csv")),
        PLAIN,
        ["response-media-type-removed"],
    ),
    ("a type is answered, too", PLAIN, responses(media("application/json", "text/csv")), ["response-media-type-added"]),
    ("a required header goes", header(required=True), PLAIN, ["response-header-removed"]),
    ("an optional header goes", header(), PLAIN, ["response-optional-header-removed"]),
    ("a header comes", PLAIN, header(), ["response-header-added"]),
    ("a header becomes optional", header(required=True), header(), ["response-header-became-optional"]),
    ("a header becomes required", header(), header(required=True), ["response-header-became-required"]),
    (
        "a header is written in another way",
        header(schema=NUMBERS),
        header(schema=NUMBERS, explode=True),
        ["response-header-style-changed"],
    ),
    ("credentials are asked for", secured(), secured({"bearer": []}), ["security-tightened"]),
    ("credentials are no longer asked for", secured({"bearer": []}), secured({}), ["security-loosened"]),
    ("one way in is shut", secured({"bearer": []}, {"key": []}), secured({"key": []}), ["security-tightened"]),
    ("another way in", secured({"bearer": []}), secured({"bearer": []}, {"key": []}), ["security-loosened"]),
    ("both are asked for", secured({"bearer": []}), secured({"bearer": [], "key": []}), ["security-tightened"]),
]


def rules(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The rules of all changes."""
    return sorted(one.rule for one in interface_changes(interface(old), interface(new)) if isinstance(one, Change))


def versioned(content: dict[str, Any], version: str) -> dict[str, Any]:
    """The document in another version of OpenAPI."""
    return {**deepcopy(content), "openapi": version}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize(("old", "new", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_change_is_known_by_its_rule(
    old: dict[str, Any], new: dict[str, Any], expected: list[str], version: str
) -> None:
    """The same edit is the same change in both versions, and both documents are valid."""
    for content in (old, new):
        validate(versioned(content, version))
    assert rules(versioned(old, version), versioned(new, version)) == sorted(expected)


@pytest.mark.parametrize("content", [row[1] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_is_the_same_has_no_changes(content: dict[str, Any]) -> None:
    """An interface compared with itself differs nowhere."""
    assert rules(content, deepcopy(content)) == []


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_what_shows_a_change_is_json(row: tuple[str, dict[str, Any], dict[str, Any], list[str]]) -> None:
    """A witness can be printed, whatever it is of."""
    for one in interface_changes(interface(row[1]), interface(row[2])):
        if isinstance(one, Change) and one.witness is not NO_WITNESS:
            assert json.loads(json.dumps(one.witness)) == one.witness


def test_the_smallest_request_has_only_what_is_asked_for() -> None:
    """The witness of a missing operation is a request that used to be answered."""
    content = document(
        {
            "/v1/tags/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"enum": ["t 1"]}}],
                "put": {
                    "parameters": [
                        {"name": "a", "in": "query", "required": True, "schema": NUMBER},
                        {"name": "b", "in": "query", "schema": NUMBER},
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {
                                "schema": {"properties": {"x": NUMBERS, "y": TEXT}, "required": ["x"], "type": "object"}
                            }
                        },
                    },
                    "responses": answers(),
                },
            }
        }
    )
    (change,) = interface_changes(interface(content), interface(GONE))
    assert isinstance(change, Change)
    assert change.witness == {"method": "PUT", "path": "/v1/tags/t 1", "query": {"a": 1}, "body": {"x": []}}


def test_schemas_are_asked_about_from_where_they_stand() -> None:
    """Parameters and bodies of requests go one way, bodies and headers of answers the other."""
    content = post(TEXT, parameters=[{"name": "a", "in": "query", "schema": NUMBER}])
    content["paths"]["/v1/tags"]["post"]["responses"] = answers(TEXT, "201", headers={"X-Total": {"schema": NUMBER}})
    asked = [one for one in interface_changes(interface(content), interface(content)) if isinstance(one, Question)]
    assert [(one.place, one.direction.value) for one in asked] == [
        ("query a", "request"),
        ("request", "request"),
        ("201", "response"),
        ("201 header X-Total", "response"),
    ]


def test_a_range_of_media_types_is_asked_about_for_every_type_that_it_meets() -> None:
    """What was any text is JSON by one schema and the rest by another."""
    old, new = takes("application/*"), takes("application/*", "application/json")
    asked = [one.place for one in interface_changes(interface(old), interface(new)) if isinstance(one, Question)]
    assert asked == ["request application/*", "request"]
