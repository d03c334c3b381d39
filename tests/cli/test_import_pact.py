"""`truemirror import pact` and what `truemirror check` says of a pact."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.core.contract.carry.documents import openapi
from tests.core.foreign.test_pact import interaction, pact

from truemirror.cli.main import run
from truemirror.errors import ExitCode

PET = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
TOKEN = "Bearer 9fQx7LmZ2pRt8WvKc4Hs1Jd6"


def shown(**body: Any) -> dict[str, Any]:
    """An interaction whose answer has a body."""
    asked = {"path": "/pets", "headers": {"Authorization": TOKEN}}
    return interaction(asked, {"headers": {"Content-Type": "application/json"}, "body": body}, providerState="Tom")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a contract of pets and two pacts, as the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("api.json").write_text(json.dumps(openapi(schemas={"Pet": PET})))
    Path("good.json").write_text(json.dumps(pact(shown(name="Tom"))))
    Path("bad.json").write_text(json.dumps(pact(shown(name="Tom", nick="T"))))
    run(["import", "openapi", "api.json", "--service", "pets"])
    return tmp_path


def test_a_pact_that_the_contract_keeps_is_kept(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The needs are in the contract's folder, named by its operations; again it changes nothing."""
    capsys.readouterr()
    assert run(["import", "pact", "good.json", "--service", "pets"]) == ExitCode.KEPT
    file = project / "contracts/pets/usage/web.json"
    first = file.read_bytes()
    assert json.loads(first)["needs"][1]["operation"] == "GET /pets"
    run(["import", "pact", "good.json", "--service", "pets"])
    assert file.read_bytes() == first
    told = capsys.readouterr().out
    assert "imported what web needs of pets: 2 needs of 1 interaction  into contracts/pets/usage/web.json" in told
    assert "said so before" in told
    assert run(["check", "pets"]) == ExitCode.KEPT


def test_a_pact_that_the_contract_breaks_names_its_consumer(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With an answer that the contract allows and the consumer cannot read."""
    run(["import", "pact", "bad.json", "--service", "pets"])
    capsys.readouterr()
    assert run(["check", "pets", "--json"]) == ExitCode.BROKEN
    (found,) = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["level"] == "break"]
    assert (found["rule"], found["consumers"]) == ("consumer-need-unmet", ["web"])
    assert found["location"] == "response 200 body $.nick"
    assert "nick" not in json.loads(found["witness"])


def test_a_new_version_is_held_against_needs_before_it_is_in_force(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The configuration pins the old one; the new one lets the name be missing."""
    (project / "pyproject.toml").write_text('[tool.truemirror.services.pets]\ncontract = "2.1.0"\n')
    run(["import", "pact", "good.json", "--service", "pets"])
    Path("new.json").write_text(json.dumps(openapi(schemas={"Pet": {**PET, "required": []}})))
    run(["import", "openapi", "new.json", "--service", "pets", "--as", "2.2.0"])
    capsys.readouterr()
    assert run(["check", "pets"]) == ExitCode.BROKEN
    assert "web needs $.name as string, and 2.2.0 does not promise it" in capsys.readouterr().out


def test_secrets_of_a_pact_are_replaced(project: Path) -> None:
    """Nothing of them is kept, in the mirror neither."""
    assert run(["import", "pact", "good.json", "--service", "pets", "--mirror"]) == ExitCode.KEPT
    assert (project / "mirrors/pets/2.1.0/Tom").is_dir() or list(project.glob("mirrors/pets/*/Tom"))
    kept = [one.read_text() for one in project.rglob("*.json") if one.parent != project]
    assert kept
    assert not any(TOKEN.split()[1] in text for text in kept)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "JSON"),
        ("{}", "is no pact"),
        (json.dumps(pact()), "nothing to import"),
        (json.dumps({**pact(shown(name="x")), "consumer": {"name": "../../evil"}}), "cannot be the name of a file"),
        ("[" * 5000, "deep"),
    ],
)
def test_bad_pacts_are_an_error(content: str, said: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is written."""
    Path("x.json").write_text(content)
    assert run(["import", "pact", "x.json", "--service", "pets"]) not in (ExitCode.KEPT, ExitCode.BROKEN)
    assert said in capsys.readouterr().err
    assert not list(project.rglob("usage"))
    assert not list(project.parent.glob("evil*"))


def test_a_damaged_expectation_is_told_and_ends_nothing_else(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a file that cannot be read."""
    run(["import", "pact", "good.json", "--service", "pets"])
    (project / "contracts/pets/usage/web.json").write_text("{")
    capsys.readouterr()
    assert run(["check", "pets"]) == ExitCode.BROKEN
    assert "usage/web.json\n    cannot be read: is not JSON" in capsys.readouterr().out


def test_what_is_expected_of_an_answers_fields_is_listed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And the provider's states are kept with the requests."""
    fields = {"headers": {"Location": "/pets/tom"}, "matchingRules": {"header": {"Location": {"match": "type"}}}}
    Path("x.json").write_text(json.dumps(pact(interaction(response=fields, providerStates=[{"name": "Tom"}]))))
    capsys.readouterr()
    assert run(["import", "pact", "x.json", "--service", "pets"]) == ExitCode.KEPT
    told = capsys.readouterr().out
    assert "response.headers.Location: that an answer has this field is not kept" in told
    assert "response.matchingRules.header.Location: `type`" in told
    kept = json.loads((project / "contracts/pets/usage/web.json").read_text())
    assert [one["states"] for one in kept["requests"]] == [["Tom"]]
