"""What every store of mirrors promises: the same tests for the store of files and for the one in memory."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from truemirror.adapters.mirror_files import FileJournal, MirrorFiles
from truemirror.core.mirror.model import Ignore, Mirror, MirrorRules, Noise, Scenario
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import StoreError
from truemirror.ports import Journal, MirrorStore
from truemirror.testing.stores import MemoryJournal, MemoryMirrors

Days = list[str]


@pytest.fixture(params=["files", "memory"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Callable[[], MirrorStore], Days]:
    """What makes a store on the same mirrors, and the days that pass from recording to recording."""
    days = ["2026-01-31"]
    if request.param == "files":
        return lambda: MirrorFiles(tmp_path / "mirrors", today=lambda: days[-1]), days
    memory = MemoryMirrors(today=lambda: days[-1])
    return lambda: memory, days


@pytest.fixture
def store(stores: tuple[Callable[[], MirrorStore], Days]) -> MirrorStore:
    """A store without mirrors."""
    return stores[0]()


@pytest.fixture
def days(stores: tuple[Callable[[], MirrorStore], Days]) -> Days:
    """The calendar: its last entry is today."""
    return stores[1]


def kill(journal: Journal) -> None:
    """End a journal as the end of its process would."""
    if isinstance(journal, FileJournal):
        os.close(journal._lock.descriptor)
        journal._writer.close()
        journal._is_open = False
    else:
        assert isinstance(journal, MemoryJournal)
        journal.kill()


def got(target: str, body: str = "", elapsed_ms: float = 1.0) -> Exchange:
    """A GET and what it gave."""
    headers = Headers.of([("Content-Type", "application/json"), ("Date", f"at {elapsed_ms}")])
    return Exchange(Request("GET", target), Response(200, "OK", headers, body.encode()), elapsed_ms)


def said(mirror: Mirror, name: str) -> list[str]:
    """A scenario in short: target, body and elapsed time of each exchange."""
    scenario = mirror.scenario(name)
    assert scenario
    return [
        f"{one.request.target} {getattr(one.outcome, 'body', b'').decode()} {one.elapsed_ms:g}"
        for one in scenario.exchanges
    ]


ODD = Exchange(Request("GET", "/torn"), Fault(FaultKind.TRUNCATED, "x", Response(200, body=b"\xff\x00" * 40_000)), 3.5)
WHOLE = Mirror(
    "tags",
    "1.10.0",
    (
        Scenario("ada", (got("/a", '{"a": 1}'), ODD), "2026-01-01"),
        Scenario("default", (got("/b", "x" * 70_000),), "2026-01-02"),
        Scenario("weird / name", (), ""),
    ),
    MirrorRules((Ignore("*", "query:ts", "why not"),), (Noise("*", "body:/at", "date"),), ("POST /q",)),
)


def test_a_new_store_is_empty(store: MirrorStore) -> None:
    """There is nothing before something was saved or recorded."""
    assert store.services() == ()
    assert store.versions("tags") == ()


def test_what_was_saved_is_loaded(store: MirrorStore) -> None:
    """A mirror comes back as it was: scenarios, exchanges, faults, large bodies, rules, days."""
    store.save(WHOLE)
    assert store.load("tags", "1.10.0") == WHOLE
    assert store.load_all_readable("tags") == (WHOLE, ())


def test_parts_hold_every_exchange_as_often_as_they_are_asked(store: MirrorStore) -> None:
    """They are read anew each time, and are what loading gives, large bodies and faults included."""
    store.save(WHOLE)
    parts = store.parts("tags")
    loaded = [exchange for _, _, exchange in store.load("tags").places()]
    for _ in range(2):
        assert [exchange for part in parts for exchange in part] == loaded
    assert len(parts) == sum(1 for _ in parts)


def test_parts_hold_what_a_killed_recorder_left(store: MirrorStore) -> None:
    """As loading does."""
    journal = store.journal("tags")
    journal.append("ada", got("/a"))
    kill(journal)
    assert [exchange for part in store.parts("tags") for exchange in part] == [got("/a")]


def test_parts_hold_what_is_being_recorded_as_far_as_loading_does(store: MirrorStore) -> None:
    """Whether a recorder is at work makes no difference between the two."""
    store.save(WHOLE)
    with store.journal("tags", "1.10.0") as journal:
        journal.append("ada", got("/new"))
        loaded = [exchange for _, _, exchange in store.load("tags").places()]
        assert [exchange for part in store.parts("tags") for exchange in part] == loaded


def test_parts_of_a_missing_mirror_are_an_error(store: MirrorStore) -> None:
    """Told when they are asked for, not when they are read."""
    with pytest.raises(StoreError):
        store.parts("tags")


def test_saving_replaces_what_was_there(store: MirrorStore) -> None:
    """A scenario that is no longer in the mirror is gone."""
    store.save(WHOLE)
    less = Mirror("tags", "1.10.0", WHOLE.scenarios[:1])
    store.save(less)
    assert store.load("tags") == less


def test_services_and_versions_are_listed_in_order(store: MirrorStore) -> None:
    """Services by name, versions by semantic versioning; the newest is loaded when none is named."""
    for service, version in [("tags", "1.10.0"), ("tags", "1.9.0"), ("auth", "0"), ("tags", "1.10.0-rc.1")]:
        store.save(Mirror(service, version, (Scenario("a", (), ""),)))
    assert store.services() == ("auth", "tags")
    assert store.versions("tags") == ("1.9.0", "1.10.0-rc.1", "1.10.0")
    assert store.load("tags").version == "1.10.0"
    assert store.load("tags", "1.9.0").version == "1.9.0"


def test_a_mirror_that_is_missing_names_those_that_are_there(store: MirrorStore) -> None:
    """The error says what would have worked and how to record."""
    store.save(Mirror("tags"))
    with pytest.raises(StoreError) as caught:
        store.load("tgas")
    assert "tags" in caught.value.nearest
    assert "truemirror record tgas --upstream" in caught.value.fix
    with pytest.raises(StoreError) as caught:
        store.load("tags", "2")
    assert "0" in caught.value.nearest


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "", ".git", "a b"])
def test_a_name_that_leads_elsewhere_is_refused(store: MirrorStore, name: str) -> None:
    """Neither service nor version can be a path."""
    for service, version in [(name, "1"), ("tags", name or "/")]:
        with pytest.raises(StoreError):
            store.save(Mirror(service, version))
        with pytest.raises(StoreError):
            store.journal(service, version)
    assert store.services() == ()


def test_what_was_recorded_is_in_the_mirror_after_closing(store: MirrorStore) -> None:
    """Each exchange in its scenario, the unlabelled ones in the default one, with the day of recording."""
    with store.journal("tags") as journal:
        journal.append("ada", got("/a"))
        journal.append("", got("/b"))
        journal.append("ada", ODD)
    mirror = store.load("tags")
    assert mirror.version == "0"
    assert mirror.scenario("ada") == Scenario("ada", (got("/a"), ODD), "2026-01-31")
    assert said(mirror, "default") == ["/b  1"]


def test_folding_gives_the_mirror_as_it_is_by_now(store: MirrorStore) -> None:
    """In the middle of a recording everything so far is in the mirror, and others can load it."""
    with store.journal("tags") as journal:
        assert len(journal.fold()) == 0
        journal.append("ada", got("/a"))
        assert said(journal.fold(), "ada") == ["/a  1"]
        assert journal.fold() == store.load("tags")
        journal.append("ada", got("/b"))
        assert said(journal.fold(), "ada") == ["/a  1", "/b  1"]
    assert said(store.load("tags"), "ada") == ["/a  1", "/b  1"]


def test_a_scenario_recorded_again_replaces_its_older_self(store: MirrorStore, days: Days) -> None:
    """What behaves as before keeps its document; other scenarios stay; the day goes on."""
    with store.journal("tags") as journal:
        journal.append("ada", got("/a", "x", 1))
        journal.append("ada", got("/b", "x", 1))
        journal.append("bob", got("/b", "x", 1))
    days.append("2026-02-01")
    with store.journal("tags") as journal:
        journal.append("ada", got("/c", "x", 2))
        journal.append("ada", got("/b", "x", 2))
    mirror = store.load("tags")
    assert said(mirror, "ada") == ["/c x 2", "/b x 1"]
    assert [one.recorded for one in mirror.scenarios] == ["2026-02-01", "2026-01-31"]


def test_the_default_scenario_is_always_merged(store: MirrorStore) -> None:
    """Unlabelled recordings add up."""
    for target in ("/a", "/b"):
        with store.journal("tags") as journal:
            journal.append("", got(target))
    assert said(store.load("tags"), "default") == ["/a  1", "/b  1"]


def test_without_replace_exchanges_are_added(store: MirrorStore) -> None:
    """record-missing takes nothing away."""
    for target in ("/a", "/b"):
        with store.journal("tags", replace=False) as journal:
            journal.append("ada", got(target))
    assert said(store.load("tags"), "ada") == ["/a  1", "/b  1"]


def test_a_recording_goes_into_the_newest_version_or_the_named_one(store: MirrorStore) -> None:
    """Without a version the newest one grows."""
    store.save(Mirror("tags", "1"))
    store.save(Mirror("tags", "2"))
    with store.journal("tags") as journal:
        journal.append("ada", got("/a"))
    with store.journal("tags", "1") as journal:
        journal.append("bob", got("/b"))
    assert [[one.name for one in store.load("tags", version).scenarios] for version in ("1", "2")] == [["bob"], ["ada"]]


def test_rules_survive_a_recording(store: MirrorStore) -> None:
    """What people declared stays, and counts for what is the same."""
    store.save(Mirror("tags", "1", (Scenario("default", (got("/a?ts=1"),), "2026-01-31"),), WHOLE.rules))
    with store.journal("tags") as journal:
        journal.append("", got("/a?ts=2"))
    assert store.load("tags").rules == WHOLE.rules
    assert said(store.load("tags"), "default") == ["/a?ts=1  1"]


def test_exchanges_that_overlapped_are_in_order_of_their_ids(store: MirrorStore) -> None:
    """A client that asks at the same time gives the same recording whichever answer came first."""
    orders = []
    for service, targets in (("one", ["/a", "/b", "/c"]), ("two", ["/c", "/a", "/b"])):
        with store.journal(service) as journal:
            journal.append("ada", got("/first"), 10.0)
            for number, target in enumerate(targets):
                journal.append("ada", got(target, elapsed_ms=50.0 + number), 100.0 + number)
        orders.append([one.split()[0] for one in said(store.load(service), "ada")])
    assert orders[0] == orders[1]
    assert orders[0][0] == "/first"


def test_a_second_recorder_is_told_who_records(store: MirrorStore) -> None:
    """One mirror has one recorder; others may still read, and other mirrors may be recorded."""
    store.save(Mirror("tags"))
    with store.journal("tags"):
        with pytest.raises(StoreError, match="recording into this mirror") as caught:
            store.journal("tags")
        assert caught.value.fix
        assert store.load("tags") == Mirror("tags")
        with store.journal("auth") as other:
            other.append("", got("/"))
        with pytest.raises(StoreError, match="recording into this mirror"):
            store.save(Mirror("tags"))
    with store.journal("tags"):
        pass


def test_what_a_killed_recorder_had_written_is_taken_in_by_the_next(
    stores: tuple[Callable[[], MirrorStore], Days],
) -> None:
    """Neither what was folded before the kill nor what came after is lost or doubled."""
    journal = stores[0]().journal("tags")
    journal.append("ada", got("/a"))
    journal.append("", got("/a"))
    journal.fold()
    journal.append("ada", got("/b"))
    journal.append("", got("/b"))
    kill(journal)
    with stores[0]().journal("tags") as journal:
        assert said(journal.fold(), "ada") == ["/a  1", "/b  1"]
        journal.append("", got("/c"))
    assert said(stores[0]().load("tags"), "default") == ["/a  1", "/b  1", "/c  1"]


def test_what_a_killed_recorder_had_written_is_seen_by_readers(
    stores: tuple[Callable[[], MirrorStore], Days],
) -> None:
    """Loading is a start, too; the mirror may never have been on the disk before."""
    journal = stores[0]().journal("tags")
    journal.append("ada", got("/a"))
    kill(journal)
    assert stores[0]().services() == ("tags",)
    assert said(stores[0]().load("tags"), "ada") == ["/a  1"]
    assert stores[0]().load("tags") == stores[0]().load("tags")


def test_a_recording_of_nothing_leaves_nothing(store: MirrorStore) -> None:
    """A journal that was only opened makes no mirror."""
    with store.journal("tags"):
        pass
    assert store.services() == ()


def test_a_journal_that_is_closed_takes_nothing_more(store: MirrorStore) -> None:
    """What cannot be kept is not accepted; closing twice is no mistake."""
    journal = store.journal("tags")
    journal.append("ada", got("/a"))
    journal.close()
    journal.close()
    with pytest.raises(StoreError, match="over"):
        journal.append("ada", got("/b"))
    assert said(journal.fold(), "ada") == ["/a  1"]


def test_an_error_while_recording_keeps_what_was_recorded(store: MirrorStore) -> None:
    """Leaving the journal by an exception closes it like any other way out."""

    def record(**_: Any) -> None:
        with store.journal("tags") as journal:
            journal.append("ada", got("/a"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record()
    assert said(store.load("tags"), "ada") == ["/a  1"]
