"""Collections of Postman, v2.0 and v2.1, with saved examples.

    item ──▶ each saved example: originalRequest (or the item's own request) ──▶ a request
                                 code, header, body                          ──▶ an answer

Rules: variables are filled in from the collection; one that the collection does not know leaves its part out, and is
listed. A request without an example has no answer, so it is listed. Scripts are never run.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from truemirror.core.foreign.carried import Carried, Gathering, Source, numbered
from truemirror.core.foreign.message import encoded, fields, request_of, response_of, split_url, with_host
from truemirror.core.foreign.node import Node
from truemirror.core.foreign.parts import FORM, FormPart, form_body, multipart_body
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError

_DEEPEST = 50
_VARIABLE = re.compile(r"\{\{([^{}]+)\}\}")
_PATH_VARIABLE = re.compile(r"/:([^/?#]+)")
_LANGUAGES = {"json": "application/json", "xml": "application/xml", "html": "text/html", "text": "text/plain"}
SAVE_IT = "send it in Postman and choose `Save as example`, then export again"


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all requests of a collection share."""

    variables: Mapping[str, str]
    gathering: Gathering

    def filled(self, text: str, name: str, part: str) -> str:
        """A text with its variables filled in; what is not known stays, and is listed."""

        def value(found: re.Match[str]) -> str:
            """What a variable stands for."""
            known = self.variables.get(found[1].strip())
            if known is None:
                fix = "set it in the collection's variables and export again"
                self.gathering.leave(name, part, f"the variable {{{{{found[1]}}}}} is not in the collection", fix)
            return found[0] if known is None else known

        return _VARIABLE.sub(value, text)


def read_postman(source: Source) -> Carried:
    """The exchanges of a collection's examples. Raises FormatError when it is no collection of v2."""
    document = Node(source.document)
    schema = document.get("info").get("schema").text()
    if "/v2." not in schema or not document.get("item"):
        what = "is no collection of Postman v2.1"
        raise FormatError(what, where="info.schema", fix="export it again as `Collection v2.1`")
    variables = {
        one.get("key").text() or one.get("id").text(): one.get("value").scalar()
        for one in document.get("variable")
        if type(one.get("value").value) in (str, int, float, bool)
    }
    reading = _Reading(variables, Gathering())
    for number, (item, name) in enumerate(_items(document.get("item"), "", _DEEPEST), start=1):
        _item(item, numbered("request", number, name), reading)
    return reading.gathering.carried()


def _items(items: Node, within: str, levels: int) -> Iterator[tuple[Node, str]]:
    """The requests of folders and of folders in them. Raises FormatError when they are too deep."""
    for one in items:
        name = f"{within}{one.get('name').text()}"
        if one.get("item"):
            if not levels:
                raise FormatError(f"has folders deeper than {_DEEPEST} levels", where=one.path)
            yield from _items(one.get("item"), f"{name} / ", levels - 1)
        if one.get("request"):
            yield one, name


def _item(item: Node, name: str, reading: _Reading) -> None:
    """One request with its examples."""
    for event in item.get("event"):
        script = event.get("script").get("exec")
        if any(line.scalar().strip() for line in script.several()):
            reading.gathering.leave(name, "event", f"a script ({event.get('listen').text()}) is not run")
    examples = list(item.get("response"))
    if not examples:
        reading.gathering.leave_whole(name, "response", "it has no saved example, so no answer is known", SAVE_IT)
    for number, example in enumerate(examples, start=1):
        told = example.get("name").text()
        entry = f"{name}, example {number}" + (f" ({told})" if told else "")
        asked = example.get("originalRequest") or item.get("request")
        made = _request(asked, entry, reading)
        if made is None:
            continue
        request, host = made
        if not example.get("code"):
            reading.gathering.leave_whole(entry, "response.code", "the example has no status", SAVE_IT)
            continue
        exchange = Exchange(request, _response(example, request), example.get("responseTime").number())
        reading.gathering.carry(entry, exchange, host)
        if item.get("request").is_object and (asked.get("auth") or item.get("request").get("auth")):
            why = "Postman adds credentials when it sends, and does not save them"
            reading.gathering.open(request, {"credentials": why})


def _request(asked: Node, name: str, reading: _Reading) -> tuple[Request, str] | None:
    """A request and its host; None when its URL is not known."""
    if asked.is_text:
        asked = Node({"url": asked.text(), "method": "GET"}, asked.path)
    url = reading.filled(_url(asked.get("url"), name, reading), name, "request.url")
    if not url:
        reading.gathering.leave_whole(name, "request.url", "it has no URL")
        return None
    if "://" not in url:
        url = f"http://{url}"
    _, host, target = split_url(url)
    if "{{" in target:
        reading.gathering.leave_whole(name, "request.url", "its path holds a variable whose value is not known")
        return None
    headers, _ = fields(
        (one.get("key").text(), reading.filled(one.get("value").scalar(), name, "request.header"))
        for one in (asked.get("header") if asked.get("header").is_list else [])
        if one.get("disabled").value is not True
    )
    raw, headers = _body(asked.get("body"), headers, name, reading)
    host = "" if "{{" in host else host
    return request_of(asked.get("method").text("GET").upper(), target, with_host(headers, host), raw), host


def _url(url: Node, name: str, reading: _Reading) -> str:
    """A URL as text, its path's variables filled in."""
    if url.is_text or not url:
        return url.text()
    told = {one.get("key").text(): one.get("value").scalar() for one in url.get("variable")}
    raw = url.get("raw").text()
    disabled = [one for one in url.get("query") if one.get("disabled").value is True]
    if not raw or disabled:
        raw = _put_together(url)

    def value(found: re.Match[str]) -> str:
        """What a variable of the path stands for."""
        return f"/{told[found[1]]}" if told.get(found[1]) else found[0]

    head, mark, tail = raw.partition("://")
    path, question, query = (tail or head).partition("?")
    path = _PATH_VARIABLE.sub(value, path)
    return f"{head}{mark}{path}{question}{query}" if mark else f"{path}{question}{query}"


def _put_together(url: Node) -> str:
    """A URL from its parts, without parameters that are switched off."""
    host = ".".join(one.scalar() for one in url.get("host").several())
    port = f":{url.get('port').scalar()}" if url.get("port") else ""
    path = "/".join(
        one.scalar() if not one.is_object else one.get("value").scalar() for one in url.get("path").several()
    )
    pairs = [
        one.get("key").text() + ("" if one.get("value").value is None else f"={one.get('value').scalar()}")
        for one in url.get("query")
        if one.get("disabled").value is not True
    ]
    return f"{url.get('protocol').text('http')}://{host}{port}/{path.lstrip('/')}" + (
        f"?{'&'.join(pairs)}" if pairs else ""
    )


def _body(body: Node, headers: Headers, name: str, reading: _Reading) -> tuple[bytes, Headers]:
    """The body of a request, and the headers with a Content-Type that fits."""
    if not body or body.get("disabled").value is True:
        return b"", headers
    mode = body.get("mode").text()
    told = (
        [one for one in body.get(mode) if one.get("disabled").value is not True]
        if mode in ("urlencoded", "formdata")
        else []
    )
    match mode:
        case "raw":
            language = body.get("options").get("raw").get("language").text()
            headers = _typed(headers, _LANGUAGES.get(language, ""))
            return encoded(
                reading.filled(body.get("raw").text(), name, "request.body.raw"), headers.get("content-type")
            ), headers
        case "urlencoded":
            return form_body([_part(one, name, reading) for one in told]), _typed(headers, FORM)
        case "formdata":
            return multipart_body([_part(one, name, reading) for one in told], headers)
        case "graphql":
            return _graphql(body.get("graphql"), name, reading), _typed(headers, "application/json")
        case "file":
            reading.gathering.leave(name, "request.body.file", "the file is not in the collection", "ignore the body")
    return b"", headers


def _graphql(node: Node, name: str, reading: _Reading) -> bytes:
    """A query of GraphQL as Postman sends it."""
    query = reading.filled(node.get("query").text(), name, "request.body.graphql")
    variables = reading.filled(node.get("variables").text(), name, "request.body.graphql")
    try:
        values = json.loads(variables) if variables.strip() else {}
    except (ValueError, RecursionError):
        values = {}
        reading.gathering.leave(name, "request.body.graphql.variables", "they are no JSON")
    return json.dumps({"query": query, "variables": values}, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def _part(one: Node, name: str, reading: _Reading) -> FormPart:
    """A field of a form."""
    key = one.get("key").text()
    if one.get("type").value == "file":
        fix = "record this request, or ignore the body"
        reading.gathering.leave(name, f"request.body ({key})", "the file is not in the collection", fix)
        return FormPart(key, b"", "file", one.get("contentType").text())
    value = reading.filled(one.get("value").scalar(), name, "request.body")
    return FormPart(key, value.encode("utf-8", "surrogatepass"), "", one.get("contentType").text())


def _typed(headers: Headers, kind: str) -> Headers:
    """The headers with a Content-Type where they have none."""
    return headers.adding("Content-Type", kind) if kind and "content-type" not in headers else headers


def _response(example: Node, request: Request) -> Response:
    """The answer of an example."""
    pairs = [(one.get("key").text(), one.get("value").scalar()) for one in example.get("header")]
    headers, _ = fields(pairs)
    raw = encoded(example.get("body").text(), headers.get("content-type"))
    return response_of(request.method, example.get("code").whole(200, 999), headers, raw, example.get("status").text())
