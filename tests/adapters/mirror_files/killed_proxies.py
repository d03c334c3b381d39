"""Real recorders under load that are killed at random moments: `python killed_proxies.py FOLDER SEED KILLS [lossy]`.

Each recorder is a process of its own with its proxy, its redactor and its journal, exactly as `truemirror record` wires
them; clients ask through it until it is killed: while it records, or while it folds what it recorded into its many
scenarios. After each kill nothing that a client was told is missing, nothing is half written, and no secret that passed
is in any byte of the folder, the journal included. Eight recorders in a row share a mirror. `lossy` ones forget to
write down every fourth exchange: the harness has to notice.
"""

import http.client
import json
import os
import random
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import NoReturn

from truemirror.adapters.http import client, proxy_host  # noqa: F401 (whoever is forked has them loaded)
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.adapters.mirror_files.tape import TapeWriter
from truemirror.bootstrap import recording
from truemirror.config import Config
from truemirror.core.route import Route
from truemirror.errors import StoreError

SHARED = 8
CLIENTS = 3
TOKEN = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"
PASSWORD = "Hy7x-engine-1843"
HANDED = "vT5mKq2Zr8Lx4Wd9Bn3C"
SECRETS = (TOKEN, PASSWORD, HANDED)


class Service(BaseHTTPRequestHandler):
    """Hands out a token, and answers at some length."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Whatever was asked."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps({"token": HANDED, "asked": len(body), "text": "lorem ipsum " * (len(self.path) * 37 % 900)})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *parts: object) -> None:
        """Say nothing."""


class Quietly(ThreadingHTTPServer):
    """A server that knows that its clients are killed."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


def make_lossy() -> None:
    """Recorders of this process forget every fourth line."""
    write = TapeWriter.write
    lines = count(1)

    def forgetful(writer: TapeWriter, line: bytes) -> None:
        if next(lines) % 4:
            write(writer, line)

    TapeWriter.write = forgetful  # type: ignore[method-assign]


def serve_for_ever(writing: int) -> NoReturn:
    """The live service, in a process of its own; tells its port."""
    server = Quietly(("127.0.0.1", 0), Service)
    os.write(writing, b"%d\n" % server.server_address[1])
    server.serve_forever()
    raise AssertionError("it ends by a kill")


def record_for_ever(root: Path, service: str, url: str, telling: int, hearing: int) -> NoReturn:
    """A recorder; tells its port, and folds once it hears something."""
    running = recording(Config(root=root.parent, mirrors=root), [Route(service, url)])
    running.start()
    os.write(telling, running.standing[0].url.rpartition(":")[2].encode() + b"\n")
    os.read(hearing, 1)
    running.finish()
    os.write(telling, b"folded\n")
    os._exit(0)


class Load:
    """Clients that ask until nobody answers any more."""

    def __init__(self, port: int, number: int) -> None:
        """Ask the recorder at this port; `number` is the recorder's."""
        self.port = port
        self.number = number
        self.answered: list[str] = []
        self.ceased = threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=(one,)) for one in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def ask(self, who: int) -> None:
        """One client: each request is its own, in one of a few sessions; what was answered whole is noted."""
        body = json.dumps({"user": "ada", "password": PASSWORD}).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            for number in range(100_000):
                if self.ceased.is_set():
                    return
                target = f"/{self.number}/{who}/{number}"
                fields = {"Content-Type": "application/json", "X-Api-Key": TOKEN}
                if number % 3:
                    fields["X-Truemirror-Session"] = f"walk {self.number} {number % 40}"
                connection.request("POST", target, body, fields)
                answer = connection.getresponse()
                if answer.status == 200 and HANDED in answer.read().decode():
                    self.answered.append(target)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def wait_for(self, wanted: int) -> None:
        """Until so many were answered."""
        deadline = time.monotonic() + 60
        while len(self.answered) < wanted:
            assert time.monotonic() < deadline, "the recorder does not answer"
            time.sleep(0.001)


def first_line(reading: int) -> int:
    """The number that a child tells first."""
    line = b""
    while not line.endswith(b"\n"):
        got = os.read(reading, 1)
        assert got, "the child ended before it was ready"
        line += got
    return int(line)


def kill_one(root: Path, service: str, url: str, number: int, chance: random.Random) -> tuple[list[str], str]:
    """Start a recorder, load it, and kill it; gives back what was answered and what it was doing."""
    telling, told = os.pipe()
    heard, saying = os.pipe()
    child = os.fork()
    if not child:
        os.close(telling)
        os.close(saying)
        record_for_ever(root, service, url, told, heard)
    os.close(told)
    os.close(heard)
    load = Load(first_line(telling), number)
    load.wait_for(chance.choice([0, 1, 7, 30, 60]))
    doing = chance.choice(["recording", "folding", "folding"])
    if doing == "folding":
        load.ceased.set()
        for thread in load.threads:
            thread.join()
        os.write(saying, b"!")
    time.sleep(chance.random() * 0.04)
    os.kill(child, signal.SIGKILL)
    for thread in load.threads:
        thread.join()
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        assert os.WEXITSTATUS(status) == 0, "the recorder ended by an error"
        doing = "gone"
    os.close(telling)
    os.close(saying)
    return load.answered, doing


def files_of(root: Path) -> dict[Path, bytes]:
    """Every file with its bytes."""
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def check(root: Path, service: str, answered: set[str]) -> int:
    """Nothing is missing, half or left about, and no secret is there; gives back how much there is."""
    for path, content in files_of(root).items():
        assert not [secret for secret in SECRETS if secret.encode() in content], f"a secret in {path}"
    try:
        mirror = MirrorFiles(root).load(service)
    except StoreError:
        assert not answered, "the mirror is gone"
        return 0  # killed before its first exchange
    targets = [exchange.request.target for _, _, exchange in mirror.places()]
    assert answered <= set(targets), f"{len(answered - set(targets))} answers are missing"
    assert len(targets) == len(set(targets)), "something is there twice"
    for path, content in files_of(root).items():
        assert ".journal" not in path.parts, path
        assert not [secret for secret in SECRETS if secret.encode() in content], f"a secret in {path}"
        if path.suffix == ".json":
            json.loads(content)
    return len(targets)


def main(root: Path, seed: int, kills: int) -> None:
    """Kill so many recorders."""
    chance = random.Random(seed)
    reading, writing = os.pipe()
    live = os.fork()
    if not live:
        serve_for_ever(writing)
    url = f"http://127.0.0.1:{first_line(reading)}"
    doing = {"recording": 0, "folding": 0, "gone": 0}
    survived = 0
    try:
        answered: set[str] = set()
        for number in range(kills):
            service = f"tags{number // SHARED}"
            if number % SHARED == 0:
                answered = set()
            told, was = kill_one(root, service, url, number, chance)
            doing[was] += 1
            answered |= set(told)
            check(root, service, answered)
            survived += len(told)
    finally:
        os.kill(live, signal.SIGKILL)
        os.waitpid(live, 0)
    print(f"{survived} answers survived {kills} kills: {doing}")


if __name__ == "__main__":
    if sys.argv[4:] == ["lossy"]:
        make_lossy()
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
