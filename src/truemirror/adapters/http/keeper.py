"""Hands finished exchanges to the recorder: small ones at once, large ones in a thread of their own.

Rules: whoever hands one over hears exactly once whether it is on disk, and lets the client see the end of the answer
only then. Small ones do not wait for large ones, so whatever stores them has to bear two threads; large ones are stored
one after the other.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from truemirror.core.wire.exchange import Exchange
from truemirror.errors import StoreError, TruemirrorError

Store = Callable[[Exchange, str, float], object]
"""Stores an exchange of a session that began at a time in milliseconds; raises TruemirrorError when it cannot."""
AT_ONCE = 256 * 1024
"""Bytes of bodies up to which storing takes no longer than one may keep others waiting."""


class Keeper:
    """Sees that everything is stored."""

    def __init__(self, store: Store) -> None:
        """Store with `store`."""
        self._store = store
        self._thread: ThreadPoolExecutor | None = None

    def keep(
        self,
        make: Callable[[], Exchange],
        session: str,
        began_ms: float,
        size: int,
        then: Callable[[TruemirrorError | None], None],
    ) -> None:
        """Make the exchange, store it, then say how that went; `size` is that of its bodies in bytes."""
        if size <= AT_ONCE:
            then(self._attempt(make, session, began_ms))
            return
        self._thread = self._thread or ThreadPoolExecutor(1, "truemirror-keeper")
        loop = asyncio.get_running_loop()
        task = loop.run_in_executor(self._thread, self._attempt, make, session, began_ms)
        task.add_done_callback(lambda done: then(done.result()))

    def beside(self, work: Callable[[], None], then: Callable[[], None]) -> None:
        """Do something in the thread that stores large exchanges, before whatever is handed over later."""
        self._thread = self._thread or ThreadPoolExecutor(1, "truemirror-keeper")
        task = asyncio.get_running_loop().run_in_executor(self._thread, work)
        task.add_done_callback(lambda done: then() if not done.cancelled() and done.exception() is None else None)

    def _attempt(self, make: Callable[[], Exchange], session: str, began_ms: float) -> TruemirrorError | None:
        """Store one exchange; the error when that cannot be done."""
        try:
            self._store(make(), session, began_ms)
        except TruemirrorError as error:
            return error
        except Exception as error:  # whatever it is, the client must not wait for ever
            return StoreError(f"an exchange could not be recorded: {type(error).__name__}: {error}")
        return None

    def close(self) -> None:
        """Wait for what is still being stored."""
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None
