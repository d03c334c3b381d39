"""The connections to one address: those that rest, the last one used first, and those at work, with their deadlines.

Rules: a request never waits for a connection; where none rests, one is opened. How many requests are under way at once
is bounded by the places of flows (see `dispatch.py`), not here.
"""

from typing import Any

from truemirror.adapters.locust.connection import Address, Asker, Connection


class Pool:
    """Connections to one address."""

    __slots__ = ("_loop", "_resting", "_timeout", "_working", "address")

    def __init__(self, loop: Any, address: Address, timeout: float) -> None:
        """None yet; a request has failed after `timeout` seconds."""
        self._loop = loop
        self.address = address
        self._timeout = timeout
        self._resting: list[Connection] = []
        self._working: set[Connection] = set()

    def ask(self, request: bytes, asker: Asker, now: float, is_head: bool = False, fresh: bool = False) -> None:
        """Send a request over a connection that rests, or a new one (always, when it must be fresh)."""
        resting = self._resting
        while resting and not fresh:
            connection = resting.pop()
            if not connection.is_closed:
                break
        else:
            connection = Connection(self._loop, self.address)
        connection.deadline = now + self._timeout
        self._working.add(connection)
        connection.send(request, asker, is_head)

    def rest(self, connection: Connection) -> None:
        """A connection has done its work; one that is closed is forgotten."""
        self._working.discard(connection)
        if not connection.is_closed:
            self._resting.append(connection)

    def sweep(self, now: float) -> None:
        """Fail what has taken too long."""
        late = [one for one in self._working if one.deadline <= now]
        for connection in late:
            connection.fail("timeout")

    def close(self) -> None:
        """Close all of them; nobody is told."""
        for connection in (*self._resting, *self._working):
            connection.close()
        self._resting.clear()
        self._working.clear()
