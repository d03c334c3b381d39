"""The drafts of JSON Schema, and which of them a document is written in.

Rules: `$schema` decides. Without one, what only some drafts have decides, looked for in all documents of one comparison
together, in this order: a boolean `exclusiveMinimum` or `exclusiveMaximum` is draft 4; `$recursiveRef` or
`$recursiveAnchor` is 2019-09; `prefixItems`, `$dynamicRef` or `$dynamicAnchor` is 2020-12; `items` as an array or
`additionalItems` is 2019-09 beside a keyword of that draft, else draft 7, and so are `dependencies` and an `$id` that
is an anchor; `id` without any `$id`, beside these or `definitions`, is draft 4. Else 2020-12. `definitions` alone
decides nothing, nor does the `$schema` that once stood for the newest draft.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from truemirror.core.schema.reading.error import SchemaError
from truemirror.core.schema.terms import Json


class Dialect(StrEnum):
    """A draft of JSON Schema."""

    DRAFT4 = "draft4"
    DRAFT6 = "draft6"
    DRAFT7 = "draft7"
    DRAFT201909 = "2019-09"
    DRAFT202012 = "2020-12"

    @property
    def age(self) -> int:
        """The place among the drafts, oldest first."""
        return _AGES[self]

    @property
    def uri(self) -> str:
        """The URI of its meta-schema, without a fragment."""
        return _URIS[self]


_AGES: Final[Mapping[Dialect, int]] = {one: age for age, one in enumerate(Dialect)}
_URIS: Final[Mapping[Dialect, str]] = {
    Dialect.DRAFT4: "http://json-schema.org/draft-04/schema",
    Dialect.DRAFT6: "http://json-schema.org/draft-06/schema",
    Dialect.DRAFT7: "http://json-schema.org/draft-07/schema",
    Dialect.DRAFT201909: "https://json-schema.org/draft/2019-09/schema",
    Dialect.DRAFT202012: "https://json-schema.org/draft/2020-12/schema",
}
_BY_URI: Final[Mapping[str, Dialect]] = {uri.partition("://")[2]: one for one, uri in _URIS.items()}

_ANY_DRAFT: Final = "json-schema.org/schema"
"""What used to stand for whichever draft was the newest; it says no more than nothing does."""

_OF_2019: Final = frozenset(
    (
        *("$anchor", "$defs", "$vocabulary", "dependentRequired", "dependentSchemas", "maxContains", "minContains"),
        *("unevaluatedItems", "unevaluatedProperties"),
    )
)
_VALUES: Final = frozenset(("const", "default", "enum", "example", "examples"))
_NAMED: Final = frozenset(
    ("$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties")
)


def declared_dialect(document: Json, where: str = "") -> Dialect | None:
    """What `$schema` says; None without one. Raises SchemaError for a meta-schema that is not known."""
    uri = document.get("$schema") if isinstance(document, Mapping) else None
    if not isinstance(uri, str) or uri.rstrip("#").partition("://")[2] == _ANY_DRAFT:
        return None
    known = _BY_URI.get(uri.rstrip("#").partition("://")[2])
    if known is None:
        raise _unknown(uri, where)
    return known


def _unknown(uri: str, where: str) -> SchemaError:
    """The error for a meta-schema that is not known."""
    said = "draft 3 is not read" if "draft-03" in uri else "is no meta-schema that is known"
    nearest = get_close_matches(uri, _URIS.values(), 1, 0.5)
    return SchemaError(
        f"`$schema` {uri!r}: {said}",
        where=where or "#/$schema",
        nearest=nearest[0] if nearest else Dialect.DRAFT202012.uri,
        fix="name one of the drafts 4, 6, 7, 2019-09 and 2020-12",
        pointer="",
        keyword="$schema",
    )


def dialect_of(*documents: Json) -> Dialect:
    """The draft that documents are written in, taken together. Raises SchemaError for one that is not known."""
    for document in documents:
        declared = declared_dialect(document)
        if declared is not None:
            return declared
    seen: set[str] = set()
    for document in documents:
        seen.update(_tell_tales(document))
    return _told_by(seen)


def _told_by(seen: set[str]) -> Dialect:
    """The draft that keywords tell of."""
    if "boolean bound" in seen:
        return Dialect.DRAFT4
    if seen & {"$recursiveRef", "$recursiveAnchor"}:
        return Dialect.DRAFT201909
    if seen & {"prefixItems", "$dynamicRef", "$dynamicAnchor"}:
        return Dialect.DRAFT202012
    old = seen & {"array items", "additionalItems", "dependencies", "anchor id"}
    if seen & _OF_2019:
        return Dialect.DRAFT201909 if old - {"dependencies", "anchor id"} else Dialect.DRAFT202012
    later = seen & {"$id", "const", "contains", "propertyNames", "if", "boolean schema"}
    if "id" in seen and (old or "definitions" in seen) and not later:
        return Dialect.DRAFT4
    return Dialect.DRAFT7 if old else Dialect.DRAFT202012


def _tell_tales(document: Json) -> Iterator[str]:
    """The keywords of a document that some drafts have and others do not."""
    waiting: list[tuple[Json, bool]] = [(document, True)]
    while waiting:
        node, is_schema = waiting.pop()
        if isinstance(node, list):
            waiting += ((one, True) for one in node)
        elif isinstance(node, Mapping):
            if is_schema:
                yield from _keywords(node)
            for name, one in node.items():
                if not is_schema:
                    waiting.append((one, True))
                elif name not in _VALUES:
                    waiting.append((one, name not in _NAMED))


def _keywords(schema: Mapping[str, Json]) -> Iterator[str]:
    """The keywords of one schema, with those forms of theirs that tell a draft."""
    for name, value in schema.items():
        match name:
            case "exclusiveMinimum" | "exclusiveMaximum" if isinstance(value, bool):
                yield "boolean bound"
            case "$id" if isinstance(value, str) and value.startswith("#"):
                yield "anchor id"
            case "items" if isinstance(value, list):
                yield "array items"
            case "items" | "not" if isinstance(value, bool):
                yield "boolean schema"
            case "id" | "$id" if not isinstance(value, str):
                continue
            case _:
                yield name
