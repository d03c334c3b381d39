"""`verify_app`: a provider that is an application of this process, without a server."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import ExitCode, ServiceError
from truemirror.testing import verify_app

JSON = Headers((("Content-Type", "application/json"),))


def _exchange(method: str, target: str, status: int, answer: object, body: bytes = b"") -> Exchange:
    return Exchange(Request(method, target, JSON, body), Response(status, "", JSON, json.dumps(answer).encode()))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A mirror in which a tag is made and looked at."""
    (tmp_path / "truemirror.toml").write_text("")
    made = _exchange("POST", "/v1/tags", 201, {"id": "t4711", "label": "red"}, b'{"label":"red"}')
    read = _exchange("GET", "/v1/tags/t4711", 200, {"id": "t4711", "label": "red"})
    MirrorFiles(tmp_path / "mirrors").save(Mirror("tags", "1.0.0", (Scenario("makes", (made, read), "2026-01-01"),)))
    return tmp_path


class Tags:
    """An ASGI application that gives ids of its own, and works only while its lifespan lasts."""

    def __init__(self, defect: str = "") -> None:
        self.defect = defect
        self.kept: dict[str, Any] = {}
        self.life: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                self.life.append(message["type"].rpartition(".")[2])
                if self.defect == "start":
                    await send({"type": "lifespan.startup.failed", "message": "no database"})
                    return
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        assert self.life == ["startup"]
        status, document = self.answer(scope["method"], scope["path"], (await receive())["body"])
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(document).encode()})

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """What is answered."""
        if self.defect == "raises":
            raise RuntimeError("planted")
        if method == "POST":
            self.kept["t1"] = {"id": "t1", "label": json.loads(body)["label"]}
            return 201, self.kept["t1"]
        found = self.kept.get(path.rpartition("/")[2])
        if found is None:
            return 404, {"error": {"code": "not_found"}}
        return 200, {key: value for key, value in found.items() if self.defect != "removed" or key != "label"}


def test_an_asgi_application_is_kept_within_its_lifespan(project: Path) -> None:
    """Its id of today flows into the next request; it is begun before, and ended after."""
    app = Tags()
    verified = verify_app(app, "tags", root=project)
    assert verified.exit_code is ExitCode.KEPT
    assert verified.asked == 2
    assert app.life == ["startup", "shutdown"]


def test_a_wsgi_application_is_verified_alike(project: Path) -> None:
    """The same conversation, over PEP 3333."""
    tags = Tags()

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        status, document = tags.answer(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["wsgi.input"].read())
        start(f"{status} said", [("Content-Type", "application/json")])
        return [json.dumps(document).encode()]

    verified = verify_app(app, "tags", root=project)
    assert verified.exit_code is ExitCode.KEPT
    assert verified.asked == 2


@pytest.mark.parametrize(
    ("defect", "rule"), [("removed", "drift-attribute-removed"), ("raises", "drift-status-changed")]
)
def test_a_defect_breaks(project: Path, defect: str, rule: str) -> None:
    """What is gone is found; what raises is an answer with 500, as a server would give it."""
    verified = verify_app(Tags(defect), "tags", root=project)
    assert verified.exit_code is ExitCode.BROKEN
    assert {one.rule for one in verified.findings} == {rule}


def test_what_hangs_on_a_broken_answer_is_not_asked(project: Path) -> None:
    """One break is not told twice."""
    verified = verify_app(Tags("raises"), "tags", root=project)
    assert verified.asked == 1
    assert verified.not_run == {"an answer before did not give what it needs": 1}


def test_an_application_that_does_not_start_could_not_be_verified(project: Path) -> None:
    """Its own words are told."""
    with pytest.raises(ServiceError, match="no database"):
        verify_app(Tags("start"), "tags", root=project)
