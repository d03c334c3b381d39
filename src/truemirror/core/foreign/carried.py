"""What an import carries over from another tool's recordings, and what it has to leave.

Rules: everything that a file says ends in an exchange, in `left_out`, or in an ignore rule that a person may take over.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from truemirror.core.mirror.model import Ignore
from truemirror.core.mirror.operation import operation_of
from truemirror.core.wire.exchange import Exchange, Request

ANY_OPERATION = "*"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of a file that no exchange holds."""

    entry: str
    """Which entry, by number and name: `entry 3 (GET /v1/deals)`."""
    part: str
    """Which part of it, as a path in the document: `response.content.text`."""
    why: str
    fix: str = ""
    """What to do about it."""
    whole: bool = False
    """Whether the entry gave no exchange at all."""


@dataclass(frozen=True, slots=True)
class CarriedExchange:
    """One exchange of a file."""

    exchange: Exchange
    entry: str
    host: str = ""
    """The host, and port where it is named, that was asked; empty when the file does not say."""
    scenario: str = ""
    """The scenario that the file itself names; empty for that of the import."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What came out of a file."""

    exchanges: tuple[CarriedExchange, ...] = ()
    """In the order in which they are to be replayed."""
    left_out: tuple[LeftOut, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    """Rules that say of our mirror what the file says by not saying: this part of a request does not count."""
    recorded: str = ""
    """The day of the recording, as YYYY-MM-DD; empty when the file does not say."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document of another tool and what lies beside it."""

    name: str
    """What a scenario made from it is called by default."""
    document: object
    """Plain JSON values."""
    body: Callable[[str], bytes] = field(default=lambda name: b"")
    """A body's file by the name that the document gives it. Raises FormatError when it may not or cannot be read."""


@dataclass(slots=True)
class Gathering:
    """What is found while a file is read."""

    exchanges: list[CarriedExchange] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    open_parts: dict[tuple[str, str], str] = field(default_factory=dict)
    """Operation and part that an entry leaves open, and why it does not count."""
    operations: dict[str, None] = field(default_factory=dict)

    def carry(self, entry: str, exchange: Exchange, host: str = "", scenario: str = "") -> None:
        """One more exchange."""
        self.exchanges.append(CarriedExchange(exchange, entry, host, scenario))
        self.operations.setdefault(operation_of(exchange.request.does, exchange.request.path))

    def leave(self, entry: str, part: str, why: str, fix: str = "") -> None:
        """A part of an entry cannot be carried over."""
        self.left_out.append(LeftOut(entry, part, why, fix))

    def leave_whole(self, entry: str, part: str, why: str, fix: str = "") -> None:
        """An entry cannot be carried over."""
        self.left_out.append(LeftOut(entry, part, why, fix, whole=True))

    def open(self, request: Request, parts: Mapping[str, str]) -> None:
        """Parts of a request that do not count in the file, and why."""
        operation = operation_of(request.does, request.path)
        for part, why in parts.items():
            self.open_parts.setdefault((operation, part), why)

    def carried(self, recorded: str = "") -> Carried:
        """All of it."""
        return Carried(tuple(self.exchanges), tuple(self.left_out), self._ignores(), recorded)

    def _ignores(self) -> tuple[Ignore, ...]:
        """The open parts as rules, one for all operations where every one leaves a part open."""
        parts = dict.fromkeys(part for _, part in self.open_parts)
        return tuple(rule for part in parts for rule in self._rules_of(part))

    def _rules_of(self, part: str) -> Iterable[Ignore]:
        """The rules about one part."""
        told = {operation: why for (operation, known), why in self.open_parts.items() if known == part}
        if len(told) > 1 and self.operations.keys() <= told.keys():
            return [Ignore(ANY_OPERATION, part, next(iter(told.values())))]
        return [Ignore(operation, part, why) for operation, why in told.items()]


def numbered(kind: str, number: int, name: str) -> str:
    """An entry's name for people: `mapping 3 (list tags)`."""
    short = " ".join(name.split())
    short = short if len(short) <= 60 else f"{short[:59]}…"
    return f"{kind} {number} ({short})" if short else f"{kind} {number}"
