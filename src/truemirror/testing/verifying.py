"""Verify a provider that is an application of this process, in a test: no server, no port.

Rules: the result is the value that `truemirror verify --json` prints; the test asserts on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truemirror.usecases.verify_result import Verified


class _Silence:
    """Progress for nobody; meets `truemirror.ports.Progress`."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Say nothing."""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Say nothing."""

    def done(self, outcome: str = "") -> None:
        """Say nothing."""


def verify_app(
    app: object,
    service: str,
    *,
    scenarios: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    root: Path | None = None,
    timeout: float = 10.0,
    deadline: float = 600.0,
) -> Verified:
    """Ask an ASGI or WSGI application the recorded conversations of a service, and judge its answers.

    The mirror, the contract and `[tool.truemirror.services.SERVICE.verify]` are those of `root`, or of the working
    directory. `headers` take the place of recorded fields whose values are stand-ins. Raises what `verify` raises.
    """
    from truemirror.bootstrap.verify import Wanted, verify_application
    from truemirror.config import load
    from truemirror.usecases.verify import Scope

    wanted = Wanted(
        Scope(tuple(scenarios), deadline=deadline),
        timeout=timeout,
        headers=tuple((headers or {}).items()),
        attack=False,
    )
    return verify_application(load(root), service, app, wanted, _Silence())
