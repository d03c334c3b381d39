"""What is waited for by the network instead of by time: a call, named as `POST /api/v1/login`.

Rules: a name is a method, a space and a path; in the path `{anything}` stands for one segment and `*` at the end for
the rest; a whole URL names the host too. The query never counts.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from truemirror.core.flow.trace import Call
from truemirror.errors import PageError, UsageError


@dataclass(slots=True)
class Expected:
    """A call that a block waits for; there once the block has ended."""

    name: str
    _call: Call | None = field(default=None)

    @property
    def value(self) -> Call:
        """The call. Raises UsageError inside the block, where it is not there yet."""
        if self._call is None:
            raise UsageError(f"{self.name} is known only after the block that expects it")
        return self._call

    def give(self, call: Call) -> None:
        """It came."""
        self._call = call


def matcher(name: str, status: int | None = None) -> Callable[[Call], bool]:
    """Whether a call is the one that is named, with this status if one is wanted. Raises UsageError."""
    method, space, where = name.partition(" ")
    parts = urlsplit(where)
    if not space or not method.isalpha() or not parts.path.startswith("/"):
        raise UsageError(f"{name!r} does not name a call", nearest="POST /api/v1/login, GET http://host/v1/deals/{id}")
    pattern = re.compile(_pattern(parts.path))

    def fits(call: Call) -> bool:
        """Compare."""
        asked = urlsplit(call.url)
        return (
            call.kind != "preflight"
            and call.exchange.request.method.upper() == method.upper()
            and (not parts.netloc or parts.netloc == asked.netloc)
            and bool(pattern.fullmatch(asked.path))
            and (status is None or call.exchange.status == status)
        )

    return fits


def not_asked(name: str, status: int | None, since: tuple[str, ...], seconds: float) -> PageError:
    """Nobody asked for it, or it was not answered so."""
    wanted = name if status is None else f"{name} with status {status}"
    return PageError(
        f"no page asked for {wanted} within {seconds:g} s",
        nearest=", ".join(since[-5:]) if since else "nothing was asked for at all",
    )


def _pattern(path: str) -> str:
    """A regular expression for a path."""
    pieces = re.split(r"(\{[^/{}]*\}|\*$)", path)
    return "".join(".*" if piece == "*" else "[^/]+" if piece.startswith("{") else re.escape(piece) for piece in pieces)
