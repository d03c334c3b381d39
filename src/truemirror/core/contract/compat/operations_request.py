"""What changed in what an operation takes: parameters and bodies.

Rules: callers know the old contract and send to a provider of the new one; what becomes possible helps, what becomes
necessary or impossible breaks.
"""

from collections.abc import Iterator

from truemirror.core.contract.compat.operations_found import Change, Found, Question
from truemirror.core.contract.compat.operations_media import is_json, met, side
from truemirror.core.contract.compat.operations_schemas import Schemas, same
from truemirror.core.contract.compat.operations_text import Texts
from truemirror.core.contract.compat.operations_witness import Samples
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.openapi.interface import Body, Interface, Operation, Parameter

_REQUEST = Direction.REQUEST


class Requests:
    """Compares what operations take."""

    def __init__(self, old: Interface, new: Interface) -> None:
        """Keep both sides."""
        self._samples = Samples(old)
        self._texts = Texts(old, new)
        self._schemas = Schemas(old), Schemas(new)

    def compare(self, old: Operation, new: Operation) -> Iterator[Found]:
        """All changes of one operation's request."""
        before, after = _by_name(old), _by_name(new)
        for key, parameter in before.items():
            if key in after:
                yield from self._parameter(old, parameter, after[key])
            elif parameter.where != "path":
                yield Change(
                    "request-parameter-removed",
                    old.name,
                    _place(parameter),
                    f"the {parameter.where} parameter {parameter.name} is gone",
                    _REQUEST,
                    self._samples.request(old, (parameter,)),
                )
        for key, parameter in after.items():
            if key not in before and parameter.where != "path":
                yield self._added(old, parameter)
        yield from self._bodies(old, new)

    def _added(self, old: Operation, parameter: Parameter) -> Change:
        """A parameter that callers do not know of."""
        rule = "request-parameter-required-added" if parameter.required else "request-parameter-optional-added"
        said = "is asked for, and no caller sends it" if parameter.required else "may be sent"
        return Change(
            rule,
            old.name,
            _place(parameter),
            f"the {parameter.where} parameter {parameter.name} {said}",
            _REQUEST,
            self._samples.request(old),
        )

    def _parameter(self, operation: Operation, old: Parameter, new: Parameter) -> Iterator[Found]:
        """One parameter that both sides know."""
        place, called = _place(old), f"the {old.where} parameter {old.name}"
        if new.required and not old.required:
            said = f"{called} has become required"
            yield Change(
                "request-parameter-became-required",
                operation.name,
                place,
                said,
                _REQUEST,
                self._samples.request(operation),
            )
        if old.required and not new.required:
            yield Change(
                "request-parameter-became-optional",
                operation.name,
                place,
                f"{called} has become optional",
                _REQUEST,
            )
        if new.deprecated and not old.deprecated:
            yield Change("request-parameter-deprecated", operation.name, place, f"{called} is deprecated", _REQUEST)
        if not self._texts.same(old, new):
            yield Change(
                "request-parameter-style-changed",
                operation.name,
                place,
                f"{called} is written as {_style(new)} where it was {_style(old)}",
                _REQUEST,
                self._samples.request(operation, (old,)),
            )
        yield from self._spelling(operation, old, new)
        if self._texts.suffice(old, new):
            yield Change(
                "request-parameter-takes-any-text",
                operation.name,
                place,
                f"{called} takes any text",
                _REQUEST,
            )
        else:
            yield Question(old.schema, new.schema, _REQUEST, operation.name, place)

    def _spelling(self, operation: Operation, old: Parameter, new: Parameter) -> Iterator[Change]:
        """What a value of a query parameter may be made of besides what its schema says."""
        called = f"the query parameter {old.name}"
        found: list[tuple[str, str, str]] = []
        if old.takes_reserved and not new.takes_reserved and self._texts.may_be_text(old):
            said = f"{called} no longer takes reserved characters as they are"
            found.append(("request-parameter-reserved-refused", said, "a/b"))
        if new.takes_reserved and not old.takes_reserved and self._texts.may_be_text(old):
            found.append(("request-parameter-reserved-taken", f"{called} takes reserved characters as they are", "a/b"))
        if old.takes_empty and not new.takes_empty:
            found.append(("request-parameter-empty-refused", f"{called} can no longer be sent without a value", ""))
        if new.takes_empty and not old.takes_empty:
            found.append(("request-parameter-empty-taken", f"{called} may be sent without a value", ""))
        for rule, said, shown in found:
            witness = self._samples.request(operation, (old,))
            witness["query"] = {**witness.get("query", {}), old.name: shown}
            yield Change(rule, operation.name, _place(old), said, _REQUEST, witness)

    def _bodies(self, old: Operation, new: Operation) -> Iterator[Found]:
        """The bodies."""
        if old.body is None and new.body is not None:
            rule = "request-body-required-added" if new.body.required else "request-body-optional-added"
            said = "a body is asked for, and no caller sends one" if new.body.required else "a body may be sent"
            yield Change(rule, old.name, "request", said, _REQUEST, self._samples.request(old))
        elif old.body is not None and new.body is None:
            yield Change(
                "request-body-removed", old.name, "request", "no body is taken", _REQUEST, self._with_body(old)
            )
        elif old.body is not None and new.body is not None:
            yield from self._body(old, old.body, new.body)

    def _body(self, operation: Operation, old: Body, new: Body) -> Iterator[Found]:
        """The bodies of an operation that takes some on both sides."""
        if new.required and not old.required:
            yield Change(
                "request-body-became-required",
                operation.name,
                "request",
                "the body has become required",
                _REQUEST,
                self._samples.request(operation),
            )
        if old.required and not new.required:
            yield Change(
                "request-body-became-optional", operation.name, "request", "the body has become optional", _REQUEST
            )
        for media, before, after in met(old.content, new.content):
            place = side("request", media, old.content)
            if before is None:
                said = f"bodies of {media} are taken, too"
                yield Change("request-media-type-added", operation.name, f"request {media}", said, _REQUEST)
            elif after is None:
                said, witness = f"bodies of {media} are no longer taken", self._with_body(operation, media)
                yield Change("request-media-type-removed", operation.name, f"request {media}", said, _REQUEST, witness)
            else:
                yield Question(old.content[before], new.content[after], _REQUEST, operation.name, place)
                if old.markup.get(before) != new.markup.get(after):
                    said = f"the elements of {media} are written in another way, which nobody here judges"
                    yield Change("body-markup-changed", operation.name, f"request {media}", said, _REQUEST)
                parts = old.encodings.get(before), new.encodings.get(after)
                if not same(self._schemas[0], parts[0], self._schemas[1], parts[1]):
                    said = f"the parts of {media} are written in another way, which nobody here judges"
                    yield Change("request-encoding-changed", operation.name, f"request {media}", said, _REQUEST)

    def _with_body(self, operation: Operation, media: str = "") -> dict[str, object]:
        """The smallest request that carries a body."""
        request = self._samples.request(operation)
        content = operation.body.content if operation.body else {}
        media = media or next(iter(content), "")
        request["body"] = self._samples.value(content.get(media))
        if media and not is_json(media):
            request["media_type"] = media
        return request


def _by_name(operation: Operation) -> dict[tuple[str, str], Parameter]:
    """Parameters by where they are and what they are called."""
    return {(one.where, one.name.lower() if one.where == "header" else one.name): one for one in operation.parameters}


def _place(parameter: Parameter) -> str:
    """`query limit`."""
    return f"{parameter.where} {parameter.name}"


def _style(parameter: Parameter) -> str:
    """How a value is written, in words."""
    return parameter.media or f"{parameter.style}{', one by one' if parameter.explode else ''}"
