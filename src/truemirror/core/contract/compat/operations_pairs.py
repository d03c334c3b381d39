"""Which operation of one interface is which of the other.

Rules: operations are the same when method and shape of the whole path are, the path of the server included; what a
parameter of the path is called does not count, where it stands does.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from truemirror.core.contract.openapi.interface import Interface, Operation, Parameter

_SLOT = re.compile(r"\{([^{}/]*)\}")
Shape = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """An operation before and after."""

    old: Operation
    new: Operation | None
    """None when it is gone."""
    lost: tuple[str, ...] = ()
    """Paths of servers under which it was served and no longer is."""

    @property
    def name(self) -> str:
        """What people know it by."""
        return self.old.name


def shape(operation: Operation, base: str) -> Shape:
    """Method and path with its parameters unnamed."""
    return operation.method, _SLOT.sub("{}", base + operation.template)


def pairs(old: Interface, new: Interface) -> tuple[tuple[Pair, ...], tuple[Operation, ...]]:
    """The operations of the old interface with their successors, and the operations that are new."""
    known, before = _by_shape(new), _by_shape(old)
    added = [one for one in new.operations if not any(shape(one, base) in before for base in one.bases)]
    elsewhere = {shape(one, ""): one for one in added}
    found: list[Pair] = []
    for operation in old.operations:
        pair = _pair(operation, known)
        moved = None if pair.new else elsewhere.pop(shape(operation, ""), None)
        if moved:
            pair = Pair(operation, _aligned(operation, moved), operation.bases)
        found.append(pair)
    return tuple(found), tuple(one for one in added if shape(one, "") in elsewhere)


def _pair(operation: Operation, known: Mapping[Shape, Operation]) -> Pair:
    """One operation and its successor."""
    hits = [known.get(shape(operation, base)) for base in operation.bases]
    successor = next((hit for hit in hits if hit), None)
    lost = tuple(base for base, hit in zip(operation.bases, hits, strict=True) if hit is None) if successor else ()
    return Pair(operation, _aligned(operation, successor) if successor else None, lost)


def _by_shape(interface: Interface) -> dict[Shape, Operation]:
    """Operations by all their shapes."""
    found: dict[Shape, Operation] = {}
    for operation in interface.operations:
        for base in operation.bases:
            found.setdefault(shape(operation, base), operation)
    return found


def _aligned(old: Operation, new: Operation) -> Operation:
    """The successor with its path parameters called as they were, so that they meet by name."""
    slots = _slots(old), _slots(new)
    names = dict(zip(reversed(slots[1]), reversed(slots[0]), strict=False))
    if all(name == before for name, before in names.items()):
        return new
    return replace(new, parameters=tuple(_renamed(new.parameters, names)))


def _slots(operation: Operation) -> list[str]:
    """Names of the path's parameters in order."""
    return _SLOT.findall(operation.template)


def _renamed(parameters: tuple[Parameter, ...], names: Mapping[str, str]) -> Iterator[Parameter]:
    """Parameters with those of the path renamed."""
    for one in parameters:
        yield replace(one, name=names.get(one.name, one.name)) if one.where == "path" else one
