"""A project is set up without losing anything of it."""

import ast
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truemirror.config import Config, ServiceConfig, parse
from truemirror.errors import ConfigError, UsageError
from truemirror.testing.project_files import FakeProjectFiles
from truemirror.usecases.init import DEFAULT_SERVICE, set_up

ROOT = Path("/project")
EMPTY = parse({}, ROOT, None)
PROJECT = '[project]\nname = "shop"  # ours\n\n[tool.other]\nx = 1'


def configured(files: FakeProjectFiles, name: str = "pyproject.toml") -> Config:
    """The configuration that a file holds now."""
    document = tomllib.loads(files.files[name].replace("\r\n", "\n"))
    table = document["tool"]["truemirror"] if name == "pyproject.toml" else document
    return parse(table, ROOT, ROOT / name)


def test_an_empty_folder_gets_a_file_of_its_own() -> None:
    """Without pyproject.toml the configuration is truemirror.toml."""
    files = FakeProjectFiles()
    done = set_up(files, EMPTY)
    assert done.written == ("truemirror.toml", f"tests/test_{DEFAULT_SERVICE}_mirror.py")
    assert done.left_alone == ()
    assert configured(files, "truemirror.toml").services == done.config.services
    assert done.service == ServiceConfig("api", hosts=("api.internal",), env="API_URL")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_python_project_is_added_to(end: str) -> None:
    """Everything that was there stays to the byte; what is added has the same line ends."""
    before = PROJECT.replace("\n", end)
    files = FakeProjectFiles({"pyproject.toml": before})
    done = set_up(files, EMPTY, service="tags", host="tags.example.com")
    after = files.files["pyproject.toml"]
    assert after.startswith(before)
    assert after.count("\n") == after.count(end)
    assert configured(files).services["tags"].hosts == ("tags.example.com",)
    assert done.config.source == ROOT / "pyproject.toml"


def test_doing_it_again_changes_nothing_and_says_so() -> None:
    """All that was written is left alone the second time."""
    files = FakeProjectFiles({"pyproject.toml": PROJECT})
    first = set_up(files, EMPTY, service="tags")
    before = dict(files.files)
    second = set_up(files, first.config, service="tags")
    assert (second.written, second.left_alone) == ((), first.written)
    assert files.files == before


def test_without_a_name_it_is_about_the_first_service_there_is() -> None:
    """A project that is configured already gets its first test."""
    files = FakeProjectFiles({"pyproject.toml": PROJECT})
    first = set_up(files, EMPTY, service="tags")
    del files.files["tests/test_tags_mirror.py"]
    assert set_up(files, first.config).written == ("tests/test_tags_mirror.py",)


def test_another_service_is_added_to_what_is_configured() -> None:
    """The first stays."""
    files = FakeProjectFiles({"pyproject.toml": PROJECT})
    first = set_up(files, EMPTY, service="tags")
    set_up(files, first.config, service="core.people")
    assert list(configured(files).services) == ["tags", "core.people"]


def test_a_test_that_is_there_is_left_alone() -> None:
    """Whatever it says."""
    files = FakeProjectFiles({"tests/test_tags_mirror.py": "# mine\n"})
    assert set_up(files, EMPTY, service="tags").left_alone == ("tests/test_tags_mirror.py",)
    assert files.files["tests/test_tags_mirror.py"] == "# mine\n"


def test_a_table_that_cannot_be_added_to_is_left_alone() -> None:
    """TOML does not allow a table to be added to one that is written in one line."""
    text = '[tool]\ntruemirror = { service = "shop" }\n'
    files = FakeProjectFiles({"pyproject.toml": text})
    config = parse({"service": "shop"}, ROOT, ROOT / "pyproject.toml")
    with pytest.raises(ConfigError) as caught:
        set_up(files, config, service="tags")
    assert "one line" in caught.value.what
    assert files.files == {"pyproject.toml": text}


@pytest.mark.parametrize("name", ["../up", 'a"b', "a\nb", "", " "])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    """Nothing is written; no name at all is the default."""
    files = FakeProjectFiles()
    if not name:
        assert set_up(files, EMPTY, service=name).service.name == DEFAULT_SERVICE
        return
    with pytest.raises(ConfigError, match="is not a service's name"):
        set_up(files, EMPTY, service=name)
    assert files.files == {}


def test_a_host_that_is_none_is_refused() -> None:
    """A URL in place of a host, for example."""
    with pytest.raises(ConfigError, match="is not a host"):
        set_up(FakeProjectFiles(), EMPTY, host="http://tags.internal")


@pytest.mark.parametrize("example", ["tags", "ftp://x/", "http://", "http://user:secret@host/", 'http://a"b/'])
def test_an_example_that_is_no_url_is_refused(example: str) -> None:
    """Log-ins do not belong into a test either."""
    files = FakeProjectFiles()
    with pytest.raises(UsageError, match="is not a URL"):
        set_up(files, EMPTY, example=example)
    assert files.files == {}


def test_the_example_is_what_the_test_asks_and_where_it_is_recorded() -> None:
    """Its path goes to the name by which the project calls the service, its place into the command."""
    files = FakeProjectFiles()
    done = set_up(files, EMPTY, service="tags", example="http://127.0.0.1:8001/v1/tags?on=a b")
    test = files.files["tests/test_tags_mirror.py"]
    assert '"http://tags.internal/v1/tags?on=a%20b"' in test
    commands = [line.partition("#")[0].strip() for line in done.next_commands]
    assert commands == [
        "TAGS_URL=http://127.0.0.1:8001 pytest --mirror-mode record tests/test_tags_mirror.py",
        "pytest tests/test_tags_mirror.py",
    ]


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}(\.[A-Za-z0-9_-]{1,4})?", fullmatch=True), st.text(max_size=20))
def test_whatever_the_names_are_both_files_are_well_formed(name: str, path: str) -> None:
    """The configuration reads back to the same service, the test is Python."""
    files = FakeProjectFiles()
    try:
        done = set_up(files, EMPTY, service=name, example=f"http://127.0.0.1:8000/{path}")
    except UsageError:
        assert files.files == {}
        return
    assert configured(files, "truemirror.toml").services == {name: done.service}
    (test,) = (text for file, text in files.files.items() if file.startswith("tests/"))
    ast.parse(test)
