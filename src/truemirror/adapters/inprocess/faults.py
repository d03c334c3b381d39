"""Faults seen from a client: what an exception means, and what the operating system would have said.

Rules: an exception is judged by its whole chain of causes, the most telling link first; one that nobody recognises is
no fault of the connection and stays an exception.
"""

import errno
import http.client
import os
import socket
import ssl
from collections.abc import Iterator

from truemirror.core.wire.exchange import Fault, FaultKind

_UNREACHABLE = frozenset({errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL})
_BROKEN = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ESHUTDOWN})
_BY_NAME = {
    "NameResolutionError": FaultKind.UNRESOLVED,
    "IncompleteRead": FaultKind.TRUNCATED,
    "ClientPayloadError": FaultKind.TRUNCATED,
    "ServerDisconnectedError": FaultKind.EMPTY,
    "ReadTimeout": FaultKind.TIMEOUT,
    "WriteTimeout": FaultKind.TIMEOUT,
    "ConnectTimeout": FaultKind.TIMEOUT,
    "ConnectTimeoutError": FaultKind.TIMEOUT,
    "ReadTimeoutError": FaultKind.TIMEOUT,
    "ConnectError": FaultKind.REFUSED,
    "ReadError": FaultKind.RESET,
    "WriteError": FaultKind.RESET,
}
"""Exceptions of clients that say what happened by their name alone, after all others."""
_BY_TEXT = (
    ("without sending a response", FaultKind.EMPTY),
    ("without sending complete message body", FaultKind.TRUNCATED),
)


def fault_of(error: BaseException) -> Fault | None:
    """The fault that an exception stands for; None when it is about something else."""
    chain = list(_chain(error))
    detail = str(error)
    for one in chain:
        kind = _kind(one)
        if kind is not None:
            line = getattr(one, "line", "") if kind is FaultKind.GARBAGE else ""
            return Fault(kind, detail, received=str(line).encode("latin-1", "replace"))
    for one in chain:
        kind = _BY_NAME.get(type(one).__name__) or _by_text(one)
        if kind is not None:
            return Fault(kind, detail)
    return None


def _by_text(error: BaseException) -> FaultKind | None:
    """What a protocol error's text says; one that says nothing of a missing end is about what came."""
    if type(error).__name__ != "RemoteProtocolError":
        return None
    text = str(error)
    return next((kind for piece, kind in _BY_TEXT if piece in text), FaultKind.GARBAGE)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and everything it came from, each once."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        reasons = (getattr(one, name, None) for name in ("reason", "os_error", "__cause__", "__context__"))
        waiting += [*reasons, *one.args, *getattr(one, "exceptions", ())]


def _kind(error: BaseException) -> FaultKind | None:
    """What one exception of the standard library stands for."""
    match error:
        case socket.gaierror():
            return FaultKind.UNRESOLVED
        case ssl.SSLError():
            return FaultKind.TIMEOUT if "timed out" in str(error) else FaultKind.TLS
        case http.client.RemoteDisconnected():
            return FaultKind.EMPTY
        case http.client.BadStatusLine() | http.client.LineTooLong() | http.client.UnknownProtocol():
            return FaultKind.GARBAGE
        case http.client.IncompleteRead():
            return FaultKind.TRUNCATED
        case TimeoutError():
            return FaultKind.TIMEOUT
        case OSError() if error.errno in _UNREACHABLE:
            return FaultKind.REFUSED
        case OSError() if error.errno in _BROKEN:
            return FaultKind.RESET
        case _:
            return None


def os_error(fault: Fault) -> OSError:
    """What the operating system tells a client whose connection meets this fault."""
    match fault.kind:
        case FaultKind.REFUSED:
            return ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
        case FaultKind.UNRESOLVED:
            return socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        case FaultKind.TIMEOUT:
            return TimeoutError("timed out")
        case FaultKind.TLS:
            return ssl.SSLError(1, fault.detail or "[SSL] the handshake was recorded as failed")
        case _:
            return ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))


BEFORE_SENDING = frozenset({FaultKind.REFUSED, FaultKind.UNRESOLVED, FaultKind.TLS})
"""Faults that a client meets while it connects."""
EMPTY_ENDS = frozenset({FaultKind.EMPTY, FaultKind.TRUNCATED, FaultKind.GARBAGE})
"""Faults after which the connection is closed in order; the others break it."""
