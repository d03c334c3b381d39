"""What is kept of flows is wired without cost for those who run none, and its page calls nobody."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.docs.pictures import CHROMIUM, Shot, photograph
from tests.flow_traces import failed_trace, failed_try, files_of, green_trace

from truemirror.bootstrap.flow_pages import keep_index, keep_trace, read_traces


class Listener(ThreadingHTTPServer):
    """Somebody who would like to be called."""

    daemon_threads = True

    def __init__(self) -> None:
        """On any free port of this machine."""
        self.called: list[str] = []
        super().__init__(("127.0.0.1", 0), Door)


class Door(BaseHTTPRequestHandler):
    """One call."""

    server: Listener

    def do_GET(self) -> None:
        """Keep in mind that somebody came."""
        self.server.called.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *parts: object) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    """It runs."""
    with Listener() as server:
        running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        running.start()
        yield server
        server.shutdown()
        running.join()


def greedy(listener: Listener) -> bytes:
    """A document that calls somebody in every way that needs no person."""
    there = f"http://127.0.0.1:{listener.server_address[1]}"
    return f"""<!doctype html><html><head><meta http-equiv="refresh" content="0;url={there}/refresh">
    <link rel="stylesheet" href="{there}/style"><script src="{there}/script"></script>
    <script>new Image().src = "{there}/inline"</script><style>body {{ background: url({there}/background) }}</style>
    </head><body><img src="{there}/image" onerror="fetch('{there}/error')"><iframe src="{there}/frame"></iframe>
    <object data="{there}/object"></object><video autoplay src="{there}/video"></video></body></html>""".encode()


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium here: apt-get install chromium")
def test_a_snapshot_on_the_page_calls_nobody(listener: Listener, tmp_path: Path) -> None:
    """In a browser, with its frame in sight; the same document by itself calls."""
    kept = keep_trace(tmp_path, failed_trace(), {**files_of(failed_try()), "dom.html": greedy(listener)})
    assert kept.page is not None
    opened = kept.page.with_name("opened.html")
    text = kept.page.read_text()
    assert "<details><summary>The document" in text
    opened.write_text(text.replace("<details><summary>", "<details open><summary>"))
    photograph(opened, Shot("page.png", 1000, 4000), tmp_path)
    assert listener.called == []
    raw = tmp_path / "raw.html"
    raw.write_bytes(greedy(listener).replace(b"http-equiv", b"data-not"))
    photograph(raw, Shot("raw.png", 1000, 1000), tmp_path)
    assert {"/script", "/image"} <= set(listener.called)


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium here: apt-get install chromium")
def test_a_saved_page_still_opens(tmp_path: Path) -> None:
    """After every text in it was looked at for secrets."""
    page = '<body style="background: repeating-conic-gradient(red 0 7deg, blue 7deg 9deg)">caf=C3=A9'.replace(
        "=", "=3D", 1
    )
    archive = (
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\n'
        "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        f"Content-Location: http://a.test/\r\n\r\n{page}\r\n--b--\r\n"
    )
    kept = keep_trace(tmp_path, failed_trace(), {"page.mhtml": archive.encode()})
    (tmp_path / "blank.html").write_text("")
    blank = photograph(tmp_path / "blank.html", Shot("blank.png", 600, 400), tmp_path)
    picture = photograph(kept.folder / "try1/page.mhtml", Shot("page.png", 600, 400), tmp_path)
    assert picture.stat().st_size > 2 * blank.stat().st_size


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    """By tests, failures first; the page over all links to theirs."""
    keep_trace(tmp_path, green_trace())
    kept = keep_trace(tmp_path, failed_trace(), again="run it so")
    assert read_traces(tmp_path) == (kept,)
    assert kept.page is not None
    assert "run it so" in kept.page.read_text()
    assert f'href="{kept.folder.name}/index.html"' in keep_index(tmp_path).read_text()


def test_nothing_is_loaded_before_something_is_kept() -> None:
    """Runs without flows pay for no templates."""
    code = "import sys, truemirror.bootstrap.flow_pages; print([one for one in ('jinja2',) if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
