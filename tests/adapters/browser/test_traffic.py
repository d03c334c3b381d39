"""Everything a page asks for is captured, with bodies, across pages; and what it says."""

import time
from dataclasses import replace

import pytest

from truemirror.adapters.browser import traffic
from truemirror.adapters.browser.chromium import Chromium
from truemirror.core.wire.exchange import Coding, Fault, FaultKind, Response
from truemirror.errors import PageError
from truemirror.testing.flows import Visitor, button

API = "http://api.crm.internal"


def paths(person: Visitor) -> list[str]:
    """What was asked, less what a browser asks by itself."""
    return [f"{call.exchange.request.method} {call.exchange.request.target}" for call in person.calls]


def test_requests_and_answers_have_their_bodies(person: Visitor, site) -> None:
    """Method, target, headers and body of both sides, as they went over the wire."""
    site.page("<script>fetch('/v1/deals?stage=won', {method: 'POST', body: '{\"title\": \"Ärger\"}'})</script>")
    site.json("/v1/deals", '{"id": "1"}', status=201)
    person.open("/")
    person.settle()
    page, call = person.calls
    assert (page.kind, page.exchange.status) == ("document", 200)
    assert isinstance(page.exchange.outcome, Response)
    assert b"<title>Page</title>" in page.exchange.outcome.body
    assert call.url == "http://web.crm.internal/v1/deals?stage=won"
    assert call.kind == "fetch"
    assert (call.exchange.request.method, call.exchange.request.target) == ("POST", "/v1/deals?stage=won")
    assert call.exchange.request.headers.get("host") == "web.crm.internal"
    assert call.exchange.request.body == '{"title": "Ärger"}'.encode()
    answer = call.exchange.outcome
    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (201, b'{"id": "1"}')
    assert answer.headers.get("content-type") == "application/json"
    assert 0 <= page.at_ms <= call.at_ms


def test_bytes_stay_bytes(person: Visitor, site) -> None:
    """What is no text is neither guessed at nor mended, in both directions."""
    every = bytes(range(256))
    site.page("<script>fetch('/v1/x', {method: 'PUT', body: new Uint8Array([...Array(256).keys()])})</script>")
    site.answers["/v1/x"] = (200, {"Content-Type": "application/octet-stream"}, every)
    person.open("/")
    person.settle()
    call = person.calls[-1]
    assert isinstance(call.exchange.outcome, Response)
    assert site.asked[-1][3] == every
    assert call.exchange.outcome.body == every
    assert call.exchange.request.body == every


def test_bodies_are_there_although_the_page_is_left(person: Visitor, site) -> None:
    """Each page asks and goes on at once: no body is lost."""
    for number in range(8):
        go_on = f"location = '/{number + 1}'" if number < 7 else "document.title = 'end'"
        site.page(f"<script>fetch('/v1/{number}').then((a) => a.text()).then(() => {go_on})</script>", f"/{number}")
        site.json(f"/v1/{number}", f'{{"n": {number}}}')
    person.open("/0")
    deadline = time.monotonic() + 30
    while sum(call.kind == "fetch" for call in person.calls) < 8 and time.monotonic() < deadline:
        time.sleep(0.02)
    bodies = [call.exchange.outcome.body for call in person.calls if call.kind == "fetch"]  # type: ignore[union-attr]
    assert bodies == [f'{{"n": {number}}}'.encode() for number in range(8)]


def test_a_coded_body_is_its_content(person: Visitor, site) -> None:
    """The coding is told beside it."""
    import gzip

    site.page("<script>fetch('/v1/deals')</script>")
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    site.answers["/v1/deals"] = (200, headers, gzip.compress(b'{"id": "1"}'))
    person.open("/")
    person.settle()
    answer = person.calls[-1].exchange.outcome
    assert isinstance(answer, Response)
    assert (answer.body, answer.codings) == (b'{"id": "1"}', (Coding("gzip"),))


def test_each_hop_of_a_redirect_is_a_call(person: Visitor, site) -> None:
    """Its body belongs to the last."""
    site.answers["/old"] = (302, {"Location": "/new"}, b"")
    site.page("<h1>New</h1>", "/new")
    person.open("/old")
    person.settle()
    assert [(call.exchange.request.target, call.exchange.status) for call in person.calls] == [
        ("/old", 302),
        ("/new", 200),
    ]


def test_a_load_that_fails_is_a_fault(person: Visitor, site) -> None:
    """A host that no rule names, and a connection that ends without an answer."""
    site.page("<script>fetch('http://nobody.internal/x').catch(() => fetch('/v1/nothing').catch(() => 0))</script>")
    site.answers["/v1/nothing"] = (0, {}, b"")
    person.open("/")
    person.settle()
    unknown, silent = (call.exchange.outcome for call in person.calls[1:])
    assert unknown == Fault(FaultKind.UNRESOLVED, "ERR_NAME_NOT_RESOLVED")
    assert silent == Fault(FaultKind.EMPTY, "ERR_EMPTY_RESPONSE")


def test_a_host_that_is_not_mirrored_is_told(person: Visitor) -> None:
    """With what to do about it."""
    with pytest.raises(PageError, match="this host is not mirrored") as caught:
        person.open("http://nobody.internal/")
    assert caught.value.where == "http://nobody.internal/"
    assert "hosts" in caught.value.fix


def test_consoles_and_errors_of_scripts_are_heard(person: Visitor, site) -> None:
    """With their level and place."""
    site.page("<script>console.warn('careful', 3)</script><script>nobody.home()</script>")
    person.open("/")
    person.settle()
    warned, threw = person.said
    assert (warned.level, warned.text) == ("warn", "careful 3")
    assert warned.url.startswith("http://web.crm.internal/:0:")
    assert threw.level == "error"
    assert "nobody is not defined" in threw.text


def test_a_call_is_waited_for_by_its_name(person: Visitor, site) -> None:
    """Templates, hosts and statuses name it; the answer is there after the block."""
    site.page("<button onclick=\"setTimeout(() => fetch('/v1/deals/7?x=1'), 100)\">Load</button>")
    site.json("/v1/deals/7", "{}")
    person.open("/")
    with person.expect_call("GET http://web.crm.internal/v1/deals/{id}", status=200) as call:
        person.click(button("Load"))
    assert call.value.exchange.request.target == "/v1/deals/7?x=1"


def test_a_call_that_nobody_makes_is_told_with_those_made(hasty: Visitor, site) -> None:
    """An answer of another status is not the wanted one either."""
    site.page("<button onclick=\"fetch('/v1/deals')\">Load</button>")
    site.json("/v1/deals", "{}", status=503)
    hasty.open("/")
    why = "no page asked for GET /v1/deals with status 200 within"
    with pytest.raises(PageError, match=why) as caught, hasty.expect_call("GET /v1/deals", status=200):
        hasty.click(button("Load"))
    assert caught.value.nearest == "GET /v1/deals -> 503"
    with pytest.raises(PageError) as caught, hasty.expect_call("GET /v1/deals"):
        pass
    assert caught.value.nearest == "nothing was asked for at all"


def test_a_page_that_never_settles_is_told(hasty: Visitor, site) -> None:
    """With what is still open; and it ends in a bounded time."""
    site.page("<script>fetch('/v1/slow')</script>")
    site.hang("/v1/slow")
    hasty.open("/")
    with pytest.raises(PageError, match=r"the page did not settle within 0\.5 s") as caught:
        hasty.settle()
    assert caught.value.nearest == "still open: GET http://web.crm.internal/v1/slow"
    assert hasty.still_open(0.3) == ("GET http://web.crm.internal/v1/slow",)


def test_a_page_that_asks_again_and_again_never_settles(hasty: Visitor, site) -> None:
    """Although nothing is open for long."""
    site.page("<script>setInterval(() => fetch('/v1/tick'), 20)</script>")
    site.json("/v1/tick", "{}")
    hasty.open("/")
    with pytest.raises(PageError) as caught:
        hasty.settle()
    assert "/v1/tick" in caught.value.nearest


def test_a_page_that_never_loads_is_told(hasty: Visitor, site) -> None:
    """With what it waits for."""
    site.page("<img src=/slow.png>")
    site.hang("/slow.png")
    with pytest.raises(PageError, match=r"the page did not load within 1\.5 s") as caught:
        hasty.open("/")
    assert caught.value.nearest == "still open: GET http://web.crm.internal/slow.png"


def test_headers_of_a_visitor_are_sent_with_every_request(browser: Chromium, site) -> None:
    """To an origin of its own page as they are; to another one the browser asks first, as for any such header."""
    allowed = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "baggage"}
    site.page(f"<script>fetch('/v1/own').then(() => fetch('{API}/v1/other'))</script>")
    site.json("/v1/own", "{}")
    site.answers["/v1/other"] = (200, allowed, b"{}")
    ada = browser.visitor("ada", base="http://web.crm.internal", headers={"baggage": "truemirror.session=t1"})
    try:
        ada.open("/")
        ada.settle()
    finally:
        ada.leave()
    seen = [(method, path, headers.get("baggage")) for method, path, headers, _ in site.asked if path != "/favicon.ico"]
    assert seen == [
        ("GET", "/", "truemirror.session=t1"),
        ("GET", "/v1/own", "truemirror.session=t1"),
        ("OPTIONS", "/v1/other", None),
        ("GET", "/v1/other", "truemirror.session=t1"),
    ]
    assert [call.kind for call in ada.calls if call.kind != "preflight"] == ["document", "fetch", "fetch"]


def test_two_visitors_know_nothing_of_each_other(browser: Chromium, person: Visitor, site) -> None:
    """Neither cookies nor storage nor calls; a new one has none of what an earlier one had."""
    site.page("<script>document.cookie = 'who=ada'; localStorage.who = 'ada'; fetch('/v1/own')</script>")
    site.page("<h1>Hello</h1>", "/other")
    site.json("/v1/own", "{}")
    person.open("/")
    person.settle()
    grace = browser.visitor("grace", base="http://web.crm.internal")
    try:
        grace.open("/other")
        assert person.cookies() == {"who": "ada"}
        assert grace.cookies() == {}
        assert grace.run_script("() => localStorage.who ?? null") is None
        assert paths(grace) == ["GET /other"]
        assert paths(person) == ["GET /", "GET /v1/own"]
    finally:
        grace.leave()


def test_a_body_that_is_too_long_is_told_as_missing(browser: Chromium, site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes the call for one without a body."""
    monkeypatch.setattr(browser, "options", replace(browser.options, body_limit=1_000))
    site.page("<script>fetch('/v1/long').then(() => fetch('/v1/none'))</script>")
    site.json("/v1/long", '"' + "x" * 5_000 + '"')
    site.answers["/v1/none"] = (200, {"Content-Type": "application/json"}, b"")
    ada = browser.visitor("ada", base="http://web.crm.internal", patience=20)
    ada.open("/")
    ada.settle()
    ada.leave()
    page, long, none = ada.calls
    assert long.exchange.outcome.body == b""  # type: ignore[union-attr]
    assert long.uncaptured == "its 5,002 bytes are more than the limit of 1,000"
    assert (page.uncaptured, none.uncaptured) == ("", "")


def test_what_is_too_much_is_counted(person: Visitor, site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory has an end, and nothing is dropped in silence."""
    monkeypatch.setattr(traffic, "MOST_CALLS", 3)
    monkeypatch.setattr(traffic, "MOST_SAID", 2)
    site.page("<script>for (const n of [1, 2, 3, 4]) { fetch('/v1/own?' + n); console.log(n) }</script>")
    site.json("/v1/own", "{}")
    person.open("/")
    person.settle()
    assert (len(person.calls), len(person.said), person.left) == (3, 2, 4)
