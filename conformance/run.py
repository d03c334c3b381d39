"""Walks a subject through cases: straight to the upstream, through the recorder, and on replay with the upstream gone.

Rules: cases that ask for the same address and the same patience share their processes. Where a subject dies, or cannot
keep what it recorded, halves of them are walked anew, until the case that it cannot bear is alone.
"""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path

from conformance.case import Case, Read, Send, Wanted
from conformance.client import Client
from conformance.judge import Phase, Verdict, Word, judge
from conformance.subjects.running import Running, Subject, in_url
from conformance.upstream import Upstream

_TRIES = 3
"""How often a replay is walked where arrivals apart count: a busy machine can make two of one."""
_SETTLES = 0.03
"""Seconds in which what should not be passed on would arrive."""
_PLAIN = Case(
    "plain",
    "Something is recorded, so that there is something to serve where all else is refused.",
    "",
    (Send(b"GET /plain HTTP/1.1\r\nHost: @HERE@\r\n\r\n"), Read()),
    {"": (Send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nplain"),)},
)
Told = Callable[[Case, Verdict], object]


def run(subject: Subject, cases: Iterable[Case], told: Told = lambda case, verdict: None) -> dict[str, Verdict]:
    """Every case's verdict by its name; `told` hears each."""
    verdicts: dict[str, Verdict] = {}
    ordered = sorted(cases, key=_ground)
    missing = subject.missing()
    for _, group in groupby(ordered, key=_ground):
        some = list(group)
        if missing:
            verdicts |= {one.name: Verdict(Word.NOT_RUN, good=False, detail=missing) for one in some}
        else:
            verdicts |= _run_group(subject, some)
    by_name = {one.name: one for one in ordered}
    for name, verdict in verdicts.items():
        told(by_name[name], verdict)
    return verdicts


def _ground(case: Case) -> tuple[str, float, str]:
    """What cases have to share to share their processes."""
    return case.host, case.silence, case.name if case.alone else ""


def _run_group(subject: Subject, cases: Sequence[Case]) -> dict[str, Verdict]:
    """Cases on common ground."""
    try:
        return _walk_group(subject, cases)
    except _Unbearable as error:
        if len(cases) == 1:
            return {cases[0].name: Verdict(Word.DIFFERS, good=False, detail=str(error))}
    except (RuntimeError, OSError) as error:
        return {one.name: Verdict(Word.NOT_RUN, good=False, detail=str(error)[:200]) for one in cases}
    half = len(cases) // 2
    return {**_run_group(subject, cases[:half]), **_run_group(subject, cases[half:])}


class _Unbearable(Exception):
    """A case ended the subject, or spoiled what it had kept."""


def _walk_group(subject: Subject, cases: Sequence[Case]) -> dict[str, Verdict]:
    """The same, all in the same processes. Raises _Unbearable, RuntimeError, OSError."""
    host, silence, _ = _ground(cases[0])
    client = Client()
    upstream = Upstream({one.name: one for one in (_PLAIN, *cases)}, host, client.has_seen)
    walks = _Walks(client, upstream, host)
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        folder = Path(name)
        try:
            compared = [one for one in cases if one.wanted in (Wanted.KEPT, Wanted.EITHER)]
            direct = {one.name: walks.walk(one, upstream.port) for one in compared}
            recorder = subject.record(folder, f"http://{upstream.authority}", host, silence)
            recorded = walks.all((_PLAIN, *cases), recorder, "recording")
        finally:
            upstream.close()
        try:
            replayer = subject.replay(folder, host)
        except (RuntimeError, OSError) as error:
            raise _Unbearable(f"replay: it does not start with what it kept: {str(error)[:80]}") from error
        replayed = walks.all(cases, replayer, "replay")
    return {one.name: judge(one, direct.get(one.name), recorded[one.name], replayed[one.name]) for one in cases}


class _Walks:
    """Walks with one client in front of one upstream."""

    def __init__(self, client: Client, upstream: Upstream, host: str) -> None:
        """Nothing is walked yet."""
        self._client = client
        self._upstream = upstream
        self._host = host

    def all(self, cases: Sequence[Case], running: Running, name: str) -> dict[str, Phase]:
        """Every case; ends the subject. Raises _Unbearable."""
        phases: dict[str, Phase] = {}
        try:
            for case in cases:
                phases[case.name] = self._tried(case, running)
                if not running.alive:
                    raise _Unbearable(f"{name}: it ends itself")
            running.stop()
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _Unbearable(f"{name}: what it saw cannot be kept: {error}") from error
        finally:
            running.kill()
        return phases

    def _tried(self, case: Case, running: Running) -> Phase:
        """One case, again where a busy machine may have joined what came apart."""
        before = running.most_mib()
        for _ in range(_TRIES if case.bursts else 1):
            phase = self.walk(case, running.port)
            if phase.seen.bursts >= case.bursts:
                break
        grown = running.most_mib() - before
        return Phase(phase.seen, phase.authority, phase.asked, phase.strays, grown)

    def walk(self, case: Case, port: int) -> Phase:
        """One walk through a case."""
        strays = len(self._upstream.unreadable)
        self._upstream.asked[case.name] = []
        seen = self._client.walk(case, self._host, port)
        if case.wanted is not Wanted.KEPT:
            time.sleep(_SETTLES)
        asked = tuple(self._client.plain(one) for one in self._upstream.asked[case.name])
        return Phase(seen, f"{in_url(self._host)}:{port}", asked, len(self._upstream.unreadable) - strays)
