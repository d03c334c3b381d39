"""The documents of one contract, and what the references between them lead to.

Rules: a document is known by its path, or by the `$id` or `$self` it gives itself; nothing is ever fetched; a reference
that leaves the documents, leads nowhere or comes back to itself is a FormatError that names document and place.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

from truemirror.core.contract.openapi.interface import Place
from truemirror.core.contract.references import BASE, uri_of
from truemirror.errors import FormatError

_LONGEST = 100
"""References that may follow one upon another."""


class Documents:
    """Documents by path."""

    def __init__(self, contents: Mapping[str, Any], title: str = "") -> None:
        """Keep the documents, and learn the names that they give themselves."""
        self.contents = contents
        self.title = title
        self._named: dict[str, str] = {}
        self._split_before: dict[tuple[str, str], str] = {}
        for path, content in contents.items():
            for key in ("$self", "$id"):
                name = content.get(key) if isinstance(content, Mapping) else None
                if isinstance(name, str):
                    self._named.setdefault(urldefrag(urljoin(uri_of(path), name))[0], path)

    def say(self, place: Place) -> str:
        """A place as people read it: `tags 1.0.0 openapi.yaml#/paths`."""
        return f"{self.title} {place}".strip()

    def at(self, place: Place) -> Any:
        """What is at a place. Raises FormatError when there is no such place."""
        node = self.contents[place.document]
        for step in place.pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, Mapping) and name in node:
                node = node[name]
            elif isinstance(node, list) and name.isdecimal() and int(name) < len(node):
                node = node[int(name)]
            else:
                raise FormatError(
                    f"there is no {place.pointer} in it",
                    where=self.say(Place(place.document)),
                    fix="mend the reference",
                )
        return node

    def target(self, reference: str, place: Place) -> Place:
        """The place that a reference leads to. Raises FormatError."""
        document, fragment = self._split(reference, place)
        if fragment and not fragment.startswith("/"):
            raise FormatError(
                f"refers to {reference!r}, and the part after the # is no JSON pointer",
                where=self.say(place),
                fix="refer to it as #/components/...",
            )
        return Place(document, fragment)

    def _split(self, reference: str, place: Place) -> tuple[str, str]:
        """The document and the fragment of a reference. Raises FormatError."""
        name, _, fragment = reference.partition("#")
        key = place.document, name
        if key not in self._split_before:  # joining addresses is slow, and most references lead to few documents
            self._split_before[key] = self._document(name, place)
        return self._split_before[key], unquote(fragment)

    def _document(self, reference: str, place: Place) -> str:
        """The document that a reference without its fragment leads to. Raises FormatError."""
        if not reference:
            return place.document
        try:
            uri = urljoin(uri_of(place.document), reference)
        except ValueError as error:
            raise FormatError(f"refers to {reference!r}: {error}", where=self.say(place)) from None
        path = unquote(uri.removeprefix(BASE))
        if uri.startswith(BASE) and path in self.contents:
            return path
        for name in (uri, urljoin(self._name(place.document), reference)):
            if name in self._named:
                return self._named[name]
        if not uri.startswith(BASE):
            raise FormatError(
                f"refers to {uri}, which is not among its documents",
                where=self.say(place),
                fix="copy the document beside this one and refer to it by its path; nothing is fetched",
            )
        near = get_close_matches(path, self.contents, n=1, cutoff=0.4)
        raise FormatError(
            f"refers to {path}, which does not exist",
            where=self.say(place),
            nearest=near[0] if near else "",
            fix="add the document beside this one, or mend the reference",
        )

    def _name(self, path: str) -> str:
        """The URI that a document gives itself, else that of its path."""
        content = self.contents[path]
        name = (content.get("$self") or content.get("$id")) if isinstance(content, Mapping) else None
        return urljoin(uri_of(path), name) if isinstance(name, str) else uri_of(path)

    def follow(self, node: Any, place: Place) -> tuple[Any, Place]:
        """An object with its references resolved, and where it really is. Raises FormatError."""
        for _ in range(_LONGEST):
            if not (isinstance(node, Mapping) and isinstance(node.get("$ref"), str)):
                return node, place
            place = self.target(node["$ref"], place)
            node = self.at(place)
        raise FormatError("refers to itself without end", where=self.say(place), fix="break the circle")
