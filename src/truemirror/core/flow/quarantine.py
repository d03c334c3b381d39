"""Quarantine: tests that run and break nothing for a while, each with somebody who mends them and a last day.

    [[tool.truemirror.flows.quarantine]]
    test = "suites/flows/test_deals.py::test_a_deal_moves_on"    or a file, or one test with its parameters
    owner = "team-deals"
    until = "2027-03-31"
    reason = "the stage list is drawn twice on slow machines"

Rules: pure; a quarantined test still runs and is still told. After its last day it breaks again, and says why. The
results beside a test's own (`NODEID::contract`, `NODEID::page`) are held in quarantine only where they are named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BESIDE = ("::contract", "::page")
"""What stands behind the name of a test in the names of the results beside it."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One entry."""

    test: str
    """A node id, with parameters or without; or a file's path, for all tests in it."""
    owner: str
    """The team that mends it."""
    until: str
    """The last day, as YYYY-MM-DD in UTC."""
    reason: str
    """Why, for people."""

    def covers(self, nodeid: str) -> bool:
        """Whether a result is meant: it itself, with any parameters, or anything in a file or class."""
        (named, wanted), (its, beside_it) = _apart(self.test), _apart(nodeid)
        return wanted == beside_it and (its == named or its.startswith((f"{named}[", f"{named}::")))

    def has_ended(self, today: str) -> bool:
        """Whether its last day is over."""
        return today > self.until


@dataclass(frozen=True, slots=True)
class Held:
    """What quarantine says of a failed test."""

    entry: Quarantined
    ended: bool
    """Its last day is over, so that the failure breaks again."""

    def __str__(self) -> str:
        """For people."""
        one = self.entry
        if self.ended:
            return (
                f"its quarantine ended on {one.until} (it was: {one.reason}): {one.owner} mends it, or moves the day"
                " `until` in the configuration"
            )
        return f"in quarantine until {one.until}: {one.reason} (ask {one.owner})"


def beside(nodeid: str, name: str) -> str:
    """What a result beside a test's own is called: parameters stay at the end, as `test_a::contract[1]`."""
    own, bracket, parameters = nodeid.partition("[")
    return f"{own}::{name}{bracket}{parameters}"


def _apart(nodeid: str) -> tuple[str, str]:
    """The node id of the test itself, and which result beside it is meant; empty for its own."""
    own, bracket, parameters = nodeid.partition("[")
    found = next((ending for ending in BESIDE if own.endswith(ending)), "")
    return f"{own.removesuffix(found)}{bracket}{parameters}", found


def held(nodeid: str, entries: Iterable[Quarantined], today: str) -> Held | None:
    """What quarantine says of a failed result; None where nothing names it. One that holds goes first."""
    fitting = [one for one in entries if one.covers(nodeid)]
    holding = next((one for one in fitting if not one.has_ended(today)), None)
    if holding is not None:
        return Held(holding, ended=False)
    return Held(fitting[0], ended=True) if fitting else None


def idle(entries: Sequence[Quarantined], nodeids: Iterable[str]) -> tuple[Quarantined, ...]:
    """The entries that name none of these results: a test was renamed or is gone."""
    known = tuple(nodeids)
    return tuple(one for one in entries if not any(one.covers(nodeid) for nodeid in known))
