"""What a session tells at its end: the summary, the report file, the sums of all workers."""

import json
from typing import Any

import pytest

from truemirror.core.mirror.model import Ignore, MirrorRules

TESTS = """
import httpx
import pytest

@pytest.mark.parametrize("number", range(6))
def test_tags(mirrors, number):
    httpx.get(f"http://tags.internal/v1/tags/t{number}")

def test_deals(mirrors):
    httpx.get("http://deals.internal/v1/deals")
    httpx.get("http://tags.internal/v1/tags/t0")

def test_miss(mirrors):
    httpx.get("http://deals.internal/v1/deals/d1")

def test_nothing():
    pass
"""


def recorded(project: Any) -> None:
    """Mirrors of both services, with one recording that nobody uses."""
    project.record("tags", default=[("GET", f"/v1/tags/t{number}", 200, {}) for number in range(7)])
    project.record("deals", default=[("GET", "/v1/deals", 200, [])])
    project.tests(TESTS)


def test_the_report_names_who_used_what(project: Any) -> None:
    """Per test the services and operations, per service the counts, and every miss."""
    recorded(project)
    told = project.report()
    assert told["tests"]["test_it.py::test_deals"] == {"deals": ["GET /v1/deals"], "tags": ["GET /v1/tags/{}"]}
    assert told["tests"]["test_it.py::test_miss"] == {"deals": ["GET /v1/deals/{}"]}
    assert "test_it.py::test_nothing" not in told["tests"]
    tags, deals = told["services"]["tags"], told["services"]["deals"]
    assert (tags["hits"], tags["misses"], tags["recordings"], tags["unused"], tags["version"]) == (7, 0, 7, 1, "1.0.0")
    assert (deals["hits"], deals["misses"], deals["unused"]) == (1, 1, 0)
    assert [miss["test"] for miss in told["misses"]] == ["test_it.py::test_miss"]
    assert "no recording answers GET /v1/deals/d1" in told["misses"][0]["report"]
    assert told["partial"] is False


def test_workers_tell_the_same(project: Any) -> None:
    """Spread over processes and in random order, the sums are those of one process."""
    recorded(project)
    alone = project.report()
    result = project.run_apart("-n", "2", "--mirror-report", "spread.json")
    result.assert_outcomes(passed=8, failed=1)
    assert json.loads((project.path / "spread.json").read_text()) == alone
    result.stdout.fnmatch_lines(["deals  1 hit, 1 miss", "tags   7 hits", "*unused: 1 of 7 recordings", "*0007*t6"])


@pytest.mark.parametrize("mode", ["record", "record-missing", "refresh"])
def test_workers_do_not_record(project: Any, mode: str) -> None:
    """Mirrors are written by one process; asking several to do it is a usage error that says so."""
    project.tests("def test_it(mirrors):\n    pass\n")
    result = project.run_apart("-n", "2", f"--mirror-mode={mode}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--mirror-mode={mode} writes mirrors*without -n*"])


def test_unused_recordings_are_told_only_of_a_whole_run(project: Any) -> None:
    """A part of the tests says nothing of what the others use."""
    recorded(project)
    whole = project.run("--deselect", "test_it.py::test_nothing")
    whole.stdout.no_fnmatch_line("*unused: *")
    assert project.report("-k", "tags")["partial"] is True
    assert project.report("test_it.py::test_deals")["partial"] is True
    project.run().stdout.fnmatch_lines(["*unused: 1 of 7 recordings", "*default 0007  GET /v1/tags/t6"])


def test_a_relaxed_match_is_told(project: Any) -> None:
    """What somebody declared not to count is named where it was needed."""
    rules = MirrorRules(ignores=(Ignore("GET /v1/tags", "query:now", "a clock"),))
    project.record("tags", rules, default=[("GET", "/v1/tags?now=1", 200, [])])
    project.tests("import httpx\n\ndef test_it(mirrors):\n    httpx.get('http://tags.internal/v1/tags?now=2')\n")
    result = project.run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["tags  1 hit, 1 relaxed", "  relaxed: GET /v1/tags query:now"])


def test_a_stale_mirror_is_told_or_refused(project: Any) -> None:
    """Recorded against another contract version: a remark by default, a refusal on request."""
    project.record("tags", default=[("GET", "/v1/tags", 200, [])])
    project.tests("import httpx\n\ndef test_it(mirrors):\n    httpx.get('http://tags.internal/v1/tags')\n")
    with (project.path / "pyproject.toml").open("a") as file:
        file.write('[tool.truemirror.services.tags]\nhosts = ["tags.internal"]\ncontract = "2.0"\n')
    text = (project.path / "pyproject.toml").read_text()
    start = text.index("[tool.truemirror.services.tags]")
    text = text[:start] + text[text.index("[tool.truemirror.services.deals]") :]
    (project.path / "pyproject.toml").write_text(text)
    result = project.run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["  stale: it was recorded against contract 1.0.0, and 2.0 is wanted"])
    (project.path / "pyproject.toml").write_text(f'[tool.truemirror]\nstale = "refuse"\n{text}')
    project.run().assert_outcomes(failed=1)


def test_an_answer_that_lies_ahead_is_told_or_refused(project: Any) -> None:
    """Behind a write that the test did not make: counted, and refused with --mirror-strict."""
    project.record("tags", default=[("POST", "/v1/tags", 201, {"id": "t1"}), ("GET", "/v1/tags", 200, [{"id": "t1"}])])
    project.tests("import httpx\n\ndef test_it(mirrors):\n    httpx.get('http://tags.internal/v1/tags')\n")
    result = project.run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["tags  1 hit, 1 ahead"])
    project.run("--mirror-strict").assert_outcomes(failed=1)


def test_a_report_that_cannot_be_written_is_told(project: Any) -> None:
    """With the place, and not as a defect of ours."""
    recorded(project)
    (project.path / "file").write_text("")
    result = project.run_apart("--mirror-report", "file/told.json", "-k", "nothing")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*file/told.json: the report cannot be written: *"])
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


def test_a_mirror_that_cannot_be_written_is_told(project: Any, live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While recording, the test breaks with the place and the reason, even if its code swallows it."""
    (project.path / "mirrors").write_text("not a folder")
    project.tests(
        """
        import httpx

        def test_it(mirrors):
            try:
                httpx.get(mirrors.url("tags") + "/v1")
            except Exception:
                pass
        """
    )
    monkeypatch.setenv("TAGS_URL", live.url)
    result = project.run("--mirror-mode=record")
    result.assert_outcomes(failed=1)
    assert "mirrors" in result.stdout.str()
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_the_report_says_which_recordings_answered_which_test(project: Any, workers: tuple[str, ...]) -> None:
    """By scenario and number, with their ids; of all workers together."""
    project.record("tags", ada=[("GET", "/v1/tags/t1", 200, {}), ("GET", "/v1/tags/t2", 200, {})])
    project.tests(
        "import httpx, pytest\n\n@pytest.mark.parametrize('one', ['t2', 't1'])\n"
        "def test_it(mirrors, one):\n    httpx.get(f'http://tags.internal/v1/tags/{one}')\n"
    )
    project.run_apart("--mirror-report", "told.json", *workers)
    told = json.loads((project.path / "told.json").read_text())
    assert told["answers"]["test_it.py::test_it[t2]"] == {"tags": {"ada": [2]}}
    assert set(told["services"]["tags"]["used"]["ada"]) == {"1", "2"}


def test_the_report_says_what_a_server_answered(project: Any) -> None:
    """As for what is answered in process."""
    project.record("tags", ada=[("GET", "/v1/tags", 200, []), ("GET", "/health", 200, {})])
    project.tests(
        "import urllib.request\n\ndef test_it(mirror_server):\n"
        "    urllib.request.urlopen(mirror_server('tags').url + '/v1/tags', timeout=30).read()\n"
    )
    told = project.report()
    assert told["answers"]["test_it.py::test_it"] == {"tags": {"ada": [1]}}
    assert list(told["services"]["tags"]["used"]["ada"]) == ["1"]
