"""The browser starts, is lost in every way that it can be, and leaves nothing behind."""

import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import psutil
import pytest
from tests.adapters.browser.conftest import eventually

from truemirror.adapters.browser.programs import Driver, find_browser
from truemirror.adapters.certificates import Tls, tls_for
from truemirror.errors import BrowserError, BrowserLost, ExitCode, PageError
from truemirror.testing.flows import BrowserOptions, Chromium, button

PAGE = "data:text/html,<button onclick='while (1);'>Hang</button><button>Save</button>"
ANSWER = 3.0


@pytest.fixture
def own() -> Iterator[Chromium]:
    """A browser of this test's own, to be broken."""
    browser = Chromium(BrowserOptions(answer_seconds=ANSWER))
    browser.start()
    yield browser
    browser.stop()


def below(number: int | None = None) -> list[psutil.Process]:
    """The living processes below one, or below us."""
    return [one for one in psutil.Process(number).children(recursive=True) if is_alive(one)]


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def named(name: str, before: list[psutil.Process]) -> list[psutil.Process]:
    """The processes of a program that were started since."""
    return [one for one in below() if one not in before and one.name() == name]


def test_a_browser_that_is_not_there_is_told_with_the_line_that_installs_it(tmp_path: Path) -> None:
    """The same for its driver; nothing is started, nothing downloaded."""
    with pytest.raises(BrowserError) as caught:
        Chromium(BrowserOptions(binary=str(tmp_path / "chromium"))).start()
    assert caught.value.what == "the browser is not there"
    assert caught.value.fix == "install it: apt-get install chromium chromium-driver"
    assert caught.value.exit_code is ExitCode.COULD_NOT_RUN
    assert not isinstance(caught.value, BrowserLost)
    with pytest.raises(BrowserError, match="the driver of the browser is not there"):
        Chromium(BrowserOptions(driver=str(tmp_path / "chromedriver"))).start()


def test_without_a_path_there_is_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """All names that were looked for are told."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BrowserError) as caught:
        find_browser()
    assert caught.value.where.startswith("looked for chromium, ")


def program(path: Path, source: str) -> str:
    """A program of Python."""
    path.write_text(f"#!{sys.executable}\n{source}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_driver_of_another_version_is_told(tmp_path: Path) -> None:
    """As the driver says it, with what to install."""
    driver = program(
        tmp_path / "chromedriver",
        """
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
SAID = '''session not created: This version of ChromeDriver only supports Chrome version 114
Current browser version is 150.0 with binary path /usr/bin/chromium'''
class Door(BaseHTTPRequestHandler):
    def log_message(self, *arguments): pass
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"value": {"error": "session not created", "message": SAID, "stacktrace": ""}}).encode()
        self.send_response(500); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
server = HTTPServer(("127.0.0.1", 0), Door)
print(f"ChromeDriver was started successfully on port {server.server_port}.", flush=True)
server.serve_forever()
""",
    )
    before = below()
    with pytest.raises(BrowserError) as caught:
        Chromium(BrowserOptions(driver=driver)).start()
    assert "of different versions: session not created: This version of ChromeDriver only supports" in caught.value.what
    assert "Current browser version is 150.0" in caught.value.what
    assert not isinstance(caught.value, BrowserLost)
    assert below() == before


def test_a_driver_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    """It is infrastructure: another try may do."""
    driver = program(tmp_path / "chromedriver", "print('no more memory')")
    with pytest.raises(BrowserLost, match="the driver of the browser did not start: no more memory"):
        Chromium(BrowserOptions(driver=driver)).start()


def test_a_browser_that_does_not_start_is_told(tmp_path: Path) -> None:
    """As the driver says it."""
    binary = program(tmp_path / "chromium", "raise SystemExit(3)")
    before = below()
    with pytest.raises(BrowserLost, match="the browser did not start"):
        Chromium(BrowserOptions(binary=binary)).start()
    assert below() == before


def test_a_ca_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Before anything is asked of the browser."""
    with pytest.raises(BrowserError, match="the certificate of the CA cannot be read"):
        Chromium(BrowserOptions(ca=str(tmp_path / "ca.pem"))).start()


def test_a_grid_that_does_not_answer_is_told() -> None:
    """With its address."""
    with pytest.raises(BrowserLost) as caught:
        Chromium(BrowserOptions(remote="http://127.0.0.1:1", start_seconds=5)).start()
    assert caught.value.where == "http://127.0.0.1:1"


def test_a_browser_elsewhere_is_used_by_its_address() -> None:
    """As one of a Grid: nothing of it is started here, its session ends with us, and others are not touched."""
    driver = Driver(BrowserOptions())
    try:
        before = below()
        with Chromium(BrowserOptions(remote=driver.address, binary=find_browser())) as browser:
            visitor = browser.visitor()
            visitor.open(PAGE)
            visitor.click(button("Save"))
            assert browser.downloads("x") == ""
        eventually(lambda: below() == before)
        assert not driver.ended
    finally:
        driver.stop()


def test_nothing_is_left_after_the_end(tmp_path: Path) -> None:
    """No process, no folder; its log stays."""
    before = below()
    with Chromium(BrowserOptions(logs=str(tmp_path / "logs"))) as browser:
        assert browser.is_alive
        assert browser.version.startswith("chrome ")
        folder = Path(browser.downloads("x"))
        assert folder.is_dir()
        assert len(below()) > len(before)
    assert not browser.is_alive
    assert below() == before
    assert not folder.parents[1].exists()
    assert len(list((tmp_path / "logs").glob("chromedriver-*.log"))) == 1
    browser.stop()
    with pytest.raises(BrowserLost):
        browser.visitor()


def test_two_browsers_do_not_know_each_other(own: Chromium) -> None:
    """Each has a port and a profile of its own, and ends alone."""
    with Chromium() as other:
        other.visitor().open(PAGE)
    visitor = own.visitor()
    visitor.open(PAGE)
    visitor.click(button("Save"))


@pytest.mark.parametrize("which", ["chromium", "chromedriver"])
def test_a_killed_browser_is_told_at_once(which: str) -> None:
    """Whoever waits for it and whoever comes later hears of it."""
    before = below()
    with Chromium(BrowserOptions(answer_seconds=ANSWER)) as browser:
        visitor = browser.visitor(patience=20)
        visitor.open(PAGE)
        for process in named(which, before):
            process.kill()
        for _ in range(2):
            with pytest.raises(BrowserLost, match="the browser is lost"):
                visitor.see(button("Nobody"))
        assert not browser.is_alive
        with pytest.raises(BrowserLost):
            visitor.still_open(20)
        assert visitor.steps[-1].problem.startswith("the browser is lost")
        visitor.leave()
    assert below() == before


def test_a_browser_that_hangs_is_given_up() -> None:
    """After the time that an answer may take."""
    before = below()
    with Chromium(BrowserOptions(answer_seconds=ANSWER)) as browser:
        visitor = browser.visitor()
        visitor.open(PAGE)
        for process in named("chromium", before):
            process.suspend()
        with pytest.raises(BrowserLost, match=r"it did not answer to script\.callFunction within 3 s"):
            visitor.click(button("Save"))
    assert below() == before


def test_a_page_that_crashes_takes_the_browser_with_it(own: Chromium) -> None:
    """It is told as such, at once."""
    visitor = own.visitor(patience=20)
    visitor.open(PAGE)
    with suppress(PageError):
        visitor.open("chrome://crash")
    with pytest.raises(BrowserLost, match="a page crashed"):
        visitor.see(button("Save"))


def test_a_page_whose_script_never_ends_is_the_pages_fault(own: Chromium) -> None:
    """The browser is well, and other visitors go on."""
    visitor = own.visitor(keep_picture=lambda name, picture: f"{name}.png")
    visitor.open(PAGE)
    with pytest.raises(PageError, match="the page hangs"):
        visitor.click(button("Hang"))
    assert own.is_alive
    assert (visitor.steps[-1].problem, visitor.steps[-1].picture) == (
        "the page hangs: it did not answer within 3 s",
        "",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process does not adopt what its children leave")
def test_a_killed_test_run_leaves_nothing_behind() -> None:
    """kill -9 of the one who started the browser ends the browser, and removes its folder."""
    source = (
        "import time\nfrom truemirror.testing.flows import Chromium\n"
        "browser = Chromium().start()\nprint(browser.downloads('x'), flush=True)\ntime.sleep(100)"
    )
    run = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
    assert run.stdout
    folder = Path(run.stdout.readline().strip()).parents[1]
    started = below(run.pid)
    assert {"chromium", "chromedriver"} <= {one.name() for one in started}
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    run.stdout.close()
    eventually(lambda: not any(is_alive(one) for one in started))
    eventually(lambda: not folder.exists())


@contextmanager
def secured(tls: Tls) -> Iterator[int]:
    """The port of a server with these certificates."""

    class Door(BaseHTTPRequestHandler):
        """One request."""

        def do_GET(self) -> None:
            """A page."""
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Secure</title>")

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        """Shakes hands where it does not hold up others, and says nothing of those that fail."""

        daemon_threads = True

        def finish_request(self, request: socket.socket, address: object) -> None:  # type: ignore[override]
            """Shake hands, then answer."""
            with suppress(ssl.SSLError, OSError), tls.context.wrap_socket(request, server_side=True) as door:
                super().finish_request(door, address)  # type: ignore[arg-type]

    tls.context.set_alpn_protocols(["http/1.1"])
    server = Server(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_servers_of_a_ca_of_ours_are_believed_and_others_are_not(tmp_path: Path) -> None:
    """The certificate of the CA is enough; a server of another CA stays a stranger."""
    ours, theirs = tls_for(["web.crm.internal"], tmp_path / "ours"), tls_for(["web.crm.internal"], tmp_path / "theirs")
    with secured(ours) as known, secured(theirs) as unknown:
        rules = f"MAP known.internal:443 127.0.0.1:{known}, MAP unknown.internal:443 127.0.0.1:{unknown}"
        with Chromium(BrowserOptions(rules=rules, ca=str(ours.ca))) as browser:
            visitor = browser.visitor()
            visitor.open("https://known.internal/")
            assert visitor.title == "Secure"
            with pytest.raises(PageError, match="ERR_CERT"):
                visitor.open("https://unknown.internal/")
