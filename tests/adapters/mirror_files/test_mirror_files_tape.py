"""The tape of a recorder: every whole line counts, a torn one never happened."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.adapters.mirror_files.lock import JOURNAL
from truemirror.adapters.mirror_files.tape import Tape, TapeWriter, encode_line, tapes
from truemirror.core.mirror.document import Reading
from truemirror.core.mirror.merge import Recorded
from truemirror.core.mirror.model import FORMAT
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import FormatError
from truemirror.testing.strategies import exchanges, times

FIRST = Exchange(Request("GET", "/first"), Response(200, body=b"1"))
SECOND = Exchange(Request("GET", "/second"), Response(200, body=b"\x00\xff" * 40_000))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a mirror whose recorder was killed after two exchanges."""
    inner = tmp_path / "tags/0"
    (inner / JOURNAL).mkdir(parents=True)
    writer = TapeWriter.begin(inner, replace=False, recorded="2026-01-31")
    writer.write(encode_line("ada", FIRST, 5.0))
    writer.write(encode_line("", SECOND, 0.0))
    writer.close()
    return inner


def read(folder: Path) -> Tape:
    """The one tape that is there, read to its end."""
    (path,) = tapes(folder)
    tape = Tape(path)
    tape.advance()
    return tape


@given(st.text(max_size=10), exchanges, times)
def test_any_exchange_comes_back_from_a_tape(scenario: str, exchange: Exchange, began_ms: float) -> None:
    """Scenario, exchange and time are read as they were written, on one line."""
    line = encode_line(scenario, exchange, began_ms)
    assert line.count(b"\n") == 1
    tape = Tape(Path("tape"))
    tape._lines = 2
    grown: set[str] = set()
    tape._take(line, Reading(lambda name, size: b""), grown)
    assert tape.exchanges == {scenario or "default": [Recorded(exchange, began_ms)]}


@pytest.mark.parametrize("began_ms", [float("nan"), float("inf"), 0.0])
def test_a_time_that_is_no_number_is_unknown(began_ms: float) -> None:
    """A clock that went wrong does not make a tape that cannot be read."""
    assert b"began_ms" not in encode_line("ada", FIRST, began_ms)


def test_a_tape_says_how_it_was_recorded(folder: Path) -> None:
    """Its day and whether scenarios are replaced are known to whoever folds it."""
    tape = read(folder)
    assert (tape.replace, tape.recorded) == (False, "2026-01-31")
    assert tape.exchanges == {"ada": [Recorded(FIRST, 5.0)], "default": [Recorded(SECOND)]}


def test_a_torn_last_line_is_left_out_wherever_it_was_torn(folder: Path) -> None:
    """At every length the whole lines before the tear are read, and nothing else."""
    (path,) = tapes(folder)
    raw = path.read_bytes()
    head, one, two = raw.splitlines(keepends=True)
    lengths = [*range(len(head) + len(one) + 40), len(raw) - 1, len(raw)]
    for length in lengths:
        path.write_bytes(raw[:length])
        found = sum(map(len, read(folder).exchanges.values()))
        assert found == (length >= len(head + one)) + (length >= len(head + one + two))


def test_reading_goes_on_where_it_stopped(folder: Path) -> None:
    """A line that is being written is read when it is whole."""
    (path,) = tapes(folder)
    raw = path.read_bytes()
    path.write_bytes(raw[:-10])
    tape = Tape(path)
    assert tape.advance() == {"ada"}
    assert tape.advance() == set()
    path.write_bytes(raw)
    assert tape.advance() == {"default"}
    assert tape.exchanges["default"] == [Recorded(SECOND)]


WRONG = {
    "junk": (b"junk\n", "line 3, line 1, column 1", "is not JSON"),
    "zeros": (b"\0" * 4_096 + b"\n", "line 3", "is not JSON"),
    "list": (b"[]\n", "line 3", "an object"),
    "field": (b'{"scenario": "a", "exchnge": {}}\n', "line 3, exchnge", "nearest: exchange"),
    "scenario": (b'{"scenario": 1, "exchange": {}}\n', "line 3, scenario", "a text"),
    "exchange": (b'{"scenario": "a", "exchange": {"request": 1, "response": {}}}\n', "exchange.request", "an object"),
    "file": (
        b'{"scenario": "a", "exchange": {"request": {"method": "GET", "target": "/", "body": '
        b'{"file": "%b", "size": 1}}, "response": {"status": 1}}}\n' % (b"a" * 64),
        "line 3, exchange.request.body.file", "names no files",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_a_line_that_is_broken_in_the_middle_is_never_passed_over(folder: Path, kind: str) -> None:
    """What was acknowledged is not dropped in silence: the error names file and line, and what to do."""
    line, where, what = WRONG[kind]
    (path,) = tapes(folder)
    head, one, two = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(head + one + line + two)
    with pytest.raises(FormatError) as caught:
        read(folder)
    assert caught.value.where.startswith(f"{path}, line 3")
    assert where in caught.value.where
    assert what in str(caught.value)
    assert caught.value.fix


HEADS = {
    "newer": ({"format": FORMAT + 1, "recorded": "", "replace": True}, "upgrade truemirror"),
    "day": ({"format": 1, "recorded": "today", "replace": True}, "2026-01-31"),
    "replace": ({"format": 1, "recorded": "", "replace": "yes"}, "true or false"),
    "fields": ({"format": 1, "recorded": "", "replace": True, "x": 1}, "no field"),
}


@pytest.mark.parametrize("kind", HEADS)
def test_a_wrong_first_line_is_refused(folder: Path, kind: str) -> None:
    """A tape of a newer truemirror, or of nobody's, is not guessed at."""
    head, what = HEADS[kind]
    (path,) = tapes(folder)
    path.write_bytes(json.dumps(head).encode() + b"\n")
    with pytest.raises(FormatError) as caught:
        read(folder)
    assert "line 1" in caught.value.where
    assert what in str(caught.value)


def test_a_broken_tape_does_not_keep_the_mirror_from_being_served(folder: Path) -> None:
    """Serving goes on with what is in the mirror; loading strictly and recording say what is wrong."""
    root = folder.parents[1]
    MirrorFiles(root).load("tags")
    (folder / JOURNAL).mkdir()
    path = folder / JOURNAL / "1-1.jsonl"
    path.write_text("junk\n")
    mirror, problems = MirrorFiles(root).load_all_readable("tags")
    assert len(mirror) == 2
    assert [str(path) in problem.where for problem in problems] == [True]
    with pytest.raises(FormatError, match=r"1-1\.jsonl"):
        MirrorFiles(root).load("tags")
    with pytest.raises(FormatError, match=r"1-1\.jsonl"):
        MirrorFiles(root).journal("tags")
    assert path.read_text() == "junk\n"


def test_tapes_are_taken_in_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    """Of two recordings of the same scenario the later one counts, whatever the processes were called."""
    folder = tmp_path / "tags/0"
    (folder / JOURNAL).mkdir(parents=True)
    for number, name in enumerate(["900-2", "5-10", "1000-1"]):
        writer = TapeWriter.begin(folder, replace=True, recorded="2026-01-31")
        writer.write(encode_line("ada", Exchange(Request("GET", f"/{name}"), Response(200)), 0.0))
        writer.close()
        writer.path.rename(folder / JOURNAL / f"{name}.jsonl.{number}")
    for path in sorted((folder / JOURNAL).iterdir()):
        path.rename(path.with_suffix(""))
    assert [path.name for path in tapes(folder)] == ["1000-1.jsonl", "900-2.jsonl", "5-10.jsonl"]
    (scenario,) = MirrorFiles(tmp_path).load("tags").scenarios
    assert [one.request.target for one in scenario.exchanges] == ["/5-10"]


def test_a_new_tape_comes_after_all_others(folder: Path) -> None:
    """Its number is one more than the highest."""
    (path,) = tapes(folder)
    writer = TapeWriter.begin(folder, replace=True, recorded="")
    writer.close()
    assert tapes(folder) == [path, writer.path]
