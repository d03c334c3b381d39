"""Fault plans: which calls of a session meet a fault, an error or a delay that was not recorded.

    call 3: reset                                        every 2nd call of GET /v1/tags: timeout
    calls 2-4 of POST /v1/deals: 503 {"error": "down"}   call 1: delay 200ms, reset

Rules: a rule counts the calls of its operation (all calls, without one) in each session for itself; a plan's rules all
count every call. Of several rules that fire at once the first fault or status counts, and delays add up. Nothing here
knows the mirror; how rules are written is plan_text's matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import add

from truemirror.core.wire.canonical import canonical_path
from truemirror.core.wire.exchange import FaultKind

ANY = "*"
"""Stands for every operation, or for every method."""
AFTER_SENDING = frozenset({FaultKind.TIMEOUT, FaultKind.TRUNCATED})
"""Faults of the answer: the service has received the request, so the session moves on the timeline."""


@dataclass(frozen=True, slots=True)
class Which:
    """Calls by their numbers, from 1."""

    first: int = 1
    last: int | None = None
    """None for all that follow."""
    step: int = 1

    def __contains__(self, number: int) -> bool:
        """Whether the call of this number is meant."""
        inside = number >= self.first and (self.last is None or number <= self.last)
        return inside and (number - self.first) % self.step == 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What a call meets: a fault, or a status, or only a delay."""

    fault: FaultKind | None = None
    status: int | None = None
    body: bytes | None = None
    """The answer's body; None for the recorded one of that status."""
    headers: tuple[tuple[str, str], ...] = ()
    """Further header fields of the answer."""
    delay_ms: float = 0.0

    @property
    def answers(self) -> bool:
        """Whether the call gets something else than it would have got."""
        return self.fault is not None or self.status is not None

    @property
    def is_after_sending(self) -> bool:
        """Whether the service has received the request."""
        return self.fault in AFTER_SENDING


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a plan."""

    which: Which
    effect: Effect
    operation: str = ANY
    """`POST /v1/deals/{}`; the names of parameters do not matter."""
    text: str = field(default="", compare=False)
    """As it is told to people."""
    _verb: str = field(init=False, repr=False, compare=False)
    _steps: tuple[str | None, ...] = field(init=False, repr=False, compare=False)
    """The steps of the operation's path; None for any one step."""

    def __post_init__(self) -> None:
        """Read the operation once, for it is asked about at every call."""
        verb, _, template = self.operation.partition(" ")
        object.__setattr__(self, "_verb", verb)
        object.__setattr__(self, "_steps", tuple(map(_wanted, template.split("/"))))

    def covers(self, method: str, path: str) -> bool:
        """Whether a call is of this rule's operation; a step in braces stands for any one step."""
        return self.covers_steps(method.upper(), canonical_path(path).split("/"))

    def covers_steps(self, method: str, steps: Sequence[str]) -> bool:
        """The same for a method in capitals and the steps of a canonical path."""
        if self.operation == ANY:
            return True
        if self._verb not in (ANY, method) or len(self._steps) != len(steps):
            return False
        return all(wanted is None or wanted == step for wanted, step in zip(self._steps, steps, strict=True))


def _wanted(step: str) -> str | None:
    """A step of an operation's path in its canonical form; None for a parameter."""
    return None if step.startswith("{") and step.endswith("}") else canonical_path(step)


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules of a session, in the order in which they were written."""

    rules: tuple[Rule, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any rule."""
        return bool(self.rules)


@dataclass(frozen=True, slots=True)
class Met:
    """What a call meets."""

    effect: Effect
    told: str
    """The rules that fired, for people."""


@dataclass(frozen=True, slots=True)
class Course:
    """How far a session is in its plan."""

    rules: tuple[Rule, ...] = ()
    counts: tuple[int, ...] = ()
    """How many calls each rule has seen."""

    def with_plan(self, plan: Plan) -> "Course":
        """The same with further rules, which begin to count now."""
        return Course(self.rules + plan.rules, self.counts + (0,) * len(plan.rules))

    def called(self, method: str, path: str) -> "tuple[Course, Met | None]":
        """Count a call; what it meets, None where no rule fires."""
        verb, steps = method.upper(), canonical_path(path).split("/")
        counted = [rule.covers_steps(verb, steps) for rule in self.rules]
        seen = tuple(map(add, self.counts, counted))
        calls = zip(self.rules, seen, counted, strict=True)
        fired = [rule for rule, number, mine in calls if mine and number in rule.which]
        return replace(self, counts=seen), _met(fired)


def _met(fired: list[Rule]) -> Met | None:
    """What several rules come to together."""
    if not fired:
        return None
    chosen = next((rule.effect for rule in fired if rule.effect.answers), Effect())
    delay = sum(rule.effect.delay_ms for rule in fired)
    return Met(replace(chosen, delay_ms=delay), "; ".join(rule.text for rule in fired))
