"""From recorded exchanges to evidence, operation by operation.

Rules: what a request may look like is learned from requests that were accepted, never from those that were refused;
answers are learned from all, errors included; connections that broke teach nothing. What a service answers to
operations that it does not have is no operation of it. Evidence adds up in any order.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from truemirror.core.contract.contract import METHODS
from truemirror.core.contract.infer.asked import Asked
from truemirror.core.contract.infer.data_places import DataPlace
from truemirror.core.contract.infer.evidence import Evidence, decide_place
from truemirror.core.contract.infer.named import Named
from truemirror.core.contract.infer.templates import Templates
from truemirror.core.contract.json_text import read_json
from truemirror.core.contract.paths import is_writable, tidy
from truemirror.core.mirror.operation import nameless
from truemirror.core.wire.canonical import canonical_query
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.media import MediaType, media_type

REQUEST_HEADERS = (
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "If-Modified-Since",
    "If-Unmodified-Since",
    "Range",
    "Accept-Language",
    "Prefer",
)
"""Headers of requests that select or guard an answer; Accept, Content-Type and Authorization are declared otherwise."""

RESPONSE_HEADERS = ("Location", "Retry-After", "WWW-Authenticate", "ETag", "Allow")
"""Headers of answers that clients act on."""

NOT_OFFERED = frozenset({404, 405, 501})
"""Statuses by which a service says that it has no such operation."""

WRONG = frozenset({400, 422})
"""Statuses by which a service says that a request lacks something, or has something wrong."""

UNAUTHENTICATED = 401
"""The status by which a service asks who is there."""

ANY_MEDIA = "*/*"
"""What a body is called that came without a media type."""

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})\Z")
_PARAMETER_NAME = re.compile(r"[A-Za-z_][\w.\[\]-]{0,60}\Z")
_MOST_VALUES = 3
_LARGEST_EXAMPLE = 1_000


@dataclass(slots=True)
class Texted:
    """Evidence of a parameter or header: text that may stand for a number or a truth value."""

    present: int = 0
    repeated: int = 0
    texts: int = 0
    integers: int = 0
    booleans: int = 0
    values: set[str] = field(default_factory=set)
    """The first three values in order: enough to know that it is not always the same."""

    def add(self, texts: Iterable[str]) -> None:
        """Take in all values that one message had."""
        given = list(texts)
        self.present += 1
        self.repeated += len(given) > 1
        self.texts += len(given)
        self.integers += sum(bool(_INTEGER.match(text)) for text in given)
        self.booleans += sum(text in ("true", "false") for text in given)
        self.values = set(sorted(self.values.union(given))[:_MOST_VALUES])


@dataclass(slots=True)
class Bodies:
    """Evidence of the bodies in one place, by media type."""

    count: int = 0
    empty: int = 0
    media: dict[str, int] = field(default_factory=dict)
    json: dict[str, Evidence] = field(default_factory=dict)
    examples: dict[str, bytes] = field(default_factory=dict)
    """The longest small JSON body by media type, which shows most; of those as long, the first in order of bytes."""

    def add(self, media: MediaType, body: bytes, value: Any, *, is_json: bool) -> None:
        """Take in one body; `value` is what it stands for where it is JSON."""
        self.count += 1
        if not body:
            self.empty += 1
            return
        name = media.name or ANY_MEDIA
        self.media[name] = self.media.get(name, 0) + 1
        if is_json:
            self.json.setdefault(name, Evidence()).add(value)
            known = self.examples.get(name, b"")
            if len(known) <= len(body) <= _LARGEST_EXAMPLE and (len(body) > len(known) or body < known):
                self.examples[name] = body


@dataclass(slots=True)
class Answers:
    """Evidence of the answers with one status."""

    count: int = 0
    bodies: Bodies = field(default_factory=Bodies)
    headers: dict[str, Texted] = field(default_factory=dict)


@dataclass(slots=True)
class OperationEvidence:
    """Evidence of one operation."""

    method: str
    template: str
    seen: int = 0
    accepted: int = 0
    """Exchanges whose request the service took."""
    demanded: set[str] = field(default_factory=set)
    """Names that the service named when it found a request wrong that lacked them."""
    bearer: int = 0
    """Accepted requests with a bearer token."""
    turned_away: int = 0
    """Requests without any credentials that were answered 401."""
    asked: Asked = field(default_factory=Asked)
    """Attributes that the service asked for in bodies that lacked them."""
    query: dict[str, Texted] = field(default_factory=dict)
    headers: dict[str, Texted] = field(default_factory=dict)
    bodies: Bodies = field(default_factory=Bodies)
    answers: dict[int, Answers] = field(default_factory=dict)

    def ask(self, request: Request) -> None:
        """Take in a request that was accepted."""
        self.accepted += 1
        self.bearer += (request.headers.get("authorization") or "").lower().startswith("bearer ")
        sent: dict[str, list[str]] = {}
        for name, text in canonical_query(request.query):
            sent.setdefault(name, []).append(text or "")
        for name, texts in sent.items():
            if is_writable(name):
                self.query.setdefault(name, Texted()).add(texts)
        for name in REQUEST_HEADERS:
            if given := request.headers.all(name):
                self.headers.setdefault(name, Texted()).add(given)
        media = media_type(request.headers)
        value, is_json = json_of(media, request.body)
        self.bodies.add(media, request.body, value, is_json=is_json)

    def refuse(self, request: Request, value: Any) -> None:
        """Take in a request that was found wrong: names in the error that it lacked are what is asked for."""
        self.demanded |= set(_named_in(value)) - {name for name, _ in canonical_query(request.query)}
        self.asked.refuse(json_of(media_type(request.headers), request.body)[0], value)

    def turn_away(self, request: Request) -> None:
        """Take in a request that was answered 401."""
        self.turned_away += not (request.headers.get("authorization") or request.headers.get("cookie"))

    def answer(self, response: Response, value: Any, *, is_json: bool) -> None:
        """Take in an answer."""
        answers = self.answers.setdefault(response.status, Answers())
        answers.count += 1
        for name in RESPONSE_HEADERS:
            if given := response.headers.all(name):
                answers.headers.setdefault(name, Texted()).add(given)
        if self.method != "HEAD":
            answers.bodies.add(media_type(response.headers), response.body, value, is_json=is_json)


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that was learned of a service."""

    operations: tuple[OperationEvidence, ...]
    """In order of their paths, then of their methods as OpenAPI lists them."""
    left_out: tuple[str, ...]
    """Operations that no contract can hold, since OpenAPI has no word for their method."""
    exchanges: int
    """How many exchanges this rests on, broken connections left out."""
    named: Named = field(default_factory=Named)
    """Texts that name things."""


def gather(exchanges: Iterable[Exchange]) -> Gathered:
    """Learn from exchanges that are in memory."""
    seen = list(exchanges)
    return learn(seen, find_templates(seen))


def find_templates(exchanges: Iterable[Exchange]) -> Templates:
    """The templates of all paths: the first of two times through all exchanges."""
    templates = Templates()
    for request, outcome in _answered(exchanges):
        templates.see(tidy(request.path), outcome.status, _answer_of(outcome)[0])
    return templates


def learn(exchanges: Iterable[Exchange], templates: Templates) -> Gathered:
    """Learn from exchanges whose paths have been seen: the second time, so that none needs to be kept."""
    found: dict[tuple[str, str], OperationEvidence] = {}
    count, named = 0, Named()
    for request, outcome in _answered(exchanges):
        count += 1
        value, is_json = _answer_of(outcome)
        key = (request.method.upper(), templates.template(tidy(request.path)))
        operation = found.setdefault(key, OperationEvidence(*key))
        operation.seen += 1
        if outcome.status < 400:
            operation.ask(request)
            named.add_path(tidy(request.path), key[1])
            named.add_value(value)
        elif outcome.status in WRONG:
            operation.refuse(request, value)
        elif outcome.status == UNAUTHENTICATED:
            operation.turn_away(request)
        operation.answer(outcome, value, is_json=is_json)
    return _sorted_out(found, count, named)


def _answered(exchanges: Iterable[Exchange]) -> Iterator[tuple[Request, Response]]:
    """The exchanges that have a path and an answer; `OPTIONS *` has no path, and a preflight is no operation."""
    for one in exchanges:
        request = one.request
        if isinstance(one.outcome, Response) and request.target.startswith("/") and not request.is_preflight:
            yield one.request, one.outcome


def decide(gathered: Gathered, decided: Mapping[DataPlace, str]) -> None:
    """Keep what a person decided about maps and objects, place by place."""
    for operation in gathered.operations if decided else ():
        name = f"{operation.method} {nameless(operation.template)}"
        parts = {f"request {media}": one for media, one in operation.bodies.json.items()}
        for status, answers in operation.answers.items():
            parts |= {f"response {status} {media}": one for media, one in answers.bodies.json.items()}
        for place, decision in decided.items():
            if place.operation == name and place.part in parts:
                decide_place(parts[place.part], place.path, decision)


def _answer_of(response: Response) -> tuple[Any, bool]:
    """The JSON value of an answer, and whether it is one."""
    return json_of(media_type(response.headers), response.body)


def _named_in(value: Any) -> Iterator[str]:
    """The texts of an error that may be names of parameters."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            if _PARAMETER_NAME.match(one):
                yield one
        elif isinstance(one, dict | list):
            todo.extend(one.values() if isinstance(one, dict) else one)


def json_of(media: MediaType, body: bytes) -> tuple[Any, bool]:
    """The JSON value of a body, and whether it is one."""
    if not (media.is_json and body):
        return None, False
    try:
        return read_json(body), True
    except ValueError:
        return None, False


def _sorted_out(found: dict[tuple[str, str], OperationEvidence], exchanges: int, named: Named) -> Gathered:
    """Leave out what is no operation of the service, and sort the rest."""
    served = {template for (_, template), one in found.items() if not set(one.answers) <= NOT_OFFERED}
    kept = [one for one in found.values() if _is_offered(one, served)]
    order = {method.upper(): number for number, method in enumerate(METHODS)}
    left_out = sorted(f"{one.method} {one.template}" for one in kept if one.method not in order)
    operations = sorted((one for one in kept if one.method in order), key=lambda one: (one.template, order[one.method]))
    return Gathered(tuple(operations), tuple(left_out), exchanges, named)


def _is_offered(one: OperationEvidence, served: set[str]) -> bool:
    """Whether a service has an operation: it answered it, or has not found a thing where it finds others."""
    statuses = set(one.answers)
    return not statuses <= NOT_OFFERED or (404 in statuses and one.template in served)
