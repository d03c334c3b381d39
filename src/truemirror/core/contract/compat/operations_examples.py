"""Small OpenAPI and AsyncAPI documents before and after a change, as examples of the rules about operations.

Rules: each is a whole valid document, as small as it can be while it shows its change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """Two versions of a document."""

    old: Json
    new: Json

    @property
    def back(self) -> "Example":
        """The way back."""
        return Example(self.new, self.old)


_FORM: Final = "multipart/form-data"
_EMPTY: Final[Json] = {"x-truemirror": {"empty": 1}}
_TEXT: Final = {"type": "string"}
_NUMBER: Final = {"type": "integer"}
_NUMBERS: Final = {"type": "array", "items": _NUMBER}
_SCHEMES: Final = {"bearer": {"type": "http", "scheme": "bearer"}}


def _on(day: str) -> Json:
    """The day on which something is to go."""
    return {"x-sunset": day}


def _document(paths: Mapping[str, Any], **more: Any) -> Json:
    """A whole OpenAPI document."""
    return {"openapi": "3.1.0", "info": {"title": "tags", "version": "1.0.0"}, "paths": dict(paths), **more}


def _answer(schema: Any = None, media: tuple[str, ...] = ("application/json",), **more: Any) -> Json:
    """One answer."""
    content = {} if schema is None else {"content": {name: {"schema": schema} for name in media}}
    return {"description": "OK", **content, **more}


def _get(answers: Mapping[str, Any] | None = None, **operation: Any) -> Json:
    """`GET /v1/tags`."""
    return _document({"/v1/tags": {"get": {"responses": dict(answers or {"200": _answer(_TEXT)}), **operation}}})


def _query(**more: Any) -> Json:
    """`GET /v1/tags` with a query parameter."""
    return _get(parameters=[{"name": "limit", "in": "query", "schema": _NUMBER, **more}])


def _word(**more: Any) -> Json:
    """`GET /v1/tags` with a query parameter that is text."""
    return _query(schema=_TEXT, **more)


def _markup(name: str) -> Json:
    """`GET /v1/tags` that answers XML."""
    return _get({"200": _answer({"type": "string", "xml": {"name": name}}, ("application/xml",))})


def _flow(path: str) -> Json:
    """`GET /v1/tags` for those who got a token below a path."""
    flow = {"tokenUrl": f"https://auth.example{path}", "scopes": {}}
    schemes = {"login": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
    return {**_get(security=[{"login": []}]), "components": {"securitySchemes": schemes}}


def _form(encoding: Json | None = None) -> Json:
    """`POST /v1/tags` with a form that has one part."""
    said = {"schema": {"type": "object", "properties": {"picture": _TEXT}}} | (
        {"encoding": encoding} if encoding else {}
    )
    answers = {"201": {"description": "made"}}
    return _document({"/v1/tags": {"post": {"requestBody": {"content": {_FORM: said}}, "responses": answers}}})


def _post(*media: str, **body: Any) -> Json:
    """`POST /v1/tags` with a body of some media types; without a body where there are none."""
    asked = {"requestBody": {"content": {name: {"schema": _TEXT} for name in media}, **body}} if media else {}
    return _document({"/v1/tags": {"post": {"responses": {"201": _answer()}, **asked}}})


def _header(**header: Any) -> Json:
    """`GET /v1/tags` whose answer has a header."""
    return _get({"200": _answer(_TEXT, headers={"X-Total": {"schema": _NUMBER, **header}})})


def _event(exchange: str = "crm", kind: str = "topic", key: str = "deal.new", **message: Any) -> Json:
    """The event `deal.new`."""
    channel = {
        "address": key,
        "messages": {"deal.new": {"payload": {"type": "object"}, **message}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": {"name": exchange, "type": kind}}},
    }
    return {"asyncapi": "3.0.0", "info": {"title": "deals", "version": "1.0.0"}, "channels": {"deals": channel}}


def _queue(name: str) -> Json:
    """The event `deal.new`, read from a queue."""
    content = _event()
    content["channels"]["deals"]["bindings"] = {"amqp": {"is": "queue", "queue": {"name": name}}}
    content["operations"] = {"hear": {"action": "receive", "channel": {"$ref": "#/channels/deals"}}}
    return content


_TAGS: Final = _get()
_NOTHING: Final = _document({})
_NO_EVENTS: Final = {**_event(), "channels": {}}
_ANNOUNCED: Final = _get(deprecated=True, **_on("2027-01-01"))
_SOONER: Final = _get(deprecated=True, **_on("2026-12-01"))
_OPEN: Final = {**_get(), "components": {"securitySchemes": _SCHEMES}}
_SECURED: Final = {**_get(security=[{"bearer": []}]), "components": {"securitySchemes": _SCHEMES}}
_TWO_BASES: Final = {**_TAGS, "servers": [{"url": "/"}, {"url": "/api"}]}
_JSON: Final = "application/json"
_ENDING: Final = _event(deprecated=True, **_on("2027-01-01"))


def _statuses(*names: str) -> Json:
    """`GET /v1/tags` that answers 200 and some more."""
    return _get({"200": _answer(_TEXT), **{name: _answer() for name in names}})


BAD: Final[Mapping[str, Example]] = {
    "operation-removed": Example(_TAGS, _NOTHING),
    "operation-removed-as-announced": Example(_ANNOUNCED, _NOTHING),
    "operation-added": Example(_NOTHING, _TAGS),
    "operation-deprecated": Example(_TAGS, _ANNOUNCED),
    "operation-deprecation-withdrawn": Example(_ANNOUNCED, _TAGS),
    "operation-sunset-moved-up": Example(_ANNOUNCED, _SOONER),
    "base-path-removed": Example(_TWO_BASES, _TAGS),
    "security-tightened": Example(_OPEN, _SECURED),
    "security-loosened": Example(_SECURED, _OPEN),
    "request-parameter-required-added": Example(_TAGS, _query(required=True)),
    "request-parameter-optional-added": Example(_TAGS, _query()),
    "request-parameter-removed": Example(_query(), _TAGS),
    "request-parameter-became-required": Example(_query(), _query(required=True)),
    "request-parameter-became-optional": Example(_query(required=True), _query()),
    "request-parameter-style-changed": Example(_query(schema=_NUMBERS), _query(schema=_NUMBERS, explode=False)),
    "request-parameter-takes-any-text": Example(_query(), _query(schema=_TEXT)),
    "request-parameter-reserved-refused": Example(_word(allowReserved=True), _word()),
    "request-parameter-reserved-taken": Example(_word(), _word(allowReserved=True)),
    "request-parameter-empty-refused": Example(_query(allowEmptyValue=True), _query()),
    "request-parameter-empty-taken": Example(_query(), _query(allowEmptyValue=True)),
    "request-parameter-deprecated": Example(_query(), _query(deprecated=True)),
    "request-body-required-added": Example(_post(), _post(_JSON, required=True)),
    "request-body-optional-added": Example(_post(), _post(_JSON)),
    "request-body-removed": Example(_post(_JSON), _post()),
    "request-body-became-required": Example(_post(_JSON), _post(_JSON, required=True)),
    "request-body-became-optional": Example(_post(_JSON, required=True), _post(_JSON)),
    "request-media-type-removed": Example(_post(_JSON, "text/csv"), _post(_JSON)),
    "request-media-type-added": Example(_post(_JSON), _post(_JSON, "text/csv")),
    "response-success-status-removed": Example(_statuses("202"), _statuses()),
    "response-success-status-added": Example(_statuses(), _statuses("204")),
    "response-other-status-removed": Example(_statuses("303"), _statuses()),
    "response-other-status-added": Example(_statuses(), _statuses("303")),
    "response-error-status-removed": Example(_statuses("409"), _statuses()),
    "response-error-status-added": Example(_statuses(), _statuses("409")),
    "response-body-removed": Example(_TAGS, _get({"200": _answer()})),
    "response-body-added": Example(_get({"200": _answer()}), _TAGS),
    "response-body-became-optional": Example(_TAGS, _get({"200": _answer(_TEXT, **_EMPTY)})),
    "response-body-became-required": Example(_get({"200": _answer(_TEXT, **_EMPTY)}), _TAGS),
    "response-media-type-removed": Example(_get({"200": _answer(_TEXT, (_JSON, "text/csv"))}), _TAGS),
    "response-media-type-added": Example(_TAGS, _get({"200": _answer(_TEXT, (_JSON, "text/csv"))})),
    "response-header-removed": Example(_header(required=True), _TAGS),
    "response-optional-header-removed": Example(_header(), _TAGS),
    "response-header-added": Example(_TAGS, _header()),
    "response-header-became-optional": Example(_header(required=True), _header()),
    "response-header-became-required": Example(_header(), _header(required=True)),
    "response-header-style-changed": Example(_header(schema=_NUMBERS), _header(schema=_NUMBERS, explode=True)),
    "response-header-was-any-text": Example(_header(schema=_TEXT), _header()),
    "event-removed": Example(_event(), _NO_EVENTS),
    "event-removed-as-announced": Example(_ENDING, _NO_EVENTS),
    "event-added": Example(_NO_EVENTS, _event()),
    "event-exchange-changed": Example(_event(), _event("sales")),
    "event-exchange-type-changed": Example(_event(), _event(kind="fanout")),
    "event-routing-key-changed": Example(_event(), _event(key="deals.new")),
    "event-queue-changed": Example(_queue("mail"), _queue("letters")),
    "event-media-type-changed": Example(_event(), _event(contentType="text/plain")),
    "event-deprecated": Example(_event(), _event(deprecated=True)),
    "request-encoding-changed": Example(_form(), _form({"picture": {"contentType": "image/png"}})),
    "body-markup-changed": Example(_markup("tag"), _markup("label")),
    "schema-dialect-changed": Example(
        _TAGS, {**_TAGS, "jsonSchemaDialect": "https://json-schema.org/draft/2019-09/schema"}
    ),
    "security-flow-changed": Example(_flow("/token"), _flow("/v2/token")),
    "event-traits-changed": Example(_event(), _event(traits=[{"headers": {"type": "object"}}])),
    "event-details-changed": Example(_event(), _event(correlationId={"location": "$message.header#/id"})),
    "webhooks-changed": Example({**_TAGS, "webhooks": {}}, {**_TAGS, "webhooks": {"told": {"post": {}}}}),
}
"""What every rule speaks of."""

_KEPT: Final = Example(_TAGS, _get(summary="all tags"))
_KEPT_EVENT: Final = Example(_event(), _event(description="a deal is new"))
_KEPT_PARAMETER: Final = Example(_query(), _query(description="how many"))
_KEPT_BODY: Final = Example(_post(_JSON), _post(_JSON, description="a tag"))
_KEPT_HEADER: Final = Example(_header(required=True), _header(required=True, description="how many"))


def _kept(rule: str) -> Example:
    """A change near to what a rule speaks of that changes nothing for anybody."""
    for beginning, example in (
        ("event", _KEPT_EVENT),
        ("request-parameter", _KEPT_PARAMETER),
        ("request", _KEPT_BODY),
        ("response-header", _KEPT_HEADER),
    ):
        if rule.startswith(beginning):
            return example
    return _KEPT


GOOD: Final[Mapping[str, Example]] = {
    **{rule: _kept(rule) for rule in BAD},
    "operation-removed": BAD["operation-added"],
    "event-removed": BAD["event-added"],
    "base-path-removed": BAD["base-path-removed"].back,
    "security-tightened": BAD["security-loosened"],
    "request-parameter-required-added": BAD["request-parameter-optional-added"],
    "request-parameter-removed": BAD["request-parameter-deprecated"],
    "request-parameter-became-required": BAD["request-parameter-became-optional"],
    "request-parameter-style-changed": Example(_query(), _query(explode=False)),
    "request-body-required-added": BAD["request-body-optional-added"],
    "request-body-became-required": BAD["request-body-became-optional"],
    "request-media-type-removed": BAD["request-media-type-added"],
    "response-success-status-added": Example(_statuses("2XX"), _statuses("2XX", "202")),
    "response-error-status-added": BAD["response-error-status-removed"],
    "response-body-removed": BAD["response-body-added"],
    "response-body-became-optional": BAD["response-body-became-required"],
    "response-header-removed": BAD["response-header-added"],
    "response-header-became-optional": BAD["response-header-became-required"],
}
"""A neighbour of every change that breaks nobody, and that the rule does not speak of."""
