"""Pact files of the specifications 1 to 4: what a consumer asks and what it expects to be answered.

Rules: interactions over HTTP are read, messages are listed; matchers of answers are kept as they are told; matchers of
requests and generators have no equal in a recording and are listed. Nothing is run, plugins included.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from truemirror.core.foreign.carried import Carried, Gathering, Source, numbered
from truemirror.core.foreign.message import encoded, fields, media_name, request_of, response_of, target_of
from truemirror.core.foreign.node import Node
from truemirror.core.foreign.stub import escaped
from truemirror.core.usage.needs import JOINED
from truemirror.core.wire.exchange import Exchange
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError

Step = str | int
"""A step of a path in a body: a name, a number, or `*` for every one."""

_STEP = re.compile(
    r"\.(?P<name>\*|[^.\[\]]+)|\[(?P<number>\d{1,9}|\*)\]|\[(?P<q>['\"])(?P<quoted>.*?)(?P=q)\]", re.DOTALL
)
_BODY = {"content", "contentType", "contentTypeHint", "encoded"}
"""What a body is made of since the fourth specification."""
_HTTP = ("", "Synchronous/HTTP")
_JSON_LIKE = re.compile(r"(application/json|.*\+json|)\Z")


@dataclass(frozen=True, slots=True)
class Matcher:
    """One matcher of an answer."""

    path: tuple[Step, ...]
    kind: str
    """`type`, `regex`, `integer` and so on, as Pact calls them."""
    text: str = ""
    """The pattern of a regex, the text that is included."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request and what is expected to come of it."""

    entry: str
    description: str
    states: tuple[str, ...]
    exchange: Exchange
    status: str
    """`200`, or `2XX` where a matcher says so."""
    matchers: tuple[Matcher, ...] = ()
    """Of the answer's body."""
    after: int = 0
    """How many exchanges of its state's conversation came before, where one of them changed something; 0 else."""


@dataclass(frozen=True, slots=True)
class Pact:
    """A file."""

    consumer: str
    provider: str
    interactions: tuple[Interaction, ...]


def read_pact(source: Source) -> Carried:
    """The interactions as recorded exchanges, a scenario for each provider state. Raises FormatError."""
    gathering = Gathering()
    for one in interactions_of(source, gathering).interactions:
        gathering.carry(one.entry, one.exchange, scenario=JOINED.join(one.states))
    return gathering.carried()


def interactions_of(source: Source, gathering: Gathering) -> Pact:
    """What a file says; what cannot be read is left in the gathering. Raises FormatError."""
    document = Node(source.document)
    consumer, provider = (document.get(role).get("name").text() for role in ("consumer", "provider"))
    if not consumer or not provider:
        raise FormatError("is no pact: it names no consumer or no provider", fix="give a file that Pact wrote")
    for number, message in enumerate(document.get("messages"), start=1):
        name = numbered("message", number, message.get("description").text())
        gathering.leave_whole(name, "messages", "messages are not carried over, only interactions over HTTP")
    found = []
    for number, node in enumerate(document.get("interactions"), start=1):
        entry = numbered("interaction", number, node.get("description").text())
        kind = node.get("type").text()
        if kind not in _HTTP:
            gathering.leave_whole(entry, "type", f"{kind} is not carried over, only interactions over HTTP")
            continue
        found.append(_interaction(node, entry, gathering))
    return Pact(consumer, provider, tuple(found))


def _interaction(node: Node, entry: str, gathering: Gathering) -> Interaction:
    """One interaction."""
    if node.get("pluginConfiguration") and node.get("pluginConfiguration").value != {}:
        gathering.leave(entry, "pluginConfiguration", "plugins are not run; what they add is not carried over")
    asked, answered = node.get("request"), node.get("response")
    method = asked.get("method").text("GET").upper()
    headers, body = _headers(asked, entry, gathering), asked.get("body")
    raw, headers = _body(body, headers)
    query = "&".join(f"{escaped(name)}={escaped(value)}" for name, value in _query(asked.get("query")))
    target = target_of(asked.get("path").text("/") + (f"?{query}" if query else ""))
    request = request_of(method, target, headers, raw)
    for side, told in (("request", asked), ("response", answered)):
        if told.get("generators") and told.get("generators").value != {}:
            gathering.leave(entry, f"{side}.generators", "values are not made up; the example's value is taken")
    for part, what in _told(asked.get("matchingRules")):
        gathering.leave(entry, f"request.matchingRules.{part}", f"{what}: of a request the example's value is taken")
    raw, headers = _body(answered.get("body"), _headers(answered, entry, gathering))
    status = answered.get("status").whole(200, 599)
    response = response_of(method, status if status >= 100 else 200, headers, raw)
    said, matchers = _matchers(answered.get("matchingRules"), entry, gathering)
    states = tuple(_states(node))
    description = node.get("description").text()
    return Interaction(entry, description, states, Exchange(request, response), said or str(status), matchers)


def _states(node: Node) -> Iterator[str]:
    """The provider states, parameters left out: they are of the test, and may be anything."""
    for one in node.get("providerStates").several():
        yield one.text() if one.is_text else one.get("name").text()
    for key in ("providerState", "provider_state"):
        if node.get(key):
            yield node.get(key).text()


def _headers(node: Node, entry: str, gathering: Gathering) -> Headers:
    """Header fields, each with one value or several."""
    pairs = [(name, one.scalar()) for name, value in node.get("headers").members() for one in value.several()]
    headers, odd = fields(pairs)
    for name in odd:
        gathering.leave(entry, f"headers.{name}", "this is no name of a header field")
    return headers.without("content-length", "transfer-encoding", "content-encoding")


def _query(node: Node) -> Iterator[tuple[str, str]]:
    """The parameters: a text, or lists of values by name."""
    if node.is_text:
        yield from parse_qsl(node.text(), keep_blank_values=True, errors="replace")
        return
    for name, value in node.members():
        for one in value.several():
            yield name, one.scalar()


def _body(node: Node, headers: Headers) -> tuple[bytes, Headers]:
    """A body's bytes, and the headers with its media type."""
    if not node:
        return b"", headers
    if (
        node.is_object
        and "content" in node.value
        and not set(node.value) - {"content", "contentType", "encoded", "contentTypeHint"}
    ):
        kind = node.get("contentType").text()
        if kind and "content-type" not in headers:
            headers = headers.adding("Content-Type", kind)
        return _content(node, headers), headers
    if "content-type" not in headers and not node.is_text:
        headers = headers.adding("Content-Type", "application/json")
    return _told_body(node, headers), headers


def _content(node: Node, headers: Headers) -> bytes:
    """The content of a body of the fourth specification. Raises FormatError."""
    how, content = node.get("encoded").value, node.get("content")
    if not content:
        return b""
    if how and str(how).lower() != "json":
        try:
            return base64.b64decode(content.text(), validate=True)
        except (binascii.Error, ValueError):
            raise FormatError("is no base64", where=content.path) from None
    if how:
        return content.text().encode("utf-8", "surrogatepass")
    return _told_body(content, headers)


def _told_body(node: Node, headers: Headers) -> bytes:
    """A body that stands in the file as itself."""
    if node.is_text and (media_name(headers) == "" or not _JSON_LIKE.match(media_name(headers))):
        return encoded(node.text(), headers.get("content-type"))
    return node.json()


def _told(rules: Node) -> Iterator[tuple[str, str]]:
    """Where there are matchers, and which."""
    for where, path, node in _rules(rules):
        for one in _each(node):
            kind = one.get("match").text("type")
            if kind != "equality":
                yield f"{where}{path}", f"`{kind}` is not equality"


def _rules(rules: Node) -> Iterator[tuple[str, str, Node]]:
    """All rules as part, path and matchers, in the form of the second and of the third specification."""
    for key, value in rules.members():
        if key.startswith("$"):
            part, _, rest = key.removeprefix("$.").partition(".") if key.startswith("$.") else ("", "", key)
            part, bracket, more = part.partition("[")
            if part == "headers":
                part = "header"
            yield part, f"${bracket}{more}{'.' if rest else ''}{rest}" if part == "body" else rest or more, value
        elif key in ("path", "status", "method"):
            yield key, "", value
        else:
            yield from ((key, path, inner) for path, inner in value.members())


def _each(node: Node) -> list[Node]:
    """The matchers of one rule."""
    return node.get("matchers").several() if node.get("matchers") else [node]


def _matchers(rules: Node, entry: str, gathering: Gathering) -> tuple[str, tuple[Matcher, ...]]:
    """The status that is expected where a matcher says it, and the matchers of the body; others are listed."""
    status, found = "", []
    for part, path, node in _rules(rules):
        many = _each(node)
        for one in many:
            kind = _kind(one)
            if part == "status":
                status = _STATUSES.get(one.get("status").text(), "") if one.get("status").is_text else ""
                if not status and kind != "equality":
                    why = f"`{kind}`: the example's status is taken"
                    gathering.leave(entry, "response.matchingRules.status", why)
            elif part == "body":
                steps = path_steps(path)
                if steps is None or (len(many) > 1 and node.get("combine").text("AND").upper() == "OR"):
                    why = (
                        "only the kind of the example's value is taken" if steps is not None else "no such path is read"
                    )
                    gathering.leave(entry, f"response.matchingRules.{path}", f"`{kind}`: {why}")
                elif kind:
                    text = one.get("regex").text() if kind == "regex" else _plain(one.get("value"))
                    found.append(Matcher(steps, kind, text))
            elif kind != "equality":
                place = f"{part}.{path}" if path else part
                why = f"`{kind}`: of an answer, matchers of its status and its body are kept"
                gathering.leave(entry, f"response.matchingRules.{place}", why)
    return status, tuple(found)


_STATUSES = {
    "info": "1XX", "success": "2XX", "redirect": "3XX", "clientError": "4XX", "serverError": "5XX", "error": "4XX",
}  # fmt: skip


def _kind(one: Node) -> str:
    """What a matcher is; old files give a bound or a pattern alone."""
    known = one.get("match").text()
    return known or ("regex" if one.get("regex") else "type")


def _plain(node: Node) -> str:
    """A matcher's value as text."""
    return node.value if isinstance(node.value, str) else json.dumps(node.value) if isinstance(node.value, int) else ""


def path_steps(text: str) -> tuple[Step, ...] | None:
    """The steps of Pact's paths: `$.items[*].id`, `$['odd name'][0]`; None for a path of another kind."""
    if not text.startswith("$"):
        return None
    steps: list[Step] = []
    at = 1
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            return None
        number = found["number"]
        if number is not None:
            steps.append("*" if number == "*" else int(number))
        else:
            steps.append(found["name"] if found["name"] is not None else found["quoted"])
        at = found.end()
    return tuple(steps)


def json_of(exchange: Exchange) -> tuple[bool, Any]:
    """Whether an answer has a body in JSON, and its value."""
    response = exchange.outcome
    body = getattr(response, "body", b"")
    try:
        return (True, json.loads(body)) if body and _JSON_LIKE.match(media_name(response.headers)) else (False, None)  # type: ignore[union-attr]
    except (ValueError, RecursionError):
        return False, None
