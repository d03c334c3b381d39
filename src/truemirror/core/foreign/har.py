"""HTTP Archives (HAR 1.2), as browsers and proxies save them.

    entry ──▶ request: method, url, headers, cookies, postData      ──▶ exchange
              response: status, headers, content (decoded, base64)  ──▶ or a fault, where there was no answer

Rules: entries are in order of their times where all have one. What HAR 1.2 has no field for is in `_truemirror`, which
our own export writes. Content is decoded by whoever wrote the file; its Content-Encoding becomes a coding again.
"""

import base64
import binascii
from datetime import datetime

from truemirror.core.foreign.carried import Carried, Gathering, Source, numbered
from truemirror.core.foreign.message import (
    HTTP,
    charset_of,
    encoded,
    fields,
    request_of,
    response_of,
    split_url,
    with_host,
)
from truemirror.core.foreign.node import Node
from truemirror.core.foreign.parts import FORM, FormPart, form_body, multipart_body
from truemirror.core.wire.exchange import Coding, Exchange, Fault, FaultKind, Framing, Outcome, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.render import has_no_body
from truemirror.errors import FormatError

OWN = "_truemirror"
"""The member that holds what HAR has no field for."""
CREATOR = "truemirror"
UNKNOWN_DAY = "1970-01-01"

FAULTS = {
    "ERR_CONNECTION_REFUSED": FaultKind.REFUSED,
    "ERR_NAME_NOT_RESOLVED": FaultKind.UNRESOLVED,
    "ERR_CONNECTION_RESET": FaultKind.RESET,
    "ERR_TIMED_OUT": FaultKind.TIMEOUT,
    "ERR_CONTENT_LENGTH_MISMATCH": FaultKind.TRUNCATED,
    "ERR_EMPTY_RESPONSE": FaultKind.EMPTY,
    "ERR_INVALID_HTTP_RESPONSE": FaultKind.GARBAGE,
    "ERR_SSL_PROTOCOL_ERROR": FaultKind.TLS,
    "ERR_INCOMPLETE_CHUNKED_ENCODING": FaultKind.TRUNCATED,
    "ERR_CONNECTION_TIMED_OUT": FaultKind.TIMEOUT,
    "ERR_NAME_RESOLUTION_FAILED": FaultKind.UNRESOLVED,
    "ERR_ADDRESS_UNREACHABLE": FaultKind.REFUSED,
    "ERR_CONNECTION_FAILED": FaultKind.REFUSED,
    "ERR_CONNECTION_CLOSED": FaultKind.EMPTY,
    "ERR_CONNECTION_ABORTED": FaultKind.RESET,
    "ERR_HTTP2_PROTOCOL_ERROR": FaultKind.RESET,
    "NS_ERROR_NET_RESET": FaultKind.RESET,
    "NS_ERROR_NET_TIMEOUT": FaultKind.TIMEOUT,
    "NS_ERROR_CONNECTION_REFUSED": FaultKind.REFUSED,
    "NS_ERROR_UNKNOWN_HOST": FaultKind.UNRESOLVED,
    "NS_ERROR_NET_PARTIAL_TRANSFER": FaultKind.TRUNCATED,
}
"""What browsers call a failure; the first name of each kind is the one that we write."""
_OF_THE_CLIENT = (
    "ERR_ABORTED",
    "ERR_BLOCKED",
    "ERR_CACHE",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_FAILED",
    "ERR_INVALID_URL",
)
_CONTENT_OFF = "save the archive again with content (browsers: `Save all as HAR with content`)"
_BYTE_ORDER_MARK = 3


def read_har(source: Source) -> Carried:
    """The exchanges of an archive. Raises FormatError when it is none."""
    log = Node(source.document).get("log")
    if not log or not log.get("entries"):
        fix = 'give a file that begins with {"log": {"entries": [...]}}'
        raise FormatError("is no HTTP Archive: there is no log with entries", where="log.entries", fix=fix)
    entries = list(log.get("entries"))
    named = _scenarios(log)
    gathering = Gathering()
    for number, entry in _in_order(entries) if not named else enumerate(entries, start=1):
        method, url = entry.get("request").get("method").text("GET"), entry.get("request").get("url").text()
        name = numbered("entry", number, f"{method} {split_url(url)[2]}")
        _entry(entry, name, gathering, named.get(entry.get("pageref").text(), ""))
    return gathering.carried(_day(entries))


def _scenarios(log: Node) -> dict[str, str]:
    """The scenarios that pages stand for, in archives that we wrote."""
    if log.get("creator").get("name").value != CREATOR:
        return {}
    return {page.get("id").text(): page.get("title").text() for page in log.get("pages")}


def _in_order(entries: list[Node]) -> list[tuple[int, Node]]:
    """The entries with their numbers, in order of their times where each has one."""
    pairs = list(enumerate(entries, start=1))
    try:
        times = {number: datetime.fromisoformat(one.get("startedDateTime").text()) for number, one in pairs}
        return sorted(pairs, key=lambda pair: times[pair[0]])
    except (ValueError, TypeError):  # no time, or one without a zone among others
        return pairs


def _day(entries: list[Node]) -> str:
    """The last day of the recording."""
    days = [one.get("startedDateTime").text()[:10] for one in entries]
    known = [day for day in days if len(day) == 10 and day[4] == day[7] == "-" and day.replace("-", "").isdecimal()]
    newest = max(known, default="")
    return newest if newest > UNKNOWN_DAY else ""


def _entry(entry: Node, name: str, gathering: Gathering, scenario: str) -> None:
    """One entry."""
    asked, answered = entry.get("request"), entry.get("response")
    scheme, host, target = split_url(asked.get("url").text())
    if scheme not in HTTP:
        why = f"{scheme or asked.get('url').text().partition(':')[0]} is neither http nor https"
        return gathering.leave_whole(name, "request.url", why)
    if entry.get("_resourceType").value == "websocket" or answered.get("status").value == 101:
        return gathering.leave_whole(name, "_webSocketMessages", "a WebSocket is no request with an answer")
    request = _request(asked, name, target, host, gathering)
    outcome = _outcome(entry, request, name, gathering)
    if outcome is not None:
        exchange = Exchange(request, outcome, entry.get("time").number())
        gathering.carry(name, exchange, "" if scenario else host, scenario)  # a mirror's export is of one service
    return None


def _request(asked: Node, name: str, target: str, host: str, gathering: Gathering) -> Request:
    """The request of an entry."""
    headers, odd = fields(_pairs(asked.get("headers")))
    for one in odd:
        gathering.leave(name, "request.headers", f"{one!r} is no name of a header field")
    cookies = [f"{one.get('name').text()}={one.get('value').text()}" for one in asked.get("cookies")]
    if cookies and "cookie" not in headers:
        headers, _ = fields((*headers.pairs, ("Cookie", "; ".join(cookies))))
    raw, headers = _posted(asked.get("postData"), headers, name, gathering)
    method = asked.get("method").text("GET")
    request = request_of(method, target, with_host(headers, host), raw)
    own = asked.get(OWN)
    if own.get("codings"):
        request = Request(request.method, target, request.headers, raw, _codings(own.get("codings")))
    if not raw and asked.get("bodySize").whole() > 0:
        fix = "save the archive again with request bodies, or take over the ignore rule for the body"
        gathering.leave(name, "request.postData", "the archive says that there was a body, but does not hold it", fix)
        gathering.open(request, {"body": "the archive does not hold the body"})
    return request


def _pairs(node: Node) -> list[tuple[str, str]]:
    """Names and values of a list of records."""
    return [(one.get("name").text(), one.get("value").scalar()) for one in node]


def _posted(posted: Node, headers: Headers, name: str, gathering: Gathering) -> tuple[bytes, Headers]:
    """The body of a request, and the headers with a Content-Type that fits where it had to be made."""
    if not posted:
        return b"", headers
    declared = posted.get("mimeType").text()
    text = posted.get("text")
    if text and (text.value or not list(posted.get("params"))):
        if "base64" in (posted.get("encoding").value, posted.get("_encoding").value):
            return _unpacked(text), headers
        return encoded(text.text(), headers.get("content-type") or declared), headers
    parts: list[FormPart] = []
    for one in posted.get("params"):
        value = one.get("value").scalar()
        if one.get("fileName") and not value:
            why, fix = "the file's content is not in the archive", "record this request again, or ignore the body"
            gathering.leave(name, f"{one.path} ({one.get('name').text()})", why, fix)
        kind = one.get("contentType").text()
        parts.append(FormPart(one.get("name").text(), encoded(value, kind), one.get("fileName").text(), kind))
    if "multipart" in declared.lower() or any(one.file_name for one in parts):
        return multipart_body(parts, headers, declared)
    return form_body(parts), headers if "content-type" in headers else headers.adding("Content-Type", declared or FORM)


def _outcome(entry: Node, request: Request, name: str, gathering: Gathering) -> Outcome | None:
    """What came of a request; None when the entry does not say it."""
    answered = entry.get("response")
    error = next((one.text() for one in (entry.get("_error"), answered.get("_error")) if one.is_text and one.value), "")
    status = answered.get("status").whole(0, 999)
    own = answered.get(OWN)
    if status <= 0:
        return _no_answer(error, own, name, gathering)
    if status < 100:
        gathering.leave_whole(name, "response.status", f"{status} is no status of HTTP")
        return None
    response = _response(answered, request, status, name, gathering, broken=bool(error))
    if response is None or not error:
        return response
    return Fault(_told_kind(own) or _kind(error) or FaultKind.TRUNCATED, error, response)


def _no_answer(error: str, own: Node, name: str, gathering: Gathering) -> Fault | None:
    """The fault behind an entry without an answer; None when it was the client that gave up."""
    plain = error.removeprefix("net::")
    told = _told_kind(own)
    if told is not None:
        received = own.get("received")
        return Fault(told, error, None, _unpacked(received) if received else b"")
    if plain.startswith(_OF_THE_CLIENT):
        gathering.leave_whole(name, "_error", f"{plain}: the client gave up; this tells nothing of the service")
        return None
    kind = _kind(error)
    if kind is None:
        said = f"the error is {plain}, which tells no more" if plain else "the archive does not say what went wrong"
        gathering.leave(name, "response.status", f"{said}; carried over as a connection that closed without an answer")
    return Fault(kind or FaultKind.EMPTY, error)


def _told_kind(own: Node) -> FaultKind | None:
    """The fault that our own export names."""
    kind = own.get("fault").value
    return FaultKind(kind) if type(kind) is str and kind in set(FaultKind) else None


def _kind(error: str) -> FaultKind | None:
    """The fault that a browser's error means, where it means one."""
    plain = error.removeprefix("net::")
    if plain.startswith(("ERR_SSL", "ERR_CERT")):
        return FaultKind.TLS
    return FAULTS.get(plain)


def _response(
    answered: Node, request: Request, status: int, name: str, gathering: Gathering, *, broken: bool
) -> Response | None:
    """The answer of an entry; None when its content is not there."""
    headers, odd = fields(_pairs(answered.get("headers")))
    for one in odd:
        gathering.leave(name, "response.headers", f"{one!r} is no name of a header field")
    if "set-cookie" not in headers:
        headers = Headers((*headers.pairs, *(("Set-Cookie", _cookie(one)) for one in answered.get("cookies"))))
    content = answered.get("content")
    raw = _content(content, headers)
    if not broken and not has_no_body(request.method.upper(), status):
        missing = _missing(answered, content, raw, headers, status)
        if missing:
            gathering.leave_whole(name, "response.content.text", missing, _CONTENT_OFF)
            return None
    own = answered.get(OWN)
    framing = own.get("framing").text()
    known = Framing(framing) if framing in set(Framing) else None
    reason = answered.get("statusText").text()
    made = response_of(request.method, status, headers, raw, reason, framing=known)
    trailers, _ = fields(_pairs(own.get("trailers")))
    codings = _codings(own.get("codings")) if own.get("codings") else made.codings
    body = raw if own.get("codings") else made.body
    return Response(status, made.reason, headers, body, codings, made.framing, (), trailers)


def _content(content: Node, headers: Headers) -> bytes:
    """The bytes of a content."""
    text = content.get("text")
    if not text:
        return b""
    if content.get("encoding").text().lower() == "base64":
        return _unpacked(text)
    return encoded(text.text(), headers.get("content-type") or content.get("mimeType").text())


def _missing(answered: Node, content: Node, raw: bytes, headers: Headers, status: int) -> str:
    """Why a content is not the whole one; empty when it may be."""
    size = content.get("size").whole()
    if not raw:
        told = max(size, 0 if 300 <= status < 400 else answered.get("bodySize").whole())
        return f"the archive says that there were {told} bytes, but does not hold them" if told > 0 else ""
    length = len(raw) + _BYTE_ORDER_MARK
    if content.get("encoding").value is None and charset_of(headers.get("content-type")) == "utf-8":
        length = max(length, len(content.get("text").text()) + _BYTE_ORDER_MARK)
    return f"the content is cut short: {len(raw)} of {size} bytes" if length < size else ""


def _cookie(cookie: Node) -> str:
    """A Set-Cookie for a cookie that the archive lists."""
    told = [f"{cookie.get('name').text()}={cookie.get('value').text()}"]
    told += [
        f"{name}={cookie.get(name.lower()).text()}" for name in ("Path", "Domain") if cookie.get(name.lower()).value
    ]
    told += ["HttpOnly"] if cookie.get("httpOnly").value is True else []
    told += ["Secure"] if cookie.get("secure").value is True else []
    return "; ".join(told).replace("\r", " ").replace("\n", " ")


def _codings(node: Node) -> tuple[Coding, ...]:
    """Codings by their names."""
    return tuple(Coding(one.text()) for one in node if one.value in ("gzip", "deflate", "br", "zstd"))


def _unpacked(text: Node) -> bytes:
    """Bytes from base64. Raises FormatError."""
    return unpacked(text.text(), text.path)


def unpacked(text: str, where: str) -> bytes:
    """Bytes from base64, line breaks allowed. Raises FormatError."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise FormatError("is not base64", where=where, fix="save the file again with the tool that made it") from None
