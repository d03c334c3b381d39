"""What differs between two interfaces: operations, what they take and give, and events.

Rules: nothing is judged here; schemas are left as questions about two places, with the side on which they stand; what
nobody can judge is told where it differs, references included.
"""

from collections.abc import Iterator

from truemirror.core.contract.compat.operations_answers import Answers
from truemirror.core.contract.compat.operations_events import event_changes
from truemirror.core.contract.compat.operations_found import Change, Found
from truemirror.core.contract.compat.operations_pairs import Pair, pairs
from truemirror.core.contract.compat.operations_request import Requests
from truemirror.core.contract.compat.operations_schemas import Schemas, same
from truemirror.core.contract.compat.operations_security import security_changes
from truemirror.core.contract.compat.operations_witness import Samples
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.openapi.interface import Interface, Operation


def interface_changes(old: Interface, new: Interface) -> Iterator[Found]:
    """Everything that differs, and every pair of schemas that has to be asked about."""
    yield from _Comparison(old, new).found()


class _Comparison:
    """Compares two interfaces."""

    def __init__(self, old: Interface, new: Interface) -> None:
        """Keep both sides."""
        self._old, self._new = old, new
        self._requests, self._answers = Requests(old, new), Answers(old, new)
        self._samples = Samples(old)
        self._added: tuple[Operation, ...] = ()

    def found(self) -> Iterator[Found]:
        """All that differs."""
        known, added = pairs(self._old, self._new)
        for pair in known:
            if pair.new is None:
                yield self._removed(pair.old)
            else:
                yield from self._operation(pair, pair.new)
        self._added = added
        for operation in added:
            said = f"{operation.name} is offered, too"
            yield Change("operation-added", operation.name, "", said, Direction.REQUEST)
        if self._old.dialect != self._new.dialect:
            said = f"schemas are written in {self._new.dialect or 'the dialect of OpenAPI'}, which was otherwise"
            yield Change("schema-dialect-changed", self._new.title, "jsonSchemaDialect", said, Direction.REQUEST)
        yield from event_changes(self._old, self._new)
        yield from self._unjudged()

    def _unjudged(self) -> Iterator[Change]:
        """What differs and nobody here judges."""
        before, after = self._old.unjudged, self._new.unjudged
        old, new = Schemas(self._old), Schemas(self._new)
        added = {f"callbacks of {one.name}" for one in self._added}
        for name in sorted({*before, *after} - added):
            if not same(old, before.get(name), new, after.get(name)):
                said = f"the {name} differ, and nobody here judges them"
                yield Change("webhooks-changed", name, "", said, Direction.EVENT)

    def _removed(self, operation: Operation) -> Change:
        """An operation that is gone."""
        announced = operation.deprecated and operation.sunset
        rule = "operation-removed-as-announced" if announced else "operation-removed"
        said = f"{operation.name} is gone"
        said += f"; it was deprecated, to go on {operation.sunset}" if announced else ""
        return Change(rule, operation.name, "", said, Direction.REQUEST, self._samples.request(operation))

    def _operation(self, pair: Pair, new: Operation) -> Iterator[Found]:
        """One operation that both sides know."""
        old, request = pair.old, self._samples.request(pair.old)
        for base in pair.lost:
            witness = {**request, "path": base + request["path"].removeprefix(old.bases[0])}
            said = f"nothing is served below {base or '/'} any more"
            yield Change("base-path-removed", old.name, "", said, Direction.REQUEST, witness, cause=base or "/")
        yield from _lifecycle(old, new)
        yield from security_changes(old, new, request)
        yield from self._requests.compare(old, new)
        yield from self._answers.compare(old, new)


def _lifecycle(old: Operation, new: Operation) -> Iterator[Change]:
    """What was said about the end of an operation."""
    until = f", to go on {new.sunset}" if new.sunset else ""
    if new.deprecated and not old.deprecated:
        yield Change("operation-deprecated", old.name, "", f"{old.name} is deprecated{until}", Direction.REQUEST)
    if old.deprecated and not new.deprecated:
        said = f"{old.name} is no longer deprecated"
        yield Change("operation-deprecation-withdrawn", old.name, "", said, Direction.REQUEST)
    if old.sunset and new.sunset and new.sunset < old.sunset:
        said = f"{old.name} is to go on {new.sunset} already, where {old.sunset} was said"
        yield Change("operation-sunset-moved-up", old.name, "", said, Direction.REQUEST)
