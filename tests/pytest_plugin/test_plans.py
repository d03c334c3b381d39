"""Fault plans of one test: given by its handle, gone with the test, and never counted as recordings."""

from typing import Any

import pytest

TAGS = [("GET", "/v1/tags", 200, ["a"]), ("GET", "/v1/tags", 200, ["a", "b"])]


def test_a_plan_of_a_test_ends_with_it(project: Any) -> None:
    """The next test gets what was recorded, whoever runs first."""
    project.record("tags", default=TAGS)
    project.tests(
        """
        import pytest
        import requests

        URL = "http://tags.internal/v1/tags"

        def test_before(mirrors):
            assert requests.get(URL).json() == ["a"]

        def test_planned(mirrors):
            mirrors["tags"].plan("call 1: reset", "call 2 of GET /v1/tags: 503")
            with pytest.raises(requests.ConnectionError):
                requests.get(URL)
            assert requests.get(URL).status_code == 503
            assert requests.get(URL).json() == ["a"]
            assert (mirrors["tags"].planned, mirrors["tags"].hits, mirrors["tags"].misses) == (2, 1, 0)

        def test_behind(mirrors):
            assert requests.get(URL).json() == ["a"]
        """
    )
    result = project.run()
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["tags  3 hits, 2 planned*"])
    assert project.report()["services"]["tags"]["planned"] == 2


def test_a_planned_timeout_uses_no_recording(project: Any) -> None:
    """Though it moves the session, nobody takes it for an answer of the mirror."""
    project.record("tags", default=TAGS)
    project.tests(
        """
        import httpx
        import pytest

        def test_it(mirrors):
            mirrors["tags"].plan({"calls": 1, "fault": "timeout"})
            with pytest.raises(httpx.ReadTimeout):
                httpx.get("http://tags.internal/v1/tags")
            assert httpx.get("http://tags.internal/v1/tags").json() == ["a", "b"]
        """
    )
    told = project.report()["services"]["tags"]
    assert (told["hits"], told["planned"], told["unused"]) == (1, 1, 1)


def test_a_rule_that_cannot_be_read_breaks_the_test_with_the_nearest_word(project: Any) -> None:
    """So does one of an operation that was never recorded."""
    project.record("tags", default=TAGS)
    project.tests(
        """
        def test_word(mirrors):
            mirrors["tags"].plan("call 1: rest")

        def test_operation(mirrors):
            mirrors["tags"].plan("call 1 of GET /v1/tag: reset")
        """
    )
    result = project.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines_random(["*nearest: reset*", "*nearest: GET /v1/tags*"])


def test_a_latency_of_the_configuration_delays_answers_in_process(project: Any) -> None:
    """As it does on a server."""
    project.configure()
    pyproject = project.path / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('owner = "team-tags"', 'latency = "fixed:50ms"'))
    project.record("tags", default=TAGS)
    project.tests(
        """
        import time
        import requests

        def test_it(mirrors):
            began = time.monotonic()
            requests.get("http://tags.internal/v1/tags")
            assert time.monotonic() - began >= 0.05
        """
    )
    project.run().assert_outcomes(passed=1)


def test_a_latency_of_the_command_line_holds_in_process_and_on_servers(project: Any) -> None:
    """For the whole run; one that cannot be read is a usage error with the nearest word."""
    project.record("tags", default=TAGS)
    project.tests(
        """
        import time
        import urllib.request
        import requests

        def test_in_process(mirrors):
            began = time.monotonic()
            requests.get("http://tags.internal/v1/tags")
            assert time.monotonic() - began >= 0.05

        def test_on_a_server(mirror_server):
            url = mirror_server("tags").url
            began = time.monotonic()
            urllib.request.urlopen(url + "/v1/tags").close()
            assert time.monotonic() - began >= 0.05
        """
    )
    project.run("--mirror-latency=fixed:50ms", "--mirror-seed=3").assert_outcomes(passed=2)
    refused = project.run("--mirror-latency=fixd:50ms")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["*nearest: fixed:25ms*"])


def test_a_server_follows_a_plan_for_one_test(project: Any) -> None:
    """A client without a session key meets it, too; the next test's does not."""
    project.record("tags", default=TAGS)
    project.tests(
        """
        import pytest
        import urllib.error
        import urllib.request

        def test_planned(mirror_server):
            url = mirror_server("tags", plan="call 1: 503").url
            with pytest.raises(urllib.error.HTTPError) as raised:
                urllib.request.urlopen(url + "/v1/tags")
            raised.value.close()
            urllib.request.urlopen(url + "/v1/tags").close()

        def test_behind(mirror_server):
            urllib.request.urlopen(mirror_server("tags").url + "/v1/tags").close()
        """
    )
    result = project.run()
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["tags  2 hits, 1 planned*"])
