"""Everything a report shows: the judgement and the results it was made from."""

from dataclasses import dataclass

from truemirror.core.contract.finding import Finding
from truemirror.core.gate.suite import SuiteResult
from truemirror.core.gate.verdict import Judgement


@dataclass(frozen=True, slots=True)
class Evidence:
    """A judgement with its results."""

    judgement: Judgement
    findings: tuple[Finding, ...] = ()
    """Of every level, also those that are no reasons."""
    suites: tuple[SuiteResult, ...] = ()
