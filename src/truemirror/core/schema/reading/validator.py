"""The verdict of an independent library on a value: `jsonschema`, with the right draft, documents and formats.

Rules: nothing here knows terms. Numbers are handed over as whole numbers and fractions, so that bounds and multiples
are exact; patterns and formats are judged by a compiled engine that reads them as ECMA-262 does and cannot hang.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Final

from jsonschema import (
    Draft4Validator,
    Draft6Validator,
    Draft7Validator,
    Draft201909Validator,
    Draft202012Validator,
    ValidationError,
)
from jsonschema.validators import extend
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT4, DRAFT6, DRAFT7, DRAFT201909, DRAFT202012

from truemirror.core.schema import opaque
from truemirror.core.schema.reading.dialect import Dialect, declared_dialect
from truemirror.core.schema.reading.policy import Reading
from truemirror.core.schema.reading.resources import Place, entered
from truemirror.core.schema.reading.scalars import is_number, number
from truemirror.core.schema.reading.source import Source, pointer_of
from truemirror.core.schema.terms import Json, Kind, Opaque

_HOME: Final = "urn:truemirror:schema"
_CLASSES: Final[Mapping[Dialect, Any]] = {
    Dialect.DRAFT4: Draft4Validator,
    Dialect.DRAFT6: Draft6Validator,
    Dialect.DRAFT7: Draft7Validator,
    Dialect.DRAFT201909: Draft201909Validator,
    Dialect.DRAFT202012: Draft202012Validator,
}
_SPECIFICATIONS: Final[Mapping[Dialect, Any]] = {
    Dialect.DRAFT4: DRAFT4,
    Dialect.DRAFT6: DRAFT6,
    Dialect.DRAFT7: DRAFT7,
    Dialect.DRAFT201909: DRAFT201909,
    Dialect.DRAFT202012: DRAFT202012,
}
_FREE: Final = Reading()


def validator(source: Source, policy: Reading = _FREE) -> Callable[[Json], str]:
    """What says why a value does not conform to a schema; an empty text where it does.

    Of the policy only the asserted formats count. The schema is taken to be valid; Unreadable is raised for numbers
    that are too long to be worked with.
    """
    root = entered(Place(source.uri or _HOME, (), source.uri or _HOME, source.dialect, source.root))
    home, dialect = root.base, root.dialect
    documents = {**source.documents, home: source.root}
    resources = {uri: _resource(document, source.dialect, dialect) for uri, document in documents.items()}
    reference = f"{home}#{_quoted(source.pointer)}"
    judge = _judge(dialect, policy.formats)({"$ref": reference}, registry=_registry(resources))
    return lambda value: _reason(judge, _exact(value))


def _registry(resources: Mapping[str, Resource[Any]]) -> Registry[Any]:
    """Documents with all their identifiers; one that the library stumbles over can only be asked for by its URI."""
    registry: Registry[Any] = Registry(retrieve=resources.__getitem__)  # type: ignore[call-arg]  # as its own docs say
    for uri, resource in resources.items():
        with suppress(TypeError, AttributeError):
            registry = registry.with_resource(uri, resource).crawl()
    return registry


def _quoted(pointer: str) -> str:
    """A JSON pointer as the fragment of a URI."""
    return pointer.replace("%", "%25").replace("#", "%23")


def _resource(document: Json, default: Dialect, home: Dialect) -> Resource[Any]:
    """A document as the library wants it: exact, and without the usual `$schema`."""
    exact = _exact(document)
    dialect = declared_dialect(document) or default
    if isinstance(exact, dict) and dialect is home:
        exact.pop("$schema", None)  # the library would take its own class for it, without what is changed here
    made: Resource[Any] = _SPECIFICATIONS[dialect].create_resource(exact)
    return made


def _exact(value: Json) -> Json:
    """A value with its numbers as whole numbers or fractions. Raises Unreadable for numbers that are too long."""
    if isinstance(value, Mapping):
        return {name: _exact(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_exact(one) for one in value]
    if is_number(value):
        exact = number("number", value)
        return exact.numerator if exact.denominator == 1 else exact
    return value


def _reason(judge: Any, value: Json) -> str:
    """Why a value does not conform."""
    try:
        error = next(judge.iter_errors(value), None)
    except RecursionError:
        return "nested too deeply to be judged"
    except (re.error, Unresolvable) as error_:
        return f"cannot be judged: {error_}"
    if error is None:
        return ""
    at = pointer_of(str(step) for step in error.absolute_path) or "the value"
    return f"{at} breaks `{error.validator or 'false'}`"


def _found(keyword: str, argument: str, text: str) -> bool:
    """Whether a text keeps a keyword; what the engine cannot read is asked of Python."""
    answer = opaque.test(Opaque(Kind.STRING, f"{keyword}:{argument}"), text)
    if answer is None and keyword == "pattern":
        return re.search(argument, text) is not None
    return answer is not False


def _pattern(_: Any, pattern: str, instance: Json, __: Any) -> Iterator[ValidationError]:
    """The keyword `pattern`."""
    if isinstance(instance, str) and not _found("pattern", pattern, instance):
        yield ValidationError(f"does not match {pattern}")


def _pattern_properties(judge: Any, patterns: Json, instance: Json, _: Any) -> Iterator[ValidationError]:
    """The keyword `patternProperties`."""
    if not isinstance(instance, dict):
        return
    for pattern, schema in patterns.items():
        for name, value in instance.items():
            if _found("pattern", pattern, name):
                yield from judge.descend(value, schema, path=name, schema_path=pattern)


def _additional(judge: Any, schema: Json, instance: Json, parent: Json) -> Iterator[ValidationError]:
    """The keyword `additionalProperties`."""
    if not isinstance(instance, dict):
        return
    declared, patterns = parent.get("properties", {}), parent.get("patternProperties", {})
    for name, value in instance.items():
        if name in declared or any(_found("pattern", pattern, name) for pattern in patterns):
            continue
        if schema is False:
            yield ValidationError(f"{name} is not allowed")
        elif schema is not True:
            yield from judge.descend(value, schema, path=name)


@cache
def _judge(dialect: Dialect, formats: frozenset[str]) -> Any:
    """The library's class for a draft, with patterns and asserted formats judged by the compiled engine."""

    def format_(_: Any, name: str, instance: Json, __: Any) -> Iterator[ValidationError]:
        """The keyword `format`, where the policy asserts it."""
        if name in formats and isinstance(instance, str) and not _found("format", name, instance):
            yield ValidationError(f"is no {name}")

    changed = {
        "format": format_,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional,
    }
    return extend(_CLASSES[dialect], changed)  # type: ignore[no-untyped-call]  # the library has no types here
