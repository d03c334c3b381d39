"""Contracts under pytest: as items, as a fixture, as assertions."""

import json
from typing import Any

import pytest

OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "tags", "version": "1.0.0"},
    "paths": {
        "/v1/tags/{id}": {
            "get": {
                "operationId": "getTag",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {
                    "200": {
                        "description": "A tag",
                        "content": {"application/json": {"schema": {"$ref": "schemas/tag.schema.json"}}},
                    }
                },
            },
            "delete": {"responses": {"204": {"description": "Gone"}}},
        }
    },
}
TAG = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["id", "label"],
    "properties": {"id": {"type": "string"}, "label": {"type": "string"}},
}


@pytest.fixture
def promised(project: Any) -> Any:
    """The project with a contract of tags."""
    folder = project.path / "contracts/tags/1.0.0"
    (folder / "schemas").mkdir(parents=True)
    (folder / "openapi.yaml").write_text(json.dumps(OPENAPI))
    (folder / "schemas/tag.schema.json").write_text(json.dumps(TAG))
    return project


def test_each_operation_is_a_test(promised: Any) -> None:
    """Recorded exchanges keep the contract; what nobody recorded is skipped with the command that records it."""
    promised.record("tags", default=[("GET", "/v1/tags/t1", 200, {"id": "t1", "label": "vip"})])
    result = promised.run("contracts", "-rA")
    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines_random(
        [
            "PASSED contracts/tags/1.0.0/openapi.yaml::is a valid contract",
            "PASSED contracts/tags/1.0.0/openapi.yaml::GET /v1/tags/{id}",
            "SKIPPED * nothing is recorded of it: truemirror record tags --upstream URL",
        ]
    )
    promised.run("contracts/tags").assert_outcomes(passed=2, skipped=1)


def test_a_recording_that_breaks_the_contract_is_shown(promised: Any) -> None:
    """With the place, expected against actual, the promise, the owner and the exchange."""
    promised.record("tags", default=[("GET", "/v1/tags/t1", 200, {"id": 7})])
    result = promised.run("contracts", "--tb=short")
    result.assert_outcomes(passed=1, failed=1, skipped=1)
    told = result.stdout.str()
    assert "label" in told
    assert "response 200 body /id" in told
    assert "team-tags" in told
    assert "scenario default, exchange 1" in told
    assert "contract_items.py" not in told


def test_a_contract_that_cannot_be_read_is_told(promised: Any) -> None:
    """As a collection error that names file and line."""
    (promised.path / "contracts/tags/1.0.0/openapi.yaml").write_text("openapi: 3.1.0\npaths: {\n")
    result = promised.run("contracts")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*openapi.yaml, line *"])
    assert "Traceback" not in result.stdout.str()


def test_other_documents_of_that_name_are_left_alone(promised: Any) -> None:
    """Only contracts/<service>/<version>/openapi.yaml of the configured folder is a contract."""
    (promised.path / "docs").mkdir()
    (promised.path / "docs/openapi.yaml").write_text("not: ours")
    promised.tests("def test_it():\n    pass\n")
    promised.run("docs", "test_it.py").assert_outcomes(passed=1)


def test_answers_are_held_against_the_contract(promised: Any) -> None:
    """The fixture takes answers of several clients, or their parts, and shows expected against actual."""
    promised.record(
        "tags",
        default=[
            ("GET", "/v1/tags/t1", 200, {"id": "t1", "label": "vip"}),
            ("GET", "/v1/tags/t2", 200, {"id": "t2"}),
        ],
    )
    promised.tests(
        """
        import asyncio
        import aiohttp
        import flask
        import httpx
        import pytest
        import requests
        import urllib3

        async def get(url):
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                await answer.read()
                return answer

        def test_kept(mirrors, contract):
            tags = contract("tags")
            assert tags.version == "1.0.0"
            tags.check(httpx.get("http://tags.internal/v1/tags/t1"))
            tags.check(requests.get("http://tags.internal/v1/tags/t1"))
            tags.check(asyncio.run(get("http://tags.internal/v1/tags/t1")))
            app = flask.Flask("app")
            app.get("/v1/tags/<name>")(lambda name: {"id": name, "label": "x"})
            assert tags.has_attributes(app.test_client().get("/v1/tags/t1"), "id label")
            tags.check(urllib3.request("GET", "http://tags.internal/v1/tags/t1"), url="/v1/tags/t1")
            tags.check(
                method="GET", url="/v1/tags/t9", status=200,
                headers={"Content-Type": "application/json"}, body={"id": "t9", "label": "x"},
            )

        def test_broken(mirrors, contract):
            with pytest.raises(AssertionError) as told:
                contract("tags").check(httpx.get("http://tags.internal/v1/tags/t2"))
            text = str(told.value)
            assert text.startswith("GET /v1/tags/t2 → 200 does not keep the contract tags 1.0.0")
            assert "label" in text and "expected" in text and "actual" in text and "team-tags" in text

            with pytest.raises(AssertionError, match="color"):
                contract("tags").has_attributes(httpx.get("http://tags.internal/v1/tags/t1"), "id color")

        def test_no_contract(contract):
            contract("deals")
        """
    )
    result = promised.run("test_it.py")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*there is no contract of 'deals'*", "*fix: *truemirror infer deals"])


def test_without_a_contract_recording_goes_on(project: Any, live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first recording is what a contract is inferred from, so it does not need one."""
    project.tests(
        """
        import httpx

        def test_it(mirrors, contract):
            contract("tags").check(httpx.get(mirrors.url("tags") + "/v1/tags"))
        """
    )
    monkeypatch.setenv("TAGS_URL", live.url)
    project.run("--mirror-mode=record").assert_outcomes(passed=1)
    project.run().assert_outcomes(failed=1)
