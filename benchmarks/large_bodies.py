"""How much memory a large body takes: recorded and replayed, down and up, by one client and by several at once.

    python -m benchmarks.large_bodies                      # 1 GiB
    python -m benchmarks.large_bodies --mib 64 --clients 1

A recorder and then a mirror server run as processes of their own, a service made of sockets gives and takes bodies.
What is told is the growth of the process's resident memory over what it was before the first large body, at its
highest (VmHWM of Linux), and how long it took.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

MIB = 1024 * 1024
_PATIENCE = 1_800.0


def binary() -> bytes:
    """A MiB of bytes that no packer makes smaller."""
    return b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(MIB // 64))


def text() -> bytes:
    """A MiB of rows as a table that was exported has them."""
    rows = "".join(f"{number},customer {number},c{number}@example.com,{number / 7:.2f}\n" for number in range(40_000))
    return rows.encode()[:MIB]


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the table."""

    what: str
    clients: int
    seconds: float
    busy: float
    """Seconds of processor time that the recorder or server took."""
    grown: float
    """MiB of memory at the highest, over what it was before."""


class Service:
    """Gives `mib` MiB for GET, takes whatever comes with POST."""

    def __init__(self, mib: int, piece: bytes) -> None:
        """Listen at a free port."""
        self._mib = mib
        self._piece = piece
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        """Take clients."""
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """Answer one client."""
        with client, client.makefile("rb") as lines:
            while line := lines.readline():
                length = 0
                while (field := lines.readline()) not in (b"\r\n", b""):
                    name, _, value = field.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                while length > 0:
                    length -= len(lines.read(min(MIB, length)))
                if line.startswith(b"GET"):
                    client.sendall(
                        b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                        b"Content-Length: %d\r\n\r\n" % (self._mib * MIB)
                    )
                    for _ in range(self._mib):
                        client.sendall(self._piece)
                else:
                    client.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok")

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()


def peak(pid: int) -> float:
    """MiB of resident memory at the highest so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def busy(pid: int) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(*arguments: str, cwd: Path) -> Iterator[tuple[int, int]]:
    """`truemirror` with these arguments: its port and its process id."""
    command = [sys.executable, "-m", "truemirror", *arguments, "--json"]
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with process:
        try:
            assert process.stdout is not None
            yield _port(process.stdout.readline()), process.pid
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _port(line: str) -> int:
    """The first port that a line of JSON names."""
    address = line.partition("http://")[2].partition('"')[0]
    return int(address.rpartition(":")[2].strip("/"))


def ask(port: int, method: str, path: str, mib: int, piece: bytes) -> str:
    """One request over a socket of its own; the hash of the answer's body. Nothing is held."""
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection:
        sent = mib * MIB if method == "POST" else 0
        connection.sendall(
            f"{method} {path} HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer zJ4kR9tQ2mX7vB1n\r\n"
            f"{f'Content-Length: {sent}' if sent else 'X-Nothing: 1'}\r\nConnection: close\r\n\r\n".encode()
        )
        for _ in range(sent // MIB):
            connection.sendall(piece)
        hasher, head = hashlib.sha256(), b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65_536)
        head, _, rest = head.partition(b"\r\n\r\n")
        assert b" 200 " in head or b" 201 " in head, head + rest
        hasher.update(rest)
        buffer = bytearray(MIB)
        while count := connection.recv_into(buffer):
            hasher.update(memoryview(buffer)[:count])
        return hasher.hexdigest()


def measure(pid: int, port: int, what: str, method: str, clients: int, mib: int, piece: bytes) -> Measured:
    """Several clients at once."""
    before, began, busy_before = peak(pid), time.monotonic(), busy(pid)
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda: answers.append(ask(port, method, f"/{method.lower()}", mib, piece)))
        for _ in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wanted = hashlib.sha256()
    for _ in range(mib if method == "GET" else 0):
        wanted.update(piece)
    assert len(answers) == clients
    if method == "GET":
        assert set(answers) == {wanted.hexdigest()}, "an answer is not what the service gave"
    return Measured(what, clients, time.monotonic() - began, busy(pid) - busy_before, peak(pid) - before)


def rows(mib: int, clients: tuple[int, ...], piece: bytes) -> Iterator[Measured]:
    """Record, then replay."""
    service = Service(mib, piece)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        home = Path(folder)
        upstream = f"http://127.0.0.1:{service.port}"
        for method in ("GET", "POST"):
            for number in clients:  # a process of its own each, whose memory was never higher
                arguments = ("record", "files", "--upstream", upstream, "--mirrors", "mirrors")
                with running(*arguments, cwd=home) as (port, pid):
                    yield measure(pid, port, f"record {method}", method, number, mib, piece)
        for method in ("GET", "POST"):
            for number in clients:
                with running("serve", "files", "--mirrors", "mirrors", cwd=home) as (port, pid):
                    yield measure(pid, port, f"replay {method}", method, number, mib, piece)
    service.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 4])
    parser.add_argument("--text", action="store_true", help="bodies of text, which take longer to look through")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    if not wanted.json:
        print(f"| {wanted.mib} MiB | clients | memory grows by, MiB | seconds | of the processor |")
        print("|---|---|---|---|---|", flush=True)
    for one in rows(wanted.mib, tuple(wanted.clients), text() if wanted.text else binary()):
        if wanted.json:
            print(json.dumps(asdict(one)))
        else:
            print(f"| {one.what} | {one.clients} | {one.grown:.0f} | {one.seconds:.1f} | {one.busy:.1f} |", flush=True)


if __name__ == "__main__":
    main()
