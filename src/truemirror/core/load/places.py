"""How many requests are in the air at once, and how much a profile asks of a system.

Rules: Little's law, L = rate * time; a generator has several times as many places, so that a queue which forms in the
service is measured there and does not become arrivals that were never made.
"""

import math

from truemirror.core.load.profile import Flow, Profile

SPARE = 4
"""So many times Little's number are held free."""
LEAST = 64
"""No generator has fewer places."""


def places(flows_a_second: float, seconds_each: float, workers: int = 1) -> int:
    """How many flows a worker must be able to have open at once."""
    return max(LEAST, math.ceil(SPARE * flows_a_second * seconds_each / workers))


def calls_a_flow(flows: tuple[Flow, ...]) -> float:
    """How many requests a flow makes, on average over the mix."""
    weight = math.fsum(flow.weight for flow in flows)
    return math.fsum(flow.weight * len(flow.calls) for flow in flows) / weight if weight else 0.0


def requests_a_second(profile: Profile) -> float:
    """The highest rate of requests that a run plans, stages included."""
    highest = max([profile.arrivals.rate, *(stage.rate for stage in profile.stages)])
    return highest * calls_a_flow(profile.flows)
