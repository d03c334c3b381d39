"""What a profile's parts must mean to each other: selections select, variables come from somewhere, names are known.

Rules: it reads a Profile and gives every mistake with its place; nothing here knows how a file is written.
"""

from collections import Counter
from collections.abc import Collection, Iterator

from truemirror.core.load.arrivals import ramp_seconds
from truemirror.core.load.profile import Call, Flow, Model, Profile, Target
from truemirror.core.load.profile_kinds import Wrong, near
from truemirror.core.load.selected import selects
from truemirror.core.load.tally import Kind
from truemirror.core.load.template import NAME, names_in, names_in_body

Found = Iterator[tuple[tuple[str, ...], Wrong]]


def checked(profile: Profile, services: Collection[str] | None, *, warm_up_declared: bool, unread: bool) -> Found:
    """Every mistake between the parts. `unread` says that some were left out as wrong, so absence is told no more."""
    yield from _there(profile, unread)
    yield from _rates(profile, warm_up_declared)
    yield from _named(profile)
    for target in profile.targets:
        yield from _target(profile, target)
    for number, flow in enumerate(profile.flows, start=1):
        yield from _flow(profile, flow, ("flows", str(number)), services)
    for pool, rows in profile.data.items():
        yield from _pool(pool, rows)


def _there(profile: Profile, unread: bool) -> Found:
    """A run needs something to do and something to hold."""
    if unread:
        return
    if not profile.targets:
        yield ("targets",), Wrong("there is nothing to hold", fix="write [targets.NAME] with mean_ms = 46")
    if not profile.flows:
        yield (
            ("flows",),
            Wrong("there is nothing to do", fix="write [[flows]] with [[flows.calls]], or: truemirror load derive"),
        )


def _rates(profile: Profile, warm_up_declared: bool) -> Found:
    """Arrivals, stages and looks that can be."""
    arrivals, judging = profile.arrivals, profile.judging
    if arrivals.model is Model.TRACE and not sum(arrivals.gaps) > 0:
        yield (
            ("arrivals", "gaps"),
            Wrong("a trace without gaps has no arrivals", fix="give the recorded seconds between"),
        )
    if arrivals.gaps and arrivals.model is not Model.TRACE:
        yield (
            ("arrivals", "gaps"),
            Wrong(f"the model {arrivals.model} has no use for them", fix='write model = "trace"'),
        )
    if profile.stages and not any(stage.seconds for stage in profile.stages):
        yield ("stages",), Wrong("no stage takes any time", fix="give them seconds, or leave them out")
    ramp = ramp_seconds(profile.stages)
    if warm_up_declared and judging.warm_up < ramp:
        wrong = Wrong(
            f"the warm-up of {judging.warm_up:g} s ends before the stages do", fix=f"warm_up = {ramp:g}, or more"
        )
        yield ("judging", "warm_up"), wrong
    if not judging.looks:
        yield ("judging", "looks"), Wrong("without a look nothing is ever decided", nearest="[60, 180]")
    if list(judging.looks) != sorted(set(judging.looks)):
        yield ("judging", "looks"), Wrong("looks do not ascend", nearest=str(sorted(set(judging.looks))))


def _named(profile: Profile) -> Found:
    """No two flows have one name."""
    for name, times in Counter(flow.name for flow in profile.flows).items():
        if times > 1:
            yield ("flows",), Wrong(f"{times} flows are called {name!r}", fix="give each its own name")


def _target(profile: Profile, target: Target) -> Found:
    """A target says what, about something that is asked."""
    path = ("targets", target.name)
    calls = [(flow, call) for flow in profile.flows for call in flow.calls]
    all_known = True
    for key, wanted, known in (
        ("services", target.select.services, {call.service for _, call in calls}),
        ("operations", target.select.operations, {call.operation for _, call in calls}),
        ("flows", target.select.flows, {flow.name for flow in profile.flows}),
    ):
        for one in wanted:
            if calls and one not in known:
                all_known = False
                fix = f"the flows have {', '.join(sorted(known)[:8])}"
                yield (*path, key), Wrong(f"no flow asks for {one!r}", nearest=near(one, known), fix=fix)
    kinds = [Kind(call.service, call.operation, flow.name) for flow, call in calls]
    if kinds and all_known and not any(selects(target.select, kind) for kind in kinds):
        yield path, Wrong("it selects no request of any flow", fix="leave out what does not go together")
    if target.mean_ms is None and not target.limits and target.errors_max >= 1:
        yield path, Wrong("it holds nothing", fix="write mean_ms, p95_ms or errors_max")


def _flow(profile: Profile, flow: Flow, path: tuple[str, ...], services: Collection[str] | None) -> Found:
    """A flow asks something, of services that there are, with variables that somebody gave before."""
    if not flow.calls:
        yield (*path, "calls"), Wrong("a flow without calls does nothing", fix="write [[flows.calls]]")
    rows = profile.data.get(flow.data, ())
    if flow.data and not rows:
        fix = f"write it into [data], or name one of {', '.join(profile.data)}" if profile.data else "write [data]"
        yield (
            (*path, "data"),
            Wrong(f"there is no data called {flow.data!r}", nearest=near(flow.data, profile.data), fix=fix),
        )
    known = set(rows[0]) if rows else set()
    for number, call in enumerate(flow.calls, start=1):
        place = (*path, "calls", str(number))
        if call.service and services is not None and call.service not in services:
            fix = f"known are {', '.join(services)}" if services else "configure it"
            wrong = Wrong(f"no service is called {call.service!r}", nearest=near(call.service, services), fix=fix)
            yield (*place, "service"), wrong
        if rows or not flow.data:
            yield from _variables(call, place, known)
        known |= set(call.takes)


def _variables(call: Call, place: tuple[str, ...], known: set[str]) -> Found:
    """The variables of a call are known when it is sent."""
    used = [("request", name) for name in names_in(call.target)]
    used += [("headers", name) for _, value in call.headers for name in names_in(value)]
    used += [("body", name) for name in names_in_body(call.body)]
    for key, name in dict.fromkeys(used):
        if name not in known:
            fix = "an earlier call may take it from its answer, or the flow's data may have it"
            yield (*place, key), Wrong(f"nobody gives the variable {name!r}", nearest=near(name, known), fix=fix)
    for name in call.takes:
        if not NAME.fullmatch(name):
            yield (*place, "takes"), Wrong(f"{name!r} is no name for a variable", fix="write letters, digits and _")


def _pool(pool: str, rows: Collection[object]) -> Found:
    """Every row of a pool has the same variables."""
    keys = [tuple(sorted(row)) for row in rows if isinstance(row, dict)]
    for number, one in enumerate(keys[1:], start=2):
        if one != keys[0]:
            fix = f"the first row has {', '.join(keys[0])}"
            yield ("data", pool), Wrong(f"row {number} has other variables than the first", fix=fix)
