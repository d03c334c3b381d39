"""Three HTTP clients behind one face, each telling what it saw as its own users see it.

None sends `Connection: keep-alive`, which HTTP/1.1 does not need: it concerns one connection only, so no proxy passes
it on (RFC 9110 §7.6.1), and a service that echoes it would tell the proxy from its client.
"""

import http.client
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import brotli
import httpx
import requests

SESSION = "X-Truemirror-Session"
PATIENCE = 30.0
"""Seconds after which a client gives up; nothing here takes that long."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer, as a client saw it."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    """In order, with repeats, names as they came; the client's own address in them reads HERE."""
    body: bytes
    """What the client gives its user, with content codings taken off: compressing the same content again may give other
    bytes, as gzip writes the time into them."""


class Visitor(Protocol):
    """A client with its own cookies and connections."""

    is_browser: bool
    """Whether it follows redirects, keeps cookies and answers challenges."""

    def ask(self, method: str, target: str, **details: Any) -> list[Seen]:
        """Ask, and tell every answer on the way to the last one.

        Details are those of `requests`; `digest` is a user and a password for Digest authentication.
        """

    def close(self) -> None:
        """Leave."""


class Raw:
    """http.client on one kept connection: what is on the wire, no cookies, no redirects."""

    is_browser = False

    def __init__(self, url: str, session: str) -> None:
        """A session of "" sends no session header."""
        parts = urlsplit(url)
        self._authority = parts.netloc
        self._session = {SESSION: session} if session else {}
        self._connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE)

    def ask(
        self, method: str, target: str, *, headers: Mapping[str, str] | None = None, data: Any = None
    ) -> list[Seen]:
        """One request, one answer."""
        self._connection.request(method, target, data, {**self._session, **(headers or {})})
        answer = self._connection.getresponse()
        body = _decoded(answer.read(), answer.headers.get("Content-Encoding"))
        return [Seen(answer.status, answer.reason, _here(answer.getheaders(), self._authority), body)]

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class Requests:
    """requests with a session: cookies and redirects."""

    is_browser = True

    def __init__(self, url: str, session: str) -> None:
        """A session of "" sends no session header."""
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        del self._session.headers["Connection"]
        if session:
            self._session.headers[SESSION] = session

    def ask(self, method: str, target: str, **details: Any) -> list[Seen]:
        """All answers up to the last redirect's."""
        if "digest" in details:
            details["auth"] = requests.auth.HTTPDigestAuth(*details.pop("digest"))
        last = self._session.request(method, self._url + target, timeout=PATIENCE, **details)
        authority = urlsplit(self._url).netloc
        return [
            Seen(one.status_code, one.reason, _here(one.raw.headers.iteritems(), authority), one.content)
            for one in (*last.history, last)
        ]

    def close(self) -> None:
        """Hang up."""
        self._session.close()


class Httpx:
    """httpx with a client: cookies and redirects."""

    is_browser = True

    def __init__(self, url: str, session: str) -> None:
        """A session of "" sends no session header."""
        self._url = url
        headers = {SESSION: session} if session else {}
        self._client = httpx.Client(headers=headers, timeout=PATIENCE, trust_env=False, follow_redirects=True)
        del self._client.headers["Connection"]

    def ask(self, method: str, target: str, **details: Any) -> list[Seen]:
        """All answers up to the last redirect's."""
        if not isinstance(details.get("data", {}), dict):
            details["content"] = details.pop("data")
        if "allow_redirects" in details:
            details["follow_redirects"] = details.pop("allow_redirects")
        if "digest" in details:
            details["auth"] = httpx.DigestAuth(*details.pop("digest"))
        last = self._client.request(method, self._url + target, **details)
        authority = urlsplit(self._url).netloc
        return [
            Seen(one.status_code, one.reason_phrase, _here(_pairs(one), authority), one.read())
            for one in (*last.history, last)
        ]

    def close(self) -> None:
        """Hang up."""
        self._client.close()


VISITORS: dict[str, Callable[[str, str], Visitor]] = {"http.client": Raw, "requests": Requests, "httpx": Httpx}


def _decoded(body: bytes, coding: str | None) -> bytes:
    """Content as http.client does not give it."""
    if not body or not coding:
        return body
    return brotli.decompress(body) if coding == "br" else zlib.decompress(body, wbits=zlib.MAX_WBITS | 32)


def _pairs(response: httpx.Response) -> list[tuple[str, str]]:
    """Its header fields as they came."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw]


def _here(pairs: Any, authority: str) -> tuple[tuple[str, str], ...]:
    """Fields with the address that the client used written as HERE."""
    return tuple((name, value.replace(f"//{authority}", "//HERE")) for name, value in pairs)
