"""Recording proxies in a thread of their own, so that whoever started them can wait for something else.

Rules: all proxies share one event loop, uvloop's where there is one; all listen, or none does.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from ssl import SSLContext
from typing import Any, TypeVar

from truemirror.adapters.http.keeper import Store
from truemirror.adapters.http.pool import ANSWER_TIMEOUT, Certificate
from truemirror.adapters.http.proxy import RecordingProxy
from truemirror.adapters.http.relay import LARGEST, Patience
from truemirror.adapters.http.sifting import Look
from truemirror.core.route import Route, Standing
from truemirror.errors import TruemirrorError

Result = TypeVar("Result")


class ProxyThread:
    """Recording proxies; meets `truemirror.ports.ProxyHost`."""

    def __init__(
        self,
        *,
        timeout: float = ANSWER_TIMEOUT,
        ca: Path | None = None,
        certificate: Certificate | None = None,
        tls: SSLContext | None = None,
        patience: Patience | None = None,
        largest: int = LARGEST,
    ) -> None:
        """`timeout` is the seconds of an upstream's silence that make a timeout; `ca` is trusted besides the system.

        `certificate` is shown to upstreams that ask for one. With `tls`, clients are answered over HTTPS. What has a
        body of more than `largest` bytes passes unrecorded.
        """
        self._tls = tls
        self._largest = largest
        self._timeout = timeout
        self._ca = ca
        self._certificate = certificate
        self._patience = patience
        self._proxies: dict[str, RecordingProxy] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def serve(
        self,
        routes: Mapping[Route, Store],
        trouble: Callable[[TruemirrorError], None],
        looks: Mapping[Route, Look] | None = None,
    ) -> Sequence[Standing]:
        """Listen on every route, in their order; all or none. Raises PortError, UsageError."""
        proxies = {
            route: RecordingProxy(
                route.upstream,
                store,
                host=route.host,
                port=route.port,
                timeout=self._timeout,
                ca=self._ca,
                certificate=self._certificate,
                tls=self._tls,
                patience=self._patience,
                largest=self._largest,
                trouble=trouble,
                look=looks.get(route) if looks else None,
            )
            for route, store in routes.items()
        }
        self._begin()
        self._proxies = {route.service: proxy for route, proxy in proxies.items()}
        try:
            return self._do(_start_all(proxies))
        except BaseException:
            self.stop()
            raise

    def lost(self) -> Mapping[str, Mapping[str, int]]:
        """By service: requests that were passed on but not recorded, counted by reason."""
        return {service: proxy.lost for service, proxy in self._proxies.items()}

    def stop(self) -> None:
        """End what is under way and listen no more. Does nothing the second time."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        self._do(self._stop_all())
        self._loop = self._thread = None
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    async def _stop_all(self) -> None:
        """Stop all proxies at once."""
        await asyncio.gather(*(proxy.stop() for proxy in self._proxies.values()))
        await asyncio.get_running_loop().shutdown_default_executor()

    def _begin(self) -> None:
        """Start the loop."""
        self._loop = _new_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="truemirror-proxy", daemon=True)
        self._thread.start()

    def _do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Let the loop do something, and wait for it."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


async def _start_all(proxies: Mapping[Route, RecordingProxy]) -> Sequence[Standing]:
    """Listen one after the other, then look all at once who is there."""
    for proxy in proxies.values():
        await proxy.start()
    found = await asyncio.gather(*(proxy.reachable() for proxy in proxies.values()))
    return [Standing(route, proxies[route].url, why) for route, why in zip(proxies, found, strict=True)]


def _new_loop() -> asyncio.AbstractEventLoop:
    """The fastest event loop that there is."""
    try:
        import uvloop
    except ImportError:  # it is not made for every platform
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
