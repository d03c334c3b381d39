"""What a test holds in its hands: the mirrors of its neighbours, and mirrors as servers.

Rules: everything tells of this one test; nothing here changes what is recorded.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from truemirror.adapters.inprocess.board import Board
from truemirror.adapters.inprocess.neighbour import Call, Neighbour
from truemirror.core.mirror.plan_text import parse_plan
from truemirror.errors import MirrorMiss, NetworkClosed, TruemirrorError, UsageError

_REFUSALS = (MirrorMiss, NetworkClosed)


class MirrorOf:
    """One service's mirror, as this test met it."""

    def __init__(self, neighbour: Neighbour, board: Board) -> None:
        """Tell of a neighbour what the board knows."""
        self._neighbour = neighbour
        self._board = board

    @property
    def name(self) -> str:
        """The service."""
        return self._neighbour.name

    @property
    def url(self) -> str:
        """Where this test's code reaches the service."""
        return self._board.address_of(self._neighbour)

    @property
    def calls(self) -> Sequence[Call]:
        """What this test asked of it, in order."""
        return [call for call in self._board.calls if call.service == self.name]

    @property
    def operations(self) -> Sequence[str]:
        """The operations that this test used, each once, sorted."""
        return sorted({call.operation for call in self.calls})

    @property
    def hits(self) -> int:
        """Requests that were answered from the recording."""
        return self._count("recorded")

    @property
    def misses(self) -> int:
        """Requests that no recording answers."""
        return self._count("missed")

    @property
    def forwarded(self) -> int:
        """Requests that went to the live service."""
        return self._count("forwarded")

    @property
    def planned(self) -> int:
        """Requests that a plan answered."""
        return self._count("planned")

    def plan(self, *rules: object) -> None:
        """Let this test's calls meet faults, errors and delays: `plan("call 3: reset")`; it ends with the test.

        Raises UsageError for a rule that cannot be read, or that is of an operation which was never recorded.
        """
        self._neighbour.replayer.plan(parse_plan(list(rules), f"the plan for {self.name}"), self._board.session)

    def _count(self, answered: str) -> int:
        """How many calls were answered in one way."""
        return sum(call.answered == answered for call in self.calls)

    def __repr__(self) -> str:
        """For a failing test."""
        return f"<mirror of {self.name}: {self.hits} hits, {self.misses} misses, {self.forwarded} forwarded>"


class Mirrors:
    """The mirrors of a test's neighbours."""

    def __init__(self, board: Board) -> None:
        """Tell what the board knows."""
        self._board = board

    @property
    def services(self) -> Sequence[str]:
        """The services that are answered for, sorted."""
        return sorted(self._board.neighbours)

    @property
    def session(self) -> str:
        """In whose name this test asks."""
        return self._board.session

    @property
    def calls(self) -> Sequence[Call]:
        """Everything that this test asked, in order."""
        return tuple(self._board.calls)

    @property
    def problems(self) -> Sequence[TruemirrorError]:
        """Misses and closed doors so far, whether or not anybody caught them."""
        return tuple(self._board.problems)

    def service(self, name: str) -> MirrorOf:
        """One mirror. Raises UsageError for a service that nobody knows."""
        neighbour = self._board.neighbours.get(name)
        if neighbour is None:
            raise UsageError(
                f"there is no service {name!r} in this test",
                nearest=", ".join(self.services),
                fix=f"name it in the configuration, or record it: truemirror record {name} --upstream URL",
            )
        return MirrorOf(neighbour, self._board)

    def __getitem__(self, name: str) -> MirrorOf:
        """One mirror: `mirrors["deals"]`. Raises UsageError for a service that nobody knows."""
        return self.service(name)

    def url(self, name: str) -> str:
        """Where this test's code reaches a service. Raises UsageError."""
        return self.service(name).url

    @contextmanager
    def expecting_refusals(self) -> Iterator[list[TruemirrorError]]:
        """Misses and closed doors inside this block are wanted: they still raise, but do not fail the test."""
        before, asked = len(self._board.problems), len(self._board.calls)
        seen: list[TruemirrorError] = []
        try:
            yield seen
        finally:
            inside = self._board.problems[before:]
            seen += [error for error in inside if isinstance(error, _REFUSALS)]
            self._board.problems[before:] = [error for error in inside if not isinstance(error, _REFUSALS)]
            for place in range(asked, len(self._board.calls)):
                if self._board.calls[place].answered == "missed":
                    self._board.calls[place] = self._board.calls[place]._replace(answered="refused")

    def __repr__(self) -> str:
        """For a failing test."""
        return f"<mirrors of {', '.join(self.services) or 'nobody'}: {len(self._board.calls)} calls>"


class Served(NamedTuple):
    """A mirror that answers as a server."""

    service: str
    url: str
    """Its address, without a final slash."""
    session: str
    """The key under which this test asks it, to be sent as X-Truemirror-Session by clients that can."""
