"""Mirrors served by a process of their own, for runs of the real generator."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path


@contextlib.contextmanager
def serving(services: Sequence[str], mirrors: Path, *options: str) -> Iterator[Mapping[str, str]]:
    """`truemirror serve`; gives the address of each service."""
    command = [sys.executable, "-m", "truemirror", "serve", *services, "--mirrors", str(mirrors), *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=mirrors.parent
    )
    assert process.stdout is not None
    try:
        addresses: dict[str, str] = {}
        while len(addresses) < len(services):
            line = process.stdout.readline()
            assert line, "the mirror server did not start"
            if found := re.match(r"serving (\S+): (http://\S+)", line):
                addresses[found[1]] = found[2]
        yield addresses
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()
