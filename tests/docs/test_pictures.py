"""The pictures of docs/ are there, and can be made from the real thing."""

import re
from pathlib import Path

import pytest
from tests.docs.pictures import CHROMIUM, PICTURES, SHOTS, Shot, failed_page, photograph
from tests.flow_traces import failed_trace, failed_try, files_of, green_trace

from truemirror.bootstrap.flow_pages import keep_index, keep_trace

DOCS = PICTURES.parent
NEEDS_CHROMIUM = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium here: apt-get install chromium")


def size_of(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG."""
    head = picture.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])


def test_every_picture_that_a_page_shows_is_there() -> None:
    """And what can be made anew is shown."""
    shown = {name for page in DOCS.glob("*.md") for name in re.findall(r"\]\(pictures/(.*?)\)", page.read_text())}
    assert shown <= {path.name for path in PICTURES.iterdir()}
    assert {shot.name for shot in SHOTS} <= shown


@NEEDS_CHROMIUM
@pytest.mark.parametrize("shot", [Shot("wide.png", 1280, 900), Shot("dark.png", 500, 900, dark=True)])
def test_a_page_can_be_photographed(shot: Shot, tmp_path: Path) -> None:
    """The page of a failure as a browser draws it: of the size that was asked for, and not blank."""
    keep_trace(tmp_path, green_trace())
    page = keep_trace(tmp_path, failed_trace(), files_of(failed_try())).page
    assert page is not None
    picture = photograph(page, shot, tmp_path)
    assert size_of(picture) == (shot.width, shot.height)
    assert picture.stat().st_size > 10_000


@NEEDS_CHROMIUM
def test_the_page_over_all_can_be_photographed(tmp_path: Path) -> None:
    """With one failure in it."""
    keep_trace(tmp_path, failed_trace())
    picture = photograph(keep_index(tmp_path), Shot("all.png", 800, 600), tmp_path)
    assert size_of(picture) == (800, 600)


@NEEDS_CHROMIUM
@pytest.mark.nightly
def test_a_real_flow_fails_as_the_picture_shows(tmp_path: Path) -> None:
    """A service that renames an attribute breaks a flow, its contract, and what the last green run was answered."""
    text = failed_page(tmp_path).read_text()
    for said in ("€NaN", "`value` is missing", "unlike the last green run", "undeclared beside it: `amount`"):
        assert said in text
    assert text.count("data:image/png;base64,") > 10
