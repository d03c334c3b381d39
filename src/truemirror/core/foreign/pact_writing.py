"""Interactions as a pact file of the third or the fourth specification.

Rules: what is written is read back before it is kept; an interaction that would come back as another one is listed. A
body is told as JSON where it is JSON, as text where it is text, in base64 where only the fourth has a way to say it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from truemirror.core.contract.json_text import read_json
from truemirror.core.foreign.carried import Gathering, Source
from truemirror.core.foreign.message import readable
from truemirror.core.foreign.pact import Interaction, Matcher, Step, interactions_of
from truemirror.core.mirror.parts import parts_of
from truemirror.core.wire.exchange import Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.media import media_type
from truemirror.errors import FormatError

Json = dict[str, Any]
SPECIFICATIONS: Final = (3, 4)
_VERSIONS: Final = {3: "3.0.0", 4: "4.0"}
_CLASSES: Final = {"1XX": "info", "2XX": "success", "3XX": "redirect", "4XX": "clientError", "5XX": "serverError"}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@dataclass(frozen=True, slots=True)
class Parties:
    """Whose pact it is."""

    consumer: str
    provider: str


def write_pact(
    parties: Parties, interactions: Iterable[Interaction], specification: int, version: str, gathering: Gathering
) -> Json:
    """The document of a pact; `version` is truemirror's. What it cannot say is left in the gathering."""
    told = []
    for one in interactions:
        document = _interaction(one, specification, gathering)
        if _comes_back(one, document, parties, specification, gathering):
            told.append(document)
    metadata = {"pactSpecification": {"version": _VERSIONS[specification]}, "truemirror": {"version": version}}
    named = {"consumer": {"name": parties.consumer}, "provider": {"name": parties.provider}}
    return {**named, "interactions": told, "metadata": metadata}


def _interaction(one: Interaction, specification: int, gathering: Gathering) -> Json:
    """One interaction."""
    response = one.exchange.outcome
    assert isinstance(response, Response)
    made: Json = {"type": "Synchronous/HTTP"} if specification == 4 else {}
    made["description"] = one.description
    if one.states:
        told = {"params": {"after": one.after}} if one.after else {}
        made["providerStates"] = [{"name": name, **told} for name in one.states]
    made["request"] = _request(one.exchange.request, specification)
    made["response"] = _response(one, response, specification, gathering)
    return made


def _request(request: Request, specification: int) -> Json:
    """What is asked."""
    made: Json = {"method": request.method.upper(), "path": request.path}
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.query or "", keep_blank_values=True, errors="replace"):
        query.setdefault(name, []).append(value)
    made |= {"query": query} if query else {}
    return made | _message(request.headers, request.body, specification)


def _response(one: Interaction, response: Response, specification: int, gathering: Gathering) -> Json:
    """What is answered."""
    made: Json = {"status": response.status, **_message(response.headers, response.body, specification)}
    rules: Json = {}
    if one.matchers:
        value = read_json(response.body)
        rules["body"] = {spelled(path, value): _rule(those) for path, those in _by_path(one.matchers).items()}
    if "location" in response.headers:
        rules["header"] = {"Location": _rule([Matcher((), "type")])}
    if not one.status.isdigit() and specification == 4 and one.status in _CLASSES:
        rules["status"] = {"combine": "AND", "matchers": [{"match": "statusCode", "status": _CLASSES[one.status]}]}
    elif not one.status.isdigit():
        why = f"the third specification has no word for {one.status}; {response.status} is told"
        gathering.leave(one.entry, "response.status", why, "add --spec 4")
    return made | ({"matchingRules": rules} if rules else {})


def _message(headers: Headers, body: bytes, specification: int) -> Json:
    """The fields and the body of a request or an answer."""
    made: Json = {}
    names: dict[str, str] = {}
    fields: dict[str, list[str]] = {}
    for name, value in headers.pairs:
        fields.setdefault(names.setdefault(name.lower(), name), []).append(value)
    if fields:
        made["headers"] = fields if specification == 4 else {name: ", ".join(told) for name, told in fields.items()}
    if body:
        made["body"] = _body(body, headers) if specification == 4 else _content(body, headers)[0]
    return made


def _body(body: bytes, headers: Headers) -> Json:
    """A body of the fourth specification."""
    content, encoded = _content(body, headers)
    hint = "BINARY" if encoded else "TEXT"
    kind = headers.get("content-type") or "application/octet-stream"
    return {"content": content, "contentType": kind, "contentTypeHint": hint, "encoded": encoded}


def _content(body: bytes, headers: Headers) -> tuple[Any, str | bool]:
    """A body as a JSON value or a text, and how it is encoded; base64 where it is neither."""
    if media_type(headers).is_json:
        try:
            value = read_json(body)
        except ValueError:
            value = None
        if value is not None:
            return value, False
    else:
        text = readable(body, headers.get("content-type"))
        if text is not None and "content-type" in headers:
            return text, False
    import base64

    return base64.b64encode(body).decode(), "base64"


def _by_path(matchers: Sequence[Matcher]) -> dict[tuple[Step, ...], list[Matcher]]:
    """The matchers of each place; `type` only where nothing says more."""
    found: dict[tuple[Step, ...], list[Matcher]] = {}
    for one in matchers:
        found.setdefault(one.path, []).append(one)
    return {path: [one for one in those if one.kind != "type"] or those[:1] for path, those in found.items()}


def _rule(matchers: Sequence[Matcher]) -> Json:
    """The matchers of one place."""
    return {"combine": "AND", "matchers": [_matcher(one) for one in matchers]}


def _matcher(one: Matcher) -> Json:
    """One matcher."""
    if one.kind == "regex":
        return {"match": "regex", "regex": one.text}
    return {"match": one.kind, **({"value": one.text} if one.text else {})}


def spelled(path: Sequence[Step], value: Any) -> str:
    """A path as Pact writes it in a body of this value: `$.items[*].owner`."""
    told = "$"
    for step in path:
        if isinstance(step, int):
            told += f"[{step}]"
        elif step == "*":
            told += "[*]" if isinstance(value, list) else ".*"
        elif step and _PLAIN.issuperset(step):
            told += f".{step}"
        else:
            mark = '"' if "'" in step else "'"
            told += f"[{mark}{step}{mark}]"
        value = _below(value, step)
    return told


def _below(value: Any, step: Step) -> Any:
    """The value behind a step; None where there is none."""
    if isinstance(value, list):
        return value[step if isinstance(step, int) else 0] if value else None
    if isinstance(value, dict):
        return next(iter(value.values()), None) if step == "*" else value.get(str(step))
    return None


def _comes_back(one: Interaction, document: Json, parties: Parties, specification: int, gathering: Gathering) -> bool:
    """Whether what was written is read as the same request; what it is not is listed."""
    whole = {"consumer": {"name": parties.consumer}, "provider": {"name": parties.provider}, "interactions": [document]}
    try:
        (back,) = interactions_of(Source("", whole), Gathering()).interactions
    except (FormatError, ValueError) as error:
        gathering.leave_whole(one.entry, "request", f"a pact has no way to say it: {error}")
        return False
    asked, again = (parts_of(each.exchange.request) for each in (one, back))
    if asked.method != again.method or asked.body != again.body:
        part = "method" if asked.method != again.method else "body"
        fix = "add --spec 4" if specification == 3 and part == "body" else ""
        why = f"the {'third' if specification == 3 else 'fourth'} specification has no way to say it"
        gathering.leave_whole(one.entry, f"request.{part}", why, fix)
        return False
    return True
