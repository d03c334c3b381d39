"""Conventions: what all contracts of a company have in common, as rows of a table.

Rules: a convention looks at a contract alone, never at traffic; it has a row in the rules table under its id, and its
findings weigh what that row says. A contract names those it keeps under `x-truemirror: {conventions: [...]}`; one that
names none keeps all.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urljoin

from truemirror.core.contract.contract import Answer, Contract, Operation
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.pointer import clipped
from truemirror.core.contract.references import below, readable
from truemirror.core.contract.rules import finding
from truemirror.core.wire.media import parse_media_type
from truemirror.errors import FormatError

Check = Callable[[Contract], Iterator[Finding]]

_ENVELOPE = ("items", "metadata")
_NUMBERS = frozenset({"integer", "number"})
_DEEPEST = 12


def check_conventions(contract: Contract, owner: str = "", consumers: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Everything in which a contract leaves its conventions. Raises FormatError for a convention that there is not."""
    from dataclasses import replace

    found = [one for name in _named(contract) for one in CONVENTIONS[name](contract)]
    return tuple(replace(one, owner=owner, consumers=consumers) for one in found)


def _named(contract: Contract) -> tuple[str, ...]:
    """The ids of the conventions that a contract keeps."""
    if contract.conventions is None:
        return tuple(CONVENTIONS)
    for name in contract.conventions:
        if name not in CONVENTIONS:
            raise FormatError(
                f"there is no convention {name!r}",
                where=contract.references.place("openapi.yaml#/x-truemirror/conventions"),
                nearest=", ".join(CONVENTIONS),
                fix="name one of those, or leave the list out to keep all",
            )
    return contract.conventions


def _collection_envelope(contract: Contract) -> Iterator[Finding]:
    """Collections are `{"items": [...], "metadata": {"total": n}}`."""
    for operation, answer, place in _json_answers(contract):
        schema, where = _resolved(contract, place)
        if not answer.status.startswith("2") or not _is_bare_collection(contract, schema, where):
            continue
        yield finding(
            "convention-collection-envelope",
            contract.service,
            f"{operation.name} answers a collection without items and metadata.total",
            operation=operation.name,
            location=f"response {answer.status} body",
            expected='{"items": [...], "metadata": {"total": n}}',
            actual=_outline(schema),
            schema_location=readable(place),
        )


def _is_bare_collection(contract: Contract, schema: Mapping[str, Any], where: str) -> bool:
    """Whether a schema is a list, or wraps one, without the envelope."""
    properties = schema.get("properties", {})
    if schema.get("type") == "array":
        return True
    if not isinstance(properties, Mapping) or "items" not in properties:
        return False
    items, _ = _resolved(contract, below(where, "properties", "items"))
    if items.get("type") != "array":
        return False
    metadata, _ = _resolved(contract, below(where, "properties", "metadata")) if "metadata" in properties else ({}, "")
    required = schema.get("required", ())
    return not (all(name in required for name in _ENVELOPE) and "total" in metadata.get("required", ()))


def _one_error_shape(contract: Contract) -> Iterator[Finding]:
    """All errors of a service have one shape."""
    shapes: dict[str, list[tuple[Operation, Answer, str]]] = {}
    for operation, answer, place in _json_answers(contract):
        if answer.status[:1] in ("4", "5"):
            shapes.setdefault(_shape(contract, place), []).append((operation, answer, place))
    if len(shapes) < 2:
        return
    usual = max(sorted(shapes), key=lambda shape: len(shapes[shape]))
    for shape, uses in sorted(shapes.items()):
        for operation, answer, place in uses if shape != usual else ():
            yield finding(
                "convention-one-error-shape",
                contract.service,
                f"{operation.name} answers {answer.status} in another shape than most errors of {contract.service}",
                operation=operation.name,
                location=f"response {answer.status} body",
                expected=usual,
                actual=shape,
                schema_location=readable(place),
            )


def _shape(contract: Contract, place: str) -> str:
    """What errors of one shape share: the document that they refer to, else the attributes that they have."""
    schema = contract.references.lookup(place)
    if isinstance(schema, Mapping) and isinstance(schema.get("$ref"), str):
        return readable(urljoin(place, schema["$ref"]))
    return _outline(_resolved(contract, place)[0])


def _json_only(contract: Contract) -> Iterator[Finding]:
    """Answers are JSON, and never XML."""
    for operation in contract.operations:
        for status, answer in operation.answers.items():
            for media in answer.content.places:
                if not parse_media_type(media).is_json:
                    yield finding(
                        "convention-json-only",
                        contract.service,
                        f"{operation.name} answers {media}",
                        operation=operation.name,
                        location=f"response {status} body",
                        expected="application/json",
                        actual=media,
                        schema_location=readable(answer.place),
                    )


def _ids_are_strings(contract: Contract) -> Iterator[Finding]:
    """Identifiers are strings."""
    seen: set[str] = set()
    for operation, answer, place in _json_answers(contract):
        for name, where, schema in _attributes(contract, place, seen, 0):
            types = schema.get("type")
            named = set(types) if isinstance(types, list) else {types}
            if (name == "id" or name.endswith("_id")) and named & _NUMBERS:
                yield finding(
                    "convention-ids-are-strings",
                    contract.service,
                    f"`{name}` is a number",
                    operation=operation.name,
                    location=f"response {answer.status} body {name}",
                    expected="string",
                    actual=" or ".join(sorted(str(one) for one in named)),
                    schema_location=readable(where),
                )


def _attributes(
    contract: Contract, place: str, seen: set[str], depth: int
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every attribute below a schema, each schema once: its name, its place and its schema."""
    schema, where = _resolved(contract, place)
    if where in seen or depth > _DEEPEST:
        return
    seen.add(where)
    properties = schema.get("properties", {})
    for name in properties if isinstance(properties, Mapping) else ():
        at = below(where, "properties", name)
        inner, _ = _resolved(contract, at)
        yield name, at, inner
        yield from _attributes(contract, at, seen, depth + 1)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), Mapping):
            yield from _attributes(contract, below(where, keyword), seen, depth + 1)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for number in range(len(schema.get(keyword, ()))):
            yield from _attributes(contract, below(where, keyword, number), seen, depth + 1)


def _json_answers(contract: Contract) -> Iterator[tuple[Operation, Answer, str]]:
    """Every answer that has a JSON schema, and the schema's place."""
    for operation in contract.operations:
        for answer in operation.answers.values():
            for media, place in answer.content.places.items():
                if place and parse_media_type(media).is_json:
                    yield operation, answer, place


def _resolved(contract: Contract, place: str) -> tuple[Mapping[str, Any], str]:
    """A schema with its reference followed, and where it really is; nothing for `true` and `false`."""
    schema, where = contract.references.dereference(contract.references.lookup(place), place)
    return (schema, where) if isinstance(schema, Mapping) else ({}, where)


def _outline(schema: Mapping[str, Any]) -> str:
    """The attributes of a schema, or its type."""
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        return clipped("{" + ", ".join(sorted(properties)) + "}")
    return str(schema.get("type", "any value"))


CONVENTIONS: Final[Mapping[str, Check]] = {
    "convention-collection-envelope": _collection_envelope,
    "convention-one-error-shape": _one_error_shape,
    "convention-json-only": _json_only,
    "convention-ids-are-strings": _ids_are_strings,
}
"""Each convention's check, by the id of its row in the rules table."""
