"""Compiled validators of a contract's schemas, each made when it is first needed.

Rules: the common case, a value that conforms and has nothing undeclared, costs one pass of a compiled validator and
nothing else; only a refused value is explained.
"""

from dataclasses import dataclass, replace
from typing import Any

import jsonschema_rs

from truemirror.core.contract.closing import closed_documents
from truemirror.core.contract.contract import Contract
from truemirror.core.contract.explain import Violation, explain
from truemirror.core.contract.extras import Extras
from truemirror.core.contract.pointer import Step, starred
from truemirror.core.contract.reading import SCHEMA_FILE
from truemirror.core.contract.references import uri_of
from truemirror.errors import FormatError

_MOST_BESIDE = 3


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is to be said about one value."""

    violations: tuple[Violation, ...] = ()
    extras: tuple[tuple[Step, ...], ...] = ()
    """Places of undeclared attributes."""

    def renamed(self, violation: Violation) -> Violation:
        """The violation; one of a missing attribute names what is there undeclared, which may be its new name."""
        if violation.kind != "attribute-missing":
            return violation
        beside = [steps[-1] for steps in self.extras if starred(steps[:-1]) == starred(violation.steps[:-1])]
        if not beside:
            return violation
        named = ", ".join(f"`{name}`" for name in beside[:_MOST_BESIDE])
        return replace(violation, actual=f"absent; undeclared beside it: {named}")


NOTHING = Inspection()
"""The value conforms, and all of it is declared."""


class Checker:
    """The validator of one schema."""

    def __init__(self, uri: str, contract: Contract, extras: Extras, registries: "Registries") -> None:
        """Compile the schema at a URI. Raises FormatError when that cannot be done."""
        self._uri = uri
        self._contract = contract
        self._extras = extras
        self._open = _compiled(uri, registries.open, contract)
        self._closed = _compiled(uri, registries.closed, contract) if registries.closed is not None else None

    def inspect(self, value: Any) -> Inspection:
        """What is to be said about a value; NOTHING, quickly, when there is nothing."""
        try:
            if self._closed is not None and self._closed.is_valid(value):
                return NOTHING
            conforms = self._open.is_valid(value)
        except ValueError:  # nested more deeply than the engine goes; the slow way has no such limit
            conforms = False
        violations = () if conforms else explain(self._contract.references, self._uri, value)
        extras = self._extras.find(self._uri, value)
        return Inspection(violations, extras) if violations or extras else NOTHING


@dataclass(frozen=True, slots=True)
class Registries:
    """The documents of a contract as the compiler wants them."""

    open: jsonschema_rs.Registry
    closed: jsonschema_rs.Registry | None
    """None when closing would not be sound."""


class Checkers:
    """All validators of one contract."""

    def __init__(self, contract: Contract) -> None:
        """Hand the documents to the compiler."""
        self._contract = contract
        self._extras = Extras(contract.references)
        self._known: dict[str, Checker] = {}
        closed = closed_documents(contract.references.contents, SCHEMA_FILE)
        self._registries = Registries(
            _registry(contract, contract.references.contents), None if closed is None else _registry(contract, closed)
        )

    def at(self, uri: str) -> Checker:
        """The validator of the schema at a URI. Raises FormatError."""
        known = self._known.get(uri)
        if known is None:
            known = self._known[uri] = Checker(uri, self._contract, self._extras, self._registries)
        return known


def _registry(contract: Contract, documents: Any) -> jsonschema_rs.Registry:
    """Documents by URI."""
    try:
        return jsonschema_rs.Registry(
            [(uri_of(path), content) for path, content in documents.items()], draft=jsonschema_rs.Draft202012
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        where = f"{contract.service} {contract.version}"
        raise FormatError(f"cannot be read as schemas: {error}", where=where, fix="mend the documents") from None


def _compiled(uri: str, registry: jsonschema_rs.Registry, contract: Contract) -> jsonschema_rs.Validator:
    """The compiled validator of the schema at a URI."""
    try:
        return jsonschema_rs.Draft202012Validator({"$ref": uri}, registry=registry, offline=True, validate_formats=True)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        said = str(error).partition("\n")[0]
        raise FormatError(
            f"cannot be compiled: {said}", where=contract.references.place(uri), fix="mend the schema or its pattern"
        ) from None
