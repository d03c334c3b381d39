"""Every field of OpenAPI 3.0 and 3.1 and of AsyncAPI 3.0, with an edit of it and the rule that speaks of the edit.

Rules: an edit is a place in one of the two whole documents here and what is put there; what no rule speaks of has a
reason why it cannot break anybody.
"""

from dataclasses import dataclass
from typing import Any, Final

GONE: Final = object()
"""What is put where a field is taken away."""
TEXT: Final = {"type": "string"}
_TAG: Final = {
    "type": "object",
    "properties": {"id": {"type": "string", "xml": {"name": "id"}}},
    "discriminator": {"propertyName": "id"},
}
_FLOW: Final = {
    "authorizationUrl": "https://a.example/in",
    "tokenUrl": "https://a.example/token",
    "refreshUrl": "https://a.example/again",
    "scopes": {"read": "to read"},
}
_READ: Final = {
    "operationId": "read",
    "parameters": [
        {"name": "q", "in": "query", "schema": TEXT, "allowReserved": True, "allowEmptyValue": True},
        {"name": "ids", "in": "query", "schema": {"type": "array", "items": TEXT}},
        {"name": "filter", "in": "query", "content": {"application/json": {"schema": TEXT}}},
    ],
    "security": [{"key": []}, {"login": ["read"]}, {"http": []}, {"open": []}],
    "responses": {
        "200": {
            "description": "OK",
            "headers": {
                "X-Total": {"schema": {"type": "array", "items": TEXT}, "required": True},
                "X-Page": {"content": {"application/json": {"schema": TEXT}}},
            },
            "content": {"application/json": {"schema": _TAG}, "application/xml": {"schema": _TAG}},
        },
        "default": {"description": "else"},
    },
}
_WRITE: Final = {
    "requestBody": {
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"a": TEXT}},
                "encoding": {"a": {"contentType": "text/plain"}},
            }
        }
    },
    "responses": {"200": {"description": "OK"}},
    "callbacks": {"done": {"{$request.query.q}": {"post": {"responses": {"200": {"description": "OK"}}}}}},
}
_ASKED: Final = ("get", "head", "options", "trace")
_SENT: Final = ("post", "put", "patch", "delete")
_WAYS: Final = ("implicit", "password", "clientCredentials", "authorizationCode")
OPENAPI: Final[dict[str, Any]] = {
    "openapi": "3.1.0",
    "info": {"title": "tags", "version": "1.0.0", "license": {"name": "MIT"}},
    "servers": [{"url": "https://{host}/{base}", "variables": {"host": {"default": "a"}, "base": {"default": "v1"}}}],
    "paths": {"/tags": {**dict.fromkeys(_ASKED, _READ), **dict.fromkeys(_SENT, _WRITE)}},
    "webhooks": {"told": {"post": {"responses": {"200": {"description": "OK"}}}}},
    "components": {
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "http": {"type": "http", "scheme": "bearer"},
            "open": {"type": "openIdConnect", "openIdConnectUrl": "https://a.example/open"},
            "login": {"type": "oauth2", "flows": dict.fromkeys(_WAYS, _FLOW)},
        }
    },
}
ASYNCAPI: Final[dict[str, Any]] = {
    "asyncapi": "3.0.0",
    "info": {"title": "deals", "version": "1.0.0"},
    "defaultContentType": "application/json",
    "servers": {"rabbit": {
        "host": "a.example", "protocol": "amqp", "variables": {"x": {"default": "a", "enum": ["a"]}},
        "security": [{"type": "userPassword"}],
    }},
    "channels": {
        "deals": {
            "address": "deal.{kind}",
            "parameters": {"kind": {"enum": ["new"], "default": "new"}},
            "messages": {"deal": {
                "name": "deal", "payload": {"schemaFormat": "application/schema+json", "schema": TEXT},
                "headers": {"type": "object"},
                "correlationId": {"location": "$message.header#/id"},
            }},
            "bindings": {"amqp": {
                "is": "queue", "queue": {"name": "deals"}, "exchange": {"name": "crm", "type": "topic"},
            }},
        },
        "answers": {"address": "answers", "messages": {"answer": {"payload": TEXT}}},
    },
    "operations": {"tell": {
        "action": "send", "channel": {"$ref": "#/channels/deals"},
        "reply": {"address": {"location": "$message.header#/to"}, "channel": {"$ref": "#/channels/answers"}},
    }},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of one field."""

    kind: str
    """The object that the field belongs to, as its specification calls it."""
    name: str
    pointer: str
    value: Any
    rule: str = ""
    because: str = ""
    """Why no rule speaks of it."""


_PROSE: Final = "it is for people to read"
_NO_WIRE: Final = "it names something for tools, and goes over no wire"
_GET, _POST, _SCHEMES = "/paths/~1tags/get", "/paths/~1tags/post", "/components/securitySchemes"
_QUERY, _HEADER = f"{_GET}/parameters/0", f"{_GET}/responses/200/headers/X-Total"
_BODY, _ANSWER = f"{_POST}/requestBody", f"{_GET}/responses/200"
_FORM, _JSON = f"{_BODY}/content/multipart~1form-data", f"{_ANSWER}/content/application~1json"
_XML = f"{_ANSWER}/content/application~1xml/schema/properties/id/xml"
_LINKS: Final = "a link says what a reader could do next, and forbids and promises nothing (OpenAPI 3.1 §4.8.20)"
_EXAMPLE: Final = {"description": "other", "value": "b"}


def _waived(kind: str, at: str, because: str, **fields: Any) -> list[Edit]:
    """Fields of one object that no rule has to speak of."""
    return [
        Edit(kind, name.strip("_"), f"{at}/{name.strip('_')}", value, because=because) for name, value in fields.items()
    ]


def _judged(kind: str, at: str, **fields: tuple[Any, str]) -> list[Edit]:
    """Fields of one object, each with what is put there and the rule that says so."""
    return [
        Edit(kind, name.strip("_"), f"{at}/{name.strip('_')}", value, rule) for name, (value, rule) in fields.items()
    ]


_DOCS: Final = {"url": "https://a.example/other"}
OPENAPI_EDITS: Final = (
    *_waived("openapi", "", "only how the document is written depends on it", openapi="3.1.1"),
    *_waived(
        "openapi", "", _PROSE, info={"title": "other", "version": "1.1.0"}, tags=[{"name": "a"}], externalDocs=_DOCS
    ),
    *_waived(
        "openapi",
        "",
        "what nothing refers to promises nothing",
        components={"securitySchemes": OPENAPI["components"]["securitySchemes"], "schemas": {"new": TEXT}},
    ),
    *_judged(
        "openapi",
        "",
        paths=({}, "operation-removed"),
        security=([{"key": []}], "security-tightened"),
        servers=([{"url": "/v2"}], "base-path-removed"),
        webhooks=({}, "webhooks-changed"),
        jsonSchemaDialect=("https://json-schema.org/draft/2019-09/schema", "schema-dialect-changed"),
    ),
    *_waived(
        "info",
        "/info",
        _PROSE,
        title="x",
        summary="x",
        description="x",
        termsOfService="https://a.example",
        contact={"name": "x", "url": "https://a.example", "email": "a@b.example"},
        license={"name": "x"},
        version="1.0.1",
    ),
    *_waived("contact", "/info/contact", _PROSE, name="x", url="https://a.example", email="a@b.example"),
    *_waived("license", "/info/license", _PROSE, name="x", url="https://a.example", identifier="MIT"),
    *_waived("server", "/servers/0", _PROSE, description="x"),
    *_judged(
        "server",
        "/servers/0",
        url=("https://{host}/v9", "base-path-removed"),
        variables=({"base": {"default": "v9"}}, "base-path-removed"),
    ),
    *_waived("server-variable", "/servers/0/variables/base", _PROSE, description="x"),
    *_waived(
        "server-variable", "/servers/0/variables/host", "the host of a server is where it runs", enum=["b"], default="b"
    ),
    *_judged("server-variable", "/servers/0/variables/base", default=("v9", "base-path-removed")),
    *_waived(
        "components",
        "/components",
        "what nothing refers to promises nothing",
        schemas={"a": TEXT},
        responses={"a": {"description": "x"}},
        parameters={},
        examples={},
        requestBodies={},
        headers={},
        links={},
        callbacks={},
        pathItems={},
    ),
    *_judged("components", "/components", securitySchemes=({}, "security-tightened")),
    *_waived("path-item", "/paths/~1tags", _PROSE, summary="x", description="x"),
    *_judged(
        "path-item",
        "/paths/~1tags",
        servers=([{"url": "/v9"}], "base-path-removed"),
        parameters=(
            [{"name": "z", "in": "query", "required": True, "schema": TEXT}],
            "request-parameter-required-added",
        ),
        **dict.fromkeys((*_ASKED, *_SENT), (GONE, "operation-removed")),
    ),
    Edit("path-item", "$ref", "/paths/~1tags/$ref", "#/webhooks/told", "operation-removed"),
    *_waived("operation", _GET, _PROSE, tags=["x"], summary="x", description="x", externalDocs=_DOCS),
    *_waived("operation", _GET, _NO_WIRE, operationId="other"),
    *_judged(
        "operation",
        _GET,
        parameters=([], "request-parameter-removed"),
        deprecated=(True, "operation-deprecated"),
        servers=([{"url": "/v9"}], "base-path-removed"),
        security=([{"key": []}], "security-tightened"),
        responses=({"default": {"description": "x"}}, "response-body-removed"),
        callbacks=({"a": {}}, "webhooks-changed"),
    ),
    *_judged("operation", _POST, requestBody=(GONE, "request-body-removed")),
    *_waived("external-documentation", "/externalDocs", _PROSE, description="x", url="https://b.example"),
    *_waived("parameter", _QUERY, _PROSE, description="x", example="a", examples={"a": _EXAMPLE}),
    *_judged(
        "parameter",
        _QUERY,
        name=("other", "request-parameter-removed"),
        in_=("header", "request-parameter-removed"),
        required=(True, "request-parameter-became-required"),
        deprecated=(True, "request-parameter-deprecated"),
        allowEmptyValue=(False, "request-parameter-empty-refused"),
        allowReserved=(False, "request-parameter-reserved-refused"),
        schema=({"type": "string", "maxLength": 3}, "length-tightened"),
    ),
    *_judged(
        "parameter",
        f"{_GET}/parameters/1",
        style=("pipeDelimited", "request-parameter-style-changed"),
        explode=(False, "request-parameter-style-changed"),
    ),
    *_judged(
        "parameter", f"{_GET}/parameters/2", content=({"text/csv": {"schema": TEXT}}, "request-parameter-style-changed")
    ),
    *_waived("header", _HEADER, _PROSE, description="x", example=["a"], examples={"a": _EXAMPLE}),
    *_waived("header", _HEADER, "a word about its end, which changes nothing yet", deprecated=True),
    *_waived("header", _HEADER, "it speaks of queries only", allowEmptyValue=True, allowReserved=True),
    *_waived("header", _HEADER, "headers have one style only", style="simple"),
    *_judged(
        "header",
        _HEADER,
        required=(False, "response-header-became-optional"),
        explode=(True, "response-header-style-changed"),
        schema=({"type": "array"}, "items-removed"),
    ),
    *_judged(
        "header", f"{_ANSWER}/headers/X-Page", content=({"text/csv": {"schema": TEXT}}, "response-header-style-changed")
    ),
    *_waived("request-body", _BODY, _PROSE, description="x"),
    *_judged(
        "request-body",
        _BODY,
        content=({"text/csv": {"schema": TEXT}}, "request-media-type-removed"),
        required=(True, "request-body-became-required"),
    ),
    *_waived("media-type", _JSON, _PROSE, example={"id": "a"}, examples={"a": _EXAMPLE}),
    *_waived("media-type", _JSON, "it speaks of forms only", encoding={"a": {"contentType": "text/plain"}}),
    *_judged("media-type", _JSON, schema=(TEXT, "type-changed")),
    *_judged("media-type", _FORM, encoding=({}, "request-encoding-changed")),
    *_judged(
        "encoding",
        f"{_FORM}/encoding/a",
        **{
            name: (value, "request-encoding-changed")
            for name, value in {
                "contentType": "image/png",
                "headers": {"X-A": {"schema": TEXT}},
                "style": "form",
                "explode": True,
                "allowReserved": True,
            }.items()
        },
    ),
    *_judged("responses", f"{_GET}/responses", default=(GONE, "response-error-status-removed")),
    *_waived("response", _ANSWER, _PROSE, description="x"),
    *_waived("response", _ANSWER, _LINKS, links={"next": {"operationId": "read"}}),
    *_judged("response", _ANSWER, headers=({}, "response-header-removed"), content=({}, "response-body-removed")),
    *_waived(
        "example",
        f"{_JSON}/examples/a",
        _PROSE,
        summary="x",
        description="x",
        value="x",
        externalValue="https://a.example",
    ),
    *_waived(
        "link",
        f"{_ANSWER}/links/a",
        _LINKS,
        operationRef="#/a",
        operationId="read",
        parameters={"q": "a"},
        requestBody="a",
        body={"url": "/a"},
        description="x",
        server={"url": "/a"},
    ),
    *_waived("tag", "/tags/0", _PROSE, name="x", description="x", externalDocs=_DOCS),
    *_waived(
        "reference",
        f"{_ANSWER}",
        "it stands beside a reference and is for people to read",
        summary="x",
        description="x",
    ),
    Edit("reference", "$ref", _JSON + "/schema", {"$ref": f"#{_QUERY}/schema"}, "type-changed"),
    *_waived("security-scheme", f"{_SCHEMES}/key", _PROSE, description="x"),
    *_waived(
        "security-scheme",
        f"{_SCHEMES}/http",
        "it is a hint about how tokens look (OpenAPI 3.1 §4.8.27)",
        bearerFormat="JWT",
    ),
    *_judged(
        "security-scheme",
        f"{_SCHEMES}/key",
        type=("mutualTLS", "security-tightened"),
        name=("X-Other", "security-tightened"),
        in_=("query", "security-tightened"),
    ),
    *_judged("security-scheme", f"{_SCHEMES}/http", scheme=("basic", "security-tightened")),
    *_judged("security-scheme", f"{_SCHEMES}/open", openIdConnectUrl=("https://b.example", "security-tightened")),
    *_judged("security-scheme", f"{_SCHEMES}/login", flows=({}, "security-tightened")),
    *_judged(
        "oauth-flows",
        f"{_SCHEMES}/login/flows",
        **dict.fromkeys(_WAYS, (GONE, "security-tightened")),
    ),
    *_waived(
        "oauth-flow", f"{_SCHEMES}/login/flows/implicit", "what operations ask for is in their security", scopes={}
    ),
    *_judged(
        "oauth-flow",
        f"{_SCHEMES}/login/flows/implicit",
        **dict.fromkeys(("authorizationUrl", "tokenUrl", "refreshUrl"), ("https://b.example", "security-flow-changed")),
    ),
    *_judged(
        "discriminator",
        f"{_JSON}/schema/discriminator",
        propertyName=("kind", "discriminator-changed"),
        mapping=({"a": "#/a"}, "discriminator-changed"),
    ),
    *_judged(
        "xml",
        _XML,
        **{
            name: (value, "body-markup-changed")
            for name, value in {
                "name": "x",
                "namespace": "https://a.example",
                "prefix": "x",
                "attribute": True,
                "wrapped": True,
            }.items()
        },
    ),
)
_DEAL, _AMQP = "/channels/deals/messages/deal", "/channels/deals/bindings/amqp"
_DETAILS: Final = "event-details-changed"


def _details(kind: str, at: str, **fields: Any) -> list[Edit]:
    """Fields around an event whose difference makes the verdict unknown."""
    return _judged(kind, at, **{name: (value, _DETAILS) for name, value in fields.items()})


_WORDS: Final = {"title": "x", "summary": "x", "description": "x", "tags": [{"name": "x"}], "externalDocs": _DOCS}
ASYNCAPI_EDITS: Final = (
    *_waived("asyncapi", "", _NO_WIRE, id="urn:x", info={"title": "other", "version": "1.1.0"}),
    *_waived("asyncapi", "", "only how the document is written depends on it", asyncapi="3.0.1"),
    *_waived("asyncapi", "", "what nothing refers to promises nothing", components={"schemas": {"a": TEXT}}),
    *_judged(
        "asyncapi",
        "",
        defaultContentType=("text/plain", "event-media-type-changed"),
        channels=({"deals": {"address": "x"}, "answers": {}}, "event-removed"),
        operations=({}, _DETAILS),
        servers=({}, _DETAILS),
    ),
    *_waived("server", "/servers/rabbit", _PROSE, **_WORDS),
    *_waived("server", "/servers/rabbit", "the host of a server is where it runs", host="b.example"),
    *_details(
        "server",
        "/servers/rabbit",
        protocol="kafka",
        protocolVersion="1.0",
        pathname="/crm",
        variables={},
        security=[],
        bindings={"amqp": {"x": 1}},
    ),
    *_details("serverVariable", "/servers/rabbit/variables/x", enum=["b"], default="b"),
    *_waived("serverVariable", "/servers/rabbit/variables/x", _PROSE, description="x"),
    *_details("serverVariable", "/servers/rabbit/variables/x", examples=["b"]),
    *_waived("channel", "/channels/deals", _PROSE, **_WORDS),
    *_judged(
        "channel", "/channels/deals", address=("deals", "event-routing-key-changed"), messages=({}, "event-removed")
    ),
    *_details("channel", "/channels/deals", parameters={}, bindings={"kafka": {"topic": "x"}}),
    Edit(
        "channel",
        "servers",
        "/channels/deals/servers",
        [{"$ref": "#/servers/rabbit"}],
        because="all servers are those that are named",
    ),
    *_details(
        "parameter",
        "/channels/deals/parameters/kind",
        enum=["old"],
        default="old",
        location="$message.payload#/kind",
        examples=["new"],
    ),
    *_waived("parameter", "/channels/deals/parameters/kind", _PROSE, description="x"),
    *_waived("messageObject", _DEAL, _PROSE, **_WORDS, examples=[{"payload": "a"}]),
    *_judged(
        "messageObject",
        _DEAL,
        contentType=("text/plain", "event-media-type-changed"),
        name=("other", "event-removed"),
        headers=({"type": "string"}, "type-changed"),
        payload=({"schemaFormat": "application/schema+json", "schema": {"type": "integer"}}, "type-changed"),
        traits=([{"contentType": "text/plain"}], "event-traits-changed"),
        deprecated=(True, "event-deprecated"),
    ),
    *_details("messageObject", _DEAL, correlationId=GONE, bindings={"amqp": {"messageType": "x"}}),
    *_details("multiFormatSchema", f"{_DEAL}/payload", schemaFormat="application/schema+json;version=draft-07"),
    *_judged("multiFormatSchema", f"{_DEAL}/payload", schema=({"type": "integer"}, "type-changed")),
    *_details("correlationId", f"{_DEAL}/correlationId", location="$message.header#/other"),
    *_waived("correlationId", f"{_DEAL}/correlationId", _PROSE, description="x"),
    *_waived("operation", "/operations/tell", _PROSE, **_WORDS),
    *_judged("operation", "/operations/tell", action=("receive", "event-removed")),
    Edit("operation", "channel", "/operations/tell/channel", {"$ref": "#/channels/answers"}, _DETAILS),
    Edit("operation", "messages", "/operations/tell/messages", [{"$ref": f"#{_DEAL}"}], _DETAILS),
    *_details(
        "operation",
        "/operations/tell",
        reply=GONE,
        security=[{"type": "userPassword"}],
        bindings={"amqp": {"priority": 1}},
        traits=[{"bindings": {"amqp": {"ack": True}}}],
    ),
    *_details(
        "operationReply",
        "/operations/tell/reply",
        address=GONE,
        channel=GONE,
        messages=[{"$ref": "#/channels/answers/messages/answer"}],
    ),
    *_details("operationReplyAddress", "/operations/tell/reply/address", location="$message.header#/other"),
    *_waived("operationReplyAddress", "/operations/tell/reply/address", _PROSE, description="x"),
    *_judged(
        "amqp channel",
        _AMQP,
        exchange=({"name": "sales", "type": "topic"}, "event-exchange-changed"),
        queue=({"name": "x"}, "event-queue-changed"),
        is_=("routingKey", _DETAILS),
    ),
    *_waived("amqp channel", _AMQP, "only how the binding is written depends on it", bindingVersion="0.3.0"),
    *_details("amqp exchange", f"{_AMQP}/exchange", durable=True, autoDelete=True, vhost="/crm"),
    *_judged(
        "amqp exchange",
        f"{_AMQP}/exchange",
        name=("sales", "event-exchange-changed"),
        type=("fanout", "event-exchange-type-changed"),
    ),
    *_details("amqp queue", f"{_AMQP}/queue", durable=True, exclusive=True, autoDelete=True, vhost="/crm"),
    *_judged("amqp queue", f"{_AMQP}/queue", name=("other", "event-queue-changed")),
)
