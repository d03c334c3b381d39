"""A small project with mirrors, in a folder of its own, whose tests pytester runs."""

import json
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import truemirror
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror.model import Mirror, MirrorRules, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers

CONFIGURATION = """
[tool.truemirror.services.tags]
owner = "team-tags"
hosts = ["tags.internal"]
env = "TAGS_URL"

[tool.truemirror.services.deals]
hosts = ["deals.internal"]
env = "DEALS_URL"
"""

SOURCE = Path(truemirror.__file__).parent
Told = tuple[str, str, int, Any]
"""Method, target, status and JSON of a recorded exchange."""


def exchange(method: str, target: str, status: int, body: Any) -> Exchange:
    """An exchange as an HTTP client without preferences would have recorded it."""
    content = json.dumps(body).encode()
    headers = Headers((("Content-Type", "application/json"), ("Content-Length", str(len(content)))))
    return Exchange(Request(method, target), Response(status, "", headers, content))


class Installed:
    """What a run imported of libraries: pytester forgets it, and a library of which one half is made anew is broken.

    A client is patched in one of its halves and used in the other; a registry of the first is empty for the second.
    """

    def __init__(self) -> None:
        self._modules: dict[str, ModuleType] = {}

    def pytest_unconfigure(self) -> None:
        """The run is over, and its modules are not forgotten yet."""
        folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), str(SOURCE)}
        for name, module in sys.modules.items():
            if (getattr(module, "__file__", None) or "").startswith(tuple(folders)):
                self._modules[name] = module

    def keep(self) -> None:
        """Have them back."""
        for name, module in self._modules.items():
            sys.modules.setdefault(name, module)


class Project:
    """The project."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path: Path = pytester.path
        self.configure()

    def configure(self, more: str = "", pytest_section: str = "") -> None:
        """Write the configuration; `more` goes before the services."""
        head = f"[tool.truemirror]\n{more}\n" if more else ""
        section = f"[tool.pytest.ini_options]\n{pytest_section}\n" if pytest_section else ""
        self.pytester.path.joinpath("pyproject.toml").write_text(section + head + CONFIGURATION)

    def record(
        self, service: str, rules: MirrorRules | None = None, version: str = "1.0.0", **scenarios: list[Told]
    ) -> None:
        """Write a mirror."""
        told = tuple(Scenario(name, tuple(exchange(*one) for one in all_)) for name, all_ in scenarios.items())
        mirror = Mirror(service, version, tuple(sorted(told, key=lambda one: one.name)), rules or MirrorRules())
        MirrorFiles(self.path / "mirrors").save(mirror)

    def tests(self, source: str, name: str = "test_it") -> None:
        """Write a file of tests."""
        self.pytester.makepyfile(**{name: source})

    def run(self, *arguments: str) -> pytest.RunResult:
        """Run pytest in this process."""
        return self.pytester.runpytest_inprocess("-p", "no:randomly", "-W", "error", *arguments)

    def run_apart(self, *arguments: str) -> pytest.RunResult:
        """Run pytest in a process of its own."""
        others = ("-p", "no:schemathesis", "-p", "no:respx", "-p", "no:hypothesispytest")
        return self.pytester.runpytest_subprocess(*others, "-W", "error", *arguments)

    def report(self, *arguments: str) -> dict[str, Any]:
        """Run pytest and read what it reports."""
        self.run("--mirror-report", "told.json", *arguments)
        told: dict[str, Any] = json.loads((self.path / "told.json").read_text())
        return told


@pytest.fixture
def installed() -> Iterator[Installed]:
    """Ends after pytester, which forgets once more when it ends."""
    libraries = Installed()
    yield libraries
    libraries.keep()


@pytest.fixture
def pytester(installed: Installed, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Runs pytest in this process without making libraries anew, whoever asks for it here."""
    run = pytester.inline_run

    def keeping(*arguments: Any, plugins: Any = (), **others: Any) -> Any:
        """Run, and have libraries back."""
        result = run(*arguments, plugins=[*plugins, installed], **others)
        installed.keep()
        return result

    monkeypatch.setattr(pytester, "inline_run", keeping)
    return pytester


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project that configures the services tags and deals."""
    for variable in ("TAGS_URL", "DEALS_URL", "TRUEMIRROR_CONFIG"):
        monkeypatch.delenv(variable, raising=False)
    return Project(pytester)


class CountingService:
    """Counts: every answer says the path and how many there were before it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.name = "tags"
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                service.asked.append(self.path)
                content = json.dumps({"path": self.path, "name": service.name, "count": len(service.asked)}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Quietly."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def live() -> Iterator[CountingService]:
    """A live service."""
    service = CountingService()
    yield service
    service.close()


@pytest.fixture
def told() -> Callable[[pytest.RunResult], str]:
    """What pytest printed."""
    return lambda result: result.stdout.str()
