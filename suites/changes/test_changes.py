"""Twenty changes of providers, ten that break somebody and ten that do not, judged from end to end.

Each is made to the committed contract in a folder of its own; `truemirror diff OLD NEW` has to say what was known
beforehand, and an independent validator has to confirm what is shown.
"""

import io
import json
import os
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from suites.changes import harmful as _harmful  # noqa: F401  # fills the catalogue
from suites.changes import harmless as _harmless  # noqa: F401
from suites.changes.change import Change, harmful, harmless
from suites.changes.edited import ROOT
from suites.changes.validator import Accepts

from truemirror.cli.main import run

CHANGES = [*harmful.changes, *harmless.changes]
Said = dict[str, Any]


@pytest.fixture(scope="module")
def said_before() -> dict[str, Said]:
    """What was answered already, so that each change is judged once."""
    return {}


@pytest.fixture
def said(change: Change, tmp_path: Path, said_before: dict[str, Said]) -> Said:
    """What `truemirror diff OLD NEW --json` answers about a change, with its exit code."""
    if change.name not in said_before:
        said_before[change.name] = _judged(change, tmp_path / "contracts")
    return said_before[change.name]


def _judged(change: Change, contracts: Path) -> Said:
    """Both versions written, and compared where the configuration says who calls whom."""
    old = change.old().write(contracts / change.service / "1.0.0")
    new = change.new().write(contracts / change.service / "1.1.0")
    printed = io.BytesIO()
    with chdir(ROOT), io.TextIOWrapper(printed, write_through=True) as out, redirect_stdout(out):
        code = run(["diff", str(old), str(new), "--contracts", str(contracts), "--json"])
        return {**json.loads(printed.getvalue()), "exit": code}


def _expected(change: Change) -> tuple[str, frozenset[str]]:
    """What has to be said; turned round where the environment asks for it, to see that the suite notices."""
    verdict, rules = change.verdict, change.rules
    if os.environ.get("SUITES_EXPECT") == f"{change.name}:other-verdict":
        verdict = {"breaking": "compatible", "compatible": "breaking"}[verdict]
    if os.environ.get("SUITES_EXPECT") == f"{change.name}:other-rule":
        rules = frozenset({"type-widened"})
    return verdict, rules


def _named(changes: list[Change]) -> pytest.MarkDecorator:
    """A test for each change."""
    return pytest.mark.parametrize("change", changes, ids=lambda change: change.name)


@_named(CHANGES)
def test_the_verdict_and_the_rules_are_those_that_were_known(change: Change, said: Said) -> None:
    """Of a harmful change what breaks, of a harmless one all that is told; the exit code goes with the verdict."""
    levels = {"break"} if change.verdict == "breaking" else {"break", "warn", "info"}
    verdict, rules = _expected(change)
    assert said["verdict"] == verdict, said
    assert {one["rule"] for one in said["findings"] if one["level"] in levels} == rules
    assert said["exit"] == (1 if verdict == "breaking" else 0)
    assert "reasons" not in said


@_named(CHANGES)
def test_consumers_and_owner_are_named(change: Change, said: Said) -> None:
    """Everybody who calls the service, on every finding."""
    for one in said["findings"]:
        assert (one["service"], tuple(one["consumers"])) == (change.service, change.consumers)
        assert one["owner"].startswith("team-")


@_named(harmful.changes)
def test_an_independent_validator_confirms_every_witness(change: Change, said: Said) -> None:
    """What the one version accepts the other refuses: old requests the new one, new answers the old one."""
    old, new = Accepts(change.old()), Accepts(change.new())
    for one in said["findings"]:
        if one["level"] != "break":
            assert one["witness"] is None
            continue
        for operation in one["operations"][:1]:
            sender, receiver = (old, new) if one["direction"] == "request" else (new, old)
            assert _takes(sender, operation, one), one
            assert not _takes(receiver, operation, one), one


def _takes(contract: Accepts, operation: str, finding: Said) -> bool:
    """Whether a version of the contract accepts a witness where it was found."""
    place, witness = finding["location"].removeprefix(f"{operation} ").split(" ")[0], finding["witness"]
    if place == "request":
        return contract.request(operation, witness)
    if "$" in finding["location"]:
        return contract.answer(operation, int(place), witness)
    return contract.answer(operation, witness["status"], witness.get("body"))


def test_there_are_ten_of_each_and_every_service_is_there() -> None:
    """No change is lost, and none is told twice."""
    assert (len(harmful.changes), len(harmless.changes)) == (10, 10)
    assert len({one.name for one in CHANGES}) == len({one.title for one in CHANGES}) == 20
    assert {one.service for one in CHANGES} == {"auth", "core", "tags", "deals"}
