"""The control paths of the mirror server."""

import json
from typing import Any

import pytest
from tests.adapters.http.mirror_serving import answer, ask, body_of, call, lines_of, mirror, serving, status_of, told

from truemirror.adapters.http.server.control import Control
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.headers import Headers

POLL = tuple(call("GET /job", answer(text)) for text in (b"queued", b"done"))
AS_ADA = ask("GET /job", "X-Truemirror-Session: ada")


def control(path: str, *lines: str, method: str = "GET", host: str = "localhost:1") -> bytes:
    """A control request."""
    head = "\r\n".join((f"{method} /__truemirror__/{path} HTTP/1.1", f"Host: {host}", *lines))
    return f"{head}\r\n\r\n".encode()


def document(message: bytes) -> Any:
    """The JSON of an answer, which must be a good one."""
    assert status_of(message) == 200, message
    assert b"X-Truemirror: control" in lines_of(message)
    return json.loads(body_of(message))


def test_status_says_what_is_served_and_how_it_was_asked() -> None:
    """Numbers of every mirror, whichever door is asked."""
    with serving(mirror(*POLL), mirror(service="deals")) as server:
        told(server, AS_ADA, ask("GET /missing"), service="tags")
        (got,) = told(server, control("status"), service="deals")
    tags, deals = document(got)["mirrors"]
    assert (tags["service"], tags["version"], tags["mode"]) == ("tags", "1.0.0", "replay")
    assert (tags["recordings"], tags["hits"], tags["misses"], tags["unused"]) == (2, 1, 1, 1)
    assert (deals["service"], deals["recordings"]) == ("deals", 0)


def test_sessions_say_where_each_stands() -> None:
    """The default session has no name."""
    with serving(mirror(*POLL)) as server:
        told(server, AS_ADA, AS_ADA, ask("GET /job"))
        (got,) = told(server, control("sessions"))
    assert document(got) == {"services": {"tags": [{"session": "ada", "exchange": 2}, {"session": "", "exchange": 1}]}}


def test_the_journal_tells_the_last_requests_in_order() -> None:
    """Hits, remembered hits and misses alike."""
    with serving(mirror(*POLL)) as server:
        told(server, AS_ADA, AS_ADA, ask("GET /missing"))
        whole, last = told(server, control("journal"), control("journal?last=1"))
    entries = [{key: value for key, value in one.items() if key != "at"} for one in document(whole)["journal"]]
    assert entries == [
        {"service": "tags", "session": "ada", "request": "GET /job", "answer": "status 200", "exchange": 1},
        {"service": "tags", "session": "ada", "request": "GET /job", "answer": "status 200", "exchange": 2},
        {"service": "tags", "session": "", "request": "GET /missing", "answer": "miss"},
    ]
    assert [one["request"] for one in document(last)["journal"]] == ["GET /missing"]


def test_the_journal_tells_no_secrets() -> None:
    """A token in an address is shown as its stand-in."""
    secret = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"
    with serving(mirror(*POLL)) as server:
        _, journal, misses = told(server, ask(f"GET /job?token={secret}"), control("journal"), control("misses"))
    assert b"GET /job?token=" in journal
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


def test_reset_lets_sessions_begin_anew() -> None:
    """One, or all; only on request of a program that says what it does."""
    allowed = "X-Truemirror-Control: 1"
    with serving(mirror(*POLL)) as server:
        answers = told(
            server, AS_ADA, control("reset?session=ada", allowed, method="POST"), AS_ADA,
            control("reset", allowed, method="POST"), AS_ADA, control("reset", method="POST"), AS_ADA,
        )  # fmt: skip
    assert document(answers[1]) == {"reset": "ada", "services": ["tags"]}
    assert document(answers[3])["reset"] == "all"
    assert status_of(answers[5]) == 403
    assert [body_of(answers[place]) for place in (0, 2, 4, 6)] == [b"queued", b"queued", b"queued", b"done"]


@pytest.mark.parametrize(
    "lines",
    [
        ("Origin: http://evil.test",),
        ("Origin: null",),
        ("Sec-Fetch-Site: cross-site",),
        ("Sec-Fetch-Site: same-origin",),
    ],
)
def test_web_pages_are_refused(lines: tuple[str, ...]) -> None:
    """A page in the developer's browser learns and changes nothing."""
    with serving(mirror(*POLL)) as server:
        answers = told(
            server, control("status", *lines), control("reset", "X-Truemirror-Control: 1", *lines, method="POST")
        )
    assert [status_of(one) for one in answers] == [403, 403]


def test_names_that_only_a_rebound_page_would_use_are_refused() -> None:
    """A foreign name that leads to this machine is no local name."""
    with serving(mirror(*POLL)) as server:
        foreign, plain = told(server, control("status", host="evil.test"), control("status", "Sec-Fetch-Site: none"))
    assert status_of(foreign) == 403
    assert document(plain)


def test_clients_of_other_machines_are_refused() -> None:
    """Whatever they send."""
    request = Request("GET", "/__truemirror__/status", Headers((("Host", "localhost"),)))
    assert Control([])(request, False).status == 403
    assert Control([])(request, True).status == 200


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (control("nothing"), 404, "unknown_control"),
        (control("reset"), 405, "wrong_method"),
        (control("status", method="POST"), 405, "wrong_method"),
        (control("status?service=nobody"), 404, "unknown_service"),
    ],
)
def test_what_cannot_be_done_is_told(request_: bytes, status: int, code: str) -> None:
    """Errors have the shape that all errors have."""
    with serving(mirror(*POLL)) as server:
        (got,) = told(server, request_)
    assert (status_of(got), json.loads(body_of(got))["error"]["code"]) == (status, code)
