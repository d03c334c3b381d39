"""A browser that only asks: for tests of what stands around it. It follows the rules for hosts as the real one does.

Rules: the project's conftest.py says `from tests.pytest_plugin.fake_browser import install` and installs it; what it
counts is kept in the folder of the project, for workers have memories of their own.
"""

import http.client
import time
from typing import Any
from urllib.parse import urlsplit

from truemirror.core.flow.trace import Call, Said, Step
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import BrowserLost

CONFTEST = """
import pytest
from tests.pytest_plugin import fake_browser

@pytest.fixture(scope="session", autouse=True)
def _fake():
    with pytest.MonkeyPatch.context() as patch:
        fake_browser.install(patch)
        yield
"""


class FakeBrowser:
    """Meets what flows need of a browser."""

    started: int = 0
    """How many were started in this process."""
    fails_to_start: int = 0
    """How many more starts fail."""

    def __init__(self, rules: str, **options: Any) -> None:
        self.options = options
        self.rules = dict(one.removeprefix("MAP ").split(" ") for one in rules.split(",") if one.startswith("MAP "))
        self.open_hosts = [one.removeprefix("EXCLUDE ") for one in rules.split(",") if one.startswith("EXCLUDE ")]
        self.version = "fake 1"
        self.is_alive = True
        self.stopped = False
        type(self).started += 1

    def visitor(self, name: str, *, base: str, began: float, keep_picture: Any) -> "FakeVisitor":
        """One person."""
        self.check()
        return FakeVisitor(self, name, base, began, keep_picture)

    def check(self) -> None:
        """Raise BrowserLost when it broke."""
        if not self.is_alive:
            raise BrowserLost("the browser is lost")

    def stop(self) -> None:
        """End it."""
        self.stopped = True


class FakeVisitor:
    """Asks for pages and shows none."""

    def __init__(self, browser: FakeBrowser, name: str, base: str, began: float, keep_picture: Any) -> None:
        self.browser, self.name, self.base, self._began = browser, name, base, began
        self._keep_picture = keep_picture
        self.calls: tuple[Call, ...] = ()
        self.said: tuple[Said, ...] = ()
        self.steps: tuple[Step, ...] = ()
        self.left = 0

    def open(self, where: str, kind: str = "fetch") -> int:
        """Ask for a path or a URL; gives the status, 0 for none."""
        self.browser.check()
        at_ms = (time.time() - self._began) * 1000
        url = where if "://" in where else self.base + where
        exchange = self._ask(url)
        self.calls += (Call(url, exchange, at_ms, kind),)
        self.steps += (Step(f"open {where}", at_ms, 1.0, "", self._keep_picture(f"open {where}", b"\x89PNG")),)
        return exchange.status or 0

    def _ask(self, url: str) -> Exchange:
        """Ask as the rules for hosts say."""
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        request = Request("GET", target, Headers((("Host", parts.netloc),)))
        address = self.browser.rules.get(f"{parts.hostname}:{parts.port or 80}", "~NOTFOUND")
        if address == "~NOTFOUND":
            return Exchange(request, Fault(FaultKind.UNRESOLVED, "ERR_NAME_NOT_RESOLVED"))
        connection = http.client.HTTPConnection(address, timeout=30)
        try:
            connection.request("GET", target, headers={"Host": parts.netloc})
            answer = connection.getresponse()
            body = answer.read()
        except ConnectionError as error:
            return Exchange(request, Fault(FaultKind.RESET, str(error)))
        finally:
            connection.close()
        return Exchange(request, Response(answer.status, "", Headers(tuple(answer.getheaders())), body))

    def say(self, text: str, level: str = "error") -> None:
        """The page says something."""
        self.said += (Said(level, text, 1.0),)

    def break_down(self) -> None:
        """The browser dies. Raises BrowserLost."""
        self.browser.is_alive = False
        self.browser.check()

    def still_open(self, seconds: float) -> tuple[str, ...]:
        """Nothing ever is."""
        self.browser.check()
        return ()

    def picture(self) -> bytes:
        """No real one."""
        return b"\x89PNG"

    def dom(self) -> str:
        """No real one."""
        return "<p>page</p>"

    def mhtml(self) -> str:
        """No real one."""
        return ""

    def leave(self) -> None:
        """Go."""


def install(patch: Any) -> None:
    """Use it instead of the real one."""

    def browser(**options: Any) -> FakeBrowser:
        """Start one."""
        return FakeBrowser(**options)

    FakeBrowser.started = 0
    patch.setattr("truemirror.bootstrap.flows.browser", browser)
