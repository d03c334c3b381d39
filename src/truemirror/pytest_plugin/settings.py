"""What this pytest session was asked to do, from the command line and the configuration.

Rules: the command line wins; a mistake in either is a usage error of pytest, told without a traceback.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from truemirror.config import Config, load
from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.latency import parse_latency
from truemirror.errors import TruemirrorError


@dataclass(frozen=True, slots=True)
class Settings:
    """How mirrors are used in this session."""

    config: Config
    mode: Mode = Mode.REPLAY
    live: tuple[str, ...] = ()
    """Services that are asked themselves."""
    strict: bool = False
    report: Path | None = None
    """Where to write what was asked."""
    latency: str = ""
    """How long answers take; empty for what the configuration says."""
    seed: int = 0
    """Which delays are drawn."""

    @property
    def isolated_paths(self) -> tuple[Path, ...]:
        """Folders and files whose tests are isolated: the isolation suites."""
        suites = (suite for service in self.config.services.values() for suite in service.suite.split())
        return (self.config.suites / "isolation", *(self.config.root / suite for suite in suites))


def settings_of(config: pytest.Config) -> Settings:
    """Read them. Raises pytest.UsageError."""
    try:
        found = load(config.rootpath)
    except TruemirrorError as error:
        raise pytest.UsageError(str(error)) from None
    base = config.invocation_params.dir
    mirrors, contracts = config.getoption("--mirrors"), config.getoption("--contracts")
    found = replace(
        found,
        mirrors=base / mirrors if mirrors else found.mirrors,
        contracts=base / contracts if contracts else found.contracts,
    )
    report = config.getoption("--mirror-report")
    live = tuple(_split(config.getoption("--mirror-live")))
    return Settings(
        config=_knowing(found, live),
        mode=Mode(config.getoption("--mirror-mode")),
        live=live,
        strict=config.getoption("--mirror-strict"),
        report=base / report if report else None,
        latency=_latency(config.getoption("--mirror-latency")),
        seed=config.getoption("--mirror-seed"),
    )


def _latency(text: str) -> str:
    """A latency that can be read. Raises pytest.UsageError."""
    try:
        parse_latency(text or "none")
    except TruemirrorError as error:
        raise pytest.UsageError(f"--mirror-latency: {error}") from None
    return text


def _split(values: Iterable[str]) -> Iterable[str]:
    """Names from an option that may be given several times and may list several."""
    return (name.strip() for value in values for name in value.split(",") if name.strip())


def _knowing(config: Config, live: Iterable[str]) -> Config:
    """The configuration, once every live service is known to it. Raises pytest.UsageError."""
    import os
    from difflib import get_close_matches

    for name in live:
        service = config.services.get(name)
        if service is None:
            near = get_close_matches(name, config.services, n=1, cutoff=0.4) or list(config.services)
            raise pytest.UsageError(
                f"--mirror-live={name}: no such service in the configuration; there is {', '.join(near) or 'none'}"
            )
        if service.env and not os.environ.get(service.env):
            raise pytest.UsageError(f"--mirror-live={name}: say where it is, in {service.env}")
    return config
