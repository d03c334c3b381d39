"""Which mirrors are served, and what keeps one from it."""

from pathlib import Path

import pytest

from truemirror.config import Config, ServiceConfig
from truemirror.core.mirror.decision import Mode
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import FormatError, UsageError
from truemirror.testing.stores import MemoryMirrors
from truemirror.usecases.serve_plan import Loaded, Serving, load_mirrors

TODAY = "2026-11-22"
CALL = Exchange(Request("GET", "/"), Response(200))


def mirror(service: str, version: str = "1.0.0", recorded: str = TODAY) -> Mirror:
    """A mirror of one exchange."""
    return Mirror(service, version, (Scenario("a", (CALL,), recorded),))


def config(max_age_days: int | None = None, **contracts: str) -> Config:
    """A configuration in which these services want these contract versions."""
    services = {name: ServiceConfig(name, contract=version) for name, version in contracts.items()}
    return Config(Path("/project"), max_age_days=max_age_days, services=services)


def load(store: MemoryMirrors, *services: str, known: Config | None = None, how: Serving | None = None) -> Loaded:
    """What is served of a store."""
    return load_mirrors(store, known or config(), services, today=TODAY, how=how or Serving())


def test_all_mirrors_are_served_when_none_is_named() -> None:
    """In the order of their names; those that are named in the order in which they are named, each once."""
    store = MemoryMirrors(mirror("tags"), mirror("deals"))
    assert list(load(store).mirrors) == ["deals", "tags"]
    assert list(load(store, "tags", "deals", "tags").mirrors) == ["tags", "deals"]


def test_the_newest_mirror_of_the_wanted_contract_is_served() -> None:
    """By the beginning of its version; the newest of all where none is wanted, or none is there, which is stale."""
    store = MemoryMirrors(mirror("tags", "1.2.0"), mirror("tags", "1.10.0"), mirror("tags", "2.0.0"))
    assert load(store).mirrors["tags"].version == "2.0.0"
    assert load(store, known=config(tags="1")).mirrors["tags"].version == "1.10.0"
    assert load(store, known=config(tags="1.2")).mirrors["tags"].version == "1.2.0"
    missing = load(store, known=config(tags="3"))
    assert missing.mirrors["tags"].version == "2.0.0"
    assert "3 is wanted" in missing.stale["tags"]


def test_declared_reads_of_the_configuration_count_for_the_mirror() -> None:
    """Beside those that the mirror names itself; parameters need no name."""
    known = Config(Path("/project"), services={"tags": ServiceConfig("tags", reads=("POST /v1/tags/{id}/find",))})
    assert load(MemoryMirrors(mirror("tags")), known=known).mirrors["tags"].rules.reads == ("POST /v1/tags/{}/find",)


def test_old_mirrors_are_stale() -> None:
    """Only those that are older than allowed."""
    store = MemoryMirrors(mirror("tags", recorded="2026-01-01"), mirror("deals"))
    assert list(load(store, known=config(30)).stale) == ["tags"]
    assert load(store, known=config()).stale == {}


class OneCorrupt(MemoryMirrors):
    """A store in which the mirror of deals cannot be read."""

    def load(self, service: str, version: str | None = None) -> Mirror:
        """Refuse deals."""
        if service == "deals":
            raise FormatError("it is no JSON", where="mirrors/deals/1.0.0/mirror.json")
        return super().load(service, version)


def test_a_mirror_that_cannot_be_read_is_told_and_the_others_are_served() -> None:
    """The error is kept with its service."""
    loaded = load(OneCorrupt(mirror("tags"), mirror("deals")))
    assert list(loaded.mirrors) == ["tags"]
    assert loaded.unreadable["deals"].where == "mirrors/deals/1.0.0/mirror.json"


def test_a_service_without_a_mirror_is_served_only_while_it_is_recorded() -> None:
    """A mode that asks the live service can begin with nothing; replaying cannot."""
    upstreams = {"new": "http://127.0.0.1:1"}
    assert len(load(MemoryMirrors(), "new", how=Serving(Mode.RECORD, upstreams=upstreams)).mirrors["new"]) == 0
    with pytest.raises(UsageError, match="there is no mirror of 'tag'") as caught:
        load(MemoryMirrors(mirror("tags")), "tag")
    assert caught.value.nearest == "tags"


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.REPLAY])
def test_modes_that_ask_the_live_service_need_its_address(mode: Mode) -> None:
    """The fix is the option with the first service's name."""
    with pytest.raises(UsageError) as caught:
        load(MemoryMirrors(mirror("tags")), how=Serving(mode))
    assert caught.value.fix == "say where it is: --upstream tags=URL"


def test_an_address_for_nobody_is_wrong_usage() -> None:
    """Most likely a name is misspelt."""
    with pytest.raises(UsageError, match="'tagz', which is not served"):
        load(MemoryMirrors(mirror("tags")), how=Serving(Mode.SPY, upstreams={"tagz": "http://127.0.0.1:1"}))


def test_nothing_to_serve_is_wrong_usage() -> None:
    """The fix is to record something."""
    with pytest.raises(UsageError, match="no mirrors were recorded yet"):
        load(MemoryMirrors())


def test_a_service_may_have_an_age_limit_of_its_own() -> None:
    """Stricter or laxer than that of the whole configuration."""
    store = MemoryMirrors(mirror("deals", recorded="2026-11-02"), mirror("tags", recorded="2026-11-02"))
    services = {"tags": ServiceConfig("tags", max_age_days=7), "deals": ServiceConfig("deals", max_age_days=30)}
    for whole in (None, 10):
        assert list(load(store, known=Config(Path("/project"), max_age_days=whole, services=services)).stale) == [
            "tags"
        ]


TWO = (mirror("tags", "1.0.0"), mirror("tags", "1.1.0"), mirror("tags", "2.0.0"))


def test_two_versions_stand_side_by_side() -> None:
    """By the names they were asked for, in that order; a beginning of a version means the newest of those."""
    loaded = load(MemoryMirrors(*TWO), "tags@1", "tags@1.0.0", "tags")
    assert {name: one.version for name, one in loaded.mirrors.items()} == {
        "tags@1": "1.1.0",
        "tags@1.0.0": "1.0.0",
        "tags": "2.0.0",
    }


def test_a_version_that_was_asked_for_is_not_stale_for_its_number() -> None:
    """Whatever the configuration wants; its age counts all the same."""
    store = MemoryMirrors(*TWO[:2], mirror("tags", "2.0.0", recorded="2026-01-01"))
    loaded = load(store, "tags@1.0.0", "tags@2.0.0", known=config(30, tags="2"))
    assert list(loaded.stale) == ["tags@2.0.0"]
    assert "days ago" in loaded.stale["tags@2.0.0"]


def test_reads_of_the_configuration_hold_for_every_version() -> None:
    """They are of the service."""
    known = Config(Path("/project"), services={"tags": ServiceConfig("tags", reads=("POST /v1/find",))})
    assert load(MemoryMirrors(*TWO), "tags@1.0.0", known=known).mirrors["tags@1.0.0"].rules.reads == ("POST /v1/find",)


def test_a_version_without_a_mirror_names_those_there_are() -> None:
    """Unless it is about to be recorded."""
    with pytest.raises(UsageError) as caught:
        load(MemoryMirrors(*TWO), "tags@1.0.1")
    assert "there is one of 1.0.0, 1.1.0, 2.0.0" in caught.value.what
    assert caught.value.nearest == "tags@1.0.0"
    assert "--mirror-version 1.0.1" in caught.value.fix
    how = Serving(Mode.RECORD, upstreams={"tags@1.0.1": "http://127.0.0.1:1"})
    assert load(MemoryMirrors(*TWO), "tags@1.0.1", how=how).mirrors["tags@1.0.1"] == Mirror("tags", "1.0.1")


@pytest.mark.parametrize("name", ["tags@", "@1.0.0", "@"])
def test_half_a_name_is_refused(name: str) -> None:
    """With the form that it should have."""
    with pytest.raises(UsageError, match="names no mirror"):
        load(MemoryMirrors(*TWO), name)
