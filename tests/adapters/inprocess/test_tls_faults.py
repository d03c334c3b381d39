"""A TLS handshake that fails is recorded as what it is, and met again as the client's own exception."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from truemirror.adapters.inprocess.seams import isolated
from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.plan_text import parse_plan
from truemirror.core.wire.exchange import FaultKind


@pytest.fixture
def plain_port() -> Iterator[int]:
    """A port where nobody knows TLS: whoever shakes hands is answered in plain text."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, suppress(OSError):
                    connection.recv(4_096)
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(30)


def test_a_failed_handshake_is_the_same(plain_port: int, client: Any, shelf: Any, board_of: Callable[..., Any]) -> None:
    """Live, while recording and on replay; a planned one is of the same types."""
    url = f"https://127.0.0.1:{plain_port}"
    live = client("GET", f"{url}/v1/tags")
    assert live.error
    with isolated(board_of(url, mode=Mode.RECORD, shelf=shelf)):
        assert client("GET", f"{url}/v1/tags") == live
    assert {exchange.outcome.kind for exchange in shelf.exchanges} == {FaultKind.TLS}
    with isolated(board_of(url, shelf.mirror())):
        assert client("GET", f"{url}/v1/tags") == live
    board = board_of(url, shelf.mirror())
    board.neighbours["live"].replayer.plan(parse_plan("every call: tls"))
    with isolated(board):
        assert client("GET", f"{url}/v1/tags") == live
