"""Bring a provider into the state of a scenario: a command, or an address that is told the scenario's name.

Rules: where a pact's provider states made the scenario, each is named by itself, too; else the scenario is the state. A
hook that fails, or takes longer than its time, is told with its last words and breaks nothing else.
"""

import asyncio
import json
import os
import shlex
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Mapping, Sequence
from pathlib import Path

from truemirror.core.wire.exchange import Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import CouldNotRun
from truemirror.ports import Upstream

VARIABLE = "TRUEMIRROR_SCENARIO"
"""The environment variable that names the scenario."""
STATES = "TRUEMIRROR_STATES"
"""The one that names the provider states, as a list in JSON."""
States = Mapping[str, Sequence[str]]
"""The provider states of scenarios that have others than their own name."""
PATIENCE = 60.0
"""Seconds that a hook may take."""
_SHOWN = 200


class CommandHook:
    """A command; see `truemirror.ports.StateHook`."""

    def __init__(self, line: str, cwd: Path, service: str, url: str, states: States | None = None) -> None:
        """Run `line` in `cwd`, told the service and its address, too."""
        self._states = states or {}
        self._words = shlex.split(line)
        self._cwd = cwd
        self._told = {"TRUEMIRROR_SERVICE": service, "TRUEMIRROR_URL": url}

    async def prepare(self, scenario: str, seconds: float = PATIENCE) -> None:
        """Run it. Raises CouldNotRun when it does not end with 0, TimeoutError when the seconds were over before."""
        environment = {**os.environ, **self._told, VARIABLE: scenario}
        environment[STATES] = json.dumps(self._states.get(scenario, [scenario]), ensure_ascii=False)
        try:
            child = await asyncio.create_subprocess_exec(
                *self._words, cwd=self._cwd, env=environment, stdout=PIPE, stderr=STDOUT
            )
        except OSError as error:
            raise CouldNotRun(f"{self._words[0]} cannot be started: {error.strerror}") from None
        try:
            async with asyncio.timeout(min(PATIENCE, seconds)):
                said, _ = await child.communicate()
        except BaseException as error:
            if child.returncode is None:
                child.kill()
                await child.wait()
            if isinstance(error, TimeoutError) and seconds >= PATIENCE:
                raise CouldNotRun(f"{self._words[0]} was not done after {PATIENCE:g} s") from None
            raise
        if child.returncode:
            lines = said.decode("utf-8", "replace").strip().splitlines()
            last = f": {lines[-1][:_SHOWN]}" if lines else ""
            raise CouldNotRun(f"{self._words[0]} ended with {child.returncode}{last}")


class AddressHook:
    """An address; see `truemirror.ports.StateHook`."""

    def __init__(self, upstream: Upstream, target: str, states: States | None = None) -> None:
        """Tell `target` at `upstream`."""
        self._states = states or {}
        self._upstream = upstream
        self._target = target

    async def prepare(self, scenario: str, seconds: float = PATIENCE) -> None:
        """Tell it. Raises CouldNotRun when it does not answer 2xx, TimeoutError when the seconds were over before."""
        body = json.dumps({"scenario": scenario, "states": list(self._states.get(scenario, [scenario]))}).encode()
        headers = Headers((("Content-Type", "application/json"), ("Content-Length", str(len(body)))))
        async with asyncio.timeout(seconds):
            outcome = (await self._upstream.send(Request("POST", self._target, headers, body))).outcome
        if not isinstance(outcome, Response):
            raise CouldNotRun(f"nobody answered at {self._target}: {outcome.kind.value}")
        if not 200 <= outcome.status < 300:
            raise CouldNotRun(f"{self._target} answered {outcome.status}")
