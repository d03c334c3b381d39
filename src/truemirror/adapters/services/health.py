"""Asking a service whether it works.

Rules: one question at a time, each bounded; a question that is not answered is an answer too, in words.
"""

import socket
from http.client import HTTPConnection, HTTPException

from truemirror.adapters.services.free_ports import HOST

ANSWER_TIME = 2.0
"""Seconds that one answer may take."""


def unhealthy(port: int, path: str) -> str:
    """Why the service at a port does not work yet; empty when it does."""
    try:
        return _refusal(port, path) if path else _silence(port)
    except TimeoutError:
        return f"no answer within {ANSWER_TIME:g} s"
    except HTTPException as error:
        return f"the answer is not HTTP ({type(error).__name__})"
    except OSError as error:
        return (error.strerror or str(error)).lower()


def _refusal(port: int, path: str) -> str:
    """What a health path says against the service."""
    connection = HTTPConnection(HOST, port, timeout=ANSWER_TIME)
    try:
        connection.request("GET", path, headers={"Accept": "*/*", "Connection": "close"})
        status = connection.getresponse().status
    finally:
        connection.close()
    return "" if 200 <= status < 300 else f"GET {path} answered {status}"


def _silence(port: int) -> str:
    """Nothing, when connections are accepted; raises OSError when not."""
    socket.create_connection((HOST, port), timeout=ANSWER_TIME).close()
    return ""
