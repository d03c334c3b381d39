"""Profiles, history and proofs on disk."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.adapters.reports.load_runs_made_up import PROFILE

from truemirror.adapters.load_files import History, find_profile, keep_proof, kept_proof, read_profile, with_secrets
from truemirror.core.load.derive_text import profile_toml
from truemirror.errors import ConfigError, StoreError, UsageError


def test_a_profile_is_found_by_its_name_and_by_its_path(tmp_path: Path) -> None:
    """And is what it was written as."""
    path = tmp_path / "public-flow.toml"
    path.write_text(profile_toml(PROFILE))
    assert find_profile(tmp_path, "public-flow") == path
    assert find_profile(tmp_path / "elsewhere", str(path)) == path
    assert read_profile(path) == PROFILE


@pytest.mark.parametrize(("asked", "nearest"), [("publicflow", "public-flow"), ("xxx", "public-flow"), ("a/b", "")])
def test_one_that_is_not_there_names_the_nearest(tmp_path: Path, asked: str, nearest: str) -> None:
    """Or all that are there."""
    (tmp_path / "public-flow.toml").write_text("")
    with pytest.raises(UsageError) as told:
        find_profile(tmp_path, asked)
    assert nearest in told.value.nearest


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    """An unknown key, a rate that cannot be, and a variable that nobody gives."""
    path = tmp_path / "x.toml"
    path.write_text(
        'name = "x"\n[arrivals]\nrate = -1\nmodell = "poisson"\n[targets.a]\nmean_ms = 46\n'
        '[[flows]]\nname = "f"\n[[flows.calls]]\nservice = "deals"\nrequest = "GET /v1/{id}"\n'
    )
    with pytest.raises(ConfigError) as told:
        read_profile(path)
    said = str(told.value)
    assert f"{path}:3: arrivals.rate" in said
    assert f"{path}:4: arrivals.modell" in said
    assert "nearest: model" in said


@pytest.mark.parametrize("content", [b"\xff\xfe", b"name = ", b"[" * 1000])
def test_what_is_no_profile_is_told(tmp_path: Path, content: bytes) -> None:
    """With its file, and no traceback."""
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="it is not"):
        read_profile(path)


def test_secrets_come_from_the_environment() -> None:
    """One that is not set is named with its place."""
    profile = replace(PROFILE, data={"people": ({"email": "a@x", "password": "env:ADA"},)})
    assert with_secrets(profile, {"ADA": "s3cret"}) == {"people": ({"email": "a@x", "password": "s3cret"},)}
    with pytest.raises(UsageError, match="ADA is not set") as told:
        with_secrets(profile, {})
    assert told.value.where == "data.people.password"


def test_the_history_grows_and_passes_over_what_it_cannot_read(tmp_path: Path) -> None:
    """A line that was cut off costs that line."""
    history = History(tmp_path / "load" / "history.jsonl")
    assert history.lines() == []
    history.add({"profile": "a"})
    with (tmp_path / "load" / "history.jsonl").open("ab") as file:
        file.write(b'{"cut\n[1]\n')
    history.add({"profile": "b"})
    assert [one["profile"] for one in history.lines()] == ["a", "b"]


def test_a_history_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """With its file."""
    (tmp_path / "load").write_text("in the way")
    with pytest.raises(StoreError, match="history"):
        History(tmp_path / "load" / "history.jsonl").add({})


def test_a_proof_holds_for_a_day(tmp_path: Path) -> None:
    """Not longer, not from the future, and not when it cannot be read."""
    file = tmp_path / "proof.json"
    keep_proof(file, {"steps": [1]}, 1000.0)
    assert (kept_proof(file, 1000.0 + 86_399) or {})["steps"] == [1]
    assert kept_proof(file, 1000.0 + 86_401) is None
    assert kept_proof(file, 999.0) is None
    file.write_text("{")
    assert kept_proof(file, 1000.0) is None
