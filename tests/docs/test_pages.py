"""The pages of docs/ are true: what they tell to type is typed, what they show comes."""

import shutil
from pathlib import Path

import pytest
from tests.docs.pages import Page, Wrong

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(path.name for path in DOCS.glob("*.md"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_true(name: str, tmp_path: Path) -> None:
    """Every command ends well and prints what the page shows."""
    if "$ curl " in (DOCS / name).read_text() and not shutil.which("curl"):
        pytest.skip("this page types curl, which is not installed here")
    Page(DOCS / name, tmp_path).run()


@pytest.mark.parametrize(
    "text",
    [
        "```console\n$ echo one\ntwo\n```\n",
        "```console\n$ false\n```\n",
        "```console\n$ printf 'a\\nb\\n'\na\n```\n",
        "<!-- run: false -->\n",
    ],
)
def test_a_page_that_says_what_is_not_so_is_told(text: str, tmp_path: Path) -> None:
    """The runner can find something."""
    (tmp_path / "page.md").write_text(text)
    with pytest.raises(Wrong):
        Page(tmp_path / "page.md", tmp_path).run()


def test_what_is_left_open_may_be_anything(tmp_path: Path) -> None:
    """Dots stand for a part of a line, or for lines."""
    (tmp_path / "page.md").write_text("```console\n$ printf 'a 1\\nb\\nc\\nd\\n'\na ...\n...\nd\n```\n")
    Page(tmp_path / "page.md", tmp_path).run()
