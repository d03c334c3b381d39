"""The control paths as a table: what may be asked, with what, and the shape of what comes.

Rules: the table is what the server obeys and what its OpenAPI document is made from, so they cannot part. Reading is
GET with a query; changing is POST with a JSON object. What a route does not know is refused, never passed over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs
import orjson

from truemirror.core.wire.exchange import Request
from truemirror.core.wire.media import parse_media_type

LARGEST_BODY = 256 * 1024
"""Bytes that a control request may hold."""
_MOST_PARAMETERS = 16

Schema = Mapping[str, Any]


class Unfit(Exception):
    """A control request that is not as its route wants it."""

    def __init__(self, status: int, code: str, message: str, *, nearest: str = "", fix: str = "") -> None:
        """What is wrong."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.nearest = nearest
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Asked:
    """What a control request wants to know or to have done."""

    given: Mapping[str, Any]
    """The parameters: of the query, or of the JSON object."""

    def text(self, name: str) -> str:
        """A text; empty when it was not given."""
        return str(self.given.get(name, ""))

    def number(self, name: str, default: int) -> int:
        """A number."""
        return int(self.given.get(name, default))


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that can be asked: a method on a control path."""

    method: str
    path: str
    """Without the prefix."""
    summary: str
    answer: Schema
    does: Callable[[Asked], Any]
    parameters: Mapping[str, Schema] = field(default_factory=dict)
    """Of the query, for GET; members of the JSON object, for POST."""
    required: tuple[str, ...] = ()
    refusals: Mapping[int, str] = field(default_factory=dict)
    """Further statuses and what they say."""

    @property
    def body(self) -> dict[str, Any]:
        """The schema of the JSON object."""
        made: dict[str, Any] = {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: dict(schema) for name, schema in self.parameters.items()},
        }
        return {**made, "required": list(self.required)} if self.required else made

    def asked(self, request: Request) -> Asked:
        """What a request to this route wants. Raises Unfit."""
        return Asked(self._from_body(request) if self.method == "POST" else self._from_query(request.query or ""))

    def _from_query(self, query: str) -> dict[str, Any]:
        """The parameters of a query, numbers as numbers."""
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
        except ValueError:
            raise Unfit(400, "bad_parameter", f"the query has more than {_MOST_PARAMETERS} parameters") from None
        given: dict[str, Any] = {}
        for name, value in pairs:
            schema = self.parameters.get(name)
            if schema is None:
                raise Unfit(400, "unknown_parameter", f"there is no parameter '{name}' here", nearest=self._near(name))
            is_number = schema.get("type") == "integer" and value.isdecimal() and len(value) < 10
            given[name] = int(value) if is_number else value
        return self._fitting(given)

    def _from_body(self, request: Request) -> dict[str, Any]:
        """The members of the JSON object; no body is an empty one."""
        if request.query:
            raise Unfit(
                400, "unknown_parameter", "a change takes a JSON object, not a query", fix=f"send {self._form()}"
            )
        if parse_media_type(request.headers.get("content-type")).name != "application/json":
            fix = f"send Content-Type: application/json and {self._form()}"
            raise Unfit(415, "not_json", "a change is asked for with JSON", fix=fix)
        if len(request.body) > LARGEST_BODY:
            raise Unfit(413, "body_too_large", f"the body is larger than {LARGEST_BODY} bytes")
        try:
            given = orjson.loads(request.body or b"{}")
        except orjson.JSONDecodeError as error:
            raise Unfit(400, "not_json", f"the body is not JSON: {error}", fix=f"send {self._form()}") from None
        return self._fitting(given)

    def _fitting(self, given: Any) -> dict[str, Any]:
        """What was given, if it is as the schema says. Raises Unfit."""
        for error in jsonschema_rs.iter_errors(self.body, given):
            place = "/".join(map(str, error.instance_path))
            told = f"{place}: {error.message}" if place else error.message
            raise Unfit(400, "bad_parameter", told, fix=f"send {self._form()}")
        kept: dict[str, Any] = given
        return kept

    def _form(self) -> str:
        """What may be given, in a line."""
        names = [name if name in self.required else f"{name}?" for name in self.parameters]
        return "{" + ", ".join(names) + "}" if names else "nothing"

    def _near(self, name: str) -> str:
        """The parameter that was meant, or all."""
        near = get_close_matches(name, self.parameters, n=1)
        return near[0] if near else ", ".join(self.parameters) or "none"


def found(ways: Mapping[tuple[str, str], Way], method: str, path: str, prefix: str) -> Way:
    """The way of a method and path. Raises Unfit, which names the nearest."""
    way = ways.get(("GET" if method == "HEAD" else method, path))
    if way is not None:
        return way
    methods = sorted({one.method for one in ways.values() if one.path == path})
    if methods:
        allowed = ", ".join(methods)
        raise Unfit(405, "wrong_method", f"{prefix}{path} does not know {method}", nearest=allowed)
    paths = dict.fromkeys(one.path for one in ways.values())
    near = get_close_matches(path, paths, n=1, cutoff=0.4)
    nearest = f"{prefix}{near[0]}" if near else ", ".join(paths)
    raise Unfit(404, "unknown_control", f"there is no control path '{path}'", nearest=nearest)
