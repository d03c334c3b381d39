"""A profile whose every request names its trace, so that calls behind it can be told to belong to it.

Rules: W3C trace context; each request of each flow has a trace of its own. Variables of the traces lie in rows, as many
as flows are to begin, so that no two flows share one.
"""

from collections.abc import Mapping
from dataclasses import replace

from truemirror.core.load.budget import Hop
from truemirror.core.load.profile import Arrivals, Call, Flow, Model, Profile
from truemirror.core.mirror.operation import operation_of
from truemirror.core.wire.exchange import Exchange

_HEADER = "traceparent"
_VARIABLE = "truemirror_trace"


def traced(profile: Profile, rate: float, flows: int) -> Profile:
    """The profile with traces, at a rate of its own and without stages, for so many flows of each kind."""
    made, data = [], dict(profile.data)
    for number, flow in enumerate(profile.flows):
        pool = f"{flow.data or 'none'} of flow {number}"
        rows = profile.data.get(flow.data) or ({},)
        data[pool] = tuple(_row(rows[turn % len(rows)], flow, number, turn) for turn in range(flows))
        calls = tuple(_call(call, place) for place, call in enumerate(flow.calls))
        made.append(replace(flow, data=pool, calls=calls))
    arrivals = Arrivals(rate, model=Model.CONSTANT, seed=profile.arrivals.seed)
    return replace(profile, arrivals=arrivals, stages=(), flows=tuple(made), data=data)


def hop_of(service: str, exchange: Exchange, began_ms: float) -> Hop | None:
    """A call as it passed in front of a service; None where it names no trace."""
    parts = (exchange.request.headers.get(_HEADER) or "").split("-")
    if len(parts) != 4 or len(parts[1]) != 32:
        return None
    operation = operation_of(exchange.request.method, exchange.request.path)
    return Hop(parts[1], service, operation, began_ms, exchange.elapsed_ms)


def _row(row: Mapping[str, str], flow: Flow, number: int, turn: int) -> Mapping[str, str]:
    """A row with a trace for each call of its flow; identities are never zero, which the standard forbids."""
    flow_and_turn = f"{number + 1:08x}{turn + 1:016x}"
    traces = {f"{_VARIABLE}_{place}": f"{flow_and_turn}{place + 1:08x}" for place in range(len(flow.calls))}
    return {**row, **traces}


def _call(call: Call, place: int) -> Call:
    """A call that names its trace."""
    headers = tuple(pair for pair in call.headers if pair[0].lower() != _HEADER)
    return replace(call, headers=(*headers, (_HEADER, f"00-{{{_VARIABLE}_{place}}}-0000000000000001-01")))
