"""Folders become one document that says the same."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate
from tests.core.contract.carry.documents import NEW, OLD

from truemirror.adapters.contract_files import documents_at
from truemirror.core.contract.carry.incoming import folder_of
from truemirror.core.contract.carry.outgoing import bundled, schema_bundle
from truemirror.core.contract.compat.judge import Verdict
from truemirror.core.contract.compat.operations_judge import judge_interfaces
from truemirror.core.contract.compat.policy import Mode, Policy
from truemirror.core.contract.openapi.detect import interface_of
from truemirror.errors import FormatError, UsageError

CRM = sorted(Path(__file__).parents[4].glob("contracts/*/*/openapi.yaml"))
FOLDERS = {
    "3.0": folder_of(OLD, "api.yaml").documents,
    "3.1": folder_of(NEW, "api.json").documents,
    **{one.parts[-3]: documents_at(one.parent)[0] for one in CRM},
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_bundle_means_what_its_folder_means(name: str) -> None:
    """Both ways; it refers to nothing outside, and the validator of the standard takes it."""
    documents = FOLDERS[name]
    bundle = bundled(documents, name)
    sides = interface_of(documents), interface_of({"api.json": bundle}, "api.json")
    judgement = judge_interfaces(*sides, Mode.FULL, Policy())
    assert judgement.verdict is Verdict.COMPATIBLE, judgement.findings or judgement.reasons
    validate(bundle)
    assert all(one.startswith("#") for one in _references(bundle))


def _references(node: Any) -> list[str]:
    """All references of a document."""
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [one for value in node.values() for one in _references(value)]
    return [one for value in node for one in _references(value)] if isinstance(node, list) else []


def test_a_bundle_of_a_changed_folder_does_not_mean_the_same() -> None:
    """The comparison above can fail."""
    documents = json.loads(json.dumps(FOLDERS["3.0"]))
    documents["schemas/Cat.schema.json"]["properties"]["name"] = {"type": "integer"}
    sides = interface_of(FOLDERS["3.0"]), interface_of({"a.json": bundled(documents, "")}, "a.json")
    assert judge_interfaces(*sides, Mode.FULL, Policy()).verdict is Verdict.BREAKING


@pytest.mark.parametrize("name", [one for one in FOLDERS if one != "3.1"])
def test_a_bundle_of_schemas_judges_as_its_documents_do(name: str) -> None:
    """A compound document: each schema is there by its name, and the references between them hold."""
    documents = FOLDERS[name]
    bundle = schema_bundle(documents, "crm", "1.0.0")
    jsonschema.Draft202012Validator.check_schema(bundle)
    values: list[Any] = [None, "x", 1, [], {}, {"kind": "cat", "name": None, "mum": {"kind": "dog"}}, {"kind": "cat"}]
    for path in (one for one in documents if one.endswith(".schema.json")):
        embedded = {**bundle, "$ref": bundle["$defs"][path]["$id"]}
        whole = {"$ref": f"./{path}"}
        for value in values:
            assert jsonschema.Draft202012Validator(embedded).is_valid(value) == _plainly(documents, whole, value)


def _plainly(documents: Any, schema: Any, value: Any) -> bool:
    """Whether a value conforms to the documents as they lie in the folder."""
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    base = "https://folder.invalid/"
    resources = [(base + path, DRAFT202012.create_resource(one)) for path, one in documents.items()]
    made = jsonschema.Draft202012Validator({"$id": base + "x", **schema}, registry=Registry().with_resources(resources))
    return made.is_valid(value)


def test_schemas_that_need_the_openapi_document_are_exported_with_it() -> None:
    """A bundle with a hole in it would be worse than none."""
    documents = {
        "openapi.yaml": {"openapi": "3.1.0", "components": {"schemas": {"A": {"type": "string"}}}},
        "schemas/b.schema.json": {"$ref": "../openapi.yaml#/components/schemas/A"},
    }
    with pytest.raises(FormatError, match=r"refers to openapi.yaml"):
        schema_bundle(documents, "a", "1.0.0")


def test_what_is_not_there_cannot_be_exported() -> None:
    """The error names the other export."""
    with pytest.raises(UsageError, match="no schemas"):
        schema_bundle({"openapi.yaml": {"openapi": "3.1.0"}}, "a", "1.0.0")
    with pytest.raises(UsageError, match=r"no openapi.yaml"):
        bundled({"schemas/a.schema.json": {}}, "a")


def test_two_schemas_of_one_name_do_not_become_one() -> None:
    """Anchors are names of a whole document."""
    documents = {
        "openapi.yaml": {"openapi": "3.1.0", "paths": {}},
        "schemas/a.schema.json": {"$anchor": "x"},
        "schemas/b.schema.json": {"$anchor": "x"},
    }
    with pytest.raises(FormatError, match="call themselves 'x'"):
        bundled(documents, "a")
