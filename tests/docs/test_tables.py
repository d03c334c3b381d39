"""Nothing that can be typed is left out of docs/: commands, options, keys, markers, fixtures, rules, helpers."""

import dataclasses
import re

import pytest
from tests.docs.tables import DOCS, fixtures, in_page, keys, markers, pytest_options, rewritten

from truemirror import testing
from truemirror.cli.main import COMMANDS
from truemirror.config.flows import FlowsConfig
from truemirror.config.model import Config, LoadConfig, RedactionConfig, ServiceConfig
from truemirror.core.environment import Environment

CONFIGS = (Config, ServiceConfig, Environment, LoadConfig, RedactionConfig, FlowsConfig)
PAGES = {path.name: path.read_text() for path in sorted(DOCS.glob("*.md"))}
ALL = "\n".join(PAGES.values())


@pytest.mark.parametrize("name", PAGES)
def test_tables_say_what_the_code_says(name: str) -> None:
    """`python -m tests.docs.tables` writes them anew."""
    assert rewritten(PAGES[name]) == PAGES[name]


@pytest.mark.parametrize(
    "table",
    [
        "commands", "pytest-options", "markers", "fixtures", "rules",
        *(f"options {name}" for name in COMMANDS if name != "flows"),
        *(f"options flows {name}" for name in ("list", "run", "show", "compare")),
        *(f"keys {one.__name__}" for one in CONFIGS),
    ],
)  # fmt: skip
def test_every_table_is_in_a_page(table: str) -> None:
    """Whatever is added to the code is told to its users."""
    assert [name for name, text in PAGES.items() if table in in_page(text)]


@pytest.mark.parametrize("config", CONFIGS)
def test_every_key_has_a_meaning(config: type) -> None:
    """The class that is read says it."""
    told = {row[0].strip("`"): row[2] for row in keys(config.__name__)[1:]}
    assert set(told) == {field.name for field in dataclasses.fields(config)}
    inner = {"name", "services", "redaction", "flows", "environments", "load"}
    assert [name for name, meaning in told.items() if not meaning and name not in inner] == []


@pytest.mark.parametrize("rows", [pytest_options, markers, fixtures])
def test_the_plugin_is_read(rows: object) -> None:
    """There is something to be told."""
    assert callable(rows)
    assert len(rows()) > 2


@pytest.mark.parametrize("name", testing.__all__)
def test_every_helper_is_in_a_page(name: str) -> None:
    """What suites import has an example."""
    assert re.search(rf"\b{name}\b", ALL)


def test_pages_link_to_what_is_there() -> None:
    """And the front page links to every other."""
    links = [(name, target) for name, text in PAGES.items() for target in re.findall(r"\]\(([\w./-]+)\)", text)]
    assert [(name, target) for name, target in links if not (DOCS / target).exists()] == []
    assert {target for name, target in links if name == "index.md"} >= set(PAGES) - {"index.md"}
