"""Requests and responses made from what other tools write down of them.

Rules: a target begins with a slash and is ASCII; a field's name is a token and its value one line, else it is left out
and named. Bodies are content: codings that are still on come off, codings that were taken off by the other tool are
kept as data. Nothing here fails for what a message may hold; only a target that is none is a FormatError.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

from truemirror.core.wire.coding import coding_names, decode
from truemirror.core.wire.exchange import Coding, Framing, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.core.wire.media import media_type, parse_media_type
from truemirror.core.wire.render import has_no_body

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<target>[^#]*)")
_BREAK = re.compile(r"[\r\n]+")
_IN_TARGET = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>\\^`{|}#')
_CHARSET = re.compile(
    r"(utf-?8|us-ascii|ascii|latin-?1|iso-?8859-?\d{1,2}|(windows|cp)-?125\d|utf-?16(le|be)?|shift_jis|euc-(jp|kr)"
    r"|gb(k|2312|18030)|big5|koi8-[ru])\Z"
)
_KNOWN_CODINGS = frozenset({"gzip", "deflate", "br", "zstd"})
_MAGIC = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}
HTTP = frozenset({"http", "https"})


def split_url(url: str) -> tuple[str, str, str]:
    """Scheme, host (with the port that is named) and target of a URL; the first two are empty for a bare target."""
    found = _URL.match(url)
    if found is None:
        return "", "", target_of(url)
    return found["scheme"].lower(), found["authority"].rpartition("@")[2].lower(), target_of(found["target"])


def target_of(text: str) -> str:
    """Path and query as they travel: from a slash on, without a fragment, all in ASCII."""
    text = text.partition("#")[0]
    if text == "*":
        return text
    if not text.startswith("/"):
        text = f"/{text}"
    return text if text.isascii() and text.isprintable() and " " not in text else _escaped(text)


def _escaped(text: str) -> str:
    """A target whose odd characters are percent-escapes."""
    return quote(text.encode("utf-8", "surrogatepass"), safe=_IN_TARGET + '"<>\\^`{|}')


def fields(pairs: Iterable[tuple[str, str]]) -> tuple[Headers, tuple[str, ...]]:
    """Header fields as they travel, and the names of those that cannot be fields.

    Pseudo-headers of HTTP/2 are no fields; of them the authority becomes the Host. Several lines are several fields.
    """
    kept: list[tuple[str, str]] = []
    odd: list[str] = []
    authority = ""
    for name, value in pairs:
        if name.startswith(":"):
            authority = value if name.lower() == ":authority" else authority
        elif not _TOKEN.match(name):
            odd.append(name)
        else:
            kept.extend((name, _value(line)) for line in _BREAK.split(value))
    headers = Headers(tuple(kept))
    if authority and "host" not in headers:
        headers = Headers((("Host", _value(authority)), *headers.pairs))
    return headers, tuple(odd)


def _value(text: str) -> str:
    """A field's value as ISO 8859-1 text, which stands for its bytes."""
    text = text.replace("\0", " ").strip(" \t\r\n")
    return text if text.isascii() or max(text) <= "\xff" else text.encode("utf-8", "surrogatepass").decode("latin-1")


def with_host(headers: Headers, host: str) -> Headers:
    """The fields, beginning with the Host where none was written down."""
    return headers if not host or "host" in headers else Headers((("Host", host), *headers.pairs))


def charset_of(content_type: str | None) -> str:
    """The character encoding that a Content-Type names, where it is one to read text by; else UTF-8."""
    charset = parse_media_type(content_type).charset.strip("\"' ").lower()
    return charset if _CHARSET.match(charset) else "utf-8"


def encoded(text: str, content_type: str | None) -> bytes:
    """A text as the bytes that it was read from."""
    charset = charset_of(content_type)
    if charset != "utf-8":
        try:
            return text.encode(charset)
        except (UnicodeEncodeError, LookupError):
            pass
    return text.encode("utf-8", "surrogatepass")


def readable(body: bytes, content_type: str | None) -> str | None:
    """A body as the text that `encoded` gives back byte for byte; None where there is none."""
    try:
        text = body.decode(charset_of(content_type))
    except (UnicodeDecodeError, LookupError):
        return None
    return text if encoded(text, content_type) == body else None


def unfolded(raw: bytes, headers: Headers) -> tuple[bytes, tuple[Coding, ...]]:
    """A body's content and its codings, whether the other tool took them off already or not."""
    header = headers.joined("content-encoding")
    body, codings = decode(raw, header)
    names = coding_names(header)
    if codings or not raw or not names or not _KNOWN_CODINGS.issuperset(names):
        return body, codings
    magic = _MAGIC.get(names[-1])
    if magic and raw.startswith(magic):  # damaged: it stays as it came
        return raw, ()
    return raw, tuple(Coding(name) for name in names)


def request_of(method: str, target: str, headers: Headers, raw: bytes = b"") -> Request:
    """A request."""
    body, codings = unfolded(raw, headers)
    return Request(method if _TOKEN.match(method) else "GET", target, headers, body, codings)


def response_of(
    method: str, status: int, headers: Headers, raw: bytes = b"", reason: str = "", *, framing: Framing | None = None
) -> Response:
    """A response to a request of this method; a body that its status forbids is none."""
    if has_no_body(method.upper(), status):
        raw = b""
    body, codings = unfolded(raw, headers)
    return Response(status, _value(reason), headers, body, codings, framing or framing_of(method, status, headers))


def framing_of(method: str, status: int, headers: Headers) -> Framing:
    """How the headers say that the body ends; a length where they say nothing."""
    if "chunked" in (headers.joined("transfer-encoding") or "").lower():
        return Framing.CHUNKED
    if "content-length" not in headers and has_no_body(method.upper(), status):
        return Framing.NONE
    return Framing.LENGTH


def without_length(headers: Headers) -> Headers:
    """Headers of a stub that someone wrote by hand, less a length that would have to be right."""
    return headers.without("content-length", "transfer-encoding")


def media_name(headers: Headers) -> str:
    """The media type that headers declare; empty when they do not."""
    return media_type(headers).name
