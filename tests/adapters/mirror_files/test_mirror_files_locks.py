"""One recorder at a time, readers at any time, and nobody waits for the dead."""

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.adapters.mirror_files.commit import commit, is_pending
from truemirror.adapters.mirror_files.lock import FOLD, SAVE, WriterLock, folder_lock
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import StoreError

RECORDER = """
import sys
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.wire.exchange import Exchange, Request, Response

with MirrorFiles(sys.argv[1]).journal("tags") as journal:
    journal.append("", Exchange(Request("GET", "/first"), Response(200)))
    print("recording", flush=True)
    sys.stdin.readline()
    journal.append("", Exchange(Request("GET", "/last"), Response(200)))
"""


def got(target: str) -> Exchange:
    """A GET and what it gave."""
    return Exchange(Request("GET", target), Response(200))


def targets(root: Path) -> list[str]:
    """What the default scenario holds."""
    scenario = MirrorFiles(root).load("tags").scenario("default")
    return [exchange.request.target for exchange in scenario.exchanges] if scenario else []


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has recorded one exchange and waits."""
    with subprocess.Popen(
        [sys.executable, "-c", RECORDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "recording\n"
        yield process
        process.kill()


def test_a_second_recorder_is_told_the_first_ones_process(tmp_path: Path, recorder: "subprocess.Popen[str]") -> None:
    """The error names the process, says that nothing is lost, and how to end it."""
    with pytest.raises(StoreError, match=f"process {recorder.pid} is recording") as caught:
        MirrorFiles(tmp_path).journal("tags")
    assert f"kill {recorder.pid}" in caught.value.fix
    with pytest.raises(StoreError, match=f"process {recorder.pid} is recording"):
        MirrorFiles(tmp_path).save(Mirror("tags", "0"))


def test_readers_do_not_disturb_a_recorder(tmp_path: Path, recorder: "subprocess.Popen[str]") -> None:
    """Loading beside a recorder sees what was folded, and the recorder goes on."""
    assert targets(tmp_path) == []
    recorder.communicate("\n")
    assert recorder.returncode == 0
    assert targets(tmp_path) == ["/first", "/last"]


def test_a_killed_recorder_holds_nothing(tmp_path: Path, recorder: "subprocess.Popen[str]") -> None:
    """The system lets go of the lock at the death of its holder; the next one records at once."""
    recorder.kill()
    recorder.wait()
    with MirrorFiles(tmp_path).journal("tags") as journal:
        journal.append("", got("/next"))
    assert targets(tmp_path) == ["/first", "/next"]


def test_a_recorder_that_is_asked_to_end_leaves_its_journal(tmp_path: Path, recorder: "subprocess.Popen[str]") -> None:
    """SIGTERM without a handler is a kill; nothing is lost by it."""
    recorder.terminate()
    recorder.wait()
    assert targets(tmp_path) == ["/first"]


def test_a_recorder_in_this_process_is_named_as_such(tmp_path: Path) -> None:
    """Nobody is advised to kill the process that asks."""
    with MirrorFiles(tmp_path).journal("tags"), pytest.raises(StoreError, match="this process is recording") as caught:
        MirrorFiles(tmp_path).journal("tags")
    assert "kill" not in caught.value.fix


@pytest.mark.parametrize("head", [b"", b'{"form', b'{"format":1,"recorded":"2026-01-31","replace":true}\n'])
def test_a_recorder_killed_before_its_first_exchange_leaves_no_mirror(tmp_path: Path, head: bytes) -> None:
    """A tape without exchanges is no recording, and it goes away."""
    (tmp_path / "tags/0/.journal").mkdir(parents=True)
    (tmp_path / "tags/0/.journal/7-1.jsonl").write_bytes(head)
    with pytest.raises(StoreError, match="no mirror of 'tags'"):
        MirrorFiles(tmp_path).load("tags")
    assert MirrorFiles(tmp_path).services() == ()
    assert not (tmp_path / "tags").exists()


def test_a_lock_file_of_the_past_stops_nobody(tmp_path: Path) -> None:
    """The file alone means nothing, whatever it says."""
    MirrorFiles(tmp_path).save(Mirror("tags", "0"))
    (tmp_path / "tags/0/.journal").mkdir()
    (tmp_path / "tags/0/.journal/lock").write_text("record 1\n")
    with MirrorFiles(tmp_path).journal("tags") as journal:
        journal.append("", got("/a"))
    assert targets(tmp_path) == ["/a"]


def test_a_recorder_waits_for_those_who_are_done_soon(tmp_path: Path) -> None:
    """Who only folds or saves is waited for instead of being an error."""
    MirrorFiles(tmp_path).save(Mirror("tags", "0"))
    lock = WriterLock.take(tmp_path / "tags/0", FOLD)
    waiting = threading.Thread(target=lambda: MirrorFiles(tmp_path).journal("tags").close())
    waiting.start()
    assert waiting.is_alive()
    lock.release()
    waiting.join(10)
    assert not waiting.is_alive()


def test_many_starts_at_once_take_in_a_journal_once(tmp_path: Path, recorder: "subprocess.Popen[str]") -> None:
    """Workers that all begin by loading see the same mirror, each exchange once."""
    recorder.kill()
    recorder.wait()
    seen: list[list[str]] = []
    workers = [threading.Thread(target=lambda: seen.append(targets(tmp_path))) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert seen == [["/first"]] * 8


def test_a_lock_that_still_names_who_was_killed_is_waited_for(
    tmp_path: Path, recorder: "subprocess.Popen[str]"
) -> None:
    """Between taking the lock and saying so, another holder stands under the dead one's name."""
    recorder.kill()
    recorder.wait()
    (place,) = tmp_path.glob("tags/*/.journal/lock")
    folder = place.parent.parent
    taken, waits = place.open(), threading.Event()
    fcntl.flock(taken, fcntl.LOCK_EX)

    def let_go() -> None:
        """Once somebody waits."""
        waits.wait(30)
        taken.close()

    letting = threading.Thread(target=let_go)
    letting.start()
    threading.Timer(0.2, waits.set).start()
    lock = WriterLock.take(folder, FOLD)
    letting.join()
    lock.release()


def test_a_reader_never_sees_a_half_changed_mirror(tmp_path: Path) -> None:
    """While a scenario of many parts is replaced again and again, each load gives one whole conversation."""
    versions = []
    for version in range(2):
        long = [Exchange(Request("GET", f"/{version}/{n}"), Response(200, body=b"x" * 60_000)) for n in range(30)]
        versions.append(Mirror("tags", "0", (Scenario("ada", tuple(long)),)))
    store = MirrorFiles(tmp_path)
    store.save(versions[0])
    done = threading.Event()

    def change() -> None:
        try:
            for turn in range(12):
                MirrorFiles(tmp_path).save(versions[turn % 2])
        finally:
            done.set()

    changing = threading.Thread(target=change)
    changing.start()
    loads = 0
    while not done.is_set() or not loads:
        assert store.load("tags") in versions
        loads += 1
    changing.join()


def test_files_change_only_while_nobody_reads(tmp_path: Path) -> None:
    """A writer prepares everything beside and waits for readers before the first file is replaced."""
    old, new = (Mirror("tags", "0", (Scenario("ada", (got(target),)),)) for target in ("/old", "/new"))
    store = MirrorFiles(tmp_path)
    store.save(old)
    part = tmp_path / "tags/0/ada/0001.json"
    with folder_lock(tmp_path / "tags/0", alone=False):
        saving = threading.Thread(target=lambda: MirrorFiles(tmp_path).save(new))
        saving.start()
        while not is_pending(tmp_path / "tags/0"):
            assert saving.is_alive()
        saving.join(0.1)
        assert saving.is_alive()
        assert "/old" in part.read_text()
    saving.join()
    assert store.load("tags") == new


def test_nobody_reads_while_files_change(tmp_path: Path) -> None:
    """A reader that comes in the middle of a change waits for its end."""
    mirror = Mirror("tags", "0", (Scenario("ada", (got("/a"),)),))
    MirrorFiles(tmp_path).save(mirror)
    part = tmp_path / "tags/0/ada/0001.json"
    content = part.read_bytes()
    loaded: list[Mirror] = []
    with folder_lock(tmp_path / "tags/0", alone=True):
        part.write_bytes(b"half")
        loading = threading.Thread(target=lambda: loaded.append(MirrorFiles(tmp_path).load("tags")))
        loading.start()
        loading.join(0.1)
        assert loading.is_alive()
        part.write_bytes(content)
    loading.join()
    assert loaded == [mirror]


def test_a_lock_that_its_holder_took_away_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between opening the file and locking it the last holder may clean up; a lock on a file without name is void."""
    first = [WriterLock.take(tmp_path, SAVE)]
    flock = fcntl.flock

    def late(descriptor: int, operation: int) -> None:
        if first:
            first.pop().release()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    second = WriterLock.take(tmp_path, SAVE)
    assert os.path.samestat(os.fstat(second.descriptor), (tmp_path / ".journal/lock").stat())
    second.release()


def test_a_child_process_that_inherited_a_journal_takes_nothing_away(tmp_path: Path) -> None:
    """A forked worker may record and close; the parent still holds the mirror and folds everything."""
    script = """
import os, sys
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.wire.exchange import Exchange, Request, Response

journal = MirrorFiles(sys.argv[1]).journal("tags")
journal.append("", Exchange(Request("GET", "/parent"), Response(200)))
if not os.fork():
    journal.append("", Exchange(Request("GET", "/child"), Response(200)))
    journal.close()
    os._exit(0)
os.wait()
try:
    MirrorFiles(sys.argv[1]).journal("tags")
except Exception as error:
    print(type(error).__name__)
journal.append("", Exchange(Request("GET", "/later"), Response(200)))
journal.close()
"""
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "Held"
    assert targets(tmp_path) == ["/parent", "/child", "/later"]


def test_threads_may_append_and_fold_at_the_same_time(tmp_path: Path) -> None:
    """Each exchange of each thread is there once, in the thread's own order."""
    with MirrorFiles(tmp_path).journal("tags") as journal:

        def work(name: str) -> None:
            for number in range(60):
                journal.append(name, got(f"/{number}"))
                if number % 20 == 0:
                    journal.fold()

        threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for scenario in MirrorFiles(tmp_path).load("tags").scenarios:
        assert [one.request.target for one in scenario.exchanges] == [f"/{n}" for n in range(60)]


def test_a_change_that_was_begun_is_finished_before_anything_is_read(tmp_path: Path) -> None:
    """A list of changes that was left behind is carried out by the next who loads."""
    store = MirrorFiles(tmp_path)
    store.save(Mirror("tags", "0", (Scenario("ada", (got("/a"),)),)))
    folder = tmp_path / "tags/0"
    new = (folder / "ada/0001.json").read_bytes().replace(b'"/a"', b'"/b"')
    (folder / ".journal/staged").mkdir(parents=True)
    (folder / ".journal/staged/0").write_bytes(new)
    (folder / ".journal/commit.json").write_text(
        '{"remove": ["ada/scenario.json"], "rename": [["0", "ada/0001.json"]]}'
    )
    (scenario,) = store.load("tags").scenarios
    assert scenario.exchanges == (got("/b"),)
    assert sorted(path.name for path in (folder / "ada").iterdir()) == ["0001.json"]
    assert not (folder / ".journal").exists()


def test_what_was_only_staged_is_thrown_away(tmp_path: Path) -> None:
    """Without a list nothing was promised."""
    store = MirrorFiles(tmp_path)
    mirror = Mirror("tags", "0", (Scenario("ada", (got("/a"),)),))
    store.save(mirror)
    (tmp_path / "tags/0/.journal/staged").mkdir(parents=True)
    (tmp_path / "tags/0/.journal/staged/0").write_text("half")
    assert store.load("tags") == mirror
    assert not (tmp_path / "tags/0/.journal").exists()


def test_a_change_of_nothing_touches_nothing(tmp_path: Path) -> None:
    """Not even a folder for the journal is made."""
    commit(tmp_path, {}, [])
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_made_leaves_no_descriptor(tmp_path: Path) -> None:
    """Failing over and over does not use up the process."""
    (tmp_path / ".journal").write_text("a file where a folder should be")
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    for _ in range(5):
        with pytest.raises(StoreError):
            WriterLock.take(tmp_path, SAVE)
        with pytest.raises(StoreError, match="cannot read it"), folder_lock(tmp_path / "none", alone=False):
            pass
    after = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    assert after == before
