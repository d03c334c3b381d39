"""Secrets in what comes before and after an answer: informational ones, and words over a WebSocket."""

import json

import pytest

from truemirror.core.mirror.redaction_late import late_secrets, without_known
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Interim, Outcome, Request, Response
from truemirror.core.wire.frame import Frame, FrameKind, Side
from truemirror.core.wire.headers import Headers
from truemirror.usecases.redact import Redactor

TOKEN = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"
HANDED = "vT5mKq2Zr8Lx4Wd9Bn3CvT5mKq2Z"


def word(text: str, side: Side = Side.SERVER) -> Frame:
    """A text."""
    return Frame(side, FrameKind.TEXT, text.encode())


FULL = Response(
    101,
    interims=(Interim(103, "Early Hints", Headers((("Set-Cookie", f"session={HANDED}; Path=/"),))),),
    frames=(
        word(json.dumps({"token": TOKEN}), Side.CLIENT),
        word(json.dumps({"access_token": HANDED, "you": TOKEN})),
        word(f"said in passing: {TOKEN}"),
        Frame(Side.CLIENT, FrameKind.CLOSE, f"bye {TOKEN}".encode(), code=4000),
    ),
)


@pytest.mark.parametrize("outcome", [FULL, Fault(FaultKind.RESET, "", FULL)])
def test_no_byte_of_a_secret_is_left_inside(outcome: Outcome) -> None:
    """In whole answers and in those that were cut short; the same secret has the same stand-in everywhere."""
    clean = Redactor().redact(Exchange(Request("GET", "/ws"), outcome), "default")
    assert TOKEN not in repr(clean)
    assert HANDED not in repr(clean)
    response = clean.outcome.partial if isinstance(clean.outcome, Fault) else clean.outcome
    assert response is not None
    first, second = (json.loads(one.payload) for one in response.frames[:2])
    assert first["token"] == second["you"]


def test_nothing_changes_where_there_is_no_secret() -> None:
    """The same object comes back."""
    plain = Exchange(Request("GET", "/ws"), Response(101, frames=(word("hello"), word('{"n": 1}', Side.CLIENT))))
    assert Redactor().redact(plain, "default") is plain


def test_what_a_killed_recorder_learned_too_late_is_taken_out_of_frames() -> None:
    """Its stand-in in a later word tells the earlier one."""
    redactor = Redactor()
    early = Exchange(Request("GET", "/ws"), Response(101, frames=(word(f"x {TOKEN}", Side.CLIENT),)))
    late = redactor.redact(Exchange(Request("GET", "/me", Headers((("Authorization", f"Bearer {TOKEN}"),))), FULL), "d")
    known = late_secrets([early, late])
    assert TOKEN not in repr(without_known(early, known))
