"""The control paths are what their OpenAPI document says: every way of asking, held against it."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from tests.adapters.http.mirror_serving import answer, ask, body_of, call, mirror, serving, status_of, told
from tests.adapters.http.test_server_control import POLL, change, control, document, refused

from truemirror.core.mirror.model import Scenario

PREFIX = "/__truemirror__/"
ASKED: dict[tuple[str, str], list[bytes]] = {
    ("get", "openapi.json"): [control("openapi.json")],
    ("get", "version"): [control("version")],
    ("get", "status"): [control("status"), control("status?service=tags")],
    ("get", "sessions"): [control("sessions"), control("sessions?session=ada&service=tags")],
    ("get", "journal"): [control("journal"), control("journal?last=2")],
    ("get", "misses"): [control("misses")],
    ("get", "recordings"): [control("recordings"), control("recordings?first=1&count=5&scenario=ada")],
    ("post", "sessions/open"): [change("sessions/open", session="ada")],
    ("post", "sessions/close"): [change("sessions/close", session="ada")],
    ("post", "reset"): [change("reset"), change("reset", session="ada", service="tags")],
    ("post", "mode"): [change("mode", mode="replay"), change("mode", mode="record")],
    ("get", "plans"): [control("plans"), control("plans?session=ada&service=tags")],
    ("post", "plans/add"): [
        change("plans/add", plan="call 3: reset"),
        change("plans/add", plan=[{"calls": "2-4", "status": 503}], session="eve"),
        change("plans/add", plan="call 1 of GET /never: reset"),
        change("plans/add", plan="call one: reset"),
    ],
    ("post", "plans/end"): [change("plans/end", session="ada"), change("plans/end")],
}
"""What is asked of each; a way that is not listed here fails."""


@pytest.fixture(scope="module")
def described() -> Any:
    """The document, as the server gives it."""
    with serving(mirror(*POLL)) as server:
        (got,) = told(server, control("openapi.json"))
    return document(got)


def test_the_document_is_good_openapi(described: Any) -> None:
    """Judged by an independent validator."""
    validate(described)
    assert described["openapi"] == "3.1.0"


def test_every_way_of_asking_is_held_against_it(described: Any) -> None:
    """What it lists is what is asked here."""
    listed = {(method, path) for path, ways in described["paths"].items() for method in ways}
    assert listed == {(method, PREFIX + path) for method, path in ASKED}


def test_answers_are_as_the_document_says(described: Any) -> None:
    """Good ones and refusals, of a server that was asked all kinds of things."""
    mirrored = mirror(call("POST /job", answer()), *POLL, scenarios=(Scenario("ada", POLL),))
    with serving(mirrored) as server:
        told(server, ask("GET /job"), ask("GET /job"), ask("GET /job?x=1"), ask("GET /nothing"))
        for (method, path), requests in ASKED.items():
            for request in requests:
                (got,) = told(server, request)
                held(described, method, path, got)
            wrong = control(f"{path}?nothing=1") if method == "get" else change(path, nothing=1)
            (got,) = told(server, wrong)
            assert status_of(got) == 400
            held(described, method, path, got)
            (got,) = told(server, control(path, "Origin: http://evil.test", method=method.upper()))
            held(described, method, path, got)


def test_a_body_that_the_document_refuses_the_server_refuses(described: Any) -> None:
    """The described shape of a change is the one that is asked for."""
    bodies: list[Any] = [{}, {"session": "a"}, {"session": 1}, {"mode": "replay"}, {"mode": "x"}, {"service": "tags"}]
    with serving(mirror(*POLL)) as server:
        for path, ways in described["paths"].items():
            for shape in (
                way["requestBody"]["content"]["application/json"]["schema"]
                for way in ways.values()
                if "requestBody" in way
            ):
                for body in bodies:
                    (got,) = told(server, change(path.removeprefix(PREFIX), **body))
                    good = Draft202012Validator(shape).is_valid(body)
                    assert good is (status_of(got) != 400), (path, body, refused(got) if not good else "")


def held(described: Any, method: str, path: str, got: bytes) -> None:
    """An answer against the shape that the document gives for its status."""
    answers = described["paths"][PREFIX + path][method]["responses"]
    schema = answers[str(status_of(got))]["content"]["application/json"]["schema"]
    whole = {**schema, "components": described["components"]}
    Draft202012Validator(whole).validate(json.loads(body_of(got)))
