"""Mirrors whose files change while they are served."""

from collections.abc import Hashable
from pathlib import Path

import pytest

from truemirror.config import Config
from truemirror.core.mirror.decision import Refuse, Replay
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import FormatError
from truemirror.testing.stores import MemoryMirrors
from truemirror.usecases.replay import Replayer
from truemirror.usecases.serve import Forwarding
from truemirror.usecases.serve_watch import Changed, Unchanged, Watch, Watched

OLD, NEW, STORED = (Request("GET", path) for path in ("/old", "/new", "/stored"))


def mirror(*requests: Request) -> Mirror:
    """A mirror of these requests."""
    return Mirror("tags", "1.0.0", (Scenario("ada", tuple(Exchange(one, Response(200)) for one in requests)),))


class Files:
    """Mirror files that look as a test says."""

    def __init__(self) -> None:
        """One mirror, as it was when it was loaded."""
        self.store = MemoryMirrors()
        self.store.save(mirror(OLD))
        self.looks: list[Hashable] = ["as loaded"]

    def look(self, service: str) -> Hashable:
        """The next look; the last one stays."""
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    def watch(self, replayer: Replayer, forwarding: Forwarding | None = None) -> Watch:
        """A watch over them."""
        config = Config(Path("/nowhere"))
        watched = {"tags": Watched(replayer, forwarding)}
        return Watch(config, self.store, self.look, lambda: "2026-03-02", watched, {"tags": "as loaded"})


@pytest.fixture
def files() -> Files:
    """Files of one mirror."""
    return Files()


def test_what_changed_is_served_and_sessions_keep_standing(files: Files) -> None:
    """Once it kept still from one look to the next."""
    replayer = Replayer(mirror(OLD))
    watch = files.watch(replayer)
    assert isinstance(replayer.answer(OLD, "ada"), Replay)
    files.store.save(mirror(OLD, NEW))
    files.looks = ["changed"]
    assert list(watch.changes()) == []
    (change,) = watch.changes()
    assert isinstance(change, Changed)
    assert isinstance(replayer.answer(NEW, "ada"), Refuse)
    watch.take(change)
    assert isinstance(replayer.answer(NEW, "ada"), Replay)
    assert replayer.place_of("ada") == 1
    assert list(watch.changes()) == []


def test_what_moves_is_not_read(files: Files) -> None:
    """Neither while somebody writes nor when somebody wrote while it was read."""
    watch = files.watch(Replayer(mirror(OLD)))
    files.store.save(mirror(OLD, NEW))
    files.looks = ["a", "b", "c", "c", "d", "d", "d"]
    assert [list(watch.changes()) for _ in range(3)] == [[], [], []]
    assert [len(list(watch.changes())) for _ in range(3)] == [0, 0, 1]


def test_what_cannot_be_read_is_told_once_and_the_old_state_stays(files: Files) -> None:
    """Until it is repaired."""
    replayer = Replayer(mirror(OLD))
    watch = files.watch(replayer)

    def broken(service: str, version: str | None = None) -> Mirror:
        """Half an edit."""
        raise FormatError("is no JSON", where="mirrors/tags/1.0.0/mirror.json:3")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(files.store, "load", broken)
        files.looks = ["broken"]
        told = [one for _ in range(4) for one in watch.changes()]
    assert told == [Unchanged("tags", FormatError("is no JSON", where="mirrors/tags/1.0.0/mirror.json:3"))]
    assert isinstance(replayer.answer(OLD), Replay)
    files.store.save(mirror(OLD, NEW))
    files.looks = ["repaired"]
    assert [type(one) for _ in range(4) for one in watch.changes()] == [Changed]


def test_files_that_say_the_same_again_change_nothing(files: Files) -> None:
    """A touch, or an edit that was taken back."""
    watch = files.watch(Replayer(mirror(OLD)))
    files.looks = ["touched"]
    assert [one for _ in range(4) for one in watch.changes()] == []


def test_what_this_server_records_itself_is_left_to_it(files: Files) -> None:
    """Until it has let go of the mirror; then its files are looked at again."""
    replayer = Replayer(mirror(OLD))
    forwarding = Forwarding(replayer, journal=MemoryMirrors().journal("tags"))
    watch = files.watch(replayer, forwarding)
    files.looks = ["folded"]
    files.store.save(mirror(OLD, NEW))
    assert [one for _ in range(4) for one in watch.changes()] == []
    forwarding.journal = None
    assert [type(one) for _ in range(4) for one in watch.changes()] == [Changed]


def test_a_change_that_was_read_before_a_recording_began_waits_for_its_end(files: Files) -> None:
    """What the server stored meanwhile goes on to answer."""
    replayer = Replayer(mirror(OLD))
    forwarding = Forwarding(replayer)
    watch = files.watch(replayer, forwarding)
    files.store.save(mirror(OLD, NEW))
    files.looks = ["pulled"]
    (change,) = [one for _ in range(2) for one in watch.changes()]
    assert isinstance(change, Changed)
    forwarding.journal = MemoryMirrors().journal("tags")
    replayer.add([("ada", Exchange(STORED, Response(201)))])
    assert not watch.take(change)
    assert isinstance(replayer.answer(STORED), Replay)
    forwarding.journal = None
    (again,) = [one for _ in range(2) for one in watch.changes()]
    assert isinstance(again, Changed)
    assert watch.take(again)
    assert isinstance(replayer.answer(NEW), Replay)


def test_a_mirror_that_is_gone_is_served_as_it_was(files: Files) -> None:
    """And told."""
    watch = files.watch(Replayer(mirror(OLD)))
    files.store = MemoryMirrors()
    gone = Watch(
        Config(Path("/nowhere")), files.store, files.look, lambda: "", {"tags": Watched(Replayer(mirror(OLD)))}, {}
    )
    assert [type(one) for _ in range(4) for one in gone.changes()] == [Unchanged]
    assert list(watch.changes()) == []
