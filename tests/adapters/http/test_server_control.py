"""The control paths of the mirror server: what they tell and what they change."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.http.mirror_serving import answer, ask, body_of, call, lines_of, mirror, serving, status_of, told
from tests.adapters.http.raw_sockets import answering, raw_server

from truemirror.adapters.http.client import HttpUpstream
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.model import Scenario
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding

POLL = tuple(call("GET /job", answer(text)) for text in (b"queued", b"done"))
AS_ADA = ask("GET /job", "X-Truemirror-Session: ada")
LIVE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlive"


def control(path: str, *lines: str, method: str = "GET", host: str = "localhost:1") -> bytes:
    """A control request."""
    head = "\r\n".join((f"{method} /__truemirror__/{path} HTTP/1.1", f"Host: {host}", *lines))
    return f"{head}\r\n\r\n".encode()


def change(path: str, *lines: str, **members: Any) -> bytes:
    """A control request that changes something."""
    body = json.dumps(members)
    told_ = ("Content-Type: application/json", f"Content-Length: {len(body)}", *lines)
    return control(path, *told_, method="POST") + body.encode()


def document(message: bytes) -> Any:
    """The JSON of an answer, which must be a good one."""
    assert status_of(message) == 200, message
    assert b"X-Truemirror: control" in lines_of(message)
    return json.loads(body_of(message))


def refused(message: bytes) -> tuple[int, str]:
    """Status and code of an error."""
    return status_of(message), json.loads(body_of(message))["error"]["code"]


def test_status_says_what_is_served_and_how_it_was_asked() -> None:
    """Numbers of every mirror, whichever door is asked."""
    with serving(mirror(*POLL), mirror(service="deals")) as server:
        told(server, AS_ADA, ask("GET /missing"), service="tags")
        (got,) = told(server, control("status"), service="deals")
    tags, deals = document(got)["mirrors"]
    assert (tags["service"], tags["version"], tags["mode"], tags["upstream"]) == ("tags", "1.0.0", "replay", False)
    assert (tags["recordings"], tags["hits"], tags["misses"], tags["unused"]) == (2, 1, 1, 1)
    assert (deals["service"], deals["recordings"]) == ("deals", 0)


def test_sessions_say_where_each_stands() -> None:
    """The default session has no name; one of them may be asked for."""
    with serving(mirror(*POLL)) as server:
        told(server, AS_ADA, AS_ADA, ask("GET /job"))
        every, one = told(server, control("sessions"), control("sessions?session="))
    ada = {"service": "tags", "session": "ada", "scenario": "default", "exchange": 2}
    nameless = {"service": "tags", "session": "", "scenario": "default", "exchange": 1}
    assert document(every) == {"sessions": [ada, nameless], "total": 2}
    assert document(one) == {"sessions": [nameless], "total": 1}


def test_the_journal_tells_the_last_requests_in_order() -> None:
    """Hits, remembered hits and misses alike, of all sessions or of one."""
    with serving(mirror(*POLL)) as server:
        told(server, AS_ADA, AS_ADA, ask("GET /missing"))
        whole, last, one = told(server, control("journal"), control("journal?last=1"), control("journal?session="))
    entries = [{key: value for key, value in one.items() if key != "at"} for one in document(whole)["journal"]]
    tags: dict[str, Any] = {"service": "tags", "method": "GET"}
    job = {**tags, "session": "ada", "target": "/job", "answer": "status 200", "scenario": "default"}
    miss = {**tags, "session": "", "target": "/missing", "answer": "miss"}
    assert entries == [{**job, "exchange": 1}, {**job, "exchange": 2}, miss]
    assert [one["target"] for one in document(last)["journal"] + document(one)["journal"]] == ["/missing", "/missing"]


def test_an_exchange_is_numbered_within_its_scenario_as_in_its_files() -> None:
    """Also for what was answered before the mirror changed."""
    scenarios = tuple(Scenario(name, (call(f"GET /{name}", answer()),)) for name in ("ada", "bob"))
    with serving(mirror(scenarios=scenarios)) as server:
        told(server, ask("GET /bob"), ask("GET /bob"))
        server.mounts["tags"].replayer.renew(mirror(*POLL))
        (got,) = told(server, control("journal"))
    assert [(one["scenario"], one["exchange"]) for one in document(got)["journal"]] == [("bob", 1), ("bob", 1)]


def test_the_journal_tells_no_secrets() -> None:
    """A token in an address is shown as its stand-in."""
    secret = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"
    with serving(mirror(*POLL)) as server:
        _, journal, misses = told(server, ask(f"GET /job?token={secret}"), control("journal"), control("misses"))
    assert b"/job?token=" in journal
    assert secret.encode() not in journal + misses


def test_notes_are_in_the_journal_and_not_in_the_answer() -> None:
    """What a person should know of an answer does not change it."""
    behind = call("GET /late", answer(b"late"))
    with serving(mirror(call("POST /job", answer()), behind)) as server:
        late, journal = told(server, ask("GET /late"), control("journal"))
    assert late == b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate"
    assert "ahead" in document(journal)["journal"][0]["notes"]


def test_misses_are_explained() -> None:
    """As they were to the client."""
    with serving(mirror(*POLL)) as server:
        miss, got = told(server, ask("GET /job?x=1"), control("misses"))
    assert document(got)["misses"] == [json.loads(body_of(miss))["error"]]


def test_every_recording_is_counted_also_on_the_short_way() -> None:
    """How often each answered, a page at a time, of all scenarios or of one."""
    scenarios = (Scenario("ada", POLL), Scenario("bob", (call("GET /bob", answer()),)))
    with serving(mirror(scenarios=scenarios)) as server:
        told(server, *[ask("GET /bob")] * 5, AS_ADA)
        got, page, bob, nobody = told(
            server, control("recordings"), control("recordings?first=1&count=1"),
            control("recordings?scenario=bob"), control("recordings?scenario=eve"),
        )  # fmt: skip
    one = {"service": "tags", "scenario": "bob", "exchange": 1, "method": "GET", "target": "/bob"}
    assert [each["count"] for each in document(got)["recordings"]] == [1, 0, 5]
    assert document(bob) == {"recordings": [{**one, "answer": "status 200", "count": 5}], "total": 1}
    assert (document(page)["recordings"][0]["exchange"], document(page)["total"]) == (2, 3)
    assert document(nobody) == {"recordings": [], "total": 0}


def test_reset_lets_sessions_begin_anew() -> None:
    """One, or all."""
    with serving(mirror(*POLL)) as server:
        answers = told(server, AS_ADA, change("reset", session="ada"), AS_ADA, change("reset"), AS_ADA, AS_ADA)
    assert document(answers[1]) == {"services": ["tags"]}
    assert [body_of(answers[place]) for place in (0, 2, 4, 5)] == [b"queued", b"queued", b"queued", b"done"]


def test_a_session_is_known_from_open_to_close() -> None:
    """Opened before its first request, begun anew by opening it again, gone once closed."""
    with serving(mirror(*POLL)) as server:
        opened, before, _, _, anew, closed, gone, unknown = told(
            server, change("sessions/open", session="ada"), control("sessions"), AS_ADA,
            change("sessions/open", session="ada"), AS_ADA, change("sessions/close", session="ada"),
            control("sessions"), change("sessions/close", session="ada"),
        )  # fmt: skip
    assert document(opened) == document(closed) == {"services": ["tags"]}
    assert document(before)["sessions"] == [{"service": "tags", "session": "ada", "scenario": "", "exchange": 0}]
    assert body_of(anew) == b"queued"
    assert document(gone)["total"] == 0
    assert refused(unknown) == (404, "unknown_session")


def test_a_mode_that_asks_the_live_service_needs_one() -> None:
    """Without it the mode stays as it is, of every service that is meant."""
    with serving(mirror(*POLL)) as server:
        answers = told(server, *(change("mode", mode=str(mode)) for mode in Mode if mode is not Mode.REPLAY))
        (still,) = told(server, control("status"))
    assert {refused(one) for one in answers} == {(409, "cannot_be_done")}
    assert document(still)["mirrors"][0]["mode"] == "replay"


def test_the_mode_is_switched_while_connections_stay(tmp_path: Path) -> None:
    """What is recorded meanwhile is in the mirror's files once the server goes back to replaying."""
    store = MirrorFiles(tmp_path)
    store.save(mirror(*POLL))

    def behind(asked: Replayer) -> Forwarding:
        """A live service, and where to store."""
        opens = lambda replaces: store.journal("tags", "1.0.0", replace=replaces)  # noqa: E731
        return Forwarding(asked, HttpUpstream(upstream.url), opens=opens)

    with raw_server(answering(LIVE)) as upstream, serving(store.load("tags"), forwarding=behind) as server:
        answers = told(
            server, ask("GET /new"), change("mode", mode="record-missing"), ask("GET /new"), ask("GET /job"),
            change("mode", mode="replay"), ask("GET /new"), control("status"),
        )  # fmt: skip
        assert [one.request.target for _, _, one in store.load("tags").places()] == ["/job", "/job", "/new"]
        spying, live = told(server, change("mode", mode="off"), ask("GET /job"))
    assert [status_of(answers[0]), *(body_of(answers[at]) for at in (2, 3, 5))] == [501, b"live", b"queued", b"live"]
    assert document(answers[1]) == {"mode": "record-missing", "services": ["tags"]}
    assert (
        document(answers[6])["mirrors"][0] | {"mode": "replay", "recordings": 3} == document(answers[6])["mirrors"][0]
    )
    assert document(spying)["mode"] == "off"
    assert body_of(live) == b"live"


def test_a_plan_is_given_to_a_session_and_taken_back() -> None:
    """Others are served as before; what is planned is told in the journal."""
    with serving(mirror(*POLL)) as server:
        given, planned, other, listed, ended, after, journal = told(
            server, change("plans/add", plan="every call: 503", session="ada"), AS_ADA, ask("GET /job"),
            control("plans?session=ada"), change("plans/end", session="ada"), AS_ADA, control("journal?session=ada"),
        )  # fmt: skip
    assert document(given) == document(ended) == {"services": ["tags"]}
    assert [status_of(one) for one in (planned, other, after)] == [503, 200, 200]
    assert document(listed)["plans"] == [{"service": "tags", "session": "ada", "rules": ["every call: 503"]}]
    first, second = document(journal)["journal"]
    assert (first["answer"], "planned" in first["notes"], "scenario" in first) == ("status 503", True, False)
    assert (second["answer"], second["exchange"]) == ("status 200", 1)


def test_every_plan_can_be_taken_back_at_once() -> None:
    """Those of single sessions and those of each."""
    adds = (change("plans/add", plan="every call: 503"), change("plans/add", plan="every call: 404", session="ada"))
    with serving(mirror(*POLL)) as server:
        *_, planned, ended, default, ada, listed = told(
            server, *adds, ask("GET /job"), change("plans/end"), ask("GET /job"), AS_ADA, control("plans?session=ada")
        )
    assert [status_of(one) for one in (planned, ended, default, ada)] == [503, 200, 200, 200]
    assert document(listed)["plans"][0]["rules"] == []


def test_a_plan_that_one_service_cannot_have_none_gets() -> None:
    """It names what was never recorded."""
    with serving(mirror(*POLL), mirror(call("GET /deal", answer()), service="deals")) as server:
        got, job = told(server, change("plans/add", plan="call 1 of GET /job: reset"), ask("GET /job"), service="tags")
        (good,) = told(server, change("plans/add", plan="call 1 of GET /job: reset", service="tags"), service="tags")
    assert refused(got) == (409, "cannot_be_done")
    assert status_of(job) == 200
    assert document(good) == {"services": ["tags"]}


@pytest.mark.parametrize(
    ("request_", "status", "code", "nearest"),
    [
        (control("nothing"), 404, "unknown_control", ""),
        (control("sesions"), 404, "unknown_control", "/__truemirror__/sessions"),
        (control("reset"), 405, "wrong_method", "POST"),
        (control("status", method="POST"), 405, "wrong_method", "GET"),
        (control("status?service=nobody"), 404, "unknown_service", "tags"),
        (control("journal?lst=3"), 400, "unknown_parameter", "last"),
        (control("journal?last=-1"), 400, "bad_parameter", ""),
        (control("journal?last=99999999999"), 400, "bad_parameter", ""),
        (control("journal?" + "a=1&" * 99), 400, "bad_parameter", ""),
        (change("reset?session=ada"), 400, "unknown_parameter", ""),
        (change("reset", sesion="ada"), 400, "bad_parameter", ""),
        (change("reset", session=["ada"]), 400, "bad_parameter", ""),
        (change("mode", mode="reply"), 400, "bad_parameter", ""),
        (change("mode"), 400, "bad_parameter", ""),
        (change("plans/add", plan="call one: reset"), 400, "bad_plan", ""),
        (change("plans/add", plan=3), 400, "bad_parameter", ""),
        (change("reset", session="a" * 300_000), 413, "body_too_large", ""),
        (change("reset")[:-2] + b"{x", 400, "not_json", ""),
    ],
    ids=lambda value: value[:40].decode() if isinstance(value, bytes) else None,
)
def test_what_cannot_be_done_is_told_and_does_nothing(request_: bytes, status: int, code: str, nearest: str) -> None:
    """Errors have the shape that all errors have, and name what would have worked; no session begins anew."""
    with serving(mirror(*POLL)) as server:
        _, got, after = told(server, AS_ADA, request_, AS_ADA)
    assert refused(got) == (status, code)
    assert nearest in json.loads(body_of(got))["error"].get("nearest", "")
    assert body_of(after) == b"done"
    if status == 405:
        assert f"Allow: {nearest}".encode() in lines_of(got)


def test_a_recorded_path_is_never_hidden_by_a_control_path() -> None:
    """A service that has such a path answers there itself."""
    recorded = call("GET /__truemirror__/status", answer(b"its own"))
    with serving(mirror(recorded)) as server:
        own, control_ = told(server, control("status", host="tags.test"), control("version"))
    assert body_of(own) == b"its own"
    assert document(control_)["services"] == ["tags"]
