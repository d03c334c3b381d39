"""What HAR 1.2 demands of an archive, as a JSON Schema written from its specification."""

from typing import Any

_TEXT = {"type": "string"}
_SIZE = {"type": "integer", "minimum": -1}
_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object with these members; further ones begin with an underscore."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, "comment": _TEXT, **optional},
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    """A list of those."""
    return {"type": "array", "items": items}


_PAIR = _object({"name": _TEXT, "value": _TEXT})
_COOKIE = _object(
    {"name": _TEXT, "value": _TEXT}, path=_TEXT, domain=_TEXT, expires=_TEXT,
    httpOnly={"type": "boolean"}, secure={"type": "boolean"},
)  # fmt: skip
_POSTED = _object({"mimeType": _TEXT, "text": _TEXT}, params=_list(_object({"name": _TEXT}, value=_TEXT)))
_MESSAGE = {
    "httpVersion": _TEXT, "cookies": _list(_COOKIE), "headers": _list(_PAIR), "headersSize": _SIZE, "bodySize": _SIZE,
}  # fmt: skip
_REQUEST = _object({"method": _TEXT, "url": _TEXT, "queryString": _list(_PAIR), **_MESSAGE}, postData=_POSTED)
_CONTENT = _object({"size": _SIZE, "mimeType": _TEXT}, text=_TEXT, encoding=_TEXT, compression={"type": "integer"})
_RESPONSE = _object(
    {"status": {"type": "integer"}, "statusText": _TEXT, "content": _CONTENT, "redirectURL": _TEXT, **_MESSAGE}
)
_SPAN = {"type": "number", "minimum": -1}
_TIMINGS = _object({"send": _SPAN, "wait": _SPAN, "receive": _SPAN}, blocked=_SPAN, dns=_SPAN, connect=_SPAN, ssl=_SPAN)
_ENTRY = _object(
    {
        "startedDateTime": _TIME, "time": {"type": "number", "minimum": 0}, "request": _REQUEST, "response": _RESPONSE,
        "cache": {"type": "object"}, "timings": _TIMINGS,
    },
    pageref=_TEXT, serverIPAddress=_TEXT, connection=_TEXT,
)  # fmt: skip
_PAGE = _object({"startedDateTime": _TIME, "id": _TEXT, "title": _TEXT, "pageTimings": {"type": "object"}})
_TOOL = _object({"name": _TEXT, "version": _TEXT})

HAR_1_2: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["log"],
    "properties": {
        "log": _object(
            {"version": {"const": "1.2"}, "creator": _TOOL, "entries": _list(_ENTRY)}, browser=_TOOL, pages=_list(_PAGE)
        )
    },
}
