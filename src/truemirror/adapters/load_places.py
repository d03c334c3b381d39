"""What is loaded, standing: mirrors in a process of their own, on another core than the generator where there is one.

Rules: loopback only; whatever happens, the process is gone when its place is left.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from truemirror.errors import CouldNotRun, UsageError

_PATIENCE = 10.0


def on_core(number: int) -> tuple[str, ...]:
    """What goes before a command to keep it on one core; nothing where that cannot be, or there is but one."""
    try:
        cores = sorted(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return ()
    taskset = shutil.which("taskset")
    return (taskset, "-c", str(cores[number % len(cores)])) if taskset and len(cores) > 1 else ()


@contextmanager
def mirrors_standing(
    mirrors: Path,
    services: Sequence[str],
    root: Path,
    *,
    latency: str = "none",
    port: int = 0,
    misses: dict[str, int] | None = None,
) -> Iterator[Mapping[str, str]]:
    """Mirrors of a folder, answering; gives the address of each service. Raises CouldNotRun.

    The first stands at `port`, where one is given; `misses` is told at the end how much each could not answer.
    """
    arguments = ["serve", *services, "--mirrors", str(mirrors), "--latency", latency, "--json"]
    if port:
        arguments += ["--port", str(port)]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*on_core(1), sys.executable, "-m", "truemirror", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            cwd=root,
            start_new_session=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                process.wait(_PATIENCE)
                said.seek(0)
                told = said.read()[-2000:].decode("utf-8", "replace").strip()
                raise CouldNotRun(f"the mirrors did not start: {told or 'they said nothing'}")
            serving = json.loads(line)["serving"]
            yield {name: str(one["url"]) for name, one in serving.items()}
        finally:
            last = _end(process)
            if misses is not None:
                misses.update(_missed(last))


def _missed(last: bytes) -> Mapping[str, int]:
    """What the mirrors said when they ended: how many requests each could not answer."""
    try:
        told = json.loads(last)["summary"]
        return {str(name): int(one["misses"]) for name, one in told.items()}
    except (ValueError, KeyError, TypeError):
        return {}


def _end(process: "subprocess.Popen[bytes]") -> bytes:
    """End a process and all that it started; gives back its last words."""
    last = b""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        last = process.communicate(timeout=_PATIENCE)[0]
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, 9)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
    return last


def check_answered(url: str) -> None:
    """That somebody listens at an address. Raises CouldNotRun, UsageError."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise UsageError(f"it is no address: {error}", where=url, fix="write it as http://HOST:PORT") from None
    try:
        socket.create_connection((parts.hostname or "", port), _PATIENCE).close()
    except OSError as error:
        raise CouldNotRun(
            f"nobody answers there: {error.strerror or error}", where=url, fix="start it, or name another --target"
        ) from None


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="truemirror-load-") as folder:
        yield Path(folder)
