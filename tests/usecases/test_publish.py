"""A version is published under a number that its change deserves, and never changes again."""

from dataclasses import replace
from typing import Any

import pytest

from truemirror.core.contract.compat.judge import Verdict
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.contract.release import EDITORIAL, Size
from truemirror.core.contract.rule_ids import rule_ids
from truemirror.errors import CouldNotRun, ExitCode, UsageError
from truemirror.testing.contracts import MemoryContracts
from truemirror.testing.releases import MemoryReleases
from truemirror.usecases.publish import Compared, State, deprecate, publish, release_findings

TODAY = "2026-06-01"
SAME = Compared(Verdict.COMPATIBLE, Verdict.COMPATIBLE)
MORE = Compared(Verdict.COMPATIBLE, Verdict.BREAKING)
BREAKS = Compared(Verdict.BREAKING, Verdict.COMPATIBLE)
NOBODY_KNOWS = Compared(Verdict.UNKNOWN, Verdict.COMPATIBLE)


def _documents(title: str = "Tags") -> dict[str, Any]:
    return {"openapi.yaml": {"openapi": "3.1.0", "info": {"title": title, "version": "1"}, "paths": {}}}


class House:
    """Contracts and releases of one service, and what a comparison would say."""

    def __init__(self, *versions: str) -> None:
        self.contracts, self.releases, self.says = MemoryContracts(), MemoryReleases(), SAME
        for version in versions:
            self.contracts.save("tags", version, _documents(version))

    def publish(self, version: str = "", *, only_asked: bool = False) -> Any:
        return publish(
            self.contracts,
            self.releases,
            lambda old, new: self.says,
            "tags",
            version,
            today=TODAY,
            only_asked=only_asked,
        )

    def findings(self, *in_use: str, today: str = TODAY) -> list[str]:
        return [one.rule for one in self.told(*in_use, today=today)]

    def told(self, *in_use: str, today: str = TODAY) -> list[Finding]:
        return list(release_findings(self.contracts, self.releases, lambda old, new: self.says, "tags", in_use, today))


def test_the_first_version_is_published_whatever_its_number() -> None:
    """There is nothing to compare it with."""
    house = House("1.0.0")
    done = house.publish()
    assert (done.state, done.before, done.exit_code) == (State.PUBLISHED, "", ExitCode.KEPT)
    assert [one.version for one in house.releases.load("tags")] == ["1.0.0"]
    assert house.publish().state is State.KNOWN


@pytest.mark.parametrize(
    ("says", "version", "state", "proposed"),
    [
        (SAME, "1.0.1", State.PUBLISHED, ""),
        (MORE, "1.0.1", State.UNDESERVED, "1.1.0"),
        (MORE, "1.1.0", State.PUBLISHED, ""),
        (BREAKS, "1.1.0", State.UNDESERVED, "2.0.0"),
        (BREAKS, "2.0.0", State.PUBLISHED, ""),
        (NOBODY_KNOWS, "1.1.0", State.UNDESERVED, "2.0.0"),
    ],
)
def test_a_number_is_deserved_or_refused(says: Compared, version: str, state: State, proposed: str) -> None:
    """What nobody can decide counts as breaking."""
    house = House("1.0.0", version)
    house.publish("1.0.0")
    house.says = says
    done = house.publish(version)
    assert (done.state, done.proposed) == (state, proposed)
    assert (version in [one.version for one in house.releases.load("tags")]) is (state is State.PUBLISHED)


def test_a_published_version_never_changes() -> None:
    """Publishing it again is refused, and a check finds it."""
    house = House("1.0.0")
    house.publish()
    house.contracts.save("tags", "1.0.0", _documents("another"))
    done = house.publish("1.0.0")
    assert (done.state, done.proposed, done.exit_code) == (State.CHANGED, "1.1.0", ExitCode.BROKEN)
    assert house.findings() == ["version-changed"]


def test_what_was_remembered_holds_against_a_file_that_was_edited() -> None:
    """A new digest in the file makes no new promise, and an entry taken out takes none back."""
    house = House("1.0.0")
    house.publish()
    house.contracts.save("tags", "1.0.0", _documents("another"))
    house.releases.kept["tags"] = ()
    assert house.findings() == ["version-changed"]
    assert house.publish("1.0.0").state is State.CHANGED


def test_a_published_version_that_is_gone_is_found() -> None:
    """Somebody may rest on it."""
    house = House("1.0.0")
    house.publish()
    house.contracts.kept.clear()
    assert house.findings() == ["version-withdrawn"]


def test_two_lines_live_side_by_side() -> None:
    """A fix of the old line is compared with the old line."""
    house = House("1.0.0", "2.0.0", "1.0.1")
    house.publish("1.0.0")
    house.says = BREAKS
    house.publish("2.0.0")
    house.says = SAME
    done = house.publish("1.0.1")
    assert (done.state, done.before, done.deserved) == (State.PUBLISHED, "1.0.0", Size.PATCH)


def test_the_proposed_number_is_free() -> None:
    """1.1.0 is taken by somebody else's change."""
    house = House("1.0.0", "1.1.0", "1.0.1")
    house.publish("1.0.0")
    house.says = MORE
    house.publish("1.1.0")
    assert house.publish("1.0.1").proposed == "1.2.0"


def test_asking_writes_nothing() -> None:
    """It could be published, and is not."""
    house = House("1.0.0")
    assert house.publish(only_asked=True).state is State.READY
    assert house.releases.load("tags") == ()


def test_a_deprecated_version_in_use_is_told_and_weighs_more_after_its_day() -> None:
    """Whoever does not use it hears nothing."""
    house = House("1.0.0")
    house.publish()
    deprecate(house.releases, "tags", "1.0.0", until="2026-12-31", reason="use 2.0.0")
    assert house.findings("1.0.0", today="2026-12-31") == ["version-deprecated"]
    assert house.findings("1.0.0", today="2027-01-01") == ["version-ended"]
    assert house.findings("2.0.0", today="2027-01-01") == []


def test_what_is_not_published_cannot_be_deprecated_or_found() -> None:
    """The versions that are published are named."""
    house = House("1.0.0")
    with pytest.raises(UsageError, match=r"tags 1\.0\.0 is not published"):
        deprecate(house.releases, "tags", "1.0.0", until="2026-12-31", reason="")
    with pytest.raises(UsageError, match="there is no contract of 'deals'"):
        publish(house.contracts, house.releases, lambda old, new: SAME, "deals", today=TODAY)


@pytest.mark.parametrize(
    ("says", "version", "expected"),
    [
        (BREAKS, "1.1.0", "2.0.0"),
        (BREAKS, "2.0.0", ""),
        (MORE, "1.0.1", "1.1.0"),
        (MORE, "1.1.0", ""),
        (NOBODY_KNOWS, "1.1.0", "2.0.0"),
        (SAME, "1.0.1", ""),
        (replace(BREAKS, approved=True), "1.1.0", ""),
        (replace(BREAKS, approved=True), "1.0.1", "1.1.0"),
    ],
)
def test_a_version_to_come_under_too_small_a_number_is_found(says: Compared, version: str, expected: str) -> None:
    """Before anybody publishes it, with the number that would do; what the team approves of needs no major step."""
    house = House("1.0.0", version)
    house.publish("1.0.0")
    house.says = says
    found = [(one.rule, one.expected, one.actual) for one in house.told()]
    assert found == ([("version-undeserved", expected, version)] if expected else [])


def test_a_version_to_come_that_promises_the_same_is_not_even_compared() -> None:
    """Its digest says so."""
    house = House("1.0.0")
    house.contracts.save("tags", "1.0.1", _documents("1.0.0"))
    house.publish("1.0.0")
    house.says = BREAKS
    assert house.findings() == []


def test_a_version_whose_forerunner_is_gone_cannot_be_compared() -> None:
    """It is told which one is missing, and where it comes back from; nothing is written."""
    house = House("1.0.0")
    house.publish()
    gone, house.contracts = house.contracts, MemoryContracts()
    assert gone.versions("tags") == ("1.0.0",)
    house.contracts.save("tags", "1.1.0", _documents("1.1.0"))
    with pytest.raises(CouldNotRun, match=r"1\.0\.0 is published, and its contract is gone") as caught:
        house.publish()
    assert "git checkout" in caught.value.fix
    assert [one.version for one in house.releases.load("tags")] == ["1.0.0"]


def test_an_undeserved_number_tells_that_its_waiver_has_ended() -> None:
    """Nobody need guess why yesterday's approval holds no more."""
    house = House("1.0.0")
    house.publish()
    house.contracts.save("tags", "1.1.0", _documents("1.1.0"))
    ended = Finding("waiver-ended", Level.WARN, "tags", "", "", "the waiver of abc ended on 2026-05-31")
    house.says = replace(BREAKS, findings=(ended,))
    (found,) = house.told()
    assert "the waiver of abc ended on 2026-05-31" in found.message
    assert found.message.endswith("truemirror diff contracts/tags/1.0.0 contracts/tags/1.1.0 shows all")


@pytest.mark.parametrize(
    ("rule", "deserved"),
    [
        ("description-changed", Size.PATCH),
        ("schema-rewritten", Size.PATCH),
        ("attribute-added", Size.MINOR),
        ("operation-deprecated", Size.MINOR),
    ],
)
def test_what_says_the_same_in_other_words_is_a_patch(rule: str, deserved: Size) -> None:
    """Something more, or something that is to go, is a minor step even where nobody could tell from an answer."""
    told = Finding(rule, Level.INFO, "tags", "GET /tags", "200", "it differs")
    assert replace(SAME, findings=(told,)).deserved is deserved


def test_the_editorial_rules_exist() -> None:
    """An id that no rule has would let nothing through, and nobody would notice."""
    assert set(rule_ids()) >= EDITORIAL
