"""Files of bodies that are not held: whole or not there, what their name says, and nothing outside the folder."""

import hashlib
import random
from pathlib import Path

import pytest

from truemirror.adapters.mirror_files import large_bodies
from truemirror.adapters.mirror_files.large_bodies import bring, from_file
from truemirror.adapters.mirror_files.store import MirrorFiles
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.large import HELD, Large
from truemirror.errors import FormatError, StoreError

BODY = random.Random(7).randbytes(HELD + 70_001)
NAME = hashlib.sha256(BODY).hexdigest()


def large(body: bytes = BODY) -> Large:
    """A body that can be read."""
    return Large(hashlib.sha256(body).hexdigest(), len(body), lambda start, size: body[start : start + size])


def told(body: bytes, target: str = "/file") -> Exchange:
    """An exchange with this answer."""
    return Exchange(Request("GET", target), Response(200, body=body))


def body_of(mirror: Mirror) -> Large:
    """The answer's body of the only exchange."""
    ((_, _, exchange),) = mirror.places()
    assert isinstance(exchange.outcome, Response)
    assert isinstance(exchange.outcome.body, Large)
    return exchange.outcome.body


def test_a_journal_has_the_file_before_the_line(tmp_path: Path) -> None:
    """Then the mirror names it, nothing is left beside, and its bytes are the same."""
    store = MirrorFiles(tmp_path)
    with store.journal("tags") as journal:
        journal.append("default", told(large()))
        assert (tmp_path / "tags/0/bodies" / NAME).read_bytes() == BODY
    assert body_of(store.load("tags")).whole() == BODY
    assert not (tmp_path / "tags/0/.journal").exists()
    assert (tmp_path / "tags/0/bodies/.gitattributes").read_bytes() == b"* -text\n"


def test_what_somebody_holds_is_stored_and_read_as_the_same(tmp_path: Path) -> None:
    """Recorded in process, it is known by its hash from then on."""
    store = MirrorFiles(tmp_path)
    with store.journal("tags") as journal:
        journal.append("default", told(BODY))
    assert body_of(store.load("tags")) == large()


def test_a_killed_recorder_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it had written of a body is removed by the next one, and what it had acknowledged is there."""
    store = MirrorFiles(tmp_path)
    journal = store.journal("tags")
    journal.append("default", told(large()))
    beside = tmp_path / "tags/0/.journal/coming"
    beside.mkdir()
    (beside / "1-1").write_bytes(b"half of it")
    journal._lock.release()  # as a kill does
    with store.journal("tags") as other:
        assert not list(beside.glob("*"))
        assert body_of(other.fold()).whole() == BODY
    assert body_of(store.load("tags")).whole() == BODY


def test_a_body_that_changed_meanwhile_is_not_stored(tmp_path: Path) -> None:
    """Its name would be a lie."""
    wrong = Large(NAME, len(BODY), lambda start, size: bytes(size))
    with MirrorFiles(tmp_path).journal("tags") as journal, pytest.raises(StoreError, match="changed while"):
        journal.append("default", told(wrong))
    assert not list(tmp_path.rglob(NAME))


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The body is refused, and half of it removed."""
    store = MirrorFiles(tmp_path)

    def full(start: int, size: int) -> bytes:
        if start:
            raise OSError(28, "No space left on device")
        return BODY[:size]

    with store.journal("tags") as journal:
        journal.append("default", told(b"small", "/small"))
        with pytest.raises(StoreError, match=r"(?i)space|full"):
            journal.append("default", told(Large(NAME, len(BODY), full)))
    ((_, _, exchange),) = store.load("tags").places()
    assert exchange.request.target == "/small"
    assert not list(tmp_path.rglob(NAME))


@pytest.mark.parametrize("damage", ["changed", "cut", "gone", "link", "folder"])
def test_a_file_that_is_not_what_it_was_is_refused(damage: str, tmp_path: Path) -> None:
    """With its name, when the mirror is loaded."""
    store = MirrorFiles(tmp_path / "mirrors")
    store.save(Mirror("tags", "1.0.0", (Scenario("default", (told(large()),)),)))
    file = tmp_path / "mirrors/tags/1.0.0/bodies" / NAME
    content = file.read_bytes()
    file.unlink()
    match damage:
        case "changed":
            file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        case "cut":
            file.write_bytes(content[:-1])
        case "link":
            (tmp_path / "outside").write_bytes(content)
            file.symlink_to(tmp_path / "outside")
        case "folder":
            file.mkdir()
    with pytest.raises(FormatError) as caught:
        store.load("tags")
    assert NAME in str(caught.value)


def test_a_mirror_saved_elsewhere_has_its_bodies(tmp_path: Path) -> None:
    """Each mirror stands alone."""
    first, second = MirrorFiles(tmp_path / "first"), MirrorFiles(tmp_path / "second")
    first.save(Mirror("tags", "1.0.0", (Scenario("default", (told(large()),)),)))
    second.save(first.load("tags"))
    (tmp_path / "first/tags/1.0.0/bodies" / NAME).unlink()
    assert body_of(second.load("tags")).whole() == BODY


def test_a_folder_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    """Wherever it leads."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror/bodies").symlink_to(outside)
    with pytest.raises(FormatError, match="link"):
        bring(tmp_path / "mirror", (told(large()),))
    assert not list(outside.iterdir())


def test_a_file_is_read_as_a_whole_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading a mirror again costs no second look, as long as the file is the same."""
    store = MirrorFiles(tmp_path)
    store.save(Mirror("tags", "1.0.0", (Scenario("default", (told(large()),)),)))
    store.load("tags")
    asked: list[object] = []
    real = hashlib.file_digest
    monkeypatch.setattr(large_bodies.hashlib, "file_digest", lambda *said: asked.append(said) or real(*said))
    store.load("tags")
    assert not asked
    file = tmp_path / "tags/1.0.0/bodies" / NAME
    file.write_bytes(BODY)
    assert from_file(file, str(tmp_path.resolve()), len(BODY)) == large()
    assert len(asked) == 1
