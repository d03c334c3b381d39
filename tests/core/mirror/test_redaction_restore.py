"""A client's own secrets, put back into its answers."""

import html
import json
from urllib.parse import quote

import pytest

from truemirror.core.mirror.redaction_restore import restore, restore_outcome
from truemirror.core.mirror.standin import stand_in
from truemirror.core.wire.exchange import Fault, FaultKind, Response
from truemirror.core.wire.headers import Headers

SECRET = 's3cr&t/+é"<Tq81Lw>'
STAND = stand_in(SECRET)
LIVE = ((STAND, SECRET),)


@pytest.mark.parametrize(
    ("kind", "stored", "live"),
    [
        ("application/json", f'{{"a": "{STAND}"}}', json.dumps({"a": SECRET})),
        ("application/json", f'{{"a": "{STAND}", "æ": 1}}', json.dumps({"a": SECRET, "æ": 1}, ensure_ascii=False)),
        (
            "application/json",
            f'{{"a": "http://x/?t={STAND}&z"}}',
            json.dumps({"a": f"http://x/?t={quote(SECRET, safe='')}&z"}),
        ),
        ("text/html; charset=utf-8", f"<p>{STAND}</p>", f"<p>{html.escape(SECRET)}</p>"),
        ("text/plain; charset=utf-8", f"hello {STAND}", f"hello {SECRET}"),
        ("application/x-www-form-urlencoded", f"a={STAND}", f"a={quote(SECRET, safe='')}"),
        ("image/png", f"\0 {STAND}", f"\0 {SECRET}"),
    ],
)
def test_a_secret_is_escaped_as_its_surroundings_are(kind: str, stored: str, live: str) -> None:
    """In JSON, in addresses, in markup and in forms the secret is written as it must be; the length follows."""

    def response(text: str) -> Response:
        body = text.encode()
        return Response(200, "OK", Headers.of([("Content-Type", kind), ("Content-Length", str(len(body)))]), body)

    assert restore(response(stored), LIVE) == response(live)


def test_fields() -> None:
    """Fields get the secret as it is, addresses in fields with escapes."""
    stored = Headers.of([("X-You-Said", STAND), ("Location", f"/a?b={STAND}"), ("X-Other", "x")])
    live = restore(Response(302, "", stored), ((STAND, "a b/c"),))
    assert live.headers.pairs == (("X-You-Said", "a b/c"), ("Location", "/a?b=a%20b%2Fc"), ("X-Other", "x"))


def test_nothing_to_put_back() -> None:
    """An answer without this client's stand-ins is the same object; so is one for a client that brought nothing."""
    response = Response(200, "OK", Headers.of([("A", "b")]), b'{"token": "7e57ab1e00000000"}')
    assert restore(response, LIVE) is response
    assert restore(response, ()) is response
    assert restore_outcome(response, LIVE) is response
    fault = Fault(FaultKind.RESET)
    assert restore_outcome(fault, LIVE) is fault


def test_a_broken_answer_is_restored_and_stays_broken() -> None:
    """What had arrived of an answer gets the secret back, and still promises as much more."""
    secret = "hunter2-hunter2-hunter2"
    partial = Response(200, "", Headers.of([("Content-Length", "100")]), f"you said {stand_in(secret)}".encode())
    outcome = restore_outcome(Fault(FaultKind.TRUNCATED, partial=partial), ((stand_in(secret), secret),))
    assert isinstance(outcome, Fault)
    assert outcome.partial is not None
    assert outcome.partial.body == f"you said {secret}".encode()
    missing = 100 - len(partial.body)
    assert outcome.partial.headers.get("content-length") == str(len(outcome.partial.body) + missing)
