"""A disk that is full, limited or read-only: an error that says what to do, and nothing lost."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.adapters.mirror_files.refusal import refused
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import StoreError

RECORDER = """
import resource, signal, sys
from pathlib import Path
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import StoreError

root, limit, unit = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
journal = MirrorFiles(root).journal("tags")
try:
    for number in range(100_000):
        journal.append("", Exchange(Request("GET", f"/{number}"), Response(200, body=b"x" * unit)))
        print(number, flush=True)
except StoreError as error:
    print(error, file=sys.stderr)
try:
    journal.close()
except StoreError as error:
    print(error, file=sys.stderr)
"""


def got(target: str, size: int = 10) -> Exchange:
    """A GET and what it gave."""
    return Exchange(Request("GET", target), Response(200, body=b"y" * size))


def record_until_refused(root: Path, limit: int, unit: int) -> tuple[list[str], str]:
    """The targets that a recorder acknowledged before the disk refused, and its errors."""
    run = subprocess.run(
        [sys.executable, "-c", RECORDER, str(root), str(limit), str(unit)], capture_output=True, text=True, check=True
    )
    return [f"/{number}" for number in run.stdout.split()], run.stderr


def targets(root: Path) -> list[str]:
    """What the default scenario holds."""
    scenario = MirrorFiles(root).load("tags").scenario("default")
    return [exchange.request.target for exchange in scenario.exchanges] if scenario else []


@pytest.mark.parametrize("unit", [50, 3_000, 200_000])
def test_a_limit_on_file_sizes_loses_nothing_that_was_acknowledged(tmp_path: Path, unit: int) -> None:
    """The exchange that did not fit is refused as a whole; all before it are there afterwards, and the old ones."""
    MirrorFiles(tmp_path).save(Mirror("tags", "0", (Scenario("default", (got("/old"),), "2026-01-31"),)))
    acknowledged, errors = record_until_refused(tmp_path, 700_000, unit)
    assert "File too large" in errors
    assert "ulimit -f" in errors
    assert ".jsonl" in errors
    assert targets(tmp_path) == ["/old", *acknowledged]
    assert acknowledged


GOES_ON = """
import resource, sys
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import StoreError

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
with MirrorFiles(sys.argv[1]).journal("tags") as journal:
    for target, size in [("/a", 10), ("/b", 90_000), ("/large", 90_000), ("/c", 10), ("/large", 50_000), ("/d", 10)]:
        try:
            journal.append("", Exchange(Request("GET", target), Response(200, body=b"x" * size)))
        except StoreError:
            print("refused", target)
"""


def test_after_an_exchange_that_did_not_fit_smaller_ones_still_do(tmp_path: Path) -> None:
    """What was written of the refused one is taken back, so the tape stays whole and usable."""
    run = subprocess.run([sys.executable, "-c", GOES_ON, str(tmp_path)], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["refused", "/large", "refused", "/large"]
    assert targets(tmp_path) == ["/a", "/b", "/c", "/d"]


def test_a_mirror_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    """Folding fails as a whole: no file is new, none is half, and the journal waits for the next start."""
    whole = Mirror(
        "tags", "0", (Scenario("ada", (got("/old"),)), Scenario("default", tuple(got(f"/{n}") for n in range(500))))
    )
    MirrorFiles(tmp_path).save(whole)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    acknowledged, errors = record_until_refused(tmp_path, 60_000, 30)
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and ".journal" not in path.parts}
    assert after == before
    assert errors.count("File too large") == 2, "one for the exchange, one for the fold"
    assert targets(tmp_path)[:500] == [f"/{n}" for n in range(500)]
    assert len(acknowledged) > 100
    assert MirrorFiles(tmp_path).load("tags").scenario("ada") == whole.scenario("ada")
    assert not (tmp_path / "tags/0/.journal").exists()


def mount(*arguments: str) -> None:
    """Call mount, or say why this test was not run."""
    run = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip(f"not run: may not mount a small disk here ({run.stderr.strip()})")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one MiB."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("not run: mounting a small disk takes root on Linux")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk))
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.parametrize("unit", [50, 9_000, 150_000])
def test_a_full_disk_loses_nothing_that_was_acknowledged(small_disk: Path, unit: int) -> None:
    """The recorder says what to do; once there is space the next start takes everything in."""
    acknowledged, errors = record_until_refused(small_disk, 0, unit)
    assert "No space left on device" in errors
    assert "free some space" in errors
    assert str(small_disk / "tags/0") in errors
    mount("-o", "remount,size=32m", str(small_disk))
    assert targets(small_disk) == acknowledged
    assert not (small_disk / "tags/0/.journal").exists()


def test_while_the_disk_is_full_readers_still_see_everything(small_disk: Path) -> None:
    """What cannot be folded is taken in for the reader alone."""
    acknowledged, _ = record_until_refused(small_disk, 0, 50)
    (small_disk / "ballast").write_bytes(b"x" * (os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    assert targets(small_disk) == acknowledged
    assert list((small_disk / "tags/0/.journal").glob("*.jsonl"))


def test_a_disk_that_is_read_only_is_read(small_disk: Path) -> None:
    """Serving needs no right to write; recording says which right is missing and another way."""
    MirrorFiles(small_disk).save(Mirror("tags", "0", (Scenario("ada", (got("/a"),)),)))
    mount("-o", "remount,ro", str(small_disk))
    assert len(MirrorFiles(small_disk).load("tags")) == 1
    with pytest.raises(StoreError, match="Read-only file system") as caught:
        MirrorFiles(small_disk).journal("tags")
    assert "--mirrors DIR" in caught.value.fix
    assert str(small_disk) in caught.value.where
    with pytest.raises(StoreError, match="Read-only file system"):
        MirrorFiles(small_disk).save(Mirror("tags", "1"))
    with pytest.raises(StoreError, match="Read-only file system"):
        MirrorFiles(small_disk).journal("auth")


def test_a_killed_recorders_journal_is_read_from_a_read_only_disk(small_disk: Path) -> None:
    """Everything acknowledged is there even where nothing can be folded."""
    script = RECORDER.replace("        print(number, flush=True)", "        number < 30 or os.kill(os.getpid(), 9)")
    subprocess.run([sys.executable, "-c", "import os\n" + script, str(small_disk), "0", "50"], check=False)
    mount("-o", "remount,ro", str(small_disk))
    assert targets(small_disk) == [f"/{n}" for n in range(31)]
    mount("-o", "remount,rw", str(small_disk))
    assert targets(small_disk) == [f"/{n}" for n in range(31)]
    assert not (small_disk / "tags/0/.journal").exists()


def test_a_folder_without_rights_says_so(tmp_path: Path) -> None:
    """Neither reading nor writing what is not ours shows a traceback."""
    if os.geteuid() == 0:
        pytest.skip("not run: root may write everywhere")
    MirrorFiles(tmp_path).save(Mirror("tags", "0", (Scenario("ada", (got("/a"),)),)))
    (tmp_path / "tags/0").chmod(0o555)
    try:
        with pytest.raises(StoreError, match="Permission denied") as caught:
            MirrorFiles(tmp_path).journal("tags")
        assert "--mirrors DIR" in caught.value.fix
        assert len(MirrorFiles(tmp_path).load("tags")) == 1
    finally:
        (tmp_path / "tags/0").chmod(0o755)


def test_a_file_in_place_of_a_folder_says_so(tmp_path: Path) -> None:
    """A mirrors' folder that is a file is an error with its name."""
    (tmp_path / "mirrors").write_text("not a folder")
    with pytest.raises(StoreError, match=r"Not a directory|File exists") as caught:
        MirrorFiles(tmp_path / "mirrors").journal("tags")
    assert "mirrors" in caught.value.where
    assert MirrorFiles(tmp_path / "mirrors").services() == ()


CODES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "ulimit -f",
    errno.EROFS: "--mirrors DIR",
    errno.EACCES: "--mirrors DIR",
    errno.EIO: "look at the disk",
}


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_of_the_system_says_what_to_do(code: int) -> None:
    """The system's own words, the file, and the way out."""
    error = refused(OSError(code, os.strerror(code)), "mirrors/tags/0/mirror.json")
    assert os.strerror(code) in error.what
    assert error.where == "mirrors/tags/0/mirror.json"
    assert CODES[code] in error.fix


NO_MORE_FILES = """
import os, resource, sys
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.errors import StoreError

store = MirrorFiles(sys.argv[1])
store.load("tags")
free = os.dup(0)
resource.setrlimit(resource.RLIMIT_NOFILE, (free, free))
os.close(free)
try:
    store.load("tags")
except StoreError as error:
    print(error)
"""


def test_too_many_open_files_is_an_error_of_its_own(tmp_path: Path) -> None:
    """A process that has used up its descriptors is told so instead of being told that there is no mirror."""
    MirrorFiles(tmp_path).save(Mirror("tags", "0", (Scenario("ada", (got("/a"),)),)))
    run = subprocess.run(
        [sys.executable, "-c", NO_MORE_FILES, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "Too many open files" in run.stdout
