"""A recording made to fit one session: its request found by today's values, its answer with today's values in it.

Rules: pure; what had to be relaxed comes out with the answer, so that it can be reported. A recording in which nothing
differs comes out as the same object.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from truemirror.core.mirror.flow import Flow, Followed, Pair, given_pairs, made_pairs
from truemirror.core.mirror.index import Hit, Index, NoHit
from truemirror.core.mirror.model import Ignore, Noise
from truemirror.core.mirror.noise_kinds import ABSENT_OR_PRESENT
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.part_values import request_values
from truemirror.core.mirror.relax import Relaxation
from truemirror.core.wire.exchange import Exchange, Request, Response


@dataclass(frozen=True, slots=True)
class Fitted:
    """An answer for one session."""

    exchange: Exchange
    flow: Flow
    """The session's values from now on."""
    relaxed: tuple[str, ...] = ()
    """The parts that were relaxed."""


def followed(index: Index, found: Hit | NoHit, flow: Flow) -> tuple[Hit | NoHit, Followed | None]:
    """What a session finds for a request: by the recorded values of its pairs, unless it was recorded to the letter.

    A hit that is strict with the recorded values in place is nearer than a relaxed one without them.
    """
    if found.asked is None or (isinstance(found, Hit) and not found.relaxed):
        return found, None
    follow = flow.follow(found.asked)
    if follow.parts:
        other = index.find(follow.request)
        if isinstance(other, Hit) and (isinstance(found, NoHit) or not other.relaxed):
            return other, follow
    return found, None


def fit(recorded: Exchange, hit: Hit, follow: Followed | None, flow: Flow) -> Fitted:
    """The recording that was chosen, as this session gets it."""
    asked = follow.asked if follow else hit.asked
    pairs: tuple[Pair, ...] = ()
    if asked is not None and hit.varying:
        pairs = tuple(made_pairs(recorded.request, asked, hit.varying))
        flow = flow.learned(pairs)
    outcome = flow.answer(recorded.outcome, recorded.request, pairs, follow.carried if follow else {})
    exchange = recorded if outcome is recorded.outcome else replace(recorded, outcome=outcome)
    unpaired = _unpaired(recorded.request, asked, hit.relaxed) if asked is not None else ()
    return Fitted(exchange, flow, tuple(dict.fromkeys(_relaxed(hit, pairs, follow, unpaired))))


def _unpaired(recorded: Request, asked: Request, rules: Iterable[Relaxation]) -> tuple[str, ...]:
    """Parts that rules let vary and that differ without making pairs: empty on one side, or of no single value."""
    return tuple(rule.part for rule in rules if not isinstance(rule, Ignore) and _differs(rule.part, recorded, asked))


def _differs(part: str, recorded: Request, asked: Request) -> bool:
    """Whether what stands at a part is not the same number of values, or cannot be told."""
    kind, _, name = part.partition(":")
    if kind == "credentials" or (kind == "query" and not name):
        return True
    return len(request_values(recorded, part)) != len(request_values(asked, part))


def _relaxed(hit: Hit, pairs: Sequence[Pair], follow: Followed | None, unpaired: Sequence[str]) -> Iterator[str]:
    """The parts in which the request was not the recorded one."""
    parts = follow.parts if follow else ()
    named = [rule.part for rule in hit.relaxed if isinstance(rule, Ignore) or _may_lack(rule)]
    named += [pair.rule.part for pair in pairs if pair.recorded != pair.today and pair.rule.part not in parts]
    named += [part for part in unpaired if part not in parts]
    yield from named or (rule.part for rule in hit.relaxed)
    yield from (f"{part} (value flow)" for part in parts)


def _may_lack(rule: object) -> bool:
    """Whether a rule says that a part may be missing."""
    return isinstance(rule, Noise) and rule.kind == ABSENT_OR_PRESENT


def compared(
    index: Index, recorded: Exchange, hit: Hit, follow: Followed | None, flow: Flow, live: Exchange
) -> tuple[Exchange, Flow]:
    """A live exchange with the recorded values in place of today's, and the session's values from now on."""
    asked = follow.asked if follow else hit.asked
    pairs = list(made_pairs(recorded.request, asked, hit.varying)) if asked is not None else []
    outcome = live.outcome
    if isinstance(recorded.outcome, Response) and isinstance(outcome, Response):
        operation = operation_of(recorded.request.does, recorded.request.path)
        links = (link for link in index.mirror.rules.links if link.operation in ("*", operation))
        pairs += given_pairs(recorded.outcome, outcome, links)
        flow = flow.learned(pairs) if pairs else flow
        outcome = flow.as_recorded(outcome, recorded.outcome) if flow else outcome
    request = recorded.request if follow or hit.relaxed else live.request
    return Exchange(request, outcome, live.elapsed_ms), flow
