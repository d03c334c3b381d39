"""What a caller has to show is judged by what it is, and by where it is got."""

from typing import Any

import pytest

from truemirror.core.contract.compat.judge import Verdict
from truemirror.core.contract.compat.operations_judge import judge_interfaces
from truemirror.core.contract.openapi.reading import read_interface

CODE = {"authorizationCode": {"authorizationUrl": "https://a.example", "tokenUrl": "https://a.example/t", "scopes": {}}}
CLIENT = {"clientCredentials": {"tokenUrl": "https://a.example/t", "scopes": {}}}
MOVED = {"clientCredentials": {"tokenUrl": "https://b.example/t", "scopes": {}}}


def interface(flows: dict[str, Any]) -> Any:
    """One operation that asks for a token of OAuth 2."""
    operation = {"security": [{"login": []}], "responses": {"200": {"description": "OK"}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "tags", "version": "1"},
        "paths": {"/tags": {"get": operation}},
        "components": {"securitySchemes": {"login": {"type": "oauth2", "flows": flows}}},
    }
    return read_interface({"openapi": document}, openapi="openapi")


@pytest.mark.parametrize(
    ("old", "new", "verdict", "rules"),
    [
        (CODE, CODE, Verdict.COMPATIBLE, []),
        (CODE, CODE | CLIENT, Verdict.COMPATIBLE, ["security-loosened"]),
        (CODE | CLIENT, CODE, Verdict.BREAKING, ["security-tightened"]),
        (CLIENT, MOVED, Verdict.UNKNOWN, ["security-flow-changed"]),
        (CODE, CLIENT, Verdict.BREAKING, ["security-tightened"]),
    ],
)
def test_a_flow_more_shuts_nobody_out(
    old: dict[str, Any], new: dict[str, Any], verdict: Verdict, rules: list[str]
) -> None:
    """Whoever got a token by a flow that is gone is shut out; a new address is for a person to judge."""
    judgement = judge_interfaces(interface(old), interface(new))
    assert (judgement.verdict, [one.rule for one in judgement.findings]) == (verdict, rules)
