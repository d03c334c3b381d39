"""Which header fields travel on, and how those change that name an address.

    client ──▶ as_asked ──▶ upstream_head ──▶ upstream        recorded: what as_asked and as_answered give,
    client ◀── client_head ◀── as_answered ◀── upstream       as if the client had asked the upstream itself

Rules: what concerns one connection only stays there (RFC 9110 §7.6.1), but whether a connection is kept is the same on
both sides, and said in the same words; everything else keeps its case, its order and its repeats. The upstream is asked
under its own name, the client is answered under the name it used. No field is added that a client did not send (no Via,
no X-Forwarded-*): a recorder must not change what it watches.
"""

import re

from truemirror.adapters.http.address import Address
from truemirror.core.mirror.session import SESSION_HEADER
from truemirror.core.wire.authority import without_port
from truemirror.core.wire.exchange import Framing
from truemirror.core.wire.headers import Headers

_CONNECTION_FIELDS = frozenset({"connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"})
_NEVER_NOMINATED = frozenset({"host", "content-length", "content-type", "content-encoding", "authorization", "cookie"})
"""Fields that a Connection header may not take away: dropping them would change what the request means."""
_ADDRESSES = frozenset({"location", "content-location"})
_ORIGINS = frozenset({"origin", "referer"})
_COOKIE_DOMAIN = re.compile(r";\s*domain=\.?([^;]*)", re.IGNORECASE)
_COOKIE_SECURE = re.compile(r";\s*secure(?=\s*(;|$))", re.IGNORECASE)
_SESSION = SESSION_HEADER.lower()


def as_asked(headers: Headers, address: Address) -> Headers:
    """A client's fields as it would have sent them to the upstream itself, less our own."""
    host = headers.get("host") or ""
    pairs: list[tuple[str, str]] = []
    named = False
    for name, value in headers.pairs:
        lower = name.lower()
        if lower == "host":
            if not named:
                pairs.append((name, address.authority))
            named = True
        elif lower in _ORIGINS and host:
            pairs.append((name, _to_upstream(value, host, address)))
        elif lower != _SESSION:
            pairs.append((name, value))
    if not named:
        pairs.insert(0, ("Host", address.authority))
    return Headers(tuple(pairs))


def upstream_head(
    method: str, target: str, headers: Headers, address: Address, framing: Framing, *, switching: bool = False
) -> bytes:
    """The head of a request as the upstream gets it; `headers` are `as_asked`.

    With `switching` it asks for a WebSocket, without any extension: what was compressed could not be read.
    """
    said = connection_of(headers)
    gone = _of_the_connection(said)
    if switching:
        gone = (gone - {"connection", "upgrade"}) | {"sec-websocket-extensions"}
    if said in ("close", "keep-alive"):
        gone -= {"connection"}
    lines = [f"{method} {address.target(target)} HTTP/1.1"]
    trailers = False
    for name, value in headers.pairs:
        lower = name.lower()
        if lower == "te":
            trailers = "trailers" in value.lower()
        if lower not in gone and (lower != "content-length" or framing is Framing.LENGTH):
            lines.append(f"{name}: {value}")
    if framing is Framing.CHUNKED:
        lines.append("Transfer-Encoding: chunked")
    if trailers:
        lines.append("TE: trailers\r\nConnection: TE")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def as_answered(headers: Headers, address: Address) -> Headers:
    """An upstream's fields, its base path left out of the addresses: the targets that we see do not have it either."""
    if not address.base or not any(name.lower() in _ADDRESSES for name, _ in headers.pairs):
        return headers
    return Headers.of(
        (name, _without_base(value, address) if name.lower() in _ADDRESSES else value) for name, value in headers
    )


def client_head(
    status: int, reason: str, headers: Headers, framing: Framing, *, address: Address, host: str, connection: str
) -> bytes:
    """The head of an answer as the client gets it.

    `headers` are `as_answered`; `host` is the name that the client used; `connection` is close, keep-alive or empty.
    """
    said = connection_of(headers)
    gone = _of_the_connection(said)
    if status == 101:
        gone -= {"connection", "upgrade"}
    if said == "close" if connection == "close" else said == "keep-alive":
        gone -= {"connection", "keep-alive"}
        connection = ""
    lines = [f"HTTP/1.1 {status} {reason}"]
    for name, value in headers.pairs:
        lower = name.lower()
        if lower == "transfer-encoding" and framing is Framing.CHUNKED:
            lines.append(f"{name}: {value}")
        elif lower in gone or (lower == "content-length" and framing is Framing.CHUNKED):
            continue
        elif lower in _ADDRESSES:
            lines.append(f"{name}: {_to_client(value, host, address)}")
        elif lower == "set-cookie":
            lines.append(f"{name}: {_cookie_for_client(value, host, address)}")
        else:
            lines.append(f"{name}: {value}")
    if connection:
        lines.append(f"Connection: {connection}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def trailer_block(trailers: Headers) -> bytes:
    """The end of a chunked body."""
    if not trailers:
        return b"0\r\n\r\n"
    lines = "".join(f"{name}: {value}\r\n" for name, value in trailers)
    return b"0\r\n" + lines.encode("latin-1", "replace") + b"\r\n"


def chunk(piece: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def connection_of(headers: Headers) -> str:
    """What a message says of its connection, in lower case."""
    if headers.get("connection") is None:  # nearly always, and cheaper to ask
        return ""
    return (headers.joined("connection") or "").strip().lower()


def _of_the_connection(said: str) -> frozenset[str]:
    """The names of all fields that belong to one connection, which says this of itself."""
    if not said:
        return _CONNECTION_FIELDS
    return _CONNECTION_FIELDS | ({name.strip() for name in said.split(",")} - _NEVER_NOMINATED)


def _to_upstream(value: str, host: str, address: Address) -> str:
    """An Origin or Referer of the proxy's own pages, as the upstream's."""
    scheme, _, rest = value.partition("//")
    authority, slash, path = rest.partition("/")
    if scheme.lower() in ("http:", "https:") and authority.lower() == host.lower():
        return address.origin + slash + path
    return value


def _without_base(value: str, address: Address) -> str:
    """A URL or path of the upstream's, less its base path."""
    if value.startswith("/") and not value.startswith("//"):
        prefix, path = "", value
    else:
        scheme, mark, rest = value.partition("//")
        authority, slash, path = rest.partition("/")
        if not mark or not _is_upstream(authority, address):
            return value
        prefix, path = f"{scheme}//{authority}", slash + path
    rest = path.removeprefix(address.base)
    if len(rest) == len(path) or rest[:1] not in ("", "/", "?", "#"):
        return value
    return prefix + (rest if rest.startswith("/") else "/" + rest)


def _to_client(value: str, host: str, address: Address) -> str:
    """A URL of the upstream's, under the name that the client used."""
    scheme, mark, rest = value.partition("//")
    if not mark or scheme.lower() not in ("http:", "https:", ""):
        return value
    end = min((place for place in map(rest.find, "/?#") if place >= 0), default=len(rest))
    if not _is_upstream(rest[:end], address):
        return value
    return f"{'http:' if scheme else ''}//{host}{rest[end:]}"


def _is_upstream(authority: str, address: Address) -> bool:
    """Whether an authority is the upstream's, with or without its port."""
    return authority.lower() in (address.authority.lower(), f"{address.host}:{address.port}".lower())


def _cookie_for_client(value: str, host: str, address: Address) -> str:
    """A cookie that the client will send back to the proxy."""
    if address.scheme == "https":
        value = _COOKIE_SECURE.sub("", value)
    domain = _COOKIE_DOMAIN.search(value)
    if domain is None:
        return value
    named = domain[1].strip().lower()
    own = without_port(host)
    if named == own.lower() or not (address.host == named or address.host.endswith("." + named)):
        return value
    return value[: domain.start()] + value[domain.end() :]
