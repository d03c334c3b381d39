"""Recording, without sockets and disks: the order of the steps, and what is left when one of them fails."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import pytest

from truemirror.core.mirror.redaction_sieve import Sieve
from truemirror.core.route import Route, Standing
from truemirror.core.system import COMMAND, Ended, Interrupted
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import PortError, StoreError, TruemirrorError
from truemirror.testing.launcher import FakeLauncher
from truemirror.testing.stores import MemoryMirrors
from truemirror.usecases.record import Recorder, Recording, follow
from truemirror.usecases.redact import Redactor

TOKEN = "sk_live_9aF3kLm2Qx7ZtR8vB1nC4dE6"  # planted


def exchange(target: str = "/v1/tags", *headers: tuple[str, str], outcome: Response | Fault | None = None) -> Exchange:
    """Some exchange."""
    return Exchange(Request("GET", target, Headers(headers)), outcome or Response(200, "OK"), 1.5)


class FakeHost:
    """Proxies that only seem to listen."""

    def __init__(self, *, refuses: bool = False) -> None:
        """`refuses` when no port is to be had."""
        self.refuses = refuses
        self.stores: Mapping[Route, Callable[[Exchange, str, float], object]] = {}
        self.trouble: Callable[[TruemirrorError], None] = lambda error: None
        self.listens = False

    def serve(
        self,
        routes: Mapping[Route, Callable[[Exchange, str, float], object]],
        trouble: Callable[[TruemirrorError], None],
        looks: Mapping[Route, Callable[[Request, Response | None], Sieve]] | None = None,
    ) -> Sequence[Standing]:
        """Seem to listen."""
        if self.refuses:
            raise PortError("port 80 is in use")
        self.stores, self.trouble, self.listens = dict(routes), trouble, True
        return [Standing(route, f"http://127.0.0.1:{number}") for number, route in enumerate(routes, 1)]

    def lost(self) -> Mapping[str, Mapping[str, int]]:
        """One request of the first service was lost."""
        return {next(iter(self.stores)).service: {"its client left": 1}}

    def stop(self) -> None:
        """Listen no more."""
        self.listens = False


def test_an_exchange_is_redacted_before_it_is_written() -> None:
    """The journal never sees a secret, and what comes back is what was written."""
    store = MemoryMirrors()
    with store.journal("tags") as journal:
        recorder = Recorder(journal, Redactor())
        written = recorder.store(exchange("/v1/tags", ("Authorization", f"Bearer {TOKEN}")), began_ms=1.0)
    (scenario,) = store.load("tags").scenarios
    assert scenario.exchanges == (written,)
    assert TOKEN not in repr(written)
    assert recorder.tally.redacted == 1


def test_the_session_is_the_scenario_and_its_header_is_left_out() -> None:
    """Unlabelled exchanges go to the recorder's own scenario."""
    store = MemoryMirrors()
    with store.journal("tags") as journal:
        recorder = Recorder(journal, Redactor(), "smoke test")
        recorder.store(
            exchange("/a", ("x-truemirror-session", "tests/a.py::b"), ("Accept", "*/*")), "tests/a.py::b", 1.0
        )
        recorder.store(exchange("/b"), began_ms=9.0)
    mirror = store.load("tags")
    assert [scenario.name for scenario in mirror.scenarios] == ["smoke-test", "tests-a.py-b"]
    assert mirror.scenarios[1].exchanges[0].request.headers.pairs == (("Accept", "*/*"),)
    assert recorder.tally.scenarios == {"smoke-test": 1, "tests-a.py-b": 1}


def test_what_is_not_written_is_not_counted() -> None:
    """A journal that refuses leaves the tally alone."""
    store = MemoryMirrors()
    journal = store.journal("tags")
    recorder = Recorder(journal, Redactor())
    journal.close()
    with pytest.raises(StoreError):
        recorder.store(exchange())
    assert recorder.tally.exchanges == 0


def test_a_live_service_is_asked_then_recorded() -> None:
    """The answer comes back as it was, the recording without its secrets."""

    class Live:
        """Answers everything with a token."""

        async def send(self, request: Request) -> Exchange:
            """One answer."""
            return Exchange(request, Response(200, "OK", Headers((("Set-Cookie", f"session={TOKEN}"),))), 2.0)

        async def close(self) -> None:
            """Nothing is open."""

    class Clock:
        """It is always five."""

        def today(self) -> str:
            """Some day."""
            return "2026-01-31"

        def monotonic_ms(self) -> float:
            """Some time."""
            return 5.0

    store = MemoryMirrors()
    with store.journal("tags") as journal:
        live = asyncio.run(Recorder(journal, Redactor()).record(Live(), exchange().request, Clock(), "t1"))
    assert TOKEN in repr(live)
    assert TOKEN not in repr(store.load("tags"))
    assert store.load("tags").scenarios[0].name == "t1"


def test_several_services_are_recorded_side_by_side() -> None:
    """Each into its own mirror; a secret is the same in all of them."""
    store, host = MemoryMirrors(), FakeHost()
    routes = [Route("auth", "http://a"), Route("tags", "http://b")]
    with Recording(routes, store, host, Redactor(), versions={"tags": "1.2"}) as running:
        assert running.versions == {"auth": "0", "tags": "1.2"}
        assert [one.url for one in running.standing] == ["http://127.0.0.1:1", "http://127.0.0.1:2"]
        issued = Response(
            200, "OK", Headers((("Content-Type", "application/json"),)), b'{"token":"%b"}' % TOKEN.encode()
        )
        host.stores[routes[0]](exchange("/login", outcome=issued), "", 1.0)
        host.stores[routes[1]](exchange("/v1/tags", ("Authorization", f"Bearer {TOKEN}")), "", 2.0)
        host.stores[routes[1]](exchange(outcome=Fault(FaultKind.RESET)), "t1", 3.0)
        assert running.exchanges == 3
        auth, tags = running.finish()
    assert (auth.exchanges, auth.lost) == (1, {"its client left": 1})
    assert (tags.version, tags.exchanges, tags.scenarios) == ("1.2", 2, {"default": 1, "t1": 1})
    assert (tags.faults, tags.redacted) == ({"reset": 1}, 1)
    handed_out = store.load("auth").scenarios[0].exchanges[0].outcome
    brought = store.load("tags").scenarios[0].exchanges[0].request.headers.get("authorization") or ""
    assert isinstance(handed_out, Response)
    assert brought.removeprefix("Bearer ").encode() in handed_out.body
    assert not host.listens


def test_trouble_is_told_and_kept() -> None:
    """Whoever watches hears it at once."""
    heard: list[TruemirrorError] = []
    host = FakeHost()
    with Recording([Route("tags", "http://a")], MemoryMirrors(), host, Redactor(), on_trouble=heard.append) as running:
        host.trouble(StoreError("the disk is full"))
    assert heard == running.trouble == [StoreError("the disk is full")]


def test_nothing_stays_open_when_a_proxy_cannot_listen() -> None:
    """The journals are closed again."""
    store = MemoryMirrors()
    with pytest.raises(PortError), Recording([Route("tags", "http://a")], store, FakeHost(refuses=True), Redactor()):
        raise AssertionError("it has not started")
    assert store.recorders == {}


def test_nothing_stays_open_when_a_mirror_is_being_recorded() -> None:
    """The second service's mirror is taken: the first one's is let go."""
    store, host = MemoryMirrors(), FakeHost()
    taken = store.journal("tags")
    routes = [Route("auth", "http://a"), Route("tags", "http://b")]
    with pytest.raises(StoreError), Recording(routes, store, host, Redactor()):
        raise AssertionError("it has not started")
    assert list(store.recorders) == [("tags", "0")]
    assert not host.listens
    taken.close()


def test_a_recording_lasts_as_long_as_its_command() -> None:
    """The command is told the addresses."""
    launcher = FakeLauncher(command=(Ended(COMMAND, 3),))
    assert follow(launcher, ("drive",), {"TAGS_URL": "http://a"}) == Ended(COMMAND, 3)
    assert launcher.ran == [(("drive",), {"TAGS_URL": "http://a"})]


def test_a_recording_without_a_command_lasts_until_it_is_interrupted() -> None:
    """Nothing is run."""
    launcher = FakeLauncher()
    launcher.interrupt(2)
    assert isinstance(follow(launcher, (), {}), Interrupted)
    assert launcher.ran == []
