"""Cassettes of VCR.py (YAML or JSON) and of Ruby's VCR.

    VCR.py   {"version": 1, "interactions": [{"request": {body, headers, method, uri},
                                              "response": {body, headers, status}}]}
    VCR      {"http_interactions": [{"request", "response", "recorded_at"}], "recorded_with"}

Rules: interactions stay in recorded order. A body may be text, bytes, or base64; a coding that is still on comes off.
What a cassette was told not to record (its ignores and filters) is not in it, so nothing can be said of it here.
"""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from truemirror.core.foreign.carried import Carried, Gathering, Source, numbered
from truemirror.core.foreign.har import unpacked
from truemirror.core.foreign.message import HTTP, encoded, fields, request_of, response_of, split_url, with_host
from truemirror.core.foreign.node import Node
from truemirror.core.wire.exchange import Exchange
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError

VERSION = 1


def read_vcr(source: Source) -> Carried:
    """The exchanges of a cassette. Raises FormatError when it is none, or one of an unknown version."""
    document = Node(source.document)
    if document.is_list:
        fix = "bring it to today's format with `python3 -m vcr.migration PATH`, or record it again"
        raise FormatError("is a cassette from before VCR.py 1.0", where="the document", fix=fix)
    ours, rubys = document.get("interactions"), document.get("http_interactions")
    if not ours and not rubys:
        fix = "give a file that has `interactions` (VCR.py) or `http_interactions` (Ruby's VCR)"
        raise FormatError("is no cassette", where="interactions", fix=fix)
    if ours and document.get("version").whole(VERSION) != VERSION:
        what = f"has version {document.get('version').value}, but only version {VERSION} is known"
        raise FormatError(what, where="version", fix="record the cassette again")
    gathering = Gathering()
    days: list[str] = []
    for number, one in enumerate(ours or rubys, start=1):
        _interaction(one, number, gathering)
        days.append(_day(one.get("recorded_at").scalar()))
    return gathering.carried(max(days, default=""))


def _day(stamp: str) -> str:
    """The day of a time as Ruby's VCR writes it, as YYYY-MM-DD; empty when it cannot be read."""
    try:
        return parsedate_to_datetime(stamp).date().isoformat()
    except ValueError:
        return ""


def _interaction(one: Node, number: int, gathering: Gathering) -> None:
    """One interaction."""
    asked, answered = one.get("request"), one.get("response")
    method = asked.get("method").text("GET").upper()
    scheme, host, target = split_url(asked.get("uri").text())
    name = numbered("interaction", number, f"{method} {target}")
    if scheme not in HTTP:
        gathering.leave_whole(name, "request.uri", f"{asked.get('uri').text()!r} is neither http nor https")
        return
    status = answered.get("status").get("code").whole(0, 999)
    if status < 100:
        gathering.leave_whole(name, "response.status.code", "there is no answer", "record this request again")
        return
    headers = _headers(asked, name, "request", gathering)
    request = request_of(method, target, with_host(headers, host), _body(asked.get("body"), headers))
    headers = _headers(answered, name, "response", gathering)
    raw = _body(answered.get("body"), headers)
    reason = answered.get("status").get("message").text()
    gathering.carry(name, Exchange(request, response_of(method, status, headers, raw, reason)), host)


def _headers(message: Node, name: str, of: str, gathering: Gathering) -> Headers:
    """The fields of a message."""
    headers, odd = fields(_pairs(message.get("headers")))
    for one in odd:
        gathering.leave(name, f"{of}.headers", f"{one!r} is no name of a header field")
    return headers


def _pairs(node: Node) -> Iterator[tuple[str, str]]:
    """Names and values: a text or several to each name."""
    for name, values in node.members():
        for value in values.several():
            raw = value.value
            yield name, raw.decode("latin-1") if type(raw) is bytes else value.scalar()


def _body(node: Node, headers: Headers) -> bytes:
    """The bytes of a body, in any of the forms in which cassettes hold them. Raises FormatError."""
    if node.is_object:
        if node.get("base64_string"):
            return unpacked(node.get("base64_string").text(), f"{node.path}.base64_string")
        charset = node.get("encoding").text()
        plain = node.get("string")
        return _bytes(plain, f"text/plain; charset={charset}" if charset else None)
    if node.is_list:  # an iterator's pieces
        return b"".join(_bytes(piece, None) for piece in node)
    return _bytes(node, headers.get("content-type") if node.is_text and not node.value.isascii() else None)


def _bytes(node: Node, kind: str | None) -> bytes:
    """A text's bytes; VCR.py keeps as text only what is UTF-8, Ruby's VCR says which encoding it is."""
    if type(node.value) is bytes:
        return node.value
    return encoded(node.scalar(), kind if kind and kind.startswith("text/plain; charset=") else None)
