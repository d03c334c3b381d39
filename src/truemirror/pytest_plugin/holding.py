"""A contract in a test's hands: hold answers against it.

Rules: an answer may come from any client; what is wrong is raised as one AssertionError that shows expected against
actual for each place. A service without a contract is told at once, for nothing is evidence of nothing.
"""

from collections.abc import Sequence
from typing import Any, Literal

from truemirror.config import Config
from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.mirror.decision import Mode
from truemirror.errors import UsageError
from truemirror.testing.answers import heard
from truemirror.testing.asserts import has_attributes

_RECORDING = frozenset({Mode.RECORD, Mode.RECORD_MISSING, Mode.REFRESH})


class ContractOf:
    """One service's contract in force."""

    def __init__(self, conformance: Conformance | None) -> None:
        """Judge by this one; by none while the recording is made that it will be inferred from."""
        self._conformance = conformance

    @classmethod
    def load(cls, config: Config, service: str, mode: Mode = Mode.REPLAY) -> "ContractOf":
        """The contract that the configuration wants. Raises UsageError when there is none, FormatError."""
        from truemirror.bootstrap import conformance, contract_store

        found = conformance(config, service)
        if found is None and mode not in _RECORDING:
            raise UsageError(
                f"there is no contract of {service!r}",
                where=str(config.contracts),
                nearest=", ".join(contract_store(config).services()),
                fix=f"infer it from the mirror: truemirror infer {service}",
            )
        return cls(found)

    @property
    def version(self) -> str:
        """The contract's version; empty before there is one."""
        return self._conformance.contract.version if self._conformance else ""

    def findings(self, answer: Any = None, **parts: Any) -> Sequence[Finding]:
        """Everything to be said about an answer; see `check`."""
        one = heard(answer, **parts)
        if self._conformance is None:
            return ()
        return self._conformance.check_response(one.method, one.target, one.status, one.headers, one.body)

    def check(self, answer: Any = None, **parts: Any) -> None:
        """An answer keeps the contract. Raises AssertionError.

        `answer` is a response of requests, httpx, aiohttp (once its body was read), starlette's or werkzeug's test
        client; or give the parts: `method`, `url`, `status`, `headers` and `body`, which win over the answer's own.
        """
        __tracebackhide__ = True
        broken = [finding for finding in self.findings(answer, **parts) if finding.level is Level.BREAK]
        if broken and self._conformance is not None:
            name = f"{self._conformance.contract.service} {self.version}"
            one = heard(answer, **parts)
            raise AssertionError(f"{one} does not keep the contract {name}\n" + "\n".join(map(told, broken)))

    def has_attributes(self, answer: Any, paths: str | Sequence[str]) -> Literal[True]:
        """An answer keeps the contract and has these attributes, whether promised or not. Raises AssertionError."""
        __tracebackhide__ = True
        self.check(answer)
        return has_attributes(answer, paths)


def told(finding: Finding) -> str:
    """A finding, for a failing test."""
    lines = [f"  {finding.location or finding.operation}: {finding.message}  [{finding.rule}]"]
    if finding.expected:
        lines.append(f"    expected  {finding.expected}")
    if finding.actual:
        lines.append(f"    actual    {finding.actual}")
    if finding.schema_location:
        lines.append(f"    promised in  {finding.schema_location}")
    if finding.owner:
        lines.append(f"    ask  {finding.owner}")
    return "\n".join(lines)
