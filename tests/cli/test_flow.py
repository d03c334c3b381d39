"""`truemirror flow` as it is used."""

import json
from pathlib import Path

import pytest

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.cli.main import run
from truemirror.core.mirror.model import Link, Mirror, MirrorRules, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import ExitCode

JSON = Headers((("Content-Type", "application/json"),))
SEEN = (
    Exchange(Request("POST", "/v1/deals", JSON, b"{}"), Response(201, "", JSON, b'{"id":"d42"}')),
    Exchange(Request("GET", "/v1/deals/d42"), Response(200, "", JSON, b'{"id":"d42"}')),
)
FOUND = Link("POST /v1/deals", given="body:/id", to="GET /v1/deals/{}", used="path:2")
OWN = Link("POST /v1/users", made="body:/name", given="body:/name")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MirrorFiles:
    """A project with one recorded service, in which somebody has written a link."""
    monkeypatch.chdir(tmp_path)
    store = MirrorFiles(tmp_path / "mirrors")
    store.save(Mirror("deals", "0", (Scenario("default", SEEN, "2026-01-31"),), MirrorRules(links=(OWN,))))
    return store


def test_links_are_shown_and_nothing_is_written(store: MirrorFiles, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is a line; what is kept says so."""
    assert run(["flow", "deals"]) == ExitCode.KEPT
    assert capsys.readouterr().out.splitlines() == [
        "deals 0: 2 links in 2 exchanges",
        "  POST /v1/deals body:/id -> GET /v1/deals/{} path:2  (once)",
        "  POST /v1/users body:/name (client-made text) -> its answer's body:/name  (not recorded, kept)",
        "keep it: truemirror flow deals --write",
    ]
    assert store.load("deals").rules.links == (OWN,)


def test_links_are_written_behind_those_that_are_there(store: MirrorFiles, capsys: pytest.CaptureFixture[str]) -> None:
    """Once; the second time nothing is new and no file changes."""
    assert run(["flow", "deals", "--write"]) == ExitCode.KEPT
    assert capsys.readouterr().out.splitlines()[-1] == "wrote 1 of them into mirror.json"
    assert store.load("deals").rules.links == (OWN, FOUND)
    path = Path("mirrors/deals/0/mirror.json")
    before = path.read_bytes()
    assert run(["flow", "deals", "--write", "--json"]) == ExitCode.KEPT
    told = json.loads(capsys.readouterr().out)
    assert (told["written"], [one["kept"] for one in told["links"]]) == (0, [True, True])
    assert told["links"][0]["link"] == {
        "from": "POST /v1/deals", "given": "body:/id", "to": "GET /v1/deals/{}", "used": "path:2",
    }  # fmt: skip
    assert path.read_bytes() == before


@pytest.mark.parametrize("arguments", [[], ["orders"]])
def test_a_service_that_is_not_there_is_wrong_usage(
    store: MirrorFiles, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """With what would have worked."""
    assert run(["flow", *arguments]) == ExitCode.USAGE
    assert "fix:" in capsys.readouterr().err
