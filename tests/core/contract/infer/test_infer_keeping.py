"""What people wrote or locked in a contract survives when it is inferred again."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate
from tests.core.contract.deals_contract import deal, error, exchange, page

from truemirror.adapters.contract_files import ContractFiles
from truemirror.core.contract.infer import infer_documents
from truemirror.core.contract.infer.keeping import Kept, decisions, keep
from truemirror.core.contract.reading import parse_contract

SEEN = (
    exchange("GET", "/v1/deals/d1", 200, deal()),
    exchange("GET", "/v1/deals?limit=1", 200, page(deal())),
    exchange("GET", "/v1/deals/d2", 404, error()),
    exchange("POST", "/v1/deals", 201, deal(id="d3"), sent={"title": "x"}),
)
SHAPE = "schemas/deal.schema.json"
DOCUMENT = "openapi.yaml"


def _documents() -> dict[str, Any]:
    return infer_documents("deals", "1.0.0", SEEN)


def _again(old: dict[str, Any]) -> Kept:
    kept = keep(old, _documents())
    parse_contract("deals", "1.0.0", kept.documents)
    return kept


def _schema(documents: dict[str, Any], path: str, method: str, *more: Any) -> Any:
    node = documents[DOCUMENT]["paths"][path][method]
    for step in more:
        node = node[step]
    return node


def test_nothing_written_changes_nothing() -> None:
    """Documents that nobody touched stay as they are inferred."""
    assert _again(_documents()) == Kept(_documents())


def test_texts_survive_without_a_lock() -> None:
    """Descriptions, titles, examples and deprecations, in schemas and around them."""
    old = _documents()
    old[SHAPE] |= {"title": "A deal as sales sees it", "description": "One chance to sell."}
    old[SHAPE]["properties"]["title"] |= {"examples": ["Ten desks"], "deprecated": True, "x-owner": "sales"}
    document = old[DOCUMENT]
    document |= {"servers": [{"url": "https://deals.example"}], "tags": [{"name": "deals"}]}
    document["info"] |= {"description": "All deals.", "title": "Deals"}
    document["x-truemirror"]["conventions"] = ["convention-json-only"]
    listing = document["paths"]["/v1/deals"]["get"]
    listing |= {"operationId": "listDeals", "summary": "List", "deprecated": True}
    listing["parameters"][0]["description"] = "How many."
    listing["responses"]["200"]["description"] = "A page of deals."
    assert _again(old).documents == old


def test_what_inference_writes_itself_is_written_anew() -> None:
    """A type that somebody changed by hand without a lock is what was seen."""
    old = _documents()
    old[SHAPE]["properties"]["title"]["type"] = "integer"
    assert _again(old).documents == _documents()


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("enum", ["a", "Deal"]), ("format", "uri"), ("pattern", "^.+$"), ("type", ["string", "null"]), ("minLength", 1)],
)
def test_a_locked_keyword_is_kept(keyword: str, value: Any) -> None:
    """The rest of the schema is inferred."""
    old = _documents()
    old[SHAPE]["properties"]["title"] |= {keyword: value, "x-truemirror": {"locked": [keyword]}}
    kept = _again(old)
    assert kept.documents[SHAPE]["properties"]["title"][keyword] == value
    assert kept.documents[SHAPE]["properties"]["title"]["x-truemirror"]["locked"] == [keyword]
    assert kept.locks == (f"{SHAPE}#/properties/title",)


def test_that_a_keyword_is_absent_can_be_locked() -> None:
    """Somebody decided that nothing is required."""
    old = _documents()
    del old[SHAPE]["required"]
    old[SHAPE]["x-truemirror"]["locked"] = ["required", "additionalProperties"]
    found = _again(old).documents[SHAPE]
    assert "required" not in found
    old[SHAPE]["additionalProperties"] = False
    assert _again(old).documents[SHAPE]["additionalProperties"] is False


def test_a_lock_follows_the_data_when_shapes_are_called_otherwise() -> None:
    """It is known by operation and path of the data, not by the name of a document."""
    old = _documents()
    old[SHAPE]["properties"]["owner"]["properties"]["name"] |= {"maxLength": 9, "x-truemirror": {"locked": True}}
    old["schemas/sale.schema.json"] = old.pop(SHAPE)
    text = yaml.safe_dump(old).replace("deal.schema.json", "sale.schema.json")
    kept = keep(yaml.safe_load(text), _documents())
    assert kept.documents[SHAPE]["properties"]["owner"]["properties"]["name"]["maxLength"] == 9
    assert "schemas/sale.schema.json" not in kept.documents


def test_the_name_of_a_shape_can_be_locked() -> None:
    """Then its document is called so, and everything refers to it."""
    text = yaml.safe_dump(_documents()).replace("deal.schema.json", "sale.schema.json")
    old = yaml.safe_load(text)
    old["schemas/sale.schema.json"]["x-truemirror"]["locked"] = ["name"]
    kept = _again(old)
    assert sorted(kept.documents) == sorted(old)
    assert kept.documents[DOCUMENT] == old[DOCUMENT]


def test_an_attribute_that_was_not_seen_stays_when_it_is_locked() -> None:
    """Optional, as it was written."""
    old = _documents()
    old[SHAPE]["properties"]["secret"] = {"type": "string", "x-truemirror": {"locked": True}}
    old[SHAPE]["properties"]["gone"] = {"type": "string"}
    found = _again(old).documents[SHAPE]["properties"]
    assert found["secret"]["type"] == "string"
    assert "gone" not in found


def test_a_locked_operation_stays_with_all_it_refers_to() -> None:
    """Although no recording shows it."""
    old = _documents()
    answer = {"description": "OK", "content": {"application/json": {"schema": {"$ref": "./schemas/rare.schema.json"}}}}
    locked = {"responses": {"200": answer}, "x-truemirror": {"locked": True}}
    old[DOCUMENT]["paths"]["/v1/rare"] = {"get": locked, "put": {"responses": {"204": {"description": "No content"}}}}
    old["schemas/rare.schema.json"] = {"type": "object"}
    kept = _again(old)
    assert kept.documents[DOCUMENT]["paths"]["/v1/rare"] == {"get": locked}
    assert kept.documents["schemas/rare.schema.json"] == {"type": "object"}


def test_a_lock_without_a_place_is_told() -> None:
    """What it belonged to was not recorded any more."""
    old = _documents()
    document = old[DOCUMENT]
    document["paths"]["/v1/gone"] = {
        "get": {
            "responses": {
                "200": {
                    "description": "OK",
                    "content": {
                        "application/json": {"schema": {"type": "array", "x-truemirror": {"locked": ["minItems"]}}}
                    },
                }
            }
        }
    }
    lost = _again(old).lost
    assert len(lost) == 1
    assert "/v1/gone" in lost[0].place.replace("~1", "/")


def test_names_of_parameters_are_kept() -> None:
    """They mean nothing on the wire, and people chose them."""
    text = yaml.safe_dump(_documents()).replace("deal_id", "id")
    old = yaml.safe_load(text)
    assert _again(old).documents == old


def test_a_decision_between_map_and_object_is_known_by_its_place() -> None:
    """`keys` locked says which it is."""
    old = _documents()
    old[SHAPE]["properties"]["owner"]["x-truemirror"] = {"keys": "data", "locked": ["keys"]}
    found = {(place.operation, place.path): one for place, one in decisions(old).items()}
    assert found["GET /v1/deals/{}", ("owner",)] == "data"
    assert found["GET /v1/deals", ("items", "*", "owner")] == "data"


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {DOCUMENT: []},
        {DOCUMENT: {"paths": []}},
        {DOCUMENT: {"paths": {"/v1/deals": None, "/x": {"get": []}, "/y": {"get": {"responses": []}}}}},
        {DOCUMENT: {"paths": {"/v1/deals": {"get": {"parameters": {}, "x-truemirror": 7}}}, "x-truemirror": []}},
        {SHAPE: {"$ref": "./deal.schema.json", "x-truemirror": {"locked": 7}}},
    ],
)
def test_odd_documents_keep_nothing(odd: dict[str, Any]) -> None:
    """What cannot be read is no reason to fail here."""
    parse_contract("deals", "1.0.0", keep(odd, _documents()).documents)


def test_what_was_kept_is_valid_openapi(tmp_path: Path) -> None:
    """An independent validator accepts it."""
    old = _documents()
    old[SHAPE]["properties"]["owner"]["x-truemirror"] = {"locked": True}
    old[DOCUMENT]["paths"]["/v1/deals"]["get"]["x-truemirror"]["locked"] = True
    ContractFiles(tmp_path).save("deals", "1.0.0", _again(old).documents)
    path = tmp_path / "deals" / "1.0.0" / DOCUMENT
    validate(yaml.safe_load(path.read_text()), base_uri=path.as_uri())
