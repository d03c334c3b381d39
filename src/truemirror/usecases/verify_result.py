"""What verifying a provider came to, as values.

Rules: nothing that was not asked counts as kept; a verdict is broken where something breaks, and unknown where some of
what was to be asked could not be: an operation of which nothing was judged, a scenario without its state, a deadline,
a kept failure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from truemirror.core.contract.finding import Finding, Level
from truemirror.errors import ExitCode


class State(StrEnum):
    """How one scenario ended."""

    KEPT = "kept"
    DRIFTED = "drifted"
    """Something differs, and nothing of it breaks."""
    BROKEN = "broken"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class ScenarioVerified:
    """One conversation, had again."""

    name: str
    state: State
    asked: int = 0
    recorded: int = 0
    why: str = ""
    """Why it was not run."""


@dataclass(frozen=True, slots=True)
class FoundVerified:
    """A failure of an attack: one that was kept from an earlier one, or a new one."""

    name: str
    operation: str
    rule: str
    message: str
    curl: str = ""
    """A line for a shell that asks it by hand."""
    before: tuple[str, ...] = ()
    """Lines for what has to be asked before; ids in later ones are those of the answers."""
    file: str = ""
    is_new: bool = False
    is_fixed: bool = False
    why: str = ""
    """Why nobody can say whether it still fails."""


@dataclass(frozen=True, slots=True)
class AttackVerified:
    """What an attack came to."""

    seed: int
    calls: int = 0
    phases: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying a provider came to."""

    service: str
    version: str
    """Of the mirror."""
    contract: str = ""
    """Version of the contract that judged; empty without one."""
    scenarios: tuple[ScenarioVerified, ...] = ()
    findings: tuple[Finding, ...] = ()
    asked: int = 0
    values: int = 0
    """Places where only the value differs."""
    orders: int = 0
    """Lists in another order."""
    not_run: Mapping[str, int] = field(default_factory=dict)
    """Recorded requests that were not asked, by reason."""
    unjudged: tuple[str, ...] = ()
    """Operations that were to be asked and of which nothing was."""
    is_cut: bool = False
    """Whether the deadline came first."""
    found: tuple[FoundVerified, ...] = ()
    attack: AttackVerified | None = None

    def count(self, level: Level) -> int:
        """How many findings there are of a level."""
        return sum(one.level is level for one in self.findings)

    def scenarios_in(self, state: State) -> int:
        """How many scenarios ended so."""
        return sum(one.state is state for one in self.scenarios)

    @property
    def exit_code(self) -> ExitCode:
        """Broken where something breaks; unknown where a part could not be judged; else kept."""
        if self.count(Level.BREAK):
            return ExitCode.BROKEN
        is_whole = not self.unjudged and not self.is_cut and not self.scenarios_in(State.NOT_RUN)
        is_whole = is_whole and not any(one.why for one in self.found)
        could_attack = self.attack is None or self.attack.calls > 0
        return ExitCode.KEPT if self.asked and is_whole and could_attack else ExitCode.UNKNOWN
