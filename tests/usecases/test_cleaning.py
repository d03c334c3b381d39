"""Mirrors are cleaned once more when a recording ends."""

from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.testing.stores import MemoryMirrors
from truemirror.usecases.cleaning import CleaningStore
from truemirror.usecases.redact import Redactor

SECRET = "engine-1843-x"
EARLY = Exchange(Request("GET", f"/basic-auth/anna/{SECRET}"), Response(401))
LATE = Exchange(Request("GET", "/me", Headers.of([("X-Api-Key", SECRET)])), Response(200))
OLD = Exchange(Request("GET", f"/old/{SECRET}"), Response(200))


class CountingMirrors(MemoryMirrors):
    """A store that counts how often mirrors are written."""

    saved = 0

    def save(self, mirror: Mirror) -> None:
        """Keep a mirror."""
        self.saved += 1
        super().save(mirror)


def record(store: CountingMirrors, exchanges: list[Exchange], pids: list[int] | None = None) -> None:
    """Record exchanges as one scenario; `pids` are the process's numbers when it begins and when it ends."""
    redactor = Redactor()
    numbers = iter(pids or [1, 1])
    with CleaningStore(store, redactor, lambda: next(numbers)).journal("svc") as journal:
        for exchange in exchanges:
            journal.append("one", redactor.redact(exchange, "one"))


def test_what_is_known_too_late_is_replaced_in_the_end() -> None:
    """A value that was written innocently is gone once it turned out to be a secret."""
    store = CountingMirrors()
    record(store, [EARLY, LATE])
    assert SECRET not in repr(store.load("svc"))
    assert len(store.load("svc")) == 2


def test_a_clean_recording_is_not_written_again() -> None:
    """Where nothing was known too late the mirror is left as the journal wrote it."""
    store = CountingMirrors()
    record(store, [LATE, EARLY])
    assert store.saved == 0
    assert SECRET not in repr(store.load("svc"))


def test_other_scenarios_are_left_alone() -> None:
    """Only what this recording wrote is cleaned."""
    store = CountingMirrors(Mirror("svc", scenarios=(Scenario("old", (OLD,)),)))
    record(store, [EARLY, LATE])
    old = store.load("svc").scenario("old")
    assert old is not None
    assert old.exchanges == (OLD,)


def test_a_child_process_leaves_the_mirror_to_its_parent() -> None:
    """A process that only inherited the journal does not touch the mirror."""
    store = CountingMirrors()
    record(store, [EARLY, LATE], [1, 2])
    assert store.saved == 0


def test_a_session_without_recordings_writes_nothing() -> None:
    """Nothing was recorded, so there is nothing to clean."""
    store = CountingMirrors()
    record(store, [])
    assert store.saved == 0


def test_all_else_is_the_stores_own() -> None:
    """Listing, loading and saving go to the store."""
    store = CountingMirrors(Mirror("svc", "1.0.0"))
    cleaning = CleaningStore(store, Redactor(), lambda: 1)
    assert cleaning.services() == ("svc",)
    assert cleaning.versions("svc") == ("1.0.0",)
    assert cleaning.load("svc").version == "1.0.0"
    assert cleaning.load_all_readable("svc")[1] == ()
    cleaning.save(Mirror("other"))
    assert store.services() == ("other", "svc")
