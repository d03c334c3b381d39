"""Free ports of this machine.

Rules: 127.0.0.1 only; all ports are held until the last is found, so that no two are the same.
"""

import socket
from collections.abc import Mapping
from contextlib import ExitStack

from truemirror.errors import PortError

HOST = "127.0.0.1"


def free_ports(wanted: Mapping[str, int]) -> dict[str, int]:
    """A free port for each service: the wanted one, any where 0 is wanted. Raises PortError."""
    with ExitStack() as held:
        return {service: _hold(held, service, port) for service, port in wanted.items()}


def _hold(held: ExitStack, service: str, port: int) -> int:
    """Take a port until all are found; gives back its number."""
    taken = held.enter_context(socket.socket())
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that waits for its last packets is free
    try:
        taken.bind((HOST, port))
    except (OSError, OverflowError) as error:
        why = error.strerror.lower() if isinstance(error, OSError) and error.strerror else "there is no such port"
        fix = "stop what uses it, or choose another --port-base"
        raise PortError(f"port {port} cannot be used: {why}", where=f"service {service}", fix=fix) from error
    number: int = taken.getsockname()[1]
    return number
