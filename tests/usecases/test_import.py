"""An import is a recording: redacted, identified, merged; and it never half-writes."""

from typing import Any

import pytest

from truemirror.core.foreign.carried import Source
from truemirror.core.mirror.model import Ignore, Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import CouldNotRun, FormatError, UsageError
from truemirror.testing.stores import MemoryMirrors
from truemirror.usecases.cleaning import CleaningStore
from truemirror.usecases.export import export_mirror
from truemirror.usecases.import_ import Imported, Wanted, import_recordings
from truemirror.usecases.redact import Redactor

TOKEN = "tok_live_9f8e7d6c5b4a39281706f5e4d3c2b1a0"


def entry(path: str, host: str = "tags.example", status: int = 200, **request: Any) -> dict[str, Any]:
    """An entry of an archive."""
    asked = {"method": "GET", "url": f"https://{host}{path}", "headers": [], **request}
    return {"request": asked, "response": {"status": status, "headers": [], "content": {"size": 2, "text": "{}"}}}


def archive(*entries: dict[str, Any], name: str = "archive") -> Source:
    """An archive."""
    return Source(name, {"log": {"entries": list(entries)}})


def run(store: MemoryMirrors, *sources: Source, **wanted: Any) -> Imported:
    """Import into a store."""
    redactor = Redactor()
    asked = Wanted("har", "tags", **wanted)
    return import_recordings(lambda day: CleaningStore(store, redactor, lambda: 1), redactor, sources, asked)


def test_a_file_becomes_a_scenario_of_its_name() -> None:
    """In the order of its entries."""
    store = MemoryMirrors()
    imported = run(store, archive(entry("/a"), entry("/b"), name="walks/first day"))
    assert imported.scenarios == {"walks-first-day": 2}
    (scenario,) = store.load("tags").scenarios
    assert [one.request.target for one in scenario.exchanges] == ["/a", "/b"]


def test_importing_again_changes_nothing() -> None:
    """Not a line, and no other scenario."""
    store = MemoryMirrors(today=lambda: "2026-03-02")
    other = Scenario("by-hand", (Exchange(Request("GET", "/kept"), Response(200)),), "2026-01-01")
    store.save(Mirror("tags", "0", (other,)))
    source = archive(entry("/a", headers=[{"name": "Authorization", "value": f"Bearer {TOKEN}"}]), entry("/b"))
    run(store, source)
    before = store.load("tags")
    run(store, source)
    assert store.load("tags") == before
    assert before.scenario("by-hand") == other


def test_secrets_are_replaced_before_anything_is_stored() -> None:
    """As in a recording."""
    store = MemoryMirrors()
    imported = run(store, archive(entry("/a", headers=[{"name": "Authorization", "value": f"Bearer {TOKEN}"}])))
    assert imported.redacted == 1
    assert TOKEN not in repr(store.load("tags"))


def test_several_hosts_have_to_be_chosen_from() -> None:
    """A mirror is of one service; the error names them, the most frequent as the fix."""
    source = archive(entry("/a"), entry("/b"), entry("/c", "cdn.example"))
    with pytest.raises(UsageError) as caught:
        run(MemoryMirrors(), source)
    assert caught.value.nearest == "tags.example (2), cdn.example (1)"
    assert "--host tags.example" in caught.value.fix
    for wanted in ({"hosts": ("TAGS.example:443",)}, {"known_hosts": ("tags.example", "tags.internal")}):
        imported = run(MemoryMirrors(), source, **wanted)
        assert (imported.exchanges, imported.elsewhere) == (2, {"cdn.example": 1})
    with pytest.raises(UsageError, match="nothing was asked of other"):
        run(MemoryMirrors(), source, hosts=("other",))


def test_a_dry_run_writes_nothing() -> None:
    """It tells the same."""
    store = MemoryMirrors()
    imported = run(store, archive(entry("/a")), dry=True)
    assert (imported.exchanges, imported.written, store.services()) == (1, False, ())


def test_nothing_is_written_when_a_file_is_broken() -> None:
    """Not even what came before it."""
    store = MemoryMirrors()
    with pytest.raises(FormatError) as caught:
        run(store, archive(entry("/a")), Source("broken", {"log": {"entries": [5]}}))
    assert caught.value.where == "broken: log.entries[0]"
    assert store.services() == ()


def test_an_import_of_nothing_says_why() -> None:
    """With the first thing that was left out."""
    with pytest.raises(CouldNotRun, match="the client gave up"):
        run(MemoryMirrors(), archive(entry("/a", status=0) | {"_error": "net::ERR_ABORTED"}))
    with pytest.raises(CouldNotRun, match="nothing to import"):
        run(MemoryMirrors(), archive())


def test_two_files_of_one_name_are_not_mixed_up() -> None:
    """Unless one scenario is wanted for all."""
    with pytest.raises(UsageError, match="two files"):
        run(MemoryMirrors(), archive(entry("/a")), archive(entry("/b")))
    assert run(MemoryMirrors(), archive(entry("/a")), archive(entry("/b")), scenario="all").scenarios == {"all": 2}


def test_ignore_rules_are_added_once_and_only_when_wanted() -> None:
    """What the mirror has is not offered again."""
    store = MemoryMirrors()
    source = archive(entry("/a", method="POST", bodySize=5))
    assert [one.part for one in run(store, source).ignores] == ["body"]
    assert store.load("tags").rules.ignores == ()
    assert [one.part for one in run(store, source, ignores=True).ignores] == ["body"]
    assert [(one.operation, one.part) for one in store.load("tags").rules.ignores] == [("POST /a", "body")]
    assert run(store, source, ignores=True).ignores == ()
    assert all(isinstance(one, Ignore) for one in store.load("tags").rules.ignores)


def test_an_export_is_of_one_scenario_where_one_is_named() -> None:
    """The nearest is told for one that is not there."""
    store = MemoryMirrors()
    run(store, archive(entry("/a"), name="one"), archive(entry("/b"), name="two"))
    assert export_mirror(store, "vcr", "tags", scenario="two").exchanges == 1
    assert export_mirror(store, "har", "tags", truemirror="1").exchanges == 2
    with pytest.raises(UsageError) as caught:
        export_mirror(store, "har", "tags", scenario="tow")
    assert "two" in caught.value.nearest
