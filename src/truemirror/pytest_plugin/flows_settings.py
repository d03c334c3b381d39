"""How flows are run in this pytest session, from the command line and the configuration.

Rules: the command line wins; a mistake is a usage error of pytest, told before anything is started.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from truemirror.config import Config
from truemirror.core.flow.safety import environment_named
from truemirror.core.flow.trace import Target
from truemirror.core.mirror.decision import Mode
from truemirror.errors import TruemirrorError
from truemirror.pytest_plugin.settings import Settings

_SMALLEST, _LARGEST = 100, 10_000


@dataclass(frozen=True, slots=True)
class FlowSettings:
    """How flows are run."""

    config: Config
    target: Target = Target.MIRROR
    live: tuple[str, ...] = ()
    environment: str = ""
    record: bool = False
    headless: bool = True
    viewport: tuple[int, int] = (1280, 900)
    locale: str = "en-US"
    remote: str = ""
    traces: Path = Path("report/flows")
    retries: int = 2


def flow_settings_of(config: pytest.Config, settings: Settings) -> FlowSettings:
    """Read them. Raises pytest.UsageError."""
    option = config.getoption
    live = tuple(name.strip() for value in option("--flows-live") for name in value.split(",") if name.strip())
    environment = option("--flows-environment")
    target = _target(option("--flows-target"), live, environment)
    record = _records(settings.mode, target, environment)
    retries = option("--flows-retries")
    if retries < 0:
        raise pytest.UsageError(f"--flows-retries={retries}: a number of tries is not less than 0")
    try:
        _check(settings.config, target, live, environment)
    except TruemirrorError as error:
        raise pytest.UsageError(str(error)) from None
    traces = option("--flows-traces")
    return FlowSettings(
        config=settings.config,
        target=target,
        live=live,
        environment=environment,
        record=record,
        headless=not option("--flows-headed"),
        viewport=_viewport(option("--flows-viewport")),
        locale=option("--flows-locale"),
        remote=option("--flows-remote"),
        traces=config.invocation_params.dir / traces if traces else settings.config.report / "flows",
        retries=0 if record else retries,
    )


def _target(asked: str | None, live: tuple[str, ...], environment: str) -> Target:
    """The target that is meant; an environment is live. Raises pytest.UsageError."""
    if environment:
        if asked not in (None, "live") or live:
            raise pytest.UsageError(
                f"--flows-environment={environment} is live by itself: leave --flows-target and --flows-live out"
            )
        return Target.LIVE
    if asked is None:
        return Target.MIX if live else Target.MIRROR
    return Target(asked)


def _records(mode: Mode, target: Target, environment: str) -> bool:
    """Whether mirrors are recorded. Raises pytest.UsageError for what cannot be."""
    if mode is Mode.REPLAY:
        return False
    if mode is not Mode.RECORD:
        raise pytest.UsageError(f"--mirror-mode={mode}: flows know the modes replay and record")
    if environment or target is Target.MIRROR:
        what = f"the environment {environment}" if environment else "mirrors"
        raise pytest.UsageError(f"--mirror-mode=record: {what} cannot be recorded; add --flows-target=live")
    return True


def _check(config: Config, target: Target, live: tuple[str, ...], environment: str) -> None:
    """What can be known to be wrong before anything runs. Raises UsageError."""
    from truemirror.usecases.flows_division import check_asked

    if environment:
        environment_named(environment, config.environments)
    else:
        check_asked(config, target, live)


def _viewport(text: str) -> tuple[int, int]:
    """Width and height. Raises pytest.UsageError."""
    found = re.fullmatch(r"(\d+)x(\d+)", text)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(_SMALLEST <= side <= _LARGEST for side in size):
        raise pytest.UsageError(f"--flows-viewport={text}: write it like 1280x900")
    return size
