"""The scripted user: its stories cover the CRM, and tell the same every time."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route
from tests.examples.crm_system import Company, System

from crm import drive

ERRORS = {
    "auth": {400, 401, 403, 404, 405, 406, 415, 422, 429},
    "core": {400, 401, 403, 404, 405, 406, 409, 415, 422},
    "tags": {400, 401, 403, 404, 405, 406, 409, 415, 422},
    "deals": {400, 401, 403, 404, 405, 406, 409, 415, 422},
    "public-api": {400, 401, 403, 404, 405, 406, 409, 415, 422, 429},
}
LEAVE_SOMETHING = {
    "ada-adds-contacts",
    "an-impatient-client-sends-twice",
    "mallory-guesses-passwords",
    "a-robot-guesses-passwords",
    "ada-hires-two-people",
    "people-change-their-details",
    "a-script-repeats-itself",
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> list[drive.Told]:
    """All stories, told to a fresh system."""
    return fresh(tmp_path_factory.mktemp("first"))


def fresh(data: Path) -> list[drive.Told]:
    # The page is told the address of the API; one with a random port would differ.
    system = System(data, PUBLIC_API_URL_EXTERNAL="https://api.crm.example")
    try:
        return drive.run(system.urls["public-api"], system.urls)
    finally:
        system.stop()


def without_tokens(stories: list[drive.Told]) -> list[Any]:
    def body(value: Any) -> Any:
        return {**value, "token": "tok_"} if isinstance(value, dict) and "token" in value else value

    return [(s.name, [(x.service, x.method, x.path, x.status, body(x.body)) for x in s.steps]) for s in stories]


def test_two_runs_are_equal(first: list[drive.Told], tmp_path: Path) -> None:
    """With a set clock, two runs on fresh systems get the same bodies, tokens apart."""
    assert without_tokens(fresh(tmp_path)) == without_tokens(first)


@pytest.mark.parametrize("service", ERRORS)
def test_every_error_is_met_twice(first: list[drive.Told], service: str) -> None:
    """Every error status that a service can answer with is met at least twice."""
    seen = Counter(step.status for story in first for step in story.steps if step.service == service)
    assert {status for status, times in seen.items() if status >= 400 and times >= 2} == ERRORS[service]


def test_every_operation_works_twice(first: list[drive.Told], company: Company) -> None:
    """Every operation of every service is used with success at least twice."""
    steps = [step for story in first for step in story.steps if step.status < 400]
    for name in ERRORS:
        for route in company.board.apps[name].routes:
            assert isinstance(route, Route)
            for method in (route.methods or set()) - {"HEAD"}:
                used = [
                    step
                    for step in steps
                    if (step.service, step.method) == (name, method)
                    and route.path_regex.match(step.path.partition("?")[0])
                ]
                assert len(used) >= 2, f"{name} {method} {route.path}"


def test_names_are_sentences() -> None:
    """Story names are unique and written in kebab-case."""
    names = [story.name for story in drive.stories()]
    assert len(set(names)) == len(names) >= 40
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+", name) for name in names)


@pytest.mark.parametrize("story", [story.name for story in drive.stories()])
def test_stories_stand_alone(system: System, story: str) -> None:
    """Each story can be told alone and in any order."""
    [alone] = drive.run(system.urls["public-api"], system.urls, only=[story])
    assert alone.steps


def test_stories_can_be_told_again(system: System) -> None:
    """Stories that leave something behind can be told again on the same system."""
    for _ in range(2):
        assert len(drive.run(system.urls["public-api"], system.urls, only=LEAVE_SOMETHING)) == len(LEAVE_SOMETHING)


def test_stories_label_their_requests(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request of a story carries the name of the story in its baggage."""
    seen: list[str] = []

    def request(_: Any, method: str, url: str, *, headers: dict[str, str], **options: Any) -> Any:
        seen.append(headers["baggage"])
        service = url.removeprefix("http://").partition(".")[0]
        path = url.partition(".internal")[2]
        return company.request(service, method, path, headers=headers, **options)

    monkeypatch.setattr("httpx.Client.request", request)
    drive.run("http://public-api.crm.internal", only=["ada-moves-a-deal"])
    assert set(seen) == {"truemirror.session=ada-moves-a-deal"}


def test_an_unexpected_status_is_told(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    """A run against the wrong service ends with a message that names story, request and status."""
    code = drive.main(["--base", system.urls["tags"], "--only", "ada-moves-a-deal"])
    assert code == 1
    message = capsys.readouterr().err
    assert "ada-moves-a-deal: public-api answered POST /api/v1/login with 404 instead of 201" in message


def test_an_unknown_story_is_told(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    """A story that does not exist is an error, not an empty run."""
    assert drive.main(["--base", system.urls["public-api"], "--only", "ada-sleeps"]) == 1
    assert "ada-sleeps" in capsys.readouterr().err
