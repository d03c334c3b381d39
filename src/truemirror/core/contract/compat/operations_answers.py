"""What changed in what an operation answers: statuses, bodies, headers.

Rules: a provider of the new contract answers readers that know the old one; each status is held against what the old
contract says of it, be it the status itself, its class or the default; errors weigh as much as successes wherever a
reader has to understand them.
"""

from collections.abc import Iterator

from truemirror.core.contract.compat.operations_found import NO_WITNESS, Change, Found, Question
from truemirror.core.contract.compat.operations_media import met, side
from truemirror.core.contract.compat.operations_text import Texts
from truemirror.core.contract.compat.operations_witness import Samples
from truemirror.core.contract.compat.policy import Direction
from truemirror.core.contract.openapi.interface import Answer, Interface, Operation, Parameter

_RESPONSE = Direction.RESPONSE
_CLASSES = {"2": "success", "4": "error", "5": "error", "default": "error"}


class Answers:
    """Compares what operations answer."""

    def __init__(self, old: Interface, new: Interface) -> None:
        """Keep both sides."""
        self._samples = Samples(new)
        self._texts = Texts(old, new)

    def compare(self, old: Operation, new: Operation) -> Iterator[Found]:
        """All changes of one operation's answers."""
        for status, before, after in _met(old, new):
            if before is None and after is not None:
                yield self._added(old, status, after)
            elif after is None and before is not None:
                yield self._removed(old, status, before, new)
            elif before is not None and after is not None:
                yield from self._body(old, status, before, after)
                yield from self._headers(old, status, before, after)

    def _added(self, operation: Operation, status: str, answer: Answer) -> Change:
        """A status that readers do not know of."""
        family = _family(status, operation)
        said = f"{_called(status)} may be answered, which no reader knows of"
        return Change(
            f"response-{family}-status-added", operation.name, status, said, _RESPONSE, self._witness(status, answer)
        )

    def _removed(self, operation: Operation, status: str, answer: Answer, new: Operation) -> Change:
        """A status that is no longer answered."""
        family = _family(status, operation)
        instead = ", ".join(name for name in new.answers if name not in operation.answers and name[:1] == status[:1])
        said = f"{_called(status)} is no longer answered" + (f", but {instead}" if instead else "")
        others = sorted(new.answers.values(), key=lambda one: _CLASSES.get(one.stands_for) != "success")
        witness = self._witness(others[0].status, others[0]) if others else NO_WITNESS
        return Change(f"response-{family}-status-removed", operation.name, status, said, _RESPONSE, witness)

    def _body(self, operation: Operation, status: str, old: Answer, new: Answer) -> Iterator[Found]:
        """The bodies of one status."""
        before, after = old.body.content, new.body.content
        if before and not after:
            yield Change(
                "response-body-removed",
                operation.name,
                status,
                "no body is answered",
                _RESPONSE,
                {"status": _number(status)},
            )
            return
        if after and not before:
            yield Change("response-body-added", operation.name, status, "a body is answered", _RESPONSE)
            return
        if old.body.required and not new.body.required:
            said = "the body may be left out"
            yield Change(
                "response-body-became-optional", operation.name, status, said, _RESPONSE, {"status": _number(status)}
            )
        if new.body.required and not old.body.required:
            yield Change("response-body-became-required", operation.name, status, "the body is always there", _RESPONSE)
        for media, known, given in met(before, after):
            if known is None:
                said = f"bodies of {media} are answered, too"
                yield Change("response-media-type-added", operation.name, f"{status} {media}", said, _RESPONSE)
            elif given is None:
                said = f"bodies of {media} are no longer answered"
                other = next(iter(after))
                witness = {
                    **self._witness(status, new),
                    "media_type": other,
                }
                yield Change(
                    "response-media-type-removed", operation.name, f"{status} {media}", said, _RESPONSE, witness
                )
            else:
                if old.body.markup.get(known) != new.body.markup.get(given):
                    said = f"the elements of {media} are written in another way, which nobody here judges"
                    yield Change("body-markup-changed", operation.name, f"{status} {media}", said, _RESPONSE)
                yield Question(before[known], after[given], _RESPONSE, operation.name, side(status, media, before))

    def _headers(self, operation: Operation, status: str, old: Answer, new: Answer) -> Iterator[Found]:
        """The headers of one status."""
        for name, header in old.headers.items():
            place = f"{status} header {header.name}"
            if name in new.headers:
                yield from self._header(operation, place, header, new.headers[name], self._witness(status, new))
            else:
                rule = "response-header-removed" if header.required else "response-optional-header-removed"
                said = f"the header {header.name} is gone"
                yield Change(rule, operation.name, place, said, _RESPONSE, self._witness(status, new))
        for name, header in new.headers.items():
            if name not in old.headers:
                place, said = f"{status} header {header.name}", f"the header {header.name} is answered, too"
                yield Change("response-header-added", operation.name, place, said, _RESPONSE)

    def _header(
        self, operation: Operation, place: str, old: Parameter, new: Parameter, witness: dict[str, object]
    ) -> Iterator[Found]:
        """One header that both sides know."""
        called = f"the header {old.name}"
        if old.required and not new.required:
            said = f"{called} may be left out"
            yield Change("response-header-became-optional", operation.name, place, said, _RESPONSE, witness)
        if new.required and not old.required:
            said = f"{called} is always there"
            yield Change("response-header-became-required", operation.name, place, said, _RESPONSE)
        if not self._texts.same(old, new):
            said = f"{called} is written in another way"
            shown = {**witness, "header": {new.name: self._samples.value(new.schema)}}
            yield Change("response-header-style-changed", operation.name, place, said, _RESPONSE, shown)
        if self._texts.sufficed(old, new):
            said = f"{called} is no longer any text"
            yield Change("response-header-was-any-text", operation.name, place, said, _RESPONSE)
        else:
            yield Question(old.schema, new.schema, _RESPONSE, operation.name, place)

    def _witness(self, status: str, answer: Answer) -> dict[str, object]:
        """The smallest answer of a status."""
        shown: dict[str, object] = {"status": _number(status)}
        headers = {one.name: self._samples.value(one.schema) for one in answer.headers.values() if one.required}
        if headers:
            shown["header"] = headers
        if answer.body.required:
            shown["body"] = self._samples.value(next(iter(answer.body.content.values())))
        return shown


def _met(old: Operation, new: Operation) -> Iterator[tuple[str, Answer | None, Answer | None]]:
    """Every status that either side speaks of, with what each says of it; what two sides say the same of comes once."""
    seen: set[tuple[str, str]] = set()
    names = sorted({*old.answers, *new.answers}, key=lambda name: (name == "default", "X" in name, name))
    exact = {int(name) for name in names if name.isdigit()}
    for name in names:
        for number in _numbers(name, exact):
            before, after = old.answer(number), new.answer(number)
            key = (before.status if before else "", after.status if after else "")
            if key not in seen and key != ("", ""):
                seen.add(key)
                yield name, before, after


def _numbers(name: str, exact: set[int]) -> Iterator[int]:
    """The statuses that a name stands for, one of each sort: itself; or one of the class that nobody names."""
    if name.isdigit():
        yield int(name)
        return
    for family in "12345" if name == "default" else name[0]:
        yield next(number for number in range(int(family) * 100 + 99, int(family) * 100 - 1, -1) if number not in exact)


def _family(status: str, operation: Operation) -> str:
    """success, error or other; the default is for errors where a success is named."""
    if status == "default" and not any(name[0] == "2" for name in operation.answers):
        return "success"
    return _CLASSES.get(status if status == "default" else status[0], "other")


def _number(status: str) -> int:
    """A status for what stands for many."""
    return int(status) if status.isdigit() else 500 if status == "default" else int(status[0]) * 100


def _called(status: str) -> str:
    """A status as people say it."""
    return "any other status" if status == "default" else status
