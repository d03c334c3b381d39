"""`truemirror noise` and `record --twice` as they are used: a real service, real processes, real files."""

import json
import os
import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from truemirror.adapters.mirror_files import MirrorFiles

PATIENCE = 60.0
TOKEN = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"  # planted
DRIVE = """
import json, os, sys, urllib.error, urllib.request, uuid

def ask(path, data=None, **headers):
    request = urllib.request.Request(os.environ["CLOCK_URL"] + path, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.read()

for path in ("/v1/now", "/v1/jobs", "/v1/steady", "/v1/broken?n=1"):
    ask(path)
ask("/v1/me", Authorization="Bearer sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6")
if "--write" in sys.argv:
    mark = json.dumps({"id": str(uuid.uuid4()), "name": "red"}).encode()
    ask("/v1/marks", mark, **{"Content-Type": "application/json"})
    ask("/v1/marks")
"""


class Clock(BaseHTTPRequestHandler):
    """A service in which much varies by itself."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[Counter[str]] = Counter()
    marks: ClassVar[list[Any]] = []
    shape: ClassVar[bool] = False
    """Whether the shape of answers varies, too."""
    epoch: ClassVar[bool] = False
    """Whether times are numbers."""

    def do_GET(self) -> None:
        """Reads."""
        self.asked[self.path] += 1
        count = self.asked[self.path]
        now: Any = int(datetime.now(UTC).timestamp()) if self.epoch else datetime.now(UTC).isoformat(timespec="seconds")
        match self.path:
            case "/v1/now":
                hint = {"X-Hint": "warm"} if count % 2 else {}
                self.answer(200, {"at": now, "trace": str(uuid.uuid4())}, {"X-Request-Tag": f"r-{count}", **hint})
            case "/v1/jobs":
                items = [{"id": number, "seen": now} for number in (1, 2)]
                self.answer(200, {"items": items[: 1 + count % 2] if self.shape else items})
            case "/v1/broken?n=1":
                self.answer(500 if self.shape and count % 2 else 200, {"ok": True})
            case "/v1/me":
                known = self.headers["Authorization"] == f"Bearer {TOKEN}"
                self.answer(200 if known else 401, {"hello": TOKEN if known else "", "visit": count})
            case "/v1/marks":
                self.answer(200, {"total": len(self.marks)})
            case _:
                self.answer(200, {"steady": True})

    def do_POST(self) -> None:
        """Writes."""
        self.marks.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(201, {"id": self.marks[-1]["id"], "number": len(self.marks)})

    def answer(self, status: int, document: object, headers: dict[str, str] | None = None) -> None:
        """Answer with JSON."""
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing."""


class Running:
    """A service of its own, and the commands in an empty project."""

    def __init__(self, folder: Path, kind: type[Clock], url: str) -> None:
        """In this folder."""
        self.folder = folder
        self.kind = kind
        self.url = url

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """Run a command to its end; gives back what it says."""
        environment = {name: value for name, value in os.environ.items() if name != "TRUEMIRROR_CONFIG"}
        ended = subprocess.run(
            [sys.executable, "-m", "truemirror", *arguments],
            cwd=self.folder, env=environment, text=True, capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert ended.returncode == code, ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
        return ended.stdout + ended.stderr

    def record(self, *options: str, into: str = "mirrors", write: bool = False) -> str:
        """Record the drive."""
        drive = (sys.executable, "-c", DRIVE, *(["--write"] if write else []))
        return self("record", "clock", "--upstream", self.url, "--mirrors", into, *options, "--", *drive)

    def noise(self, *options: str, code: int = 0) -> str:
        """Ask twice."""
        return self("noise", "clock", "--against", self.url, *options, code=code)

    def rules(self) -> list[tuple[str, str, str, str]]:
        """What mirror.json holds."""
        noise = MirrorFiles(self.folder / "mirrors").load("clock").rules.noise
        return [(one.operation, one.part, one.kind, one.of) for one in noise]

    def files(self) -> dict[str, bytes]:
        """All that is in the mirror but the files that tell a day."""
        root = self.folder / "mirrors"
        return {str(path): path.read_bytes() for path in root.rglob("*.json") if path.name != "scenario.json"}


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[Running]:
    """A running service and its project."""
    kind = type("OneClock", (Clock,), {"asked": Counter(), "marks": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    running.start()
    yield Running(tmp_path, kind, f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    running.join()
    server.server_close()


LEARNED = [
    ("GET /v1/jobs", "body:/items/*/seen", "date-time", "answer"),
    ("GET /v1/now", "body:/at", "date-time", "answer"),
    ("GET /v1/now", "body:/trace", "uuid", "answer"),
    ("GET /v1/now", "header:x-hint", "absent-or-present", "answer"),
    ("GET /v1/now", "header:x-request-tag", "string", "answer"),
]


def test_a_live_service_shows_what_varies_by_itself(clock: Running) -> None:
    """Rules are written, with the kind that each keeps; recording again then changes no line, nor does asking again."""
    clock.record()
    said = clock.noise("--dry-run")
    assert clock.rules() == []
    assert "for mirrors/clock/0/mirror.json" in said
    said = clock.noise()
    assert clock.rules() == LEARNED
    assert "asked 4 requests twice" in said
    assert "left out 1: its secrets are stand-ins" in said
    assert "GET /v1/now  body:/at: date-time" in said
    assert "no new rule" in clock.noise()
    clock.noise("--header", f"Authorization: Bearer {TOKEN}")
    before = clock.files()
    clock.record()
    assert clock.files() == before


def test_drift_shows_a_noisy_attribute_only_when_it_leaves_its_kind(clock: Running) -> None:
    """A time that becomes a number is drift."""
    clock.record()
    clock.noise()
    clock.record(into="fresh")
    said = clock("check", "--fresh", "fresh", code=1)
    assert "/v1/me, scenario default, body:/visit" in said  # it was left out
    assert "/v1/now" not in said
    assert "/v1/jobs" not in said
    clock.kind.epoch = True
    clock.record(into="later")
    said = clock("check", "--fresh", "later", code=1)
    assert "/v1/now, scenario default, body:/at" in said
    assert "/v1/jobs, scenario default, body:/items/0/seen" in said


def test_a_brought_credential_is_sent_and_never_shown(clock: Running) -> None:
    """What needs one can be asked then; neither the mirror nor the report tells it."""
    clock.record()
    found = json.loads(clock.noise("--header", f"Authorization: Bearer {TOKEN}", "--json"))
    assert (found["asked"], found["left_out"]) == (5, {})
    assert {"kind": "integer", "operation": "GET /v1/me", "part": "body:/visit"}.items() <= next(
        one for one in found["noise"] if one["operation"] == "GET /v1/me"
    ).items()
    assert TOKEN not in json.dumps(found)
    assert not any(TOKEN.encode() in text for text in clock.files().values())


@pytest.mark.nightly
def test_a_wrong_credential_teaches_nothing(clock: Running) -> None:
    """Another status than the recorded one is told, not learned from."""
    clock.record()
    said = clock.noise("--header", "Authorization: Bearer wrong")
    assert "left out 1: it is answered with another status" in said
    assert not any(rule[0] == "GET /v1/me" for rule in clock.rules())


def test_a_service_whose_shape_varies_is_told_not_silenced(clock: Running) -> None:
    """Lists of other lengths and other statuses are real differences."""
    clock.kind.shape = True
    clock.record()
    found = json.loads(clock.noise("--json"))
    reported = {(one["part"], one["why"]) for one in found["differences"]}
    assert reported == {("body:/items", "a list of another length"), ("status", "another outcome")}
    assert not any(rule[1] in ("body:/items", "status") for rule in clock.rules())


def test_a_service_that_is_not_there_is_told(clock: Running) -> None:
    """Nothing is written."""
    clock.record()
    before = clock.files()
    said = clock("noise", "clock", "--against", "http://127.0.0.1:1", code=4)
    assert "cannot be reached: refused" in said
    assert clock.files() == before


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("noise", "clock"), "--against", 2),
        (("noise", "clock", "--against", "ftp://a"), "not an HTTP URL", 2),
        (("noise", "clock", "--against", "http://a", "--header", "x"), "no header", 2),
        (("noise", "other", "--against", "http://a"), "no mirror of 'other'", 4),
        (("record", "clock", "--upstream", "http://a", "--twice"), "truemirror noise clock --against http://a", 2),
    ],
)
def test_wrong_usage_is_told(clock: Running, arguments: tuple[str, ...], said: str, code: int) -> None:
    """In one message."""
    if "ftp://a" in arguments:
        clock.record()
    assert said in clock(*arguments, code=code)


def test_a_drive_recorded_twice_shows_what_its_client_varies_too(clock: Running) -> None:
    """What state explains is told with its rule; the first recording is what is kept."""
    said = clock.record("--twice", write=True)
    assert clock.rules() == [
        *LEARNED[:3],
        ("POST /v1/marks", "body:/id", "uuid", "answer"),
        ("POST /v1/marks", "body:/id", "uuid", "request"),
    ]
    assert "body:/total: what was written in between may have changed it" in said
    assert f"truemirror noise clock --against {clock.url}" in said
    assert len(MirrorFiles(clock.folder / "mirrors").load("clock")) == 7
    assert len(clock.kind.marks) == 2


def test_a_drive_that_only_reads_shows_counters_too(clock: Running) -> None:
    """Nothing was written in between; and the result is told for programs."""
    said = clock.record("--twice", "--json")
    (line,) = [line for line in said.splitlines() if line.startswith('{"noise"')]
    noise = json.loads(line)["noise"]["clock"]
    assert {"body:/visit", "header:x-request-tag", "body:/trace"} <= {one["part"] for one in noise["noise"]}
    assert ("GET /v1/me", "body:/visit", "integer", "answer") in clock.rules()


def test_a_drive_that_fails_is_recorded_once_and_not_repeated(clock: Running) -> None:
    """It ends as it does without --twice."""
    drive = (sys.executable, "-c", DRIVE + "sys.exit(7)")
    said = clock("record", "clock", "--upstream", clock.url, "--twice", "--", *drive, code=1)
    assert "exit status 7" in said
    assert (clock.kind.asked.total(), clock.rules()) == (5, [])
