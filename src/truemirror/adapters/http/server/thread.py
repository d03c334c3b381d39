"""A mirror server in a thread of its own, for callers that have no event loop: tests, fixtures, `up`.

Rules: it is started and stopped once; once start returns, every address answers. Nothing of it outlives stop.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from ssl import SSLContext
from types import TracebackType
from typing import Any, Self

from truemirror.adapters.http.server.door import Door, Mount
from truemirror.adapters.http.server.listening import Listen, Listeners, new_loop, url
from truemirror.errors import UsageError


class MirrorServer:
    """A mirror server in a thread of its own, for callers that have no event loop."""

    def __init__(
        self,
        listens: Sequence[Listen],
        host: str = "127.0.0.1",
        *,
        tls: SSLContext | None = None,
        beside: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        """Nothing is opened yet. With `tls` over HTTPS; `beside` is what goes on while it serves."""
        self._tls = tls
        self._beside = beside
        self._listens = listens
        self._host = host
        self._ports: dict[str, int] = {}
        self._error: Exception | None = None
        self._ready = threading.Event()
        self._stop: Callable[[], None] = _nothing
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Open all doors; gives itself once they answer. Raises PortError."""
        self._ready.clear()
        self._error = None
        self._thread = threading.Thread(target=self._run, name="truemirror-server", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def stop(self) -> None:
        """Close everything; waits until it is."""
        if self._thread is not None:
            self._stop()
            self._thread.join()
            self._thread = None

    @property
    def mounts(self) -> Mapping[str, Mount]:
        """The services by name."""
        return {name: mount for one in self._listens for name, mount in one.door.mounts.items()}

    @property
    def doors(self) -> Sequence[Door]:
        """What is opened, in order."""
        return [one.door for one in self._listens]

    def url(self, service: str = "") -> str:
        """Where a service answers, without a final slash; the name may be left out when there is one service only."""
        if not service and len(self._ports) == 1:
            service = next(iter(self._ports))
        if service not in self._ports:
            names = ", ".join(sorted(self._ports)) or "none: the server was not started"
            raise UsageError(f"no mirror of '{service}' is served here", nearest=names)
        door = next(one.door for one in self._listens if service in one.door.mounts)
        return url(self._host, self._ports[service], door.scheme) + (f"/{service}" if door.routed else "")

    def reset(self, session: str | None = None) -> None:
        """Let one session of all services begin anew, or all sessions."""
        for mount in self.mounts.values():
            mount.replayer.reset(session)

    def _run(self) -> None:
        """The thread: a loop that serves until it is stopped."""
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        """Open, wait, close."""
        loop = asyncio.get_running_loop()
        stopped = asyncio.Event()
        self._stop = lambda: _call(loop, stopped.set)
        listeners = Listeners(self._host, self._tls)
        further: asyncio.Task[None] | None = None
        try:
            for one in self._listens:
                port = await listeners.open(one.door, one.port)
                self._ports.update(dict.fromkeys(one.door.mounts, port))
            if self._beside is not None:
                further = loop.create_task(self._beside())
            self._ready.set()
            await stopped.wait()
        except Exception as error:
            self._error = error
        finally:
            if further is not None:
                further.cancel()
            await listeners.close()
            self._ready.set()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Stop."""
        self.stop()


def _nothing() -> None:
    """There is nothing to stop."""


def _call(loop: asyncio.AbstractEventLoop, action: Callable[[], None]) -> None:
    """Call something in a loop's thread; a loop that has ended needs it no more."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(action)
