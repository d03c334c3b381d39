"""The official schemas of OpenAPI and AsyncAPI, as they were published.

Rules: the files are never changed; each is read once, and only when a document of its kind is looked at.
"""

from functools import cache
from importlib.resources import files
from typing import Any

import orjson


@cache
def openapi_schema() -> Any:
    """The schema of an OpenAPI 3.1 document (JSON Schema 2020-12), which says nothing about the schemas inside."""
    return _read("openapi-3.1.json")


@cache
def asyncapi_schema() -> Any:
    """The schema of an AsyncAPI 3.0 document (JSON Schema draft 7)."""
    return _read("asyncapi-3.0.json")


def _read(name: str) -> Any:
    """One of the files beside this one."""
    return orjson.loads((files(__package__) / name).read_bytes())
