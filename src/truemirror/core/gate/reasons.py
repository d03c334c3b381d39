"""From findings to reasons: what has one cause is told once.

Rules: findings of one rule at one place of one contract have one cause, however many exchanges and operations show it.
Who is hit comes from who calls those operations; a test is named when it used one of them.
"""

from collections.abc import Iterable, Mapping, Sequence

from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.rules import rule
from truemirror.core.gate.verdict import Reason, Verdict
from truemirror.core.mirror.operation import nameless

Uses = Mapping[str, Mapping[str, Sequence[str]]]
"""Per test, the operations it used of each service: {test: {service: [operation, ...]}}."""

_PLACES = 12
_TESTS = 25


def reasons_of(findings: Iterable[Finding], uses: Uses | None = None) -> tuple[Reason, ...]:
    """One blocking reason per cause; findings below `break` are no reasons.

    What more services rely on comes first: it is more often the cause than the consequence.
    """
    causes: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        if finding.level is Level.BREAK:
            causes.setdefault(_cause(finding), []).append(finding)
    reasons = [_reason(group, uses or {}) for group in causes.values()]
    return tuple(sorted(reasons, key=lambda reason: (-len(reason.consumers), reason.service)))


def _cause(finding: Finding) -> tuple[str, str, str]:
    """What findings of one cause share: the contract's own place where it has one, else theirs and what was there."""
    return (finding.service, finding.rule, finding.schema_location or finding.fingerprint)


def _reason(group: Sequence[Finding], uses: Uses) -> Reason:
    """All findings of one cause, as one reason."""
    first = group[0]
    operations = frozenset(finding.operation for finding in group)
    places = tuple(dict.fromkeys(f"{finding.operation} {finding.location}".strip() for finding in group))
    consumers = tuple(sorted({consumer for finding in group for consumer in finding.consumers}))
    return Reason(
        rule=first.rule,
        effect=Verdict.BLOCK,
        title=f"{first.service}: {min((one.message for one in group), key=len)}",
        service=first.service,
        places=places[:_PLACES],
        seen=len(group),
        expected=first.expected,
        actual=first.actual,
        evidence=first.evidence,
        owner=first.owner,
        consumers=consumers,
        tests=affected_tests(first.service, operations, uses)[:_TESTS],
        next_step=_next_step(first, consumers),
        fingerprint=first.fingerprint,
    )


def affected_tests(service: str, operations: frozenset[str], uses: Uses) -> tuple[str, ...]:
    """The tests that used one of these operations (compared with parameters' names left out)."""
    wanted = {nameless(operation) for operation in operations}
    return tuple(
        sorted(
            test
            for test, services in uses.items()
            if any(nameless(operation) in wanted for operation in services.get(service, ()))
        )
    )


def _next_step(finding: Finding, consumers: tuple[str, ...]) -> str:
    """What a person does about it."""
    if finding.rule.startswith(("version-", "consumer-")):
        return rule(finding.rule).mend
    told = f" ({', '.join(consumers)} {'relies' if len(consumers) == 1 else 'rely'} on it)" if consumers else ""
    return (
        f"give {finding.service} back what its contract promises{told}; or, if the change is meant, write its next "
        f"version with `truemirror infer {finding.service} --as NEXT` and move each consumer to it"
    )
