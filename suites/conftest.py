"""What every suite of the reference system shares.

A suite runs its service in this process, on a port and with a database of its own; everything that the service asks its
neighbours is answered by their mirrors. Recorded anew with `scripts/gate --update`.
"""

import importlib
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from suites.breaking import App, perhaps_broken
from suites.reference import ADA, CLOCK, PASSWORDS, LogIn, Service

from crm.common.settings import Settings


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Start a service in this process: `service("deals")` is a client of it."""
    with ExitStack() as running:

        def start(name: str, **changes: object) -> httpx.Client:
            settings = Settings(data=tmp_path, clock=CLOCK, **changes)  # type: ignore[arg-type]
            app = importlib.import_module(f"crm.{name.replace('-', '_')}").create_app(settings)
            url = running.enter_context(_listening(perhaps_broken(name, app)))
            return running.enter_context(httpx.Client(base_url=url, trust_env=False, timeout=30))

        yield start


@contextmanager
def _listening(app: App) -> Iterator[str]:
    """Let an application answer on a free port of loopback; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture
def log_in(mirrors: object) -> LogIn:
    """Log in at auth, which its mirror answers: `log_in(ADA)` is the header of her token."""

    def bearer(email: str = ADA) -> dict[str, str]:
        body = {"email": email, "password": PASSWORDS[email]}
        answer = httpx.post("http://auth.crm.internal/v1/sessions", json=body, headers={"Accept": "application/json"})
        answer.raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    return bearer
