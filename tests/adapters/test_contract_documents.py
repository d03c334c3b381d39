"""A document is read with those that it refers to, a folder with all it holds; nothing beyond is touched."""

from pathlib import Path

import pytest

from truemirror.adapters.contract_files import documents_at
from truemirror.errors import FormatError, StoreError


def _write(folder: Path, files: dict[str, str]) -> None:
    """Some files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def test_a_file_brings_what_it_refers_to(tmp_path: Path) -> None:
    """References are followed from file to file, relative to the one they stand in."""
    _write(
        tmp_path,
        {
            "api.yaml": "openapi: 3.1.0\npaths:\n  /a:\n    $ref: paths/a.yaml#/get%20it\n",
            "paths/a.yaml": "schema:\n  $ref: ../schemas/a.json\n",
            "schemas/a.json": '{"$ref": "#/x"}',
            "schemas/other.json": "{}",
        },
    )
    documents, first = documents_at(tmp_path / "api.yaml")
    assert first == "api.yaml"
    assert set(documents) == {"api.yaml", "paths/a.yaml", "schemas/a.json"}


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    """A reference upwards, to the root or to a host brings nothing."""
    _write(
        tmp_path,
        {
            "secret.json": "{}",
            "in/api.yaml": "a: {$ref: ../secret.json}\nb: {$ref: /etc/passwd.json}\nc: {$ref: 'https://x.example/a.json'}\n",
        },
    )
    assert set(documents_at(tmp_path / "in" / "api.yaml")[0]) == {"api.yaml"}


def test_a_folder_brings_all_its_documents(tmp_path: Path) -> None:
    """Files of other kinds are left out."""
    _write(tmp_path, {"openapi.yaml": "a: 1", "schemas/a.schema.json": "{}", "README.md": "#"})
    assert documents_at(tmp_path) == ({"openapi.yaml": {"a": 1}, "schemas/a.schema.json": {}}, "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\n", "written twice"),
        (
            "a: &a [x, x, x, x, x, x, x, x]\n"
            + "".join(f"{c}: &{c} [{', '.join([f'*{b}'] * 8)}]\n" for b, c in zip("abcdefgh", "bcdefghi", strict=True)),
            "aliases",
        ),
        ("a: &a [*a]\n", ""),
        ("- [\n", "YAML"),
        ("x: " + "a" * 9 * 1024 * 1024, "larger than"),
    ],
)
def test_hostile_documents_are_refused(tmp_path: Path, text: str, said: str) -> None:
    """Keys written twice, bombs of aliases, circles and floods end in an error that names the file."""
    (tmp_path / "api.yaml").write_text(text, "utf-8")
    with pytest.raises(FormatError) as caught:
        documents_at(tmp_path / "api.yaml")
    assert said in caught.value.what
    assert "api.yaml" in caught.value.where


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    """The error names it."""
    with pytest.raises(StoreError, match=r"api\.yaml"):
        documents_at(tmp_path / "api.yaml")
