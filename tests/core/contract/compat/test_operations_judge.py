"""What the difference of two interfaces means: levels, causes, verdicts and laws."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from tests.core.contract.openapi.interfaces import TEXT, answers, document, get, interface, post

from truemirror.core.contract.compat.judge import Judgement, Verdict
from truemirror.core.contract.compat.operations_examples import BAD, Example
from truemirror.core.contract.compat.operations_judge import UNJUDGED, judge_interfaces
from truemirror.core.contract.compat.policy import Mode
from truemirror.core.contract.compat.rules_operations import OPERATION_RULES
from truemirror.core.contract.finding import Level
from truemirror.core.contract.openapi.interface import Interface
from truemirror.core.contract.openapi.reading import read_interface


def _read(content: dict[str, Any]) -> Interface:
    """What a document offers."""
    name = "asyncapi.yaml" if "asyncapi" in content else "openapi.yaml"
    return read_interface({name: content}, **{name.partition(".")[0]: name})


def _judged(old: dict[str, Any], new: dict[str, Any], mode: Mode = Mode.BACKWARD) -> Judgement:
    """The judgement of two documents."""
    return judge_interfaces(_read(old), _read(new), mode)


def _told(judgement: Judgement) -> list[tuple[str, str, str]]:
    """Rule, level and place of all findings."""
    return [(one.rule, one.level.value, one.location) for one in judgement.findings]


@pytest.mark.parametrize("rule", OPERATION_RULES.values(), ids=OPERATION_RULES)
def test_an_example_is_judged_as_its_rule_says(rule: Any) -> None:
    """A break is breaking and has a witness, anything else is not."""
    judgement = _judged(rule.bad.old, rule.bad.new)
    (found,) = (one for one in judgement.findings if one.rule == rule.id)
    assert found.level is rule.level
    assert bool(found.witness) or rule.level is not Level.BREAK
    expected = Verdict.BREAKING if rule.level is Level.BREAK else Verdict.COMPATIBLE
    assert judgement.verdict is (Verdict.UNKNOWN if rule.id in UNJUDGED else expected)


@pytest.mark.parametrize("example", BAD.values(), ids=BAD)
def test_an_interface_is_compatible_with_itself(example: Example) -> None:
    """Nothing is found, in any mode."""
    for content in (example.old, example.new):
        assert _judged(content, deepcopy(content), Mode.FULL) == Judgement(Verdict.COMPATIBLE)


@pytest.mark.parametrize("example", BAD.values(), ids=BAD)
def test_forward_is_backward_the_other_way_round(example: Example) -> None:
    """A rollback is a change like any other."""
    assert _judged(example.old, example.new, Mode.FORWARD) == _judged(example.new, example.old)


def _tag(**properties: Any) -> dict[str, Any]:
    """The schema of a tag, all attributes required."""
    return {"type": "object", "properties": properties, "required": list(properties)}


ROWS: list[tuple[str, Any, Any, list[str], list[str]]] = [
    ("an attribute goes", _tag(id=TEXT, label=TEXT), _tag(id=TEXT), ["break"], ["warn"]),
    ("a required attribute comes", _tag(id=TEXT), _tag(id=TEXT, label=TEXT), ["info"], ["break"]),
    ("null is let in", _tag(id=TEXT), _tag(id={"type": "string", "nullable": True}), ["break"], ["info"]),
    ("a list of values grows", _tag(id={"enum": ["a"]}), _tag(id={"enum": ["a", "b"]}), ["break"], ["info"]),
    (
        "a null among listed values",
        _tag(id={"type": "string", "enum": ["a"]}),
        _tag(id={"type": "string", "nullable": True, "enum": ["a"]}),
        ["break"],
        ["info"],
    ),
    (
        "a bound is exclusive",
        _tag(n={"type": "number", "minimum": 1}),
        _tag(n={"type": "number", "minimum": 1, "exclusiveMinimum": True}),
        ["info"],
        ["break"],
    ),
]


def _modern(node: Any) -> Any:
    """A schema of 3.0 as somebody would write it in 3.1."""
    if isinstance(node, list):
        return [_modern(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {key: _modern(value) for key, value in node.items()}
    if found.pop("nullable", False):
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    if found.pop("exclusiveMinimum", False):
        found["exclusiveMinimum"] = found.pop("minimum")
    return found


@pytest.mark.parametrize(
    ("old", "new", "response", "request_"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_both_versions_of_openapi_are_judged_alike(
    old: Any, new: Any, response: list[str], request_: list[str]
) -> None:
    """The direction follows from where a schema stands, the findings from what it says."""
    for build, levels in ((get, response), (post, request_)):
        before = _judged(build(old, version="3.0.3"), build(new, version="3.0.3"))
        after = _judged(build(_modern(old)), build(_modern(new)))
        for content in (build(new, version="3.0.3"), build(_modern(new))):
            validate(content)
        assert _told(before) == _told(after)
        assert sorted({one.level.value for one in before.findings}) == levels
        mixed = _judged(build(old, version="3.0.3"), build(_modern(new)))
        assert _told(mixed) == _told(before)


@pytest.mark.parametrize("schema", [row[2] for row in ROWS], ids=[row[0] for row in ROWS])
def test_moving_to_the_newer_openapi_breaks_nobody(schema: Any) -> None:
    """The same promises in the other spelling are compatible both ways."""
    for build in (get, post):
        judgement = _judged(build(schema, version="3.0.3"), build(_modern(schema)), Mode.FULL)
        assert judgement.verdict is Verdict.COMPATIBLE


def _many(tag: Any, count: int) -> dict[str, Any]:
    """Operations that share a schema, half of them in a list."""
    shared = {"$ref": "#/components/schemas/Tag"}
    paths = {
        f"/v1/things{number}": {
            "get": {"responses": answers(shared if number % 2 else {"type": "array", "items": shared})}
        }
        for number in range(count)
    }
    return document(paths, components={"schemas": {"Tag": tag}})


def test_one_cause_is_one_finding() -> None:
    """A schema that twelve operations share is told once, with all of them."""
    judgement = _judged(_many(_tag(id=TEXT, label=TEXT), 12), _many(_tag(id=TEXT), 12))
    (found,) = judgement.findings
    assert found.location == "GET /v1/things0 200 $[].label"
    assert "and 11 more operations" in found.message
    assert set(found.operations) == {f"GET /v1/things{number}" for number in range(12)}
    assert found.schema_location == "openapi.yaml#/components/schemas/Tag/properties/label"


def test_what_is_only_read_or_only_written_counts_on_its_own_side() -> None:
    """An attribute that clients never send may become required; one that they never see, too."""
    before = _tag(id=TEXT)
    assert _judged(post(before), post(_tag(id=TEXT, at={**TEXT, "readOnly": True}))).verdict is Verdict.COMPATIBLE
    hidden = _tag(id=TEXT, secret={**TEXT, "writeOnly": True})
    assert _judged(get(hidden), get(before)).verdict is Verdict.COMPATIBLE
    assert _judged(post(before), post(hidden)).verdict is Verdict.BREAKING


def test_errors_are_held_as_strictly_as_successes() -> None:
    """The shape of an error is a promise."""
    old, new = (
        document({"/v1": {"get": {"responses": {**answers(TEXT), **answers(one, "404")}}}})
        for one in (_tag(code=TEXT), _tag(reason=TEXT))
    )
    judgement = _judged(old, new)
    assert judgement.verdict is Verdict.BREAKING
    assert {one.location.rpartition(" ")[0] for one in judgement.findings} == {"GET /v1 404"}


def test_an_event_that_is_received_is_as_a_request() -> None:
    """Publishers of the old contract are the ones who are broken."""
    content = deepcopy(BAD["event-queue-changed"].old)
    stricter = deepcopy(content)
    stricter["channels"]["deals"]["messages"]["deal.new"]["payload"] = _tag(id=TEXT)
    assert _judged(content, stricter).verdict is Verdict.BREAKING
    assert _judged(stricter, content).verdict is Verdict.COMPATIBLE


def test_what_a_webhook_refers_to_counts_as_part_of_it() -> None:
    """Nobody here judges webhooks, so a change behind a reference makes the whole unknown."""
    hook = {"told": {"post": {"responses": answers({"$ref": "#/components/schemas/Tag"})}}}
    old, new = (
        {**get(TEXT), "webhooks": hook, "components": {"schemas": {"Tag": one}}} for one in (_tag(id=TEXT), _tag())
    )
    judgement = _judged(old, new)
    assert judgement.verdict is Verdict.UNKNOWN
    assert judgement.reasons


@pytest.mark.parametrize("pointer", ["#/components/schemas/Tree", "#/components/schemas/Tree/properties/left"])
def test_schemas_that_refer_to_themselves_come_to_an_end(pointer: str) -> None:
    """A tree is a tree, and a change in it is found once."""
    tree = {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Tree"}, "name": TEXT}}
    old = {**get({"$ref": pointer}), "components": {"schemas": {"Tree": tree}}}
    new = deepcopy(old)
    new["components"]["schemas"]["Tree"]["properties"]["name"] = {"type": "integer"}
    assert _judged(old, deepcopy(old)).verdict is Verdict.COMPATIBLE
    assert _judged(old, new).verdict is Verdict.BREAKING


def test_a_schema_that_says_the_same_with_references_swapped_is_looked_at() -> None:
    """Two references that trade places with their targets are no change of text, and a change all the same."""
    both = {
        "type": "object",
        "properties": {"a": {"$ref": "#/components/schemas/A"}, "b": {"$ref": "#/components/schemas/B"}},
    }
    old = {**get(both), "components": {"schemas": {"A": TEXT, "B": {"type": "integer"}}}}
    new = {**get(both), "components": {"schemas": {"A": {"type": "integer"}, "B": TEXT}}}
    assert _judged(old, new).verdict is Verdict.BREAKING


_LEAVES = st.sampled_from([TEXT, {"type": "integer"}, {"type": "string", "nullable": True}, {"enum": ["a", "b"]}])
_TAGS = st.dictionaries(st.sampled_from(["id", "label", "at"]), _LEAVES, max_size=3).map(lambda one: _tag(**one))
_DOCUMENTS = st.builds(
    lambda tag, body, status, required: document(
        {
            "/v1/tags": {
                "get": {
                    "parameters": [{"name": "q", "in": "query", "required": required, "schema": TEXT}],
                    "responses": {**answers(tag), **answers(tag, status)},
                },
                "post": {"requestBody": {"content": {"application/json": {"schema": body}}}, "responses": answers()},
            }
        },
        "3.0.3",
    ),
    _TAGS,
    _TAGS,
    st.sampled_from(["201", "404", "4XX", "default"]),
    st.booleans(),
)


@settings(deadline=None, max_examples=25)
@given(_DOCUMENTS, _DOCUMENTS)
def test_full_is_backward_and_forward(old: dict[str, Any], new: dict[str, Any]) -> None:
    """The verdict of both ways is the worse of the two, and each way is the other one mirrored."""
    there, back = _judged(old, new), _judged(new, old)
    assert _judged(old, new, Mode.FORWARD) == back
    both = _judged(old, new, Mode.FULL)
    assert len(both.findings) == len(there.findings) + len(back.findings)
    assert (both.verdict is Verdict.COMPATIBLE) == (there.verdict is back.verdict is Verdict.COMPATIBLE)
    assert _judged(old, deepcopy(old), Mode.FULL) == Judgement(Verdict.COMPATIBLE)


def test_a_reference_that_leads_nowhere_is_an_error_of_the_reader() -> None:
    """It is never taken for no change."""
    from truemirror.errors import FormatError

    content = get({"type": "array", "items": {"$ref": "#/components/schemas/Tag"}})
    with pytest.raises(FormatError):
        judge_interfaces(interface(content), interface(deepcopy(content)))


def test_callbacks_of_a_new_operation_concern_nobody_yet() -> None:
    """Who does not call it is not called back."""
    old = get(TEXT)
    hook = {"done": {"{$request.body#/url}": {"post": {"responses": {"204": {"description": "thanks"}}}}}}
    answers = {"202": {"description": "taken"}}
    new = {**old, "paths": {**old["paths"], "/v1/jobs": {"post": {"responses": answers, "callbacks": hook}}}}
    assert _judged(old, new).verdict is Verdict.COMPATIBLE


def test_an_encoding_of_json_means_nothing() -> None:
    """Only forms have parts (OpenAPI 3.1 §4.8.14.1)."""
    body, answers = {"schema": {"type": "object"}}, {"201": {"description": "made"}}
    old, new = (
        {
            **get(TEXT),
            "paths": {
                "/v1/tags": {"post": {"requestBody": {"content": {"application/json": one}}, "responses": answers}}
            },
        }
        for one in (body, {**body, "encoding": {"a": {"style": "form"}}})
    )
    assert _judged(old, new) == Judgement(Verdict.COMPATIBLE)


def test_a_header_travels_as_text() -> None:
    """Who reads any text reads a number; who reads a number is broken by any text."""
    number, text = _with_header({"type": "integer"}), _with_header(TEXT)
    assert _judged(text, number).verdict is Verdict.COMPATIBLE
    assert _judged(number, text).verdict is Verdict.BREAKING


def _with_header(schema: dict[str, Any]) -> dict[str, Any]:
    """`GET /v1/tags` whose answer has a header."""
    answer = {"description": "OK", "headers": {"X-Total": {"required": True, "schema": schema}}}
    return {**get(TEXT), "paths": {"/v1/tags": {"get": {"responses": {"200": answer}}}}}


def test_a_service_that_moved_is_one_cause_and_its_operations_are_compared() -> None:
    """Below another path everything is lost to callers, and what differs besides is told, too."""
    paths = {f"/v1/{name}": {"get": {"responses": answers(_tag(id=TEXT))}} for name in ("tags", "deals")}
    old = {**get(TEXT), "paths": paths, "servers": [{"url": "/a"}]}
    new = deepcopy(old)
    new["servers"] = [{"url": "/b"}]
    new["paths"]["/v1/deals"]["get"]["deprecated"] = True
    judgement = _judged(old, new)
    assert {one.rule for one in judgement.findings} == {"base-path-removed", "operation-deprecated"}
    (lost,) = (one for one in judgement.findings if one.level is Level.BREAK)
    assert len(lost.operations) == 2


def test_a_schema_that_nothing_refers_to_promises_nothing() -> None:
    """It may change as it likes, until an operation refers to it."""
    old, new = ({**get(TEXT), "components": {"schemas": {"Left": one}}} for one in (_tag(id=TEXT), _tag()))
    assert _judged(old, new, Mode.FULL) == Judgement(Verdict.COMPATIBLE)
