"""Whether a document is a schema of its draft, as the draft's meta-schema says.

Rules: what validators give a clear meaning is let pass: an empty `required` or `enum`, and repetitions in them. The
error names the schema, the keyword and the nearest value that would have worked.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final

import jsonschema_rs

from truemirror.core.schema.reading.dialect import Dialect
from truemirror.core.schema.reading.error import SchemaError
from truemirror.core.schema.reading.official import official
from truemirror.core.schema.reading.source import pointer_of
from truemirror.core.schema.terms import Json

MOST_LEVELS: Final = 200
"""How deeply a document may be nested."""

_ENGINES: Final[Mapping[Dialect, Any]] = {
    Dialect.DRAFT4: jsonschema_rs.Draft4Validator,
    Dialect.DRAFT6: jsonschema_rs.Draft6Validator,
    Dialect.DRAFT7: jsonschema_rs.Draft7Validator,
    Dialect.DRAFT201909: jsonschema_rs.Draft201909Validator,
    Dialect.DRAFT202012: jsonschema_rs.Draft202012Validator,
}
_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
_LENIENT: Final = frozenset(("required", "enum"))


def check_depth(document: Json, uri: str) -> None:
    """Refuse a document that is nested too deeply. Raises SchemaError."""
    level: list[Json] = [document]
    for _ in range(MOST_LEVELS):
        level = list({id(inner): inner for one in level for inner in _inside(one)}.values())
        if not level:
            return
    raise SchemaError(
        f"is nested more than {MOST_LEVELS} levels deep", where=f"{uri}#", fix="give the inner schemas names in `$defs`"
    )


def _inside(node: Json) -> Iterator[Json]:
    """What is right inside a node and may hold more."""
    inner = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    return (one for one in inner if isinstance(one, Mapping | list))


def check_schema(schema: Json, dialect: Dialect, document: str, steps: Sequence[str]) -> None:
    """Refuse what is no schema of its draft. Raises SchemaError."""
    for error in _meta(dialect).iter_errors(schema):
        if not _is_lenient(error):
            raise _said(error, schema, dialect, document, steps)


@lru_cache
def _meta(dialect: Dialect) -> Any:
    """The compiled meta-schema of a draft."""
    return _ENGINES[dialect](official(dialect.uri), validate_formats=False)


def _is_lenient(error: Any) -> bool:
    """Whether validators give what is wrong a clear meaning all the same."""
    return (
        bool(error.instance_path)
        and error.instance_path[-1] in _LENIENT
        and error.schema_path[-1] in ("minItems", "uniqueItems")
    )


def _said(error: Any, schema: Json, dialect: Dialect, document: str, steps: Sequence[str]) -> SchemaError:
    """The error of the meta-schema, with its place."""
    path = [str(step) for step in error.instance_path]
    cut = max((place for place, step in enumerate(path) if isinstance(error.instance_path[place], str)), default=None)
    keyword = path[cut] if cut is not None else ""
    owner = (*steps, *path[:cut])
    told = str(error.message).partition("\n")[0]
    what = f"is no schema of {dialect}: {f'`{keyword}`: ' if keyword else ''}{told}"
    value = _value_at(schema, error.instance_path)
    nearest = get_close_matches(str(value), _TYPES, 1, 0.4) if keyword == "type" else []
    return SchemaError(
        what,
        where=f"{document}#{pointer_of((*steps, *path))}",
        nearest=f'"{nearest[0]}"' if nearest else "",
        fix="mend the schema, or name its draft with `$schema`",
        pointer=pointer_of(owner),
        keyword=keyword,
    )


def _value_at(value: Json, path: Sequence[str | int]) -> Json:
    """What is at a path of a value."""
    for step in path:
        value = value[step]
    return value
