"""Contracts as files, and the store in memory that stands in for them."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from tests.core.contract.deals_contract import documents
from tests.core.contract.json_strategies import values

from truemirror.adapters import contract_files
from truemirror.adapters.contract_files import ContractFiles
from truemirror.errors import FormatError, StoreError
from truemirror.ports import ContractStore
from truemirror.testing.contracts import MemoryContracts


@pytest.fixture(params=["files", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ContractStore:
    """Each kind of store, empty."""
    return ContractFiles(tmp_path / "contracts") if request.param == "files" else MemoryContracts()


def test_what_is_saved_is_loaded(store: ContractStore) -> None:
    """Documents come back as they were, newest version when none is named."""
    store.save("deals", "1.9.0", {"openapi.yaml": {"a": 1}})
    store.save("deals", "1.10.0", documents())
    assert store.services() == ("deals",)
    assert store.versions("deals") == ("1.9.0", "1.10.0")
    assert store.load("deals") == documents()
    assert store.load("deals", "1.9.0") == {"openapi.yaml": {"a": 1}}


def test_only_what_changed_is_told(store: ContractStore) -> None:
    """Saving again tells nothing; a change tells its document; a schema that is gone is removed."""
    assert sorted(store.save("deals", "1.0.0", documents())) == sorted(documents())
    assert tuple(store.save("deals", "1.0.0", documents())) == ()
    changed = documents()
    del changed["schemas/tag.schema.json"]
    changed["schemas/deal.schema.json"] = {}
    told = tuple(store.save("deals", "1.0.0", changed))
    assert told == ("schemas/deal.schema.json", "schemas/tag.schema.json")
    assert store.load("deals") == changed


def test_documents_that_inference_does_not_write_stay(store: ContractStore) -> None:
    """Events and notes beside the operations survive."""
    store.save("deals", "1.0.0", {"openapi.yaml": {}, "asyncapi.yaml": {"asyncapi": "3.0.0"}})
    store.save("deals", "1.0.0", {"openapi.yaml": {"a": 1}})
    assert store.load("deals") == {"openapi.yaml": {"a": 1}, "asyncapi.yaml": {"asyncapi": "3.0.0"}}


def test_what_there_is_not_is_said_with_what_there_is(store: ContractStore) -> None:
    """A missing version names the versions, a missing service the services."""
    store.save("deals", "1.0.0", {"openapi.yaml": {}})
    with pytest.raises(StoreError) as version:
        store.load("deals", "2.0.0")
    with pytest.raises(StoreError) as service:
        store.load("tags")
    assert (version.value.nearest, service.value.nearest) == ("deals 1.0.0", "deals")
    assert store.versions("tags") == ()


@example(value={"\x85": "\u2028a\u2029\ufeff"})
@given(value=values)
def test_any_document_survives(value: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """YAML and JSON keep every value, dates and odd texts included."""
    files = ContractFiles(tmp_path_factory.mktemp("any"))
    whole = {"openapi.yaml": {"value": value}, "schemas/a.schema.json": {"value": value}}
    files.save("a", "1", whole)
    assert files.load("a") == whole


def test_saving_twice_touches_no_file(tmp_path: Path) -> None:
    """A file whose content stays the same keeps its time."""
    files = ContractFiles(tmp_path)
    files.save("deals", "1.0.0", documents())
    paths = sorted((tmp_path / "deals").rglob("*.*"))
    for path in paths:
        os.utime(path, (1, 1))
    files.save("deals", "1.0.0", documents())
    assert {path.stat().st_mtime for path in paths if path.is_file()} == {1}


def test_files_are_for_people(tmp_path: Path) -> None:
    """YAML without aliases, lists below their key, unicode as it is, an end of line at the end."""
    same = {"name": "käse"}
    ContractFiles(tmp_path).save("a", "1", {"openapi.yaml": {"list": [same, same]}, "schemas/a.schema.json": same})
    assert (tmp_path / "a/1/openapi.yaml").read_text("utf-8") == "list:\n  - name: käse\n  - name: käse\n"
    assert (tmp_path / "a/1/schemas/a.schema.json").read_text("utf-8") == '{\n  "name": "käse"\n}\n'


LEVELS = [f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for new, old in zip("bcdefghi", "abcdefgh", strict=True)]
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(LEVELS)


@pytest.mark.parametrize(
    ("name", "text", "line", "what"),
    [
        ("openapi.yaml", "a: 1\nb: [", 2, "not YAML"),
        ("openapi.yaml", "a: 1\nb: 2\na: 3\n", 3, "written twice"),
        ("openapi.yaml", "a: !!python/object/apply:os.system [x]\n", 1, "not YAML"),
        ("openapi.yaml", "a: \x00", None, "not YAML"),
        ("openapi.yaml", BOMB, None, "too large"),
        ("openapi.yaml", "- " * 200 + "x", None, "nested too deeply"),
        ("openapi.yaml", "a: !!set {x}\n", None, "holds a set"),
        ("openapi.yaml", "a: .nan\n", None, "holds nan"),
        ("schemas/a.schema.json", '{"a": 1,\n "b": }', 2, "not JSON"),
        ("schemas/a.schema.json", '{"a": 1,\n "a": 2}', 2, "written twice"),
        ("schemas/a.schema.json", '{"a": NaN}', None, "not JSON"),
        ("schemas/a.schema.json", "[" * 100_000, None, "nested too deeply"),
        ("schemas/a.schema.json", "[" * 200 + "]" * 200, None, "nested too deeply"),
        ("schemas/a.schema.json", "", 1, "not JSON"),
    ],
    ids=range(14),
)
def test_a_broken_document_names_file_and_line(
    tmp_path: Path, name: str, text: str, line: int | None, what: str
) -> None:
    """Corrupt and hostile documents end in one error that says where."""
    path = tmp_path / "a" / "1" / name
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    with pytest.raises(FormatError) as caught:
        ContractFiles(tmp_path).load("a")
    assert what in caught.value.what
    assert caught.value.where == (f"{path}, line {line}" if line else str(path))


def test_a_document_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are named."""
    (tmp_path / "a" / "1").mkdir(parents=True)
    (tmp_path / "a" / "1" / "openapi.yaml").write_bytes(b"a: \xff")
    with pytest.raises(FormatError, match="not UTF-8"):
        ContractFiles(tmp_path).load("a")


def test_a_document_beyond_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Size is looked at before content."""
    monkeypatch.setattr(contract_files, "LARGEST", 10)
    ContractFiles(tmp_path).save("a", "1", {"openapi.yaml": {"text": "x" * 20}})
    with pytest.raises(FormatError, match="larger than"):
        ContractFiles(tmp_path).load("a")


def test_an_empty_version_is_refused(tmp_path: Path) -> None:
    """A folder without documents is a mistake, not an empty contract."""
    (tmp_path / "a" / "1").mkdir(parents=True)
    with pytest.raises(FormatError, match="no documents"):
        ContractFiles(tmp_path).load("a")


def test_dates_and_statuses_are_texts(tmp_path: Path) -> None:
    """YAML's own ideas of dates and of numbers as keys are not JSON's."""
    (tmp_path / "a" / "1").mkdir(parents=True)
    (tmp_path / "a" / "1" / "openapi.yaml").write_text(
        "day: 2026-01-31\n200: ok\nyes: no\nbase: &b {x: 1}\nmore: {<<: *b}\n"
    )
    loaded = ContractFiles(tmp_path).load("a")["openapi.yaml"]
    assert loaded == {"day": "2026-01-31", "200": "ok", "yes": False, "base": {"x": 1}, "more": {"x": 1}}


@pytest.mark.parametrize(("service", "version"), [("..", "1"), ("a/b", "1"), ("", "1"), ("a", "../1"), (".a", "1")])
def test_names_never_lead_out_of_the_folder(tmp_path: Path, service: str, version: str) -> None:
    """A name that is no plain folder name is refused before anything is written."""
    files = ContractFiles(tmp_path / "contracts")
    with pytest.raises(StoreError):
        files.save(service, version, {"openapi.yaml": {}})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["../x.yaml", "/x.yaml", "schemas/../../x.json", "a//b.yaml"])
def test_documents_never_lead_out_of_their_version(tmp_path: Path, path: str) -> None:
    """A document's path is checked before anything is written."""
    with pytest.raises(StoreError, match="leads out"):
        ContractFiles(tmp_path).save("a", "1", {path: {}})
    assert list(tmp_path.iterdir()) == []


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")


def _read_only(*_: Any, **__: Any) -> None:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize(("place", "refuse"), [("os.fsync", _full), ("pathlib.Path.mkdir", _read_only)])
def test_a_disk_that_refuses_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, refuse: Callable[..., None]
) -> None:
    """Nothing is half written, and the error says what the disk said."""
    files = ContractFiles(tmp_path)
    files.save("a", "1", {"openapi.yaml": {"a": 1}})
    monkeypatch.setattr(place, refuse)
    with pytest.raises(StoreError, match="cannot write"):
        files.save("a", "1", {"openapi.yaml": {"a": 2}, "schemas/a.schema.json": {}})
    monkeypatch.undo()
    assert files.load("a")["openapi.yaml"] in ({"a": 1}, {"a": 2})
    assert [path.name for path in tmp_path.rglob(".*")] == []


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk's refusal names the file."""
    ContractFiles(tmp_path).save("a", "1", {"openapi.yaml": {}})
    monkeypatch.setattr("pathlib.Path.read_bytes", _read_only)
    with pytest.raises(StoreError) as caught:
        ContractFiles(tmp_path).load("a")
    assert caught.value.where == str(tmp_path / "a" / "1" / "openapi.yaml")


def test_other_folders_and_files_are_no_contracts(tmp_path: Path) -> None:
    """Usage files, hidden files and notes beside the versions are left alone."""
    files = ContractFiles(tmp_path)
    files.save("a", "1", {"openapi.yaml": {}})
    (tmp_path / "a" / "usage").mkdir()
    (tmp_path / "a" / "usage" / "b.json").write_text(json.dumps({}))
    (tmp_path / "a" / "1" / "README.md").write_text("notes")
    (tmp_path / "a" / "1" / ".openapi.yaml.swp").write_text("{")
    (tmp_path / "notes").mkdir()
    assert files.services() == ("a",)
    assert files.versions("a") == ("1",)
    assert files.load("a") == {"openapi.yaml": {}}
