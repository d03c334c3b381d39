"""A contract is held against what a consumer's pact says that it needs."""

import json
from typing import Any

import jsonschema
import pytest
from tests.core.foreign.test_pact import interaction, pact

from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.openapi.detect import interface_of
from truemirror.core.contract.reading import parse_contract
from truemirror.core.foreign.carried import Gathering, Source
from truemirror.core.foreign.pact import interactions_of
from truemirror.core.usage.expected import needs_of, requests_of
from truemirror.core.usage.needs import Expectation, Need
from truemirror.core.usage.paths import spelled
from truemirror.core.usage.schema import schema_of
from truemirror.core.usage.unmet import Promises

JSON = {"Content-Type": "application/json"}
TAG = {"type": "object", "required": ["n"], "properties": {"n": {"type": "number"}}}
PET = {
    "type": "object",
    "required": ["id", "name", "tags"],
    "properties": {
        "id": {"type": "string", "pattern": "^pet_[0-9]+$"},
        "name": {"type": "string"},
        "age": {"type": "integer"},
        "owner": {"type": ["object", "null"], "required": ["name"], "properties": {"name": {"type": "string"}}},
        "tags": {
            "type": "array",
            "items": {"type": "object", "required": ["n"], "properties": {"n": {"type": "number"}}},
        },
        "more": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
}


def expectation(*interactions: Any) -> tuple[Expectation, Gathering]:
    """What a pact says that its consumer needs."""
    gathering = Gathering()
    found = interactions_of(Source("x", pact(*interactions)), gathering).interactions
    needs = needs_of(found, lambda one: f"{one.exchange.request.method} {one.exchange.request.path}", gathering)
    return Expectation("web", "pets", needs, requests_of(found)), gathering


def unmet(*interactions: Any, schema: Any = None, **answers: Any) -> list[Finding]:
    """What a contract with one schema does not promise."""
    content = {"application/json": {"schema": PET if schema is None else schema}}
    operation = {"responses": {"200": {"description": "OK", "content": content}, **answers}}
    template = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    query = {"name": "deep", "in": "query", "schema": {"type": "boolean"}}
    paths = {"/v1/pets/{id}": {"parameters": [template], "get": {"parameters": [query], **operation}}}
    documents = {"openapi.yaml": {"openapi": "3.1.0", "info": {"title": "p", "version": "1"}, "paths": paths}}
    promises = Promises(interface_of(documents), Conformance(parse_contract("pets", "1.0.0", documents)))
    return list(promises.unmet(expectation(*interactions)[0], "web.json"))


def shown(body: Any, rules: Any = None) -> dict[str, Any]:
    """An interaction whose answer has a body."""
    return interaction(response={"headers": JSON, "body": body, "matchingRules": {"body": rules or {}}})


def one(match: str, **more: Any) -> dict[str, Any]:
    """A rule of one matcher."""
    return {"combine": "AND", "matchers": [{"match": match, **more}]}


def test_what_the_contract_promises_is_met() -> None:
    """Kinds, patterns, items; what the consumer does not mention does not count."""
    body = {"id": "pet_1", "name": "Tom", "tags": [{"n": 1}, {"n": 1.5}]}
    assert unmet(shown(body, {"$.id": one("regex", regex="^pet_.*"), "$.name": one("type")})) == []


@pytest.mark.parametrize(
    ("body", "rules", "place"),
    [
        ({"name": 1}, {}, "$.name"),
        ({"age": 3}, {}, "$.age"),
        ({"nick": "T"}, {}, "$.nick"),
        ({"owner": {"name": "Ada"}}, {}, "$.owner"),
        ({"id": "pet_1"}, {"$.id": one("regex", regex="^pet_[0-4]+$")}, "$.id"),
        ({"id": "pet_1"}, {"$.id": one("regex", regex="pet_[0-9]")}, "$.id"),
        ({"tags": [{"n": 1}]}, {"$.tags[*].n": one("integer")}, "$.tags[].n"),
        ({"tags": [{"n": 1, "m": 2}]}, {}, "$.tags[].m"),
        ([1], {}, "$"),
    ],
)
def test_what_the_contract_does_not_promise_is_a_break(body: Any, rules: Any, place: str) -> None:
    """With the consumer's name, and an answer that the independent validator takes by the contract alone."""
    found = unmet(shown(body, rules))
    assert [finding.location for finding in found] == [f"response 200 body {place}"]
    (finding,) = found
    assert (finding.rule, str(finding.level), finding.consumers) == ("consumer-need-unmet", "break", ("web",))
    witness = json.loads(finding.witness)
    needs = [need for need in expectation(shown(body, rules))[0].needs if spelled(need.path) == place]
    assert jsonschema.Draft202012Validator(PET).is_valid(witness)
    assert not jsonschema.Draft202012Validator(schema_of(needs[0])).is_valid(witness)


def test_an_answer_without_a_schema_promises_nothing() -> None:
    """Anything may come."""
    assert [one.location for one in unmet(shown({"id": "x"}), schema=True)] == [
        "response 200 body $", "response 200 body $.id",
    ]  # fmt: skip


def test_a_consumer_that_reads_null_in_one_case_reads_it_in_all() -> None:
    """Kinds add up over interactions, and so does what is required."""
    with_owner = shown({"owner": {"name": "Ada"}})
    schema = {**PET, "required": [*PET["required"], "owner"]}
    assert [one.location for one in unmet(with_owner, schema=schema)] == ["response 200 body $.owner"]
    assert unmet(with_owner, shown({"owner": None}), schema=schema) == []


def test_what_only_some_items_have_is_not_required_of_all() -> None:
    """But it has to be of that kind."""
    body = {"tags": [{"n": 1, "m": "x"}, {"n": 2}]}
    assert unmet(shown(body)) == []
    schema = {"properties": {"tags": {"items": {"properties": {"m": {"type": "integer"}}}}}}
    assert "response 200 body $.tags[].m" in [one.location for one in unmet(shown(body), schema=schema)]


def test_the_names_in_a_map_do_not_count() -> None:
    """Where a matcher says that values are what matters."""
    rules = {"$.more": one("eachValue"), "$.more.*": one("integer")}
    more = {**PET, "required": ["more"]}
    assert unmet(shown({"more": {"a": 1}}, rules), schema=more) == []
    assert [one.location for one in unmet(shown({"more": {"a": 1}}), schema=more)] == ["response 200 body $.more.a"]


def test_statuses_and_operations_have_to_be_there() -> None:
    """A class of statuses is met by any of it."""
    assert [one.location for one in unmet(interaction(response={"status": 404}))] == ["response 404"]
    assert unmet(interaction(response={"status": 404}), **{"4XX": {"description": "no"}}) == []
    success = {"matchingRules": {"status": one("statusCode", status="success")}}
    assert unmet(interaction(response=success)) == []
    (finding,) = unmet(interaction({"path": "/v2/cats"}))
    assert finding.message == "web calls GET /v2/cats, and there is no such operation in the contract"


def test_requests_have_to_be_taken_where_they_are_to_be_accepted() -> None:
    """One that is to be refused may be anything."""
    (finding,) = unmet(interaction({"query": {"deep": ["perhaps"]}}))
    assert (finding.rule, finding.consumers) == ("consumer-request-refused", ("web",))
    refused = {"400": {"description": "no"}}
    assert unmet(interaction({"query": {"deep": ["perhaps"]}}, {"status": 400}), **refused) == []


def test_matchers_that_say_more_than_a_need_can_are_listed() -> None:
    """So that nobody takes the need for all of it."""
    rules = {"$.name": one("semver"), "$.tags": one("arrayContains", variants=[]), "$.age": one("type", min=1)}
    needs, gathering = expectation(shown({"name": "1.0.0", "tags": [{"z": 1}], "age": 1}, rules))
    assert [one.part for one in gathering.left_out] == [
        "response.matchingRules.$['name']", "response.matchingRules.$['tags']",
    ]  # fmt: skip
    assert [spelled(one.path) for one in needs.needs] == ["$", "$.name", "$.tags", "$.age"]


def test_what_cannot_be_decided_is_a_warning_with_its_reason() -> None:
    """Never a promise that nobody proved."""
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string", "pattern": "^(?=x)(a|b)+\\1$"}},
    }
    found = unmet(shown({"id": "x"}, {"$.id": one("regex", regex="^q")}), schema=schema)
    assert {one.rule for one in found} <= {"consumer-need-unknown", "consumer-need-unmet"}
    assert found


def test_needs_of_one_path_are_told_once() -> None:
    """However many interactions say so."""
    needs, _ = expectation(shown({"a": 1}), shown({"a": 1}))
    assert needs.needs == (
        Need("GET /v1/pets/tom", "200", (), ("object",), because="a pet is shown"),
        Need("GET /v1/pets/tom", "200", ("a",), ("number",), because="a pet is shown"),
    )
