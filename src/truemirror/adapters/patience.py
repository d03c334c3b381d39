"""An upstream whose calls end: after so many seconds a call is a timeout, however slowly its answer drips.

Rules: the call is given up, and its connection with it.
"""

import asyncio

from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request
from truemirror.ports import Upstream


class PatientUpstream:
    """Another upstream, asked with so much patience; see `truemirror.ports.Upstream`."""

    def __init__(self, upstream: Upstream, seconds: float) -> None:
        """Give a call up after `seconds`."""
        self._upstream = upstream
        self._seconds = seconds

    async def send(self, request: Request) -> Exchange:
        """Ask it. No answer in time is an outcome."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._upstream.send(request)
        except TimeoutError:
            detail = f"no whole answer within {self._seconds:g} s"
            return Exchange(request, Fault(FaultKind.TIMEOUT, detail), self._seconds * 1000)

    async def close(self) -> None:
        """Let go of it."""
        await self._upstream.close()
