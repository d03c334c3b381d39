"""Flows with the real browser: names that lead to mirrors and services, HTTPS, closed hosts, recordings."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

SHOP = """
import http.server, os, sys

PAGE = b'''<!doctype html><title>Shop</title><link rel="icon" href="data:,"><h1 id="label">...</h1>
<script>fetch("/labels").then((a) => a.text()).then((t) => { document.querySelector("h1").textContent = t })</script>'''


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        import urllib.request
        if self.path == "/end":
            os._exit(7)
        body = PAGE
        if self.path == "/labels":
            body = urllib.request.urlopen(os.environ["TAGS_URL"] + "/v1/tags").read()
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if self.path == "/labels" else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *parts):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Door).serve_forever()
"""
TAGS = """
import http.server, sys


class Door(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *parts):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Door).serve_forever()
"""
CONFIGURATION = """
[tool.truemirror.flows]
pages = "shop"
live = ["shop"]
{more}
[tool.truemirror.services.shop]
hosts = ["shop.internal"]
start = "{{python}} shop.py {{port}}"
health = "/health"
consumes = ["tags"]

[tool.truemirror.services.tags]
hosts = ["tags.internal"]
env = "TAGS_URL"
start = "{{python}} tags.py {{port}}"
health = ""
"""


@pytest.fixture
def shop(project: Any) -> Any:
    """A shop whose page asks it for labels, which it has from tags; the shop is under test."""
    project.record("tags", default=[("GET", "/v1/tags", 200, ["recorded"])])
    project.path.joinpath("shop.py").write_text(SHOP)
    project.path.joinpath("tags.py").write_text(TAGS)
    project.path.joinpath("pyproject.toml").write_text(CONFIGURATION.format(more=""))
    return project


def test_a_page_reaches_its_live_service_which_asks_a_mirror(shop: Any) -> None:
    """By its own name; with the target live, the neighbour itself answers. No process outlives the run."""
    shop.tests(
        """
        from truemirror.testing.flows import css

        def test_it(visitor, flow):
            visitor.open("/")
            visitor.see(css("h1"), text="recorded" if flow.is_mirrored("tags") else "[]")
            assert visitor.url == "http://shop.internal/"
        """
    )
    shop.run().assert_outcomes(passed=1)
    shop.run("--flows-target=live").assert_outcomes(passed=1)


def test_pages_are_served_over_https_with_the_local_ca(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser believes it; no certificate error is overlooked for any other."""
    monkeypatch.setenv("XDG_DATA_HOME", str(shop.path / "data"))
    shop.path.joinpath("pyproject.toml").write_text(CONFIGURATION.format(more='scheme = "https"'))
    shop.tests(
        """
        def test_it(visitor):
            visitor.open("/")
            assert visitor.url == "https://shop.internal/"
            assert visitor.run_script("() => isSecureContext")
            assert [call.exchange.status for call in visitor.calls][:1] == [200]
        """
    )
    shop.run().assert_outcomes(passed=1)


def test_a_service_that_ends_in_the_middle_is_named_and_started_again_for_the_next_test(shop: Any) -> None:
    """The test in which it ended fails, for the system under test did that."""
    shop.tests(
        """
        import contextlib
        import pytest

        @pytest.mark.allow_errors
        def test_ends(visitor):
            with contextlib.suppress(Exception):
                visitor.open("/end")

        def test_next(visitor):
            visitor.open("/")
        """
    )
    result = shop.run("-p", "no:randomly")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*the service shop ended with exit status 7*"])


def test_a_live_run_records_what_it_touched_under_the_name_of_the_test(shop: Any) -> None:
    """But for what is under test; on mirrors the flow then walks that scenario."""
    shop.tests(
        """
        from truemirror.testing.flows import css

        def test_it(visitor):
            visitor.open("/")
            visitor.see(css("h1"), text="[]")
        """
    )
    shop.run("--flows-target=live", "--mirror-mode=record").assert_outcomes(passed=1)
    mirrors = shop.path / "mirrors"
    assert sorted(path.name for path in mirrors.iterdir() if path.is_dir()) == ["tags"]
    (recorded,) = mirrors.glob("tags/*/test_it.py-test_it/0001.json")
    assert json.loads(recorded.read_text())["exchanges"][0]["request"]["target"] == "/v1/tags"
    shop.run().assert_outcomes(passed=1)


class Sites:
    """Two sites of this machine: one is allowed and leads to the other, which counts who comes."""

    def __init__(self) -> None:
        self.reached = 0
        sites = self

        class Other(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                sites.reached += 1
                self.send_response(200)
                self.end_headers()

            def log_message(self, *parts: object) -> None:
                """Say nothing."""

        self.other = ThreadingHTTPServer(("127.0.0.1", 0), Other)
        there = f"http://127.0.0.1:{self.other.server_port}/"

        class Allowed(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f'<link rel="icon" href="data:,"><script>fetch("{there}")</script>'.encode()
                self.send_response(200 if self.path == "/script" else 302)
                self.send_header("Content-Type", "text/html")
                self.send_header("Location", there)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *parts: object) -> None:
                """Say nothing."""

        self.allowed = ThreadingHTTPServer(("127.0.0.1", 0), Allowed)
        for one in (self.allowed, self.other):
            threading.Thread(target=one.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """End both."""
        for one in (self.allowed, self.other):
            one.shutdown()
            one.server_close()


@pytest.fixture
def sites() -> Iterator[Sites]:
    """Two sites."""
    made = Sites()
    yield made
    made.stop()


def test_no_redirect_and_no_script_leads_out_of_an_environment(shop: Any, sites: Sites) -> None:
    """The test fails, and nothing reached the other host."""
    environment = (
        f'[tool.truemirror.environments.staging.hosts]\nshop = "http://localhost:{sites.allowed.server_port}"\n'
    )
    shop.path.joinpath("pyproject.toml").write_text(CONFIGURATION.format(more=environment))
    shop.tests(
        """
        import contextlib
        import pytest

        pytestmark = [pytest.mark.harmless, pytest.mark.allow_errors]

        def test_redirect(visitor):
            with contextlib.suppress(Exception):
                visitor.open("/redirect")

        def test_script(visitor):
            visitor.open("/script")
        """
    )
    result = shop.run("--flows-environment=staging")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*a page asked 127.0.0.1:*not among the hosts of the environment staging*"])
    assert sites.reached == 0


def test_nothing_of_a_run_is_left_running(shop: Any) -> None:
    """Neither services nor the browser, whatever became of the tests."""
    import psutil

    shop.tests("def test_it(visitor):\n    visitor.open('/')\n    assert 1 == 2\n")
    before = {one.pid for one in psutil.Process().children(recursive=True)}
    shop.run().assert_outcomes(failed=1)
    left = [one for one in psutil.Process().children(recursive=True) if one.pid not in before]
    assert [one for one in left if one.status() != psutil.STATUS_ZOMBIE] == []
    assert Path(shop.path / "report" / "flows" / "index.html").is_file()
