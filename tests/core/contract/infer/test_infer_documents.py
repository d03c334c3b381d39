"""Contracts from exchanges: standard documents that what they were made from conforms to."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from tests.core.contract.deals_contract import NONE, deal, error, exchange, page
from tests.core.contract.json_strategies import blocks, trees

from truemirror.adapters.contract_files import ContractFiles
from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.infer import infer_documents
from truemirror.core.contract.infer.keeping import Kept, keep
from truemirror.core.contract.reading import parse_contract
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request
from truemirror.core.wire.headers import Headers
from truemirror.testing.strategies import exchanges as any_exchanges

BEARER = Headers((("Authorization", "Bearer 7e57ab1e"),))
HTML = Headers((("Content-Type", "text/html"),))

CONVERSATION = [
    exchange("GET", "/v1/deals?limit=20", 200, page(deal(id="d1"), deal(id="d2")), headers=BEARER),
    exchange("GET", "/v1/deals?limit=50&stage=lead", 200, page(), headers=BEARER),
    exchange("GET", "/v1/deals/d1", 200, deal(), headers=BEARER),
    exchange("GET", "/v1/deals/d2", 200, deal(id="d2", tags=[], owner={"id": "u1", "name": "Ada"}), headers=BEARER),
    exchange("GET", "/v1/deals/nope", 404, error(), headers=BEARER),
    exchange(
        "POST", "/v1/deals", 201, deal(id="d3"), sent={"title": "x"}, answered=Headers((("Location", "/v1/deals/d3"),))
    ),
    exchange("POST", "/v1/deals", 422, error("validation_failed"), sent={"titel": 1}),
    exchange("DELETE", "/v1/deals/d3", 204, headers=BEARER),
    exchange("DELETE", "/v1/deals/d3", 404, error(), headers=BEARER),
    exchange("GET", "/nowhere", 404, error()),
    exchange("PUT", "/v1/deals", 405, error("method_not_allowed"), answered=Headers((("Allow", "GET, POST"),))),
]


def _documents(*seen: Exchange) -> dict[str, Any]:
    return infer_documents("deals", "1.0.0", seen or CONVERSATION)


def _paths(*seen: Exchange) -> dict[str, Any]:
    paths: dict[str, Any] = _documents(*seen)["openapi.yaml"]["paths"]
    return paths


def _judged(documents: dict[str, Any], seen: list[Exchange]) -> list[Finding]:
    judge = Conformance(parse_contract("deals", "1.0.0", documents))
    judge.compile()
    return [found for one in seen for found in judge.check(one)]


def test_a_conversation_becomes_operations_and_shapes() -> None:
    """What was offered is declared; what was refused as unknown is not."""
    documents = _documents()
    assert sorted(documents) == ["openapi.yaml", "schemas/deal.schema.json", "schemas/error.schema.json"]
    operations = {
        f"{method} {path}": sorted(item[method]["responses"])
        for path, item in documents["openapi.yaml"]["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert operations == {
        "get /v1/deals": ["200"],
        "post /v1/deals": ["201", "422"],
        "get /v1/deals/{deal_id}": ["200", "404"],
        "delete /v1/deals/{deal_id}": ["204", "404"],
    }


def test_what_it_was_made_from_conforms() -> None:
    """A contract holds for the recording, but for what the service does not offer."""
    assert {one.rule for one in _judged(_documents(), CONVERSATION)} == {"operation-unserved"}


def test_list_and_detail_share_the_resource() -> None:
    """One shape for the items of a collection, the resource itself and the one just made."""
    documents = _documents()
    found = json.dumps(documents["openapi.yaml"]).count("./schemas/deal.schema.json")
    assert found == 3
    shape = documents["schemas/deal.schema.json"]
    assert shape["properties"]["owner"]["properties"]["name"]["type"] == ["string", "null"]
    assert shape["x-truemirror"] == {"seen": 5, "operations": 3}
    assert shape["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_documents_are_valid_openapi(tmp_path: Path) -> None:
    """An independent validator accepts the document and follows its references."""
    ContractFiles(tmp_path).save("deals", "1.0.0", _documents())
    path = tmp_path / "deals" / "1.0.0" / "openapi.yaml"
    validate(yaml.safe_load(path.read_text()), base_uri=path.as_uri())


def test_evidence_is_kept() -> None:
    """How often an operation, an answer and a parameter were seen."""
    item = _paths()["/v1/deals"]["get"]
    assert item["x-truemirror"] == {"seen": 2}
    assert item["responses"]["200"]["x-truemirror"] == {"seen": 2}
    assert {one["name"]: one["x-truemirror"]["seen"] for one in item["parameters"]} == {"limit": 2, "stage": 1}


def test_requests_are_learned_from_those_that_were_accepted() -> None:
    """A refused body teaches nothing about what may be sent."""
    body = _paths()["/v1/deals"]["post"]["requestBody"]
    assert list(body["content"]["application/json"]["schema"]["properties"]) == ["title"]
    assert body["required"] is True


def test_one_clients_habit_is_no_demand() -> None:
    """An attribute of requests is required when three accepted ones had it."""
    sent = [exchange("POST", "/v1/tags", 201, {"id": "t", "label": "x"}, sent={"label": "x"}) for _ in range(3)]

    def schema(*seen: Exchange) -> Any:
        return _paths(*seen)["/v1/tags"]["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert "required" not in schema(*sent[:2])
    assert schema(*sent)["required"] == ["label"]


def test_a_parameter_is_required_when_a_refusal_asked_for_it() -> None:
    """That it was always there is not enough; that its lack was refused by name is."""
    always = [exchange("GET", f"/v1/tags?subject=deal:d{n}&limit=9", 200, page()) for n in range(5)]
    refused = exchange("GET", "/v1/tags", 422, error("missing", details=[{"field": "subject"}]))
    required = {
        one["name"]: one.get("required", False) for one in _paths(*always, refused)["/v1/tags"]["get"]["parameters"]
    }
    assert required == {"limit": False, "subject": True}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2", "3"], "integer"),
        (["1", "1", "1"], "string"),
        (["1", "2"], "string"),
        (["true", "false", "true"], "boolean"),
    ],
)
def test_a_parameter_is_a_number_when_it_was_seen_to_be(values: list[str], kind: str) -> None:
    """Three values, not all the same, all of one type."""
    seen = [exchange("GET", f"/a?x={value}", 200, {"ok": True}) for value in values]
    assert _paths(*seen)["/a"]["get"]["parameters"][0]["schema"] == {"type": kind}


def test_a_repeated_parameter_is_a_list() -> None:
    """What was sent twice in one request may be sent twice."""
    seen = [exchange("GET", "/a?x=1&x=2", 200, {"ok": True})]
    assert _paths(*seen)["/a"]["get"]["parameters"][0]["schema"]["type"] == "array"
    assert _judged(_documents(*seen), seen) == []


def test_headers_of_note_are_declared() -> None:
    """Headers that clients act on: required when they were always there, numbers where they were."""
    busy = [exchange("GET", "/a", 429, error("busy"), answered=Headers((("retry-after", str(n)),))) for n in (1, 2)]
    assert _paths(*busy)["/a"]["get"]["responses"]["429"]["headers"] == {
        "Retry-After": {"required": True, "schema": {"type": "integer"}}
    }
    keyed = exchange("POST", "/a", 201, {"id": "x"}, headers=Headers((("idempotency-key", "k"),)), sent={})
    parameters = _paths(keyed)["/a"]["post"]["parameters"]
    assert parameters == [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}]


def test_a_bearer_token_that_was_asked_for_is_a_security_scheme() -> None:
    """Authorization is declared the way OpenAPI wants it."""
    documents = _documents(*CONVERSATION, exchange("GET", "/v1/deals", 401, error("unauthenticated")))
    assert documents["openapi.yaml"]["components"]["securitySchemes"] == {
        "bearer": {"type": "http", "scheme": "bearer"}
    }
    assert "security" not in documents["openapi.yaml"]["paths"]["/v1/deals"]["post"]


def _codes(*codes: str, path: str = "/a", status: int = 409) -> list[Exchange]:
    return [exchange("POST", path, status, error(code)) for code in codes]


def _narrowed(*seen: Exchange) -> Any:
    schema = _paths(*seen)["/a"]["post"]["responses"]["409"]["content"]["application/json"]["schema"]
    return schema.get("properties", {}).get("error", {}).get("properties", {}).get("code")


def test_error_codes_are_listed_where_each_was_seen_twice() -> None:
    """One code is a constant, several are a list, a fresh one leaves it open."""
    assert _narrowed(*_codes("busy", "busy", "busy")) == {"const": "busy"}
    assert _narrowed(*_codes("busy", "busy", "gone", "gone")) == {"enum": ["busy", "gone"]}
    assert _narrowed(*_codes("busy", "busy", "gone")) is None
    assert _narrowed(*_codes("busy", "busy")) is None


def test_few_errors_of_one_operation_borrow_from_the_service() -> None:
    """What a status means everywhere it means here, unless this operation says otherwise."""
    elsewhere = _codes(*["busy"] * 5, path="/b")
    assert _narrowed(*_codes("busy"), *elsewhere) == {"const": "busy"}
    assert _narrowed(*_codes("other"), *elsewhere) is None


def test_errors_of_one_shape_are_one_document_and_others_keep_theirs() -> None:
    """The shape that most errors have is the error shape."""
    seen = [*_codes(*["busy"] * 4), exchange("POST", "/b", 400, {"detail": "x"})]
    documents = _documents(*seen)
    assert set(documents["schemas/error.schema.json"]["properties"]) == {"error"}
    assert set(documents["schemas/error-2.schema.json"]["properties"]) == {"detail"}


def test_the_same_resource_under_two_paths_is_one_shape() -> None:
    """A search that answers tags answers the tag's shape, under the tag's name."""
    tag = {"id": "t1", "label": "x", "colour": "#fff", "subject": "deal:d1"}
    seen = [
        exchange("GET", "/v1/tags/t1", 200, tag),
        exchange("POST", "/v1/tags", 201, tag, sent={"label": "x"}),
        exchange("POST", "/v1/search", 200, page(tag), sent={"subjects": []}),
    ]
    assert [path for path in _documents(*seen) if path != "openapi.yaml"] == ["schemas/tag.schema.json"]


def test_a_lesser_shape_in_the_list_is_the_item() -> None:
    """What a list shows of a resource is not the resource when the resource always has more."""
    seen = [
        exchange("GET", "/v1/deals", 200, page({"id": "d1", "title": "x"})),
        exchange("GET", "/v1/deals/d1", 200, deal()),
    ]
    assert sorted(_documents(*seen)) == ["openapi.yaml", "schemas/deal-item.schema.json", "schemas/deal.schema.json"]


def test_nested_objects_are_shared_under_their_own_name_only() -> None:
    """An owner here and there is one shape; a stage that happens to look alike is not an owner."""
    person = {"id": "u1", "name": "Ada"}
    seen = [
        exchange("GET", "/v1/deals/d1", 200, {"id": "d1", "owner": person, "stage": person}),
        exchange("GET", "/v1/contacts/c1", 200, {"id": "c1", "owner": {**person, "name": None}, "email": "x"}),
    ]
    documents = _documents(*seen)
    assert "schemas/owner.schema.json" in documents
    assert "schemas/stage.schema.json" not in documents
    assert documents["schemas/owner.schema.json"]["properties"]["name"]["type"] == ["string", "null"]
    assert _judged(documents, seen) == []


def test_a_tree_refers_to_itself() -> None:
    """A resource inside the same resource is a reference, however deep the recording went."""

    def comment(*replies: Any) -> dict[str, Any]:
        return {"id": "c1", "text": "x", "comments": list(replies)}

    seen = [exchange("GET", "/comments/c1", 200, comment(comment(comment()), comment()))]
    documents = _documents(*seen)
    shape = documents["schemas/comment.schema.json"]
    assert shape["properties"]["comments"]["items"] == {"$ref": "./comment.schema.json"}
    assert _judged(documents, seen) == []


def test_other_media_types_are_declared_as_they_came() -> None:
    """HTML is text, an image is bytes, a body without a type is anything; JSON that is none is caught by the check."""
    seen = [
        exchange("GET", "/page", 200, b"<p>", answered=HTML),
        exchange("GET", "/logo", 200, b"\x89PNG", answered=Headers((("Content-Type", "image/png"),))),
        exchange("GET", "/broken", 200, b"{"),
    ]
    paths = _paths(*seen)
    content = {path: item["get"]["responses"]["200"]["content"] for path, item in paths.items()}
    assert content == {
        "/page": {"text/html": {"schema": {"type": "string"}}},
        "/logo": {"image/png": {}},
        "/broken": {"application/json": {"schema": {}}},
    }
    assert [one.rule for one in _judged(_documents(*seen), seen)] == ["response-not-json"]


def test_a_body_that_is_sometimes_missing_may_be_missing() -> None:
    """OpenAPI has no word for it, so the extension says it."""
    seen = [exchange("GET", "/a", 200, {"x": 1}), exchange("GET", "/a", 200)]
    assert _paths(*seen)["/a"]["get"]["responses"]["200"]["x-truemirror"] == {"seen": 2, "empty": 1}
    assert _judged(_documents(*seen), seen) == []


def test_broken_connections_teach_nothing() -> None:
    """A fault is no answer."""
    assert _paths(Exchange(Request("GET", "/a", NONE), Fault(FaultKind.TIMEOUT))) == {}


def test_methods_without_a_word_are_named() -> None:
    """What no contract can hold is left out, and said."""
    document = _documents(exchange("PROPFIND", "/a", 207))["openapi.yaml"]
    assert document["paths"] == {}
    assert document["x-truemirror"] == {"exchanges": 1, "left-out": ["PROPFIND /a"]}


BODIES = st.one_of(
    st.sampled_from(
        [deal(), deal(id="d2", tags=[]), deal(owner=None), page(deal()), page(), [deal()], error(), error("busy")]
    ),
    st.fixed_dictionaries(
        {"id": st.sampled_from(["d1", "lead", "t7"])},
        optional={"n": st.integers() | st.none(), "deal": st.just(deal())},
    ),
    st.recursive(
        st.just(None), lambda inner: st.fixed_dictionaries({"id": st.just("x"), "deals": st.lists(inner, max_size=2)})
    ),
    trees,
    blocks,
    st.none(),
)
TARGETS = ["/v1/deals", "/v1/deals/d1", "/v1/deals/d2?limit=1", "/v1/deals/lead?limit=2", "/v1/tags?limit=x", "/odd/"]
SERVICE = st.lists(
    st.builds(
        exchange,
        st.sampled_from(["GET", "POST", "HEAD", "PUT"]),
        st.sampled_from(TARGETS),
        st.sampled_from([200, 200, 200, 201, 204, 404, 405, 422, 500]),
        BODIES,
        sent=BODIES,
        answered=st.sampled_from([NONE, NONE, HTML, Headers((("ETag", '"1"'),))]),
    ),
    max_size=10,
)  # fmt: skip


def _breaks(seen: list[Exchange]) -> list[Finding]:
    found = _judged(_documents(*seen) if seen else infer_documents("deals", "1.0.0", ()), seen)
    return [one for one in found if one.level is Level.BREAK]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(SERVICE)
def test_no_recording_breaks_its_own_contract(seen: list[Exchange]) -> None:
    """Whatever a service answered, the contract inferred from it holds for it."""
    broken = {one.rule for one in _breaks(seen)}
    assert broken <= {"error-shape-broken"}, "only errors of operations that are not offered may have another shape"


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(any_exchanges, max_size=4))
def test_the_oddest_traffic_gives_a_contract(seen: list[Exchange]) -> None:
    """Any bytes in any place give documents that can be read, and that hold."""
    assert {one.rule for one in _breaks(seen)} <= {"response-not-json", "request-not-json"}


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(SERVICE)
def test_what_nobody_touched_is_kept_as_it_is(seen: list[Exchange]) -> None:
    """Inferring on top of what was inferred changes nothing, whatever a service answers."""
    documents = infer_documents("deals", "1.0.0", seen)
    assert keep(documents, documents) == Kept(documents)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(SERVICE, st.randoms())
def test_the_order_of_exchanges_does_not_matter(seen: list[Exchange], shuffler: random.Random) -> None:
    """The same exchanges give the same bytes."""
    shuffled = seen[:]
    shuffler.shuffle(shuffled)
    documents = infer_documents("deals", "1.0.0", seen)
    assert json.dumps(infer_documents("deals", "1.0.0", shuffled)) == json.dumps(documents)
