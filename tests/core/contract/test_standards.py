"""What other tools would refuse in a contract is found, as an independent validator sees it."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from truemirror.adapters.standards import asyncapi_schema, openapi_schema
from truemirror.core.contract.reading import parse_contract
from truemirror.core.contract.standards import Standards, check_standards

STANDARDS = Standards(openapi_schema, asyncapi_schema)
OK = {"200": {"description": "OK"}}
NAMED = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]


def document(template: str = "/tags", info: Any = None, **operation: Any) -> dict[str, Any]:
    """A contract with one operation."""
    told = {"title": "Tags", "version": "1"} if info is None else info
    return {"openapi": "3.1.0", "info": told, "paths": {template: {"get": {"responses": OK, **operation}}}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (document(), ""),
        (document("/tags/{id}", parameters=NAMED), ""),
        (document(responses={"4XX": {"description": "x"}, "default": {"description": ""}}), ""),
        (document(info={"title": "Tags"}), "`version` is missing"),
        (document(info={"title": "Tags", "version": 1}), "integer 1 has to be a string"),
        (document("/tags/{id}"), "the path's `id` is no declared parameter"),
        (document(responses={"200": {}}), "`description` is missing"),
        (document(responses={"20": {"description": "x"}}), "the standard knows no `20` here"),
    ],
)
def test_a_contract_is_standard_as_an_independent_validator_sees_it(content: Any, said: str) -> None:
    """Each finding is one that the validator has, too."""
    found = check_standards(parse_contract("tags", "1.0.0", {"openapi.yaml": content}), STANDARDS)
    assert [one.message[: len(said)] for one in found[:1]] == ([said] if said else [])
    assert OpenAPIV31SpecValidator(content).is_valid() is not bool(said)


def test_an_events_document_is_held_against_its_standard() -> None:
    """A misspelt key of a channel is told with its place; what is right tells nothing."""
    right = {"asyncapi": "3.0.0", "info": {"title": "Tags", "version": "1"}, "channels": {"tag.made": {"address": "x"}}}
    wrong = {**right, "channels": {"tag.made": {"adress": "x"}}}
    found = [
        check_standards(parse_contract("tags", "1.0.0", {"openapi.yaml": document(), "asyncapi.yaml": one}), STANDARDS)
        for one in (right, wrong)
    ]
    assert found[0] == ()
    assert [(one.location, "adress" in one.message) for one in found[1]] == [("asyncapi.yaml#/channels/tag.made", True)]


def test_a_misspelt_key_of_an_operation_is_told_at_its_operation() -> None:
    """Also one that reading passes over."""
    found = check_standards(parse_contract("tags", "1.0.0", {"openapi.yaml": document(sumary="x")}), STANDARDS)
    assert [(one.operation, one.location) for one in found] == [("GET /tags", "openapi.yaml#/paths/~1tags/get")]
