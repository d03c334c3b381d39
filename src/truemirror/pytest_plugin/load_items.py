"""Load profiles as test items, one for each target: collected only when `--load` asks for it.

Rules: a profile runs once, when the first of its items does; a FAIL is a failure, INVALID and INCONCLUSIVE are errors
of the test, since nothing was shown. Only `load/*.toml` beside the configuration is taken.
"""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from truemirror.config import Config
from truemirror.core.load.ran import Ran
from truemirror.core.load.verdict import TargetVerdict, Verdict
from truemirror.errors import TruemirrorError
from truemirror.pytest_plugin.run import run_of


class NothingShown(Exception):
    """A run that says nothing of its target: the instrument failed, or too little is known."""


def load_file(file_path: Path, parent: pytest.Collector) -> "LoadFile | None":
    """The collector of a profile; None for another file."""
    from truemirror.bootstrap.load import FOLDER

    config = run_of(parent.config).settings.config
    return LoadFile.from_parent(parent, path=file_path) if file_path.parent == config.root / FOLDER else None


class LoadFile(pytest.File):
    """One profile."""

    @property
    def settings(self) -> Config:
        """The configuration."""
        config: Config = run_of(self.config).settings.config
        return config

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each target."""
        from truemirror.bootstrap.load import load_profile

        try:
            profile = load_profile(self.settings, str(self.path))
        except TruemirrorError as error:
            raise self.CollectError(str(error)) from None
        for target in profile.targets:
            yield TargetItem.from_parent(self, name=target.name)

    @cached_property
    def _outcome(self) -> "Ran | TruemirrorError":
        """The run, made once for all targets, or why it could not be made."""
        from truemirror.bootstrap.load import keep_run, load_profile, run_profile
        from truemirror.usecases.load import NobodyWatches, Wish
        from truemirror.usecases.load_target import check_where

        option = self.config.getoption
        try:
            wish = Wish(check_where(option("--load")), option("--load-rate"), option("--load-seconds"))
            profile = load_profile(self.settings, str(self.path))
            ran = run_profile(self.settings, profile, wish, NobodyWatches(), NobodyWatches())
            keep_run(self.settings, ran)
        except TruemirrorError as error:
            return error
        return ran

    def run(self) -> Ran:
        """The run of this profile. Raises TruemirrorError."""
        if isinstance(self._outcome, TruemirrorError):
            raise self._outcome
        return self._outcome


class TargetItem(pytest.Item):
    """One target is held."""

    def setup(self) -> None:
        """Run the profile, unless another of its targets has. Raises NothingShown where nothing was shown."""
        verdict = self._verdict()
        if not verdict.verdict.is_conclusive:
            raise NothingShown(told(verdict))

    def runtest(self) -> None:
        """Judge it. Raises AssertionError."""
        verdict = self._verdict()
        self.user_properties += [("verdict", str(verdict.verdict)), ("scale", verdict.rate.says)]
        if verdict.verdict is Verdict.FAIL:
            raise AssertionError(told(verdict))

    def _verdict(self) -> TargetVerdict:
        """What is said of the target. Raises TruemirrorError."""
        assert isinstance(self.parent, LoadFile)
        return next(one for one in self.parent.run().verdicts if one.target == self.name)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Ours are told without a traceback."""
        if isinstance(excinfo.value, AssertionError | NothingShown | TruemirrorError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands, and what to call it."""
        return self.path, None, f"load {self.path.stem}: {self.name}"


def told(one: TargetVerdict) -> str:
    """A verdict in words."""
    lines = [f"{one.target}: {one.verdict}, {one.rate.says}"]
    for gate in one.gates:
        bounds = f" ({gate.lcl:.4g} to {gate.ucl:.4g})" if gate.lcl is not None and gate.ucl is not None else ""
        measured = "no data" if gate.estimate is None else f"{gate.estimate:.4g}{bounds}"
        lines.append(f"  {gate.metric} at most {gate.limit:g}: {measured} in {gate.n:,} requests, {gate.verdict}")
    return "\n".join([*lines, *(f"  {reason}" for reason in one.reasons)])
