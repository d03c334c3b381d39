"""The CRM's flows notice when something is broken, and say what: a suite that cannot fail proves nothing.

Each break is made in a copy, which one flow is run on, against the committed recordings.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
STATIC = "examples/crm/crm/web/static/"
RECORDED = "mirrors/public-api/1.0.0/"
COMES_IN = "test_log_in.py::test_ada_comes_in_and_sees_her_deals"
HAS_BROWSER = bool(shutil.which("chromium") and shutil.which("chromedriver"))
needs_browser = pytest.mark.skipif(not HAS_BROWSER, reason="apt-get install chromium chromium-driver")


class Break(NamedTuple):
    """What is broken, the flow that meets it, and the words that tell of it."""

    file: str
    stands: str
    replaced: str
    flow: str
    words: Sequence[str]


BREAKS = {
    "an attribute of the API has another name": Break(
        f"{RECORDED}suites-flows-test_log_in.py-test_ada_comes_in_and_sees_her_deals/0001.json",
        '"title":',
        '"name":',
        COMES_IN,
        ["::contract", "[response-attribute-missing]", "`items[0].title`", "ask  team-api"],
    ),
    "a button is gone": Break(
        f"{STATIC}view-new.js",
        'h("button", { type: "submit" }, "Create deal"),',
        "",
        "test_deals.py::test_a_deal_is_made",
        ['there is no button "Create deal"', 'nearest: "Log out"'],
    ),
    "another error is told": Break(
        f"{STATIC}messages.js",
        'error.message || "Something went wrong."',
        '"Something went wrong."',
        "test_log_in.py::test_a_wrong_password_is_refused_in_words",
        ["reads 'Something went wrong.', not 'Email or password is wrong.'"],
    ),
    "a service does not answer in time": Break(
        "pyproject.toml",
        'env = "PUBLIC_API_URL"',
        'env = "PUBLIC_API_URL"\nlatency = "fixed:60s"',
        COMES_IN,
        ["POST /api/v1/login within 10 s", "OPTIONS /api/v1/login -> open"],
    ),
    "a script throws": Break(
        f"{STATIC}app.js",
        'window.addEventListener("hashchange", show);',
        'window.addEventListener("hashchange", show);\nsetTimeout(() => { throw new Error("broken on purpose"); });',
        COMES_IN,
        ["::page", "broken on purpose"],
    ),
    "the page asks for something that was never recorded": Break(
        f"{STATIC}view-deals.js",
        "const LIMIT = 20;",
        "const LIMIT = 21;",
        COMES_IN,
        ["no recording answers", "query:limit: recorded 20, got 21"],
    ),
    "a text can hardly be read": Break(
        f"{STATIC}styles.css",
        "--text: #1a2230;",
        "--text: #c8ccd4;",
        "test_accessibility.py::test_a_page_is_accessible[log_in]",
        ["color-contrast (serious)"],
    ),
    "a page is too wide for a telephone": Break(
        f"{STATIC}styles.css",
        ".narrow { max-width: 28rem;",
        ".narrow { min-width: 28rem;",
        "test_narrow.py::test_a_deal_is_made_edited_moved_and_tagged",
        ["px wider than the screen: <form"],
    ),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """All that the flows on mirrors need."""
    for name in ("examples", "suites", "contracts/public-api", "mirrors/public-api"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".journal"))
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run_flow(tree: Path, flow: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One flow on the mirrors of a tree."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    command = [sys.executable, "-m", "pytest", f"suites/flows/{flow}", "-q", "-p", "no:cacheprovider", "--color=no"]
    return subprocess.run(
        command, cwd=tree, env={**env, "COLUMNS": "200", **environment}, capture_output=True, text=True, check=False
    )


DEEP = ("the page asks for something that was never recorded", "a page is too wide for a telephone")


@needs_browser
@pytest.mark.parametrize("name", [pytest.param(one, marks=[pytest.mark.nightly] * (one in DEEP)) for one in BREAKS])
def test_a_break_is_found_and_told_in_words(copy: Path, name: str) -> None:
    """What is wrong, where, and the nearest thing that would have worked."""
    broken = BREAKS[name]
    file = copy / broken.file
    source = file.read_text(encoding="utf-8")
    assert broken.stands in source, "the example of a break has to be mended"
    file.write_text(source.replace(broken.stands, broken.replaced), encoding="utf-8")
    done = run_flow(copy, broken.flow)
    assert done.returncode == 1, done.stdout + done.stderr
    for words in broken.words:
        assert words in done.stdout


@needs_browser
def test_the_same_flows_are_green_when_nothing_is_broken(copy: Path) -> None:
    """So it is the breaks that they notice."""
    done = run_flow(copy, "test_log_in.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_a_browser_the_line_that_installs_it_is_told(copy: Path) -> None:
    """Flows fail, and nothing else is said."""
    done = run_flow(copy, "test_log_in.py", PATH=str(copy))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "apt-get install chromium chromium-driver" in done.stdout
    assert "Traceback" not in done.stdout
