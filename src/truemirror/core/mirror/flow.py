"""Value flow: today's values in place of the recorded ones, for one session.

A client makes a value (an id, an idempotency key), a rule lets it vary, and the recording that answers has another one
in its place. From then on the two are a pair of this session: a later request that carries today's value is looked up
with the recorded one, and what is answered has today's value wherever the recording has the recorded one. Where a live
service gave an id that was recorded as another one, these are a pair, too.

Rules: a pair comes only from a part that a rule of the mirror names: request noise, or a link. A telling value is
renamed wherever it is a whole value; any other only where a link leads. Values are renamed all at once, so that two may
change places. A session keeps a bounded number of pairs; the oldest are forgotten first.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar
from urllib.parse import unquote_plus

from truemirror.core.mirror.flow_rename import Names, Renaming, renamed_request, renamed_response
from truemirror.core.mirror.model import Link, Noise
from truemirror.core.mirror.noise_kinds import is_text_of
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.part_values import answer_values, body_values, header_value, request_values, same_case
from truemirror.core.mirror.pointer import escaped
from truemirror.core.mirror.redaction_rewrite import with_response
from truemirror.core.mirror.relax import Relaxation
from truemirror.core.wire.exchange import Fault, Outcome, Request, Response

Key = TypeVar("Key")

MOST_PAIRS = 512
"""How many pairs a session keeps."""
_LEAST_TELLING = 6
_TIMES = frozenset({"date", "date-time", "http-date"})
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Pair:
    """One value, as it was recorded and as it is today."""

    recorded: str
    today: str
    rule: Link | Noise
    """What says that they may differ."""


def is_telling(value: str, kind: str = "") -> bool:
    """Whether a value says by itself which one is meant: not short, with a digit, a space or an @; no number, no time.

    So a UUID, a key and a full name may be renamed wherever they stand; `7`, `open` and a day may not.
    """
    if len(value) < _LEAST_TELLING or kind in _TIMES or _NUMBER.fullmatch(value):
        return False
    return any(sign.isdigit() or sign in " @" for sign in value)


def made_pairs(recorded: Request, today: Request, rules: Iterable[Relaxation]) -> Iterator[Pair]:
    """What a client made, then and now, at the parts that rules let vary; equal values are pairs, too."""
    for rule in rules:
        if isinstance(rule, Link | Noise):
            for pair in _zipped(request_values(recorded, rule.part), request_values(today, rule.part), rule):
                if pair.recorded == pair.today or is_text_of(rule.kind or "string", pair.today):
                    yield pair


def given_pairs(recorded: Response, live: Response, links: Iterable[Link]) -> Iterator[Pair]:
    """What a service gave, then and now, at the parts from which links lead on."""
    for link in links:
        if link.given and link.to:
            then, now = answer_values(recorded, link.given), answer_values(live, link.given)
            for pair in _zipped(then, now, link):
                if pair.recorded == pair.today or not (pair.recorded in now or pair.today in then):
                    yield pair  # what stands on both sides is the same thing in another order


def _zipped(then: tuple[str, ...], now: tuple[str, ...], rule: Link | Noise) -> Iterator[Pair]:
    """Values one by one; none where there are more of them on one side, or where one is no text."""
    if len(then) == len(now):
        for one, other in zip(then, now, strict=True):
            if _is_text(one) and _is_text(other):
                yield Pair(one, other, rule)


def _is_text(value: str) -> bool:
    """Whether a value can be written into any message: bytes that were no UTF-8 cannot."""
    return value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value)


@dataclass(frozen=True, slots=True)
class Followed:
    """A request, and the same with the recorded values of its session's pairs."""

    asked: Request
    request: Request
    parts: tuple[str, ...] = ()
    """Where it carries today's values."""
    carried: Names = field(default_factory=dict)
    """The recorded ones of these, and today's."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The pairs of one session."""

    recorded: Mapping[str, str] = field(default_factory=dict)
    """Today's telling values, and what was recorded."""
    today: Mapping[str, str] = field(default_factory=dict)
    """Telling values that were recorded, and today's: the last ones."""
    linked: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """Operation, part and today's value where a link leads, and what was recorded, where not both are telling."""

    def __bool__(self) -> bool:
        """Whether anything differs from the recording."""
        return bool(self.recorded or self.today or self.linked)

    def learned(self, pairs: Iterable[Pair]) -> "Flow":
        """The flow with further pairs; one of equal values ends what was kept of that value."""
        recorded, today, linked = dict(self.recorded), dict(self.today), dict(self.linked)
        for pair in pairs:
            then, now, rule = pair.recorded, pair.today, pair.rule
            today.pop(then, None)  # so that what comes now is the newest
            recorded.pop(now, None)
            if then == now:
                if isinstance(rule, Link):
                    linked.pop((rule.to, rule.used, now), None)
                continue
            if is_telling(then, rule.kind):
                today[then] = now
            if is_telling(then, rule.kind) and is_telling(now, rule.kind):
                recorded[now] = then
            elif isinstance(rule, Link) and rule.to:
                linked.pop((rule.to, rule.used, now), None)
                linked[rule.to, rule.used, now] = then
        return Flow(_newest(recorded), _newest(today), _newest(linked))

    def follow(self, request: Request) -> Followed:
        """The request with the recorded values in place of today's."""
        operation = operation_of(request.does, request.path)
        at: dict[str, dict[str, str]] = {}
        for (to, part, now), then in self.linked.items():
            if to in ("*", operation):
                at.setdefault(same_case(part), {})[now] = then
        renamed, changed = renamed_request(request, Renaming(self.recorded, at))
        parts = tuple(dict.fromkeys(part for part, _, _ in changed))
        return Followed(request, renamed, parts, {then: now for _, now, then in changed if is_telling(then)})

    def answer(self, outcome: Outcome, recorded: Request, pairs: Iterable[Pair], carried: Names) -> Outcome:
        """The recorded outcome with today's values; the same object where it holds none of them.

        `recorded` is the request of that recording, `pairs` are what the client made in today's, `carried` is what
        stood in it for recorded values. What the client sent as it was recorded stays in the answer as it was.
        """
        own = {pair.recorded: pair.today for pair in pairs}
        sent = _text_of(recorded) if self.today else ""
        names = {then: now for then, now in self.today.items() if then in carried or then in own or then not in sent}
        names.update(carried)
        at: dict[str, dict[str, str]] = {}
        for pair in pairs:
            rule = pair.rule
            if isinstance(rule, Link) and rule.made and rule.given and pair.recorded != pair.today:
                at.setdefault(same_case(rule.given), {})[pair.recorded] = pair.today
            if is_telling(pair.recorded, rule.kind):
                names[pair.recorded] = pair.today
        return renamed_outcome(outcome, Renaming(names, at))

    def as_recorded(self, live: Response, recorded: Response) -> Response:
        """A live answer with the recorded values in place of today's, to be held against the recording.

        What says nothing by itself is renamed only where the recording has the recorded value at the same part.
        """
        today: dict[str, dict[str, str]] = {}
        for (_, _, now), then in self.linked.items():
            today.setdefault(then, {})[now] = then
        at: dict[str, dict[str, str]] = {}
        for part, value in _places(recorded) if today else ():
            if value in today:
                at.setdefault(part, {}).update(today[value])
        return renamed_response(live, Renaming(self.recorded, at))


def _places(response: Response) -> Iterator[tuple[str, str]]:
    """The parts of an answer that may hold a linked value."""
    for pointer, value in body_values(response):
        yield "body:" + "".join(f"/{escaped(step)}" for step in pointer), value
    for name, value in response.headers.pairs:
        yield f"header:{name.lower()}", header_value(name, value)


NO_FLOW = Flow()
"""A session without values of its own."""


def renamed_outcome(outcome: Outcome, renaming: Renaming) -> Outcome:
    """An outcome with other values in it; the same object where none is in it."""
    if isinstance(outcome, Fault):
        partial = outcome.partial
        return outcome if partial is None else with_response(outcome, renamed_response(partial, renaming))
    return renamed_response(outcome, renaming)


def _text_of(request: Request) -> str:
    """Where a request may carry values, as one text, with and without escapes."""
    values = (value for _, value in request.headers.pairs)
    text = "\n".join((request.target, *values, request.body.decode("utf-8", "replace")))
    return f"{text}\n{unquote_plus(text)}" if "%" in text or "+" in text else text


def _newest(pairs: dict[Key, str]) -> dict[Key, str]:
    """The newest of them, as many as a session keeps."""
    return pairs if len(pairs) <= MOST_PAIRS else dict(islice(pairs.items(), len(pairs) - MOST_PAIRS, None))
