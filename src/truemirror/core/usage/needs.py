"""What a consumer needs of a provider: attributes of its answers, and answers to its requests.

    {"format": 1, "consumer": "web", "provider": "tags",
     "needs": [{"operation": "GET /v1/tags/{tag_id}", "status": "200", "path": "$.name", "kinds": ["string"],
                "because": "a tag is shown"}],
     "requests": [{"method": "GET", "target": "/v1/tags/tag_1", "headers": [["Accept", "*/*"]], "body": "",
                   "states": ["there is a tag"], "because": "a tag is shown"}]}

Rules: values only; what is needed of one path by several is what any of them needs; kinds are types of JSON Schema; no
kind at all is any value. What is written down reads back as the same.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from truemirror.core.usage.paths import Path, spelled, steps_of
from truemirror.core.wire.exchange import Request
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError

FORMAT: Final = 1
JOINED: Final = ", "
"""Stands between the states in the name of their scenario."""
KINDS: Final = ("string", "number", "integer", "boolean", "object", "array", "null")
_FIX = "import it again, or restore it from git"


@dataclass(frozen=True, slots=True)
class Need:
    """One attribute of an answer that a consumer reads."""

    operation: str
    """`GET /v1/tags/{tag_id}`; a path that was asked does as well."""
    status: str
    """`200` or `2XX`."""
    path: Path
    kinds: tuple[str, ...] = ()
    """The kinds of value that the consumer can read, sorted; empty for any."""
    pattern: str = ""
    """What a text has to contain (ECMA 262); empty for anything."""
    required: bool = True
    """Whether the consumer needs it to be there; else only that it is of these kinds where it is."""
    because: str = ""
    """What the consumer does with it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that a consumer makes and expects to be accepted."""

    request: Request
    because: str = ""
    states: tuple[str, ...] = ()
    """The provider states in which it is made, as its pact names them."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """Everything that one consumer needs of one provider."""

    consumer: str
    provider: str
    needs: tuple[Need, ...] = ()
    requests: tuple[Asked, ...] = ()


def reads(expectations: Iterable[Expectation], consumers: Iterable[str]) -> Callable[[str], bool | None]:
    """Whether anybody reads a path of a provider's answers, such as `$.items[].owner.email`.

    None where nobody knows: `consumers` are all that call the provider, and of one of them there is no expectation.
    """
    known = tuple(expectations)
    paths = {spelled(need.path) for one in known for need in one.needs}
    all_known = bool(known) and set(consumers) <= {one.consumer for one in known}

    def is_read(path: str) -> bool | None:
        """Whether a path is read by somebody."""
        return True if path in paths else (False if all_known else None)

    return is_read


def states_of(expectations: Iterable[Expectation]) -> dict[str, tuple[str, ...]]:
    """The provider states by the scenario that an import makes of them: their names, joined."""
    found = (asked.states for one in expectations for asked in one.requests if asked.states)
    return {JOINED.join(states): states for states in found}


def document(expectation: Expectation) -> dict[str, Any]:
    """An expectation as it is kept."""
    return {
        "format": FORMAT,
        "consumer": expectation.consumer,
        "provider": expectation.provider,
        "needs": [_need(one) for one in expectation.needs],
        "requests": [_asked(one) for one in expectation.requests],
    }


def _need(need: Need) -> dict[str, Any]:
    """A need as it is kept."""
    made: dict[str, Any] = {"operation": need.operation, "status": need.status, "path": spelled(need.path)}
    made |= {"kinds": list(need.kinds)} if need.kinds else {}
    made |= {"pattern": need.pattern} if need.pattern else {}
    made |= {} if need.required else {"required": False}
    return made | ({"because": need.because} if need.because else {})


def _asked(asked: Asked) -> dict[str, Any]:
    """A request as it is kept."""
    request = asked.request
    made: dict[str, Any] = {"method": request.method, "target": request.target}
    made["headers"] = [list(pair) for pair in request.headers.pairs]
    try:
        made |= {"body": request.body.decode()} if request.body else {}
    except UnicodeDecodeError:
        made["base64"] = base64.b64encode(request.body).decode()
    made |= {"states": list(asked.states)} if asked.states else {}
    return made | ({"because": asked.because} if asked.because else {})


def read(content: Any, where: str = "") -> Expectation:
    """An expectation from its document. Raises FormatError with the place of what is wrong."""
    if not isinstance(content, Mapping):
        raise FormatError("is no object", where=where, fix=_FIX)
    if content.get("format") != FORMAT:
        told = f"is of format {content.get('format')!r}, and this truemirror reads {FORMAT}"
        raise FormatError(told, where=where, fix="use a newer truemirror")
    named = {role: _text(content, role, where) for role in ("consumer", "provider")}
    needs = tuple(_read_need(one, place) for one, place in _several(content, "needs", where))
    requests = tuple(_read_asked(one, place) for one, place in _several(content, "requests", where))
    return Expectation(named["consumer"], named["provider"], needs, requests)


def _several(content: Mapping[str, Any], key: str, where: str) -> list[tuple[Mapping[str, Any], str]]:
    """The objects of a list, with their places. Raises FormatError."""
    found = content.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise FormatError(f"`{key}` is no list of objects", where=where, fix=_FIX)
    return [(one, f"{where}, {key}[{number}]".strip(", ")) for number, one in enumerate(found)]


def _text(content: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    """A text. Raises FormatError."""
    found = content.get(key, default)
    if not isinstance(found, str):
        raise FormatError(f"`{key}` is no text", where=where, fix=_FIX)
    return found


def _read_need(content: Mapping[str, Any], where: str) -> Need:
    """A need. Raises FormatError."""
    kinds = content.get("kinds", [])
    if not isinstance(kinds, list) or not all(one in KINDS for one in kinds):
        raise FormatError("`kinds` has to name types", where=where, nearest=", ".join(KINDS), fix=_FIX)
    try:
        path = steps_of(_text(content, "path", where))
    except FormatError as error:
        raise FormatError(error.what, where=where, nearest=error.nearest, fix=error.fix) from None
    return Need(
        operation=_text(content, "operation", where),
        status=_text(content, "status", where),
        path=path,
        kinds=tuple(sorted(set(kinds))),
        pattern=_text(content, "pattern", where, ""),
        required=content.get("required", True) is not False,
        because=_text(content, "because", where, ""),
    )


def _read_asked(content: Mapping[str, Any], where: str) -> Asked:
    """A request. Raises FormatError."""
    pairs = content.get("headers", [])
    if not isinstance(pairs, list) or not all(
        isinstance(one, list) and len(one) == 2 and all(isinstance(text, str) for text in one) for one in pairs
    ):
        raise FormatError("`headers` is no list of names and values", where=where, fix=_FIX)
    try:
        raw = base64.b64decode(_text(content, "base64", where, ""), validate=True)
    except (binascii.Error, ValueError):
        raise FormatError("`base64` is no base64", where=where, fix=_FIX) from None
    body = raw or _text(content, "body", where, "").encode("utf-8", "surrogatepass")
    headers = Headers(tuple((name, value) for name, value in pairs))
    request = Request(_text(content, "method", where), _text(content, "target", where), headers, body)
    states = content.get("states", [])
    if not isinstance(states, list) or not all(isinstance(one, str) for one in states):
        raise FormatError("`states` is no list of texts", where=where, fix=_FIX)
    return Asked(request, _text(content, "because", where, ""), tuple(states))
