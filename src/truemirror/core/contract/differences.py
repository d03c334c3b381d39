"""What differs between two versions of a contract's documents, neutrally: nothing here says whether anyone breaks.

Rules: evidence under `x-truemirror` promises nothing and does not count; lists that have no order (`required`, `enum`)
are compared without it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from truemirror.core.contract.contract import EXTENSION
from truemirror.core.contract.pointer import Step, pointer, printable, short

UNORDERED = frozenset({"required", "enum", "type"})
"""Keywords whose lists have no order."""
PROMISES = frozenset({"conventions"})
"""What of the extension is more than evidence."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that differs."""

    document: str
    pointer: str
    old: str
    """In a few words; empty when there was nothing."""
    new: str
    """In a few words; empty when there is nothing any more."""

    def __str__(self) -> str:
        """One line: what was added (+), removed (-) or changed (~), and where."""
        place = printable(f"{self.document}#{self.pointer}" if self.pointer else self.document)
        if not self.old:
            return f"+ {place}: {self.new}"
        return f"- {place}: {self.old}" if not self.new else f"~ {place}: {self.old} → {self.new}"


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Everything that differs between two sets of documents, in the order of their paths."""
    return tuple(one for path in sorted({*old, *new}) for one in _document(path, old, new))


def _document(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """What differs in one document."""
    if path not in old:
        yield Difference(path, "", "", "a new document")
    elif path not in new:
        yield Difference(path, "", "the document", "")
    else:
        yield from _values(path, (), old[path], new[path])


def _values(path: str, steps: tuple[Step, ...], old: Any, new: Any) -> Iterator[Difference]:
    """What differs between two values."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted({*old, *new}, key=str):
            if name == EXTENSION:
                yield from _extension(path, (*steps, name), old.get(name), new.get(name))
            elif name not in old:
                yield Difference(path, pointer((*steps, name)), "", short(new[name]))
            elif name not in new:
                yield Difference(path, pointer((*steps, name)), short(old[name]), "")
            else:
                yield from _values(path, (*steps, name), old[name], new[name])
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(path, steps, old, new)
    elif old != new or isinstance(old, bool) is not isinstance(new, bool):
        yield Difference(path, pointer(steps), short(old), short(new))


def _lists(path: str, steps: tuple[Step, ...], old: list[Any], new: list[Any]) -> Iterator[Difference]:
    """What differs between two lists."""
    if steps and steps[-1] in UNORDERED:
        yield from (Difference(path, pointer(steps), short(one), "") for one in old if one not in new)
        yield from (Difference(path, pointer(steps), "", short(one)) for one in new if one not in old)
        return
    for number in range(max(len(old), len(new))):
        at = (*steps, number)
        if number >= len(old):
            yield Difference(path, pointer(at), "", short(new[number]))
        elif number >= len(new):
            yield Difference(path, pointer(at), short(old[number]), "")
        else:
            yield from _values(path, at, old[number], new[number])


def _extension(path: str, steps: tuple[Step, ...], old: Any, new: Any) -> Iterator[Difference]:
    """What differs in the extension, evidence left out."""
    kept = [
        {name: value for name, value in one.items() if name in PROMISES} if isinstance(one, Mapping) else {}
        for one in (old, new)
    ]
    yield from _values(path, steps, kept[0], kept[1])
