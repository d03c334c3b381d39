"""Noise found by asking twice: what differs though the same was asked, with the kind that it keeps.

Diffy holds the difference between old and new code against that between two runs of the same old code, and reports a
field only where the first is the larger one (by counts, over many requests). Taken from it: noise is learned from the
same service answering the same request, never configured by guess, and per field. Not taken: the counts and their
thresholds. They judge a stream of traffic; here two answers decide, so instead of "how often" the kind is kept, and
what leaves its kind is still drift.

What is no noise, though it differs: a status, a fault, another type, a list of another length, an order, a flag, a
word, a renamed attribute (`noise_walk`). And where something was written in between, a number, a text, an ETag or an
attribute that came or went may tell of the state: it is reported with its rule, for a person to decide, and not
written. Times and UUIDs are written even then. A service that is asked twice in a row, nothing written in between,
leaves no such doubt.

Rules: a rule that was found makes its two exchanges the same by `exchange_id`, else the pair is reported. The order of
the two, and of the pairs, does not matter. What existing rules hold already is found no more; none is ever taken away.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from truemirror.core.mirror.exchange_id import NO_RULES, exchange_id
from truemirror.core.mirror.model import MirrorRules, Noise
from truemirror.core.mirror.noise_kinds import ABSENT_OR_PRESENT, DEPENDENT, holds, widest
from truemirror.core.mirror.noise_walk import Spot
from truemirror.core.mirror.noise_where import answer_spots
from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.pointer import is_meant, steps_of
from truemirror.core.wire.exchange import Exchange

STATE: Final = "what was written in between may have changed it"
FLOW: Final = "an answer gave this value"
WRITTEN: Final = "written in another way"


@dataclass(frozen=True, slots=True)
class Varied:
    """An attribute that varies by itself, and two values that were seen."""

    rule: Noise
    one: str
    other: str
    request: str
    """Method and target of a request that showed it."""


@dataclass(frozen=True, slots=True)
class Unlike:
    """A real difference between two answers to one request, or between two requests."""

    operation: str
    part: str
    one: str
    other: str
    why: str
    request: str
    rule: Noise | None = None
    """What would call it noise, for a person to decide; None where no kind is kept."""
    count: int = 1
    """How many pairs showed it."""


@dataclass(frozen=True, slots=True)
class FoundNoise:
    """What asking twice showed."""

    varied: tuple[Varied, ...] = ()
    """New rules, sorted."""
    unlike: tuple[Unlike, ...] = ()
    pairs: int = 0

    @property
    def rules(self) -> tuple[Noise, ...]:
        """The new rules, sorted."""
        return tuple(one.rule for one in self.varied)


@dataclass(slots=True)
class NoiseFinder:
    """Looks at pairs, one after the other, and remembers what it saw."""

    known: MirrorRules = NO_RULES
    wrote: bool = False
    """Whether something was written between the first and the second of a pair."""
    _kinds: dict[tuple[str, str, str], dict[str, Varied]] = field(default_factory=dict)
    _unlike: dict[tuple[str, str, str], Unlike] = field(default_factory=dict)
    _pairs: int = 0

    def compare(self, one: Exchange, other: Exchange) -> None:
        """Hold two answers to the same request against each other."""
        self._pairs += 1
        if exchange_id(one, self.known) == exchange_id(replace(other, request=one.request), self.known):
            return
        found, is_real = self.take(one, answer_spots(one.outcome, other.outcome), of="answer")
        rules = replace(self.known, noise=(*self.known.noise, *found))
        if not is_real and exchange_id(one, rules) != exchange_id(replace(other, request=one.request), rules):
            self._report(Unlike(_operation(one), "answer", "", "", WRITTEN, _line(one)))

    def take(
        self, one: Exchange, spots: Iterable[tuple[str, Spot]], *, of: str, flows: Callable[[Spot], bool] | None = None
    ) -> tuple[list[Noise], bool]:
        """Sort spots into noise and real differences; gives back the noise, and whether there was anything real.

        `flows` tells of a request's spot whether its values came from answers.
        """
        operation, line = _operation(one), _line(one)
        noise: list[Noise] = []
        is_real = False
        for part, spot in spots:
            rule = Noise(operation, part, spot.kind, of) if spot.kind else None
            why = spot.why or (STATE if of == "answer" and self.wrote and spot.kind in DEPENDENT else "")
            why = FLOW if flows is not None and rule is not None and flows(spot) else why
            if rule is None or why:
                is_known = rule is not None and is_held(rule, self.known.noise)
                is_real = is_real or not is_known
                if not is_known:
                    self._report(Unlike(operation, part, spot.one, spot.other, why, line, rule))
                continue
            noise.append(rule)
            if not is_held(rule, self.known.noise):
                seen = Varied(rule, spot.one, spot.other, line)
                self._kinds.setdefault((operation, part, of), {}).setdefault(spot.kind, seen)
        return noise, is_real

    def _report(self, unlike: Unlike) -> None:
        """One more real difference; the same one in many pairs is told once."""
        key = unlike.operation, unlike.part, unlike.why
        before = self._unlike.get(key)
        self._unlike[key] = replace(before, count=before.count + 1) if before else unlike

    def found(self) -> FoundNoise:
        """All that was seen so far."""
        varied = [one for part, kinds in self._kinds.items() for one in _fewest(part[1], kinds)]
        fresh = _not_held(varied)
        unlike = sorted(self._unlike.values(), key=lambda one: (one.operation, one.part, one.why))
        return FoundNoise(tuple(sorted(fresh, key=lambda one: _order(one.rule))), tuple(unlike), self._pairs)


def _fewest(part: str, kinds: dict[str, Varied]) -> Iterator[Varied]:
    """One rule for each family of kinds that a part was seen with."""
    text = not part.startswith("body:")
    for kind in widest(kinds, text=text):
        seen = kinds.get(kind) or next(one for name, one in sorted(kinds.items()) if holds(kind, name, text=text))
        yield replace(seen, rule=replace(seen.rule, kind=kind))


def _not_held(varied: list[Varied]) -> list[Varied]:
    """Those that no other of them says already; only a wide rule, or one of the same part, can do so."""
    wide = [one.rule for one in varied if "*" in one.rule.part or one.rule.kind == ABSENT_OR_PRESENT]
    by_part: dict[str, list[Noise]] = {}
    for one in varied:
        by_part.setdefault(one.rule.part.lower(), []).append(one.rule)
    return [
        one
        for one in varied
        if not is_held(one.rule, (other for other in (*by_part[one.rule.part.lower()], *wide) if other != one.rule))
    ]


def is_held(rule: Noise, known: Iterable[Noise]) -> bool:
    """Whether known rules say already what a rule says."""
    return any(
        one.of == rule.of and one.operation in ("*", rule.operation) and _covers(one, rule.part, rule.kind)
        for one in known
    )


def _covers(known: Noise, part: str, kind: str) -> bool:
    """Whether a rule holds for another's part and kind."""
    what, _, name = known.part.partition(":")
    other_what, _, other_name = part.partition(":")
    if what != other_what:
        return False
    if what != "body":
        same = name.lower() == other_name.lower() if what == "header" else name == other_name
        return same and (known.kind == ABSENT_OR_PRESENT or holds(known.kind, kind, text=True))
    steps, others = steps_of(name), steps_of(other_name)
    if known.kind == ABSENT_OR_PRESENT:
        others = others[: len(steps)]
    elif not holds(known.kind, kind, text=False):
        return False
    return is_meant(steps, others)


def with_noise(rules: MirrorRules, found: Iterable[Noise]) -> MirrorRules:
    """The rules with further noise, sorted; the very same ones when nothing is new."""
    new = [one for one in found if one not in rules.noise]
    if not new:
        return rules
    return replace(rules, noise=tuple(sorted({*rules.noise, *new}, key=_order)))


def _order(rule: Noise) -> tuple[str, str, str, str]:
    """By operation, then part."""
    return rule.operation, rule.part, rule.of, rule.kind


def _operation(exchange: Exchange) -> str:
    """The operation of an exchange."""
    return operation_of(exchange.request.does, exchange.request.path)


def _line(exchange: Exchange) -> str:
    """Method and target, as one asks."""
    return f"{exchange.request.method} {exchange.request.target}"
