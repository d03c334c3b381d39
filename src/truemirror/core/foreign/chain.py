"""State machines of other tools as an order of exchanges.

Rules: only a simple chain has one order: from each state one way on. A chain that comes back to its beginning is one,
too. What no order holds is listed. A request that is made more often than it stands in the chain begins again at the
first, where the other tool would stay at the last; so each chain is listed once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from truemirror.core.foreign.carried import Gathering
from truemirror.core.foreign.stub import RECORD_IT, Stub


@dataclass(slots=True)
class Step:
    """A stub in the state machine of its scenario."""

    stub: Stub
    scenario: str = ""
    """Empty for a stub that no state binds."""
    needed: str = ""
    """The state in which it answers; empty for the one in which the scenario begins."""
    then: str = ""
    """The state that its answer leads to; empty when it leads nowhere."""


def in_order(steps: Sequence[Step], begins: Callable[[str], str], part: str, gathering: Gathering) -> list[Stub]:
    """The stubs in the order of the file, those of a scenario in the order of its states where the first one stood.

    `begins` gives the first state of a scenario; `part` is what the other tool calls the state in its documents.
    """
    scenarios: defaultdict[str, list[Step]] = defaultdict(list)
    for step in steps:
        step.stub.chain = step.scenario
        scenarios[step.scenario].append(step)
    ordered: list[Stub] = []
    for step in steps:
        if not step.scenario:
            ordered.append(step.stub)
        elif step.scenario in scenarios:
            name = step.scenario
            ordered.extend(_chain(name, scenarios.pop(name), begins(name), part, gathering))
    return ordered


def _chain(name: str, steps: Sequence[Step], begin: str, part: str, gathering: Gathering) -> Iterator[Stub]:
    """The stubs of one scenario in the order in which its states follow each other; the rest is listed."""
    states: defaultdict[str, list[Step]] = defaultdict(list)
    for step in steps:
        states[step.needed or begin].append(step)
    seen: set[str] = set()
    state, branched = begin, False
    while state in states and state not in seen and not branched:
        seen.add(state)
        leading = [step for step in states[state] if step.then and step.then != state]
        branched = len({step.then for step in leading}) > 1
        yield from (step.stub for step in states[state] if step not in leading)
        yield from (step.stub for step in leading)
        state = leading[0].then if leading else ""
    why = f"{name!r} is carried over as an order: a request that is repeated more often than here begins again"
    gathering.leave(steps[0].stub.entry, part, why, "name each test's session, so that each walks it by itself")
    for later in (one for found, those in states.items() if found not in seen for one in those):
        reason = "has more than one way on" if branched else f"does not lead to {later.needed!r}"
        gathering.leave_whole(later.stub.entry, part, f"the state machine {name!r} {reason}", RECORD_IT)
