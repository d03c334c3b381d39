"""A body too large to be held, looked through for secrets while it passes: in the keeper's thread, behind the network.

Rules: the network is never far ahead: whoever is asked to be slow is told so, and told when to go on. What cannot be
looked through is not recorded, and never unseen.
"""

from collections.abc import Callable
from typing import Protocol

from truemirror.adapters.http.keeper import Keeper
from truemirror.adapters.http.spool import Spool
from truemirror.adapters.http.transcript import Transcript
from truemirror.core.wire.exchange import Request, Response
from truemirror.errors import StoreError

_STRETCH = 1024 * 1024
"""Bytes that are looked at in one go, when there are so many."""
_BEHIND = 4 * 1024 * 1024
"""Bytes that may pass before they are looked at; the client waits for the end until they were."""


class Unfit(StoreError):
    """A body that may not be stored: it passes, but its exchange is not recorded."""

    def __init__(self, found: str, where: str) -> None:
        """What was found, and in which body."""
        super().__init__(
            f"a body that is too large to be changed holds {found}, so its exchange was not recorded",
            where=f"{where} body",
            fix="take it out of what is sent, or let all such bodies pass unrecorded: --largest 16",
        )
        self.why = f"a large body holds {found}"


class Sieve(Protocol):
    """Whoever looks through a body."""

    found: str
    """What was found; empty while there is nothing."""

    def feed(self, piece: bytes) -> None:
        """One more piece."""

    def end(self) -> None:
        """The body is whole."""


Look = Callable[[Request, Response | None], Sieve]
"""Begins to look for secrets in the body of a request, or of the response to it; bodies are left out of both."""


class Sifting:
    """One body being looked through."""

    __slots__ = ("_done", "_keeper", "_over", "_sieve", "_slow", "_slowed", "_spool", "_working")

    def __init__(self, spool: Spool, sieve: Sieve, keeper: Keeper, slow: Callable[[bool], None]) -> None:
        """Look through what comes into the spool; `slow` hears whether the network is too far ahead."""
        self._spool = spool
        self._sieve = sieve
        self._keeper = keeper
        self._slow = slow
        self._done = 0
        self._working = self._slowed = self._over = False

    def grown(self) -> None:
        """There is more to look at."""
        ahead = self._spool.size - self._done
        if not self._working and not self._over and ahead >= _STRETCH:
            self._working = True
            self._keeper.beside(self._go_on, self._went_on)
        if (ahead > _BEHIND) is not self._slowed and not self._over:
            self._slowed = not self._slowed
            self._slow(self._slowed)

    def _went_on(self) -> None:
        """The stretch was looked at."""
        self._working = False
        self.grown()

    def _go_on(self) -> None:
        """Look at what has come; in the keeper's thread."""
        end = self._spool.size
        while self._done < end and not self._over:
            if self._sieve.found:
                self._done = end
                return
            try:
                piece = self._spool.read(self._done, min(_STRETCH // 8, end - self._done))
            except OSError as error:
                piece, self._sieve.found = b"", f"what cannot be read again ({error.strerror})"
            if not piece:
                return
            self._sieve.feed(piece)
            self._done += len(piece)

    def finish(self) -> str:
        """Look at the rest of a body that is whole, in the keeper's thread; gives what was found."""
        self._go_on()
        self._sieve.end()
        return self._sieve.found

    def close(self) -> None:
        """Look no further."""
        self._over = True
        if self._slowed:
            self._slowed = False
            self._slow(False)


class Siftings:
    """Those bodies of one exchange being looked through that are too large to be held."""

    __slots__ = ("_keeper", "_look", "_slow", "_transcript", "_under_way")

    def __init__(
        self, transcript: Transcript, look: Look | None, keeper: Keeper, slow: Callable[[bool, bool], None]
    ) -> None:
        """None at first; `slow` hears whether a side is too far ahead, and whether that is the upstream."""
        self._transcript = transcript
        self._look = look
        self._keeper = keeper
        self._slow = slow
        self._under_way: dict[bool, Sifting] = {}

    def grown(self, *, answer: bool) -> None:
        """There is more of the answer, or of the request, which is too large to be held."""
        (self._under_way.get(answer) or self._begin(answer=answer)).grown()

    def _begin(self, *, answer: bool) -> Sifting:
        """Begin to look through a body."""
        transcript, look = self._transcript, self._look
        assert look is not None
        request, response = transcript.heads()
        sieve = look(request, response if answer else None)
        spool = transcript.answer if answer else transcript.asked
        sifting = Sifting(spool, sieve, self._keeper, lambda slow: self._slow(slow, answer))
        self._under_way[answer] = sifting
        return sifting

    def finish(self) -> None:
        """Look at the rest, in the keeper's thread. Raises Unfit when something was found."""
        for answer, sifting in self._under_way.items():
            if found := sifting.finish():
                raise Unfit(found, "response" if answer else "request")

    def close(self) -> None:
        """Look no further."""
        for sifting in self._under_way.values():
            sifting.close()
