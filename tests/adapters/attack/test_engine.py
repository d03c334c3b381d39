"""The attack over schemathesis: it finds what is planted, ends in time, and says what it lacks."""

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from truemirror.adapters.attack import SchemathesisAttacker
from truemirror.core.attack import AttackPlan
from truemirror.core.wire.exchange import Response
from truemirror.errors import FormatError, UsageError

ANSWER = {"description": "said", "content": {"application/json": {"schema": {"type": "object", "required": ["id"]}}}}
NUMBER = {"name": "n", "in": "query", "required": True, "schema": {"type": "integer", "minimum": 0, "maximum": 1000}}
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "numbers", "version": "1.0.0"},
    "paths": {"/v1/numbers": {"get": {"parameters": [NUMBER], "responses": {"200": ANSWER, "400": ANSWER}}}},
}


class Numbers(BaseHTTPRequestHandler):
    """Answers every number but the largest one."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or every answer waits for a delayed acknowledgement

    def do_GET(self) -> None:
        """One answer."""
        status = 500 if "n=1000" in self.path else 200
        body = json.dumps({"id": "1"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Numbers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.yaml"
    path.write_text(json.dumps(CONTRACT))
    return path


def test_a_planted_500_is_a_suspect(url: str, contract: Path) -> None:
    """With the whole conversation that led to it, and what schemathesis sends of its own left out."""
    plan = AttackPlan(url, (("X-Key", "k"),), 10, seed=3)
    attacked = asyncio.run(SchemathesisAttacker(contract).attack(plan))
    found = [one for one in attacked.suspects if one.check == "not_a_server_error"]
    assert found, attacked
    last = found[0].exchanges[-1]
    assert last.request.target.startswith("/v1/numbers?n=1000")
    assert last.request.headers.get("X-Key") == "k"
    assert "x-schemathesis-testcaseid" not in last.request.headers
    assert isinstance(last.outcome, Response)
    assert last.outcome.status == 500
    assert attacked.calls > 0
    assert attacked.seed == 3


def test_nobody_there_ends_in_time(contract: Path) -> None:
    """A service that is gone makes no suspects and no traceback."""
    plan = AttackPlan("http://127.0.0.1:9", seconds=2, seed=1, timeout=1.0)
    attacked = asyncio.run(SchemathesisAttacker(contract).attack(plan))
    assert all(not isinstance(one.exchanges[-1].outcome, Response) for one in attacked.suspects)


def test_an_unknown_check_is_wrong_usage(contract: Path) -> None:
    """The nearest one is named."""
    plan = AttackPlan("http://127.0.0.1:9", checks=("not_a_server_eror",))
    with pytest.raises(UsageError) as caught:
        asyncio.run(SchemathesisAttacker(contract).attack(plan))
    assert caught.value.nearest == "not_a_server_error"


def test_without_schemathesis_the_command_to_install_it_is_told(
    contract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "schemathesis", None)
    with pytest.raises(UsageError) as caught:
        asyncio.run(SchemathesisAttacker(contract).attack(AttackPlan("http://127.0.0.1:9")))
    assert "truemirror[verify]" in caught.value.fix


def test_a_contract_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """With its place."""
    path = tmp_path / "openapi.yaml"
    path.write_text("[]")
    with pytest.raises(FormatError) as caught:
        asyncio.run(SchemathesisAttacker(path).attack(AttackPlan("http://127.0.0.1:9")))
    assert caught.value.where == str(path)
