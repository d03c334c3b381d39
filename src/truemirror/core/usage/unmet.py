"""Where a provider's contract does not promise what a consumer needs; nothing is run.

    every answer that the contract allows  ⊆  what the consumer can read        else: a finding, with such an answer

Rules: a provider sends only what it declares, a consumer ignores what it does not know; an answer that shows a break
was confirmed by the independent validator; what cannot be decided is told as such.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from truemirror.core.contract.compat.compare import End, compare
from truemirror.core.contract.compat.operations_schemas import Schemas
from truemirror.core.contract.compat.saying import compact
from truemirror.core.contract.conformance import Conformance
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.openapi.interface import Answer, Interface, Operation, Place
from truemirror.core.contract.pointer import clipped
from truemirror.core.contract.rules import finding
from truemirror.core.schema.budget import STEPS
from truemirror.core.schema.inclusion import Answer as Decided
from truemirror.core.schema.inclusion import Proven, Refuted
from truemirror.core.schema.reading import Dialect, Reading, Side, Source, Undeclared
from truemirror.core.usage.needs import Expectation, Need
from truemirror.core.usage.paths import spelled
from truemirror.core.usage.schema import merged, schema_of, schema_of_all

_WRITER = Reading(undeclared=Undeclared.CLOSED, side=Side.RESPONSE)
_LONGEST = 200


class Promises:
    """One version of a provider's contract, asked what it promises."""

    def __init__(self, interface: Interface, conformance: Conformance, steps: int = STEPS) -> None:
        """`steps` is what one question may cost."""
        self._conformance = conformance
        self._schemas = Schemas(interface)
        self._operations = {one.name: one for one in interface.operations}
        self._steps = steps

    def unmet(self, expectation: Expectation, evidence: str = "") -> Iterator[Finding]:
        """Everything that a consumer expects and the contract does not promise; `evidence` names where that is said."""
        about = _About(self._conformance, expectation.consumer, evidence)
        yield from self._refused(expectation, about)
        grouped: defaultdict[tuple[str, str], list[Need]] = defaultdict(list)
        for need in expectation.needs:
            grouped[self._named(need.operation), need.status].append(need)
        for (name, status), needs in grouped.items():
            operation = self._operations.get(name)
            if operation is None:
                yield about.unmet(name, "", f"calls {name}", "and there is no such operation in the contract")
            else:
                yield from self._answered(operation, status, tuple(needs), about)

    def _named(self, operation: str) -> str:
        """The contract's name of an operation, which may be told by a path that was asked."""
        method, _, path = operation.partition(" ")
        found = self._conformance.operation_of(method, path)
        return found.name if found else operation

    def _refused(self, expectation: Expectation, about: "_About") -> Iterator[Finding]:
        """The requests that the contract does not take."""
        for asked in expectation.requests:
            if self._conformance.operation_of(asked.request.method, asked.request.target) is None:
                continue  # told with the needs of its answer
            for found in self._conformance.check_request(asked.request):
                if found.level is not Level.INFO:
                    yield about.refused(found, asked.because)

    def _answered(
        self, operation: Operation, status: str, needs: tuple[Need, ...], about: "_About"
    ) -> Iterator[Finding]:
        """What the answers of one status do not promise."""
        answers = _answers(operation, status)
        place = f"response {status}"
        if not answers:
            yield about.unmet(operation.name, place, f"expects status {status}", "which the contract does not declare")
        rows = merged(tuple(one for one in needs if one.path or one.kinds))
        for answer in answers if rows else ():
            bodies = [one for media, one in answer.body.content.items() if _is_json(media)]
            if not bodies:
                yield about.unmet(operation.name, f"{place} body", "needs a body in JSON", "and none is promised")
            for body in bodies:
                yield from self._body(operation.name, f"{place} body", body, rows, about)

    def _body(
        self, name: str, place: str, body: Place | None, needs: tuple[Need, ...], about: "_About"
    ) -> Iterator[Finding]:
        """What one schema does not promise."""
        inner = End(self._schemas.source(body), _WRITER)
        whole = self._ask(inner, Source(schema_of_all(needs), Dialect.DRAFT202012))
        if isinstance(whole, Proven):
            return
        told = False
        for need in needs:
            answer = self._ask(inner, Source(schema_of(need), Dialect.DRAFT202012))
            if not isinstance(answer, Proven):
                told = True
                yield about.need(name, place, need, answer)
        if not told:
            yield about.need(name, place, replace(needs[0], path=(), kinds=()), whole)

    def _ask(self, inner: End, outer: Source) -> Decided:
        """Whether everything that the contract allows is what the consumer can read."""
        return compare(inner, End(outer), self._steps)


def _answers(operation: Operation, status: str) -> list[Answer]:
    """The declarations that an answer of a status may follow."""
    if status.isdigit():
        found = operation.answer(int(status))
        return [found] if found else []
    named = [one for one in operation.answers.values() if one.stands_for == status[:1]]
    fallback = operation.answers.get("default")
    return named or ([fallback] if fallback else [])


def _is_json(media: str) -> bool:
    """Whether a media type of the contract may be JSON."""
    return media in ("application/json", "*/*", "application/*") or media.endswith("+json")


class _About:
    """Whom findings are about, and where they were seen."""

    def __init__(self, conformance: Conformance, consumer: str, evidence: str) -> None:
        """Keep what all of them say."""
        self._service = conformance.contract.service
        self._version = conformance.contract.version
        self._owner = conformance.owner
        self._consumer = consumer
        self._evidence = evidence

    def unmet(self, operation: str, place: str, needs: str, but: str, witness: str = "", because: str = "") -> Finding:
        """A need that is not met."""
        return self._made("consumer-need-unmet", operation, place, f"{self._consumer} {needs}, {but}", witness, because)

    def need(self, operation: str, place: str, need: Need, answer: Decided) -> Finding:
        """A need of an attribute that is not met, or nobody knows whether it is."""
        path = spelled(need.path)
        kinds = " or ".join(need.kinds) if need.kinds else "a value"
        wanted = f"{kinds} matching {need.pattern}" if need.pattern else kinds
        said = f"needs {path} as {wanted}" + ("" if need.required else " where it is there")
        where = f"{place} {path}"
        if isinstance(answer, Refuted):
            shown = compact(answer.witness)
            return self.unmet(operation, where, said, f"and {self._version} does not promise it", shown, need.because)
        reason = getattr(answer, "reason", "")
        message = f"{self._consumer} {said}, and whether {self._version} promises it is not known: {reason}"
        return self._made("consumer-need-unknown", operation, where, message, "", need.because)

    def refused(self, found: Finding, because: str) -> Finding:
        """A request that the contract does not take."""
        message = f"{self._consumer} asks in a way that {self._version} does not take: {found.message}"
        made = self._made("consumer-request-refused", found.operation, found.location, message, "", because)
        return replace(
            made, expected=found.expected, actual=found.actual, schema_location=found.schema_location, level=found.level
        )

    def _made(self, rule: str, operation: str, place: str, message: str, witness: str, because: str) -> Finding:
        """A finding with the consumer's name."""
        made = finding(
            rule,
            self._service,
            message,
            operation=operation,
            location=place,
            actual=f"an answer such as {clipped(json.dumps(json.loads(witness), ensure_ascii=False), _LONGEST)}"
            if witness
            else "",
            expected="an answer that the consumer can read" if witness else "",
            owner=self._owner,
            evidence=f"{self._evidence} ({because})" if because else self._evidence,
            consumers=(self._consumer,),
        )
        return replace(made, witness=witness)
