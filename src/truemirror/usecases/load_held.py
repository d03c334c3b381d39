"""Hold answers that came under load against their contracts, after the run: are errors still the declared ones?

Rules: off the timing path, on what the generator kept: a share of all answers, and failed ones. Secrets are replaced
before anything is judged, since findings quote what they found. The same finding is told once. What has no contract is
named, not passed.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.finding import Finding
from truemirror.core.load.ran import Held
from truemirror.core.wire.exchange import Exchange, Response

MOST = 4_000
"""Answers that are kept for it, and as many failed ones."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was kept."""

    service: str
    exchange: Exchange
    error: str = ""
    """The kind of its failure; empty for none."""


class Answers:
    """What was kept of a run, bounded."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._good: list[Answered] = []
        self._failed: list[Answered] = []

    def keep(self, service: str, exchange: Exchange, error: str) -> None:
        """One more, as long as there is room."""
        kept = self._failed if error else self._good
        if len(kept) < MOST:
            kept.append(Answered(service, exchange, error))

    def all(self) -> list[Answered]:
        """Failed ones first."""
        return [*self._failed, *self._good]


def hold(
    answers: Iterable[Answered],
    contract: Callable[[str], Conformance | None],
    clean: Callable[[Exchange], Exchange],
) -> Held:
    """What the answers say of their contracts. Raises FormatError for a contract that cannot be read."""
    judges: dict[str, Conformance | None] = {}
    findings: dict[str, Finding] = {}
    statuses: Counter[int] = Counter()
    judged = errors = 0
    for number, one in enumerate(answers, 1):
        if one.service not in judges:
            judges[one.service] = contract(one.service)
        judge = judges[one.service]
        if judge is None or not isinstance(one.exchange.outcome, Response) or _is_coded(one.exchange.outcome):
            continue
        judged += 1
        errors += bool(one.error)
        statuses[one.exchange.outcome.status] += 1
        request, response = one.exchange.request, one.exchange.outcome
        if not judge.check_response(request.method, request.target, response.status, response.headers, response.body):
            continue
        safe = clean(one.exchange)
        assert isinstance(safe.outcome, Response)
        where = f"under load, answer {number}{f', {one.error}' if one.error else ''}"
        told = judge.check_response(
            request.method, safe.request.target, safe.outcome.status, safe.outcome.headers, safe.outcome.body, where
        )
        for finding in told:
            findings.setdefault(finding.fingerprint, finding)
    unjudged = tuple(sorted(name for name, judge in judges.items() if judge is None))
    return Held(judged, errors, tuple(findings.values()), dict(sorted(statuses.items())), unjudged)


def _is_coded(response: Response) -> bool:
    """Whether a body is compressed, which the generator does not undo."""
    return (response.headers.get("content-encoding") or "identity").lower() != "identity"
