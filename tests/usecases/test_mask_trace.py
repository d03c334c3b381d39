"""What is a secret in one part of a trace is one in all others; the rest stays as it was."""

from dataclasses import replace

import pytest
from tests.flow_traces import HOST, failed_trace, files_of

from truemirror.core.flow.trace import Call, Said, Trace
from truemirror.core.mirror.redaction_names import RedactionPolicy
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import StoreError
from truemirror.usecases.mask_trace import WITHHELD, mask_trace
from truemirror.usecases.redact import Redactor

TOKEN = "q7vM2xKp9RtB4nWc"
JSON = Headers((("Content-Type", "application/json"),))


def trace(*calls: Call, said: str = "", message: str = "") -> Trace:
    """A trace with these calls and texts."""
    one = replace(failed_trace().tries[0], calls=calls, said=(Said("error", said, 1.0),), message=message)
    return replace(failed_trace(), tries=(one,))


def got(target: str = "/login", body: bytes = b"{}", answer: bytes = b"{}", url: str = "") -> Call:
    """A call with bodies."""
    exchange = Exchange(Request("POST", target, JSON, body), Response(200, "OK", JSON, answer))
    return Call(url or HOST + target, exchange, 1.0)


def test_what_an_answer_handed_out_is_a_secret_everywhere() -> None:
    """In what was said before it, in a message, in a log, in a snapshot."""
    calls = (got("/first", f'{{"note": "{TOKEN}"}}'.encode()), got(answer=f'{{"accessToken": "{TOKEN}"}}'.encode()))
    files = {"driver.log": f"value {TOKEN}".encode(), "dom.html": f"<b data-x='{TOKEN}'>{TOKEN}</b>".encode()}
    masked = mask_trace(trace(*calls, said=f"using {TOKEN}", message=f"no {TOKEN}"), files)
    assert TOKEN not in repr(masked)
    stand = masked.trace.tries[0].message.removeprefix("no ")
    assert masked.files["driver.log"] == f"value {stand}".encode()


def test_an_address_loses_its_secrets_only() -> None:
    """Query, fragment and user; the host and the path stay."""
    masked = mask_trace(trace(got(f"/cb?access_token={TOKEN}&page=2", url=f"http://u:{TOKEN}@a.test/cb#token={TOKEN}")))
    (call,) = masked.trace.tries[0].calls
    assert TOKEN not in repr(masked)
    assert "page=2" in call.exchange.request.target
    assert "a.test/cb" in call.url


def test_a_trace_without_secrets_stays_as_it_is() -> None:
    """But for the token that the CRM's calls bring, which is a stand-in already."""
    assert mask_trace(failed_trace()).trace == failed_trace()


def test_pictures_stay_and_unknown_files_go() -> None:
    """What cannot be looked into is not kept."""
    files = {"0001.png": b"\x89PNG\r\n\x1a\n" + TOKEN.encode(), "core.dump": b"x", "noname": b"x"}
    assert mask_trace(failed_trace(), files).files == {"0001.png": files["0001.png"]}


def test_masking_twice_is_masking_once() -> None:
    """A stand-in is no secret."""
    calls = (got(body=f'{{"password": "{TOKEN}"}}'.encode()),)
    once = mask_trace(trace(*calls, said=f"using {TOKEN}"), files_of(failed_trace().tries[0]))
    assert mask_trace(once.trace, once.files) == once


def test_own_names_are_secrets_too() -> None:
    """As the configuration says."""
    call = got(body=b'{"shoeSize": "forty-two-and-a-half"}')
    assert "forty-two" in repr(mask_trace(trace(call)))
    assert "forty-two" not in repr(mask_trace(trace(call), policy=RedactionPolicy.of(("shoeSize",))))


def test_what_cannot_be_had_clean_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is told by its method and its status, a text not at all."""

    def refuse(*_: object) -> Exchange:
        """Nothing is clean enough."""
        raise StoreError("a token would have been stored")

    monkeypatch.setattr(Redactor, "redact", refuse)
    lost = replace(got(), exchange=Exchange(Request("GET", "/x"), Fault(FaultKind.RESET, TOKEN)))
    masked = mask_trace(trace(got(body=TOKEN.encode()), lost, said=TOKEN, message=TOKEN), {"a.log": TOKEN.encode()})
    one = masked.trace.tries[0]
    assert TOKEN not in repr(masked)
    assert one.calls[0].exchange.status == 200
    assert one.message == one.said[0].text == WITHHELD
