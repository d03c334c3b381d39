"""Why a value does not conform to its schema, said by the `jsonschema` library and put into words.

Rules: only called when a compiled validator has refused; at most a bounded number of violations is told, items of one
list that share a fault are told once; of the branches of a union the one is explained that was most likely meant;
patterns and formats are judged by the engine that refused, so that both agree and none can hang.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice
from typing import Any
from urllib.parse import urljoin

import jsonschema_rs
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from truemirror.core.contract.describe import described
from truemirror.core.contract.pointer import Step, kind, short, spoken, starred
from truemirror.core.contract.references import References, below, readable
from truemirror.core.mirror.standin import is_stand_in

_MOST_ERRORS = 500
_MOST_TOLD = 25
_MOST_WAYS = 64

KINDS: Mapping[str, str] = {
    "required": "attribute-missing",
    "dependentRequired": "attribute-missing",
    "type": "type-changed",
    "enum": "enum-unknown",
    "const": "enum-unknown",
    "format": "format-changed",
    "pattern": "format-changed",
    "additionalProperties": "attribute-forbidden",
    "unevaluatedProperties": "attribute-forbidden",
    "propertyNames": "attribute-forbidden",
    "anyOf": "variant-unknown",
    "oneOf": "variant-unknown",
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "bounds-broken"),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "uniqueItems"), "bounds-broken"),
    **dict.fromkeys(("minProperties", "maxProperties", "contains", "minContains", "maxContains"), "bounds-broken"),
}
"""What a broken keyword means; a rule's id is this with its direction before it. All others are `schema-broken`."""

_TEXT_ONLY = frozenset({"format", "pattern", "enum", "const", "minLength", "maxLength"})


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which a value does not conform."""

    kind: str
    steps: tuple[Step, ...]
    """Where, in the value."""
    message: str
    expected: str
    actual: str
    schema_location: str
    """Where the contract says so, as document and pointer."""


def explain(references: References, uri: str, value: Any) -> tuple[Violation, ...]:
    """Every violation of the schema at a URI, items of one list that share a fault told once."""
    found = _Validator({"$ref": uri}, registry=references.registry).iter_errors(value)
    leaves = (leaf for error in found for leaf in meant(error))
    told: dict[tuple[str, tuple[Step, ...], str], tuple[Violation, int]] = {}
    try:
        for leaf in islice(leaves, _MOST_ERRORS):
            for one in _violations(references, uri, leaf):
                key = (one.kind, starred(one.steps), one.schema_location)
                first, times = told.get(key, (one, 0))
                told[key] = (first, times + 1)
    except RecursionError:
        said = "something is wrong that is nested too deeply to be explained"
        one = Violation("schema-broken", (), said, "what the schema asks for", short(value), readable(uri))
        told.setdefault((one.kind, (), one.schema_location), (one, 1))
    return tuple(_counted(*pair) for pair in islice(told.values(), _MOST_TOLD))


def _counted(one: Violation, times: int) -> Violation:
    """A violation that says how many more like it there are."""
    if times == 1:
        return one
    more = f"{one.message} (and {times - 1} more like it)"
    return Violation(one.kind, one.steps, more, one.expected, one.actual, one.schema_location)


def meant(error: ValidationError) -> Iterator[ValidationError]:
    """The errors that explain one error: itself, or those of the branch that was most likely meant."""
    if error.validator not in ("anyOf", "oneOf") or not error.context:
        yield error
        return
    branches = [list(group) for _, group in groupby(error.context, key=lambda one: one.schema_path[0])]
    fitting = [branch for branch in branches if not any(_is_other_type(one) for one in branch)]
    likely = [branch for branch in fitting if not any(_is_other_tag(one) for one in branch)]
    if not likely:
        yield error
        return
    for one in min(likely, key=lambda branch: (len(branch), -max(len(one.path) for one in branch))):
        yield from meant(one)


def _is_other_type(error: ValidationError) -> bool:
    """Whether a branch is for values of another type."""
    return error.validator == "type" and not error.relative_path


def _is_other_tag(error: ValidationError) -> bool:
    """Whether a branch is for objects with another tag, for another constant, or for references instead."""
    if error.validator == "required" and error.validator_value == ["$ref"]:
        return True
    return error.validator in ("const", "enum") and len(error.relative_path) <= 1


def _violations(references: References, top: str, error: ValidationError) -> Iterator[Violation]:
    """One error as violations: one for each attribute that is missing or too many."""
    steps = tuple(error.absolute_path)
    if _is_stand_in_text(error):
        return
    if error.validator is None:  # a schema that is `false`; the library does not say which
        said = f"something in `{spoken(steps)}` is not allowed"
        yield Violation("attribute-forbidden", steps, said, "nothing", short(error.instance), readable(top))
        return
    place = _place(references, top, error)
    kind_ = KINDS.get(str(error.validator), "schema-broken")
    if kind_ == "attribute-missing":
        yield from _missing(error, steps, place)
    elif kind_ == "attribute-forbidden" and isinstance(error.instance, Mapping):
        for name in _forbidden(error):
            said = f"`{spoken((*steps, name))}` is not allowed"
            yield Violation(kind_, (*steps, name), said, "no such attribute", "is there", readable(place))
    elif error.validator in ("anyOf", "oneOf"):
        yield _union(error, steps, place)
    else:
        yield _plain(kind_, error, steps, place)


def _is_stand_in_text(error: ValidationError) -> bool:
    """Whether a redacted text broke a keyword that only the real text could keep."""
    return error.validator in _TEXT_ONLY and isinstance(error.instance, str) and is_stand_in(error.instance)


def _missing(error: ValidationError, steps: tuple[Step, ...], place: str) -> Iterator[Violation]:
    """Attributes that are not there."""
    instance: Any = error.instance
    names: Any = error.validator_value
    if isinstance(names, Mapping):
        names = [one for given, needed in names.items() if given in instance for one in needed]
    schema: Any = error.schema
    declared = schema.get("properties", {})
    for name in names:
        if name in instance:
            continue
        where = below(place, "properties", name) if name in declared else below(place, "required")
        yield Violation(
            "attribute-missing",
            (*steps, name),
            f"`{spoken((*steps, name))}` is missing",
            described(declared.get(name, True)),
            "absent",
            readable(where),
        )


def _forbidden(error: ValidationError) -> list[str]:
    """The attributes that are too many."""
    if error.validator == "propertyNames":
        return []
    instance: Any = error.instance
    schema: Any = error.schema if isinstance(error.schema, Mapping) else {}
    return _undeclared(instance, schema)


def _union(error: ValidationError, steps: tuple[Step, ...], place: str) -> Violation:
    """A value that is meant for no branch: of another type, with an unknown tag, or fitting too many."""
    context = error.context or []
    tags = [one for one in context if _is_other_tag(one)]
    if tags:
        at = (*steps, *tags[0].relative_path)
        listed = [value for one in tags for value in _options(one)]
        said = f"`{spoken(at)}` is none of the known values"
        actual = short(tags[0].instance)
        return Violation("enum-unknown", at, said, _listing(listed), actual, readable(place))
    if context:
        types = [name for one in context if _is_other_type(one) for name in _as_list(one.validator_value)]
        expected = " or ".join(dict.fromkeys(types)) or described(error.schema)
        return _retyped(error, steps, expected, place)
    said = f"`{spoken(steps)}` fits more than one of the variants"
    return Violation("variant-unknown", steps, said, "exactly one variant", short(error.instance), readable(place))


def _plain(kind_: str, error: ValidationError, steps: tuple[Step, ...], place: str) -> Violation:
    """A keyword that speaks for itself."""
    keyword, wanted, at = error.validator, error.validator_value, spoken(steps)
    if keyword == "type":
        return _retyped(error, steps, " or ".join(_as_list(wanted)), place)
    actual = short(error.instance)
    match keyword:
        case "enum" | "const":
            said, expected = f"`{at}` is none of the known values", _listing(_options(error))
        case "format":
            said, expected = f"`{at}` is no {wanted}", f"a {wanted}"
        case "pattern":
            said, expected = f"`{at}` does not match its pattern", f"text that matches {wanted}"
        case "not":
            said, expected = f"`{at}` is what it must not be", f"not {described(wanted)}"
        case _:
            said, expected = f"`{at}` breaks `{keyword}`", f"{keyword} {short(wanted).partition(' ')[2] or wanted}"
    return Violation(kind_, steps, said, expected, actual, readable(place))


def _retyped(error: ValidationError, steps: tuple[Step, ...], expected: str, place: str) -> Violation:
    """A value of another type, or null."""
    at, found = spoken(steps), kind(error.instance)
    if error.instance is None:
        return Violation("null-unexpected", steps, f"`{at}` is null", expected, "null", readable(place))
    said = f"`{at}` is {_article(found)} {found}, not {_article(expected)} {expected}"
    return Violation("type-changed", steps, said, expected, short(error.instance), readable(place))


def _article(word: str) -> str:
    """a or an."""
    return "an" if word[:1] in "aeio" else "a"


def _options(error: ValidationError) -> list[Any]:
    """The values that const or enum list."""
    return [error.validator_value] if error.validator == "const" else _as_list(error.validator_value)


def _listing(values: Iterable[Any]) -> str:
    """Values one after the other, each once."""
    texts = dict.fromkeys(short(value).partition(" ")[2] or short(value) for value in values)
    return "one of " + ", ".join(texts) if len(texts) > 1 else "".join(texts)


def _as_list(value: Any) -> list[Any]:
    """One or many, as a list."""
    return list(value) if isinstance(value, list) else [value]


def _place(references: References, top: str, error: ValidationError) -> str:
    """The URI of the schema that an error speaks of.

    The library tells the keywords on the way but not the references it followed; those are found again here, and the
    right one of several ways is the one that ends at the very schema.
    """
    path = list(error.absolute_schema_path)[:-1]
    ways = list(islice(_ways(references, references.lookup(top), top, path), _MOST_WAYS))
    exact = [uri for uri, schema in ways if schema is error.schema]
    return exact[0] if exact else ways[0][0] if ways else top


def _ways(references: References, node: Any, uri: str, path: list[Step]) -> Iterator[tuple[str, Any]]:
    """Everywhere that a path of keywords may lead, references followed: URI and schema."""
    if not path:
        yield uri, node
    elif path[0] in (node if isinstance(node, Mapping) else range(len(node)) if isinstance(node, list) else ()):
        yield from _ways(references, node[path[0]], below(uri, path[0]), path[1:])
    if isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
        onward = urljoin(uri, node["$ref"])
        yield from _ways(references, references.lookup(onward), onward, path)


@lru_cache(maxsize=1_024)
def _engine(keyword: str, argument: str) -> jsonschema_rs.Validator | None:
    """A compiled validator of one keyword; None when the engine cannot read its argument."""
    try:
        return jsonschema_rs.Draft202012Validator({keyword: argument}, validate_formats=True, offline=True)
    except (ValueError, jsonschema_rs.ReferencingError):
        return None


def _agrees(keyword: str, argument: Any, text: str) -> bool:
    """Whether the engine finds a text to be in a format, or to match a pattern."""
    engine = _engine(keyword, argument) if isinstance(argument, str) else None
    try:
        return engine is None or engine.is_valid(text)
    except ValueError:
        return True


def _format(_: Any, name: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
    """The format keyword, asserted."""
    if isinstance(instance, str) and not _agrees("format", name, instance):
        yield ValidationError(f"is no {name}")


def _pattern(_: Any, pattern: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
    """The pattern keyword, by the engine that cannot hang."""
    if isinstance(instance, str) and not _agrees("pattern", pattern, instance):
        yield ValidationError(f"does not match {pattern}")


def _required(_: Any, names: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
    """The required keyword, as one error for all missing attributes."""
    if isinstance(instance, Mapping) and any(name not in instance for name in names):
        yield ValidationError("attributes are missing")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    """The patternProperties keyword, by the engine that cannot hang."""
    if not isinstance(instance, Mapping):
        return
    for pattern, schema in patterns.items():
        for name, value in instance.items():
            if _agrees("pattern", pattern, name):
                yield from validator.descend(value, schema, path=name, schema_path=pattern)


def _additional(validator: Any, schema: Any, instance: Any, parent: Any) -> Iterator[ValidationError]:
    """The additionalProperties keyword, by the engine that cannot hang."""
    if not isinstance(instance, Mapping):
        return
    names = _undeclared(instance, parent)
    if schema is False:
        if names:
            yield ValidationError("attributes are not allowed")
        return
    for name in names:
        yield from validator.descend(instance[name], schema, path=name)


def _undeclared(instance: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """The attributes that neither `properties` nor `patternProperties` name."""
    declared, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    return [
        name
        for name in instance
        if name not in declared and not any(_agrees("pattern", pattern, name) for pattern in patterns)
    ]


_Validator: Any = extend(  # type: ignore[no-untyped-call]  # the library has no types here
    Draft202012Validator,
    {
        "format": _format,
        "pattern": _pattern,
        "required": _required,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional,
    },
)
