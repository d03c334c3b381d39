"""Reports show everything, escape everything and are whole or not there."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from truemirror.adapters.reports.page import report_page
from truemirror.adapters.reports.write import FILES, write_reports
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.gate.evidence import Evidence
from truemirror.core.gate.suite import MirrorUse, Suite, SuiteResult, TestOutcome, suite_check, suite_reasons
from truemirror.core.gate.verdict import Check, Reason, Stage, State, Verdict, judge
from truemirror.errors import StoreError

HOSTILE = "<script>alert('x')</script> `tick` | pipe \x00 \ud83d ]]>"


def evidence(hostile: str = "") -> Evidence:
    """A judgement with one of everything."""
    suite = SuiteResult(
        Suite("deals", "suites/isolation/deals"),
        (
            TestOutcome("suites/isolation/deals/test_a.py::test_lists", State.BROKEN, f"boom {hostile}", 0.25),
            TestOutcome("suites/isolation/deals/test_a.py::test_shows", State.KEPT, "", 0.1),
            TestOutcome("suites/isolation/deals/test_a.py::test_later", State.NOT_RUN, "no browser"),
        ),
        mirrors={"tags": MirrorUse(hits=12, misses=1)},
        seconds=1.5,
    )
    reason = Reason(
        rule="response-attribute-missing",
        effect=Verdict.BLOCK,
        title=f"`label` is missing {hostile}",
        service="tags",
        places=("GET /v1/tags response 200 body /items/0/label",),
        seen=7,
        expected="label (required)",
        actual=f"absent {hostile}",
        evidence="mirrors/tags/1.0.0/ada/0001.json, exchange 3",
        owner="team-tags",
        consumers=("deals", "public-api"),
        next_step="give it back",
        fingerprint="0123456789ab",
    )
    stages = (
        Stage("contracts", "Contracts", (Check("tags", State.BROKEN, "41 exchanges, 7 findings"),), (reason,)),
        Stage("suites", "Suites", (suite_check(suite),), suite_reasons(suite, "team-deals"), 1.5),
        Stage("flows", "Flows", required=False, note="no browser: apt-get install chromium"),
    )
    notice = Finding("response-attribute-extra", Level.INFO, "tags", "GET /v1/tags", "body /items/0/hue", "is new")
    return Evidence(judge(stages, {"revision": "abc1234"}), (notice,), (suite,))


def test_all_four_reports_are_written_and_tell_the_same_verdict(tmp_path: Path) -> None:
    """Page, JUnit, Markdown and JSON come from one judgement."""
    paths = write_reports(evidence(), tmp_path / "report")
    assert [path.name for path in paths] == list(FILES)
    assert json.loads((tmp_path / "report/verdict.json").read_text())["verdict"] == "block"
    assert "⛔ Block" in (tmp_path / "report/summary.md").read_text()
    assert "<h1>block</h1>" in (tmp_path / "report/index.html").read_text()
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == sorted(FILES)


def test_junit_counts_failures_errors_and_skips(tmp_path: Path) -> None:
    """A CI that reads only the counts sees what happened."""
    write_reports(evidence(), tmp_path)
    root = ET.parse(tmp_path / "junit.xml").getroot()
    assert (root.get("failures"), root.get("skipped")) == ("3", "2")
    assert len(root.findall(".//testcase")) == int(root.get("tests", "0")) == 6


def test_rendering_is_deterministic() -> None:
    """The same evidence gives the same bytes."""
    for render in FILES.values():
        assert render(evidence()) == render(evidence())


def test_nothing_hostile_gets_through_unescaped(tmp_path: Path) -> None:
    """Markup, control characters and lone surrogates from recordings stay text in every report."""
    page = report_page(evidence(HOSTILE.replace("\ud83d", "")))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert write_reports(evidence(HOSTILE), tmp_path)
    ET.fromstring(FILES["junit.xml"](evidence(HOSTILE)).encode("utf-8", "replace"))
    assert "\n<script>" not in FILES["summary.md"](evidence(HOSTILE))


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    """One file, no script, no outside address."""
    page = report_page(evidence())
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert "default-src 'none'" in page


def test_what_was_not_run_is_shown_as_not_run() -> None:
    """A stage without evidence appears with its reason."""
    page = report_page(evidence())
    assert "no browser: apt-get install chromium" in page


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    """The error names the file and the way out, and no half file stays."""
    (tmp_path / "report").write_text("a file where the folder should be")
    with pytest.raises(StoreError) as caught:
        write_reports(evidence(), tmp_path / "report")
    assert "index.html" in caught.value.where
    assert "--report" in caught.value.fix
