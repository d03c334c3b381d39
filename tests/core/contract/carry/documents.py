"""OpenAPI documents of several kinds, for tests of what is carried over."""

from typing import Any

JSON = "application/json"


def answer(schema: Any) -> dict[str, Any]:
    """An answer with a body."""
    return {"description": "OK", "content": {JSON: {"schema": schema}}}


def openapi(version: str = "3.1.0", schemas: Any = None, schema: Any = None, **more: Any) -> dict[str, Any]:
    """A document with one operation, whose answer is a schema."""
    return {
        "openapi": version,
        "info": {"title": "pets", "version": "2.1.0"},
        "paths": {"/pets": {"get": {"responses": {"200": answer(schema or {"$ref": "#/components/schemas/Pet"})}}}},
        "components": {"schemas": {"Pet": {"type": "object"}} if schemas is None else schemas},
        **more,
    }


OLD = {
    "api.yaml": openapi(
        "3.0.3",
        {
            "Pet": {
                "oneOf": [{"$ref": "#/components/schemas/Dog"}, {"$ref": "#/components/schemas/Cat"}],
                "discriminator": {
                    "propertyName": "kind", "mapping": {"dog": "#/components/schemas/Dog", "cat": "Cat"},
                },
            },
            "Dog": {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": {"type": "string", "enum": ["dog"]},
                    "owner": {"$ref": "models/owner.json"},
                    "example": {"$ref": "#/components/schemas/Cat"},
                },
            },
            "Cat": {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": {"type": "string", "enum": ["cat"]},
                    "name": {"type": "string", "nullable": True, "example": "Tom"},
                    "mum": {"$ref": "#/components/schemas/Cat"},
                },
            },
            "cat": {"type": "string"},
            "../../evil": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
        },
        **{
            "x-team": "animals",
            "paths": {
                "/pets/{id}": {
                    "parameters": [{"$ref": "shared/params.yaml#/Id"}],
                    "get": {
                        "description": "One pet.",
                        "security": [{"key": []}],
                        "responses": {
                            "200": answer({"$ref": "#/components/schemas/Pet"}),
                            "default": {"$ref": "shared/params.yaml#/Problem"},
                        },
                    },
                }
            },
        },
    ),
    "shared/params.yaml": {
        "Id": {
            "name": "id", "in": "path", "required": True,
            "schema": {"$ref": "../api.yaml#/components/schemas/..~1..~1evil"},
        },
        "Problem": answer({"$ref": "../models/owner.json#/properties/name"}),
    },
    "models/owner.json": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "nullable": True},
            "self": {"$ref": "#"},
            "dog": {"$ref": "../api.yaml#/components/schemas/Dog"},
        },
    },
}  # fmt: skip
"""A document of OpenAPI 3.0 over three files, with names that are none for files."""
OLD["api.yaml"]["components"]["securitySchemes"] = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}

NEW = {
    "api.json": openapi(
        schemas={
            "Pet": {"$ref": "#/components/schemas/Animal"},
            "Animal": {
                "type": "object",
                "properties": {
                    "default": {"$ref": "#/components/schemas/Pet"},
                    "tags": {"$ref": "#/components/schemas/Tree"},
                },
            },
            "Tree": {
                "$dynamicAnchor": "node",
                "type": "object",
                "properties": {"below": {"type": "array", "items": {"$dynamicRef": "#node"}}},
            },
            "Anything": True,
        },
        webhooks={"born": {"post": {"responses": {"204": {"description": "thanks"}}}}},
    )
}
"""A document of OpenAPI 3.1 with an alias, a recursive schema, and one that is found by its name."""
