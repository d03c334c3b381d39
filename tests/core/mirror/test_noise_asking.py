"""Which recorded requests can be asked again, and why not the others."""

from truemirror.core.mirror.model import Mirror, MirrorRules, Scenario
from truemirror.core.mirror.noise_asking import BROKEN, NAMELESS, UNSAFE, UNSENDABLE, questions
from truemirror.core.mirror.standin import MARK
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Outcome, Request, Response
from truemirror.core.wire.headers import Headers


def said(line: str, outcome: Outcome | int = 200, body: bytes = b"", **headers: str) -> Exchange:
    """An exchange in short."""
    method, target = line.split()
    fields = Headers.of((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange(Request(method, target, fields, body), Response(outcome) if isinstance(outcome, int) else outcome)


def mirror(*exchanges: Exchange, reads: tuple[str, ...] = ()) -> Mirror:
    """A mirror of one scenario."""
    return Mirror("tags", "0", (Scenario("default", exchanges),), MirrorRules(reads=reads))


def test_only_what_changes_nothing_is_asked() -> None:
    """Safe methods, and unsafe ones that are declared to be reads."""
    recorded = mirror(
        said("GET /a"), said("HEAD /a"), said("OPTIONS /a"), said("TRACE /a"), said("POST /a"), said("DELETE /a"),
        said("POST /v1/search"), said("POST /v1/find/7"), reads=("POST /v1/search",),
    )  # fmt: skip
    planned = questions(recorded, ["POST /v1/find/{id}"])
    assert [f"{one.request.method} {one.request.target}" for one in planned.askable] == [
        "GET /a", "HEAD /a", "OPTIONS /a", "POST /v1/search", "POST /v1/find/7",
    ]  # fmt: skip
    assert planned.left_out == {UNSAFE: 3}


def test_a_request_is_asked_once_however_often_it_was_recorded() -> None:
    """Every status that was recorded is one to expect."""
    planned = questions(mirror(said("GET /job", 202), said("GET /job", 200), said("GET /job?a=1", 404)))
    assert [(one.request.target, one.statuses) for one in planned.askable] == [
        ("/job", {200, 202}),
        ("/job?a=1", {404}),
    ]


def test_a_stand_in_cannot_be_asked_with_wherever_it_is() -> None:
    """Basic credentials hide it in base64, so they never can."""
    planned = questions(
        mirror(
            said("GET /a", Authorization=f"Bearer {MARK}0123"),
            said("GET /b", Authorization="Basic YWRhOjdlNTdhYjFl"),
            said("GET /c", Cookie=f"session={MARK}0123"),
            said(f"GET /d?key={MARK}0123"),
            said("POST /q", 200, b'{"password":"%b0123"}' % MARK.encode()),
            reads=("POST /q",),
        )
    )
    assert (planned.askable, planned.left_out) == ((), {NAMELESS: 5})


def test_what_is_brought_takes_the_place_of_what_was_recorded() -> None:
    """Only where there was such a header; a request without credentials stays one."""
    brought = Headers((("authorization", "Bearer live"),))
    planned = questions(mirror(said("GET /a", Authorization=f"Bearer {MARK}0123"), said("GET /a", 401)), (), brought)
    assert [one.request.headers.get("Authorization") for one in planned.askable] == ["Bearer live", None]
    assert [one.statuses for one in planned.askable] == [{200}, {401}]


def test_what_broke_when_it_was_recorded_is_not_asked_unless_it_was_answered_once() -> None:
    """There is nothing to expect of it."""
    broken = said("GET /a", Fault(FaultKind.RESET))
    assert questions(mirror(broken)).left_out == {BROKEN: 1}
    both = questions(mirror(broken, said("GET /a")))
    assert (len(both.askable), both.left_out) == (1, {})


def test_a_request_that_hides_another_is_not_sent() -> None:
    """Mirror files may come from anybody."""
    smuggled = "/a HTTP/1.1\r\nHost: x\r\n\r\nDELETE /b"
    recorded = [
        Request("GET", smuggled),
        Request("GET", "http://elsewhere/a"),
        Request("GET", "/a", Headers((("X-Odd", "1\r\n\r\nDELETE /b HTTP/1.1"),))),
        Request("GET", "/b", Headers((("X-Odd: 1\r\nX", "1"),))),
        Request("GET", ""),
    ]
    planned = questions(mirror(*(Exchange(one, Response(200)) for one in recorded)))
    assert (planned.askable, sum(planned.left_out.values())) == ((), 5)
    assert set(planned.left_out) == {UNSENDABLE}
    assert questions(mirror(said("GET /a", X_HTTP_Method_Override="DELETE"))).left_out == {UNSAFE: 1}
