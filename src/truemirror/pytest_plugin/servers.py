"""Mirrors as servers for tests: one server for each mirror and process, one conversation for each test.

Rules: `tags@1.0.0` is one version of tags, and may be asked beside another. A server is started when the first test
asks for it and stopped with the session. Requests that carry no session key ask in the name of the test that runs.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from truemirror.core.mirror.operation import operation_of
from truemirror.core.mirror.plan_text import parse_plan
from truemirror.core.mirror.report import miss_lines
from truemirror.core.mirror.used import spot
from truemirror.pytest_plugin.handles import Served
from truemirror.pytest_plugin.settings import Settings

if TYPE_CHECKING:
    from truemirror.adapters.http.server import MirrorServer
    from truemirror.usecases.replay import Replayer


class Servers:
    """The servers of one process."""

    def __init__(self, settings: Settings) -> None:
        """None runs yet."""
        self._settings = settings
        self._running: dict[str, MirrorServer] = {}

    def serve(self, service: str, session: str, plan: object = ()) -> Served:
        """A service's mirror as a server, in a test's name and under its plan.

        Raises UsageError, FormatError, PortError.
        """
        server = self._running.get(service) or self._start(service)
        replayer = server.mounts[service].replayer
        replayer.default_session = session
        for one in ("", session):
            replayer.reset(one)
            if plan:
                replayer.plan(parse_plan(plan, f"the plan for {service}"), one)
        return Served(service, server.url(service), session)

    def _start(self, service: str) -> "MirrorServer":
        """Start one."""
        from truemirror.bootstrap import mirror_server
        from truemirror.usecases.serve_plan import Serving

        asked = self._settings
        how = Serving(strict=asked.strict, latency=asked.latency, seed=asked.seed)
        server = mirror_server(asked.config, [service], how).start()
        self._running[service] = server
        return server

    @contextmanager
    def watched(self, nodeid: str) -> "Iterator[Watch]":
        """What one test asks of servers; told when the block has ended."""
        watch = Watch(self, nodeid)
        yield watch
        watch.look()
        for replayer in self.replayers().values():
            replayer.reset("")
            replayer.reset(nodeid)

    def replayers(self) -> "Mapping[str, Replayer]":
        """The mirrors behind the servers, by the names they were asked for."""
        return {name: self.replayer(name) for name in self._running}

    def replayer(self, service: str) -> "Replayer":
        """The mirror behind one server."""
        return self._running[service].mounts[service].replayer

    def stop(self) -> None:
        """Stop all."""
        for server in self._running.values():
            server.stop()


class Watch:
    """What one test asked of servers."""

    def __init__(self, servers: Servers, nodeid: str) -> None:
        """Nothing yet."""
        self.uses: list[tuple[str, str]] = []
        """Services and operations."""
        self.hits: list[tuple[str, int]] = []
        """Services and how often each answered."""
        self.planned: list[tuple[str, int]] = []
        """Services and how many calls a plan changed."""
        self.missed: list[tuple[str, str]] = []
        """Services and reports of misses."""
        self.answers: list[tuple[str, str, int]] = []
        """Services, scenarios and numbers of the recordings that answered."""
        self._servers = servers
        self._nodeid = nodeid
        self._before: dict[str, tuple[int, int, int, Counter[int]]] = {}

    def serve(self, service: str, plan: object = ()) -> Served:
        """A service's mirror as a server. Raises UsageError, FormatError, PortError."""
        served = self._servers.serve(service, self._nodeid, plan)
        tally = self._servers.replayer(service).tally
        self._before.setdefault(service, (tally.hits, tally.planned, len(tally.missed), Counter(tally.used)))
        return served

    def look(self) -> None:
        """Tell what has happened since."""
        for service, (hits, planned, missed, used) in self._before.items():
            replayer = self._servers.replayer(service)
            self.hits.append((service, replayer.tally.hits - hits))
            self.planned.append((service, replayer.tally.planned - planned))
            places = (Counter(replayer.tally.used) - used).keys()
            self.uses += [(service, operation) for operation in operations_at(replayer, places)]
            self.answers += [(service, *spot(replayer.index, place)) for place in sorted(places)]
            for miss in replayer.tally.missed[missed:]:
                self.uses.append((service, miss.operation))
                self.missed.append((service, "\n".join(miss_lines(miss))))


def operations_at(replayer: "Replayer", places: Iterable[int]) -> list[str]:
    """The operations recorded at places."""
    requests = [replayer.index.exchanges[place].request for place in places]
    return sorted({operation_of(request.does, request.path) for request in requests})
