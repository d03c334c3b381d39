"""The page over all flows says how each ended, failures first."""

from dataclasses import replace

from tests.adapters.reports.test_flow_page import EVIL, Tags
from tests.flow_traces import TEST, failed_trace, failed_try, green_trace

from truemirror.adapters.reports.flow_index import flow_index, told_by
from truemirror.core.flow.trace import Outcome, Try


def test_each_test_is_told_with_its_end() -> None:
    """State, target, seconds, services and the page."""
    flaky = replace(failed_trace(), test="b.py::flaky", tries=(failed_try(), Try(2, Outcome.PASSED)))
    page = Tags(flow_index([(green_trace(), ""), (flaky, "b/index.html"), (failed_trace(), "a/index.html")]))
    assert [one["href"] for one in page.named("a")] == ["a/index.html", "b/index.html"]
    assert "1 of 3 broke" in page.text
    assert "public-api, web" in page.text
    assert "no status `Saved`" in page.text
    tags = [str(one["class"]) for one in page.named("span") if str(one.get("class")).startswith("tag")]
    assert tags == ["tag failed", "tag flaky", "tag passed"]


def test_all_green_and_nothing_have_a_page() -> None:
    """With a headline of their own."""
    assert "all 1 passed" in flow_index([(green_trace(), "")])
    assert "No flow was run." in flow_index([])


def test_what_did_not_run_now_is_told_apart() -> None:
    """A failure of an earlier run is shown, and counts no more."""
    page = flow_index([(green_trace(), ""), (replace(failed_trace(), test="old.py::gone"), "x/index.html")], [TEST])
    assert "all 1 passed" in page
    assert "1 that did not run now" in page
    assert page.index("From earlier runs") < page.index("x/index.html")


def test_a_page_that_was_not_kept_is_said() -> None:
    """There were newer failures."""
    assert "its page was not kept" in flow_index([(failed_trace(), "")])


def test_nothing_hostile_gets_through() -> None:
    """A name may be anything."""
    hostile = replace(failed_trace(), test=f"x::{EVIL}", tries=(replace(failed_try(), message=EVIL),))
    page = Tags(flow_index([(hostile, "")]))
    assert not page.named("script")
    assert not page.named("img")


def test_the_line_that_tells_most_is_shown() -> None:
    """What pytest marks as the error, else the first line."""
    assert (
        told_by("def test():\n>   see()\nE   Broken: no status\nE   fix: none\na.py:3: Broken") == "Broken: no status"
    )
    assert told_by("\nfirst\nlast\n") == "first"
    assert told_by("") == ""
