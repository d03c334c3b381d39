"""http.client and all that is built on it (urllib, urllib3, requests, boto3, httplib2): connecting is the seam.

Rules: an allowed address is connected as ever; any other connection gets a diverted socket, and its requests find
their neighbour, or learn that the network is closed. A connection that was open before the seam was put in is diverted
at its next request. Only methods of classes are replaced; nothing is put back and forth while requests run, so threads
may do as they like.
"""

import http.client
import importlib
import socket
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

from truemirror.adapters.inprocess.addresses import DEFAULT_PORTS, Place
from truemirror.adapters.inprocess.board import Board
from truemirror.adapters.inprocess.diverted import DivertedSocket, Idle, is_passing

Patch = tuple[type[Any], str, Callable[..., Any]]

_CONNECTING = (
    ("http.client", "HTTPConnection"),
    ("http.client", "HTTPSConnection"),
    ("urllib3.connection", "HTTPConnection"),
    ("urllib3.connection", "HTTPSConnection"),
    ("httplib2", "HTTPConnectionWithTimeout"),
    ("httplib2", "HTTPSConnectionWithTimeout"),
    ("botocore.awsrequest", "AWSHTTPConnection"),
    ("botocore.awsrequest", "AWSHTTPSConnection"),
)
"""Classes that may have a `connect` of their own."""


def patches(board: Board, idle: Idle) -> Iterator[Patch]:
    """What to replace while a test is isolated."""
    for connection_class in _classes():
        if "connect" in vars(connection_class):
            yield connection_class, "connect", _connect(board, idle, vars(connection_class)["connect"])
    yield http.client.HTTPConnection, "putrequest", _putrequest(board, idle, http.client.HTTPConnection.putrequest)


def _classes() -> Iterator[type[Any]]:
    """The connection classes that are installed."""
    for module, name in _CONNECTING:
        if find_spec(module.partition(".")[0]) is not None:
            yield getattr(importlib.import_module(module), name)


def _connect(board: Board, idle: Idle, original: Callable[..., None]) -> Callable[..., None]:
    """Connect for real only where that is allowed."""

    def connect(connection: Any) -> None:
        place = place_of(connection)
        if is_passing() or _may_pass(board, place):
            original(connection)
        else:
            _divert(board, idle, connection, place)

    return connect


def _putrequest(board: Board, idle: Idle, original: Callable[..., None]) -> Callable[..., None]:
    """Begin a request; a real connection to an address that is not open any more is dropped first."""

    def putrequest(connection: Any, *args: Any, **options: Any) -> None:
        sock = connection.sock
        if sock is not None and not is_passing() and getattr(sock, "family", None) != socket.AF_UNIX:
            place = place_of(connection)
            stale = isinstance(sock, DivertedSocket) and not sock.leads_to(board)
            if stale or not (isinstance(sock, DivertedSocket) or _may_pass(board, place)):
                sock.close()
                _divert(board, idle, connection, place)
        original(connection, *args, **options)

    return putrequest


def _may_pass(board: Board, place: Place) -> bool:
    """Whether connections to an address are left alone."""
    return not board.knows(place.host, place.port) and board.allows(place.host)


def _divert(board: Board, idle: Idle, connection: Any, place: Place) -> None:
    """Give a connection a socket that leads to the neighbours."""
    connection.sock = DivertedSocket(board, connection, place, idle)
    if place.scheme == "https":
        connection.is_verified = True  # there is nothing in between that could lie


def place_of(connection: Any) -> Place:
    """Where a connection leads: through a tunnel, its far end."""
    scheme = "https" if connection.default_port == http.client.HTTPS_PORT else "http"
    host = getattr(connection, "_tunnel_host", None) or connection.host
    port = getattr(connection, "_tunnel_port", None) or connection.port or DEFAULT_PORTS[scheme]
    return Place(scheme, str(host).strip("[]").lower(), int(port))
