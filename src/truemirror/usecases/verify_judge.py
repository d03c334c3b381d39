"""One live answer judged: by the contract first, then for drift from what was recorded.

Rules: where the contract has found something at a place, drift says nothing more of it; the same finding in many
exchanges is one, and says how often it was seen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.pointer import clipped, printable
from truemirror.core.contract.rules import finding
from truemirror.core.mirror.live_drift import Compared, Drifted, DriftOf, compare
from truemirror.core.mirror.live_shapes import Shapes
from truemirror.core.mirror.model import Mirror
from truemirror.core.mirror.noise_blank import noise_of
from truemirror.core.mirror.operation import operation_of
from truemirror.core.wire.exchange import Exchange, Outcome, Request, Response

_RULES: Final[Mapping[DriftOf, str]] = {
    DriftOf.STATUS: "drift-status-changed",
    DriftOf.UNANSWERED: "drift-unanswered",
    DriftOf.BODY: "drift-body-changed",
    DriftOf.REMOVED: "drift-attribute-removed",
    DriftOf.RETYPED: "drift-attribute-retyped",
    DriftOf.EMPTIED: "drift-attribute-emptied",
    DriftOf.ADDED: "drift-attribute-added",
    DriftOf.CODE: "drift-error-code-changed",
    DriftOf.HEADER: "drift-header-changed",
}
_WORDS: Final[Mapping[DriftOf, str]] = {
    DriftOf.STATUS: "it is answered with another status than when it was recorded",
    DriftOf.UNANSWERED: "it was answered when it was recorded and is not today",
    DriftOf.BODY: "the body is of another kind than in any recording",
    DriftOf.REMOVED: "every recording has this attribute and the live answer does not",
    DriftOf.RETYPED: "no recording shows this type here",
    DriftOf.EMPTIED: "no recording shows null here",
    DriftOf.ADDED: "no recording has this attribute",
    DriftOf.CODE: "the same request is refused with another code",
    DriftOf.HEADER: "a header field that clients rely on is another one",
}


@dataclass(slots=True)
class LiveJudge:
    """Judges the live answers of one service."""

    mirror: Mirror
    conformance: Conformance | None = None
    owner: str = ""
    consumers: tuple[str, ...] = ()
    values: int = 0
    orders: int = 0
    _told: dict[str, tuple[Finding, int]] = field(default_factory=dict)
    _shapes: dict[tuple[str, int], Shapes] | None = None

    def judge(self, recorded: Exchange, live: Exchange, evidence: str) -> tuple[Finding, ...]:
        """Everything to be said about a live answer; remembered, too."""
        assert isinstance(recorded.outcome, Response)
        found = self._by_contract(live.request, live.outcome, evidence)
        compared = self._compare(recorded, recorded.outcome, live.outcome)
        self.values += compared.values
        self.orders += compared.orders
        told = {_place(one.location) for one in found if one.level is Level.BREAK}
        operation = self.operation(recorded.request)
        for drifted in compared.drifted:
            place = _location(drifted, live.outcome)
            if _place(place) not in told:
                found.append(self._drift(drifted, operation, place, evidence))
        for one in found:
            self.tell(one)
        return tuple(found)

    def tell(self, one: Finding) -> None:
        """Remember a finding; the same one is told once."""
        first, times = self._told.get(one.fingerprint, (one, 0))
        self._told[one.fingerprint] = first, times + 1

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was found, each once, the heaviest first."""
        order = list(Level)
        told = [_counted(one, times) for one, times in self._told.values()]
        return tuple(sorted(told, key=lambda one: (order.index(one.level), one.operation)))

    def operation(self, request: Request) -> str:
        """The contract's name for an operation; without one, the mirror's."""
        known = self.conformance.operation_of(request.method, request.target) if self.conformance else None
        return known.name if known else operation_of(request.does, request.path)

    def finding(self, rule: str, operation: str, location: str, message: str, **more: str) -> Finding:
        """A finding about this service."""
        return finding(
            rule,
            self.mirror.service,
            printable(message),
            operation=printable(operation),
            location=printable(location),
            owner=self.owner,
            consumers=self.consumers,
            **{name: printable(clipped(text, 200)) for name, text in more.items()},
        )

    def _is_unknown(self, request: Request) -> bool:
        """Whether the contract has no such operation, so that 501 is the right answer."""
        known = self.conformance.operation_of(request.method, request.target) if self.conformance else None
        return known is None

    def _by_contract(self, request: Request, outcome: Outcome, evidence: str) -> list[Finding]:
        """What the contract says of an answer."""
        if self.conformance is None or not isinstance(outcome, Response):
            return []
        one = outcome
        return list(
            self.conformance.check_response(request.method, request.target, one.status, one.headers, one.body, evidence)
        )

    def _compare(self, recorded: Exchange, then: Response, now: Outcome) -> Compared:
        """The live outcome against all recordings of its operation and status."""
        operation = operation_of(recorded.request.does, recorded.request.path)
        shapes = self._known().get((self.operation(recorded.request), then.status), Shapes())
        return compare(then, now, shapes, noise_of(self.mirror.rules.noise, operation))

    def _known(self) -> dict[tuple[str, int], Shapes]:
        """What the mirror shows, by operation and status."""
        if self._shapes is None:
            self._shapes = {}
            for _, _, exchange in self.mirror.places():
                if isinstance(exchange.outcome, Response):
                    key = self.operation(exchange.request), exchange.outcome.status
                    self._shapes.setdefault(key, Shapes()).add(exchange.outcome)
        return self._shapes

    def _drift(self, one: Drifted, operation: str, location: str, evidence: str) -> Finding:
        """One drifted place as a finding."""
        return self.finding(
            _RULES[one.kind],
            operation,
            location,
            _WORDS[one.kind],
            expected=one.recorded,
            actual=one.live,
            evidence=evidence,
        )

    def attacked(self, request: Request, outcome: Outcome, evidence: str) -> tuple[Finding, ...]:
        """What is to be said of an answer to a generated request, the heaviest first; only what is more than a note.

        Contracts of ours declare what was seen, so a status that is not declared is a warning here.
        """
        operation = self.operation(request)
        if not isinstance(outcome, Response):
            said = f"it gets no whole answer: {outcome.kind.value}"
            return (self.finding("attack-unanswered", operation, "answer", said, evidence=evidence),)
        if outcome.status >= 500 and not (outcome.status == 501 and self._is_unknown(request)):
            said = f"it is answered with {outcome.status}"
            where = f"response {outcome.status}"
            return (self.finding("attack-server-error", operation, where, said, evidence=evidence),)
        graded = (_graded(one) for one in self._by_contract(request, outcome, evidence))
        order = list(Level)
        heavy = [one for one in graded if one.level is not Level.INFO]
        return tuple(sorted(heavy, key=lambda one: order.index(one.level)))


def _graded(one: Finding) -> Finding:
    """A finding about an answer to a generated request: what is only not declared is a warning."""
    if one.rule not in ("status-undeclared", "operation-unknown"):
        return one
    return replace(one, rule="attack-status-undeclared", level=Level.WARN)


def _counted(one: Finding, times: int) -> Finding:
    """A finding that says how often it was seen."""
    return one if times == 1 else replace(one, evidence=f"{one.evidence} and {times - 1} more".strip())


def _location(one: Drifted, live: Outcome) -> str:
    """Where something drifted."""
    if not isinstance(live, Response) or one.part in ("status", "answer"):
        return f"response {one.part}" if one.part == "status" else one.part
    return f"response {live.status} {one.part}"


def _place(location: str) -> str:
    """A place without exact indexes; an undeclared status is a place of the status."""
    words = location.split()
    if len(words) == 2 and words[0] == "response" and words[1].isdigit():
        return "response status"
    return "/".join("*" if step.isdigit() else step for step in location.split("/"))


def heaviest(findings: Iterable[Finding]) -> Level | None:
    """The heaviest level of some findings, None for none."""
    levels = {one.level for one in findings}
    return next((level for level in Level if level in levels), None)
