"""Mirror files made by somebody who means harm: a mirror or a FormatError, and no file outside is touched."""

import copy
import json
import os
import shutil
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.long_runs import long_run

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.adapters.mirror_files.tape import TapeWriter, encode_line
from truemirror.core.mirror.model import Ignore, Mirror, MirrorRules, Noise, Scenario
from truemirror.core.wire.exchange import Chunk, Coding, Exchange, Fault, FaultKind, Framing, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import FormatError, StoreError

FIELDS = Headers.of([("Content-Type", "application/json"), ("Content-Encoding", "gzip")])
RICH = Mirror(
    "tags",
    "1",
    (
        Scenario(
            "ada",
            (
                Exchange(
                    Request("POST", "/a?b=1", FIELDS, b'{"a": [1, 2.5]}'), Response(200, "OK", FIELDS, b"[1]"), 2.0
                ),
                Exchange(Request("GET", "/t"), Response(200, "", body=b"\xff\0\x01", codings=(Coding("gzip", 6),))),
                Exchange(
                    Request("GET", "/s"),
                    Response(200, "", body=b"abc", framing=Framing.CHUNKED, chunks=(Chunk(1, 0.0), Chunk(2, 5.0))),
                ),
                Exchange(Request("GET", "/f"), Fault(FaultKind.TRUNCATED, "cut", Response(200, body=b"half"))),
                Exchange(Request("GET", "/g"), Fault(FaultKind.GARBAGE, "", None, b"\0garbage")),
                Exchange(Request("GET", "/l"), Response(200, body=b"l" * 70_000)),
            ),
            "2026-01-31",
        ),
        Scenario("a/b c", (Exchange(Request("GET", "/x"), Response(404)),), "2026-01-31"),
    ),
    MirrorRules((Ignore("*", "query:x", "why"),), (Noise("GET /a", "header:Date", "date-time"),), ("POST /v1/search",)),
)
PATHS = ["../../victim", "../mirror.json", "/etc/passwd", "ada/0001.json", "a" * 64, "0" * 63 + "/", ".", "", "~", "\0"]
HOSTILE: list[Any] = [
    *PATHS,
    None,
    True,
    -1,
    0,
    10**400,
    1e308,
    2**63,
    -0.5,
    [],
    {},
    [[]],
    "\ud800",
    "é" * 50,
    {"file": "../../victim", "size": 4},
    {"file": "a" * 64, "size": 10**30},
    {"json": {}},
    {"base64": "####"},
    {"base64": "A" * 999},
    {"text": "\udcff"},
    "9999-99-99",
]
RAW = [
    b"NaN", b"1e999", b"-Infinity", b"1" * 5_000, b'"\\ud800"', b"\xff", b"\xef\xbb\xbf", b'"\x00"', b"[" * 3_000,
    b'{"a":' * 3_000, b"{}", b"null", b'"\\u0000"', b"//", b"'", b",", b"\n" * 3_000,
]  # fmt: skip
_opened: list[str] | None = None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note every path that is opened, renamed or removed while somebody watches, unless relative to a folder's."""
    if _opened is not None and event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"):
        paths = arguments[: 2 if event == "os.rename" else 1]
        _opened.extend(
            os.fspath(one) for one in paths if isinstance(one, str | os.PathLike) and Path(one).is_absolute()
        )


sys.addaudithook(_watch)


@contextmanager
def nothing_outside(root: Path) -> Iterator[None]:
    """No file outside of the folder is opened, written or removed."""
    global _opened  # an audit hook cannot be taken away
    _opened = []
    try:
        yield
    finally:
        seen, _opened = _opened, None
    strange = [path for path in seen if not os.path.realpath(path).startswith(os.path.realpath(root))]
    assert [path for path in strange if not path.endswith((".py", ".pyc", ".so"))] == []


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of mirrors with one of everything, with what a killed recorder left."""
    root = tmp_path_factory.mktemp("sound") / "mirrors"
    MirrorFiles(root).save(RICH)
    return root


def load(root: Path) -> None:
    """Load every way; nothing but errors of ours with their place come out, and the mirror is used."""
    mirror: Mirror | None = None
    problems: tuple[FormatError | StoreError, ...] = ()
    with nothing_outside(root):
        try:
            mirror, problems = MirrorFiles(root).load_all_readable("tags")
        except (FormatError, StoreError) as error:
            problems = (error,)
    if mirror is not None and not problems:
        with tempfile.TemporaryDirectory(dir=root.parent) as again:
            MirrorFiles(again).save(mirror)
            assert MirrorFiles(again).load("tags") == mirror
    for error in problems:
        assert error.where, error
        assert str(root) in error.where, error
        assert error.fix, error


def places_of(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every value in a document."""
    yield path
    if isinstance(document, dict):
        for name, value in document.items():
            yield from places_of(value, (*path, name))
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from places_of(value, (*path, number))


@st.composite
def hurt(draw: st.DrawFn, document: Any) -> bytes:
    """A document with some values replaced, names doubled or dropped, as bytes."""
    for _ in range(draw(st.integers(1, 3))):
        document = copy.deepcopy(document)
        path = draw(st.sampled_from(list(places_of(document))))
        value = draw(st.sampled_from(HOSTILE) | st.recursive(st.none() | st.text(max_size=3), st.lists, max_leaves=4))
        if not path:
            document = value
            continue
        inside = document
        for step in path[:-1]:
            inside = inside[step]
        how = draw(st.sampled_from(["replace", "drop", "rename", "nest"]))
        if how == "drop":
            del inside[path[-1]]
        elif how == "rename" and isinstance(inside, dict):
            inside[draw(st.sampled_from(["file", "json", "x", "\ud800", "format"]))] = inside.pop(path[-1])
        elif how == "nest":
            inside[path[-1]] = {"json": inside[path[-1]]}
        else:
            inside[path[-1]] = value
    raw = json.dumps(document).encode("utf-8", "surrogatepass")
    if draw(st.booleans()):
        at = draw(st.integers(0, len(raw)))
        raw = raw[:at] + draw(st.sampled_from(RAW)) + raw[at + draw(st.integers(0, 3)) :]
    if draw(st.integers(0, 9)) == 0 and raw.startswith(b"{"):
        raw = raw[:1] + raw[1:].split(b",")[0] + b"," + raw[1:]
    return raw


@settings(max_examples=50)
@given(data=st.data())
def test_hurt_files_are_a_mirror_or_an_error_with_its_place(
    sound: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Wrong types, deep nesting, huge numbers, names twice, bytes that are no text, paths that lead away."""
    root = tmp_path_factory.getbasetemp() / "hurt"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(sound, root)
    (root.parent / "victim").write_text("safe")
    folder = root / "tags/1"
    name = data.draw(st.sampled_from(sorted(str(p.relative_to(folder)) for p in folder.rglob("*.json"))))
    (folder / name).write_bytes(data.draw(hurt(json.loads((folder / name).read_bytes()))))
    load(root)
    assert (root.parent / "victim").read_text() == "safe"


@settings(max_examples=50)
@given(data=st.data())
def test_hurt_journals_are_taken_in_or_an_error(
    sound: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """What a killed recorder left is no more trusted than a mirror."""
    root = tmp_path_factory.getbasetemp() / "hurt-journal"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(sound, root)
    folder = root / "tags/1"
    (folder / ".journal").mkdir()
    writer = TapeWriter.begin(folder, replace=True, recorded="2026-01-31")
    for scenario in RICH.scenarios:
        for exchange in scenario.exchanges[:3]:
            writer.write(encode_line(scenario.name, exchange, 1.0))
    writer.close()
    lines = writer.path.read_bytes().splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    lines[number] = data.draw(hurt(json.loads(lines[number]))).replace(b"\n", b" ")
    writer.path.write_bytes(b"\n".join(lines) + data.draw(st.sampled_from([b"\n", b""])))
    load(root)


@settings(max_examples=30)
@given(
    where=st.sampled_from(["ada/0001.json", "ada/scenario.json", "mirror.json", "ada", "bodies", ".journal"]),
    how=st.sampled_from(["link to a file outside", "link to a folder outside", "pipe", "loop", "folder", "device"]),
)
def test_no_trick_of_the_file_system_leads_out(
    sound: Path, tmp_path_factory: pytest.TempPathFactory, where: str, how: str
) -> None:
    """Links, loops, pipes and devices in place of what should be there: nothing hangs, nothing outside is touched."""
    root = tmp_path_factory.getbasetemp() / "tricks"
    outside = root.parent / "outside"
    for one in (root, outside):
        shutil.rmtree(one, ignore_errors=True)
    shutil.copytree(sound, root)
    outside.mkdir()
    (outside / "file.json").write_text("{}")
    path = root / "tags/1" / where
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    match how:
        case "link to a file outside":
            path.symlink_to(outside / "file.json")
        case "link to a folder outside":
            path.symlink_to(outside)
        case "pipe":
            os.mkfifo(path)
        case "loop":
            path.symlink_to(path)
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            path.mkdir()
    before = sorted(outside.iterdir())
    load(root)
    assert sorted(outside.iterdir()) == before
    assert (outside / "file.json").read_text() == "{}"


def test_a_small_file_does_not_become_a_large_memory(sound: Path, tmp_path: Path) -> None:
    """Names of one body many times, numbers of many digits, chunks that promise much: memory follows the file."""
    root = tmp_path / "mirrors"
    shutil.copytree(sound, root)
    part = root / "tags/1/ada/0001.json"
    document = json.loads(part.read_bytes())
    large = document["exchanges"][-1]
    document["exchanges"] = [large] * 2_000
    part.write_text(json.dumps(document))
    size = part.stat().st_size
    tracemalloc.start()
    try:
        mirror = MirrorFiles(root).load("tags")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(mirror) == 2_001
    assert peak < 30 * size + 2_000_000, (peak, size)


@long_run(10_000)
@given(data=st.data())
def test_hurt_files_all_night(sound: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """The same, for minutes."""
    test_hurt_files_are_a_mirror_or_an_error_with_its_place.hypothesis.inner_test(sound, tmp_path_factory, data)  # type: ignore[attr-defined]


@long_run(5_000)
@given(data=st.data())
def test_hurt_journals_all_night(sound: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """And what a killed recorder left."""
    test_hurt_journals_are_taken_in_or_an_error.hypothesis.inner_test(sound, tmp_path_factory, data)  # type: ignore[attr-defined]
