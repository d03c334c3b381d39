"""Which version of OpenAPI a document is written in, and whether it can be read.

Rules: 3.0 and 3.1 are read; what came before is refused with the step that converts it.
"""

from collections.abc import Mapping
from typing import Any

from truemirror.errors import FormatError


def openapi_version(content: Any) -> str:
    """The version that a document says it is written in: `3.0.3`; `2.0` for Swagger; empty for something else."""
    if not isinstance(content, Mapping):
        return ""
    said = content.get("openapi", content.get("swagger", ""))
    return str(said) if isinstance(said, str | float | int) else ""


def refuse_version(said: str, where: str) -> None:
    """See that a version of OpenAPI can be read. Raises FormatError that names the step that converts it."""
    if said.startswith(("3.0", "3.1")):
        return
    if said.startswith(("1.", "2")):
        raise FormatError(
            f"is Swagger {said}, which came before OpenAPI 3",
            where=where,
            fix="convert it first, for example with `npx swagger2openapi OLD.yaml --outfile NEW.yaml`",
        )
    raise FormatError(
        f"is OpenAPI {said or 'of no version'}", where=where, fix="write it in OpenAPI 3.0 or 3.1: `openapi: 3.1.0`"
    )
