"""Small documents for the tests of OpenAPI: one operation, and what a test wants of it."""

from collections.abc import Mapping
from typing import Any

from truemirror.core.contract.openapi.interface import Interface
from truemirror.core.contract.openapi.reading import read_interface

TEXT: dict[str, Any] = {"type": "string"}


def document(paths: Mapping[str, Any], version: str = "3.1.0", **more: Any) -> dict[str, Any]:
    """A whole OpenAPI document."""
    return {"openapi": version, "info": {"title": "tags", "version": "1.0.0"}, "paths": dict(paths), **more}


def answers(schema: Any = None, status: str = "200", **more: Any) -> dict[str, Any]:
    """Responses with one status."""
    content = {} if schema is None else {"content": {"application/json": {"schema": schema}}}
    return {status: {"description": "OK", **content, **more}}


def get(schema: Any = None, path: str = "/v1/tags", version: str = "3.1.0", **operation: Any) -> dict[str, Any]:
    """A document with one operation that answers a schema."""
    return document({path: {"get": {"responses": answers(schema), **operation}}}, version)


def post(schema: Any, version: str = "3.1.0", *, required: bool = True, **operation: Any) -> dict[str, Any]:
    """A document with one operation that takes a schema."""
    body = {"required": required, "content": {"application/json": {"schema": schema}}}
    return document(
        {"/v1/tags": {"post": {"requestBody": body, "responses": answers(status="201"), **operation}}}, version
    )


def interface(content: Mapping[str, Any], **others: Any) -> Interface:
    """What a document offers, with other documents by their names (`tag_json` is `tag.json`)."""
    documents = {"openapi.yaml": content, **{name.replace("_", "."): other for name, other in others.items()}}
    return read_interface(documents, "openapi.yaml")


def events(content: Mapping[str, Any]) -> Interface:
    """What an AsyncAPI document offers."""
    return read_interface({"asyncapi.yaml": content}, asyncapi="asyncapi.yaml")
