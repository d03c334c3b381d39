"""A kill at any moment loses nothing that was acknowledged and leaves nothing half written."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

DRIVER = Path(__file__).with_name("killed_recorders.py")
PROXIES = Path(__file__).with_name("killed_proxies.py")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill needs no disk, and a disk is slow with many small files."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


def drive(what: str, root: Path, seed: int, rounds: int) -> str:
    """Run recorders that are killed; gives back what the driver says when all held."""
    run = subprocess.run(
        [sys.executable, str(DRIVER), what, str(root), str(seed), str(rounds)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"seed {seed}: {run.stderr[-3_000:]}"
    return run.stdout


def test_a_recorder_may_be_killed_at_each_of_its_calls_to_the_system(folder: Path) -> None:
    """Appending, folding, committing, closing, and the next start: whatever call is the last one, nothing is lost."""
    assert "killed at each of" in drive("steps", folder, 1, 1)


def test_a_recorder_may_be_killed_at_any_moment(folder: Path) -> None:
    """Fifteen recorders in a row, killed while they write as fast as they can."""
    assert "survived 15 kills" in drive("moments", folder, 1, 15)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(3))
def test_every_call_and_many_calls_of_the_next_start(folder: Path, seed: int) -> None:
    """The next start is killed at many of its own calls, too."""
    assert "killed at each of" in drive("steps", folder, seed, 8)


@pytest.mark.nightly
def test_three_hundred_kills(folder: Path) -> None:
    """A mirror that outlives three hundred of its recorders has everything they acknowledged."""
    assert "survived 300 kills" in drive("moments", folder, 7, 300)


def drive_proxies(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run real recorders that are killed under load."""
    command = [sys.executable, str(PROXIES), str(root / "mirrors"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_real_recorders_may_be_killed_at_any_moment(folder: Path) -> None:
    """Forty, while they record and while they fold: all that clients were told is there, whole, and no secret is."""
    run = drive_proxies(folder, "11", "40")
    assert run.returncode == 0, run.stderr[-3_000:]
    assert "survived 40 kills" in run.stdout


def test_a_recorder_that_forgets_is_noticed(folder: Path) -> None:
    """The harness can fail."""
    run = drive_proxies(folder, "11", "8", "lossy")
    assert run.returncode != 0
    assert "answers are missing" in run.stderr


@pytest.mark.nightly
@pytest.mark.parametrize("seed", ["1", "2"])
def test_three_hundred_real_recorders(folder: Path, seed: str) -> None:
    """The same, longer."""
    run = drive_proxies(folder, seed, "300")
    assert run.returncode == 0, run.stderr[-3_000:]
    assert "survived 300 kills" in run.stdout
