"""Every client sees the same of a service: live, while it is recorded, and from the mirror."""

from collections.abc import Callable
from typing import Any

import pytest

from truemirror.adapters.inprocess.seams import isolated
from truemirror.core.mirror.decision import Mode
from truemirror.core.wire.exchange import Fault, FaultKind

ANSWERS = [
    ("GET", "/json?b=2&a=1", None),
    ("HEAD", "/json", None),
    ("POST", "/echo", b'{"name": "x"}'),
    ("PUT", "/echo/deep%20path", b"\xff\x00"),
    ("DELETE", "/echo", None),
    ("GET", "/gzip", None),
    ("HEAD", "/gzip", None),
    ("GET", "/chunked", None),
    ("GET", "/until-close", None),
    ("GET", "/empty", None),
    ("GET", "/unchanged", None),
    ("GET", "/redirect", None),
    ("GET", "/nothing-here", None),
]
FAULTS = [
    ("/reset", FaultKind.RESET),
    ("/hangup", FaultKind.EMPTY),
    ("/garbage", FaultKind.GARBAGE),
    ("/short", FaultKind.TRUNCATED),
    ("/short-chunked", FaultKind.TRUNCATED),
    ("/never", FaultKind.TIMEOUT),
    ("/stuck", FaultKind.TIMEOUT),
]


@pytest.mark.parametrize(("method", "target", "body"), ANSWERS)
def test_an_answer_is_the_same(
    method: str, target: str, body: bytes | None, client: Any, service: Any, shelf: Any, board_of: Callable[..., Any]
) -> None:
    """What a client sees live, it sees while recording and on replay: status, reason, headers, body."""
    live = client(method, service.url + target, body)
    assert not live.error
    with isolated(board_of(service.url, mode=Mode.RECORD, shelf=shelf)):
        assert client(method, service.url + target, body) == live
    asked = len(service.asked)
    with isolated(board_of(service.url, shelf.mirror())):
        assert client(method, service.url + target, body) == live
    assert len(service.asked) == asked


@pytest.mark.parametrize(("target", "kind"), FAULTS)
def test_a_fault_is_the_same(
    target: str, kind: FaultKind, client: Any, service: Any, shelf: Any, board_of: Callable[..., Any]
) -> None:
    """A broken connection is recorded as what it was, and replayed as the client's own exception."""
    live = client("GET", service.url + target)
    assert live.error
    with isolated(board_of(service.url, mode=Mode.RECORD, shelf=shelf)):
        assert client("GET", service.url + target) == live
    outcome = shelf.exchanges[0].outcome
    assert isinstance(outcome, Fault)
    told_by_tornado = client.__name__ == "tornado" and kind is FaultKind.GARBAGE  # it tells of a closed connection
    assert outcome.kind is (FaultKind.TRUNCATED if told_by_tornado else kind)
    with isolated(board_of(service.url, shelf.mirror())):
        assert client("GET", service.url + target) == live


def test_nobody_listening_is_the_same(client: Any, service: Any, shelf: Any, board_of: Callable[..., Any]) -> None:
    """A refused connection is recorded and replayed as one."""
    service.close()
    live = client("GET", service.url + "/json")
    assert live.error
    with isolated(board_of(service.url, mode=Mode.RECORD, shelf=shelf)):
        assert client("GET", service.url + "/json") == live
    assert {exchange.outcome.kind for exchange in shelf.exchanges} == {FaultKind.REFUSED}
    with isolated(board_of(service.url, shelf.mirror())):
        assert client("GET", service.url + "/json") == live


def test_a_name_leads_to_the_live_service(
    client: Any, service: Any, shelf: Any, board_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that knows a service's name reaches it where the environment says it is; the mirror keeps the name."""
    monkeypatch.setenv("LIVE_URL", service.url)
    live = client("POST", service.url + "/echo?x=1", b"hello")
    with isolated(board_of("http://live.internal", mode=Mode.RECORD, shelf=shelf)):
        assert client("POST", "http://live.internal/echo?x=1", b"hello") == live
    assert shelf.exchanges[0].request.headers.get("host") in ("live.internal", None)
    with isolated(board_of("http://live.internal", shelf.mirror())):
        assert client("POST", "http://live.internal/echo?x=1", b"hello") == live


def test_a_secure_address_needs_no_handshake(
    client: Any, service: Any, shelf: Any, board_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """https is answered without certificates, and may lead to a live service that speaks plain http."""
    monkeypatch.setenv("LIVE_URL", service.url)
    live = client("GET", service.url + "/json")
    with isolated(board_of("https://live.internal", mode=Mode.RECORD, shelf=shelf)):
        assert client("GET", "https://live.internal/json") == live
    with isolated(board_of("https://live.internal", shelf.mirror())):
        assert client("GET", "https://live.internal/json") == live
