"""Documents of events are valid by the official JSON Schema of AsyncAPI 3.0."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from tests.core.contract.openapi.test_asyncapi_reading import document

from truemirror.core.contract.compat import operations_examples

ROOT = Path(__file__).parents[4]
SCHEMA = json.loads((ROOT / "src/truemirror/adapters/standards/asyncapi-3.0.json").read_text())
FOLDERS = sorted(ROOT.glob("contracts/*/*/asyncapi.yaml"))


def errors(content: Any) -> list[str]:
    """What the official schema has against a document."""
    return [one.message for one in jsonschema.Draft7Validator(SCHEMA).iter_errors(content)]


@pytest.mark.parametrize("path", FOLDERS, ids=[str(one.relative_to(ROOT)) for one in FOLDERS])
def test_a_contract_folder_is_valid(path: Path) -> None:
    """Every asyncapi.yaml that is kept here."""
    assert errors(yaml.safe_load(path.read_text())) == []


def test_the_documents_that_reading_is_tested_with_are_valid() -> None:
    """What we read is what the standard says."""
    assert errors(document()) == []


def test_the_official_schema_refuses_what_is_none() -> None:
    """The tests above can fail."""
    assert errors({**document(), "channels": []})
    assert errors({"asyncapi": "3.0.0"})


def test_the_examples_of_the_rules_are_valid() -> None:
    """Good and bad ones alike are documents of the standard."""
    sides = [side for one in operations_examples.BAD.values() for side in (one.old, one.new)]
    events = [one for one in sides if isinstance(one, dict) and "asyncapi" in one]
    assert events
    assert [errors(one) for one in events] == [[] for _ in events]
