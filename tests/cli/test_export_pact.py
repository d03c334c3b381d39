"""`truemirror export pact`: a consumer's side of a mirror, for Pact."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.core.foreign.test_pact import interaction, pact

from truemirror.cli.main import run
from truemirror.errors import ExitCode

JSON = {"headers": {"Content-Type": "application/json"}}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two interactions of a pact, carried over into a mirror; the folder is the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("truemirror.toml").write_text("")
    shown = interaction(response={**JSON, "body": {"name": "Tom", "age": 3}}, providerState="Tom is there")
    born = interaction(
        {"method": "POST", "path": "/v1/pets", **JSON, "body": {"name": "Kit"}},
        {"status": 201, **JSON, "body": {"id": "k"}},
        providerState="Tom is there",
    )
    Path("in.json").write_text(json.dumps(pact(shown, {**born, "description": "a pet is born"})))


def carry_over(capsys: pytest.CaptureFixture[str], *, usage: bool = False) -> None:
    """Import the pact as a mirror, and keep what is known of the consumer's needs only when asked."""
    assert run(["import", "pact", "in.json", "--service", "pets", "--mirror"]) == ExitCode.KEPT
    if not usage:
        Path("contracts/pets/usage/web.json").unlink()
    capsys.readouterr()


def told(file: str) -> Any:
    """What a file says."""
    return json.loads(Path(file).read_text())


@pytest.mark.parametrize("specification", ["3", "4"])
def test_what_is_exported_imports_as_the_same_mirror_and_the_same_needs(
    specification: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And exporting that again gives the same file."""
    carry_over(capsys)
    arguments = ["export", "pact", "pets", "--consumer", "web", "--spec", specification]
    assert run([*arguments, "-o", "first.json"]) == ExitCode.KEPT
    printed = capsys.readouterr()
    assert "2 interactions as recorded in" in printed.out
    assert "what web needs is not known, so everything is told" in printed.out
    Path("mirrors").rename("before")
    assert run(["import", "pact", "first.json", "--service", "pets", "--mirror"]) == ExitCode.KEPT
    before, after = (sorted(one.relative_to(top) for one in Path(top).rglob("*.json")) for top in ("before", "mirrors"))
    assert before == after
    assert run([*arguments, "-o", "second.json"]) == ExitCode.KEPT
    first, second = (
        [one["response"].get("body") for one in told(file)["interactions"]] for file in ("first.json", "second.json")
    )
    assert first == second
    states = [one["providerStates"] for one in told("first.json")["interactions"]]
    assert states == [[{"name": "Tom-is-there"}]] * 2 or states == [[{"name": "Tom is there"}]] * 2


def test_only_what_is_needed_is_told_where_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """`usage` says so."""
    carry_over(capsys, usage=True)
    usage = told("contracts/pets/usage/web.json")
    kept = [one for one in usage["needs"] if one["path"] in ("$", "$.name") and one["status"] == "200"]
    Path("contracts/pets/usage/web.json").write_text(json.dumps({**usage, "needs": kept}))
    assert run(["export", "pact", "pets", "--consumer", "web", "--spec", "3", "--json", "-o", "out.json"]) == 0
    assert json.loads(capsys.readouterr().out)["needs_known"] is True
    (one,) = told("out.json")["interactions"]
    assert one["response"]["body"] == {"name": "Tom"}


def test_without_a_mirror_answers_are_made_up(capsys: pytest.CaptureFixture[str]) -> None:
    """From what was imported; importing them again changes nothing."""
    assert run(["import", "pact", "in.json", "--service", "pets"]) == ExitCode.KEPT
    before = Path("contracts/pets/usage/web.json").read_bytes()
    assert run(["export", "pact", "pets", "--consumer", "web", "-o", "out.json"]) == ExitCode.KEPT
    assert run(["import", "pact", "out.json", "--service", "pets"]) == ExitCode.KEPT
    assert json.loads(before)["needs"] == told("contracts/pets/usage/web.json")["needs"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], ExitCode.USAGE, "whose pact is it?"),
        (["--consumer", "../x"], ExitCode.COULD_NOT_RUN, "cannot be the name of a file"),
        (["--consumer", "web", "--spec", "5"], ExitCode.USAGE, "5"),
        (["--consumer", "web"], ExitCode.COULD_NOT_RUN, "there is neither a mirror of pets nor anything"),
    ],
)
def test_a_wish_that_makes_no_sense_is_told(
    arguments: list[str], code: ExitCode, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its remedy."""
    assert run(["export", "pact", "pets", *arguments]) == code
    assert said in capsys.readouterr().err


def test_the_consumer_is_this_repository_where_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """The configured service; standard output has the pact alone."""
    carry_over(capsys)
    Path("truemirror.toml").write_text('service = "shop"\n')
    assert run(["export", "pact", "pets"]) == ExitCode.KEPT
    assert json.loads(capsys.readouterr().out)["consumer"] == {"name": "shop"}
