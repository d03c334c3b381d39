"""From gathered evidence to the documents of a contract version: OpenAPI 3.1 and JSON Schemas.

Rules: paths, methods, statuses and names are in a fixed order, so that the same evidence gives the same bytes; schemas
of resources and errors are documents of their own, everything else is written where it is used; the counts behind it
are kept under `x-truemirror`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from truemirror.core.contract.contract import EXTENSION, OPENAPI
from truemirror.core.contract.infer.bodies import Writer
from truemirror.core.contract.infer.credentials import asking_for_bearer
from truemirror.core.contract.infer.gather import Gathered, OperationEvidence, Texted, gather
from truemirror.core.contract.infer.names import title_of
from truemirror.core.contract.infer.places import shapes_of
from truemirror.core.contract.infer.schema import Style, schema_of
from truemirror.core.contract.infer.shapes import Shape, Shapes, evidence_of
from truemirror.core.contract.reading import DIALECT
from truemirror.core.wire.exchange import Exchange

_PHRASES = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No content", 206: "Partial content",
    301: "Moved permanently", 302: "Found", 303: "See other", 304: "Not modified", 307: "Temporary redirect",
    308: "Permanent redirect", 400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found",
    405: "Method not allowed", 406: "Not acceptable", 409: "Conflict", 410: "Gone", 412: "Precondition failed",
    413: "Content too large", 415: "Unsupported media type", 422: "Unprocessable content",
    428: "Precondition required", 429: "Too many requests", 500: "Internal server error", 501: "Not implemented",
    502: "Bad gateway", 503: "Service unavailable", 504: "Gateway timeout",
}  # fmt: skip
_FEWEST_FOR_TYPE = 3


def infer_documents(service: str, version: str, exchanges: Iterable[Exchange]) -> dict[str, Any]:
    """All documents of a contract version, by path, from what was recorded."""
    return documents_of(service, version, gather(exchanges))


def documents_of(
    service: str, version: str, gathered: Gathered, shapes: Shapes | None = None, *, examples: bool = False
) -> dict[str, Any]:
    """All documents of a contract version, by path, from what was learned; with `examples`, recorded bodies too."""
    shapes = shapes or shapes_of(gathered.operations)
    writer = Writer(gathered, shapes, examples=examples)
    documents: dict[str, Any] = {OPENAPI: _openapi(service, version, gathered, writer)}
    names = {key: shape.name for key, shape in shapes.of.items()}
    for shape in shapes.shapes:
        is_error = shape.name.startswith("error") and shape.hint == "error"
        documents[f"schemas/{shape.name}.schema.json"] = _document(
            shape, Style(names, "./", choices=not is_error, named=gathered.named)
        )
    return documents


def _document(shape: Shape, style: Style) -> dict[str, Any]:
    """The document of one shape."""
    schema = schema_of(evidence_of(shape.objects), style)
    if shape.operations:
        schema[EXTENSION] = {**schema.get(EXTENSION, {}), "operations": shape.operations}
    return {"$schema": DIALECT, "title": title_of(shape.name), **schema}


def _openapi(service: str, version: str, gathered: Gathered, writer: Writer) -> dict[str, Any]:
    """The document that declares the operations."""
    paths: dict[str, Any] = {}
    bearer = asking_for_bearer(gathered.operations)
    for operation in gathered.operations:
        item = paths.setdefault(operation.template, _path_item(operation.template))
        item[operation.method.lower()] = _operation(
            operation, writer, asks=(operation.method, operation.template) in bearer
        )
    notes: dict[str, Any] = {"exchanges": gathered.exchanges}
    if gathered.left_out:
        notes["left-out"] = list(gathered.left_out)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": service, "version": version},
        "paths": paths,
    }
    if bearer:
        document["components"] = {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}}
    return document | {EXTENSION: notes}


def _path_item(template: str) -> dict[str, Any]:
    """A path, with the parameters that its template has."""
    names = [segment[1:-1] for segment in template.split("/") if segment.startswith("{")]
    if not names:
        return {}
    return {
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    }


def _operation(operation: OperationEvidence, writer: Writer, *, asks: bool) -> dict[str, Any]:
    """One operation, which `asks` for a bearer token or not."""
    found: dict[str, Any] = {}
    parameters = [_query(name, operation) for name in sorted(operation.query)]
    parameters += [_header(name) for name in sorted(operation.headers)]
    if parameters:
        found["parameters"] = parameters
    body = writer.request(operation)
    if body:
        found["requestBody"] = body
    found["responses"] = {
        str(status): {"description": _PHRASES.get(status, f"Status {status}"), **writer.answer(operation, status)}
        for status in sorted(operation.answers)
    }
    if asks:
        found["security"] = [{"bearer": []}]
    return found | {EXTENSION: {"seen": operation.seen}}


def _query(name: str, operation: OperationEvidence) -> dict[str, Any]:
    """A query parameter; required when every accepted request had it, and a refusal asked for it."""
    texted = operation.query[name]
    schema = text_schema(texted)
    if texted.repeated:
        schema = {"type": "array", "items": schema}
    found: dict[str, Any] = {"name": name, "in": "query"}
    if name in operation.demanded and texted.present == operation.accepted:
        found["required"] = True
    return found | {"schema": schema, EXTENSION: {"seen": texted.present}}


def text_schema(texted: Texted) -> Mapping[str, Any]:
    """The type that a text stands for, where it was seen often enough and with more than one value."""
    if texted.texts >= _FEWEST_FOR_TYPE and len(texted.values) > 1:
        if texted.integers == texted.texts:
            return {"type": "integer"}
        if texted.booleans == texted.texts:
            return {"type": "boolean"}
    return {"type": "string"}


def _header(name: str) -> dict[str, Any]:
    """A header of requests; that a client always sent it does not mean that it must."""
    return {"name": name, "in": "header", "schema": {"type": "string"}}
