"""A contract version as a value: its operations with their parameters, bodies and answers.

Rules: what is here was read from standard documents (OpenAPI 3.1, JSON Schema 2020-12) and points back into them by
URI, so that every finding can name the place in the contract that says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from truemirror.core.contract.references import References

OPENAPI = "openapi.yaml"
ASYNCAPI = "asyncapi.yaml"
"""The document that declares operations."""

ERROR_SHAPE = "schemas/error.schema.json"
"""The document that a service's one error shape is kept in."""

EXTENSION = "x-truemirror"
"""The keyword under which everything is kept that the standards have no word for."""

METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
"""Methods that OpenAPI has a word for, in the order in which they are written."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a request, or a header of an answer."""

    name: str
    where: str
    """query, path, header or cookie."""
    required: bool
    place: str
    """The URI of its schema; empty when it has none."""
    schema: Any = None
    """Its schema with references resolved, for reading text as what it stands for."""
    explode: bool = True
    """Whether the values of a list are repeated parameters."""


@dataclass(frozen=True, slots=True)
class Content:
    """The bodies that are allowed in one place."""

    places: Mapping[str, str] = field(default_factory=dict)
    """URI of the schema by media type; empty where any content of that type will do."""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What may be answered with one status."""

    status: str
    """`200`, `4XX` or `default`."""
    place: str
    """The URI of the declaration."""
    content: Content = field(default_factory=Content)
    headers: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path template."""

    method: str
    """In upper case."""
    template: str
    place: str
    parameters: tuple[Parameter, ...] = ()
    body: Content | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`GET /v1/deals/{deal_id}`."""
        return f"{self.method} {self.template}"

    def answer(self, status: int) -> Answer | None:
        """What is declared for a status: itself, else its class, else the default (OpenAPI 3.1 §4.8.16)."""
        return self.answers.get(str(status)) or self.answers.get(f"{status // 100}XX") or self.answers.get("default")


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of one service's contract."""

    service: str
    version: str
    references: References
    operations: tuple[Operation, ...] = ()
    prefixes: tuple[str, ...] = ("",)
    """The paths of the servers that the operations are relative to."""
    conventions: tuple[str, ...] | None = None
    """The conventions that this contract asks for; None for all of them."""

    @property
    def documents(self) -> Mapping[str, Any]:
        """All documents by their path in the version's folder."""
        return self.references.documents

    @property
    def error_shape(self) -> str:
        """The path of the document with the one error shape; empty when there is none."""
        return ERROR_SHAPE if ERROR_SHAPE in self.documents else ""


def named(operations: Iterable[Operation]) -> dict[str, Operation]:
    """Operations by name."""
    return {operation.name: operation for operation in operations}
