"""Files of other tools, hostile ones among them."""

import json
from pathlib import Path

import pytest
import yaml

from truemirror.adapters.foreign_files import ForeignFiles, load_yaml, rendered
from truemirror.disk import write_whole
from truemirror.errors import FormatError, StoreError, UsageError


def read(path: Path, format_name: str = "vcr") -> object:
    """The document of the one file."""
    (source,) = ForeignFiles().sources(format_name, [str(path)])
    return source.document


@pytest.mark.parametrize(
    ("name", "text"), [("a.json", '{"a": [1]}'), ("a.yaml", "a: [1]"), ("a", '{"a": [1]}'), ("b", "a: [1]")]
)
def test_json_and_yaml_are_told_apart(tmp_path: Path, name: str, text: str) -> None:
    """By the name, else by how it begins."""
    (tmp_path / name).write_text(text)
    assert read(tmp_path / name) == {"a": [1]}


def test_a_folder_gives_its_files_in_order_named_by_their_place(tmp_path: Path) -> None:
    """Only those of the format."""
    for name in ("b/two.yaml", "a/one.yml", "note.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a: 1")
    assert [one.name for one in ForeignFiles().sources("vcr", [str(tmp_path)])] == ["a/one", "b/two"]


def test_times_stay_texts_and_bytes_are_bytes() -> None:
    """Ruby's tag for bytes is known, too."""
    assert load_yaml(b"a: 2026-03-02\nb: !binary |\n  /wA=\nc: !!binary /wA=") == {
        "a": "2026-03-02",
        "b": b"\xff\x00",
        "c": b"\xff\x00",
    }


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['touch /tmp/owned']",
        "!!python/name:os.system",
        "!ruby/object:Gem::Installer {}",
        "!!python/object/new:os.system [x]",
        "a: [1",
        "? {a: b}\n: c",
        "\t- x",
        "a: !!binary ü",
    ],
)
def test_yaml_makes_plain_values_only(text: str) -> None:
    """A tag that would make an object, or broken YAML, is an error of ours."""
    with pytest.raises(FormatError, match="plain values"):
        load_yaml(text.encode())


def test_aliases_that_unfold_without_end_are_refused() -> None:
    """Ten to the ninth is counted, not made."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(FormatError, match="aliases written out"):
        load_yaml("\n".join(lines).encode())


def test_merge_keys_that_unfold_without_end_are_refused() -> None:
    """They count as aliases do."""
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 10)]
    with pytest.raises(FormatError, match="aliases written out"):
        load_yaml("\n".join(lines).encode())


def test_an_alias_of_itself_is_refused() -> None:
    """There would be no end."""
    with pytest.raises(FormatError, match="nothing that is complete"):
        load_yaml(b"a: &a [*a]")


def test_aliases_in_measure_are_read() -> None:
    """VCR.py writes them where two requests share headers."""
    assert load_yaml(b"a: &x {b: 1}\nc: *x") == {"a": {"b": 1}, "c": {"b": 1}}


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.yaml", "[" * 5_000), ("a.json", "[" * 5_000 + "]" * 5_000), ("b.json", '{"a":' * 200 + "1" + "}" * 200)],
)
def test_what_is_nested_too_deeply_is_refused(tmp_path: Path, name: str, text: str) -> None:
    """In either notation, long before the stack ends."""
    (tmp_path / name).write_text(text)
    with pytest.raises(FormatError, match="nested"):
        read(tmp_path / name)


def test_a_file_that_is_too_large_is_refused_with_a_way_on(tmp_path: Path) -> None:
    """Split it."""
    (tmp_path / "a.json").write_text(json.dumps("x" * 100))
    with pytest.raises(FormatError, match="0 MiB are read") as caught:
        list(ForeignFiles(largest_json=50).sources("har", [str(tmp_path / "a.json")]))
    assert "split it" in caught.value.fix


@pytest.mark.parametrize("text", ["{", '{"a": 1, "a": 2}', "\xff", "nul"])
def test_broken_json_names_its_file(tmp_path: Path, text: str) -> None:
    """And its place where there is one."""
    (tmp_path / "a.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(FormatError) as caught:
        read(tmp_path / "a.json")
    assert caught.value.where.startswith(str(tmp_path / "a.json"))


@pytest.mark.parametrize(
    "name", ["../secret", "../../etc/passwd", "/etc/passwd", "link", "a/../../secret", "", ".", "nul\0", "none"]
)
def test_a_body_never_comes_from_outside(tmp_path: Path, name: str) -> None:
    """Not by a path, not by a link; what is not there is told."""
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "stubs" / "__files"
    folder.mkdir(parents=True)
    (folder / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "stubs" / "mappings").mkdir()
    (tmp_path / "stubs" / "mappings" / "a.json").write_text("{}")
    (source,) = ForeignFiles().sources("wiremock", [str(tmp_path / "stubs")])
    with pytest.raises(FormatError):
        source.body(name)


@pytest.mark.parametrize("given", ["stubs", "stubs/mappings", "stubs/mappings/a.json"])
def test_stubs_find_their_bodies_whatever_was_named(tmp_path: Path, given: str) -> None:
    """The folder, its mappings, or one file of them."""
    for name in ("mappings/a.json", "__files/in/b.txt"):
        (tmp_path / "stubs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "stubs" / name).write_text("{}")
    (source,) = ForeignFiles().sources("wiremock", [str(tmp_path / given)])
    assert (source.document, source.body("in/b.txt")) == ([["a.json", {}]], b"{}")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    """A mapping is not read from elsewhere either."""
    (tmp_path / "outside.json").write_text("{}")
    (tmp_path / "stubs").mkdir()
    (tmp_path / "stubs" / "a.json").symlink_to(tmp_path / "outside.json")
    with pytest.raises(UsageError, match="holds no files"):
        list(ForeignFiles().sources("wiremock", [str(tmp_path / "stubs")]))


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(UsageError, match="no such file"):
        read(tmp_path / "none.yaml")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """Bytes and odd texts in YAML; JSON refuses bytes with a way on."""
    document = {
        "a": b"\xff\x00",
        "b": "Tromsø\r\n\x85\u2028\ufeff\0 ",
        "c": ["012", "1e3", "yes", "2026-03-02", "<<", ""],
    }
    shared = {"x": 1}
    write_whole(tmp_path / "new" / "a.yaml", rendered(document | {"d": [shared, shared]}, as_yaml=True))
    raw = (tmp_path / "new" / "a.yaml").read_bytes()
    assert load_yaml(raw) == yaml.safe_load(raw) == document | {"d": [shared, shared]}
    assert b"*id" not in raw
    with pytest.raises(UsageError, match="no text"):
        rendered(document, as_yaml=False)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Nothing is left beside it."""
    (tmp_path / "a").mkdir()
    with pytest.raises(StoreError):
        write_whole(tmp_path / "a", b"x")
    assert [one.name for one in tmp_path.iterdir()] == ["a"]
