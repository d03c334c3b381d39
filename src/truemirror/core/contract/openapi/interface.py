"""What a service offers, as plain values: operations with what they take and give, and events.

Rules: nothing here depends on the version of the document it was read from; a schema is a place in the documents, None
where there is none and any value will do; names are in the spelling of the document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from truemirror.core.contract.pointer import Step, pointer


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in one of the documents."""

    document: str
    pointer: str = ""
    """A JSON pointer (RFC 6901)."""

    def below(self, *steps: Step) -> "Place":
        """A place further down."""
        return Place(self.document, self.pointer + pointer(steps))

    def __str__(self) -> str:
        """`openapi.yaml#/paths`."""
        return f"{self.document}#{self.pointer}" if self.pointer else self.document


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a request, or a header of an answer or event."""

    name: str
    where: str
    """path, query, header or cookie."""
    place: Place
    required: bool = False
    style: str = ""
    """How a value is written as text; the standard's default where the document says nothing."""
    explode: bool = False
    media: str = ""
    """The media type it is written in, where it has `content` instead of a schema."""
    schema: Place | None = None
    deprecated: bool = False
    takes_reserved: bool = False
    """Whether a query parameter's value may hold `:/?#[]@!$&'()*+,;=` as they are."""
    takes_empty: bool = False
    """Whether a query parameter may be sent without a value, whatever its schema says."""


@dataclass(frozen=True, slots=True)
class Body:
    """The bodies that are allowed in one place."""

    place: Place
    content: Mapping[str, Place | None] = field(default_factory=dict)
    """Schema by media type, in lower case, with the parameters that tell it from others."""
    required: bool = False
    encodings: Mapping[str, Place] = field(default_factory=dict)
    """How the parts of a form are written, by its media type, where the document says more than the schema does."""
    markup: Mapping[str, str] = field(default_factory=dict)
    """What schemas say of how they are written as XML, by its media type; equal where the same is said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What may be answered with one status."""

    status: str
    """`200`, `4XX` or `default`."""
    body: Body
    headers: Mapping[str, Parameter] = field(default_factory=dict)
    """By name in lower case."""

    @property
    def stands_for(self) -> str:
        """`2`, `4` and so on; `default` for what stands for every other status."""
        return self.status if self.status == "default" else self.status[:1]


FLOW = " flow"
"""How the name of a way of OAuth 2 ends where it stands by itself."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One thing a caller has to show."""

    name: str
    """What the document calls it."""
    kind: str
    """What it is, whatever it is called: `http bearer`, `apiKey header X-Key`."""
    scopes: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    """Where it is got and renewed: ways, and the addresses of each."""


Requirement = frozenset[Credential]
"""Credentials that are needed together; the empty set lets everybody in."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path template."""

    method: str
    """In upper case."""
    template: str
    place: Place
    bases: tuple[str, ...] = ("",)
    """The paths of the servers that the template is appended to."""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    security: tuple[Requirement, ...] = ()
    """Alternatives, one of which has to be met; none of them means that anybody may call."""
    deprecated: bool = False
    sunset: str = ""
    """The day on which it may go, as YYYY-MM-DD; empty when none was said."""

    @property
    def name(self) -> str:
        """`GET /v1/deals/{deal_id}`."""
        return f"{self.method} {self.template}"

    def answer(self, status: int) -> Answer | None:
        """What is declared for a status: itself, else its class, else the default."""
        answers = self.answers
        return answers.get(str(status)) or answers.get(f"{status // 100}XX") or answers.get("default")


@dataclass(frozen=True, slots=True)
class Event:
    """A message that a service sends or receives."""

    name: str
    place: Place
    sent: bool = True
    """Whether the service sends it; else it receives it."""
    exchange: str = ""
    exchange_type: str = ""
    """topic, direct, fanout, headers or default."""
    queue: str = ""
    """The queue it is read from, where the document binds it to one."""
    address: str = ""
    """The routing key, or the address of the channel."""
    media: str = ""
    payload: Place | None = None
    headers: Place | None = None
    traits: Place | None = None
    """What is merged into the message from elsewhere."""
    unjudged: Mapping[str, str] = field(default_factory=dict)
    """What nobody here judges, by its name, as `correlation id`; the texts are equal where the same is said."""
    deprecated: bool = False
    sunset: str = ""


@dataclass(frozen=True, slots=True)
class Interface:
    """Everything that one version of a service offers."""

    title: str
    documents: Mapping[str, Any]
    """All documents by path, with every schema written as OpenAPI 3.1 has it."""
    originals: Mapping[str, Any]
    """The documents as they were given."""
    operations: tuple[Operation, ...] = ()
    events: tuple[Event, ...] = ()
    dialect: str = ""
    """What the document says its schemas are written in; empty for the standard's own."""
    unjudged: Mapping[str, Place] = field(default_factory=dict)
    """Where parts are that nobody here judges: callbacks, webhooks."""
