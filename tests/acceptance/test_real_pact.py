"""Pact's own verifier reads what is exported, and finds that the recorded service keeps it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from truemirror.core.foreign.carried import Gathering
from truemirror.core.foreign.pact_writing import Parties, write_pact
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.usage.interactions import Known, of_mirror
from truemirror.core.usage.needs import Need
from truemirror.core.usage.paths import steps_of
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

VERIFY = """
import sys
from pact import Verifier
Verifier("pets", host="127.0.0.1").add_transport(url=sys.argv[1]).add_source(sys.argv[2]).verify()
"""
PETS = {
    "items": [
        {"id": "pet_1", "age": 3, "tags": {"x": 1, "it's": 2}},
        {"id": "pet_2", "age": 4, "nick": "K", "tags": {}},
    ],
    "metadata": {"total": 2, "next": None},
}
JSON = Headers((("Content-Type", "application/json"),))
NEEDS = tuple(
    Need("GET /pets", "200", steps_of(path), (kind,), pattern)
    for path, kind, pattern in (
        ("$.items[].id", "string", "^pet_[0-9]"),
        ("$.items[].age", "integer", ""),
        ("$.items[].tags.*", "number", ""),
        ("$.metadata.next", "null", ""),
    )
)


class _Pets(BaseHTTPRequestHandler):
    """The service that was recorded; its answer can be changed."""

    answer: Any = PETS

    def do_GET(self) -> None:
        """Answer all the same."""
        body = json.dumps(type(self).answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[str]:
    """The address of the service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pets)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _is_kept(provider: str, file: Path, specification: int, *, needs: bool) -> bool:
    """Whether Pact's verifier says that the provider keeps the exported pact."""
    asked = Request("GET", "/pets?page=1&name=%C3%A9", Headers((("Accept", "application/json"),)))
    recorded = Exchange(asked, Response(200, headers=JSON, body=json.dumps(PETS).encode()))
    mirror = Mirror("pets", "1.0.0", (Scenario("two pets", (recorded,)),))
    found = of_mirror(mirror, Known(NEEDS) if needs else None, Gathering())
    file.write_text(json.dumps(write_pact(Parties("web", "pets"), found, specification, "1", Gathering())))
    command = [sys.executable, "-c", VERIFY, provider, str(file)]
    environment = {"PACT_DO_NOT_TRACK": "true", "PATH": ""}
    return subprocess.run(command, env=environment, capture_output=True, timeout=120).returncode == 0


@pytest.mark.parametrize("needs", [False, True])
@pytest.mark.parametrize("specification", [3, 4])
def test_pacts_own_verifier_finds_the_recording_kept_and_a_break_broken(
    provider: str, tmp_path: Path, specification: int, needs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Further items and attributes break nobody; another type of what is needed does."""
    file = tmp_path / "web-pets.json"
    assert _is_kept(provider, file, specification, needs=needs)
    more = {**PETS, "items": [*PETS["items"], {"id": "pet_3", "age": 5, "tags": {"new": 7}, "more": True}]}
    monkeypatch.setattr(_Pets, "answer", more)
    assert _is_kept(provider, file, specification, needs=needs)
    worse = {**PETS, "items": [{"id": "pet_1", "age": "three", "tags": {}}]}
    monkeypatch.setattr(_Pets, "answer", worse)
    assert not _is_kept(provider, file, specification, needs=needs)
