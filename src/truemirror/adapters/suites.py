"""Run suites with pytest, each in its own interpreter, and read back what happened.

Rules: suites run side by side, as many as there are cores; a suite that could not be run says why in its own words; the
interpreter is the one that runs us, so a suite sees the same environment. Nothing is left in the repository.
"""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import orjson

from truemirror.core.gate.suite import MirrorUse, Suite, SuiteResult, TestOutcome
from truemirror.core.gate.verdict import State

_TAIL_LINES = 30
_NO_TESTS = 5
"""pytest's exit code when it collected nothing."""


class PytestSuites:
    """Runs suites as separate pytest processes."""

    def __init__(
        self, root: Path, options: Sequence[str] = (), env: Mapping[str, str] | None = None, workers: int | None = None
    ) -> None:
        """Suites run in `root`; `options` go to every pytest; `env` is added to the environment."""
        self._root = root
        self._options = tuple(options)
        self._env = {**os.environ, **(env or {})}
        self._workers = workers or os.cpu_count() or 1

    def run(self, suites: Sequence[Suite]) -> Iterator[SuiteResult]:
        """Run all suites; gives each result as soon as it is there."""
        with (
            tempfile.TemporaryDirectory(prefix="truemirror-suites-") as folder,
            ThreadPoolExecutor(max(1, min(self._workers, len(suites)))) as pool,
        ):
            running = [
                pool.submit(self._run_one, suite, Path(folder) / str(number)) for number, suite in enumerate(suites)
            ]
            for future in as_completed(running):
                yield future.result()

    def _run_one(self, suite: Suite, folder: Path) -> SuiteResult:
        """One suite, start to end."""
        folder.mkdir()
        junit, mirrors = folder / "junit.xml", folder / "mirrors.json"
        command = [
            sys.executable,
            "-m",
            "pytest",
            *shlex.split(suite.path),
            f"--junitxml={junit}",
            f"--mirror-report={mirrors}",
        ]
        command += ["-q", "--color=no", "-p", "no:cacheprovider", "-o", "junit_family=xunit1", *self._options]
        began = time.monotonic()
        code, output = _run(command, self._root, self._env)
        seconds = time.monotonic() - began
        tests = tuple(_outcomes(junit))
        report = _document(mirrors)
        failed_to_run = code not in (0, 1, _NO_TESTS) or (code == 1 and not tests)
        return SuiteResult(
            suite=suite,
            tests=tests,
            could_not_run="\n".join(output.strip().splitlines()[-_TAIL_LINES:]) if failed_to_run else "",
            uses=_uses(report),
            mirrors=_mirrors(report),
            seconds=seconds,
        )


def _run(command: Sequence[str], root: Path, env: Mapping[str, str]) -> tuple[int, str]:
    """Run a command to its end in a process group of its own, which ends with us."""
    started = subprocess.Popen(
        command,
        cwd=root,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        output, _ = started.communicate()
    except BaseException:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait()
        raise
    return started.returncode, output


def _outcomes(junit: Path) -> Iterator[TestOutcome]:
    """Every test in a JUnit file that pytest wrote."""
    try:
        root = ET.parse(junit).getroot()  # noqa: S314  our own pytest has just written it
    except (OSError, ET.ParseError):
        return
    for case in root.iter("testcase"):
        file = case.get("file") or case.get("classname", "").replace(".", "/")
        name = "::".join((file, *_classes(case, file), case.get("name", "")))
        seconds = float(case.get("time", "0") or 0)
        broken = case.find("failure") if case.find("failure") is not None else case.find("error")
        skipped = case.find("skipped")
        told = {one.get("name"): one.get("value", "") for one in case.iter("property")}
        page = told.get("flow-page", "")
        if broken is not None:
            state = State.UNKNOWN if told.get("flow-standing") == "unknown" else State.BROKEN
            yield TestOutcome(name, state, (broken.text or broken.get("message") or "").strip(), seconds, page)
        elif skipped is not None:
            yield TestOutcome(name, State.NOT_RUN, skipped.get("message", ""), seconds)
        else:
            yield TestOutcome(name, State.KEPT, "", seconds)


def _classes(case: ET.Element, file: str) -> tuple[str, ...]:
    """The classes around a test, or the test that a result stands beside, outermost first."""
    module = file.removesuffix(".py").replace("/", ".")
    inside = case.get("classname", "").removeprefix(module)
    return tuple(inside.strip(".").split(".")) if inside.startswith(".") else ()


def _document(path: Path) -> dict[str, Any]:
    """The plugin's report; empty when it wrote none."""
    try:
        document = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return document if isinstance(document, dict) else {}


def _uses(report: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Per test, the operations it used of each service."""
    tests = report.get("tests")
    return tests if isinstance(tests, dict) else {}


def _mirrors(report: Mapping[str, Any]) -> dict[str, MirrorUse]:
    """Per service, how its mirror was asked."""
    services = report.get("services")
    if not isinstance(services, dict):
        return {}
    return {
        name: MirrorUse(*(_count(tally.get(key)) for key in ("hits", "misses", "relaxed", "unused")))
        for name, tally in services.items()
        if isinstance(tally, dict)
    }


def _count(value: object) -> int:
    """A count, whether it was written as a number or as a list of what is counted."""
    return len(value) if isinstance(value, list) else int(value) if isinstance(value, int) else 0
