"""The control paths described in OpenAPI 3.1, made from the table that the server obeys.

Rules: nothing is described that is not served, and everything that is; every refusal has one shape.
"""

from collections.abc import Iterable
from typing import Any

from truemirror.adapters.http.server.control_routes import Way
from truemirror.adapters.http.server.control_shapes import ERROR

_REFUSED = {
    400: "A parameter is unknown or wrong.",
    401: "The token is missing or wrong.",
    403: "Whoever asks may not: a web page, a foreign Host, another machine.",
    404: "There is no such path, service or session; the nearest is named.",
    405: "The path does not know this method.",
    409: "Several workers answer here, and none knows what all were asked.",
}
_CHANGE_REFUSED = {413: "The body is too large.", 415: "The body is not application/json."}
_ERROR = {"$ref": "#/components/schemas/Error"}


def openapi(ways: Iterable[Way], prefix: str, version: str) -> dict[str, Any]:
    """The document."""
    paths: dict[str, Any] = {}
    for way in ways:
        paths.setdefault(f"{prefix}{way.path}", {})[way.method.lower()] = _operation(way)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Control paths of a truemirror server", "version": version},
        "paths": paths,
        "security": [{}, {"token": []}],
        "components": {
            "schemas": {"Error": ERROR},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(way: Way) -> dict[str, Any]:
    """One way of asking."""
    refused = {**_REFUSED, **(_CHANGE_REFUSED if way.method == "POST" else {}), **way.refusals}
    made: dict[str, Any] = {
        "operationId": way.path.replace("/", "-").replace(".", "-"),
        "summary": way.summary,
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": dict(way.answer)}}},
            **{str(status): _refusal(text) for status, text in sorted(refused.items())},
        },
    }
    if way.method == "POST":
        content = {"application/json": {"schema": way.body}}
        made["requestBody"] = {"required": bool(way.required), "content": content}
    else:
        made["parameters"] = [
            {"name": name, "in": "query", "required": name in way.required, "schema": dict(schema)}
            for name, schema in way.parameters.items()
        ]
    return made


def _refusal(text: str) -> dict[str, Any]:
    """An error, in the shape of all."""
    return {"description": text, "content": {"application/json": {"schema": _ERROR}}}
