"""Pictures of docs/, made from the real thing: `python -m tests.docs.pictures` makes them anew.

A copy of the CRM's deals service answers `amount` instead of `value`; a flow meets that, and its page is photographed.

Rules: the copy is in a folder of its own, and so is all that runs there. What the docs hold is only replaced when
asked, since fonts and browsers differ from machine to machine; the test next to this holds that it can be made.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
FLOW = "suites/flows/test_deals.py::test_a_deal_is_edited"
CHROMIUM = "/usr/bin/chromium"
_PATIENCE = 180
_BROKEN = ('"value": to_money(row["cents"])', '"amount": to_money(row["cents"])')


@dataclass(frozen=True)
class Shot:
    """One picture."""

    name: str
    width: int
    height: int
    dark: bool = False


SHOTS = (
    Shot("flow-failure.png", 1280, 1840),
    Shot("flow-failure-narrow.png", 500, 1100, dark=True),
)


def failed_page(folder: Path) -> Path:
    """The page of a flow that passed once and failed after the service was changed."""
    for part in ("contracts", "examples", "mirrors", "suites/flows"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    assert run_flow(folder) == 0
    store = folder / "examples/crm/crm/deals/store.py"
    text = store.read_text()
    assert _BROKEN[0] in text
    store.write_text(text.replace(*_BROKEN))
    assert run_flow(folder) == 1
    (page,) = (folder / "report/flows").glob("*/index.html")
    return page


def run_flow(folder: Path) -> int:
    """Run the flow against the live system of a folder; gives back pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", FLOW]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "TRUEMIRROR_"))}
    done = subprocess.run(
        [*command, "--flows-target=live"], cwd=folder, env=environment, capture_output=True, timeout=_PATIENCE
    )
    assert done.returncode in (0, 1), done.stdout.decode() + done.stderr.decode()
    return done.returncode


def photograph(page: Path, shot: Shot, folder: Path) -> Path:
    """Take a picture of a page; gives back where it is."""
    target = folder / shot.name
    with tempfile.TemporaryDirectory() as profile:
        command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += [f"--user-data-dir={profile}", f"--window-size={shot.width},{shot.height}", f"--screenshot={target}"]
        if shot.dark:
            command.append("--blink-settings=preferredColorScheme=0")
        subprocess.run([*command, page.as_uri()], capture_output=True, timeout=_PATIENCE, check=True)
    return target


def main() -> None:
    """Make all pictures of the docs anew."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        page = failed_page(Path(name))
        for shot in SHOTS:
            print(photograph(page, shot, PICTURES))


if __name__ == "__main__":
    main()
