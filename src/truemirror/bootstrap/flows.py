"""Wires flows: what stands behind the pages, the browser in front of it, and where traces are kept.

Rules: nothing is started before a test asks for it; whatever was started is stopped, whatever went wrong meanwhile.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from truemirror.bootstrap import _Mirrors
from truemirror.core.flow.trace import Target
from truemirror.usecases.flow_mirrors import Asked

if TYPE_CHECKING:
    from truemirror.adapters.tls_front import TlsFronts
    from truemirror.config import Config
    from truemirror.core.contract.conformance import Conformance
    from truemirror.core.environment import Environment
    from truemirror.core.system import Ended
    from truemirror.usecases.flow_mirrors import MirrorWatch, Replayed
    from truemirror.usecases.record import Recorded, Recording
    from truemirror.usecases.replay import Replayer
    from truemirror.usecases.up import System


class Behind(Protocol):
    """What stands behind the pages."""

    target: Target
    base: str
    """What pages are opened relative to, without a slash at the end."""
    rules: str
    """Host-resolver-rules for the browser."""
    ca: str
    """The file with the CA that the browser is to believe; empty for none."""
    allowed: frozenset[str]
    """The hosts that pages may ask, as `name:port`; empty where the rules alone decide."""
    recorded: tuple[Recorded, ...]
    """What was recorded, once it has stopped."""

    def begin(self, session: str) -> None:
        """One try of a test begins, in its own name."""

    def asked(self) -> Asked:
        """What the try asked of mirrors so far."""

    def replayed(self) -> Sequence[Replayed]:
        """The answers that mirrors gave since the try began, in order."""

    def replayer(self, service: str) -> Replayer | None:
        """The mirror of a service; None where it is live, or not there."""

    def url(self, service: str) -> str:
        """Where a service answers this process. Raises UsageError."""

    def lost(self) -> str:
        """Which service ended by itself, and what it said last; empty while all of them run."""

    def stop(self) -> None:
        """End all that was started."""


class SessionMirrors(_Mirrors):
    """Mirrors in a running system, whose default session is one test's."""

    @property
    def replayers(self) -> Mapping[str, Replayer]:
        """By service."""
        mounts = self._server.mounts if self._server else {}
        return {name: mount.replayer for name, mount in mounts.items()}

    def replayed_since(self, moment: float) -> list[Replayed]:
        """The answers from recordings since a Unix time, in order."""
        from truemirror.core.mirror.decision import Replay
        from truemirror.core.wire.canonical import canonical_path
        from truemirror.usecases.flow_mirrors import Replayed

        found: list[Replayed] = []
        for door in self._server.doors if self._server else ():
            for at, known, came in tuple(door.journal):
                decision = known.came(came)
                if at < moment or not isinstance(decision, Replay):
                    continue
                method, _, target = known.request.partition(" ")
                scenario, number = known.names.get(decision.place, ("", 0))
                name = f"{scenario}/{number}" if number else "a plan"
                found.append(Replayed(known.mount.service, method, canonical_path(target.partition("?")[0]), name))
        return found


@dataclass(slots=True)
class SystemBehind:
    """Services started by us, each live or mirrored."""

    target: Target
    base: str
    rules: str
    ca: str
    _config: Config
    _system: System
    _mirrors: SessionMirrors
    _recording: Recording | None = None
    _fronts: TlsFronts | None = None
    allowed: frozenset[str] = frozenset()
    recorded: tuple[Recorded, ...] = ()
    _watch: MirrorWatch | None = None
    _began: float = 0.0
    _lost: str = ""
    _follower: threading.Thread | None = None

    def begin(self, session: str) -> None:
        """One try of a test begins, in its own name."""
        import time

        from truemirror.usecases.flow_mirrors import MirrorWatch

        self._began = time.time()
        self._watch = MirrorWatch(self._mirrors.replayers, session)
        if self._recording is not None:
            self._recording.record_as(session)

    def asked(self) -> Asked:
        """What the try asked of mirrors so far."""
        return self._watch.told() if self._watch else Asked()

    def replayed(self) -> Sequence[Replayed]:
        """The answers that mirrors gave since the try began, in order."""
        return self._mirrors.replayed_since(self._began)

    def replayer(self, service: str) -> Replayer | None:
        """The mirror of a service; None where it is live, or not there."""
        return self._mirrors.replayers.get(service)

    def url(self, service: str) -> str:
        """Where a service answers this process. Raises UsageError."""
        from difflib import get_close_matches

        from truemirror.errors import UsageError

        known = {one.service: one.url for one in self._system.addresses}
        if service not in known:
            near = get_close_matches(service, known, n=1, cutoff=0.4) or list(known)
            raise UsageError(f"there is no service {service!r} behind these pages", nearest=", ".join(near))
        return known[service]

    def lost(self) -> str:
        """Which service ended by itself, and what it said last; empty while all of them run."""
        return self._lost

    def follow(self) -> None:
        """Hear of services that end by themselves, in a thread."""
        self._follower = threading.Thread(target=self._follow, name="truemirror-flows", daemon=True)
        self._follower.start()

    def _follow(self) -> None:
        """The thread: wait until a service ends, or until we are stopped."""
        from truemirror.core.system import Ended, ending

        event = self._system.follow((), _nothing)
        if isinstance(event, Ended):
            said = "\n".join(f"    {line}" for line in self._system.last_lines(event.service))
            words = f"; its last lines:\n{said}" if said else "; it printed nothing"
            self._lost = f"the service {event.service} {ending(event.status)}{words}"

    def stop(self) -> None:
        """End all that was started."""
        if self._follower is not None:
            self._system.interrupt(signal.SIGTERM)
            self._follower.join()
            self._follower = None
        try:
            if self._fronts is not None:
                self._fronts.stop()
        finally:
            self._system.stop()
            self.recorded = self._system.recorded


def _nothing(_: Ended) -> None:
    """There is no command whose services could be lost."""


@dataclass(slots=True)
class EnvironmentBehind:
    """A system that runs by itself: nothing is started, and nothing but its hosts can be reached."""

    environment: Environment
    base: str
    rules: str
    allowed: frozenset[str]
    target: Target = Target.LIVE
    ca: str = ""
    recorded: tuple[Recorded, ...] = field(default=())

    def begin(self, session: str) -> None:
        """Nothing here knows of tests."""

    def asked(self) -> Asked:
        """There are no mirrors."""
        return Asked()

    def replayed(self) -> Sequence[Replayed]:
        """There are no mirrors."""
        return ()

    def replayer(self, service: str) -> Replayer | None:
        """There are no mirrors."""
        return None

    def url(self, service: str) -> str:
        """Where a service answers. Raises UsageError."""
        from truemirror.errors import UsageError

        known = self.environment.hosts
        if service not in known:
            where = f"environment {self.environment.name}"
            raise UsageError(f"it has no service {service!r}", where=where, nearest=", ".join(known))
        return known[service].rstrip("/")

    def lost(self) -> str:
        """Nothing of it is ours."""
        return ""

    def stop(self) -> None:
        """Nothing of it is ours."""


def environment_behind(config: Config, name: str) -> EnvironmentBehind:
    """An environment of the configuration. Raises UsageError with the nearest one."""
    from truemirror.core.environment import host_of
    from truemirror.core.flow.hosts import allowing_rules
    from truemirror.core.flow.safety import environment_named
    from truemirror.errors import UsageError

    found = environment_named(name, config.environments)
    if config.flows.pages not in found.hosts:
        fix = f'add it: [tool.truemirror.environments.{name}.hosts] {config.flows.pages or "web"} = "https://..."'
        raise UsageError(f"the environment {name} does not say where {config.flows.pages or 'pages'} is", fix=fix)
    hosts = [host_of(url) for url in found.hosts.values()]
    base = found.hosts[config.flows.pages].rstrip("/")
    return EnvironmentBehind(found, base, allowing_rules(hosts), frozenset(hosts))


def system_behind(config: Config, target: Target, live: Sequence[str] = (), *, record: bool = False) -> SystemBehind:
    """Start what stands behind the pages, and wait until all of it works. Raises TruemirrorError."""
    import sys
    from functools import partial

    from truemirror.adapters.services import ProcessLauncher
    from truemirror.bootstrap import mirrored_services, recording
    from truemirror.usecases.flows_division import base_of, divide, rules_for
    from truemirror.usecases.up import System

    division = divide(config, target, live, mirrored_services(config))
    told = replace(config, environment={**config.environment, **config.flows.environment})
    mirrors = SessionMirrors(told)
    made: list[Recording] = []

    def recorded(routes: Sequence[object]) -> Recording:
        """Record, and keep hold of the recording."""
        made.append(partial(recording, told)(routes))  # type: ignore[arg-type]
        return made[-1]

    running = System(
        told,
        ProcessLauncher(),
        mirrors,
        services=division.live,
        mirrors=division.mirrored,
        python=sys.executable,
        record=recorded if record else None,
        unrecorded=config.flows.live if record else (),
    )
    running.start()
    try:
        ports = {one.service: int(one.url.rpartition(":")[2]) for one in running.addresses}
        fronts, ca = _fronts(told, ports)
        rules = rules_for(told, fronts.ports if fronts else ports)
        behind = SystemBehind(
            target, base_of(told), rules, ca, told, running, mirrors, made[0] if made else None, fronts
        )
        behind.follow()
    except BaseException:
        running.stop()
        raise
    return behind


def _fronts(config: Config, ports: Mapping[str, int]) -> tuple[TlsFronts | None, str]:
    """HTTPS in front of every service, and the CA that vouches for it; nothing where pages use HTTP."""
    if config.flows.scheme != "https":
        return None, ""
    from truemirror.adapters.tls_front import TlsFronts
    from truemirror.bootstrap.tls import tls

    believed = tls(config, "127.0.0.1", ports)
    return TlsFronts(believed.context, ports).start(), str(believed.ca)


def judges(config: Config) -> Callable[[str], Conformance | None]:
    """The contract of each service, read when it is first asked for."""
    from functools import cache

    from truemirror.bootstrap import conformance

    return cache(lambda service: conformance(config, service))


def browser(**options: Any) -> Any:
    """A browser that runs; see `adapters.browser.options.BrowserOptions`. Raises BrowserError."""
    from truemirror.adapters.browser.chromium import Chromium
    from truemirror.adapters.browser.options import BrowserOptions

    return Chromium(BrowserOptions(**options)).start()


def write_down(told: Sequence[Mapping[str, Any]]) -> str:
    """Add a run to the history, and write the page over all flows; gives back what went wrong."""
    from pathlib import Path

    from truemirror.adapters.flow_history import read_history, write_history
    from truemirror.bootstrap.flow_pages import keep_index
    from truemirror.core.flow.standing import past_of
    from truemirror.errors import TruemirrorError

    try:
        folder = Path(told[0]["folder"])
        new = [past for one in told if (past := past_of(one["past"])) is not None]
        write_history(folder, [*read_history(folder), *new])
        keep_index(folder, {past.test for past in new})
    except TruemirrorError as error:
        return str(error)
    return ""
