"""OpenAPI documents become folders that say the same."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate_url
from tests.core.contract.carry.documents import NEW, OLD, openapi

from truemirror.adapters.contract_files import ContractFiles, documents_at
from truemirror.core.contract.carry.incoming import folder_of
from truemirror.core.contract.carry.outgoing import bundled
from truemirror.core.contract.compat.judge import Verdict
from truemirror.core.contract.compat.operations_judge import judge_interfaces
from truemirror.core.contract.compat.policy import Mode, Policy
from truemirror.core.contract.openapi.detect import interface_of
from truemirror.core.contract.reading import parse_contract
from truemirror.errors import FormatError

CRM = sorted(Path(__file__).parents[4].glob("contracts/*/*/openapi.yaml"))


def same(old: dict[str, Any], first: str, new: dict[str, Any]) -> None:
    """See that a folder means what a document means, both ways."""
    judgement = judge_interfaces(interface_of(old, first), interface_of(new), Mode.FULL, Policy())
    assert judgement.verdict is Verdict.COMPATIBLE, judgement.findings or judgement.reasons


@pytest.mark.parametrize(("documents", "first"), [(OLD, "api.yaml"), (NEW, "api.json")])
def test_a_folder_means_what_its_document_means(documents: dict[str, Any], first: str, tmp_path: Path) -> None:
    """Both ways, for both versions; the validators of both standards take it."""
    folder = folder_of(documents, first)
    same(documents, first, dict(folder.documents))
    parse_contract("pets", "1.0.0", folder.documents)
    ContractFiles(tmp_path).save("pets", "1.0.0", folder.documents)
    validate_url((tmp_path / "pets/1.0.0/openapi.yaml").as_uri())
    assert dict(ContractFiles(tmp_path).load("pets", "1.0.0")) == dict(folder.documents)


@pytest.mark.parametrize("path", CRM, ids=[one.parts[-3] for one in CRM])
def test_the_reference_system_comes_back_from_one_document(path: Path) -> None:
    """Folder, bundle, folder."""
    documents = documents_at(path.parent)[0]
    folder = folder_of({"api.json": bundled(documents, "crm")}, "api.json")
    same(documents, "", dict(folder.documents))
    assert folder.lost == ()
    assert {one for one in folder.documents if one.startswith("schemas/")} == {
        one for one in documents if one.startswith("schemas/")
    }


def test_there_is_a_reference_system_to_try() -> None:
    """The test above has something to do."""
    assert CRM


def test_what_is_not_schemas_survives() -> None:
    """Descriptions, security, extensions, and a component's name beside its document."""
    root = folder_of(OLD, "api.yaml").documents["openapi.yaml"]
    assert (root["openapi"], root["x-team"]) == ("3.1.0", "animals")
    assert root["paths"]["/pets/{id}"]["get"]["description"] == "One pet."
    assert root["components"]["securitySchemes"]["key"]["name"] == "X-Key"
    assert root["components"]["schemas"]["Cat"] == {"$ref": "./schemas/Cat.schema.json"}


def test_a_name_that_leads_out_of_the_folder_becomes_one_that_does_not() -> None:
    """It is told, and so is one that differs from another's only in case."""
    folder = folder_of(OLD, "api.yaml")
    assert all(".." not in path for path in folder.documents)
    assert len({path.lower() for path in folder.documents}) == len(folder.documents)
    assert [one.place for one in folder.lost] == [
        "api.yaml#/components/schemas/cat",
        "api.yaml#/components/schemas/..~1..~1evil",
    ]


def test_what_stands_beside_a_reference_in_openapi_3_0_is_listed() -> None:
    """The standard says that it is not there; nobody loses it without being told."""
    document = openapi("3.0.0", schema={"$ref": "#/components/schemas/Pet", "description": "which", "nullable": True})
    (lost,) = folder_of({"api.yaml": document}, "api.yaml").lost
    assert lost.why.startswith("description, nullable: ")


def test_discriminators_lead_to_the_documents() -> None:
    """References follow, names stay."""
    pet = folder_of(OLD, "api.yaml").documents["schemas/Pet.schema.json"]
    assert pet["discriminator"]["mapping"] == {"dog": "./Dog.schema.json", "cat": "Cat"}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (openapi("2.0"), "Swagger"),
        (openapi("3.2.0"), "3.2.0"),
        (openapi(schema={"$ref": "https://example.com/pet.json"}), "nothing is fetched|not among"),
        (openapi(schema={"$ref": "missing.yaml"}), "does not exist"),
        (openapi(schema={"$ref": "#/components/schemas/None"}), "there is no"),
        (openapi(schemas=[1]), "object"),
        (openapi(jsonSchemaDialect="http://json-schema.org/draft-07/schema#"), "draft-07"),
        (["openapi"], "no version"),
    ],
)
def test_what_cannot_be_read_says_why(document: Any, said: str) -> None:
    """Never a guess, never a traceback."""
    with pytest.raises(FormatError, match=said):
        folder_of({"api.yaml": document}, "api.yaml")


def test_a_document_nested_too_deeply_is_refused() -> None:
    """It ends in an error."""
    schema: Any = {}
    for _ in range(200):
        schema = {"items": schema}
    with pytest.raises(FormatError, match="deep"):
        folder_of({"api.yaml": openapi(schemas={"Pet": schema})}, "api.yaml")


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=12), st.sampled_from(["string", "integer"]), max_size=6))
def test_any_names_of_components_become_a_folder(names: dict[str, str]) -> None:
    """Every schema is there once, inside the folder."""
    schemas = {name: {"type": kind} for name, kind in names.items()}
    folder = folder_of({"a.json": openapi(schemas=schemas, schema={"type": "string"})}, "a.json")
    files = [path for path in folder.documents if path != "openapi.yaml"]
    assert len({path.lower() for path in files}) == len(names)
    assert all(path.count("/") == 1 and path.startswith("schemas/") for path in files)
    assert sorted(folder.documents[path]["type"] for path in files) == sorted(names.values())
