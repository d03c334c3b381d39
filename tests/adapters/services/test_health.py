"""A service is asked whether it works, and every way of not answering has words."""

import socket
from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from tests.tiny_services import a_free_port

from truemirror.adapters.services import health


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], int]]:
    """Make a server that answers every connection with the same bytes; gives back its port."""
    doors: list[tuple[socket.socket, Thread]] = []

    def serve(door: socket.socket, answer: bytes) -> None:
        """Answer until the door is closed."""
        while True:
            connection, _ = door.accept()
            with connection:
                if not connection.recv(10_000) or not answer:
                    return
                connection.sendall(answer)

    def make(answer: bytes) -> int:
        """Open a door."""
        door = socket.create_server(("127.0.0.1", 0))
        thread = Thread(target=serve, args=(door, answer))
        thread.start()
        doors.append((door, thread))
        port: int = door.getsockname()[1]
        return port

    yield make
    for door, thread in doors:
        if thread.is_alive():
            socket.create_connection(door.getsockname()).close()
        thread.join()
        door.close()


@pytest.mark.parametrize("status", ["200 OK", "204 No Content", "299 Fine"])
def test_any_2xx_is_healthy(answering: Callable[[bytes], int], status: str) -> None:
    """Nothing speaks against it."""
    assert health.unhealthy(answering(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()), "/health") == ""


@pytest.mark.parametrize("status", [199, 301, 404, 503])
def test_any_other_status_is_told(answering: Callable[[bytes], int], status: int) -> None:
    """A redirect is not health either."""
    port = answering(f"HTTP/1.1 {status} Hm\r\nContent-Length: 0\r\n\r\n".encode())
    assert health.unhealthy(port, "/up?deep=1") == f"GET /up?deep=1 answered {status}"


def test_what_is_not_http_is_told(answering: Callable[[bytes], int]) -> None:
    """A port where something else speaks."""
    assert (
        health.unhealthy(answering(b"220 mail.example ESMTP\r\n"), "/health")
        == "the answer is not HTTP (BadStatusLine)"
    )


def test_a_closed_connection_is_told(answering: Callable[[bytes], int]) -> None:
    """A service that hangs up without a word."""
    assert health.unhealthy(answering(b""), "/health") == "the answer is not HTTP (RemoteDisconnected)"


def test_a_closed_port_is_told() -> None:
    """Nobody listens yet."""
    port = a_free_port()
    assert health.unhealthy(port, "/health") == health.unhealthy(port, "") == "connection refused"


def test_silence_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that is not answered in time is given up."""
    monkeypatch.setattr(health, "ANSWER_TIME", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as door:
        assert health.unhealthy(door.getsockname()[1], "/health") == "no answer within 0.05 s"


def test_an_open_port_is_enough_without_a_path() -> None:
    """No path, no question."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        assert health.unhealthy(door.getsockname()[1], "") == ""
