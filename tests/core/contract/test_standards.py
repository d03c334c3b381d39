"""What other tools would refuse in a contract is found, as an independent validator sees it."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from truemirror.core.contract.reading import parse_contract
from truemirror.core.contract.standards import check_standards

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
        (document(info={"title": "Tags"}), "`info.version` has to be a text"),
        (document(info={"title": "Tags", "version": 1}), "`info.version` has to be a text"),
        (document("/tags/{id}"), "the path's `id` is no declared parameter"),
        (document(responses={"200": {}}), "the answer 200 has no `description`"),
        (document(responses={"20": {"description": "x"}}), "`20` is no status"),
    ],
)
def test_a_contract_is_standard_as_an_independent_validator_sees_it(content: Any, said: str) -> None:
    """Each finding is one that the validator has, too."""
    found = check_standards(parse_contract("tags", "1.0.0", {"openapi.yaml": content}))
    assert [one.message[: len(said)] for one in found] == ([said] if said else [])
    assert OpenAPIV31SpecValidator(content).is_valid() is not bool(said)
