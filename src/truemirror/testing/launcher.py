"""A launcher without processes: services fare as they are told to; and mirrors that nobody serves.

Rules: fakes keep the promises of `truemirror.ports`; what was asked of them can be read afterwards.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import count

from truemirror.core.system import COMMAND, Answered, Ended, Event, Interrupted, Launch, Ready
from truemirror.errors import PortError, ServiceError, UsageError

_FIRST_PORT = 40_001


class FakeLauncher:
    """Services that only seem to run."""

    def __init__(
        self,
        *,
        fares: Mapping[str, Sequence[Event]] | None = None,
        prints: Mapping[str, Sequence[str]] | None = None,
        command: Sequence[Event] = (Ended(COMMAND, 0),),
        taken: Sequence[int] = (),
        missing: Sequence[str] = (),
    ) -> None:
        """`fares`: what happens to a service once it is launched (it becomes ready, when nothing is said); `prints`:
        its last lines; `command`: what happens once a command runs; `taken`: ports in use; `missing`: services whose
        program is not there."""
        self._fares = dict(fares or {})
        self._prints = dict(prints or {})
        self._command = tuple(command)
        self._taken = set(taken)
        self._missing = set(missing)
        self._events: deque[Event] = deque()
        self._free = count(_FIRST_PORT)
        self.launched: list[Launch] = []
        self.ran: list[tuple[tuple[str, ...], dict[str, str]]] = []
        self.running: set[str] = set()
        """The services, and the command, that seem to run."""

    def free_ports(self, wanted: Mapping[str, int]) -> Mapping[str, int]:
        """The wanted port of each service, or the next one."""
        for service, port in wanted.items():
            if port in self._taken:
                raise PortError(f"port {port} cannot be used: address already in use", where=f"service {service}")
        return {service: port or next(self._free) for service, port in wanted.items()}

    def launch(self, launches: Sequence[Launch]) -> None:
        """Let all of them fare."""
        for launch in launches:
            if launch.service in self._missing:
                raise ServiceError("it cannot be started: no such file", where=f"service {launch.service}")
            self.launched.append(launch)
            self.running.add(launch.service)
            self._events.extend(self._fares.get(launch.service, (Ready(launch.service, 0.0),)))

    def run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Let the command fare."""
        self.running.add(COMMAND)
        self.ran.append((tuple(arguments), dict(environment)))
        self._events.extend(self._command)

    def next_event(self) -> Event:
        """What happens next. Raises LookupError where a real one would wait for ever."""
        if not self._events:
            raise LookupError("nothing will ever happen")
        return self._events.popleft()

    def last_lines(self, service: str) -> tuple[str, ...]:
        """What it was told that the service prints."""
        return tuple(self._prints.get(service, ()))

    def interrupt(self, number: int) -> None:
        """Make the event."""
        self._events.append(Interrupted())

    def stop(self) -> None:
        """End whatever seems to run."""
        self.running.clear()


class FakeMirrorHost:
    """Mirrors that only seem to answer; meets `truemirror.ports.MirrorHost`."""

    def __init__(self, *, missing: Sequence[str] = ()) -> None:
        """`missing`: services that have no mirror."""
        self._missing = set(missing)
        self.serving: dict[str, int] = {}
        """The port of each service that seems to be answered for."""

    def serve(self, ports: Mapping[str, int]) -> None:
        """Seem to answer."""
        for service in ports:
            if service in self._missing:
                raise UsageError("there is no mirror", where=f"service {service}")
        self.serving.update(ports)

    def answered(self) -> Sequence[Answered]:
        """Nobody asked anything."""
        return [Answered(service, hits=0, misses=0) for service in self.serving]

    def stop(self) -> None:
        """Seem to answer no longer."""
        self.serving.clear()
