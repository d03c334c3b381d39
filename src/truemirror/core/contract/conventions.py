"""Conventions: what all contracts of a company have in common, as rows of a table.

Rules: a convention looks at a contract alone, never at traffic; it has a row in the rules table under its id, and its
findings weigh what that row says. A contract names those it keeps under `x-truemirror: {conventions: [...]}`; one that
names none keeps all.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urljoin

from truemirror.core.contract.contract import Answer, Contract, Operation
from truemirror.core.contract.conventions_walk import attributes, json_answers, outline, resolved
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.references import below, readable
from truemirror.core.contract.rules import finding
from truemirror.core.wire.media import parse_media_type
from truemirror.errors import FormatError

Check = Callable[[Contract], Iterator[Finding]]

_ENVELOPE = ("items", "metadata")
_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_NAMED = 5
"""How many odd names a finding lists."""
_PAGING = {
    **dict.fromkeys(("per_page", "perpage", "page_size", "pagesize", "size", "max_results", "maxresults"), "limit"),
    **dict.fromkeys(("page", "page_number", "pagenumber", "skip", "start"), "offset"),
    **dict.fromkeys(("after", "page_token", "pagetoken", "next_token", "nexttoken", "continuation"), "cursor"),
}
"""Other names of the parameters that page, and the usual one."""
_NUMBERS = frozenset({"integer", "number"})


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
    for operation, answer, place in json_answers(contract):
        schema, where = resolved(contract, place)
        if not answer.status.startswith("2") or not _is_bare_collection(contract, schema, where):
            continue
        yield finding(
            "convention-collection-envelope",
            contract.service,
            f"{operation.name} answers a collection without items and metadata.total",
            operation=operation.name,
            location=f"response {answer.status} body",
            expected='{"items": [...], "metadata": {"total": n}}',
            actual=outline(schema),
            schema_location=readable(place),
        )


def _is_bare_collection(contract: Contract, schema: Mapping[str, Any], where: str) -> bool:
    """Whether a schema is a list, or wraps one, without the envelope."""
    properties = schema.get("properties", {})
    if schema.get("type") == "array":
        return True
    if not isinstance(properties, Mapping) or "items" not in properties:
        return False
    items, _ = resolved(contract, below(where, "properties", "items"))
    if items.get("type") != "array":
        return False
    metadata, _ = resolved(contract, below(where, "properties", "metadata")) if "metadata" in properties else ({}, "")
    required = schema.get("required", ())
    return not (all(name in required for name in _ENVELOPE) and "total" in metadata.get("required", ()))


def _one_error_shape(contract: Contract) -> Iterator[Finding]:
    """All errors of a service have one shape."""
    shapes: dict[str, list[tuple[Operation, Answer, str]]] = {}
    for operation, answer, place in json_answers(contract):
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
    return outline(resolved(contract, place)[0])


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
    for operation, answer, place in json_answers(contract):
        for name, where, schema in attributes(contract, place, seen, 0):
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


def _snake_case(contract: Contract) -> Iterator[Finding]:
    """Attributes and parameters are named in snake_case; one finding for each document that names some otherwise."""
    seen: set[str] = set()
    odd: dict[str, dict[str, None]] = {}
    first: dict[str, Operation] = {}
    for operation, _, place in json_answers(contract):
        for name, where, _schema in attributes(contract, place, seen, 0):
            if not _SNAKE_CASE.fullmatch(name):
                document = readable(where).partition("#")[0]
                odd.setdefault(document, {})[name] = None
                first.setdefault(document, operation)
    for operation in contract.operations:
        for parameter in operation.parameters:
            if parameter.where in ("query", "path") and not _SNAKE_CASE.fullmatch(parameter.name):
                odd.setdefault("openapi.yaml", {})[parameter.name] = None
                first.setdefault("openapi.yaml", operation)
    for document, names in sorted(odd.items()):
        listed = ", ".join(f"`{name}`" for name in list(names)[:_NAMED]) + (", …" if len(names) > _NAMED else "")
        yield finding(
            "convention-snake-case",
            contract.service,
            f"{len(names)} {'name is' if len(names) == 1 else 'names are'} in another style: {listed}",
            operation=first[document].name,
            location=document,
            expected="snake_case",
            actual=next(iter(names)),
            schema_location=document,
        )


def _pagination(contract: Contract) -> Iterator[Finding]:
    """Collections are paged by `limit` and `offset`, or by `cursor`."""
    for operation in contract.operations:
        for parameter in operation.parameters:
            usual = _PAGING.get(parameter.name.lower()) if parameter.where == "query" else None
            if usual and operation.method == "GET":
                yield finding(
                    "convention-pagination",
                    contract.service,
                    f"{operation.name} is paged by `{parameter.name}`",
                    operation=operation.name,
                    location=f"request query {parameter.name}",
                    expected=usual,
                    actual=parameter.name,
                )


CONVENTIONS: Final[Mapping[str, Check]] = {
    "convention-collection-envelope": _collection_envelope,
    "convention-one-error-shape": _one_error_shape,
    "convention-json-only": _json_only,
    "convention-ids-are-strings": _ids_are_strings,
    "convention-snake-case": _snake_case,
    "convention-pagination": _pagination,
}
"""Each convention's check, by the id of its row in the rules table."""
