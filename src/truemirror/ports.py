"""What the use cases need from the world: small protocols, one idea each.

Rules: a port speaks in core values only; every port has a fake in `truemirror.testing` that passes the same tests as
the real adapter; errors that cross a port are those of `truemirror.errors`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self

from truemirror.core.attack import Attacked, AttackPlan, Found
from truemirror.core.contract.release import Release
from truemirror.core.mirror.model import Mirror
from truemirror.core.mirror.redaction_sieve import Sieve
from truemirror.core.route import Route, Standing
from truemirror.core.system import Answered, Event, Launch
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import FormatError, TruemirrorError


class Lock(Protocol):
    """Whatever keeps a step atomic where the caller has threads."""

    def __enter__(self) -> object:
        """Wait for the lock."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> object:
        """Give it back."""


class Clock(Protocol):
    """The time, where a use case needs it."""

    def today(self) -> str:
        """The day, as YYYY-MM-DD, in UTC."""

    def monotonic_ms(self) -> float:
        """Milliseconds since some fixed moment."""


class Journal(Protocol):
    """What is being recorded, on disk before it is answered."""

    def append(self, scenario: str, exchange: Exchange, began_ms: float = 0.0) -> None:
        """Write one redacted exchange; it survives a kill once this returns. Raises StoreError.

        `began_ms` is when the request began, in milliseconds since some moment that is the same for the whole recording
        (0 when unknown): exchanges that overlapped are kept in the order of their ids.
        """

    def fold(self) -> Mirror:
        """Move what was written into the mirror's scenarios and give back the mirror as it now is."""

    def close(self, clean: Callable[[Mirror], Mirror] | None = None) -> None:
        """Fold and let go of the mirror; what is written last went through `clean`."""

    def __enter__(self) -> Self:
        """The journal itself."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close it."""


class Parts(Protocol):
    """The exchanges of a mirror, a part at a time; each who goes through them reads anew, so that few are in memory."""

    def __len__(self) -> int:
        """How many parts there are."""

    def __iter__(self) -> Iterator[Iterable[Exchange]]:
        """The exchanges of each part. Raises FormatError; StoreError when the mirror changed since it was asked for."""


class MirrorStore(Protocol):
    """Where mirrors are kept."""

    def services(self) -> tuple[str, ...]:
        """Names of all services that have a mirror, sorted."""

    def versions(self, service: str) -> tuple[str, ...]:
        """Contract versions that a service has mirrors for, oldest first."""

    def load(self, service: str, version: str | None = None) -> Mirror:
        """One mirror, the newest version when none is named. Raises FormatError; StoreError when there is none."""

    def load_all_readable(self, service: str, version: str | None = None) -> tuple[Mirror, tuple[FormatError, ...]]:
        """One mirror with those scenarios that can be read, and why the others cannot. Raises like `load` for the rest.

        For a server that goes on with what is sound.
        """

    def parts(self, service: str, version: str | None = None) -> Parts:
        """All exchanges of one mirror, as `load` gives them, for who keeps none. Raises like `load`."""

    def save(self, mirror: Mirror) -> None:
        """Write a mirror; files whose content stays the same are not touched. Raises StoreError."""

    def journal(self, service: str, version: str | None = None, *, replace: bool = True) -> Journal:
        """Begin to record; what a killed recorder left is folded in first. Raises StoreError when another records.

        With `replace`, a scenario that is recorded again replaces its older self (the default scenario, which has no
        label, is always merged); without it, new exchanges are added to what is there.
        """


class Upstream(Protocol):
    """A live service."""

    async def send(self, request: Request) -> Exchange:
        """Ask it. A transport failure is an outcome, not an exception."""

    async def close(self) -> None:
        """Let go of pooled connections."""


class StateHook(Protocol):
    """Whoever brings a provider into the state that a recorded conversation begins in."""

    async def prepare(self, scenario: str, seconds: float) -> None:
        """Before the scenario of that name. Raises CouldNotRun; TimeoutError when the seconds were over before."""


class Attacker(Protocol):
    """Whoever makes up requests from a contract and asks a running service."""

    async def attack(self, plan: AttackPlan) -> Attacked:
        """Attack for as long as planned. Raises UsageError when what it needs is not installed."""


class FoundStore(Protocol):
    """Where failures that attacks found are kept."""

    def load(self) -> tuple[Found, ...]:
        """All of one mirror, by name. Raises FormatError, StoreError."""

    def save(self, found: Found) -> str:
        """Keep one; gives back where. Raises StoreError."""


class Progress(Protocol):
    """How far long work has come, for whoever watches."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage, of a known number of steps or not."""

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Some steps of the stage are done."""

    def done(self, outcome: str = "") -> None:
        """The stage is over."""


class ContractStore(Protocol):
    """Where contracts are kept, as plain documents: a file's path inside the version's folder, and its content."""

    def services(self) -> tuple[str, ...]:
        """Names of all services that have a contract, sorted."""

    def versions(self, service: str) -> tuple[str, ...]:
        """Versions of a service's contract, oldest first by semantic versioning."""

    def load(self, service: str, version: str | None = None) -> Mapping[str, object]:
        """All documents of one version, the newest when none is named, by path. Raises FormatError, StoreError."""

    def save(self, service: str, version: str, documents: Mapping[str, object]) -> Iterable[str]:
        """Write documents; gives back the paths that changed. Raises StoreError."""


class ReleaseStore(Protocol):
    """What was published of each service's contract."""

    def load(self, service: str) -> Sequence[Release]:
        """All releases of a service, oldest version first. Raises FormatError, StoreError."""

    def save(self, service: str, releases: Iterable[Release]) -> object:
        """Keep all releases of a service. Raises StoreError."""

    def remembered(self, service: str) -> Sequence[Release]:
        """Each version as it was first known to be published, whatever has become of it since."""


class Launcher(Protocol):
    """Whoever starts services, watches them and stops them."""

    def free_ports(self, wanted: Mapping[str, int]) -> Mapping[str, int]:
        """A free port for each service: the wanted one, any where 0 is wanted. Raises PortError."""

    def launch(self, launches: Sequence[Launch]) -> None:
        """Start services, all at once; events tell how they fare. Raises ServiceError when one cannot be started."""

    def run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a command in the foreground; an event tells its end. Raises UsageError when it does not exist."""

    def next_event(self) -> Event:
        """Wait for what happens next."""

    def last_lines(self, service: str) -> tuple[str, ...]:
        """What a service printed last."""

    def interrupt(self, number: int) -> None:
        """Make an event of a signal that asks for the end; a second one hurries. May be called in a signal handler."""

    def stop(self) -> None:
        """End everything that was started, the command first, and wait for it. Does nothing the second time."""


class MirrorHost(Protocol):
    """Whoever answers for mirrored services."""

    def serve(self, ports: Mapping[str, int]) -> None:
        """Answer for each service at its port. Raises UsageError where there is no mirror, FormatError, PortError."""

    def answered(self) -> Sequence[Answered]:
        """What every mirror was asked so far."""

    def stop(self) -> None:
        """Answer no longer. Does nothing the second time."""


class ProxyHost(Protocol):
    """Whoever stands in front of live services and hands on what passes."""

    def serve(
        self,
        routes: Mapping[Route, Callable[[Exchange, str, float], object]],
        trouble: Callable[[TruemirrorError], None],
        looks: Mapping[Route, Callable[[Request, Response | None], Sieve]] | None = None,
    ) -> Sequence[Standing]:
        """Listen on every route, in their order; all or none. Raises PortError, UsageError.

        Each exchange is given to its route's function, with its session and when it began (monotonic milliseconds),
        before its client sees the end of the answer; what that function raises goes to `trouble`. A body that is too
        large to be held is given to whatever the route's function in `looks` begins for it, while it passes; when that
        finds something, the exchange is not recorded.
        """

    def lost(self) -> Mapping[str, Mapping[str, int]]:
        """By service: requests that were passed on but not recorded, counted by reason."""

    def stop(self) -> None:
        """End what is under way and listen no more. Does nothing the second time."""


class ProjectFiles(Protocol):
    """The files of a project, by path inside it."""

    def read(self, path: str) -> str | None:
        """What a file says; None when it is not there. Raises ConfigError when it cannot be read."""

    def write(self, path: str, text: str) -> None:
        """Make a file or replace what it says, wholly or not at all. Raises StoreError."""
