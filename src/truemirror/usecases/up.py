"""Start the system: each service live or mirrored, every one told where the others answer.

Rules: addresses are fixed before anything starts, so the order of starting does not matter; mirrors answer first, since
they are quick to refuse; whatever goes wrong, all that was started is stopped.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from truemirror.config import Config
from truemirror.core.route import Route
from truemirror.core.system import COMMAND, Address, Answered, Ended, Interrupted, Late, Ready, State, ending
from truemirror.errors import ServiceError
from truemirror.ports import Launcher, MirrorHost, Progress
from truemirror.usecases.record import Recorded, Recording
from truemirror.usecases.up_plan import Plan, choose, mirror_names, missing_neighbours, plan, wanted_ports


class System:
    """The services of a configuration, running: `with System(...) as running: running.url("tags")`."""

    def __init__(
        self,
        config: Config,
        launcher: Launcher,
        mirror_host: MirrorHost,
        *,
        services: Sequence[str] = (),
        mirrors: Sequence[str] = (),
        port_base: int = 0,
        python: str = "python3",
        record: Callable[[Sequence[Route]], Recording] | None = None,
        unrecorded: Sequence[str] = (),
    ) -> None:
        """Plan it: the services named live (all that can be started, when none is), `mirrors` as mirrors.

        With `port_base`, each service's port follows from its place in the configuration; else any free one is taken.
        With `record`, a recording proxy stands at the address of every live service, but for the `unrecorded`. Raises
        UsageError for names that are not configured, PortError when a port is taken.
        """
        self._config = config
        self._launcher = launcher
        self._mirror_host = mirror_host
        self._mirror_names = mirror_names(mirrors)
        states = choose(config, services, mirrors, record=record is not None)
        states |= {name: State.LIVE for name in unrecorded if states.get(name) is State.RECORDED}
        recorded = [name for name, state in states.items() if state is State.RECORDED]
        hidden = {name: f"{name} behind its proxy" for name in recorded}
        wanted = {**wanted_ports(config, states, port_base), **dict.fromkeys(hidden.values(), 0)}
        ports = launcher.free_ports(wanted)  # all at once, so that no two are the same
        behind = {**ports, **{name: ports[place] for name, place in hidden.items()}}
        self._plan: Plan = plan(config, states, ports, python=python, behind=behind)
        self._recording = record(self._plan.routes) if record else None
        self.recorded: tuple[Recorded, ...] = ()
        """What was recorded, once the system has stopped."""
        self.missing = missing_neighbours(config, states)
        """For each live service, those that it consumes and that will not answer."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where every service answers, in the order of the configuration."""
        return self._plan.addresses

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that tell every address."""
        return self._plan.environment

    def url(self, service: str) -> str:
        """Where one service answers. Raises KeyError when it is not part of this system."""
        return {one.service: one.url for one in self.addresses}[service]

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def start(self, progress: Progress | None = None) -> None:
        """Start everything and wait until all of it works.

        Raises ServiceError with the last lines of the service that did not start, UsageError where a mirror is not
        there, KeyboardInterrupt when interrupted meanwhile; then nothing is left running.
        """
        try:
            if mirrored := self._plan.ports(State.MIRROR):
                self._mirror_host.serve({self._mirror_names[name]: port for name, port in mirrored.items()})
            if self._recording:
                self._recording.start()
            self._launcher.launch(self._plan.launches)
            self._wait_until_ready(progress)
        except BaseException:
            self.stop()
            raise

    def follow(self, command: Sequence[str], on_lost: Callable[[Ended], None]) -> Ended | Interrupted:
        """Run a command until it ends; without one, wait until a service ends by itself. Either way, until interrupted.

        `on_lost` is told of services that end while the command goes on.
        """
        if command:
            self._launcher.run(command, self.environment)
        while True:
            match self._launcher.next_event():
                case Interrupted() as event:
                    return event
                case Ended(service) as event if service == COMMAND or not command:
                    return event
                case Ended() as event:
                    on_lost(event)

    def last_lines(self, service: str) -> tuple[str, ...]:
        """What a live service printed last."""
        return self._launcher.last_lines(service)

    def answered(self) -> Sequence[Answered]:
        """What every mirror was asked so far."""
        return self._mirror_host.answered()

    def interrupt(self, number: int) -> None:
        """Ask for the end, with a signal's number. May be called in a signal handler."""
        self._launcher.interrupt(number)

    def stop(self) -> None:
        """Stop everything, services before the mirrors that they ask; what was recorded is folded into the mirrors."""
        try:
            self._launcher.stop()
        finally:
            try:
                self._mirror_host.stop()
            finally:
                recording, self._recording = self._recording, None
                if recording:
                    self.recorded = recording.finish()

    def _wait_until_ready(self, progress: Progress | None) -> None:
        """Wait for every live service. Raises ServiceError for the first that fails."""
        waiting = [launch.service for launch in self._plan.launches]
        if progress:
            progress.stage(f"starting {len(waiting)} service{'s' * (len(waiting) != 1)}", len(waiting))
            progress.advance(0, note=_waiting_for(waiting))
        while waiting:
            match self._launcher.next_event():
                case Ready(service):
                    waiting.remove(service)
                    if progress:
                        progress.advance(note=_waiting_for(waiting))
                case Ended(service, status):
                    raise self._failure(service, f"{ending(status)} while the system started", self._why_ended(service))
                case Late(service, answer):
                    fix = f"correct `health` of services.{service}, or give it a longer `start_timeout`"
                    raise self._failure(service, f"did not work in time: {answer}", fix)
                case Interrupted():
                    raise KeyboardInterrupt
        if progress:
            progress.done()

    def _failure(self, service: str, what: str, fix: str) -> ServiceError:
        """A service that did not start, with what it said."""
        lines = self._launcher.last_lines(service)
        said = "\n".join(["; its last lines:", *(f"    {line}" for line in lines)]) if lines else "; it printed nothing"
        return ServiceError(f"it {what}{said}", where=f"service {service}", fix=fix)

    def _why_ended(self, service: str) -> str:
        """What to do about a service that ended."""
        launch = next(one for one in self._plan.launches if one.service == service)
        text = "\n".join(self._launcher.last_lines(service)).lower()
        if "already in use" in text or "eaddrinuse" in text:
            return f"something took port {launch.port} meanwhile: run it again, or choose another --port-base"
        return f"correct `start` of services.{service}; it ran {shlex.join(launch.arguments)} in {launch.folder}"


def _waiting_for(services: Sequence[str]) -> str:
    """Who is still to come."""
    return f"waiting for {', '.join(services)}" if services else ""
