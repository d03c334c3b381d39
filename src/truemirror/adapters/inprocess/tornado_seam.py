"""tornado: vcrpy's patch of its simple client answers; what this adds are faults, which that patch does not know.

Rules: a fault is what tornado makes of it: a response with its own code 599 that carries the error. It is recorded by
the error that came, and replayed as the same.
"""

import copy
import functools
import importlib
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any, Protocol

from truemirror.adapters.inprocess.addresses import Detour, origin_form
from truemirror.adapters.inprocess.faults import EMPTY_ENDS, fault_of, os_error
from truemirror.core.wire.exchange import Fault, FaultKind

UNANSWERED = 599
"""The code by which tornado says that no answer came."""


class RecordedFault(ConnectionError):
    """A recorded fault, on its way to a client that has a word of its own for it; to all others a broken connection."""

    def __init__(self, fault: Fault) -> None:
        """Carry the fault."""
        super().__init__(fault.kind.value)
        self.fault = fault


class Keeper(Protocol):
    """Whoever knows where requests go, and what came of those that were forwarded."""

    def detour(self, url: str) -> Detour | None:
        """Where the live service of an address really is, when that is elsewhere and it will be asked."""

    def failed(self, fault: Fault | None) -> None:
        """The last one that was not answered ended in this fault; None when nobody can tell."""

    def take_wait(self) -> float:
        """Seconds that the answer which was played last takes."""


def patches(keeper: Keeper) -> Iterator[tuple[Any, str, Callable[..., Any]]]:
    """What to replace, once vcrpy's own patch is in place."""
    if find_spec("tornado") is None:
        return
    client = _module("simple_httpclient").SimpleAsyncHTTPClient
    yield client, "fetch_impl", _fetching(keeper, client.fetch_impl)


def _fetching(keeper: Keeper, patched: Callable[..., None]) -> Callable[..., None]:
    """Fetch as vcrpy does, and know faults."""

    @functools.wraps(patched)
    def fetch_impl(client: Any, request: Any, callback: Callable[[Any], None]) -> None:
        def heard(response: Any) -> None:
            if response.code == UNANSWERED and response.error is not None:
                keeper.failed(_fault(response.error))
            _call_back(callback, request, response, keeper.take_wait())

        detour = keeper.detour(request.url)
        try:
            patched(client, _readdressed(request, detour) if detour else request, heard)
        except RecordedFault as recorded:
            answer = _module("httpclient").HTTPResponse
            failed = answer(request, UNANSWERED, error=_error(recorded.fault), request_time=0.0)
            _call_back(callback, request, failed, keeper.take_wait())

    return fetch_impl


def _call_back(callback: Callable[[Any], None], request: Any, response: Any, wait_s: float) -> None:
    """Give an answer back once it is there, or tell of the client's timeout where that comes first."""
    if not wait_s:
        callback(response)
        return
    patience = request.request_timeout
    if patience and wait_s > patience:
        error = _error(Fault(FaultKind.TIMEOUT))
        response = _module("httpclient").HTTPResponse(request, UNANSWERED, error=error, request_time=patience)
        wait_s = patience
    _module("ioloop").IOLoop.current().call_later(wait_s, callback, response)


def _readdressed(request: Any, detour: Detour) -> Any:
    """The same request, with the client's defaults around it, to where the service really is."""
    moved = copy.copy(request.request)
    moved.url = f"{detour.place.scheme}://{detour.place}{detour.prefix}{origin_form(moved.url)}"
    return type(request)(moved, request.defaults)


def _fault(error: BaseException) -> Fault | None:
    """What a tornado error stands for."""
    name = type(error).__name__
    if name == "HTTPTimeoutError":
        return Fault(FaultKind.TIMEOUT, str(error))
    if name == "HTTPStreamClosedError":
        kind = FaultKind.EMPTY if str(error) == "Stream closed" else FaultKind.TRUNCATED
        return Fault(kind, str(error))
    return fault_of(error)


def _error(fault: Fault) -> BaseException:
    """What tornado makes of a fault."""
    errors = _module("simple_httpclient")
    if fault.kind is FaultKind.TIMEOUT:
        timeout: BaseException = errors.HTTPTimeoutError("Timeout during request")
        return timeout
    if fault.kind in EMPTY_ENDS:
        text = "Stream closed" if fault.kind is FaultKind.EMPTY else "Connection closed"
        closed: BaseException = errors.HTTPStreamClosedError(text)
        return closed
    return os_error(fault)


def _module(name: str) -> Any:
    """A module of tornado's, which need not be installed."""
    return importlib.import_module(f"tornado.{name}")
