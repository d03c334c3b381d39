"""One real browser for all tests of a worker, and a site whose pages each test says."""

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from truemirror.adapters.browser.chromium import Chromium
from truemirror.adapters.browser.options import BrowserOptions
from truemirror.adapters.browser.visitor import Visitor

HOST = "http://web.crm.internal"
"""A name that nobody but the browser's rules knows."""

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A site on a port of this machine."""

    def __init__(self) -> None:
        """Begin to serve."""
        self.answers: dict[str, Callable[[], Answer] | Answer] = {}
        """By path; anything else is not found."""
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        """Method, path, headers and body of each request."""
        self.released = Event()
        """Answers that hang wait for this."""
        site = self

        class Door(BaseHTTPRequestHandler):
            """One connection."""

            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

            def answer(self) -> None:
                """Answer as told."""
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = self.path.partition("?")[0]
                site.asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                told = site.answers.get(path, (404, {}, b""))
                status, headers, content = told() if callable(told) else told
                if status == 0:  # nothing at all
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_OPTIONS = do_DELETE = answer  # noqa: N815

        class Server(ThreadingHTTPServer):
            """Says nothing about pages that were left."""

            daemon_threads = True

            def handle_error(self, request: object, address: object) -> None:
                """A browser leaves when it likes."""

        self.server = Server(("127.0.0.1", 0), Door)
        self.port = self.server.server_address[1]
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def page(self, body: str, path: str = "/") -> None:
        """Serve a page."""
        icon = '<link rel="icon" href="data:,">'
        self.answers[path] = (200, {}, f"<!doctype html><title>Page</title>{icon}{body}".encode())

    def json(self, path: str, body: str, status: int = 200) -> None:
        """Serve JSON."""
        self.answers[path] = (status, {"Content-Type": "application/json"}, body.encode())

    def hang(self, path: str) -> None:
        """Never answer, until the test is over."""

        def wait() -> Answer:
            """Hold the connection."""
            self.released.wait(60)
            return (200, {}, b"")

        self.answers[path] = wait

    def close(self) -> None:
        """End."""
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture(scope="session")
def served() -> Iterator[Site]:
    """The site of this worker."""
    site = Site()
    yield site
    site.close()


@pytest.fixture
def site(served: Site) -> Iterator[Site]:
    """The site, with nothing on it."""
    served.answers.clear()
    served.asked.clear()
    served.released.clear()
    yield served
    served.released.set()


@pytest.fixture(scope="session")
def browser(served: Site) -> Iterator[Chromium]:
    """The browser of this worker, for which the site is web.crm.internal and api.crm.internal, and nothing else is."""
    rules = (
        f"MAP web.crm.internal:80 127.0.0.1:{served.port}, MAP api.crm.internal:80 127.0.0.1:{served.port}, "
        "MAP * ~NOTFOUND"
    )
    with Chromium(BrowserOptions(rules=rules)) as browser:
        yield browser


@pytest.fixture
def person(browser: Chromium, site: Site) -> Iterator[Visitor]:
    """Somebody new, patient enough for a busy machine. (A test that asks for `visitor` is a flow of the plugin's.)"""
    visitor = browser.visitor("ada", base=HOST, patience=20)
    yield visitor
    visitor.leave()


@pytest.fixture
def hasty(browser: Chromium, site: Site) -> Iterator[Visitor]:
    """Somebody new who gives up after half a second, for what never comes."""
    visitor = browser.visitor("grace", base=HOST, patience=0.5)
    yield visitor
    visitor.leave()


def eventually(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until it is true. Raises AssertionError when it does not become so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)
