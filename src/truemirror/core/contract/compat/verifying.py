"""Whether a value conforms to a document, as the independent validator says: the last word on every witness.

Rules: nothing of our own reading is used here but the policy, which is written into the document first; a pattern that
could keep `re` busy for long is asked of an engine that cannot hang, and the schemas that are applied are counted, so
that references which fan out end. What the validator cannot say, or not in time, is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urljoin

import attrs
import jsonschema
import jsonschema_rs
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # the library has no types
from referencing import Registry, Resource
from referencing.jsonschema import (
    DRAFT4,
    DRAFT6,
    DRAFT7,
    DRAFT201909,
    DRAFT202012,
)

from truemirror.core.contract.compat.spots import LITERALS, NAMED
from truemirror.core.schema.budget import STEPS, Budget
from truemirror.core.schema.reading import Dialect, Reading, Source

_BASE: Final = "https://this-side.invalid/document"
_DRAFTS: Final[Mapping[Dialect, tuple[Any, Any]]] = {
    Dialect.DRAFT4: (jsonschema.Draft4Validator, DRAFT4),
    Dialect.DRAFT6: (jsonschema.Draft6Validator, DRAFT6),
    Dialect.DRAFT7: (jsonschema.Draft7Validator, DRAFT7),
    Dialect.DRAFT201909: (jsonschema.Draft201909Validator, DRAFT201909),
    Dialect.DRAFT202012: (jsonschema.Draft202012Validator, DRAFT202012),
}
_RISKY: Final = re.compile(r"\)[*+{?]|\\[1-9]")
"""Patterns that `re` may take very long for: a repeated group, a backward reference."""
_SHORT: Final = 16
"""Code points up to which even those are quick."""
_APPLIED: Final = 8
"""Steps that a schema counts for that is applied to a value."""
_PER_STEP: Final = 8
"""Values of an enumeration, or names, that are compared in a step."""
_spending: ContextVar[Budget] = ContextVar("_spending")
"""What the value at hand may cost; the library's validators cannot carry it with them."""


class Official:
    """One schema as the independent validator sees it."""

    def __init__(
        self,
        source: Source,
        reading: Reading = Reading(),  # noqa: B008
        budget: Budget | None = None,
    ) -> None:
        """Make the validator; what it cannot read shows when it is asked. All values together may cost the budget."""
        self._budget = budget or Budget(STEPS)
        hidden = reading.hidden
        documents = {uri: _without(one, hidden) for uri, one in source.documents.items()}
        root = _without(source.root, hidden)
        make, draft = _DRAFTS[_declared(source)]
        resources = {
            name: Resource.from_contents(one, default_specification=draft)
            for name, one in ((source.uri or _BASE, root), *documents.items())
        }
        uri = _named(source.uri or _BASE, whole := Resource.from_contents(root, default_specification=draft))
        registry: Registry[Any] = REGISTRY.with_resources((resources | {uri: whole}).items())
        schema = {"$ref": f"{uri}#{source.pointer}"}
        self._validator = _careful(make, reading.formats)(schema, registry=registry)

    def accepts(self, value: Any) -> bool | None:
        """Whether a value conforms; None where the validator fails, or the budget is spent."""
        mark = _spending.set(self._budget)
        try:
            return next(self._validator.iter_errors(value), None) is None
        except (Exception, RecursionError):  # whatever a hostile schema does to it
            return None
        finally:
            _spending.reset(mark)

    def errors(self, value: Any) -> Iterator[Any]:
        """What the validator has against a value, each error down to its causes."""
        mark = _spending.set(self._budget)
        try:
            todo = list(self._validator.iter_errors(value))
        except (Exception, RecursionError):
            return
        finally:
            _spending.reset(mark)
        while todo:
            error = todo.pop()
            yield error
            todo.extend(error.context or ())


def _named(uri: str, document: Any) -> str:
    """Where a document is by its own word, from where its relative references start: a reference that leads to it by
    another name would not tell."""
    try:
        return urljoin(uri, str(document.id() or "").partition("#")[0])
    except (AttributeError, TypeError, ValueError):  # an identifier that is none
        return uri


def _declared(source: Source) -> Dialect:
    """The draft of the document, by its own word or its surroundings'."""
    from truemirror.core.schema.reading.dialect import declared_dialect

    return declared_dialect(source.root) or source.dialect


def plain(value: Any) -> Any:
    """A value with its numbers as the standard library writes them."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() and abs(value) < 10**300 else float(value)
        case list():
            return [plain(one) for one in value]
        case dict():
            return {name: plain(one) for name, one in value.items()}
        case _:
            return value


@lru_cache
def _careful(make: Any, formats: frozenset[str]) -> Any:
    """A validator class in which no pattern hangs, and which asserts these formats as answers are held to them."""

    def format_(validator: Any, name: Any, instance: Any, schema: Any) -> Iterator[Any]:
        """The keyword `format`."""
        if name in formats and validator.is_type(instance, "string") and not _format_engine(name).is_valid(instance):
            yield jsonschema.ValidationError(f"{instance!r} is no {name}")

    keywords: dict[str, Any] = {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional,
        "format": format_,
    }
    keywords |= {name: _counted(make.VALIDATORS[name]) for name in ("enum", "required", "properties")}
    made: Any = jsonschema.validators.extend(make, keywords)  # type: ignore[no-untyped-call]  # no types here

    def evolve(self: Any, **changes: Any) -> Any:
        """The validator of a schema further in: one that names its draft would get the library's own class."""
        _spending.get().spend(_APPLIED)
        schema = changes.setdefault("schema", self.schema)
        named = isinstance(schema, Mapping) and "$schema" in schema
        wanted = _careful(jsonschema.validators.validator_for(schema, default=make), formats) if named else type(self)
        known = {alias: getattr(self, name) for alias, name in parts}
        return wanted(**{**known, **changes})

    parts = [(one.alias, one.name) for one in attrs.fields(made) if one.init]
    made.evolve = evolve
    return made


def _counted(keyword: Any) -> Any:
    """A keyword of the library that goes through a list of its own, which counts."""

    def counted(validator: Any, listed: Any, instance: Any, schema: Any) -> Any:
        """The keyword."""
        _spending.get().spend(len(listed) // _PER_STEP)
        return keyword(validator, listed, instance, schema)

    return counted


def found_in(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text. Raises ValueError for one that no engine reads."""
    if len(text) <= _SHORT or not _RISKY.search(pattern):
        try:
            return re.search(pattern, text) is not None
        except (re.error, OverflowError, RecursionError):
            pass
    return bool(_engine(pattern).is_valid(text))


@lru_cache(maxsize=512)
def _engine(pattern: str) -> Any:
    """A pattern compiled by the engine that cannot hang."""
    return jsonschema_rs.Draft202012Validator({"pattern": pattern})


@lru_cache
def _format_engine(name: str) -> Any:
    """A format as the engine reads it that judges answers; the library's own knows some of them only with more
    packages."""
    return jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    """The keyword `pattern`."""
    if validator.is_type(instance, "string") and not found_in(pattern, instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[Any]:
    """The keyword `patternProperties`."""
    if not validator.is_type(instance, "object"):
        return
    for pattern, inner in patterns.items():
        for name, value in instance.items():
            if found_in(pattern, name):
                yield from validator.descend(value, inner, path=name, schema_path=pattern)


def _additional(validator: Any, inner: Any, instance: Any, schema: Any) -> Iterator[Any]:
    """The keyword `additionalProperties`."""
    if not validator.is_type(instance, "object"):
        return
    declared, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, value in instance.items():
        if name not in declared and not any(found_in(pattern, name) for pattern in patterns):
            if validator.is_type(inner, "object"):
                yield from validator.descend(value, inner, path=name)
            elif inner is False:
                yield jsonschema.ValidationError(f"{name!r} is not declared")


def _without(node: Any, hidden: str) -> Any:
    """A document in which attributes with a mark are neither required nor looked at."""
    return _hiding(node, hidden, names=False) if hidden else node


def _hiding(node: Any, hidden: str, *, names: bool) -> Any:
    """A schema, or a mapping of names to schemas, with that done."""
    if isinstance(node, list):
        return [_hiding(one, hidden, names=False) for one in node]
    if not isinstance(node, Mapping):
        return node
    if names:
        return {name: _hiding(one, hidden, names=False) for name, one in node.items()}
    made = {name: one if name in LITERALS else _hiding(one, hidden, names=name in NAMED) for name, one in node.items()}
    declared = node.get("properties")
    marked = {
        name
        for name, one in (declared.items() if isinstance(declared, Mapping) else ())
        if isinstance(one, Mapping) and one.get(hidden) is True
    }
    if marked:
        made["properties"] = {name: {} if name in marked else one for name, one in made["properties"].items()}
        if isinstance(node.get("required"), list):
            made["required"] = [name for name in node["required"] if name not in marked]
    return made
