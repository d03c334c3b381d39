"""References by the name that a document gives itself, written as references by its path.

Rules: only a reference that leads to no path among the documents is looked up by name; nothing else is touched, and
documents without names come back as they are.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urldefrag, urljoin

from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.interface import Place
from truemirror.core.contract.references import BASE, uri_of
from truemirror.errors import FormatError


def by_path(contents: Mapping[str, Any]) -> Mapping[str, Any]:
    """The documents with every reference by name written as one by path."""
    if not any(isinstance(one, Mapping) and isinstance(one.get("$id"), str) for one in contents.values()):
        return contents
    documents = Documents(contents)
    return {path: _node(documents, content, Place(path)) for path, content in contents.items()}


def _node(documents: Documents, node: Any, place: Place) -> Any:
    """A node with the references in it by path."""
    if isinstance(node, list):
        return [_node(documents, one, place) for one in node]
    if not isinstance(node, Mapping):
        return node
    found = {key: _node(documents, value, place) for key, value in node.items()}
    if isinstance(node.get("$ref"), str):
        found["$ref"] = _reference(documents, node["$ref"], place)
    return found


def _reference(documents: Documents, reference: str, place: Place) -> str:
    """One reference by path, where it is by a name that is known."""
    try:
        uri = urldefrag(urljoin(uri_of(place.document), reference))[0]
        if uri.startswith(BASE) and uri.removeprefix(BASE) in documents.contents:
            return reference
        target = documents.target(reference, place)
    except (FormatError, ValueError):
        return reference
    return f"/{quote(target.document)}#{quote(target.pointer)}" if target.pointer else f"/{quote(target.document)}"
