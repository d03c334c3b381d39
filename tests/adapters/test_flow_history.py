"""The history of flows is a line per run, and a line that nobody can read costs only itself."""

from pathlib import Path

from truemirror.adapters.flow_history import HISTORY, read_history, write_history
from truemirror.core.flow.standing import Past, Standing

ONE = Past(
    "f.py::test_ä", "mirror", Standing.FLAKY, "2026-11-24T12:00:00+00:00", 2, 1.5, 1, False, "it broke", "a/i.html"
)


def test_a_history_comes_back_as_it_was(tmp_path: Path) -> None:
    """In its order."""
    write_history(tmp_path / "flows", [ONE, ONE])
    assert read_history(tmp_path / "flows") == (ONE, ONE)


def test_there_is_no_history_before_the_first_run(tmp_path: Path) -> None:
    """Nothing is made by looking."""
    assert read_history(tmp_path / "flows") == ()
    assert not (tmp_path / "flows").exists()


def test_a_line_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    """Half of one, one of something else, and bytes that are no text."""
    write_history(tmp_path, [ONE])
    file = tmp_path / HISTORY
    file.write_bytes(b'{"test": \n[1]\n"text"\n{}\n\xff\xfe\n' + file.read_bytes() + b'{"test": "x", "targ')
    assert read_history(tmp_path) == (ONE,)
