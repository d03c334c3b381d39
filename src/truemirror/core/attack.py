"""An attack on a running service, as values: what it came upon, and what is kept of it.

Rules: a suspect is what the attacker says and no judgement; it is judged by the contract after it was asked again.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from truemirror.core.wire.exchange import Exchange, Request
from truemirror.core.wire.media import media_type

DEFAULT_CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
"""What is checked unless somebody asks for more: what answers are, not which requests are accepted."""
_OWN = frozenset({"host", "authorization", "content-type", "content-length", "cookie", "accept", "connection"})
_NO_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class AttackPlan:
    """How a service is attacked."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    """Sent with every request: credentials."""
    seconds: int = 30
    seed: int = 0
    checks: tuple[str, ...] = DEFAULT_CHECKS
    examples: int = 50
    """At most so many generated requests for each operation and phase."""
    timeout: float = 10.0
    """Seconds after which a request is given up."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A conversation at whose end a check of the attacker was not met."""

    check: str
    operation: str
    message: str
    exchanges: tuple[Exchange, ...]
    """What has to be asked before, and last the request that failed."""


@dataclass(frozen=True, slots=True)
class Attacked:
    """What an attack came to."""

    seed: int
    calls: int = 0
    phases: tuple[str, ...] = ()
    """Those that ran."""
    suspects: tuple[Suspect, ...] = ()
    errors: tuple[str, ...] = ()
    """Why something could not be attacked."""


@dataclass(frozen=True, slots=True)
class Found:
    """A failure that an attack found, kept so that it is asked first the next time."""

    name: str
    rule: str
    operation: str
    message: str
    exchanges: tuple[Exchange, ...]
    seed: int = 0


def found_name(rule: str, operation: str, location: str) -> str:
    """The name of a kept failure: the same failure always has the same one."""
    digest = hashlib.blake2b("\0".join((rule, operation, location)).encode(), digest_size=4).hexdigest()
    words = _NO_NAME.sub("-", f"{rule} {operation}".lower()).strip("-")[:60].strip("-")
    return f"{words}-{digest}"


def smaller(request: Request) -> Iterator[Request]:
    """The request with one thing less: a header that says nothing of the client, a parameter, a member of the body."""
    for name in dict.fromkeys(name.lower() for name, _ in request.headers):
        if name not in _OWN:
            yield replace(request, headers=request.headers.without(name))
    path, mark, query = request.target.partition("?")
    pieces = query.split("&") if mark else []
    for place in range(len(pieces)):
        left = "&".join((*pieces[:place], *pieces[place + 1 :]))
        yield replace(request, target=f"{path}?{left}" if left else path)
    if request.body and media_type(request.headers).is_json:
        try:
            document = orjson.loads(request.body)
        except ValueError:
            return
        for one in _less(document):
            body = orjson.dumps(one)
            headers = request.headers
            if "content-length" in headers:
                headers = headers.replacing("Content-Length", str(len(body)))
            yield replace(request, headers=headers, body=body)


def _less(document: Any) -> Iterator[Any]:
    """The document with one member of an object or list less, then with one member made plain."""
    if isinstance(document, dict):
        for key in document:
            yield {name: value for name, value in document.items() if name != key}
        for key, value in document.items():
            plain = _plain(value)
            if plain != value:
                yield {**document, key: plain}
    elif isinstance(document, list):
        for place in range(min(len(document), 20)):
            yield [*document[:place], *document[place + 1 :]]


def _plain(value: Any) -> Any:
    """The plainest value of a value's type; true stays, since false is no plainer."""
    if isinstance(value, bool) or value is None:
        return value
    return type(value)()


def curl_of(request: Request, url: str) -> str:
    """A line for a shell that asks a request; secrets are as the request has them."""
    parts = ["curl", "-i"]
    if request.method != "GET":
        parts += ["-X", _quoted(request.method)]
    for name, value in request.headers:
        if name.lower() not in ("host", "content-length", "connection", "accept-encoding", "user-agent"):
            parts += ["-H", _quoted(f"{name}: {value}")]
    if request.body:
        parts += ["--data-binary", _quoted(request.body.decode("utf-8", "backslashreplace"))]
    return " ".join((*parts, _quoted(url.rstrip("/") + request.target)))


def _quoted(text: str) -> str:
    """A text as one word of a shell, on one line."""
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        text = "".join(sign if 32 <= ord(sign) != 127 else f"\\x{ord(sign):02x}" for sign in text)
        return "$'" + re.sub(r"\\(?!x[0-9a-f]{2})", r"\\\\", text).replace("'", "\\'") + "'"
    return "'" + text.replace("'", "'\\''") + "'"
