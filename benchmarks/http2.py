"""Requests a second over HTTP/2 from one core: our mirror server.

The server has one core, the load the other: connections that each have a number of streams under way. The load writes
frames that were made beforehand and counts the ends of streams, so it hardly ever is the limit; a figure is requests
for each second of processor time that the server used, and the same server over HTTP/1.1 is `benchmarks.mirror_server`.
"""

import argparse
import json
import os
import socket
import struct
import sys
import time
import urllib.request
from collections.abc import Iterator

import h2.config
import h2.connection
from hpack import Encoder

from benchmarks.contestants import CONTESTANTS, LOAD_CORE, processor_seconds, running
from benchmarks.recordings import path_of
from benchmarks.table import machine, markdown, number

_END_STREAM, _HEADERS, _DATA, _RESET = 0x1, 0x1, 0x0, 0x3
_BATCHES = 12_000
"""Rounds of one connection before it is opened anew: a client's stream numbers are finite."""
_STEP = 7919
"""A prime, so that addresses are asked in turn and not in order."""


def main() -> int:
    """Run and print the table; gives back the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http2", description=__doc__)
    parser.add_argument("--recordings", default="1,10000", help="how many, separated by commas")
    parser.add_argument("--streams", type=int, default=32, help="under way on each connection")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long, after a warm-up of 2 s")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {int(LOAD_CORE)})
    rows = []
    contestant = CONTESTANTS[0]
    for count in map(int, options.recordings.split(",")):
        with running(contestant, count) as (port, group):
            load(port, count, options.streams, 2.0 + count / 2_000)
            before, began = processor_seconds(group), time.monotonic()
            done = load(port, count, options.streams, options.seconds)
            used, took = processor_seconds(group) - before, time.monotonic() - began
            _check(port, done)
        rows.append([f"{count:,}", number(done / max(0.01, used)), number(done / took)])
    print(
        f"Measured on: {machine()}, one core each for server and load, {options.streams} streams of one connection.\n"
    )
    print(markdown(["recordings", "requests for each second of processor", "by the clock"], rows))
    return 0


def _check(port: int, done: int) -> None:
    """Every answer was a recording. Raises RuntimeError."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/__truemirror__/status") as answer:
        (mirror,) = json.load(answer)["mirrors"]
    if mirror["misses"] or mirror["hits"] < done:
        raise RuntimeError(f"{done} streams ended, but: {mirror}")


def load(port: int, count: int, streams: int, seconds: float) -> int:
    """How many requests were answered in that time."""
    encoder = Encoder()
    encoder.header_table_size = 0
    blocks = [_block(encoder, path_of(one)) for one in range(count)]
    until, done, turn = time.monotonic() + seconds, 0, 0
    while time.monotonic() < until:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(_hello())
            ends = _ends(connection)
            for batch in range(_BATCHES):
                frames = []
                for place in range(streams):
                    turn = (turn + _STEP) % count
                    frames.append(_request(blocks[turn], 1 + 2 * (batch * streams + place)))
                connection.sendall(b"".join(frames))
                for _ in range(streams):
                    next(ends)
                done += streams
                if time.monotonic() > until:
                    break
    return done


def _hello() -> bytes:
    """The preface, and a window that never closes during one connection."""
    client = h2.connection.H2Connection(h2.config.H2Configuration())
    client.initiate_connection()
    client.increment_flow_control_window(2**31 - 1 - 65_535)
    return client.data_to_send()


def _block(encoder: Encoder, path: str) -> bytes:
    """A request's head that leaves nothing in the server's table."""
    pairs = [(":method", "GET"), (":scheme", "http"), (":authority", "127.0.0.1"), (":path", path)]
    return bytes(encoder.encode(pairs))


def _request(block: bytes, stream: int) -> bytes:
    """A HEADERS frame that ends its stream."""
    return struct.pack(">I", len(block))[1:] + bytes((_HEADERS, _END_STREAM | 0x4)) + struct.pack(">I", stream) + block


def _ends(connection: socket.socket) -> Iterator[int]:
    """The streams that come to their end, as they do. Raises RuntimeError where one is broken."""
    data = b""
    while True:
        place = 0
        while place + 9 <= len(data):
            size = int.from_bytes(data[place : place + 3], "big")
            if place + 9 + size > len(data):
                break
            kind, flags = data[place + 3], data[place + 4]
            if kind == _RESET:
                raise RuntimeError("a stream was reset")
            if kind in (_HEADERS, _DATA) and flags & _END_STREAM:
                yield int.from_bytes(data[place + 5 : place + 9], "big")
            place += 9 + size
        more = connection.recv(256 * 1024)
        if not more:
            raise RuntimeError("the server has left")
        data = data[place:] + more


if __name__ == "__main__":
    sys.exit(main())
