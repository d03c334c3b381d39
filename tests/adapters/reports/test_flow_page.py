"""The page of a failure tells all that a person asks, loads nothing, runs nothing, and trusts nobody."""

import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given, settings
from tests.core.flow.values import TRACES
from tests.flow_traces import DOM, FINDING, failed_trace, failed_try, files_of, green_trace, picture

from truemirror.adapters.reports.flow_page import flow_page, run_again, shown, state_of, told_and_why
from truemirror.core.contract.finding import Level
from truemirror.core.flow.thin import Limits
from truemirror.core.flow.trace import Outcome, Said, Step, Trace, Try
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

EVIL = "'\"></style></iframe></pre><script>alert(1)</script><img src=http://evil.test onerror=alert(1)>&{{7*7}}"
FILES = {name.replace("dom.html", "dom.txt"): content for name, content in files_of(failed_try()).items()}


class Tags(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        """Read it all."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """A text."""
        self.text += data

    def named(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of one name."""
        return [attributes for tag, attributes in self.tags if tag == name]


def seen(trace: Trace | None = None, green: Trace | None = None, **more: object) -> Tags:
    """A page, read."""
    return Tags(flow_page(trace or failed_trace(), green, FILES, **more))  # type: ignore[arg-type]


def evil() -> Trace:
    """A trace in which everything is hostile."""
    trace = failed_trace()
    one = failed_try()
    answer = Response(200, EVIL, Headers((("X-A", EVIL),)), EVIL.encode())
    request = Request(EVIL, f"/{EVIL}", Headers(((EVIL, EVIL),)), EVIL.encode())
    finding = replace(next(call for call in one.calls if call.findings).findings[0], message=EVIL, location=EVIL)
    call = replace(one.calls[0], url=EVIL, exchange=Exchange(request, answer), kind=EVIL, service=EVIL, operation=EVIL)
    hostile = Try(
        1,
        Outcome.FAILED,
        EVIL,
        1.0,
        (Step(EVIL, 1, 1, EVIL, EVIL), Step(EVIL, 2, 1, "", "0001.png")),
        (replace(call, recording=EVIL, findings=(finding,)),),
        (Said(EVIL, EVIL, 1, EVIL),),
        (EVIL,),
    )
    return replace(trace, test=f"a::{EVIL}", tries=(hostile, hostile), browser=EVIL, began=EVIL)


def test_everything_that_happened_is_told() -> None:
    """Test, target, outcome, browser, message, steps, calls, recordings, findings, misses, console."""
    page = seen(green=green_trace())
    for text in (
        "test_ada_moves_a_deal[wide]",
        "chromium 142.0.7444.59",
        "no status `Saved` in 10.0 s",
        "click button Save",
        "ada-moves-a-deal/2",
        "`code` is missing",
        "no recording answers it",
        "Cannot read properties of undefined",
        "the deal was changed by somebody else",
        "pytest 'suites/flows/test_deals.py::test_ada_moves_a_deal[wide]' --flows-target mirror",
        "3 calls, steps or lines were left out",
        "Against the last green run",
        "timeout",
    ):
        assert text in page.text
    assert [one.get("id") for one in page.named("details") if str(one.get("class")).startswith("call")] == [
        f"call-{number}" for number in range(1, 16)
    ]


def test_what_else_went_wrong_stands_beside_the_message() -> None:
    """A finding, a miss, an error of the console: often one of them is why."""
    text = " ".join(seen().text.split())
    hints = text[text.index("Seen on the way") : text.index("What happened when")]
    assert "contract PATCH /v1/deals/{id}: `code` is missing" in hints
    assert "answer GET /api/v1/notices: timeout: no answer in 8 s" in hints
    assert "no recording GET /api/v1/notices: no recording answers it" in hints
    assert "console Failed to load resource" in hints


def test_how_pytest_explains_values_is_folded() -> None:
    """The assertion first; where its values came from is for whoever wants to know."""
    message = "AssertionError: assert 500 == 200\n +  where 500 = call.status\n +    where call = move()"
    told, why = told_and_why(message)
    assert told == "AssertionError: assert 500 == 200"
    assert why.startswith(" +  where 500")
    assert told_and_why("+ alone") == ("+ alone", "")
    assert "Where these values come from" in seen().text


def test_a_long_recording_is_told_by_its_end() -> None:
    """The number tells one exchange from the next; the whole name is inside."""
    one = failed_try()
    calls = (replace(one.calls[-1], recording="suites-flows-test_deals.py-test_a_deal_is_edited/18"),)
    text = seen(replace(failed_trace(), tries=(replace(one, calls=calls),))).text
    assert "…-test_a_deal_is_edited/18" in text
    assert "suites-flows-test_deals.py-test_a_deal_is_edited/18" in text


def test_what_is_only_worth_knowing_is_folded() -> None:
    """A finding that breaks nothing does not stand among those that do."""
    one = failed_try()
    notice = replace(FINDING, rule="response-attribute-extra", level=Level.INFO, message="`hue` is new")
    calls = tuple(replace(call, findings=(FINDING, notice)) for call in one.calls[-2:])
    page = seen(replace(failed_trace(), tries=(replace(one, calls=calls),)))
    assert "1 contract finding" in " ".join(page.text.split())
    assert "1 that break nothing" in page.text
    assert "seen 2 times" in page.text


def test_every_link_leads_somewhere() -> None:
    """To a place of the page or a file beside it."""
    page = seen()
    places = {attributes.get("id") for _, attributes in page.tags}
    links = [str(one["href"]) for one in page.named("a")]
    assert {link for link in links if not link.startswith("#")} == {"try1/dom.txt", "try1/driver.log"}
    assert {link[1:] for link in links if link.startswith("#")} <= places


def test_the_page_is_self_contained() -> None:
    """No script, nothing loaded, pictures inside and each once."""
    text = flow_page(failed_trace(), green_trace(), FILES)
    page = Tags(text)
    assert not page.named("script")
    assert not page.named("link")
    assert not page.named("img")
    assert text.count("data:image/png;base64,") == 9
    (policy,) = [one["content"] for one in page.named("meta") if one.get("http-equiv")]
    assert str(policy).startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")


def test_the_snapshot_stands_in_a_frame_that_may_do_nothing() -> None:
    """It may come from anybody."""
    (frame,) = seen().named("iframe")
    assert frame["sandbox"] == ""
    assert frame["srcdoc"] == DOM
    assert "src" not in frame


def test_nothing_hostile_gets_out_of_its_place() -> None:
    """In whatever field it stands: no element, no attribute, no style of its own."""
    plain = {name for name, _ in seen(green=green_trace()).tags}
    page = Tags(flow_page(evil(), green_trace(), {EVIL: picture(1), "0001.png": b"<script>", "dom.txt": EVIL.encode()}))
    assert {name for name, _ in page.tags} <= plain
    assert not [attributes for _, attributes in page.tags if any(name.startswith("on") for name in attributes)]
    assert "{{7*7}}" in page.text


@settings(max_examples=40)
@given(TRACES)
def test_every_trace_has_a_page(trace: Trace) -> None:
    """Whatever is missing in it."""
    assert Tags(flow_page(trace)).named("main")


def test_pictures_that_do_not_fit_are_linked() -> None:
    """The last ones are in the page, the others beside it."""
    text = flow_page(failed_trace(), None, FILES, limits=Limits(page=4_000))
    assert text.count("data:image/png;base64,") == 2
    assert 'href="try1/0001.png"' in text


def test_the_pages_at_the_end_are_shown_beside_the_message() -> None:
    """Of every visitor, picture and document."""
    more = {**FILES, "final.png": picture(3), "final2.png": picture(4), "dom2.txt": b"<p>second"}
    text = flow_page(failed_trace(), None, more)
    page = Tags(text)
    assert text.count("data:image/png;base64,") == 11
    assert [frame["srcdoc"] for frame in page.named("iframe")] == [DOM, "<p>second"]
    shown_beside = [one["href"] for one in page.named("a") if one.get("aria-label") == "the page at the end, larger"]
    assert shown_beside == ["#big-10", "#big-11"]


def test_what_is_no_picture_is_not_shown_as_one() -> None:
    """Whatever it is called."""
    text = flow_page(failed_trace(), None, {"0001.png": b'");} body { display: none }'})
    assert "data:" not in text.replace("img-src data:", "")


def test_the_line_that_runs_it_again_is_safe_in_a_shell() -> None:
    """A node id may have anything in it."""
    line = run_again(replace(failed_trace(), test="a.py::b[$(rm -rf /) 'x']"))
    assert line == """pytest 'a.py::b[$(rm -rf /) '"'"'x'"'"']' --flows-target mirror"""
    assert "truemirror flows run x" in seen(again="truemirror flows run x").text


def test_the_state_is_one_word() -> None:
    """Passed only after a failure is flaky."""
    trace = failed_trace()
    assert state_of(trace) == "failed"
    assert state_of(green_trace()) == "passed"
    assert state_of(replace(trace, tries=(failed_try(), Try(2, Outcome.PASSED)))) == "flaky"
    assert state_of(replace(trace, tries=())) == "infrastructure"
    broke = replace(trace, tries=(replace(failed_try(), outcome=Outcome.PASSED),))
    assert state_of(broke) == "contract"
    assert "passed, but broke a contract" in seen(broke).text


def test_a_difference_to_the_last_green_run_says_both_sides() -> None:
    """And without one, the page says why."""
    assert re.search(r"DELETE /v1/deals/\{id\}\s*", seen(green=green_trace()).text)
    assert "There is none yet" in seen().text
    assert "as far as this run came" in seen(green=failed_trace()).text


def test_bodies_are_shown_as_people_read_them() -> None:
    """JSON with its lines, bytes by their number, long ones cut."""
    assert shown(b'{"a":"\xc3\xa9"}', Headers()) == '{\n  "a": "é"\n}'
    assert shown(b"\xff\xfe", Headers((("Content-Type", "image/gif"),))) == "2 bytes of image/gif"
    assert shown(b"x" * 40_000, Headers()).endswith("10000 characters more are in trace.json")
    assert shown(b"{broken", Headers()) == "{broken"
