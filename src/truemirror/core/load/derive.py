"""A load profile from what was recorded: which flows there are, how often, in which order, and what they carry.

Rules: the same recordings give the same profile, whatever their order. Flows that do the same are one, as heavy as they
were many. What cannot be sent again is left out and noted. A request that one conversation repeated and that was then
answered with another status is left out, too: whoever is asked by many users at once cannot tell which time it is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from truemirror.core.load.derive_call import call_of, unsendable
from truemirror.core.load.derive_values import find_values
from truemirror.core.load.profile import Arrivals, Call, Flow, Judging, Model, Profile, Selection, Target
from truemirror.core.load.steady import asked
from truemirror.core.mirror.model import Mirror
from truemirror.core.mirror.session import BAGGAGE_KEY
from truemirror.core.wire.exchange import Exchange, Response

_SESSION = "scenario"
"""The variable that names the recorded session which a mirror is to repeat."""
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Said:
    """One exchange of a conversation."""

    service: str
    exchange: Exchange
    think: float = 0.0
    """Seconds between the answer before and this request."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one user did, in order."""

    name: str
    said: tuple[Said, ...]
    session: str = ""
    """The recorded session that a mirror has to repeat for it; empty for none."""


@dataclass(frozen=True, slots=True)
class How:
    """What the recordings do not say."""

    name: str
    rate: float = 10.0
    """Flows a second."""
    think: float = 0.0
    """Seconds before every request but the first, where the recording does not tell."""
    means: Mapping[str, float] = field(default_factory=dict)
    """By service: the mean that it is to hold, in milliseconds."""
    errors: bool = False
    """Keep flows that were refused more often than not."""
    judging: Judging = Judging()
    gaps: tuple[float, ...] = ()
    """Seconds between arrivals, where they were recorded."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A profile, and what to know of it."""

    profile: Profile
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One conversation as a flow of its own, with the row that it uses."""

    flow: Flow
    row: Mapping[str, str]
    session: str


def conversations_of(mirror: Mirror) -> tuple[Conversation, ...]:
    """The conversations of a mirror, one for each scenario."""
    return tuple(
        Conversation(one.name, tuple(Said(mirror.service, exchange) for exchange in one.exchanges), one.name)
        for one in mirror.scenarios
    )


def derive(conversations: Iterable[Conversation], how: How) -> Derived:
    """The profile of what was recorded; one without flows where nothing can be sent again."""
    notes: list[str] = []
    drawn: list[_Drawn] = []
    for one in sorted(conversations, key=lambda each: (each.name, [said.service for said in each.said])):
        found = _drawn(one, how, notes)
        if found is not None:
            drawn.append(found)
    flows, data = _merged(drawn)
    services = tuple(sorted({call.service for flow in flows for call in flow.calls}))
    targets = tuple(_target(service, how.means.get(service)) for service in services)
    arrivals = Arrivals(how.rate, model=Model.TRACE if how.gaps else Model.POISSON, gaps=how.gaps)
    return Derived(Profile(how.name, arrivals, targets, flows, judging=how.judging, data=data), tuple(notes))


def _target(service: str, mean: float | None) -> Target:
    """What a service has to hold."""
    return Target(_UNSAFE.sub("_", service).strip("_") or "service", Selection((service,)), mean)


def _drawn(one: Conversation, how: How, notes: list[str]) -> _Drawn | None:
    """One conversation as a flow; None, with a note, where it says nothing about load."""
    own: list[str] = []
    said = _sendable(one, own)
    refused = sum((each.exchange.status or 0) >= 400 for each in said)
    if not said:
        notes.append(f"{one.name}: left out, nothing of it can be sent again")
        return None
    if refused * 2 > len(said) and not how.errors:
        notes.append(f"{one.name}: left out, {refused} of its {len(said)} requests were refused (--errors keeps it)")
        return None
    notes += own
    found = find_values([each.exchange for each in said])
    calls = tuple(
        call_of(each.service, each.exchange.request, uses, takes, each.exchange.status or 0, each.think or think)
        for each, uses, takes, think in zip(
            said, found.uses, found.takes, [0.0, *[how.think] * (len(said) - 1)], strict=True
        )
    )
    return _Drawn(Flow(one.name, calls), found.row, one.session)


def _sendable(one: Conversation, notes: list[str]) -> list[Said]:
    """What of a conversation can be sent again, by many at once."""
    kept: list[Said] = []
    answered: dict[object, int] = {}
    for each in one.said:
        request, outcome = each.exchange.request, each.exchange.outcome
        where = f"{one.name}: {request.method} {request.path}"
        if not isinstance(outcome, Response):
            notes.append(f"{where}: left out, it had no answer")
            continue
        if why := unsendable(request):
            notes.append(f"{where}: left out, {why}")
            continue
        if answered.setdefault((each.service, asked(request)), outcome.status) != outcome.status:
            notes.append(f"{where}: its repetition is left out, it was answered {outcome.status} then")
            continue
        kept.append(each)
    return kept


def _merged(drawn: Sequence[_Drawn]) -> tuple[tuple[Flow, ...], Mapping[str, tuple[Mapping[str, str], ...]]]:
    """Flows that do the same as one, and the pools that they draw from."""
    groups: dict[tuple[object, ...], list[_Drawn]] = {}
    for one in drawn:
        groups.setdefault(tuple(map(_deeds, one.flow.calls)), []).append(one)
    flows: list[Flow] = []
    data: dict[str, tuple[Mapping[str, str], ...]] = {}
    for group in groups.values():
        rows = tuple(_row(one, len(group) > 1) for one in group)
        first = group[0]
        session = first.session if len(group) == 1 else f"{{{_SESSION}}}" if first.session else ""
        calls = tuple(_labelled(call, session) for call in first.flow.calls)
        pool = _pool(rows, data) if any(rows) else ""
        flows.append(replace(first.flow, calls=calls, weight=float(len(group)), data=pool))
    return tuple(flows), data


def _deeds(call: Call) -> object:
    """A call as it is compared with others."""
    takes = tuple(sorted(call.takes.items()))
    return (call.service, call.method, call.target, call.headers, call.body, takes, call.expects)


def _row(one: _Drawn, shared: bool) -> Mapping[str, str]:
    """The row that a flow uses; one of several that share a flow names its session."""
    return {**one.row, _SESSION: one.session} if shared and one.session else dict(one.row)


def _labelled(call: Call, session: str) -> Call:
    """A call that says which recorded session a mirror is to repeat."""
    return replace(call, headers=(*call.headers, ("baggage", f"{BAGGAGE_KEY}={session}"))) if session else call


def _pool(rows: tuple[Mapping[str, str], ...], data: dict[str, tuple[Mapping[str, str], ...]]) -> str:
    """The pool with these rows: one that is there, or a new one with a name that people know again."""
    for name, known in data.items():
        if known == rows:
            return name
    word = next((value for value in rows[0].values() if "@" in value), "") if len(rows) == 1 else "people"
    plain = _UNSAFE.sub("-", word.partition("@")[0]).strip("-").lower() or "logins"
    name, number = plain, 2
    while name in data:
        name, number = f"{plain}-{number}", number + 1
    data[name] = rows
    return name
