"""From tries to how a test stands, and from runs to its history.

Rules: pure. A failure of the system under test is never tried again: the first try tells. What says nothing about the
system (the browser died, the driver did not answer) is tried again, a few times; a test that passes then is *flaky*,
which is a standing of its own and stays in its history. A test whose every try was broken by infrastructure has failed,
and says that it knows nothing of the system.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from truemirror.core.flow.trace import Outcome, Try


class Standing(StrEnum):
    """How a test stands after all its tries."""

    PASSED = "passed"
    FLAKY = "flaky"
    """It passed, and not at its first try."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Infrastructure broke at every try: nothing is known of the system under test."""


def may_try_again(tries: Sequence[Try], retries: int) -> bool:
    """Whether there is another try: only after infrastructure broke, and only so often."""
    return bool(tries) and tries[-1].outcome is Outcome.INFRASTRUCTURE and len(tries) <= retries


def standing_of(tries: Sequence[Try]) -> Standing:
    """How a test stands after its tries."""
    if not tries or tries[-1].outcome is Outcome.INFRASTRUCTURE:
        return Standing.UNKNOWN
    if tries[-1].outcome is Outcome.FAILED:
        return Standing.FAILED
    return Standing.FLAKY if len(tries) > 1 else Standing.PASSED


@dataclass(frozen=True, slots=True)
class Past:
    """One line of the history: how a test stood at the end of one run."""

    test: str
    """Its node id."""
    target: str
    standing: Standing
    at: str
    """RFC 3339, in UTC."""
    tries: int = 1
    seconds: float = 0.0
    violations: int = 0
    """Contract violations among its calls."""
    quarantined: bool = False
    message: str = ""
    """The first line of the failure, or of what made it flaky."""
    page: str = ""
    """The page that tells it, relative to the folder of the history; empty without one."""

    def document(self) -> dict[str, Any]:
        """As it is written; what says nothing is left out."""
        whole = {name: getattr(self, name) for name in self.__slots__}
        whole["standing"] = self.standing.value
        kept = {"test", "target", "standing", "at"}
        return {name: value for name, value in whole.items() if name in kept or value not in ("", 0, False)}


def past_of(document: Mapping[str, Any]) -> Past | None:
    """A line as it was written; None for one that cannot be read."""
    try:
        return Past(
            test=str(document["test"]),
            target=str(document["target"]),
            standing=Standing(document["standing"]),
            at=str(document["at"]),
            tries=int(document.get("tries", 1)),
            seconds=float(document.get("seconds", 0.0)),
            violations=int(document.get("violations", 0)),
            quarantined=bool(document.get("quarantined", False)),
            message=str(document.get("message", "")),
            page=str(document.get("page", "")),
        )
    except (KeyError, TypeError, ValueError):
        return None


def shortened(history: Iterable[Past], most: int = 50) -> tuple[Past, ...]:
    """The last runs of each test and target, in their order."""
    left: dict[tuple[str, str], int] = {}
    kept: list[Past] = []
    for one in reversed(tuple(history)):
        count = left[one.test, one.target] = left.get((one.test, one.target), 0) + 1
        if count <= most:
            kept.append(one)
    return tuple(reversed(kept))


@dataclass(frozen=True, slots=True)
class Record:
    """What the history says of one test."""

    runs: int
    flaky: int
    failed: int
    last: Past

    @property
    def flaky_share(self) -> float:
        """The share of runs in which it was flaky, 0 to 1."""
        return self.flaky / self.runs if self.runs else 0.0


def records(history: Iterable[Past]) -> dict[str, Record]:
    """What the history says of each test."""
    found: dict[str, Record] = {}
    for one in history:
        before = found.get(one.test)
        found[one.test] = Record(
            runs=(before.runs if before else 0) + 1,
            flaky=(before.flaky if before else 0) + (one.standing is Standing.FLAKY),
            failed=(before.failed if before else 0) + (one.standing is Standing.FAILED),
            last=one,
        )
    return found
