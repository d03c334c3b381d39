"""A contract in a test's hands: hold answers against it.

Rules: an answer may come from any client; what is wrong is raised as one AssertionError that shows expected against
actual for each place. A service without a contract is told at once, for nothing is evidence of nothing.
"""

from collections.abc import Sequence
from typing import Any, Literal

from truemirror.config import Config
from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.contract import Operation
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.mirror.decision import Mode
from truemirror.testing.answers import asked, heard
from truemirror.testing.asserts import has_attributes
from truemirror.testing.in_force import in_force, needed, operation_named

_RECORDING = frozenset({Mode.RECORD, Mode.RECORD_MISSING, Mode.REFRESH})


class ContractOf:
    """One service's contract in force."""

    def __init__(self, conformance: Conformance | None) -> None:
        """Judge by this one; by none while the recording is made that it will be inferred from."""
        self._conformance = conformance

    @classmethod
    def load(cls, config: Config, service: str, mode: Mode = Mode.REPLAY, version: str | None = None) -> "ContractOf":
        """The contract in force, or that version. Raises UsageError when there is none, FormatError."""
        look = in_force if mode in _RECORDING else needed
        return cls(look(config, service, version))

    @property
    def version(self) -> str:
        """The contract's version; empty before there is one."""
        return self._conformance.contract.version if self._conformance else ""

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of all operations, sorted; none before there is a contract."""
        return tuple(sorted(one.name for one in self._conformance.contract.operations)) if self._conformance else ()

    def operation(self, name: str) -> "OperationOf":
        """One operation, `GET /v1/tags/{tag_id}`, to hold answers against it alone. Raises UsageError."""
        return OperationOf(self, operation_named(self._conformance.contract, name) if self._conformance else None)

    def name_of(self, method: str, target: str) -> str:
        """The operation that a request belongs to; empty for none."""
        found = self._conformance.operation_of(method, target) if self._conformance else None
        return found.name if found else ""

    def findings(self, answer: Any = None, **parts: Any) -> Sequence[Finding]:
        """Everything to be said about an answer; see `check`."""
        one = heard(answer, **parts)
        if self._conformance is None:
            return ()
        return self._conformance.check_response(one.method, one.target, one.status, one.headers, one.body)

    def check(self, answer: Any = None, **parts: Any) -> None:
        """An answer keeps the contract. Raises AssertionError.

        `answer` is a response of requests, httpx, aiohttp (once its body was read), Django, starlette's or werkzeug's
        test client; or give the parts: `method`, `url`, `status`, `headers` and `body`, which win over the answer's
        own.
        """
        __tracebackhide__ = True
        self._hold(heard(answer, **parts), self.findings(answer, **parts))

    def check_request(self, request: Any = None, **parts: Any) -> None:
        """A request keeps the contract, whether it is sent or not. Raises AssertionError.

        `request` is one of requests or httpx, or a drawn one; or give the parts: `method`, `url`, `headers` and
        `body`, which win over the request's own.
        """
        __tracebackhide__ = True
        one = asked(request, **parts)
        self._hold(f"{one.method} {one.target}", self._conformance.check_request(one) if self._conformance else ())

    def _hold(self, what: object, found: Sequence[Finding]) -> None:
        """Nothing that was found breaks. Raises AssertionError."""
        __tracebackhide__ = True
        broken = [finding for finding in found if finding.level is Level.BREAK]
        if broken and self._conformance is not None:
            name = f"{self._conformance.contract.service} {self.version}"
            raise AssertionError(f"{what} does not keep the contract {name}\n" + "\n".join(map(told, broken)))

    def has_attributes(self, answer: Any, paths: str | Sequence[str]) -> Literal[True]:
        """An answer keeps the contract and has these attributes, whether promised or not. Raises AssertionError."""
        __tracebackhide__ = True
        self.check(answer)
        return has_attributes(answer, paths)


class OperationOf:
    """One operation of a contract, to hold answers against."""

    def __init__(self, contract: ContractOf, operation: Operation | None) -> None:
        """Judge by this operation; by none before there is a contract."""
        self._contract = contract
        self._operation = operation

    @property
    def name(self) -> str:
        """`GET /v1/tags/{tag_id}`; empty before there is a contract."""
        return self._operation.name if self._operation else ""

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses that are declared: `200`, `4XX`, `default`."""
        return tuple(self._operation.answers) if self._operation else ()

    def check(self, answer: Any = None, **parts: Any) -> None:
        """An answer is one of this operation and keeps the contract, see `ContractOf.check`. Raises AssertionError."""
        __tracebackhide__ = True
        self._contract.check(answer, **parts)
        one = heard(answer, **parts)
        found = self._contract.name_of(one.method, one.target)
        if found != self.name:
            raise AssertionError(f"{one} is no answer of {self.name}\n    expected  {self.name}\n    actual    {found}")


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
