"""Finding the operation that a request belongs to, in a time that does not grow with the number of operations.

Rules: a concrete path wins over a template (OpenAPI 3.1 §4.8.8.2), segment by segment from the left; a segment of a
template is a text, a parameter, or a mix of both (`{name}.json`); methods are looked at last, so that a path that is
known under other methods only can be told from one that is not known at all.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from truemirror.core.contract.contract import Operation
from truemirror.core.contract.paths import tidy

_PARAMETER = re.compile(r"\{[^{}/]*\}")
_REMEMBERED = 8_192


@dataclass(slots=True)
class _Node:
    """What may come after some segments."""

    texts: dict[str, "_Node"] = field(default_factory=dict)
    mixes: list[tuple[re.Pattern[str], str, "_Node"]] = field(default_factory=list)
    any: "_Node | None" = None
    methods: dict[str, Operation] = field(default_factory=dict)

    def onward(self, segment: str) -> "_Node":
        """The node after a template's segment, made when it is new."""
        if "{" not in segment:
            return self.texts.setdefault(tidy(segment), _Node())
        if _PARAMETER.fullmatch(segment):
            self.any = self.any or _Node()
            return self.any
        for _, source, node in self.mixes:
            if source == segment:
                return node
        pieces = (re.escape(tidy(piece)) for piece in _PARAMETER.split(segment))
        node = _Node()
        self.mixes.append((re.compile("[^/]+?".join(pieces)), segment, node))
        return node

    def find(self, segments: list[str], at: int) -> "_Node | None":
        """The node of a concrete path that has operations."""
        if at == len(segments):
            return self if self.methods else None
        segment = segments[at]
        text = self.texts.get(segment)
        found = text.find(segments, at + 1) if text else None
        if found:
            return found
        for pattern, _, node in self.mixes:
            if pattern.fullmatch(segment) and (found := node.find(segments, at + 1)):
                return found
        return self.any.find(segments, at + 1) if self.any and segment else None


class Routes:
    """All operations of a contract, by path."""

    def __init__(self, operations: Iterable[Operation], prefixes: tuple[str, ...] = ("",)) -> None:
        """Sort the operations in."""
        self._root = _Node()
        self._prefixes = prefixes
        self._known: dict[tuple[str, str], Operation | None] = {}
        for operation in operations:
            node = self._root
            for segment in operation.template.split("/")[1:]:
                node = node.onward(segment)
            node.methods.setdefault(operation.method, operation)

    def find(self, method: str, path: str) -> Operation | None:
        """The operation of a request; HEAD is answered as GET is (RFC 9110 §9.3.2)."""
        key = (method, path)
        if key in self._known:
            return self._known[key]
        methods = self.methods(path)
        upper = method.upper()
        operation = methods.get(upper) or (methods.get("GET") if upper == "HEAD" else None)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[key] = operation
        return operation

    def methods(self, path: str) -> dict[str, Operation]:
        """The operations on a path, by method."""
        for prefix in self._prefixes:
            if not path.startswith(prefix):
                continue
            node = self._root.find(tidy(path[len(prefix) :]).split("/")[1:], 0)
            if node:
                return node.methods
        return {}
