"""Isolated tests: neighbours are answered for by their mirrors, the network is closed, nothing is hidden."""

from typing import Any

import pytest

TAG = ("GET", "/v1/tags/t1", 200, {"id": "t1", "label": "vip"})


def test_a_neighbour_is_answered_for_by_its_mirror(project: Any) -> None:
    """Code that reads the address from the environment, or knows the host's name, gets the recorded answer."""
    project.record("tags", default=[TAG])
    project.tests(
        """
        import os
        import httpx

        def test_it(mirrors):
            assert os.environ["TAGS_URL"] == mirrors.url("tags") == "http://tags.internal"
            assert httpx.get("http://tags.internal/v1/tags/t1").json()["label"] == "vip"
            assert httpx.get(os.environ["TAGS_URL"] + "/v1/tags/t1").status_code == 200
            assert mirrors.service("tags").hits == 2
            assert mirrors.service("tags").operations == ["GET /v1/tags/{}"]
            assert [call.target for call in mirrors.calls] == ["/v1/tags/t1"] * 2

        def test_after_it():
            assert "TAGS_URL" not in os.environ
        """
    )
    result = project.run()
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*- mirrors -*", "tags  2 hits"])


def test_an_address_from_the_environment_belongs_to_its_service(project: Any, monkeypatch: Any) -> None:
    """An address that was set beforehand, or is set by the test, is answered for by the mirror, too."""
    monkeypatch.setenv("TAGS_URL", "http://127.0.0.1:9/base")
    project.record("tags", default=[("GET", "/base/v1/tags", 200, [])])
    project.tests(
        """
        import httpx

        def test_it(mirrors, monkeypatch):
            assert mirrors.url("tags") == "http://127.0.0.1:9/base"
            assert httpx.get("http://127.0.0.1:9/base/v1/tags").json() == []
            monkeypatch.setenv("TAGS_URL", "http://elsewhere.internal:8080")
            assert httpx.get("http://elsewhere.internal:8080/base/v1/tags").json() == []
        """
    )
    project.run().assert_outcomes(passed=1)


def test_an_unknown_host_is_named_with_the_fix(project: Any) -> None:
    """Reaching for anything else fails, and says how to mirror it or let it through."""
    project.tests(
        """
        import httpx

        def test_it(mirrors):
            httpx.get("https://api.tax.internal/v2/rates")
        """
    )
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E *the network is closed: an isolated test reached for api.tax.internal (GET /v2/rates)",
            "E *truemirror record NAME --upstream https://api.tax.internal*allow_hosts*",
            "network closed: 1 refusal",
        ]
    )


@pytest.mark.parametrize("phase", ["setup", "call", "teardown"])
@pytest.mark.parametrize("url", ["http://tags.internal/v1/nothing", "http://nowhere.internal/"])
def test_what_was_swallowed_breaks_the_test(project: Any, phase: str, url: str) -> None:
    """A miss or a closed door is told even when the code under test catches every exception."""
    project.record("tags", default=[TAG])
    project.tests(
        f"""
        import httpx
        import pytest

        def reach():
            try:
                httpx.get({url!r})
            except Exception:
                pass

        @pytest.fixture
        def around(mirrors):
            if {phase!r} == "setup":
                reach()
            yield
            if {phase!r} == "teardown":
                reach()

        def test_it(around):
            if {phase!r} == "call":
                reach()
        """
    )
    result = project.run()
    result.assert_outcomes(**{"passed": 1, "errors": 1} if phase == "teardown" else {"failed": 1})
    result.stdout.fnmatch_lines(["(the code under test swallowed the exception)"])
    assert "/v1/nothing" in result.stdout.str() or "nowhere.internal" in result.stdout.str()


def test_a_failure_of_its_own_is_kept(project: Any) -> None:
    """A test that fails by itself is told about the miss beside its own failure."""
    project.record("tags", default=[TAG])
    project.tests(
        """
        import httpx

        def test_it(mirrors):
            try:
                httpx.get("http://tags.internal/v1/tags/t2")
            except Exception:
                pass
            assert 1 == 2
        """
    )
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E *assert 1 == 2", "*- mirrors -*", "beside it, this went wrong:", "*path: recorded*"]
    )


def test_a_miss_shows_the_nearest_and_the_command(project: Any) -> None:
    """The report names what differs and how to record this very test."""
    project.record("tags", default=[("GET", "/v1/tags?limit=5", 200, [])])
    project.tests(
        """
        import requests

        def test_it(mirrors):
            requests.get("http://tags.internal/v1/tags", params={"limit": 6})
        """
    )
    result = project.run()
    result.stdout.fnmatch_lines(
        [
            "E *nearest: GET /v1/tags?limit=5*",
            "E *query:limit: recorded 5, got 6",
            "E *fix: record it: python -m pytest --mirror-mode=record-missing 'test_it.py::test_it'",
        ]
    )


def test_wanted_refusals_do_not_break_the_test(project: Any) -> None:
    """A test may state that its code meets a miss or a closed door."""
    project.tests(
        """
        import httpx
        import pytest
        from truemirror.errors import MirrorMiss, NetworkClosed

        def test_it(mirrors):
            with mirrors.expecting_refusals() as seen:
                with pytest.raises(MirrorMiss):
                    httpx.get("http://tags.internal/v1/nothing")
                with pytest.raises(NetworkClosed):
                    httpx.get("http://nowhere.internal")
            assert [type(one) for one in seen] == [MirrorMiss, NetworkClosed]
            assert mirrors.problems == ()
        """
    )
    assert project.report()["misses"] == []
    result = project.run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["tags  0 hits"])


REACH_OUT = """
import socket
import pytest

def reach(address="192.0.2.1"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((address, 9))  # of UDP: nothing is sent
        except OSError:
            pass
"""


def test_the_network_is_closed_only_around_isolated_tests(project: Any) -> None:
    """The marker closes it; a test that asks for nothing is left alone; allowed hosts are reached."""
    project.tests(
        REACH_OUT
        + """
@pytest.mark.isolated
def test_closed():
    reach()

def test_open():
    reach()

@pytest.mark.isolated
@pytest.mark.allow_hosts("192.0.2.1")
def test_allowed():
    reach()

@pytest.mark.isolated
@pytest.mark.allow_hosts("192.0.2.2")
def test_another_is_allowed():
    reach()

@pytest.mark.isolated
def test_on_this_machine():
    reach("127.0.0.1")

@pytest.mark.mirror
def test_marked():
    reach()
"""
    )
    result = project.run("-rA")
    result.assert_outcomes(passed=3, failed=3)
    result.stdout.fnmatch_lines(["PASSED *test_open", "PASSED *test_allowed", "PASSED *test_on_this_machine"])


def test_isolation_suites_are_isolated_by_their_place(project: Any) -> None:
    """Tests in suites/isolation, in a service's suite, and hosts allowed by configuration."""
    project.configure('allow_hosts = ["192.0.2.7"]')
    with (project.path / "pyproject.toml").open("a") as file:
        file.write('suite = "checks/deals"\n')
    for folder, address in (
        ("suites/isolation/x", 1),
        ("checks/deals", 1),
        ("checks/other", 1),
        ("suites/isolation", 7),
    ):
        (project.path / folder).mkdir(parents=True, exist_ok=True)
        name = f"test_{folder.replace('/', '_')}_{address}.py"
        source = f"{REACH_OUT}\ndef test_it():\n    reach('192.0.2.{address}')\n"
        (project.path / folder / name).write_text(source)
    result = project.run("-rA")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines_random(["PASSED *isolation_7.py::test_it", "PASSED *checks_other_1.py::test_it"])


def test_a_project_without_mirrors_is_left_alone(pytester: pytest.Pytester) -> None:
    """Without configuration, markers or fixtures nothing of ours is put to work or even imported."""
    pytester.makepyfile(
        """
        import sys

        def test_it(request):
            assert not request.config.pluginmanager.hasplugin("truemirror-run")
            ours = [name for name in sys.modules if name.startswith("truemirror")]
            ours.remove("truemirror.pytest_plugin.flow_reports")  # these two import nothing but pytest
            ours.remove("truemirror.pytest_plugin.flows_options")
            assert ours == ["truemirror", "truemirror.pytest_plugin"]
        """
    )
    pytester.runpytest_subprocess("-W", "error").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("mirror('tgas')", "*the marker mirror names 'tgas'*nearest: tags*"),
        ("mirror('tags', mode='reply')", "*there is no mode 'reply'*nearest: replay*"),
        ("mirror('tags', scenaro='x')", "*the marker mirror does not know scenaro*"),
    ],
)
def test_a_marker_that_makes_no_sense_is_told(project: Any, marker: str, said: str) -> None:
    """With the nearest name, and without a traceback into our code."""
    project.record("tags", default=[TAG])
    project.tests(f"import pytest\n\n@pytest.mark.{marker}\ndef test_it():\n    pass\n")
    result = project.run()
    result.assert_outcomes(errors=1)
    assert any(
        __import__("fnmatch").fnmatch(result.stdout.str().replace("\n", " "), pattern) for pattern in [f"*{said}"]
    )
    assert "pytest_plugin/" not in result.stdout.str()


def test_a_mirror_that_cannot_be_read_is_told_to_its_users(project: Any) -> None:
    """A damaged file breaks the tests that ask this mirror, names the file, and leaves all other tests alone."""
    project.record("tags", default=[TAG])
    project.record("deals", default=[("GET", "/v1/deals", 200, [])])
    (project.path / "mirrors/tags/1.0.0/default/0001.json").write_text('{"format": 1, "requ')
    project.tests(
        """
        import httpx

        def test_tags(mirrors):
            httpx.get("http://tags.internal/v1/tags/t1")

        def test_deals(mirrors):
            assert httpx.get("http://deals.internal/v1/deals").json() == []
        """
    )
    result = project.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E *mirrors/tags/1.0.0/default/0001.json*"])


def test_threads_and_tasks_ask_in_the_tests_name(project: Any) -> None:
    """A pool of threads and a group of tasks, with several clients, all walk this test's conversation."""
    project.record("tags", default=[("GET", f"/v1/tags/t{number}", 200, {"id": number}) for number in range(40)])
    project.tests(
        """
        import asyncio
        import urllib.request
        from concurrent.futures import ThreadPoolExecutor

        import httpx
        import requests
        import urllib3

        URL = "http://tags.internal/v1/tags/t{}"

        def test_threads(mirrors):
            pool = urllib3.PoolManager()
            ways = [
                lambda n: httpx.get(URL.format(n)).json()["id"],
                lambda n: requests.get(URL.format(n)).json()["id"],
                lambda n: pool.request("GET", URL.format(n), headers={"Accept-Encoding": "identity"}).json()["id"],
                lambda n: __import__("json").load(urllib.request.urlopen(URL.format(n)))["id"],
            ]
            with ThreadPoolExecutor(8) as threads:
                found = list(threads.map(lambda n: ways[n % 4](n % 40), range(160)))
            assert found == [n % 40 for n in range(160)]
            assert {call.session for call in mirrors.calls} == {mirrors.session}
            assert mirrors.service("tags").hits == 160

        def test_tasks(mirrors):
            async def ask():
                async with httpx.AsyncClient() as client, asyncio.TaskGroup() as group:
                    tasks = [group.create_task(client.get(URL.format(n))) for n in range(40)]
                return [task.result().json()["id"] for task in tasks]

            assert asyncio.run(ask()) == list(range(40))
        """
    )
    project.run().assert_outcomes(passed=2)
