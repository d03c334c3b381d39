"""Traces are kept in their folder, within their limits, and never outside of it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.flow_traces import TEST, failed_trace, failed_try, files_of, green_trace, picture

from truemirror.adapters.flow_files import (
    Kept,
    folder_name,
    prune,
    read_traces,
    safe_file,
    write_index,
    write_trace,
)
from truemirror.core.flow.thin import Limits, small
from truemirror.core.flow.trace import Outcome, Trace, Try
from truemirror.errors import FormatError, StoreError
from truemirror.usecases.mask_trace import Masked


def page(trace: Trace, green: Trace | None, files: Mapping[str, bytes]) -> str:
    """What a page would be made from."""
    return f"{trace.test} {'green' if green else 'never green'} {' '.join(sorted(files))}"


def kept(folder: Path, trace: Trace, files: Mapping[str, bytes] | None = None, limits: Limits | None = None) -> Kept:
    """A trace after it was written."""
    return write_trace(folder, Masked(trace, files or {}), page, limits)


def below(folder: Path) -> list[str]:
    """The names of all files below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_failure_keeps_everything(tmp_path: Path) -> None:
    """Trace, page, pictures, snapshot and log; nothing half-written beside them."""
    one = kept(tmp_path, failed_trace(), files_of(failed_try()))
    pictures = [f"try1/000{number}.png" for number in range(1, 10)]
    assert below(one.folder) == ["index.html", "trace.json", *pictures, "try1/dom.txt", "try1/driver.log"]
    assert one.folder == tmp_path / folder_name(TEST)
    assert read_traces(tmp_path) == (one,)
    assert one.trace == failed_trace()


def test_a_test_that_passed_keeps_its_outline_only(tmp_path: Path) -> None:
    """It is the last green run, and what a failure left is gone."""
    kept(tmp_path, failed_trace(), files_of(failed_try()))
    one = kept(tmp_path, green_trace(), files_of(failed_try()))
    assert below(one.folder) == ["green.json", "trace.json"]
    assert (one.page, one.trace) == (None, small(green_trace()))
    assert sum(path.stat().st_size for path in one.folder.iterdir()) < 40_000


def test_a_failure_is_told_against_the_last_green_run(tmp_path: Path) -> None:
    """Which is kept as long as the test fails."""
    assert kept(tmp_path, failed_trace()).page is not None
    assert "never green" in (tmp_path / folder_name(TEST) / "index.html").read_text()
    kept(tmp_path, green_trace())
    for _ in range(2):
        kept(tmp_path, failed_trace())
        assert f"{TEST} green" in (tmp_path / folder_name(TEST) / "index.html").read_text()


def test_a_green_run_that_cannot_be_read_hinders_nobody(tmp_path: Path) -> None:
    """The failure is kept, as if there were none."""
    one = kept(tmp_path, green_trace())
    (one.folder / "green.json").write_text("{")
    assert kept(tmp_path, failed_trace()).page is not None


def test_what_passed_on_a_retry_keeps_its_failure(tmp_path: Path) -> None:
    """The page tells the first try, and the retry is the last green run."""
    flaky = replace(failed_trace(), tries=(failed_try(), Try(2, Outcome.PASSED)))
    one = kept(tmp_path, flaky, files_of(failed_try()))
    assert {"index.html", "green.json", "try1/0001.png"} <= set(below(one.folder))


def test_only_the_newest_failures_keep_their_files(tmp_path: Path) -> None:
    """Of older ones the trace says how they ended."""
    for number in range(5):
        test = f"{TEST}{number}"
        one = kept(tmp_path, replace(failed_trace(), test=test), files_of(failed_try()), Limits(failures=3))
        assert one.page is not None
    found = read_traces(tmp_path)
    assert len(found) == 5
    assert sum(one.page is not None for one in found) == 3
    old = next(one for one in found if one.page is None)
    assert below(old.folder) == ["trace.json"]
    assert "Could not save" in old.trace.tries[0].message
    assert prune(tmp_path, 0) == 3


def test_a_folder_has_a_size(tmp_path: Path) -> None:
    """Texts first, then the last pictures, as many as fit; steps do not name what is not there."""
    limits = Limits(folder=3_000, pictures=40)
    one = kept(tmp_path, failed_trace(), files_of(failed_try()), limits)
    there = [name for name in below(one.folder) if name.endswith(".png")]
    assert there == ["try1/0009.png"]
    assert [step.picture for step in one.trace.tries[0].steps] == [""] * 8 + ["0009.png"]
    two = kept(tmp_path, failed_trace(), files_of(failed_try()), Limits(pictures=2))
    assert [name for name in below(two.folder) if name.endswith(".png")] == ["try1/0008.png", "try1/0009.png"]


HOSTILE = ("../../x.png", "/etc/x.png", "a/../../b.png", "..\\..\\c.png", "..", ".", "", "\0.png", "x" * 300 + ".png")


def test_no_name_leaves_the_folder(tmp_path: Path) -> None:
    """Neither a test's nor a file's, whoever chose it."""
    room = tmp_path / "traces"
    for test in ("../../up::x", "/abs", "..", "", "a/b\\c:d*?\0", "é" * 500):
        kept(room, replace(failed_trace(), test=test), {name: picture(1) for name in HOSTILE})
    assert {path.parts[0] for path in map(Path, below(tmp_path))} == {"traces"}
    assert len(read_traces(room)) == 6


@given(st.text(max_size=40), st.text(max_size=40))
def test_every_test_has_a_folder_of_its_own(one: str, other: str) -> None:
    """Readable, plain, and another one for another test."""
    assert (folder_name(one) == folder_name(other)) == (one == other)
    assert set(folder_name(one)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(folder_name(one)) < 100


@given(st.text(max_size=300))
def test_a_safe_file_has_one_step(name: str) -> None:
    """No separator, no dots alone, nothing hidden, not too long for a disk."""
    safe = safe_file(name)
    assert len(safe) < 100
    assert not set(safe) & set("/\\:\0")
    assert not safe.startswith(".")


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Somebody wants it to be written somewhere else."""
    (tmp_path / "traces").mkdir()
    (tmp_path / "traces" / folder_name(TEST)).symlink_to(tmp_path)
    with pytest.raises(StoreError, match="is a link"):
        kept(tmp_path / "traces", failed_trace())
    assert read_traces(tmp_path / "traces") == ()


def test_where_nothing_was_kept_nothing_is_read(tmp_path: Path) -> None:
    """A folder that is not there, and one of somebody else's."""
    assert read_traces(tmp_path / "none") == ()
    (tmp_path / "other").mkdir()
    assert read_traces(tmp_path) == ()


def test_a_broken_trace_is_named(tmp_path: Path) -> None:
    """With its file and what to do."""
    one = kept(tmp_path, failed_trace())
    (one.folder / "trace.json").write_text('{"format": 1}')
    with pytest.raises(FormatError) as caught:
        read_traces(tmp_path)
    assert str(one.folder / "trace.json") in caught.value.where
    assert "run the test again" in caught.value.fix


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    """By the file that could not be written."""
    (tmp_path / "traces").write_text("in the way")
    with pytest.raises(StoreError):
        kept(tmp_path / "traces", failed_trace())


def test_a_page_over_all(tmp_path: Path) -> None:
    """Failures first."""
    kept(tmp_path, replace(green_trace(), test="a"))
    kept(tmp_path, failed_trace())
    path = write_index(tmp_path, lambda all_of_them: " ".join(one.trace.test for one in all_of_them))
    assert path.read_text() == f"{TEST} a"
