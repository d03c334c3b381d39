"""Recording under pytest: each test is a conversation of its own, and replays as it was."""

import textwrap
from typing import Any

import pytest

CLIENTS = """
import asyncio
import http.client
import json
import os

import aiohttp
import httpx
import pytest
import requests
import urllib3

def get_requests(path):
    return requests.get(os.environ["TAGS_URL"] + path).json()

def get_httpx(path):
    return httpx.get(os.environ["TAGS_URL"] + path).json()

def get_httpx_async(path):
    async def get():
        async with httpx.AsyncClient() as client:
            return (await client.get(os.environ["TAGS_URL"] + path)).json()
    return asyncio.run(get())

def get_aiohttp(path):
    async def get():
        async with aiohttp.ClientSession() as session, session.get(os.environ["TAGS_URL"] + path) as answer:
            return await answer.json()
    return asyncio.run(get())

def get_http_client(path):
    address = os.environ["TAGS_URL"].removeprefix("http://")
    connection = http.client.HTTPConnection(address)
    connection.request("GET", path)
    return json.load(connection.getresponse())

def get_urllib3(path):
    return urllib3.PoolManager().request("GET", os.environ["TAGS_URL"] + path).json()

GETS = [get_requests, get_httpx, get_httpx_async, get_aiohttp, get_http_client, get_urllib3]

@pytest.mark.parametrize("get", GETS, ids=lambda get: get.__name__)
def test_counts(mirrors, get):
    first, second = get("/v1/count"), get("/v1/count")
    assert second["count"] == first["count"] + 1
    assert get(f"/v1/of/{get.__name__}")["count"] == second["count"] + 1
"""


def test_every_client_is_recorded_and_replayed(project: Any, live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What each client recorded, it gets again without the service, in any order, with the same state."""
    project.tests(CLIENTS)
    monkeypatch.setenv("TAGS_URL", live.url)
    result = project.run_apart("--mirror-mode=record")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["tags  0 hits, 18 forwarded, 18 recorded"])
    monkeypatch.delenv("TAGS_URL")
    live.close()
    replayed = project.run_apart("-p", "no:randomly")
    replayed.assert_outcomes(passed=6)
    replayed.stdout.fnmatch_lines(["tags  18 hits"])
    folders = sorted(path.name for path in (project.path / "mirrors/tags/0").iterdir() if path.is_dir())
    assert folders[0] == "test_it.py-test_counts-get_aiohttp"


COUNT = """
import os
import httpx

def test_one(mirrors):
    assert httpx.get(os.environ["TAGS_URL"] + "/one").json()["path"] == "/one"

def test_two(mirrors):
    assert httpx.get(os.environ["TAGS_URL"] + "/two").json()["path"] == "/two"
"""


def test_recording_again_changes_nothing(project: Any, live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same behaviour recorded twice leaves every file as it was."""
    source = COUNT.replace('.json()["path"] == "/one"', "").replace('.json()["path"] == "/two"', "")
    project.tests(source)
    monkeypatch.setenv("TAGS_URL", live.url)
    project.run("--mirror-mode=record").assert_outcomes(passed=2)
    before = {path: path.read_bytes() for path in (project.path / "mirrors").rglob("*.json")}
    live.asked.clear()
    project.run("--mirror-mode=record").assert_outcomes(passed=2)
    assert {path: path.read_bytes() for path in (project.path / "mirrors").rglob("*.json")} == before


def test_what_is_missing_is_recorded_and_the_rest_replayed(
    project: Any, live: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """record-missing asks the live service only for what the mirror lacks, and keeps it."""
    project.record("tags", default=[("GET", "/one", 200, {"path": "/one"})])
    project.tests(COUNT)
    monkeypatch.setenv("TAGS_URL", live.url)
    result = project.run("--mirror-mode=record-missing")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["tags  1 hit, 1 forwarded, 1 recorded"])
    assert live.asked == ["/two"]
    monkeypatch.delenv("TAGS_URL")
    project.run().assert_outcomes(passed=2)


def test_a_live_service_that_differs_is_told(project: Any, live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """spy and refresh compare; spy stores nothing, refresh keeps the new answer."""
    project.record("tags", default=[("GET", "/one", 200, {"path": "/one"}), ("GET", "/two", 200, {"path": "/two"})])
    project.tests(COUNT)
    monkeypatch.setenv("TAGS_URL", live.url)
    result = project.run("--mirror-mode=spy")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["tags  0 hits, 2 forwarded", "*the live service differs: GET /one*"])
    assert sorted(path.name for path in (project.path / "mirrors/tags/1.0.0").iterdir() if path.is_dir()) == ["default"]
    result = project.run("--mirror-mode=refresh")
    result.stdout.fnmatch_lines(["tags  0 hits, 2 forwarded, 2 recorded", "*the live service differs: GET /one*"])


def test_a_service_can_be_asked_itself(project: Any, live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """--mirror-live asks one service and leaves the others to their mirrors."""
    project.record("tags", default=[("GET", "/one", 200, {"path": "recorded"})])
    project.record("deals", default=[("GET", "/one", 200, {"path": "recorded"})])
    project.tests(
        """
        import httpx

        def test_it(mirrors):
            assert httpx.get("http://tags.internal/one").json()["name"] == "tags"
            assert httpx.get("http://deals.internal/one").json() == {"path": "recorded"}
        """
    )
    monkeypatch.setenv("TAGS_URL", live.url)
    project.run("--mirror-live=tags").assert_outcomes(passed=1)
    assert live.asked == ["/one"]


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--mirror-live=tgas", "*--mirror-live=tgas: no such service in the configuration; there is tags"),
        ("--mirror-live=tags", "*--mirror-live=tags: say where it is, in TAGS_URL"),
        ("--mirror-mode=reply", "*argument --mirror-mode: invalid choice: 'reply'*"),
    ],
)
def test_a_wrong_option_is_told(project: Any, option: str, said: str) -> None:
    """As pytest tells wrong options, with the nearest right one."""
    project.tests("def test_it(mirrors):\n    pass\n")
    result = project.run_apart(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([said])


def test_off_leaves_everything_to_the_network(project: Any, live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No mirror answers, nothing is stored, nothing is closed."""
    project.record("tags", default=[("GET", "/one", 200, {"path": "recorded"})])
    project.tests(COUNT)
    monkeypatch.setenv("TAGS_URL", live.url)
    project.run("--mirror-mode=off").assert_outcomes(passed=2)
    assert live.asked == ["/one", "/two"]


def test_a_marker_may_choose_mode_and_scenario(project: Any, live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One test repeats another's conversation, one asks the live service."""
    project.record("tags", ada=[("GET", "/me", 200, {"who": "ada"})], bob=[("GET", "/me", 200, {"who": "bob"})])
    project.tests(
        """
        import httpx
        import pytest

        @pytest.mark.mirror("tags", scenario="bob")
        def test_bob():
            assert httpx.get("http://tags.internal/me").json() == {"who": "bob"}

        @pytest.mark.mirror(scenario="ada")
        def test_ada():
            assert httpx.get("http://tags.internal/me").json() == {"who": "ada"}

        @pytest.mark.mirror("tags", mode="spy")
        def test_live():
            assert httpx.get("http://tags.internal/me").json()["name"] == "tags"
        """
    )
    monkeypatch.setenv("TAGS_URL", live.url)
    project.run().assert_outcomes(passed=3)


def test_two_tests_are_not_recorded_as_one(project: Any, live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Very long ids, and parameters that a name cannot say, stay apart by themselves."""
    project.tests(
        """
        import httpx
        import os
        import pytest

        @pytest.mark.parametrize("path", ["/a/b", "/a-b", "/" + "x" * 200 + "1", "/" + "x" * 200 + "2"])
        def test_it(mirrors, path):
            assert httpx.get(os.environ["TAGS_URL"] + path).json()["path"] == path
        """
    )
    monkeypatch.setenv("TAGS_URL", live.url)
    project.run("--mirror-mode=record").assert_outcomes(passed=4)
    project.run().assert_outcomes(passed=4)


def test_ids_that_become_one_name_are_told(project: Any, live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is recorded over the other."""
    test = """
        import httpx
        import os

        def test_it(mirrors):
            assert httpx.get(os.environ["TAGS_URL"] + "/a").status_code == 200
        """
    (project.path / "test_a").mkdir()
    for name in ("test_a/test_b.py", "test_a-test_b.py"):
        (project.path / name).write_text(textwrap.dedent(test))
    monkeypatch.setenv("TAGS_URL", live.url)
    result = project.run("--mirror-mode=record")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*test_b.py::test_it would be recorded as the scenario*and so would*test_b.py*"])
