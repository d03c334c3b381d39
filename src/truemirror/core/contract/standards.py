"""Whether a contract's documents are what OpenAPI 3.1 and AsyncAPI 3.0 ask for, so that any other tool reads them, too.

Rules: the official schemas judge, compiled; what they refuse is explained, of the ways that a standard leaves open by
the one that was most likely meant. What a person wrote by hand is the reason why this is asked at all; what we cannot
read without is refused while reading.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import jsonschema
import jsonschema_rs

from truemirror.core.contract.contract import ASYNCAPI, OPENAPI, Contract, Operation
from truemirror.core.contract.explain import meant
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.pointer import short
from truemirror.core.contract.references import readable
from truemirror.core.contract.rules import finding

_IN_TEMPLATE = re.compile(r"\{([^{}]*)\}")
_MOST_TOLD = 25

Told = tuple[str, str, str]
"""Operation, place and sentence."""


@dataclass(frozen=True, slots=True)
class Standards:
    """Where the official schemas are had; each is asked for only when a document of its kind is there."""

    openapi: Callable[[], Any]
    asyncapi: Callable[[], Any]


def check_standards(
    contract: Contract, standards: Standards, owner: str = "", consumers: tuple[str, ...] = ()
) -> tuple[Finding, ...]:
    """Everything for which other tools may refuse a contract; of one document, the first things."""
    told = (
        *_judged(contract, OPENAPI, standards.openapi),
        *(one for each in contract.operations for one in _undeclared(each)),
        *_judged(contract, ASYNCAPI, standards.asyncapi),
    )
    made = (
        finding("contract-nonstandard", contract.service, said, operation=name, location=place, owner=owner)
        for name, place, said in dict.fromkeys(told)
    )
    return tuple(replace(one, consumers=consumers) for one in made)


def _undeclared(operation: Operation) -> Iterator[Told]:
    """Parameters of a path that are not declared, which no schema can see."""
    declared = {one.name for one in operation.parameters if one.where == "path"}
    for name in _IN_TEMPLATE.findall(operation.template):
        if name not in declared:
            yield operation.name, readable(operation.place), f"the path's `{name}` is no declared parameter"


def _judged(contract: Contract, path: str, schema: Callable[[], Any]) -> Iterator[Told]:
    """What the official schema has against one document."""
    document = contract.documents.get(path)
    if document is None or jsonschema_rs.validator_for(schema(), validate_formats=False).is_valid(document):
        return
    official = schema()
    kind = jsonschema.validators.validator_for(official)
    leaves = (leaf for error in kind(official).iter_errors(document) for leaf in meant(error))
    for leaf in islice(leaves, _MOST_TOLD):
        steps = list(leaf.absolute_path)
        yield _operation_at(steps), f"{path}#{_pointer(steps)}", _said(leaf)


def _said(error: jsonschema.ValidationError) -> str:
    """One thing that the standard does not allow, in words."""
    instance: Any = error.instance
    wanted: Any = error.validator_value
    match error.validator:
        case "required" if isinstance(instance, Mapping):
            lacking = [f"`{name}`" for name in wanted if name not in instance]
            return f"{', '.join(lacking)} is missing" if len(lacking) == 1 else f"{', '.join(lacking)} are missing"
        case "additionalProperties" | "unevaluatedProperties" if isinstance(instance, Mapping):
            unknown = [f"`{name}`" for name in instance if repr(name) in error.message]
            return f"the standard knows no {', no '.join(unknown) or 'such key'} here"
        case "type":
            kinds = wanted if isinstance(wanted, str) else " or ".join(wanted)
            return f"{short(instance)} has to be {'an' if kinds[0] in 'aeio' else 'a'} {kinds}"
        case _:
            return f"the standard does not allow this: {error.message[:300]}"


def _operation_at(steps: Sequence[str | int]) -> str:
    """The operation that a place in a document belongs to; empty for one that belongs to all."""
    if len(steps) > 2 and steps[0] == "paths":
        return f"{str(steps[2]).upper()} {steps[1]}"
    return f"event {steps[1]}" if len(steps) > 1 and steps[0] == "channels" else ""


def _pointer(steps: Sequence[str | int]) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
