"""Every field of an OpenAPI or AsyncAPI document has a rule that speaks of an edit of it, or a reason to have none."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import openapi_spec_validator
import pytest
from tests.core.contract.compat.edit_space import ASYNCAPI, ASYNCAPI_EDITS, GONE, OPENAPI, OPENAPI_EDITS, Edit

from truemirror.core.contract.compat.judge import Judgement, Verdict
from truemirror.core.contract.compat.operations_judge import judge_interfaces
from truemirror.core.contract.openapi.reading import read_interface

_OFFICIAL = Path(str(openapi_spec_validator.__file__)).parent / "resources/schemas"
_EVENTS = Path(__file__).parents[4] / "src/truemirror/adapters/standards/asyncapi-3.0.json"
_ALL = [*((OPENAPI, one) for one in OPENAPI_EDITS), *((ASYNCAPI, one) for one in ASYNCAPI_EDITS)]
_IDS = [f"{'openapi' if base is OPENAPI else 'asyncapi'} {one.kind} {one.name}" for base, one in _ALL]


def _edited(base: dict[str, Any], edit: Edit) -> dict[str, Any]:
    """A document with one edit; objects that it has not yet are made on the way."""
    content = json.loads(json.dumps(base))
    *steps, last = (one.replace("~1", "/").replace("~0", "~") for one in edit.pointer.split("/")[1:])
    node = content
    for step in steps:
        node = node[int(step)] if isinstance(node, list) and int(step) < len(node) else _child(node, step)
    if edit.value is GONE:
        del node[last]
    elif isinstance(node, list):
        node.append(edit.value)
    else:
        node[last] = deepcopy(edit.value)
    return content


def _child(node: Any, step: str) -> Any:
    """What is below a step, made where it is missing."""
    if isinstance(node, list):
        node.append({})
        return node[-1]
    return node.setdefault(step, [] if step == "tags" else {})


def _judged(base: dict[str, Any], edit: Edit) -> Judgement:
    """What an edit means."""
    name = "asyncapi" if "asyncapi" in base else "openapi"
    sides = [read_interface({name: one}, **{name: name}) for one in (base, _edited(base, edit))]
    return judge_interfaces(*sides)


@pytest.mark.parametrize(("base", "edit"), _ALL, ids=_IDS)
def test_an_edit_is_told_or_waived(base: dict[str, Any], edit: Edit) -> None:
    """The rule that speaks of it does; what is waived is silent and has a reason."""
    judgement = _judged(base, edit)
    assert bool(edit.rule) != bool(edit.because)
    if edit.rule:
        assert edit.rule in {one.rule for one in judgement.findings}
    else:
        assert judgement == Judgement(Verdict.COMPATIBLE)


def _official() -> set[tuple[str, str, str]]:
    """Standard, object and field of everything that the official schemas name."""
    found: set[tuple[str, str, str]] = set()
    for path, key, names in (
        (_OFFICIAL / "v3.0/schema.json", "definitions", _OLD_NAMES),
        (_OFFICIAL / "v3.1/schema.json", "$defs", {}),
    ):
        schema = json.loads(path.read_text())
        found |= {("openapi", "openapi", name) for name in schema["properties"]}
        for kind, one in schema[key].items():
            called = names.get(kind, kind)
            if isinstance(one, dict) and called not in _LEFT:
                found |= {("openapi", called, name) for name in one.get("properties", {})}
    schema = json.loads(_EVENTS.read_text())
    found |= {("asyncapi", "asyncapi", name) for name in schema["properties"]}
    for kind in ("server", "serverVariable", "channel", "parameter", "messageObject", "correlationId", "operation",
                 "operationReply", "operationReplyAddress"):  # fmt: skip
        properties = schema["definitions"][f"http://asyncapi.com/definitions/3.0.0/{kind}.json"]["properties"]
        found |= {("asyncapi", kind, name) for name in properties}
    binding = schema["definitions"]["http://asyncapi.com/bindings/amqp/0.3.0/channel.json"]["properties"]
    found |= {("asyncapi", "amqp channel", name) for name in binding}
    for part in ("exchange", "queue"):
        found |= {("asyncapi", f"amqp {part}", name) for name in binding[part]["properties"]}
    return found


_OLD_NAMES = {
    "Info": "info", "Contact": "contact", "License": "license", "Server": "server", "ServerVariable": "server-variable",
    "Components": "components", "Discriminator": "discriminator", "XML": "xml", "Response": "response",
    "MediaType": "media-type", "Example": "example", "Header": "header", "PathItem": "path-item",
    "Operation": "operation", "Responses": "responses", "Tag": "tag", "Parameter": "parameter",
    "ExternalDocumentation": "external-documentation", "RequestBody": "request-body", "Link": "link",
    "APIKeySecurityScheme": "security-scheme", "HTTPSecurityScheme": "security-scheme", "Encoding": "encoding",
    "OAuth2SecurityScheme": "security-scheme", "OpenIdConnectSecurityScheme": "security-scheme",
    "OAuthFlows": "oauth-flows", "ImplicitOAuthFlow": "oauth-flow", "PasswordOAuthFlow": "oauth-flow",
    "ClientCredentialsFlow": "oauth-flow", "AuthorizationCodeOAuthFlow": "oauth-flow", "Reference": "reference",
}  # fmt: skip
"""Objects of the schema of OpenAPI 3.0 as that of 3.1 calls them."""
_LEFT = {"Schema", "examples"}
"""The Schema Object has its own table of rules; `examples` is no object but two fields of others."""


def test_every_field_of_the_official_schemas_is_in_the_table() -> None:
    """Nothing that a document can say is forgotten."""
    known = {("openapi", one.kind, one.name) for one in OPENAPI_EDITS}
    known |= {("asyncapi", one.kind, one.name) for one in ASYNCAPI_EDITS}
    assert sorted(_official() - known) == []
