"""Flows: what stands behind the pages, how each test stands, and what is told beside it. The browser is a fake."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.pytest_plugin.fake_browser import CONFTEST

CONTRACT = """
openapi: 3.1.0
info: {title: tags, version: 1.0.0}
paths:
  /v1/tags:
    get:
      responses:
        "200":
          description: all
          content:
            application/json:
              schema: {type: array, items: {type: object, required: [label], properties: {label: {type: string}}}}
"""
FLOWS = '[tool.truemirror.flows]\npages = "tags"\nsuite = "."\n'
TAGS = [("GET", "/v1/tags", 200, [{"label": "new"}])]


@pytest.fixture
def flows(project: Any) -> Any:
    """A project whose pages are those of tags, which is mirrored; it keeps its contract."""
    project.configure(FLOWS)
    project.record("tags", default=TAGS)
    project.record("deals", default=[("GET", "/v1/deals", 200, [])])
    folder = project.path / "contracts" / "tags" / "1.0.0"
    folder.mkdir(parents=True)
    (folder / "openapi.yaml").write_text(CONTRACT)
    project.pytester.makeconftest(CONFTEST + 'collect_ignore = ["contracts"]\n')
    return project


def history(project: Any) -> dict[str, dict[str, Any]]:
    """The last line of the history of each test."""
    lines = (project.path / "report" / "flows" / "history.jsonl").read_text().splitlines()
    return {one["test"].partition("::")[2]: one for one in map(json.loads, lines)}


def test_pages_are_answered_by_mirrors_under_the_names_of_the_configuration(flows: Any) -> None:
    """The base is the first host of the pages' service, and every other host has an answer or none at all."""
    flows.tests(
        """
        def test_it(visitor, visitors, flow):
            assert visitor.base == "http://tags.internal"
            assert visitor.open("/v1/tags") == 200
            assert visitors("grace").open("http://deals.internal/v1/deals") == 200
            assert visitors("grace") is visitors("grace") is not visitor
            assert flow.target == "mirror" and flow.is_mirrored("deals")
        """
    )
    told = flows.report()
    assert told["tests"]["test_it.py::test_it"] == {"deals": ["GET /v1/deals"], "tags": ["GET /v1/tags"]}
    assert history(flows)["test_it"]["standing"] == "passed"


def test_each_test_walks_the_scenario_of_its_name_and_begins_anew(flows: Any) -> None:
    """On mirrors a test is a session of its own, although browsers name none."""
    flows.record(
        "deals",
        **{
            "test_it.py-test_one": [("GET", "/me", 200, {"n": 1}), ("GET", "/me", 200, {"n": 2})],
            "test_it.py-test_two": [("GET", "/me", 200, {"n": 3})],
        },
    )
    flows.tests(
        """
        def numbers(visitor, times):
            for _ in range(times):
                visitor.open("http://deals.internal/me")
            return [call.exchange.outcome.body for call in visitor.calls]

        def test_one(visitor):
            assert numbers(visitor, 2) == [b'{"n": 1}', b'{"n": 2}']

        def test_two(visitor):
            assert numbers(visitor, 1) == [b'{"n": 3}']
        """
    )
    flows.run().assert_outcomes(passed=2)


def test_one_browser_serves_all_tests_unless_one_wants_its_own(flows: Any) -> None:
    """A marker asks for it; it ends with its test."""
    flows.tests(
        """
        import pytest
        from tests.pytest_plugin.fake_browser import FakeBrowser

        kept = []

        def test_one(visitor):
            kept.append(visitor.browser)

        def test_two(visitor):
            assert visitor.browser is kept[0] and FakeBrowser.started == 1

        @pytest.mark.own_browser
        def test_own(visitor):
            assert visitor.browser is not kept[0]
            kept.append(visitor.browser)

        def test_after(visitor):
            assert visitor.browser is kept[0]
            assert kept[1].stopped and not kept[0].stopped
        """
    )
    flows.run().assert_outcomes(passed=4)


def test_a_miss_fails_its_test_with_the_nearest_recordings(flows: Any) -> None:
    """Although the test looked at nothing."""
    flows.tests("def test_it(visitor):\n    visitor.open('/v1/tagz')\n")
    result = flows.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["no recording answers GET /v1/tagz*"])


def test_a_contract_violation_is_a_result_beside_the_tests_own(flows: Any) -> None:
    """The test itself stays passed; terminal, JUnit and history show both."""
    flows.record("tags", default=[("GET", "/v1/tags", 200, [{"name": "renamed"}])])
    flows.tests("def test_it(visitor):\n    assert visitor.open('/v1/tags') == 200\n")
    result = flows.run("--junitxml=junit.xml")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*test_it::contract*", "*label*"])
    cases = {
        f"{one.get('classname')}.{one.get('name')}": one for one in ET.parse(flows.path / "junit.xml").iter("testcase")
    }
    assert cases["test_it.test_it"].find("failure") is None
    failure = cases["test_it.test_it.contract"].find("failure")
    assert failure is not None
    assert "default/1" in (failure.text or "")
    assert history(flows)["test_it"]["violations"] == 1
    assert (flows.path / "report" / "flows" / history(flows)["test_it"]["page"]).is_file()


def test_what_a_page_says_as_an_error_is_a_result_beside_the_tests_own(flows: Any) -> None:
    """Unless the test allows it; a script that did not load is one, too."""
    flows.tests(
        """
        import pytest

        def test_said(visitor):
            visitor.say("Uncaught TypeError: x is undefined")

        def test_load(visitor):
            visitor.open("http://elsewhere.example/app.js", "script")

        @pytest.mark.allow_errors("x is undefined")
        def test_allowed(visitor):
            visitor.say("Uncaught TypeError: x is undefined")

        @pytest.mark.allow_errors
        def test_all_allowed(visitor):
            visitor.say("anything")

        def test_warning(visitor):
            visitor.say("careful", "warn")
        """
    )
    result = flows.run()
    result.assert_outcomes(passed=5, failed=2)
    result.stdout.fnmatch_lines(["*test_said::page*", "*x is undefined*", "*test_load::page*", "*app.js did not load*"])


def test_a_failed_test_has_a_page_and_tells_where(flows: Any) -> None:
    """With the line that runs it again."""
    flows.tests("def test_it(visitor):\n    visitor.open('/v1/tags')\n    assert 1 == 2\n")
    result = flows.run()
    result.assert_outcomes(failed=1)
    page = flows.path / "report" / "flows" / history(flows)["test_it"]["page"]
    result.stdout.fnmatch_lines([f"page: {page}"])
    assert "--flows-target=mirror" in page.read_text()
    assert (flows.path / "report" / "flows" / "index.html").is_file()


BREAKING = """
import pathlib

def broken(visitor, times):
    tries = pathlib.Path("tries.txt")
    count = len(tries.read_text()) if tries.exists() else 0
    tries.write_text("x" * (count + 1))
    if count < times:
        visitor.break_down()
"""


def test_a_test_whose_browser_broke_is_tried_again_and_is_flaky(flows: Any) -> None:
    """Its status is its own, in the terminal and in the history; the run holds, unless that is not wanted."""
    flows.tests(
        f"{BREAKING}\ndef test_it(visitor):\n    broken(visitor, 2)\n    assert visitor.open('/v1/tags') == 200\n"
    )
    result = flows.run()
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["flaky: test_it.py::test_it passed at try 3*", "*1 flaky*"])
    line = history(flows)["test_it"]
    assert (line["standing"], line["tries"]) == ("flaky", 3)
    (flows.path / "tries.txt").unlink()
    assert flows.run("--flows-fail-on-flaky").ret == pytest.ExitCode.TESTS_FAILED


def test_a_test_whose_browser_breaks_every_time_is_unknown_and_fails(flows: Any) -> None:
    """After as many tries as are allowed."""
    flows.tests(f"{BREAKING}\ndef test_it(visitor):\n    broken(visitor, 9)\n")
    result = flows.run("--flows-retries=1")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*tried 2 times*nothing is known*", "unknown: test_it.py::test_it*"])
    assert (flows.path / "tries.txt").read_text() == "xx"


def test_a_failure_is_never_tried_again(flows: Any) -> None:
    """It told something about the system."""
    flows.tests(f"{BREAKING}\ndef test_it(visitor):\n    broken(visitor, 0)\n    assert 1 == 2\n")
    flows.run().assert_outcomes(failed=1)
    assert (flows.path / "tries.txt").read_text() == "x"


def quarantine(test: str, until: str) -> str:
    """A quarantine."""
    entry = f'test = "{test}"\nowner = "team-tags"\nuntil = {until}\nreason = "drawn twice"\n'
    return f"{FLOWS}\n[[tool.truemirror.flows.quarantine]]\n{entry}"


def test_a_test_in_quarantine_runs_and_breaks_nothing(flows: Any) -> None:
    """It is told, with who mends it and until when; others still break."""
    flows.configure(quarantine("test_it.py::test_it", "2999-01-01"))
    flows.tests("def test_it(visitor):\n    assert 1 == 2\n")
    result = flows.run()
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["quarantined: test_it.py::test_it failed, in quarantine until 2999-01-01*team-tags*"])
    result.stdout.fnmatch_lines(["*1 quarantined*"])
    assert history(flows)["test_it"]["quarantined"] is True
    flows.tests("def test_other(visitor):\n    assert 1 == 2\n", "test_more")
    assert flows.run().ret == pytest.ExitCode.TESTS_FAILED


def test_after_its_last_day_a_test_in_quarantine_breaks_again_and_says_why(flows: Any) -> None:
    """Nobody has to remember."""
    flows.configure(quarantine("test_it.py", "2020-01-01"))
    flows.tests("def test_it(visitor):\n    assert 1 == 2\n")
    result = flows.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*its quarantine ended on 2020-01-01*team-tags*"])


def test_quarantine_of_a_test_does_not_hide_its_contract_violation(flows: Any) -> None:
    """That is quarantined by its own name."""
    flows.record("tags", default=[("GET", "/v1/tags", 200, [{"name": "renamed"}])])
    flows.tests("def test_it(visitor):\n    visitor.open('/v1/tags')\n    assert 1 == 2\n")
    flows.configure(quarantine("test_it.py::test_it", "2999-01-01"))
    flows.run().assert_outcomes(failed=1)
    more = quarantine("test_it.py::test_it", "2999-01-01").removeprefix(FLOWS)
    flows.configure(quarantine("test_it.py::test_it::contract", "2999-01-01") + more)
    assert flows.run().ret == pytest.ExitCode.OK


ENVIRONMENTS = """
[tool.truemirror.environments.staging.hosts]
tags = "https://crm.example"
[tool.truemirror.environments.sandbox]
sensitive = false
[tool.truemirror.environments.sandbox.hosts]
tags = "https://sandbox.example"
"""
TWO = """
import pytest

def test_changes(visitor):
    visitor.say("it ran", "info")

@pytest.mark.harmless
def test_looks(visitor):
    assert visitor.base == "https://crm.example"
"""


def test_only_harmless_tests_run_against_a_sensitive_environment(flows: Any) -> None:
    """An environment that says nothing is sensitive; the others are skipped, with the reason."""
    flows.configure(FLOWS + ENVIRONMENTS)
    flows.tests(TWO)
    result = flows.run("--flows-environment=staging", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*staging is sensitive*"])
    assert history(flows)["test_looks"]["target"] == "live (staging)"


def test_any_test_runs_where_nothing_is_sensitive(flows: Any) -> None:
    """A sandbox is there to be changed."""
    flows.configure(FLOWS + ENVIRONMENTS)
    flows.tests("def test_changes(visitor):\n    assert visitor.base == 'https://sandbox.example'\n")
    flows.run("--flows-environment=sandbox").assert_outcomes(passed=1)


def test_a_page_that_leaves_the_allowed_hosts_fails_its_test_at_that_step(flows: Any) -> None:
    """Whatever comes after it does not happen; even a test that swallows the error is failed."""
    flows.configure(FLOWS + ENVIRONMENTS)
    flows.tests(
        """
        import contextlib
        import pytest

        @pytest.mark.harmless
        def test_at_once(visitor):
            visitor.open("https://production.example/")
            raise RuntimeError("too late")

        @pytest.mark.harmless
        def test_swallowed(visitor):
            with contextlib.suppress(Exception):
                visitor.open("https://production.example/")
        """
    )
    result = flows.run("--flows-environment=staging")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*production.example:443*not among the hosts of the environment staging*"])
    result.stdout.no_fnmatch_line("*too late*")


def test_a_neighbour_can_be_told_to_fail_for_one_test(flows: Any) -> None:
    """The next test does not know of it."""
    flows.tests(
        """
        import pytest

        @pytest.mark.allow_errors
        def test_down(visitor, flow):
            flow.plan("deals", "every call: 503")
            assert visitor.open("http://deals.internal/v1/deals") == 503

        def test_up(visitor):
            assert visitor.open("http://deals.internal/v1/deals") == 200
        """
    )
    flows.run("-p", "no:randomly").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--flows-target=mix"], "needs to know what is live"),
        (["--flows-live=deals"], "nothing says how it is started"),
        (["--flows-live=dealz"], "no service is called 'dealz'"),
        (["--flows-target=live", "--flows-live=deals"], "no service is chosen to be live"),
        (["--flows-environment=stagin"], "nearest: staging"),
        (["--flows-environment=staging", "--flows-target=mirror"], "is live by itself"),
        (["--flows-viewport=wide", "--flows-target=mirror"], "write it like 1280x900"),
        (["--flows-target=mirror", "--mirror-mode=record"], "add --flows-target=live"),
        (["--flows-target=live", "--mirror-mode=spy"], "flows know the modes replay and record"),
        (["--flows-target=mirror", "--flows-retries=-1"], "not less than 0"),
    ],
)
def test_a_mistake_is_told_before_anything_is_started(flows: Any, options: list[str], told: str) -> None:
    """As a usage error, without a traceback."""
    flows.configure(FLOWS + ENVIRONMENTS)
    flows.tests("def test_it(visitor):\n    pass\n")
    result = flows.run(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told in "\n".join(result.errlines)


def test_a_service_that_is_needed_and_is_nowhere_is_told_to_every_test(flows: Any) -> None:
    """With what to do, the first time; no test waits for it again."""
    services = '\n[tool.truemirror.services.shop]\nhosts = ["shop.internal"]\n'
    flows.configure('[tool.truemirror.flows]\npages = "shop"\n' + services)
    flows.tests("def test_one(visitor):\n    pass\n\ndef test_two(visitor):\n    pass\n")
    result = flows.run()
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        ["*shop is needed and has neither a mirror nor a `start` line*", "*truemirror record shop*"]
    )
    result.stdout.fnmatch_lines(["*what stands behind the pages could not be started*"])


def test_without_a_configuration_it_is_said_what_is_missing(flows: Any) -> None:
    """Whose pages they are."""
    flows.configure()
    flows.tests("def test_it(visitor):\n    pass\n")
    result = flows.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*flows are not configured*", '*pages = "web"*'])


def test_a_missing_browser_is_told_with_the_line_that_installs_it_and_not_tried_again(
    flows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not installed will not be there at another try either."""
    monkeypatch.setenv("PATH", str(flows.path))
    (flows.path / "conftest.py").unlink()
    flows.tests("def test_it(visitor):\n    pass\n")
    result = flows.run("test_it.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*is not there*", "*apt-get install chromium chromium-driver*"])
    assert (history(flows)["test_it"]["standing"], history(flows)["test_it"]["tries"]) == ("unknown", 1)


def test_workers_report_what_stands_beside_their_tests(flows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with a system and a browser of its own; the history is whole."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    flows.record("tags", default=[("GET", "/v1/tags", 200, [{"name": "renamed"}])])
    flows.tests(
        """
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_it(visitor, number):
            assert visitor.open("/v1/tags") == 200
        """
    )
    result = flows.run_apart("-n", "2", "-p", "no:randomly")
    result.assert_outcomes(passed=4, failed=4)
    assert len(history(flows)) == 4


def test_every_flow_is_reported_in_a_line(flows: Any) -> None:
    """For whoever lists or runs them from outside."""
    flows.tests('def test_ada_logs_in(visitor):\n    """She sees her name."""\n\ndef test_plain():\n    pass\n')
    flows.run("--flows-report=told.jsonl")
    lines = [json.loads(line) for line in (flows.path / "told.jsonl").read_text().splitlines()]
    known = {"test": "test_it.py::test_ada_logs_in", "title": "Ada logs in", "about": "She sees her name."}
    assert lines[0] == {"collected": [{**known, "harmless": False}]}
    assert lines[1]["flow"]["standing"] == "passed"


def test_a_project_with_a_visitor_of_its_own_is_left_alone(project: Any) -> None:
    """The name may be taken, and nothing of ours is started."""
    project.tests(
        """
        import pytest

        @pytest.fixture
        def visitor():
            return "mine"

        def test_it(visitor):
            assert visitor == "mine"
        """
    )
    project.run().assert_outcomes(passed=1)
    assert not (project.path / "report").exists()
