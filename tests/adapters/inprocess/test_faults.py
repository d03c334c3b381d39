"""Exceptions of clients stand for faults, and faults for what the operating system says."""

import errno
import http.client
import socket
import ssl

import httpx
import pytest
import requests
import urllib3.exceptions

from truemirror.adapters.inprocess.faults import fault_of, os_error
from truemirror.core.wire.exchange import Fault, FaultKind

REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


def caused(error: Exception, cause: Exception) -> Exception:
    """An exception raised from another."""
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (REFUSED, FaultKind.REFUSED),
        (OSError(errno.EHOSTUNREACH, "No route to host"), FaultKind.REFUSED),
        (socket.gaierror(-2, "Name or service not known"), FaultKind.UNRESOLVED),
        (TimeoutError("timed out"), FaultKind.TIMEOUT),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), FaultKind.RESET),
        (http.client.RemoteDisconnected("gone"), FaultKind.EMPTY),
        (http.client.IncompleteRead(b"x"), FaultKind.TRUNCATED),
        (ssl.SSLCertVerificationError("self-signed"), FaultKind.TLS),
        (requests.ConnectionError(urllib3.exceptions.ProtocolError("aborted", REFUSED)), FaultKind.REFUSED),
        (caused(httpx.ConnectError("all attempts failed"), REFUSED), FaultKind.REFUSED),
        (httpx.ConnectError("All connection attempts failed"), FaultKind.REFUSED),
        (httpx.ReadTimeout("slow"), FaultKind.TIMEOUT),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), FaultKind.EMPTY),
        (httpx.RemoteProtocolError("illegal status line: bytearray(b'x')"), FaultKind.GARBAGE),
        (httpx.ReadError("[Errno 104] Connection reset by peer"), FaultKind.RESET),
        (ExceptionGroup("both", [ValueError(), REFUSED]), FaultKind.REFUSED),
    ],
)
def test_an_exception_is_judged_by_its_whole_chain(error: Exception, kind: FaultKind) -> None:
    """The most telling link wins, wherever a client has put it."""
    found = fault_of(error)
    assert found is not None
    assert found.kind is kind


def test_garbage_keeps_what_came() -> None:
    """So that it can be shown and replayed."""
    found = fault_of(http.client.BadStatusLine("SSH-2.0-OpenSSH_9.6"))
    assert found == Fault(FaultKind.GARBAGE, "SSH-2.0-OpenSSH_9.6", received=b"SSH-2.0-OpenSSH_9.6")


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("x"), OSError(errno.ENOSPC, "No space left")])
def test_an_error_of_another_kind_is_no_fault(error: Exception) -> None:
    """It stays the exception that it is."""
    assert fault_of(error) is None


@pytest.mark.parametrize("kind", [FaultKind.REFUSED, FaultKind.UNRESOLVED, FaultKind.TIMEOUT, FaultKind.TLS])
def test_what_the_system_says_stands_for_the_same_fault(kind: FaultKind) -> None:
    """There and back."""
    found = fault_of(os_error(Fault(kind)))
    assert found is not None
    assert found.kind is kind
