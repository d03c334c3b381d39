"""The request matchers of a WireMock mapping, as one request that satisfies them.

Rules: equality is carried over, absence is nothing to carry; every other matcher is listed, with the ignore rule that
comes nearest. A mapping whose path is not said by equality stands for no single request and is left out whole.
"""

import base64
import re
from collections.abc import Callable

from truemirror.core.foreign.carried import Gathering
from truemirror.core.foreign.har import unpacked
from truemirror.core.foreign.node import Node
from truemirror.core.foreign.parts import FORM, FormPart, form_body
from truemirror.core.foreign.stub import RECORD_IT, Stub, escaped

_KNOWN = frozenset(
    {"method", "url", "urlPath", "urlPathTemplate", "urlPattern", "urlPathPattern", "pathParameters", "headers"}
    | {"queryParameters", "cookies", "basicAuthCredentials", "bodyPatterns", "formParameters", "multipartPatterns"}
)
_PATTERN = re.compile(r"(?:[\w\-/=&%,~@:!;' ]|\\[^\w])*\Z")
_ESCAPE = re.compile(r"\\(.)")
_OPTIONS = {
    "ignoreArrayOrder": "in any order",
    "ignoreExtraElements": "with further attributes",
    "caseInsensitive": "in any case",
}


def read_request(asked: Node, stub: Stub, gathering: Gathering) -> bool:
    """Put into the stub what the matchers ask for; False when they stand for no single request."""
    method = asked.get("method").text("ANY").upper()
    stub.method = "GET" if method == "ANY" else method
    if method == "ANY":
        gathering.leave(stub.entry, "request.method", "any method is asked for; carried over as GET", RECORD_IT)
    if not _url(asked, stub, gathering):
        return False
    _fields(asked, stub, gathering)
    _query(asked.get("queryParameters"), stub, gathering)
    _bodies(asked, stub, gathering)
    for name, one in asked.members():
        if name not in _KNOWN and one:
            gathering.leave(stub.entry, f"request.{name}", "a mirror does not tell requests apart by this")
    return True


def _url(asked: Node, stub: Stub, gathering: Gathering) -> bool:
    """The path and the query, where they are said by equality."""
    if asked.get("url"):
        stub.path = asked.get("url").text()
        return True
    stub.open_query = True
    if asked.get("urlPath"):
        stub.path = asked.get("urlPath").text()
        return True
    template = asked.get("urlPathTemplate")
    if template:
        return _template(asked, template.text(), stub, gathering)
    for name in ("urlPattern", "urlPathPattern"):
        if asked.get(name):
            pattern = asked.get(name).text()
            if _PATTERN.match(pattern):
                stub.path, stub.open_query = _ESCAPE.sub(r"\1", pattern), name == "urlPathPattern"
                return True
            why = f"the pattern {pattern!r} stands for many requests, a recording for one"
            gathering.leave_whole(stub.entry, f"request.{name}", why, RECORD_IT)
            return False
    gathering.leave_whole(stub.entry, "request.url", "it answers whatever URL is asked for, a recording one", RECORD_IT)
    return False


def _template(asked: Node, template: str, stub: Stub, gathering: Gathering) -> bool:
    """A path template whose variables are all said by equality."""
    told = dict(asked.get("pathParameters").members())
    for name in re.findall(r"\{([^{}]*)\}", template):
        value = told.get(name, Node(None)).get("equalTo")
        if not value:
            why = f"{{{name}}} in the path stands for many requests, a recording for one"
            gathering.leave_whole(stub.entry, "request.urlPathTemplate", why, RECORD_IT)
            return False
        template = template.replace(f"{{{name}}}", escaped(value.scalar()))
    stub.path = template
    return True


def _fields(asked: Node, stub: Stub, gathering: Gathering) -> None:
    """Header fields, cookies and credentials."""
    for name, one in asked.get("headers").members():
        part = "credentials" if name.lower() in ("authorization", "cookie") else f"header:{name.lower()}"
        _equal(one, part, stub, gathering, lambda value, name=name: stub.headers.append((name, value)))  # type: ignore[misc]
    cookies: list[str] = []
    for name, one in asked.get("cookies").members():
        _equal(one, "credentials", stub, gathering, lambda value, name=name: cookies.append(f"{name}={value}"))  # type: ignore[misc]
    if cookies:
        stub.headers.append(("Cookie", "; ".join(cookies)))
    basic = asked.get("basicAuthCredentials")
    if basic:
        pair = f"{basic.get('username').text()}:{basic.get('password').text()}".encode("utf-8", "surrogatepass")
        stub.headers.append(("Authorization", f"Basic {base64.b64encode(pair).decode()}"))


def _equal(matcher: Node, part: str, stub: Stub, gathering: Gathering, take: Callable[[str], None]) -> None:
    """Take a matcher's value where it asks for equality; list it where it asks for something else."""
    where = f"request.{matcher.path.partition('request.')[2]}"
    value = matcher.get("equalTo")
    if value:
        take(value.scalar())
        _list_options(matcher, where, stub, gathering)
    elif not matcher.get("absent").value:
        stub.loosen(where, ", ".join(name for name, _ in matcher.members()) or "anything", part, gathering)


def _list_options(matcher: Node, where: str, stub: Stub, gathering: Gathering) -> None:
    """What makes an equality less than one."""
    found = [name for name in _OPTIONS if matcher.get(name).value is True]
    if found:
        meanings = " and ".join(_OPTIONS[name] for name in found)
        gathering.leave(
            stub.entry, f"{where}.{', '.join(found)}", f"equality here, though it would be taken {meanings}"
        )


def _query(parameters: Node, stub: Stub, gathering: Gathering) -> None:
    """Parameters of the query."""
    for name, one in parameters.members():
        exactly = list(one.get("hasExactly"))
        if exactly and all(value.get("equalTo") for value in exactly):
            stub.query.extend((name, value.get("equalTo").scalar()) for value in exactly)
        else:
            _equal(one, f"query:{name}", stub, gathering, lambda value, name=name: stub.query.append((name, value)))  # type: ignore[misc]


def _bodies(asked: Node, stub: Stub, gathering: Gathering) -> None:
    """The body, where a matcher says all of it."""
    for one in asked.get("bodyPatterns"):
        body = _body(one, stub, gathering)
        if body is not None and stub.body is None:
            stub.body = body
    parts: list[FormPart] = []
    for name, one in asked.get("formParameters").members():
        values: list[str] = []
        _equal(one, "body", stub, gathering, values.append)
        parts.extend(FormPart(name, value.encode("utf-8", "surrogatepass")) for value in values)
    if parts and stub.body is None:
        stub.body = form_body(parts)
        if all(name.lower() != "content-type" for name, _ in stub.headers):
            stub.headers.append(("Content-Type", FORM))
    if asked.get("multipartPatterns").several():
        stub.loosen("request.multipartPatterns", "what is said of its parts", "body", gathering)


def _body(matcher: Node, stub: Stub, gathering: Gathering) -> bytes | None:
    """The body that a matcher asks for; None, and listed, when it asks for something else than equality."""
    where = f"request.{matcher.path.partition('request.')[2]}"
    json_value, text, xml, packed = (
        matcher.get(name) for name in ("equalToJson", "equalTo", "equalToXml", "binaryEqualTo")
    )
    if json_value or text or xml or packed:
        _list_options(matcher, where, stub, gathering)
    if json_value:
        told = json_value.value
        return told.encode("utf-8", "surrogatepass") if isinstance(told, str) else json_value.json()
    if text or xml:
        return (text or xml).text().encode("utf-8", "surrogatepass")
    if packed:
        return unpacked(packed.text(), packed.path)
    how = ", ".join(name for name, _ in matcher.members()) or "anything"
    stub.loosen(f"{where}.{how}", how, "body", gathering)
    return None
