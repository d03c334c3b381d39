"""Files that are corrupt, hostile or newer: refused with file, place and fix; everything else goes on."""

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.adapters.mirror_files.tape import TapeWriter, encode_line
from truemirror.core.mirror.model import FORMAT, Mirror, Scenario
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.errors import FormatError, StoreError

LARGE = b"l" * 70_000
SOUND = Mirror(
    "tags",
    "1",
    (
        Scenario("ada", (Exchange(Request("GET", "/a"), Response(200, body=b'{"a":1}')),), "2026-01-31"),
        Scenario("bob", (Exchange(Request("GET", "/b"), Response(200, body=LARGE)),), "2026-01-31"),
        Scenario("default", (Exchange(Request("GET", "/c"), Response(200)),), "2026-01-31"),
    ),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a sound mirror of tags."""
    MirrorFiles(tmp_path / "mirrors").save(SOUND)
    return tmp_path / "mirrors"


def refused(root: Path) -> FormatError:
    """The error that loading ends in."""
    with pytest.raises(FormatError) as caught:
        MirrorFiles(root).load("tags")
    assert caught.value.fix
    return caught.value


DAMAGE = {
    "empty": (b"", "line 1, column 1", "is not JSON"),
    "truncated": (b'{\n  "exchanges": [\n    {"req', "line 3, column", "is not JSON"),
    "binary": (os.urandom(8) + b"\xff\xfe" * 50, "line", "is not UTF-8"),
    "twice": (b'{"exchanges": [], "format": 1, "exchanges": []}', "0001.json", "twice"),
    "conflict": (b'{\n<<<<<<< HEAD\n"exchanges": []\n=======\n>>>>>>> x\n}', "line 2, column 1", "merge conflict"),
    "deep": (b'{"exchanges": ' + b"[" * 200_000, "0001.json", "nested too deeply"),
    "deep body": (
        b'{"exchanges": [{"request": {"method": "GET", "target": "/"}, "response": {"status": 1, "body": {"json": '
        + b"[" * 500 + b"]" * 500 + b"}}}]}",
        "0001.json", "Recursion limit",
    ),
    "newer": (b'{"exchanges": [], "format": %d}' % (FORMAT + 1), "0001.json, format", "upgrade truemirror"),
    "wrong type": (
        b'{"exchanges": [{"request": {"method": "GET", "target": "/"}, "response": {"status": "200"}}]}',
        "0001.json, exchanges[0].response.status", "whole number",
    ),
    "typing error": (
        b'{"exchanges": [{"request": {"method": "GET", "tarbet": "/"}, "response": {"status": 200}}]}',
        "0001.json, exchanges[0].request.tarbet", "nearest: target",
    ),
    "path as body": (
        b'{"exchanges": [{"request": {"method": "GET", "target": "/", "body": {"file": "../mirror.json", "size": 3}}, '
        b'"response": {"status": 200}}]}',
        "0001.json, exchanges[0].request.body", "64 hexadecimal digits",
    ),
    "body that is missing": (
        b'{"exchanges": [{"request": {"method": "GET", "target": "/", "body": {"file": "%b", "size": 3}}, '
        b'"response": {"status": 200}}]}' % (b"a" * 64),
        "0001.json, exchanges[0].request.body.file", "is missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_part_is_refused_with_its_place(root: Path, kind: str) -> None:
    """The error names the file, the place in it and what to do."""
    content, where, what = DAMAGE[kind]
    (root / "tags/1/ada/0001.json").write_bytes(content)
    error = refused(root)
    assert str(root / "tags/1/ada/0001.json") in error.where
    assert where in error.where
    assert what in str(error)


@pytest.mark.parametrize("kind", DAMAGE)
def test_one_damaged_scenario_does_not_keep_the_others_from_being_served(root: Path, kind: str) -> None:
    """A server goes on with what is sound and says what is not."""
    (root / "tags/1/ada/0001.json").write_bytes(DAMAGE[kind][0])
    mirror, problems = MirrorFiles(root).load_all_readable("tags")
    assert mirror.scenarios == SOUND.scenarios[1:]
    assert len(problems) == 1
    assert "ada" in problems[0].where


def test_every_damaged_scenario_is_told(root: Path) -> None:
    """Not only the first problem is found."""
    for name in ("ada", "bob"):
        (root / f"tags/1/{name}/scenario.json").write_text("[]")
    mirror, problems = MirrorFiles(root).load_all_readable("tags")
    assert [one.name for one in mirror.scenarios] == ["default"]
    assert len(problems) == 2


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"format": 99}', b'{"service": "auth"}', b'{"ignore": [{}]}', b"\xff"]
)
def test_a_damaged_main_file_is_refused_with_its_place(root: Path, content: bytes) -> None:
    """Without its rules a mirror is not what people declared it to be, so nothing is guessed."""
    (root / "tags/1/mirror.json").write_bytes(content)
    assert "mirror.json" in refused(root).where
    with pytest.raises(FormatError):
        MirrorFiles(root).load_all_readable("tags")
    with pytest.raises(FormatError):
        MirrorFiles(root).journal("tags")
    assert (root / "tags/1/mirror.json").read_bytes() == content


def test_a_main_file_that_is_missing_is_asked_for(root: Path) -> None:
    """The rules could be lost; recording again makes a new one."""
    (root / "tags/1/mirror.json").unlink()
    assert "is missing" in refused(root).what
    with MirrorFiles(root, today=lambda: "2026-01-31").journal("tags") as journal:
        journal.append("ada", SOUND.scenarios[0].exchanges[0])
    assert MirrorFiles(root).load("tags") == SOUND


def test_a_part_that_is_missing_in_the_middle_is_asked_for(root: Path) -> None:
    """A conversation with a hole is not taken for a whole one."""
    shutil.copy(root / "tags/1/ada/0001.json", root / "tags/1/ada/0003.json")
    error = refused(root)
    assert error.where == str(root / "tags/1/ada/0002.json")
    assert "is missing" in error.what


def test_a_body_whose_bytes_were_changed_is_refused(root: Path) -> None:
    """Line ends that a checkout changed, or a hand, do not go unnoticed."""
    (body,) = (path for path in (root / "tags/1/bodies").iterdir() if len(path.name) == 64)
    body.write_bytes(b"L" + LARGE[1:])
    assert "was changed" in refused(root).what
    body.write_bytes(LARGE[:-1])
    assert "was changed" in refused(root).what
    assert str(body) in refused(root).what


def test_a_body_of_another_size_is_refused(root: Path) -> None:
    """What the exchange says and what the file is must agree."""
    part = root / "tags/1/bob/0001.json"
    part.write_bytes(part.read_bytes().replace(b"70000", b"69999"))
    assert "70000 bytes, not 69999" in refused(root).what


@pytest.mark.parametrize(
    "inner", ["tags/1/ada/0001.json", "tags/1/ada/scenario.json", "tags/1/mirror.json", "tags/1/ada", "tags/1", "tags"]
)
def test_links_that_lead_out_of_the_folder_are_refused(root: Path, inner: str) -> None:
    """A mirror from somewhere else cannot make truemirror read, or write, other files."""
    outside = root.parent / "outside"
    shutil.move(root / inner, outside)
    (root / inner).symlink_to(outside)
    before = {path: path.read_bytes() for path in root.parent.rglob("*") if path.is_file()}
    with pytest.raises(FormatError, match="leads out"):
        MirrorFiles(root).load("tags")
    with pytest.raises((FormatError, StoreError)), MirrorFiles(root).journal("tags", replace=False) as journal:
        journal.append("ada", Exchange(Request("GET", "/new"), Response(200)))
    after = {
        path: path.read_bytes() for path in root.parent.rglob("*") if path.is_file() and ".journal" not in path.parts
    }
    assert after == before


def test_a_link_to_a_body_outside_is_refused(root: Path) -> None:
    """Nor are bodies read from elsewhere."""
    (body,) = (path for path in (root / "tags/1/bodies").iterdir() if len(path.name) == 64)
    shutil.move(body, root.parent / "outside")
    body.symlink_to(root.parent / "outside")
    assert "leads out" in refused(root).what


def test_a_link_is_not_written_through(root: Path) -> None:
    """A scenario's folder that is a link to another one is not replaced by what is recorded."""
    shutil.rmtree(root / "tags/1/ada")
    (root / "tags/1/ada").symlink_to(root / "tags/1/bob")
    with pytest.raises(FormatError, match="not written through"):
        MirrorFiles(root).save(SOUND)
    assert "/b" in (root / "tags/1/bob/0001.json").read_text()


def test_links_inside_the_folder_are_followed(root: Path) -> None:
    """A whole mirrors' folder may be a link."""
    (root.parent / "elsewhere").symlink_to(root)
    assert MirrorFiles(root.parent / "elsewhere").load("tags") == SOUND


def test_a_pipe_in_place_of_a_part_does_not_hang(root: Path) -> None:
    """Only regular files are opened."""
    (root / "tags/1/ada/0001.json").unlink()
    os.mkfifo(root / "tags/1/ada/0001.json")
    assert "no regular file" in refused(root).what


def test_a_folder_in_place_of_a_part_is_refused(root: Path) -> None:
    """Whatever has the name of a part is looked at."""
    (root / "tags/1/ada/0001.json").unlink()
    (root / "tags/1/ada/0001.json").mkdir()
    assert "no regular file" in refused(root).what


def test_a_file_that_is_far_too_long_is_not_read(root: Path) -> None:
    """A part of gigabytes is refused before it fills the memory."""
    with (root / "tags/1/ada/0001.json").open("r+b") as file:
        file.truncate(1 << 40)
    assert "too long" in refused(root).what


def test_recording_a_damaged_scenario_again_is_the_cure(root: Path) -> None:
    """What the error advises works, and other damaged scenarios are left as they are."""
    for name in ("ada", "bob"):
        (root / f"tags/1/{name}/0001.json").write_text("damaged")
    with MirrorFiles(root, today=lambda: "2026-01-31").journal("tags") as journal:
        journal.append("ada", SOUND.scenarios[0].exchanges[0])
    mirror, problems = MirrorFiles(root).load_all_readable("tags")
    assert mirror.scenario("ada") == SOUND.scenarios[0]
    assert len(problems) == 1
    assert (root / "tags/1/bob/0001.json").read_text() == "damaged"
    assert any((root / "tags/1/bodies").iterdir()), "the damaged scenario may name it"


def test_saving_leaves_scenarios_alone_that_it_could_not_read(root: Path) -> None:
    """Load what is readable, change it, save it: the damaged scenario is still there to be repaired."""
    (root / "tags/1/bob/0001.json").write_text("damaged")
    mirror, _ = MirrorFiles(root).load_all_readable("tags")
    MirrorFiles(root).save(Mirror("tags", "1", mirror.scenarios[:1]))
    assert (root / "tags/1/bob/0001.json").read_text() == "damaged"
    assert not (root / "tags/1/default").exists()
    assert any((root / "tags/1/bodies").iterdir())


@pytest.mark.parametrize("replace", [True, False])
def test_a_recording_that_needs_a_damaged_scenario_does_not_begin(root: Path, replace: bool) -> None:
    """Merging with what cannot be read would lose it; better to say so before the first exchange."""
    name = "default" if replace else "ada"
    (root / f"tags/1/{name}/0001.json").write_text("damaged")
    with pytest.raises(FormatError, match=f"{name}/0001.json"):
        MirrorFiles(root).journal("tags", replace=replace)
    assert not (root / "tags/1/.journal").exists()


@settings(max_examples=120)
@given(data=st.data())
def test_random_damage_is_an_error_or_a_mirror_but_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Bytes changed, cut or doubled anywhere in a part: FormatError, or what JSON still says."""
    root = tmp_path_factory.getbasetemp() / "fuzzed"
    if not root.exists():
        MirrorFiles(root).save(SOUND)
    path = root / "tags/1" / data.draw(st.sampled_from(["ada/0001.json", "ada/scenario.json", "mirror.json"]))
    raw = path.read_bytes()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 30)))
    junk = data.draw(
        st.binary(max_size=6) | st.sampled_from([b"null", b"[]", b"{}", b"-1", b"1e999", b'"', b"true", b"\\ud800"])
    )
    path.write_bytes(raw[:start] + junk + raw[end:])
    _, error = outcome_of(MirrorFiles(root))
    path.write_bytes(raw)
    if error:
        assert str(path) in error.where
        assert error.fix


def test_a_journal_waits_until_the_scenario_it_belongs_to_is_repaired(root: Path) -> None:
    """What a killed recorder left is not merged over a scenario that cannot be read: neither is lost."""
    folder = root / "tags/1"
    part = folder / "default/0001.json"
    sound = part.read_bytes()
    part.write_bytes(b"damaged")
    (folder / ".journal").mkdir()
    writer = TapeWriter.begin(folder, replace=True, recorded="2026-01-31")
    writer.write(encode_line("", Exchange(Request("GET", "/new"), Response(200)), 0.0))
    writer.close()
    mirror, problems = MirrorFiles(root).load_all_readable("tags")
    assert mirror.scenarios == SOUND.scenarios[:2]
    assert len(problems) == 1
    assert part.read_bytes() == b"damaged"
    assert writer.path.exists()
    part.write_bytes(sound)
    default = MirrorFiles(root).load("tags").scenario("default")
    assert default
    assert [one.request.target for one in default.exchanges] == ["/c", "/new"]


def outcome_of(store: MirrorFiles) -> tuple[Mirror | None, FormatError | None]:
    """The mirror of tags, or why it cannot be read."""
    try:
        return store.load("tags"), None
    except FormatError as error:
        return None, error


def test_a_list_of_changes_from_somewhere_else_cannot_touch_other_files(root: Path) -> None:
    """What a journal folder asks for is checked like any other file."""
    victim = root.parent / "victim"
    victim.write_text("safe")
    staged = root / "tags/1/.journal/staged"
    staged.mkdir(parents=True)
    (staged / "0").write_text("evil")
    lists = [
        {"remove": ["../../../victim"], "rename": []},
        {"remove": [], "rename": [["0", "../../../victim"]]},
        {"remove": [], "rename": [["../../../../victim", "mirror.json"]]},
        {"remove": [], "rename": [["0", ".git/hooks"]]},
        {"remove": [1], "rename": []},
        {"remove": [], "rename": [["0"]]},
        [],
        {"remove": []},
    ]
    for change in lists:
        (root / "tags/1/.journal/commit.json").write_text(json.dumps(change))
        with pytest.raises(FormatError, match=r"commit\.json"):
            MirrorFiles(root).load("tags")
        assert victim.read_text() == "safe"


def test_a_journal_folder_that_is_a_link_is_refused(root: Path) -> None:
    """Nothing is recorded into another place."""
    (root.parent / "outside").mkdir()
    (root / "tags/1/.journal").symlink_to(root.parent / "outside")
    with pytest.raises(StoreError, match="is a link"):
        MirrorFiles(root).journal("tags")
    assert not any((root.parent / "outside").iterdir())
