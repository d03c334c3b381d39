"""The last look before something is stored."""

import base64

import pytest

from truemirror.core.mirror.redaction_known import KnownSecrets
from truemirror.core.mirror.redaction_leftovers import leftovers
from truemirror.core.mirror.redaction_names import DEFAULT_POLICY, RedactionPolicy
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Outcome, Request, Response
from truemirror.core.wire.headers import Headers

SECRET = "hunter2-hunter2"
TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
NOTHING = Request("GET", "/")
FINE = Response(200)


def found(request: Request, outcome: Outcome, policy: RedactionPolicy = DEFAULT_POLICY) -> list[tuple[str, str]]:
    """What is left, as pairs."""
    left = leftovers(Exchange(request, outcome), KnownSecrets({SECRET: "7e57ab1e0000000"}), policy)
    assert not any(SECRET in repr(one) or TOKEN in repr(one) for one in left)
    return [(one.where, one.what) for one in left]


@pytest.mark.parametrize(
    ("request_", "outcome", "where"),
    [
        (Request("GET", f"/a/{SECRET}"), FINE, "request target"),
        (Request("GET", "/", Headers.of([("X-A", f"a {SECRET}")])), FINE, "request header X-A"),
        (Request("POST", "/", Headers(), base64.b64encode(f"a{SECRET}".encode())), FINE, "request body"),
        (NOTHING, Response(200, "", Headers.of([("X-A", SECRET)])), "response header X-A"),
        (NOTHING, Response(200, SECRET), "response target"),
        (NOTHING, Response(200, "", Headers(), SECRET.encode()), "response body"),
        (NOTHING, Response(200, trailers=Headers.of([("X-A", SECRET)])), "response trailer header X-A"),
        (NOTHING, Fault(FaultKind.RESET, SECRET), "fault"),
        (NOTHING, Fault(FaultKind.GARBAGE, received=SECRET.encode()), "fault"),
        (NOTHING, Fault(FaultKind.TRUNCATED, partial=Response(200, body=SECRET.encode())), "response body"),
    ],
)
def test_a_known_secret_is_told_by_its_place(request_: Request, outcome: Outcome, where: str) -> None:
    """Wherever a known secret is left, its place is told and it is not."""
    assert found(request_, outcome) == [(where, "a known secret")]


@pytest.mark.parametrize(
    ("request_", "outcome", "where"),
    [
        (Request("GET", f"/a?b={TOKEN}"), FINE, "request target"),
        (Request("GET", "/", Headers.of([("X-A", TOKEN)])), FINE, "request header X-A"),
        (NOTHING, Response(200, "", Headers(), f'{{"a": "{TOKEN}"}}'.encode()), "response body"),
    ],
)
def test_an_untouched_token_is_told_by_its_place(request_: Request, outcome: Outcome, where: str) -> None:
    """A token that nobody knew yet is told by its shape."""
    assert found(request_, outcome) == [(where, "a token")]


def test_clean_and_kept() -> None:
    """Stand-ins, and tokens under a name that a person keeps, are nothing to tell."""
    clean = Response(200, "", Headers.of([("X-A", "ghp_7e57ab1e0000000000000000")]), b'{"a": "7e57ab1e0000000"}')
    assert found(NOTHING, clean) == []
    kept = Response(200, "", Headers(), f'{{"sample": "{TOKEN}"}}'.encode())
    assert found(NOTHING, kept, RedactionPolicy.of(keep=["sample"])) == []
