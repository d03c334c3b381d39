"""Who may use the control paths: programs of people who may, never a web page.

Rules: what a browser sends by itself is refused: an Origin, a foreign site, a name that was bent to this machine (DNS
rebinding), a body that a form could send. On an address that other machines reach, a token is needed; it is compared
in constant time and told nowhere.
"""

import hmac
from dataclasses import dataclass

from truemirror.core.wire.authority import ANY_ADDRESS, host_named, is_loopback
from truemirror.core.wire.exchange import Request


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a control request is not answered."""

    status: int
    code: str
    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """What a control request must show, for a server that listens at `host`."""

    host: str = "127.0.0.1"
    """The address, as it was named to listen on."""
    token: str = ""
    """What a client must bring in `Authorization: Bearer`; empty for none."""

    def refusal(self, request: Request, *, local: bool) -> Refusal | None:
        """Why not, or None. `local` says whether the client is on this machine."""
        headers = request.headers
        if "origin" in headers or (headers.get("sec-fetch-site") or "none") != "none":
            return Refusal(403, "control_refused", "the control paths do not answer web pages")
        if not self._is_named(headers.get("host")):
            fix = f"ask {self.host} or localhost"
            return Refusal(403, "control_refused", "the control paths do not answer under this Host", fix)
        if self.token:
            return None if self._is_token(headers.get("authorization") or "") else _NO_TOKEN
        if not is_loopback(self.host):
            return Refusal(403, "control_refused", "the control paths need a token on this address", _GIVE_TOKEN)
        if not local:
            return Refusal(403, "control_refused", "the control paths answer clients on this machine only", _GIVE_TOKEN)
        return None

    def _is_named(self, host: str | None) -> bool:
        """Whether a Host is one that a program would use: loopback or the name listened at; any where all are."""
        if host is None or (self.host in ANY_ADDRESS and self.token):
            return True
        name = host_named(host)
        return name is not None and (is_loopback(name) or name == self.host.lower())

    def _is_token(self, authorization: str) -> bool:
        """Whether the field, which was read byte by byte, holds the bytes of the token."""
        scheme, _, given = authorization.partition(" ")
        token = self.token.encode("utf-8", "surrogateescape")
        same = hmac.compare_digest(given.strip(" \t").encode("latin-1", "replace"), token)
        return scheme.lower() == "bearer" and same


_GIVE_TOKEN = "start with --control-token, or TRUEMIRROR_CONTROL_TOKEN, and send Authorization: Bearer TOKEN"  # noqa: S105
_NO_TOKEN = Refusal(401, "token_needed", "the control paths need the token", "send Authorization: Bearer TOKEN")
