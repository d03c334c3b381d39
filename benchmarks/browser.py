"""The browser of flows: from nothing to a first page, a further visitor, a step, and what capturing a body costs.

Everything is real: chromium, its driver, a small site on this machine. What capturing costs is the difference between
the same fetches, one after the other, with everything captured until the page has settled (less the quarter of a second
that settling waits), and by a browser that is asked to tell nothing. Medians; absolute figures belong to the machine.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from benchmarks.table import machine, markdown, number
from truemirror.adapters.browser.traffic import EVENTS, QUIET_SECONDS
from truemirror.testing.flows import BrowserOptions, Chromium, Visitor, button, field, testid

_PAGE = b"""<!doctype html><title>Page</title><link rel="icon" href="data:,">
<label>Name <input></label><button onclick="who.textContent = document.querySelector('input').value">Save</button>
<p id="who" data-testid="who">nobody</p>"""
_FETCHES = """(count, size) => (async () => {
  for (let number = 0; number < count; number++) await (await fetch(`/v1/items/${size}?n=${number}`)).text();
})()"""


def main() -> int:
    """Measure and print the tables; gives back the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browser", description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="how often the browser is started")
    parser.add_argument("--steps", type=int, default=50, help="how often each step is done")
    parser.add_argument("--bodies", type=int, default=250, help="how many bodies are captured in one go")
    options = parser.parse_args()
    print(f"Measured on: {machine()}.\n")
    with site() as port:
        wanted = BrowserOptions(rules=f"MAP web.internal:80 127.0.0.1:{port}, MAP * ~NOTFOUND")
        rows = [*starting(wanted, options.starts), *acting(wanted, options.steps)]
        print(markdown(["what", "median ms", "most ms"], rows))
        print("\nCapturing, milliseconds a body:\n")
        head = ["bytes", "bare", "captured", "difference"]
        print(markdown(head, [capturing(wanted, options.bodies, size) for size in (200, 10_000, 200_000)]))
    return 0


@contextmanager
def site() -> Iterator[int]:
    """A small site; gives its port."""

    class Door(BaseHTTPRequestHandler):
        """A page, and bodies of any size."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            """Answer."""
            _, _, size = self.path.partition("?")[0].rpartition("/v1/items/")
            is_item = self.path.startswith("/v1/items/")
            body = b'"' + b"x" * (int(size) - 2) + b'"' if is_item else _PAGE
            self.send_response(200)
            self.send_header("Content-Type", "application/json" if is_item else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def starting(wanted: BrowserOptions, times: int) -> Iterator[list[str]]:
    """Rows: from nothing to a page that is there, a further visitor with a page, and the end."""
    first, further, ending = [], [], []
    for _ in range(times):
        browser = Chromium(wanted)
        first.append(milliseconds(lambda browser=browser: open_page(browser.start().visitor())))  # type: ignore[misc]
        further.append(milliseconds(lambda browser=browser: open_page(browser.visitor())))  # type: ignore[misc]
        ending.append(milliseconds(browser.stop))
    yield row("from nothing to a first page", first)
    yield row("a further visitor with a page", further)
    yield row("stopping, nothing left", ending)


def acting(wanted: BrowserOptions, times: int) -> Iterator[list[str]]:
    """Rows: what one step costs."""
    with Chromium(wanted) as browser:
        visitor = browser.visitor()
        open_page(visitor)
        steps: dict[str, Callable[[], object]] = {
            "click, with all checks": lambda: visitor.click(button("Save")),
            "fill": lambda: visitor.fill(field("Name"), "Ada"),
            "type three letters": lambda: visitor.type(field("Name"), "Ada"),
            "see a text": lambda: visitor.see(testid("who"), text="Ada"),
            "press Tab": lambda: visitor.press("Tab"),
            "a picture": visitor.picture,
            "open a page": lambda: open_page(visitor),
        }
        visitor.fill(field("Name"), "Ada")
        for name, step in steps.items():
            yield row(name, [milliseconds(step) for _ in range(times)])
            visitor.fill(field("Name"), "Ada")
            visitor.click(button("Save"))


def capturing(wanted: BrowserOptions, bodies: int, size: int) -> list[str]:
    """A row: what a body of so many bytes costs, bare and captured."""
    with Chromium(wanted) as browser:
        visitor = browser.visitor(patience=120)
        open_page(visitor)
        visitor.run_script(_FETCHES, 20, size)
        visitor.settle()

        def all_captured() -> None:
            """Fetch, and wait until every body is there."""
            visitor.run_script(_FETCHES, bodies, size)
            visitor.settle()

        captured = milliseconds(all_captured) - QUIET_SECONDS * 1000
        held = sum(len(getattr(call.exchange.outcome, "body", b"")) == size for call in visitor.calls)
        assert held == bodies + 20, f"{held} bodies were captured"
    with Chromium(wanted) as browser:
        session = browser.webdriver
        browser.bidi.send("session.unsubscribe", {"events": list(EVENTS)})
        session.get("http://web.internal/")
        session.set_script_timeout(120)
        fetches = f"return ({_FETCHES})(arguments[0], arguments[1])"
        session.execute_script(fetches, 20, size)
        bare = milliseconds(lambda: session.execute_script(fetches, bodies, size))
    return [f"{size:,}", number(bare / bodies), number(captured / bodies), number((captured - bare) / bodies)]


def open_page(visitor: Visitor) -> None:
    """Open the page."""
    visitor.open("http://web.internal/")


def milliseconds(doing: Callable[[], object]) -> float:
    """How long something takes."""
    begun = time.perf_counter()
    doing()
    return (time.perf_counter() - begun) * 1000


def row(what: str, taken: list[float]) -> list[str]:
    """A row of the table."""
    return [what, number(statistics.median(taken)), number(max(taken))]


if __name__ == "__main__":
    sys.exit(main())
