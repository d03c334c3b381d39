"""pytest runs flows in a process of its own: its report is heard line by line, its output kept."""

from pathlib import Path
from typing import Any

import pytest

from truemirror.adapters.flow_runs import run_pytest
from truemirror.errors import StoreError


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite with one test that asks for no browser."""
    (tmp_path / "truemirror.toml").write_text("")
    (tmp_path / "test_it.py").write_text("def test_it():\n    print('hello')\n\ndef test_bad():\n    assert 1 == 2\n")
    return tmp_path


def test_lines_of_the_report_are_heard_and_the_status_is_pytests(suite: Path) -> None:
    """What it printed is in the log, its last lines are given back."""
    heard: list[Any] = []
    ran = run_pytest(suite, ["-p", "no:randomly", "test_it.py"], suite / "logs" / "run.log", heard.append)
    assert ran.status == 1
    assert heard == [{"collected": []}]
    assert "1 failed, 1 passed" in ran.last_lines[-1]
    assert "1 failed, 1 passed" in (suite / "logs" / "run.log").read_text()


def test_a_folder_that_cannot_be_written_is_told(suite: Path) -> None:
    """With its place."""
    (suite / "logs").write_text("a file")
    with pytest.raises(StoreError, match="pytest cannot be run"):
        run_pytest(suite, [], suite / "logs" / "run.log", lambda _: None)


def test_an_interruption_ends_pytest_too(suite: Path) -> None:
    """Nothing goes on running."""

    def interrupt(_: Any) -> None:
        """Somebody pressed Ctrl-C."""
        raise KeyboardInterrupt

    (suite / "test_long.py").write_text("import time\n\ndef test_it():\n    time.sleep(600)\n")
    with pytest.raises(KeyboardInterrupt):
        run_pytest(suite, ["test_long.py"], suite / "run.log", interrupt)
    import psutil

    assert not [one for one in psutil.Process().children(recursive=True) if "test_long.py" in " ".join(one.cmdline())]
