"""Pieces that OpenAPI and AsyncAPI documents have in common: objects, references, schemas, media types.

Rules: what is not there is left out, what has the wrong shape is a FormatError that names its place.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from truemirror.core.contract.openapi.documents import Documents
from truemirror.core.contract.openapi.interface import Place
from truemirror.core.contract.openapi.substance import Substance
from truemirror.errors import FormatError

_FORMS = ("multipart/", "application/x-www-form-urlencoded")
_XML = ("/xml", "+xml")
_WRITING = ("charset=utf-8", "boundary=")
"""Parameters of media types that tell how one message is written, which readers follow by themselves."""
_FIX = "write it as the standard says (https://spec.openapis.org/oas/v3.1.0)"


class Parts:
    """Reads pieces of documents."""

    def __init__(self, documents: Documents) -> None:
        """Keep the documents that references are resolved in."""
        self.documents = documents

    def wrong(self, what: str, place: Place, fix: str = _FIX) -> FormatError:
        """The error for something that does not have the shape of the standard."""
        return FormatError(what, where=self.documents.say(place), fix=fix)

    def mapping(self, node: Any, place: Place) -> Mapping[str, Any]:
        """An object, which the standard wants here. Raises FormatError."""
        if not isinstance(node, Mapping):
            raise self.wrong("an object is needed here", place)
        return node

    def resolved(self, node: Any, place: Place) -> tuple[Mapping[str, Any], Place]:
        """An object with its references resolved, and where it really is. Raises FormatError."""
        node, place = self.documents.follow(node, place)
        return self.mapping(node, place), place

    def schema(self, node: Mapping[str, Any], place: Place, key: str = "schema") -> Place | None:
        """The place of a schema, after references that say nothing else; None when there is none."""
        if key not in node:
            return None
        place = place.below(key)
        schema = node[key]
        for _ in range(100):
            if not (isinstance(schema, Mapping) and list(schema) == ["$ref"] and isinstance(schema["$ref"], str)):
                break
            fragment = schema["$ref"].partition("#")[2]
            if fragment and not fragment.startswith("/"):
                break  # an anchor, which whoever reads the schema finds
            place = self.documents.target(schema["$ref"], place)
            schema = self.documents.at(place)
        if not isinstance(schema, Mapping | bool):
            raise self.wrong("is no schema", place, "a schema is an object, or true or false")
        return place

    def content(self, node: Mapping[str, Any], place: Place) -> dict[str, Place | None]:
        """Schemas by media type."""
        return {media: self.schema(item, where) for media, item, where in self._media_types(node, place)}

    def encodings(self, node: Mapping[str, Any], place: Place) -> dict[str, Place]:
        """How the parts of forms are written, by media type; others have no parts (OpenAPI 3.1 §4.8.14.1)."""
        return {
            media: where.below("encoding")
            for media, item, where in self._media_types(node, place)
            if item.get("encoding") and media.startswith(_FORMS)
        }

    def markup(self, node: Mapping[str, Any], place: Place) -> dict[str, str]:
        """What schemas say of XML, by media type; for others it says nothing."""
        substance = Substance(self.documents)
        return {
            media: substance.noted(item["schema"], where.below("schema"), "xml")
            for media, item, where in self._media_types(node, place)
            if media.partition(";")[0].endswith(_XML) and "schema" in item
        }

    def _media_types(self, node: Mapping[str, Any], place: Place) -> Iterator[tuple[str, Mapping[str, Any], Place]]:
        """Media types with what is said of each, and where."""
        around = place.below("content")
        for media, item in self.mapping(node.get("content", {}), around).items():
            item, where = self.resolved(item, around.below(str(media)))
            yield media_name(str(media)), item, where


def media_name(said: str) -> str:
    """A media type as one name: in lower case, with the parameters that tell it from others, sorted."""
    name, *parameters = (part.strip().lower().replace('"', "") for part in said.split(";"))
    return ";".join((name, *sorted(one for one in parameters if one and not one.startswith(_WRITING))))
