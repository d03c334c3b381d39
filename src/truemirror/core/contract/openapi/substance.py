"""What a piece of a document says, as one text that is the same wherever the same is said.

Rules: references are replaced by what they lead to, and prose is left out; two texts are equal only where nothing
differs that a machine could act upon; what leads back to itself or is too large is told by its place and all documents.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.interface import Place
from truemirror.errors import FormatError

_PROSE: Final = ("title", "summary", "description", "bindingVersion")
_VALUES: Final = frozenset({"const", "enum", "default"})
"""Keywords whose values are data, in which nothing is prose."""
_MOST: Final = 20_000
_DEEPEST: Final = 60


class Substance:
    """Says what pieces of some documents say."""

    def __init__(self, documents: Documents) -> None:
        """Keep the documents."""
        self._documents = documents
        self._left = _MOST
        self._digest = ""

    def text(self, node: Any, place: Place) -> str:
        """One piece as a text; empty where nothing is said."""
        self._left = _MOST
        said = self._said(node, place, ())
        return "" if said in (None, [], {}) else json.dumps(said, sort_keys=True)

    def of(self, node: Mapping[str, Any], place: Place, keys: Iterable[str]) -> str:
        """Some fields of an object as a text; empty where none of them is there."""
        return self.text({key: node[key] for key in keys if key in node}, place)

    def noted(self, node: Any, place: Place, keyword: str) -> str:
        """What a schema and all that it refers to say under one keyword, with where they say it."""
        found: list[Any] = []
        seen: set[Place] = set()
        todo = [(node, place, "")]
        while todo:
            one, here, path = todo.pop()
            if isinstance(one, Mapping):
                if isinstance(one.get(keyword), Mapping) and not path.endswith("/properties"):
                    found.append([path, one[keyword]])
                todo.extend((value, here.below(str(key)), f"{path}/{key}") for key, value in one.items())
                if isinstance(one.get("$ref"), str):
                    todo.extend(self._leads(one["$ref"], here, path, seen, found))
            elif isinstance(one, list):
                todo.extend((value, here.below(number), f"{path}/{number}") for number, value in enumerate(one))
        return json.dumps(sorted(found, key=json.dumps), sort_keys=True) if found else ""

    def _leads(
        self, reference: str, place: Place, path: str, seen: set[Place], found: list[Any]
    ) -> list[tuple[Any, Place, str]]:
        """What a reference leads to, once; where it was seen before, that is what is noted."""
        try:
            target = self._documents.target(reference, place)
            node = self._documents.at(target)
        except FormatError:
            return []
        if target in seen:
            found.append([path, str(target)])
            return []
        seen.add(target)
        return [(node, target, f"{path}>")]

    def _said(self, node: Any, place: Place, above: tuple[Place, ...]) -> Any:
        """A node without prose, its references followed."""
        self._left -= 1
        if self._left < 0 or len(above) > _DEEPEST:
            return {"cut": [str(place), self._everything()]}
        if isinstance(node, Mapping):
            if isinstance(node.get("$ref"), str):
                return self._referred(node, place, above)
            return {
                str(key): value if key in _VALUES else self._said(value, place.below(str(key)), (*above, place))
                for key, value in node.items()
                if not (key in _PROSE and isinstance(value, str))
            }
        if isinstance(node, list):
            return [self._said(one, place.below(number), (*above, place)) for number, one in enumerate(node)]
        return node

    def _referred(self, node: Mapping[str, Any], place: Place, above: tuple[Place, ...]) -> Any:
        """What a reference leads to, with what stands beside it."""
        beside = {key: value for key, value in node.items() if key != "$ref"}
        try:
            target = self._documents.target(node["$ref"], place)
            found = self._documents.at(target)
        except FormatError:
            return {"nowhere": [node["$ref"], self._everything()]}
        if target in above:
            return {"back": str(target), "beside": self._said(beside, place, (*above, place))}
        said = self._said(found, target, (*above, place))
        return {"there": said, "beside": self._said(beside, place, (*above, place))} if beside else said

    def _everything(self) -> str:
        """A short text that differs whenever any document does."""
        if not self._digest:
            whole = json.dumps(self._documents.contents, sort_keys=True, default=str)
            self._digest = sha256(whole.encode()).hexdigest()
        return self._digest
