"""The page of a load run: whole, safe, readable without scripts."""

import re
import xml.etree.ElementTree as Tree

import pytest
from tests.adapters.reports.load_runs_made_up import PROFILE, made_up

from truemirror.adapters.reports.load_charts import Bar, intervals
from truemirror.adapters.reports.load_page import load_page
from truemirror.core.load.judge import judge
from truemirror.core.load.ran import Ran
from truemirror.core.load.tally import Tally


@pytest.fixture(scope="module")
def page() -> str:
    """The page of a run in which one target is held and another one is not."""
    return load_page(made_up())


def test_it_says_the_verdict_and_its_scale(page: str) -> None:
    """In words that stand by themselves."""
    assert "<h1>FAIL</h1>" in page
    assert "measured at 1 % of 6,000/s; says nothing about capacity" in page


def test_every_picture_is_whole(page: str) -> None:
    """Each is XML that can be read, with words for who cannot see it."""
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(pictures) >= 8
    for picture in pictures:
        assert Tree.fromstring(picture.replace("xlink:", "")).get("aria-label")


def test_it_loads_nothing_and_runs_nothing(page: str) -> None:
    """No script, no address, and a policy that forbids both."""
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)


def test_what_was_recorded_is_escaped(page: str) -> None:
    """A finding's text is text."""
    assert "&lt;b&gt;missing&lt;/b&gt;" in page
    assert "&lt;script&gt;note&lt;/script&gt;" in page


def test_pictures_have_the_colours_of_the_page(page: str) -> None:
    """So that they are dark where the page is."""
    assert "var(--kept)" in page
    assert "#0102" not in page


def test_the_same_run_is_the_same_page() -> None:
    """Byte for byte."""
    assert load_page(made_up()) == load_page(made_up())


def test_a_run_without_an_answer_has_a_page() -> None:
    """It is no PASS, and says that nothing was measured."""
    verdicts = judge(PROFILE, Tally(), 0.0, None)
    text = load_page(Ran(PROFILE, Tally(), 0.0, verdicts, "http://127.0.0.1:1"))
    assert "<h1>INVALID</h1>" in text
    assert "No request was measured." in text


def test_words_of_a_picture_are_escaped() -> None:
    """A name may hold anything."""
    drawn = intervals([Bar("<i>$x_1$ & more", "kept", 46.0, 40.0, 39.0, 41.0, "40 ms")])
    assert "&lt;i&gt;$x_1$ &amp; more" in drawn
