"""Whatever a file holds, reading it ends in exchanges or in an error of ours."""

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.foreign import (
    test_har,
    test_hoverfly,
    test_mountebank,
    test_pact,
    test_postman,
    test_vcr,
    test_wiremock,
)

from truemirror.core.foreign.carried import Source
from truemirror.core.foreign.formats import FORMATS
from truemirror.errors import FormatError
from truemirror.testing.strategies import json_values

SOUND: dict[str, Any] = {
    "har": {
        "log": {
            "pages": [{"id": "p", "title": "t"}], "creator": {"name": "truemirror"},
            "entries": [
                test_har.entry(
                    request={
                        "postData": {"mimeType": "multipart/form-data", "params": [{"name": "a", "fileName": "f"}]},
                        "cookies": [{"name": "a", "value": "b"}], "bodySize": 5, "headers": [{"name": "a",
                        "value": "b"}],
                    },
                    response={"cookies": [{"name": "a", "value": "b", "path": "/"}],
                    "_truemirror": {"codings": ["gzip"]}},
                    startedDateTime="2026-03-02T00:00:00Z", pageref="p", _error="net::ERR_TIMED_OUT",
                ),
            ],
        }
    },
    "vcr": {"version": 1, "interactions": [test_vcr.interaction(headers={"a": ["b"]}, body={"string": "x"})]},
    "wiremock": {
        "mappings": [
            test_wiremock.mapping(
                {
                    "headers": {"a": {"equalTo": "b"}}, "queryParameters": {"a": {"hasExactly": [{"equalTo": "b"}]}},
                    "bodyPatterns": [{"equalToJson": {"a": 1}}], "basicAuthCredentials": {"username": "a",
                    "password": "b"},
                    "formParameters": {"a": {"equalTo": "b"}}, "cookies": {"a": {"matches": "b"}},
                },
                {
                    "headers": {"a": ["b"]}, "chunkedDribbleDelay": {"numberOfChunks": 2, "totalDuration": 5},
                    "delayDistribution": {"type": "uniform", "lower": 1, "upper": 2},
                    "transformers": ["response-template"],
                },
                scenarioName="s", requiredScenarioState="Started", newScenarioState="next", priority=2,
            ),
        ]
    },
    "hoverfly": {
        "data": {
            "pairs": [
                test_hoverfly.pair(
                    {"query": {"a": test_hoverfly.is_("b")}, "headers": {"a": test_hoverfly.is_("b")},
                     "body": test_hoverfly.is_("{}", "json"), "requiresState": {"sequence:1": "1"}},
                    {"headers": {"a": ["b"]}, "transitionsState": {"sequence:1": "2"}, "logNormalDelay": {"median": 5}},
                ),
            ],
            "globalActions": {"delays": [{"urlPattern": ".", "delay": 1}]},
        },
        "meta": {"schemaVersion": "v5.2", "timeExported": "2026-03-02T00:00:00Z"},
    },
    "mountebank": {
        "imposters": [
            {
                "protocol": "http", "port": 1, "defaultResponse": {"headers": {"a": "b"}},
                "stubs": [
                    test_mountebank.stub(
                        {"and": [test_mountebank.TAGS]}, {"deepEquals": {"query": {"a": ["b"]}, "headers": {"a": "b"}}},
                        {"equals": {"body": {"a": 1}, "form": {"a": "b"}}}, {"matches": {"headers": {"a": "b"}}},
                        responses=[{"is": {"body": {"a": 1}, "headers": {"a": ["b"]}}, "_behaviors": {"wait": 5}}],
                    ),
                ],
            },
        ]
    },
    "pact": test_pact.pact(
        test_pact.interaction(
            {"query": {"a": ["b"]}, "headers": {"A": ["b"]}, "matchingRules": {"path": {"matchers": []}}},
            {
                "body": {"content": {"a": [1]}, "contentType": "application/json", "encoded": False},
                "matchingRules": {
                    "body": {"$.a[*]": {"combine": "AND", "matchers": [{"match": "regex", "regex": "x"}]}}
                },
                "generators": {"body": {"$.a": {"type": "Uuid"}}},
            },
            providerStates=[{"name": "x", "params": {}}], type="Synchronous/HTTP",
        ),
        test_pact.interaction({"query": "a=b"}, {"matchingRules": {"$.body.a": {"match": "type"}}}, providerState="y"),
        messages=[{"description": "m"}],
    ),
    "postman": {
        "info": {"schema": test_postman.SCHEMA}, "variable": [{"key": "a", "value": "b"}],
        "item": [
            test_postman.item(
                {
                    "url": {"raw": "http://{{a}}/:id?x=1", "host": ["a"], "path": ["b"], "query": [{"key": "x",
                    "value": "1"}],
                            "variable": [{"key": "id", "value": "1"}]},
                    "header": [{"key": "a", "value": "b"}], "auth": {"type": "bearer"},
                    "body": {"mode": "formdata", "formdata": [{"key": "a", "value": "b", "type": "text"}]},
                },
                test_postman.example(),
            ),
        ],
    },
}  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in _places(one, (*path, key)))]


def _with(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The document with another value at a place."""
    if not path:
        return new
    changed = copy.deepcopy(value)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = new
    return changed


def _body(name: str) -> bytes:
    """No body is there."""
    raise FormatError("is not there", where=name)


@pytest.mark.parametrize("name", SOUND)
def test_the_sound_document_is_read(name: str) -> None:
    """What is changed below begins as something that carries over."""
    assert FORMATS[name].read(Source("s", SOUND[name], _body)).exchanges


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60)
@given(data=st.data())
def test_a_changed_document_never_ends_in_a_defect(name: str, data: st.DataObject) -> None:
    """Any value at any place: exchanges, or a FormatError."""
    path = data.draw(st.sampled_from(_places(SOUND[name])))
    odd = st.sampled_from(
        [-1, 10**30, 1.5, float("1e308"), "", "\ud800", "a\r\nb", "%zz", "*", b"\xff", True, None, [], {}, "http://"]
    )
    document = _with(SOUND[name], path, data.draw(odd | json_values))
    with suppress(FormatError):
        FORMATS[name].read(Source("s", document, _body))


@pytest.mark.parametrize("document", [[[]], [["a.json"]], ["a.json", {}], [["a.json", 1]]])
def test_a_list_that_is_no_folder_of_wiremock_is_told(document: list[object]) -> None:
    """It is read as one file, whose entries are no mappings."""
    with pytest.raises(FormatError):
        FORMATS["wiremock"].read(Source("s", document, _body))
