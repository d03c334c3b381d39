"""What goes in and out: JSON only, checked before a route sees the request."""

from __future__ import annotations

import re
from typing import TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from starlette.requests import Request

from crm.common import errors
from crm.common.errors import Detail

LARGEST_BODY = 1_048_576
Body = TypeVar("Body", bound="RequestBody")


class RequestBody(BaseModel):
    """Base of all request bodies: no coercion, and no field that nobody reads."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def shaped(pattern: str, example: str) -> AfterValidator:
    """Return a check that a text has a form, explained by an example instead of the pattern."""
    form = re.compile(pattern)

    def check(text: str) -> str:
        if not form.fullmatch(text):
            raise PydanticCustomError("format", "Should look like {example}", {"example": example})
        return text

    return AfterValidator(check)


def require_json_accepted(accept: str | None) -> None:
    """Refuse a request whose Accept header leaves no room for JSON."""
    if accept and accept.strip() and not _accepts_json(accept):
        raise errors.not_acceptable()


async def read_body(request: Request, model: type[Body]) -> Body:
    """Read the body of a request as a `model`."""
    _require_json_sent(request.headers.get("content-type", ""))
    raw = await read_raw(request)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise _explain(error) from None


async def read_raw(request: Request) -> bytes:
    """Read the bytes of a body, up to the largest one that is read at all."""
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > LARGEST_BODY:
            raise errors.body_too_large(LARGEST_BODY)
    return bytes(chunks)


def _accepts_json(accept: str) -> bool:
    # The most specific range decides (RFC 9110, 12.5.1), so `application/json;q=0, */*` refuses JSON.
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights[media] = _weight(parameters)
    for media in ("application/json", "application/*", "*/*"):
        if media in weights:
            return weights[media] > 0
    return False


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 1.0
    return 1.0


def _require_json_sent(content_type: str) -> None:
    media, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charsets = [value.strip('" ') for name, _, value in (p.partition("=") for p in parameters) if name == "charset"]
    if media != "application/json" or any(charset not in {"utf-8", "utf8"} for charset in charsets):
        raise errors.unsupported_media_type()


def _explain(error: ValidationError) -> errors.ApiError:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    for item in found:
        if item["type"] == "json_invalid":
            return errors.malformed_json("The body is not valid JSON.")
    return errors.validation_failed([_detail(item) for item in found])


def _detail(item: ErrorDetails) -> Detail:
    field = ".".join(str(step) for step in item["loc"])
    return Detail(field or "body", item["type"], f"{item['msg']}.")
